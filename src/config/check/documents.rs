//! Where files are kept, and who makes documents of orders out.

use super::Checker;
use super::accounts::own_settings;
use super::master::{mandator_of, paths};
use crate::config::raw::{RawCarrier, RawFileFolder, RawSeller};
use crate::config::secret::resolve;
use crate::config::{Billing, CarrierAccount, Connectors, FileFolder, Mandator, Series};
use crate::domain::invoice::Seller;

pub(super) fn file_folder(c: &mut Checker<'_>, section: &str, raw: RawFileFolder, default: FileFolder) -> FileFolder {
    let folder = match raw.folder {
        Some(text) if text.trim().is_empty() => {
            c.fault(&format!("{section}.folder"), "is empty; write the path of a folder, or leave it out");
            default.folder
        }
        Some(text) => resolve(c.secrets.folder, &text),
        None => default.folder,
    };
    let largest_bytes = c.size(&format!("{section}.largest_bytes"), raw.largest_bytes, default.largest_bytes, 1024..=1 << 30);
    FileFolder { folder, largest_bytes }
}

pub(super) fn sellers(c: &mut Checker<'_>, raw: Vec<RawSeller>, mandators: &[Mandator]) -> Vec<Billing> {
    let sellers: Vec<Billing> = raw.into_iter().zip(1..).map(|(raw, n)| seller(c, raw, n, mandators)).collect();
    c.unique(paths("sellers", "mandator_id", sellers.iter().map(|seller| seller.mandator_id.to_string())));
    sellers
}

fn seller(c: &mut Checker<'_>, raw: RawSeller, n: usize, mandators: &[Mandator]) -> Billing {
    let at = |key: &str| format!("sellers[{n}].{key}");
    let ids: Vec<_> = mandators.iter().map(|mandator| mandator.mandator_id).collect();
    let mandator_id = mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids);
    let country = c.required(&at("country"), raw.country, "two letters by ISO 3166, such as DE");
    let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if !country.is_empty() && !is_code {
        c.fault(&at("country"), format!("\"{country}\" is not a country of ISO 3166; write two capitals, such as DE"));
    }
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let seller = Seller {
        name: c.required(&at("name"), raw.name, "the name of the company, as on its invoices"),
        street: c.required(&at("street"), raw.street, "street and house number"),
        postal_code: c.required(&at("postal_code"), raw.postal_code, "the postal code"),
        city: c.required(&at("city"), raw.city, "the city"),
        country,
        vat_id: filled(raw.vat_id),
        tax_number: filled(raw.tax_number),
        contact: filled(raw.contact),
        email: filled(raw.email),
        phone: filled(raw.phone),
        iban: filled(raw.iban).map(|iban| iban.replace(' ', "")),
        bic: filled(raw.bic),
        bank: filled(raw.bank),
        footer: raw.footer,
        tax_exemption: filled(raw.tax_exemption),
    };
    if seller.vat_id.is_none() && seller.tax_number.is_none() {
        c.missing(&at("vat_id"), "the VAT id or tax_number: an invoice has to name one of them");
    }
    let mut series = |key: &str, text: Option<String>, default: &str| {
        let text = text.unwrap_or_else(|| default.to_owned());
        Series::parse(&text).unwrap_or_else(|why| {
            c.fault(&at(key), format!("\"{text}\" {why}"));
            Series::plain()
        })
    };
    let invoice_number = series("invoice_number", raw.invoice_number, Billing::INVOICES);
    let credit_note_number = series("credit_note_number", raw.credit_note_number, Billing::CREDIT_NOTES);
    let delivery_note_number = series("delivery_note_number", raw.delivery_note_number, Billing::DELIVERY_NOTES);
    // Numbers of both kinds are looked up together.
    if invoice_number == credit_note_number {
        c.fault(&at("credit_note_number"), "is the same as invoice_number; choose another text, so that no number occurs twice");
    }
    let days = c.number(&at("payment_days"), raw.payment_days, u64::from(Billing::PAYMENT_DAYS), 0..=365);
    Billing {
        payment_days: u32::try_from(days).unwrap_or(Billing::PAYMENT_DAYS),
        invoice_number,
        credit_note_number,
        delivery_note_number,
        ..Billing::new(mandator_id, seller)
    }
}

pub(super) fn carriers(
    c: &mut Checker<'_>,
    raw: Vec<RawCarrier>,
    mandators: &[Mandator],
    connectors: &Connectors<'_>,
) -> Vec<CarrierAccount> {
    let ids: Vec<_> = mandators.iter().map(|mandator| mandator.mandator_id).collect();
    let mut carriers = Vec::new();
    for (raw, n) in raw.into_iter().zip(1..) {
        let at = |key: &str| format!("carriers[{n}].{key}");
        let faults_before = c.faults.len();
        let identifier = c.required(&at("identifier"), raw.identifier, "the name of the account, as calls name it");
        let carrier = CarrierAccount {
            mandator_id: mandator_of(c, &at("mandator_id"), raw.mandator_id, &ids),
            carrier: c.required(&at("carrier"), raw.carrier, "the kind of carrier, such as dhl"),
            shipping_provider: raw.shipping_provider.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| identifier.clone()),
            settings: own_settings(c, &at("settings"), raw.settings),
            identifier,
        };
        if c.faults.len() == faults_before
            && let Err(text) = (connectors.check_carrier)(&carrier)
        {
            c.fault(&format!("carriers[{n}]"), text);
        }
        carriers.push(carrier);
    }
    c.unique(paths("carriers", "identifier", carriers.iter().map(|carrier| carrier.identifier.trim().to_lowercase())));
    carriers
}
