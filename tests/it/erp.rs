//! An ERP: the calls of its day, on either face.

use std::collections::BTreeMap;
use std::ops::Deref;

use kontor::operations::Face;

use crate::element::Element;
use crate::words::{ACCOUNT, Words};
use crate::world::{Database, Reply, World, databases};

pub(crate) const FACES: [Face; 2] = [Face::Compat, Face::Typed];

/// Runs a test on every database and face, at the same time: most of it is waiting.
pub(crate) fn everywhere(test: impl Fn(Database, Face) + Sync) {
    std::thread::scope(|scope| {
        for database in databases() {
            for face in FACES {
                let test = &test;
                scope.spawn(move || test(database, face));
            }
        }
    });
}

/// The conditions of a fetch call that asks for one article, on either face.
pub(crate) fn one_item(number: &str) -> (String, String) {
    let compat = format!(
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><internal_item_number filter_method=\"=\" filter_value=\"{number}\"/></filter>"
    );
    let typed = format!(
        "<filters><item><mandatorId><value>1</value></mandatorId><internalItemNumber><value>{number}</value></internalItemNumber></item></filters>"
    );
    (compat, typed)
}

#[derive(Clone, Copy)]
pub(crate) struct Erp<'w> {
    pub world: &'w World,
    words: Words,
}

impl Deref for Erp<'_> {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.words
    }
}

/// What `fetchOrders` says about an order, as far as these tests look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub order_id: i32,
    pub marketplace_order_id: String,
    pub status: i32,
    pub complete: bool,
    pub external_order_number_1: Option<String>,
    pub exported: bool,
}

