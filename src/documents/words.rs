//! What is printed on papers, in English and German.

use chrono::NaiveDate;

use crate::domain::invoice::{Extra, ExtraKind, Invoice, InvoiceKind};
use crate::domain::order::Address;
use crate::domain::{Decimal, Language};

pub(crate) struct Words {
    pub(crate) invoice: &'static str,
    pub(crate) credit_note: &'static str,
    pub(crate) delivery_note: &'static str,
    pub(crate) number: &'static str,
    pub(crate) date: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) order: &'static str,
    pub(crate) ordered: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) your_vat_id: &'static str,
    pub(crate) tracking: &'static str,
    pub(crate) page: &'static str,
    pub(crate) position: &'static str,
    pub(crate) item: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) tax_rate: &'static str,
    pub(crate) price: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) gross_prices: &'static str,
    pub(crate) net_prices: &'static str,
    pub(crate) net: &'static str,
    pub(crate) tax: &'static str,
    pub(crate) rounding: &'static str,
    pub(crate) total: &'static str,
    pub(crate) credited: &'static str,
    pub(crate) deliver_to: &'static str,
    pub(crate) postage: &'static str,
    pub(crate) cash_on_delivery: &'static str,
    pub(crate) payment_method: &'static str,
    pub(crate) voucher: &'static str,
    pub(crate) difference: &'static str,
    pub(crate) within_eu: &'static str,
    pub(crate) export: &'static str,
    pub(crate) vat_id: &'static str,
    pub(crate) tax_number: &'static str,
}

const ENGLISH: Words = Words {
    invoice: "Invoice",
    credit_note: "Credit note",
    delivery_note: "Delivery note",
    number: "Number",
    date: "Date",
    delivered: "Delivered",
    order: "Order",
    ordered: "Ordered",
    customer: "Customer",
    your_vat_id: "Your VAT id",
    tracking: "Tracking number",
    page: "Page",
    position: "No.",
    item: "Item",
    quantity: "Quantity",
    tax_rate: "VAT",
    price: "Price",
    amount: "Amount",
    gross_prices: "Prices include VAT.",
    net_prices: "Prices do not include VAT.",
    net: "Net",
    tax: "VAT",
    rounding: "Rounding",
    total: "Total",
    credited: "Credit",
    deliver_to: "Delivery to",
    postage: "Postage",
    cash_on_delivery: "Cash on delivery",
    payment_method: "Payment fee",
    voucher: "Voucher",
    difference: "Difference",
    within_eu: "Intra-Community supply, exempt from VAT",
    export: "Export, exempt from VAT",
    vat_id: "VAT id",
    tax_number: "Tax number",
};

const GERMAN: Words = Words {
    invoice: "Rechnung",
    credit_note: "Rechnungskorrektur",
    delivery_note: "Lieferschein",
    number: "Nummer",
    date: "Datum",
    delivered: "Lieferdatum",
    order: "Auftrag",
    ordered: "Bestellt am",
    customer: "Kunde",
    your_vat_id: "Ihre USt-IdNr.",
    tracking: "Sendungsnummer",
    page: "Seite",
    position: "Pos.",
    item: "Artikel",
    quantity: "Menge",
    tax_rate: "USt.",
    price: "Einzelpreis",
    amount: "Betrag",
    gross_prices: "Alle Preise enthalten die Umsatzsteuer.",
    net_prices: "Alle Preise ohne Umsatzsteuer.",
    net: "Netto",
    tax: "USt.",
    rounding: "Rundung",
    total: "Gesamtbetrag",
    credited: "Gutgeschrieben",
    deliver_to: "Lieferung an",
    postage: "Versandkosten",
    cash_on_delivery: "Nachnahmegebühr",
    payment_method: "Zahlungsgebühr",
    voucher: "Gutschein",
    difference: "Differenz",
    within_eu: "Steuerfreie innergemeinschaftliche Lieferung",
    export: "Steuerfreie Ausfuhrlieferung",
    vat_id: "USt-IdNr.",
    tax_number: "Steuernummer",
};

