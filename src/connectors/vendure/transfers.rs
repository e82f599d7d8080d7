//! Customers and coupons. A customer is updated, never created: Vendure gives each buyer an id, and orders name it. A coupon is a
//! promotion with a code; one that has the code already is taken over, so that a repeat after a lost answer creates no second.
//!
//! Vendure has no place for VAT id, tax number, bank account, date of birth and fax of a customer; delivery addresses that
//! he entered himself stay as they are.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::addresses::{Place, deliveries};
use super::super::{ChannelError, CouponRecord, CustomerRecord, Outcome, Record, Transfer, lock};
use super::graphql::{Failure, refusal};
use super::inputs::outcome_of;
use super::shop::ShopSettings;
use super::{MONEY_DECIMALS, Vendure, part};
use crate::domain::coupon::CouponKind;
use crate::domain::message::{Message, channel};
use crate::domain::{Currency, Decimal};

const CUSTOMER: &str = "query ($filter: CustomerFilterParameter) { customers(options: {filter: $filter, take: 1}) { items { id
  groups { id name } addresses { id defaultBillingAddress fullName company streetLine1 streetLine2 city province postalCode phoneNumber
  country { code } } } } }";
const UPDATE_CUSTOMER: &str = "mutation ($input: UpdateCustomerInput!) { result: updateCustomer(input: $input) { __typename
  ... on Customer { id } ... on ErrorResult { errorCode message } } }";
const CREATE_ADDRESS: &str =
    "mutation ($id: ID!, $input: CreateAddressInput!) { createCustomerAddress(customerId: $id, input: $input) { id } }";
const UPDATE_ADDRESS: &str = "mutation ($input: UpdateAddressInput!) { updateCustomerAddress(input: $input) { id } }";
const GROUP: &str = "query ($name: String!) { customerGroups(options: {filter: {name: {eq: $name}}, take: 1}) { items { id } } }";
const CREATE_GROUP: &str = "mutation ($name: String!) { createCustomerGroup(input: {name: $name}) { id } }";
const RENAME_GROUP: &str = "mutation ($input: UpdateCustomerGroupInput!) { updateCustomerGroup(input: $input) { id } }";
const JOIN: &str = "mutation ($group: ID!, $ids: [ID!]!) { addCustomersToGroup(customerGroupId: $group, customerIds: $ids) { id } }";
const LEAVE: &str = "mutation ($group: ID!, $ids: [ID!]!) { removeCustomersFromGroup(customerGroupId: $group, customerIds: $ids) { id } }";
const PROMOTION: &str = "query ($filter: PromotionFilterParameter) { promotions(options: {filter: $filter, take: 1}) { items { id } } }";
const CREATE_PROMOTION: &str = "mutation ($input: CreatePromotionInput!) { result: createPromotion(input: $input) { __typename
  ... on Promotion { id } ... on ErrorResult { errorCode message } } }";
const UPDATE_PROMOTION: &str = "mutation ($input: UpdatePromotionInput!) { result: updatePromotion(input: $input) { __typename
  ... on Promotion { id } ... on ErrorResult { errorCode message } } }";

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    id: String,
    groups: Vec<Named>,
    addresses: Option<Vec<Value>>,
}

