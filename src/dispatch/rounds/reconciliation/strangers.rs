//! Running offers of the channel that belong to no offer of ours: they are reported, or become ours.

use super::compare::never_sent;
use super::wording::{self, Stranger};
use crate::config::Account;
use crate::connectors::ListedOffer;
use crate::dispatch::settle::{About, clean, message_row};
use crate::domain::{Failure, ItemId, OfferId};
use crate::store::offers::{self, Adopted};
use crate::store::outbox::{self, Topic};
use crate::store::{Tx, listings, messages};

/// Makes offers of the channel ours where that is asked for and possible, and tells of all. Gives our
/// numbers of the imported ones, and the count of messages.
pub(crate) fn meet(
    tx: &mut Tx<'_>,
    account: &Account,
    strangers: &[(ListedOffer, Result<ItemId, Stranger>)],
    import: bool,
    left: usize,
) -> Result<(Vec<OfferId>, usize), Failure> {
    let (mut imported, mut written) = (Vec::new(), 0_usize);
    for (listed, article) in strangers {
        let (about, message) = match article {
            Ok(item_id) if import => match adopt(tx, account, listed, *item_id)? {
                Some(offer_id) => {
                    imported.push(offer_id);
                    (About::Offer { offer_id, item_id: *item_id }, wording::imported(listed))
                }
                None => (About::Account, wording::unknown(listed, Stranger::Second)),
            },
            Ok(_) => (About::Account, wording::unknown(listed, Stranger::Importable)),
            Err(why) => (About::Account, wording::unknown(listed, *why)),
        };
        if written < left {
            messages::add(tx, message_row(account, about, &message))?;
            written = written.saturating_add(1);
        }
    }
    Ok((imported, written))
}

/// The channel's offer becomes that of the article, and is under stock control from now on. `None`: the article has a
/// running offer already.
fn adopt(tx: &mut Tx<'_>, account: &Account, listed: &ListedOffer, item_id: ItemId) -> Result<Option<OfferId>, Failure> {
    let (offer, _) = offers::prepare(tx, account.mandator_id, account.account_id, item_id)?;
    if !never_sent(&offer) {
        return Ok(None);
    }
    let listing = listings::of_account(&mut tx.conn, account.account_id, &[item_id])?.remove(&item_id);
    let adopted = Adopted {
        external_number: listed.external_number.clone(),
        url: listed.url.as_deref().map(clean),
        price: listed.price.map(|price| price.amount.0),
        quantity: listed.quantity,
        refill_from: listing.and_then(|listing| listing.refill_count),
    };
    offers::adopt(tx, offer.offer_id, &adopted)?;
    outbox::mark(tx, &[(offer.offer_id, account.account_id, Topic::Quantity)])?;
    Ok(Some(offer.offer_id))
}
