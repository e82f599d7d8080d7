//! A known order that its channel reports differently now. Before the ERP took the order over, Kontor just follows; after that
//! it follows too, and lists what changed until the ERP accepts it.
//!
//! What counts as changed is the difference between two readings of the channel, so that what the ERP corrected itself
//! stays.

use super::{
    Imported, afterwards, digest_of, document_error, note_payment, position_of, warn, warn_changed, warn_difference, warn_unmatched,
};
use crate::config::{Account, Settings};
use crate::domain::message::own;
use crate::domain::order::{
    Address, CANCELLED, ChannelOrder, Difference, Event, FactName, Fitted, LINE, OrderLine, PaymentStatus, Step, differences, follow, step,
    total_difference,
};
use crate::domain::{Decimal, Failure, OfferId, OrderItemId};
use crate::store::orders::{self, BY_CHANNEL, OrderChangeRow, OrderItemRow, OrderRow, Positions};
use crate::store::{Tx, offers};

pub(super) fn update(
    tx: &mut Tx<'_>,
    settings: &Settings,
    account: &Account,
    mut row: OrderRow,
    said: &ChannelOrder,
) -> Result<Imported, Failure> {
    let mut before = row.clone();
    let mut positions = Positions::of_order(&mut tx.conn, &row, settings)?;
    positions.moved_by_channel();
    let new = said.fitted();
    let last = said_before(&row, positions.rows(), said)?.fitted();
    let (old, order) = (&last.whole, &new.order);
    let found = differences(old, &new.whole);
    let (said_back, mut found): (Vec<Difference>, Vec<Difference>) =
        found.into_iter().partition(|difference| is_echo(&positions, difference) || afterwards::is_echo(&row, &positions, difference));
    afterwards::since_ours(&row, &positions, &mut found);
    let total_differed = total_difference(row.data.totals.total_amount, row.data.calculated_amount, row.data.currency_code_iso.as_deref());
    follow_header(&mut row, old, &new);
    if !said_back.is_empty() {
        found.retain(|difference| !difference.is_sum());
        forget_sums(&mut before, &row);
    }
    learn(&mut row, &mut positions, order);
    let mut lines_changed = follow_lines(tx, account, &row, &mut positions, old, &new, &mut found)?;
    follow_payment(tx, &mut row, order)?;
    if order.cancelled && !row.data.is_told(FactName::Cancelled) {
        cancel(tx, account, &mut row, &mut positions)?;
        lines_changed = true;
    }
    if lines_changed {
        positions.reserve(&mut tx.conn)?;
        if !positions.rows().is_empty() {
            orders::follow_status(&mut row, &positions);
        }
    }
    afterwards::follow(tx, account, &mut row, &mut positions, order, &found)?;
    found.extend(afterwards::follow_requests(tx, account, &row, &positions, &order.cancellation_requests)?);
    if row.export_date.is_some() && !found.is_empty() {
        note(tx, account, &row, positions.rows(), &found)?;
    }
    warn_changed(tx, account, &row, new.changed.difference(&last.changed))?;
    warn_difference(tx, account, &row, total_differed)?;
    let mut accounts = orders::follow_pieces(tx, positions, settings)?;
    accounts.extend(orders::report_waiting(tx, &mut row)?);
    let changed = row != before || lines_changed || !found.is_empty();
    // Those that the ERP reported come back as the channel lists them, which is no news.
    row.data.refunds.clone_from(&order.refunds);
    row.channel_digest = Some(digest_of(said)?);
    row.channel_document = Some(said.to_json().map_err(|error| document_error(&error))?);
    if !changed {
        orders::save_unseen(tx, &row)?;
        return Ok(Imported::Unchanged);
    }
    orders::save(tx, &mut row, BY_CHANNEL)?;
    Ok(Imported::Changed { accounts })
}

