//! The flat addresses of OrderImport: `invoice_street`, `delivery_street`.

use super::fields::{Fault, Fields};
use crate::domain::order::Address;

/// Salutations with the ids of the web service.
const SALUTATIONS: [&str; 3] = ["mr", "ms", "business"];

/// The fields whose names begin with this word.
pub(super) fn address(order: Fields<'_>, word: &str) -> Result<Address, Fault> {
    let text = |name: &str, most: usize| order.text(&format!("{word}_{name}"), most);
    let salutation = order.word(&format!("{word}_salutation_identifier"), &SALUTATIONS)?;
    let country = text("country_code_iso", 2)?.map(|code| code.to_ascii_uppercase());
    if let Some(code) = country.as_deref().filter(|code| code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase())) {
        return Err(order.fault(&format!("{word}_country_code_iso"), format_args!("\"{code}\" is no code of ISO 3166 with two letters")));
    }
    Ok(Address {
        salutation_id: salutation.and_then(|at| i32::try_from(at).ok()).map(|at| at.saturating_add(1)),
        salutation_identifier: salutation.and_then(|at| SALUTATIONS.get(at)).map(|word| (*word).to_owned()),
        firm: text("company_name", 200)?,
        title: text("title", 100)?,
        first_name: text("first_name", 100)?,
        last_name: text("last_name", 200)?,
        street: text("street", 200)?,
        house_number: text("house_number", 50)?,
        street_addition: text("street_addition", 200)?,
        postal_code: text("postal_code", 50)?,
        city: text("city", 200)?,
        region: text("region", 200)?,
        country_code_iso: country,
        phone: text("phone_number", 50)?,
        mobile_phone: text("mobile_phone_number", 50)?,
        fax: text("fax_number", 50)?,
        email: text("email_address", 200)?,
    })
}
