//! How a request names an order (`order-calls.md` 1.1).

use crate::domain::{AccountId, AllOf, AnyOf, Failure, FieldName, MandatorId, OrderId, Worded, code};
use crate::store::Conn;
use crate::store::orders::{self, OrderKey, OrderRow};
use crate::{wire, wire_enum};

wire_enum! {
    /// The field that names the order.
    OrderSignificantKey {
        /// Kontor's own id.
        OrderId = "order_id",
        /// The visible number, where it is unique without its prefix.
        OrderNumber = "order_number",
        /// The visible number together with its prefix.
        OrderNumberAndPrefix = "order_number_and_prefix",
        /// The first foreign number, by convention the ERP's order number.
        ExternalOrderNumber1 = "external_order_number_1",
        /// The second foreign number.
        ExternalOrderNumber2 = "external_order_number_2",
        /// The channel's order number; the same as MARKETPLACE_ORDER_ID_1.
        MarketplaceOrderId = "marketplace_order_id",
        /// The channel's order number.
        MarketplaceOrderId1 = "marketplace_order_id_1",
        /// The channel's second order number.
        MarketplaceOrderId2 = "marketplace_order_id_2",
        /// The transaction id of the payment.
        TransactionId1 = "transaction_id_1",
        /// The second transaction id of the payment.
        TransactionId2 = "transaction_id_2",
    }
}

wire! {
    /// The numbers of an order.
    OrderKeys {
        /// Kontor's own id.
        order_id: Option<OrderId>,
        /// The mandator.
        mandator_id: Option<MandatorId>,
        /// Prefix of the order number, such as a word per account.
        order_number_prefix: Option<String>,
        /// The visible number; unique together with the prefix.
        order_number: Option<i32>,
        /// First foreign number, by convention the ERP's order number.
        external_order_number_1: Option<String>,
        /// Second foreign number.
        external_order_number_2: Option<String>,
        /// The channel's order number.
        marketplace_order_id: Option<String>,
        /// The channel's second order number.
        marketplace_order_id_2: Option<String>,
    }
}

/// Declares a record about one order, with everything by which it may be named, and further fields:
/// `order_record! { /// The new status of one order. OrderStatusUpdate { /// What happened. status: OrderEvent, } }`.
macro_rules! order_record {
    ($(#[doc = $doc:expr])* $name:ident { $($further:tt)* }) => {
        $crate::wire! {
            $(#[doc = $doc])*
            $name {
                /// The field that names the order.
                significant_key: OrderSignificantKey [attr],
                /// The caller's own text, given back on the report.
                reference_id: Option<String> [attr],
                /// The mandator.
                mandator_id: $crate::domain::MandatorId,
                /// Kontor's own id.
                order_id: Option<$crate::domain::OrderId>,
                /// Order number.
                order_number: Option<i32>,
                /// Prefix of the order number.
                order_number_prefix: Option<String>,
                /// First foreign number.
                external_order_number_1: Option<String> [max(100), key],
                /// Second foreign number.
                external_order_number_2: Option<String> [max(100), key],
                /// Transaction id of the payment.
                transaction_id_1: Option<String>,
                /// Second transaction id of the payment.
                transaction_id_2: Option<String>,
                /// The channel's order number.
                marketplace_order_id_1: Option<String> [typed("marketplace_order_id"), key],
                /// The channel's second order number.
                marketplace_order_id_2: Option<String>,
                /// Account of the order; decides where several accounts have an order under the key.
                account_id: Option<$crate::domain::AccountId>,
                $($further)*
            }
        }

        impl $name {
            fn numbers(&self) -> $crate::operations::orders::keys::Numbers<'_> {
                $crate::operations::orders::keys::Numbers {
                    order_id: self.order_id,
                    order_number: self.order_number,
                    order_number_prefix: self.order_number_prefix.as_deref(),
                    external_order_number_1: self.external_order_number_1.as_deref(),
                    external_order_number_2: self.external_order_number_2.as_deref(),
                    marketplace_order_id: self.marketplace_order_id_1.as_deref(),
                    marketplace_order_id_2: self.marketplace_order_id_2.as_deref(),
                    transaction_id_1: self.transaction_id_1.as_deref(),
                    transaction_id_2: self.transaction_id_2.as_deref(),
                }
            }

            #[allow(dead_code, reason = "not every record has a report of its own")]
            /// For a report on a record that failed.
            pub(super) fn keys(&self) -> OrderKeys {
                self.numbers().keys(self.mandator_id)
            }

            /// The order that is meant, and its mandator.
            pub(super) fn order<'w>(
                &self,
                work: &mut $crate::operations::Work<'w, '_>,
            ) -> Result<(&'w $crate::config::Mandator, $crate::store::orders::OrderRow), $crate::domain::Failure> {
                let mandator = work.mandator(self.mandator_id)?;
                let row = self.numbers().order(&mut work.tx.conn, (mandator.mandator_id, self.account_id), self.significant_key)?;
                Ok((mandator, row))
            }
        }
    };
}
pub(super) use order_record;

