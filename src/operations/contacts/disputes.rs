//! `fetchDisputes` (`order-calls.md` 12.2): disputes about orders. Unlike elsewhere, the entries of its lists are named after the list.

use super::{ContactOrder, ContactTransmission, Rows, Wanted, orders_of, rows_of, transmissions};
use crate::config::Mandator;
use crate::domain::contact::{ContactContent, ContactKind, Dispute};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Deleted, Failure, MandatorId, Stamp, code};
use crate::operations::cursor::{Asked, Cursor, written};
use crate::operations::platform::Platform;
use crate::operations::wire::{Between, Match, Patch, Time, cond_of, window_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::deletions::DeletionRow;
use crate::store::filter::{Cond, Window};
use crate::store::since::Since;
use crate::{fetched, wire};

/// Declares a list of words, one of which a dispute must have.
macro_rules! lists_of_words {
    ($($name:ident $doc:literal $entry:literal;)+) => {
        $(
            wire! {
                #[doc = $doc]
                $name {
                    /// IN.
                    filter_method: Option<String> [attr],
                    /// The words, one of which must match.
                    filter_values: Vec<String> [each($entry), typed("values")],
                }
            }

            impl $name {
                /// The words, in the order in which they were sent.
                fn words(list: Option<&$name>) -> Result<Option<&[String]>, Failure> {
                    let Some(list) = list else { return Ok(None) };
                    match list.filter_method.as_deref().map(str::trim) {
                        None | Some("IN" | "in") => Ok(Some(&list.filter_values)),
                        Some(other) => Err(Failure::quoting(code::FILTER_METHOD, [&other, &crate::domain::AnyOf(&["IN"])])),
                    }
                }
            }
        )+
    };
}

lists_of_words! {
    DisputeExplanationFilter "Explanations of disputes." "dispute_explanation";
    DisputeReasonFilter "Reasons of disputes." "dispute_reason";
    DisputeRecordTypeFilter "What disputes are about." "dispute_record_type";
    DisputeStateFilter "States of disputes." "dispute_state";
    DisputeStatusFilter "Statuses of disputes." "dispute_status";
}

wire! {
    /// Conditions on disputes; all of them must hold.
    DisputeFilter {
        /// A mandator; all of the user's where it is missing.
        mandator_id: Option<Match<MandatorId>>,
        /// The platform whose disputes are meant, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// Account.
        account_id: Option<Match<AccountId>>,
        /// Last change.
        last_changed_at: Option<Between>,
        /// Last change; the same under the name of the original's example.
        last_changed: Option<Between>,
        /// When it was opened.
        created_at: Option<Between>,
        /// Explanations, in the channel's words.
        dispute_explanations: Option<DisputeExplanationFilter>,
        /// Reasons, in the channel's words.
        dispute_reasons: Option<DisputeReasonFilter>,
        /// What it is about, in the channel's words.
        dispute_record_types: Option<DisputeRecordTypeFilter>,
        /// States, in the channel's words.
        dispute_states: Option<DisputeStateFilter>,
        /// Statuses, in the channel's words.
        dispute_statuses: Option<DisputeStatusFilter>,
    }

    /// Which disputes to fetch.
    FetchDisputesRequest {
        /// Disputes that pass one of these filters; all where there is none.
        filters: Vec<DisputeFilter> [per_platform("dispute_filter"), also("filter")],
        /// Page size; all on one page when absent.
        disputes_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
        /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters; empty:
        /// from the start. Replaces the number of a page: read on until an answer has no records. A page has 250 of them if
        /// the call names no size.
        changed_since: Patch<String> [max(64)],
    }

    /// A dispute that was deleted: the channel showed it a second time, before Kontor knew that it had sent it.
    DeletedDispute {
        /// Kontor's own id.
        dispute_id: i32,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: Option<AccountId>,
        /// When it was deleted.
        deleted_at: Time,
    }

    /// A dispute.
    DisputeRecord {
        /// Kontor's own id.
        dispute_id: i32,
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// The channel's own number.
        external_dispute_id: Option<String>,
        /// Reason, in the channel's words, as are those below.
        dispute_reason: String,
        /// Explanation.
        dispute_explanation: String,
        /// What it is about.
        dispute_record_type: String,
        /// State.
        dispute_state: String,
        /// Status.
        dispute_status: String,
        /// Text.
        text: Option<String>,
        /// What the channel knows of a dispute that Kontor opens.
        transmission: Option<ContactTransmission>,
        /// The order that it is about.
        about: Option<ContactOrder>,
        /// When it was opened.
        created_at: Time,
        /// Last change.
        last_changed: Time,
    }
}

fetched! { FetchDisputesResult, disputes: DisputeRecord, "dispute", changes { deleted_disputes: DeletedDispute, "deleted_dispute" } }

/// The operation.
pub(crate) struct FetchDisputes;

impl ReadOperation for FetchDisputes {
    const NAME: &'static str = "fetchDisputes";
    const DOC: &'static str = "Reads disputes about orders, as the channels have them, and those that wait to be opened.";
    type Request = FetchDisputesRequest;
    type Result = FetchDisputesResult;

    fn asks_for_changes(request: &FetchDisputesRequest) -> bool {
        request.filters.iter().any(|filter| filter.last_changed.is_some() || filter.last_changed_at.is_some())
    }

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchDisputesRequest) -> Result<FetchDisputesResult, Failure> {
        let any = [DisputeFilter::default()];
        let filters = if request.filters.is_empty() { &any[..] } else { &request.filters };
        let asked = Asked {
            operation: Self::NAME,
            changed_since: &request.changed_since,
            per_page: request.disputes_per_page,
            page: request.page,
            choice: || written(&request.filters),
        };
        let cursor = Cursor::of(reading, conn, asked)?;
        let (mut found, mut asked_for) = (Vec::new(), Vec::new());
        for filter in filters {
            let mandators = mandators(reading, filter)?;
            let ids: Vec<MandatorId> = mandators.iter().map(|mandator| mandator.mandator_id).collect();
            let accounts = filter.platform.accounts(reading, &ids, filter.account_id.as_ref())?;
            found.extend(matching(conn, (&mandators, &accounts), filter, cursor.as_ref().map(Cursor::since))?);
            asked_for.extend(ids);
        }
        let wanted = Wanted {
            cursor: cursor.as_ref(),
            per_page: request.disputes_per_page,
            page: request.page,
            deleted: Some((Deleted::Dispute, asked_for)),
        };
        match rows_of(reading, conn, wanted, found)? {
            Rows::Page(rows, count) => Ok(FetchDisputesResult::page(records_of(reading, conn, rows)?, count)),
            Rows::Changed { rows, deleted, next } => Ok(FetchDisputesResult {
                disputes: records_of(reading, conn, rows)?,
                deleted_disputes: deleted.into_iter().map(|row| gone(reading, row)).collect::<Result<_, Failure>>()?,
                next_changed_since: Some(next),
                ..FetchDisputesResult::default()
            }),
        }
    }
}

