use super::*;
use crate::domain::order::OrderStatus;
use crate::domain::{AccountId, MandatorId, WarehouseId};
use crate::operations::common::ReportAction;
use crate::operations::orders::form::OrderUpdate;
use crate::operations::orders::update::{UpdateOrdersRequest, UpdateOrdersResult};
use crate::operations::wire::Patch;

pub(super) fn of(order_id: OrderId) -> OrderUpdate {
    OrderUpdate {
        significant_key: OrderSignificantKey::OrderId,
        mandator_id: MandatorId(1),
        order_id: Some(order_id),
        ..OrderUpdate::default()
    }
}

pub(super) fn sale(external: &str) -> OrderUpdate {
    OrderUpdate {
        significant_key: OrderSignificantKey::ExternalOrderNumber1,
        mandator_id: MandatorId(1),
        external_order_number_1: Patch::Set(external.into()),
        sub_channel_id: Some(4100),
        customer: Some(OrderCustomer { email: Some("ada@example.org".into()), ..OrderCustomer::default() }),
        order_items: vec![OrderItemUpdate {
            internal_item_number: Some("A-1".into()),
            quantity: Some(3),
            price: Some(Decimal::from_whole(10)),
            ..OrderItemUpdate::default()
        }],
        ..OrderUpdate::default()
    }
}

fn send(store: &Store, update: OrderUpdate) -> Called<UpdateOrdersResult> {
    let orders = records(vec![update]);
    call::<UpdateOrders>(store, UpdateOrdersRequest { orders, ..Default::default() })
}

/// Sends an update that has to be taken; gives the order's id.
pub(super) fn taken(store: &Store, update: OrderUpdate) -> OrderId {
    let report = send(store, update).result.reports.remove(0);
    assert_eq!(report.return_code, 0, "{:?}", report.error_description);
    report.order.unwrap().order_id.unwrap()
}

pub(super) fn refused(store: &Store, update: OrderUpdate) -> i32 {
    send(store, update).result.reports[0].return_code
}

fn notice(id: Option<i32>, text: Option<&str>, delete: Option<bool>) -> OrderNotice {
    OrderNotice { delete, order_notice_id: id, text: text.map(str::to_owned), notice_type: None }
}

fn tag(name: &str, delete: bool) -> OrderTag {
    OrderTag { delete: delete.then_some(true), tag_identifier: name.into() }
}

#[test]
fn fields_are_set_kept_and_cleared() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        taken(
            store,
            OrderUpdate {
                external_order_number_1: Patch::Set("ERP-1".into()),
                invoice_number: Patch::Set("2199".into()),
                shipping_charge: Patch::Set(Decimal(50_000)),
                note: Patch::Set("ring".into()),
                currency_code_iso: Patch::Set("EUR".into()),
                price_type_identifier: Some(PriceType::Net),
                shipping_provider_identifier: Patch::Set("DHL".into()),
                complete_status: Some(2),
                invoice_address: Some(OrderAddress {
                    salutation_id: Patch::Set(2),
                    city: Patch::Set("Berlin".into()),
                    street: Patch::Set("Main St".into()),
                    ..OrderAddress::default()
                }),
                ..of(id)
            },
        );
        taken(
            store,
            OrderUpdate {
                note: Patch::Clear,
                invoice_address: Some(OrderAddress { street: Patch::Clear, ..OrderAddress::default() }),
                ..of(id)
            },
        );
        let row = load(store, id).order;
        assert_eq!(row.external_order_number_1.as_deref(), Some("ERP-1"));
        assert_eq!(row.invoice_number.as_deref(), Some("2199"));
        assert_eq!(row.complete_status, 2);
        assert_eq!(row.last_changed_by, "erp");
        assert_eq!(row.data.shipping_charge, Some(Decimal(50_000)));
        assert_eq!((row.data.note, row.data.price_type_id), (None, Some(crate::domain::order::PriceType::Net)));
        let address = row.data.invoice_address.unwrap();
        assert_eq!(address.city.as_deref(), Some("Berlin"));
        assert_eq!(address.street, None);
        assert_eq!(address.salutation_identifier.as_deref(), Some("ms"));
    });
}

#[test]
fn an_update_that_changes_nothing_leaves_the_time_of_the_last_change() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let update = OrderUpdate { note: Patch::Set("ring".into()), order_tags: vec![tag("ISPU", false)], ..of(id) };
        taken(store, update.clone());
        let before = load(store, id).order;
        taken(store, update);
        assert_eq!(load(store, id).order, before);
    });
}

#[test]
fn the_channels_number_stays_though_the_documented_example_sends_it_empty() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order_with(store, item, Workflow::Prepayment, |row, _| {
            row.marketplace_order_id = Some("CH-1".into());
        });
        taken(store, OrderUpdate { marketplace_order_id: Patch::Clear, ..of(id) });
        let row = load(store, id).order;
        assert_eq!(row.marketplace_order_id.as_deref(), Some("CH-1"));
    });
}

