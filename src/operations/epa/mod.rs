//! The catalogue of electronic parts: assemblies, and bills of material, which make sets of articles (`item-calls.md` 16; the
//! forms are inferred).

mod assemblies;
mod boms;
#[cfg(test)]
mod tests;

pub(crate) use assemblies::{FetchEpaAssemblies, UpdateEpaAssemblies};
pub(super) use boms::item_of;
pub(crate) use boms::{FetchEpaBoms, UpdateEpaBoms};
