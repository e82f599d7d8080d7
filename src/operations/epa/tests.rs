//! Sets: what makes one, what is refused, and what orders do with the components.

use std::collections::BTreeMap;

use super::UpdateEpaBoms;
use crate::domain::order::Workflow;
use crate::domain::{AccountId, ItemId, MandatorId, OrderId, OrderItemId, WarehouseId};
use crate::operations::epa::UpdateEpaAssemblies;
use crate::operations::testing::{all_sent, call, request, waiting};
use crate::soap::fixture;
use crate::store::offers::{StockFigures, stock_figures};
use crate::store::orders::{self, OrderItemRow, OrderRow, Positions};
use crate::store::outbox::Topic;
use crate::store::stock::{self, Counted};
use crate::store::testing::{item, offer, on_stores};
use crate::store::{Store, Tx};

const HERE: [WarehouseId; 2] = [WarehouseId(10), WarehouseId(11)];

fn article(store: &Store, number: &'static str, counts: [i32; 2]) -> ItemId {
    let counts = [(HERE[0], counts[0]), (HERE[1], counts[1])];
    store.write(move |tx| item(tx, MandatorId(1), number, &counts)).unwrap()
}

/// Sends bills; gives the codes of their reports.
fn bills(store: &Store, bills: &str) -> Vec<i32> {
    let called = call::<UpdateEpaBoms>(store, request::<UpdateEpaBoms>(&format!("<request>{bills}</request>")));
    called.result.reports.iter().map(|report| report.return_code).collect()
}

/// A bill of its own name for a set.
fn bill(set: &str, components: &[(&str, i32)]) -> String {
    let component = |(number, quantity): &(&str, i32)| {
        format!("<component><internal_item_number>{number}</internal_item_number><quantity>{quantity}</quantity></component>")
    };
    let components: String = components.iter().map(component).collect();
    format!(
        "<epa_bom significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>Bill of {set}</identifier>\
         <internal_item_number>{set}</internal_item_number><components delete=\"true\">{components}</components></epa_bom>"
    )
}

fn compose(store: &Store, set: &str, components: &[(&str, i32)]) {
    assert_eq!(bills(store, &bill(set, components)), [0]);
}

fn figures(store: &Store, item_id: ItemId) -> StockFigures {
    store.read(|conn| stock_figures(conn, AccountId(101), &HERE, &[item_id])).unwrap().remove(0).1
}

fn offered(store: &Store, item_id: ItemId) -> i32 {
    figures(store, item_id).figures().upload_quantity()
}

fn sell(store: &Store, item_id: ItemId, pieces: i32) -> OrderId {
    sold_by(store, Some(AccountId(101)), item_id, pieces)
}

fn sold_by(store: &Store, account_id: Option<AccountId>, item_id: ItemId, pieces: i32) -> OrderId {
    store
        .write(move |tx| {
            let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
            row.account_id = account_id;
            let position = OrderItemRow { item_id: Some(item_id), ..OrderItemRow::new("Sold".into(), pieces, 10_000) };
            Ok(orders::insert(tx, row, vec![position], &HERE)?.0.order_id)
        })
        .unwrap()
}

/// Moves the pieces of an order with one position.
fn moved(store: &Store, order_id: OrderId, change: impl FnOnce(&mut Positions, OrderItemId) + Send + 'static) {
    store
        .write(move |tx: &mut Tx<'_>| {
            let mut positions = Positions::load(&mut tx.conn, order_id, &HERE)?;
            let id = positions.rows()[0].order_item_id;
            change(&mut positions, id);
            positions.reserve(&mut tx.conn)?;
            orders::follow_pieces(tx, positions, &fixture::settings()).map(|_| ())
        })
        .unwrap();
}

/// Stock and reservations of an article in both warehouses.
fn shelf(store: &Store, item_id: ItemId) -> [(i32, i32); 2] {
    store
        .read(|conn| {
            let (counts, reserved) = (stock::of_items(conn, &[item_id])?, stock::reserved(conn, &[item_id])?);
            Ok(HERE.map(|warehouse| {
                let of = |map: &std::collections::HashMap<_, i32>| map.get(&(item_id, warehouse)).copied().unwrap_or_default();
                (of(&counts), of(&reserved))
            }))
        })
        .unwrap()
}

