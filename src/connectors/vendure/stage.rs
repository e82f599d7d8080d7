//! A running shop as the conformance suite plays on it: buyers use its shop API, the merchant its admin API, and between Kontor
//! and the shop is a proxy that makes the weather. Start a shop with `tests/vendure/shop`, then
//! `KONTOR_TEST_VENDURE=http://127.0.0.1:3100 KONTOR_SUITE=vendure cargo test --lib suite`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::http::Http;
use super::super::suite::{
    Act, Deed, Edit, Fault, Opened, Proxy, Request, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate, png,
    serve_pictures,
};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use crate::domain::Decimal;
use crate::domain::hex::hex;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: false,
    untried: &[("clock", "The suite cannot set the clock of a real shop. The connector compares only times of the shop with each other.")],
};

const TIMEOUT: Duration = Duration::from_secs(30);
const ERROR: &str = "... on ErrorResult { errorCode message }";
const OFFERS: &str = "query ($sku: String!) { productVariants(options: {filter: {sku: {eq: $sku}}, take: 100}) { items {
  id sku name enabled price priceWithTax options { name group { name } } facetValues { name facet { code } } assets { tags { value } } customFields { ean grams }
  stockLevels { stockOnHand stockAllocated }
  product { id enabled description assets { tags { value } } } } } }";
const ORDER: &str = "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items { id state
  lines { id quantity orderPlacedQuantity productVariant { id sku } }
  payments { id state amount refunds { id state total } }
  fulfillments { state trackingCode lines { orderLineId quantity } } } } }";

fn open() -> Opened {
    let url = std::env::var("KONTOR_TEST_VENDURE")
        .map_err(|_| "KONTOR_TEST_VENDURE holds no address of a shop; start one with tests/vendure/shop, or run ./test vendure")?;
    Ok(vec![Box::new(Shop::new(&url))])
}

struct Shop {
    shared: Arc<Shared>,
}

struct Shared {
    url: String,
    http: Http,
    /// The merchant's session.
    admin: Mutex<Option<String>>,
    proxy: Proxy,
    pictures: SocketAddr,
    /// Names by the digest of the content.
    names: Mutex<BTreeMap<String, String>>,
}

/// One call of an API; gives its data, and the session.
fn ask(http: &Http, url: &str, token: Option<&str>, query: &str, variables: &Value) -> (Value, Option<String>) {
    let mut request = http.post(url).json(&json!({ "query": query, "variables": variables }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = http.send(request).unwrap();
    let token = answer.header("vendure-auth-token").map(str::to_owned);
    let answer = answer.json().unwrap();
    assert!(answer.get("errors").is_none(), "{answer}");
    (answer["data"].clone(), token)
}

/// The shop forgets the session of a request.
fn end_session(upstream: SocketAddr, request: &Request) {
    let Some(token) = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)) else { return };
    let http = Http::new(TIMEOUT).unwrap();
    ask(&http, &format!("http://{upstream}/admin-api"), Some(&token), "mutation { logout { success } }", &json!({}));
}

impl Shop {
    fn new(url: &str) -> Shop {
        let upstream = url.trim_start_matches("http://").trim_end_matches('/').parse().expect("http://ADDRESS:PORT");
        let shared = Shared {
            url: url.trim_end_matches('/').to_owned(),
            http: Http::new(TIMEOUT).unwrap(),
            admin: Mutex::default(),
            proxy: Proxy::before(upstream, end_session),
            pictures: serve_pictures(),
            names: Mutex::default(),
        };
        Shop { shared: Arc::new(shared) }
    }

    /// The merchant, who may do everything.
    fn merchant(&self, query: &str, variables: &Value) -> Value {
        let url = format!("{}/admin-api?languageCode=de", self.shared.url);
        let mut session = self.shared.admin.lock().unwrap();
        if session.is_none() {
            let login = "mutation { login(username: \"superadmin\", password: \"superadmin\") { ... on CurrentUser { id } } }";
            *session = ask(&self.shared.http, &url, None, login, &json!({})).1;
        }
        ask(&self.shared.http, &url, session.as_deref(), query, variables).0
    }

