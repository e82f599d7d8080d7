//! Pages out of kept sets are those that are found anew, whatever was written since and by whom.

use diesel::RunQueryDsl;
use roaring::RoaringBitmap;

use super::{Choice, Cut, Kept, MOST_SETS, Page, set_of};
use crate::domain::item::Item;
use crate::domain::offer::{EndedBy, OfferState};
use crate::domain::order::{OrderStatus, Workflow};
use crate::domain::{AccountId, ItemId, MandatorId, OfferId, OrderId, WarehouseId};
use crate::on;
use crate::store::deletions::Clock;
use crate::store::filter::{Cond, Window};
use crate::store::items::{self, ItemFilter};
use crate::store::offers::{self, OfferFilter};
use crate::store::orders::{self, OrderRow, Selection};
use crate::store::stock::{self, Counted, StockFilter, StockItemFilter};
use crate::store::testing::{item, offer, places};
use crate::store::{Store, Tx};

const STEPS: i32 = 400;

struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most.max(1)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// What was stored.
#[derive(Default)]
struct Known {
    items: Vec<(MandatorId, ItemId)>,
    offers: Vec<OfferId>,
    orders: Vec<OrderId>,
    /// Stamps of some of the writes.
    stamps: Vec<i64>,
}

const MANDATORS: [MandatorId; 2] = [MandatorId(1), MandatorId(2)];
const WAREHOUSES: [WarehouseId; 3] = [WarehouseId(1), WarehouseId(2), WarehouseId(3)];

/// One write of many that there can be.
fn write(store: &Store, known: &mut Known, dice: &mut Dice, step: i32) {
    let mandator_id = dice.one(&MANDATORS);
    match dice.below(10) {
        0 | 1 => {
            let warehouse = dice.one(&WAREHOUSES);
            let counts = if dice.below(3) == 0 { vec![] } else { vec![(warehouse, step)] };
            let item_id = store.write(move |tx| item(tx, mandator_id, &format!("N{step}"), &counts)).unwrap();
            known.items.push((mandator_id, item_id));
        }
        2 => {
            let mut row = OrderRow::new(mandator_id, 1, Workflow::default());
            row.account_id = Some(AccountId(mandator_id.0));
            row.payment_method_id = Some(step % 3);
            let (row, _) = store.write(move |tx| orders::insert(tx, row, Vec::new(), &[])).unwrap();
            known.orders.push(row.order_id);
            known.stamps.push(row.last_changed);
        }
        3 if !known.orders.is_empty() => {
            let order_id = dice.one(&known.orders);
            let (exported, status) = (dice.below(2) == 0, dice.one(&[OrderStatus::New, OrderStatus::Cancelled]));
            store.write(move |tx| change_order(tx, order_id, exported, status)).unwrap();
        }
        _ if known.items.is_empty() => {}
        4 => {
            let (mandator_id, item_id) = dice.one(&known.items);
            let offer_id = store.write(move |tx| offer(tx, mandator_id.0, mandator_id.0, item_id, None)).unwrap();
            known.offers.push(offer_id);
        }
        5 if !known.offers.is_empty() => {
            let offer_id = dice.one(&known.offers);
            let ends = dice.below(2) == 0;
            store.write(move |tx| change_offer(tx, offer_id, ends)).unwrap();
        }
        6 => {
            let (_, item_id) = known.items.swap_remove(dice.below(known.items.len()));
            store.write(move |tx| items::delete(tx, item_id)).unwrap();
        }
        7 => {
            let (_, item_id) = dice.one(&known.items);
            let active = dice.one(&[None, Some(true), Some(false)]);
            store.write(move |tx| switch(tx, item_id, active)).unwrap();
        }
        _ => {
            let (mandator_id, item_id) = dice.one(&known.items);
            let counted = Counted { item_id, warehouse_id: dice.one(&WAREHOUSES), mandator_id, stock_count: step };
            store.write(move |tx| stock::save(tx, vec![counted])).unwrap();
        }
    }
}

fn change_order(tx: &mut Tx<'_>, order_id: OrderId, exported: bool, status: OrderStatus) -> Result<(), crate::domain::Failure> {
    let mut row = orders::get(&mut tx.conn, order_id)?.unwrap();
    row.export_date = exported.then_some(tx.stamp.0);
    row.order_status_id = status;
    orders::save(tx, &mut row, if exported { "erp" } else { "channel" })
}

