//! The numbers of records, each kind a type of its own: the number of an account does not pass for that of an article.

/// Defines types of numbers. The field is open: numbers are made where they enter (the wire, rows, the configuration) and
/// taken apart where they leave.
macro_rules! id {
    ($( $(#[$meta:meta])* $name:ident; )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i32);

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        // Tests compare with the numbers that a reader sees.
        #[cfg(test)]
        impl PartialEq<i32> for $name {
            fn eq(&self, number: &i32) -> bool {
                self.0 == *number
            }
        }

        impl crate::domain::wording::Quote for $name {
            fn quote(&self) -> crate::domain::wording::Arg {
                self.0.quote()
            }
        }
    )+ };
}

id! {
    /// A mandator: a merchant, and what belongs to him.
    MandatorId;
    /// An account at a sales channel.
    AccountId;
    /// A warehouse.
    WarehouseId;
    /// A price list.
    PricelistId;
    /// An article.
    ItemId;
    /// An offer: an article in an account.
    OfferId;
    /// An order.
    OrderId;
    /// A position of an order.
    OrderItemId;
    /// What a channel accepted and works on.
    TaskId;
    /// A payment.
    PaymentId;
    /// A document of an order.
    DocumentId;
    /// A shipping label.
    LabelId;
    /// A file of the merchant.
    MediaId;
}