/// What the channel said at the last reading. Version 0.1 did not keep it: there the positions say what the lines were,
/// and everything else counts as said.
fn said_before(row: &OrderRow, positions: &[OrderItemRow], now: &ChannelOrder) -> Result<ChannelOrder, Failure> {
    if let Some(json) = &row.channel_document {
        let mut before = ChannelOrder::from_json(json).map_err(|error| document_error(&error))?;
        if !is_learned(row) {
            count_as_said(&mut before, now);
        }
        return Ok(before);
    }
    let lines = positions.iter().filter_map(|position| {
        let line_id = position.channel_line_id.clone()?;
        let said = now.line(&line_id).cloned();
        Some(OrderLine {
            sku: said.as_ref().and_then(|line| line.sku.clone()).or_else(|| position.internal_item_number.clone()),
            external_number: position.external_offer_number.clone(),
            title: position.identifier.clone(),
            quantity: position.quantity,
            cancelled: position.cancelled_told,
            returned: 0,
            unit_price: Decimal(position.price),
            tax_rate: position.tax_rate.map(Decimal),
            total_amount: said.as_ref().and_then(|line| line.total_amount),
            tax_amount: said.as_ref().and_then(|line| line.tax_amount),
            line_id,
        })
    });
    // What happened since is news.
    Ok(ChannelOrder { lines: lines.collect(), cancellation_requests: Vec::new(), refunds: Vec::new(), ..now.clone() })
}

/// The order was stored by a version that knows all that this one takes over.
fn is_learned(row: &OrderRow) -> bool {
    row.channel_digest.as_deref().is_some_and(ChannelOrder::is_digest_of_today)
}

/// Totals and delivery of an order that an earlier version stored: the channel may always have said them.
fn count_as_said(before: &mut ChannelOrder, now: &ChannelOrder) {
    before.price_type = now.price_type;
    before.totals.clone_from(&now.totals);
    before.delivery.clone_from(&now.delivery);
    before.buyer.tax_identification_number.clone_from(&now.buyer.tax_identification_number);
    for line in &mut before.lines {
        if let Some(now) = now.line(&line.line_id) {
            (line.total_amount, line.tax_amount) = (now.total_amount, now.tax_amount);
        }
    }
}

/// Takes over what an earlier version did not know to take.
fn learn(row: &mut OrderRow, positions: &mut Positions, order: &ChannelOrder) {
    if is_learned(row) {
        return;
    }
    row.data.price_type_id = Some(order.price_type);
    row.data.totals.clone_from(&order.totals);
    row.data.delivery.clone_from(&order.delivery);
    row.data.tax_identification_number.clone_from(&order.buyer.tax_identification_number);
    for line in &order.lines {
        let known = positions.rows().iter().find(|position| position.channel_line_id.as_deref() == Some(&line.line_id));
        if let Some(position) = known.map(|known| known.order_item_id).and_then(|id| positions.row_mut(id)) {
            (position.total_amount, position.tax_amount) = sums_of(line);
        }
    }
}

fn sums_of(line: &OrderLine) -> (Option<i64>, Option<i64>) {
    (line.total_amount.map(|amount| amount.0), line.tax_amount.map(|amount| amount.0))
}

/// The sums fell with what the ERP cancelled, which is no news.
fn forget_sums(before: &mut OrderRow, row: &OrderRow) {
    before.data.totals.clone_from(&row.data.totals);
    before.data.calculated_amount = row.data.calculated_amount;
}

/// The channel says back what the ERP did: pieces that are cancelled here already, or a line of which nothing is left.
fn is_echo(positions: &Positions, difference: &Difference) -> bool {
    let Some(line_id) = &difference.line_id else { return false };
    let Some(known) = positions.rows().iter().find(|row| row.channel_line_id.as_ref() == Some(line_id)) else { return false };
    let pieces = positions.pieces(known.order_item_id);
    match (difference.what.as_str(), &difference.new) {
        (CANCELLED, Some(now)) => now.parse::<i32>().is_ok_and(|now| now <= pieces.cancelled),
        (LINE, None) => pieces.open() == 0,
        _ => false,
    }
}

