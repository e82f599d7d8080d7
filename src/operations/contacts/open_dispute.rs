//! `createDisputes` (`order-calls.md` 12.1). eBay's interface behind the original's call is gone; it works with every channel that has
//! disputes.
//!
//! Decided here: the numbers of reasons and explanations, of which only two examples are known; the words are eBay's. A dispute about
//! the same position for the same reason, while one is open, is a repeat. `ebay_item_id` and `ebay_transaction_id` name the
//! position whose number at the channel is both, with a hyphen between.

use super::{ContactTransmission, refused, transfer_of, transmissions};
use crate::domain::contact::{ContactContent, ContactKind, Dispute};
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, AllOf, Failure, FieldName, MandatorId, OrderItemId, code};
use crate::operations::common::ReportAction;
use crate::operations::orders::NamedOrder;
use crate::operations::platform::Platform;
use crate::operations::wire::Records;
use crate::operations::{Done, Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::contacts::{self, ContactRow, ContactSelection};
use crate::store::orders::{self, OrderItemRow, OrderRow};
use crate::store::transfers;
use crate::{reports, wire, wire_enum, write_request};

/// Reasons of disputes by their numbers, in eBay's words.
const REASONS: [(i32, &str); 2] = [(1, "BuyerHasNotPaid"), (2, "TransactionMutuallyCanceled")];
/// Explanations of disputes by their numbers, in eBay's words.
const EXPLANATIONS: [(i32, &str); 13] = [
    (1, "BuyerHasNotResponded"),
    (2, "BuyerRefusedToPay"),
    (3, "BuyerNotClearedToPay"),
    (4, "BuyerReturnedItemForRefund"),
    (5, "OtherExplanation"),
    (6, "BuyerNoLongerWantsItem"),
    (7, "BuyerPurchasingMistake"),
    (8, "BuyerPaymentNotReceivedOrCleared"),
    (9, "SellerRanOutOfStock"),
    (10, "SellerDoesntShipToCountry"),
    (11, "ShippingAddressNotConfirmed"),
    (12, "PaymentMethodNotSupported"),
    (13, "UnableToResolveTerms"),
];
/// What a dispute is about that Kontor opens, and its state until the channel says another.
const UNPAID: &str = "UnpaidItem";
const OPEN: &str = "Open";
const CLOSED: &str = "Closed";

wire_enum! {
    /// Which fields identify the position.
    DisputeItemKey {
        /// Kontor's own id of the position.
        OrderItemId = "order_item_id",
        /// Number of the item and of the transaction at eBay.
        EbayItemAndTransactionId = "ebay_item_and_transaction_id",
    }
}

wire! {
    /// The position that a dispute is about.
    DisputeItem {
        /// Which fields identify the position. Default ORDER_ITEM_ID.
        significant_key: Option<DisputeItemKey> [attr],
        /// Number of the item at eBay.
        ebay_item_id: Option<String> [max(50)],
        /// Number of the transaction at eBay.
        ebay_transaction_id: Option<String> [max(50)],
        /// Kontor's own id of the position.
        order_item_id: Option<OrderItemId>,
    }

    /// A dispute about a position of an order.
    DisputeToCreate {
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// The platform that the order has to be of, such as ebay; on the compat face the name of the element says it.
        platform: Platform,
        /// The order.
        order: NamedOrder,
        /// The position; not needed where the order has only one.
        order_item: Option<DisputeItem> [typed("disputed_item")],
        /// Reason: 1 BuyerHasNotPaid, 2 TransactionMutuallyCanceled.
        dispute_reason_id: i32,
        /// Explanation, by its number (see the documentation of disputes).
        dispute_explanation_id: i32,
    }

    /// The keys of a dispute.
    DisputeKeys {
        /// Kontor's own id.
        dispute_id: Option<i32>,
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// The account.
        account_id: Option<AccountId>,
        /// The channel's own number.
        external_dispute_id: Option<String>,
        /// What the channel knows of it.
        transmission: Option<ContactTransmission>,
    }
}

write_request! {
    /// Disputes to open.
    CreateDisputesRequest {
        /// The disputes.
        disputes: Records<DisputeToCreate> [per_platform("dispute")],
        /// true: answer only after the channels have taken or refused them, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

reports! { CreateDisputesResult, DisputeReport, dispute: DisputeKeys }

/// The operation.
pub(crate) struct CreateDisputes;

impl WriteOperation for CreateDisputes {
    const NAME: &'static str = "createDisputes";
    const DOC: &'static str =
        "Opens disputes about positions that were not paid or are cancelled by mutual consent, at the channels of the orders.";
    type Request = CreateDisputesRequest;
    type Result = CreateDisputesResult;

    fn handle(work: &mut Work<'_, '_>, request: CreateDisputesRequest) -> Result<CreateDisputesResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = work.each(
            request.disputes,
            |dispute: &DisputeToCreate| dispute.order.mandator(),
            |work, dispute| {
                let keys = || Some(DisputeKeys { mandator_id: Some(dispute.order.mandator()), ..DisputeKeys::default() });
                work.in_savepoint(|work| create(work, &dispute)).map_err(|failure| (failure, keys()))
            },
        )?;
        Ok(CreateDisputesResult::of(reports))
    }

    /// A caller that waited learns what the channels did not take.
    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut CreateDisputesResult) -> Result<bool, Failure> {
        if !call.synchronous {
            return Ok(false);
        }
        let refused = refused(conn, call, TransferKind::Dispute)?;
        let ids: Vec<i32> = result.reports.iter().filter_map(|report| report.dispute.as_ref()?.dispute_id).collect();
        let states = transmissions(conn, TransferKind::Dispute, &ids)?;
        for report in &mut result.reports {
            let Some(keys) = &mut report.dispute else { continue };
            let Some(id) = keys.dispute_id else { continue };
            keys.transmission = states.get(&id).copied();
            if let Some((code, text)) = refused.get(&id) {
                (report.return_code, report.error_description) = (*code, Some(text.clone()));
            }
        }
        Ok(true)
    }
}

fn word(field: &'static str, number: i32, words: &[(i32, &'static str)]) -> Result<String, Failure> {
    let found = words.iter().find(|(known, _)| *known == number).map(|(_, word)| (*word).to_owned());
    found.ok_or_else(|| {
        let known: Vec<String> = words.iter().map(|(number, _)| number.to_string()).collect();
        Failure::new(code::NOT_IN_LIST, [&number.to_string(), &known.join(", ")]).within(field)
    })
}

