//! The rules that generators need (W1 to W25 of the interoperability notes), on every description that is served.

use std::collections::{BTreeMap, BTreeSet};

use kontor::operations::{Face, find};
use kontor::soap::contract::Variant;
use kontor::soap::wsdl;
use kontor::xml::Node;

use super::described::{Described, Type, all, attribute, named, with_document};

const ADDRESS: &str = "https://gate.example";
const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";

/// Whole descriptions and cut-down ones, as they are served.
fn served() -> Vec<(String, Variant, String)> {
    let subsets = ["", "echo", "fetchOrders,updateOrderStatus", "updateItems,fetchItems,updateStockCount,updatePrices"];
    let mut all = Vec::new();
    for variant in Variant::ALL {
        for subset in subsets {
            let ops: Vec<String> = Some(subset.to_owned()).filter(|subset| !subset.is_empty()).into_iter().collect();
            let text = wsdl(variant.face(), variant.word(), &ops, ADDRESS).unwrap_or_else(|why| panic!("{why}"));
            all.push((format!("{variant:?} {subset}"), variant, text));
        }
    }
    all
}

fn each(check: impl Fn(&str, Variant, Node<'_>)) {
    for (name, variant, text) in served() {
        with_document(&text, |root| check(&name, variant, root));
    }
}

fn each_described(check: impl Fn(&str, Variant, &Described)) {
    for (name, variant, text) in served() {
        check(&name, variant, &Described::parse(&text));
    }
}

/// The elements with a name, at any depth.
fn every<'d>(root: Node<'d>, name: &str) -> Vec<Node<'d>> {
    all(root).into_iter().filter(|node| node.name() == name).collect()
}

/// W1, W19, W20, W25.
#[test]
fn operations_are_document_literal_wrapped() {
    each(|name, _, root| {
        for message in named(root, "message") {
            let fault = attribute(message, "name").starts_with("gatewayFault");
            let parts: Vec<String> = named(message, "part").map(|part| attribute(part, "name")).collect();
            assert_eq!(parts, [if fault { "fault" } else { "parameters" }], "{name}");
        }
        for part in every(root, "body").into_iter().chain(every(root, "fault")).filter(|node| node.attribute("use").is_some()) {
            assert_eq!(part.attribute("use"), Some("literal"), "{name}");
        }
        assert!(every(root, "header").is_empty(), "{name}: no header parts");
        for styled in all(root).into_iter().filter_map(|node| node.attribute("style")) {
            assert_eq!(styled, "document", "{name}");
        }
        for operation in named(root.child("portType").unwrap(), "operation") {
            let parts: Vec<&str> = operation.children().map(Node::name).filter(|part| *part != "fault").collect();
            assert_eq!(parts, ["documentation", "input", "output"], "{name}: {operation:?}");
        }
    });
    each_described(|name, variant, described| {
        let mut actions = BTreeSet::new();
        for (operation, parts) in &described.operations {
            assert_eq!((&parts.request, parts.answer.as_str()), (operation, format!("{operation}Response").as_str()), "{name}");
            if variant.face() == Face::Typed {
                assert!(parts.action.starts_with("urn:") && actions.insert(&parts.action), "{name}: {}", parts.action);
            }
        }
    });
}

/// W2, W3, W4, W17, W22.
#[test]
fn a_description_is_one_document_with_one_namespace_and_one_port() {
    each(|name, variant, root| {
        let namespace = attribute(root, "targetNamespace");
        let schemas = every(root, "schema");
        assert_eq!(schemas.len(), 1, "{name}");
        assert_eq!(attribute(schemas[0], "targetNamespace"), namespace, "{name}");
        assert!(every(root, "import").is_empty() && every(root, "include").is_empty(), "{name}");
        let form = if variant.face() == Face::Typed { "qualified" } else { "unqualified" };
        assert_eq!(attribute(schemas[0], "elementFormDefault"), form, "{name}");
        let ports: Vec<Node<'_>> = named(root, "service").flat_map(|service| named(service, "port")).collect();
        assert_eq!((ports.len(), named(root, "binding").count()), (1, 1), "{name}");
        let address = attribute(ports[0].child("address").unwrap(), "location");
        assert_eq!(address, format!("{ADDRESS}{}", kontor::soap::path(variant.face())), "{name}");
    });
}

