use super::fetch::{CustomerFilter, FetchCustomersRequest};
use super::update::UpdateCustomersRequest;
use super::*;
use crate::domain::{AccountId, MandatorId};
use crate::operations::testing::{call, fetch, is, records, request};
use crate::store::Store;
use crate::store::orders::customers::buyer;
use crate::store::testing::on_stores;

fn numbered(number: i32) -> CustomerRecord {
    CustomerRecord { mandator_id: MandatorId(1), customer_number: Some(number), ..CustomerRecord::default() }
}

fn named(number: i32, last_name: &str) -> CustomerRecord {
    CustomerRecord { last_name: Patch::Set(last_name.into()), ..numbered(number) }
}

fn under(external_id: &str) -> CustomerRecord {
    CustomerRecord {
        significant_key: Some(CustomerKey::External1),
        customer_number: None,
        external_customer_id_1: Patch::Set(external_id.into()),
        ..named(0, "Hopper")
    }
}

fn with_address(number: i32, address: CustomerAddressRecord) -> CustomerRecord {
    CustomerRecord { shipping_addresses: vec![address], ..numbered(number) }
}

/// Sends customers; gives the return codes of the reports, each with the customer's id.
fn sent<const N: usize>(store: &Store, customers: [CustomerRecord; N]) -> Vec<(i32, Option<i32>)> {
    let request = UpdateCustomersRequest { customers: records("customer", customers), ..Default::default() };
    let reports = call::<UpdateCustomers>(store, request).result.reports;
    reports.into_iter().map(|report| (report.return_code, report.customer.and_then(|keys| keys.customer_id))).collect()
}

fn codes<const N: usize>(store: &Store, customers: [CustomerRecord; N]) -> Vec<i32> {
    sent(store, customers).into_iter().map(|(code, _)| code).collect()
}

fn found(store: &Store, filter: CustomerFilter) -> Vec<CustomerRecord> {
    let filters = vec![CustomerFilter { mandator_id: is(MandatorId(1)), ..filter }];
    fetch::<FetchCustomers>(store, FetchCustomersRequest { filters, ..Default::default() }).customers
}

/// Sends groups as an ERP does, each with its name and perhaps a number.
fn groups<const N: usize>(store: &Store, groups: [(&str, Option<&str>); N]) -> Vec<i32> {
    let group = |(identifier, external_id): (&str, Option<&str>)| {
        let external_id = external_id.map(|id| format!("<external_id>{id}</external_id>")).unwrap_or_default();
        format!("<customer_group><mandator_id>1</mandator_id><identifier>{identifier}</identifier>{external_id}</customer_group>")
    };
    let groups: String = groups.map(group).concat();
    let request = request::<UpdateCustomerGroups>(&format!("<request>{groups}</request>"));
    call::<UpdateCustomerGroups>(store, request).result.reports.into_iter().map(|report| report.return_code).collect()
}

#[test]
fn keys_have_content_and_no_blanks_around_it() {
    on_stores(|store| {
        assert_eq!(codes(store, [under("  "), named(0, "Ada"), named(-5, "Ada"), under("A")]), [-3001, -3010, -3010, 0]);
        let (first, again) = (sent(store, [under("A")]), sent(store, [under(" A ")]));
        assert_eq!(first, again);
        assert_eq!(found(store, CustomerFilter::default())[0].external_customer_id_1, Patch::Set("A".into()));
    });
}

#[test]
fn a_group_is_found_by_its_name_whatever_blanks_are_around_it() {
    on_stores(|store| {
        assert_eq!(groups(store, [("retail", None), (" retail ", Some("1")), ("   ", None), ("trade", Some(" 1 "))]), [0, 0, -3001, -5019]);
        assert_eq!(groups(store, [("retail", Some("")), ("trade", Some("1"))]), [0, 0], "an empty number is free again");
        let in_group = |name: &str| CustomerRecord { customer_group_identifier: Patch::Set(name.into()), ..named(1, "Ada") };
        assert_eq!(codes(store, [in_group("retail "), in_group("nobody")]), [0, -4026]);
        assert_eq!(found(store, CustomerFilter::default())[0].customer_group_identifier, Patch::Set("retail".into()));
    });
}

#[test]
fn a_customer_has_a_name_and_keeps_one() {
    on_stores(|store| {
        let cleared = CustomerRecord { last_name: Patch::Clear, ..numbered(1) };
        let company = CustomerRecord { firm: Patch::Set("Ada Ltd".into()), ..cleared.clone() };
        let answers = codes(store, [named(1, " "), named(1, "Ada"), cleared.clone(), named(1, " "), company, cleared]);
        assert_eq!(answers, [-3001, 0, -3001, -3001, 0, 0]);
        // A buyer of whom the channel said no name gets a key nevertheless.
        let nobody = store.write(|tx| buyer(tx, MandatorId(1), Some(AccountId(101)), Some("B-1"), None)).unwrap();
        let keyed = CustomerRecord { external_customer_id_1: Patch::Set("D-1".into()), ..numbered(nobody.customer_number) };
        assert_eq!(codes(store, [keyed]), [0]);
    });
}

#[test]
fn a_number_of_another_customer_is_taken() {
    on_stores(|store| {
        let second = CustomerRecord { customer_number: Some(1), ..under("A") };
        assert_eq!(codes(store, [named(1, "Ada"), second, under("A")]), [0, -5019, 0]);
    });
}

#[test]
fn only_the_addresses_of_the_customer_are_changed_and_removed() {
    on_stores(|store| {
        let at = |city: &str| CustomerAddressRecord { city: Patch::Set(city.into()), ..CustomerAddressRecord::default() };
        let removed = |id| CustomerAddressRecord { delete: Some(true), address_id: Some(id), ..CustomerAddressRecord::default() };
        let moved = |id| CustomerAddressRecord { address_id: Some(id), ..at("Rome") };
        assert_eq!(codes(store, [named(1, "Ada"), named(2, "Grace"), with_address(1, at("Bonn")), with_address(2, at("Kiel"))]), [0; 4]);
        let foreign = [removed(2), moved(2), removed(3), removed(0), removed(-1)].map(|address| with_address(1, address));
        assert_eq!(codes(store, foreign), [-4024; 5]);
        // Removed twice, as by a repeated call.
        assert_eq!(codes(store, [removed(1), removed(1)].map(|address| with_address(1, address))), [0, 0]);
        let left: Vec<usize> = found(store, CustomerFilter::default()).iter().map(|customer| customer.shipping_addresses.len()).collect();
        assert_eq!(left, [0, 1]);
    });
}

#[test]
fn an_e_mail_address_is_found_without_case() {
    on_stores(|store| {
        let mail = |number, email: &str| CustomerRecord { email: Patch::Set(email.into()), ..named(number, "Ada") };
        assert_eq!(codes(store, [mail(1, "Ada@Example.org"), mail(2, "ÄDA@example.org")]), [0, 0]);
        for (asked, number) in [("ada@EXAMPLE.org", 1), ("Ada@Example.org", 1), ("ÄDA@Example.org", 2)] {
            let customers = found(store, CustomerFilter { email_address: is(asked.to_owned()), ..CustomerFilter::default() });
            assert_eq!(customers.iter().map(|customer| customer.customer_number).collect::<Vec<_>>(), [Some(number)], "{asked}");
        }
    });
}
