//! From which rule a value came: a short word that stays, and a sentence for people.

use crate::domain::{AccountId, FieldName, Language, Reader};

/// The field with the blocks of platforms.
const BLOCKS: &str = "specific_item_data";

/// A value with the rule it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    pub(crate) fn new(value: T, source: Source) -> Sourced<T> {
        Sourced { value, source }
    }
}

/// A rule, with what it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A field of the item.
    Item { field: &'static str },
    /// The item's block for the account, and the element in it.
    Platform { account_id: AccountId, element: String },
    /// The account's `title_rule`.
    TitleRule { account_id: AccountId },
    /// A text module in a language; from an item group where the item has none.
    Text { module: i32, language: String, group: Option<String> },
    /// A template, chosen by the item's block or by the account.
    Template { name: String, by_item: bool },
    /// updateItemAccountCategoryMapping.
    ItemCategory { name: String },
    /// An item group's category; `of` where the group is an ancestor of this group of the item's.
    GroupCategory { group: String, of: Option<String>, name: String },
    /// A setting of the account.
    Account { account_id: AccountId, key: &'static str },
    /// The parent of the variant, and the rule there.
    Parent { number: String, source: Box<Source> },
    /// A price list; the period with its days where it is limited.
    Pricelist { list: String, period: Option<String> },
    /// A picture slot; from an item group where the item's slot is empty.
    Image { slot: i32, group: Option<String> },
    /// An entry of a look-up list, translated by the account where `mapped`.
    LookUp { name: String, key: &'static str, mapped: bool },
    /// No rule gives a value.
    Nothing,
}

impl Source {
    /// Stable, for programs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Source::Item { .. } => "item",
            Source::Platform { .. } => "specific_item_data",
            Source::TitleRule { .. } => "title_rule",
            Source::Text { .. } => "text_module",
            Source::Template { .. } => "template",
            Source::ItemCategory { .. } => "item_mapping",
            Source::GroupCategory { .. } => "group_mapping",
            Source::Account { .. } => "account",
            Source::Parent { .. } => "variant_parent",
            Source::Pricelist { .. } => "pricelist",
            Source::Image { .. } => "image_module",
            Source::LookUp { .. } => "look_up",
            Source::Nothing => "none",
        }
    }

    /// For people, with fields in the words of the reader's face. Keys of the configuration and elements in a block of
    /// a platform have the same names everywhere.
    pub(crate) fn sentence(&self, reader: Reader) -> String {
        match reader.language {
            Language::En => self.english(reader),
            Language::De => self.german(reader),
        }
    }

    fn english(&self, reader: Reader) -> String {
        let named = |field| FieldName(field).text(reader);
        let inherited = |group: &Option<String>| group.as_ref().map_or(String::new(), |g| format!(", inherited from item group \"{g}\""));
        match self {
            Source::Item { field } => format!("{} of the item", named(field)),
            Source::Platform { account_id, element } => format!("{} of account {account_id}, {element}", named(BLOCKS)),
            Source::TitleRule { account_id } => format!("title_rule of account {account_id}"),
            Source::Text { module, language, group } => format!("text module {module}, {language}{}", inherited(group)),
            Source::Template { name, by_item: true } => format!("template \"{name}\", chosen by the item's {}", named(BLOCKS)),
            Source::Template { name, by_item: false } => format!("template \"{name}\", description_template of the account"),
            Source::ItemCategory { name } => format!("the item's own account category \"{name}\""),
            Source::GroupCategory { group, of: None, name } => format!("item group \"{group}\", mapped to \"{name}\""),
            Source::GroupCategory { group, of: Some(of), name } => {
                format!("item group \"{of}\" inherited from \"{group}\", mapped to \"{name}\"")
            }
            Source::Account { account_id, key } => format!("{key} of account {account_id}"),
            Source::Parent { number, source } => format!("variant parent \"{number}\": {}", source.english(reader)),
            Source::Pricelist { list, period: None } => format!("price list {list}, unlimited validity"),
            Source::Pricelist { list, period: Some(period) } => format!("price list {list}, validity {period}"),
            Source::Image { slot, group } => format!("image module {slot}{}", inherited(group)),
            Source::LookUp { name, key, mapped: true } => format!("\"{name}\" of the item, translated by {key} of the account"),
            Source::LookUp { name, mapped: false, .. } => format!("\"{name}\" of the item"),
            Source::Nothing => "no rule gives a value".to_owned(),
        }
    }

    fn german(&self, reader: Reader) -> String {
        let named = |field| FieldName(field).text(reader);
        let inherited = |group: &Option<String>| group.as_ref().map_or(String::new(), |g| format!(", geerbt von Warengruppe \"{g}\""));
        match self {
            Source::Item { field } => format!("{} des Artikels", named(field)),
            Source::Platform { account_id, element } => format!("{} des Kontos {account_id}, {element}", named(BLOCKS)),
            Source::TitleRule { account_id } => format!("title_rule des Kontos {account_id}"),
            Source::Text { module, language, group } => format!("Textbaustein {module}, {language}{}", inherited(group)),
            Source::Template { name, by_item: true } => format!("Vorlage \"{name}\", gewählt in {} des Artikels", named(BLOCKS)),
            Source::Template { name, by_item: false } => format!("Vorlage \"{name}\", description_template des Kontos"),
            Source::ItemCategory { name } => format!("eigene Kontokategorie \"{name}\" des Artikels"),
            Source::GroupCategory { group, of: None, name } => format!("Warengruppe \"{group}\", zugeordnet zu \"{name}\""),
            Source::GroupCategory { group, of: Some(of), name } => {
                format!("Warengruppe \"{of}\" geerbt von \"{group}\", zugeordnet zu \"{name}\"")
            }
            Source::Account { account_id, key } => format!("{key} des Kontos {account_id}"),
            Source::Parent { number, source } => format!("Elternartikel \"{number}\": {}", source.german(reader)),
            Source::Pricelist { list, period: None } => format!("Preisliste {list}, unbefristeter Zeitraum"),
            Source::Pricelist { list, period: Some(period) } => format!("Preisliste {list}, Zeitraum {period}"),
            Source::Image { slot, group } => format!("Bildbaustein {slot}{}", inherited(group)),
            Source::LookUp { name, key, mapped: true } => format!("\"{name}\" des Artikels, übersetzt durch {key} des Kontos"),
            Source::LookUp { name, mapped: false, .. } => format!("\"{name}\" des Artikels"),
            Source::Nothing => "keine Regel ergibt einen Wert".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;
    use crate::domain::AccountId;
    use crate::domain::{Face, Language, Reader};

    #[test]
    fn a_reason_names_fields_in_the_words_of_the_readers_face() {
        let reasons = |source: &Source| {
            let reader = |language, face| source.sentence(Reader { language, face });
            [reader(Language::En, Face::Compat), reader(Language::En, Face::Typed), reader(Language::De, Face::Typed)]
        };
        let field = Source::Item { field: "tax_type_id" };
        assert_eq!(reasons(&field), ["tax_type_id of the item", "taxTypeId of the item", "taxTypeId des Artikels"]);
        let parent = Source::Parent { number: "MUG".into(), source: Box::new(field) };
        assert_eq!(reasons(&parent)[1], "variant parent \"MUG\": taxTypeId of the item");
        let block = Source::Platform { account_id: AccountId(7), element: "shop_price".into() };
        assert_eq!(reasons(&block)[1], "specificItemData of account 7, shop_price");
        let template = Source::Template { name: "page".into(), by_item: true };
        assert_eq!(reasons(&template)[2], "Vorlage \"page\", gewählt in specificItemData des Artikels");
        let rule = Source::TitleRule { account_id: AccountId(7) };
        assert_eq!(reasons(&rule)[1], "title_rule of account 7", "a key of the configuration");
    }
}
