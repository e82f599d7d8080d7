//! New orders by the ERP: phone sales, the only ones that do not come from a channel (`order-calls.md` 3).

use super::OrderItemUpdate;
use super::form::{OrderUpdate, header};
use crate::config::{Mandator, PHONE_SALES, PaymentMethod};
use crate::domain::customer::check_number;
use crate::domain::order::{PaymentStatus, Workflow};
use crate::domain::{AnyOf, Failure, FieldName, MandatorId, Place, Worded, code, limits};
use crate::operations::Work;
use crate::store::orders::customers::CustomerRow;
use crate::store::orders::{self, OrderItemRow, OrderRow, customers};
use crate::store::outbox::{self, Topic};

/// Whether the request names the sub channel of phone sales; `None`: it names none.
pub(super) fn names_phone_sales(work: &Work<'_, '_>, update: &OrderUpdate) -> Result<Option<bool>, Failure> {
    let known = &work.settings.sub_channels;
    let (found, shown) = match (update.sub_channel_id, &update.sub_channel_identifier) {
        (Some(id), _) => (work.settings.sub_channel(id), id.to_string()),
        (None, Some(name)) => {
            let found = known.iter().find(|sub_channel| sub_channel.identifier.to_lowercase() == name.to_lowercase());
            (found, name.clone())
        }
        (None, None) => return Ok(None),
    };
    match found {
        Some(sub_channel) => Ok(Some(sub_channel.sub_channel_id == PHONE_SALES)),
        None => Err(Failure::new(code::UNKNOWN_SUB_CHANNEL, [&shown])),
    }
}

/// Stores a phone sale with its positions, which reserve stock in the mandator's warehouses.
pub(super) fn phone_sale(work: &mut Work<'_, '_>, mandator: &Mandator, update: &OrderUpdate) -> Result<OrderRow, Failure> {
    let mandator_id = mandator.mandator_id;
    let method = payment_method(work, update)?;
    let workflow = method.map_or(Workflow::Prepayment, |method| Workflow::of_payment_method(&method.identifier));
    if update.order_items.is_empty() {
        return Err(Failure::missing("order_items"));
    }
    let mut positions = Vec::with_capacity(update.order_items.len());
    for (index, item) in update.order_items.iter().enumerate() {
        let position = position_of(work, mandator_id, item).map_err(|failure| failure.within(Place::entry("order_item", index + 1)))?;
        positions.push(position);
    }
    let mut row = OrderRow::new(mandator_id, PHONE_SALES, workflow);
    row.order_number = update.order_number.unwrap_or_default();
    row.order_number_prefix = update.order_number_prefix.clone().filter(|prefix| !prefix.is_empty());
    row.last_changed_by = work.user.name.clone();
    row.payment_method_id = method.map(|method| method.payment_method_id);
    row.data.payment_method_identifier = method.map(|method| method.identifier.clone());
    row.data.payment_status_id = Some(PaymentStatus::Unpaid);
    header(work.settings, &mut row, update, mandator)?;
    let mut customer = customer(work, mandator_id, update)?;
    customers::follow_order(work.tx, &mut customer, &row.data, None)?;
    row.customer_id = Some(customer.customer_id);
    let warehouses = orders::warehouses_of(&mut work.tx.conn, &row, work.settings)?;
    let (row, sold) = orders::insert(work.tx, row, positions, &warehouses)?;
    let accounts = outbox::mark_items(work.tx, &sold, &[Topic::Quantity])?;
    work.concerns(accounts);
    Ok(row)
}

fn payment_method<'w>(work: &Work<'w, '_>, update: &OrderUpdate) -> Result<Option<&'w PaymentMethod>, Failure> {
    let methods = &work.settings.payment_methods;
    let (found, field, shown) = match (update.payment_method_id, &update.payment_method_identifier) {
        (Some(id), _) => (methods.iter().find(|m| m.payment_method_id == id), "payment_method_id", id.to_string()),
        (None, Some(name)) => {
            (methods.iter().find(|m| m.identifier.to_lowercase() == name.to_lowercase()), "payment_method_identifier", name.clone())
        }
        (None, None) => return Ok(None),
    };
    found.map(Some).ok_or_else(|| Failure::new(code::UNKNOWN_PAYMENT_METHOD, [&shown]).within(field))
}

