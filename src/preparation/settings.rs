//! What the configuration says about preparation, taken over into the tables at each start.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Account, Preparation, Settings};
use crate::domain::digest::Digest;
use crate::domain::lookup::{DeliveryCharge, DeliveryTime};
use crate::domain::{AccountId, Failure, MandatorId};
use crate::store::configured::{self, Entry};
use crate::store::lookups;
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, account_categories};

/// What is noted of accounts.
const CONTENT: &str = "content";
const PRICE_LIST: &str = "price list";

/// What decides how the content of an account's offers looks.
fn content_of(account: &Account) -> Entry {
    let preparation = &account.preparation;
    let pairs = |map: &BTreeMap<String, String>| map.iter().flat_map(|(name, word)| [name.clone(), word.clone()]).collect::<Vec<_>>();
    let digest = Digest::new(1)
        .field("category_mapping", pairs(&preparation.category_mapping))
        .field("title_rule", &preparation.title_rule)
        .field("description_template", &preparation.description_template)
        .field("image_order", preparation.image_order.iter().map(i32::to_string))
        .field("delivery_times", pairs(&preparation.delivery_times))
        .field("delivery_charges", pairs(&preparation.delivery_charges))
        .field("tax_classes", preparation.tax_classes.iter().flat_map(|(tax_type, class)| [tax_type.to_string(), class.clone()]))
        .field("default_category", &account.default_category)
        .field("title_text_module", account.title_text_module.map(|id| id.to_string()))
        .field("description_text_module", account.description_text_module.map(|id| id.to_string()))
        .field("language", [&account.language]);
    Entry { id: account.account_id.0, digest: digest.finish(), in_0_1: content_in_0_1(account) }
}

/// Stays as it is: version 0.1 noted this text.
fn content_in_0_1(account: &Account) -> String {
    let Preparation { category_mapping, title_rule, description_template, image_order, .. } = &account.preparation;
    let Preparation { delivery_times, delivery_charges, shipping_groups, tax_classes, .. } = &account.preparation;
    let texts = (&account.title_text_module, &account.description_text_module, &account.language);
    format!(
        "Preparation {{ category_mapping: {category_mapping:?}, title_rule: {title_rule:?}, \
         description_template: {description_template:?}, image_order: {image_order:?}, delivery_times: {delivery_times:?}, \
         delivery_charges: {delivery_charges:?}, shipping_groups: {shipping_groups:?}, tax_classes: {tax_classes:?} }} {:?} {texts:?}",
        account.default_category
    )
}

fn pricelists_of(account: &Account) -> Entry {
    let digest = Digest::new(1).field("pricelists", &account.pricelists);
    Entry { id: account.account_id.0, digest: digest.finish(), in_0_1: account.pricelists.join("\n") }
}

/// Takes the settings over; where they were changed, the offers of the account are sent again.
pub(crate) fn take_over(tx: &mut Tx<'_>, settings: &Settings) -> Result<(), Failure> {
    let mut times: BTreeMap<MandatorId, BTreeSet<&str>> = BTreeMap::new();
    let mut charges: BTreeMap<MandatorId, BTreeSet<&str>> = BTreeMap::new();
    for account in &settings.accounts {
        let (preparation, mandator_id) = (&account.preparation, account.mandator_id);
        account_categories::map_by_configuration(tx, account.account_id, &preparation.category_mapping)?;
        account_categories::set_shipping_groups(tx, account.account_id, &preparation.shipping_groups)?;
        times.entry(mandator_id).or_default().extend(preparation.delivery_times.keys().map(String::as_str));
        charges.entry(mandator_id).or_default().extend(preparation.delivery_charges.keys().map(String::as_str));
    }
    for (mandator_id, names) in times {
        lookups::name_by_configuration::<DeliveryTime>(tx, mandator_id, &names.into_iter().collect::<Vec<_>>())?;
    }
    for (mandator_id, names) in charges {
        lookups::name_by_configuration::<DeliveryCharge>(tx, mandator_id, &names.into_iter().collect::<Vec<_>>())?;
    }
    tell_changes(tx, settings, CONTENT, Topic::Content, content_of)?;
    tell_changes(tx, settings, PRICE_LIST, Topic::Price, pricelists_of)
}

/// Notes the settings of accounts that no start has seen. Their offers come from elsewhere as they run there: the first start
/// has nothing to send again.
pub(crate) fn know_new_accounts(tx: &mut Tx<'_>, settings: &Settings) -> Result<(), Failure> {
    let accounts = &settings.accounts;
    let contents: Vec<Entry> = accounts.iter().map(content_of).collect();
    let pricelists: Vec<Entry> = accounts.iter().map(pricelists_of).collect();
    for (kind, entries) in [(CONTENT, contents), (PRICE_LIST, pricelists)] {
        let known = configured::known(&mut tx.conn, kind)?;
        let new: Vec<Entry> = entries.into_iter().filter(|entry| !known.contains(&entry.id)).collect();
        configured::note(tx, kind, &new)?;
    }
    Ok(())
}

/// Marks the offers of accounts whose settings, as `entry` sees them, are not those of the last start.
fn tell_changes(tx: &mut Tx<'_>, settings: &Settings, kind: &str, topic: Topic, entry: fn(&Account) -> Entry) -> Result<(), Failure> {
    let digests: Vec<Entry> = settings.accounts.iter().map(entry).collect();
    let changed = configured::changed(&mut tx.conn, kind, &digests)?;
    let changed: Vec<AccountId> = changed.into_iter().map(AccountId).collect();
    outbox::mark_accounts(tx, &changed, &[topic])?;
    configured::note(tx, kind, &digests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{self, on_stores};

    #[test]
    fn a_first_start_sends_nothing_again_of_offers_that_came_from_elsewhere() {
        for (are_known, marks) in [(true, 0), (false, 2)] {
            on_stores(|store| {
                let settings = Settings::demo("127.0.0.1:0".parse().unwrap(), "demo.sqlite");
                let account = settings.accounts[0].clone();
                let sent = store.write(move |tx| {
                    let item = testing::item(tx, account.mandator_id, "MUG", &[])?;
                    let offer = testing::offer(tx, account.mandator_id.0, account.account_id.0, item, Some("4711"))?;
                    if are_known {
                        know_new_accounts(tx, &settings)?;
                    }
                    take_over(tx, &settings)?;
                    outbox::rows_of(&mut tx.conn, &[offer])
                });
                assert_eq!(sent.unwrap().len(), marks);
            });
        }
    }
}
