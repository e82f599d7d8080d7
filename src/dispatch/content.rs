//! What an item says about itself in a channel: texts, pictures, variant, attributes. Pure.

use serde::{Deserialize, Deserializer};

use crate::config::Account;
use crate::connectors::{OfferContent, VariantContent};
use crate::domain::Decimal;
use crate::store::offers::ItemForOffer;

const GRAM: i32 = 400;
const KILOGRAM: i32 = 405;

/// The parts of an item's stored document that offers show; the names are those of the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    #[serde(deserialize_with = "or_default")]
    text_modules: Vec<TextModule>,
    #[serde(deserialize_with = "or_default")]
    image_modules: Vec<ImageModule>,
    variant: Option<Variant>,
    #[serde(deserialize_with = "or_default")]
    item_attributes: Vec<ItemAttribute>,
    weight: Option<Decimal>,
    weight_unit_id: Option<i32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TextModule {
    text_module_type: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    translations: Vec<Translation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Translation {
    language_code_iso: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ImageModule {
    image_module_type_id: Option<i32>,
    image_url: Option<String>,
    image_digest: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variant {
    #[serde(deserialize_with = "or_default")]
    attributes: Vec<VariantAttribute>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VariantAttribute {
    #[serde(deserialize_with = "or_default")]
    property: Named,
    #[serde(deserialize_with = "or_default")]
    value: Named,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    translations: Vec<Translation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ItemAttribute {
    attribute_id: Option<i32>,
    attribute_identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    item_attribute_values: Vec<AttributeValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AttributeValue {
    attribute_value_id: Option<i32>,
    attribute_value_identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    translations: Vec<Translation>,
}

/// An explicit null is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The text, when there is more than blanks in it.
fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

fn in_language<'t>(translations: &'t [Translation], language: &str) -> Option<&'t str> {
    translations
        .iter()
        .filter(|translation| translation.language_code_iso.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(language)))
        .find_map(|translation| filled(&translation.text))
}

fn in_any_language(translations: &[Translation]) -> Option<&str> {
    translations.iter().find_map(|translation| filled(&translation.text))
}

impl Document {
    fn parse(item: &ItemForOffer) -> Result<Document, serde_json::Error> {
        serde_json::from_str(&item.data)
    }

    fn module(&self, module: Option<i32>) -> &[Translation] {
        self.text_modules
            .iter()
            .find(|text| module.is_some() && text.text_module_type == module)
            .map(|text| text.translations.as_slice())
            .unwrap_or_default()
    }

    /// The account's title module in its language, else the item's own name: a title in a foreign language would be
    /// worse than the name.
    fn title(&self, account: &Account, item: &ItemForOffer) -> String {
        in_language(self.module(account.title_text_module), &account.language).unwrap_or(&item.identifier).trim().to_owned()
    }

    fn description(&self, account: &Account) -> String {
        let module = self.module(account.description_text_module);
        in_language(module, &account.language).or_else(|| in_any_language(module)).unwrap_or_default().to_owned()
    }

    /// Pictures in the order of their slots. Linked ones only where the address is absolute: a channel could not
    /// resolve another one.
    fn images(&self, public_url: &str) -> Vec<String> {
        let mut slots: Vec<&ImageModule> = self.image_modules.iter().collect();
        slots.sort_by_key(|image| image.image_module_type_id);
        slots
            .into_iter()
            .filter_map(|image| {
                if let Some(digest) = filled(&image.image_digest) {
                    return Some(format!("{public_url}/images/{digest}"));
                }
                let url = filled(&image.image_url)?.trim();
                let scheme = url.split_once("://").map(|(scheme, _)| scheme)?;
                let absolute = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
                absolute.then(|| url.to_owned())
            })
            .collect()
    }

    fn options(&self, language: &str) -> Vec<(String, String)> {
        let name = |named: &Named| {
            in_language(&named.translations, language)
                .or_else(|| filled(&named.identifier))
                .or_else(|| in_any_language(&named.translations))
                .map(str::to_owned)
        };
        self.variant
            .iter()
            .flat_map(|variant| &variant.attributes)
            .filter_map(|attribute| Some((name(&attribute.property)?, name(&attribute.value)?)))
            .collect()
    }

    fn attributes(&self, language: &str) -> Vec<(String, String)> {
        self.item_attributes
            .iter()
            .filter_map(|attribute| {
                let name = filled(&attribute.attribute_identifier)
                    .map(str::to_owned)
                    .or_else(|| attribute.attribute_id.map(|id| id.to_string()))?;
                let values: Vec<String> = attribute.item_attribute_values.iter().filter_map(|value| value.text(language)).collect();
                (!values.is_empty()).then(|| (name, values.join(", ")))
            })
            .collect()
    }

    fn weight_in_gram(&self) -> Option<Decimal> {
        match self.weight_unit_id? {
            GRAM => self.weight,
            KILOGRAM => self.weight?.checked_mul_whole(1000),
            _ => None,
        }
    }
}

impl AttributeValue {
    fn text(&self, language: &str) -> Option<String> {
        in_language(&self.translations, language)
            .or_else(|| filled(&self.attribute_value_identifier))
            .or_else(|| in_any_language(&self.translations))
            .map(str::to_owned)
            .or_else(|| self.attribute_value_id.map(|id| id.to_string()))
    }
}

/// The content of an offer. `parent` is the item under which this one is a variant. An empty title is for the caller
/// to refuse.
pub fn content_of(
    account: &Account,
    public_url: &str,
    item: &ItemForOffer,
    parent: Option<&ItemForOffer>,
) -> Result<OfferContent, serde_json::Error> {
    let document = Document::parse(item)?;
    let variant = parent
        .map(|parent| {
            Ok::<_, serde_json::Error>(VariantContent {
                parent_sku: parent.internal_item_number.clone(),
                parent_title: Document::parse(parent)?.title(account, parent),
                options: document.options(&account.language),
            })
        })
        .transpose()?;
    Ok(OfferContent {
        title: document.title(account, item),
        description: document.description(account),
        language: account.language.clone(),
        ean: filled(&item.ean_code).map(str::to_owned),
        images: document.images(public_url),
        category: account.default_category.clone(),
        tax_type_id: item.tax_type_id,
        weight_in_gram: document.weight_in_gram(),
        variant,
        attributes: document.attributes(&account.language),
    })
}

#[cfg(test)]
mod tests {
    use super::content_of;
    use crate::config::Account;
    use crate::dispatch::tests::world;
    use crate::domain::Decimal;
    use crate::store::offers::ItemForOffer;

    fn item(data: &str) -> ItemForOffer {
        ItemForOffer {
            item_id: 1,
            internal_item_number: "MUG-BL".into(),
            identifier: "Mug blue".into(),
            ean_code: Some("4006381333931".into()),
            tax_type_id: 1,
            category_id: None,
            active: Some(true),
            variant_parent_id: None,
            data: data.into(),
        }
    }

    fn account() -> Account {
        Account { title_text_module: Some(1), description_text_module: Some(15), language: "de".into(), ..world::account(1) }
    }

    #[test]
    fn texts_come_in_the_accounts_language() {
        let item = item(
            r#"{"text_modules": [
            {"text_module_type": 1, "translations": [{"language_code_iso": "en", "text": "Mug"}, {"language_code_iso": "DE", "text": "Becher"}]},
            {"text_module_type": 15, "translations": [{"language_code_iso": "en", "text": "A mug."}, {"language_code_iso": "de", "text": null}]}]}"#,
        );
        let content = content_of(&account(), "https://k", &item, None).unwrap();
        assert_eq!(content.title, "Becher");
        assert_eq!(content.description, "A mug.", "any language before none");
    }

    #[test]
    fn without_texts_the_items_name_is_the_title() {
        for data in ["{}", r#"{"text_modules": null, "image_modules": null, "variant": null}"#] {
            let content = content_of(&account(), "https://k", &item(data), None).unwrap();
            assert_eq!((content.title.as_str(), content.description.as_str()), ("Mug blue", ""));
            assert_eq!(content.ean.as_deref(), Some("4006381333931"));
        }
    }

    #[test]
    fn pictures_are_absolute_addresses_in_the_order_of_their_slots() {
        let item = item(
            r#"{"image_modules": [
            {"image_module_type_id": 3, "image_digest": "abc"},
            {"image_module_type_id": 2, "image_url": "pictures/b.jpg"},
            {"image_module_type_id": 4, "image_url": ""},
            {"image_module_type_id": 1, "image_url": "https://img.example/a.jpg"}]}"#,
        );
        let content = content_of(&account(), "https://k", &item, None).unwrap();
        assert_eq!(content.images, ["https://img.example/a.jpg", "https://k/images/abc"]);
    }

    #[test]
    fn a_variant_names_its_parent_and_what_sets_it_apart() {
        let child = item(
            r#"{"variant": {"variant_standard": true, "attributes": [
            {"property": {"identifier": "Colour"}, "value": {"identifier": "blue", "translations": [{"language_code_iso": "de", "text": "Blau"}]}},
            {"property": {"identifier": "Size"}, "value": {"identifier": "L"}}]}}"#,
        );
        let parent = ItemForOffer { internal_item_number: "MUG".into(), identifier: "Mug".into(), ..item("{}") };
        let content = content_of(&account(), "https://k", &child, Some(&parent)).unwrap();
        let variant = content.variant.unwrap();
        assert_eq!((variant.parent_sku.as_str(), variant.parent_title.as_str()), ("MUG", "Mug"));
        assert_eq!(variant.options, [("Colour".to_owned(), "Blau".to_owned()), ("Size".into(), "L".into())]);
    }

    #[test]
    fn attributes_with_several_values_are_one_text() {
        let item = item(
            r#"{"item_attributes": [
            {"attribute_identifier": "Material", "item_attribute_values": [{"attribute_value_identifier": "Clay"}, {"attribute_value_id": 7}]},
            {"attribute_id": 9, "item_attribute_values": []}]}"#,
        );
        let content = content_of(&account(), "https://k", &item, None).unwrap();
        assert_eq!(content.attributes, [("Material".to_owned(), "Clay, 7".to_owned())]);
    }

    #[test]
    fn weights_are_told_in_gram_where_the_unit_is_known() {
        for (unit, gram) in [("400", Some(15_000)), ("405", Some(15_000_000)), ("1", None)] {
            let item = item(&format!(r#"{{"weight": 15000, "weight_unit_id": {unit}}}"#));
            let content = content_of(&account(), "https://k", &item, None).unwrap();
            assert_eq!(content.weight_in_gram, gram.map(Decimal));
        }
    }
}