fn position_of(work: &mut Work<'_, '_>, mandator_id: MandatorId, item: &OrderItemUpdate) -> Result<OrderItemRow, Failure> {
    let quantity = item.quantity.ok_or_else(|| Failure::missing("quantity"))?;
    let price = item.price.ok_or_else(|| Failure::missing("price"))?;
    if !(1..=limits::PIECES).contains(&quantity) {
        return Err(Failure::quoting(code::OUT_OF_RANGE, [&quantity, &Worded::range(1, limits::PIECES)]).within("quantity"));
    }
    for (sent, field) in [(item.cancelled_quantity, "cancelled_quantity"), (item.returned_quantity, "returned_quantity")] {
        if let Some(sent) = sent.filter(|sent| *sent != 0) {
            return Err(Failure::quoting(code::NEW_POSITION, [&sent]).within(field));
        }
    }
    let key = match (item.item_id, &item.internal_item_number) {
        (Some(id), _) => Some(("item_id", id.to_string())),
        (None, Some(number)) => Some(("internal_item_number", number.clone())),
        (None, None) => None,
    };
    let sold = match key {
        None => None,
        Some((name, value)) => {
            let conn = &mut work.tx.conn;
            let mut found = orders::sold_items(conn, mandator_id, item.item_id, &value)?;
            if found.len() > 1 {
                return Err(Failure::quoting(code::AMBIGUOUS, [&found.len(), &FieldName(name), &value, &FieldName("item_id")]));
            }
            Some(found.pop().ok_or_else(|| Failure::quoting(code::UNKNOWN_ITEM, [&FieldName(name), &value, &mandator_id]))?)
        }
    };
    // A position without an item (a service, a surcharge) has to say what it is.
    let identifier = match (&item.identifier, &sold) {
        (Some(identifier), _) => identifier.clone(),
        (None, Some(sold)) => sold.identifier.clone(),
        (None, None) => {
            return Err(Failure::quoting(code::MISSING, [&AnyOf(&["internal_item_number", "item_id", "identifier"])]));
        }
    };
    Ok(OrderItemRow {
        item_id: sold.as_ref().map(|sold| sold.item_id),
        internal_item_number: sold.map(|sold| sold.internal_item_number),
        tax_rate: item.tax_rate.map(|rate| rate.0),
        ..OrderItemRow::new(identifier, quantity, price.0)
    })
}

/// The customer by id, by number (an unknown number is a new customer) or by e-mail address.
fn customer(work: &mut Work<'_, '_>, mandator_id: MandatorId, update: &OrderUpdate) -> Result<CustomerRow, Failure> {
    let given = update.customer.clone().unwrap_or_default();
    let email = given.email.or_else(|| {
        let address = update.invoice_address.as_ref()?;
        address.email.as_ref().cloned()
    });
    let email = email.as_deref();
    if let Some(id) = given.customer_id {
        let known = customers::by_id(&mut work.tx.conn, mandator_id, id)?;
        let unknown = || Failure::quoting(code::UNKNOWN_CUSTOMER, [&FieldName("customer_id"), &id, &mandator_id]).within("customer");
        return known.ok_or_else(unknown);
    }
    match given.customer_number {
        Some(number) => match customers::by_number(&mut work.tx.conn, mandator_id, number)? {
            Some(known) => Ok(known),
            None => {
                check_number(number).map_err(|failure| failure.within("customer"))?;
                customers::create(work.tx, mandator_id, None, Some(number), None, email)
            }
        },
        None => customers::buyer(work.tx, mandator_id, None, None, email),
    }
}
