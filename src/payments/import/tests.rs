use diesel::prelude::*;

use super::*;
use crate::config::fixture::settings;
use crate::domain::order::{OrderStatus, PaymentStatus, Workflow};
use crate::domain::payment::{Entry, PaymentKind, Reason};
use crate::domain::{Decimal, MandatorId, OrderId, PaymentId, Stamp};
use crate::on;
use crate::payments::{assign, set_apart, take_back};
use crate::store::orders::{self, OrderItemRow, OrderRow};
use crate::store::payments::{PaymentKey, PaymentRow, PaymentSelection, assignments_of, find, load, select};
use crate::store::schema::outbox_facts;
use crate::store::testing::{on_stores, places};

fn amount(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn day(day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 2, day).unwrap()
}

/// An order of account 101 (or, in mandator 2, 201), of the 10th.
fn order(store: &Store, mandator_id: i32, number: &str, price: &str) -> OrderId {
    let (number, price) = (number.to_owned(), amount(price).0);
    let insert = move |tx: &mut Tx<'_>| {
        let mut row = OrderRow::new(MandatorId(mandator_id), 2100, Workflow::Prepayment);
        row.account_id = Some(AccountId(if mandator_id == 1 { 101 } else { 201 }));
        row.marketplace_order_id = Some(number);
        row.order_date = Some(Stamp::from_utc(day(10).and_hms_opt(12, 0, 0).unwrap().and_utc()).0);
        row.data.currency_code_iso = Some("EUR".into());
        row.data.payment_status_id = Some(PaymentStatus::Unpaid);
        orders::insert(tx, row, vec![OrderItemRow::new("Cup".into(), 1, price)], &[]).map(|(row, _)| row.order_id)
    };
    store.write(insert).unwrap()
}

fn row_of(store: &Store, order_id: OrderId) -> OrderRow {
    store.read(|conn| orders::get(conn, order_id)).unwrap().unwrap()
}

/// Facts that were written for the channel of an order.
fn facts(store: &Store, order_id: OrderId) -> Vec<String> {
    store
        .read(|conn| {
            Ok(on!(conn, c => outbox_facts::table
                .filter(outbox_facts::order_id.eq(order_id))
                .order(outbox_facts::fact_id)
                .select(outbox_facts::kind)
                .load(c))?)
        })
        .unwrap()
}

fn how(mandator_id: i32) -> Import {
    let mandator = settings().mandator(MandatorId(mandator_id)).unwrap().clone();
    Import { mandator, account: None, accept_changed: false, by: "import".into() }
}

/// Money of the 13th.
fn paid(value: &str, text: &str) -> Entry {
    Entry { amount: amount(value), currency: "EUR".into(), purpose: vec![text.to_owned()], booked: day(13), ..Entry::default() }
}

fn statement(number: &str, entries: Vec<Entry>) -> Statement {
    Statement { account: Some("DE65999900010000123456".into()), number: Some(number.into()), entries, ..Statement::default() }
}

fn take_in(store: &Store, statements: Vec<Statement>) -> Imported {
    import(store, statements, &how(1)).unwrap().0
}

fn payments(store: &Store) -> Vec<PaymentRow> {
    let all = PaymentSelection { mandator_id: MandatorId(1), ..PaymentSelection::default() };
    store.read(|conn| select(conn, &all).and_then(|ids| load(conn, &ids))).unwrap()
}

/// Assigns by hand; gives the code of the refusal.
fn by_hand(store: &Store, payment_id: PaymentId, order_id: OrderId, value: Option<&str>) -> Result<(), i32> {
    let value = value.map(amount);
    let done = store.write(move |tx| {
        let mut row = find(&mut tx.conn, MandatorId(1), PaymentKey::Id(payment_id))?.pop().unwrap();
        assign(tx, &mut row, order_id, value, "erp").map(drop)
    });
    done.map_err(|failure| failure.code.number)
}

#[test]
fn a_transfer_moves_its_order_on_once_however_often_it_is_imported() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "49.90");
        let first = take_in(store, vec![statement("1", vec![paid("49.90", "Bestellung S-1004711")])]);
        assert_eq!((first.new, first.assigned, first.waiting), (1, 1, 0));
        let row = row_of(store, order_id);
        assert_eq!((row.order_status_id, row.data.payment_status_id), (OrderStatus::PaidShipping, Some(PaymentStatus::Paid)));
        let again = take_in(store, vec![statement("1", vec![paid("49.90", "Bestellung S-1004711")])]);
        assert_eq!((again.known_statements, again.new, again.known), (1, 0, 1));
        assert_eq!(facts(store, order_id), ["paid"]);
        assert_eq!(row_of(store, order_id), row);
        let stored = payments(store);
        let assigned = store.read(|conn| assignments_of(conn, &[stored[0].payment_id])).unwrap();
        assert_eq!((assigned.len(), assigned[0].amount, assigned[0].data.score), (1, 499_000, 130));
        assert_eq!(assigned[0].data.reasons, [Reason::Number, Reason::Amount, Reason::Date]);
        assert_eq!((stored[0].state, stored[0].open_amount), (PaymentState::Assigned, 0));
        let shown = store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0).payments;
        assert_eq!(shown.len(), 1);
    });
}

