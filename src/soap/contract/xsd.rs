//! The schema files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Contract;
use crate::domain::Decimal;
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
    let _ = writeln!(out, "      <xs:element name=\"{name}\" type=\"{}\"{occurs}>", qualified(&field.type_name));
    documentation(out, "        ", &clean(field.spec.doc));
    out.push_str("      </xs:element>\n");
}

/// The element of a message, with its one child.
fn wrapper(out: &mut String, name: &str, doc: &str, child: &str, child_doc: &str, type_name: &str) {
    let _ = writeln!(out, "  <xs:element name=\"{name}\">");
    documentation(out, "    ", doc);
    let _ = writeln!(out, "    <xs:complexType>\n      <xs:sequence>\n        <xs:element name=\"{child}\" type=\"k:{type_name}\">");
    documentation(out, "          ", child_doc);
    out.push_str("        </xs:element>\n      </xs:sequence>\n    </xs:complexType>\n  </xs:element>\n");
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
            let _ = writeln!(out, "  <xs:complexType name=\"{name}\">");
            documentation(&mut out, "    ", if flag.is_some() { "A list that can replace what is stored." } else { "A list." });
            out.push_str("    <xs:sequence>\n");
            flag.iter().for_each(|flag| element(&mut out, flag));
            let _ = writeln!(out, "      <xs:element name=\"item\" type=\"{}\" minOccurs=\"0\" maxOccurs=\"unbounded\">", qualified(entry));
            documentation(&mut out, "        ", "One entry of the list.");
            out.push_str("      </xs:element>\n    </xs:sequence>\n  </xs:complexType>\n");
        }
        TypeDef::Enumeration { doc, words, docs } => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            documentation(&mut out, "    ", doc);
            out.push_str("    <xs:restriction base=\"xs:string\">\n");
            for (word, doc) in words.iter().zip(*docs) {
                let _ = writeln!(out, "      <xs:enumeration value=\"{}\">", word.to_ascii_uppercase());
                documentation(&mut out, "        ", &clean(doc));
                out.push_str("      </xs:enumeration>\n");
            }
            out.push_str("    </xs:restriction>\n  </xs:simpleType>\n");
        }
        TypeDef::Text { longest } => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            documentation(&mut out, "    ", &format!("A text of at most {longest} characters."));
            let _ = writeln!(
                out,
                "    <xs:restriction base=\"xs:string\">\n      <xs:maxLength value=\"{longest}\"/>\n    </xs:restriction>\n  </xs:simpleType>"
            );
        }
        TypeDef::Amount => {
            let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">");
            let most = Decimal::LARGEST_AMOUNT;
            let doc = format!(
                "A decimal number with a dot, from -{most} to {most}; four places are kept, surplus ones are rounded. \
                 What a channel says may be larger, and is rounded to 15 digits."
            );
            documentation(&mut out, "    ", &doc);
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

const FAULT_TYPES: &str = r#"  <xs:element name="gatewayFault" type="k:FaultInfo">
    <xs:annotation><xs:documentation>The detail of every fault.</xs:documentation></xs:annotation>
  </xs:element>
  <xs:complexType name="FaultInfo">
    <xs:annotation><xs:documentation>Why a call could not be taken as a whole.</xs:documentation></xs:annotation>
    <xs:sequence>
      <xs:element name="errorCode" type="xs:string">
        <xs:annotation><xs:documentation>Stable code, KONTOR- and a number.</xs:documentation></xs:annotation>
      </xs:element>
      <xs:element name="errorText" type="xs:string">
        <xs:annotation><xs:documentation>Place, value, expectation and remedy in the language of the mandator.</xs:documentation></xs:annotation>
      </xs:element>
      <xs:element name="fields" type="k:FaultFieldList" minOccurs="0">
        <xs:annotation><xs:documentation>The places in the request that the fault is about; empty when it is about the whole request.</xs:documentation></xs:annotation>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="FaultFieldList">
    <xs:annotation><xs:documentation>A list.</xs:documentation></xs:annotation>
    <xs:sequence>
      <xs:element name="item" type="k:FaultField" minOccurs="0" maxOccurs="unbounded">
        <xs:annotation><xs:documentation>One entry of the list.</xs:documentation></xs:annotation>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="FaultField">
    <xs:annotation><xs:documentation>A place in the request and what is wrong there.</xs:documentation></xs:annotation>
    <xs:sequence>
      <xs:element name="field" type="xs:string">
        <xs:annotation><xs:documentation>The place, from outer to inner, such as: items, item 17 (line 212), identifier.</xs:documentation></xs:annotation>
      </xs:element>
      <xs:element name="text" type="xs:string">
        <xs:annotation><xs:documentation>What is wrong there, and what to send.</xs:documentation></xs:annotation>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
"#;

impl Contract {
    /// The declarations of one noun, without the schema element around them.
    fn declarations(&self, noun: &str) -> String {
        let mut out = String::new();
        for entry in self.operations.iter().filter(|entry| entry.noun == noun) {
            wrapper(&mut out, entry.name, entry.doc, "request", "What is asked for.", &entry.request);
            let answer = format!("{}Response", entry.name);
            wrapper(&mut out, &answer, &format!("The answer of {}.", entry.name), "result", "What came of it.", &entry.result);
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
