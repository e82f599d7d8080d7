//! `updateOrders`: changes orders, and creates phone sales (`order-calls.md` 3).
//!
//! Decided here: the order number and, for orders of a channel, the channel's number are never changed, because both
//! sides find the order by them; what was ordered never changes; a status that is set directly books stock like the
//! workflow would, but sends nothing to the channel; the same notice is not added twice, and a notice that is gone may be
//! removed again, so that a repeated call changes nothing.

use super::form::{OrderUpdate, header};
use super::{OrderKeys, OrderNotice, create, tags};
use super::{corrections, missing_key, order_under, unknown_order};
use crate::config::Mandator;
use crate::domain::{AccountId, Failure, OrderId, Place, Worded, code};
use crate::operations::common::ReportAction;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::orders::{self, NoticeRow, OrderKey, OrderRow};
use crate::{reports, write_request};

/// 1: something is still expected; 2: nothing more is.
const COMPLETE_STATUSES: [i32; 2] = [1, 2];
/// Kind of a notice that names none; the only value the reference shows.
const NOTICE_TYPE: i32 = 10;

write_request! {
    /// Orders to change or create.
    UpdateOrdersRequest {
        /// The orders.
        orders: Records<OrderUpdate> [flat("order")],
    }
}

reports! { UpdateOrdersResult, OrderReport, order: OrderKeys }

/// The operation.
pub(crate) struct UpdateOrders;

impl WriteOperation for UpdateOrders {
    const NAME: &'static str = "updateOrders";
    const DOC: &'static str = "Changes orders: foreign numbers, charges, invoice number, notices, tags, addresses, status. \
        Creates orders in the sub channel Telefonverkauf (4100) only.";
    type Request = UpdateOrdersRequest;
    type Result = UpdateOrdersResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateOrdersRequest) -> Result<UpdateOrdersResult, Failure> {
        let reports = work.each(
            request.orders,
            |update: &OrderUpdate| update.mandator_id,
            |work, update| {
                work.in_savepoint(|work| write(work, &update)).map_err(|failure| {
                    let keys = update.numbers().keys(update.mandator_id);
                    (failure, Some(keys))
                })
            },
        )?;
        Ok(UpdateOrdersResult::of(reports))
    }
}

fn write(work: &mut Work<'_, '_>, update: &OrderUpdate) -> Result<Done<OrderKeys>, Failure> {
    let mandator = work.mandator(update.mandator_id)?;
    let chosen = update.significant_key;
    let key = update.numbers().key(chosen);
    let account_id = account_of(work, update);
    let found = match &key {
        Some(key) => order_under(&mut work.tx.conn, mandator.mandator_id, account_id, key)?,
        None => None,
    };
    if let Some(mut row) = found {
        change(work, mandator, &mut row, update)?;
        return Ok((Some(ReportAction::Update), OrderKeys::of(&row)));
    }
    match (create::names_phone_sales(work, update)?, &key) {
        // Kontor gives the ids.
        (_, Some(key @ OrderKey::OrderId(_))) | (None, Some(key)) => {
            return Err(unknown_order(mandator.mandator_id, account_id, key));
        }
        (None, None) => return Err(missing_key(chosen)),
        (Some(false), _) => return Err(Failure::new(code::ORDER_NOT_CREATABLE, [])),
        (Some(true), _) => {}
    }
    // Nothing would find this order again: a repeated call would create a second one.
    work.additive |= key.is_none();
    let mut row = create::phone_sale(work, mandator, update)?;
    let created = row.clone();
    parts(work, &row, update)?;
    set_status(work, &mut row, update)?;
    if row != created {
        orders::save(work.tx, &mut row, &work.user.name)?;
    }
    Ok((Some(ReportAction::Insert), OrderKeys::of(&row)))
}

/// The account that a record names, by number or by name. A phone sale has none, whatever account the caller keeps it in:
/// looked for there, it would be created again by every call.
fn account_of(work: &Work<'_, '_>, update: &OrderUpdate) -> Option<AccountId> {
    if matches!(create::names_phone_sales(work, update), Ok(Some(true))) {
        return None;
    }
    update.account_id.or_else(|| {
        let name = update.account_identifier.as_deref()?.trim();
        let mut accounts = work.settings.accounts.iter().filter(|account| account.mandator_id == update.mandator_id);
        accounts.find(|account| account.identifier == name).map(|account| account.account_id)
    })
}

