//! Numbers of changes, and pages of them.

use super::ChangeId::{Fact, Order, State, Transfer};
use super::{AboutOffer, ChangeFilter, ChangeId, Cut, NoChangeId, matching, page};
use crate::domain::order::{FactKind, Workflow};
use crate::domain::{AccountId, MandatorId, OfferId};
use crate::store::filter::Cond;
use crate::store::orders::{self, OrderRow};
use crate::store::outbox::{self, OutboxStatus, Topic};
use crate::store::testing::{item, offer, on_stores};

#[test]
fn a_number_says_what_it_is_about() {
    for id in [
        State { offer_id: OfferId(12), topic: Topic::Price },
        State { offer_id: OfferId(1), topic: Topic::Listing },
        Fact(7),
        Order(3),
        Transfer(4),
    ] {
        assert_eq!(id.to_string().parse::<ChangeId>(), Ok(id));
    }
    assert_eq!(Fact(7).to_string(), "fact-7");
    assert_eq!(" Price-12 ".parse::<ChangeId>(), Ok(State { offer_id: OfferId(12), topic: Topic::Price }));
    for bad in ["", "12", "price", "price-", "price-x", "price--1", "price-0", "title-3", "fact-99999999999"] {
        assert_eq!(bad.parse::<ChangeId>(), Err(NoChangeId), "{bad}");
    }
}

#[test]
fn a_page_holds_what_the_whole_list_has_there_and_says_how_many_there_are() {
    on_stores(|store| {
        let account = AccountId(1);
        let row = OrderRow { account_id: Some(account), ..OrderRow::new(MandatorId(1), 1, Workflow::default()) };
        let (order, _) = store.write(move |tx| orders::insert(tx, row, Vec::new(), &[])).unwrap();
        for n in 0..12 {
            let asked = store.write(move |tx| {
                let item_id = item(tx, MandatorId(1), &format!("N{n}"), &[])?;
                let offer_id = offer(tx, 1, account.0, item_id, None)?;
                outbox::mark(tx, &[(offer_id, account, Topic::ALL[n % 4]), (offer_id, account, Topic::Quantity)])?;
                outbox::add_fact(tx, account, order.order_id, &format!("F{n}"), &FactKind::Acknowledged)
            });
            assert!(asked.unwrap());
        }
        let numbers = Cond::any_of(vec!["N3".to_owned(), "N5".to_owned()]);
        let filters = [
            ChangeFilter::default(),
            ChangeFilter { status: Cond::one(OutboxStatus::Pending), account_id: Cond::one(account), ..ChangeFilter::default() },
            ChangeFilter { offer: AboutOffer { internal_item_number: numbers, ..AboutOffer::default() }, ..ChangeFilter::default() },
            ChangeFilter { status: Cond::one(OutboxStatus::Parked), ..ChangeFilter::default() },
        ];
        for filter in filters {
            let mut all = store.read(|conn| matching(conn, &filter)).unwrap();
            all.sort_unstable();
            let all: Vec<ChangeId> = all.into_iter().map(|(_, id)| id).collect();
            for cut in [(0, 5), (3, 1), (7, 4), (0, usize::MAX), (100, 5)].map(|(skip, take)| Cut { skip, take }) {
                let expected: Vec<ChangeId> = all.iter().copied().skip(cut.skip).take(cut.take).collect();
                let one = store.read(|conn| page(conn, std::slice::from_ref(&filter), cut)).unwrap();
                assert_eq!(one, (expected.clone(), all.len()), "{filter:?}, {cut:?}");
                let twice = store.read(|conn| page(conn, &[filter.clone(), filter.clone()], cut)).unwrap();
                assert_eq!(twice, (expected, all.len()), "{filter:?}, {cut:?}");
            }
        }
    });
}
