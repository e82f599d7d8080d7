use super::*;
use crate::domain::invoice::draw::{Cause, units};

pub(super) fn amount(text: &str) -> Decimal {
    Decimal::parse(text).expect("an amount")
}

fn head() -> Invoice {
    Invoice {
        version: Version,
        kind: InvoiceKind::Invoice,
        number: "RE-1".into(),
        issued: NaiveDate::default(),
        delivered: None,
        due: None,
        german: true,
        currency: "EUR".into(),
        decimals: 2,
        order_number: "1000001".into(),
        ordered: None,
        customer_number: None,
        seller: Seller { country: "DE".into(), ..Seller::default() },
        buyer: Address::default(),
        buyer_email: None,
        delivery: None,
        buyer_vat_id: None,
        net: false,
        lines: Vec::new(),
        extras: Vec::new(),
        taxes: Vec::new(),
        rounding: 0,
        total: 0,
        paid: false,
        payment_method: None,
        corrects: None,
    }
}

fn goods(id: i32, quantity: i32, price: &str, rate: &str) -> Goods {
    let (price, tax_rate) = (amount(price), Some(amount(rate)));
    Goods { order_item_id: OrderItemId(id), item_number: None, name: format!("Item {id}"), quantity, price, tax_rate }
}

fn charge(kind: ExtraKind, text: &str) -> Charge {
    Charge { kind, code: None, amount: amount(text), tax_rate: None }
}

fn bill(goods: Vec<Goods>, charges: Vec<Charge>, total: Option<&str>) -> Bill {
    Bill { head: head(), goods, charges, total: total.map(amount), expected: Decimal(i64::MAX / 1_000_000) }
}

/// Everything that an invoice says of its sums, in cents.
fn adds_up(invoice: &Invoice) {
    for group in &invoice.taxes {
        let lines = invoice.lines.iter().filter(|line| line.tax_rate == group.tax_rate).map(|line| line.net);
        let extras = invoice.extras.iter().filter(|extra| extra.tax_rate == group.tax_rate).map(|extra| extra.net);
        assert_eq!(lines.chain(extras).sum::<i64>(), group.base, "{invoice:?}");
        assert_eq!(split::tax_of(group.base, group.tax_rate), group.tax, "{invoice:?}");
    }
    assert_eq!(invoice.base() + invoice.tax() + invoice.rounding, invoice.total, "{invoice:?}");
}

#[test]
fn gross_prices_come_out_to_the_cent() {
    let charges = vec![charge(ExtraKind::Postage, "4.90"), charge(ExtraKind::Voucher, "10.00")];
    let invoice = draw(bill(vec![goods(1, 2, "29.95", "19"), goods(2, 1, "14.98", "7")], charges, Some("69.78"))).expect("an invoice");
    adds_up(&invoice);
    assert_eq!((invoice.total, invoice.taxes.len()), (6_978, 2));
    let vouchers: Vec<i64> = invoice.extras.iter().filter(|extra| extra.kind == ExtraKind::Voucher).map(|extra| extra.amount).collect();
    assert_eq!(vouchers.iter().sum::<i64>(), -1_000, "{vouchers:?}");
    assert!(invoice.rounding.abs() <= 2);
}

#[test]
fn net_prices_follow_the_sum_of_the_channel() {
    let mut net = bill(vec![goods(1, 3, "10.33", "19"), goods(2, 1, "0.55", "7")], vec![charge(ExtraKind::Postage, "4.90")], Some("43.29"));
    net.head.net = true;
    let invoice = draw(net).expect("an invoice");
    adds_up(&invoice);
    assert_eq!((invoice.base(), invoice.total), (3_644, 4_329));
    assert_eq!(invoice.rounding, 4_329 - 3_644 - 682 - 4);
}

#[test]
fn a_total_that_nothing_explains_is_refused() {
    let refused = draw(bill(vec![goods(1, 1, "10.00", "19")], Vec::new(), Some("11.00")));
    assert_eq!(refused, Err(Cause::Total(1_000, 1_100)));
    let unknown = Goods { tax_rate: None, ..goods(1, 1, "10.00", "19") };
    assert_eq!(draw(bill(vec![goods(2, 1, "1", "7"), unknown], Vec::new(), None)), Err(Cause::NoTaxRate(2)));
    assert_eq!(draw(bill(vec![goods(1, 0, "1", "7")], Vec::new(), None)), Err(Cause::Nothing));
    assert_eq!(units(Decimal(i64::MAX), 2), Err(Cause::TooLarge));
}

