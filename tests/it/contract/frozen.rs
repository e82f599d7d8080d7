//! What was published stays: a client that was generated from a released contract works with the present one (rule W24).

use std::collections::BTreeSet;

use super::described::{Child, Described, Simple, Type};
use crate::samples::root;

/// Whether the client writes or reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Request,
    Answer,
}

/// Every change from `old` to `new` that breaks a client generated from `old`. New operations and new optional
/// elements at the end of requests do not.
pub(crate) fn breaking_changes(old: &Described, new: &Described) -> BTreeSet<String> {
    let mut comparison = Comparison { old, new, seen: BTreeSet::new(), found: BTreeSet::new() };
    for (place, was) in &old.frame {
        let is = new.frame.get(place).cloned().unwrap_or_default();
        if is != *was {
            comparison.found.insert(format!("{place}: {was} became {is}"));
        }
    }
    for (name, was) in &old.operations {
        let Some(is) = new.operations.get(name) else {
            comparison.found.insert(format!("{name}: the operation is gone"));
            continue;
        };
        if was != is {
            comparison.found.insert(format!("{name}: {was:?} became {is:?}"));
        }
        comparison.element(&was.request, &is.request, Way::Request);
        comparison.element(&was.answer, &is.answer, Way::Answer);
        was.faults.values().for_each(|fault| comparison.element(fault, fault, Way::Answer));
    }
    comparison.found
}

struct Comparison<'a> {
    old: &'a Described,
    new: &'a Described,
    /// Types are shared and are looked at once for each way.
    seen: BTreeSet<(String, String, Way)>,
    found: BTreeSet<String>,
}

impl Comparison<'_> {
    fn say(&mut self, place: &str, what: &str) {
        self.found.insert(format!("{place}: {what}"));
    }

    fn element(&mut self, old: &str, new: &str, way: Way) {
        match (self.old.elements.get(old).cloned(), self.new.elements.get(new).cloned()) {
            (Some(was), Some(is)) => self.types(old, &was, &is, way),
            _ => self.say(old, "the element is gone"),
        }
    }

    fn types(&mut self, place: &str, old: &str, new: &str, way: Way) {
        if !self.seen.insert((old.to_owned(), new.to_owned(), way)) {
            return;
        }
        let (was, is) = (self.old.type_of(old), self.new.type_of(new));
        let are_texts = matches!((&was, &is), (Type::Simple(was), Type::Simple(is)) if was.is_text() && is.is_text());
        if old != new && !are_texts {
            self.say(place, &format!("the type {old} became {new}"));
        }
        match (was, is) {
            (Type::Sequence(was), Type::Sequence(is)) => self.children(old, &was, &is, way),
            (Type::Simple(was), Type::Simple(is)) => self.simple(if are_texts { place } else { old }, &was, &is, way),
            _ => self.say(old, "is another kind of type"),
        }
    }

    fn children(&mut self, owner: &str, old: &[Child], new: &[Child], way: Way) {
        for was in old {
            let place = format!("{owner}/{}", was.name);
            let Some(is) = new.iter().find(|is| is.name == was.name) else {
                self.say(&place, "the element is gone");
                continue;
            };
            match (was.least.as_str(), is.least.as_str()) {
                ("0", "1") => self.say(&place, "must be sent now"),
                ("1", "0") if way == Way::Answer => self.say(&place, "may be missing now"),
                _ => {}
            }
            if was.most != is.most {
                self.say(&place, &format!("maxOccurs {} became {}", was.most, is.most));
            }
            self.types(&place, &was.type_name, &is.type_name, way);
        }
        let kept: Vec<&str> = new.iter().map(|is| is.name.as_str()).filter(|name| old.iter().any(|was| was.name == *name)).collect();
        let before: Vec<&str> = old.iter().map(|was| was.name.as_str()).filter(|name| kept.contains(name)).collect();
        if kept != before {
            self.say(owner, "the order of its elements changed");
        }
        for (index, added) in new.iter().enumerate().filter(|(_, is)| !before.contains(&is.name.as_str())) {
            let place = format!("{owner}/{}", added.name);
            if way == Way::Answer {
                self.say(&place, "is new in an answer");
            } else if added.least != "0" {
                self.say(&place, "is new and must be sent");
            } else if new.iter().skip(index).any(|later| before.contains(&later.name.as_str())) {
                self.say(&place, "is new and does not stand at the end");
            }
        }
    }

    fn simple(&mut self, place: &str, was: &Simple, is: &Simple, way: Way) {
        if was.base != is.base {
            self.say(place, &format!("{} became {}", was.base, is.base));
        }
        for gone in was.words.difference(&is.words) {
            self.say(place, &format!("the value {gone} is gone"));
        }
        if way == Way::Answer && !was.words.is_empty() {
            for added in is.words.difference(&was.words) {
                self.say(place, &format!("the value {added} is new in an answer"));
            }
        }
        for facet in was.facets.keys().chain(is.facets.keys()).collect::<BTreeSet<_>>() {
            let most = |simple: &Simple| simple.facets.get(facet).copied().unwrap_or(u32::MAX);
            match way {
                Way::Request if most(is) < most(was) => self.say(place, &format!("{facet} is narrower in a request")),
                Way::Answer if most(is) > most(was) => self.say(place, &format!("{facet} is wider in an answer")),
                _ => {}
            }
        }
    }
}

