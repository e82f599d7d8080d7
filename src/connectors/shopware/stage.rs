//! The double as the conformance suite plays on it: buyers and the merchant work on its state, and between Kontor and the double is a proxy
//! that makes the weather.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::suite::{Act, Deed, Edit, Fault, Opened, Proxy, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use super::double::{self, CHANNEL, CLIENT, SECRET, cents, id};
use super::facts::PACKAGES;
use super::found::FAMILY;
use super::orders::REFUNDS;
use super::shop::SYSTEM_CURRENCY;
use crate::connectors::packages::Package;
use crate::domain::Decimal;

pub(crate) const STAGE: StageEntry = StageEntry { open, is_double: true, untried: &[] };

const TIMEOUT: Duration = Duration::from_secs(30);
const MORE: &str = "attributes = ['Farbe', 'Material']\n";
const PICTURES: &str = "http://pictures.example";

fn open() -> Opened {
    let shop = double::Shop::open();
    let sessions = Arc::clone(&shop);
    let proxy = Proxy::before(double::serve(&shop), move |_, request| {
        if let Some(token) = request.header("authorization") {
            sessions.lock().unwrap_or_else(PoisonError::into_inner).forget(&token);
        }
    });
    Ok(vec![Box::new(Double { shop, proxy: Arc::new(proxy) })])
}

struct Double {
    shop: Arc<Mutex<double::Shop>>,
    proxy: Arc<Proxy>,
}

/// `[accounts.settings]` for the shop at an address, with more.
fn settings(url: &str, more: &str) -> String {
    format!("url = '{url}'\nclient_id = '{CLIENT}'\nclient_secret = '{SECRET}'\nsales_channel = '{CHANNEL}'\nfirst_pull_days = 0\n{more}")
}

pub(super) fn connector(url: &str, more: &str) -> Box<dyn Connector> {
    build(&account("shopware", &settings(url, more)), TIMEOUT).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn file(media: &Value) -> String {
    let url = text(&media["url"]);
    url.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned()
}

/// Records of a kind that belong to a product, in the order of `by`.
fn rows<'s>(shop: &'s double::Shop, table: &str, product: &str, by: &str) -> Vec<&'s Value> {
    let all = shop.tables.get(table).into_iter().flat_map(|table| table.values());
    let mut rows: Vec<&Value> = all.filter(|row| row["productId"] == product).collect();
    rows.sort_by_key(|row| row[by].as_i64());
    rows
}

/// Properties or options: the name of each with its values.
fn pairs(shop: &double::Shop, table: &str, product: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for row in rows(shop, table, product, "") {
        let option = &shop.tables["property_group_option"][row["optionId"].as_str().unwrap()];
        let group = text(&shop.tables["property_group"][option["groupId"].as_str().unwrap()]["name"]);
        match pairs.iter_mut().find(|(known, _)| *known == group) {
            Some((_, values)) => *values = format!("{values}, {}", text(&option["name"])),
            None => pairs.push((group, text(&option["name"]))),
        }
    }
    pairs
}

/// Whether buyers of the account's sales channel can buy it: by its own visibility, else by that of its parent.
pub(super) fn is_on_sale(shop: &double::Shop, product: &Value) -> bool {
    let own = rows(shop, "product_visibility", product["id"].as_str().unwrap(), "");
    let rows =
        if own.is_empty() { product["parentId"].as_str().map_or(own, |parent| rows(shop, "product_visibility", parent, "")) } else { own };
    product["active"] == true && rows.iter().any(|row| row["salesChannelId"] == id("channel").as_str())
}

impl Double {
    fn shop(&self) -> MutexGuard<'_, double::Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Products and variants with an SKU; a parent is none.
    fn numbers(&self, sku: &str) -> Vec<String> {
        let shop = self.shop();
        let is_offer = |product: &Value| product["productNumber"] == sku && product["customFields"][FAMILY].is_null();
        shop.tables.get("product").into_iter().flatten().filter(|(_, product)| is_offer(product)).map(|(id, _)| id.clone()).collect()
    }

    fn shown(&self, number: &str) -> Shown {
        let shop = self.shop();
        let product = &shop.tables["product"][number];
        let price = product["price"].as_array().unwrap().iter().find(|price| price["currencyId"] == SYSTEM_CURRENCY).unwrap();
        let media = rows(&shop, "product_media", number, "position");
        let category = rows(&shop, "product_category", number, "").first().map(|row| text(&row["categoryId"]));
        let kilogram = product["weight"].as_f64();
        let name = |product: &Value| text(&product["name"]);
        Shown {
            external_number: number.to_owned(),
            sku: text(&product["productNumber"]),
            title: name(product),
            description: text(&product["description"]),
            price: Decimal::from_units(cents(&price["gross"]), 2).unwrap(),
            quantity: whole(&product["stock"]),
            running: is_on_sale(&shop, product),
            pictures: media.iter().map(|row| file(&shop.tables["media"][row["mediaId"].as_str().unwrap()])).collect(),
            ean: Some(text(&product["ean"])).filter(|ean| !ean.is_empty()),
            category,
            weight_in_gram: kilogram.map(|kilogram| Decimal::parse(&format!("{:.4}", kilogram * 1000.0)).unwrap()),
            attributes: pairs(&shop, "product_property", number),
            options: pairs(&shop, "product_option", number),
            family: product["parentId"].as_str().map(str::to_owned),
        }
    }
}

impl Stage for Double {
    fn name(&self) -> String {
        "shopware".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        connector(&self.proxy.url(), MORE)
    }

