//! What a template of a mail can show. Whatever comes from outside is one line of a sensible length.

use chrono_tz::Tz;
use serde::Serialize;

use crate::config::{Mail, Settings};
use crate::domain::mail::{MailDocument, MailEvent};
use crate::domain::order::{Address, OrderStatus, PacketDocument, PaymentStatus, Sold, charged};
use crate::domain::{Currency, Decimal, OrderItemId, Stamp};
use crate::store::orders::{OrderItemRow, OrderRow};

/// Characters of a value.
const LONGEST: usize = 200;

/// An order with what a mail can be about, as it is stored now.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) order: OrderRow,
    pub(crate) positions: Vec<OrderItemRow>,
    /// The package of a mail about one, and what is in it.
    pub(crate) packet: Option<(PacketDocument, Vec<(OrderItemId, i32)>)>,
}

#[derive(Debug, Serialize)]
pub(super) struct Values {
    shop: Shop,
    order: Order,
    buyer: Buyer,
    invoice: Place,
    delivery: Place,
    package: Option<Package>,
    cancelled: Option<Cancelled>,
    refund: Option<Refund>,
}

#[derive(Debug, Serialize)]
struct Shop {
    name: String,
    mandator: String,
}

#[derive(Debug, Serialize)]
struct Order {
    /// The number that the buyer knows: the channel's, else Kontor's.
    number: String,
    own_number: String,
    erp_number: Option<String>,
    date: String,
    total: String,
    currency: String,
    payment_method: Option<String>,
    paid: bool,
    /// Pieces are still to come.
    open: bool,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    sku: Option<String>,
    quantity: i32,
    /// Of one piece.
    price: String,
}

#[derive(Debug, Serialize)]
struct Buyer {
    name: String,
    first_name: String,
    last_name: String,
    firm: String,
}

