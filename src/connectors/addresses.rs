//! Addresses of customers on their way to a shop.

use super::CustomerRecord;
use crate::domain::customer::{Customer, CustomerAddress};

/// What the address of a customer and the one of a delivery have in common. Texts are trimmed; an empty one is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub first_name: Option<&'a str>,
    pub last_name: Option<&'a str>,
    pub firm: Option<&'a str>,
    pub street: Option<&'a str>,
    pub house_number: Option<&'a str>,
    pub street_addition: Option<&'a str>,
    pub postal_code: Option<&'a str>,
    pub city: Option<&'a str>,
    pub region: Option<&'a str>,
    pub country_code_iso: Option<&'a str>,
    pub phone: Option<&'a str>,
}

macro_rules! place {
    ($of:ty: $($field:ident)*) => {
        impl<'a> From<&'a $of> for Place<'a> {
            fn from(of: &'a $of) -> Place<'a> {
                Place { $( $field: filled(of.$field.as_ref()), )* }
            }
        }
    };
    ($of:ty) => {
        place! { $of: first_name last_name firm street house_number street_addition postal_code city region country_code_iso phone }
    };
}
place! { Customer }
place! { CustomerAddress }

pub(crate) fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

impl Place<'_> {
    /// Street and number in one line.
    pub(crate) fn street_line(&self) -> Option<String> {
        let street = self.street?;
        Some(self.house_number.map_or_else(|| street.to_owned(), |number| format!("{street} {number}")))
    }
}

/// Delivery addresses that the shop lacks, as inputs for it, each with the address of the shop that it replaces. One that Kontor sent
/// before and that has changed since is changed; the customer's own stay, and so does what the ERP has removed.
pub(crate) fn deliveries<'k, K, I>(
    sent: &CustomerRecord,
    known: &'k [K],
    input: impl Fn(&Place<'_>) -> Option<I>,
    same: impl Fn(&K, &I) -> bool,
    is_billing: impl Fn(&K) -> bool,
) -> Vec<(Option<&'k K>, I)> {
    let mut there: Vec<&K> = known.iter().collect();
    let mut lacking = Vec::new();
    for (id, address) in &sent.addresses {
        let Some(wanted) = input(&address.into()) else { continue };
        if there.iter().any(|known| same(known, &wanted)) {
            continue;
        }
        let before = sent.addresses_before.iter().find(|(known, _)| known == id);
        let before = before.and_then(|(_, address)| input(&address.into()));
        let stale = before.and_then(|before| there.iter().position(|known| !is_billing(known) && same(known, &before)));
        lacking.push((stale.map(|at| there.swap_remove(at)), wanted));
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::{Place, deliveries};
    use crate::connectors::CustomerRecord;
    use crate::domain::customer::CustomerAddress;

    fn street(text: &str) -> CustomerAddress {
        CustomerAddress { street: Some(text.to_owned()), house_number: Some(" ".to_owned()), ..CustomerAddress::default() }
    }

    #[test]
    fn a_changed_delivery_address_replaces_the_one_that_was_sent_and_never_the_customers_own() {
        let known = ["Billing", "Own", "Old 1"];
        let sent = |addresses: &[(i32, &str)], before: &[(i32, &str)]| {
            let all = |list: &[(i32, &str)]| list.iter().map(|(id, text)| (*id, street(text))).collect();
            CustomerRecord { addresses: all(addresses), addresses_before: all(before), ..CustomerRecord::default() }
        };
        let lacking = |record: &CustomerRecord| {
            let found = deliveries(
                record,
                &known,
                |place: &Place<'_>| place.street_line(),
                |known, input| known == input,
                |known| *known == "Billing",
            );
            found.into_iter().map(|(old, new)| (old.copied(), new)).collect::<Vec<_>>()
        };
        assert_eq!(lacking(&sent(&[(1, "Own")], &[])), []);
        assert_eq!(lacking(&sent(&[(1, "New")], &[(1, "Old 1")])), [(Some("Old 1"), "New".to_owned())]);
        assert_eq!(lacking(&sent(&[(1, "New")], &[(1, "Billing")])), [(None, "New".to_owned())], "the bill goes on as it did");
        assert_eq!(lacking(&sent(&[(2, "New")], &[(1, "Old 1")])), [(None, "New".to_owned())]);
        assert_eq!(lacking(&sent(&[], &[(1, "Old 1")])), [], "what the ERP removed stays");
    }
}