pub(crate) fn of(language: Language) -> &'static Words {
    match language {
        Language::De => &GERMAN,
        Language::En => &ENGLISH,
    }
}

pub(crate) fn day(day: NaiveDate, language: Language) -> String {
    match language {
        Language::De => day.format("%d.%m.%Y").to_string(),
        Language::En => day.format("%-d %B %Y").to_string(),
    }
}

/// An amount for people: `1.234,50` or `1,234.50`.
pub(crate) fn money(amount: Decimal, decimals: u32, language: Language) -> String {
    let text = amount.with_decimals(decimals);
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (thousands, point) = if language == Language::De { ('.', ',') } else { (',', '.') };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(thousands);
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{fraction}") }
}

/// `19 %`, `5.5 %`.
pub(crate) fn percent(rate: Decimal, language: Language) -> String {
    let text = rate.with_decimals(0);
    let text = if language == Language::De { text.replace('.', ",") } else { text };
    format!("{text} %")
}

pub(crate) fn extra(extra: &Extra, words: &Words) -> String {
    let word = match extra.kind {
        ExtraKind::Postage => words.postage,
        ExtraKind::CashOnDelivery => words.cash_on_delivery,
        ExtraKind::PaymentMethod => words.payment_method,
        ExtraKind::Voucher => words.voucher,
        ExtraKind::Difference => words.difference,
    };
    match &extra.code {
        Some(code) => format!("{word} {code}"),
        None => word.to_owned(),
    }
}

/// What is said of the payment.
pub(crate) fn terms(invoice: &Invoice) -> String {
    let german = invoice.german;
    let method = invoice.payment_method.as_deref();
    match (invoice.kind, invoice.paid, invoice.due) {
        (InvoiceKind::CreditNote, ..) if german => "Der Betrag wird erstattet oder mit offenen Forderungen verrechnet.".to_owned(),
        (InvoiceKind::CreditNote, ..) => "The amount is refunded, or set off against what is due.".to_owned(),
        (_, true, _) => match method {
            Some(method) if german => format!("Bezahlt ({method})."),
            Some(method) => format!("Paid ({method})."),
            None if german => "Bezahlt.".to_owned(),
            None => "Paid.".to_owned(),
        },
        (_, false, Some(due)) if german => format!("Zahlbar bis {} ohne Abzug.", day(due, Language::De)),
        (_, false, Some(due)) => format!("Payable by {} without deduction.", day(due, Language::En)),
        (_, false, None) if german => "Zahlbar sofort ohne Abzug.".to_owned(),
        (_, false, None) => "Payable at once without deduction.".to_owned(),
    }
}

fn joined(parts: [Option<&str>; 3]) -> String {
    let parts = parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// The person of an address.
pub(crate) fn name_of(address: &Address) -> String {
    joined([address.title.as_deref(), address.first_name.as_deref(), address.last_name.as_deref()])
}

pub(crate) fn street_of(address: &Address) -> String {
    joined([address.street.as_deref(), address.house_number.as_deref(), None])
}

/// As on an envelope; the country only where it is another one.
pub(crate) fn envelope(address: &Address, from: &str) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let country = text(&address.country_code_iso).to_ascii_uppercase();
    let lines = [
        text(&address.firm),
        name_of(address),
        text(&address.street_addition),
        street_of(address),
        joined([address.postal_code.as_deref(), address.city.as_deref(), None]),
        text(&address.region),
        if country == from { String::new() } else { country },
    ];
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_read_them() {
        let amount = |text: &str| Decimal::parse(text).expect("an amount");
        for (text, german, english) in [
            ("1234567.5", "1.234.567,50", "1,234,567.50"),
            ("-999.99", "-999,99", "-999.99"),
            ("0", "0,00", "0.00"),
            ("-1000", "-1.000,00", "-1,000.00"),
        ] {
            let written = [Language::De, Language::En].map(|language| money(amount(text), 2, language));
            assert_eq!(written, [german, english]);
        }
        assert_eq!((percent(amount("19"), Language::De), percent(amount("5.5"), Language::De)), ("19 %".into(), "5,5 %".into()));
    }
}
