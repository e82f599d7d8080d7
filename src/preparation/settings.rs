//! What the configuration says about preparation, taken over into the tables at each start.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Settings;
use crate::domain::Failure;
use crate::store::lookups::{self, List};
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, account_categories, configured};

/// Digests of the preparation of accounts.
const KIND: &str = "preparation";

/// Takes the settings over; where they were changed, the offers of the account are told anew.
pub fn take_over(tx: &mut Tx<'_>, settings: &Settings) -> Result<(), Failure> {
    let digests: Vec<(i32, String)> = settings.accounts.iter().map(|a| (a.account_id, a.preparation.fingerprint())).collect();
    let changed = configured::changed(&mut tx.conn, KIND, &digests)?;
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
    outbox::mark_accounts(tx, &changed, &[Topic::Content])?;
    configured::note(tx, KIND, &digests)
}