#[test]
fn a_set_has_what_its_components_allow_and_follows_them() {
    on_stores(|store| {
        let cup = article(store, "CUP", [5, 0]);
        article(store, "PLATE", [3, 4]);
        let set = article(store, "SET", [99, 99]);
        store.write(move |tx| offer(tx, 1, 101, set, None).map(|_| ())).unwrap();
        compose(store, "SET", &[("CUP", 2), ("PLATE", 1)]);
        assert_eq!(offered(store, set), 2, "two cups each, and what lies in two warehouses makes no set");
        all_sent(store);
        sell(store, cup, 2);
        assert_eq!(offered(store, set), 1, "a cup that is sold singly is missing in the set");
        let receipt = "<request><item><mandator_id>1</mandator_id><internal_item_number>CUP</internal_item_number><stock_items><stock_item>\
             <warehouse_code>standard</warehouse_code><stock_count>20</stock_count><absolute>true</absolute></stock_item></stock_items></item></request>";
        call::<crate::operations::stock::UpdateStockCount>(store, request::<crate::operations::stock::UpdateStockCount>(receipt));
        assert_eq!((offered(store, set), waiting(store, Topic::Quantity)), (3, vec![AccountId(101)]), "it follows its component");
        all_sent(store);
        compose(store, "SET", &[("CUP", 3)]);
        assert_eq!((offered(store, set), waiting(store, Topic::Quantity)), (6, vec![AccountId(101)]), "and its bill");
        all_sent(store);
        compose(store, "SET", &[("CUP", 3)]);
        assert!(waiting(store, Topic::Quantity).is_empty(), "the same bill again");
        compose(store, "SET", &[]);
        assert_eq!(offered(store, set), 198, "without components it is an article again");
    });
}

#[test]
fn an_order_keeps_what_its_set_was_composed_of() {
    on_stores(|store| {
        let (cup, plate) = (article(store, "CUP", [5, 4]), article(store, "PLATE", [2, 9]));
        let set = article(store, "SET", [0, 0]);
        compose(store, "SET", &[("CUP", 2), ("PLATE", 1)]);
        let order = sell(store, set, 3);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(5, 4), (4, 2)], [(2, 2), (9, 1)]), "whole sets in each warehouse");
        assert_eq!(figures(store, set).reserved_here, 3, "the channel of the order knows of three sets");
        assert_eq!((figures(store, cup).reserved, figures(store, cup).reserved_here), (6, 0), "and of no cup");
        compose(store, "SET", &[("PLATE", 4)]);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(5, 4), (4, 2)], [(2, 2), (9, 1)]));
        let parts = store.read(|conn| orders::load(conn, &[order])).unwrap().remove(0);
        assert_eq!(parts.reserved.values().next(), Some(&BTreeMap::from([(HERE[0], 2), (HERE[1], 1)])), "in pieces of the set");
        moved(store, order, |positions, id| drop(positions.ship(id, 1, None)));
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(3, 2), (4, 2)], [(1, 1), (9, 1)]), "the components leave");
        moved(store, order, |positions, id| positions.cancel(id, 1));
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(3, 2), (4, 0)], [(1, 1), (9, 0)]));
        moved(store, order, |positions, id| drop(positions.ship(id, 1, Some(HERE[1]))));
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(3, 0), (2, 0)], [(1, 0), (8, 0)]), "from another warehouse");
        moved(store, order, |positions, id| positions.restock(id, 2, HERE[0]));
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(7, 0), (2, 0)], [(3, 0), (8, 0)]), "and come back");
        sell(store, set, 1);
        assert_eq!(shelf(store, plate), [(3, 0), (8, 4)], "a new order takes what the set is now");
    });
}

