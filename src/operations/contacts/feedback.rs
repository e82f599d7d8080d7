//! `fetchFeedback` and `fetchFeedbackSummaries`: what buyers think of orders.

use super::{ContactOrder, Rows, Wanted, orders_of, rows_of};
use crate::domain::contact::{ContactContent, ContactKind, Rating};
use crate::domain::{AccountId, Decimal, Failure, MandatorId, OrderId, Stamp, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::platform::Platform;
use crate::operations::wire::{Between, Match, Patch, Time, cond_of, mandator_of, window_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::filter::{Cond, Window};
use crate::store::orders;
use crate::store::since::Since;
use crate::{fetched, wire, wire_enum};

wire_enum! {
    /// What a buyer thinks.
    FeedbackRating {
        /// Good.
        Positive = "positive",
        /// Neither.
        Neutral = "neutral",
        /// Bad.
        Negative = "negative",
    }
}

wire! {
    /// Conditions on the orders that feedback is about, and on the feedback; all of them must hold.
    FeedbackFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// Kontor's own id of the order.
        order_id: Option<Match<OrderId>>,
        /// Order number.
        order_number: Option<Match<i32>>,
        /// First foreign number of the order.
        external_order_number_1: Option<Match<String>>,
        /// Second foreign number of the order.
        external_order_number_2: Option<Match<String>>,
        /// Date of the order.
        order_date: Option<Between>,
        /// When Kontor stored the order.
        created_at: Option<Between>,
        /// The channel's order number, also while Kontor has not collected the order.
        marketplace_order_id: Option<Match<String>>,
        /// Account.
        account_id: Option<Match<AccountId>>,
        /// Last change of the feedback.
        last_changed: Option<Between>,
    }

    /// Which feedback to fetch.
    FetchFeedbackRequest {
        /// Feedback that passes one of these filters.
        filters: Vec<FeedbackFilter> [flat("order_filter")],
        /// Page size; all on one page when absent.
        feedback_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// Feedback of a buyer.
    FeedbackRecord {
        /// Kontor's own id.
        feedback_id: i32,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// The channel's own number.
        external_feedback_id: Option<String>,
        /// What the buyer thinks.
        rating: FeedbackRating,
        /// From 1 to 5, where the channel has them.
        stars: Option<i32>,
        /// The buyer's name at the channel.
        buyer: Option<String>,
        /// Text.
        text: Option<String>,
        /// What the merchant answered in public.
        answer: Option<String>,
        /// When it was given.
        given_at: Time,
        /// The order that it is about.
        about: Option<ContactOrder>,
        /// When Kontor stored it.
        created_at: Time,
        /// Last change.
        last_changed: Time,
    }

    /// Conditions on summaries; all of them must hold.
    FeedbackSummaryFilter {
        /// A mandator.
        mandator_id: Option<Match<MandatorId>>,
        /// Account.
        account_id: Option<Match<AccountId>>,
        /// The platform, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
    }

    /// Which summaries to fetch.
    FetchFeedbackSumsRequest {
        /// Summaries that pass one of these filters; all of the user's mandators where there is none. On the compat face an element
        /// may be named after the platform, such as ebay_feedback_filter.
        filters: Vec<FeedbackSummaryFilter> [per_platform("filter")],
    }

    /// What all feedback of an account comes to, in the channel's own sums.
    FeedbackSummaryRecord {
        /// The account.
        account_id: AccountId,
        /// The mandator.
        mandator_id: MandatorId,
        /// How many are positive.
        positive: i32,
        /// How many are neutral.
        neutral: i32,
        /// How many are negative.
        negative: i32,
        /// Percent of positive ones, as the channel counts.
        positive_percent: Option<Decimal>,
        /// When it last changed.
        last_changed: Time,
    }
}

fetched! { FetchFeedbackResult, feedback_entries: FeedbackRecord, "feedback", changes {} }
fetched! { FetchFeedbackSumsResult, summaries: FeedbackSummaryRecord, "feedback_summary" }

/// The operation.
pub(crate) struct FetchFeedback;

impl ReadOperation for FetchFeedback {
    const NAME: &'static str = "fetchFeedback";
    const DOC: &'static str = "Reads what buyers think of orders, as the channels have it.";
    type Request = FetchFeedbackRequest;
    type Result = FetchFeedbackResult;

    fn asks_for_changes(request: &FetchFeedbackRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchFeedbackRequest) -> Result<FetchFeedbackResult, Failure> {
        if request.filters.is_empty() {
            return Err(Failure::new(code::FILTER_REQUIRED, []));
        }
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.feedback_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let mut found = Vec::new();
        for filter in &request.filters {
            found.extend(matching(reading, conn, filter, cursor.as_ref().map(Cursor::since))?);
        }
        let (per_page, page) = (request.feedback_per_page, request.page);
        match rows_of(reading, conn, Wanted { cursor: cursor.as_ref(), per_page, page, deleted: None }, found)? {
            Rows::Page(rows, count) => Ok(FetchFeedbackResult::page(records_of(reading, conn, rows)?, count)),
            Rows::Changed { rows, next, .. } => Ok(FetchFeedbackResult {
                feedback_entries: records_of(reading, conn, rows)?,
                next_changed_since: Some(next),
                ..FetchFeedbackResult::default()
            }),
        }
    }
}

fn matching(reading: &Reading<'_>, conn: &mut Conn<'_>, filter: &FeedbackFilter, since: Option<Since>) -> Result<Vec<Since>, Failure> {
    let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
    let (mandator_id, zone) = (mandator.mandator_id, mandator.time_zone);
    let of_orders = orders::Selection {
        mandator_id,
        order_ids: cond_of(filter.order_id.as_ref()),
        order_number: cond_of(filter.order_number.as_ref()),
        external_order_number_1: cond_of(filter.external_order_number_1.as_ref()),
        external_order_number_2: cond_of(filter.external_order_number_2.as_ref()),
        order_date: window_of(filter.order_date.as_ref(), zone),
        created_at: window_of(filter.created_at.as_ref(), zone),
        ..orders::Selection::default()
    };
    let is_open = |window: &Window| window.from.is_none() && window.to.is_none() && window.null.is_none();
    let any_order = matches!((&of_orders.order_ids, &of_orders.order_number), (Cond::All, Cond::All))
        && matches!((&of_orders.external_order_number_1, &of_orders.external_order_number_2), (Cond::All, Cond::All))
        && is_open(&of_orders.order_date)
        && is_open(&of_orders.created_at);
    let selection = ContactSelection {
        mandator_id,
        account_id: cond_of(filter.account_id.as_ref()),
        marketplace_order_id: cond_of(filter.marketplace_order_id.as_ref()),
        last_changed: window_of(filter.last_changed.as_ref(), zone),
        orders: if any_order { None } else { Some(orders::select(conn, &of_orders)?) },
        since,
        ..ContactSelection::default()
    };
    contacts::select(conn, ContactKind::Feedback, &selection)
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<ContactRow>) -> Result<Vec<FeedbackRecord>, Failure> {
    let mut about = orders_of(conn, &rows)?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let zone = reading.mandator(row.mandator_id)?.time_zone;
        let time = |stamp: i64| Time::of(Stamp(stamp), zone);
        let ContactContent::Feedback(feedback) = row.data else { continue };
        records.push(FeedbackRecord {
            feedback_id: row.contact_id,
            mandator_id: row.mandator_id,
            account_id: row.account_id,
            external_feedback_id: row.external_number,
            rating: match feedback.rating {
                Rating::Positive => FeedbackRating::Positive,
                Rating::Neutral => FeedbackRating::Neutral,
                Rating::Negative => FeedbackRating::Negative,
            },
            stars: feedback.stars,
            buyer: feedback.buyer,
            text: feedback.text,
            answer: feedback.answer,
            given_at: time(row.said_at),
            about: about.remove(&row.contact_id),
            created_at: time(row.created_at),
            last_changed: time(row.last_changed),
        });
    }
    Ok(records)
}

/// The operation.
pub(crate) struct FetchFeedbackSummaries;

impl ReadOperation for FetchFeedbackSummaries {
    const NAME: &'static str = "fetchFeedbackSummaries";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str =
        "Reads what all feedback of an account comes to, in the channel's own sums. Accounts whose channel has none are missing.";
    type Request = FetchFeedbackSumsRequest;
    type Result = FetchFeedbackSumsResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchFeedbackSumsRequest) -> Result<FetchFeedbackSumsResult, Failure> {
        let own = reading.settings.mandators.iter().map(|mandator| mandator.mandator_id).filter(|id| reading.user.may_use(*id));
        let own: Vec<MandatorId> = own.collect();
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandators: Cond<MandatorId> = cond_of(filter.mandator_id.as_ref());
            if let Cond::In { values, .. } = &mandators {
                for id in values {
                    reading.mandator(*id)?;
                }
            }
            let meant: Vec<MandatorId> = own.iter().copied().filter(|id| mandators.passes(id)).collect();
            filters.push((mandators, filter.platform.accounts(reading, &meant, filter.account_id.as_ref())?));
        }
        let mut records = Vec::new();
        for row in contacts::summaries(conn, &own)? {
            let passes = |(mandators, accounts): &(Cond<MandatorId>, Cond<AccountId>)| {
                mandators.passes(&row.mandator_id) && accounts.passes(&row.account_id)
            };
            if !filters.is_empty() && !filters.iter().any(passes) {
                continue;
            }
            let zone = reading.mandator(row.mandator_id)?.time_zone;
            records.push(FeedbackSummaryRecord {
                account_id: row.account_id,
                mandator_id: row.mandator_id,
                positive: row.data.positive,
                neutral: row.data.neutral,
                negative: row.data.negative,
                positive_percent: row.data.positive_percent,
                last_changed: Time::of(Stamp(row.last_changed), zone),
            });
        }
        let total = records.len();
        Ok(FetchFeedbackSumsResult::page(records, total))
    }
}
