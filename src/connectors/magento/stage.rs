//! The double as the conformance suite plays on it: buyers and the merchant work on its state, and between Kontor and the double is a proxy
//! that makes the weather.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::suite::{
    Act, Deed, Edit, Fault, Opened, Proxy, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate, png, serve_pictures,
};
use super::super::tests::account;
use super::super::{Connector, OfferChange, build};
use super::double::{self, ADMIN, CONSUMER, TOKEN};
use super::images::digest_of;
use crate::domain::Decimal;
use crate::domain::hex::hex;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: true,
    untried: &[("changed_there", "Magento changes no lines of a placed order: who edits one cancels it and places a new one.")],
};

const TIMEOUT: Duration = Duration::from_secs(30);
/// Roots of the tree of categories.
const ROOTS: [&str; 2] = ["1", "2"];

fn open() -> Opened {
    Ok(vec![Box::new(Double::new())])
}

pub(super) struct Double {
    pub shop: Arc<Mutex<double::Shop>>,
    pub proxy: Arc<Proxy>,
    pictures: SocketAddr,
    /// Names by the digest of the content.
    names: Arc<Mutex<BTreeMap<String, String>>>,
    made: AtomicUsize,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole(value: &Value) -> i32 {
    i32::try_from(value.as_i64().unwrap_or_default()).unwrap()
}

fn decimal(value: &Value) -> Decimal {
    Decimal::parse(&value.to_string()).unwrap_or_default()
}

impl Double {
    pub(super) fn new() -> Double {
        let shop = double::Shop::open();
        let upstream = double::serve(&shop);
        let at_the_end = Arc::clone(&shop);
        // Keys of an integration have no session that could end; the token of an admin user has.
        let proxy = Proxy::before(upstream, move |_, _| at_the_end.lock().unwrap_or_else(PoisonError::into_inner).forgets_tokens());
        Double { shop, proxy: Arc::new(proxy), pictures: serve_pictures(), names: Arc::default(), made: AtomicUsize::new(0) }
    }

    pub(super) fn shop(&self) -> MutexGuard<'_, double::Shop> {
        self.shop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An account of an integration, or of an admin user.
    pub(super) fn settings_of(&self, admin: bool) -> String {
        let (key, secret) = if admin { ADMIN } else { CONSUMER };
        let token = if admin { String::new() } else { format!("access_token = '{}'\naccess_token_secret = '{}'\n", TOKEN.0, TOKEN.1) };
        format!(
            "url = '{}'\nconsumer_key = '{key}'\nconsumer_secret = '{secret}'\n{token}attributes = ['Farbe', 'Material']\nean_attribute = 'ean'\n\
             category_attribute = 'kontor_category'\npicture_hosts = ['{}']\nfirst_pull_days = 0\n",
            self.proxy.url(),
            self.pictures
        )
    }

    fn shown(shop: &double::Shop, names: &BTreeMap<String, String>, id: i64) -> Shown {
        let product = &shop.products[&id];
        let custom = |code: &str| text(&product["custom_attributes"][code]);
        let parent = shop.links.iter().find(|(_, children)| children.contains(&id)).map(|(parent, _)| *parent);
        let label = |code: &str, id: &str| {
            let option = shop.options.get(code).and_then(|all| all.iter().find(|(own, _)| own.to_string() == id));
            option.map_or_else(|| id.to_owned(), |(_, label)| label.clone())
        };
        let value = |code: &str| {
            let label = label(code, &custom(code));
            (!label.is_empty()).then(|| (double::label_of(code), label))
        };
        let chosen: Vec<String> = parent.map_or_else(Vec::new, |parent| {
            let options = shop.products[&parent]["options_of"].as_array().unwrap();
            options.iter().map(|option| double::code_of(text(&option["attribute_id"]).parse().unwrap()).unwrap().to_owned()).collect()
        });
        let mut entries: Vec<&Value> = product["media_gallery_entries"].as_array().unwrap().iter().collect();
        entries.sort_by_key(|entry| entry["position"].as_i64());
        let category = shop.products[&parent.unwrap_or(id)]["category_ids"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .find(|id| !ROOTS.contains(&id.as_str()));
        let gram = Decimal(decimal(&product["weight"]).0 * 1000);
        let runs = |product: &Value| {
            product["status"] == 1 && product["extension_attributes"]["website_ids"].as_array().unwrap().contains(&json!(1))
        };
        Shown {
            external_number: id.to_string(),
            sku: text(&product["sku"]),
            title: text(&product["name"]),
            description: custom("description"),
            price: decimal(&product["price"]),
            quantity: i32::try_from(shop.salable(product["sku"].as_str().unwrap())).unwrap(),
            // A child alone is nowhere to be seen.
            running: runs(product) && parent.map_or(product["visibility"] == 4, |parent| runs(&shop.products[&parent])),
            pictures: entries
                .iter()
                .map(|entry| names.get(digest_of(entry["file"].as_str().unwrap()).unwrap()).cloned().unwrap())
                .collect(),
            ean: Some(custom("ean")).filter(|ean| !ean.is_empty()),
            category,
            weight_in_gram: Some(gram).filter(|gram| *gram != Decimal::ZERO),
            attributes: ["farbe", "material"].into_iter().filter(|code| !chosen.iter().any(|one| one == code)).filter_map(value).collect(),
            options: chosen.iter().filter_map(|code| value(code)).collect(),
            family: parent.map(|parent| parent.to_string()),
        }
    }

    fn id(order_id: &str) -> i64 {
        order_id.parse().unwrap()
    }
}

impl Stage for Double {
    fn name(&self) -> String {
        "magento".to_owned()
    }

