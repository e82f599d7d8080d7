//! `createCreditEntry`: money goes back to the buyer (`order-calls.md` 9.4: nothing of it could be read, so request and answer
//! are ours). The ERP's own number makes a repeat harmless.

use std::collections::BTreeMap;

use super::positions::{PositionKeys, pieces_of_position};
use super::{OrderItemReference, OrderKeys, OrderSignificantKey, amounts, order_record, status};
use crate::config::Mandator;
use crate::domain::order::{CreditDocument, CreditState, CreditedPieces, FactKind, FactName, PaymentStatus, Sold, charged, value_of};
use crate::domain::{AnyOf, Decimal, Failure, OrderItemId, Place, Stamp, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::{Records, Time};
use crate::operations::{Done, Finished, Work, WriteOperation};
use crate::store::Conn;
use crate::store::orders::{self, CreditRow, OrderItemRow, OrderRow, Positions};
use crate::{reports, wire, wire_enum, write_request};

write_request! {
    /// Money that goes back to buyers.
    CreateCreditEntryRequest {
        /// The credit entries.
        credit_entries: Records<NewCreditEntry> [flat("credit_entry")],
        /// true: answer only after the channels have taken or refused them, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

pieces_of_position! {
    /// Pieces of one position whose money goes back.
    OrderItemRefund {}
}

order_record! {
    /// A credit entry on an order: for pieces of positions, or for an amount.
    NewCreditEntry {
        /// The ERP's own number of the credit entry, unique in the mandator: the same again is a repeat.
        external_credit_number: String [max(100), key],
        /// The amount. Without it, the price of the pieces.
        credit_amount: Option<Decimal>,
        /// Currency of the amount, ISO 4217: the order's. Needed where no positions are named.
        currency_code_iso: Option<String>,
        /// Why; the channel may show it to the buyer.
        reason: Option<String> [max(255)],
        /// The pieces whose money goes back.
        order_items: Vec<OrderItemRefund> [each("order_item")],
    }
}

wire! {
    /// The keys of a credit entry.
    CreditEntryKeys {
        /// Kontor's own id.
        credit_entry_id: Option<i32>,
        /// The ERP's own number.
        external_credit_number: Option<String>,
        /// The amount.
        credit_amount: Option<Decimal>,
        /// Currency, ISO 4217.
        currency_code_iso: Option<String>,
        /// The order.
        order: Option<OrderKeys>,
    }
}

wire_enum! {
    /// What became of a credit entry at the channel.
    CreditTransmission {
        /// It is on its way.
        Waiting = "waiting",
        /// The channel has it.
        Transmitted = "transmitted",
        /// The channel refused it; fetchUploadMessages says why, retryChanges sends it again.
        Refused = "refused",
        /// Kontor stopped trying without a clear answer: the channel may have given the money back. Look there, then retryChanges or drop it.
        Unclear = "unclear",
        /// It stays in Kontor: the order is of no channel, the channel does not give money back so, or it was given up.
        Kept = "kept",
    }
}

wire! {
    /// A credit entry of an order.
    OrderCreditEntry {
        /// Kontor's own id.
        credit_entry_id: i32,
        /// The ERP's own number.
        external_credit_number: String,
        /// When Kontor stored it.
        created_at: Time,
        /// The amount.
        credit_amount: Decimal,
        /// Currency, ISO 4217.
        currency_code_iso: String,
        /// Why.
        reason: Option<String>,
        /// What became of it at the channel.
        transmission: CreditTransmission,
        /// When the channel took it.
        transmitted_at: Option<Time>,
        /// The pieces that it is for.
        order_items: Vec<OrderItemReference> [each("order_item")],
    }
}

impl OrderCreditEntry {
    pub(super) fn all(rows: Vec<(CreditRow, bool)>, mandator: &Mandator) -> Vec<OrderCreditEntry> {
        rows.into_iter().map(|(row, parked)| OrderCreditEntry::of(row, parked, mandator)).collect()
    }

    /// `parked`: Kontor does not try again automatically.
    fn of(row: CreditRow, parked: bool, mandator: &Mandator) -> OrderCreditEntry {
        let time = |stamp: i64| Time::of(Stamp(stamp), mandator.time_zone);
        let transmission = match row.state {
            // Cut off in the middle of an attempt.
            CreditState::Waiting if parked => CreditTransmission::Unclear,
            CreditState::Unclear => CreditTransmission::Unclear,
            CreditState::Refused => CreditTransmission::Refused,
            CreditState::Waiting => CreditTransmission::Waiting,
            CreditState::Transmitted => CreditTransmission::Transmitted,
            CreditState::Kept | CreditState::GivenUp => CreditTransmission::Kept,
        };
        let item = |part: CreditedPieces| OrderItemReference { order_item_id: part.order_item_id, quantity: part.quantity };
        OrderCreditEntry {
            credit_entry_id: row.credit_entry_id,
            external_credit_number: row.external_credit_number,
            created_at: time(row.created_at),
            credit_amount: Decimal(row.amount),
            currency_code_iso: row.currency_code_iso,
            reason: row.data.reason,
            transmission,
            transmitted_at: row.settled_at.filter(|_| row.state == CreditState::Transmitted).map(time),
            order_items: row.data.positions.into_iter().map(item).collect(),
        }
    }
}

reports! { CreateCreditEntryResult, CreditEntryReport, credit_entry: CreditEntryKeys }

/// The operation.
pub(crate) struct CreateCreditEntry;

impl WriteOperation for CreateCreditEntry {
    const NAME: &'static str = "createCreditEntry";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Gives money of orders back to their buyers, for pieces of positions or an amount, and reports it to \
        channels that refund.";
    type Request = CreateCreditEntryRequest;
    type Result = CreateCreditEntryResult;

    fn handle(work: &mut Work<'_, '_>, request: CreateCreditEntryRequest) -> Result<CreateCreditEntryResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = work.each(
            request.credit_entries,
            |entry: &NewCreditEntry| entry.mandator_id,
            |work, mut entry| {
                entry.external_credit_number = entry.external_credit_number.trim().to_owned();
                work.in_savepoint(|work| give_back(work, &entry)).map_err(|failure| {
                    let number = Some(entry.external_credit_number.clone());
                    let keys = CreditEntryKeys { external_credit_number: number, order: Some(entry.keys()), ..CreditEntryKeys::default() };
                    (failure, Some(keys))
                })
            },
        )?;
        Ok(CreateCreditEntryResult::of(reports))
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut CreateCreditEntryResult) -> Result<bool, Failure> {
        let refused = if call.synchronous { orders::refused_credits(conn, call.stamp, &call.awaits)? } else { Vec::new() };
        for (credit_entry_id, error) in &refused {
            let about = |report: &&mut CreditEntryReport| {
                report.credit_entry.as_ref().is_some_and(|entry| entry.credit_entry_id == Some(*credit_entry_id))
            };
            let failure = Failure::new(code::CHANNEL_REFUSED, [error]);
            for report in result.reports.iter_mut().filter(about) {
                report.return_code = failure.return_code();
                report.error_description = Some(failure.text(call.reader));
            }
        }
        Ok(!refused.is_empty())
    }
}

/// Stores a credit entry, and reports it to the channel of its order.
pub(crate) fn give_back(work: &mut Work<'_, '_>, entry: &NewCreditEntry) -> Result<Done<CreditEntryKeys>, Failure> {
    let (mandator, mut row) = entry.order(work)?;
    let mut positions = Positions::of_order(&mut work.tx.conn, &row, work.settings)?;
    let pieces = pieces_of(positions.rows(), &entry.order_items)?;
    let number = &entry.external_credit_number;
    if number.is_empty() {
        return Err(Failure::missing("external_credit_number"));
    }
    if let Some(known) = orders::credit_by_number(&mut work.tx.conn, mandator.mandator_id, number)? {
        return match is_repeat(&known, entry, &row, &pieces) {
            true => repeated(work, &known, &row),
            false => Err(Failure::quoting(code::CREDIT_DIFFERS, [number])),
        };
    }
    if row.data.payment_status_id == Some(PaymentStatus::Unpaid) {
        return Err(Failure::new(code::NOT_PAID, [&row.order_number.to_string()]));
    }
    if pieces.is_empty() && entry.credit_amount.is_none() {
        return Err(Failure::quoting(code::MISSING, [&AnyOf(&["order_items", "credit_amount"])]));
    }
    for (at, part) in pieces.iter().enumerate() {
        refund(&mut positions, part).map_err(|failure| failure.within(Place::entry("order_item", at + 1)))?;
    }
    let currency = currency_of(entry, &row)?.to_owned();
    let decimals = amounts::decimals_of(Some(&currency));
    let amount = amount_of(entry, decimals, &row, positions.rows(), &pieces)?;
    within_the_total(&row, positions.rows(), amount, decimals)?;
    let fact = FactKind::Refunded {
        credit_number: number.clone(),
        amount,
        currency: currency.clone(),
        positions: positions.contents(pieces.iter().map(|part| (part.order_item_id, part.quantity)), |pieces| pieces.refunded),
        reason: entry.reason.clone(),
    };
    orders::follow_pieces(work.tx, positions, work.settings)?;
    status::tell(work, &mut row, Some(fact))?;
    row.data.refunded_amount = Some(Decimal(refunded(&row).0.saturating_add(amount.0)));
    let credit = orders::add_credit(
        work.tx,
        CreditRow {
            credit_entry_id: 0,
            order_id: row.order_id,
            mandator_id: row.mandator_id,
            external_credit_number: number.clone(),
            amount: amount.0,
            currency_code_iso: currency,
            created_at: 0,
            fact_key: row.account_id.is_some().then(|| orders::fact_key(&row, FactName::Refunded)),
            state: CreditState::Waiting,
            settled_at: None,
            data: CreditDocument { reason: entry.reason.clone(), positions: pieces, ..CreditDocument::default() },
        },
    )?;
    orders::save(work.tx, &mut row, &work.user.name)?;
    Ok((Some(ReportAction::Insert), keys_of(&credit, &row)))
}

/// A repeat changes nothing; what is not at the channel yet is waited for again.
fn repeated(work: &mut Work<'_, '_>, known: &CreditRow, row: &OrderRow) -> Result<Done<CreditEntryKeys>, Failure> {
    let open = orders::open_fact(&mut work.tx.conn, known)?;
    let active = row.account_id.filter(|id| work.settings.account(*id).is_some_and(|account| account.active));
    work.concerns(active.filter(|_| open.is_some()));
    work.awaits.extend(open);
    Ok((Some(ReportAction::Update), keys_of(known, row)))
}

fn keys_of(credit: &CreditRow, row: &OrderRow) -> CreditEntryKeys {
    CreditEntryKeys {
        credit_entry_id: Some(credit.credit_entry_id),
        external_credit_number: Some(credit.external_credit_number.clone()),
        credit_amount: Some(Decimal(credit.amount)),
        currency_code_iso: Some(credit.currency_code_iso.clone()),
        order: Some(OrderKeys::of(row)),
    }
}

/// The pieces that a record names.
fn pieces_of(rows: &[OrderItemRow], named: &[OrderItemRefund]) -> Result<Vec<CreditedPieces>, Failure> {
    let one = |refund: &OrderItemRefund| {
        let order_item_id = refund.keys().find(rows)?.order_item_id;
        if refund.quantity < 1 {
            let failure = Failure::quoting(code::OUT_OF_RANGE, [&refund.quantity, &Worded::range(1, i32::MAX)]);
            return Err(failure.within("quantity"));
        }
        Ok(CreditedPieces { order_item_id, quantity: refund.quantity })
    };
    let named = named.iter().zip(1..);
    named.map(|(refund, number)| one(refund).map_err(|failure| failure.within(Place::entry("order_item", number)))).collect()
}

/// What the ERP said before. An amount that it left out is what it was then, and pieces count by position.
fn is_repeat(known: &CreditRow, entry: &NewCreditEntry, row: &OrderRow, pieces: &[CreditedPieces]) -> bool {
    let same_currency = entry.currency_code_iso.as_ref().is_none_or(|code| *code == known.currency_code_iso);
    known.order_id == row.order_id
        && entry.credit_amount.is_none_or(|amount| amount.0 == known.amount)
        && same_currency
        && known.data.reason == entry.reason
        && by_position(&known.data.positions) == by_position(pieces)
}

fn by_position(pieces: &[CreditedPieces]) -> BTreeMap<OrderItemId, i32> {
    let mut sums: BTreeMap<OrderItemId, i32> = BTreeMap::new();
    for part in pieces {
        let sum = sums.entry(part.order_item_id).or_default();
        *sum = sum.saturating_add(part.quantity);
    }
    sums
}

/// The order's currency. An amount for no pieces has to name it, so that nobody gives back euros for crowns.
fn currency_of<'e>(entry: &'e NewCreditEntry, row: &'e OrderRow) -> Result<&'e str, Failure> {
    let own = row.data.currency_code_iso.as_deref();
    match (entry.currency_code_iso.as_deref(), own) {
        (Some(named), Some(own)) if named != own => {
            Err(Failure::quoting(code::CREDIT_CURRENCY, [&named, &own]).within("currency_code_iso"))
        }
        (Some(code), _) => Ok(code),
        (None, Some(own)) if !entry.order_items.is_empty() => Ok(own),
        (None, _) => Err(Failure::missing("currency_code_iso")),
    }
}

fn amount_of(
    entry: &NewCreditEntry,
    decimals: u32,
    row: &OrderRow,
    rows: &[OrderItemRow],
    pieces: &[CreditedPieces],
) -> Result<Decimal, Failure> {
    let smallest = Decimal::from_units(1, decimals).unwrap_or(Decimal(1));
    let (amount, place) = match entry.credit_amount {
        Some(amount) => (amount, "credit_amount"),
        None => {
            // Piece by piece, the amounts add up to what all pieces cost, to the cent.
            let now = by_position(pieces);
            let before = value_of(rows.iter().map(|position| (sold(position).paid(&row.data), position.refunded)));
            let after = value_of(rows.iter().map(|position| {
                let more = now.get(&position.order_item_id).copied().unwrap_or_default();
                (sold(position).paid(&row.data), position.refunded.saturating_add(more))
            }));
            let [before, after] = [before, after].map(|value| value.unwrap_or(Decimal(i64::MAX)).rounded(decimals));
            (Decimal(after.0.saturating_sub(before.0)), "order_items")
        }
    };
    amounts::check(amount, smallest, decimals).map_err(|failure| failure.within(place))?;
    Ok(amount)
}

/// Never more than the buyer was charged, less what went back before, whoever sent it.
fn within_the_total(row: &OrderRow, rows: &[OrderItemRow], amount: Decimal, decimals: u32) -> Result<(), Failure> {
    let positions: Vec<Sold> = rows.iter().map(sold).collect();
    let charged = charged(&positions, &row.data).rounded(decimals).max(row.data.totals.total_amount.unwrap_or_default());
    let left = Decimal(charged.0.saturating_sub(refunded(row).0).max(0));
    if amount > left {
        return Err(Failure::new(code::CREDIT_TOO_MUCH, [&amount.to_string(), &left.to_string(), &charged.to_string()]));
    }
    Ok(())
}

fn refunded(row: &OrderRow) -> Decimal {
    row.data.refunded_amount.unwrap_or_default()
}

fn sold(position: &OrderItemRow) -> Sold {
    Sold { price: Decimal(position.price), tax_rate: position.tax_rate.map(Decimal), quantity: position.quantity }
}

fn refund(positions: &mut Positions, part: &CreditedPieces) -> Result<(), Failure> {
    let left = positions.pieces(part.order_item_id).refundable();
    if part.quantity > left {
        return Err(Failure::quoting(code::MORE_THAN_REFUNDABLE, [&part.quantity, &left]).within("quantity"));
    }
    positions.change(part.order_item_id, |pieces| {
        pieces.refund(part.quantity);
    });
    Ok(())
}
