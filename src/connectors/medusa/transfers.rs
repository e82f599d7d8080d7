//! Customers. A customer is updated, never created: Medusa gives each buyer an id, and orders name it.
//!
//! Medusa has no place for VAT id, tax number, bank account, date of birth and fax of a customer; delivery addresses that he entered
//! himself stay as they are.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::addresses::{Place, deliveries, filled};
use super::super::rule::{Failure, rule_or_error};
use super::super::{ChannelError, CustomerRecord, Outcome, Record, Transfer};
use super::Medusa;
use super::api::outcome_of;
use super::found::{Id, list};
use super::inputs::put;
use crate::domain::customer::Customer;
use crate::domain::message::channel;

const FIELDS: &str = "id,groups.id,groups.name,*addresses";

#[derive(Debug, Deserialize)]
struct Known {
    id: String,
    #[serde(default, deserialize_with = "list")]
    groups: Vec<Group>,
    #[serde(default, deserialize_with = "list")]
    addresses: Vec<Address>,
}

#[derive(Debug, Deserialize)]
struct Group {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Address {
    id: String,
    #[serde(default)]
    is_default_billing: bool,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Medusa {
    pub(super) fn push_transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let result = match &transfer.record {
            Record::Customer(customer) => self.update_customer(customer),
            Record::Coupon(coupon) => self.put_promotion(transfer.external_number.as_deref(), coupon),
            Record::Message(_) | Record::Dispute(_) => return Err(ChannelError::unsupported("messages and disputes")),
        };
        result.or_else(|failure| rule_or_error(failure, outcome_of))
    }

    fn update_customer(&self, sent: &CustomerRecord) -> Result<Outcome, Failure> {
        let filter = if sent.key.contains('@') { "email" } else { "id[]" };
        let query = [(filter, sent.key.as_str()), ("fields", FIELDS), ("limit", "1")];
        let found: Vec<Known> = self.api.list(&["customers"], "customers", &query)?;
        let Some(known) = found.into_iter().next() else {
            return Ok(Outcome::Refused(channel::customer_unknown(&sent.key)));
        };
        self.api.post(&["customers", &known.id], "id", &customer_input(sent))?;
        if let Some(mut address) = address_input(&(&sent.customer).into()) {
            let billing = known.addresses.iter().find(|address| address.is_default_billing);
            if billing.is_none() {
                address.insert("is_default_billing".to_owned(), json!(true));
            }
            self.put_address(&known, billing, address)?;
        }
        for (stale, address) in
            deliveries(sent, &known.addresses, address_input, same_address, |address: &Address| address.is_default_billing)
        {
            self.put_address(&known, stale, address)?;
        }
        self.move_to_group(&known, sent)?;
        Ok(Outcome::Done { external_number: Some(known.id), url: None, messages: Vec::new() })
    }

    fn put_address(&self, of: &Known, instead: Option<&Address>, address: Map<String, Value>) -> Result<(), Failure> {
        let addresses = ["customers", of.id.as_str(), "addresses"];
        match instead {
            Some(known) => self.api.post(&[&addresses[..], &[&known.id]].concat(), "id", &Value::Object(address))?,
            None => self.api.post(&addresses, "id", &Value::Object(address))?,
        };
        Ok(())
    }

    /// Into the group of the ERP, and out of those that the ERP knows beside it. Others are the shop's own.
    fn move_to_group(&self, known: &Known, sent: &CustomerRecord) -> Result<(), Failure> {
        let left = known.groups.iter().filter(|group| sent.other_groups.contains(&group.name));
        let mut remove: Vec<&str> = left.map(|group| group.id.as_str()).collect();
        let wanted = sent.group.as_ref().filter(|name| known.groups.iter().all(|group| group.name != **name));
        // A group that was renamed in the ERP is renamed here, with all of its members.
        let before = sent.group_before.as_ref().filter(|before| !sent.other_groups.contains(before));
        let add = wanted.map(|name| self.group(name, before.map(String::as_str))).transpose()?;
        if let Some(id) = &add {
            let old = known.groups.iter().filter(|old| old.id != *id && before == Some(&old.name));
            remove.extend(old.map(|old| old.id.as_str()));
        }
        let add: Vec<String> = add.into_iter().filter(|id| known.groups.iter().all(|group| group.id != *id)).collect();
        if remove.is_empty() && add.is_empty() {
            return Ok(());
        }
        let body = json!({ "add": add, "remove": remove });
        self.api.post(&["customers", &known.id, "customer-groups"], "id", &body).map(drop)
    }

