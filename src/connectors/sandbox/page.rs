//! The shop as a page: what is on offer, what was ordered, how to order. Small on purpose, no script, no style sheet
//! from elsewhere.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::Token;
use super::can::Can;
use super::fault_list::{FAULTS, in_force};
use super::shop::Shop;

/// Rows of each table; `GET /offers` and `GET /orders` give all.
const MOST_ROWS: usize = 200;

/// The style sheet of the page.
pub(super) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}\
td.n,th.n{text-align:right}pre{background:#f5f5f5;padding:.6rem;overflow-x:auto}form{display:inline;margin:0}td img{display:block;width:56px;height:56px;object-fit:contain}.warn{background:#fff3cd;padding:.6rem}.good{background:#d9f2e3;padding:.6rem}";

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// `query` says what a button of the page did.
pub(super) fn page(shop: &Shop, can: &Can, token: Token<'_>, query: &str) -> String {
    let base = format!("/sandbox/{}", shop.account_id);
    let mut out = String::new();
    // Writing into a String cannot fail.
    let bought = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bought").map(|(_, order)| order.into_owned());
    let _ = write(&mut out, shop, can, &base, token, bought.as_deref());
    out
}

fn write(out: &mut String, shop: &Shop, can: &Can, base: &str, token: Token<'_>, bought: Option<&str>) -> std::fmt::Result {
    write!(
        out,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sandbox {}</title><link rel=\"icon\" href=\"/console/icon.svg\" type=\"image/svg+xml\"><style>{STYLE}</style></head><body>",
        shop.account_id
    )?;
    write!(out, "<h1>Sandbox shop of account {}</h1>", shop.account_id)?;
    if let Some(order) = bought.and_then(|order| shop.order(order)) {
        write!(
            out,
            "<p class=\"good\">Order <a href=\"{base}/orders/{0}\">{0}</a> is placed. Look at it in the <a href=\"/console/orders\">console</a>, or go <a href=\"/\">back to the start</a>.</p>",
            escape(&order.order_id)
        )?;
    }
    let faults = in_force(&shop.faults);
    if !faults.is_empty() {
        write!(out, "<p class=\"warn\">This shop is misbehaving on purpose (<a href=\"{base}/faults\">faults</a>):")?;
        for (name, value) in &faults {
            write!(out, "<br><code>{}</code> {}", escape(name), escape(&value.to_string()))?;
        }
        out.push_str("</p>");
    }
    let lacks = can.lacking();
    if !lacks.is_empty() {
        write!(out, "<p>It cannot do everything (setting <code>lacks</code>): {}.</p>", escape(&lacks.join(", ")))?;
    }
    write_offers(out, shop, base, token)?;
    write_orders(out, shop, base)?;
    write_help(out, base)?;
    write_faults(out, shop, base, token)?;
    write_links(out, base)
}

fn write_offers(out: &mut String, shop: &Shop, base: &str, token: Token<'_>) -> std::fmt::Result {
    write!(
        out,
        "<h2>Offers ({})</h2><table><tr><th><th>SKU<th>Title<th class=\"n\">Price<th class=\"n\">Quantity<th>State<th></tr>",
        shop.listings.len()
    )?;
    for listing in shop.listings.values().take(MOST_ROWS) {
        let sku = utf8_percent_encode(&listing.sku, NON_ALPHANUMERIC);
        write!(
            out,
            "<tr><td>{}<td><a href=\"{base}/offers/{sku}\">{}</a><td>{}<td class=\"n\">{} {}<td class=\"n\">{}<td>{}<td>",
            picture(listing.images.first().map(String::as_str)),
            escape(&listing.sku),
            escape(&listing.title),
            listing.price,
            escape(&listing.currency),
            listing.quantity,
            if listing.running { "running" } else { "ended" },
        )?;
        if listing.running && listing.quantity > 0 {
            write!(
                out,
                "<form method=\"post\" action=\"{base}/orders?sku={sku}&amp;quantity=1&amp;paid=true\">{}<button>Buy one</button></form>",
                own(token),
            )?;
        }
        out.push_str("</tr>");
    }
    out.write_str("</table>")
}

/// What the forms of the page send along.
fn own(token: Token<'_>) -> String {
    let field = |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
    field(token.field, token.value) + &field("by", "page")
}

/// A picture that Kontor serves, by its path: the page loads nothing from elsewhere.
fn picture(address: Option<&str>) -> String {
    let path = address.and_then(|address| address.split_once("://")).and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    match path.filter(|path| path.starts_with("/images/") || path.starts_with("/media/")) {
        Some(path) => format!("<img src=\"{}\" alt=\"\" width=\"56\" height=\"56\" loading=\"lazy\">", escape(path)),
        None => String::new(),
    }
}

/// A fault of the list, for an article that is on sale here.
fn fault_of(line: &str, shop: &Shop) -> String {
    match shop.listings.values().find(|listing| listing.running).and_then(|listing| serde_json::to_string(&listing.sku).ok()) {
        Some(sku) => line.replace("\"A\"", &sku),
        None => line.to_owned(),
    }
}

fn write_faults(out: &mut String, shop: &Shop, base: &str, token: Token<'_>) -> std::fmt::Result {
    write!(
        out,
        "<h2>Make it misbehave</h2><p>A button sets a fault, and so does <code>curl -X POST -d '…' …{base}/faults</code>. Zero, false or an empty list \
         clears one.</p><p><form method=\"post\" action=\"{base}/faults\">{}<button>Behave again</button></form> \
         <code>curl -X DELETE …{base}/faults</code></p><table><tr><th><th>The shop<th>-d</tr>",
        own(token)
    )?;
    for (line, what) in FAULTS {
        let fault = escape(&fault_of(line, shop));
        write!(
            out,
            "<tr><td><form method=\"post\" action=\"{base}/faults\">{}<input type=\"hidden\" name=\"fault\" value=\"{fault}\"><button>Set</button></form>\
             <td>{}<td><code>{fault}</code></tr>",
            own(token),
            escape(what),
        )?;
    }
    out.write_str("</table>")
}

fn write_orders(out: &mut String, shop: &Shop, base: &str) -> std::fmt::Result {
    write!(
        out,
        "<h2>Orders ({})</h2><table><tr><th>Order<th>Time (UTC)<th>Lines<th>Payment<th>Status<th>Tracking</tr>",
        shop.orders.len()
    )?;
    for order in shop.orders.values().rev().take(MOST_ROWS) {
        let lines: Vec<String> = order.lines.iter().take(5).map(|line| format!("{} × {}", line.quantity, escape(&line.sku))).collect();
        let packets: Vec<String> = order.packets.iter().filter_map(|packet| packet.tracking_number.as_deref().map(escape)).collect();
        write!(
            out,
            "<tr><td><a href=\"{base}/orders/{0}\">{0}</a><td>{1}<td>{2}{3}<td>{4}, {5}<td>{6}<td>{7}</tr>",
            escape(&order.order_id),
            order.ordered_at.format("%Y-%m-%d %H:%M:%S"),
            lines.join(", "),
            if order.lines.len() > 5 { " …" } else { "" },
            escape(&order.payment_method),
            if order.paid { "paid" } else { "open" },
            format!("{:?}", order.status).to_lowercase(),
            packets.join(", "),
        )?;
    }
    out.write_str("</table>")
}

fn write_help(out: &mut String, base: &str) -> std::fmt::Result {
    write!(
        out,
        "<h2>Order by hand</h2><p>Outside the demo, curl also needs <code>-u NAME</code> of an administrator.</p><pre>curl -X POST \"…{base}/orders?sku=SKU&amp;quantity=1\"\n\
curl -X POST -d '{{\"lines\":[{{\"sku\":\"SKU\",\"quantity\":2}}],\"payment\":\"cash on delivery\"}}' …{base}/orders\n\
curl -X POST …{base}/orders/S-100001/pay\n\
curl -X POST …{base}/orders/S-100001/cancel</pre>\
<h2>After the sale</h2><pre>curl -X POST -d '{{\"coupons\":[{{\"code\":\"SAVE5\",\"amount\":\"5.00\"}}]}}' …{base}/orders/S-100001/change\n\
curl -X POST -d '{{\"lines\":[{{\"line_id\":\"S-100001-1\",\"quantity\":1}}]}}' …{base}/orders/S-100001/requests\n\
curl -X POST …{base}/orders/S-100001/requests/S-100001-C1/withdraw\n\
curl -X POST -d '{{\"lines\":[{{\"line_id\":\"S-100001-1\",\"quantity\":1}}]}}' …{base}/orders/S-100001/returns\n\
curl -X POST -d '{{\"amount\":\"5.00\"}}' …{base}/orders/S-100001/refunds</pre>\
<h2>Say something</h2><pre>curl -X POST -d '{{\"order_id\":\"S-100001\",\"text\":\"Where is it?\"}}' …{base}/messages\n\
curl -X POST -d '{{\"order_id\":\"S-100001\",\"reason\":\"ItemNotReceived\"}}' …{base}/disputes\n\
curl -X POST -d '{{\"order_id\":\"S-100001\",\"stars\":5}}' …{base}/feedback</pre>\
<h2>Change an offer by hand, or put one on sale that Kontor does not know</h2>\
<pre>curl -X POST -d '{{\"price\":\"4.90\",\"quantity\":3}}' …{base}/offers/SKU\n\
curl -X DELETE …{base}/offers/SKU</pre>"
    )
}

fn write_links(out: &mut String, base: &str) -> std::fmt::Result {
    write!(
        out,
        "<p><a href=\"{base}/offers\">offers</a> · <a href=\"{base}/orders\">orders</a> · <a href=\"{base}/faults\">faults</a> · <a href=\"{base}/state\">state</a></p></body></html>"
    )
}