#[test]
fn released_contracts_still_hold() {
    let mut compared = 0;
    for release in std::fs::read_dir(root().join("wsdl/released")).unwrap() {
        for file in std::fs::read_dir(release.unwrap().path()).unwrap() {
            let released = file.unwrap().path();
            let present = root().join("wsdl").join(released.file_name().unwrap());
            let read = |path: &std::path::Path| Described::parse(&std::fs::read_to_string(path).unwrap());
            let found = breaking_changes(&read(&released), &read(&present));
            assert!(found.is_empty(), "clients generated from {} break (see docs/TESTING.md): {found:#?}", released.display());
            compared += 1;
        }
    }
    assert!(compared >= 3, "the released contracts are there");
}

const SAMPLE: &str = r#"<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:k="urn:k" targetNamespace="urn:k">
<w:types><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:k" elementFormDefault="qualified">
<xs:element name="put"><xs:complexType><xs:sequence><xs:element name="request" type="k:PutRequest"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="putResponse"><xs:complexType><xs:sequence><xs:element name="result" type="k:PutResult"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="gone" type="k:Gone"/>
<xs:complexType name="PutRequest"><xs:sequence><xs:element name="number" type="k:Text20"/><xs:element name="mode" type="k:Mode" minOccurs="0"/><xs:element name="things" type="k:ThingList"/></xs:sequence></xs:complexType>
<xs:complexType name="PutResult"><xs:sequence><xs:element name="word" type="k:Text30"/><xs:element name="state" type="k:State"/><xs:element name="found" type="k:ThingList"/></xs:sequence></xs:complexType>
<xs:complexType name="ThingList"><xs:sequence><xs:element name="item" type="k:Thing" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
<xs:complexType name="Thing"><xs:sequence><xs:element name="count" type="xs:int"/><xs:element name="price" type="k:Amount" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="Gone"><xs:sequence><xs:element name="why" type="xs:string"/></xs:sequence></xs:complexType>
<xs:simpleType name="Mode"><xs:restriction base="xs:string"><xs:enumeration value="SOFT"/><xs:enumeration value="HARD"/></xs:restriction></xs:simpleType>
<xs:simpleType name="State"><xs:restriction base="xs:string"><xs:enumeration value="OPEN"/><xs:enumeration value="DONE"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Amount"><xs:restriction base="xs:decimal"><xs:totalDigits value="15"/><xs:fractionDigits value="4"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Text20"><xs:restriction base="xs:string"><xs:maxLength value="20"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Text30"><xs:restriction base="xs:string"><xs:maxLength value="30"/></xs:restriction></xs:simpleType>
</xs:schema></w:types>
<w:message name="in"><w:part name="parameters" element="k:put"/></w:message><w:message name="out"><w:part name="parameters" element="k:putResponse"/></w:message><w:message name="bad"><w:part name="fault" element="k:gone"/></w:message>
<w:portType name="Port"><w:operation name="put"><w:input message="k:in"/><w:output message="k:out"/><w:fault name="gone" message="k:bad"/></w:operation></w:portType>
<w:binding name="Binding" type="k:Port"><soap:binding style="document"/><w:operation name="put"><soap:operation soapAction="urn:k/put"/></w:operation></w:binding>
<w:service name="Service"><w:port name="Port" binding="k:Binding"/></w:service></w:definitions>"#;

