//! `createCreditEntry`: how much money goes back, once, and what the channel hears of it.

use super::parts::order_of_three;
use super::*;
use crate::domain::order::{ChannelRefund, Content, FactKind, LinePieces, PaymentStatus, PriceType};
use crate::domain::{Decimal, MandatorId};
use crate::operations::common::ReportAction;
use crate::operations::orders::credit::{
    CreateCreditEntry, CreateCreditEntryRequest, CreditEntryReport, CreditTransmission, NewCreditEntry, OrderItemRefund,
};
use crate::operations::orders::fetch::OrderFilter;
use crate::store::changes::{self, ChangeId};
use crate::store::outbox::{self, OutboxStatus, Settled};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// A paid order of three pieces of the item at 1.00 and one service at 1.00, with 4.90 of shipping costs.
fn paid_order(store: &Store, item: ItemId) -> OrderId {
    let id = order_of_three(store, item);
    change(store, id, |row| {
        row.data.payment_status_id = Some(PaymentStatus::Paid);
        row.data.currency_code_iso = Some("EUR".into());
        row.data.shipping_charge = Some(Decimal(49_000));
    });
    id
}

fn change(store: &Store, id: OrderId, change: impl FnOnce(&mut OrderRow) + Send + 'static) {
    store
        .write(move |tx| {
            let mut row = orders::get(&mut tx.conn, id)?.unwrap();
            change(&mut row);
            orders::save(tx, &mut row, "test")
        })
        .unwrap();
}

fn entry(order_id: OrderId, number: &str) -> NewCreditEntry {
    NewCreditEntry {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        external_credit_number: number.into(),
        ..NewCreditEntry::default()
    }
}

fn of_amount(order_id: OrderId, number: &str, text: &str) -> NewCreditEntry {
    NewCreditEntry { credit_amount: Some(amount(text)), currency_code_iso: Some("EUR".into()), ..entry(order_id, number) }
}

fn of_pieces(order_id: OrderId, number: &str, pieces: &[(&str, i32)]) -> NewCreditEntry {
    let items = pieces.iter().map(|(line, quantity)| OrderItemRefund {
        marketplace_order_item_id: Some((*line).into()),
        quantity: *quantity,
        ..OrderItemRefund::default()
    });
    NewCreditEntry { order_items: items.collect(), ..entry(order_id, number) }
}

fn send(store: &Store, entries: Vec<NewCreditEntry>) -> Vec<CreditEntryReport> {
    let request = CreateCreditEntryRequest { credit_entries: testing::records("credit_entry", entries), ..Default::default() };
    call::<CreateCreditEntry>(store, request).result.reports
}

fn code(store: &Store, entry: NewCreditEntry) -> i32 {
    send(store, vec![entry])[0].return_code
}

/// Amount and pieces of each refund that the channel has to hear of.
fn refunds(store: &Store) -> Vec<(Decimal, Vec<Content>)> {
    let kinds = facts(store).into_iter().map(|fact| fact.fact().unwrap());
    kinds
        .filter_map(|kind| if let FactKind::Refunded { amount, positions, .. } = kind { Some((amount, positions)) } else { None })
        .collect()
}

fn refunded(store: &Store, id: OrderId) -> Vec<i32> {
    load(store, id).items.into_iter().map(|row| row.refunded).collect()
}

#[test]
fn the_price_of_pieces_goes_back_once_under_one_number() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        for action in [ReportAction::Insert, ReportAction::Update] {
            let report = send(store, vec![of_pieces(id, "CR-1", &[("L1", 2), ("L2", 1)])]).remove(0);
            assert_eq!((report.return_code, report.action), (0, Some(action)), "{report:?}");
            let keys = report.credit_entry.unwrap();
            assert_eq!(
                (keys.credit_entry_id, keys.credit_amount, keys.currency_code_iso.as_deref()),
                (Some(1), Some(amount("3")), Some("EUR"))
            );
        }
        assert_eq!(refunded(store, id), [2, 1]);
        let pieces = |line: &str, sku: Option<&str>, quantity, so_far| Content {
            line_id: Some(line.into()),
            sku: sku.map(str::to_owned),
            quantity,
            so_far,
        };
        assert_eq!(refunds(store), [(amount("3"), vec![pieces("L1", Some("A-1"), 2, 2), pieces("L2", None, 1, 1)])]);
        assert_eq!(load(store, id).order.data.refunded_amount, Some(amount("3")));
        assert_eq!(code(store, of_pieces(id, "CR-2", &[("L1", 2)])), -5035, "one is left");
        assert_eq!(code(store, of_pieces(id, "CR-2", &[("L1", 1)])), 0);
        assert_eq!((refunded(store, id), refunds(store)[1].1[0].so_far), (vec![3, 1], 3));
        assert_eq!(code(store, of_amount(id, "CR-3", "4.91")), -5034, "4.90 of shipping costs are left");
        assert_eq!(code(store, of_amount(id, "CR-3", "4.90")), 0);
        assert_eq!(code(store, of_amount(id, "CR-4", "0.01")), -5034);
    });
}

