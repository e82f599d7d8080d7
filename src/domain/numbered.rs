//! Enums that the database keeps as numbers.

/// Defines an enum with the number under which each value is stored, and the word for it in calls, logs and texts. Both
/// stay for ever: rows and callers know them.
macro_rules! numbered {
    ($(
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$value_meta:meta])* $value:ident = $id:literal, $word:literal; )+
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $( $(#[$value_meta])* $value, )+
        }

        impl $name {
            #[allow(dead_code, reason = "not every list is gone through")]
            $vis const ALL: [$name; [$( $id, )+].len()] = [$( $name::$value, )+];

            $vis const fn id(self) -> i32 {
                match self {
                    $( $name::$value => $id, )+
                }
            }

            /// `None` for a number that stands for nothing.
            $vis const fn from_id(id: i32) -> Option<$name> {
                match id {
                    $( $id => Some($name::$value), )+
                    _ => None,
                }
            }

            #[allow(dead_code, reason = "not every value is named")]
            $vis const fn word(self) -> &'static str {
                match self {
                    $( $name::$value => $word, )+
                }
            }
        }
    )+ };
}

/// Lets documents contain enums as numbers.
macro_rules! as_number {
    ($($name:ident),+) => { $(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i32(self.id())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let id = i32::deserialize(deserializer)?;
                Self::from_id(id).ok_or_else(|| serde::de::Error::custom(format!("{id} stands for no {}", stringify!($name))))
            }
        }
    )+ };
}

pub(crate) use as_number;
pub(crate) use numbered;
