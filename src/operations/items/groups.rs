//! The item groups that articles of a request name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::{Failure, MandatorId, code};
use crate::operations::wire::Patch;
use crate::store::{Conn, categories};

#[derive(Default)]
pub(crate) struct Groups {
    by_id: BTreeMap<i32, MandatorId>,
    by_external: HashMap<(MandatorId, String), i32>,
}

impl Groups {
    pub(crate) fn read<'r>(
        conn: &mut Conn<'_>,
        ids: impl Iterator<Item = i32>,
        external: impl Iterator<Item = (MandatorId, &'r str)>,
    ) -> Result<Groups, Failure> {
        let ids: Vec<i32> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        let mut wanted: BTreeMap<MandatorId, BTreeSet<String>> = BTreeMap::new();
        for (mandator_id, external_id) in external {
            wanted.entry(mandator_id).or_default().insert(external_id.to_owned());
        }
        let mut groups = Groups { by_id: categories::mandators(conn, &ids)?, by_external: HashMap::new() };
        for (mandator_id, externals) in wanted {
            let externals: Vec<String> = externals.into_iter().collect();
            let found = categories::ids_by_external(conn, mandator_id, &externals)?;
            groups.by_external.extend(found.into_iter().map(|(external, id)| ((mandator_id, external), id)));
        }
        Ok(groups)
    }

    /// The group that a pair of alternatives means; the number wins.
    pub(crate) fn resolve(&self, mandator_id: MandatorId, id: &Patch<i32>, external: &Patch<String>) -> Result<Patch<i32>, Failure> {
        let unknown = |name: &str| Failure::new(code::UNKNOWN_CATEGORY, [name, &mandator_id.to_string()]);
        match (id, external) {
            (Patch::Set(id), _) => match self.by_id.get(id) {
                Some(owner) if *owner == mandator_id => Ok(Patch::Set(*id)),
                _ => Err(unknown(&id.to_string()).within("category_id")),
            },
            (_, Patch::Set(external)) => match self.by_external.get(&(mandator_id, external.clone())) {
                Some(id) => Ok(Patch::Set(*id)),
                None => Err(unknown(external).within("external_category_id")),
            },
            (Patch::Clear, Patch::Keep | Patch::Clear) | (Patch::Keep, Patch::Clear) => Ok(Patch::Clear),
            (Patch::Keep, Patch::Keep) => Ok(Patch::Keep),
        }
    }
}