fn gone(reading: &Reading<'_>, row: DeletionRow) -> Result<DeletedDispute, Failure> {
    Ok(DeletedDispute {
        dispute_id: row.record_id,
        mandator_id: row.mandator_id,
        account_id: row.account_id,
        deleted_at: Time::of(Stamp(row.stamp), reading.mandator(row.mandator_id)?.time_zone),
    })
}

/// The mandators that a filter asks for, of those that the user may use.
fn mandators<'r>(reading: &'r Reading<'_>, filter: &DisputeFilter) -> Result<Vec<&'r Mandator>, Failure> {
    let wanted: Cond<MandatorId> = cond_of(filter.mandator_id.as_ref());
    if let Cond::In { values, .. } = &wanted {
        for id in values {
            reading.mandator(*id)?;
        }
    }
    let allowed = reading.settings.mandators.iter().filter(|mandator| reading.user.may_use(mandator.mandator_id));
    Ok(allowed.filter(|mandator| wanted.passes(&mandator.mandator_id)).collect())
}

fn matching(
    conn: &mut Conn<'_>,
    (mandators, accounts): (&[&Mandator], &Cond<AccountId>),
    filter: &DisputeFilter,
    since: Option<Since>,
) -> Result<Vec<Since>, Failure> {
    let words = [
        ("dispute_explanations", DisputeExplanationFilter::words(filter.dispute_explanations.as_ref())),
        ("dispute_reasons", DisputeReasonFilter::words(filter.dispute_reasons.as_ref())),
        ("dispute_record_types", DisputeRecordTypeFilter::words(filter.dispute_record_types.as_ref())),
        ("dispute_states", DisputeStateFilter::words(filter.dispute_states.as_ref())),
        ("dispute_statuses", DisputeStatusFilter::words(filter.dispute_statuses.as_ref())),
    ];
    let mut lists = Vec::with_capacity(words.len());
    for (field, list) in words {
        lists.push(list.map_err(|failure| failure.within(field))?);
    }
    let passes = |dispute: &Dispute| {
        let said = [&dispute.explanation, &dispute.reason, &dispute.record_type, &dispute.state, &dispute.status];
        lists.iter().zip(said).all(|(list, word)| list.is_none_or(|list| list.contains(word)))
    };
    let changed = |zone| match (&filter.last_changed_at, &filter.last_changed) {
        (Some(window), _) | (None, Some(window)) => window_of(Some(window), zone),
        (None, None) => Window::default(),
    };
    let mut found = Vec::new();
    for mandator in mandators {
        let selection = ContactSelection {
            mandator_id: mandator.mandator_id,
            account_id: accounts.clone(),
            last_changed: changed(mandator.time_zone),
            said_at: window_of(filter.created_at.as_ref(), mandator.time_zone),
            since,
            ..ContactSelection::default()
        };
        let rows = contacts::matching(conn, ContactKind::Dispute, &selection)?;
        found.extend(
            rows.into_iter().filter(|row| matches!(&row.data, ContactContent::Dispute(dispute) if passes(dispute))).map(|row| row.place()),
        );
    }
    Ok(found)
}

fn records_of(reading: &Reading<'_>, conn: &mut Conn<'_>, rows: Vec<ContactRow>) -> Result<Vec<DisputeRecord>, Failure> {
    let mut about = orders_of(conn, &rows)?;
    let ids: Vec<i32> = rows.iter().map(|row| row.contact_id).collect();
    let sent = transmissions(conn, TransferKind::Dispute, &ids)?;
    let mut records = Vec::with_capacity(rows.len());
    for row in rows {
        let zone = reading.mandator(row.mandator_id)?.time_zone;
        let time = |stamp: i64| Time::of(Stamp(stamp), zone);
        let ContactContent::Dispute(dispute) = row.data else { continue };
        records.push(DisputeRecord {
            dispute_id: row.contact_id,
            mandator_id: row.mandator_id,
            account_id: row.account_id,
            external_dispute_id: row.external_number,
            dispute_reason: dispute.reason,
            dispute_explanation: dispute.explanation,
            dispute_record_type: dispute.record_type,
            dispute_state: dispute.state,
            dispute_status: dispute.status,
            text: dispute.text,
            transmission: sent.get(&row.contact_id).copied(),
            about: about.remove(&row.contact_id),
            created_at: time(row.said_at),
            last_changed: time(row.last_changed),
        });
    }
    Ok(records)
}
