//! A partner who reads and writes files, and remembers what he read.

mod shop;
mod weather;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{TimeDelta, Utc};

use super::super::suite::{Act, Deed, Edit, Fault, Opened, Shown, ShownLine, ShownOrder, Stage, StageEntry, TaskFate, amount};
use super::super::tests::account;
use super::super::{Connector, OfferChange, Price};
use super::Exchange;
use crate::domain::{Currency, Money};
use crate::xml::{Document, Limits};
use shop::{Order, Shop};
pub(super) use weather::Weather;

pub(crate) const STAGE: StageEntry = StageEntry {
    open,
    is_double: false,
    untried: &[
        ("found_by_number", "A partner knows offers by the number of their article, so nobody renames them there."),
        ("deleted", "Nobody hears what a partner deletes; each OfferExport names all of an offer, so that he can list it again."),
        ("throttled", "A folder asks for no pause."),
    ],
};

const LIMITS: Limits = Limits { depth: 8, attributes: 8, name_bytes: 64, elements: 1_000_000, entries: usize::MAX };

fn open() -> Opened {
    Ok(vec![Box::new(Partner::open())])
}

#[derive(Clone)]
struct Partner {
    folder: Arc<tempfile::TempDir>,
    shop: Arc<Mutex<Shop>>,
    weather: Weather,
    /// Something happens between two calls.
    armed: Arc<Mutex<bool>>,
}

impl Partner {
    fn open() -> Partner {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let partner = Partner { folder, shop: Arc::default(), weather: Weather::default(), armed: Arc::default() };
        partner.connector().shop().unwrap();
        partner
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads what lies there, in the order of the names, and takes it away.
    fn reads(&self) {
        let mut shop = self.shop.lock().unwrap();
        for (folder, root, entry) in [("OfferExport", "offers", "offer"), ("OrderExport", "orders", "order")] {
            let mut files: Vec<PathBuf> = std::fs::read_dir(self.path(folder)).unwrap().map(|file| file.unwrap().path()).collect();
            files.sort();
            for file in files {
                let name = file.file_name().unwrap().to_string_lossy().into_owned();
                assert!(name.starts_with(&format!("{folder}_1000_")) && name.ends_with(".xml"), "{name}");
                let text = std::fs::read_to_string(&file).unwrap();
                assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{text}");
                let document = Document::parse(&text, &LIMITS).unwrap();
                assert_eq!(document.root().name(), root);
                for node in document.root().children() {
                    assert_eq!(node.name(), entry);
                    if entry == "offer" { shop.takes_offer(node) } else { shop.takes_order(node) }
                }
                std::fs::remove_file(file).unwrap();
            }
        }
    }

    /// Writes an order as it is now, under another name first.
    fn writes(&self, number: &str) {
        let mut shop = self.shop.lock().unwrap();
        shop.files += 1;
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<orders>\n{}</orders>\n", shop.orders[number].text(number));
        let (part, name) = (self.path("OrderImport/next.part"), self.path(&format!("OrderImport/orders-{:06}.xml", shop.files)));
        std::fs::write(&part, text).unwrap();
        let off = std::time::SystemTime::from(Utc::now() + shop.clock);
        std::fs::File::options().append(true).open(&part).unwrap().set_modified(off).unwrap();
        std::fs::rename(part, name).unwrap();
    }
}

impl Stage for Partner {
    fn name(&self) -> String {
        "exchange".to_owned()
    }

    fn connector(&self) -> Box<dyn Connector> {
        self.weather.revives();
        Box::new(connect(self.folder.path(), "", &self.weather))
    }

    fn offers(&self, sku: &str) -> Vec<Shown> {
        self.reads();
        self.shop.lock().unwrap().offers.get(sku).cloned().into_iter().collect()
    }

    fn buys(&self, lines: &[(&str, i32)]) -> String {
        self.reads();
        let number = {
            let mut shop = self.shop.lock().unwrap();
            let number = format!("M-{}", shop.orders.len() + 1);
            let mut order = Order { placed: Utc::now() + shop.clock, ..Order::default() };
            for (sku, quantity) in lines {
                let offer = shop.offers.get_mut(*sku).unwrap();
                offer.quantity -= quantity;
                order.titles.push((offer.title.clone(), offer.price));
                order.shown.lines.push(ShownLine { sku: (*sku).to_owned(), ordered: *quantity, ..ShownLine::default() });
            }
            shop.orders.insert(number.clone(), order);
            number
        };
        self.writes(&number);
        number
    }

