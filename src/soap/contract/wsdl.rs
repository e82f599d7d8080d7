//! The WSDLs. Shape and rules: `soap-interop.md` section 3.

use std::fmt::Write as _;

use super::policy::Policy;
use super::xsd::escaped;
use super::{Contract, PLACEHOLDER};
use crate::operations::Face;
use crate::soap::{COMPAT_NS, TYPED_NS, path};

pub(super) const SOAP11: (&str, &str) = ("soap", "http://schemas.xmlsoap.org/wsdl/soap/");
pub(super) const SOAP12: (&str, &str) = ("soap12", "http://schemas.xmlsoap.org/wsdl/soap12/");

/// An element of the compat contract with its type of the same name, which holds one string.
fn compat_element(out: &mut String, name: &str, doc: &str, child: &str, child_doc: &str) {
    let documented = |doc: &str| format!("<xs:annotation><xs:documentation>{}</xs:documentation></xs:annotation>", escaped(doc));
    let (doc, child_doc) = (documented(doc), documented(child_doc));
    let _ = writeln!(
        out,
        "  <xs:element name=\"{name}\" type=\"k:{name}\">{doc}</xs:element>\n  <xs:complexType name=\"{name}\">\n    {doc}\n    <xs:sequence>\n      <xs:element name=\"{child}\" type=\"xs:string\" minOccurs=\"0\">{child_doc}</xs:element>\n    </xs:sequence>\n  </xs:complexType>"
    );
}

impl Contract {
    /// The typed contract over one SOAP version, given as prefix and namespace of its binding.
    pub(super) fn typed_wsdl(&self, (prefix, namespace): &(&str, &str), policy: Option<&Policy>) -> String {
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:{prefix}=\"{namespace}\" xmlns:k=\"{TYPED_NS}\" name=\"Kontor\" targetNamespace=\"{TYPED_NS}\">\n<wsdl:documentation>Kontor, the gateway between ERP and sales channels: the typed contract.</wsdl:documentation>\n"
        );
        policy.iter().for_each(|policy| out.push_str(policy.definition));
        out.push_str("<wsdl:types>\n");
        out.push_str(&self.inline_schema());
        out.push_str("</wsdl:types>\n");
        for entry in &self.operations {
            for (message, element) in [("", ""), ("Response", "Response")] {
                let _ = writeln!(
                    out,
                    "<wsdl:message name=\"{0}{message}Message\"><wsdl:part name=\"parameters\" element=\"k:{0}{element}\"/></wsdl:message>",
                    entry.name
                );
            }
        }
        out.push_str("<wsdl:message name=\"gatewayFaultMessage\"><wsdl:part name=\"fault\" element=\"k:gatewayFault\"/></wsdl:message>\n");
        out.push_str("<wsdl:portType name=\"KontorPortType\">\n");
        for entry in &self.operations {
            let _ = writeln!(
                out,
                "  <wsdl:operation name=\"{0}\">\n    <wsdl:documentation>{1}</wsdl:documentation>\n    <wsdl:input message=\"k:{0}Message\"/>\n    <wsdl:output message=\"k:{0}ResponseMessage\"/>\n    <wsdl:fault name=\"gatewayFault\" message=\"k:gatewayFaultMessage\"/>\n  </wsdl:operation>",
                entry.name,
                escaped(entry.doc)
            );
        }
        let _ = writeln!(
            out,
            "</wsdl:portType>\n<wsdl:binding name=\"KontorBinding\" type=\"k:KontorPortType\">\n{}  <{prefix}:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>",
            policy.map_or("", |policy| policy.reference)
        );
        for entry in &self.operations {
            let _ = writeln!(
                out,
                "  <wsdl:operation name=\"{0}\">\n    <{prefix}:operation soapAction=\"{TYPED_NS}/{0}\" style=\"document\"/>\n    <wsdl:input><{prefix}:body use=\"literal\"/></wsdl:input>\n    <wsdl:output><{prefix}:body use=\"literal\"/></wsdl:output>\n    <wsdl:fault name=\"gatewayFault\"><{prefix}:fault name=\"gatewayFault\" use=\"literal\"/></wsdl:fault>\n  </wsdl:operation>",
                entry.name
            );
        }
        let _ = write!(
            out,
            "</wsdl:binding>\n<wsdl:service name=\"KontorService\">\n  <wsdl:port name=\"KontorPort\" binding=\"k:KontorBinding\">\n    <{prefix}:address location=\"{PLACEHOLDER}{}\"/>\n  </wsdl:port>\n</wsdl:service>\n</wsdl:definitions>\n",
            path(Face::Typed)
        );
        out
    }

    /// The compat contract: a string in, a string out, with the classic names (`protocol.md` 1.1 and 1.2).
    pub(super) fn compat_wsdl(&self) -> String {
        let (prefix, namespace) = SOAP11;
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:{prefix}=\"{namespace}\" xmlns:k=\"{COMPAT_NS}\" name=\"Connect\" targetNamespace=\"{COMPAT_NS}\">\n<wsdl:documentation>Kontor, the gateway between ERP and sales channels: the wire format of the Speed4Trade CONNECT webservice. Each operation takes and returns an XML document as a string.</wsdl:documentation>\n<wsdl:types>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:k=\"{COMPAT_NS}\" targetNamespace=\"{COMPAT_NS}\" elementFormDefault=\"unqualified\">\n"
        );
        for entry in &self.operations {
            let answer = format!("{}Response", entry.name);
            compat_element(&mut out, entry.name, entry.doc, entry.argument, "The request: an XML document as a string.");
            compat_element(
                &mut out,
                &answer,
                &format!("The answer of {}.", entry.name),
                "return",
                "The response: an XML document as a string.",
            );
        }
        out.push_str("</xs:schema>\n</wsdl:types>\n");
        for entry in &self.operations {
            for message in ["", "Response"] {
                let _ = writeln!(
                    out,
                    "<wsdl:message name=\"{0}{message}\"><wsdl:part name=\"parameters\" element=\"k:{0}{message}\"/></wsdl:message>",
                    entry.name
                );
            }
        }
        out.push_str("<wsdl:portType name=\"ConnectPortType\">\n");
        for entry in &self.operations {
            let _ = writeln!(
                out,
                "  <wsdl:operation name=\"{0}\">\n    <wsdl:documentation>{1}</wsdl:documentation>\n    <wsdl:input message=\"k:{0}\"/>\n    <wsdl:output message=\"k:{0}Response\"/>\n  </wsdl:operation>",
                entry.name,
                escaped(entry.doc)
            );
        }
        let _ = writeln!(
            out,
            "</wsdl:portType>\n<wsdl:binding name=\"ConnectBinding\" type=\"k:ConnectPortType\">\n  <{prefix}:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
        );
        for entry in &self.operations {
            let _ = writeln!(
                out,
                "  <wsdl:operation name=\"{0}\">\n    <{prefix}:operation soapAction=\"\" style=\"document\"/>\n    <wsdl:input><{prefix}:body use=\"literal\"/></wsdl:input>\n    <wsdl:output><{prefix}:body use=\"literal\"/></wsdl:output>\n  </wsdl:operation>",
                entry.name
            );
        }
        let _ = write!(
            out,
            "</wsdl:binding>\n<wsdl:service name=\"ConnectService\">\n  <wsdl:port name=\"ConnectPort\" binding=\"k:ConnectBinding\">\n    <{prefix}:address location=\"{PLACEHOLDER}{}\"/>\n  </wsdl:port>\n</wsdl:service>\n</wsdl:definitions>\n",
            path(Face::Compat)
        );
        out
    }
}
