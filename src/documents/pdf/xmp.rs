//! The metadata of a paper with an e-invoice name the invoice (Factur-X 1.0, ZUGFeRD 2): readers look there first. The library
//! that writes the file has no place for them, so they come with an incremental update (ISO 32000-1, 7.5.6), which PDF/A-3 allows:
//! a new version of the one object that holds the metadata, and a table of references that names it, behind the file as it was.

use memchr::memmem;

const NAMESPACE: &str = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#";
const PROPERTIES: [(&str, &str); 4] = [
    ("DocumentFileName", "name of the embedded XML invoice file"),
    ("DocumentType", "INVOICE"),
    ("Version", "The actual version of the Factur-X XML schema"),
    ("ConformanceLevel", "The conformance level of the embedded Factur-X data"),
];

/// `None`: the file is not as expected.
pub(super) fn name_the_invoice(mut pdf: Vec<u8>, file: &str) -> Option<Vec<u8>> {
    let start = rfind(&pdf, b"startxref")?;
    let before: usize = text(pdf.get(start..)?)?.lines().nth(1)?.trim().parse().ok()?;
    let trailer_at = rfind(&pdf, b"trailer")?;
    let trailer = text(pdf.get(trailer_at..start)?)?.trim_start_matches("trailer").trim();
    let entries = trailer.strip_prefix("<<")?.strip_suffix(">>")?.trim().to_owned();
    let (object, metadata) = metadata(&pdf)?;
    let metadata = extended(&metadata, file)?;
    let at = pdf.len() + 1;
    let update =
        format!("\n{object} 0 obj\n<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{metadata}\nendstream\nendobj\n", metadata.len());
    pdf.extend_from_slice(update.as_bytes());
    let table = pdf.len();
    let trailer = format!("xref\n{object} 1\n{at:010} 00000 n \ntrailer\n<<\n{entries}\n/Prev {before}\n>>\nstartxref\n{table}\n%%EOF\n");
    pdf.extend_from_slice(trailer.as_bytes());
    Some(pdf)
}

/// Number and content of the object with the metadata.
fn metadata(pdf: &[u8]) -> Option<(u32, String)> {
    let packet = memmem::find(pdf, b"<?xpacket begin")?;
    let head = pdf.get(..packet)?;
    let object = rfind(head, b" 0 obj")?;
    let digits = head.get(..object)?.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let number = text(head.get(object - digits..object)?)?.parse().ok()?;
    let rest = pdf.get(packet..)?;
    let end = memmem::find(rest, b"endstream")?;
    Some((number, text(rest.get(..end)?)?.trim_end().to_owned()))
}

fn extended(metadata: &str, file: &str) -> Option<String> {
    let properties: String = PROPERTIES
        .iter()
        .map(|(name, description)| {
            format!(
                "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>{name}</pdfaProperty:name>\
                 <pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>\
                 <pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
            )
        })
        .collect();
    let schema = format!(
        "<rdf:li rdf:parseType=\"Resource\"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>\
         <pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>\
         <pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    );
    let about = format!(
        "<rdf:Description rdf:about=\"\" xmlns:fx=\"{NAMESPACE}\"><fx:DocumentType>INVOICE</fx:DocumentType>\
         <fx:DocumentFileName>{file}</fx:DocumentFileName><fx:Version>1.0</fx:Version>\
         <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"
    );
    let bag_end = "</rdf:Bag></pdfaExtension:schemas>";
    let (head, tail) = metadata.split_once(bag_end)?;
    let (inner, end) = tail.split_once("</rdf:RDF>")?;
    Some(format!("{head}{schema}{bag_end}{inner}{about}</rdf:RDF>{end}"))
}

fn rfind(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::rfind(bytes, needle)
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
