//! `[accounts.settings]` of a shop.

use std::path::PathBuf;

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
        example: "\"https://my-shop.myshopify.com\"",
        doc: "The shop's own address, which ends with `.myshopify.com`, whatever address buyers see.",
    },
    Setting {
        key: "client_id",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"0123456789abcdef0123456789abcdef\"",
        doc: "The client ID of the app; an app that was made in the shop calls it API key. Better: `client_id_env` or `client_id_file`.",
    },
    Setting {
        key: "client_secret",
        takes: Takes::Secret,
        default: None,
        required: true,
        example: "\"shpss_0123456789abcdef\"",
        doc: "The secret of the app. Without `access_token` and `token_path` Kontor asks with it for a token each day (client credentials). Better: `client_secret_env` or `client_secret_file`.",
    },
    Setting {
        key: "access_token",
        takes: Takes::Secret,
        default: None,
        required: false,
        example: "\"shpat_0123456789abcdef\"",
        doc: "The token of an app that was made in the shop before 2026, which never ends. Better: `access_token_env` or `access_token_file`.",
    },
    Setting {
        key: "token_path",
        takes: Takes::File,
        default: None,
        required: false,
        example: "\"/var/lib/kontor/shopify-1500.json\"",
        doc: "For an app with tokens that end after an hour: a file with `{\"refresh_token\": \"…\"}`, in which Kontor keeps the newest tokens. Each refresh token is good for one use, so nobody else may use them. Beside it, `access_token` is not used.",
    },
    Setting {
        key: "location",
        takes: Takes::Text,
        default: None,
        required: false,
        example: "\"Shop location\"",
        doc: "Name or number of the location whose stock Kontor keeps. A shop with one location needs none.",
    },
    Setting {
        key: "publications",
        takes: Takes::Texts,
        default: Some("[\"Online Store\"]"),
        required: false,
        example: "[\"Online Store\"]",
        doc: "Names of the sales channels in which offers are published. What the first one shows counts as running.",
    },
    Setting {
        key: "cash_on_delivery_methods",
        takes: Takes::Texts,
        default: Some("[\"Cash on Delivery (COD)\"]"),
        required: false,
        example: "[\"Cash on Delivery (COD)\"]",
        doc: "Names of payment methods that are paid at the door.",
    },
    Setting {
        key: "first_pull_days",
        takes: Takes::Whole { from: 0, to: 3650 },
        default: Some("30"),
        required: false,
        example: "30",
        doc: "How many days the very first poll looks back. Without the right `read_all_orders` the shop shows the last 60 only.",
    },
    Setting {
        key: "pictures",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether Kontor sends pictures, which the shop fetches from their addresses. Pictures that the merchant added to a product stay in any case.",
    },
    Setting {
        key: "attributes",
        takes: Takes::Texts,
        default: None,
        required: false,
        example: "[\"Material=custom.material\"]",
        doc: "Attributes of articles that become metafields: name, and namespace and key of the metafield, which has to be a single line of text. Others are not sent.",
    },
    Setting {
        key: "notify_customers",
        takes: Takes::Flag,
        default: Some("true"),
        required: false,
        example: "true",
        doc: "Whether the shop mails customers about parcels, cancellations and refunds.",
    },
    Setting {
        key: "restock_refunds",
        takes: Takes::Flag,
        default: Some("false"),
        required: false,
        example: "false",
        doc: "Whether pieces whose money goes back go back into the shop's stock as well. The ERP's next quantity replaces it in any case.",
    },
];

/// An attribute of articles, and its metafield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapped {
    pub name: String,
    pub namespace: String,
    pub key: String,
}

/// What proves who calls.
#[derive(Clone)]
pub(super) enum Access {
    Fixed(SecretString),
    /// A token for a day, for the client's secret.
    Credentials,
    /// A token for an hour, for a refresh token that is good for one use.
    Rotating(PathBuf),
}

#[derive(Clone)]
pub(super) struct Settings {
    pub url: Url,
    pub client_id: SecretString,
    pub client_secret: SecretString,
    pub access: Access,
    pub location: Option<String>,
    pub publications: Vec<String>,
    pub cash_on_delivery_methods: Vec<String>,
    pub first_pull_days: u32,
    pub pictures: bool,
    pub attributes: Vec<Mapped>,
    pub notify_customers: bool,
    pub restock_refunds: bool,
}

impl Settings {
    pub(super) fn read(account: &Account) -> Result<Settings, SetupError> {
        let keys = Keys::new(account, SETTINGS)?;
        let or = |list: Vec<String>, default: &str| if list.is_empty() { vec![default.to_owned()] } else { list };
        Ok(Settings {
            url: address(&keys)?,
            client_id: keys.required_text("client_id", "give the client ID of the app")?.into(),
            client_secret: keys.required_text("client_secret", "give the secret of the app")?.into(),
            access: access(&keys)?,
            location: keys.text("location", "give the name of a location of the shop, or leave it out")?,
            publications: or(keys.texts("publications", "list names of sales channels, such as [\"Online Store\"]")?, "Online Store"),
            cash_on_delivery_methods: or(
                keys.texts("cash_on_delivery_methods", "list names of payment methods, such as [\"Cash on Delivery (COD)\"]")?,
                "Cash on Delivery (COD)",
            ),
            first_pull_days: keys.whole("first_pull_days", 0..=3650, 30)?,
            pictures: keys.flag("pictures", true)?,
            attributes: attributes(&keys)?,
            notify_customers: keys.flag("notify_customers", true)?,
            restock_refunds: keys.flag("restock_refunds", false)?,
        })
    }
}

fn address(keys: &Keys<'_>) -> Result<Url, SetupError> {
    let remedy = "give the shop's own address, such as \"https://my-shop.myshopify.com\"";
    let text = keys.required_text("url", remedy)?;
    let url = Url::parse(&text).ok().filter(|url| {
        let is_shop = url.host_str().is_some() && url.query().is_none() && url.path() == "/";
        // Tokens go over the line as they are: without TLS only to this machine.
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost")));
        is_shop && is_safe
    });
    url.ok_or_else(|| keys.fault("url", &format!("\"{text}\" is not the address of a shop"), remedy))
}

fn access(keys: &Keys<'_>) -> Result<Access, SetupError> {
    let token = keys.text("access_token", "give the token of the app, or leave it out")?;
    let path = keys.text("token_path", "name a file that Kontor may write, or leave it out")?;
    Ok(match (path, token) {
        (Some(path), _) => Access::Rotating(path.into()),
        (None, Some(token)) => Access::Fixed(token.into()),
        (None, None) => Access::Credentials,
    })
}

fn attributes(keys: &Keys<'_>) -> Result<Vec<Mapped>, SetupError> {
    let remedy = "name attribute, namespace and key, such as [\"Material=custom.material\"]";
    let is_word = |text: &str| text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let read = |text: &String| {
        let (name, place) = text.split_once('=')?;
        let (namespace, key) = place.trim().split_once('.')?;
        let mapped = Mapped { name: name.trim().to_owned(), namespace: namespace.to_owned(), key: key.to_owned() };
        (!mapped.name.is_empty() && is_word(namespace) && is_word(key)).then_some(mapped)
    };
    let texts = keys.texts("attributes", remedy)?;
    texts.iter().map(|text| read(text).ok_or_else(|| keys.fault("attributes", &format!("\"{text}\" names no metafield"), remedy))).collect()
}
