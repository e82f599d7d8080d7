//! The double as the conformance suite plays on it: buyers and the merchant work on its state, and between Kontor and the double is a proxy
//! that makes the weather.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::suite::{Act, Deed, Edit, Fault, Opened, Proxy, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use super::double::{self, HOME, KEY, SECRET, UNCATEGORIZED};
use super::families::TITLE;
use super::packages::{PACKAGES, Package};
use crate::domain::Decimal;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: true,
    untried: &[(
        "odd_skus",
        "WordPress takes tags and encoded octets out of an SKU without a word. The connector refuses an SKU that would be changed; tests of its own prove it.",
    )],
};

const TIMEOUT: Duration = Duration::from_secs(30);
const PICTURES: &str = "http://pictures.example";

fn open() -> Opened {
    let shop = double::Shop::open();
    let proxy = Proxy::before(double::serve(&shop), |_, _| {});
    Ok(vec![Box::new(Double { shop, proxy: Arc::new(proxy) })])
}

struct Double {
    shop: Arc<Mutex<double::Shop>>,
    proxy: Arc<Proxy>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn decimal(value: &Value) -> Decimal {
    Decimal::parse(value.as_str().filter(|text| !text.is_empty()).unwrap_or("0")).unwrap()
}

fn own_title(variation: &Value) -> Option<String> {
    let entry = variation["meta_data"].as_array().unwrap().iter().find(|meta| meta["key"] == TITLE);
    entry.map(|meta| text(&meta["value"]))
}

fn file(image: &Value) -> String {
    let src = text(&image["src"]);
    let name = src.rsplit('/').next().unwrap();
    name.split('.').next().unwrap().to_owned()
}

impl Double {
    fn shop(&self) -> MutexGuard<'_, double::Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Product and variation (0 without one) with an SKU.
    fn numbers(&self, sku: &str) -> Vec<(i64, i64)> {
        let shop = self.shop();
        let live = |record: &Value| record["sku"] == sku && record["status"] != "trash";
        let simple = shop.products.iter().filter(|(_, product)| live(product)).map(|(id, _)| (*id, 0));
        let variations = shop.variations.iter().filter(|(_, (_, record))| live(record)).map(|(id, (product, _))| (*product, *id));
        simple.chain(variations).collect()
    }

    fn shown(&self, (product_id, variation_id): (i64, i64)) -> Shown {
        let shop = self.shop();
        let product = &shop.products[&product_id];
        let variation = shop.variations.get(&variation_id).map(|(_, record)| record);
        let record = variation.unwrap_or(product);
        let images: Vec<&Value> = match variation {
            Some(record) => Some(&record["image"]).filter(|image| !image.is_null()).into_iter().collect(),
            None => product["images"].as_array().unwrap().iter().collect(),
        };
        let category = product["categories"].as_array().unwrap().iter().find(|category| category["id"] != UNCATEGORIZED);
        let slug = |id: i64| if id == 16 { "lampen" } else { "leuchten" }.to_owned();
        let own = |attribute: &&Value| attribute["variation"] != true;
        let pair = |attribute: &Value| {
            let values: Vec<String> = attribute["options"].as_array().unwrap().iter().map(text).collect();
            (text(&attribute["name"]), values.join(", "))
        };
        let kilogram = decimal(&record["weight"]);
        Shown {
            external_number: if variation.is_some() { format!("{product_id}/{variation_id}") } else { product_id.to_string() },
            sku: text(&record["sku"]),
            // Buyers see the name of the product; a variation has its own title beside it.
            title: variation.and_then(own_title).unwrap_or_else(|| text(&product["name"])),
            description: text(&record["description"]),
            price: decimal(&record["regular_price"]),
            quantity: whole(&record["stock_quantity"]),
            running: product["status"] == "publish" && record["status"] == "publish",
            pictures: images.into_iter().map(file).collect(),
            ean: Some(text(&record["global_unique_id"])).filter(|ean| !ean.is_empty()),
            category: category.map(|category| slug(category["id"].as_i64().unwrap())),
            weight_in_gram: Some(Decimal(kilogram.0 * 1000)).filter(|gram| *gram != Decimal::ZERO),
            attributes: product["attributes"].as_array().unwrap().iter().filter(own).map(pair).collect(),
            options: variation.map_or_else(Vec::new, |record| {
                record["attributes"].as_array().unwrap().iter().map(|choice| (text(&choice["name"]), text(&choice["option"]))).collect()
            }),
            family: variation.map(|_| product_id.to_string()),
        }
    }

    fn id(order_id: &str) -> i64 {
        order_id.parse().unwrap()
    }
}

impl Stage for Double {
    fn name(&self) -> String {
        "woocommerce".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        build(&account("woocommerce", &self.settings().unwrap()), TIMEOUT).unwrap()
    }

