//! Several mutations in one request, one after the other under names of their own. Each has its own errors, inside a success.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::super::ChannelError;
use super::super::rest::lacks;
use super::super::rule::{Failure, Rule};
use super::super::split::halve;
use super::api::{Api, UserError};

/// Points of one request; the shop takes up to 1000, and a mutation costs 10 beside what it gives back.
const MOST_POINTS: usize = 600;

/// A mutation.
#[derive(Debug)]
pub(super) struct Kind {
    pub name: &'static str,
    /// Its arguments that are variables, with their types.
    pub args: &'static [(&'static str, &'static str)],
    /// Its arguments that are always the same.
    pub fixed: &'static str,
    /// The last variable is the key by which the shop knows a repeat.
    pub keyed: bool,
    pub select: &'static str,
    pub points: usize,
}

/// One mutation of a request, with its variables in the order of its kind.
#[derive(Debug, Clone)]
pub(super) struct Op {
    pub kind: &'static Kind,
    pub values: Vec<Value>,
}

/// What a mutation answered.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub data: Value,
    pub errors: Vec<UserError>,
}

/// Of each op, in their order; `None`: not sent any more, because the channel went away.
pub(super) struct Results {
    pub of: Vec<Option<Result<Done, Rule>>>,
    pub cut: Option<ChannelError>,
}

pub(super) const PRODUCT_SET: Kind = Kind {
    name: "productSet",
    args: &[("identifier", "ProductSetIdentifiers"), ("input", "ProductSetInput!")],
    fixed: "synchronous: true",
    keyed: false,
    select: "product { id onlineStoreUrl variants(first: 250) { nodes { id sku } } } userErrors { field message code }",
    points: 120,
};
pub(super) const PRODUCT_UPDATE: Kind = Kind {
    name: "productUpdate",
    args: &[("product", "ProductUpdateInput!")],
    fixed: "",
    keyed: false,
    select: "userErrors { field message }",
    points: 15,
};
/// Sets the pictures of a product that is there: nothing else of it is in the input, so nothing else is replaced.
pub(super) const PICTURES_SET: Kind = Kind {
    name: "productSet",
    args: &[("identifier", "ProductSetIdentifiers"), ("input", "ProductSetInput!")],
    fixed: "synchronous: true",
    keyed: false,
    select: "userErrors { field message code }",
    points: 60,
};
pub(super) const VARIANTS_UPDATE: Kind = Kind {
    name: "productVariantsBulkUpdate",
    args: &[("productId", "ID!"), ("variants", "[ProductVariantsBulkInput!]!")],
    fixed: "allowPartialUpdates: true",
    keyed: false,
    select: "userErrors { field message code }",
    points: 15,
};
pub(super) const VARIANTS_CREATE: Kind = Kind {
    name: "productVariantsBulkCreate",
    args: &[("productId", "ID!"), ("variants", "[ProductVariantsBulkInput!]!")],
    fixed: "strategy: DEFAULT",
    keyed: false,
    select: "productVariants { id sku } userErrors { field message code }",
    points: 40,
};
pub(super) const PUBLISH: Kind = Kind {
    name: "publishablePublish",
    args: &[("id", "ID!"), ("input", "[PublicationInput!]!")],
    fixed: "",
    keyed: false,
    select: "userErrors { field message }",
    points: 12,
};
pub(super) const UNPUBLISH: Kind = Kind {
    name: "publishableUnpublish",
    args: &[("id", "ID!"), ("input", "[PublicationInput!]!")],
    fixed: "",
    keyed: false,
    select: "userErrors { field message }",
    points: 12,
};
pub(super) const METAFIELDS_DELETE: Kind = Kind {
    name: "metafieldsDelete",
    args: &[("metafields", "[MetafieldIdentifierInput!]!")],
    fixed: "",
    keyed: false,
    select: "userErrors { field message }",
    points: 15,
};
pub(super) const FILE_CREATE: Kind = Kind {
    name: "fileCreate",
    args: &[("files", "[FileCreateInput!]!")],
    fixed: "",
    keyed: false,
    select: "files { id fileStatus } userErrors { field message code }",
    points: 40,
};
pub(super) const QUANTITIES_SET: Kind = Kind {
    name: "inventorySetQuantities",
    args: &[("input", "InventorySetQuantitiesInput!"), ("key", "String!")],
    fixed: "",
    keyed: true,
    select: "userErrors { field message code }",
    points: 40,
};
pub(super) const ACTIVATE: Kind = Kind {
    name: "inventoryActivate",
    args: &[("inventoryItemId", "ID!"), ("locationId", "ID!"), ("available", "Int"), ("key", "String!")],
    fixed: "",
    keyed: true,
    select: "userErrors { field message }",
    points: 15,
};

impl Kind {
    pub(super) fn op(&'static self, values: Vec<Value>) -> Op {
        Op { kind: self, values }
    }
}

/// The document and variables of some mutations: `m0`, `m1` and so on.
pub(super) fn document(ops: &[Op]) -> (String, Value) {
    let (mut heads, mut body, mut variables) = (Vec::new(), String::new(), Map::new());
    for (at, op) in ops.iter().enumerate() {
        let mut arguments = Vec::new();
        let mut directive = String::new();
        for ((name, takes), value) in op.kind.args.iter().zip(&op.values) {
            heads.push(format!("${name}{at}: {takes}"));
            variables.insert(format!("{name}{at}"), value.clone());
            if op.kind.keyed && *name == "key" {
                directive = format!(" @idempotent(key: ${name}{at})");
            } else {
                arguments.push(format!("{name}: ${name}{at}"));
            }
        }
        if !op.kind.fixed.is_empty() {
            arguments.push(op.kind.fixed.to_owned());
        }
        let Kind { name, select, .. } = op.kind;
        let _ = writeln!(body, "  m{at}: {name}({}){directive} {{ {select} }}", arguments.join(", "));
    }
    (format!("mutation Kontor({}) {{\n{body}}}", heads.join(", ")), Value::Object(variables))
}

impl Api {
    /// Runs mutations in as few requests as their points allow. One that the shop does not even read is found by halving.
    pub(super) fn run(&self, ops: &[Op]) -> Results {
        let mut results = Results { of: Vec::with_capacity(ops.len()), cut: None };
        let mut rest = ops;
        while !rest.is_empty() {
            let mut points = 0_usize;
            let fit = rest.iter().take_while(|op| {
                points = points.saturating_add(op.kind.points);
                points <= MOST_POINTS
            });
            let (now, later) = rest.split_at(fit.count().max(1).min(rest.len()));
            rest = later;
            if results.cut.is_some() {
                results.of.extend(now.iter().map(|_| None));
                continue;
            }
            let halved = halve(now, &mut |ops| self.request(ops));
            results.of.extend(halved.rows);
            results.cut = halved.cut;
        }
        results
    }

    fn request(&self, ops: &[Op]) -> Result<Vec<Done>, Failure> {
        let (query, variables) = document(ops);
        let mut data = self.call(&query, variables)?;
        let take = |at: usize| -> Result<Done, Failure> {
            let name = format!("m{at}");
            let mut data = data.get_mut(&name).map(Value::take).filter(Value::is_object).ok_or_else(|| lacks(&name))?;
            let errors = data.get_mut("userErrors").map(Value::take).unwrap_or_default();
            let errors: Vec<UserError> = serde_json::from_value(errors).map_err(|_| lacks("userErrors"))?;
            Ok(Done { data, errors })
        };
        (0..ops.len()).map(take).collect()
    }
}
