//! `updateEpaAssemblies`, `fetchEpaAssemblies`: the tree of the catalogue.

use std::collections::BTreeMap;

use crate::domain::epa::{EpaAssembly, EpaAssemblyUpdate, epa_assembly_fields};
use crate::domain::{Failure, FieldName, MandatorId, code};
use crate::operations::Work;
use crate::operations::items::Translation;
use crate::operations::look_up::{By, LookUp};
use crate::operations::wire::Patch;
use crate::store::lookups::LookUpRow;
use crate::{look_up, look_up_columns, look_up_document, show, update_of, wire, wire_enum};

wire_enum! {
    /// Which field identifies an assembly.
    EpaAssemblyKey {
        /// The ERP's own number.
        External = "external_id",
        /// Kontor's number.
        Id = "epa_assembly_id",
        /// The name.
        Identifier = "identifier",
    }
}

wire! {
    /// An assembly: a node of the catalogue's tree.
    EpaAssemblyRecord {
        /// Which field identifies the record. Default EXTERNAL_ID.
        significant_key: Option<EpaAssemblyKey> [attr],
        /// Any text of the caller; comes back on the report.
        reference_id: Option<String> [attr],
        /// Number that Kontor gave the record.
        epa_assembly_id: Option<i32>,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The ERP's own number; empty: none.
        external_id: Patch<String> [max(50), key],
        /// Name. Needed for a new record.
        identifier: Option<String> [max(255), key],
        /// The assembly above it, by Kontor's number; wins over external_parent_id. Empty: it is at the top.
        parent_id: Patch<i32>,
        /// The assembly above it, by the ERP's own number; send parents before their children.
        external_parent_id: Patch<String> [max(50), key],
        /// Sort number.
        sort: Patch<i32>,
        /// Address of the drawing.
        image_url: Patch<String> [max(2000)],
        /// The name in other languages; a list that is sent replaces the stored one.
        translations: Vec<Translation> [each("translation")],
    }
}

/// Levels of the tree.
const DEEPEST: usize = 100;

impl LookUp for EpaAssemblyRecord {
    look_up_columns!(epa_assembly_id, identifier, external_id);
    look_up_document!(EpaAssembly, EpaAssemblyUpdate, epa_assembly_fields, { epa_assembly_id identifier external_id external_parent_id });

    fn by(&self) -> By {
        match self.significant_key.unwrap_or_default() {
            EpaAssemblyKey::External => By::ExternalId,
            EpaAssemblyKey::Id => By::Id,
            EpaAssemblyKey::Identifier => By::Name,
        }
    }

    fn resolve(&mut self, _work: &mut Work<'_, '_>, rows: &BTreeMap<i32, LookUpRow<EpaAssembly>>) -> Result<(), Failure> {
        let mandator_id = self.mandator_id;
        let mut own = rows.values().filter(|row| row.mandator_id == mandator_id);
        let unknown =
            |field: &'static str, name: &str| Failure::quoting(code::UNKNOWN_ASSEMBLY, [&name, &mandator_id]).within(FieldName(field));
        match (&self.parent_id, &self.external_parent_id) {
            (Patch::Set(id), _) => {
                own.find(|row| row.id == *id).ok_or_else(|| unknown("parent_id", &id.to_string()))?;
            }
            (_, Patch::Set(external_id)) => {
                let found = own.find(|row| row.external_id.as_ref() == Some(external_id));
                self.parent_id = Patch::Set(found.ok_or_else(|| unknown("external_parent_id", external_id))?.id);
            }
            (Patch::Keep, Patch::Clear) => self.parent_id = Patch::Clear,
            (Patch::Keep | Patch::Clear, Patch::Keep | Patch::Clear) => {}
        }
        Ok(())
    }

    fn follow(
        _work: &mut Work<'_, '_>,
        row: &LookUpRow<EpaAssembly>,
        stored: &EpaAssembly,
        document: &EpaAssembly,
        rows: &BTreeMap<i32, LookUpRow<EpaAssembly>>,
    ) -> Result<(), Failure> {
        if stored.parent_id == document.parent_id {
            return Ok(());
        }
        let mut above = document.parent_id;
        for _ in 0..DEEPEST {
            let Some(id) = above else { return Ok(()) };
            if id == row.id {
                break;
            }
            above = match rows.get(&id) {
                Some(parent) => parent.document()?.parent_id,
                None => None,
            };
        }
        Err(Failure::new(code::CYCLE, [&row.identifier]).within("parent_id"))
    }
}

look_up! {
    EpaAssemblyRecord, id: epa_assembly_id, name: identifier, external: external_id;
    records: epa_assemblies as "epa_assembly", report: EpaAssemblyReport { epa_assembly };
    FetchEpaAssemblies("fetchEpaAssemblies", "Reads the assemblies of the catalogue of electronic parts.", EpaAssemblyFilter,
        FetchEpaAssembliesRequest, FetchEpaAssembliesResult, epa_assemblies_per_page);
    UpdateEpaAssemblies("updateEpaAssemblies", "Creates and updates assemblies, the nodes of the catalogue of electronic parts.",
        UpdateEpaAssembliesRequest, UpdateEpaAssembliesResult);
}
