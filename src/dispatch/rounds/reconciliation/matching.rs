//! Which offer of ours an offer of the channel is: by the channel's number, the present one or an earlier one, else by SKU, else by EAN.

use std::collections::BTreeMap;

use super::compare::never_sent;
use super::wording::Stranger;
use crate::config::Account;
use crate::connectors::ListedOffer;
use crate::domain::{Failure, ItemId, MandatorId, OfferId, limits};
use crate::store::Conn;
use crate::store::items::{self, KeyColumn};
use crate::store::offers::{self, OfferRow};

/// What an offer of the channel is to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    /// The offer with this id; by the channel's number, or only by its article.
    Ours {
        offer_id: OfferId,
        by_number: bool,
    },
    /// A listing that this offer had, under this SKU of our records.
    LeftBehind {
        offer_id: OfferId,
        sku: String,
    },
    /// No offer of ours, but an article that could get one.
    Article {
        item_id: ItemId,
    },
    Nobody(Stranger),
}

/// The offer with numbers that the database can be asked for.
pub(crate) fn fitted(listed: ListedOffer) -> ListedOffer {
    let key = |number: Option<String>| number.map(|number| limits::channel_number(&number).into_owned());
    ListedOffer { external_number: key(listed.external_number), sku: key(listed.sku), ean: key(listed.ean), ..listed }
}

/// Finds out for each offer of a page, in their order.
pub(crate) fn find(conn: &mut Conn<'_>, account: &Account, page: &[ListedOffer]) -> Result<Vec<Match>, Failure> {
    let numbers: Vec<&str> = page.iter().filter_map(|listed| listed.external_number.as_deref()).collect();
    let by_number: BTreeMap<String, OfferId> = offers::by_external_numbers(conn, account.account_id, &numbers)?
        .into_iter()
        .filter_map(|offer| Some((offer.external_offer_number?, offer.offer_id)))
        .collect();
    let skus: Vec<&str> = page.iter().filter_map(|listed| listed.sku.as_deref()).collect();
    // The number of the article may be another one already.
    let by_sku = offers::of_live_skus(conn, account.account_id, &skus)?;
    let known = |listed: &ListedOffer| listed.external_number.as_ref().and_then(|number| by_number.get(number)).copied();
    let rest: Vec<&ListedOffer> = page.iter().filter(|listed| known(listed).is_none()).collect();
    let articles = Articles::load(conn, account.mandator_id, &rest)?;
    let mut ids: Vec<ItemId> = rest.iter().filter_map(|listed| articles.of(listed).ok()).collect();
    ids.sort_unstable();
    ids.dedup();
    let of_article: BTreeMap<ItemId, OfferRow> =
        offers::of_items(conn, account.account_id, &ids)?.into_iter().map(|offer| (offer.item_id, offer)).collect();
    let former_numbers = offers::former_numbers(conn, account.account_id, &numbers)?;
    let former_skus = offers::former_skus(conn, account.account_id, &skus)?;
    let had_number = |listed: &ListedOffer| listed.external_number.as_ref().and_then(|number| former_numbers.get(number)).cloned();
    // Where the channel has numbers, the SKU proves nothing: somebody else may have listed it.
    let had_sku = |listed: &ListedOffer| {
        let sku = listed.sku.as_ref().filter(|_| listed.external_number.is_none())?;
        Some((former_skus.get(sku).copied()?, sku.clone()))
    };
    let renamed = |listed: &ListedOffer| listed.sku.as_ref().and_then(|sku| by_sku.get(sku)).copied();
    let found = page.iter().map(|listed| {
        if let Some(offer_id) = known(listed) {
            return Match::Ours { offer_id, by_number: true };
        }
        if let Some((offer_id, sku)) = had_number(listed) {
            return Match::LeftBehind { offer_id, sku };
        }
        let article = articles.of(listed);
        let sent = article.as_ref().ok().and_then(|item_id| of_article.get(item_id)).filter(|offer| !never_sent(offer));
        if let Some(offer_id) = renamed(listed).or(sent.map(|offer| offer.offer_id)) {
            return Match::Ours { offer_id, by_number: false };
        }
        match (had_sku(listed), article) {
            (Some((offer_id, sku)), _) => Match::LeftBehind { offer_id, sku },
            (None, Ok(item_id)) => Match::Article { item_id },
            (None, Err(why)) => Match::Nobody(why),
        }
    });
    Ok(found.collect())
}

/// The articles with the SKUs and EANs of a page.
struct Articles {
    by_sku: BTreeMap<String, Vec<ItemId>>,
    by_ean: BTreeMap<String, Vec<ItemId>>,
}

impl Articles {
    fn load(conn: &mut Conn<'_>, mandator_id: MandatorId, page: &[&ListedOffer]) -> Result<Articles, Failure> {
        let skus: Vec<&str> = page.iter().filter_map(|listed| listed.sku.as_deref()).collect();
        let eans: Vec<&str> = page.iter().filter_map(|listed| listed.ean.as_deref()).collect();
        let (mut by_sku, mut by_ean) = (BTreeMap::<String, Vec<ItemId>>::new(), BTreeMap::<String, Vec<ItemId>>::new());
        for (sku, item_id) in items::ids_by_number(conn, mandator_id, &skus)? {
            by_sku.entry(sku).or_default().push(item_id);
        }
        for item in items::by_keys(conn, mandator_id, KeyColumn::Ean, &eans)? {
            by_ean.entry(item.ean_code.unwrap_or_default()).or_default().push(item.item_id);
        }
        Ok(Articles { by_sku, by_ean })
    }

    fn of(&self, listed: &ListedOffer) -> Result<ItemId, Stranger> {
        let sku = listed.sku.as_ref().and_then(|sku| self.by_sku.get(sku));
        let ean = listed.ean.as_ref().and_then(|ean| self.by_ean.get(ean));
        match sku.or(ean).map(Vec::as_slice) {
            Some([item_id]) => Ok(*item_id),
            None | Some([]) => Err(Stranger::NoArticle),
            Some(_) => Err(Stranger::SeveralArticles),
        }
    }
}
