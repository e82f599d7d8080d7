//! `fetchOrderTags`: the tags that `updateOrders` may give an order.

use super::{has_name, mandators, names, passes};
use crate::config::OrderTag;
use crate::domain::{Failure, MandatorId};
use crate::operations::wire::{Ask, Flag, Match, cond_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::filter::Cond;
use crate::{fetched, wire};

wire! {
    /// Conditions on tags; all of them must hold.
    OrderTagFilter {
        /// Number of the tag.
        tag_id: Option<Match<i32>>,
        /// Name of the tag, compared without case.
        tag_identifier: Option<Match<String>>,
        /// true: tags that the configuration defines; false: those that every installation has.
        custom_tag: Option<Flag>,
        /// A mandator whose orders can have the tag.
        mandator_id: Option<Match<MandatorId>>,
    }

    /// Which tags to fetch.
    FetchOrderTagsRequest {
        /// Tags that pass one of these filters; all where there is none.
        filters: Vec<OrderTagFilter> [flat("filter")],
    }

    /// A tag that orders can have.
    OrderTagRecord {
        /// Its number.
        tag_id: i32,
        /// Its name, as updateOrders takes it.
        tag_identifier: String,
        /// true: the configuration defines it; false: every installation has it.
        custom_tag: bool,
        /// The only mandator whose orders can have it; missing: those of all.
        mandator_id: Option<MandatorId>,
    }
}

fetched! { FetchOrderTagsResult, order_tags: OrderTagRecord, "order_tag" }

/// The operation.
pub(crate) struct FetchOrderTags;

impl ReadOperation for FetchOrderTags {
    const NAME: &'static str = "fetchOrderTags";
    const DOC: &'static str = "Lists the tags that updateOrders can set on orders.";
    type Request = FetchOrderTagsRequest;
    type Result = FetchOrderTagsResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchOrderTagsRequest) -> Result<FetchOrderTagsResult, Failure> {
        let filters = request.filters.iter().map(|filter| Conditions::of(reading, filter)).collect::<Result<Vec<_>, _>>()?;
        let usable = |tag: &&OrderTag| tag.mandator_id.is_none_or(|mandator_id| reading.user.may_use(mandator_id));
        let tags = reading.settings.order_tags.iter().filter(usable);
        let records: Vec<OrderTagRecord> = tags
            .filter(|tag| passes(&filters, |filter| filter.pass(tag)))
            .map(|tag| OrderTagRecord {
                tag_id: tag.tag_id,
                tag_identifier: tag.identifier.clone(),
                custom_tag: tag.custom,
                mandator_id: tag.mandator_id,
            })
            .collect();
        let total = records.len();
        Ok(FetchOrderTagsResult::page(records, total))
    }
}

struct Conditions {
    tag_id: Cond<i32>,
    identifier: Cond<String>,
    custom: Cond<bool>,
    mandator_id: Cond<MandatorId>,
}

impl Conditions {
    fn of(reading: &Reading<'_>, filter: &OrderTagFilter) -> Result<Conditions, Failure> {
        Ok(Conditions {
            tag_id: cond_of(filter.tag_id.as_ref()),
            identifier: names(filter.tag_identifier.as_ref()),
            custom: filter.custom_tag.ask(chrono_tz::UTC),
            mandator_id: mandators(reading, filter.mandator_id.as_ref())?,
        })
    }

    fn pass(&self, tag: &OrderTag) -> bool {
        let of_mandator = match (&self.mandator_id, tag.mandator_id) {
            (Cond::In { values, .. }, None) => !values.is_empty(),
            (cond, None) => cond.passes_unset(),
            (cond, Some(mandator_id)) => cond.passes(&mandator_id),
        };
        of_mandator && self.tag_id.passes(&tag.tag_id) && has_name(&self.identifier, &tag.identifier) && self.custom.passes(&tag.custom)
    }
}
