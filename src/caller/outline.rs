//! An answer as people read it: a line for each record, its short fields beside its name, what is in it below.

use serde_json::{Map, Value};

use crate::xml::Node;

/// Columns of a line.
const WIDE: usize = 110;
/// Characters of a value beside others; a longer one gets a line of its own.
const SHORT: usize = 60;
/// Characters of a value that are shown.
const MOST: usize = 400;

/// What the reports of an answer say.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reports {
    pub(crate) all: usize,
    pub(crate) refused: usize,
}

/// The return code of an element that is a report.
fn return_code(node: Node<'_>) -> Option<&str> {
    node.attribute("return_code").or_else(|| node.child("returnCode").map(Node::text)).map(str::trim)
}

pub(crate) fn reports(root: Node<'_>) -> Reports {
    let mut found = Reports::default();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        if let Some(code) = return_code(node) {
            found.all += 1;
            found.refused += usize::from(code.starts_with('-'));
        }
        open.extend(node.children());
    }
    found
}

/// All that is in an element.
pub(crate) fn outline(root: Node<'_>) -> String {
    let mut out = String::new();
    let own = fields(root).filter(|(name, _)| !matches!(*name, "method" | "version")).collect::<Vec<_>>();
    if !own.is_empty() {
        line(&mut out, 0, "answer", &own);
    }
    within(&mut out, root, 0);
    out
}

/// Attributes, and children without children of their own; what is empty says nothing.
fn fields<'d>(node: Node<'d>) -> impl Iterator<Item = (&'d str, &'d str)> {
    let leaves = node.children().filter(|child| is_leaf(*child)).map(|child| (child.name(), child.text()));
    node.plain_attributes()
        .chain(leaves)
        .chain(own_text(node))
        .map(|(name, value)| (name, value.trim()))
        .filter(|(_, value)| !value.is_empty())
}

/// What stands in an element that is no more than a text, beside its attributes.
fn own_text<'d>(node: Node<'d>) -> Option<(&'d str, &'d str)> {
    node.children().next().is_none().then(|| ("text", node.text()))
}

fn is_leaf(node: Node<'_>) -> bool {
    node.children().next().is_none() && node.plain_attributes().next().is_none()
}

fn within(out: &mut String, node: Node<'_>, depth: usize) {
    for child in node.children().filter(|child| !is_leaf(*child)) {
        match entries(child) {
            Some(entries) => entries.for_each(|entry| element(out, entry, name_of(child, entry), depth)),
            None => element(out, child, child.name(), depth),
        }
    }
}

/// The entries of an element that is only a list of them.
fn entries<'d>(list: Node<'d>) -> Option<impl Iterator<Item = Node<'d>>> {
    let first = list.children().next()?.name();
    let is_list = list.children().all(|child| child.name() == first && !is_leaf(child)) && list.plain_attributes().next().is_none();
    // An element with one child may be a record that has only this; a list is named after its entries.
    let named = first == "item" || list.name().starts_with(first.get(..first.len().min(4)).unwrap_or(first));
    (is_list && named && return_code(list).is_none()).then(|| list.children())
}

/// The typed face calls every entry `item`.
fn name_of<'d>(list: Node<'d>, entry: Node<'d>) -> &'d str {
    match entry.name() {
        "item" => list.name(),
        name => name,
    }
}

fn element(out: &mut String, node: Node<'_>, name: &str, depth: usize) {
    match return_code(node) {
        Some(code) => report(out, node, code, depth),
        None => line(out, depth, name, &fields(node).collect::<Vec<_>>()),
    }
    within(out, node, depth + 1);
}

fn report(out: &mut String, node: Node<'_>, code: &str, depth: usize) {
    let said = |name: &&str| matches!(*name, "error_description" | "errorDescription");
    let (texts, rest): (Vec<_>, Vec<_>) =
        fields(node).filter(|(name, _)| !matches!(*name, "return_code" | "returnCode")).partition(|(name, _)| said(name));
    let name = if code.starts_with('-') { format!("report FAILED {code}") } else { "report ok".to_owned() };
    line(out, depth, &name, &rest);
    for (_, text) in texts {
        refusal(out, text, depth + 1);
    }
}

/// What is wrong, and below it what to do.
pub(crate) fn refusal(out: &mut String, text: &str, depth: usize) {
    let (wrong, remedy) = text.split_once("; ").map_or((text, None), |(wrong, remedy)| (wrong, Some(remedy)));
    indented(out, depth, wrong);
    if let Some(remedy) = remedy {
        indented(out, depth, &format!("-> {remedy}"));
    }
}

