//! Answers as trees, read without regard to the face: `order_id` finds the element `orderId` as well as the attribute.

use kontor::xml::{Document, Limits, Node};

const LIMITS: Limits = Limits { depth: 64, attributes: 64, name_bytes: 256, elements: 5_000_000, entries: usize::MAX };

#[derive(Debug, Clone, Default)]
pub(crate) struct Element {
    pub name: String,
    pub text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

fn same(wire: &str, snake: &str) -> bool {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    plain(wire) == plain(snake)
}

impl Element {
    pub(crate) fn parse(text: &str) -> Element {
        let document = Document::parse(text, &LIMITS).unwrap_or_else(|failure| panic!("{failure}: {text}"));
        Element::of(document.root())
    }

    fn of(node: Node<'_>) -> Element {
        Element {
            name: node.name().to_owned(),
            text: node.text().to_owned(),
            attributes: node.attributes().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            children: node.children().map(Element::of).collect(),
        }
    }

    /// The own attribute or child of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|(known, _)| same(known, name)).map(|(_, value)| value.as_str());
        attribute.or_else(|| self.children.iter().find(|child| same(&child.name, name)).map(|child| child.text.as_str()))
    }

    /// Like [`Element::get`], for what has to be there.
    pub(crate) fn must(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The texts of the entries of a list of its own.
    pub(crate) fn texts(&self, list: &str) -> Vec<&str> {
        let list = self.children.iter().find(|child| same(&child.name, list));
        list.map(|list| list.children.iter().map(|entry| entry.text.as_str()).collect()).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> i32 {
        self.must(name).parse().unwrap_or_else(|_| panic!("{name} is no number in {self:?}"))
    }

    /// Elements at any depth that have an own attribute or child of this name.
    pub(crate) fn having(&self, name: &str) -> Vec<&Element> {
        let own = self.get(name).is_some().then_some(self);
        own.into_iter().chain(self.children.iter().flat_map(|child| child.having(name))).collect()
    }
}