#[test]
fn the_same_number_with_other_contents_is_refused() {
    on_stores(|store| {
        let item = shelf(store);
        let (id, other) = (paid_order(store, item), paid_order(store, item));
        let first = NewCreditEntry { reason: Some("broken".into()), ..of_amount(id, "CR-1", "2.50") };
        assert_eq!(code(store, first.clone()), 0);
        for (what, differs) in [
            ("amount", NewCreditEntry { credit_amount: Some(amount("2.51")), ..first.clone() }),
            ("reason", NewCreditEntry { reason: None, ..first.clone() }),
            ("order", NewCreditEntry { order_id: Some(other), ..first.clone() }),
            ("pieces", NewCreditEntry { order_items: of_pieces(id, "", &[("L1", 1)]).order_items, ..first.clone() }),
        ] {
            assert_eq!(code(store, differs), -5032, "{what}");
        }
        assert_eq!((code(store, first), refunds(store).len()), (0, 1));
    });
}

#[test]
fn what_cannot_go_back_exactly_is_refused_and_the_rest_of_the_call_goes_through() {
    on_stores(|store| {
        let item = shelf(store);
        let (id, unpaid) = (paid_order(store, item), order_of_three(store, item));
        change(store, unpaid, |row| row.data.payment_status_id = Some(PaymentStatus::Unpaid));
        let crowns = NewCreditEntry { currency_code_iso: Some("SEK".into()), ..of_amount(id, "B", "1") };
        let nameless = NewCreditEntry { currency_code_iso: None, ..of_amount(id, "C", "1") };
        let entries = vec![
            (entry(id, "A"), -3001),
            (crowns, -5033),
            (nameless, -3001),
            (of_amount(id, "D", "0"), -3010),
            (of_amount(id, "E", "-1"), -3010),
            (of_amount(id, "F", "1.001"), -3010),
            (of_pieces(id, "G", &[("L1", 0)]), -3010),
            (of_pieces(id, "H", &[("NONE", 1)]), -4022),
            (of_pieces(id, "I", &[("L1", 2), ("L1", 2)]), -5035),
            (of_amount(unpaid, "J", "1"), -5036),
            (NewCreditEntry { credit_amount: Some(amount("0.40")), ..of_pieces(id, "GOOD", &[("L1", 1)]) }, 0),
        ];
        let (entries, expected): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let reports = send(store, entries);
        assert_eq!(reports.iter().map(|report| report.return_code).collect::<Vec<_>>(), expected, "{reports:?}");
        assert_eq!((refunded(store, id), refunds(store).len()), (vec![1, 0], 1), "pieces may go back for less than their price");
        assert_eq!(load(store, id).credits.len(), 1);
    });
}

#[test]
fn a_number_is_the_same_with_spaces_around_it_and_a_blank_one_is_missing() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        for (number, action) in [("M5 ", ReportAction::Insert), ("M5", ReportAction::Update), ("\u{a0}M5", ReportAction::Update)] {
            let report = send(store, vec![of_amount(id, number, "1")]).remove(0);
            assert_eq!((report.return_code, report.action), (0, Some(action)), "{number:?}");
            assert_eq!(report.credit_entry.unwrap().external_credit_number.as_deref(), Some("M5"));
        }
        assert_eq!(load(store, id).order.data.refunded_amount, Some(amount("1")));
        for blank in ["", "   "] {
            assert_eq!(code(store, of_amount(id, blank, "1")), -3001, "{blank:?}");
        }
    });
}

#[test]
fn pieces_in_another_order_or_split_are_a_repeat() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        assert_eq!(code(store, of_pieces(id, "CR-1", &[("L1", 2), ("L2", 1)])), 0);
        for same in [&[("L2", 1), ("L1", 2)][..], &[("L1", 1), ("L2", 1), ("L1", 1)]] {
            assert_eq!(code(store, of_pieces(id, "CR-1", same)), 0, "{same:?}");
        }
        for other in [&[("L1", 2)][..], &[("L1", 1), ("L2", 2)], &[("L1", 3), ("L2", 1)]] {
            assert_eq!(code(store, of_pieces(id, "CR-1", other)), -5032, "{other:?}");
        }
        assert_eq!(refunded(store, id), [2, 1]);
    });
}

