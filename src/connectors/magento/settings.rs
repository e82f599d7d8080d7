//! `[accounts.settings]` of a shop.

use reqwest::Url;
use secrecy::SecretString;

use super::super::oauth1::Pair;
use super::super::settings::Keys;
use super::super::{Setting, SetupError, Takes};
use crate::config::Account;

/// A text that may be left out, and has no default.
const fn text(key: &'static str, example: &'static str, doc: &'static str) -> Setting {
    Setting { key, takes: Takes::Text, default: None, required: false, example, doc }
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "url",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"https://shop.example.com\"",
        doc: "The address of the shop, without `/rest`. Calls are signed for this address.",
    },
    Setting {
        key: "consumer_key",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"8i06th7hlw67ipweno0zpkub8ncz29mr\"",
        doc: "The consumer key of an integration. Without `access_token`: the name of an admin user. Better: `consumer_key_env` or `consumer_key_file`.",
    },
    Setting {
        key: "consumer_secret",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"qcfy5qy5fd5b8njjefryh9zg43gvhnd8\"",
        doc: "The consumer secret of the integration. Without `access_token`: the password of the admin user. Better: `consumer_secret_env` or `consumer_secret_file`.",
    },
    Setting {
        key: "access_token",
        takes: Takes::Secret,
        default: None,
        required: false,
        example: "\"rmsj89y39gq92zwbkans82tq50qzyb7f\"",
        doc: "The access token of the integration. Left out: Kontor logs in as an admin user, and again when the token of that has expired. Better: `access_token_env` or `access_token_file`.",
    },
    Setting {
        key: "access_token_secret",
        takes: Takes::Secret,
        default: None,
        required: false,
        example: "\"4s3ew0jc7y5e28km21iofugk28vvpzsu\"",
        doc: "The access token secret of the integration, together with `access_token`. Better: `access_token_secret_env` or `access_token_secret_file`.",
    },
    text("website", "\"base\"", "The code of the website in which the account sells. Only where the shop has several."),
    Setting {
        key: "source",
        takes: Takes::Text,
        default: Some("\"default\""),
        required: false,
        example: "\"default\"",
        doc: "The code of the inventory source to which Kontor writes quantities, and from which parcels leave.",
    },
    Setting {
        key: "attribute_set",
        takes: Takes::Text,
        default: Some("\"Default\""),
        required: false,
        example: "\"Default\"",
        doc: "The name of the attribute set that new products get. Products that are there keep theirs.",
    },
    Setting {
        key: "net_prices",
        takes: Takes::Flag,
        default: Some("false"),
        required: false,
        example: "false",
        doc: "Whether catalogue prices are entered without tax in the shop (*Stores → Configuration → Sales → Tax → Calculation Settings*). The shop does not say so over its API.",
    },
    text("ean_attribute", "\"ean\"", "The code of a text attribute of products that holds the EAN. Left out: the shop gets no EAN."),
    text(
        "category_attribute",
        "\"kontor_category\"",
        "The code of a text attribute of products in which Kontor notes the category that it chose. Left out: Kontor puts articles into categories, but takes them out of none.",
    ),
    Setting {
        key: "attributes",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Material\"]",
        doc: "Names of attributes of articles, each the label or the code of an attribute of the shop. Kontor keeps these; other attributes are not sent.",
    },
    Setting {
        key: "create_options",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether Kontor adds values that a list attribute of the shop lacks.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: Some("[\"cashondelivery\"]"),
        required: false,
        example: "[\"cashondelivery\"]",
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
        key: "shipment_mails",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether the shop mails its customer about a shipment that Kontor reports.",
    },
];

#[derive(Clone)]
pub(crate) struct Settings {
    pub url: Url,
    pub consumer: Pair,
    /// `None`: the consumer is an admin user.
    pub token: Option<Pair>,
    pub website: Option<String>,
    pub source: String,
    pub attribute_set: String,
    pub net_prices: bool,
    pub ean_attribute: Option<String>,
    pub category_attribute: Option<String>,
    pub attributes: Vec<String>,
    pub create_options: bool,
    pub cash_on_delivery_methods: Vec<String>,
    pub first_pull_days: u32,
    pub pictures: bool,
    pub picture_hosts: Vec<String>,
    pub shipment_mails: bool,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let secret = |key: &str, remedy: &str| keys.required_text(key, remedy).map(SecretString::from);
        let methods = keys.texts("cash_on_delivery_methods", "list codes of payment methods, such as [\"cashondelivery\"]")?;
        let code = |key: &str| keys.text(key, "give the code of an attribute, such as \"ean\", or leave it out");
        Ok(Settings {
            url: address(&keys)?,
            consumer: Pair {
                key: secret("consumer_key", "give the consumer key of an integration, or the name of an admin user")?,
                secret: secret("consumer_secret", "give the consumer secret of the integration, or the password of the admin user")?,
            },
            token: token(&keys)?,
            website: keys.text("website", "give the code of a website of the shop, such as \"base\", or leave it out")?,
            source: keys
                .text("source", "give the code of an inventory source, or leave it out for \"default\"")?
                .unwrap_or_else(|| "default".to_owned()),
            attribute_set: keys
                .text("attribute_set", "give the name of an attribute set, or leave it out for \"Default\"")?
                .unwrap_or_else(|| "Default".to_owned()),
            net_prices: keys.flag("net_prices", false)?,
            ean_attribute: code("ean_attribute")?,
            category_attribute: code("category_attribute")?,
            attributes: keys.texts("attributes", "list names of attributes, such as [\"Material\"]")?,
            create_options: keys.flag("create_options", true)?,
            cash_on_delivery_methods: if methods.is_empty() { vec!["cashondelivery".to_owned()] } else { methods },
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            pictures: keys.flag("pictures", true)?,
            picture_hosts: keys.texts("picture_hosts", "list hosts, such as [\"pim.example.internal\"]")?,
            shipment_mails: keys.flag("shipment_mails", true)?,
        })
    }
}

fn token(keys: &Keys<'_>) -> Result<Option<Pair>, SetupError> {
    let remedy = "an integration has both access_token and access_token_secret; leave both out for an admin user";
    let (key, secret) = (keys.text("access_token", remedy)?, keys.text("access_token_secret", remedy)?);
    match (key, secret) {
        (Some(key), Some(secret)) => Ok(Some(Pair { key: key.into(), secret: secret.into() })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(keys.fault("access_token_secret", "is missing", remedy)),
        (None, Some(_)) => Err(keys.fault("access_token", "is missing", remedy)),
    }
}

fn address(keys: &Keys<'_>) -> Result<Url, SetupError> {
    let remedy = "give the address of the shop without /rest, such as \"https://shop.example.com\"";
    let text = keys.required_text("url", remedy)?;
    let url = Url::parse(&text).ok().filter(|url| {
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && bare && !url.path().split('/').any(|part| part == "rest")
    });
    url.ok_or_else(|| {
        // What is before an @ may be a password.
        let shown = text.rsplit_once('@').map_or_else(|| text.clone(), |(_, rest)| format!("…@{rest}"));
        keys.fault("url", &format!("\"{shown}\" is not the address of a shop"), remedy)
    })
}
