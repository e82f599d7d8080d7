//! `fetchFeeds`: what went to and came from a channel (`channel-calls.md` 12; the elements of the platforms are not documented).

use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Failure, MandatorId, Stamp, code};
use crate::operations::platform::Platform;
use crate::operations::wire::{Between, Match, Time, mandator_of, words_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::feeds::{self, FeedRow, FeedSelection, feed_conditions};
use crate::{ask, fetched, wire};

wire! {
    /// Conditions on feeds; all of them must hold.
    FeedFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The platform whose feeds are meant, such as amazon; on the compat face the name of the element says it.
        platform: Platform,
        /// The account.
        account_id: Option<Match<AccountId>>,
        /// Number of the feed.
        feed_id: Option<Match<i32>>,
        /// The kind of call, as in rate limits: submit, pull_orders, push_fact and so on.
        feed_type: Option<Match<String>>,
        /// HTTP status of the answer; not set: without one.
        status: Option<Match<i32>>,
        /// Why there was no usable answer; not set: there was one.
        failure: Option<Match<String>>,
        /// When it was sent.
        created_at: Option<Between>,
    }

    /// Which feeds to fetch.
    FetchFeedsRequest {
        /// Feeds that pass one of these filters; all of the user's mandators where there is none. On the compat face the element
        /// may be named after a platform, such as amazon_feed_filter.
        filters: Vec<FeedFilter> [per_platform("feed_filter"), also("filter")],
        /// Page size; all on one page when absent.
        feeds_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
    }

    /// A request to a channel, and what came of it.
    FeedRecord {
        /// Number of the feed.
        feed_id: i32,
        /// The mandator of the account.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// The kind of call, as in rate limits.
        feed_type: String,
        /// What was asked, without query and credentials.
        target: String,
        /// HTTP status of the answer.
        status: Option<i32>,
        /// Why there was no usable answer.
        failure: Option<String>,
        /// What was sent, cut and without secrets.
        request: Option<String>,
        /// Bytes that were sent.
        request_bytes: i32,
        /// What came back, cut and without secrets.
        answer: Option<String>,
        /// Bytes that came back.
        answer_bytes: i32,
        /// When it was stored.
        created_at: Time,
    }
}

fetched! { FetchFeedsResult, feeds: FeedRecord, "feed" }

pub(crate) struct FetchFeeds;

impl ReadOperation for FetchFeeds {
    const NAME: &'static str = "fetchFeeds";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reads what Kontor and channels sent each other, kept for as many days as the configuration says.";
    type Request = FetchFeedsRequest;
    type Result = FetchFeedsResult;

    fn asks_for_changes(request: &FetchFeedsRequest) -> bool {
        request.filters.iter().any(|filter| filter.created_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchFeedsRequest) -> Result<FetchFeedsResult, Failure> {
        if reading.settings.dispatch.keep_feeds.is_zero() {
            return Err(Failure::new(code::FEEDS_OFF, []));
        }
        let mut ids = Vec::new();
        for mandator_id in reading.mandators().filter(|_| request.filters.is_empty()) {
            ids.extend(feeds::select(conn, &FeedSelection { mandator_id, ..FeedSelection::default() })?);
        }
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let own = feed_conditions!(ask, filter, FeedFilter, mandator, { mandator_id platform account_id feed_type });
            let selection = FeedSelection {
                mandator_id: mandator.mandator_id,
                account_id: filter.platform.accounts_of(reading, mandator.mandator_id, filter.account_id.as_ref())?,
                feed_type: words_of("feed_type", filter.feed_type.as_ref(), &ChannelCall::ALL.map(|call| (call.word(), call.word())))?
                    .filter_map(|word| Some(word.to_owned())),
                ..own
            };
            ids.extend(feeds::select(conn, &selection)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let mut room = reading.room();
        let mut records = Vec::new();
        for row in feeds::load(conn, reading.page(&ids, request.feeds_per_page, request.page)?)? {
            room.take(row.request.len().saturating_add(row.answer.len()))?;
            records.push(record_of(reading, row)?);
        }
        Ok(FetchFeedsResult::page(records, ids.len()))
    }
}

fn record_of(reading: &Reading<'_>, row: FeedRow) -> Result<FeedRecord, Failure> {
    let zone = reading.mandator(row.mandator_id)?.time_zone;
    let count = |bytes: i64| i32::try_from(bytes).unwrap_or(i32::MAX);
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(FeedRecord {
        feed_id: row.feed_id,
        mandator_id: row.mandator_id,
        account_id: row.account_id,
        feed_type: row.feed_type,
        target: row.target,
        status: row.status,
        failure: row.failure,
        request: filled(row.request),
        request_bytes: count(row.request_bytes),
        answer: filled(row.answer),
        answer_bytes: count(row.answer_bytes),
        created_at: Time::of(Stamp(row.created_at), zone),
    })
}
