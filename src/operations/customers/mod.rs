//! Customers: `updateCustomers`, `fetchCustomers` (`order-calls.md` 10.1), and their groups (10.2; the form is inferred).
//!
//! Decided here: a customer has at most one group; passwords are not taken, because nothing here needs them; delivery
//! addresses that are sent again without their id are not stored twice.

mod fetch;
mod groups;
mod taken;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use fetch::FetchCustomers;
pub(crate) use groups::{FetchCustomerGroups, UpdateCustomerGroups};
pub(crate) use taken::take_over;
pub(crate) use update::UpdateCustomers;

use super::wire::{Day, Patch, Time};
use crate::domain::customer::{
    CUSTOMER_TYPES, Customer, CustomerAddress, CustomerAddressUpdate, CustomerUpdate, SALUTATIONS, customer_address_fields, customer_fields,
};
use crate::domain::limits;
use crate::domain::{AccountId, Failure, MandatorId, Worded, code};
use crate::{show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies a customer.
    CustomerKey {
        /// The number of the customer.
        Number = "customer_number",
        /// Kontor's own id.
        Id = "customer_id",
        /// The first foreign id.
        External1 = "external_customer_id_1",
        /// The second foreign id.
        External2 = "external_customer_id_2",
    }

    /// Which field identifies an address.
    CustomerAddressKey {
        /// Kontor's own id.
        Id = "address_id",
    }

    /// The kind of a customer.
    CustomerType {
        /// A person.
        Private = "private",
        /// A company.
        Business = "business",
    }

    /// How somebody is addressed.
    Salutation {
        /// Mr.
        Mr = "mr",
        /// Ms.
        Ms = "ms",
        /// A company.
        Business = "business",
    }
}

wire! {
    /// A customer. In an update a missing field keeps what is stored, an empty one clears it.
    CustomerRecord {
        /// Which field identifies the customer. Default CUSTOMER_NUMBER.
        significant_key: Option<CustomerKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Kontor's own id.
        customer_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The account whose buyer it is; not read in requests.
        account_id: Option<AccountId>,
        /// 1 private, 2 business.
        customer_type_id: Patch<i32>,
        /// The same in words.
        customer_type_identifier: Option<CustomerType>,
        /// Number of the customer, unique in the mandator; given by Kontor where it is missing.
        customer_number: Option<i32>,
        /// First foreign id.
        external_customer_id_1: Patch<String> [max(50)],
        /// Second foreign id.
        external_customer_id_2: Patch<String> [max(50)],
        /// Customer group by number.
        customer_group_id: Patch<i32>,
        /// The same by its identifier; empty: no group.
        customer_group_identifier: Patch<String>,
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: Patch<i32>,
        /// The same in words.
        salutation_identifier: Option<Salutation>,
        /// Company.
        firm: Patch<String> [max(limits::FIRM)],
        /// Title.
        title: Patch<String> [max(limits::TITLE)],
        /// First name.
        first_name: Patch<String> [max(limits::FIRST_NAME)],
        /// Last name. A new customer needs it, or a company.
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
        email: Patch<String> [max(limits::CHANNEL_NUMBER)],
        /// Holder of the bank account.
        depositor: Patch<String>,
        /// National number of the bank account.
        bank_account_number: Patch<String>,
        /// National number of the bank.
        bank_code: Patch<String>,
        /// Name of the bank.
        bank_name: Patch<String>,
        /// BIC.
        swift_code: Patch<String>,
        /// IBAN.
        iban_code: Patch<String>,
        /// Web address.
        homepage: Patch<String>,
        /// Name in Skype.
        skype: Patch<String>,
        /// Name in MSN.
        msn: Patch<String>,
        /// Number in ICQ.
        icq: Patch<String>,
        /// Note.
        note: Patch<String>,
        /// Date of birth.
        birthday: Patch<Day>,
        /// VAT id.
        tax_identification_number: Patch<String>,
        /// National tax number.
        tax_number: Patch<String>,
        /// Delivery addresses to add, change or remove; others stay.
        shipping_addresses: Vec<CustomerAddressRecord> [each("address")],
        /// When it was stored; not read in requests.
        created_at: Option<Time>,
        /// When it was last changed; not read in requests.
        last_changed: Option<Time>,
    }

    /// A delivery address of a customer.
    CustomerAddressRecord {
        /// Which field identifies the address.
        significant_key: Option<CustomerAddressKey> [attr],
        /// true: remove this address.
        delete: Option<bool> [attr, typed("remove")],
        /// Kontor's own id; without it the address is new, unless the customer has the same one already.
        address_id: Option<i32>,
        /// 1 Mr, 2 Ms, 3 company.
        salutation_id: Patch<i32>,
        /// The same in words.
        salutation_identifier: Option<Salutation>,
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
        /// E-mail address.
        email: Patch<String>,
    }

    /// The keys of a customer.
    CustomerKeys {
        /// Kontor's own id.
        customer_id: Option<i32>,
        /// The mandator.
        mandator_id: MandatorId,
        /// Number of the customer.
        customer_number: Option<i32>,
        /// First foreign id.
        external_customer_id_1: Option<String>,
        /// Second foreign id.
        external_customer_id_2: Option<String>,
    }
}

