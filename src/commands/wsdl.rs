//! `kontor wsdl`.

use clap::Args;

use super::call::Face;
use super::{Stop, print, usage};
use crate::config::similar;
use crate::operations::{CATALOGUE, find};
use crate::soap;

#[derive(Args)]
pub struct Wsdl {
    /// The face to describe
    #[arg(long, value_enum, default_value = "typed")]
    pub(super) face: Face,
    /// Only these operations, with commas between them; all without it
    #[arg(long, value_name = "OPERATIONS", value_delimiter = ',')]
    pub(super) ops: Vec<String>,
    /// A variant, as in ?wsdl=VARIANT: soap12 or sap
    #[arg(long, value_name = "VARIANT")]
    pub(super) variant: Option<String>,
    /// Address of the gateway for the clients that are generated
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(super) url: String,
}

pub fn run(arguments: Wsdl) -> Result<(), Stop> {
    if let Some(wrong) = arguments.ops.iter().map(|name| name.trim()).find(|name| !name.is_empty() && find(name).is_none())
        && let Some(near) = similar(wrong, CATALOGUE.iter().map(|operation| operation.name))
    {
        return Err(usage(format_args!("--ops: there is no operation \"{wrong}\"; did you mean {near}?")));
    }
    let variant = arguments.variant.as_deref().unwrap_or_default();
    let wsdl = soap::wsdl(arguments.face.of(), variant, &arguments.ops, arguments.url.trim_end_matches('/')).map_err(usage)?;
    print(&wsdl);
    Ok(())
}
