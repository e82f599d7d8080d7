//! What is missing before an offer can be told to a channel, in words for the merchant.

use crate::domain::Language;

/// The name under which the account's title rule stands among the templates.
pub const TITLE_RULE: &str = "title_rule";

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The item has no price that counts today in any of these lists.
    Price(Vec<String>),
    /// The account's first price list does not exist.
    Pricelist(String),
    /// The price list that has the price is not in the currency of the account's first one.
    Currency {
        list: String,
        found: String,
        expected: String,
    },
    Title,
    /// The stored item cannot be read: a fault of ours.
    Document,
    /// The template of this name or number does not exist.
    NoTemplate(String),
    /// A template is broken or does not come to an end.
    Template {
        name: String,
        line: usize,
        text: String,
    },
    /// The price in the item's block is no number.
    PlatformPrice(String),
    /// The item names a delivery time or a shipping cost category that does not exist.
    LookUp {
        field: &'static str,
        value: String,
    },
    /// Nothing assigns the item to a category of the account.
    Category,
    Description,
    Images,
}

impl Lack {
    /// Keeps the part of the offer from being told. The others are hints.
    pub fn blocks(&self) -> bool {
        !matches!(self, Lack::LookUp { .. } | Lack::Category | Lack::Description | Lack::Images)
    }

