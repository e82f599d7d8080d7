//! `[accounts.settings]` of a sales channel of a shop.

use reqwest::Url;
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
        doc: "The address of the shop, without `/api`.",
    },
    Setting {
        key: "client_id",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"SWIAABCDEFGHIJKLMNOPQRSTUV\"",
        doc: "The access key ID of an integration (*Settings → System → Integrations*). Better: `client_id_env` or `client_id_file`.",
    },
    Setting {
        key: "client_secret",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"abcdefghijklmnopqrstuvwxyz\"",
        doc: "The secret access key of the same integration. Better: `client_secret_env` or `client_secret_file`.",
    },
    Setting {
        key: "sales_channel",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"Storefront\"",
        doc: "Name or id of the sales channel. Offers are visible in it, and its orders are collected.",
    },
    Setting {
        key: "currency",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"EUR\"",
        doc: "The currency of the account's prices, if it is another one than the standard currency of the sales channel.",
    },
    Setting {
        key: "price_rule",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"Dealers\"",
        doc: "Name or id of a rule of the Rule Builder. The account's prices then become advanced prices for that rule, and the standard prices stay as they are.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: Some("[\"payment_cashpayment\"]"),
        required: false,
        example: "[\"payment_cashpayment\"]",
        doc: "Technical names of payment methods that are paid at the door.",
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
        key: "pictures",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether Kontor sends pictures, which the shop fetches from their addresses. Pictures that the merchant added to a product in the shop stay in any case.",
    },
    Setting {
        key: "attributes",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Material\"]",
        doc: "Names of attributes of articles that become properties of products. Kontor creates properties and values that are missing.",
    },
    Setting {
        key: "custom_fields",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Care = custom_care\"]",
        doc: "Attributes of articles that go to custom fields of products: the attribute's name, `=`, and the technical name of the field.",
    },
    Setting {
        key: "clearance_sale",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether Kontor switches *Clearance sale* on. Without it, the shop also sells what is not in stock.",
    },
    Setting {
        key: "process_orders",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether an order that the ERP has fetched moves from *Open* to *In progress*.",
    },
    Setting {
        key: "mails",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether the shop may mail the buyer when Kontor moves a state of his order.",
    },
];

/// Where an attribute goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldOf {
    pub attribute: String,
    pub field: String,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub url: Url,
    pub client_id: SecretString,
    pub client_secret: SecretString,
    pub sales_channel: String,
    pub currency: Option<Currency>,
    pub price_rule: Option<String>,
    pub cash_on_delivery_methods: Vec<String>,
    pub first_pull_days: u32,
    pub pictures: bool,
    pub attributes: Vec<String>,
    pub custom_fields: Vec<FieldOf>,
    pub clearance_sale: bool,
    pub process_orders: bool,
    pub mails: bool,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let methods =
            keys.texts("cash_on_delivery_methods", "list technical names of payment methods, such as [\"payment_cashpayment\"]")?;
        Ok(Settings {
            url: address(&keys)?,
            client_id: keys.required_text("client_id", "give the access key ID of an integration of the shop")?.into(),
            client_secret: keys.required_text("client_secret", "give the secret access key of an integration of the shop")?.into(),
            sales_channel: keys.required_text("sales_channel", "give the name or the id of a sales channel of the shop")?,
            currency: currency(&keys)?,
            price_rule: keys.text("price_rule", "give the name or the id of a rule, or leave it out")?,
            cash_on_delivery_methods: if methods.is_empty() { vec!["payment_cashpayment".to_owned()] } else { methods },
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            pictures: keys.flag("pictures", true)?,
            attributes: keys.texts("attributes", "list names of attributes, such as [\"Material\"]")?,
            custom_fields: custom_fields(&keys)?,
            clearance_sale: keys.flag("clearance_sale", true)?,
            process_orders: keys.flag("process_orders", true)?,
            mails: keys.flag("mails", true)?,
        })
    }
}

fn address(keys: &Keys<'_>) -> Result<Url, SetupError> {
    let remedy = "give the address of the shop without /api, such as \"https://shop.example.com\"";
    let text = keys.required_text("url", remedy)?;
    let url = Url::parse(&text).ok().filter(|url| {
        let inside = url.path().split('/').any(|part| part == "api" || part == "admin");
        matches!(url.scheme(), "http" | "https") && url.query().is_none() && !inside
    });
    url.ok_or_else(|| keys.fault("url", &format!("\"{text}\" is not the address of a shop"), remedy))
}

fn currency(keys: &Keys<'_>) -> Result<Option<Currency>, SetupError> {
    let remedy = "give a code of ISO 4217, such as \"EUR\", or leave it out";
    let Some(text) = keys.text("currency", remedy)? else { return Ok(None) };
    let known = Currency::parse(&text).ok_or_else(|| keys.fault("currency", &format!("\"{text}\" is no currency"), remedy))?;
    Ok(Some(known))
}

fn custom_fields(keys: &Keys<'_>) -> Result<Vec<FieldOf>, SetupError> {
    let remedy = "list attributes with their fields, such as [\"Care = custom_care\"]";
    let read = |text: &String| {
        let (attribute, field) = text.split_once('=').map(|(attribute, field)| (attribute.trim(), field.trim()))?;
        let named = !attribute.is_empty() && !field.is_empty();
        named.then(|| FieldOf { attribute: attribute.to_owned(), field: field.to_owned() })
    };
    let texts = keys.texts("custom_fields", remedy)?;
    let wrong = |text: &String| keys.fault("custom_fields", &format!("\"{text}\" names no attribute with a field"), remedy);
    texts.iter().map(|text| read(text).ok_or_else(|| wrong(text))).collect()
}
