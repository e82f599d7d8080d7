//! The published contract: `schema/*.xsd` (one file per noun, one namespace) and the WSDLs assembled from them.
//!
//! The wire structures are the source; the files are committed so that people and tools can read them, and a test
//! proves them equal to what is assembled here (`KONTOR_UPDATE=1 cargo test contract` writes them).

mod policy;
mod wsdl;
mod xsd;

use std::collections::BTreeMap;

use crate::operations::wire::Types;
use crate::operations::{self, CATALOGUE, Face, Operation};

/// Stands for the configured address until the document is served.
pub const PLACEHOLDER: &str = "http://kontor.invalid";

/// One description of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// The compat face: strings in, strings out.
    Connect,
    /// The typed face.
    Kontor,
    /// The typed face over SOAP 1.2. A document of its own: both bindings in one make some generators give up (W17).
    KontorSoap12,
    /// The typed face with WS-Policy, from which SAP takes the security of a logical port (W21), and with names of
    /// operations that stay apart when ABAP cuts them to 30 characters (W8).
    KontorSap,
}

impl Variant {
    pub const ALL: [Variant; 4] = [Variant::Connect, Variant::Kontor, Variant::KontorSoap12, Variant::KontorSap];

    /// The face it describes.
    pub fn face(self) -> Face {
        match self {
            Variant::Connect => Face::Compat,
            Variant::Kontor | Variant::KontorSoap12 | Variant::KontorSap => Face::Typed,
        }
    }

    /// What `?wsdl=` calls it.
    pub fn word(self) -> &'static str {
        match self {
            Variant::Connect | Variant::Kontor => "",
            Variant::KontorSoap12 => "soap12",
            Variant::KontorSap => "sap",
        }
    }

    /// The committed copy, below the project.
    pub fn file(self) -> &'static str {
        match self {
            Variant::Connect => "wsdl/connect.wsdl",
            Variant::Kontor => "wsdl/kontor.wsdl",
            Variant::KontorSoap12 => "wsdl/kontor-soap12.wsdl",
            Variant::KontorSap => "wsdl/kontor-sap.wsdl",
        }
    }
}

/// Everything the contract is made of.
pub struct Contract {
    types: Types,
    /// Operation → names of the types of request and result.
    operations: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    name: &'static str,
    argument: &'static str,
    doc: &'static str,
    request: String,
    result: String,
    /// Schema file with its elements.
    noun: String,
}

impl Contract {
    /// All operations.
    pub fn of_catalogue() -> Contract {
        Contract::of(|_| true)
    }

    /// The chosen operations, with only the types that they need.
    pub fn of(chosen: impl Fn(&Operation) -> bool) -> Contract {
        let mut types = Types::default();
        let operations = CATALOGUE
            .iter()
            .filter(|operation| chosen(operation))
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
        files.extend(Variant::ALL.map(|variant| (variant.file().to_owned(), self.wsdl(variant, true))));
        files
    }

    /// One description, with [`PLACEHOLDER`] for the address. Only an address with HTTPS can keep the policy for SAP,
    /// which demands it; without, a description has none.
    pub fn wsdl(&self, variant: Variant, https: bool) -> String {
        match variant {
            Variant::Connect => self.compat_wsdl(),
            Variant::Kontor => self.typed_wsdl(&wsdl::SOAP11, None),
            Variant::KontorSoap12 => self.typed_wsdl(&wsdl::SOAP12, None),
            Variant::KontorSap => self.shortened().typed_wsdl(&wsdl::SOAP11, Some(&policy::SECURITY).filter(|_| https)),
        }
    }

    /// The same with the names of operations that ABAP can tell apart.
    fn shortened(&self) -> Contract {
        let short = |entry: &Entry| Entry { name: operations::short_name(entry.name), ..entry.clone() };
        Contract { types: self.types.clone(), operations: self.operations.iter().map(short).collect() }
    }

    pub fn types(&self) -> &Types {
        &self.types
    }
}