/// W9, W10, W11, W14, W16.
#[test]
fn schemas_use_only_what_every_generator_knows() {
    #[rustfmt::skip]
    const KNOWN: &[&str] = &[
        "schema", "element", "complexType", "sequence", "simpleType", "restriction", "enumeration", "maxLength", "totalDigits",
        "fractionDigits", "annotation", "documentation",
    ];
    const BUILT_IN: &[&str] = &["xs:string", "xs:int", "xs:boolean", "xs:dateTime", "xs:base64Binary", "xs:decimal", "xs:long"];
    each(|name, _, root| {
        for node in every(root, "schema").into_iter().flat_map(all) {
            assert!(KNOWN.contains(&node.name()), "{name}: {node:?}");
            for refused in ["nillable", "default", "fixed", "ref", "substitutionGroup", "abstract", "form"] {
                assert_eq!(node.attribute(refused), None, "{name}: {node:?}");
            }
            let named_type = node.attribute("type").or_else(|| node.attribute("base")).filter(|name| name.starts_with("xs:"));
            assert!(named_type.is_none_or(|name| BUILT_IN.contains(&name)), "{name}: {node:?} {named_type:?}");
        }
    });
}

/// W5, W12, W13, W15, W18, and that a cut-down description holds only what it needs.
#[test]
fn types_have_the_shapes_that_generators_make_sense_of() {
    each_described(|name, variant, described| {
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<String> = Vec::new();
        for (operation, parts) in &described.operations {
            for (element, child) in [(&parts.request, "request"), (&parts.answer, "result")] {
                let Type::Sequence(children) = described.type_of(&described.elements[element]) else { panic!("{name}: {element}") };
                let names: Vec<&str> = children.iter().map(|child| child.name.as_str()).collect();
                if variant.face() == Face::Typed {
                    assert_eq!(names, [child], "{name}: {element}");
                }
                assert_eq!(names.len(), 1, "{name}: {element}");
                open.push(described.elements[element].clone());
            }
            let fault = BTreeMap::from([("gatewayFault".to_owned(), "gatewayFault".to_owned())]);
            assert!(parts.faults == fault || variant.face() == Face::Compat, "{name}: {operation}");
            open.extend(parts.faults.values().map(|element| described.elements[element].clone()));
        }
        while let Some(type_name) = open.pop() {
            if !needed.insert(type_name.clone()) {
                continue;
            }
            match described.type_of(&type_name) {
                Type::Sequence(children) => {
                    let lists: Vec<_> = children.iter().filter(|child| child.most != "1").collect();
                    assert!(
                        lists.iter().all(|list| list.name == "item" && list.most == "unbounded" && list.least == "0"),
                        "{name}: {type_name}"
                    );
                    assert!(lists.is_empty() || type_name.ends_with("List") || type_name.ends_with("Bundle"), "{name}: {type_name}");
                    open.extend(children.into_iter().map(|child| child.type_name));
                }
                Type::Simple(simple) => {
                    assert!(type_name == "Amount" || simple.base != "decimal", "{name}: {type_name}");
                    let without_case: BTreeSet<String> = simple.words.iter().map(|word| word.to_lowercase()).collect();
                    assert_eq!(without_case.len(), simple.words.len(), "{name}: {type_name}");
                    let is_word = |word: &String| {
                        word.starts_with(|c: char| c.is_ascii_uppercase())
                            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                    };
                    assert!(simple.words.iter().all(is_word), "{name}: {type_name} {:?}", simple.words);
                }
            }
        }
        let declared: BTreeSet<String> = described.types.keys().cloned().collect();
        assert_eq!(declared.difference(&needed).collect::<Vec<_>>(), Vec::<&String>::new(), "{name}: nobody needs these types");
    });
}

/// W21.
#[test]
fn the_security_is_told_where_it_is_asked_for_only() {
    each(|name, variant, root| {
        let is_policy = |node: &Node<'_>| node.namespace() == Some(POLICY);
        let policies: Vec<Node<'_>> = root.children().filter(|node| is_policy(node) && node.name() == "Policy").collect();
        if variant != Variant::KontorSap {
            assert!(!all(root).iter().any(is_policy), "{name}");
            return;
        }
        assert_eq!(policies.len(), 1, "{name}");
        let reference = root.child("binding").unwrap().children().next().unwrap();
        assert_eq!(reference.name(), "PolicyReference", "{name}");
        assert_eq!(attribute(reference, "URI"), format!("#{}", attribute(policies[0], "Id")), "{name}");
        for part in ["TransportBinding", "HttpBasicAuthentication", "UsernameToken"] {
            assert!(!every(policies[0], part).is_empty(), "{name}: {part}");
        }
    });
    // The policy demands HTTPS, which an address with HTTP cannot keep.
    let plain = wsdl(Face::Typed, "sap", &[], "http://gate.example").unwrap();
    assert!(!plain.contains(POLICY) && !plain.contains("Https"));
}

