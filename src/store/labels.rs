//! Shipping labels. A row is there before its carrier is called, and says what the carrier may have done.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::filter::{Cond, Window};
use super::numbers::Number;
use super::orders::{self as orders_store, PacketRow};
use super::schema::{orders, shipping_labels};
use super::since::Since;
use super::{Conn, MOST_VARIABLES, Stored, Tx, next_id};
use crate::domain::label::{Enclosed, LabelDocument, LabelState};
use crate::domain::order::OrderStatus;
use crate::domain::{AccountId, Failure, LabelId, MandatorId, OrderId, Stamp};
use crate::{conditions, on};

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = shipping_labels, primary_key(label_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct LabelRow {
    pub label_id: LabelId,
    pub mandator_id: MandatorId,
    pub order_id: OrderId,
    /// An account at a carrier, as the configuration names it.
    pub carrier: String,
    /// By which the carrier recognises it.
    pub reference: String,
    pub external_label_number: Option<String>,
    /// `None`: the package comes when the label is confirmed.
    pub packet_id: Option<i32>,
    pub state: LabelState,
    pub tracking_number: Option<String>,
    pub due_at: i64,
    pub attempts: i32,
    /// 1: the carrier may have made it, although no answer says so.
    pub unclear: i32,
    pub created_at: i64,
    pub last_changed: i64,
    pub last_changed_by: String,
    pub data: Stored<LabelDocument>,
}

impl LabelRow {
    pub(crate) fn document(&self) -> Result<LabelDocument, Failure> {
        self.data.read(|| format!("label {}", self.label_id))
    }
}

/// Stores a new label; its id, reference and stamps are set here.
pub(crate) fn insert(tx: &mut Tx<'_>, mut row: LabelRow) -> Result<LabelRow, Failure> {
    row.label_id = LabelId(next_id(tx, "label")?);
    // At least eight characters: shorter ones are not found at some carriers.
    row.reference = format!("K{}-{:06}", row.mandator_id, row.label_id.0);
    row.created_at = tx.stamp.0;
    row.last_changed = tx.stamp.0;
    on!(&mut tx.conn, c => diesel::insert_into(shipping_labels::table).values(&row).execute(c))?;
    Ok(row)
}

/// The label of any mandator under a reference: carriers are asked by it alone.
pub(crate) fn under_reference(conn: &mut Conn<'_>, reference: &str) -> Result<Option<LabelId>, Failure> {
    Ok(on!(conn, c => shipping_labels::table
        .filter(shipping_labels::reference.eq(reference))
        .select(shipping_labels::label_id)
        .first(c)
        .optional())?)
}

/// Stores a label as it is elsewhere, with its reference; `known`: the one that it was stored as before. Gives its number.
pub(crate) fn take_over(tx: &mut Tx<'_>, mut row: LabelRow, known: Option<LabelId>) -> Result<LabelId, Failure> {
    row.last_changed = tx.stamp.0;
    match known {
        Some(label_id) => {
            row.label_id = label_id;
            on!(&mut tx.conn, c => diesel::update(shipping_labels::table.find(label_id)).set(&row).execute(c))?;
        }
        None => {
            row.label_id = LabelId(Number::LABEL.take(tx, Some(row.label_id.0))?);
            on!(&mut tx.conn, c => diesel::insert_into(shipping_labels::table).values(&row).execute(c))?;
        }
    }
    Ok(row.label_id)
}

/// Stores a changed label; its change stamp is set here.
pub(crate) fn save(tx: &mut Tx<'_>, row: &mut LabelRow, changed_by: &str) -> Result<(), Failure> {
    row.last_changed = tx.stamp.0;
    row.last_changed_by = changed_by.to_owned();
    on!(&mut tx.conn, c => diesel::update(shipping_labels::table.find(row.label_id)).set(&*row).execute(c))?;
    Ok(())
}

/// One of the numbers that name a label.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LabelKey<'k> {
    Id(LabelId),
    External(&'k str),
    Tracking(&'k str),
    Reference(&'k str),
}

/// The labels of a mandator under a key, the oldest first.
pub(crate) fn find(conn: &mut Conn<'_>, mandator_id: MandatorId, key: LabelKey<'_>) -> Result<Vec<LabelRow>, Failure> {
    Ok(on!(conn, c => {
        let own = shipping_labels::table
            .filter(shipping_labels::mandator_id.eq(mandator_id))
            .order(shipping_labels::label_id)
            .select(LabelRow::as_select())
            .into_boxed();
        match key {
            LabelKey::Id(id) => own.filter(shipping_labels::label_id.eq(id)).load(c),
            LabelKey::External(number) => own.filter(shipping_labels::external_label_number.eq(number)).load(c),
            LabelKey::Tracking(number) => own.filter(shipping_labels::tracking_number.eq(number)).load(c),
            LabelKey::Reference(reference) => own.filter(shipping_labels::reference.eq(reference)).load(c),
        }
    })?)
}

/// The labels of a package that are neither refused nor cancelled, the oldest first.
fn of_package_all(conn: &mut Conn<'_>, order_id: OrderId, packet_id: i32) -> Result<Vec<LabelRow>, Failure> {
    Ok(on!(conn, c => shipping_labels::table
        .filter(shipping_labels::order_id.eq(order_id))
        .filter(shipping_labels::packet_id.eq(packet_id))
        .filter(shipping_labels::state.ne_all([LabelState::Refused, LabelState::Cancelled]))
        .order(shipping_labels::label_id)
        .select(LabelRow::as_select())
        .load(c))?)
}

/// The label of a package that is neither refused nor cancelled; of several the one that is not confirmed, else the newest.
pub(crate) fn of_package(conn: &mut Conn<'_>, order_id: OrderId, packet_id: i32) -> Result<Option<LabelRow>, Failure> {
    let mut all = of_package_all(conn, order_id, packet_id)?;
    let open = all.iter().position(|row| row.state != LabelState::Confirmed);
    Ok(open.map(|place| all.swap_remove(place)).or_else(|| all.pop()))
}

/// Another label of the same package that keeps this one from having it. A parcel that was on its way before this one was
/// ordered, under a number of its own, does not.
pub(crate) fn rival(conn: &mut Conn<'_>, row: &LabelRow) -> Result<Option<LabelRow>, Failure> {
    let Some(packet_id) = row.packet_id else { return Ok(None) };
    let went_before =
        |other: &LabelRow| row.external_label_number.is_some() && other.state == LabelState::Confirmed && other.label_id < row.label_id;
    let mut all = of_package_all(conn, row.order_id, packet_id)?.into_iter();
    Ok(all.find(|other| other.label_id != row.label_id && !went_before(other)))
}

/// The next label for which a carrier has something to do: one that waits, or one whose call came to no end. Nobody orders a label
/// for an order that was cancelled meanwhile, but a carrier that may have made one is asked.
pub(crate) fn due(conn: &mut Conn<'_>, carrier: &str, now: Stamp) -> Result<Option<LabelRow>, Failure> {
    let open = [LabelState::Waiting, LabelState::Asking, LabelState::Cancelling];
    let begun = shipping_labels::state.ne(LabelState::Waiting).or(shipping_labels::unclear.gt(0));
    let wanted = begun.or(orders::order_status_id.ne(OrderStatus::Cancelled));
    Ok(on!(conn, c => shipping_labels::table
        .inner_join(orders::table)
        .filter(shipping_labels::carrier.eq(carrier))
        .filter(shipping_labels::state.eq_any(open))
        .filter(shipping_labels::due_at.le(now.0))
        .filter(wanted)
        .order((shipping_labels::due_at, shipping_labels::label_id))
        .select(LabelRow::as_select())
        .first(c)
        .optional())?)
}

/// Labels of an order whose pieces are still to be shipped with them.
fn unconfirmed(conn: &mut Conn<'_>, order_id: OrderId) -> Result<Vec<LabelRow>, Failure> {
    Ok(on!(conn, c => shipping_labels::table
        .filter(shipping_labels::order_id.eq(order_id))
        .filter(shipping_labels::packet_id.is_null())
        .filter(shipping_labels::state.ne_all([LabelState::Refused, LabelState::Cancelled, LabelState::Confirmed]))
        .order(shipping_labels::label_id)
        .select(LabelRow::as_select())
        .load(c))?)
}

/// A label's reference, and the pieces that it names.
pub(crate) type Promised = (String, Vec<Enclosed>);

/// What other labels of an order are to ship.
pub(crate) fn promised(conn: &mut Conn<'_>, order_id: OrderId, beside: Option<LabelId>) -> Result<Vec<Promised>, Failure> {
    let others = unconfirmed(conn, order_id)?.into_iter().filter(|other| Some(other.label_id) != beside);
    others.map(|other| Ok((other.reference.clone(), other.document()?.shipment.contents))).collect()
}

/// Takes the number of a label that nobody uses off its package, and says in the label's messages what the channel still has.
pub(crate) fn take_number_off(tx: &mut Tx<'_>, row: &LabelRow, document: &mut LabelDocument, by: &str) -> Result<(), Failure> {
    let (Some(packet_id), Some(number)) = (row.packet_id, &row.tracking_number) else { return Ok(()) };
    let mut packets = orders_store::packets_of(&mut tx.conn, &[row.order_id])?;
    let has_it = |packet: &&mut PacketRow| packet.packet_id == packet_id && packet.data.tracking_number.as_ref() == Some(number);
    let Some(packet) = packets.iter_mut().find(has_it) else { return Ok(()) };
    // Of a parcel that was on its way before.
    let mut others = of_package_all(&mut tx.conn, row.order_id, packet_id)?.into_iter();
    let earlier = others.rfind(|other| other.label_id != row.label_id && other.state == LabelState::Confirmed);
    packet.data.tracking_number = earlier.and_then(|other| other.tracking_number);
    if packet.data.return_number == document.return_number {
        packet.data.return_number = None;
    }
    if packet.data.told {
        let said = format!("the channel keeps the number {number} of package {packet_id} until another label for that package is made");
        document.messages.push(said);
    }
    orders_store::save_packet(tx, packet)?;
    let Some(mut order) = orders_store::get(&mut tx.conn, row.order_id)? else { return Ok(()) };
    orders_store::save(tx, &mut order, by)
}

/// The label of an order at a carrier that is neither refused nor cancelled; the oldest, if there are several.
pub(crate) fn of_order(conn: &mut Conn<'_>, order_id: OrderId, carrier: &str) -> Result<Option<LabelRow>, Failure> {
    Ok(on!(conn, c => shipping_labels::table
        .filter(shipping_labels::order_id.eq(order_id))
        .filter(shipping_labels::carrier.eq(carrier))
        .filter(shipping_labels::state.ne_all([LabelState::Refused, LabelState::Cancelled]))
        .order(shipping_labels::label_id)
        .select(LabelRow::as_select())
        .first(c)
        .optional())?)
}

/// Whether an order has another label that is refused or unclear.
pub(crate) fn has_troubled(conn: &mut Conn<'_>, order_id: OrderId, beside: LabelId) -> Result<bool, Failure> {
    let found: i64 = on!(conn, c => shipping_labels::table
        .filter(shipping_labels::order_id.eq(order_id))
        .filter(shipping_labels::label_id.ne(beside))
        .filter(shipping_labels::state.eq_any([LabelState::Refused, LabelState::Unclear]))
        .count()
        .get_result(c))?;
    Ok(found > 0)
}

/// Labels that wait for a carrier, the oldest first; without those of orders that were cancelled meanwhile.
pub(crate) fn waiting(conn: &mut Conn<'_>, carrier: &str, now: Stamp, most: usize) -> Result<Vec<LabelRow>, Failure> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(on!(conn, c => shipping_labels::table
        .inner_join(orders::table)
        .filter(shipping_labels::carrier.eq(carrier))
        .filter(shipping_labels::state.eq(LabelState::Waiting))
        .filter(shipping_labels::due_at.le(now.0))
        .filter(orders::order_status_id.ne(OrderStatus::Cancelled))
        .order(shipping_labels::label_id)
        .limit(most)
        .select(LabelRow::as_select())
        .load(c))?)
}

/// Has all labels of a carrier that wait to be exported go now, but for those of cancelled orders. Gives how many there are.
pub(crate) fn release(tx: &mut Tx<'_>, mandator_id: MandatorId, carrier: &str, now: i64) -> Result<usize, Failure> {
    Ok(on!(&mut tx.conn, c => diesel::update(shipping_labels::table)
        .filter(shipping_labels::mandator_id.eq(mandator_id))
        .filter(shipping_labels::carrier.eq(carrier))
        .filter(shipping_labels::state.eq(LabelState::Waiting))
        .filter(exists(orders::table
            .filter(orders::order_id.eq(shipping_labels::order_id))
            .filter(orders::order_status_id.ne(OrderStatus::Cancelled))))
        .set(shipping_labels::due_at.eq(now))
        .execute(c))?)
}

conditions! {
    ($)
    /// The conditions of one `filter` of fetchShippingLabels.
    LabelSelection, label_conditions {
        label_ids: Cond<LabelId> = shipping_labels::label_id,
        external_label_number: Cond<String> = shipping_labels::external_label_number,
        tracking_number: Cond<String> = shipping_labels::tracking_number,
        order_ids: Cond<OrderId> = orders::order_id,
        order_number: Cond<i32> = orders::order_number,
        external_order_number_1: Cond<String> = orders::external_order_number_1,
        marketplace_order_id_1: Cond<String> = orders::marketplace_order_id,
        account_id: Cond<AccountId> = orders::account_id,
        created_at: Window = shipping_labels::created_at,
        last_changed: Window = shipping_labels::last_changed,
    } and {
        state: Cond<LabelState> = shipping_labels::state,
        carrier: Cond<String> = shipping_labels::carrier,
    } beside {
        mandator_id: MandatorId,
        /// Only those that changed behind this place.
        since: Option<Since>,
    }
}

macro_rules! select_ids {
    ($c:expr, $backend:ty, $s:expr) => {{
        let s: &LabelSelection = $s;
        let mut query = shipping_labels::table
            .inner_join(orders::table)
            .filter(shipping_labels::mandator_id.eq(s.mandator_id))
            .order(shipping_labels::label_id)
            .select((shipping_labels::last_changed, shipping_labels::label_id))
            .into_boxed::<$backend>();
        if let Some(since) = s.since {
            query = query.filter(shipping_labels::last_changed.ge(since.stamp));
        }
        label_conditions!(narrow query, s);
        query.load::<(i64, LabelId)>($c)
    }};
}

/// The labels that match, in the order of their ids: where they are in the order of changes.
pub(crate) fn select(conn: &mut Conn<'_>, selection: &LabelSelection) -> Result<Vec<Since>, Failure> {
    let found: Vec<(i64, LabelId)> = match conn {
        Conn::Sqlite(c) => select_ids!(*c, diesel::sqlite::Sqlite, selection),
        Conn::Postgres(c) => select_ids!(*c, diesel::pg::Pg, selection),
    }?;
    let places = found.into_iter().map(|(stamp, label_id)| Since { stamp, id: label_id.0, second: 0 });
    Ok(places.filter(|place| selection.since.is_none_or(|since| *place > since)).collect())
}

/// Labels by id, in order.
pub(crate) fn load(conn: &mut Conn<'_>, ids: &[LabelId]) -> Result<Vec<LabelRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(MOST_VARIABLES) {
        rows.extend(on!(conn, c => shipping_labels::table
            .filter(shipping_labels::label_id.eq_any(chunk))
            .order(shipping_labels::label_id)
            .select(LabelRow::as_select())
            .load::<LabelRow>(c))?);
    }
    Ok(rows)
}
