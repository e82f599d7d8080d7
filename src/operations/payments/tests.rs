use super::fetch::{FetchPayments, FetchPaymentsRequest, PaymentFilter};
use super::request::{PaymentSignificantKey, PaymentUpdate};
use super::transfer::{MoneyTransfer, TransferMoney, TransferMoneyRequest};
use super::update::{UpdatePayments, UpdatePaymentsRequest, UpdatePaymentsResult};
use super::{PaymentNature, PaymentState};
use crate::domain::order::{OrderStatus, Workflow};
use crate::domain::{AccountId, Decimal, MandatorId, OrderId, PaymentId};
use crate::operations::orders::{OrderSignificantKey, PaymentOrder};
use crate::operations::testing::{call, fetch, is, records};
use crate::operations::wire::{Flag, Time};
use crate::store::Store;
use crate::store::orders::{self, OrderItemRow, OrderRow};
use crate::store::testing::on_stores;

fn order(store: &Store, mandator_id: i32, number: &str, price: i32) -> OrderId {
    let number = number.to_owned();
    let insert = move |tx: &mut crate::store::Tx<'_>| {
        let mut row = OrderRow::new(MandatorId(mandator_id), 2100, Workflow::Prepayment);
        row.account_id = Some(AccountId(101));
        row.marketplace_order_id = Some(number);
        row.data.currency_code_iso = Some("EUR".into());
        let line = OrderItemRow::new("Cup".into(), 1, Decimal::from_whole(price).0);
        orders::insert(tx, row, vec![line], &[]).map(|(row, _)| row.order_id)
    };
    store.write(insert).unwrap()
}

fn status(store: &Store, order_id: OrderId) -> OrderStatus {
    store.read(|conn| orders::get(conn, order_id)).unwrap().unwrap().order_status_id
}

fn in_days(days: u64) -> Time {
    Time::At(chrono::Utc::now() + chrono::Days::new(days))
}

fn payment(external_id: &str, amount: i32, purpose: &str) -> PaymentUpdate {
    PaymentUpdate {
        mandator_id: MandatorId(1),
        external_id: Some(external_id.into()),
        payment_date: Some(in_days(0)),
        payment_amount: Some(Decimal::from_whole(amount)),
        currency_code_iso: Some("EUR".into()),
        purpose: Some(purpose.into()),
        ..PaymentUpdate::default()
    }
}

fn for_order(number: &str) -> PaymentOrder {
    PaymentOrder {
        significant_key: OrderSignificantKey::MarketplaceOrderId,
        mandator_id: MandatorId(1),
        marketplace_order_id_1: Some(number.into()),
        ..PaymentOrder::default()
    }
}

fn update(store: &Store, payments: Vec<PaymentUpdate>) -> (UpdatePaymentsResult, Vec<AccountId>) {
    let request = UpdatePaymentsRequest { payments: records("payment", payments), ..UpdatePaymentsRequest::default() };
    let called = call::<UpdatePayments>(store, request);
    (called.result, called.accounts)
}

fn codes(result: &UpdatePaymentsResult) -> Vec<i32> {
    result.reports.iter().map(|report| report.return_code).collect()
}

fn found(store: &Store, filter: PaymentFilter) -> Vec<super::record::PaymentRecord> {
    let filter = PaymentFilter { mandator_id: is(MandatorId(1)), ..filter };
    fetch::<FetchPayments>(store, FetchPaymentsRequest { filters: vec![filter], ..FetchPaymentsRequest::default() }).payments
}

#[test]
fn a_payment_of_the_erp_finds_its_order_and_a_repeat_changes_nothing() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 5);
        let (result, accounts) = update(store, vec![payment("E1", 5, "S-1004711"), payment("E1", 5, "S-1004711")]);
        assert_eq!((codes(&result), accounts), (vec![0, 0], vec![AccountId(101)]));
        assert_eq!(status(store, order_id), OrderStatus::PaidShipping);
        let stored = found(store, PaymentFilter::default());
        assert_eq!((stored.len(), stored[0].orders.len(), stored[0].orders[0].order_id), (1, 1, order_id));
        assert_eq!(stored[0].orders[0].assigned_by, "erp");
    });
}