/// PHP gives up at an extension that is required and that it does not know.
#[test]
fn no_extension_is_required() {
    each(|name, _, root| {
        for node in all(root) {
            assert_eq!(node.attribute("required"), None, "{name}: {node:?}");
        }
    });
}

/// W25, and what a developer sees in the generated code.
#[test]
fn every_type_element_and_value_is_documented() {
    each(|name, _, root| {
        for node in every(root, "schema").into_iter().flat_map(all) {
            let speaks = match node.name() {
                "element" | "enumeration" => true,
                "complexType" | "simpleType" => node.attribute("name").is_some(),
                _ => false,
            };
            let said = node.child("annotation").and_then(|annotation| annotation.child("documentation")).map(Node::text);
            assert!(!speaks || said.is_some_and(|text| !text.trim().is_empty()), "{name}: {node:?} has no documentation: {said:?}");
        }
    });
}

/// As ABAP proxies are named: underscores before capitals, all in capitals.
fn abap(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// W8: ABAP has 30 characters, and cuts what is longer.
#[test]
fn names_fit_abap_and_stay_apart_when_they_are_cut() {
    const LONGEST: usize = 30;
    each_described(|document, variant, described| {
        if variant != Variant::KontorSap {
            return;
        }
        let apart = |names: &mut dyn Iterator<Item = &str>, place: &str| {
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for name in names {
                let cut: String = abap(name).chars().take(LONGEST).collect();
                let other = seen.insert(cut, name.to_owned());
                assert_eq!(other, None, "{document}: {place}: cut like {name}");
            }
        };
        let types = described.types.keys().map(String::as_str).filter(|name| !name.starts_with('<'));
        apart(&mut types.clone().chain(described.elements.keys().map(String::as_str)), "types and elements");
        // Answers are nobody's words: their names only have to stay apart.
        let called = described.elements.keys().map(String::as_str).filter(|name| !name.ends_with("Response"));
        let fields = described.types.iter().filter_map(|(name, definition)| match definition {
            Type::Sequence(children) => Some((name, children)),
            Type::Simple(_) => None,
        });
        for (name, children) in fields.clone() {
            apart(&mut children.iter().map(|child| child.name.as_str()), name);
        }
        let children = fields.flat_map(|(_, children)| children.iter().map(|child| child.name.as_str()));
        for name in types.chain(called).chain(children) {
            assert!(abap(name).len() <= LONGEST, "{document}: {name} is {}, {} characters", abap(name), abap(name).len());
        }
    });
}

/// W6, W7, W8.
#[test]
fn names_fit_every_generator() {
    #[rustfmt::skip]
    const RESERVED: &[&str] = &[
        "abstract", "assert", "begin", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue",
        "default", "delete", "do", "double", "else", "end", "enum", "extends", "final", "finally", "float", "for", "goto",
        "if", "implements", "import", "instanceof", "int", "interface", "long", "message", "native", "new", "operator",
        "package", "private", "protected", "public", "return", "short", "static", "struct", "super", "switch", "synchronized",
        "this", "throw", "throws", "transient", "try", "type", "unit", "void", "volatile", "while", "virtual", "template",
        "namespace", "union", "object", "string",
    ];
    let fits = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    each_described(|document, variant, described| {
        if variant.face() == Face::Compat {
            // The classic contract has the classic names.
            return;
        }
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut unlike = |name: &str| {
            let other = seen.insert(name.to_ascii_lowercase(), name.to_owned()).filter(|other| other != name);
            assert_eq!(other, None, "{document}: {name} differs in case only");
        };
        let mut elements: BTreeSet<&str> = described.elements.keys().map(String::as_str).collect();
        for (name, definition) in &described.types {
            if let Type::Sequence(children) = definition {
                elements.extend(children.iter().map(|child| child.name.as_str()));
            }
            if !name.starts_with('<') {
                assert!(name.len() <= 26, "{document}: the type {name} is longer than 26 characters");
                assert!(fits(name), "{document}: {name}");
                assert!(!elements.contains(name.as_str()), "{document}: {name} is a type and an element");
                unlike(name);
            }
        }
        for name in elements {
            let is_operation = find(name.strip_suffix("Response").unwrap_or(name)).is_some();
            assert!(is_operation || name.len() <= 30, "{document}: the element {name} is longer than 30 characters");
            assert!(fits(name), "{document}: {name}");
            assert!(!RESERVED.contains(&name.to_ascii_lowercase().as_str()), "{document}: {name} is a reserved word somewhere");
            unlike(name);
        }
    });
}