/// The findings after replacements in the sample.
fn after(changes: &[(&str, &str)]) -> BTreeSet<String> {
    let mut changed = SAMPLE.to_owned();
    for (from, to) in changes {
        assert!(changed.contains(from), "{from} stands in the sample");
        changed = changed.replace(from, to);
    }
    breaking_changes(&Described::parse(SAMPLE), &Described::parse(&changed))
}

#[test]
fn each_kind_of_breaking_change_is_found() {
    for (from, to, finding) in [
        ("<w:operation name=\"put\">", "<w:operation name=\"set\">", "put: the operation is gone"),
        ("soapAction=\"urn:k/put\"", "soapAction=\"urn:k/set\"", "urn:k/set"),
        ("<w:fault name=\"gone\" message=\"k:bad\"/>", "", "put: Operation"),
        ("targetNamespace=\"urn:k\" element", "targetNamespace=\"urn:l\" element", "schema namespace: urn:k became urn:l"),
        ("\"qualified\"", "\"unqualified\"", "form of elements"),
        ("service name=\"Service\"", "service name=\"Server\"", "service: Service became Server"),
        ("wsdl/soap/", "wsdl/soap12/", "SOAP version"),
        ("<xs:element name=\"count\" type=\"xs:int\"/>", "", "Thing/count: the element is gone"),
        ("name=\"count\"", "name=\"amount\"", "Thing/count: the element is gone"),
        ("name=\"why\"", "name=\"reason\"", "Gone/why: the element is gone"),
        ("\"count\" type=\"xs:int\"", "\"count\" type=\"xs:string\"", "Thing/count: the type int became string"),
        ("k:Thing\"", "k:Gone\"", "ThingList/item: the type Thing became Gone"),
        ("k:Amount", "xs:decimal", "Thing/price: the type Amount became decimal"),
        ("base=\"xs:decimal\"", "base=\"xs:double\"", "Amount: decimal became double"),
        ("type=\"k:Mode\"", "type=\"k:Text20\"", "PutRequest/mode: the type Mode became Text20"),
        ("type=\"k:Mode\" minOccurs=\"0\"", "type=\"k:Mode\"", "PutRequest/mode: must be sent now"),
        ("type=\"k:State\"", "type=\"k:State\" minOccurs=\"0\"", "PutResult/state: may be missing now"),
        ("\"0\" maxOccurs=\"unbounded\"", "\"0\"", "ThingList/item: maxOccurs unbounded became 1"),
        ("\"count\" type=\"xs:int\"", "\"count\" type=\"xs:int\" maxOccurs=\"2\"", "Thing/count: maxOccurs 1 became 2"),
        ("<xs:enumeration value=\"HARD\"/>", "", "Mode: the value HARD is gone"),
        ("<xs:enumeration value=\"DONE\"/>", "", "State: the value DONE is gone"),
        ("value=\"DONE\"/>", "value=\"DONE\"/><xs:enumeration value=\"NEW\"/>", "State: the value NEW is new in an answer"),
        ("type=\"k:Text20\"", "type=\"k:Mode\"", "PutRequest/number: the type Text20 became Mode"),
        ("maxLength value=\"20\"", "maxLength value=\"19\"", "PutRequest/number: maxLength is narrower in a request"),
        ("type=\"k:Text30\"", "type=\"xs:string\"", "PutResult/word: maxLength is wider in an answer"),
        ("fractionDigits value=\"4\"", "fractionDigits value=\"2\"", "Amount: fractionDigits is narrower in a request"),
        ("totalDigits value=\"15\"", "totalDigits value=\"18\"", "Amount: totalDigits is wider in an answer"),
        (
            "name=\"state\" type=\"k:State\"/>",
            "name=\"state\" type=\"k:State\"/><xs:element name=\"more\" type=\"xs:int\" minOccurs=\"0\"/>",
            "PutResult/more: is new in an answer",
        ),
        (
            "minOccurs=\"0\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"Gone\"",
            "minOccurs=\"0\"/><xs:element name=\"more\" type=\"xs:int\" minOccurs=\"0\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"Gone\"",
            "Thing/more: is new in an answer",
        ),
        (
            "type=\"k:ThingList\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"PutResult\"",
            "type=\"k:ThingList\"/><xs:element name=\"more\" type=\"xs:int\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"PutResult\"",
            "PutRequest/more: is new and must be sent",
        ),
        (
            "<xs:element name=\"number\"",
            "<xs:element name=\"more\" type=\"xs:int\" minOccurs=\"0\"/><xs:element name=\"number\"",
            "PutRequest/more: is new and does not stand at the end",
        ),
        (
            "<xs:complexType name=\"Thing\"><xs:sequence><xs:element name=\"count\" type=\"xs:int\"/><xs:element name=\"price\" type=\"k:Amount\" minOccurs=\"0\"/>",
            "<xs:complexType name=\"Thing\"><xs:sequence><xs:element name=\"price\" type=\"k:Amount\" minOccurs=\"0\"/><xs:element name=\"count\" type=\"xs:int\"/>",
            "Thing: the order of its elements changed",
        ),
        (
            "<xs:sequence><xs:element name=\"request\" type=\"k:PutRequest\"/></xs:sequence>",
            "<xs:sequence><xs:element name=\"input\" type=\"k:PutRequest\"/></xs:sequence>",
            "<put>/request: the element is gone",
        ),
    ] {
        let found = after(&[(from, to)]);
        assert!(found.iter().any(|found| found.contains(finding)), "{from} → {to}: {finding}, found {found:#?}");
    }
}