    fn settings(&self) -> Option<String> {
        Some(settings(&self.proxy.url(), MORE))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.numbers(sku).iter().map(|number| self.shown(number)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let lines: Vec<(String, i64)> = lines.iter().map(|(sku, quantity)| (self.numbers(sku).remove(0), i64::from(*quantity))).collect();
        self.shop().place(&lines)
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let mut shop = self.shop();
        match deed {
            Deed::Pays => {
                let payment = text(&shop.part("order_transaction", order_id)["id"]);
                shop.transition("order_transaction", &payment, "paid");
            }
            Deed::Cancels => drop(shop.transition("order", order_id, "cancel")),
            Deed::Orders(sku, quantity) => shop.orders(order_id, sku, i64::from(*quantity)),
            Deed::SettlesRefunds => {}
            Deed::AsksToCancel => panic!("a Shopware has no such requests"),
        }
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let shop = self.shop();
        let order = &shop.tables["order"][order_id];
        let delivery = shop.part("order_delivery", order_id);
        let packages: Vec<Package> =
            delivery["customFields"][PACKAGES].as_str().map_or_else(Vec::new, |packages| serde_json::from_str(packages).unwrap());
        let codes: Vec<String> = delivery["trackingCodes"].as_array().unwrap().iter().map(text).collect();
        assert!(packages.iter().flat_map(|package| &package.tracking).all(|code| codes.contains(code)), "the shop shows each number");
        let cancelled = shop.state(order) == "cancelled";
        let paid = matches!(shop.state(shop.part("order_transaction", order_id)).as_str(), "paid" | "refunded" | "refunded_partially");
        let lines: Vec<&Value> = shop.tables["order_line_item"].values().filter(|line| line["orderId"] == order_id).collect();
        let sku_of = |line_id: &str| text(&lines.iter().find(|line| line["id"] == line_id).unwrap()["payload"]["productNumber"]);
        let shipped = |line_id: &Value| -> i32 {
            let all = packages.iter().flat_map(|package| &package.contents).filter(|pieces| *line_id == pieces.line_id.as_str());
            all.map(|pieces| pieces.quantity).sum()
        };
        let refunds = order["customFields"][REFUNDS].as_array().into_iter().flatten();
        let documents = shop.tables.get("document").into_iter().flat_map(|table| table.values());
        ShownOrder {
            paid,
            cancelled,
            lines: lines
                .iter()
                .map(|line| ShownLine {
                    sku: text(&line["payload"]["productNumber"]),
                    ordered: whole(&line["quantity"]),
                    cancelled: if cancelled { whole(&line["quantity"]) } else { 0 },
                    shipped: shipped(&line["id"]),
                })
                .collect(),
            packages: packages
                .iter()
                .map(|package| ShownPackage {
                    tracking: package.tracking.clone(),
                    contents: package.contents.iter().map(|pieces| (sku_of(&pieces.line_id), pieces.quantity)).collect(),
                })
                .collect(),
            refunded: Decimal(refunds.map(|refund| Decimal::parse(refund["amount"].as_str().unwrap()).unwrap().0).sum()),
            documents: documents
                .filter(|document| document["orderId"] == order_id)
                .map(|document| text(&document["documentNumber"]))
                .collect(),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let number = self.numbers(sku).remove(0);
        let mut shop = self.shop();
        let products = shop.tables.get_mut("product").unwrap();
        let product = products.get_mut(&number).unwrap();
        match edit {
            Edit::Price(price) => {
                let entry = product["price"].as_array_mut().unwrap().iter_mut().find(|entry| entry["currencyId"] == SYSTEM_CURRENCY);
                entry.unwrap()["gross"] = json!(price.to_string().parse::<f64>().unwrap());
            }
            Edit::Title(title) => product["name"] = json!(title),
            Edit::Quantity(quantity) => {
                product["stock"] = json!(quantity);
                product["availableStock"] = json!(quantity);
            }
            Edit::SwitchesOff => product["active"] = json!(false),
            Edit::Renames(to) => product["productNumber"] = json!(to),
            Edit::Deletes => {
                products.remove(&number);
                for line in
                    shop.tables.entry("order_line_item").or_default().values_mut().filter(|line| line["productId"] == number.as_str())
                {
                    line["productId"] = Value::Null;
                }
                for (_, table) in shop.tables.iter_mut().filter(|(entity, _)| entity.starts_with("product_")) {
                    table.retain(|_, row| row["productId"] != number.as_str());
                }
            }
        }
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let mut shop = self.shop();
        let (own, number) = (id(&format!("by hand {sku}")), shop.next());
        let product = json!({
            "id": own, "productNumber": sku, "name": title, "description": null, "active": true, "stock": 10, "availableStock": 10, "parentId": null,
            "ean": null, "taxId": id("19"), "customFields": null, "autoIncrement": number, "childCount": null, "weight": null,
            "price": [{ "currencyId": SYSTEM_CURRENCY, "gross": 5.0, "net": 4.2, "linked": true }],
        });
        shop.record("product", product);
        let visibility =
            json!({ "id": id(&format!("visibility {sku}")), "productId": own, "salesChannelId": id("channel"), "visibility": 30 });
        shop.record("product_visibility", visibility);
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        // The shop has 255 characters for a name.
        if let Some(content) = &mut change.content {
            content.title = "Lampe ".repeat(50);
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
        panic!("a Shopware answers at once");
    }

    /// More than one page.
    fn crowd(&self) -> usize {
        60
    }

    fn picture(&self, name: &str) -> String {
        format!("{PICTURES}/{name}.png")
    }
}
