//! What a changed record of a list concerns at the channels: offers, customers, or itself.

use std::collections::BTreeMap;

use crate::domain::item::ReferenceKind;
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, ItemId, MandatorId};
use crate::operations::Work;
use crate::store::listings::{self, Named};
use crate::store::lookups::List;
use crate::store::orders::customers;
use crate::store::outbox::{self, Topic};
use crate::store::references;
use crate::store::transfers;

/// Offers that show a record are sent again when it changed: those of the articles that name it, and no others. So are the
/// members of a customer group, and a coupon itself, to the channels that have them.
pub(super) fn tell(work: &mut Work<'_, '_>, list: List, mandator_id: MandatorId, named: &Named) -> Result<(), Failure> {
    let conn = &mut work.tx.conn;
    let items = match list {
        List::DeliveryTimes => listings::naming_delivery_time(conn, mandator_id, named)?,
        List::DeliveryCharges => listings::naming_delivery_charge(conn, mandator_id, named)?,
        List::Templates => return tell_of_template(work, mandator_id, named),
        List::CustomerGroups => {
            let members = customers::in_groups(conn, mandator_id, named.id)?;
            let accounts = transfers::changed(work.tx, TransferKind::Customer, &members)?;
            work.concerns(accounts);
            return Ok(());
        }
        List::Coupons => {
            let accounts = transfers::changed(work.tx, TransferKind::Coupon, &[named.id])?;
            work.concerns(accounts);
            return Ok(());
        }
        List::Manufacturers => references::naming(conn, mandator_id, ReferenceKind::Manufacturer, named)?,
        List::Attributes => references::naming(conn, mandator_id, ReferenceKind::Attribute, named)?,
        List::AttributeSets => references::naming(conn, mandator_id, ReferenceKind::AttributeSet, named)?,
        List::VariantProperties => references::naming(conn, mandator_id, ReferenceKind::VariantProperty, named)?,
        List::TextTypes | List::ImageTypes | List::Branches | List::EpaAssemblies | List::EpaBoms => return Ok(()),
    };
    let accounts = outbox::mark_items(work.tx, &items, &[Topic::Content])?;
    work.concerns(accounts);
    Ok(())
}

/// Articles choose templates for one account; accounts choose them for all their offers.
fn tell_of_template(work: &mut Work<'_, '_>, mandator_id: MandatorId, named: &Named) -> Result<(), Failure> {
    let mut by_account: BTreeMap<i32, Vec<ItemId>> = BTreeMap::new();
    for (item_id, account_id) in listings::naming_template(&mut work.tx.conn, mandator_id, named)? {
        by_account.entry(account_id).or_default().push(item_id);
    }
    for (account_id, items) in by_account {
        let accounts = outbox::mark_items_of_accounts(work.tx, &items, &[Topic::Content], &[AccountId(account_id)])?;
        work.concerns(accounts);
    }
    let chooses = |name: Option<&String>| name.is_some_and(|name| named.texts.contains(name));
    let accounts = work.settings.accounts.iter().filter(|account| account.mandator_id == mandator_id);
    let accounts = accounts.filter(|account| chooses(account.preparation.description_template.as_ref()));
    let accounts: Vec<AccountId> = accounts.map(|account| account.account_id).collect();
    outbox::mark_accounts(work.tx, &accounts, &[Topic::Content])?;
    work.concerns(accounts);
    Ok(())
}
