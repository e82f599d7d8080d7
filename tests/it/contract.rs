//! Catalogue, schemas and WSDLs agree, and keep the rules that generators need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kontor::operations::wire::{TypeDef, Types};
use kontor::operations::{CATALOGUE, Face};
use kontor::soap::contract::Contract;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_committed_contract_is_the_one_of_the_wire_structures() {
    let files = Contract::of_catalogue().files();
    let update = std::env::var_os("KONTOR_UPDATE").is_some();
    let mut differing = Vec::new();
    for (path, text) in &files {
        let full = root().join(path);
        if std::fs::read_to_string(&full).unwrap_or_default() != *text {
            if update {
                std::fs::write(&full, text).unwrap();
            } else {
                differing.push(path.clone());
            }
        }
    }
    assert!(differing.is_empty(), "these differ from the wire structures: {differing:?}; run `KONTOR_UPDATE=1 cargo test contract`");
    for entry in std::fs::read_dir(root().join("schema")).unwrap() {
        let name = format!("schema/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(files.contains_key(&name), "{name} belongs to no noun any more");
    }
}

fn element_names(types: &Types) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["item".to_owned(), "request".into(), "result".into()]);
    for (_, definition) in types.all.values() {
        match definition {
            TypeDef::Structure { fields, .. } => names.extend(fields.iter().map(|f| f.spec.name_on(Face::Typed).into_owned())),
            TypeDef::List { flag, .. } => names.extend(flag.iter().map(|f| f.spec.name_on(Face::Typed).into_owned())),
            _ => {}
        }
    }
    for operation in CATALOGUE {
        names.insert(operation.name.to_owned());
        names.insert(format!("{}Response", operation.name));
    }
    names
}

/// Rules W6, W7 and W8 of the interoperability notes.
#[test]
fn names_fit_every_generator() {
    let contract = Contract::of_catalogue();
    let types = contract.types();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for name in types.all.keys().map(String::as_str).chain(["FaultInfo", "FaultFieldList", "FaultField"]) {
        assert!(name.len() <= 26, "type {name} is longer than 26 characters");
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "type {name}");
        if let Some(other) = seen.insert(name.to_ascii_lowercase(), name.to_owned()) {
            panic!("{name} and {other} differ in case only");
        }
    }
    const RESERVED: &[&str] = &[
        "abstract",
        "assert",
        "begin",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "default",
        "delete",
        "do",
        "double",
        "else",
        "end",
        "enum",
        "extends",
        "final",
        "finally",
        "float",
        "for",
        "goto",
        "if",
        "implements",
        "import",
        "instanceof",
        "int",
        "interface",
        "long",
        "message",
        "native",
        "new",
        "operator",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "short",
        "static",
        "struct",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "try",
        "type",
        "unit",
        "void",
        "volatile",
        "while",
        "virtual",
        "template",
        "namespace",
        "union",
        "object",
        "string",
    ];
    for name in element_names(types) {
        let is_operation = CATALOGUE.iter().any(|o| name.starts_with(o.name));
        assert!(is_operation || name.len() <= 30, "element {name} is longer than 30 characters");
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "element {name}");
        assert!(!RESERVED.contains(&name.to_ascii_lowercase().as_str()), "element {name} is a reserved word somewhere");
        if let Some(other) = seen.insert(name.to_ascii_lowercase(), name.clone()) {
            panic!("{name} and {other} differ in case only");
        }
    }
}

#[test]
fn every_field_and_operation_is_documented() {
    let contract = Contract::of_catalogue();
    for (name, (_, definition)) in &contract.types().all {
        if let TypeDef::Structure { doc, fields } = definition {
            assert!(!doc.is_empty(), "type {name} has no documentation");
            for field in fields {
                assert!(!field.spec.doc.trim().is_empty(), "{name}/{} has no documentation", field.spec.name);
            }
        }
    }
    for operation in CATALOGUE {
        assert!(operation.doc.len() > 20, "{} has no documentation", operation.name);
    }
}

/// The vendor's WSDL names the input of 22 operations `argRequestData` (protocol 1.2).
#[test]
fn input_elements_have_the_classic_names() {
    const ARG: &[&str] = &[
        "confirmShippingLabels",
        "createCreditEntry",
        "createOrderDocuments",
        "createShippingLabels",
        "fetchAttributes",
        "fetchBranches",
        "fetchFeedbackSummaries",
        "fetchFeeds",
        "fetchMedia",
        "fetchMediaModuleType",
        "fetchMessages",
        "fetchOrderDocuments",
        "fetchShippingGroups",
        "fetchShippingLabels",
        "fetchStockCount",
        "sendMessages",
        "updateAttributes",
        "updateBranches",
        "updateMedia",
        "updateMessages",
        "updateOrderDocuments",
        "updateOrderStatus",
    ];
    for operation in CATALOGUE {
        let expected = if ARG.contains(&operation.name) { "argRequestData" } else { "requestData" };
        assert_eq!(operation.argument, expected, "{}", operation.name);
    }
}
