//! `[accounts.settings]` of a shop.

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
        doc: "The address of the shop's server, without `/admin`.",
    },
    Setting {
        key: "api_key",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"sk_0123456789abcdef\"",
        doc: "A secret API key of the shop. Better: `api_key_env` or `api_key_file`.",
    },
    Setting {
        key: "sales_channel_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"sc_01J0000000000000000000000\"",
        doc: "The sales channel in which the account sells; the shop's default one if the key is missing.",
    },
    Setting {
        key: "stock_location_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"sloc_01J0000000000000000000000\"",
        doc: "The stock location to which Kontor writes; the first one that serves the sales channel if the key is missing.",
    },
    Setting {
        key: "shipping_profile_id",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"sp_01J0000000000000000000000\"",
        doc: "The shipping profile of new products; the shop's default one if the key is missing.",
    },
    Setting {
        key: "currency",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"CHF\"",
        doc: "The currency of the account's prices where the shop sells in several; the shop's default one if the key is missing.",
    },
    Setting {
        key: "cash_on_delivery_providers",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"pp_cod_cod\"]",
        doc: "Ids of payment providers that are paid at the door.",
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
        key: "attributes",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Material = material\"]",
        doc: "Attributes of articles, each with the key of the variant's metadata that has its value. Kontor keeps these keys. Other attributes are not sent.",
    },
];

#[derive(Clone)]
pub(crate) struct Settings {
    pub url: Url,
    pub api_key: SecretString,
    pub sales_channel_id: Option<String>,
    pub stock_location_id: Option<String>,
    pub shipping_profile_id: Option<String>,
    pub currency: Option<Currency>,
    pub cash_on_delivery_providers: Vec<String>,
    pub first_pull_days: u32,
    pub pictures: bool,
    pub picture_hosts: Vec<String>,
    /// Names of attributes, and keys of metadata.
    pub attributes: Vec<(String, String)>,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let id = "give the id that the shop shows, as text in quotes, or leave it out";
        Ok(Settings {
            url: address(&keys)?,
            api_key: keys.required_text("api_key", "give a secret API key of the shop")?.into(),
            sales_channel_id: keys.text("sales_channel_id", id)?,
            stock_location_id: keys.text("stock_location_id", id)?,
            shipping_profile_id: keys.text("shipping_profile_id", id)?,
            currency: currency(&keys)?,
            cash_on_delivery_providers: keys
                .texts("cash_on_delivery_providers", "list ids of payment providers, such as [\"pp_cod_cod\"]")?,
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            pictures: keys.flag("pictures", true)?,
            picture_hosts: keys.texts("picture_hosts", "list hosts, such as [\"pim.example.internal\"]")?,
            attributes: attributes(&keys)?,
        })
    }
}

fn address(keys: &Keys<'_>) -> Result<Url, SetupError> {
    let remedy = "give the address of the shop's server without /admin, such as \"https://shop.example.com\"";
    let text = keys.required_text("url", remedy)?;
    let url = Url::parse(&text).ok().filter(|url| {
        let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        matches!(url.scheme(), "http" | "https") && url.query().is_none() && !matches!(last, "admin" | "app")
    });
    url.ok_or_else(|| keys.fault("url", &format!("\"{text}\" is not the address of a shop"), remedy))
}

fn currency(keys: &Keys<'_>) -> Result<Option<Currency>, SetupError> {
    let remedy = "give a code of ISO 4217, such as \"CHF\", or leave it out";
    let Some(code) = keys.text("currency", remedy)? else { return Ok(None) };
    Currency::parse(&code).map(Some).ok_or_else(|| keys.fault("currency", &format!("\"{code}\" is no currency of ISO 4217"), remedy))
}

fn attributes(keys: &Keys<'_>) -> Result<Vec<(String, String)>, SetupError> {
    let remedy = "list names of attributes with keys of metadata, such as [\"Material = material\"]";
    let pair = |text: String| match text.split_once('=') {
        Some((name, key)) if !name.trim().is_empty() && !key.trim().is_empty() && !key.trim().starts_with("kontor") => {
            Ok((name.trim().to_owned(), key.trim().to_owned()))
        }
        _ => Err(keys.fault("attributes", &format!("\"{text}\" is no name with a key"), remedy)),
    };
    keys.texts("attributes", remedy)?.into_iter().map(pair).collect()
}