#[test]
fn a_known_payment_is_never_another_one() {
    on_stores(|store| {
        update(store, vec![payment("E1", 5, "x")]);
        let changed = [
            PaymentUpdate { payment_amount: Some(Decimal::from_whole(6)), ..payment("E1", 5, "x") },
            PaymentUpdate { currency_code_iso: Some("CHF".into()), ..payment("E1", 5, "x") },
            PaymentUpdate { payment_date: Some(in_days(2)), ..payment("E1", 5, "x") },
        ];
        assert_eq!(codes(&update(store, changed.to_vec()).0), [-5050, -5050, -5050]);
        let incomplete = [
            PaymentUpdate { payment_amount: None, ..payment("E2", 5, "x") },
            PaymentUpdate { currency_code_iso: Some("EURO".into()), ..payment("E2", 5, "x") },
            PaymentUpdate { payment_date: None, ..payment("E2", 5, "x") },
            PaymentUpdate { payment_date: Some(in_days(400)), ..payment("E2", 5, "x") },
            PaymentUpdate { payment_amount: Decimal::parse("10.005"), ..payment("E2", 5, "x") },
            PaymentUpdate { payment_amount: Some(Decimal::ZERO), ..payment("E2", 5, "x") },
            PaymentUpdate { external_id: None, ..payment("E2", 5, "x") },
            PaymentUpdate { significant_key: Some(PaymentSignificantKey::Id), payment_id: Some(PaymentId(77)), ..payment("E2", 5, "x") },
        ];
        let codes = codes(&update(store, incomplete.to_vec()).0);
        assert!(codes.iter().all(|code| *code < 0) && codes[3..] == [-3010, -5054, -3010, -3001, -4040], "{codes:?}");
        assert_eq!(found(store, PaymentFilter::default()).len(), 1);
    });
}

#[test]
fn what_waits_is_assigned_by_its_id_once_and_only_in_its_mandator() {
    on_stores(|store| {
        let (own, foreign) = (order(store, 1, "S-1004711", 5), order(store, 2, "S-1004799", 5));
        update(store, vec![payment("E1", 5, "nothing")]);
        let payment_id = found(store, PaymentFilter::default())[0].payment_id;
        let known = |orders: Vec<PaymentOrder>| PaymentUpdate {
            significant_key: Some(PaymentSignificantKey::Id),
            mandator_id: MandatorId(1),
            payment_id: Some(payment_id),
            orders,
            ..PaymentUpdate::default()
        };
        let mixed = PaymentOrder { mandator_id: MandatorId(2), ..for_order("S-1004799") };
        assert_eq!(codes(&update(store, vec![known(vec![mixed]), known(vec![for_order("S-1004799")])]).0), [-5050, -4008]);
        let (result, accounts) = update(store, vec![known(vec![for_order("S-1004711")]), known(vec![for_order("S-1004711")])]);
        assert_eq!((codes(&result), accounts), (vec![0, 0], vec![AccountId(101)]));
        assert_eq!(result.reports[0].payment.as_ref().unwrap().payment_status_identifier, Some(PaymentState::Assigned));
        assert_eq!((status(store, own), status(store, foreign)), (OrderStatus::PaidShipping, OrderStatus::New));
        let apart = PaymentUpdate { payment_status_identifier: Some(PaymentState::NoOrder), ..known(Vec::new()) };
        assert_eq!(codes(&update(store, vec![apart]).0), [-5053]);
    });
}

#[test]
fn a_part_that_fails_undoes_the_whole_payment() {
    on_stores(|store| {
        order(store, 1, "S-1004711", 5);
        let both = PaymentUpdate { orders: vec![for_order("S-1004711"), for_order("S-9")], ..payment("E1", 9, "x") };
        assert_eq!(codes(&update(store, vec![both]).0), [-4008]);
        assert!(found(store, PaymentFilter::default()).is_empty());
    });
}