fn indented(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

/// A name with its fields; the long ones below.
fn line(out: &mut String, depth: usize, name: &str, fields: &[(&str, &str)]) {
    let (long, short): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, value)| value.chars().count() > SHORT);
    let mut text = format!("{}{name}", "  ".repeat(depth));
    for (name, value) in short {
        let field = format!("  {name}={}", quoted(value));
        if text.chars().count() + field.chars().count() > WIDE {
            out.push_str(&text);
            out.push('\n');
            text = "  ".repeat(depth + 1);
        }
        text.push_str(&field);
    }
    out.push_str(&text);
    out.push('\n');
    for (name, value) in long {
        indented(out, depth + 1, &format!("{name}: {}", cut(value)));
    }
}

/// Control characters of an answer must not reach a terminal.
fn plain(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn quoted(value: &str) -> String {
    let value = plain(value);
    let value = value.trim();
    if value.contains([' ', '"', '=']) { format!("\"{}\"", value.replace('"', "\\\"")) } else { value.to_owned() }
}

fn cut(value: &str) -> String {
    let all = value.chars().count();
    let shown = plain(&value.chars().take(MOST).collect::<String>());
    if all > MOST { format!("{shown}… ({all} characters, --xml shows all)") } else { shown }
}

/// An element as JSON: attributes and elements by name, repeated ones as a list. A list of the typed face is one always.
pub(crate) fn json(node: Node<'_>) -> Value {
    let mut children = node.children().peekable();
    if children.peek().is_none() && node.plain_attributes().next().is_none() {
        return Value::String(node.text().to_owned());
    }
    if node.children().next().is_some() && node.children().all(|child| child.name() == "item") && return_code(node).is_none() {
        return Value::Array(children.map(json).collect());
    }
    let text = own_text(node).filter(|(_, text)| !text.trim().is_empty());
    let mut fields: Map<String, Value> =
        node.plain_attributes().chain(text).map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
    for child in children {
        let value = json(child);
        match fields.get_mut(child.name()) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => drop(fields.insert(child.name().to_owned(), value)),
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json as value;

    use super::*;
    use crate::caller::given::LIMITS;
    use crate::xml::Document;

    fn shown(text: &str) -> String {
        outline(Document::parse(text, &LIMITS).unwrap().root())
    }

    #[test]
    fn reports_say_what_is_wrong_and_what_to_do() {
        let compat = "<response method=\"updateItems\" version=\"1.0.0\"><report return_code=\"0\" reference_id=\"good\" action=\"insert\">\
                      <item><item_id>5</item_id><internal_item_number>PLATE 1</internal_item_number></item></report>\
                      <report return_code=\"-4004\"><error_description>item 2: no category; create it first</error_description></report></response>";
        let text = "report ok  reference_id=good  action=insert\n  item  item_id=5  internal_item_number=\"PLATE 1\"\n\
                    report FAILED -4004\n  item 2: no category\n  -> create it first\n";
        assert_eq!(shown(compat), text);
        let typed = "<result><reports><item><returnCode>-4004</returnCode><errorDescription>a; b</errorDescription><item><itemId>5</itemId></item>\
                     </item></reports></result>";
        assert_eq!(shown(typed), "report FAILED -4004\n  a\n  -> b\n  item  itemId=5\n");
        let document = Document::parse(typed, &LIMITS).unwrap();
        assert_eq!(reports(document.root()), Reports { all: 1, refused: 1 });
    }

    #[test]
    fn records_are_lines_with_their_lists_below() {
        let text = "<response><report return_code=\"0\" total_records=\"1\"/><order><order_id>1</order_id><note/><order_items><order_item>\
                    <quantity>2</quantity></order_item></order_items><address><city>Bamberg\u{7f}\n</city></address></order></response>";
        assert_eq!(shown(text), "report ok  total_records=1\norder  order_id=1\n  order_item  quantity=2\n  address  city=Bamberg\n");
        let long = format!("<response><item><text>{}</text><n>1</n></item></response>", "ä".repeat(500));
        assert_eq!(shown(&long), format!("item  n=1\n  text: {}… (500 characters, --xml shows all)\n", "ä".repeat(400)));
    }

    #[test]
    fn answers_become_json() {
        let text = "<result><total>1</total><orders><item><id>7</id></item></orders><a><b>1</b><b>2</b></a><c x=\"y\"/></result>";
        let document = Document::parse(text, &LIMITS).unwrap();
        assert_eq!(json(document.root()), value!({ "total": "1", "orders": [{ "id": "7" }], "a": { "b": ["1", "2"] }, "c": { "x": "y" } }));
    }
}
