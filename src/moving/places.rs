//! What is in the configuration and in no call: the source must not use what is not there.

use super::element::Element;
use super::source::{Source, SourceError};
use crate::config::Settings;
use crate::domain::{AccountId, MandatorId};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Without these nothing can be taken over.
    pub(super) missing: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Compares the accounts, warehouses and lists of a source with the configuration.
pub(super) fn check(source: &Source, settings: &Settings, there: i32, here: MandatorId) -> Result<Checked, SourceError> {
    let mut checked = Checked::default();
    for account in records(source, "fetchAccounts", "account", there, &mut checked.notes)? {
        let Some(id) = account.number("account_id") else { continue };
        let name = account.get("identifier").or(account.get("account_identifier")).unwrap_or_default();
        match settings.account(AccountId(id)) {
            None => checked.missing.push(format!("account {id} ({name}): add [[accounts]] with this account_id; active = false is enough")),
            Some(account) if account.mandator_id != here => {
                checked.missing.push(format!("account {id} ({name}) belongs to mandator {} here, not to {here}", account.mandator_id));
            }
            Some(_) => {}
        }
    }
    for warehouse in records(source, "fetchWarehouses", "warehouse", there, &mut checked.notes)? {
        let is_ours = warehouse.number("mandator_id").is_none_or(|id| id == there);
        if let Some(code) = warehouse.get("warehouse_code").filter(|_| is_ours)
            && settings.warehouse_by_code(here, code).is_none()
        {
            checked.missing.push(format!("warehouse \"{code}\": add [[warehouses]] with this code"));
        }
    }
    lists(source, settings, (there, here), &mut checked)?;
    Ok(checked)
}

/// Lists of the configuration whose entries records name. Without an entry the name stays, but means nothing.
fn lists(source: &Source, settings: &Settings, (there, here): (i32, MandatorId), checked: &mut Checked) -> Result<(), SourceError> {
    for supplier in records(source, "fetchSuppliers", "supplier", there, &mut checked.notes)? {
        if let Some(id) = supplier.number("supplier_id")
            && !settings.suppliers.iter().any(|known| known.supplier_id == id && known.mandator_id == here)
        {
            checked.notes.push(format!("supplier {id} is not in the configuration; add it to [[suppliers]]"));
        }
    }
    for media_type in records(source, "fetchMediaModuleType", "media_module_type", there, &mut checked.notes)? {
        if let Some(id) = media_type.number("media_module_type_id")
            && !settings.media_types.iter().any(|known| known.media_module_type_id == id && known.mandator_id == here)
        {
            checked.notes.push(format!("media type {id} is not in the configuration; add it to [[media_types]]"));
        }
    }
    for tag in records(source, "fetchOrderTags", "order_tag", there, &mut checked.notes)? {
        if let Some(word) = tag.get("tag_identifier")
            && !settings.order_tags.iter().any(|known| known.identifier.eq_ignore_ascii_case(word))
        {
            checked.notes.push(format!("order tag \"{word}\" is not in the configuration; orders keep it, updateOrders cannot set it"));
        }
    }
    Ok(())
}

/// The records of a call that a source may not know.
fn records(source: &Source, operation: &str, record: &str, mandator_id: i32, notes: &mut Vec<String>) -> Result<Vec<Element>, SourceError> {
    match source.fetch(operation, mandator_id, "", record) {
        Ok(page) => Ok(page.records),
        Err(SourceError::Lost(reason)) => Err(SourceError::Lost(reason)),
        Err(refused) => {
            notes.push(format!("not compared with the configuration: {refused}"));
            Ok(Vec::new())
        }
    }
}