fn change_offer(tx: &mut Tx<'_>, offer_id: OfferId, ends: bool) -> Result<(), crate::domain::Failure> {
    let Some(row) = offers::by_ids(&mut tx.conn, &[offer_id])?.pop() else { return Ok(()) };
    match ends {
        true if row.state == OfferState::Running => offers::found_missing(tx, &row),
        true => offers::unwant(tx, &[offer_id], EndedBy::Call),
        false => offers::confirm(tx, offer_id, &offers::Confirmed { running: Some(true), ..Default::default() }),
    }
}

fn switch(tx: &mut Tx<'_>, item_id: ItemId, active: Option<bool>) -> Result<(), crate::domain::Failure> {
    let mut rows = items::by_ids(&mut tx.conn, &[item_id])?;
    for row in &mut rows {
        row.active = active;
        row.last_changed = tx.stamp.0;
        row.keep(&Item::default())?;
    }
    items::save(tx, &rows)
}

/// Windows of time that are open, closed, and begin or end at writes.
fn windows(known: &Known) -> Vec<Window> {
    let middle = known.stamps.get(known.stamps.len() / 2).copied();
    vec![Window::default(), Window { from: middle, ..Window::default() }, Window { to: middle, ..Window::default() }]
}

/// The same pages out of both: small ones, of which some are behind the end.
fn compare<C: Choice>(store: &Store, kept: &Kept, filters: &[C], dice: &mut Dice) -> usize {
    let cut = Cut { skip: dice.one(&[0, 0, 1, 2, 4, 30]), take: 1 + dice.below(5) };
    let (page, found) =
        store.read(|conn| Ok::<(Page, Page), _>((kept.page(conn, filters, cut)?, Kept::default().page(conn, filters, cut)?))).unwrap();
    assert_eq!(page, found, "{filters:?}, {cut:?}");
    page.ids.len()
}

fn compare_all(store: &Store, kept: &Kept, known: &Known, dice: &mut Dice) -> [usize; 4] {
    let mut met = [0; 4];
    for window in windows(known) {
        let of = |mandator_id| ItemFilter { mandator_id, last_changed: window, ..Default::default() };
        let active = ItemFilter { active: Cond::In { values: vec![true], or_null: true }, ..of(MandatorId(1)) };
        met[0] += compare(store, kept, &[of(MandatorId(1))], dice) + compare(store, kept, &[active, of(MandatorId(2))], dice);
        let stock_of = |mandator_id| StockFilter {
            last_changed: window,
            item: StockItemFilter { mandator_id, ..Default::default() },
            ..Default::default()
        };
        let here = StockFilter { warehouse_id: Cond::one(WAREHOUSES[0]), ..stock_of(MandatorId(1)) };
        met[1] += compare(store, kept, &[stock_of(MandatorId(1))], dice) + compare(store, kept, &[here, stock_of(MandatorId(2))], dice);
        let running =
            |mandator_id| OfferFilter { mandator_id, state: Cond::one(OfferState::Running), last_changed: window, ..Default::default() };
        let missing = OfferFilter { ended_by: Cond::one(EndedBy::Channel), ..running(MandatorId(1)) };
        met[2] += compare(store, kept, &[running(MandatorId(1)), running(MandatorId(2))], dice) + compare(store, kept, &[missing], dice);
        let new = |mandator_id| Selection {
            mandator_id,
            last_changed: window,
            export_date: Window { null: Some(true), ..Window::default() },
            ..Default::default()
        };
        let cancelled = Selection {
            order_status_id: Cond::one(OrderStatus::Cancelled),
            export_date: Window::default(),
            not_changed_by: Some("erp".into()),
            ..new(MandatorId(1))
        };
        met[3] += compare(store, kept, &[new(MandatorId(1)), new(MandatorId(2))], dice) + compare(store, kept, &[cancelled], dice);
    }
    met
}

#[test]
fn pages_of_kept_sets_are_those_that_are_found_anew_after_whatever_writes_of_this_process_and_another() {
    for (name, address, guard) in places() {
        eprintln!("on {name}");
        let own = Store::open(&address).unwrap();
        // SQLite is one process's alone.
        let other = if own.is_shared() { Store::open(&address).unwrap() } else { own.clone() };
        let (kept, mut known, mut dice) = (Kept::default(), Known::default(), Dice(11));
        let mut met = [0; 4];
        for step in 0..STEPS {
            let writer = if dice.below(2) == 0 { &own } else { &other };
            write(writer, &mut known, &mut dice, step);
            if step % 3 == 0 {
                for (sum, more) in met.iter_mut().zip(compare_all(&own, &kept, &known, &mut dice)) {
                    *sum += more;
                }
            }
        }
        assert!(met.iter().all(|records| *records > 100), "{met:?}: pages without records prove nothing");
        assert!(!kept.sets().is_empty(), "nothing was kept");
        drop((own, other, guard));
    }
}

