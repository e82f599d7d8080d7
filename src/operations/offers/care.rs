//! `updateOffers` and `deleteOffers`. `channel-calls.md` 8 and 9; the forms are ours.

use super::ids::{OfferIdsResult, choose, tell_refusals, wrong_state};
use crate::domain::offer::Wanted;
use crate::domain::{AnyOf, Failure, OfferId, Worded, code};
use crate::operations::{Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::offers as store;
use crate::store::outbox::Topic;
use crate::write_request;

write_request! {
    /// Offers to remove, by number.
    DeleteOffersRequest {
        /// The offers.
        offers: Vec<OfferId> [each("offer_id"), typed("offer_ids")],
    }
}

write_request! {
    /// Offers to bring in line with their articles, by number. Without any area: all of them.
    UpdateOffersRequest {
        /// The offers.
        offers: Vec<OfferId> [each("offer_id"), typed("offer_ids")],
        /// Texts, pictures, category and attributes.
        content: Option<bool>,
        /// The price.
        price: Option<bool>,
        /// The quantity; it is sent even if nothing seems to have changed.
        quantity: Option<bool>,
        /// true: answer only after the channel has taken or refused them; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

pub(crate) struct UpdateOffers;

impl WriteOperation for UpdateOffers {
    const NAME: &'static str = "updateOffers";
    const DOC: &'static str = "Sends the current data of running offers to the channels once more. Changes of the data are sent automatically; this corrects what was changed in the channel.";
    type Request = UpdateOffersRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateOffersRequest) -> Result<OfferIdsResult, Failure> {
        let topics = topics_of(&request)?;
        let chosen = choose(work, &request.offers, |_, offer| {
            if offer.wanted == Wanted::Running {
                Ok(())
            } else {
                Err(wrong_state(offer, "updateOffers", Worded::new("running", "running")))
            }
        })?;
        if topics.contains(&Topic::Quantity) {
            store::say_again(work.tx, &chosen.ids())?;
        }
        chosen.mark(work, &topics)?;
        work.synchronous = request.process_synchronous == Some(true);
        Ok(chosen.result())
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut OfferIdsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, result)
    }
}

/// The areas that are true; where none is, those that are not false.
fn topics_of(request: &UpdateOffersRequest) -> Result<Vec<Topic>, Failure> {
    let flags = [(request.content, Topic::Content), (request.price, Topic::Price), (request.quantity, Topic::Quantity)];
    let pick = |wanted: Option<bool>| flags.iter().filter(|(flag, _)| *flag == wanted).map(|(_, topic)| *topic).collect::<Vec<_>>();
    let chosen = Some(pick(Some(true))).filter(|topics| !topics.is_empty()).unwrap_or_else(|| pick(None));
    if chosen.is_empty() {
        return Err(Failure::quoting(code::MISSING, [&(AnyOf(&["content", "price", "quantity"]), "true")]));
    }
    Ok(chosen)
}

/// What deleteOffers needs.
const NOT_RUNNING: Worded =
    Worded::new("not running and not uploaded; end it with endOffers", "nicht running und nicht hochgeladen; beenden Sie es mit endOffers");

pub(crate) struct DeleteOffers;

impl WriteOperation for DeleteOffers {
    const NAME: &'static str = "deleteOffers";
    const DOC: &'static str = "Removes prepared and ended offers from Kontor; nothing is sent to their channels.";
    type Request = DeleteOffersRequest;
    type Result = OfferIdsResult;

    fn handle(work: &mut Work<'_, '_>, request: DeleteOffersRequest) -> Result<OfferIdsResult, Failure> {
        let chosen =
            choose(
                work,
                &request.offers,
                |_, offer| {
                    if offer.may_run() { Err(wrong_state(offer, "deleteOffers", NOT_RUNNING)) } else { Ok(()) }
                },
            )?;
        store::delete(work.tx, &chosen.ids())?;
        Ok(chosen.result())
    }
}

#[cfg(test)]
mod tests {
    use super::{UpdateOffersRequest, topics_of};
    use crate::store::outbox::Topic::{Content, Price, Quantity};

    #[test]
    fn areas_are_those_asked_for_or_all() {
        let topics = |content, price, quantity| topics_of(&UpdateOffersRequest { content, price, quantity, ..Default::default() }).ok();
        assert_eq!(topics(None, None, None), Some(vec![Content, Price, Quantity]));
        assert_eq!(topics(Some(true), None, Some(false)), Some(vec![Content]));
        assert_eq!(topics(Some(false), None, None), Some(vec![Price, Quantity]));
        assert_eq!(topics(Some(false), Some(false), Some(false)), None);
    }
}