    fn order_of(&self, code: &str) -> Value {
        self.merchant(ORDER, &json!({ "code": code }))["orders"]["items"][0].clone()
    }

    fn variant(&self, sku: &str) -> Value {
        self.merchant(OFFERS, &json!({ "sku": sku }))["productVariants"]["items"][0].clone()
    }

    fn picture_names(&self, assets: &Value) -> Vec<String> {
        let names = self.shared.names.lock().unwrap();
        let digest = |tag: &Value| tag["value"].as_str().and_then(|value| value.strip_prefix("kontor-")).map(str::to_owned);
        let name = |asset: &Value| list(&asset["tags"]).find_map(digest).and_then(|digest| names.get(&digest).cloned());
        list(assets).filter_map(name).collect()
    }

    fn shown(&self, variant: &Value) -> Shown {
        let level = &variant["stockLevels"][0];
        let options: Vec<(String, String)> =
            list(&variant["options"]).map(|option| (text(&option["group"]["name"]), text(&option["name"]))).collect();
        let facets: Vec<(String, String)> =
            list(&variant["facetValues"]).map(|value| (text(&value["facet"]["code"]), text(&value["name"]))).collect();
        let pictures = if options.is_empty() { &variant["product"]["assets"] } else { &variant["assets"] };
        let name = |code: &str| match code {
            "farbe" => "Farbe".to_owned(),
            "material" => "Material".to_owned(),
            other => other.to_owned(),
        };
        Shown {
            external_number: text(&variant["id"]),
            sku: text(&variant["sku"]),
            title: text(&variant["name"]),
            description: text(&variant["product"]["description"]),
            price: cents(&variant["priceWithTax"]),
            quantity: whole(&level["stockOnHand"]) - whole(&level["stockAllocated"]),
            running: variant["enabled"] == true && variant["product"]["enabled"] == true,
            pictures: self.picture_names(pictures),
            ean: variant["customFields"]["ean"].as_str().map(str::to_owned),
            weight_in_gram: variant["customFields"]["grams"].as_i64().and_then(|grams| Decimal::parse(&grams.to_string())),
            category: facets.iter().find(|(facet, _)| facet == "category").map(|(_, value)| value.clone()),
            attributes: facets.into_iter().filter(|(facet, _)| facet != "category").map(|(facet, value)| (name(&facet), value)).collect(),
            family: (!options.is_empty()).then(|| text(&variant["product"]["id"])),
            options,
        }
    }