#[test]
fn a_refusal_names_what_is_missing_and_what_an_amount_may_be() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        for (entry, part) in [
            (entry(id, "A"), "order_items or credit_amount"),
            (of_amount(id, "B", "0.001"), "0.001 is outside the range from 0.01 up"),
            (of_amount(id, "C", "1.001"), "1.001 is outside the amounts with at most 2 decimals"),
        ] {
            let text = send(store, vec![entry]).remove(0).error_description.unwrap();
            assert!(text.contains(part), "{text}");
        }
    });
}

#[test]
fn a_net_order_goes_back_in_full_after_it_was_cancelled() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        change(store, id, |row| {
            row.data.price_type_id = Some(PriceType::Net);
            row.data.totals.shipping_tax_amount = Some(Decimal(9_300));
            row.data.totals.total_amount = Some(Decimal::ZERO);
        });
        let text = send(store, vec![of_amount(id, "CR-1", "1000")]).remove(0).error_description.unwrap();
        let rates: Vec<Option<i64>> = load(store, id).items.iter().map(|row| row.tax_rate).collect();
        assert!(text.contains("of 9.83, only 9.83"), "{text}, {rates:?}");
        assert_eq!(code(store, of_amount(id, "CR-1", "9.83")), 0);
    });
}

#[test]
fn what_the_channel_refused_counts_no_longer_until_it_goes_again() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        send(store, vec![of_amount(id, "FIRST", "1"), of_pieces(id, "CR-1", &[("L1", 2)])]);
        let sums = || (load(store, id).order.data.refunded_amount, refunded(store, id));
        let (with, without) = ((Some(amount("3")), vec![2, 0]), (Some(amount("1")), vec![0, 0]));
        let settle = |settled: Settled| {
            let row = facts(store).pop().unwrap();
            store
                .write(move |tx| {
                    outbox::settle(tx, &row.clone().into(), &settled)?;
                    orders::follow_settled(tx, &row.into(), &settled)
                })
                .unwrap();
        };
        let refused = || Settled::Parked { error: "E7".into() };
        assert_eq!(sums(), with);
        for _ in 0..2 {
            settle(refused());
            assert_eq!(sums(), without);
        }
        let fact = ChangeId::Fact(facts(store).pop().unwrap().fact_id);
        for _ in 0..2 {
            store.write(move |tx| changes::retry(tx, fact)).unwrap();
            assert_eq!(sums(), with, "it may arrive before its answer");
        }
        settle(refused());
        let account = store.read(move |conn| orders::get(conn, id)).unwrap().unwrap().account_id.unwrap();
        store.write(move |tx| changes::retry_account(tx, account, true)).unwrap();
        assert_eq!(sums(), with);
        settle(Settled::Done);
        assert_eq!(sums(), with);
    });
}

#[test]
fn what_is_given_up_counts_no_longer_and_what_the_channel_lists_does() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        send(store, vec![of_pieces(id, "CR-1", &[("L1", 3)])]);
        change(store, id, |row| {
            let positions = vec![LinePieces { line_id: "L1".into(), quantity: 1 }];
            row.data.refunds = vec![ChannelRefund { amount: Decimal(10_000), positions, ..ChannelRefund::default() }];
        });
        let fact = ChangeId::Fact(facts(store).pop().unwrap().fact_id);
        for _ in 0..2 {
            store.write(move |tx| changes::drop(tx, fact)).unwrap();
            assert_eq!((load(store, id).order.data.refunded_amount, refunded(store, id)), (Some(amount("1")), vec![1, 0]));
        }
    });
}

#[test]
fn a_phone_sale_keeps_its_credit_entries_in_kontor() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        change(store, id, |row| {
            row.account_id = None;
            row.sub_channel_id = crate::config::PHONE_SALES;
        });
        assert_eq!((code(store, of_amount(id, "CR-1", "1")), facts(store).len()), (0, 0));
        let record = fetched(store, all()).orders.into_iter().find(|order| order.order_id == id).unwrap();
        let entry = &record.credit_entries[0];
        assert_eq!((entry.external_credit_number.as_str(), entry.credit_amount), ("CR-1", amount("1")));
        assert_eq!((entry.transmission, entry.transmitted_at.is_none()), (CreditTransmission::Kept, true));
    });
}

