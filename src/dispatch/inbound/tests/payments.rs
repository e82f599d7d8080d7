//! Payments as `fetchOrders` lists them: each once, whoever reports it.

use super::*;
use crate::domain::order::PaymentDocument;

/// Transaction, foreign id and status of the payments of an order.
fn payments(store: &Store, id: OrderId) -> Vec<(Option<String>, Option<String>, Option<PaymentStatus>)> {
    let payments = load(store, id).payments.into_iter().map(|row| row.data);
    payments.map(|payment| (payment.transaction_id, payment.external_id, payment.payment_status_id)).collect()
}

fn report(store: &Store, id: OrderId, payment: PaymentDocument) {
    store.write(move |tx| orders::add_payments(tx, id, vec![payment])).unwrap();
}

#[test]
fn a_payment_that_both_sides_report_is_listed_once() {
    on_stores(|store| {
        let (transaction, own) = (Some("T-1".to_owned()), Some("ERP-PAY".to_owned()));
        let of_erp = || PaymentDocument { external_id: own.clone(), transaction_id: transaction.clone(), ..PaymentDocument::default() };
        for (number, erp_first) in [("CH-1", false), ("CH-2", true)] {
            let order = ChannelOrder { order_id: number.into(), ..channel_order() };
            let id = id_of(&take(store, &order));
            assert_eq!(payments(store, id), [], "{number} is not paid yet");
            if erp_first {
                report(store, id, of_erp());
            }
            let paid = ChannelOrder { paid: true, ..order };
            take(store, &paid);
            let later = ChannelOrder { note: Some("ring once".into()), ..paid };
            take(store, &later);
            if !erp_first {
                assert_eq!(payments(store, id), [(transaction.clone(), None, Some(PaymentStatus::Paid))]);
                report(store, id, of_erp());
            }
            assert_eq!(payments(store, id), [(transaction.clone(), own.clone(), Some(PaymentStatus::Paid))], "{number}");
        }
        let paid = ChannelOrder { order_id: "CH-3".into(), paid: true, transaction_id: None, ..channel_order() };
        let id = id_of(&take(store, &paid));
        assert_eq!(payments(store, id), [(None, None, Some(PaymentStatus::Paid))], "of a new order, too");
        report(store, id, of_erp());
        assert_eq!(payments(store, id), [(transaction, own, Some(PaymentStatus::Paid))], "the ERP knows more about it");
    });
}