#[test]
fn a_set_that_waits_gets_its_components_where_all_of_them_are() {
    on_stores(|store| {
        let (cup, plate) = (article(store, "CUP", [0, 2]), article(store, "PLATE", [1, 0]));
        let set = article(store, "SET", [0, 0]);
        compose(store, "SET", &[("CUP", 2), ("PLATE", 1)]);
        store.write(move |tx| offer(tx, 1, 101, cup, None).map(|_| ())).unwrap();
        all_sent(store);
        // By phone: from all warehouses of the mandator.
        let order = sold_by(store, None, set, 1);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(0, 2), (2, 0)], [(1, 1), (0, 0)]), "nowhere is a whole set");
        let stamp = |order| store.read(|conn| orders::get(conn, order)).unwrap().unwrap().last_changed;
        let before = stamp(order);
        let book = |number: &str, count: i32| {
            let booking = format!(
                "<request><item><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number><stock_items><stock_item>\
                 <warehouse_code>EXTERN</warehouse_code><stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item></request>"
            );
            let called =
                call::<crate::operations::stock::UpdateStockCount>(store, request::<crate::operations::stock::UpdateStockCount>(&booking));
            assert_eq!(called.result.reports[0].return_code, 0, "{:?}", called.result.reports[0].error_description);
        };
        book("PLATE", 1);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(0, 0), (2, 2)], [(1, 0), (1, 1)]), "both components move together");
        assert!(stamp(order) > before, "the order changed");
        let waits = waiting(store, Topic::Quantity);
        assert_eq!(waits, [AccountId(101)], "the offer of the component that moved along follows");
        all_sent(store);
        // A younger set waits; a single cup that comes is not enough for it, the second one is.
        let younger = sold_by(store, None, set, 1);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(0, 2), (2, 2)], [(1, 1), (1, 1)]));
        book("PLATE", 2);
        book("CUP", 3);
        assert_eq!(shelf(store, cup), [(0, 2), (3, 2)]);
        book("CUP", 4);
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(0, 0), (4, 4)], [(1, 0), (2, 2)]));
        for order in [order, younger] {
            moved(store, order, |positions, id| drop(positions.ship(id, 1, None)));
        }
        assert_eq!((shelf(store, cup), shelf(store, plate)), ([(0, 0), (0, 0)], [(1, 0), (0, 0)]));
    });
}

#[test]
fn what_was_sold_before_it_was_a_set_stays_what_it_was() {
    on_stores(|store| {
        let (cup, set) = (article(store, "CUP", [5, 0]), article(store, "SET", [4, 0]));
        let order = sell(store, set, 2);
        compose(store, "SET", &[("CUP", 1)]);
        moved(store, order, |positions, id| drop(positions.ship(id, 1, None)));
        assert_eq!((shelf(store, set), shelf(store, cup)), ([(3, 1), (0, 0)], [(5, 0), (0, 0)]));
        assert_eq!((offered(store, set), figures(store, set).reserved_here), (5, 1));
    });
}

#[test]
fn a_bill_that_makes_no_set_is_refused() {
    on_stores(|store| {
        for number in ["CUP", "PLATE", "SET", "BOX"] {
            article(store, number, [1, 1]);
        }
        compose(store, "SET", &[("CUP", 2), ("PLATE", 1)]);
        for (what, sent, expected) in [
            ("itself", bill("BOX", &[("BOX", 1)]), -5041),
            ("a set inside a set", bill("BOX", &[("CUP", 1), ("SET", 1)]), -5041),
            ("a component that would be a set", bill("CUP", &[("BOX", 1)]), -5042),
            ("unknown", bill("BOX", &[("NONE", 1)]), -4001),
            ("twice", bill("BOX", &[("CUP", 1), ("CUP", 2)]), -3012),
            ("none of it", bill("BOX", &[("CUP", 0)]), -3010),
            ("too many of it", bill("BOX", &[("CUP", 1001)]), -3010),
            ("a second bill", bill("SET", &[("CUP", 1)]).replace("Bill of SET", "Another"), -5019),
            ("an unknown set", bill("NONE", &[("CUP", 1)]), -4001),
        ] {
            assert_eq!(bills(store, &sent), [expected], "{what}");
        }
        // What a call has just done counts for its next record.
        assert_eq!(bills(store, &(bill("BOX", &[("PLATE", 1)]) + &bill("PLATE", &[("CUP", 1)]))), [0, -5042]);
        let assembly = |name: &str, more: &str| {
            format!(
                "<epa_assembly significant_key=\"external_id\"><mandator_id>1</mandator_id><external_id>{name}</external_id><identifier>{name}</identifier>{more}</epa_assembly>"
            )
        };
        let below = |name: &str| format!("<external_parent_id>{name}</external_parent_id>");
        let tree = [assembly("A", ""), assembly("B", &below("A")), assembly("A", &below("B")), assembly("C", &below("Z"))].concat();
        let called = call::<UpdateEpaAssemblies>(store, request::<UpdateEpaAssemblies>(&format!("<request>{tree}</request>")));
        let codes: Vec<i32> = called.result.reports.iter().map(|report| report.return_code).collect();
        assert_eq!(codes, [0, 0, -3013, -4030]);
        let deleted = "<request><item><mandator_id>1</mandator_id><internal_item_number>CUP</internal_item_number></item></request>";
        let called = call::<crate::operations::items::DeleteItems>(store, request::<crate::operations::items::DeleteItems>(deleted));
        assert!(called.result.reports[0].error_description.as_deref().unwrap().contains("sets that contain it: 1"));
    });
}