    /// Each second process of the integration is one of an admin user.
    fn connector(&self) -> Box<dyn Connector> {
        let admin = self.made.fetch_add(1, Ordering::Relaxed) % 2 == 1;
        build(&account("magento", &self.settings_of(admin)), TIMEOUT).unwrap()
    }

    fn settings(&self) -> Option<String> {
        Some(self.settings_of(false))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        let names = self.names.lock().unwrap();
        let shop = self.shop();
        let ids = shop.products.iter().filter(|(_, product)| product["sku"] == sku && product["type_id"] == "simple").map(|(id, _)| *id);
        ids.map(|id| Double::shown(&shop, &names, id)).collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        let mut shop = self.shop();
        let lines: Vec<(i64, i64)> = lines.iter().map(|(sku, quantity)| (shop.by_sku(sku).unwrap(), i64::from(*quantity))).collect();
        shop.place(&lines).to_string()
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        let id = Double::id(order_id);
        match deed {
            Deed::Pays => assert_eq!(self.shop().invoice(id).0, 200),
            Deed::Cancels => assert!(self.shop().cancel(id)),
            Deed::SettlesRefunds => {}
            Deed::Orders(..) | Deed::AsksToCancel => panic!("that cannot be done in a Magento"),
        }
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        let shop = self.shop();
        let id = Double::id(order_id);
        let order = &shop.orders[&id];
        let lines: Vec<&Value> = order["items"].as_array().unwrap().iter().filter(|line| line.get("parent_item_id").is_none()).collect();
        let sku_of = |line_id: &Value| text(&lines.iter().find(|line| line["item_id"] == *line_id).unwrap()["sku"]);
        ShownOrder {
            paid: order["total_paid"] == order["grand_total"],
            cancelled: order["state"] == "canceled",
            lines: lines
                .iter()
                .map(|line| ShownLine {
                    sku: text(&line["sku"]),
                    ordered: whole(&line["qty_ordered"]),
                    cancelled: whole(&line["qty_canceled"]),
                    shipped: whole(&line["qty_shipped"]),
                })
                .collect(),
            packages: shop
                .shipments
                .values()
                .filter(|shipment| shipment["order_id"] == id)
                .map(|shipment| ShownPackage {
                    tracking: shipment["tracks"].as_array().unwrap().iter().map(|track| text(&track["track_number"])).collect(),
                    contents: shipment["items"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|item| (sku_of(&item["order_item_id"]), whole(&item["qty"])))
                        .collect(),
                })
                .collect(),
            refunded: decimal(&order["total_refunded"]),
            ..ShownOrder::default()
        }
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        let mut guard = self.shop();
        let shop = &mut *guard;
        let id = shop.by_sku(sku).unwrap();
        let product = shop.products.get_mut(&id).unwrap();
        match edit {
            Edit::Price(price) => product["price"] = serde_json::from_str(&price.to_string()).unwrap(),
            Edit::Title(title) => product["name"] = json!(title),
            Edit::Quantity(quantity) => drop(shop.sources.insert((sku.to_owned(), "default".to_owned()), f64::from(*quantity))),
            Edit::SwitchesOff => product["status"] = json!(2),
            Edit::Renames(to) => product["sku"] = json!(to),
            Edit::Deletes => shop.delete(id),
        }
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let mut shop = self.shop();
        let id = shop.next_id();
        let product = json!({ "id": id, "sku": sku, "name": title, "attribute_set_id": 4, "price": 5, "status": 1, "visibility": 4, "type_id": "simple",
            "weight": 1, "extension_attributes": { "website_ids": [1] }, "media_gallery_entries": [], "category_ids": [], "options_of": [],
            "custom_attributes": { "url_key": format!("by-hand-{id}") } });
        shop.products.insert(id, product);
        shop.sources.insert((sku.to_owned(), "default".to_owned()), 10.0);
    }

    fn spoils(&self, mut change: OfferChange) -> OfferChange {
        // A product has to have a name.
        if let Some(content) = &mut change.content {
            content.title = String::new();
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
        Box::new(Double {
            shop: Arc::clone(&self.shop),
            proxy: Arc::clone(&self.proxy),
            pictures: self.pictures,
            names: Arc::clone(&self.names),
            made: AtomicUsize::new(0),
        })
    }

    fn meanwhile(&self, act: Act, passing: usize) -> Option<Act> {
        self.proxy.meanwhile(act, passing);
        None
    }

    fn clears(&self) -> bool {
        self.proxy.clears()
    }

    fn tasks_go(&self, _fate: TaskFate) {
        panic!("Kontor uses the routes that answer at once");
    }

    /// More than one page.
    fn crowd(&self) -> usize {
        60
    }

    fn picture(&self, name: &str) -> String {
        let digest = hex(&Sha256::digest(png(name)));
        self.names.lock().unwrap().insert(digest, name.to_owned());
        format!("http://{}/{name}.png", self.pictures)
    }
}
