//! Two accounts in two channels of one shop, with the same articles and other currencies.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::{beside, connector_in, merchant, numbers, offer, unique, variant_of};
use crate::connectors::vendure::Vendure;
use crate::connectors::{Connector, OfferChange, Outcome, Price, lock};
use crate::domain::message::Message;
use crate::domain::offer::Wanted;
use crate::domain::{Currency, Decimal, Money};

/// A channel of its own that sells in francs and dollars: its id and token. Kontor's login may work there.
fn channel() -> (String, String) {
    // The role of Kontor's login has one list of channels.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = lock(&ONE_AT_A_TIME);
    let shop = merchant();
    let code = unique("channel");
    let zone =
        shop.api.call("{ activeChannel { defaultTaxZone { id } } }", json!({})).unwrap()["activeChannel"]["defaultTaxZone"]["id"].clone();
    let input = json!({ "code": code, "token": code, "defaultLanguageCode": "en", "availableLanguageCodes": ["de", "en"], "pricesIncludeTax": true,
        "defaultCurrencyCode": "CHF", "availableCurrencyCodes": ["CHF", "USD"], "defaultTaxZoneId": zone, "defaultShippingZoneId": zone });
    let made = shop
        .api
        .call("mutation ($i: CreateChannelInput!) { r: createChannel(input: $i) { ... on Channel { id } } }", json!({ "i": input }))
        .unwrap();
    let id = made["r"]["id"].clone();
    let location = json!({ "stockLocationIds": [shop.shop().unwrap().stock_location_id], "channelId": id });
    let assign = "mutation ($i: AssignStockLocationsToChannelInput!) { assignStockLocationsToChannel(input: $i) { id } }";
    shop.api.call(assign, json!({ "i": location })).unwrap();
    let roles =
        shop.api.call("{ roles { items { id code channels { id } } } }", json!({})).unwrap()["roles"]["items"].as_array().unwrap().clone();
    let role = roles.iter().find(|role| role["code"] == "erp").unwrap();
    let mut channels: Vec<Value> = role["channels"].as_array().unwrap().iter().map(|channel| channel["id"].clone()).collect();
    channels.push(id.clone());
    let update = "mutation ($id: ID!, $channels: [ID!]) { updateRole(input: {id: $id, channelIds: $channels}) { id } }";
    shop.api.call(update, json!({ "id": role["id"], "channels": channels })).unwrap();
    (id.as_str().unwrap().to_owned(), code)
}

fn money(amount: &str, currency: &str) -> Option<Money> {
    Some(Money::new(Decimal::parse(amount)?, Currency::parse(currency)?))
}

fn priced(change: &OfferChange, amount: &str, currency: &str) -> OfferChange {
    let price = money(amount, currency).map(|money| Price { money, gross: true });
    let mut change = OfferChange { price, ..change.clone() };
    if let Some(content) = &mut change.content {
        content.language = "en".to_owned();
    }
    change
}

fn ended(change: &OfferChange) -> OfferChange {
    OfferChange { wanted: Wanted::Ended, content: None, price: None, quantity: None, ..change.clone() }
}

fn refusal(shop: &Vendure, change: &OfferChange) -> Message {
    match shop.submit(std::slice::from_ref(change)).unwrap().remove(0).outcome {
        Outcome::Refused(message) => message,
        other => panic!("{other:?}"),
    }
}

/// Number and prices of each variant with this SKU in the channel of a connector.
fn seen(shop: &Vendure, sku: &str) -> Vec<(String, Vec<(String, i64)>)> {
    let query = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}}) { items { id enabled prices { currencyCode price } } } }";
    let items = shop.api.call(query, json!({ "sku": sku })).unwrap()["productVariants"]["items"].as_array().unwrap().clone();
    let price = |price: &Value| (price["currencyCode"].as_str().unwrap().to_owned(), price["price"].as_i64().unwrap());
    let enabled = items.iter().filter(|item| item["enabled"] == true);
    enabled.map(|item| (item["id"].as_str().unwrap().to_owned(), item["prices"].as_array().unwrap().iter().map(price).collect())).collect()
}