    /// The part of the offer, a stable word.
    pub fn part(&self) -> &'static str {
        match self {
            Lack::Price(_) | Lack::Pricelist(_) | Lack::Currency { .. } | Lack::PlatformPrice(_) => "price",
            Lack::Title => "title",
            Lack::Document => "item",
            Lack::NoTemplate(_) => "description",
            Lack::Template { name, .. } if name == TITLE_RULE => "title",
            Lack::Template { .. } | Lack::Description => "description",
            Lack::LookUp { field, .. } => field,
            Lack::Category => "category",
            Lack::Images => "images",
        }
    }

    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Lack::Price(lists), Language::En) => {
                format!("the item has no price in price list \"{}\" today", lists.join("\" or \""))
            }
            (Lack::Price(lists), Language::De) => {
                format!("der Artikel hat heute keinen Preis in der Preisliste \"{}\"", lists.join("\" oder \""))
            }
            (Lack::Currency { list, found, expected }, Language::En) => {
                format!("the price list \"{list}\" is in {found}, the account sells in {expected}")
            }
            (Lack::Currency { list, found, expected }, Language::De) => {
                format!("die Preisliste \"{list}\" ist in {found}, das Konto verkauft in {expected}")
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
            (Lack::NoTemplate(name), Language::En) => format!("the template \"{name}\" does not exist"),
            (Lack::NoTemplate(name), Language::De) => format!("die Vorlage \"{name}\" gibt es nicht"),
            (Lack::Template { name, line, text }, Language::En) => format!("the template \"{name}\" fails in line {line}: {text}"),
            (Lack::Template { name, line, text }, Language::De) => {
                format!("die Vorlage \"{name}\" scheitert in Zeile {line}: {text}")
            }
            (Lack::PlatformPrice(text), Language::En) => format!("the price \"{text}\" in specific_item_data is not a number"),
            (Lack::PlatformPrice(text), Language::De) => format!("der Preis \"{text}\" in specific_item_data ist keine Zahl"),
            (Lack::LookUp { field, value }, Language::En) => format!("{field} \"{value}\" of the item does not exist"),
            (Lack::LookUp { field, value }, Language::De) => format!("{field} \"{value}\" des Artikels gibt es nicht"),
            (Lack::Category, Language::En) => "no category of the channel is assigned".into(),
            (Lack::Category, Language::De) => "keine Kategorie des Kanals ist zugeordnet".into(),
            (Lack::Description, Language::En) => "there is no description".into(),
            (Lack::Description, Language::De) => "es gibt keine Beschreibung".into(),
            (Lack::Images, Language::En) => "there are no pictures".into(),
            (Lack::Images, Language::De) => "es gibt keine Bilder".into(),
        }
    }

    pub fn remedy(&self, language: Language) -> String {
        match (self, language) {
            (Lack::Price(lists), Language::En) => {
                format!("send a price in price list \"{}\" with updatePricelist", lists.join("\" or \""))
            }
            (Lack::Price(lists), Language::De) => {
                format!("senden Sie mit updatePricelist einen Preis in der Preisliste \"{}\"", lists.join("\" oder \""))
            }
            (Lack::Pricelist(list), Language::En) => format!("send a price in price list \"{list}\" with updatePricelist"),
            (Lack::Pricelist(list), Language::De) => {
                format!("senden Sie mit updatePricelist einen Preis in der Preisliste \"{list}\"")
            }
            (Lack::Currency { expected, .. }, Language::En) => {
                format!("send the price in a list in {expected}, or have the admin assign lists of one currency to the account")
            }
            (Lack::Currency { expected, .. }, Language::De) => {
                format!("senden Sie den Preis in einer Liste in {expected}, oder lassen Sie dem Konto Listen einer Währung zuordnen")
            }
            (Lack::Title, Language::En) => "send an identifier, or the account's title text module, with updateItems".into(),
            (Lack::Title, Language::De) => "senden Sie mit updateItems einen identifier oder den Titel-Textbaustein des Kontos".into(),
            (Lack::Document, Language::En) => "send the item again with updateItems".into(),
            (Lack::Document, Language::De) => "senden Sie den Artikel noch einmal mit updateItems".into(),
            (Lack::NoTemplate(_), Language::En) => "send it with updateTemplates, or choose one that fetchTemplates lists".into(),
            (Lack::NoTemplate(_), Language::De) => "senden Sie sie mit updateTemplates oder wählen Sie eine aus fetchTemplates".into(),
            (Lack::Template { name, .. }, Language::En) if name == TITLE_RULE => {
                "have the admin correct title_rule of the account in the configuration".into()
            }
            (Lack::Template { name, .. }, Language::De) if name == TITLE_RULE => {
                "lassen Sie title_rule des Kontos in der Konfiguration berichtigen".into()
            }
            (Lack::Template { .. }, Language::En) => "correct that line and send the template with updateTemplates".into(),
            (Lack::Template { .. }, Language::De) => "berichtigen Sie diese Zeile und senden Sie die Vorlage mit updateTemplates".into(),
            (Lack::PlatformPrice(_), Language::En) => "send digits with a dot, such as 10.50, with updatePrices".into(),
            (Lack::PlatformPrice(_), Language::De) => "senden Sie mit updatePrices Ziffern mit Punkt, etwa 10.50".into(),
            (Lack::LookUp { .. }, Language::En) => "create it with updateDeliveryTimes or updateDeliveryChargeCategories".into(),
            (Lack::LookUp { .. }, Language::De) => "legen Sie es mit updateDeliveryTimes oder updateDeliveryChargeCategories an".into(),
            (Lack::Category, Language::En) => {
                "assign the item with updateItemAccountCategoryMapping or its group with updateAccountCategories".into()
            }
            (Lack::Category, Language::De) => {
                "ordnen Sie den Artikel mit updateItemAccountCategoryMapping oder seine Gruppe mit updateAccountCategories zu".into()
            }
            (Lack::Description, Language::En) => {
                "send the account's description text module with updateItems or updateCategories, or set description_template".into()
            }
            (Lack::Description, Language::De) => {
                "senden Sie den Beschreibungs-Textbaustein mit updateItems oder updateCategories oder setzen Sie description_template"
                    .into()
            }
            (Lack::Images, Language::En) => "send image_modules with updateItems or updateCategories".into(),
            (Lack::Images, Language::De) => "senden Sie image_modules mit updateItems oder updateCategories".into(),
        }
    }

    /// As the outbox row keeps it.
    pub fn error(&self) -> String {
        format!("OFFER_INCOMPLETE: {}", self.text(Language::En))
    }
}
