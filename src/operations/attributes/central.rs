//! Central attributes: `updateAttributes`, `fetchAttributes`.

use super::value::AttributeValueRecord;
use crate::domain::attribute::{Attribute, AttributeAccount, AttributeUpdate, DataType, MappedValue, attribute_fields, fit};
use crate::domain::{AccountId, Failure, MandatorId};
use crate::operations::items::Translation;
use crate::operations::look_up::{By, Fitting, LookUp};
use crate::operations::wire::{Bundle, Convert, Patch};
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a central attribute.
    AttributeRecordKey {
        /// The name.
        Identifier = "attribute_identifier",
        /// Kontor's number.
        Id = "attribute_id",
    }

    /// What the values of a central attribute are.
    DataType (domain) {
        /// A text, the same in all languages.
        String = "STRING",
        /// A text with translations.
        MultilanguageString = "MULTILANGUAGE_STRING",
        /// A whole number.
        Integer = "INTEGER",
        /// A number with a dot.
        Decimal = "DECIMAL",
        /// true or false.
        Boolean = "BOOLEAN",
        /// A day, such as 2026-11-30.
        Date = "DATE",
    }
}

wire! {
    /// A central attribute (feature) that articles can have.
    AttributeRecord {
        /// Which field identifies the record. Default ATTRIBUTE_IDENTIFIER.
        significant_key: Option<AttributeRecordKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record; articles may name it.
        attribute_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Name; articles may name it. Needed for a new record.
        attribute_identifier: Option<String> [max(255), key],
        /// What its values are. Not set: any text.
        attribute_data_type: Patch<DataType>,
        /// The unit of its values, such as kg; empty: any.
        value_unit: Patch<String> [max(50)],
        /// Names that it had before; articles that still say them mean it (read only).
        former_names: Vec<String> [each("former_name")],
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
        /// The values it may have; any where there are none. Without replaceAll (delete="true"), values that are not sent stay.
        attribute_values: Bundle<AttributeValueRecord> [each("attribute_value")],
        /// What accounts call it and its values.
        specific_attribute_data: Option<AttributeAccounts>,
    }

    /// What accounts call a central attribute and its values.
    AttributeAccounts {
        /// One entry per account (compat: also under the name of a platform, such as oxid_attribute_data); replaces what was
        /// stored for that account.
        accounts: Vec<AttributeAccount> [per_platform("attribute_data"), written("oxid_attribute_data")],
    }

    /// A central attribute in one account.
    AttributeAccount (domain) {
        /// true: the account calls it as the ERP does again.
        delete: Option<bool> [attr, typed("remove")],
        /// The mandator; kept and given back.
        mandator_id: Option<MandatorId>,
        /// The account.
        account_id: AccountId,
        /// Name of the account; kept and given back.
        account_identifier: Option<String> [max(255)],
        /// Number of the attribute in the shop; kept and given back.
        shop_id: Option<String> [max(255)],
        /// Kind of attribute in the shop; kept and given back.
        attribute_type: Option<String> [max(50)],
        /// The channel's name of the attribute.
        identifier: Option<String> [max(255), key],
        /// Column in the shop's database; kept and given back.
        data_column: Option<String> [max(255)],
        /// false: the channel does not get the attribute. Default true.
        active: Option<bool>,
        /// The channel's words for values; without one, the channel gets the value itself.
        values: Vec<MappedValue> [each("value")],
    }

    /// The channel's word for a value.
    MappedValue (domain) {
        /// The value by its name.
        attribute_value_identifier: String [max(1000), key],
        /// The channel's word.
        channel_value: String [max(1000)],
    }
}

impl Convert<Vec<AttributeAccount>> for Option<AttributeAccounts> {
    fn convert(self) -> Vec<AttributeAccount> {
        self.map(|data| data.accounts).unwrap_or_default()
    }
}

impl Convert<Option<AttributeAccounts>> for Vec<AttributeAccount> {
    fn convert(self) -> Option<AttributeAccounts> {
        (!self.is_empty()).then_some(AttributeAccounts { accounts: self })
    }
}

impl LookUp for AttributeRecord {
    look_up_columns!(attribute_id, attribute_identifier);
    look_up_document!(Attribute, AttributeUpdate, attribute_fields, { attribute_id attribute_identifier });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            AttributeRecordKey::Identifier => By::Name,
            AttributeRecordKey::Id => By::Id,
        }
    }

    fn fit(stored: &Attribute, newer: &mut AttributeUpdate, at: &mut Fitting<'_>) -> Result<(), Failure> {
        for account in &newer.specific_attribute_data {
            at.account(account.account_id).map_err(|failure| failure.within("specific_attribute_data"))?;
        }
        let words = ("attribute_value_id", "attribute_value_identifier");
        fit(&stored.attribute_values, &mut newer.attribute_values, at.next_value, words)
            .map_err(|failure| failure.within("attribute_values"))
    }

    fn renamed(document: &mut Attribute, before: &str, now: &str) {
        document.former_names.note(before, now);
    }

    fn former_names(document: &Attribute) -> &[String] {
        &document.former_names.0
    }
}

look_up! {
    AttributeRecord, id: attribute_id, name: attribute_identifier;
    records: attributes as "attribute", report: AttributeReport { attribute };
    FetchAttributes("fetchAttributes" in "argRequestData", "Reads central attributes with their values.", AttributeFilter, FetchAttributesRequest,
        FetchAttributesResult, attributes_per_page);
    UpdateAttributes("updateAttributes" in "argRequestData",
        "Creates and updates central attributes: type, unit, allowed values, translations, and what accounts call them.",
        UpdateAttributesRequest, UpdateAttributesResult);
}