    fn happens(&self, order_id: &str, deed: &Deed) {
        self.reads();
        {
            let mut shop = self.shop.lock().unwrap();
            let shown = &mut shop.orders.get_mut(order_id).unwrap().shown;
            match deed {
                Deed::Pays => shown.paid = true,
                Deed::Cancels => {
                    shown.cancelled = true;
                    let freed: Vec<_> = shown.lines.iter().map(|line| (line.sku.clone(), line.ordered)).collect();
                    for (sku, quantity) in freed {
                        shop.offers.get_mut(&sku).unwrap().quantity += quantity;
                    }
                }
                Deed::Orders(sku, quantity) => {
                    shown.lines.iter_mut().find(|line| line.sku == *sku).unwrap().ordered = *quantity;
                }
                Deed::SettlesRefunds => {}
                Deed::AsksToCancel => panic!("the format has no requests"),
            }
        }
        self.writes(order_id);
    }

    fn order(&self, order_id: &str) -> ShownOrder {
        self.reads();
        self.shop.lock().unwrap().orders[order_id].shown.clone()
    }

    fn edits(&self, sku: &str, edit: &Edit) {
        self.reads();
        let mut shop = self.shop.lock().unwrap();
        let offer = shop.offers.get_mut(sku).unwrap();
        match edit {
            Edit::Price(price) => offer.price = *price,
            Edit::Title(title) => offer.title.clone_from(title),
            Edit::Quantity(quantity) => offer.quantity = *quantity,
            Edit::SwitchesOff => offer.running = false,
            Edit::Renames(_) => panic!("offers have the numbers of articles"),
            Edit::Deletes => drop(shop.offers.remove(sku)),
        }
    }

    fn lists_by_hand(&self, sku: &str, title: &str) {
        let (sku, title) = (sku.to_owned(), title.to_owned());
        let offer = Shown { sku: sku.clone(), title, price: amount("5.00"), quantity: 10, running: true, ..Shown::default() };
        self.shop.lock().unwrap().offers.insert(sku, offer);
    }

    fn spoils(&self, change: OfferChange) -> OfferChange {
        OfferChange { price: Some(Price { money: Money::new(amount("-1"), Currency::EUR), gross: true }), ..change }
    }

    fn clock_is_off(&self, minutes: i32) {
        self.shop.lock().unwrap().clock = TimeDelta::minutes(i64::from(minutes));
    }

    fn can_meet(&self, fault: Fault) -> bool {
        !matches!(fault, Fault::Throttled { retry_after: Some(_) })
    }

    fn strikes(&self, fault: Fault, passing: usize) {
        self.weather.comes(fault, passing);
    }

    fn actor(&self) -> Box<dyn Stage> {
        Box::new(self.clone())
    }

    fn meanwhile(&self, act: Act, _passing: usize) -> Option<Act> {
        *self.armed.lock().unwrap() = true;
        Some(act)
    }

    fn clears(&self) -> bool {
        self.weather.clears() || std::mem::take(&mut *self.armed.lock().unwrap())
    }

    fn tasks_go(&self, _fate: TaskFate) {
        panic!("there are no tasks")
    }

    fn crowd(&self) -> usize {
        55
    }

    fn picture(&self, name: &str) -> String {
        format!("https://pictures.example.com/{name}.png")
    }
}

/// A connector on a folder whose files are whole when they are there.
pub(super) fn connect(folder: &Path, settings: &str, weather: &Weather) -> Exchange {
    let settles = if settings.contains("settle_seconds") { "" } else { "settle_seconds = 0" };
    let settings = format!("folder = '{}'\n{settles}\n{settings}", folder.display());
    let mut connector = Exchange::new(&account("exchange", &settings)).unwrap();
    connector.disk.weather = weather.clone();
    connector
}