/// Where `old` and `new` differ, the row gets what fits of the new value.
fn follow_header(row: &mut OrderRow, old: &ChannelOrder, new: &Fitted) {
    let (data, Fitted { whole: new, order: fits, .. }) = (&mut row.data, new);
    let amount = |stored: &mut Option<Decimal>, old: Decimal, new: Decimal| follow(stored, &Some(old), &Some(new), &Some(new));
    amount(&mut data.shipping_charge, old.shipping_charge, new.shipping_charge);
    amount(&mut data.cash_on_delivery_charge, old.cash_on_delivery_charge, new.cash_on_delivery_charge);
    amount(&mut data.payment_method_charge, old.payment_method_charge, new.payment_method_charge);
    amount(&mut data.coupon_amount, old.coupon_amount, new.coupon_amount);
    let (currency, price_type) = (|order: &ChannelOrder| Some(order.currency.clone()), |order: &ChannelOrder| Some(order.price_type));
    follow(&mut data.currency_code_iso, &currency(old), &currency(new), &currency(fits));
    follow(&mut data.price_type_id, &price_type(old), &price_type(new), &price_type(fits));
    let [was, is, fit] = [old, new, fits].map(|order| &order.buyer.tax_identification_number);
    follow(&mut data.tax_identification_number, was, is, fit);
    data.totals.follow(&old.totals, &new.totals, &fits.totals);
    data.calculated_amount = fits.calculated_amount();
    data.delivery.follow(&old.delivery, &new.delivery, &fits.delivery);
    follow(&mut data.note, &old.note, &new.note, &fits.note);
    follow(&mut data.payment_method_identifier, &old.payment_method, &new.payment_method, &fits.payment_method);
    follow_address(&mut data.invoice_address, &old.invoice_address, &new.invoice_address, &fits.invoice_address);
    follow_address(&mut data.delivery_address, &old.delivery_address, &new.delivery_address, &fits.delivery_address);
    follow(&mut row.email_address, &old.buyer.email, &new.buyer.email, &fits.buyer.email);
}

fn follow_address(stored: &mut Option<Address>, old: &Address, new: &Address, fits: &Address) {
    if old != new {
        let mut address = stored.take().unwrap_or_default();
        address.follow(old, new, fits);
        *stored = address.filled();
    }
}

/// Follows the lines, those that are gone too. True: pieces moved. Adds what follows from a difference to what was found.
fn follow_lines(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &OrderRow,
    positions: &mut Positions,
    old: &ChannelOrder,
    new: &Fitted,
    found: &mut Vec<Difference>,
) -> Result<bool, Failure> {
    let mut moved = false;
    for (whole, line) in new.whole.lines.iter().zip(&new.order.lines) {
        let was = old.line(&line.line_id).unwrap_or(whole);
        let cancelled = cancelled_of(positions, &line.line_id);
        moved |= follow_line(tx, account, row, positions, was, whole, line)?;
        let now = cancelled_of(positions, &line.line_id);
        if now < cancelled {
            found.extend(Difference::of_line(line, CANCELLED, Some(cancelled.to_string()), Some(now.to_string())));
        }
    }
    for gone in old.lines.iter().filter(|line| new.order.line(&line.line_id).is_none()) {
        moved |= cancel_line(tx, positions, &gone.line_id)?;
    }
    Ok(moved)
}

/// Follows one line: where it differs from the `old` one, the position gets what fits of it. True: pieces moved.
fn follow_line(
    tx: &mut Tx<'_>,
    account: &Account,
    row: &OrderRow,
    positions: &mut Positions,
    old: &OrderLine,
    whole: &OrderLine,
    new: &OrderLine,
) -> Result<bool, Failure> {
    let known = positions.rows().iter().find(|position| position.channel_line_id.as_deref() == Some(&new.line_id)).cloned();
    let Some(known) = known else {
        let mut added = [position_of(tx, account, new)?];
        orders::add_positions(tx, row.order_id, &mut added)?;
        let [position] = added;
        if position.item_id.is_none() {
            warn_unmatched(tx, account, row, new)?;
        }
        if let Some(offer_id) = position.offer_id {
            offers::sold(tx, offer_id, position.pieces().open())?;
        }
        positions.add(position);
        return Ok(true);
    };
    let id = known.order_item_id;
    let before = positions.pieces(id);
    if let Some(position) = positions.row_mut(id) {
        follow_values(position, old, whole, new);
    }
    if old.quantity != new.quantity {
        positions.change(id, |pieces| pieces.ordered = new.quantity);
        if before.cancelled.saturating_add(before.shipped) > new.quantity {
            // The ERP cancelled pieces that are gone by now: the channel has the last word on which are cancelled.
            positions.change(id, |pieces| pieces.cancelled = new.cancelled);
            if let Some(position) = positions.row_mut(id) {
                position.cancelled_told = new.cancelled;
            }
        }
    }
    let more = new.cancelled.saturating_sub(before.cancelled);
    if more > 0 {
        positions.cancel(id, more);
    }
    if new.cancelled > known.cancelled_told
        && let Some(position) = positions.row_mut(id)
    {
        position.cancelled_told = new.cancelled;
    }
    let after = positions.pieces(id);
    if after == before {
        return Ok(false);
    }
    if let Some(offer_id) = known.offer_id {
        match after.open().saturating_sub(before.open()) {
            more if more > 0 => offers::sold(tx, offer_id, more)?,
            _ => offers::moved(tx, offer_id)?,
        }
    }
    Ok(true)
}