impl OrderKeys {
    pub(crate) fn of(row: &OrderRow) -> OrderKeys {
        OrderKeys {
            order_id: Some(row.order_id),
            mandator_id: Some(row.mandator_id),
            order_number_prefix: row.order_number_prefix.clone(),
            order_number: Some(row.order_number),
            external_order_number_1: row.external_order_number_1.clone(),
            external_order_number_2: row.external_order_number_2.clone(),
            marketplace_order_id: row.marketplace_order_id.clone(),
            marketplace_order_id_2: row.marketplace_order_id_2.clone(),
        }
    }
}

/// The numbers that a request gives for an order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers<'r> {
    pub order_id: Option<OrderId>,
    pub order_number: Option<i32>,
    pub order_number_prefix: Option<&'r str>,
    pub external_order_number_1: Option<&'r str>,
    pub external_order_number_2: Option<&'r str>,
    pub marketplace_order_id: Option<&'r str>,
    pub marketplace_order_id_2: Option<&'r str>,
    pub transaction_id_1: Option<&'r str>,
    pub transaction_id_2: Option<&'r str>,
}

impl Numbers<'_> {
    /// The key that the request chose; `None` when its field is missing or empty.
    pub(super) fn key(&self, chosen: OrderSignificantKey) -> Option<OrderKey> {
        use OrderSignificantKey as Chosen;
        let text = |text: Option<&str>| text.map(str::to_owned);
        match chosen {
            Chosen::OrderId => self.order_id.map(OrderKey::OrderId),
            Chosen::OrderNumber => self.order_number.map(OrderKey::OrderNumber),
            Chosen::OrderNumberAndPrefix => Some(OrderKey::OrderNumberAndPrefix(self.order_number?, text(self.order_number_prefix)?)),
            Chosen::ExternalOrderNumber1 => text(self.external_order_number_1).map(OrderKey::ExternalOrderNumber1),
            Chosen::ExternalOrderNumber2 => text(self.external_order_number_2).map(OrderKey::ExternalOrderNumber2),
            Chosen::MarketplaceOrderId | Chosen::MarketplaceOrderId1 => text(self.marketplace_order_id).map(OrderKey::MarketplaceOrderId),
            Chosen::MarketplaceOrderId2 => text(self.marketplace_order_id_2).map(OrderKey::MarketplaceOrderId2),
            Chosen::TransactionId1 => text(self.transaction_id_1).map(OrderKey::TransactionId1),
            Chosen::TransactionId2 => text(self.transaction_id_2).map(OrderKey::TransactionId2),
        }
    }

    /// The one order under the chosen key, in a mandator and, where one is named, in an account.
    pub(super) fn order(
        &self,
        conn: &mut Conn<'_>,
        (mandator_id, account_id): (MandatorId, Option<AccountId>),
        chosen: OrderSignificantKey,
    ) -> Result<OrderRow, Failure> {
        let key = self.key(chosen).ok_or_else(|| missing_key(chosen))?;
        let found = order_under(conn, mandator_id, account_id, &key)?;
        found.ok_or_else(|| unknown_order(mandator_id, account_id, &key))
    }

    /// For a report on a record that failed: what the caller said.
    pub(super) fn keys(&self, mandator_id: MandatorId) -> OrderKeys {
        let text = |text: Option<&str>| text.map(str::to_owned);
        OrderKeys {
            order_id: self.order_id,
            mandator_id: Some(mandator_id),
            order_number_prefix: text(self.order_number_prefix),
            order_number: self.order_number,
            external_order_number_1: text(self.external_order_number_1),
            external_order_number_2: text(self.external_order_number_2),
            marketplace_order_id: text(self.marketplace_order_id),
            marketplace_order_id_2: text(self.marketplace_order_id_2),
        }
    }
}

/// What has to be sent for a chosen key.
pub(super) fn missing_key(chosen: OrderSignificantKey) -> Failure {
    match chosen {
        OrderSignificantKey::OrderNumberAndPrefix => Failure::quoting(code::MISSING, [&AllOf(&["order_number", "order_number_prefix"])]),
        other => Failure::missing(other.word()),
    }
}

/// The one order under a key, `None` where there is none; several are refused.
pub(crate) fn order_under(
    conn: &mut Conn<'_>,
    mandator_id: MandatorId,
    account_id: Option<AccountId>,
    key: &OrderKey,
) -> Result<Option<OrderRow>, Failure> {
    match orders::find(conn, mandator_id, account_id, key)?.as_slice() {
        [] => Ok(None),
        [one] => orders::get(conn, *one),
        several => {
            let (name, value) = key.shown();
            Err(Failure::quoting(code::AMBIGUOUS, [&several.len(), &FieldName(name), &value, &AnyOf(&["order_id", "account_id"])]))
        }
    }
}

pub(crate) fn unknown_order(mandator_id: MandatorId, account_id: Option<AccountId>, key: &OrderKey) -> Failure {
    let (name, value) = key.shown();
    let place = match account_id {
        None => Worded::of(mandator_id.to_string(), mandator_id.to_string()),
        Some(account) => Worded::of(format!("{mandator_id}, account {account}"), format!("{mandator_id}, Konto {account}")),
    };
    Failure::quoting(code::UNKNOWN_ORDER, [&FieldName(name), &value, &place])
}
