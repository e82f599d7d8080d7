//! The descriptions, readable without credentials because generators cannot pass any.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, PoisonError};

use super::contract::{Contract, PLACEHOLDER, Variant};
use super::path;
use crate::operations::{CATALOGUE, Face, find};
use crate::xml::write::escape_into;

/// Assembled documents kept at most. A generator asks once or twice; what counts is that nobody can fill the memory.
const KEPT: usize = 16;

type Chosen = BTreeSet<&'static str>;

/// What one document is made of; the last is whether its address is one of HTTPS.
type Made = (Variant, Chosen, bool);

static ASSEMBLED: Mutex<BTreeMap<Made, Arc<str>>> = Mutex::new(BTreeMap::new());

/// Why there is no such description, and what there is. Written for the person at the browser.
#[derive(Debug, PartialEq, Eq)]
pub enum NoWsdl {
    /// There is no such variant on this face.
    Variant(Face),
    /// `ops` names what is no operation; the names, or none at all.
    Operations(Vec<String>),
}

impl Display for NoWsdl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoWsdl::Variant(face) => {
                let addresses = variants(*face).map(|variant| match variant.word() {
                    "" => format!("{}?wsdl", path(*face)),
                    word => format!("{}?wsdl={word}", path(*face)),
                });
                write!(f, "There is no such description. There is {}.", addresses.collect::<Vec<_>>().join(", "))
            }
            NoWsdl::Operations(unknown) => {
                match unknown.is_empty() {
                    true => write!(f, "ops names no operation.")?,
                    false => write!(f, "ops names what is no operation: {}.", unknown.join(", "))?,
                }
                let names: Vec<&str> = CATALOGUE.iter().map(|operation| operation.name).collect();
                write!(f, " Send names with commas between them, such as ops=fetchOrders,updateOrderStatus. There is {}.", names.join(", "))
            }
        }
    }
}

fn variants(face: Face) -> impl Iterator<Item = Variant> {
    Variant::ALL.into_iter().filter(move |variant| variant.face() == face)
}

/// The WSDL of a face with the address under which clients reach it. `word` is the value of `?wsdl=`, empty for the
/// plain document; `ops` are the values of `ops=`, lists of operations with commas: none for all operations.
///
/// The address comes from the configured public URL, never from a `Host` header (rule W22).
///
/// # Errors
/// When there is no such variant or operation.
pub fn wsdl(face: Face, word: &str, ops: &[String], public_url: &str) -> Result<String, NoWsdl> {
    let variant = variants(face).find(|variant| variant.word().eq_ignore_ascii_case(word)).ok_or(NoWsdl::Variant(face))?;
    let https = public_url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    let document = assembled((variant, chosen(ops)?, https));
    let mut address = String::new();
    escape_into(&mut address, public_url);
    address.push_str(path(face));
    Ok(document.replace(&format!("{PLACEHOLDER}{}", path(face)), &address))
}

/// The operations in `ops`; empty for all.
fn chosen(ops: &[String]) -> Result<Chosen, NoWsdl> {
    const SHOWN: usize = 10;
    let names = || ops.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|name| !name.is_empty());
    let unknown = names().filter(|name| find(name).is_none()).take(SHOWN);
    let unknown: Vec<String> = unknown.map(|name| name.chars().take(60).collect()).collect();
    let known: Chosen = names().filter_map(find).map(|operation| operation.name).collect();
    if !unknown.is_empty() || (known.is_empty() && !ops.is_empty()) {
        return Err(NoWsdl::Operations(unknown));
    }
    Ok(known)
}

fn assembled(made: Made) -> Arc<str> {
    let mut kept = ASSEMBLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(document) = kept.get(&made) {
        return Arc::clone(document);
    }
    let (variant, chosen, https) = &made;
    let contract = Contract::of(|operation| chosen.is_empty() || chosen.contains(operation.name));
    let document: Arc<str> = contract.wsdl(*variant, *https).into();
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(made, Arc::clone(&document));
    document
}

#[cfg(test)]
pub(super) fn kept() -> usize {
    ASSEMBLED.lock().unwrap_or_else(PoisonError::into_inner).len()
}