#[derive(Debug, Default, Serialize)]
struct Place {
    lines: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Package {
    number: Option<String>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_link: Option<String>,
    return_number: Option<String>,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Cancelled {
    /// Nothing of the order comes.
    whole: bool,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Refund {
    amount: String,
}

/// How a language writes amounts and days.
struct Speech<'l> {
    language: &'l str,
    currency: Currency,
    zone: Tz,
}

impl Speech<'_> {
    fn amount(&self, amount: Decimal) -> String {
        let written = amount.with_decimals(self.currency.decimals());
        if self.language == "en" { written } else { written.replace('.', ",") }
    }

    fn day(&self, time: Stamp) -> String {
        let form = match self.language {
            "de" => "%d.%m.%Y",
            "en" => "%-d %B %Y",
            _ => "%Y-%m-%d",
        };
        time.day_in(self.zone).format(form).to_string()
    }
}

/// What a mail about an event can show, in a language.
pub(super) fn values(settings: &Settings, mail: &Mail, story: &Story, event: MailEvent, data: &MailDocument, language: &str) -> Values {
    let order = &story.order;
    let currency = order.data.currency_code_iso.as_deref().and_then(Currency::parse).unwrap_or(Currency::EUR);
    let mandator = settings.mandator(order.mandator_id);
    let speech = Speech { language, currency, zone: mandator.map_or(Tz::UTC, |mandator| mandator.time_zone) };
    let mandator = mandator.map(|mandator| mandator.identifier.clone()).unwrap_or_default();
    let account = order.account_id.and_then(|id| settings.account(id)).map(|account| account.identifier.clone());
    let sender = mail.sender(order.mandator_id, order.account_id).and_then(|sender| sender.from_name.clone());
    let addresses = (order.data.invoice_address.as_ref(), order.data.delivery_address.as_ref());
    Values {
        shop: Shop { name: sender.or(account).unwrap_or_else(|| mandator.clone()), mandator },
        order: order_of(story, &speech),
        buyer: buyer(addresses.0.or(addresses.1)),
        invoice: addresses.0.map(place).unwrap_or_default(),
        delivery: addresses.1.or(addresses.0).map(place).unwrap_or_default(),
        package: story.packet.as_ref().map(|packet| package(mail, story, packet, &speech)),
        cancelled: (event == MailEvent::Cancelled)
            .then(|| Cancelled { whole: order.order_status_id == OrderStatus::Cancelled, lines: lines(story, &data.pieces, &speech) }),
        refund: data.amount.map(|amount| Refund { amount: speech.amount(amount) }),
    }
}

fn order_of(story: &Story, speech: &Speech<'_>) -> Order {
    let row = &story.order;
    let own_number = format!("{}{}", row.order_number_prefix.as_deref().unwrap_or_default(), row.order_number);
    let of = |price, tax_rate: Option<i64>, quantity| Sold { price: Decimal(price), tax_rate: tax_rate.map(Decimal), quantity };
    let sold: Vec<Sold> = story.positions.iter().map(|p| of(p.price, p.tax_rate, p.quantity.saturating_sub(p.cancelled))).collect();
    let total = row.data.totals.total_amount.unwrap_or_else(|| charged(&sold, &row.data).rounded(speech.currency.decimals()));
    let all: Vec<(OrderItemId, i32)> = story.positions.iter().map(|p| (p.order_item_id, p.quantity.saturating_sub(p.cancelled))).collect();
    Order {
        number: row.marketplace_order_id.as_deref().map(line).unwrap_or_else(|| own_number.clone()),
        own_number,
        erp_number: row.external_order_number_1.as_deref().map(line),
        date: speech.day(Stamp(row.order_date.unwrap_or(row.created_at))),
        total: speech.amount(total),
        currency: speech.currency.code().to_owned(),
        payment_method: row.data.payment_method_identifier.as_deref().map(line),
        paid: row.data.payment_status_id == Some(PaymentStatus::Paid),
        open: story.positions.iter().any(|position| position.pieces().open() > 0),
        lines: lines(story, &all, speech),
    }
}

fn lines(story: &Story, pieces: &[(OrderItemId, i32)], speech: &Speech<'_>) -> Vec<Line> {
    let named = pieces.iter().filter(|(_, quantity)| *quantity > 0).filter_map(|(id, quantity)| {
        let position = story.positions.iter().find(|position| position.order_item_id == *id)?;
        Some(Line {
            name: line(&position.identifier),
            sku: position.internal_item_number.as_deref().map(line),
            quantity: *quantity,
            price: speech.amount(Decimal(position.price)),
        })
    });
    named.collect()
}

fn package(mail: &Mail, story: &Story, (packet, contents): &(PacketDocument, Vec<(OrderItemId, i32)>), speech: &Speech<'_>) -> Package {
    let carrier =
        [&packet.shipping_provider_identifier, &packet.shipping_provider_external_id, &story.order.data.shipping_provider_identifier];
    let carrier = carrier.into_iter().flatten().next();
    let number = packet.tracking_number.as_deref().map(line).filter(|number| !number.is_empty());
    Package {
        number: packet.external_packet_number.as_deref().map(line),
        carrier: carrier.map(|carrier| line(carrier)),
        tracking_link: carrier.zip(number.as_deref()).and_then(|(carrier, number)| mail.tracking_link(carrier, number)),
        tracking_number: number,
        return_number: packet.return_number.as_deref().map(line),
        lines: lines(story, contents, speech),
    }
}

fn buyer(address: Option<&Address>) -> Buyer {
    let text = |of: fn(&Address) -> &Option<String>| address.and_then(|address| of(address).as_deref()).map(name).unwrap_or_default();
    let (first_name, last_name, firm) = (text(|a| &a.first_name), text(|a| &a.last_name), text(|a| &a.firm));
    let full = [first_name.as_str(), last_name.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    Buyer { name: if full.is_empty() { firm.clone() } else { full }, first_name, last_name, firm }
}

/// The name of the buyer in the head of a mail; empty: none that can be shown.
pub(super) fn buyer_name(order: &OrderRow) -> String {
    buyer(order.data.invoice_address.as_ref().or(order.data.delivery_address.as_ref())).name
}

fn place(address: &Address) -> Place {
    let joined = |parts: &[&Option<String>]| {
        let words: Vec<String> = parts.iter().filter_map(|part| part.as_deref()).map(name).filter(|word| !word.is_empty()).collect();
        words.join(" ")
    };
    let lines = [
        joined(&[&address.firm]),
        joined(&[&address.first_name, &address.last_name]),
        joined(&[&address.street, &address.house_number]),
        joined(&[&address.street_addition]),
        joined(&[&address.postal_code, &address.city]),
        joined(&[&address.country_code_iso]),
    ];
    Place { lines: lines.into_iter().filter(|line| !line.is_empty()).collect() }
}

/// One line without control characters.
pub(super) fn line(text: &str) -> String {
    let printable = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let clean: String = text.chars().map(printable).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}

/// Characters that turn the direction of what follows, or break lines.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// What a buyer typed as a name. One with an address of the web is none: strangers place orders in the name of others, whom the
/// mail then shows their advertisement.
fn name(text: &str) -> String {
    let name = line(text);
    let lower = name.to_lowercase();
    if ["://", "www.", "http"].iter().any(|sign| lower.contains(sign)) { String::new() } else { name }
}

#[cfg(test)]
mod tests {
    use super::{line, name};

    #[test]
    fn what_comes_from_outside_stays_in_its_line() {
        assert_eq!(line("Jane\r\nBcc: everybody@example.com"), "Jane Bcc: everybody@example.com");
        assert_eq!(line("a\u{202e}b\u{2028}c\0d"), "a b c d");
        assert_eq!(line(&"x".repeat(1000)).len(), 200);
    }

    #[test]
    fn an_address_of_the_web_is_no_name() {
        assert_eq!(name("Ännie O'Neil-Müller"), "Ännie O'Neil-Müller");
        for advertisement in ["Win http://evil.example", "WWW.evil.example", "httpx evil"] {
            assert_eq!(name(advertisement), "");
        }
    }
}