#[test]
#[ignore = "needs a running shop"]
fn two_accounts_sell_one_article_in_two_channels() {
    let (_, token) = channel();
    let (german, swiss) = (connector_in("de", ""), connector_in("en", &format!("channel_token = '{token}'")));
    assert!(swiss.check().unwrap().found.contains("gross prices in CHF"));
    assert!(swiss.check().unwrap().missing.is_empty());
    let euros = offer(1, &unique("TWO"), "19.90", 5);
    let francs = priced(&euros, "24.90", "CHF");
    let id = numbers(&german, std::slice::from_ref(&euros)).remove(0);
    assert_eq!(refusal(&swiss, &priced(&euros, "24.90", "GBP")).line(), "CURRENCY: the price is in GBP, the shop's channel sells in CHF");
    assert!(seen(&swiss, &euros.sku).is_empty(), "a refused one is not in the channel");
    for _ in 0..2 {
        assert_eq!(numbers(&swiss, std::slice::from_ref(&francs)), std::slice::from_ref(&id), "no second variant");
    }
    assert_eq!(seen(&german, &euros.sku), [(id.clone(), vec![("EUR".to_owned(), 1990)])]);
    assert_eq!(seen(&swiss, &euros.sku), [(id.clone(), vec![("CHF".to_owned(), 2490)])]);
    // Each account ends its own.
    let no = refusal(&german, &ended(&euros));
    assert_eq!(
        no.line(),
        format!(
            "ENDED_ELSEWHERE: {} is on sale in other channels of the shop, too ({token}), and the default channel cannot be left",
            euros.sku
        )
    );
    assert_eq!(seen(&german, &euros.sku).len(), 1);
    for _ in 0..2 {
        assert!(matches!(swiss.submit(&[ended(&francs)]).unwrap().remove(0).outcome, Outcome::Done { .. }));
        assert_eq!((seen(&swiss, &euros.sku).len(), seen(&german, &euros.sku).len()), (0, 1));
    }
    assert_eq!(numbers(&swiss, std::slice::from_ref(&francs)), std::slice::from_ref(&id), "and lists it again");
    swiss.submit(&[ended(&francs)]).unwrap();
    numbers(&german, &[ended(&euros)]);
    assert_eq!(refusal(&swiss, &francs).code(), "SWITCHED_OFF", "to switch it on would list it in the other account's channel, too");
    assert!(seen(&german, &euros.sku).is_empty());
}

#[test]
#[ignore = "needs a running shop"]
fn a_new_variant_of_a_known_family_comes_into_the_accounts_channel_alone() {
    let (_, token) = channel();
    let (german, swiss) = (connector_in("de", ""), connector_in("en", &format!("channel_token = '{token}'")));
    let parent = unique("FAM");
    let blue = variant_of(&parent, "Blau", offer(1, &format!("{parent}-B"), "5.00", 3));
    numbers(&german, std::slice::from_ref(&blue));
    let red = beside(&blue, priced(&variant_of(&parent, "Rot", offer(1, &format!("{parent}-R"), "9.00", 3)), "9.00", "CHF"));
    let id = numbers(&swiss, std::slice::from_ref(&red));
    assert_eq!(seen(&swiss, &red.sku), [(id[0].clone(), vec![("CHF".to_owned(), 900)])]);
    assert!(seen(&swiss, &blue.sku).is_empty(), "its sibling was not asked for");
    let product = |sku: &str| super::variants(&german, sku)[0]["product"]["id"].clone();
    assert_eq!(product(&blue.sku), product(&red.sku));
    assert_eq!(numbers(&swiss, &[priced(&blue, "6.00", "CHF")]).len(), 1);
}

#[test]
#[ignore = "needs a running shop"]
fn a_channel_that_sells_in_two_currencies_has_an_account_for_each() {
    let (_, token) = channel();
    let francs = connector_in("en", &format!("channel_token = '{token}'"));
    let dollars = connector_in("en", &format!("channel_token = '{token}'\ncurrency = 'USD'"));
    assert!(dollars.check().unwrap().found.contains("prices in USD"));
    let wrong = connector_in("en", "currency = 'USD'").check().unwrap_err().to_string();
    assert!(
        wrong.contains("[accounts.settings] currency: the channel __default_channel__ does not sell in USD; it sells in EUR"),
        "{wrong}"
    );
    let change = priced(&offer(1, &unique("CUR"), "20.00", 5), "20.00", "CHF");
    let in_dollars = priced(&change, "23.00", "USD");
    assert_eq!(refusal(&dollars, &in_dollars).code(), "CURRENCY", "Vendure would sell it for 0 francs");
    let id = numbers(&francs, std::slice::from_ref(&change)).remove(0);
    assert_eq!(numbers(&dollars, &[in_dollars]), std::slice::from_ref(&id));
    let mut prices = seen(&francs, &change.sku).remove(0).1;
    prices.sort();
    assert_eq!(prices, [("CHF".to_owned(), 2000), ("USD".to_owned(), 2300)]);
    let key =
        crate::connectors::OfferKey { offer_id: change.offer_id, sku: change.sku.clone(), known_as: Vec::new(), external_number: Some(id) };
    let price = |shop: &Vendure| shop.find_offers(std::slice::from_ref(&key)).unwrap().remove(0).1.price;
    assert_eq!((price(&francs), price(&dollars)), (money("20.00", "CHF"), money("23.00", "USD")));
}