#[test]
fn filters_find_payments_by_order_state_and_words() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 5);
        let apart = PaymentUpdate { payment_status_identifier: Some(PaymentState::NoOrder), ..payment("E3", 1, "fee") };
        update(store, vec![payment("E1", 5, "S-1004711"), payment("E2", -2, "back"), apart]);
        let ids = |filter| found(store, filter).into_iter().map(|payment| payment.external_id.unwrap()).collect::<Vec<_>>();
        assert_eq!(ids(PaymentFilter { order_id: is(order_id), ..PaymentFilter::default() }), ["E1"]);
        let has_order =
            |value| PaymentFilter { has_order: Some(Flag { value: Some(value), allow_null: false }), ..PaymentFilter::default() };
        assert_eq!((ids(has_order(true)), ids(has_order(false))), (vec!["E1".to_owned()], vec!["E2".to_owned(), "E3".to_owned()]));
        let state = |word: &str| PaymentFilter { payment_status_identifier: is(word.to_owned()), ..PaymentFilter::default() };
        assert_eq!((ids(state("waiting")), ids(state("no_order"))), (vec!["E2".to_owned()], vec!["E3".to_owned()]));
        assert_eq!(ids(PaymentFilter { external_id: is("E2".to_owned()), ..PaymentFilter::default() }), ["E2"]);
        let refund = found(store, state("waiting")).remove(0);
        assert_eq!((refund.payment_kind, refund.payment_amount), (Some(PaymentNature::Refund), Decimal::from_whole(-2)));
    });
}

#[test]
fn a_transaction_is_one_payment_whoever_reports_it_first() {
    on_stores(|store| {
        let of_service = |id: &str| PaymentUpdate { transaction_id: Some("TX900".into()), ..payment(id, 5, "x") };
        let by_transaction =
            PaymentUpdate { significant_key: Some(PaymentSignificantKey::Transaction), external_id: None, ..of_service("") };
        assert_eq!(codes(&update(store, vec![by_transaction.clone(), of_service("E1"), of_service("E1"), by_transaction]).0), [0; 4]);
        let stored = found(store, PaymentFilter::default());
        assert_eq!((stored.len(), stored[0].external_id.as_deref()), (1, Some("E1")), "the number of the ERP is noted at it");
        assert_eq!(codes(&update(store, vec![of_service("E2")]).0), [-5050], "one payment has one number");
    });
}

#[test]
fn a_known_payment_gets_what_it_lacks_and_nothing_else() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 5);
        update(store, vec![PaymentUpdate { purpose: None, ..payment("E1", 5, "") }, payment("E2", 5, "x")]);
        let more = PaymentUpdate { iban: Some("de65 9999 0001 0000 1234 56".into()), ..payment("E1", 5, "S-1004711") };
        assert_eq!(codes(&update(store, vec![more.clone(), more.clone()]).0), [0, 0]);
        assert_eq!(status(store, order_id), OrderStatus::PaidShipping, "its text names the order now");
        let other = [
            PaymentUpdate { iban: Some("DE27999900040000999903".into()), ..more.clone() },
            PaymentUpdate { payment_system_id: Some(25), ..more.clone() },
            PaymentUpdate { payment_system_id: Some(26), ..more.clone() },
            PaymentUpdate { payment_amount: Decimal::parse("5.001"), ..more.clone() },
            PaymentUpdate { transaction_id: Some("T1".into()), ..more.clone() },
            PaymentUpdate { transaction_id: Some("T2".into()), ..more.clone() },
            PaymentUpdate { transaction_id: Some("T1".into()), ..payment("E2", 5, "x") },
        ];
        assert_eq!(codes(&update(store, other.to_vec()).0), [-5050, 0, -5050, -5054, 0, -5050, -5056]);
        let taken = PaymentUpdate {
            significant_key: Some(PaymentSignificantKey::Transaction),
            transaction_id: Some("T9".into()),
            ..payment("E2", 7, "x")
        };
        assert_eq!(codes(&update(store, vec![taken]).0), [-5056], "a number is one payment's");
        assert_eq!(found(store, PaymentFilter::default()).len(), 2);
    });
}

