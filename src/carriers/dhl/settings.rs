//! `[carriers.settings]` of DHL.

use std::collections::BTreeMap;

use super::CarrierFault;
use crate::carriers::given::Given;
use crate::config::CarrierAccount;

const URL: &str = "https://api-eu.dhl.com/parcel/de/shipping/v2";
const KEYS: [&str; 11] = [
    "url",
    "api_key",
    "user",
    "password",
    "profile",
    "services",
    "default_service",
    "return_billing_number",
    "print_format",
    "must_encode",
    "shipper_reference",
];

/// A product with the number it is billed to: `V01PAK 33333333330102`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) product: String,
    pub(super) billing_number: String,
}

pub(super) struct Settings {
    pub(super) url: String,
    pub(super) api_key: String,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) profile: String,
    /// By the ERP's word for the service, in small letters.
    services: BTreeMap<String, Product>,
    default_service: String,
    pub(super) return_billing_number: Option<String>,
    pub(super) print_format: String,
    pub(super) must_encode: bool,
    pub(super) shipper_reference: Option<String>,
}

impl Settings {
    pub(super) fn read(account: &CarrierAccount) -> Result<Settings, CarrierFault> {
        let given = Given::of(account, &KEYS)?;
        let mut services = BTreeMap::new();
        let table = given.value("services").and_then(toml::Value::as_table);
        for (word, value) in table.into_iter().flatten() {
            let product = value.as_str().and_then(product_of);
            let product = product.ok_or_else(|| {
                given.fault("services", format!("{word}: write product and billing number, such as \"V01PAK 33333333330102\""))
            })?;
            services.insert(word.to_lowercase(), product);
        }
        let default_service = given.needed("default_service")?.to_lowercase();
        if !services.contains_key(&default_service) {
            return Err(given.fault("default_service", format!("\"{default_service}\" is not one of services")));
        }
        let url = given.text("url")?.unwrap_or_else(|| URL.to_owned()).trim_end_matches('/').to_owned();
        if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1:") {
            return Err(given.fault("url", format!("\"{url}\" does not begin with https://")));
        }
        Ok(Settings {
            url,
            api_key: given.needed("api_key")?,
            user: given.needed("user")?,
            password: given.needed("password")?,
            profile: given.text("profile")?.unwrap_or_else(|| "STANDARD_GRUPPENPROFIL".to_owned()),
            services,
            default_service,
            return_billing_number: given.text("return_billing_number")?,
            print_format: given.text("print_format")?.unwrap_or_else(|| "910-300-700".to_owned()),
            must_encode: given.flag("must_encode")?,
            shipper_reference: given.text("shipper_reference")?,
        })
    }

    /// The product for a service; `None`: the word is not configured.
    pub(super) fn product(&self, service: Option<&str>) -> Option<&Product> {
        let word = service.map_or_else(|| self.default_service.clone(), str::to_lowercase);
        self.services.get(&word)
    }
}

/// Ten digits, two of the procedure, two of the participation, which may be letters.
fn product_of(text: &str) -> Option<Product> {
    let (product, number) = text.split_once(' ')?;
    let number = number.trim();
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let sound = number.len() == 14 && plain(number) && plain(product) && !product.is_empty();
    sound.then(|| Product { product: product.to_owned(), billing_number: number.to_owned() })
}