fn create(work: &mut Work<'_, '_>, asked: &DisputeToCreate) -> Result<Done<DisputeKeys>, Failure> {
    let mandator_id = work.mandator(asked.order.mandator())?.mandator_id;
    let reason = word("dispute_reason_id", asked.dispute_reason_id, &REASONS)?;
    let explanation = word("dispute_explanation_id", asked.dispute_explanation_id, &EXPLANATIONS)?;
    let order = asked.order.find(work, mandator_id).map_err(|failure| failure.within("order"))?;
    asked.platform.check_order(work.settings, &order)?;
    let account_id = order.account_id.ok_or_else(|| Failure::quoting(code::NO_CHANNEL, [&order.order_number]).within("order"))?;
    let line = position(work, &order, asked.order_item.as_ref()).map_err(|failure| failure.within("order_item"))?;
    if let Some(known) = open_one(&mut work.tx.conn, &order, &line, &reason)? {
        return Ok((None, keys_of(work, &known)?));
    }
    let dispute = Dispute {
        reason,
        explanation,
        record_type: UNPAID.to_owned(),
        state: OPEN.to_owned(),
        status: OPEN.to_owned(),
        ..Dispute::default()
    };
    let row = ContactRow {
        contact_id: 0,
        mandator_id,
        account_id,
        kind: ContactKind::Dispute,
        external_number: None,
        external_id: None,
        marketplace_order_id: order.marketplace_order_id,
        channel_line_id: line.channel_line_id,
        said_at: work.tx.stamp.0,
        created_at: 0,
        last_changed: 0,
        last_changed_by: work.user.name.clone(),
        data: ContactContent::Dispute(dispute),
    };
    let row = contacts::add(work.tx, row)?;
    if let Some(kind) = transfer_of(row.kind) {
        transfers::ask(work.tx, account_id, kind, &[row.contact_id])?;
        work.concerns([account_id]);
    }
    Ok((Some(ReportAction::Insert), keys_of(work, &row)?))
}

fn keys_of(work: &mut Work<'_, '_>, row: &ContactRow) -> Result<DisputeKeys, Failure> {
    Ok(DisputeKeys {
        dispute_id: Some(row.contact_id),
        mandator_id: Some(row.mandator_id),
        account_id: Some(row.account_id),
        external_dispute_id: row.external_number.clone(),
        transmission: transmissions(&mut work.tx.conn, TransferKind::Dispute, &[row.contact_id])?.remove(&row.contact_id),
    })
}

/// The position that is meant: the only one, where none is named.
fn position(work: &mut Work<'_, '_>, order: &OrderRow, named: Option<&DisputeItem>) -> Result<OrderItemRow, Failure> {
    let lines = orders::items_of(&mut work.tx.conn, order.order_id)?;
    let unknown = |field, value: &str| Failure::quoting(code::UNKNOWN_POSITION, [&FieldName(field), &value]);
    let Some(named) = named else {
        let missing = || Failure::missing("order_item_id");
        return if lines.len() == 1 { lines.into_iter().next().ok_or_else(missing) } else { Err(missing()) };
    };
    match named.significant_key.unwrap_or_default() {
        DisputeItemKey::OrderItemId => {
            let id = named.order_item_id.ok_or_else(|| Failure::missing("order_item_id"))?;
            let found = lines.into_iter().find(|line| line.order_item_id == id);
            found.ok_or_else(|| unknown("order_item_id", &id.to_string()))
        }
        DisputeItemKey::EbayItemAndTransactionId => {
            let missing = || Failure::quoting(code::MISSING, [&AllOf(&["ebay_item_id", "ebay_transaction_id"])]);
            let (item, transaction) = named.ebay_item_id.as_ref().zip(named.ebay_transaction_id.as_ref()).ok_or_else(missing)?;
            let number = format!("{item}-{transaction}");
            let found = lines.into_iter().find(|line| line.channel_line_id.as_ref() == Some(&number));
            found.ok_or_else(|| unknown("ebay_transaction_id", transaction))
        }
    }
}

/// The dispute about a position for a reason that is still open.
fn open_one(conn: &mut Conn<'_>, order: &OrderRow, line: &OrderItemRow, reason: &str) -> Result<Option<ContactRow>, Failure> {
    let orders = Some(vec![order.order_id]);
    let selection = ContactSelection { mandator_id: order.mandator_id, orders, ..ContactSelection::default() };
    let is_it = |row: &ContactRow| {
        let open = matches!(&row.data, ContactContent::Dispute(dispute) if dispute.reason == reason && dispute.state != CLOSED);
        open && row.channel_line_id == line.channel_line_id
    };
    Ok(contacts::matching(conn, ContactKind::Dispute, &selection)?.into_iter().find(is_it))
}
