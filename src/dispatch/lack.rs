//! What is missing before an offer can be told to a channel, in words for the merchant.

use crate::domain::Language;

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The item has no price that counts today in the list of this name.
    Price(String),
    /// The account's price list does not exist.
    Pricelist(String),
    Title,
    /// The stored item cannot be read: a fault of ours.
    Document,
}

impl Lack {
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Lack::Price(list), Language::En) => {
                format!("the item has no price in price list \"{list}\" today")
            }
            (Lack::Price(list), Language::De) => {
                format!("der Artikel hat heute keinen Preis in der Preisliste \"{list}\"")
            }
            (Lack::Pricelist(list), Language::En) => {
                format!("the price list \"{list}\" of the account does not exist")
            }
            (Lack::Pricelist(list), Language::De) => {
                format!("die Preisliste \"{list}\" des Kontos gibt es nicht")
            }
            (Lack::Title, Language::En) => "the title is empty".into(),
            (Lack::Title, Language::De) => "der Titel ist leer".into(),
            (Lack::Document, Language::En) => "the stored item cannot be read".into(),
            (Lack::Document, Language::De) => "der gespeicherte Artikel ist nicht lesbar".into(),
        }
    }

    pub fn remedy(&self, language: Language) -> String {
        match (self, language) {
            (Lack::Price(list) | Lack::Pricelist(list), Language::En) => {
                format!("send a price in price list \"{list}\" with updatePricelist")
            }
            (Lack::Price(list) | Lack::Pricelist(list), Language::De) => {
                format!("senden Sie mit updatePricelist einen Preis in der Preisliste \"{list}\"")
            }
            (Lack::Title, Language::En) => "send an identifier, or the account's title text module, with updateItems".into(),
            (Lack::Title, Language::De) => "senden Sie mit updateItems einen identifier oder den Titel-Textbaustein des Kontos".into(),
            (Lack::Document, Language::En) => "send the item again with updateItems".into(),
            (Lack::Document, Language::De) => "senden Sie den Artikel noch einmal mit updateItems".into(),
        }
    }

    /// As the outbox row keeps it.
    pub fn error(&self) -> String {
        format!("OFFER_INCOMPLETE: {}", self.text(Language::En))
    }
}
