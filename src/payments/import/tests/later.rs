//! What comes again, in another order, or is changed by a person.

use super::*;
use crate::payments::{look_again, renew};

#[test]
fn a_reference_that_the_bank_uses_again_drops_no_payment() {
    on_stores(|store| {
        let (one, two) = (order(store, 1, "S-1004711", "38.70"), order(store, 1, "S-1004712", "38.70"));
        let of = |text: &str, booked: chrono::NaiveDate| Entry { bank_reference: Some("POS".into()), booked, ..paid("38.70", text) };
        take_in(store, vec![statement("73", vec![of("S-1004711", day(13))])]);
        let next_day = take_in(store, vec![statement("74", vec![of("S-1004712", day(14))])]);
        assert_eq!((next_day.new, next_day.assigned), (1, 1), "another day is another payment");
        assert!([one, two].iter().all(|id| row_of(store, *id).order_status_id == OrderStatus::PaidShipping));
        let same_day = || statement("75", vec![of("S-1004799", day(13))]);
        let done = take_in(store, vec![same_day()]);
        assert_eq!((done.new, done.waiting), (1, 1), "another text, too, but a person looks");
        assert!(payments(store).last().unwrap().data.possibly_same);
        let unnumbered = || Statement { number: None, ..same_day() };
        assert_eq!(take_in(store, vec![unnumbered(), unnumbered()]).known, 2);
        assert_eq!(payments(store).len(), 3);
    });
}

#[test]
fn a_transaction_that_is_in_a_report_twice_is_one_payment() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "5");
        let row = || Entry { transaction_id: Some("T6".into()), references: vec!["S-1004711".into()], ..paid("5", "") };
        let done = take_in(store, vec![Statement { number: None, ..statement("", vec![row(), row()]) }]);
        assert_eq!((done.new, done.known, done.waiting), (1, 1, 0));
        assert_eq!(row_of(store, order_id).order_status_id, OrderStatus::PaidShipping);
    });
}

#[test]
fn a_refund_that_comes_before_its_payment_finds_it() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "69.78");
        let received = || Entry { transaction_id: Some("T1".into()), references: vec!["S-1004711".into()], ..paid("69.78", "") };
        let refund = |id: &str, value: &str, kind| Entry {
            kind,
            transaction_id: Some(id.into()),
            original_transaction: Some("T1".into()),
            ..paid(value, "")
        };
        let report = |entries| Statement { number: None, ..statement("", entries) };
        let first = take_in(store, vec![report(vec![refund("T2", "-4.78", PaymentKind::Refund)])]);
        assert_eq!((first.assigned, first.waiting), (0, 1));
        let newest_first = vec![refund("T3", "-5.00", PaymentKind::Refund), received()];
        assert_eq!(take_in(store, vec![report(newest_first)]).assigned, 2);
        let stored = payments(store);
        assert!(stored.iter().all(|row| row.state == PaymentState::Assigned), "{stored:?}");
        take_in(store, vec![report(vec![refund("T4", "-10", PaymentKind::Returned)])]);
        let chargeback = payments(store).pop().unwrap();
        assert_eq!((chargeback.state, chargeback.data.candidates[0].order_id), (PaymentState::Waiting, order_id), "its order is proposed");
    });
}

