//! The one address, of invoices and deliveries, whoever says it.

use serde::{Deserialize, Serialize};

/// Declares the address from the one list of its fields.
macro_rules! address {
    (
        $(#[$about:meta])* $address:ident {
            $(#[$number_about:meta])* $number:ident: i32,
            texts { $( $(#[$text_about:meta])* $text:ident, )+ }
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $address {
            $(#[$number_about])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $number: Option<i32>,
            $(
                $(#[$text_about])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $text: Option<String>,
            )+
        }

        impl $address {
            /// The address, unless it says nothing.
            pub fn filled(self) -> Option<$address> {
                Some(self).filter(|address| *address != $address::default())
            }

            /// Each field with its value.
            pub fn fields(&self) -> Vec<(&'static str, Option<String>)> {
                vec![
                    (stringify!($number), self.$number.as_ref().map(ToString::to_string)),
                    $( (stringify!($text), self.$text.clone()), )+
                ]
            }

            /// Each text.
            pub fn texts_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Option<String>)> {
                [$( (stringify!($text), &mut self.$text), )+].into_iter()
            }

            /// Takes over what somebody changed: of fields whose `old` value differs from the `new` one, that of `stored`.
            pub fn follow(&mut self, old: &$address, new: &$address, stored: &$address) {
                if old.$number != new.$number {
                    self.$number = stored.$number;
                }
                $( if old.$text != new.$text { self.$text.clone_from(&stored.$text); } )+
            }
        }
    };
}

address! {
    /// An address in the words of `updateCustomers` (`order-calls.md` 10.1). What nobody said is missing.
    Address {
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: i32,
        texts {
            salutation_identifier,
            firm,
            title,
            first_name,
            last_name,
            street,
            house_number,
            street_addition,
            postal_code,
            city,
            region,
            /// ISO 3166 alpha-2.
            country_code_iso,
            phone,
            mobile_phone,
            fax,
            email,
        }
    }
}