impl Vendure {
    pub(super) fn push_transfer(&self, transfer: &Transfer) -> Result<Outcome, ChannelError> {
        let result = match &transfer.record {
            Record::Customer(customer) => self.update_customer(customer),
            Record::Coupon(coupon) => self.put_promotion(transfer.external_number.as_deref(), coupon),
            Record::Message(_) | Record::Dispute(_) => return Err(ChannelError::unsupported("messages and disputes")),
        };
        match result {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Rule(rule)) => Ok(outcome_of(rule)),
            // A role that lacks this right alone must not stop everything else of the account.
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) if self.shop_anew().is_ok() => {
                Ok(Outcome::Refused(channel::right_missing()))
            }
            Err(Failure::Channel(error)) => Err(error),
        }
    }

    fn shop_anew(&self) -> Result<ShopSettings, ChannelError> {
        *lock(&self.shop) = None;
        self.shop()
    }

    fn update_customer(&self, sent: &CustomerRecord) -> Result<Outcome, Failure> {
        let by_email = sent.key.contains('@');
        let filter = if by_email { json!({ "emailAddress": { "eq": sent.key } }) } else { json!({ "id": { "eq": sent.key } }) };
        let mut data = self.api.call(CUSTOMER, json!({ "filter": filter }))?;
        let found: Vec<Known> = part(&mut data, "/customers/items")?;
        let Some(known) = found.into_iter().next() else {
            return Ok(Outcome::Refused(channel::customer_unknown(&sent.key)));
        };
        let data = self.api.call(UPDATE_CUSTOMER, json!({ "input": customer_input(&known.id, sent) }))?;
        if let Some(rule) = refusal(data.get("result")) {
            return Ok(outcome_of(rule));
        }
        if let Some(mut address) = address_input(&(&sent.customer).into()) {
            match known.addresses.iter().flatten().find(|address| is_billing(address)) {
                Some(billing) => self.update_address(billing, address)?,
                None => {
                    address.insert("defaultBillingAddress".to_owned(), json!(true));
                    self.api.call(CREATE_ADDRESS, json!({ "id": known.id, "input": address }))?;
                }
            }
        }
        self.send_deliveries(&known, sent)?;
        self.move_to_group(&known, sent)?;
        Ok(Outcome::Done { external_number: Some(known.id), url: None, messages: Vec::new() })
    }

    fn update_address(&self, known: &Value, mut address: Map<String, Value>) -> Result<(), Failure> {
        address.insert("id".to_owned(), known.get("id").cloned().unwrap_or_default());
        self.api.call(UPDATE_ADDRESS, json!({ "input": address }))?;
        Ok(())
    }

    fn send_deliveries(&self, known: &Known, sent: &CustomerRecord) -> Result<(), Failure> {
        let there = known.addresses.as_deref().unwrap_or_default();
        for (stale, input) in deliveries(sent, there, address_input, same_address, is_billing) {
            match stale {
                Some(stale) => self.update_address(stale, input)?,
                None => drop(self.api.call(CREATE_ADDRESS, json!({ "id": known.id, "input": input }))?),
            }
        }
        Ok(())
    }

    /// Into the group of the ERP, and out of those that the ERP knows beside it. Others are the shop's own.
    fn move_to_group(&self, known: &Known, sent: &CustomerRecord) -> Result<(), Failure> {
        let ids = [&known.id];
        for group in known.groups.iter().filter(|group| sent.other_groups.contains(&group.name)) {
            self.api.call(LEAVE, json!({ "group": group.id, "ids": ids }))?;
        }
        let Some(name) = sent.group.as_ref().filter(|name| known.groups.iter().all(|group| group.name != **name)) else {
            return Ok(());
        };
        // A group that was renamed in the ERP is renamed here, with all of its members.
        let before = sent.group_before.as_ref().filter(|before| !sent.other_groups.contains(before));
        let group = match (self.group(name)?, before) {
            (Some(group), _) => group,
            (None, before) => match before.map(|before| self.group(before)).transpose()?.flatten() {
                Some(group) => {
                    self.api.call(RENAME_GROUP, json!({ "input": { "id": group, "name": name } }))?;
                    group
                }
                None => part(&mut self.api.call(CREATE_GROUP, json!({ "name": name }))?, "/createCustomerGroup/id")?,
            },
        };
        for old in known.groups.iter().filter(|old| old.id != group && before == Some(&old.name)) {
            self.api.call(LEAVE, json!({ "group": old.id, "ids": ids }))?;
        }
        if known.groups.iter().all(|known| known.id != group) {
            self.api.call(JOIN, json!({ "group": group, "ids": ids }))?;
        }
        Ok(())
    }

    fn group(&self, name: &str) -> Result<Option<String>, Failure> {
        let mut data = self.api.call(GROUP, json!({ "name": name }))?;
        let found: Vec<Named> = part(&mut data, "/customerGroups/items")?;
        Ok(found.into_iter().next().map(|group| group.id))
    }

    fn put_promotion(&self, number: Option<&str>, sent: &CouponRecord) -> Result<Outcome, Failure> {
        let mut input = match promotion_input(sent, &self.shop()?) {
            Ok(input) => input,
            Err(message) => return Ok(Outcome::Refused(message)),
        };
        let mut known = match number {
            Some(number) => self.promotion(&json!({ "id": { "eq": number } }))?,
            None => None,
        };
        if known.is_none() {
            known = self.promotion(&json!({ "couponCode": { "eq": sent.code } }))?;
        }
        let mutation = match known {
            Some(id) => {
                input.insert("id".to_owned(), json!(id));
                UPDATE_PROMOTION
            }
            None => CREATE_PROMOTION,
        };
        let mut data = self.api.call(mutation, json!({ "input": input }))?;
        if let Some(rule) = refusal(data.get("result")) {
            return Ok(outcome_of(rule));
        }
        Ok(Outcome::Done { external_number: Some(part(&mut data, "/result/id")?), url: None, messages: Vec::new() })
    }

    fn promotion(&self, filter: &Value) -> Result<Option<String>, Failure> {
        let mut data = self.api.call(PROMOTION, json!({ "filter": filter }))?;
        let found: Vec<Named> = part(&mut data, "/promotions/items")?;
        Ok(found.into_iter().next().map(|promotion| promotion.id))
    }
}