#[test]
fn notices_are_added_changed_and_removed() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let with = |notices| OrderUpdate { order_notices: notices, ..of(id) };
        let two = vec![notice(None, Some("one"), None), notice(None, Some("two"), Some(false))];
        taken(store, with(two.clone()));
        taken(store, with(two));
        let notices = load(store, id).notices;
        assert_eq!(notices.len(), 2, "a repeat adds nothing");
        assert_eq!((notices[0].text.as_str(), notices[0].notice_type), ("one", 10));
        let (first, second) = (notices[0].order_notice_id, notices[1].order_notice_id);
        let change = vec![notice(Some(first), Some("uno"), None), notice(Some(second), None, Some(true))];
        taken(store, with(change.clone()));
        taken(store, with(change));
        let notices = load(store, id).notices;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].text, "uno");
        assert_eq!(refused(store, with(vec![notice(Some(99), Some("x"), None)])), -4013);
        assert_eq!(refused(store, with(vec![notice(None, None, None)])), -3001);
    });
}

#[test]
fn tags_are_united_and_removed_by_name() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let with = |tags| OrderUpdate { order_tags: tags, ..of(id) };
        taken(store, with(vec![tag("ISPU", false), tag("B2B", false)]));
        taken(store, with(vec![tag("WEEE", false), tag("B2B", true), tag("gone", true)]));
        let tags: Vec<String> = load(store, id).tags.into_iter().map(|tag| tag.tag_identifier).collect();
        assert_eq!(tags, ["ISPU", "WEEE"]);
    });
}

#[test]
fn a_status_set_directly_books_stock_and_tells_nobody() {
    on_stores(|store| {
        let item = shelf(store);
        let id = order(store, item, Workflow::Prepayment);
        let to = |status: OrderStatus| OrderUpdate { order_status_id: Some(status.id()), ..of(id) };
        taken(store, to(OrderStatus::Cancelled));
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (10, 0));
        taken(store, to(OrderStatus::PaidShipping));
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (10, 2));
        taken(store, to(OrderStatus::ShippedDone));
        assert_eq!((stock_of(store, item, WarehouseId(10)), reserved(store, item)), (8, 0));
        assert!(facts(store).is_empty());
        let unknown = OrderUpdate { order_status_id: Some(121), ..of(id) };
        assert_eq!(refused(store, unknown), -3007);
    });
}

#[test]
fn a_phone_sale_is_created_reserves_stock_and_is_found_again() {
    on_stores(|store| {
        let item = shelf(store);
        let mut update = sale("ERP-7");
        update.payment_method_id = Some(8);
        let called = send(store, update.clone());
        let report = &called.result.reports[0];
        assert_eq!((report.return_code, report.action), (0, Some(ReportAction::Insert)));
        assert_eq!(report.reference_id.as_deref(), Some("ref 1"));
        assert!(!called.additive, "the ERP's number finds it again");
        assert_eq!(called.accounts, [101, 102]);
        assert_eq!(dirty(store), [101, 102]);
        assert_eq!(reserved(store, item), 3);
        let keys = report.order.as_ref().unwrap();
        assert_eq!(keys.order_number, Some(1_000_000));
        let parts = load(store, keys.order_id.unwrap());
        assert_eq!(parts.order.sub_channel_id, 4100);
        assert_eq!(parts.order.workflow, Workflow::CashOnDelivery);
        assert_eq!(parts.items[0].identifier, "Item A-1");
        assert_eq!(parts.reserved[&parts.items[0].order_item_id], [(WarehouseId(10), 3)].into());
        assert_eq!(parts.customer.unwrap().customer_number, 10_000);
        let again = send(store, update);
        assert_eq!(again.result.reports[0].action, Some(ReportAction::Update));
        assert_eq!(reserved(store, item), 3);
    });
}

#[test]
fn a_phone_sale_with_an_account_is_found_again() {
    on_stores(|store| {
        let item = shelf(store);
        let with = |note: &str| OrderUpdate { account_id: Some(AccountId(2649)), note: Patch::Set(note.into()), ..sale("ERP-7") };
        let id = taken(store, with("first"));
        assert_eq!(taken(store, with("second")), id);
        assert_eq!(reserved(store, item), 3);
    });
}

#[test]
fn an_account_may_be_named_by_its_name() {
    on_stores(|store| {
        let item = shelf(store);
        let in_account = |account: i32| {
            order_with(store, item, Workflow::Prepayment, move |row, _| {
                row.account_id = Some(AccountId(account));
                row.marketplace_order_id = Some("SAME".into());
            })
        };
        let (_, second) = (in_account(101), in_account(102));
        let named = |name: &str| OrderUpdate {
            significant_key: OrderSignificantKey::MarketplaceOrderId,
            mandator_id: MandatorId(1),
            marketplace_order_id: Patch::Set("SAME".into()),
            account_identifier: Some(name.into()),
            note: Patch::Set("ring".into()),
            ..OrderUpdate::default()
        };
        assert_eq!(refused(store, named("")), -4002);
        assert_eq!(taken(store, named("Account 102")), second);
    });
}

