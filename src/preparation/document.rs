//! What an item or an item group says about itself: texts, pictures, variant, attributes. Pure.

use serde::{Deserialize, Deserializer};

use crate::domain::Decimal;

const GRAM: i32 = 400;
const KILOGRAM: i32 = 405;

/// The parts of a stored document that offers show; the names are those of the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Document {
    #[serde(deserialize_with = "or_default")]
    pub text_modules: Vec<TextModule>,
    #[serde(deserialize_with = "or_default")]
    pub image_modules: Vec<ImageModule>,
    pub variant: Option<Variant>,
    #[serde(deserialize_with = "or_default")]
    pub item_attributes: Vec<ItemAttribute>,
    pub weight: Option<Decimal>,
    pub weight_unit_id: Option<i32>,
    pub delivery_time_id: Option<i32>,
    pub delivery_time_identifier: Option<String>,
    pub delivery_charge_category_id: Option<i32>,
    pub external_delivery_charge_category_id: Option<String>,
    /// XML, one element per platform.
    pub specific_item_data: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TextModule {
    pub text_module_type: Option<i32>,
    #[serde(deserialize_with = "or_default")]
    pub translations: Vec<Translation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Translation {
    pub language_code_iso: Option<String>,
    pub text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ImageModule {
    pub image_module_type_id: Option<i32>,
    pub image_url: Option<String>,
    pub image_digest: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Variant {
    #[serde(deserialize_with = "or_default")]
    attributes: Vec<VariantAttribute>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VariantAttribute {
    #[serde(deserialize_with = "or_default")]
    property: Named,
    #[serde(deserialize_with = "or_default")]
    value: Named,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub translations: Vec<Translation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ItemAttribute {
    attribute_id: Option<i32>,
    attribute_identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    item_attribute_values: Vec<AttributeValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AttributeValue {
    attribute_value_id: Option<i32>,
    attribute_value_identifier: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub translations: Vec<Translation>,
}

/// An explicit null is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The text, when there is more than blanks in it.
pub fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}

pub fn in_language<'t>(translations: &'t [Translation], language: &str) -> Option<&'t str> {
    translations
        .iter()
        .filter(|translation| translation.language_code_iso.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(language)))
        .find_map(|translation| filled(&translation.text))
}

pub fn in_any_language(translations: &[Translation]) -> Option<&str> {
    translations.iter().find_map(|translation| filled(&translation.text))
}

impl Document {
    pub fn parse(data: &str) -> Result<Document, serde_json::Error> {
        serde_json::from_str(data)
    }

    /// The translations of a text module; none where all of them are empty.
    pub fn module(&self, module: i32) -> Option<&[Translation]> {
        let found = self.text_modules.iter().find(|text| text.text_module_type == Some(module))?;
        in_any_language(&found.translations).map(|_| found.translations.as_slice())
    }

    pub fn options(&self, language: &str) -> Vec<(String, String)> {
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

    pub fn attributes(&self, language: &str) -> Vec<(String, String)> {
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

    pub fn weight_in_gram(&self) -> Option<Decimal> {
        match self.weight_unit_id? {
            GRAM => self.weight,
            KILOGRAM => self.weight?.checked_mul_whole(1000),
            _ => None,
        }
    }
}

impl ImageModule {
    /// The address under which a channel can load the picture. Linked ones only where it is absolute: a channel could
    /// not resolve another one.
    pub fn address(&self, public_url: &str) -> Option<String> {
        if let Some(digest) = filled(&self.image_digest) {
            return Some(format!("{public_url}/images/{digest}"));
        }
        let url = filled(&self.image_url)?.trim();
        let scheme = url.split_once("://").map(|(scheme, _)| scheme)?;
        let absolute = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        absolute.then(|| url.to_owned())
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
