//! The published contract: `schema/*.xsd` (one file per noun, one namespace) and the WSDLs assembled from them.
//!
//! The wire structures are the source; the files are committed so that people and tools can read them, and a test
//! proves them equal to what is assembled here (`KONTOR_UPDATE=1 cargo test contract` writes them).

mod wsdl;
mod xsd;

use std::collections::BTreeMap;

use crate::operations::CATALOGUE;
use crate::operations::wire::Types;

/// Stands for the configured address until the document is served.
pub const PLACEHOLDER: &str = "http://kontor.invalid";

/// Everything the contract is made of.
pub struct Contract {
    types: Types,
    /// Operation → names of the types of request and result.
    operations: Vec<Entry>,
}

struct Entry {
    name: &'static str,
    argument: &'static str,
    doc: &'static str,
    request: String,
    result: String,
    /// Schema file in which its elements stand.
    noun: String,
}

impl Contract {
    /// Collects the catalogue's types.
    pub fn of_catalogue() -> Contract {
        let mut types = Types::default();
        let operations = CATALOGUE
            .iter()
            .map(|operation| {
                let (request, result) = (operation.types)(&mut types);
                let noun = types.all.get(&result).map_or_else(|| "common".to_owned(), |(noun, _)| noun.clone());
                Entry { name: operation.name, argument: operation.argument, doc: operation.doc, request, result, noun }
            })
            .collect();
        Contract { types, operations }
    }

    /// All files of the contract: path below the project, content.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files: BTreeMap<String, String> =
            self.schemas().into_iter().map(|(noun, text)| (format!("schema/{noun}.xsd"), text)).collect();
        files.insert("wsdl/kontor.wsdl".into(), self.typed_wsdl(false));
        files.insert("wsdl/kontor-soap12.wsdl".into(), self.typed_wsdl(true));
        files.insert("wsdl/connect.wsdl".into(), self.compat_wsdl());
        files
    }

    pub fn types(&self) -> &Types {
        &self.types
    }
}
