//! A record of the source while it is turned into one of a call.

use sha2::{Digest, Sha256};

use crate::domain::Failure;
use crate::domain::hex::hex;
use crate::operations::wire::keeps_xml;
use crate::xml::Node;
use crate::xml::write::escape_into;

/// What says when and by whom a record was changed, but nothing about the record.
const STAMPS: [&str; 5] = ["last_changed", "last_changed_at", "last_changed_by", "pending", "branch_stocks"];

/// An element with what is in it. Namespaces do not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
    /// The text is XML that nobody looks into.
    raw: bool,
}

impl Element {
    pub(super) fn of(node: Node<'_>) -> Result<Element, Failure> {
        let mut element = Element { name: node.name().to_owned(), ..Element::default() };
        if keeps_xml(node.name()) {
            element.raw = node.children().next().is_some();
            let blocks = node.children().map(|child| child.standalone_xml().map(|xml| xml.into_owned()));
            element.text = if element.raw { blocks.collect::<Result<String, _>>()? } else { node.text().to_owned() };
            return Ok(element);
        }
        element.attributes = node.plain_attributes().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        element.children = node.children().map(Element::of).collect::<Result<_, _>>()?;
        if element.children.is_empty() {
            element.text = node.text().to_owned();
        }
        Ok(element)
    }

    pub(super) fn leaf(name: &str, text: impl Into<String>) -> Element {
        Element { name: name.to_owned(), text: text.into(), ..Element::default() }
    }

    pub(super) fn list(name: &str, children: Vec<Element>) -> Element {
        Element { name: name.to_owned(), children, ..Element::default() }
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn child_mut(&mut self, name: &str) -> Option<&mut Element> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// The text of a child, or of an attribute, without blanks around it; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let of_attribute = || self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        self.child(name).map(|child| child.text.as_str()).or_else(of_attribute).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, name: &str) -> Option<i32> {
        self.get(name)?.parse().ok()
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.children.retain(|child| child.name != name);
        self.attributes.retain(|(known, _)| known != name);
    }

    pub(super) fn set(&mut self, name: &str, text: impl Into<String>) {
        match self.child_mut(name) {
            Some(child) => child.text = text.into(),
            None => self.children.push(Element::leaf(name, text)),
        }
    }

    /// Sets what the record does not say.
    pub(super) fn set_default(&mut self, name: &str, text: &str) {
        if self.get(name).is_none() {
            self.remove(name);
            self.children.push(Element::leaf(name, text));
        }
    }

    pub(super) fn set_attribute(&mut self, name: &str, value: &str) {
        self.attributes.retain(|(known, _)| known != name);
        self.attributes.push((name.to_owned(), value.to_owned()));
    }

    /// Gives an element another name.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if self.child(to).is_none()
            && let Some(child) = self.child_mut(from)
        {
            to.clone_into(&mut child.name);
        }
    }

    /// Each element below it, at any depth.
    pub(super) fn each(&self, see: &mut impl FnMut(&Element)) {
        for child in &self.children {
            see(child);
            child.each(see);
        }
    }

    /// The same, to change them; one that `keep` declines goes.
    pub(super) fn retain(&mut self, keep: &mut impl FnMut(&mut Element) -> bool) {
        self.children.retain_mut(|child| {
            let kept = keep(child);
            if kept {
                child.retain(keep);
            }
            kept
        });
    }

    pub(super) fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_into(out, value);
            out.push('"');
        }
        out.push('>');
        if self.raw {
            out.push_str(&self.text);
        } else if self.children.is_empty() {
            escape_into(out, &self.text);
        }
        self.children.iter().for_each(|child| child.write(out));
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    pub(super) fn xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// By which a record that has not changed is recognised.
    pub(super) fn digest(&self) -> String {
        let mut unstamped = self.clone();
        unstamped.retain(&mut |element| !STAMPS.contains(&element.name.as_str()));
        hex(&Sha256::digest(unstamped.xml()))
    }

    /// The names of what it says.
    pub(super) fn fields(&self) -> Vec<&str> {
        self.children.iter().map(|child| child.name.as_str()).collect()
    }
}