#[test]
fn equal_payments_count_as_often_as_they_are_booked() {
    on_stores(|store| {
        let twice = || statement("1", vec![paid("5", "donation"), paid("5", "donation")]);
        assert_eq!(take_in(store, vec![twice()]).new, 2);
        assert_eq!(take_in(store, vec![twice()]).new, 0);
        let unnumbered = Statement { number: None, ..twice() };
        assert_eq!(take_in(store, vec![unnumbered]).new, 0, "a listing of the same day");
        let order_id = order(store, 1, "S-1004711", "5");
        let third = take_in(store, vec![statement("2", vec![paid("5", "donation"), paid("5", "S-1004711")])]);
        assert_eq!((third.new, third.waiting), (2, 1), "another statement is other money");
        let doubtful = &payments(store)[2];
        assert!(doubtful.data.possibly_same);
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
        let named = |number: &str, text: &str| statement(number, vec![Entry { bank_reference: Some("B1".into()), ..paid("7", text) }]);
        assert_eq!(take_in(store, vec![named("3", "x"), named("4", "x")]).new, 1, "the bank named it");
    });
}

#[test]
fn a_known_statement_with_other_content_stops_the_file() {
    on_stores(|store| {
        take_in(store, vec![statement("1", vec![paid("5", "a")])]);
        let other = || vec![statement("9", vec![paid("1", "new")]), statement("1", vec![paid("5", "a"), paid("6", "b")])];
        let stopped = import(store, other(), &how(1)).unwrap_err().to_string();
        assert!(stopped.contains("statement 1 was imported before with other content"), "{stopped}");
        assert_eq!(payments(store).len(), 1, "nothing of the file");
        let (done, _) = import(store, other(), &Import { accept_changed: true, ..how(1) }).unwrap();
        assert_eq!((done.new, done.known), (2, 1));
        assert_eq!(take_in(store, other()).known_statements, 2, "what was accepted is known now");
    });
}

#[test]
fn statements_of_another_account_and_copies_are_not_taken() {
    on_stores(|store| {
        let one = || vec![statement("1", vec![paid("5", "a")])];
        let expects = |account: &str| Import { account: Some(account.into()), ..how(1) };
        assert!(import(store, one(), &expects("DE27999900040000999903")).unwrap_err().to_string().contains("expected DE27"));
        let copy = vec![Statement { is_copy: true, ..one().remove(0) }];
        let done = take_in(store, copy.clone());
        assert_eq!((done.new, done.copies, done.known, done.left_out), (0, 1, 0, 1), "its statement never came");
        assert!(done.to_string().contains("1 copies of unknown statements were not taken"), "{done}");
        let (done, _) = import(store, one(), &expects("99990001/123456")).unwrap();
        assert_eq!(done.new, 1);
        assert_eq!(take_in(store, copy).known_statements, 1);
        let report = vec![Statement { account: None, number: None, entries: vec![paid("6", "b")], ..Statement::default() }];
        import(store, report, &expects("paypal")).unwrap();
        assert_eq!(payments(store)[1].payment_account.as_deref(), Some("PAYPAL"));
    });
}

#[test]
fn an_order_is_paid_when_all_of_it_is_and_not_before() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "49.90");
        take_in(store, vec![statement("1", vec![paid("20", "S-1004711")])]);
        let short = payments(store).remove(0);
        assert!(short.data.candidates[0].reasons.contains(&Reason::Short));
        assert_eq!(by_hand(store, short.payment_id, order_id, None), Ok(()));
        let row = row_of(store, order_id);
        assert_eq!((row.order_status_id, row.data.payment_status_id), (OrderStatus::New, Some(PaymentStatus::Unpaid)), "in part");
        assert_eq!(facts(store, order_id), [""; 0]);
        let rest = take_in(store, vec![statement("2", vec![paid("29.90", "Rest S-1004711")])]);
        assert_eq!(rest.assigned, 1);
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
        let double = take_in(store, vec![statement("3", vec![paid("49.90", "S-1004711")])]);
        assert_eq!((double.assigned, double.waiting), (0, 1), "paid already");
        let double = payments(store).pop().unwrap();
        assert!(double.data.candidates[0].reasons.contains(&Reason::AlreadyPaid));
        assert_eq!(by_hand(store, double.payment_id, order_id, None), Err(5051));
        assert_eq!(facts(store, order_id), ["paid"]);
    });
}

