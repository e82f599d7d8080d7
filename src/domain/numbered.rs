//! Enums that the database keeps as numbers.

/// Defines an enum with the number under which each value is stored, and the word for it in calls, logs and texts. Both
/// stay for ever: rows and callers know them.
macro_rules! numbered {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$value_meta:meta])* $value:ident = $id:literal, $word:literal; )+
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[$value_meta])* $value, )+
        }

        impl $name {
            pub const ALL: [$name; [$( $id, )+].len()] = [$( $name::$value, )+];

            pub const fn id(self) -> i32 {
                match self {
                    $( $name::$value => $id, )+
                }
            }

            /// `None` for a number that stands for nothing.
            pub const fn from_id(id: i32) -> Option<$name> {
                match id {
                    $( $id => Some($name::$value), )+
                    _ => None,
                }
            }

            pub const fn word(self) -> &'static str {
                match self {
                    $( $name::$value => $word, )+
                }
            }
        }
    )+ };
}

pub(crate) use numbered;
