//! What the partner makes of documents, and those that he writes. He takes nothing that the format does not allow.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::super::suite::{Shown, ShownOrder, ShownPackage, amount};
use crate::domain::Decimal;
use crate::xml::Node;

/// What the partner keeps.
#[derive(Default)]
pub(super) struct Shop {
    pub(super) offers: BTreeMap<String, Shown>,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) files: usize,
    pub(super) clock: TimeDelta,
}

#[derive(Default, Clone)]
pub(super) struct Order {
    pub(super) placed: DateTime<Utc>,
    pub(super) shown: ShownOrder,
    pub(super) titles: Vec<(String, Decimal)>,
    pub(super) credits: Vec<(String, Decimal)>,
}

/// The children of an element; each at most once, unless they are a list.
fn child<'d>(node: Node<'d>, name: &str) -> &'d str {
    let mut all = node.children().filter(|child| child.name() == name);
    let found = all.next().unwrap_or_else(|| panic!("<{}> lacks <{name}>", node.name()));
    assert!(all.next().is_none(), "<{name}> is there twice");
    found.text().trim()
}

fn list<'d>(node: Node<'d>, name: &str, entry: &'static str) -> Vec<Node<'d>> {
    let list = node.child(name).unwrap_or_else(|| panic!("<{}> lacks <{name}>", node.name()));
    list.children().inspect(|child| assert_eq!(child.name(), entry, "in <{name}>")).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn pieces(node: Node<'_>, name: &str) -> i32 {
    child(node, name).parse().unwrap_or_else(|_| panic!("<{name}> is no number of pieces"))
}

fn pairs(node: Node<'_>, name: &str) -> Vec<(String, String)> {
    let pair = |node: Node<'_>| (node.attribute("name").expect("a name").to_owned(), child(node, "value").to_owned());
    list(node, name, "attribute").into_iter().map(pair).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    crate::xml::write::escape_into(&mut out, text);
    out
}

const OFFER: &[&str] = &[
    "title",
    "item_identifier",
    "item_internal_number",
    "item_match_code",
    "item_ean_code",
    "item_upc_code",
    "item_isbn",
    "account_name",
    "price",
    "account_price",
    "prices",
    "offer_state",
    "offer_pending_state",
    "delivery_time_identifier",
    "delivery_time_in_days",
    "variant_parent_identifier",
    "variant_parent_internal_item_number",
    "variant_parent_match_code",
    "variant_parent_ean",
    "variant_parent_upc",
    "variant_parent_isbn",
    "product_group_external_id",
    "product_group_identifier",
    "delivery_charge_category_external_id",
    "delivery_charge_category_identifier",
    "currency_code_iso",
    "price_type_identifier",
    "quantity",
    "description",
    "language_code",
    "manufacturer",
    "tax_type_id",
    "tax_class",
    "weight_in_gram",
    "images",
    "attributes",
    "variant_attributes",
];

impl Shop {
    pub(super) fn takes_offer(&mut self, node: Node<'_>) {
        let names: Vec<&str> = node.children().map(Node::name).collect();
        assert_eq!(names, OFFER, "the elements of an offer, each once, in their order");
        let sku = child(node, "item_internal_number").to_owned();
        let known = self.offers.get(&sku);
        let active = |name: &str| match child(node, name) {
            "ACTIVE" => true,
            "INACTIVE" => false,
            other => panic!("<{name}> is {other}"),
        };
        if !active("offer_pending_state") {
            if let Some(known) = self.offers.get_mut(&sku) {
                known.running = false;
            }
            return;
        }
        assert!(!active("offer_state") || known.is_some(), "{sku} is called active, and nobody listed it");
        assert!(!child(node, "title").is_empty(), "{sku} has a title");
        assert_eq!((child(node, "account_price"), child(node, "price_type_identifier")), (child(node, "price"), "gross"));
        let parent = child(node, "variant_parent_internal_item_number");
        let images = list(node, "images", "image");
        let picture = |image: &Node<'_>| image.text().rsplit('/').next().unwrap().trim_end_matches(".png").to_owned();
        let offer = Shown {
            external_number: sku.clone(),
            sku: sku.clone(),
            title: child(node, "title").to_owned(),
            description: child(node, "description").to_owned(),
            price: amount(child(node, "price")),
            quantity: pieces(node, "quantity"),
            running: true,
            pictures: images.iter().map(picture).collect(),
            ean: some(child(node, "item_ean_code")),
            category: None,
            weight_in_gram: some(child(node, "weight_in_gram")).map(|weight| amount(&weight)),
            attributes: pairs(node, "attributes"),
            options: pairs(node, "variant_attributes"),
            family: some(parent),
        };
        self.offers.insert(sku, offer);
    }

    pub(super) fn takes_order(&mut self, node: Node<'_>) {
        let number = child(node, "marketplace_order_id_1");
        let order = self.orders.get_mut(number).unwrap_or_else(|| panic!("{number} is no order of ours"));
        let was = order.shown.clone();
        let now = &mut order.shown;
        now.paid |= child(node, "payment_status_identifier") == "paid";
        now.cancelled |= child(node, "order_status_identifier") == "cancelled";
        let items = list(node, "order_items", "order_item");
        assert_eq!(items.len(), now.lines.len(), "all positions of {number}");
        for (at, item) in items.into_iter().enumerate() {
            let line = &mut now.lines[at];
            assert_eq!(
                (child(item, "marketplace_order_item_id"), child(item, "item_internal_number")),
                (at.to_string().as_str(), line.sku.as_str())
            );
            line.cancelled = line.cancelled.max(pieces(item, "cancelled_quantity"));
            line.shipped = pieces(item, "shipped_quantity");
            assert!(line.cancelled + line.shipped <= line.ordered, "{number}: more than was ordered");
        }
        let packets = list(node, "packets", "packet");
        assert!(packets.is_empty() || !was.cancelled, "{number} is cancelled, and something is shipped");
        let content = |item: Node<'_>| (child(item, "item_internal_number").to_owned(), pieces(item, "quantity"));
        now.packages = packets
            .iter()
            .map(|packet| ShownPackage {
                tracking: some(child(*packet, "tracking_number")).into_iter().collect(),
                contents: list(*packet, "order_items", "order_item").into_iter().map(content).collect(),
            })
            .collect();
        let credits = list(node, "credit_entries", "credit_entry").into_iter();
        order.credits = credits.map(|credit| (child(credit, "credit_entry_number").to_owned(), amount(child(credit, "amount")))).collect();
        now.refunded = Decimal(order.credits.iter().map(|(_, amount)| amount.0).sum());
        now.documents = list(node, "documents", "document").into_iter().map(|paper| child(paper, "document_number").to_owned()).collect();
        // What is cancelled can be bought again.
        let freed = was.lines.iter().zip(&order.shown.lines).map(|(was, now)| (now.sku.clone(), now.cancelled - was.cancelled));
        for (sku, freed) in freed.collect::<Vec<_>>() {
            if let Some(offer) = self.offers.get_mut(&sku) {
                offer.quantity += freed;
            }
        }
    }
}

impl Order {
    /// As the format has it, with elements that no reader knows.
    pub(super) fn text(&self, number: &str) -> String {
        let mut text = String::new();
        let line = |text: &mut String, name: &str, value: &str| {
            let _ = writeln!(text, "    <{name}>{}</{name}>", escaped(value));
        };
        text.push_str("  <order>\n    <of_a_later_version><order_date>no</order_date></of_a_later_version>\n");
        line(&mut text, "marketplace_order_id_1", number);
        line(&mut text, "transaction_id_1", "");
        line(&mut text, "order_date", &self.placed.format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string());
        line(&mut text, "currency_code_iso", "EUR");
        line(&mut text, "payment_method_identifier", "prepayment");
        line(&mut text, "payment_status_identifier", if self.shown.paid { "paid" } else { "unpaid" });
        line(&mut text, "order_status_identifier", if self.shown.cancelled { "cancelled" } else { "open" });
        line(&mut text, "customer_external_id_1", "K-1");
        for word in ["invoice", "delivery"] {
            for (name, value) in [
                ("salutation_identifier", "ms"),
                ("first_name", "Erika"),
                ("last_name", "Müller & Söhne"),
                ("street", "Heidestraße"),
                ("house_number", "8-10"),
                ("postal_code", "51147"),
                ("city", "Köln"),
                ("country_code_iso", "DE"),
                ("email_address", "erika@example.com"),
            ] {
                line(&mut text, &format!("{word}_{name}"), value);
            }
        }
        line(&mut text, "shipping_charge", "4.90");
        let goods: i64 = self.shown.lines.iter().zip(&self.titles).map(|(line, (_, price))| price.0 * i64::from(line.ordered)).sum();
        line(&mut text, "total_amount", &Decimal(goods + 49_000).to_string());
        text.push_str("    <order_items>\n");
        for (at, (position, (title, price))) in self.shown.lines.iter().zip(&self.titles).enumerate() {
            text.push_str("    <order_item>\n");
            line(&mut text, "marketplace_order_item_id", &at.to_string());
            line(&mut text, "item_internal_number", &position.sku);
            line(&mut text, "item_title", title);
            line(&mut text, "quantity", &position.ordered.to_string());
            line(&mut text, "cancelled_quantity", &position.cancelled.to_string());
            line(&mut text, "price", &price.to_string());
            line(&mut text, "tax_rate", "19");
            text.push_str("    </order_item>\n");
        }
        text.push_str("    </order_items>\n    <credit_entries>\n");
        for (number, amount) in &self.credits {
            text.push_str("    <credit_entry>\n");
            line(&mut text, "credit_entry_number", number);
            line(&mut text, "amount", &amount.to_string());
            text.push_str("    </credit_entry>\n");
        }
        text.push_str("    </credit_entries>\n  </order>\n");
        text
    }
}