    /// A guest in the shop; gives a way to ask in one session.
    fn guest(&self) -> impl FnMut(&str, Value) -> Value + '_ {
        let url = format!("{}/shop-api", self.shared.url);
        let mut token: Option<String> = None;
        move |query, variables| {
            let (data, new) = ask(&self.shared.http, &url, token.as_deref(), query, &variables);
            token = new.or(token.take());
            let refused = data.as_object().into_iter().flatten().find(|(_, value)| value["errorCode"].is_string());
            assert!(refused.is_none(), "{data}");
            data
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

/// Vendure counts in hundredths.
fn cents(value: &Value) -> Decimal {
    Decimal(value.as_i64().unwrap_or_default() * 100)
}

impl Stage for Shop {
    fn name(&self) -> String {
        "vendure".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        build(&account("vendure", &self.settings().unwrap()), TIMEOUT).unwrap()
    }

    fn settings(&self) -> Option<String> {
        Some(format!(
            "url = '{}'\nusername = 'kontor@example.com'\npassword = 'kontor-secret'\npicture_hosts = ['127.0.0.1']\nean_field = 'ean'\nweight_field = 'grams'\n\
             category_facet = 'category'\nattribute_facets = ['Farbe = farbe', 'Material = material']\ncreate_facet_values = ['farbe', 'material']\n",
            self.shared.proxy.url()
        ))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        let data = self.merchant(OFFERS, &json!({ "sku": sku }));
        list(&data["productVariants"]["items"]).map(|variant| self.shown(variant)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let mut ask = self.guest();
        for (sku, quantity) in lines {
            let added = format!(
                "mutation ($id: ID!, $n: Int!) {{ r: addItemToOrder(productVariantId: $id, quantity: $n) {{ ... on Order {{ code }} {ERROR} }} }}"
            );
            ask(&added, json!({ "id": self.variant(sku)["id"], "n": quantity }));
        }
        let customer = json!({ "firstName": "Erika", "lastName": "von Müßtermann", "emailAddress": "erika@example.com", "title": "Frau" });
        let who =
            format!("mutation ($i: CreateCustomerInput!) {{ r: setCustomerForOrder(input: $i) {{ ... on Order {{ code }} {ERROR} }} }}");
        ask(&who, json!({ "i": customer }));
        let address = json!({ "fullName": "Erika von Müßtermann", "streetLine1": "Große Straße 12", "city": "Köln", "postalCode": "50667", "countryCode": "DE" });
        for step in ["setOrderShippingAddress", "setOrderBillingAddress"] {
            let set = format!("mutation ($i: CreateAddressInput!) {{ r: {step}(input: $i) {{ ... on Order {{ code }} {ERROR} }} }}");
            ask(&set, json!({ "i": address }));
        }
        let methods = ask("{ eligibleShippingMethods { id } }", json!({}));
        let method =
            format!("mutation ($id: [ID!]!) {{ r: setOrderShippingMethod(shippingMethodId: $id) {{ ... on Order {{ code }} {ERROR} }} }}");
        ask(&method, json!({ "id": [methods["eligibleShippingMethods"][0]["id"]] }));
        ask(
            "mutation { r: transitionOrderToState(state: \"ArrangingPayment\") { ... on Order { code } ... on OrderStateTransitionError { errorCode transitionError } } }",
            json!({}),
        );
        let pay = format!(
            "mutation {{ r: addPaymentToOrder(input: {{method: \"prepayment\", metadata: {{}}}}) {{ ... on Order {{ code }} {ERROR} }} }}"
        );
        text(&ask(&pay, json!({}))["r"]["code"])
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let order = self.order_of(order_id);
        let done = match deed {
            Deed::Pays => {
                let settle = format!("mutation ($id: ID!) {{ r: settlePayment(id: $id) {{ ... on Payment {{ id }} {ERROR} }} }}");
                self.merchant(&settle, &json!({ "id": order["payments"][0]["id"] }))
            }
            Deed::Cancels => {
                let cancel =
                    format!("mutation ($i: CancelOrderInput!) {{ r: cancelOrder(input: $i) {{ ... on Order {{ id }} {ERROR} }} }}");
                self.merchant(&cancel, &json!({ "i": { "orderId": order["id"], "cancelShipping": true } }))
            }
            Deed::Orders(sku, quantity) => {
                let state = "mutation ($id: ID!, $to: String!) { r: transitionOrderToState(id: $id, state: $to) { ... on Order { id } ... on OrderStateTransitionError { errorCode transitionError } } }";
                self.merchant(state, &json!({ "id": order["id"], "to": "Modifying" }));
                let line = list(&order["lines"]).find(|line| line["productVariant"]["sku"] == *sku).unwrap();
                let modify =
                    format!("mutation ($i: ModifyOrderInput!) {{ r: modifyOrder(input: $i) {{ ... on Order {{ id }} {ERROR} }} }}");
                let mut input = json!({ "dryRun": false, "orderId": order["id"], "adjustOrderLines": [{ "orderLineId": line["id"], "quantity": quantity }] });
                if *quantity < whole(&line["quantity"]) {
                    input["refunds"] = json!([{ "paymentId": order["payments"][0]["id"], "reason": "fewer" }]);
                }
                self.merchant(&modify, &json!({ "i": input }))
            }
            Deed::SettlesRefunds => {
                let settle = "mutation ($i: SettleRefundInput!) { r: settleRefund(input: $i) { ... on Refund { id } ... on ErrorResult { errorCode } } }";
                let refunds = list(&order["payments"]).flat_map(|payment| list(&payment["refunds"]));
                let open = refunds.filter(|refund| refund["state"] == "Pending");
                open.map(|refund| self.merchant(settle, &json!({ "i": { "id": refund["id"], "transactionId": "R" } })))
                    .last()
                    .unwrap_or_default()
            }
            Deed::AsksToCancel => panic!("a Vendure has no such requests"),
        };
        assert!(done["r"]["errorCode"].is_null(), "{done}");
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let order = self.order_of(order_id);
        let live: Vec<&Value> = list(&order["fulfillments"]).filter(|fulfillment| fulfillment["state"] != "Cancelled").collect();
        let shipped = |line_id: &Value| -> i32 {
            live.iter()
                .flat_map(|fulfillment| list(&fulfillment["lines"]))
                .filter(|line| line["orderLineId"] == *line_id)
                .map(|line| whole(&line["quantity"]))
                .sum()
        };
        let sku_of = |line_id: &Value| text(&list(&order["lines"]).find(|line| line["id"] == *line_id).unwrap()["productVariant"]["sku"]);
        let line = |line: &Value| ShownLine {
            sku: text(&line["productVariant"]["sku"]),
            ordered: whole(&line["orderPlacedQuantity"]),
            cancelled: whole(&line["orderPlacedQuantity"]) - whole(&line["quantity"]),
            shipped: shipped(&line["id"]),
        };
        let package = |fulfillment: &&Value| ShownPackage {
            tracking: text(&fulfillment["trackingCode"]).split(", ").filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            contents: list(&fulfillment["lines"]).map(|line| (sku_of(&line["orderLineId"]), whole(&line["quantity"]))).collect(),
        };
        let refunds = list(&order["payments"]).flat_map(|payment| list(&payment["refunds"])).filter(|refund| refund["state"] != "Failed");
        ShownOrder {
            paid: list(&order["payments"]).any(|payment| payment["state"] == "Settled"),
            cancelled: order["state"] == "Cancelled",
            lines: list(&order["lines"]).map(line).collect(),
            packages: live.iter().map(package).collect(),
            refunded: Decimal(refunds.map(|refund| cents(&refund["total"]).0).sum()),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let variant = self.variant(sku);
        let (id, product) = (&variant["id"], &variant["product"]["id"]);
        let location = json!("1");
        let change = match edit {
            Edit::Price(price) => json!({ "id": id, "price": price.0 / 100 }),
            Edit::Title(title) => json!({ "id": id, "translations": [{ "languageCode": "de", "name": title }] }),
            Edit::Quantity(quantity) => json!({ "id": id, "stockLevels": [{ "stockLocationId": location, "stockOnHand": quantity }] }),
            Edit::SwitchesOff => json!({ "id": id, "enabled": false }),
            Edit::Renames(to) => json!({ "id": id, "sku": to }),
            Edit::Deletes => {
                self.merchant("mutation ($id: ID!) { deleteProduct(id: $id) { result } }", &json!({ "id": product }));
                return;
            }
        };
        self.merchant(
            "mutation ($i: [UpdateProductVariantInput!]!) { updateProductVariants(input: $i) { id } }",
            &json!({ "i": [change] }),
        );
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let translation =
            json!([{ "languageCode": "de", "name": title, "slug": format!("hand-{}", sku.to_lowercase()), "description": "" }]);
        let create = "mutation ($i: CreateProductInput!) { r: createProduct(input: $i) { id } }";
        let product = self.merchant(create, &json!({ "i": { "enabled": true, "translations": translation } }));
        let variant = json!({
            "productId": product["r"]["id"], "sku": sku, "price": 500, "trackInventory": "TRUE",
            "translations": [{ "languageCode": "de", "name": title }], "stockLevels": [{ "stockLocationId": "1", "stockOnHand": 10 }],
        });
        self.merchant(
            "mutation ($i: [CreateProductVariantInput!]!) { createProductVariants(input: $i) { id } }",
            &json!({ "i": [variant] }),
        );
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        // A language that GraphQL's enumeration does not have.
        if let Some(content) = &mut change.content {
            content.language = "xx".to_owned();
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
        panic!("a Vendure answers at once");
    }

    fn crowd(&self) -> usize {
        3
    }

    fn picture(&self, name: &str) -> String {
        self.shared.names.lock().unwrap().insert(hex(&Sha256::digest(png(name))), name.to_owned());
        format!("http://{}/{name}.png", self.shared.pictures)
    }
}