#[test]
fn an_order_shows_what_became_of_its_credit_entries_at_the_channel() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        let before = load(store, id).order.last_changed;
        send(store, vec![NewCreditEntry { reason: Some("broken".into()), ..of_pieces(id, "CR-1", &[("L1", 2)]) }]);
        assert!(load(store, id).order.last_changed > before, "who polls for changes sees it");
        let shown = || {
            let record = fetched(store, all()).orders.into_iter().find(|order| order.order_id == id).unwrap();
            let entry = record.credit_entries.into_iter().next().unwrap();
            (entry.transmission, entry.transmitted_at.is_some(), entry.reason, entry.order_items.len(), record.refunded_amount)
        };
        let text = Some("broken".to_owned());
        assert_eq!(shown(), (CreditTransmission::Waiting, false, text.clone(), 1, Some(amount("2"))));
        for (status, settled, expected) in [
            (OutboxStatus::Parked, Settled::Parked { error: "E7".into() }, CreditTransmission::Refused),
            (OutboxStatus::Done, Settled::Done, CreditTransmission::Transmitted),
        ] {
            let row = facts(store).pop().unwrap();
            store
                .write(move |tx| {
                    outbox::settle(tx, &row.clone().into(), &settled)?;
                    orders::follow_settled(tx, &row.into(), &settled)
                })
                .unwrap();
            assert_eq!((facts(store).pop().unwrap().status, shown().0), (status, expected));
        }
        assert!(shown().1);
    });
}

fn all() -> FetchOrdersRequest {
    FetchOrdersRequest {
        filters: vec![OrderFilter { mandator_id: is(MandatorId(1)), ..OrderFilter::default() }],
        ..FetchOrdersRequest::default()
    }
}

#[test]
fn money_that_may_have_gone_back_is_unclear_and_counts() {
    on_stores(|store| {
        let item = shelf(store);
        let id = paid_order(store, item);
        send(store, vec![of_amount(id, "CR-1", "2")]);
        let row = facts(store).pop().unwrap();
        let fact = row.fact_id;
        store
            .write(move |tx| {
                let settled = Settled::GaveUp { error: "CHANNEL_GAVE_UP: no answer".into() };
                outbox::settle(tx, &row.clone().into(), &settled)?;
                orders::follow_settled(tx, &row.into(), &settled)
            })
            .unwrap();
        let shown = || {
            let record = fetched(store, all()).orders.into_iter().find(|order| order.order_id == id).unwrap();
            (record.credit_entries[0].transmission, record.refunded_amount)
        };
        assert_eq!((shown(), facts(store)[0].status), ((CreditTransmission::Unclear, Some(amount("2"))), OutboxStatus::Parked));
        store.write(move |tx| changes::retry(tx, ChangeId::Fact(fact))).unwrap();
        assert_eq!(shown(), (CreditTransmission::Waiting, Some(amount("2"))));
        // A repeat of the ERP waits for it again.
        let request = CreateCreditEntryRequest {
            credit_entries: testing::records("credit_entry", vec![of_amount(id, "CR-1", "2")]),
            ..Default::default()
        };
        assert_eq!(call::<CreateCreditEntry>(store, request).awaits, [fact]);
    });
}

#[test]
fn piece_by_piece_the_amounts_add_up_to_the_price_of_all() {
    on_stores(|store| {
        let item = shelf(store);
        for (price, net, single) in
            [("2.82", true, ["3.36", "3.35", "3.36"]), ("3.335", false, ["3.34", "3.33", "3.34"]), ("3.33", true, ["3.96", "3.97", "3.96"])]
        {
            let id = order_of_three(store, item);
            change(store, id, move |row| {
                row.data.payment_status_id = Some(PaymentStatus::Paid);
                row.data.currency_code_iso = Some("EUR".into());
                row.data.price_type_id = net.then_some(PriceType::Net);
            });
            set_price(store, id, amount(price));
            let sent = (0..3).map(|at| {
                let report = send(store, vec![of_pieces(id, &format!("CR-{price}-{at}"), &[("L1", 1)])]).remove(0);
                assert_eq!(report.return_code, 0, "{report:?}");
                report.credit_entry.unwrap().credit_amount.unwrap()
            });
            assert_eq!(sent.collect::<Vec<_>>(), single.map(amount), "{price}");
        }
    });
}

fn set_price(store: &Store, id: OrderId, price: Decimal) {
    let mut rows = load(store, id).items;
    (rows[0].price, rows[0].tax_rate, rows[1].price) = (price.0, Some(190_000), 0);
    store.write(move |tx| rows.iter().try_for_each(|row| orders::save_row(tx, row))).unwrap();
}
