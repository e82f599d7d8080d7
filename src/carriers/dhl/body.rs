//! What DHL is sent. What does not fit is refused with its field, before DHL is called.

use serde_json::{Map, Value, json};

use super::countries::three_letters;
use super::settings::Settings;
use crate::domain::label::Shipment;
use crate::domain::order::Address;

const HEAVIEST_GRAMS: i32 = 31_500;

/// # Errors
/// Why DHL would refuse it.
pub(super) fn of(settings: &Settings, reference: &str, shipment: &Shipment) -> Result<Value, String> {
    let service = shipment.service.as_deref();
    let product = settings.product(service).ok_or_else(|| format!("the service {} is not configured", service.unwrap_or_default()))?;
    if shipment.weight_grams > HEAVIEST_GRAMS {
        return Err(format!("{} g is too heavy; at most {HEAVIEST_GRAMS} g", shipment.weight_grams));
    }
    let mut details = json!({ "weight": { "uom": "g", "value": shipment.weight_grams } });
    if let (Some(size), Some(details)) = (shipment.size, details.as_object_mut()) {
        let dim = json!({ "uom": "mm", "length": size.length, "width": size.width, "height": size.height });
        details.insert("dim".to_owned(), dim);
    }
    let shipper = match &settings.shipper_reference {
        Some(reference) => json!({ "shipperRef": reference }),
        None => address(&shipment.from, "sender")?,
    };
    let mut body = json!({
        "product": product.product,
        "billingNumber": product.billing_number,
        "refNo": reference,
        "shipper": shipper,
        "consignee": consignee(shipment)?,
        "details": details,
    });
    if shipment.with_return {
        let number =
            settings.return_billing_number.as_ref().ok_or("return_billing_number is not configured, so there is no return label")?;
        let services =
            json!({ "dhlRetoure": { "billingNumber": number, "refNo": reference, "returnAddress": address(&shipment.from, "sender")? } });
        if let Some(body) = body.as_object_mut() {
            body.insert("services".to_owned(), services);
        }
    }
    Ok(json!({ "profile": settings.profile, "shipments": [body] }))
}

/// A text of a field that has room for so many characters. Longer ones are not cut: the parcel would go elsewhere.
fn put(fields: &mut Map<String, Value>, key: &str, text: &str, most: usize, whose: &str) -> Result<(), String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Ok(()),
        length if length > most => Err(format!("{whose}, {key}: \"{text}\" has {length} characters, at most {most} fit; shorten it")),
        _ => {
            fields.insert(key.to_owned(), Value::from(text));
            Ok(())
        }
    }
}

fn address(address: &Address, whose: &str) -> Result<Value, String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let person = person(address);
    let firm = text(&address.firm);
    let (first, second) = if firm.trim().is_empty() { (person, String::new()) } else { (firm, person) };
    let country = text(&address.country_code_iso);
    let country = three_letters(&country).ok_or_else(|| format!("{whose}, country_code_iso: \"{country}\" is not known here"))?;
    let mut fields = Map::new();
    put(&mut fields, "name1", &first, 50, whose)?;
    put(&mut fields, "name2", &second, 50, whose)?;
    put(&mut fields, "addressStreet", &text(&address.street), 50, whose)?;
    put(&mut fields, "addressHouse", &text(&address.house_number), 10, whose)?;
    put(&mut fields, "additionalAddressInformation1", &text(&address.street_addition), 60, whose)?;
    put(&mut fields, "postalCode", &text(&address.postal_code), 10, whose)?;
    put(&mut fields, "city", &text(&address.city), 40, whose)?;
    put(&mut fields, "state", &text(&address.region), 20, whose)?;
    fields.insert("country".to_owned(), Value::from(country));
    Ok(Value::Object(fields))
}

fn person(address: &Address) -> String {
    let parts = [&address.title, &address.first_name, &address.last_name];
    parts.into_iter().flatten().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An address, or a parcel locker or post office, which buyers write as a street.
fn consignee(shipment: &Shipment) -> Result<Value, String> {
    let to = &shipment.to;
    let places = [shipment.pickup_point.as_deref(), to.street.as_deref(), to.street_addition.as_deref()];
    let kind = |text: &str| ["packstation", "postfiliale", "paketshop"].into_iter().find(|word| text.to_lowercase().contains(word));
    let Some((place, kind)) = places.into_iter().flatten().find_map(|text| Some((text, kind(text)?))) else {
        return address(to, "recipient");
    };
    let number = [place, to.house_number.as_deref().unwrap_or_default()].into_iter().map(digits).find(|digits| digits.len() == 3);
    let number: i32 =
        number.and_then(|digits| digits.parse().ok()).ok_or_else(|| format!("recipient: \"{place}\" has no number of three digits"))?;
    let post_number = post_number_of(shipment);
    let mut fields = Map::new();
    put(&mut fields, "name", &person(to), 50, "recipient")?;
    put(&mut fields, "city", to.city.as_deref().unwrap_or_default(), 40, "recipient")?;
    put(&mut fields, "postalCode", to.postal_code.as_deref().unwrap_or_default(), 10, "recipient")?;
    let id = if kind == "packstation" { "lockerID" } else { "retailID" };
    match (kind, &post_number, number) {
        ("packstation", None, _) => return Err(format!("recipient: \"{place}\" needs the buyer's post_number")),
        ("packstation", Some(_), 100..) => {}
        (_, _, 401..) if kind != "packstation" => {}
        _ => return Err(format!("recipient: there is no \"{place}\"")),
    }
    fields.insert(id.to_owned(), Value::from(number));
    if let Some(post_number) = post_number {
        fields.insert("postNumber".to_owned(), Value::from(post_number));
    }
    fields.insert("country".to_owned(), Value::from("DEU"));
    Ok(Value::Object(fields))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The buyer's number at DHL, where buyers write it: in a field of its own, the supplement or the company.
fn post_number_of(shipment: &Shipment) -> Option<String> {
    let texts = [&shipment.post_number, &shipment.to.street_addition, &shipment.to.firm];
    texts.into_iter().flatten().map(String::as_str).map(digits).find(|digits| (6..=10).contains(&digits.len()))
}
