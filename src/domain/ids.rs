//! The numbers of records, each kind a type of its own: the number of an account does not pass for that of an article.

/// Defines types of numbers. The field is open: numbers are made where they enter (the wire, rows, the configuration) and
/// taken apart where they leave.
macro_rules! id {
    ($( $(#[$meta:meta])* $name:ident; )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i32);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
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
    /// An article.
    ItemId;
    /// An order.
    OrderId;
    /// A position of an order.
    OrderItemId;
}