#[test]
fn additions_are_no_breaking_changes() {
    const END_OF_REQUEST: &str = "type=\"k:ThingList\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"PutResult\"";
    for changes in [
        &[][..],
        &[(
            END_OF_REQUEST,
            "type=\"k:ThingList\"/><xs:element name=\"more\" type=\"xs:int\" minOccurs=\"0\"/></xs:sequence></xs:complexType>\n<xs:complexType name=\"PutResult\"",
        )],
        &[("value=\"HARD\"/>", "value=\"HARD\"/><xs:enumeration value=\"NEW\"/>")],
        &[("name=\"number\" type=\"k:Text20\"", "name=\"number\" type=\"k:Text30\"")],
        &[("name=\"number\" type=\"k:Text20\"", "name=\"number\" type=\"xs:string\" minOccurs=\"0\"")],
        &[("name=\"word\" type=\"k:Text30\"", "name=\"word\" type=\"k:Text20\"")],
        &[
            (
                "</w:operation></w:portType>",
                "</w:operation><w:operation name=\"look\"><w:input message=\"k:in\"/><w:output message=\"k:out\"/></w:operation></w:portType>",
            ),
            (
                "</w:operation></w:binding>",
                "</w:operation><w:operation name=\"look\"><soap:operation soapAction=\"urn:k/look\"/></w:operation></w:binding>",
            ),
        ],
    ] {
        assert_eq!(after(changes), BTreeSet::new(), "{changes:?}");
    }
}