impl<'w> Erp<'w> {
    pub(crate) fn on(world: &'w World, face: Face) -> Erp<'w> {
        Erp { world, words: Words(face) }
    }

    pub(crate) fn send(&self, document: &str, headers: &[(&str, &str)]) -> Reply {
        self.world.post(self.path(), document, headers)
    }

    pub(crate) fn call(&self, operation: &str, compat: &str, typed: &str) -> Element {
        let reply = self.send(&self.document(operation, compat, typed), &[]);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
        self.read(&reply)
    }

    /// A call of which every record has to succeed.
    pub(crate) fn done(&self, operation: &str, compat: &str, typed: &str) -> Element {
        let answer = self.call(operation, compat, typed);
        let codes: Vec<&str> = answer.having("return_code").into_iter().map(|report| report.must("return_code")).collect();
        assert!(!codes.is_empty() && codes.iter().all(|code| *code == "0"), "{operation}: {answer:?}");
        answer
    }

    /// Sends a document of which every record has to be taken.
    pub(crate) fn sent(&self, document: &str) -> Reply {
        let reply = self.send(document, &[]);
        assert!(reply.status == 200 && self.accepted(&reply), "{document}: {}", reply.body);
        reply
    }

    /// Creates or renames an article; gives its number.
    pub(crate) fn item(&self, number: &str, name: &str) -> i32 {
        let answer = self.read(&self.sent(&self.item_document(number, name)));
        answer.having("item_id").first().unwrap_or_else(|| panic!("{answer:?}")).number("item_id")
    }

    /// Sets the price in the account's list.
    pub(crate) fn price(&self, number: &str, price: &str) {
        self.sent(&self.price_document(number, price));
    }

    pub(crate) fn stock(&self, number: &str, count: i32, absolute: bool) -> Reply {
        self.sent(&self.stock_document(number, count, absolute))
    }

    /// Writes the ERP's own number into the order.
    pub(crate) fn number_order(&self, order_id: i32, own: &str) {
        self.sent(&self.number_document(order_id, own));
    }

    /// Reports a status under the ERP's own number.
    pub(crate) fn status(&self, own: &str, status: &str, tracking: Option<&str>) {
        self.sent(&self.status_document(own, status, tracking));
    }

    /// Stock on hand and what orders have reserved of it.
    pub(crate) fn stock_of(&self, number: &str) -> (i32, i32) {
        let (compat, typed) = one_item(number);
        let answer = self.done("fetchStockCount", &compat, &typed);
        answer.having("reserved_count").first().map_or((0, 0), |stock| (stock.number("stock_count"), stock.number("reserved_count")))
    }

    /// Prepares an offer on the sandbox; gives its number.
    pub(crate) fn prepare(&self, number: &str) -> i32 {
        let answer = self.done(
            "prepareOffers",
            &format!(
                "<sandbox_offer><mandator_id>1</mandator_id><account_id>{ACCOUNT}</account_id><internal_item_number>{number}</internal_item_number></sandbox_offer>"
            ),
            &format!(
                "<offers><item><mandatorId>1</mandatorId><accountId>{ACCOUNT}</accountId><internalItemNumber>{number}</internalItemNumber></item></offers>"
            ),
        );
        answer.having("offer_id").first().unwrap_or_else(|| panic!("{answer:?}")).number("offer_id")
    }

    /// Wants the offer to run, and waits for the channel where `synchronous`; gives the answer, good or not.
    pub(crate) fn upload(&self, offer_id: i32, synchronous: bool) -> Element {
        self.call(
            "uploadOffers",
            &format!("<offers><offer_id>{offer_id}</offer_id></offers><process_synchronous>{synchronous}</process_synchronous>"),
            &format!("<offerIds><item>{offer_id}</item></offerIds><processSynchronous>{synchronous}</processSynchronous>"),
        )
    }

    /// An article with price, stock and a running offer; gives the number of the offer.
    pub(crate) fn list(&self, number: &str, price: &str, count: i32) -> i32 {
        self.item(number, &format!("Article {number}"));
        self.price(number, price);
        self.stock(number, count, true);
        let offer_id = self.prepare(number);
        let answer = self.upload(offer_id, true);
        assert!(answer.having("return_code").iter().all(|report| report.must("return_code") == "0"), "{answer:?}");
        offer_id
    }

    /// Has the sandbox's orders collected, and waits for it.
    pub(crate) fn sync(&self) {
        self.done(
            "syncPlatformOrders",
            &format!("<accounts><account_id>{ACCOUNT}</account_id></accounts><process_synchronous>true</process_synchronous>"),
            &format!("<accountIds><item>{ACCOUNT}</item></accountIds><processSynchronous>true</processSynchronous>"),
        );
    }

    fn fetch_orders(&self, compat: &str, typed: &str) -> Vec<Order> {
        let answer = self.done(
            "fetchOrders",
            &format!("<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/>{compat}</filter>"),
            &format!("<filters><item><mandatorId><value>1</value></mandatorId>{typed}</item></filters>"),
        );
        let orders = answer.having("order_status_id").into_iter();
        orders
            .map(|order| Order {
                order_id: order.number("order_id"),
                marketplace_order_id: order.must("marketplace_order_id").to_owned(),
                status: order.number("order_status_id"),
                complete: order.must("complete_status") == "2",
                external_order_number_1: order.get("external_order_number_1").map(str::to_owned),
                exported: order.get("export_date").is_some(),
            })
            .collect()
    }

    /// Orders that were not taken over yet.
    pub(crate) fn new_orders(&self) -> Vec<Order> {
        self.fetch_orders("<export_date filter_method=\"IS\" filter_value=\"NULL\"/>", "<exportDate><isNull>true</isNull></exportDate>")
    }

    pub(crate) fn all_orders(&self) -> Vec<Order> {
        self.fetch_orders("", "")
    }

    pub(crate) fn order(&self, order_id: i32) -> Order {
        let orders = self.fetch_orders(
            &format!("<order_ids filter_method=\"IN\"><filter_values><filter_value>{order_id}</filter_value></filter_values></order_ids>"),
            &format!("<orderIds><values><item>{order_id}</item></values></orderIds>"),
        );
        assert_eq!(orders.len(), 1, "{orders:?}");
        orders[0].clone()
    }

    /// What channels said about an article.
    pub(crate) fn messages(&self, item_id: i32) -> Vec<Element> {
        let answer = self.done(
            "fetchUploadMessages",
            &format!(
                "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><item_id filter_method=\"=\" filter_value=\"{item_id}\"/></filter>"
            ),
            &format!(
                "<filters><item><mandatorId><value>1</value></mandatorId><itemId><value>{item_id}</value></itemId></item></filters>"
            ),
        );
        answer.having("message_id").into_iter().cloned().collect()
    }

    /// `(state, price, quantity, pending)` of an offer, as the channel last confirmed it.
    pub(crate) fn offer(&self, offer_id: i32) -> (String, String, String, bool) {
        let answer = self.done(
            "fetchOffers",
            &format!(
                "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><offer_id filter_method=\"=\" filter_value=\"{offer_id}\"/></filter>"
            ),
            &format!(
                "<filters><item><mandatorId><value>1</value></mandatorId><offerId><value>{offer_id}</value></offerId></item></filters>"
            ),
        );
        let offers = answer.having("offer_status");
        let text = |name: &str| offers[0].get(name).unwrap_or_default().to_owned();
        (text("offer_status").to_uppercase(), text("price"), text("quantity"), text("pending") == "true")
    }

    /// Article numbers and prices of the account's list.
    pub(crate) fn prices(&self) -> BTreeMap<String, String> {
        let answer = self.done(
            "fetchPricelist",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
            "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
        );
        answer.having("item_nr").into_iter().map(|entry| (entry.must("item_nr").to_owned(), entry.must("price").to_owned())).collect()
    }

    /// Numbers of all articles.
    pub(crate) fn names(&self) -> Vec<String> {
        let answer = self.done(
            "fetchItems",
            "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
            "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
        );
        answer.having("internal_item_number").into_iter().map(|item| item.must("internal_item_number").to_owned()).collect()
    }
}