    /// The group of a name; the one that had another name before gets it, and one that the shop lacks is created.
    fn group(&self, name: &str, before: Option<&str>) -> Result<String, Failure> {
        if let Some(id) = self.find_group(name)? {
            return Ok(id);
        }
        match before.map(|before| self.find_group(before)).transpose()?.flatten() {
            Some(id) => {
                self.api.post(&["customer-groups", &id], "id", &json!({ "name": name }))?;
                Ok(id)
            }
            None => {
                let reply = self.api.post(&["customer-groups"], "id", &json!({ "name": name }))?;
                Ok(reply.part::<Id>("/customer_group")?.id)
            }
        }
    }

    fn find_group(&self, name: &str) -> Result<Option<String>, Failure> {
        let query = [("name", name), ("fields", "id,name"), ("limit", "1")];
        let found: Vec<Id> = self.api.list(&["customer-groups"], "customer_groups", &query)?;
        Ok(found.into_iter().next().map(|group| group.id))
    }
}

fn customer_input(sent: &CustomerRecord) -> Value {
    let Customer { first_name, last_name, firm, phone, mobile_phone, .. } = &sent.customer;
    let mut input = json!({
        "first_name": filled(first_name.as_ref()),
        "last_name": filled(last_name.as_ref()),
        "company_name": filled(firm.as_ref()),
        "phone": filled(phone.as_ref()).or(filled(mobile_phone.as_ref())),
    });
    // It is the login: an empty one would lock the customer out.
    if let Some(email) = filled(sent.email.as_ref()) {
        put(&mut input, "email", json!(email));
    }
    input
}

/// An address; `None` without a street or a country.
fn address_input(place: &Place<'_>) -> Option<Map<String, Value>> {
    let input = json!({
        "first_name": place.first_name,
        "last_name": place.last_name,
        "company": place.firm,
        "address_1": place.street_line()?,
        "address_2": place.street_addition,
        "city": place.city,
        "province": place.region,
        "postal_code": place.postal_code,
        "country_code": place.country_code_iso?.to_lowercase(),
        "phone": place.phone,
    });
    input.as_object().cloned()
}

/// Whether an address of the shop says what one of ours does.
fn same_address(known: &Address, input: &Map<String, Value>) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().trim().to_lowercase();
    input.iter().all(|(field, value)| text(Some(value)) == text(known.rest.get(field)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Address, address_input, customer_input, same_address};
    use crate::connectors::CustomerRecord;
    use crate::domain::customer::Customer;

    #[test]
    fn a_customer_keeps_his_login_and_gets_an_address_only_if_it_is_one() {
        let customer = Customer { first_name: Some("Ada".into()), street: Some("Main Road".into()), ..Customer::default() };
        let record = |email: Option<&str>| CustomerRecord {
            key: "7".into(),
            email: email.map(str::to_owned),
            customer: customer.clone(),
            ..CustomerRecord::default()
        };
        let input = customer_input(&record(Some("ada@example.org")));
        assert_eq!((&input["first_name"], &input["last_name"], &input["email"]), (&json!("Ada"), &Value::Null, &json!("ada@example.org")));
        assert_eq!(customer_input(&record(Some(" "))).get("email"), None);
        assert_eq!(address_input(&(&customer).into()), None, "in which country?");
        let whole = Customer { house_number: Some("5".into()), country_code_iso: Some("GB".into()), ..customer };
        let address = address_input(&(&whole).into()).unwrap();
        assert_eq!((&address["address_1"], &address["country_code"]), (&json!("Main Road 5"), &json!("gb")));
        // As the shop gives it back.
        let mut known =
            json!({ "id": "a", "first_name": "Ada", "last_name": null, "company": "", "address_1": "Main Road 5", "country_code": "gb" });
        let read = |known: &Value| serde_json::from_value::<Address>(known.clone()).unwrap();
        assert!(same_address(&read(&known), &address));
        known["city"] = json!("London");
        assert!(!same_address(&read(&known), &address));
    }
}