fn change(work: &mut Work<'_, '_>, mandator: &Mandator, row: &mut OrderRow, update: &OrderUpdate) -> Result<(), Failure> {
    let before = row.clone();
    header(work.settings, row, update, mandator)?;
    let corrected = corrections::correct(work, mandator, row, &update.order_items)?;
    set_status(work, row, update)?;
    let mut parts_changed = corrected | parts(work, row, update)?;
    parts_changed |= accept_changes(work, row.order_id, &update.accepted_change_ids)?;
    if corrected || row.order_status_id != before.order_status_id {
        let told = orders::report_waiting(work.tx, row)?;
        work.wake(told);
    }
    if parts_changed || *row != before {
        orders::save(work.tx, row, &work.user.name)?;
    }
    Ok(())
}

/// Changes by the channel that the ERP has seen. One that is accepted already is not there any more, which is no error.
/// True: something changed.
fn accept_changes(work: &mut Work<'_, '_>, order_id: OrderId, ids: &[i32]) -> Result<bool, Failure> {
    let mut changed = false;
    for id in ids {
        match orders::order_of_change(&mut work.tx.conn, *id)? {
            Some(order) if order == order_id => {
                orders::accept_change(work.tx, *id)?;
                changed = true;
            }
            None if orders::was_change(&mut work.tx.conn, *id)? => {}
            _ => return Err(Failure::new(code::UNKNOWN_ORDER_CHANGE, [&id.to_string()]).within("accepted_change_id")),
        }
    }
    Ok(changed)
}

fn set_status(work: &mut Work<'_, '_>, row: &mut OrderRow, update: &OrderUpdate) -> Result<(), Failure> {
    if let Some(status) = update.status()? {
        let accounts = orders::change_status(work.tx, row, status, work.settings)?;
        work.concerns(accounts);
    }
    if let Some(status) = update.complete_status {
        if !COMPLETE_STATUSES.contains(&status) {
            return Err(Failure::quoting(code::OUT_OF_RANGE, [&status, &Worded::range(1, 2)]).within("complete_status"));
        }
        row.complete_status = status;
    }
    Ok(())
}

/// Notices and tags. True: something changed.
fn parts(work: &mut Work<'_, '_>, row: &OrderRow, update: &OrderUpdate) -> Result<bool, Failure> {
    let mut changed = false;
    if !update.order_notices.is_empty() {
        let mut stored = orders::notices_of(&mut work.tx.conn, row.order_id)?;
        for (index, notice) in update.order_notices.iter().enumerate() {
            changed |= take_notice(work, row.order_id, &mut stored, notice)
                .map_err(|failure| failure.within(Place::entry("order_notice", index + 1)))?;
        }
    }
    let tags = tags::of(work.settings, row.mandator_id, &update.order_tags)?;
    changed |= orders::delete_tags(work.tx, row.order_id, &tags.lost)?;
    changed |= orders::add_tags(work.tx, row.order_id, &tags.set)?;
    Ok(changed)
}

fn take_notice(work: &mut Work<'_, '_>, order_id: OrderId, stored: &mut Vec<NoticeRow>, notice: &OrderNotice) -> Result<bool, Failure> {
    let delete = notice.delete.unwrap_or_default();
    let Some(id) = notice.order_notice_id.filter(|id| *id != 0) else {
        let text = match &notice.text {
            Some(text) if !delete => text.clone(),
            _ if delete => return Err(Failure::missing("order_notice_id")),
            _ => return Err(Failure::missing("text")),
        };
        let row = NoticeRow { order_notice_id: 0, order_id, notice_type: notice.notice_type.unwrap_or(NOTICE_TYPE), text };
        let known = stored.iter().any(|other| other.text == row.text && other.notice_type == row.notice_type);
        if !known {
            orders::save_notice(work.tx, row.clone())?;
            stored.push(row);
        }
        return Ok(!known);
    };
    let known = stored.iter_mut().find(|row| row.order_notice_id == id);
    match (known, delete) {
        (None, true) => Ok(false),
        (None, false) => Err(Failure::new(code::UNKNOWN_NOTICE, [&id.to_string()])),
        (Some(_), true) => {
            orders::delete_notice(work.tx, id)?;
            stored.retain(|row| row.order_notice_id != id);
            Ok(true)
        }
        (Some(row), false) => {
            let before = row.clone();
            if let Some(text) = &notice.text {
                row.text.clone_from(text);
            }
            row.notice_type = notice.notice_type.unwrap_or(row.notice_type);
            if *row == before {
                return Ok(false);
            }
            orders::save_notice(work.tx, row.clone())?;
            Ok(true)
        }
    }
}
