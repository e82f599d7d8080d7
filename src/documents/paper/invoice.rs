//! Invoices and credit notes.

use super::sheet::{Column, Head, Sheet, known, written};
use crate::documents::pdf::{Page, Weight};
use crate::documents::words::{self, Words};
use crate::domain::invoice::{Invoice, InvoiceKind, TaxCategory};

pub(super) fn pages(invoice: &Invoice) -> Vec<Page> {
    let (language, words) = (invoice.language(), words::of(invoice.language()));
    let name = if invoice.kind == InvoiceKind::Invoice { words.invoice } else { words.credit_note };
    let facts = known(vec![
        (words.number, Some(invoice.number.clone())),
        (words.date, written(Some(invoice.issued), language)),
        (words.delivered, written(invoice.delivered, language)),
        (words.order, Some(invoice.order_number.clone())),
        (words.ordered, written(invoice.ordered, language)),
        (words.customer, invoice.customer_number.map(|number| number.to_string())),
        (words.your_vat_id, invoice.buyer_vat_id.clone()),
        (words.invoice, invoice.corrects.as_ref().map(|corrected| corrected.number.clone())),
    ]);
    let address = words::envelope(&invoice.buyer, &invoice.seller.country);
    let mut sheet = Sheet::new(&Head { seller: &invoice.seller, address, title: format!("{name} {}", invoice.number), facts });
    if let Some(corrected) = &invoice.corrects {
        let day = words::day(corrected.issued, language);
        let reason = corrected.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        sheet.paragraph(&match invoice.german {
            true => format!("Zur Rechnung {} vom {day}{reason}", corrected.number),
            false => format!("For invoice {} of {day}{reason}", corrected.number),
        });
    }
    sheet.table(&columns(words), (1, 66.0), &rows(invoice));
    sheet.sums(&sums(invoice, words));
    sheet.paragraph(if invoice.net { words.net_prices } else { words.gross_prices });
    for group in &invoice.taxes {
        match group.category {
            TaxCategory::E => sheet.paragraph(invoice.seller.tax_exemption.as_deref().unwrap_or_default()),
            TaxCategory::K => sheet.paragraph(words.within_eu),
            TaxCategory::G => sheet.paragraph(words.export),
            TaxCategory::S | TaxCategory::Z => {}
        }
    }
    sheet.paragraph(&words::terms(invoice));
    if let Some(delivery) = &invoice.delivery {
        sheet.paragraph(&format!("{}: {}", words.deliver_to, words::envelope(delivery, &invoice.seller.country).join(", ")));
    }
    sheet.finish(&invoice.seller, words)
}

fn columns(words: &Words) -> Vec<Column> {
    vec![
        Column { title: words.position, at: 25.0, right: false },
        Column { title: words.item, at: 34.0, right: false },
        Column { title: words.quantity, at: 120.0, right: true },
        Column { title: words.tax_rate, at: 135.0, right: true },
        Column { title: words.price, at: 162.0, right: true },
        Column { title: words.amount, at: 190.0, right: true },
    ]
}

fn rows(invoice: &Invoice) -> Vec<Vec<String>> {
    let (language, words) = (invoice.language(), words::of(invoice.language()));
    let money = |units: i64| words::money(invoice.amount(units), invoice.decimals, language);
    let lines = invoice.lines.iter().zip(1..).map(|(line, number)| {
        vec![
            number.to_string(),
            line.item_number.as_ref().map_or_else(|| line.name.clone(), |item| format!("{}\n{item}", line.name)),
            line.quantity.to_string(),
            words::percent(line.tax_rate, language),
            words::money(line.price, invoice.decimals, language),
            money(line.amount),
        ]
    });
    let extras = invoice.extras.iter().map(|extra| {
        let rate = words::percent(extra.tax_rate, language);
        vec![String::new(), words::extra(extra, words), String::new(), rate, String::new(), money(extra.amount)]
    });
    lines.chain(extras).collect()
}

fn sums(invoice: &Invoice, words: &Words) -> Vec<(String, String, Weight)> {
    let language = invoice.language();
    let money = |units: i64| format!("{} {}", words::money(invoice.amount(units), invoice.decimals, language), invoice.currency);
    let mut sums = Vec::new();
    for group in &invoice.taxes {
        let rate = words::percent(group.tax_rate, language);
        sums.push((format!("{} {rate}", words.net), money(group.base), Weight::Regular));
        sums.push((format!("{} {rate}", words.tax), money(group.tax), Weight::Regular));
    }
    if invoice.rounding != 0 {
        sums.push((words.rounding.to_owned(), money(invoice.rounding), Weight::Regular));
    }
    let total = if invoice.kind == InvoiceKind::Invoice { words.total } else { words.credited };
    sums.push((total.to_owned(), money(invoice.total), Weight::Bold));
    sums
}
