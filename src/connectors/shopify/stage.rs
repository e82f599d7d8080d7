//! The double as the conformance suite plays on it: buyers and the merchant work on its state, and between Kontor and the double is a proxy
//! that makes the weather.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::suite::{Act, Deed, Edit, Fault, Opened, Proxy, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use super::double::{self, CLIENT, LOCATION, SECRET};
use crate::domain::Decimal;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: true,
    untried: &[(
        "strange_line",
        "The line of an order keeps title and SKU of an article that was deleted since, but no number of it; a test of its own proves that such an order arrives.",
    )],
};

const TIMEOUT: Duration = Duration::from_secs(30);
const PICTURES: &str = "http://pictures.example";
const ATTRIBUTES: [(&str, &str); 2] = [("Farbe", "custom.farbe"), ("Material", "custom.material")];

fn open() -> Opened {
    Ok(vec![Box::new(Double::new())])
}

pub(super) struct Double {
    pub shop: Arc<Mutex<double::Shop>>,
    proxy: Arc<Proxy>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

impl Double {
    pub(super) fn new() -> Double {
        let shop = double::Shop::open();
        let tokens = Arc::clone(&shop);
        let proxy = Proxy::before(double::serve(&shop), move |_, request| {
            if let Some(token) = request.header("X-Shopify-Access-Token") {
                tokens.lock().unwrap_or_else(PoisonError::into_inner).tokens.remove(&token);
            }
        });
        Double { shop, proxy: Arc::new(proxy) }
    }

    pub(super) fn shop(&self) -> MutexGuard<'_, double::Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// With more settings than the usual ones.
    pub(super) fn build(&self, more: &str) -> Box<dyn Connector> {
        let settings = format!(
            "url = '{}'\nclient_id = '{CLIENT}'\nclient_secret = '{SECRET}'\nlocation = 'Hauptlager'\nattributes = ['Farbe=custom.farbe', 'Material=custom.material']\n{more}",
            self.proxy.url()
        );
        build(&account("shopify", &settings), TIMEOUT).unwrap()
    }

    /// Numbers of the variants with an SKU.
    pub(super) fn numbers(&self, sku: &str) -> Vec<i64> {
        self.shop().variants.iter().filter(|(_, variant)| variant["sku"] == sku).map(|(id, _)| *id).collect()
    }

    fn shown(&self, id: i64) -> Shown {
        let shop = self.shop();
        let variant = &shop.variants[&id];
        let product = &shop.products[&variant["productId"].as_i64().unwrap()];
        let alone = product["options"][0]["name"] == "Title";
        let owner = if alone { product } else { variant };
        let fields = double::Shop::fields(owner);
        let name = |file: &Value| {
            let file = &shop.files[&file.as_str().unwrap().rsplit('/').next().unwrap().parse::<i64>().unwrap()];
            let source = text(&file["source"]);
            source.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned()
        };
        let pictures: Vec<Value> =
            if alone { list(&product["media"]) } else { Some(variant["mediaId"].clone()).filter(Value::is_string).into_iter().collect() };
        let collection = list(&product["collections"])
            .first()
            .map(|id| if *id == "gid://shopify/Collection/1" { "lampen" } else { "leuchten" }.to_owned());
        let weight = variant["weight"].as_f64().unwrap();
        let options = list(&variant["selectedOptions"]).iter().map(|one| (text(&one["name"]), text(&one["value"]))).collect();
        Shown {
            external_number: id.to_string(),
            sku: text(&variant["sku"]),
            // Buyers see the name of the product; a variant has its own title beside it.
            title: double::Shop::fields(variant).get("kontor.title").map_or_else(|| text(&product["title"]), text),
            description: text(&product["descriptionHtml"]),
            price: Decimal::parse(variant["price"].as_str().unwrap()).unwrap(),
            quantity: whole(&variant["levels"][LOCATION]["available"]),
            running: product["status"] == "ACTIVE" && product["published"] == true && variant["published"] == true,
            pictures: pictures.iter().map(name).collect(),
            ean: Some(text(&variant["barcode"])).filter(|ean| !ean.is_empty()),
            category: collection,
            weight_in_gram: (weight > 0.0).then(|| Decimal::parse(&weight.to_string()).unwrap()),
            attributes: ATTRIBUTES.iter().filter_map(|(name, place)| Some(((*name).to_owned(), text(fields.get(*place)?)))).collect(),
            options: if alone { Vec::new() } else { options },
            family: (!alone).then(|| text(&product["id"])),
        }
    }

