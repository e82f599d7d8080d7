//! What is kept of customers and their delivery addresses beside numbers, keys and e-mail address. There is no password:
//! nothing in Kontor needs one.

use chrono::NaiveDate;

use super::document::{Scalar, Shown};
use super::order::Address;
use super::{Failure, Worded, code};

/// Salutations with their words on the wire (`order-calls.md` 10.1).
pub(crate) const SALUTATIONS: [(i32, &str); 3] = [(1, "mr"), (2, "ms"), (3, "business")];
/// Kinds of customers with their words on the wire.
pub(crate) const CUSTOMER_TYPES: [(i32, &str); 2] = [(1, "private"), (2, "business")];

crate::document! {
    ($)
    /// A customer.
    Customer, CustomerUpdate, customer_fields {
        /// One of [`CUSTOMER_TYPES`].
        customer_type_id: Option<i32>,
        /// One of [`SALUTATIONS`].
        salutation_id: Option<i32>,
        firm: Option<String>,
        title: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        street: Option<String>,
        house_number: Option<String>,
        street_addition: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        region: Option<String>,
        /// ISO 3166 alpha-2.
        country_code_iso: Option<String>,
        phone: Option<String>,
        mobile_phone: Option<String>,
        fax: Option<String>,
        depositor: Option<String>,
        bank_account_number: Option<String>,
        bank_code: Option<String>,
        bank_name: Option<String>,
        swift_code: Option<String>,
        iban_code: Option<String>,
        homepage: Option<String>,
        skype: Option<String>,
        msn: Option<String>,
        icq: Option<String>,
        note: Option<String>,
        birthday: Option<NaiveDate>,
        tax_identification_number: Option<String>,
        tax_number: Option<String>,
    }
}

crate::document! {
    ($)
    /// A delivery address of a customer.
    CustomerAddress, CustomerAddressUpdate, customer_address_fields {
        /// One of [`SALUTATIONS`].
        salutation_id: Option<i32>,
        firm: Option<String>,
        title: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        street: Option<String>,
        house_number: Option<String>,
        street_addition: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        region: Option<String>,
        /// ISO 3166 alpha-2.
        country_code_iso: Option<String>,
        phone: Option<String>,
        email: Option<String>,
    }
}

impl Scalar for NaiveDate {
    fn shown(&self) -> Option<Shown<'_>> {
        None
    }
}

/// Numbers of customers start at 1.
pub(crate) fn check_number(number: i32) -> Result<(), Failure> {
    if number >= 1 {
        return Ok(());
    }
    Err(Failure::quoting(code::OUT_OF_RANGE, [&number, &Worded::range(1, i32::MAX)]).within("customer_number"))
}

impl Customer {
    /// Somebody, or a company.
    pub(crate) fn has_name(&self) -> bool {
        [&self.last_name, &self.firm].into_iter().flatten().any(|name| !name.trim().is_empty())
    }

    /// Takes name and address of an order over; what an address cannot say stays.
    pub(crate) fn follow(&mut self, address: &Address) {
        let salutation = |word: &String| SALUTATIONS.iter().find(|(_, known)| known == word).map(|(id, _)| *id);
        let known = |id: &i32| SALUTATIONS.iter().any(|(known, _)| known == id);
        // An address has no field that is not named here: the e-mail address is a column of the customer.
        macro_rules! take {
            ($($field:ident)*) => {
                let Address { salutation_id: _, salutation_identifier: _, email: _, $($field),* } = address;
                $( self.$field.clone_from($field); )*
            };
        }
        take!(firm title first_name last_name street house_number street_addition postal_code city region country_code_iso phone mobile_phone fax);
        self.salutation_id = address.salutation_id.filter(known).or_else(|| address.salutation_identifier.as_ref().and_then(salutation));
    }
}

#[cfg(test)]
mod tests {
    use super::Customer;
    use crate::domain::order::Address;

    #[test]
    fn a_customer_follows_an_order_but_keeps_what_no_order_says() {
        let mut customer = Customer { iban_code: Some("DE1".into()), city: Some("Bonn".into()), ..Customer::default() };
        let address = Address {
            salutation_identifier: Some("ms".into()),
            last_name: Some("Lovelace".into()),
            postal_code: Some("10115".into()),
            ..Address::default()
        };
        customer.follow(&address);
        assert_eq!((customer.salutation_id, customer.last_name.as_deref()), (Some(2), Some("Lovelace")));
        assert_eq!((customer.city, customer.iban_code.as_deref()), (None, Some("DE1")), "the old city belongs to another address");
        customer = Customer::default();
        customer.follow(&Address { salutation_id: Some(9), salutation_identifier: Some("mx".into()), ..Address::default() });
        assert_eq!(customer.salutation_id, None, "there is no such number");
    }
}