#[test]
fn the_rest_of_an_overpayment_stays_open() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "49.90");
        take_in(store, vec![statement("1", vec![paid("60", "S-1004711")])]);
        let payment = payments(store).remove(0);
        assert_eq!(by_hand(store, payment.payment_id, order_id, Some("60")), Err(5051));
        assert_eq!(by_hand(store, payment.payment_id, order_id, Some("-1")), Err(5051));
        assert_eq!(by_hand(store, payment.payment_id, order_id, None), Ok(()));
        let payment = payments(store).remove(0);
        assert_eq!((payment.state, payment.open_amount), (PaymentState::PartlyAssigned, amount("10.10").0));
        let mut row = payment.clone();
        store.write(move |tx| set_apart(tx, &mut row, "erp")).unwrap();
        let closed = payments(store).remove(0);
        assert_eq!((closed.state, closed.open_amount), (PaymentState::Assigned, amount("10.10").0), "nobody looks at the rest");
        assert_eq!(by_hand(store, closed.payment_id, order_id, None), Err(5051));
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
    });
}

#[test]
fn one_transfer_pays_two_orders() {
    on_stores(|store| {
        let (one, two) = (order(store, 1, "S-1004711", "49.90"), order(store, 1, "S-1004712", "20"));
        let done = take_in(store, vec![statement("1", vec![paid("69.90", "S-1004711 + S-1004712")])]);
        assert_eq!(done.assigned, 1);
        for order_id in [one, two] {
            assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
            assert_eq!(facts(store, order_id), ["paid"]);
        }
    });
}

#[test]
fn money_that_the_bank_takes_back_opens_the_order_again() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "49.95");
        let debit = Entry { end_to_end_id: Some("S-1004711".into()), ..paid("49.95", "") };
        take_in(store, vec![statement("1", vec![debit])]);
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
        let end_to_end_id = Some("S-1004711".to_owned());
        let returned = Entry { kind: PaymentKind::Returned, charges: amount("5.66"), end_to_end_id, ..paid("-55.61", "Retoure") };
        take_in(store, vec![statement("2", vec![returned])]);
        let row = row_of(store, order_id);
        assert_eq!((row.order_status_id, row.data.payment_status_id), (OrderStatus::ConfirmedOpenPayments, Some(PaymentStatus::Unpaid)));
        let returned = payments(store).remove(1);
        assert_eq!((returned.state, returned.open_amount), (PaymentState::Assigned, amount("-5.66").0), "the fee is no order's");
        let shown = store.read(|conn| orders::load(conn, &[order_id])).unwrap().remove(0).payments;
        assert_eq!(shown[0].data.payment_status_id, Some(PaymentStatus::Unpaid));
        assert_eq!(take_in(store, vec![statement("3", vec![paid("49.95", "S-1004711")])]).assigned, 1, "paid again");
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
        assert_eq!(facts(store, order_id), ["paid"], "the channel knows");
    });
}

#[test]
fn a_refund_is_noted_at_the_order_of_its_payment_and_leaves_it_paid() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "69.78");
        let transaction = |id: &str, original: Option<&str>, kind, value| Entry {
            kind,
            transaction_id: Some(id.into()),
            original_transaction: original.map(str::to_owned),
            references: vec!["S-1004711".into()],
            ..paid(value, "")
        };
        let received = transaction("T1", None, PaymentKind::Received, "69.78");
        let part = transaction("T2", Some("T1"), PaymentKind::Refund, "-14.98");
        let too_much = transaction("T3", Some("T1"), PaymentKind::Refund, "-54.81");
        let done = take_in(store, vec![Statement { number: None, ..statement("", vec![received, part, too_much]) }]);
        assert_eq!((done.assigned, done.waiting), (2, 1));
        let row = row_of(store, order_id);
        assert_eq!((row.order_status_id, row.data.payment_status_id), (OrderStatus::PaidShipping, Some(PaymentStatus::Paid)));
        let waiting = payments(store).pop().unwrap();
        assert_eq!(waiting.data.candidates[0].order_id, order_id);
        assert_eq!(by_hand(store, waiting.payment_id, order_id, None), Ok(()), "as much as the order has");
        assert_eq!(payments(store).pop().unwrap().open_amount, amount("-0.01").0);
    });
}

