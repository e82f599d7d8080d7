//! The schema files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Contract;
use crate::operations::Face;
use crate::operations::wire::{FieldType, Occurs, TypeDef, clean};
use crate::soap::TYPED_NS;
use crate::xml::write::escape_into;

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape_into(&mut out, text);
    out
}

fn documentation(out: &mut String, indent: &str, doc: &str) {
    if !doc.is_empty() {
        let _ = writeln!(out, "{indent}<xs:annotation><xs:documentation>{}</xs:documentation></xs:annotation>", escaped(doc));
    }
}

/// `xs:int` stays; our own types get the prefix.
fn qualified(type_name: &str) -> String {
    if type_name.starts_with("xs:") { type_name.to_owned() } else { format!("k:{type_name}") }
}

fn element(out: &mut String, field: &FieldType) {
    let name = field.spec.name_on(Face::Typed);
    let occurs = if field.occurs == Occurs::Optional { " minOccurs=\"0\"" } else { "" };
    let doc = clean(field.spec.doc);
    let _ = write!(out, "      <xs:element name=\"{name}\" type=\"{}\"{occurs}", qualified(&field.type_name));
    if doc.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    documentation(out, "        ", &doc);
    out.push_str("      </xs:element>\n");
}

fn type_text(name: &str, definition: &TypeDef) -> String {
    let mut out = String::new();
    match definition {
        TypeDef::Structure { doc, fields } => {
            let _ = writeln!(out, "  <xs:complexType name=\"{name}\">");
            documentation(&mut out, "    ", doc);
            out.push_str("    <xs:sequence>\n");
            fields.iter().for_each(|field| element(&mut out, field));
            out.push_str("    </xs:sequence>\n  </xs:complexType>\n");
        }
        TypeDef::List { entry, flag } => {
            let _ = writeln!(out, "  <xs:complexType name=\"{name}\">\n    <xs:sequence>");
            flag.iter().for_each(|flag| element(&mut out, flag));
            let _ =
                writeln!(out, "      <xs:element name=\"item\" type=\"{}\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>", qualified(entry));
            out.push_str("    </xs:sequence>\n  </xs:complexType>\n");
        }
        TypeDef::Enumeration { doc, words } => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            documentation(&mut out, "    ", doc);
            out.push_str("    <xs:restriction base=\"xs:string\">\n");
            for word in *words {
                let _ = writeln!(out, "      <xs:enumeration value=\"{}\"/>", word.to_ascii_uppercase());
            }
            out.push_str("    </xs:restriction>\n  </xs:simpleType>\n");
        }
        TypeDef::Text { longest } => {
            let _ = writeln!(
                out,
                "  <xs:simpleType name=\"{name}\">\n    <xs:restriction base=\"xs:string\">\n      <xs:maxLength value=\"{longest}\"/>\n    </xs:restriction>\n  </xs:simpleType>"
            );
        }
        TypeDef::Amount => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            documentation(&mut out, "    ", "A decimal number with a dot; four places are kept, surplus ones are rounded.");
            out.push_str("    <xs:restriction base=\"xs:decimal\">\n      <xs:totalDigits value=\"15\"/>\n      <xs:fractionDigits value=\"4\"/>\n    </xs:restriction>\n  </xs:simpleType>\n");
        }
        TypeDef::Day => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            documentation(
                &mut out,
                "    ",
                "A calendar day, YYYY-MM-DD. A text, because several SOAP stacks shift xs:date by the time zone.",
            );
            out.push_str(
                "    <xs:restriction base=\"xs:string\">\n      <xs:maxLength value=\"10\"/>\n    </xs:restriction>\n  </xs:simpleType>\n",
            );
        }
    }
    out
}

fn uses(definition: &TypeDef) -> Vec<&str> {
    match definition {
        TypeDef::Structure { fields, .. } => fields.iter().map(|field| field.type_name.as_str()).collect(),
        TypeDef::List { entry, .. } => vec![entry],
        _ => Vec::new(),
    }
}

