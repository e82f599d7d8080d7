//! THE CATALOGUE: one row per operation, and the way a call takes through it.

use std::sync::Arc;

use crate::config::{Settings, User};
use crate::domain::Failure;
use crate::xml::Node;

/// The two faces of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// XML in a string, the Speed4Trade CONNECT wire format.
    Compat,
    /// Document/literal, described type by type.
    Typed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// One row of the catalogue.
pub struct Operation {
    /// Name on the wire, on both faces.
    pub name: &'static str,
    /// Name of the string element on the compat face.
    pub argument: &'static str,
    pub access: Access,
    /// One or two sentences for WSDL and documentation.
    pub doc: &'static str,
}

/// Everything a call needs.
pub struct Gateway {
    pub settings: Arc<Settings>,
}

/// The input of a call.
pub enum Body<'a> {
    /// Compat: the inner document as text.
    Text(&'a str),
    /// Typed: the `request` element.
    Node(Node<'a>),
}

pub struct Call<'a> {
    pub face: Face,
    pub operation: &'static Operation,
    pub user: &'a User,
    pub body: Body<'a>,
    /// `Idempotency-Key` or WS-Addressing `MessageID`.
    pub key: Option<&'a str>,
}

/// What a call gives back.
pub struct Answer {
    /// Compat: the `response` document. Typed: the `result` element, in the default namespace of its wrapper.
    pub body: String,
    /// Answered from the store.
    pub replayed: bool,
    pub records: usize,
    pub failures: usize,
    /// Changes for channels that were not settled within the waiting time.
    pub pending: usize,
}

/// The row of an operation.
pub fn find(name: &str) -> Option<&'static Operation> {
    CATALOGUE.iter().find(|operation| operation.name == name)
}

pub const CATALOGUE: &[Operation] = &[Operation {
    name: "echo",
    argument: "requestData",
    access: Access::Read,
    doc: "Returns the received text unchanged; a test of connection and credentials.",
}];

/// Runs one call. `Err` becomes a SOAP fault; failures of single records are reports inside the answer.
/// Blocks: the caller runs it on a thread that may wait.
pub fn execute(_gateway: &Gateway, call: &Call<'_>) -> Result<Answer, Failure> {
    let body = match (&call.body, call.face) {
        (Body::Text(text), _) => (*text).to_owned(),
        (Body::Node(_), _) => String::from("<result/>"),
    };
    Ok(Answer { body, replayed: false, records: 0, failures: 0, pending: 0 })
}
