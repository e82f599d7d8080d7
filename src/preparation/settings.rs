//! What the configuration says about preparation, taken over into the tables at each start.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Account, Settings};
use crate::domain::Failure;
use crate::store::lookups::{self, List};
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, account_categories, configured};

/// What decides how the content of an account's offers looks, in a form that tells changes.
fn content_of(account: &Account) -> String {
    let texts = (&account.title_text_module, &account.description_text_module, &account.language);
    format!("{:?} {:?} {texts:?}", account.preparation, account.default_category)
}

/// Takes the settings over; where they were changed, the offers of the account are told anew.
pub fn take_over(tx: &mut Tx<'_>, settings: &Settings) -> Result<(), Failure> {
    let mut times: BTreeMap<i32, BTreeSet<&str>> = BTreeMap::new();
    let mut charges: BTreeMap<i32, BTreeSet<&str>> = BTreeMap::new();
    for account in &settings.accounts {
        let (preparation, mandator_id) = (&account.preparation, account.mandator_id);
        account_categories::map_by_configuration(tx, account.account_id, &preparation.category_mapping)?;
        account_categories::set_shipping_groups(tx, account.account_id, &preparation.shipping_groups)?;
        times.entry(mandator_id).or_default().extend(preparation.delivery_times.keys().map(String::as_str));
        charges.entry(mandator_id).or_default().extend(preparation.delivery_charges.keys().map(String::as_str));
    }
    for (list, names) in [(List::DeliveryTimes, times), (List::DeliveryCharges, charges)] {
        for (mandator_id, names) in names {
            lookups::name_by_configuration(tx, list, mandator_id, &names.into_iter().collect::<Vec<_>>())?;
        }
    }
    tell_changes(tx, settings, "content", Topic::Content, content_of)?;
    tell_changes(tx, settings, "price list", Topic::Price, |account| account.pricelists.join("\n"))
}

/// Marks the offers of accounts whose settings, as `digest` sees them, are not those of the last start.
fn tell_changes(tx: &mut Tx<'_>, settings: &Settings, kind: &str, topic: Topic, digest: fn(&Account) -> String) -> Result<(), Failure> {
    let digests: Vec<(i32, String)> = settings.accounts.iter().map(|account| (account.account_id, digest(account))).collect();
    let changed = configured::changed(&mut tx.conn, kind, &digests)?;
    outbox::mark_accounts(tx, &changed, &[topic])?;
    configured::note(tx, kind, &digests)
}