#[test]
fn a_page_deep_in_a_kept_set_is_read_without_the_records_before_it_being_looked_at_again() {
    for (_, address, guard) in places() {
        let store = Store::open(&address).unwrap();
        store.write(|tx| (0..50).try_for_each(|n| item(tx, MandatorId(1), &format!("N{n}"), &[]).map(drop))).unwrap();
        let filter = [ItemFilter { mandator_id: MandatorId(1), ..Default::default() }];
        let kept = Kept::default();
        let page = |skip| store.read(|conn| kept.page(conn, &filter, Cut { skip, take: 10 })).unwrap();
        let first = page(0);
        assert_eq!((first.total, first.ids.len()), (50, 10));
        let set = kept.sets().last().unwrap().1.clone();
        assert_eq!(page(40).ids.len(), 10);
        assert!(std::sync::Arc::ptr_eq(&set.ids, &kept.sets().last().unwrap().1.ids), "nothing changed in between");
        assert_eq!(page(50), Page { ids: Vec::new(), total: 50 });
        assert_eq!(page(usize::MAX).ids, [0; 0]);
        drop((store, guard));
    }
}

#[test]
fn what_is_found_at_once_is_not_kept_and_sets_are_bounded() {
    let (_, address, guard) = places().remove(0);
    let store = Store::open(&address).unwrap();
    store.write(|tx| (0..3).try_for_each(|n| item(tx, MandatorId(1), &format!("N{n}"), &[]).map(drop))).unwrap();
    let kept = Kept::default();
    let ask = |filter: ItemFilter, take| store.read(|conn| kept.page(conn, &[filter], Cut { skip: 0, take })).unwrap();
    let all = || ItemFilter { mandator_id: MandatorId(1), ..Default::default() };
    let since = |from| ItemFilter { last_changed: Window { from: Some(from), ..Window::default() }, ..all() };
    assert_eq!(ask(since(0), 3).ids.len(), 3, "they fit on the page");
    assert_eq!(ask(ItemFilter { item_id: Cond::any_of(vec![ItemId(1), ItemId(2)]), ..all() }, 1).total, 2);
    assert!(kept.sets().is_empty());
    assert_eq!(ask(all(), 3).ids.len(), 3);
    assert_eq!(kept.sets().len(), 1, "for the next poll");
    for from in 0..2 * i64::try_from(MOST_SETS).unwrap() {
        ask(since(from), 1);
    }
    assert_eq!(kept.sets().len(), MOST_SETS);
    drop((store, guard));
}

#[test]
fn no_set_outlives_the_connections_through_which_it_was_found() {
    for (name, address, guard) in places() {
        eprintln!("on {name}");
        let store = Store::open(&address).unwrap();
        store.write(|tx| (0..3).try_for_each(|n| item(tx, MandatorId(1), &format!("N{n}"), &[]).map(drop))).unwrap();
        let filter = [ItemFilter { mandator_id: MandatorId(1), ..Default::default() }];
        // The pool opens connections when it likes.
        let kept = || {
            for _ in 0..100 {
                assert_eq!(store.read(|conn| store.kept().page(conn, &filter, Cut { skip: 0, take: 2 })).unwrap().ids.len(), 2);
                if let Some((_, set)) = store.kept().sets().last() {
                    return set.ids.clone();
                }
            }
            panic!("nothing is kept");
        };
        let before = kept();
        if store.is_shared() {
            let others =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            store.write(move |tx| Ok(on!(&mut tx.conn, c => diesel::sql_query(others).execute(c)).map(drop)?)).unwrap();
        } else {
            store.kept().forget_all();
        }
        assert!(!std::sync::Arc::ptr_eq(&before, &kept()), "a server that took over may lack what the set holds");
        drop((store, guard));
    }
}

#[test]
fn what_was_found_before_all_was_forgotten_is_not_kept() {
    let kept = Kept::default();
    let clock = Clock { last: 1, forgotten: 0 };
    kept.keep([0; 32], set_of(RoaringBitmap::new(), clock), 0);
    assert_eq!(kept.sets().len(), 1);
    kept.forget_all();
    kept.keep([0; 32], set_of(RoaringBitmap::new(), clock), 0);
    assert!(kept.sets().is_empty());
}