/// Of a number and a word for it one is enough; the number counts (`protocol.md` 3.3).
fn one_of(id: Patch<i32>, word: Option<&str>, known: &[(i32, &str)], field: &'static str) -> Result<Patch<i32>, Failure> {
    match (id, word) {
        (Patch::Set(id), _) if !known.iter().any(|(number, _)| *number == id) => {
            let range = Worded::range(1, known.len());
            Err(Failure::quoting(code::OUT_OF_RANGE, [&id, &range]).within(field))
        }
        (Patch::Keep | Patch::Clear, Some(word)) => {
            Ok(known.iter().find(|(_, known)| *known == word).map_or(Patch::Keep, |(id, _)| Patch::Set(*id)))
        }
        (id, _) => Ok(id),
    }
}

impl CustomerRecord {
    /// Fills the numbers of what was said in words.
    fn number_words(&mut self) -> Result<(), Failure> {
        let kind = self.customer_type_identifier.map(CustomerType::word);
        self.customer_type_id = one_of(std::mem::take(&mut self.customer_type_id), kind, &CUSTOMER_TYPES, "customer_type_id")?;
        let salutation = self.salutation_identifier.map(Salutation::word);
        self.salutation_id = one_of(std::mem::take(&mut self.salutation_id), salutation, &SALUTATIONS, "salutation_id")?;
        Ok(())
    }

    fn update(self) -> CustomerUpdate {
        let record = self;
        customer_fields!(update_of, CustomerUpdate, record, {
            significant_key reference_id customer_id mandator_id account_id customer_type_identifier customer_number
            external_customer_id_1 external_customer_id_2 customer_group_id customer_group_identifier salutation_identifier
            email shipping_addresses created_at last_changed
        })
    }

    fn show(&mut self, document: Customer) {
        let record = self;
        record.customer_type_identifier = match document.customer_type_id {
            Some(1) => Some(CustomerType::Private),
            Some(2) => Some(CustomerType::Business),
            _ => None,
        };
        record.salutation_identifier = document.salutation_id.and_then(salutation);
        customer_fields!(show, record, document);
    }
}

impl CustomerAddressRecord {
    fn number_words(&mut self) -> Result<(), Failure> {
        let salutation = self.salutation_identifier.map(Salutation::word);
        self.salutation_id = one_of(std::mem::take(&mut self.salutation_id), salutation, &SALUTATIONS, "salutation_id")?;
        Ok(())
    }

    fn update(self) -> CustomerAddressUpdate {
        let record = self;
        customer_address_fields!(update_of, CustomerAddressUpdate, record, { significant_key delete address_id salutation_identifier })
    }

    fn of(address_id: i32, document: CustomerAddress) -> CustomerAddressRecord {
        let mut record = CustomerAddressRecord { address_id: Some(address_id), ..CustomerAddressRecord::default() };
        record.salutation_identifier = document.salutation_id.and_then(salutation);
        customer_address_fields!(show, record, document);
        record
    }
}

fn salutation(id: i32) -> Option<Salutation> {
    match id {
        1 => Some(Salutation::Mr),
        2 => Some(Salutation::Ms),
        3 => Some(Salutation::Business),
        _ => None,
    }
}
