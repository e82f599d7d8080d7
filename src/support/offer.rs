//! `kontor offer show`: what a channel shows of an item, as far as we know.

use serde_json::{Value, json};

use super::answer::{change_value, time_value};
use super::{Answer, Desk, DeskError, MESSAGES, filled, table, time};
use crate::config::Account;
use crate::domain::{AccountId, Decimal, Failure, ItemId, OfferId, Stamp};
use crate::preparation::{self, Frame, effective};
use crate::store::Conn;
use crate::store::changes::{self, Change};
use crate::store::filter::Cond;
use crate::store::messages::{self, MessageRow, Subject};
use crate::store::offers::{self, EndedBy, OfferFilter, OfferRow, Wanted};

/// Which offer is meant.
#[derive(Debug, Clone)]
pub(crate) enum OfferChoice {
    Number(i32),
    /// The merchant's own item number in an account.
    Item {
        account: i32,
        item: String,
    },
}

struct Found {
    offer: OfferRow,
    item: String,
    /// What the account shows by its rules.
    title: Option<String>,
    changes: Vec<Change>,
    messages: Vec<MessageRow>,
}

impl Desk {
    /// What the channel shows of an offer, since when, what is on its way, and what was last said about it.
    pub(crate) fn offer(&self, choice: &OfferChoice) -> Result<Answer, DeskError> {
        let filter = match choice {
            OfferChoice::Number(_) => None,
            OfferChoice::Item { account, item } => Some(OfferFilter {
                mandator_id: self.account(AccountId(*account))?.mandator_id,
                account_id: Cond::one(AccountId(*account)),
                internal_item_number: Cond::one(item.clone()),
                ..OfferFilter::default()
            }),
        };
        let found = self.read(|conn| {
            let ids = match (choice, &filter) {
                (OfferChoice::Number(number), _) => vec![OfferId(*number)],
                (_, Some(filter)) => offers::matching(conn, filter)?,
                (_, None) => Vec::new(),
            };
            let Some(offer) = offers::by_ids(conn, &ids)?.pop() else { return Ok(None) };
            self.load(conn, offer).map(Some)
        })?;
        match (found, choice) {
            (Some(found), _) => Ok(Answer::new(self.told(&found), self.value_of(&found))),
            (None, OfferChoice::Number(number)) => Err(DeskError::UnknownOffer(OfferId(*number))),
            (None, OfferChoice::Item { account, item }) => Err(DeskError::NoOffer { account_id: AccountId(*account), item: item.clone() }),
        }
    }

    fn load(&self, conn: &mut Conn<'_>, offer: OfferRow) -> Result<Found, Failure> {
        let items = offers::items_for(conn, &[offer.item_id])?;
        let title = match self.settings.account(offer.account_id) {
            Some(account) => self.title(conn, account, offer.item_id)?,
            None => None,
        };
        Ok(Found {
            item: items.into_iter().next().map(|item| item.internal_item_number).unwrap_or_default(),
            title,
            changes: changes::of_offers(conn, &[offer.offer_id])?,
            messages: messages::latest(conn, Subject::Offer(offer.offer_id), MESSAGES)?,
            offer,
        })
    }

    fn title(&self, conn: &mut Conn<'_>, account: &Account, item_id: ItemId) -> Result<Option<String>, Failure> {
        let zone = self.settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
        let frame = Frame { account, public_url: &self.settings.server.public_url, today: Stamp::now().day_in(zone) };
        let known = preparation::load(conn, account, &[item_id])?;
        let item = known.items.get(&item_id);
        Ok(item.and_then(|item| effective(&frame, &known, item).ok()?.title.ok()).map(|title| title.value))
    }

    fn value_of(&self, found: &Found) -> Value {
        let offer = &found.offer;
        let moment = |micros: Option<i64>| time_value(micros.map(Stamp));
        json!({
            "offer_id": offer.offer_id.0,
            "account_id": offer.account_id.0,
            "internal_item_number": found.item,
            "title": found.title,
            "state": offer.state.word(),
            "meant_to_run": offer.wanted == Wanted::Running,
            "ended_by": (offer.ended_by != EndedBy::Nobody).then(|| offer.ended_by.word()),
            "started_at": moment(offer.started_at),
            "ended_at": moment(offer.ended_at),
            "external_offer_number": offer.external_offer_number,
            "url": offer.url,
            "price": offer.shown_price.map(|price| Decimal(price).to_string()),
            "quantity": offer.shown_quantity,
            "open_quantity": offer.open_quantity,
            "last_changed": time(Stamp(offer.last_changed)),
            "changes": found.changes.iter().map(change_value).collect::<Vec<_>>(),
            "messages": self.message_values(&found.messages),
        })
    }

    fn told(&self, found: &Found) -> String {
        let offer = &found.offer;
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        let moment = |micros: Option<i64>| micros.map(|micros| time(Stamp(micros))).unwrap_or_default();
        let lines = [
            ("offer", offer.offer_id.to_string()),
            ("account", self.account_name(offer.account_id)),
            ("item", found.item.clone()),
            ("title, by the account's rules", found.title.clone().unwrap_or_default()),
            ("state", offer.state.word().to_owned()),
            ("meant to run", yes(offer.wanted == Wanted::Running)),
            ("kept from running by", if offer.ended_by == EndedBy::Nobody { String::new() } else { offer.ended_by.word().to_owned() }),
            ("running since", moment(offer.started_at)),
            ("ended at", moment(offer.ended_at)),
            ("listed automatically at", moment(offer.release_at)),
            ("number in the channel", offer.external_offer_number.clone().unwrap_or_default()),
            ("address", offer.url.clone().unwrap_or_default()),
            ("price, last confirmed", offer.shown_price.map(|price| Decimal(price).to_string()).unwrap_or_default()),
            ("quantity, last confirmed", number(offer.shown_quantity)),
            ("still on offer (OB)", number(offer.open_quantity)),
            ("on offer at most", number(offer.open_at_most)),
            ("last changed", time(Stamp(offer.last_changed))),
        ];
        let lines = lines.into_iter().map(|(name, value)| [name.to_owned(), value]).collect();
        format!("{}\n{}\n{}", filled(lines), table(&found.changes), self.messages_text(&found.messages))
    }
}