fn customer_input(id: &str, sent: &CustomerRecord) -> Value {
    let customer = &sent.customer;
    let mut input = Map::new();
    input.insert("id".to_owned(), json!(id));
    input.insert("firstName".to_owned(), json!(customer.first_name.as_deref().unwrap_or_default()));
    input.insert("lastName".to_owned(), json!(customer.last_name.as_deref().unwrap_or_default()));
    input.insert("phoneNumber".to_owned(), json!(customer.phone.as_ref().or(customer.mobile_phone.as_ref())));
    // It is the login: an empty one would lock the customer out.
    if let Some(email) = sent.email.as_deref().filter(|email| !email.trim().is_empty()) {
        input.insert("emailAddress".to_owned(), json!(email));
    }
    Value::Object(input)
}

fn is_billing(address: &Value) -> bool {
    address.get("defaultBillingAddress") == Some(&Value::Bool(true))
}

/// Whether an address of the shop says what one of ours does.
fn same_address(known: &Value, input: &Map<String, Value>) -> bool {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let country = known.pointer("/country/code");
    input.iter().all(|(field, value)| text(Some(value)) == text(if field == "countryCode" { country } else { known.get(field) }))
}

/// An address for the shop; `None` without a street or a country, which Vendure needs.
fn address_input(place: &Place<'_>) -> Option<Map<String, Value>> {
    let street = place.street_line()?;
    let country = place.country_code_iso?;
    let names: Vec<&str> = [place.first_name, place.last_name].into_iter().flatten().collect();
    // The shop's columns take no null.
    let input = json!({
        "fullName": names.join(" "),
        "company": place.firm.unwrap_or_default(),
        "streetLine1": street,
        "streetLine2": place.street_addition.unwrap_or_default(),
        "city": place.city.unwrap_or_default(),
        "province": place.region.unwrap_or_default(),
        "postalCode": place.postal_code.unwrap_or_default(),
        "countryCode": country,
        "phoneNumber": place.phone.unwrap_or_default(),
    });
    input.as_object().cloned()
}

