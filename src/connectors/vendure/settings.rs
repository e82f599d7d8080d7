//! `[accounts.settings]` of a shop.

use secrecy::SecretString;

use super::super::settings::Keys;
use super::super::{Setting, SetupError, Takes};
use crate::config::Account;
use crate::domain::Currency;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "url",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"https://shop.example.com\"",
        doc: "The shop's address, without `/admin-api`.",
    },
    Setting {
        key: "username",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"kontor\"",
        doc: "The login of an administrator whose role may read and write catalogue and orders.",
    },
    Setting {
        key: "password",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"secret\"",
        doc: "The password of that administrator. Better: `password_env` or `password_file`.",
    },
    Setting {
        key: "channel_token",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"second-channel\"",
        doc: "Token of the Vendure channel; the default channel if the key is missing.",
    },
    Setting {
        key: "stock_location_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"1\"",
        doc: "The stock location to which Kontor writes; the shop's first one if the key is missing.",
    },
    Setting {
        key: "tax_category_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"1\"",
        doc: "Tax category of new variants whose tax type is not in `[accounts.tax_classes]`, where a tax category is named by its id or \
              name; the shop's default one if the key is missing.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"cash-on-delivery\"]",
        doc: "Codes of payment methods that are paid at the door.",
    },
    Setting {
        key: "first_pull_days",
        takes: Takes::Whole { from: 0, to: 3650 },
        default: Some("30"),
        required: false,
        example: "30",
        doc: "How many days the very first poll looks back.",
    },
    Setting {
        key: "currency",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"CHF\"",
        doc: "The currency of the account's prices where the channel sells in several; the channel's default one if the key is missing.",
    },
    Setting {
        key: "pictures",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether Kontor uploads pictures. Pictures that the merchant added to a product in the shop stay in any case.",
    },
    Setting {
        key: "picture_hosts",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"pim.example.internal\"]",
        doc: "Hosts in private networks, with a port or without, from which Kontor may fetch pictures. It needs no entry for pictures that it serves itself.",
    },
    Setting {
        key: "ean_field",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"ean\"",
        doc: "The custom field of variants (type `string` or `text`) for the EAN. Without the key no EAN is sent.",
    },
    Setting {
        key: "weight_field",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"weight\"",
        doc: "The custom field of variants (type `int`, `float`, `string` or `text`) for the weight. Without the key no weight is sent.",
    },
    Setting {
        key: "weight_unit",
        takes: Takes::Text,
        default: Some("\"g\""),
        required: false,
        example: "\"kg\"",
        doc: "The unit of that field, `g` or `kg`.",
    },
    Setting {
        key: "category_facet",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"category\"",
        doc: "The code of the facet whose values are the categories. An article's category is the code or the name of a value. Kontor keeps the values of this facet at its variants. Without the key no category is sent.",
    },
    Setting {
        key: "attribute_facets",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Material = material\"]",
        doc: "Attributes of articles, each with the code of the facet that has its values. Kontor keeps the values of these facets at its variants. Other attributes are not sent.",
    },
    Setting {
        key: "create_facet_values",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"material\"]",
        doc: "Codes of facets in which Kontor creates values that are missing. In other facets a missing value is refused.",
    },
];

