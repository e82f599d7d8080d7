//! `updateOrderStatus`: what the ERP did with an order, independent of the order's workflow (`order-calls.md` 4).

use super::{OrderItemCancellation, OrderKeys, OrderPacket, OrderPayment, OrderSignificantKey, cancel, order_record, ship};
use crate::config::Mandator;
use crate::domain::order::{Event, FactKind, FactName, PaymentDocument, PaymentStatus, Step};
use crate::domain::{Failure, Place, code};
use crate::operations::common::ReportAction;
use crate::operations::ibans::look_at_iban;
use crate::operations::wire::Records;
use crate::operations::{Done, Work, WriteOperation};
use crate::store::orders::{self, OrderRow};
use crate::{reports, wire_enum, write_request};

wire_enum! {
    /// What happened to the order at the ERP.
    OrderEvent {
        /// The ERP has taken the order over.
        Fetched = "FETCHED",
        /// The order is paid.
        Paid = "PAID",
        /// The goods have been shipped.
        Shipped = "SHIPPED",
        /// The order is cancelled.
        Canceled = "CANCELED",
        /// The ERP has taken the order over and confirms it.
        Acknowledged = "ACKNOWLEDGED",
    }
}

impl From<OrderEvent> for Event {
    fn from(event: OrderEvent) -> Event {
        match event {
            OrderEvent::Fetched => Event::Fetched,
            OrderEvent::Paid => Event::Paid,
            OrderEvent::Shipped => Event::Shipped,
            OrderEvent::Canceled => Event::Canceled,
            OrderEvent::Acknowledged => Event::Acknowledged,
        }
    }
}

write_request! {
    /// New status of orders.
    UpdateOrderStatusRequest {
        /// The orders.
        orders: Records<OrderStatusUpdate> [flat("order")],
    }
}

order_record! {
    /// The new status of one order.
    OrderStatusUpdate {
        /// What happened.
        status: OrderEvent,
        /// With CANCELED: the pieces that are cancelled; without any, everything open is.
        order_items: Vec<OrderItemCancellation> [each("order_item")],
        /// Packages.
        shipping_informations: Vec<OrderPacket> [each("shipping_information")],
        /// Payment data.
        payment_informations: Vec<OrderPayment> [each("payment_information")],
    }
}

reports! { UpdateOrderStatusResult, OrderStatusReport, order: OrderKeys }

/// The operation.
pub(crate) struct UpdateOrderStatus;

impl WriteOperation for UpdateOrderStatus {
    const NAME: &'static str = "updateOrderStatus";
    const ARGUMENT: &'static str = "argRequestData";
    const DOC: &'static str = "Reports what happened to orders (taken over, acknowledged, paid, shipped, cancelled) with \
        packages and payment data, and passes it on to their channels.";
    type Request = UpdateOrderStatusRequest;
    type Result = UpdateOrderStatusResult;

    fn handle(work: &mut Work<'_, '_>, request: UpdateOrderStatusRequest) -> Result<UpdateOrderStatusResult, Failure> {
        let reports = work.each(
            request.orders,
            |update: &OrderStatusUpdate| update.mandator_id,
            |work, update| work.in_savepoint(|work| report(work, &update)).map_err(|failure| (failure, Some(update.keys()))),
        )?;
        Ok(UpdateOrderStatusResult::of(reports))
    }
}

