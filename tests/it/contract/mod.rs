//! Catalogue, schemas and WSDLs agree, and keep the rules that generators need.

mod described;
mod frozen;
mod rules;

use kontor::operations::CATALOGUE;
use kontor::operations::wire::TypeDef;
use kontor::soap::contract::Contract;

use crate::samples::root;

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
