//! What `cancelOrders` and `adjustOrders` share: orders in elements that are named after their platform, and what a caller
//! that waited learns of their channels. Only `ottomarket_order` is documented (`order-calls.md` 6.1); the other names
//! follow its pattern.

use super::{OrderKeys, OrderSignificantKey, order_record};
use crate::domain::platform::same_platform;
use crate::domain::{Failure, OrderId, code};
use crate::operations::wire::{Field, FieldSpec, FieldType, Records, Types, Writer, platform_in};
use crate::operations::{Face, Finished, Work};
use crate::store::Conn;
use crate::store::orders::OrderRow;
use crate::store::outbox;
use crate::xml::Node;
use crate::{reports, write_request};

write_request! {
    /// Orders of channels.
    PlatformOrdersRequest {
        /// The orders, each in an element of its platform (ottomarket_order, ebay_order), or in order for any.
        orders: Records<PlatformOrder> [per_platform("order")],
        /// true: answer only after the channels have taken or refused it, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

order_record! {
    /// An order of a channel.
    PlatformOrder {
        /// The platform that the order has to be of, such as ottomarket; on the compat face the name of the element says it.
        platform: OrderPlatform,
    }
}

reports! { PlatformOrdersResult, PlatformOrderReport, order: OrderKeys }

/// The platform that a record names; `None` where any is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OrderPlatform(Option<String>);

impl OrderPlatform {
    #[cfg(test)]
    pub(super) fn named(name: &str) -> OrderPlatform {
        OrderPlatform(Some(name.to_owned()))
    }

    /// Refuses an order of another platform.
    pub(super) fn check(&self, work: &Work<'_, '_>, row: &OrderRow) -> Result<(), Failure> {
        let Some(named) = &self.0 else { return Ok(()) };
        let account = row.account_id.and_then(|id| work.settings.account(id));
        let channel = work.settings.sub_channel(row.sub_channel_id).map(|site| site.channel.as_str());
        let connector = account.map(|account| account.connector.as_str());
        if [channel, connector].into_iter().flatten().any(|own| same_platform(named, own)) {
            return Ok(());
        }
        let own = channel.or(connector).unwrap_or_default();
        Err(Failure::quoting(code::PLATFORM_DIFFERS, [&row.order_number, &own, named]))
    }
}

impl Field for OrderPlatform {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure> {
        match platform_in(parent.name(), "order") {
            Some(platform) => Ok(OrderPlatform(Some(platform.to_owned()))),
            None => Option::<String>::read_field(parent, spec, face).map(OrderPlatform),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        self.0.write_field(out, spec);
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Option::<String>::describe(spec, types)
    }
}

/// What the channels did not take of what a call reported to them, for a caller that waited.
pub(super) fn refused_facts(conn: &mut Conn<'_>, call: &Finished) -> Result<Vec<(OrderId, Failure)>, Failure> {
    if !call.synchronous {
        return Ok(Vec::new());
    }
    let refused = outbox::refused_facts(conn, call.stamp, &call.awaits)?;
    Ok(refused.into_iter().map(|(order_id, error)| (order_id, Failure::new(code::CHANNEL_REFUSED, [&error]))).collect())
}

/// The same in the reports of the call. True: there is something.
pub(super) fn tell_refusals(conn: &mut Conn<'_>, call: &Finished, result: &mut PlatformOrdersResult) -> Result<bool, Failure> {
    let refused = refused_facts(conn, call)?;
    for (order_id, failure) in &refused {
        let about = |report: &&mut PlatformOrderReport| report.order.as_ref().is_some_and(|order| order.order_id == Some(*order_id));
        for report in result.reports.iter_mut().filter(about).filter(|report| report.return_code == 0) {
            report.return_code = failure.return_code();
            report.error_description = Some(failure.text(call.reader));
        }
    }
    Ok(!refused.is_empty())
}