pub(super) fn report(work: &mut Work<'_, '_>, update: &OrderStatusUpdate) -> Result<Done<OrderKeys>, Failure> {
    let (mandator, mut row) = update.order(work)?;
    let event = Event::from(update.status);
    let next = match row.step(event) {
        Step::To(next) => next,
        Step::Recorded => row.order_status_id,
        Step::Refused if event == Event::Canceled => {
            cancel::check(&row, &update.order_items)?;
            row.order_status_id
        }
        Step::Refused => {
            return Err(Failure::new(code::STATUS_NOT_ALLOWED, [row.order_status_id.word(), update.status.word()]));
        }
    };
    if !update.order_items.is_empty() && event != Event::Canceled {
        let right = if event == Event::Shipped { "shipping_information/contents/content" } else { "CANCELED, order_items/order_item" };
        return Err(Failure::new(code::POSITIONS_MISPLACED, [update.status.word(), right]).within("order_items"));
    }
    let (payments, before) = (payments_of(update, event, &row)?, row.clone());
    advise(work, mandator, update, event);
    record(work, &mut row, event, &payments);
    let mut changed = orders::add_payments(work.tx, row.order_id, payments.clone())?;
    let fact = match event {
        Event::Shipped => {
            let shipped = ship::ship(work, mandator, &row, &update.shipping_informations)?;
            work.concerns(shipped.accounts);
            changed |= shipped.changed;
            // A payment in the same record counts.
            if let (true, Step::To(next)) = (shipped.complete, row.step(event)) {
                orders::set_status(&mut row, next);
            }
            Some(FactKind::Shipped { packets: Vec::new(), together: shipped.together })
        }
        Event::Canceled => {
            changed |= ship::note(work, mandator, &row, &update.shipping_informations)?;
            let cancelled = cancel::cancel(work, &mut row, &update.order_items)?;
            work.concerns(cancelled.accounts);
            changed |= cancelled.changed;
            Some(cancelled.fact)
        }
        Event::Paid => {
            changed |= ship::note(work, mandator, &row, &update.shipping_informations)?;
            let transaction_id = payments.iter().find_map(|payment| payment.transaction_id.clone());
            let told = orders::pay(work.tx, &mut row, transaction_id)?;
            work.wake(told);
            None
        }
        Event::Fetched | Event::Acknowledged => {
            changed |= ship::note(work, mandator, &row, &update.shipping_informations)?;
            orders::set_status(&mut row, next);
            // After the goods left, an acknowledgement says nothing any more.
            (event == Event::Acknowledged && !row.data.is_told(FactName::Shipped)).then_some(FactKind::Acknowledged)
        }
    };
    tell(work, &mut row, fact)?;
    if changed || row != before {
        orders::save(work.tx, &mut row, &author(work))?;
    }
    Ok((Some(ReportAction::Update), OrderKeys::of(&row)))
}

/// Warns of a parcel that leaves later than tomorrow, and of an IBAN that is none.
fn advise(work: &mut Work<'_, '_>, mandator: &Mandator, update: &OrderStatusUpdate, event: Event) {
    let latest = work.tx.stamp.day_in(mandator.time_zone).succ_opt().unwrap_or_default();
    for (packet, number) in update.shipping_informations.iter().zip(1..) {
        let day = packet.shipping_date.map(|time| time.stamp(mandator.time_zone).day_in(mandator.time_zone));
        if let Some(day) = day.filter(|day| *day > latest && event == Event::Shipped) {
            let ahead = Failure::quoting(code::SHIPPED_AHEAD, [&day.to_string()]).within("shipping_date");
            work.advice.add(ahead.within(Place::entry("shipping_information", number)));
        }
    }
    for payment in &update.payment_informations {
        look_at_iban(&mut work.advice, "iban", payment.iban.as_deref());
    }
}

/// Who changed an order. A person may log in as the user of the ERP, which asks for what others changed.
fn author(work: &Work<'_, '_>) -> String {
    let name = &work.user.name;
    if work.by_person { format!("{name} (console)") } else { name.clone() }
}

/// Writes a fact for the order's channel, where there is something to say, and then what waited for it. The caller saves the row.
pub(super) fn tell(work: &mut Work<'_, '_>, row: &mut OrderRow, fact: Option<FactKind>) -> Result<(), Failure> {
    let Some(fact) = fact else { return Ok(()) };
    let told = orders::tell(work.tx, row, fact)?;
    work.wake(told);
    let told = orders::report_waiting(work.tx, row)?;
    work.wake(told);
    Ok(())
}

/// The payments that a record reports. `PAID` says that they are paid; one without payment data reports a payment too.
fn payments_of(update: &OrderStatusUpdate, event: Event, row: &OrderRow) -> Result<Vec<PaymentDocument>, Failure> {
    let mut payments = update.payment_informations.iter().map(OrderPayment::stored).collect::<Result<Vec<_>, Failure>>()?;
    if event == Event::Paid {
        if payments.is_empty() {
            payments.push(PaymentDocument { transaction_id: row.transaction_id_1.clone(), ..PaymentDocument::default() });
        }
        for payment in &mut payments {
            payment.payment_status_id.get_or_insert(PaymentStatus::Paid);
        }
    }
    Ok(payments)
}

/// What the event leaves in the order beside its status.
fn record(work: &Work<'_, '_>, row: &mut OrderRow, event: Event, payments: &[PaymentDocument]) {
    if let Some(stated) = payments.iter().rev().find_map(|payment| payment.payment_status_id) {
        row.data.payment_status_id = Some(stated);
    }
    match event {
        Event::Paid => {}
        // What a person does leaves the order to the ERP, which has to fetch it all the same.
        _ if work.by_person => {}
        // Who ships or cancels an order has taken it over, also if he never said so.
        Event::Fetched | Event::Acknowledged | Event::Shipped | Event::Canceled => {
            row.export_date.get_or_insert(work.tx.stamp.0);
        }
    }
}