    fn settings(&self) -> Option<String> {
        Some(format!(
            "url = '{}'\nhome_url = '{HOME}'\nconsumer_key = '{KEY}'\nconsumer_secret = '{SECRET}'\nattributes = ['Farbe', 'Material']\nfirst_pull_days = 0\n",
            self.proxy.url()
        ))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.numbers(sku).into_iter().map(|numbers| self.shown(numbers)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let line = |(sku, quantity): &(&str, i32)| {
            let (product, variation) = self.numbers(sku)[0];
            (product, variation, i64::from(*quantity))
        };
        let lines: Vec<(i64, i64, i64)> = lines.iter().map(line).collect();
        self.shop().place(&lines).to_string()
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let id = Double::id(order_id);
        match deed {
            Deed::Pays => drop(self.shop().put_order(id, &json!({ "status": "processing" }))),
            Deed::Cancels => drop(self.shop().put_order(id, &json!({ "status": "cancelled" }))),
            Deed::Orders(sku, quantity) => {
                let mut shop = self.shop();
                let mut order = shop.orders[&id].clone();
                let line = order["line_items"].as_array_mut().unwrap().iter_mut().find(|line| line["sku"] == **sku).unwrap();
                // The stock moves, the totals stay.
                let more = i64::from(*quantity) - line["quantity"].as_i64().unwrap();
                line["quantity"] = json!(quantity);
                let line = line.clone();
                shop.book(&line, -more);
                shop.save(id, order);
            }
            Deed::SettlesRefunds => {}
            Deed::AsksToCancel => panic!("a WooCommerce has no such requests"),
        }
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let shop = self.shop();
        let order = &shop.orders[&Double::id(order_id)];
        let meta = order["meta_data"].as_array().unwrap().iter().find(|meta| meta["key"] == PACKAGES);
        let packages: Vec<Package> = meta.map_or_else(Vec::new, |meta| serde_json::from_str(meta["value"].as_str().unwrap()).unwrap());
        let lines = order["line_items"].as_array().unwrap();
        let cancelled = order["status"] == "cancelled";
        let shipped = |line_id: &str| -> i32 {
            packages
                .iter()
                .flat_map(|package| &package.contents)
                .filter(|pieces| pieces.line_id == line_id)
                .map(|pieces| pieces.quantity)
                .sum()
        };
        let sku_of = |line_id: &str| text(&lines.iter().find(|line| line["id"] == line_id.parse::<i64>().unwrap()).unwrap()["sku"]);
        let refunded: i64 = order["refunds"].as_array().unwrap().iter().map(|refund| -decimal(&refund["total"]).0).sum();
        ShownOrder {
            paid: !order["date_paid_gmt"].is_null(),
            cancelled,
            lines: lines
                .iter()
                .map(|line| ShownLine {
                    sku: text(&line["sku"]),
                    ordered: whole(&line["quantity"]),
                    cancelled: if cancelled { whole(&line["quantity"]) } else { 0 },
                    shipped: shipped(&line["id"].to_string()),
                })
                .collect(),
            packages: packages
                .iter()
                .map(|package| ShownPackage {
                    tracking: package.tracking.clone(),
                    contents: package.contents.iter().map(|pieces| (sku_of(&pieces.line_id), pieces.quantity)).collect(),
                })
                .collect(),
            refunded: Decimal(refunded),
            documents: Vec::new(),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let (product, variation) = self.numbers(sku)[0];
        let mut guard = self.shop();
        let shop = &mut *guard;
        let record = match shop.variations.get_mut(&variation) {
            Some((_, record)) => record,
            None => shop.products.get_mut(&product).unwrap(),
        };
        match edit {
            Edit::Price(price) => record["regular_price"] = json!(price.to_string()),
            Edit::Title(title) => record["name"] = json!(title),
            Edit::Quantity(quantity) => record["stock_quantity"] = json!(quantity),
            Edit::SwitchesOff => record["status"] = json!("draft"),
            Edit::Renames(to) => record["sku"] = json!(to),
            Edit::Deletes => drop(shop.products.remove(&product)),
        }
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let mut shop = self.shop();
        let id = shop.next_id();
        let product = json!({
            "id": id, "name": title, "slug": format!("hand-{id}"), "type": "simple", "status": "publish", "description": "", "sku": sku, "regular_price": "5.00",
            "price": "5.00", "manage_stock": true, "stock_quantity": 10, "global_unique_id": "", "weight": "", "tax_class": "", "parent_id": 0,
            "categories": [{ "id": UNCATEGORIZED }], "images": [], "attributes": [], "meta_data": [], "variations": [], "permalink": HOME,
        });
        shop.products.insert(id, product);
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        // The shop takes no EAN twice.
        let taken = format!("HAND-{}", change.sku);
        self.lists_by_hand(&taken, "Vom Händler");
        let ean = "4006381333948".to_owned();
        let free = self.shop().products.values().all(|product| product["global_unique_id"] != ean.as_str());
        if free {
            let (product, _) = self.numbers(&taken)[0];
            self.shop().products.get_mut(&product).unwrap()["global_unique_id"] = json!(ean);
        }
        if let Some(content) = &mut change.content {
            content.ean = Some(ean);
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
        panic!("a WooCommerce answers at once");
    }

    /// More than one page.
    fn crowd(&self) -> usize {
        60
    }

    fn picture(&self, name: &str) -> String {
        format!("{PICTURES}/{name}.png")
    }
}