/// Random numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: i32) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % u64::try_from(most.max(1)).unwrap()).unwrap()
    }
}

#[test]
fn random_sales_of_sets_and_components_never_sell_more_of_a_component_than_there_is() {
    on_stores(|store| {
        let mut dice = Dice(7);
        let components = [article(store, "A", [9, 3]), article(store, "B", [4, 8]), article(store, "C", [0, 11])];
        let sets = [article(store, "S", [0, 0]), article(store, "T", [0, 0])];
        compose(store, "S", &[("A", 2), ("B", 1)]);
        compose(store, "T", &[("B", 1), ("C", 3)]);
        let mut open: Vec<OrderId> = Vec::new();
        let mut sold = [0; 2];
        for step in 0..200 {
            match dice.below(10) {
                0..=3 => {
                    let is_set = dice.below(2) == 1;
                    let choice = usize::try_from(dice.below(2)).unwrap();
                    let item_id = if is_set { sets[choice] } else { components[(choice + usize::try_from(step % 2).unwrap()) % 3] };
                    let most = offered(store, item_id);
                    if most > 0 {
                        let pieces = 1 + dice.below(most.min(4));
                        sold[usize::from(is_set)] += pieces;
                        open.push(sell(store, item_id, pieces));
                    }
                }
                4 | 5 if !open.is_empty() => {
                    let order = open[usize::try_from(dice.below(i32::try_from(open.len()).unwrap())).unwrap()];
                    let pieces = 1 + dice.below(3);
                    moved(store, order, move |positions, id| drop(positions.ship(id, pieces, None)));
                }
                6 if !open.is_empty() => {
                    let order = open[usize::try_from(dice.below(i32::try_from(open.len()).unwrap())).unwrap()];
                    moved(store, order, |positions, id| positions.cancel(id, 1));
                }
                7 => {
                    let parts = [("A", 1 + dice.below(3)), ("B", 1 + dice.below(2)), ("C", 1 + dice.below(2))];
                    let from = usize::try_from(dice.below(2)).unwrap();
                    compose(store, if dice.below(2) == 0 { "S" } else { "T" }, &parts[from..=from + 1]);
                }
                _ => {
                    let (item_id, warehouse_id) =
                        (components[usize::try_from(dice.below(3)).unwrap()], HERE[usize::try_from(dice.below(2)).unwrap()]);
                    let count = shelf(store, item_id)[usize::from(warehouse_id == HERE[1])].0 + dice.below(6);
                    store
                        .write(move |tx| {
                            stock::save(tx, vec![Counted { item_id, warehouse_id, mandator_id: MandatorId(1), stock_count: count }])
                        })
                        .unwrap();
                }
            }
            for component in components {
                for (count, reserved) in shelf(store, component) {
                    assert!(count >= reserved && reserved >= 0, "step {step}: {reserved} of {count} pieces of {component:?}");
                }
            }
        }
        assert!(sold.iter().all(|pieces| *pieces > 10), "{sold:?} pieces sold: the days are too quiet to prove anything");
        for order in open {
            moved(store, order, |positions, _| positions.cancel_open());
        }
        assert!(components.iter().all(|component| shelf(store, *component).iter().all(|(_, reserved)| *reserved == 0)));
    });
}