#[test]
fn a_phone_sale_without_any_key_is_additive() {
    on_stores(|store| {
        shelf(store);
        let mut update = sale("");
        update.significant_key = OrderSignificantKey::OrderNumber;
        update.external_order_number_1 = Patch::Clear;
        update.sub_channel_id = None;
        update.sub_channel_identifier = Some("telefonverkauf".into());
        let called = send(store, update);
        assert_eq!(called.result.reports[0].return_code, 0);
        assert!(called.additive);
    });
}

#[test]
fn the_payment_method_decides_the_workflow_of_a_phone_sale() {
    on_stores(|store| {
        shelf(store);
        for (index, (method, workflow)) in [
            (Some(7), Workflow::Prepayment),
            (Some(8), Workflow::CashOnDelivery),
            (Some(9), Workflow::Collection),
            (None, Workflow::Prepayment),
        ]
        .into_iter()
        .enumerate()
        {
            let mut update = sale(&format!("ERP-{index}"));
            update.payment_method_id = method;
            let id = taken(store, update);
            assert_eq!(load(store, id).order.workflow, workflow);
        }
        let mut unknown = sale("ERP-9");
        unknown.payment_method_id = Some(70);
        assert_eq!(refused(store, unknown), -4027);
    });
}

#[test]
fn a_given_order_number_is_kept_and_the_counter_steps_over_it() {
    on_stores(|store| {
        shelf(store);
        let mut given = sale("ERP-1");
        given.order_number = Some(1_000_000);
        taken(store, given);
        let id = taken(store, sale("ERP-2"));
        assert_eq!(load(store, id).order.order_number, 1_000_001);
    });
}

#[test]
fn customers_are_found_by_id_number_or_mail() {
    on_stores(|store| {
        shelf(store);
        let customer_of = |id| load(store, id).order.customer_id.unwrap();
        let with = |external: &str, customer: OrderCustomer| OrderUpdate { customer: Some(customer), ..sale(external) };
        let first = customer_of(taken(store, sale("1")));
        assert_eq!(customer_of(taken(store, sale("2"))), first);
        let by_id = OrderCustomer { customer_id: Some(first), ..OrderCustomer::default() };
        assert_eq!(customer_of(taken(store, with("3", by_id))), first);
        let by_number = |number| OrderCustomer { customer_number: Some(number), ..OrderCustomer::default() };
        assert_eq!(customer_of(taken(store, with("4", by_number(10_000)))), first);
        let new = taken(store, with("5", by_number(555)));
        assert_eq!(load(store, new).customer.unwrap().customer_number, 555);
        let unknown = OrderCustomer { customer_id: Some(9_999), ..OrderCustomer::default() };
        assert_eq!(refused(store, with("6", unknown)), -4025);
        assert_eq!(refused(store, with("7", by_number(0))), -3010);
    });
}

#[test]
fn an_order_of_a_channel_is_never_created() {
    on_stores(|store| {
        shelf(store);
        let mut shop = sale("ERP-1");
        shop.sub_channel_id = Some(2100);
        assert_eq!(refused(store, shop.clone()), -5004);
        shop.sub_channel_id = Some(77);
        assert_eq!(refused(store, shop.clone()), -4012);
        shop.sub_channel_id = None;
        assert_eq!(refused(store, shop.clone()), -4008);
        shop.external_order_number_1 = Patch::Clear;
        assert_eq!(refused(store, shop), -3001);
        let mut by_id = sale("ERP-1");
        by_id.significant_key = OrderSignificantKey::OrderId;
        by_id.order_id = Some(OrderId(77));
        assert_eq!(refused(store, by_id), -4008);
    });
}

#[test]
fn a_bad_position_creates_nothing() {
    on_stores(|store| {
        let item = shelf(store);
        let mut update = sale("ERP-1");
        update.order_items.push(OrderItemUpdate { internal_item_number: Some("nowhere".into()), ..update.order_items[0].clone() });
        let report = &send(store, update.clone()).result.reports[0];
        assert_eq!(report.return_code, -4001);
        let text = report.error_description.as_deref().unwrap();
        assert!(text.starts_with("order 1, order_item 2: "), "{text}");
        assert_eq!(reserved(store, item), 0);
        update.order_items[1].internal_item_number = None;
        assert_eq!(refused(store, update.clone()), -3001);
        update.order_items[1].identifier = Some("Gift wrapping".into());
        update.order_items[1].quantity = Some(0);
        assert_eq!(refused(store, update.clone()), -3010);
        update.order_items[1].quantity = Some(1);
        let id = taken(store, update);
        assert_eq!(load(store, id).reserved.len(), 1, "only the item reserves");
        assert_eq!(reserved(store, item), 3);
    });
}
