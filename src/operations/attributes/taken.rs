//! Names that attributes had in another installation: articles that still say them mean the same here.

use std::collections::BTreeSet;

use crate::domain::attribute::{Attribute, AttributeSet, FormerNames, VariantProperty};
use crate::domain::{Failure, MandatorId};
use crate::operations::Work;
use crate::operations::look_up::keep;
use crate::operations::within::FormerlyNamed;
use crate::store::Stored;
use crate::store::filter::Cond;
use crate::store::lookups::{self, Listed, LookUpFilter};

/// What remembers its names.
trait Remembering: Listed {
    fn remember(&mut self, now: &str, had: &FormerlyNamed);
}

macro_rules! remembering {
    ($($document:ident $($values:ident)?;)+) => { $(
        impl Remembering for $document {
            fn remember(&mut self, now: &str, had: &FormerlyNamed) {
                if !had.names.is_empty() {
                    self.former_names = FormerNames::of(&had.names, now);
                }
                $( for value in &mut self.$values {
                    if let Some(names) = had.values.get(&value.identifier) {
                        value.former_names = FormerNames::of(names, &value.identifier);
                    }
                } )?
            }
        }
    )+ };
}

remembering! {
    Attribute attribute_values;
    AttributeSet;
    VariantProperty variant_attribute_values;
}

/// Gives a record, and the values in it, the names that they had. What is not said stays.
pub(crate) fn remember(work: &mut Work<'_, '_>, kind: &str, mandator_id: MandatorId, id: i32, had: &FormerlyNamed) -> Result<(), Failure> {
    match kind {
        "attribute" => remember_in::<Attribute>(work, mandator_id, id, had),
        "attribute set" => remember_in::<AttributeSet>(work, mandator_id, id, had),
        "variant attribute" => remember_in::<VariantProperty>(work, mandator_id, id, had),
        _ => Ok(()),
    }
}

fn remember_in<D: Remembering>(work: &mut Work<'_, '_>, mandator_id: MandatorId, id: i32, had: &FormerlyNamed) -> Result<(), Failure> {
    let filter = LookUpFilter { mandator_id, id: Cond::any_of(vec![id]), ..LookUpFilter::default() };
    let Some(mut row) = lookups::matching::<D>(&mut work.tx.conn, &filter)?.pop() else { return Ok(()) };
    let before = row.document()?;
    let mut document = before.clone();
    document.remember(&row.identifier, had);
    if document == before {
        return Ok(());
    }
    row.data = Stored::of(&document)?;
    row.last_changed = work.tx.stamp.0;
    let names: BTreeSet<String> = had.names.iter().cloned().chain([row.identifier.clone()]).collect();
    keep(work, vec![(row, names)])
}