#[test]
fn the_erp_takes_a_payment_back_and_closes_the_rest() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 5);
        let said = |state| PaymentUpdate { payment_status_identifier: Some(state), ..payment("E1", 9, "x") };
        let part = PaymentUpdate { orders: vec![for_order("S-1004711")], ..payment("E1", 9, "x") };
        let (result, _) = update(store, vec![part.clone(), said(PaymentState::Assigned), said(PaymentState::Assigned)]);
        assert_eq!(codes(&result), [0, 0, 0]);
        let stored = found(store, PaymentFilter::default());
        assert_eq!((stored[0].payment_status_identifier, stored[0].open_amount), (Some(PaymentState::Assigned), Decimal::from_whole(4)));
        assert_eq!(codes(&update(store, vec![said(PaymentState::Waiting), said(PaymentState::Waiting)]).0), [0, 0]);
        let stored = found(store, PaymentFilter::default());
        assert_eq!((stored[0].orders.len(), stored[0].open_amount), (0, Decimal::from_whole(9)));
        assert_eq!(status(store, order_id), OrderStatus::ConfirmedOpenPayments);
        assert_eq!(
            codes(&update(store, vec![PaymentUpdate { payment_status_identifier: Some(PaymentState::Waiting), ..part }]).0),
            [-5053]
        );
    });
}

#[test]
fn an_order_that_a_record_names_twice_gets_both_shares() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 10);
        let share = || PaymentOrder { assigned_amount: Some(Decimal::from_whole(5)), ..for_order("S-1004711") };
        let both = PaymentUpdate { orders: vec![share(), share()], ..payment("E1", 10, "x") };
        assert_eq!(codes(&update(store, vec![both.clone(), both]).0), [0, 0]);
        assert_eq!(status(store, order_id), OrderStatus::PaidShipping);
        let cents = PaymentOrder { assigned_amount: Decimal::parse("1.2345"), ..for_order("S-1004711") };
        assert_eq!(codes(&update(store, vec![PaymentUpdate { orders: vec![cents], ..payment("E2", 10, "x") }]).0), [-5054]);
    });
}

fn transfer(number: &str, amount: i32) -> MoneyTransfer {
    MoneyTransfer {
        mandator_id: MandatorId(1),
        external_id: Some("E1".into()),
        external_transfer_number: number.into(),
        transfer_amount: Decimal::from_whole(amount),
        currency_code_iso: "EUR".into(),
        ..MoneyTransfer::default()
    }
}

fn send(store: &Store, transfers: Vec<MoneyTransfer>) -> Vec<i32> {
    let request = TransferMoneyRequest { transfers: records("transfer", transfers), ..TransferMoneyRequest::default() };
    call::<TransferMoney>(store, request).result.reports.iter().map(|report| report.return_code).collect()
}

#[test]
fn money_goes_back_over_the_channel_whose_transaction_it_is_and_over_nothing_else() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", 5);
        let of_order = |external_id: &str, transaction: Option<&str>| PaymentUpdate {
            transaction_id: transaction.map(str::to_owned),
            orders: vec![for_order("S-1004711")],
            ..payment(external_id, 9, "x")
        };
        update(store, vec![of_order("E1", Some("T1"))]);
        assert_eq!(send(store, vec![transfer("R1", 2)]), [-5058], "the channel does not know the transaction");
        let by_channel = move |tx: &mut crate::store::Tx<'_>| {
            let mut row = orders::get(&mut tx.conn, order_id)?.unwrap();
            row.transaction_id_1 = Some("T1".into());
            orders::save(tx, &mut row, "channel")
        };
        store.write(by_channel).unwrap();
        let sent = [transfer("R1", 2), transfer("R1", 2), transfer("R1", 3), transfer("R2", 6), transfer("R3", 4)];
        assert_eq!(send(store, sent.to_vec()), [0, 0, -5032, -5059, -5034], "once, and never more than the order has");
        let credits = store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0).credits;
        assert_eq!(credits.len(), 1);
        let francs = MoneyTransfer { currency_code_iso: "CHF".into(), ..transfer("R4", 1) };
        let unknown = MoneyTransfer { external_id: Some("E9".into()), ..transfer("R5", 1) };
        let cents = MoneyTransfer { transfer_amount: Decimal::parse("0.005").unwrap(), ..transfer("R6", 1) };
        assert_eq!(send(store, vec![francs, unknown, cents]), [-5050, -4040, -5054]);
    });
}
