//! `[accounts.settings]` of a shop.

use reqwest::Url;
use secrecy::SecretString;

use super::super::settings::Keys;
use super::super::{Setting, SetupError, Takes};
use crate::config::Account;

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "url",
        takes: Takes::Text,
        default: None,
        required: true,
        example: "\"https://shop.example.com\"",
        doc: "The address of the shop, without `/wp-json`.",
    },
    Setting {
        key: "consumer_key",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"ck_0123456789abcdef\"",
        doc: "The consumer key of an API key with the permission read/write. Better: `consumer_key_env` or `consumer_key_file`.",
    },
    Setting {
        key: "consumer_secret",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"cs_0123456789abcdef\"",
        doc: "The consumer secret of the same key. Better: `consumer_secret_env` or `consumer_secret_file`.",
    },
    Setting {
        key: "home_url",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"http://shop.example.com\"",
        doc: "Over HTTP, calls are signed for the address that the shop is configured with (*Settings → General → Site Address*). If Kontor reaches it under another one, give the configured one here.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: Some("[\"cod\"]"),
        required: false,
        example: "[\"cod\"]",
        doc: "Ids of payment methods that are paid at the door.",
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
        doc: "Names of attributes of articles that become attributes of products. Kontor keeps these; other attributes are not sent.",
    },
    Setting {
        key: "tracking_notes",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether the shop mails tracking numbers: as a note to the customer or, where it has fulfilments, with those. They are in the order's data in any case.",
    },
    Setting {
        key: "backorders",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"no\"",
        doc: "Whether buyers may order more than there is: `no`, `notify` or `yes`. Left out: as the merchant sets it at each product.",
    },
    Setting {
        key: "webhook_secret",
        takes: Takes::Secret,
        default: None,
        required: false,
        example: "\"a-long-random-text\"",
        doc: "The secret of the shop's webhooks. With it, the shop may call `POST /hooks/<account_id>`, and Kontor collects orders at once. Better: `webhook_secret_env` or `webhook_secret_file`.",
    },
];

const BACKORDERS: &str = "give \"no\", \"notify\" or \"yes\", or leave it out";

#[derive(Clone)]
pub(crate) struct Settings {
    pub url: Url,
    pub consumer_key: SecretString,
    pub consumer_secret: SecretString,
    pub home_url: Option<Url>,
    pub cash_on_delivery_methods: Vec<String>,
    pub first_pull_days: u32,
    pub pictures: bool,
    pub attributes: Vec<String>,
    pub tracking_notes: bool,
    pub backorders: Option<String>,
    pub webhook_secret: Option<SecretString>,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let remedy = "give the address of the shop without /wp-json, such as \"https://shop.example.com\"";
        let home = keys.text("home_url", remedy)?;
        let backorders = keys.text("backorders", BACKORDERS)?;
        if let Some(word) = backorders.as_deref().filter(|word| !matches!(*word, "no" | "notify" | "yes")) {
            return Err(keys.fault("backorders", &format!("\"{word}\" is unknown"), BACKORDERS));
        }
        let methods = keys.texts("cash_on_delivery_methods", "list ids of payment methods, such as [\"cod\"]")?;
        Ok(Settings {
            url: address(&keys, "url", &keys.required_text("url", remedy)?, remedy)?,
            consumer_key: keys.required_text("consumer_key", "give the consumer key of an API key of the shop")?.into(),
            consumer_secret: keys.required_text("consumer_secret", "give the consumer secret of an API key of the shop")?.into(),
            home_url: home.map(|home| address(&keys, "home_url", &home, remedy)).transpose()?,
            cash_on_delivery_methods: if methods.is_empty() { vec!["cod".to_owned()] } else { methods },
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            pictures: keys.flag("pictures", true)?,
            attributes: keys.texts("attributes", "list names of attributes, such as [\"Material\"]")?,
            tracking_notes: keys.flag("tracking_notes", true)?,
            backorders,
            webhook_secret: keys.text("webhook_secret", "give the secret that the webhooks of the shop have")?.map(SecretString::from),
        })
    }
}

fn address(keys: &Keys<'_>, key: &str, text: &str, remedy: &str) -> Result<Url, SetupError> {
    let url = Url::parse(text).ok().filter(|url| {
        let inside = url.path().split('/').any(|part| part == "wp-json");
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "http" | "https") && bare && !inside
    });
    url.ok_or_else(|| {
        // What is before an @ may be a password.
        let shown = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"));
        keys.fault(key, &format!("\"{shown}\" is not the address of a shop"), remedy)
    })
}