const FAULT_TYPES: &str = r#"  <xs:element name="gatewayFault" type="k:FaultInfo"/>
  <xs:complexType name="FaultInfo">
    <xs:annotation><xs:documentation>Why a call could not be taken as a whole.</xs:documentation></xs:annotation>
    <xs:sequence>
      <xs:element name="errorCode" type="xs:string">
        <xs:annotation><xs:documentation>Stable code, KONTOR- and a number.</xs:documentation></xs:annotation>
      </xs:element>
      <xs:element name="errorText" type="xs:string">
        <xs:annotation><xs:documentation>Place, value, expectation and remedy in the language of the mandator.</xs:documentation></xs:annotation>
      </xs:element>
      <xs:element name="fields" type="k:FaultFieldList" minOccurs="0"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="FaultFieldList">
    <xs:sequence>
      <xs:element name="item" type="k:FaultField" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="FaultField">
    <xs:annotation><xs:documentation>A place in the request and what is wrong there.</xs:documentation></xs:annotation>
    <xs:sequence>
      <xs:element name="field" type="xs:string"/>
      <xs:element name="text" type="xs:string"/>
    </xs:sequence>
  </xs:complexType>
"#;

impl Contract {
    /// The declarations of one noun, without the schema element around them.
    fn declarations(&self, noun: &str) -> String {
        let mut out = String::new();
        for entry in self.operations.iter().filter(|entry| entry.noun == noun) {
            for (element, child, type_name) in
                [(entry.name.to_owned(), "request", &entry.request), (format!("{}Response", entry.name), "result", &entry.result)]
            {
                let _ = writeln!(
                    out,
                    "  <xs:element name=\"{element}\">\n    <xs:complexType>\n      <xs:sequence>\n        <xs:element name=\"{child}\" type=\"k:{type_name}\"/>\n      </xs:sequence>\n    </xs:complexType>\n  </xs:element>"
                );
            }
        }
        if noun == "common" {
            out.push_str(FAULT_TYPES);
        }
        for (name, (_, definition)) in self.types.all.iter().filter(|(_, (owner, _))| owner == noun) {
            out.push_str(&type_text(name, definition));
        }
        out
    }

    fn nouns(&self) -> BTreeSet<&str> {
        let of_types = self.types.all.values().map(|(noun, _)| noun.as_str());
        of_types.chain(self.operations.iter().map(|entry| entry.noun.as_str())).chain(["common"]).collect()
    }

    /// The schema files by noun.
    pub(super) fn schemas(&self) -> BTreeMap<String, String> {
        let noun_of = |type_name: &str| self.types.all.get(type_name).map(|(noun, _)| noun.as_str());
        self.nouns()
            .into_iter()
            .map(|noun| {
                let own = self.types.all.values().filter(|(owner, _)| owner == noun);
                let used = own.flat_map(|(_, definition)| uses(definition)).filter_map(noun_of);
                let entries = self.operations.iter().filter(|entry| entry.noun == noun);
                let of_entries = entries.flat_map(|entry| [noun_of(&entry.request), noun_of(&entry.result)]).flatten();
                let includes: BTreeSet<&str> = used.chain(of_entries).filter(|other| *other != noun).collect();
                let mut text = schema_start("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
                for include in includes {
                    let _ = writeln!(text, "  <xs:include schemaLocation=\"{include}.xsd\"/>");
                }
                text.push_str(&self.declarations(noun));
                text.push_str("</xs:schema>\n");
                (noun.to_owned(), text)
            })
            .collect()
    }

    /// All declarations in one schema, for the WSDL.
    pub(super) fn inline_schema(&self) -> String {
        let mut text = schema_start("");
        self.nouns().into_iter().for_each(|noun| text.push_str(&self.declarations(noun)));
        text.push_str("</xs:schema>\n");
        text
    }
}

fn schema_start(before: &str) -> String {
    format!(
        "{before}<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:k=\"{TYPED_NS}\" targetNamespace=\"{TYPED_NS}\" elementFormDefault=\"qualified\">\n"
    )
}
