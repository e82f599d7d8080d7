//! A running shop as the conformance suite plays on it: buyers use its store API, the merchant its admin API, and between Kontor
//! and the shop is a proxy that makes the weather. Start a shop with `tests/medusa/shop`, then
//! `KONTOR_TEST_MEDUSA=http://127.0.0.1:3300 KONTOR_SUITE=medusa cargo test --lib suite`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Url;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::http::{Http, Method};
use super::super::slug::slug;
use super::super::suite::{
    Act, Deed, Edit, Fault, Opened, Proxy, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate, png, serve_pictures,
};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use super::found::{PRODUCT, VARIANT};
use super::images::digest_of;
use super::inputs::ONLY_OPTION;
use crate::domain::Decimal;
use crate::domain::hex::hex;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: false,
    untried: &[("clock", "The suite cannot set the clock of a real shop. The connector compares only times of the shop with each other.")],
};

const TIMEOUT: Duration = Duration::from_secs(30);
/// An EAN that an article of the merchant's has: Medusa takes no EAN twice.
const TAKEN_EAN: &str = "4006381333948";

fn open() -> Opened {
    let url = std::env::var("KONTOR_TEST_MEDUSA")
        .map_err(|_| "KONTOR_TEST_MEDUSA holds no address of a shop; start one with tests/medusa/shop, or run ./test medusa")?;
    Ok(vec![Box::new(Shop::new(&url))])
}

pub(super) struct Shop {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    http: Http,
    /// The merchant's session, the key that he gave to Kontor, and that of the shop's front end.
    session: String,
    key: String,
    store_key: String,
    sales_channel: String,
    location: String,
    region: String,
    proxy: Proxy,
    pictures: SocketAddr,
    /// Names by the digest of the content.
    names: Mutex<BTreeMap<String, String>>,
}

/// One call; `headers` say who makes it.
fn ask(http: &Http, url: &str, method: Method, headers: &[(&str, &str)], query: &[(&str, &str)], body: Option<&Value>) -> Value {
    let mut url = Url::parse(url).unwrap();
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let mut request = http.request(method, url.clone());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = http.send(request).unwrap();
    let json = answer.json().unwrap();
    assert!(answer.status < 300, "{method:?} {url}: {json}");
    json
}

impl Shop {
    pub(super) fn new(url: &str) -> Shop {
        let url = url.trim_end_matches('/').to_owned();
        let upstream = url.trim_start_matches("http://").parse().expect("http://ADDRESS:PORT");
        let http = Http::new(TIMEOUT).unwrap();
        let login = json!({ "email": "merchant@example.com", "password": "merchant-secret" });
        let session = ask(&http, &format!("{url}/auth/user/emailpass"), Method::Post, &[], &[], Some(&login));
        let session = format!("Bearer {}", text(&session["token"]));
        let headers = [("authorization", session.as_str())];
        let get = |path: &str, query: &[(&str, &str)]| ask(&http, &format!("{url}/admin/{path}"), Method::Get, &headers, query, None);
        let key = json!({ "title": "Kontor", "type": "secret" });
        let key = ask(&http, &format!("{url}/admin/api-keys"), Method::Post, &headers, &[], Some(&key));
        let shared = Shared {
            key: text(&key["api_key"]["token"]),
            store_key: text(&get("api-keys", &[("type", "publishable")])["api_keys"][0]["token"]),
            sales_channel: text(&get("sales-channels", &[])["sales_channels"][0]["id"]),
            location: text(&get("stock-locations", &[])["stock_locations"][0]["id"]),
            region: text(&get("regions", &[])["regions"][0]["id"]),
            // A key has no session that could end; what ends is the exchange.
            proxy: Proxy::before(upstream, |_, _| {}),
            pictures: serve_pictures(),
            names: Mutex::default(),
            session: session.clone(),
            url,
            http,
        };
        Shop { shared: Arc::new(shared) }
    }