/// Cancelled pieces of the position of a line.
fn cancelled_of(positions: &Positions, line_id: &str) -> i32 {
    let known = positions.rows().iter().find(|position| position.channel_line_id.as_deref() == Some(line_id));
    known.map_or(0, |known| positions.pieces(known.order_item_id).cancelled)
}

/// What is no matter of pieces.
fn follow_values(position: &mut OrderItemRow, old: &OrderLine, whole: &OrderLine, new: &OrderLine) {
    if old.unit_price != new.unit_price {
        position.price = new.unit_price.0;
    }
    if old.tax_rate != new.tax_rate {
        position.tax_rate = new.tax_rate.map(|rate| rate.0);
    }
    if (old.total_amount, old.tax_amount) != (new.total_amount, new.tax_amount) {
        (position.total_amount, position.tax_amount) = sums_of(new);
    }
    if old.title != whole.title {
        position.identifier.clone_from(&new.title);
    }
}

/// A line that is gone: what of it is open is cancelled, what was shipped stays. True: pieces moved.
fn cancel_line(tx: &mut Tx<'_>, positions: &mut Positions, line_id: &str) -> Result<bool, Failure> {
    let known = positions.rows().iter().find(|position| position.channel_line_id.as_deref() == Some(line_id)).cloned();
    let Some(known) = known else { return Ok(false) };
    let open = positions.pieces(known.order_item_id).open();
    positions.cancel(known.order_item_id, open);
    positions.set_cancelled_told([known.order_item_id]);
    if let Some(offer_id) = known.offer_id {
        offers::moved(tx, offer_id)?;
    }
    Ok(open > 0)
}

fn follow_payment(tx: &mut Tx<'_>, row: &mut OrderRow, order: &ChannelOrder) -> Result<(), Failure> {
    if !order.paid || row.data.is_told(FactName::Paid) {
        return Ok(());
    }
    note_payment(tx, row, order)?;
    row.data.set_told(FactName::Paid, 1);
    row.data.payment_status_id = Some(PaymentStatus::Paid);
    row.transaction_id_1 = order.transaction_id.clone().or(row.transaction_id_1.take());
    if let Step::To(next) = step(row.workflow, row.order_status_id, true, Event::Paid) {
        orders::set_status(row, next);
    }
    Ok(())
}

/// The channel cancelled the order: what is open goes. Goods that left stay, and somebody has to see to them.
fn cancel(tx: &mut Tx<'_>, account: &Account, row: &mut OrderRow, positions: &mut Positions) -> Result<(), Failure> {
    row.data.set_told(FactName::Cancelled, 1);
    if row.order_status_id.is_shipped() || positions.is_shipped_in_part() {
        warn(tx, account.account_id, row, &own::order_cancelled_late(row.order_number))?;
    }
    let offers_of_order: Vec<OfferId> = positions.rows().iter().filter_map(|position| position.offer_id).collect();
    for offer_id in offers_of_order {
        offers::moved(tx, offer_id)?;
    }
    positions.cancel_open();
    let all: Vec<OrderItemId> = positions.rows().iter().map(|position| position.order_item_id).collect();
    positions.set_cancelled_told(all);
    orders::follow_status(row, positions);
    Ok(())
}

/// Lists the differences until the ERP accepts them, and says so once.
fn note(tx: &mut Tx<'_>, account: &Account, row: &OrderRow, rows: &[OrderItemRow], found: &[Difference]) -> Result<(), Failure> {
    let changes = found.iter().map(|difference| {
        let of_line = |position: &&OrderItemRow| position.channel_line_id.is_some() && position.channel_line_id == difference.line_id;
        OrderChangeRow {
            order_change_id: 0,
            order_id: row.order_id,
            changed_at: 0,
            what: difference.what.clone(),
            order_item_id: rows.iter().find(of_line).map(|position| position.order_item_id),
            old_value: difference.old.clone(),
            new_value: difference.new.clone(),
        }
    });
    orders::note_changes(tx, changes.collect())?;
    let corrections = found.iter().filter(|difference| !afterwards::is_event(difference));
    let mut what: Vec<&str> = corrections.map(|difference| difference.what.as_str()).collect();
    if what.is_empty() {
        return Ok(());
    }
    what.sort_unstable();
    what.dedup();
    warn(tx, account.account_id, row, &own::order_changed(row.order_number, what.join(", ")))
}