#[test]
fn what_a_person_asks_for_has_to_be_possible() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "49.90");
        let francs = Entry { currency: "CHF".into(), ..paid("49.90", "S-1004711") };
        take_in(store, vec![statement("1", vec![francs, paid("1", "x")])]);
        let stored = payments(store);
        let [francs, euros] = stored.as_slice() else { panic!() };
        assert!(francs.data.candidates[0].reasons.contains(&Reason::OtherCurrency));
        assert_eq!(by_hand(store, francs.payment_id, order_id, None), Err(5052));
        assert_eq!(by_hand(store, euros.payment_id, OrderId(999), None), Err(4008));
        let foreign = order(store, 2, "S-1004799", "1");
        assert_eq!(by_hand(store, euros.payment_id, foreign, None), Err(4008), "of another mandator");
        let (payment_id, cancelled) = (euros.payment_id, order(store, 1, "S-1004712", "1"));
        let cancel = move |tx: &mut Tx<'_>| {
            let mut row = orders::get(&mut tx.conn, cancelled)?.unwrap();
            orders::set_status(&mut row, OrderStatus::Cancelled);
            orders::save(tx, &mut row, "erp")
        };
        store.write(cancel).unwrap();
        assert_eq!(by_hand(store, payment_id, cancelled, Some("1")), Err(5003));
        assert_eq!(by_hand(store, payment_id, cancelled, Some("0.50")), Err(5003), "not in part either");
        assert_eq!(by_hand(store, payment_id, order_id, Some("0.5001")), Err(5054), "a cent is the least");
        assert_eq!(payments(store)[1].state, PaymentState::Waiting, "undone as a whole");
        let mut row = euros.clone();
        store.write(move |tx| set_apart(tx, &mut row, "erp")).unwrap();
        assert_eq!(payments(store)[1].state, PaymentState::NoOrder);
        let mut row = payments(store).remove(1);
        store.write(move |tx| take_back(tx, &mut row, None, "erp")).unwrap();
        assert_eq!(payments(store)[1].state, PaymentState::Waiting, "looked at again after all");
    });
}

#[test]
fn mandators_never_mix() {
    on_stores(|store| {
        let foreign = order(store, 2, "S-1004711", "49.90");
        let done = take_in(store, vec![statement("1", vec![paid("49.90", "S-1004711")])]);
        assert_eq!((done.assigned, payments(store)[0].data.candidates.len()), (0, 0));
        assert_eq!(row_of(store, foreign).order_status_id, OrderStatus::New);
        let own = Statement { account: Some("DE27999900040000999903".into()), ..statement("1", vec![paid("49.90", "S-1004711")]) };
        let (own, _) = import(store, vec![own], &how(2)).unwrap();
        assert_eq!((own.new, own.assigned), (1, 1), "its own statement 1");
    });
}

/// More entries than one transaction takes, two of each kind; every seventh pays an order.
fn many(store: &Store) -> (Vec<OrderId>, Statement) {
    let orders = (0..30).map(|number| order(store, 1, &format!("S-20047{number:02}"), "5")).collect();
    let entries = (0..210).flat_map(|number| {
        let text = if number % 7 == 0 { format!("S-20047{:02}", number / 7) } else { "donation".to_owned() };
        let copies = if number % 7 == 0 { 1 } else { 2 };
        std::iter::repeat_n(paid("5", &text), copies)
    });
    (orders, statement("1", entries.collect()))
}

#[test]
fn an_import_that_was_cut_off_goes_on_where_it_was() {
    on_stores(|store| {
        let (orders, whole) = many(store);
        let keys = keys::of(&whole);
        let entries = whole.entries.iter().cloned().zip(keys).take(150);
        let first: Vec<Booking> = entries
            .map(|(entry, key)| Booking {
                mandator: how(1).mandator,
                account: whole.account.clone(),
                statement_key: keys::of_statement(&whole),
                key,
                entry,
                external_id: None,
                payment_system_id: None,
                by: "import".into(),
            })
            .collect();
        let mandator = how(1).mandator;
        store.write(move |tx| piece_of(tx, &mandator, first, None)).unwrap();
        let done = take_in(store, vec![whole.clone()]);
        assert_eq!((done.known, done.new), (150, whole.entries.len() - 150));
        assert!(orders.iter().all(|id| facts(store, *id) == ["paid"]));
        assert_eq!(take_in(store, vec![whole]).new, 0);
    });
}

#[test]
fn two_processes_that_import_the_same_file_count_it_once() {
    for (name, address, _guard) in places() {
        let stores = [Store::open(&address).unwrap(), Store::open(&address).unwrap()];
        let (orders, whole) = many(&stores[0]);
        let threads = stores.clone().map(|store| {
            let whole = whole.clone();
            std::thread::spawn(move || take_in(&store, vec![whole]).new)
        });
        let new: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(new, whole.entries.len(), "{name}");
        assert_eq!(payments(&stores[0]).len(), whole.entries.len(), "{name}");
        assert!(orders.iter().all(|id| facts(&stores[0], *id) == ["paid"]), "{name}");
    }
}

mod later;
