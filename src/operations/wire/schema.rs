//! The types of the contract, collected from the wire structures.

use std::collections::BTreeMap;

use super::FieldSpec;

/// How often a field occurs in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    Once,
    Optional,
}

/// A field with its XSD type.
#[derive(Debug, Clone)]
pub struct FieldType {
    pub spec: &'static FieldSpec,
    pub type_name: String,
    pub occurs: Occurs,
}

/// One named type.
#[derive(Debug, Clone)]
pub enum TypeDef {
    Structure {
        doc: String,
        fields: Vec<FieldType>,
    },
    /// `item` 0..unbounded of this type, after the flag of a list that can be replaced.
    List {
        entry: String,
        flag: Option<FieldType>,
    },
    Enumeration {
        doc: String,
        words: &'static [&'static str],
        /// What each of the words means.
        docs: &'static [&'static str],
    },
    Text {
        longest: u32,
    },
    Amount,
    Day,
}

/// All named types, each with the schema file (noun) it belongs to.
#[derive(Debug, Clone, Default)]
pub struct Types {
    pub all: BTreeMap<String, (String, TypeDef)>,
}

impl Types {
    pub fn structure(&mut self, name: &str, module: &str, doc: &str, fields: impl FnOnce(&mut Types) -> Vec<FieldType>) -> String {
        if !self.all.contains_key(name) {
            let noun = noun(module);
            self.all.insert(name.to_owned(), (noun.clone(), TypeDef::Structure { doc: clean(doc), fields: Vec::new() }));
            let fields = fields(self);
            self.all.insert(name.to_owned(), (noun, TypeDef::Structure { doc: clean(doc), fields }));
        }
        name.to_owned()
    }

    pub fn enumeration(
        &mut self,
        name: &str,
        module: &str,
        doc: &str,
        words: &'static [&'static str],
        docs: &'static [&'static str],
    ) -> String {
        self.all.entry(name.to_owned()).or_insert_with(|| (noun(module), TypeDef::Enumeration { doc: clean(doc), words, docs }));
        name.to_owned()
    }

    pub fn list_of(&mut self, entry: &str) -> String {
        self.list(entry, "List", None)
    }

    /// A list with a flag in front.
    pub fn bundle_of(&mut self, entry: &str, flag: FieldType) -> String {
        self.list(entry, "Bundle", Some(flag))
    }

    fn list(&mut self, entry: &str, suffix: &str, flag: Option<FieldType>) -> String {
        let mut name = entry.strip_prefix("xs:").unwrap_or(entry).to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        name.push_str(suffix);
        let noun = self.all.get(entry).map_or_else(|| "common".to_owned(), |(noun, _)| noun.clone());
        self.all.entry(name.clone()).or_insert_with(|| (noun, TypeDef::List { entry: entry.to_owned(), flag }));
        name
    }

    pub fn text_of(&mut self, longest: u32) -> String {
        let name = format!("Text{longest}");
        self.all.entry(name.clone()).or_insert_with(|| ("common".into(), TypeDef::Text { longest }));
        name
    }

    pub fn amount(&mut self) -> String {
        self.all.entry("Amount".into()).or_insert_with(|| ("common".into(), TypeDef::Amount));
        "Amount".into()
    }

    pub fn day(&mut self) -> String {
        self.all.entry("Day".into()).or_insert_with(|| ("common".into(), TypeDef::Day));
        "Day".into()
    }
}

/// The schema file of a module: `kontor::operations::items::update` → `items`; shared types → `common`.
fn noun(module: &str) -> String {
    match module.split("::").nth(2) {
        None | Some("wire") => "common".into(),
        Some(noun) => noun.to_owned(),
    }
}

/// Doc comments come with leading blanks and without line ends between them.
pub fn clean(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}