#[derive(Clone)]
pub(crate) struct Settings {
    pub url: String,
    pub username: String,
    pub password: SecretString,
    pub channel_token: Option<String>,
    pub stock_location_id: Option<String>,
    pub tax_category_id: Option<String>,
    pub cash_on_delivery_methods: Vec<String>,
    pub first_pull_days: u32,
    pub currency: Option<Currency>,
    pub pictures: bool,
    pub picture_hosts: Vec<String>,
    pub ean_field: Option<String>,
    pub weight_field: Option<String>,
    pub weight_unit: WeightUnit,
    pub category_facet: Option<String>,
    /// Names of attributes, and codes of their facets.
    pub attribute_facets: Vec<(String, String)>,
    pub create_facet_values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WeightUnit {
    Gram,
    Kilogram,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let address = "give the shop's address without /admin-api, such as \"https://shop.example.com\"";
        let url = keys.required_text("url", address)?;
        match reqwest::Url::parse(&url) {
            Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.query().is_none() && !url.contains("admin-api") => {}
            _ => return Err(keys.fault("url", &format!("\"{url}\" is not the address of a shop"), address)),
        }
        let id = "give the id that Vendure shows as text in quotes, such as \"1\", or leave it out";
        Ok(Settings {
            url: url.trim_end_matches('/').to_owned(),
            username: keys.required_text("username", "give the login of an administrator of the shop")?,
            password: keys.required_text("password", "give the password of that administrator")?.into(),
            channel_token: keys.text("channel_token", "give the token that Vendure shows with the channel, or leave it out")?,
            stock_location_id: keys.text("stock_location_id", id)?,
            tax_category_id: keys.text("tax_category_id", id)?,
            cash_on_delivery_methods: keys
                .texts("cash_on_delivery_methods", "list codes of payment methods, such as [\"cash-on-delivery\"]")?,
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            currency: currency(&keys)?,
            pictures: keys.flag("pictures", true)?,
            picture_hosts: keys.texts("picture_hosts", "list hosts, such as [\"pim.example.internal\"]")?,
            ean_field: field(&keys, "ean_field")?,
            weight_field: field(&keys, "weight_field")?,
            weight_unit: weight_unit(&keys)?,
            category_facet: keys.text("category_facet", "give the code of a facet, or leave it out")?,
            attribute_facets: attribute_facets(&keys)?,
            create_facet_values: keys.texts("create_facet_values", "list codes of facets, such as [\"material\"]")?,
        })
    }

    /// Codes of the facets whose values are Kontor's.
    pub(super) fn facets(&self) -> impl Iterator<Item = &str> {
        self.category_facet.iter().chain(self.attribute_facets.iter().map(|(_, facet)| facet)).map(String::as_str)
    }

    /// Names of the custom fields that Kontor writes.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.ean_field.iter().chain(&self.weight_field).map(String::as_str)
    }
}

fn currency(keys: &Keys<'_>) -> Result<Option<Currency>, SetupError> {
    let remedy = "give a code of ISO 4217, such as \"CHF\", or leave it out";
    let Some(code) = keys.text("currency", remedy)? else { return Ok(None) };
    match Currency::parse(&code) {
        Some(currency) => Ok(Some(currency)),
        None => Err(keys.fault("currency", &format!("\"{code}\" is no currency"), remedy)),
    }
}

/// It becomes part of a query, so it has to be a name.
fn field(keys: &Keys<'_>, key: &str) -> Result<Option<String>, SetupError> {
    let remedy = "give the name of a custom field of ProductVariant, or leave it out";
    let Some(name) = keys.text(key, remedy)? else { return Ok(None) };
    let named =
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !name.starts_with(|first: char| first.is_ascii_digit());
    if !named {
        return Err(keys.fault(key, &format!("\"{name}\" is not the name of a field"), remedy));
    }
    Ok(Some(name))
}

fn weight_unit(keys: &Keys<'_>) -> Result<WeightUnit, SetupError> {
    let remedy = "give \"g\" or \"kg\", or leave it out for \"g\"";
    match keys.text("weight_unit", remedy)?.as_deref() {
        None | Some("g") => Ok(WeightUnit::Gram),
        Some("kg") => Ok(WeightUnit::Kilogram),
        Some(other) => Err(keys.fault("weight_unit", &format!("\"{other}\" is no unit that Kontor knows"), remedy)),
    }
}

fn attribute_facets(keys: &Keys<'_>) -> Result<Vec<(String, String)>, SetupError> {
    let remedy = "list attributes with the code of their facet, such as [\"Material = material\"]";
    let entries = keys.texts("attribute_facets", remedy)?;
    let pair = |entry: &String| {
        let (attribute, facet) = entry.split_once('=').map(|(attribute, facet)| (attribute.trim(), facet.trim())).unwrap_or_default();
        if attribute.is_empty() || facet.is_empty() {
            return Err(keys.fault("attribute_facets", &format!("\"{entry}\" does not name an attribute and a facet"), remedy));
        }
        Ok((attribute.to_owned(), facet.to_owned()))
    };
    entries.iter().map(pair).collect()
}