    /// The merchant, who may do everything.
    pub(super) fn merchant(&self, method: Method, path: &str, query: &[(&str, &str)], body: Option<&Value>) -> Value {
        let Shared { http, url, session, .. } = &*self.shared;
        ask(http, &format!("{url}/admin/{path}"), method, &[("authorization", session)], query, body)
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        self.merchant(Method::Get, path, query, None)
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Value {
        self.merchant(Method::Post, path, &[], Some(body))
    }

    /// A buyer in the shop's front end.
    fn store(&self, path: &str, body: &Value) -> Value {
        let Shared { http, url, store_key, .. } = &*self.shared;
        ask(http, &format!("{url}/store/{path}"), Method::Post, &[("x-publishable-api-key", store_key)], &[], Some(body))
    }

    fn variants(&self, sku: &str) -> Vec<Value> {
        list(&self.get("product-variants", &[("sku[]", sku), ("fields", VARIANT), ("limit", "100")])["variants"]).cloned().collect()
    }

    pub(super) fn variant(&self, sku: &str) -> Value {
        self.variants(sku).remove(0)
    }

    fn product(&self, id: &str) -> Value {
        let fields = format!("{PRODUCT},categories.handle");
        self.get(&format!("products/{id}"), &[("fields", &fields)])["product"].clone()
    }

    pub(super) fn order_of(&self, id: &str) -> Value {
        let fields = "id,status,version,*items,*items.detail,*fulfillments,fulfillments.items.*,fulfillments.labels.*,\
            *payment_collections,payment_collections.payments.*,payment_collections.payments.captures.*,\
            payment_collections.payments.refunds.*";
        self.get(&format!("orders/{id}"), &[("fields", fields)])["order"].clone()
    }

    fn shown(&self, variant: &Value) -> Shown {
        let product = self.product(&text(&variant["product_id"]));
        let level = &variant["inventory_items"][0]["inventory"]["location_levels"][0];
        let quantity = whole(&level["stocked_quantity"]) - whole(&level["reserved_quantity"]);
        let options = list(&variant["options"]).map(|chosen| {
            let title = list(&product["options"]).find(|option| option["id"] == chosen["option"]["id"]).unwrap();
            (text(&title["title"]), text(&chosen["value"]))
        });
        let options: Vec<(String, String)> = options.filter(|(title, _)| title != ONLY_OPTION.0).collect();
        let names = self.shared.names.lock().unwrap();
        let mut images: Vec<&Value> = list(&product["images"]).collect();
        images.sort_by_key(|image| image["rank"].as_i64());
        let metadata = variant["metadata"].as_object().cloned().unwrap_or_default();
        let ended = metadata.contains_key(&format!("kontor_ended_{}", self.shared.sales_channel));
        let price = list(&variant["prices"]).find(|price| price["currency_code"] == "eur" && price["rules"] == json!({}));
        Shown {
            external_number: text(&variant["id"]),
            sku: text(&variant["sku"]),
            title: text(&variant["title"]),
            description: text(&product["description"]),
            price: price.map_or(Decimal::ZERO, |price| decimal(&price["amount"])),
            quantity,
            // Medusa has no switch for a single variant: one that ended has a mark, and nothing that could be bought.
            running: product["status"] == "published" && !(ended && quantity <= 0),
            pictures: images.iter().filter_map(|image| names.get(digest_of(image["url"].as_str()?)?).cloned()).collect(),
            ean: variant["ean"].as_str().map(str::to_owned),
            weight_in_gram: variant["weight"].is_number().then(|| decimal(&variant["weight"])),
            category: product["categories"][0]["handle"].as_str().map(str::to_owned),
            attributes: attributes(&metadata),
            family: (!options.is_empty()).then(|| text(&product["id"])),
            options,
        }
    }
}

fn attributes(metadata: &Map<String, Value>) -> Vec<(String, String)> {
    let of = |(name, key): (&str, &str)| metadata.get(key).map(|value| (name.to_owned(), text(value)));
    [("Farbe", "farbe"), ("Material", "material")].into_iter().filter_map(of).collect()
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn decimal(value: &Value) -> Decimal {
    Decimal::parse(&value.to_string()).unwrap()
}

impl Stage for Shop {
    fn name(&self) -> String {
        "medusa".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        build(&account("medusa", &self.settings().unwrap()), TIMEOUT).unwrap()
    }

    fn settings(&self) -> Option<String> {
        Some(format!(
            "url = '{}'\napi_key = '{}'\npicture_hosts = ['127.0.0.1']\nattributes = ['Farbe = farbe', 'Material = material']\nfirst_pull_days = 0\n",
            self.shared.proxy.url(),
            self.shared.key
        ))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.variants(sku).iter().map(|variant| self.shown(variant)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let line = |(sku, quantity): &(&str, i32)| json!({ "variant_id": self.variant(sku)["id"], "quantity": quantity });
        let address = json!({ "first_name": "Erika", "last_name": "von Müßtermann", "address_1": "Große Straße 12", "city": "Köln", "postal_code": "50667", "country_code": "de" });
        let cart = json!({ "region_id": self.shared.region, "email": "erika@example.com", "items": lines.iter().map(line).collect::<Vec<_>>(), "shipping_address": address, "billing_address": address });
        let cart = text(&self.store("carts", &cart)["cart"]["id"]);
        let option = &self.get("shipping-options", &[])["shipping_options"][0]["id"];
        self.store(&format!("carts/{cart}/shipping-methods"), &json!({ "option_id": option }));
        let payment = text(&self.store("payment-collections", &json!({ "cart_id": cart }))["payment_collection"]["id"]);
        self.store(&format!("payment-collections/{payment}/payment-sessions"), &json!({ "provider_id": "pp_system_default" }));
        text(&self.store(&format!("carts/{cart}/complete"), &json!({}))["order"]["id"])
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let order = self.order_of(order_id);
        match deed {
            Deed::Pays => {
                let payment = text(&order["payment_collections"][0]["payments"][0]["id"]);
                self.post(&format!("payments/{payment}/capture"), &json!({}));
            }
            Deed::Cancels => {
                self.post(&format!("orders/{order_id}/cancel"), &json!({}));
            }
            Deed::Orders(sku, quantity) => {
                let line = list(&order["items"]).find(|item| item["variant_sku"] == *sku).unwrap();
                self.post("order-edits", &json!({ "order_id": order_id }));
                self.post(&format!("order-edits/{order_id}/items/item/{}", text(&line["id"])), &json!({ "quantity": quantity }));
                self.post(&format!("order-edits/{order_id}/confirm"), &json!({}));
            }
            // Money that the shop was asked to give back has gone.
            Deed::SettlesRefunds => {}
            Deed::AsksToCancel => panic!("a Medusa has no such requests"),
        }
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let order = self.order_of(order_id);
        let first = self.get(&format!("orders/{order_id}"), &[("version", "1"), ("fields", "*items,*items.detail")])["order"].clone();
        let now = |id: &Value| list(&order["items"]).find(|item| item["id"] == *id);
        let line = |placed: &Value| {
            let today = now(&placed["id"]);
            let left = today.map_or(0, |item| whole(&item["quantity"]));
            let ordered = whole(&placed["quantity"]).max(left);
            ShownLine {
                sku: text(&placed["variant_sku"]),
                ordered,
                cancelled: ordered - left,
                shipped: today.map_or(0, |item| whole(&item["detail"]["shipped_quantity"])),
            }
        };
        let sku_of = |line_id: &Value| text(&list(&first["items"]).find(|item| item["id"] == *line_id).unwrap()["variant_sku"]);
        let package = |fulfillment: &Value| ShownPackage {
            tracking: list(&fulfillment["labels"]).map(|label| text(&label["tracking_number"])).collect(),
            contents: list(&fulfillment["items"]).map(|item| (sku_of(&item["line_item_id"]), whole(&item["quantity"]))).collect(),
        };
        let payments = || list(&order["payment_collections"]).flat_map(|collection| list(&collection["payments"]));
        let refunds = payments().flat_map(|payment| list(&payment["refunds"]));
        let lines: Vec<ShownLine> = list(&first["items"]).map(line).collect();
        ShownOrder {
            paid: payments().any(|payment| list(&payment["captures"]).next().is_some()),
            cancelled: order["status"] == "canceled",
            lines,
            packages: list(&order["fulfillments"]).filter(|fulfillment| fulfillment["canceled_at"].is_null()).map(package).collect(),
            refunded: Decimal(refunds.map(|refund| decimal(&refund["amount"]).0).sum()),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let variant = self.variant(sku);
        let (id, product) = (&variant["id"], text(&variant["product_id"]));
        let item = &variant["inventory_items"][0]["inventory"]["id"];
        let change = match edit {
            Edit::Price(price) => {
                let amount: Value = serde_json::from_str(&price.to_string()).unwrap();
                json!({ "id": id, "prices": [{ "id": variant["prices"][0]["id"], "currency_code": "eur", "amount": amount }] })
            }
            Edit::Title(title) => json!({ "id": id, "title": title }),
            Edit::Quantity(quantity) => {
                let level = json!({ "inventory_item_id": item, "location_id": self.shared.location, "stocked_quantity": quantity });
                self.post("inventory-items/location-levels/batch", &json!({ "update": [level] }));
                return;
            }
            Edit::SwitchesOff => {
                self.post(&format!("products/{product}"), &json!({ "status": "draft" }));
                return;
            }
            Edit::Renames(to) => json!({ "id": id, "sku": to }),
            Edit::Deletes => {
                // Medusa keeps an article for which pieces are reserved.
                let reserved = self.get("reservations", &[("inventory_item_id[]", &text(item))]);
                for reservation in list(&reserved["reservations"]) {
                    self.merchant(Method::Delete, &format!("reservations/{}", text(&reservation["id"])), &[], None);
                }
                self.merchant(Method::Delete, &format!("products/{product}"), &[], None);
                return;
            }
        };
        self.post(&format!("products/{product}/variants/batch"), &json!({ "update": [change] }));
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let profile = &self.get("shipping-profiles", &[])["shipping_profiles"][0]["id"];
        let variant =
            json!({ "title": title, "sku": sku, "prices": [{ "currency_code": "eur", "amount": 5 }], "options": { "Art": "Art" } });
        self.post(
            "products",
            &json!({
                "title": title, "handle": slug(sku), "status": "published", "shipping_profile_id": profile, "sales_channels": [{ "id": self.shared.sales_channel }],
                "options": [{ "title": "Art", "values": ["Art"] }], "variants": [variant],
            }),
        );
        let item = &self.variant(sku)["inventory_items"][0]["inventory"]["id"];
        let level = json!({ "inventory_item_id": item, "location_id": self.shared.location, "stocked_quantity": 10 });
        self.post("inventory-items/location-levels/batch", &json!({ "create": [level] }));
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        if list(&self.get("product-variants", &[("ean", TAKEN_EAN)])["variants"]).next().is_none() {
            let sku = format!("HAND-{}", change.sku);
            self.lists_by_hand(&sku, "Vom Händler");
            let variant = self.variant(&sku);
            let update = json!({ "update": [{ "id": variant["id"], "ean": TAKEN_EAN }] });
            self.post(&format!("products/{}/variants/batch", text(&variant["product_id"])), &update);
        }
        if let Some(content) = &mut change.content {
            content.ean = Some(TAKEN_EAN.to_owned());
        }
        change
    }

    fn clock_is_off(&self, _minutes: i32) {
        panic!("nobody sets the clock of a shop");
    }

    fn strikes(&self, fault: Fault, passing: usize) {
        self.shared.proxy.strikes(fault, passing);
    }

    fn actor(&self) -> Box<dyn Stage> {
        Box::new(Shop { shared: Arc::clone(&self.shared) })
    }

    fn meanwhile(&self, act: Act, passing: usize) -> Option<Act> {
        self.shared.proxy.meanwhile(act, passing);
        None
    }

    fn clears(&self) -> bool {
        self.shared.proxy.clears()
    }

    fn tasks_go(&self, _fate: TaskFate) {
        panic!("a Medusa answers at once");
    }

    fn crowd(&self) -> usize {
        3
    }

    fn picture(&self, name: &str) -> String {
        self.shared.names.lock().unwrap().insert(hex(&Sha256::digest(png(name))), name.to_owned());
        format!("http://{}/{name}.png", self.shared.pictures)
    }
}