    pub(super) fn id(order_id: &str) -> i64 {
        order_id.parse().unwrap()
    }
}

impl Stage for Double {
    fn name(&self) -> String {
        "shopify".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        self.build("first_pull_days = 0\n")
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.numbers(sku).into_iter().map(|id| self.shown(id)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let lines: Vec<(i64, i64)> = lines.iter().map(|(sku, quantity)| (self.numbers(sku)[0], i64::from(*quantity))).collect();
        self.shop().place(&lines, &[LOCATION]).to_string()
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let id = Double::id(order_id);
        match deed {
            Deed::Pays => self.shop().pays(id),
            Deed::Cancels => self.shop().cancel_now(id),
            Deed::Orders(sku, quantity) => self.shop().edit_line(id, sku, i64::from(*quantity)),
            Deed::SettlesRefunds => {}
            Deed::AsksToCancel => panic!("a Shopify has no such requests"),
        }
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let shop = self.shop();
        let order = &shop.orders[&Double::id(order_id)];
        let cancelled = !order["cancelledAt"].is_null();
        let lines = list(&order["lineItems"]);
        let packages = list(&order["fulfillments"]);
        let sku_of = |id: &Value| text(&lines.iter().find(|line| line["id"] == *id).unwrap()["sku"]);
        let refunded = |id: &Value| -> i32 {
            let all = list(&order["refunds"]).into_iter().flat_map(|refund| list(&refund["refundLineItems"]));
            all.filter(|line| line["lineItem"]["id"] == *id && line["restockType"] != "CANCEL").map(|line| whole(&line["quantity"])).sum()
        };
        let shipped = |id: &Value| -> i32 {
            let all = packages.iter().flat_map(|one| list(&one["fulfillmentLineItems"]));
            all.filter(|line| line["lineItem"]["id"] == *id).map(|line| whole(&line["quantity"])).sum()
        };
        let back: i64 = list(&order["transactions"])
            .iter()
            .filter(|one| one["kind"] == "REFUND")
            .map(|one| Decimal::parse(one["amountSet"]["shopMoney"]["amount"].as_str().unwrap()).unwrap().0)
            .sum();
        ShownOrder {
            paid: list(&order["transactions"]).iter().any(|one| one["kind"] == "SALE" || one["kind"] == "CAPTURE"),
            cancelled,
            lines: lines
                .iter()
                .map(|line| {
                    let ordered = whole(&line["quantity"]);
                    let gone = ordered - whole(&line["currentQuantity"]) - refunded(&line["id"]);
                    ShownLine {
                        sku: text(&line["sku"]),
                        ordered,
                        cancelled: if cancelled { ordered } else { gone },
                        shipped: shipped(&line["id"]),
                    }
                })
                .collect(),
            packages: packages
                .iter()
                .map(|one| ShownPackage {
                    tracking: list(&one["trackingInfo"]).iter().map(|info| text(&info["number"])).collect(),
                    contents: list(&one["fulfillmentLineItems"])
                        .iter()
                        .map(|line| (sku_of(&line["lineItem"]["id"]), whole(&line["quantity"])))
                        .collect(),
                })
                .collect(),
            refunded: Decimal(back),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let id = self.numbers(sku)[0];
        let mut shop = self.shop();
        let product = shop.variants[&id]["productId"].as_i64().unwrap();
        let variant = shop.variants.get_mut(&id).unwrap();
        match edit {
            Edit::Price(price) => variant["price"] = json!(price.to_string()),
            Edit::Quantity(quantity) => variant["levels"][LOCATION]["available"] = json!(quantity),
            Edit::Renames(to) => variant["sku"] = json!(to),
            Edit::Title(title) => shop.products.get_mut(&product).unwrap()["title"] = json!(title),
            Edit::SwitchesOff => shop.products.get_mut(&product).unwrap()["status"] = json!("DRAFT"),
            Edit::Deletes => shop.delete_product(product),
        }
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        self.shop().list_by_hand(sku, title);
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        // The shop takes titles of up to 255 characters.
        if let Some(content) = &mut change.content {
            content.title = "x".repeat(300);
        }
        change
    }

    fn clock_is_off(&self, minutes: i32) {
        self.shop().off = minutes;
    }

    fn strikes(&self, fault: Fault, passing: usize) {
        self.proxy.strikes(fault, passing);
    }

    fn actor(&self) -> Box<dyn Stage> {
        Box::new(Double { shop: Arc::clone(&self.shop), proxy: Arc::clone(&self.proxy) })
    }

    fn meanwhile(&self, act: Act, passing: usize) -> Option<Act> {
        self.proxy.meanwhile(act, passing);
        None
    }

    fn clears(&self) -> bool {
        self.proxy.clears()
    }

    fn tasks_go(&self, _fate: TaskFate) {
        panic!("a Shopify answers at once");
    }

    /// More than one page.
    fn crowd(&self) -> usize {
        60
    }

    fn picture(&self, name: &str) -> String {
        format!("{PICTURES}/{name}.png")
    }
}
