//! The descriptions, readable without credentials because generators cannot pass any.

use super::path;
use crate::operations::Face;
use crate::xml::write::escape_into;

const CONNECT: &str = include_str!("../../wsdl/connect.wsdl");
const KONTOR: &str = include_str!("../../wsdl/kontor.wsdl");
const KONTOR_SOAP12: &str = include_str!("../../wsdl/kontor-soap12.wsdl");

use super::contract::PLACEHOLDER;

/// The WSDL of a face with the address under which clients reach it. `variant` is the value of `?wsdl=`, empty for
/// the plain document. `None`: there is no such variant.
///
/// The address comes from the configured public URL, never from a `Host` header (rule W22).
pub fn wsdl(face: Face, variant: &str, public_url: &str) -> Option<String> {
    let document = match (face, variant.to_ascii_lowercase().as_str()) {
        (Face::Compat, "") => CONNECT,
        (Face::Typed, "") => KONTOR,
        (Face::Typed, "soap12") => KONTOR_SOAP12,
        _ => return None,
    };
    let mut address = String::new();
    escape_into(&mut address, public_url);
    address.push_str(path(face));
    Some(document.replace(&format!("{PLACEHOLDER}{}", path(face)), &address))
}