#[test]
fn a_payment_that_comes_before_its_order_finds_it() {
    on_stores(|store| {
        take_in(store, vec![statement("1", vec![paid("49.90", "S-1004711"), paid("20", "S-1004712")])]);
        assert_eq!(payments(store)[0].data.candidates, []);
        let before = Stamp::now();
        let (one, two) = (order(store, 1, "S-1004711", "49.90"), order(store, 1, "S-1004712", "30"));
        let (assigned, accounts) = look_again(store, &how(1).mandator, Some(before)).unwrap();
        assert_eq!((assigned, accounts), (1, vec![AccountId(101)]));
        assert_eq!(row_of(store, one).order_status_id, OrderStatus::PaidShipping);
        assert_eq!(payments(store)[1].data.candidates[0].order_id, two, "the other waits with its order");
        assert_eq!(look_again(store, &how(1).mandator, None).unwrap(), (0, Vec::new()), "nothing twice");
        assert_eq!(facts(store, one), ["paid"]);
        let cancel = move |tx: &mut Tx<'_>| {
            let mut row = orders::get(&mut tx.conn, two)?.unwrap();
            orders::set_status(&mut row, OrderStatus::Cancelled);
            orders::save(tx, &mut row, "erp")
        };
        store.write(cancel).unwrap();
        let mut rows = payments(store);
        let rows = store.read(move |conn| renew(conn, &mut rows).map(|()| rows)).unwrap();
        assert!(rows[1].data.candidates[0].reasons.contains(&Reason::OrderCancelled), "shown as it is now");
    });
}

#[test]
fn what_was_assigned_wrongly_is_taken_back_and_stays_so() {
    on_stores(|store| {
        let (wrong, right) = (order(store, 1, "S-1004711", "49.90"), order(store, 1, "S-1004712", "49.90"));
        take_in(store, vec![statement("1", vec![paid("49.90", "S-1004711")])]);
        assert_eq!(row_of(store, wrong).order_status_id, OrderStatus::PaidShipping);
        let payment_id = payments(store)[0].payment_id;
        let undo = |order_id: Option<OrderId>| {
            store
                .write(move |tx| {
                    let mut row = find(&mut tx.conn, MandatorId(1), PaymentKey::Id(payment_id))?.pop().unwrap();
                    take_back(tx, &mut row, order_id, "erp").map(drop)
                })
                .map_err(|failure| failure.code.number)
        };
        assert_eq!(undo(Some(right)), Err(5055));
        assert_eq!(undo(None), Ok(()));
        let row = row_of(store, wrong);
        assert_eq!((row.order_status_id, row.data.payment_status_id), (OrderStatus::ConfirmedOpenPayments, Some(PaymentStatus::Unpaid)));
        let shown = store.read(|conn| orders::load(conn, &[wrong])).unwrap().remove(0).payments;
        assert_eq!(shown[0].data.payment_status_id, Some(PaymentStatus::Unpaid));
        look_again(store, &how(1).mandator, None).unwrap();
        let payment = payments(store).remove(0);
        assert_eq!((payment.state, payment.open_amount), (PaymentState::Waiting, amount("49.90").0), "never again automatically");
        assert!(payment.data.candidates[0].reasons.contains(&Reason::TakenBack));
        assert_eq!(by_hand(store, payment_id, right, None), Ok(()));
        assert_eq!(row_of(store, right).order_status_id, OrderStatus::PaidShipping);
    });
}

#[test]
fn an_order_without_a_currency_is_in_euros() {
    on_stores(|store| {
        let order_id = order(store, 1, "S-1004711", "5");
        let forget = move |tx: &mut Tx<'_>| {
            let mut row = orders::get(&mut tx.conn, order_id)?.unwrap();
            row.data.currency_code_iso = None;
            orders::save(tx, &mut row, "erp")
        };
        store.write(forget).unwrap();
        take_in(store, vec![statement("1", vec![Entry { currency: "USD".into(), ..paid("3.33", "x") }])]);
        assert_eq!(by_hand(store, payments(store)[0].payment_id, order_id, None), Err(5052));
    });
}

#[test]
fn an_account_is_one_mandators_unless_somebody_names_it() {
    on_stores(|store| {
        let one = || vec![statement("1", vec![paid("5", "a")])];
        take_in(store, one());
        let refused = import(store, one(), &how(2)).unwrap_err().to_string();
        assert!(refused.contains("mandator 1 has payments of it"), "{refused}");
        let named = Import { account: Some("99990001/123456".into()), ..how(2) };
        assert_eq!(import(store, one(), &named).unwrap().0.new, 1, "shared, because somebody says so");
    });
}
