//! Invoice and delivery addresses, in the words of `updateCustomers` (`order-calls.md` 10.1).

use crate::domain::customer::SALUTATIONS;
use crate::domain::limits;
use crate::domain::order::Address;
use crate::operations::wire::Patch;
use crate::wire;

/// Declares an address from its fields, which are those of the stored one.
macro_rules! address {
    (
        $(#[doc = $doc:expr])*
        $name:ident { $( $(#[doc = $field_doc:expr])* $field:ident: $type:ty $([$($option:tt)*])?, )* }
    ) => {
        wire! {
            $(#[doc = $doc])*
            $name { $( $(#[doc = $field_doc])* $field: $type $([$($option)*])?, )* }
        }

        impl $name {
            fn take_onto(self, stored: &mut Address) {
                $( self.$field.onto(&mut stored.$field); )*
            }

            pub(super) fn of(stored: Address) -> $name {
                let Address { $($field),* } = stored;
                $name { $( $field: Patch::from($field), )* }
            }
        }
    };
}

address! {
    /// An address. In an update a missing field keeps what is stored, an empty one clears it.
    OrderAddress {
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: Patch<i32>,
        /// mr, ms or business.
        salutation_identifier: Patch<String>,
        /// Company.
        firm: Patch<String> [max(limits::FIRM)],
        /// Title.
        title: Patch<String> [max(limits::TITLE)],
        /// First name.
        first_name: Patch<String> [max(limits::FIRST_NAME)],
        /// Last name.
        last_name: Patch<String> [max(limits::LAST_NAME)],
        /// Street.
        street: Patch<String> [max(limits::STREET)],
        /// House number.
        house_number: Patch<String>,
        /// Supplement.
        street_addition: Patch<String>,
        /// Postal code.
        postal_code: Patch<String>,
        /// City.
        city: Patch<String>,
        /// State or region.
        region: Patch<String>,
        /// Country, ISO 3166 alpha-2.
        country_code_iso: Patch<String>,
        /// Phone number.
        phone: Patch<String>,
        /// Mobile phone number.
        mobile_phone: Patch<String>,
        /// Fax number.
        fax: Patch<String>,
        /// E-mail address.
        email: Patch<String>,
    }
}

impl OrderAddress {
    /// Takes the update over a stored address. Of the two ways to name the salutation one is enough.
    pub(super) fn onto(mut self, stored: &mut Address) {
        if let (Some(id), true) = (self.salutation_id.as_ref(), self.salutation_identifier.is_keep()) {
            let word = SALUTATIONS.iter().find(|(known, _)| known == id);
            self.salutation_identifier = word.map_or(Patch::Clear, |(_, word)| Patch::Set((*word).to_owned()));
        } else if let (Some(word), true) = (self.salutation_identifier.as_ref(), self.salutation_id.is_keep()) {
            let id = SALUTATIONS.iter().find(|(_, known)| known == word);
            self.salutation_id = id.map_or(Patch::Clear, |(id, _)| Patch::Set(*id));
        }
        self.take_onto(stored);
    }
}