#[test]
fn without_a_total_the_expected_one_counts_where_it_is_only_rounded() {
    let expecting = |expected: &str| Bill { expected: amount(expected), ..bill(vec![goods(1, 1, "10.00", "19")], Vec::new(), None) };
    assert_eq!(draw(expecting("10.01")).map(|invoice| invoice.total), Ok(1_001));
    assert_eq!(draw(expecting("12.00")).map(|invoice| invoice.total), Ok(1_000));
}

#[test]
fn no_tax_has_its_reason() {
    let to = |country: &str, vat_id: Option<&str>, exempt: bool| {
        let mut zero = bill(vec![goods(1, 1, "10.00", "0")], Vec::new(), None);
        zero.head.buyer.country_code_iso = Some(country.into());
        zero.head.buyer_vat_id = vat_id.map(str::to_owned);
        zero.head.delivered = Some(NaiveDate::default());
        zero.head.seller.tax_exemption = exempt.then(|| "§ 19 UStG".into());
        draw(zero).expect("an invoice").taxes[0].category
    };
    assert_eq!(to("DE", None, false), TaxCategory::Z);
    assert_eq!(to("DE", None, true), TaxCategory::E);
    assert_eq!(to("AT", Some("ATU1"), false), TaxCategory::K);
    assert_eq!(to("CH", None, false), TaxCategory::G);
    let mut early = bill(vec![goods(1, 1, "10.00", "0")], Vec::new(), None);
    early.head.buyer = Address { country_code_iso: Some("AT".into()), ..Address::default() };
    early.head.buyer_vat_id = Some("ATU1".into());
    assert_eq!(draw(early), Err(Cause::NoDelivery));
}

fn billed() -> Invoice {
    let charges = vec![charge(ExtraKind::Postage, "4.90"), charge(ExtraKind::Voucher, "10.00")];
    draw(bill(vec![goods(1, 2, "29.95", "19"), goods(2, 1, "14.98", "7")], charges, Some("69.78"))).expect("an invoice")
}

fn part(pieces: &[(i32, i32)], text: &str) -> Credited {
    Credited::Part { pieces: pieces.iter().map(|(id, quantity)| (OrderItemId(*id), *quantity)).collect(), amount: amount(text) }
}

#[test]
fn a_cancelled_invoice_comes_back_as_it_was() {
    let invoice = billed();
    let note = correction(&invoice, &[], Credited::Rest, NaiveDate::default(), None).expect("a credit note");
    adds_up(&note);
    assert_eq!((note.total, &note.lines, &note.taxes), (6_978, &invoice.lines, &invoice.taxes));
    assert_eq!(note.corrects.as_ref().map(|corrected| corrected.number.as_str()), Some("RE-1"));
    let again = correction(&invoice, &[&note], Credited::Rest, NaiveDate::default(), None);
    assert_eq!(again, Err(Cause::TooMuch(0)), "nothing is left");
}

#[test]
fn parts_are_given_back_until_nothing_is_left() {
    let invoice = billed();
    let credit = |earlier: &[&Invoice], credited| correction(&invoice, earlier, credited, NaiveDate::default(), None);
    let first = credit(&[], part(&[(1, 1)], "29.95")).expect("one piece");
    let second = credit(&[&first], part(&[(2, 1)], "10.00")).expect("a piece for less");
    let third = credit(&[&first, &second], part(&[], "5.00")).expect("an amount");
    let rest = credit(&[&first, &second, &third], Credited::Rest).expect("the rest");
    for note in [&first, &second, &third, &rest] {
        adds_up(note);
    }
    assert_eq!(second.extras.iter().map(|extra| extra.amount).sum::<i64>(), -498);
    assert_eq!([&first, &second, &third, &rest].map(|note| note.total), [2_995, 1_000, 500, 2_483]);
    assert_eq!(credit(&[&first], part(&[(1, 2)], "1")), Err(Cause::NotBilled(OrderItemId(1))));
    assert_eq!(credit(&[], part(&[(3, 1)], "1")), Err(Cause::NotBilled(OrderItemId(3))));
    assert_eq!(credit(&[&first], part(&[], "60")), Err(Cause::TooMuch(3_983)));
}

#[test]
fn a_stored_invoice_is_read_as_it_was_written() {
    let invoice = billed();
    let json = serde_json::to_string(&invoice).expect("JSON");
    assert_eq!(serde_json::from_str::<Invoice>(&json).expect("an invoice"), invoice);
}
