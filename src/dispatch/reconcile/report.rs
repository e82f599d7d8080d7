//! What a reconciliation found, as counts for the admin and as messages for the merchant.

use serde::{Deserialize, Serialize};

use super::compare::Difference;
use crate::connectors::{ListedOffer, Message, Severity};
use crate::domain::Language;

/// The codes of all messages of a reconciliation.
pub const CODES: [&str; 7] =
    ["OFFER_MISSING", "OFFER_UNWANTED", "OFFER_UNCONFIRMED", "OFFER_PRICE_DIFFERS", "OFFER_QUANTITY_DIFFERS", UNKNOWN, IMPORTED];
const UNKNOWN: &str = "OFFER_UNKNOWN";
const IMPORTED: &str = "OFFER_IMPORTED";

/// The counts of one reconciliation. Kept as JSON with the account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Offers that the channel listed.
    pub listed: usize,
    pub missing: usize,
    pub unwanted: usize,
    pub unconfirmed: usize,
    pub price: usize,
    pub quantity: usize,
    /// Running offers of the channel that belong to no offer of ours.
    pub unknown: usize,
    pub imported: usize,
    /// Offers with differences that were sent again.
    pub repaired: usize,
    /// Offers with differences whose change is on its way anyway.
    pub left_out: usize,
    /// Why it came to no end.
    pub error: Option<String>,
}

impl Report {
    pub fn count(&mut self, difference: &Difference) {
        let counter = match difference {
            Difference::Missing => &mut self.missing,
            Difference::Unwanted => &mut self.unwanted,
            Difference::Unconfirmed => &mut self.unconfirmed,
            Difference::Price { .. } => &mut self.price,
            Difference::Quantity { .. } => &mut self.quantity,
        };
        *counter = counter.saturating_add(1);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(error) = &self.error {
            write!(f, "not finished: {error}; ")?;
        }
        let Report { listed, missing, unwanted, unconfirmed, price, quantity, unknown, imported, repaired, left_out, .. } = self;
        write!(
            f,
            "listed {listed}, missing {missing}, unwanted {unwanted}, unconfirmed {unconfirmed}, price {price}, quantity {quantity}, \
             unknown {unknown}, imported {imported}, repaired {repaired}, left out {left_out}"
        )
    }
}

/// What the merchant is told about a difference of the offer of an article.
pub fn difference(difference: &Difference, item: &str, repaired: bool, language: Language) -> Message {
    let english = language == Language::En;
    let (code, text) = match difference {
        Difference::Missing => (
            "OFFER_MISSING",
            if english {
                format!("the channel does not show the offer of article {item}, which should be running")
            } else {
                format!("der Kanal zeigt das Angebot des Artikels {item} nicht, obwohl es laufen müsste")
            },
        ),
        Difference::Unwanted => (
            "OFFER_UNWANTED",
            if english {
                format!("the channel shows the offer of article {item}, which should have ended")
            } else {
                format!("der Kanal zeigt das Angebot des Artikels {item}, obwohl es beendet sein müsste")
            },
        ),
        Difference::Unconfirmed => (
            "OFFER_UNCONFIRMED",
            if english {
                format!("the channel shows the offer of article {item}, though it never confirmed its listing")
            } else {
                format!("der Kanal zeigt das Angebot des Artikels {item}, hat das Einstellen aber nie bestätigt")
            },
        ),
        Difference::Price { known, shown } => (
            "OFFER_PRICE_DIFFERS",
            if english {
                format!("the channel shows article {item} at {shown}; last sent was {known}")
            } else {
                format!("der Kanal zeigt Artikel {item} zu {shown}; zuletzt gesendet wurde {known}")
            },
        ),
        Difference::Quantity { known, shown } => (
            "OFFER_QUANTITY_DIFFERS",
            if english {
                format!("the channel offers {shown} pieces of article {item}; known are {known}")
            } else {
                format!("der Kanal bietet {shown} Stück von Artikel {item} an; bekannt sind {known}")
            },
        ),
    };
    let remedy = match (repaired, english) {
        (true, true) => "nothing to do: it is being set right",
        (true, false) => "nichts zu tun: es wird gerade richtiggestellt",
        (false, true) => "syncPlatformItems with repair, or kontor reconcile --repair, sets it right",
        (false, false) => "syncPlatformItems mit repair oder kontor reconcile --repair stellt es richtig",
    };
    Message { severity: Severity::Warning, code: code.to_owned(), text, remedy: remedy.to_owned() }
}

fn named(listed: &ListedOffer) -> String {
    let mut name = format!("\"{}\"", listed.title);
    for (word, value) in [("number", &listed.external_number), ("SKU", &listed.sku), ("EAN", &listed.ean)] {
        if let Some(value) = value {
            name.push_str(&format!(", {word} {value}"));
        }
    }
    name
}

/// Why a running offer of the channel belongs to none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// Its article is here: it can be imported.
    Importable,
    NoArticle,
    SeveralArticles,
    /// The article's offer is another one of the channel.
    Second,
}

pub fn unknown(listed: &ListedOffer, why: Stranger, language: Language) -> Message {
    let name = named(listed);
    let (text, remedy) = match (language, why) {
        (Language::En, Stranger::Importable) => (
            format!("on sale in the channel and not known as an offer: {name}"),
            "syncPlatformItems with import, or kontor reconcile --import, puts it under stock control",
        ),
        (Language::En, Stranger::NoArticle) => (
            format!("on sale in the channel, and no article has its SKU or EAN: {name}"),
            "hand the article over with updateItems, or end the offer in the channel",
        ),
        (Language::En, Stranger::SeveralArticles) => (
            format!("on sale in the channel, and several articles have its SKU or EAN: {name}"),
            "give the articles different numbers, or the offer in the channel another SKU",
        ),
        (Language::En, Stranger::Second) => {
            (format!("on sale in the channel a second time: {name}"), "end the superfluous offer in the channel")
        }
        (Language::De, Stranger::Importable) => (
            format!("im Kanal angeboten und nicht als Angebot bekannt: {name}"),
            "syncPlatformItems mit import oder kontor reconcile --import übernimmt es in den Bestandsabgleich",
        ),
        (Language::De, Stranger::NoArticle) => (
            format!("im Kanal angeboten, aber kein Artikel hat diese SKU oder EAN: {name}"),
            "übergeben Sie den Artikel mit updateItems oder beenden Sie das Angebot im Kanal",
        ),
        (Language::De, Stranger::SeveralArticles) => (
            format!("im Kanal angeboten, aber mehrere Artikel haben diese SKU oder EAN: {name}"),
            "geben Sie den Artikeln verschiedene Nummern oder dem Angebot im Kanal eine andere SKU",
        ),
        (Language::De, Stranger::Second) => {
            (format!("im Kanal ein zweites Mal angeboten: {name}"), "beenden Sie das überzählige Angebot im Kanal")
        }
    };
    Message { severity: Severity::Warning, code: UNKNOWN.to_owned(), text, remedy: remedy.to_owned() }
}

pub fn imported(listed: &ListedOffer, language: Language) -> Message {
    let name = named(listed);
    let (text, remedy) = match language {
        Language::En => (
            format!("imported from the channel: {name}"),
            "nothing to do: its stock follows the article from now on, price and texts with their next change",
        ),
        Language::De => (
            format!("aus dem Kanal übernommen: {name}"),
            "nichts zu tun: der Bestand folgt ab jetzt dem Artikel, Preis und Texte mit ihrer nächsten Änderung",
        ),
    };
    Message { severity: Severity::Info, code: IMPORTED.to_owned(), text, remedy: remedy.to_owned() }
}