/// Input of `createPromotion` and, with an id, of `updatePromotion`; or why the shop cannot have the coupon.
fn promotion_input(sent: &CouponRecord, shop: &ShopSettings) -> Result<Map<String, Value>, Message> {
    let coupon = &sent.coupon;
    let argument = |name: &str, value: String| json!({ "name": name, "value": value });
    let amount = |amount: Decimal| {
        let currency = coupon.currency_code_iso.as_deref().unwrap_or_default();
        if Currency::parse(currency) != Some(shop.currency) {
            return Err(channel::coupon_currency(&sent.code, currency, shop.currency.code()));
        }
        let inexact = || channel::price_inexact(amount.to_string(), currency, MONEY_DECIMALS.to_string());
        amount.to_units(MONEY_DECIMALS).map(|units| units.to_string()).ok_or_else(inexact)
    };
    let value = coupon.value.unwrap_or(Decimal::ZERO);
    let (action, arguments) = match coupon.kind {
        Some(CouponKind::Percent) => ("order_percentage_discount", vec![argument("discount", value.to_string())]),
        Some(CouponKind::Amount) => ("order_fixed_discount", vec![argument("discount", amount(value)?)]),
        Some(CouponKind::FreeShipping) => ("free_shipping", Vec::new()),
        None => return Err(channel::value_unknown("KIND", "the coupon does not say what it gives")),
    };
    let mut conditions = Vec::new();
    if let Some(least) = coupon.minimum_order_value {
        let arguments = [argument("amount", amount(least)?), argument("taxInclusive", shop.gross.to_string())];
        conditions.push(json!({ "code": "minimum_order_amount", "arguments": arguments }));
    }
    let name = coupon.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&sent.code);
    let input = json!({
        "enabled": coupon.active != Some(false),
        "couponCode": sent.code,
        "startsAt": sent.from,
        "endsAt": sent.until,
        "usageLimit": coupon.usage_limit,
        "perCustomerUsageLimit": coupon.usage_limit_per_customer,
        "conditions": conditions,
        "actions": [{ "code": action, "arguments": arguments }],
        "translations": [{ "languageCode": sent.language, "name": name, "description": "" }],
    });
    match input {
        Value::Object(input) => Ok(input),
        _ => Ok(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{address_input, customer_input, promotion_input, same_address};
    use crate::connectors::vendure::tests::shop;
    use crate::connectors::{CouponRecord, CustomerRecord};
    use crate::domain::Decimal;
    use crate::domain::coupon::{Coupon, CouponKind};
    use crate::domain::customer::Customer;

    fn coupon(coupon: Coupon) -> CouponRecord {
        let from = Some("2026-11-30T23:00:00Z".parse().unwrap());
        CouponRecord { code: "SAVE5".into(), coupon, from, until: None, language: "de".into() }
    }

    #[test]
    fn a_coupon_becomes_a_promotion_with_a_code() {
        let euros = Coupon {
            kind: Some(CouponKind::Amount),
            value: Some(Decimal(50_000)),
            minimum_order_value: Some(Decimal(250_000)),
            currency_code_iso: Some("EUR".into()),
            usage_limit: Some(100),
            active: Some(false),
            ..Coupon::default()
        };
        let input = json!(promotion_input(&coupon(euros.clone()), &shop()).unwrap());
        assert_eq!((&input["enabled"], &input["couponCode"], &input["usageLimit"]), (&json!(false), &json!("SAVE5"), &json!(100)));
        assert_eq!((&input["startsAt"], &input["endsAt"]), (&json!("2026-11-30T23:00:00Z"), &json!(null)));
        assert_eq!(input["actions"], json!([{ "code": "order_fixed_discount", "arguments": [{ "name": "discount", "value": "500" }] }]));
        assert_eq!(input["conditions"][0]["arguments"][0], json!({ "name": "amount", "value": "2500" }));
        assert_eq!(input["translations"][0]["name"], "SAVE5", "a promotion needs a name");
        for (currency, code) in [("USD", "CURRENCY"), ("EUR", "PRICE")] {
            let wrong = Coupon { currency_code_iso: Some(currency.into()), value: Some(Decimal(50_001)), ..euros.clone() };
            assert_eq!(promotion_input(&coupon(wrong), &shop()).unwrap_err().code(), code);
        }
        let percent = Coupon { kind: Some(CouponKind::Percent), value: Some(Decimal(125_000)), ..Coupon::default() };
        let input = json!(promotion_input(&coupon(percent), &shop()).unwrap());
        assert_eq!(input["actions"][0]["arguments"], json!([{ "name": "discount", "value": "12.50" }]), "in any currency");
    }

    #[test]
    fn a_customer_keeps_his_login_and_gets_an_address_only_if_it_is_one() {
        let customer = Customer { first_name: Some("Ada".into()), street: Some("Main Road".into()), ..Customer::default() };
        let record = |email: Option<&str>| CustomerRecord {
            key: "7".into(),
            email: email.map(str::to_owned),
            customer: customer.clone(),
            ..CustomerRecord::default()
        };
        let input = customer_input("7", &record(Some("ada@example.org")));
        assert_eq!((&input["firstName"], &input["lastName"]), (&json!("Ada"), &json!("")));
        assert_eq!(input["emailAddress"], "ada@example.org");
        assert_eq!(customer_input("7", &record(Some(" "))).get("emailAddress"), None);
        assert_eq!(address_input(&(&customer).into()), None, "in which country?");
        let whole = Customer { house_number: Some("5".into()), country_code_iso: Some("GB".into()), ..customer };
        let address = address_input(&(&whole).into()).unwrap();
        assert_eq!((&address["streetLine1"], &address["countryCode"]), (&json!("Main Road 5"), &json!("GB")));
        // As the shop gives it back.
        let mut known = json!({ "id": "4", "fullName": "Ada", "company": "", "streetLine1": "Main Road 5", "streetLine2": null, "city": "",
            "province": "", "postalCode": "", "phoneNumber": "", "country": { "code": "GB" } });
        assert!(same_address(&known, &address));
        known["city"] = json!("London");
        assert!(!same_address(&known, &address));
    }
}
