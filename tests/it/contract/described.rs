//! A WSDL as generators see it: operations, elements and types.

use std::collections::{BTreeMap, BTreeSet};

use kontor::xml::{Document, Limits, Node};

const LIMITS: Limits = Limits { depth: 64, attributes: 64, name_bytes: 256, elements: 5_000_000, entries: usize::MAX };

pub(crate) fn with_document<T>(text: &str, look: impl FnOnce(Node<'_>) -> T) -> T {
    let document = Document::parse(text, &LIMITS).unwrap_or_else(|failure| panic!("{failure}"));
    look(document.root())
}

/// An element and everything below it.
pub(crate) fn all(node: Node<'_>) -> Vec<Node<'_>> {
    std::iter::once(node).chain(node.children().flat_map(all)).collect()
}

/// The children with a name.
pub(crate) fn named<'d>(node: Node<'d>, name: &'static str) -> impl Iterator<Item = Node<'d>> {
    node.children().filter(move |child| child.name() == name)
}

pub(crate) fn attribute(node: Node<'_>, name: &str) -> String {
    node.attribute(name).unwrap_or_else(|| panic!("{node:?} has no {name}")).to_owned()
}

#[derive(Debug, Default)]
pub(crate) struct Described {
    /// What generators make names and settings of, by the place it stands at.
    pub frame: BTreeMap<&'static str, String>,
    pub operations: BTreeMap<String, Operation>,
    /// Global elements with their types; a type without a name is called after its element, in angle brackets.
    pub elements: BTreeMap<String, String>,
    pub types: BTreeMap<String, Type>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Operation {
    pub action: String,
    pub request: String,
    pub answer: String,
    /// Names and elements.
    pub faults: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Sequence(Vec<Child>),
    Simple(Simple),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    pub name: String,
    pub type_name: String,
    pub least: String,
    pub most: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Simple {
    pub base: String,
    pub words: BTreeSet<String>,
    pub facets: BTreeMap<String, u32>,
}

impl Simple {
    /// A text without fixed values: what differs between two of them is the length alone.
    pub(crate) fn is_text(&self) -> bool {
        self.base == "string" && self.words.is_empty()
    }
}

/// A name without its prefix: there is one namespace beside that of XML Schema.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

impl Described {
    pub(crate) fn parse(text: &str) -> Described {
        with_document(text, Described::of)
    }

    fn of(root: Node<'_>) -> Described {
        let only = |parent: Node<'_>, name: &'static str| named(parent, name).next().map(|node| attribute(node, "name"));
        let schema = root.child("types").and_then(|types| types.child("schema")).expect("a schema");
        let binding = root.child("binding").expect("a binding");
        let frame = BTreeMap::from([
            ("namespace", attribute(root, "targetNamespace")),
            ("schema namespace", attribute(schema, "targetNamespace")),
            ("form of elements", attribute(schema, "elementFormDefault")),
            ("SOAP version", binding.child("binding").and_then(Node::namespace).unwrap_or_default().to_owned()),
            ("port type", only(root, "portType").unwrap_or_default()),
            ("binding", only(root, "binding").unwrap_or_default()),
            ("service", only(root, "service").unwrap_or_default()),
            ("port", root.child("service").and_then(|service| only(service, "port")).unwrap_or_default()),
        ]);
        let mut described = Described { frame, ..Described::default() };
        let messages: BTreeMap<String, String> = named(root, "message")
            .map(|message| (attribute(message, "name"), local(&attribute(message.child("part").expect("a part"), "element"))))
            .collect();
        let element_of =
            |node: Option<Node<'_>>| node.map(|node| messages[&local(&attribute(node, "message"))].clone()).unwrap_or_default();
        let actions: BTreeMap<String, String> = named(binding, "operation")
            .map(|operation| (attribute(operation, "name"), attribute(operation.child("operation").expect("an action"), "soapAction")))
            .collect();
        for operation in named(root.child("portType").expect("a port type"), "operation") {
            let name = attribute(operation, "name");
            let described_operation = Operation {
                action: actions[&name].clone(),
                request: element_of(operation.child("input")),
                answer: element_of(operation.child("output")),
                faults: named(operation, "fault").map(|fault| (attribute(fault, "name"), element_of(Some(fault)))).collect(),
            };
            described.operations.insert(name, described_operation);
        }
        for node in schema.children() {
            let name = attribute(node, "name");
            match node.name() {
                "complexType" => described.add(name, sequence(node)),
                "simpleType" => described.add(name, simple(node)),
                "element" => {
                    let type_name = node.attribute("type").map_or_else(|| format!("<{name}>"), local);
                    if let Some(own) = node.child("complexType") {
                        described.add(type_name.clone(), sequence(own));
                    }
                    described.elements.insert(name, type_name);
                }
                other => panic!("{other} in the schema"),
            }
        }
        described
    }

    fn add(&mut self, name: String, definition: Type) {
        let before = self.types.insert(name.clone(), definition);
        assert_eq!(before, None, "the type {name} stands twice");
    }

    /// A type by its name; what is not declared is one of XML Schema's own.
    pub(crate) fn type_of(&self, name: &str) -> Type {
        self.types.get(name).cloned().unwrap_or_else(|| Type::Simple(Simple { base: name.to_owned(), ..Simple::default() }))
    }
}

fn sequence(node: Node<'_>) -> Type {
    let children = node.child("sequence").into_iter().flat_map(|sequence| named(sequence, "element"));
    let child = |element: Node<'_>| Child {
        name: attribute(element, "name"),
        type_name: local(&attribute(element, "type")),
        least: element.attribute("minOccurs").unwrap_or("1").to_owned(),
        most: element.attribute("maxOccurs").unwrap_or("1").to_owned(),
    };
    Type::Sequence(children.map(child).collect())
}

fn simple(node: Node<'_>) -> Type {
    let restriction = node.child("restriction").expect("a restriction");
    let value = |facet: Node<'_>| attribute(facet, "value");
    let facets = restriction.children().filter(|facet| facet.name() != "enumeration");
    Type::Simple(Simple {
        base: local(&attribute(restriction, "base")),
        words: named(restriction, "enumeration").map(value).collect(),
        facets: facets.map(|facet| (facet.name().to_owned(), value(facet).parse().expect("a number"))).collect(),
    })
}
