use proptest::prelude::*;

use super::{Attribute, Document, Element, Limits, Node, steps};
use crate::domain::{Failure, Reader};

pub(super) const LIMITS: Limits = Limits { depth: 8, attributes: 4, name_bytes: 20, elements: 50, entries: usize::MAX };

fn refusal(text: &str) -> Failure {
    match Document::parse(text, &LIMITS) {
        Err(failure) => failure,
        Ok(document) => panic!("{text:?} was taken as {document:?}"),
    }
}

fn parse(text: &str) -> Document<'_> {
    match Document::parse(text, &LIMITS) {
        Ok(document) => document,
        Err(failure) => panic!("{text:?}: {failure}"),
    }
}

#[test]
fn hostile_and_broken_documents_are_refused_with_place_and_reason() {
    let deep = "<a>".repeat(9);
    let many = format!("<a>{}</a>", "<b/>".repeat(50));
    let crowded = format!("<a>{}</a>", "<b c='' d='' e=''/>".repeat(20));
    let long_name = format!("<{}/>", "n".repeat(21));
    let long_attribute = format!("<a {}='1'/>", "n".repeat(21));
    let long_namespace = format!("<a xmlns='{}'/>", "u".repeat(81));
    let scopes: String = (0..9).map(|n| format!("<a xmlns:p{n}='u'>")).collect();
    for (text, number, words) in [
        ("", 2001, "there is no root element"),
        ("  \n", 2001, "line 2, column 1: there is no root"),
        ("<!-- c -->", 2001, "no root"),
        ("plain", 2001, "column 1: there is text outside"),
        ("<a/>x", 2001, "column 5: there is text outside"),
        ("&amp;<a/>", 2001, "outside"),
        ("<a/><![CDATA[x]]>", 2001, "outside"),
        ("<a/><b/>", 2001, "column 5: a second root"),
        ("<a></a><b></b>", 2001, "a second root"),
        ("<a>", 2001, "\"a\" is not closed"),
        ("<a><b></a>", 2001, "expected </b>, found </a>"),
        ("</a>", 2001, "</a> closes nothing"),
        ("<a/></a>", 2001, "closes nothing"),
        ("<a", 2001, "line 1, column 1: tag not closed"),
        ("<a b=\"1", 2001, "not closed"),
        ("<a b='1'>x</a b='1'>", 2001, "expected </a>"),
        ("<>", 2001, "\"\" is not a valid name"),
        ("< a/>", 2001, "not a valid name"),
        ("<1a/>", 2001, "\"1a\" is not a valid name"),
        ("<a/b>", 2001, "not a valid name"),
        ("<a:b:c xmlns:a='u'/>", 2001, "not a valid name"),
        ("<:a/>", 2001, "not a valid name"),
        ("<a:/>", 2001, "not a valid name"),
        ("<p:a/>", 2001, "prefix \"p\" is not declared"),
        ("<a><b xmlns:p='u'/><p:b/></a>", 2001, "column 20: the prefix \"p\" is not declared"),
        ("<a xmlns:p=''/>", 2001, "cannot be declared"),
        ("<xmlns:a/>", 2001, "not declared"),
        ("<a 1b='1'/>", 2001, "not a valid name"),
        ("<a b/>", 2001, "has no value"),
        ("<a b=1/>", 2001, "not quoted"),
        ("<a b='1'c='2'/>", 2001, "a blank is missing"),
        ("<a b='1' / >", 2001, "not a valid name"),
        ("<a b='1' b='2'/>", 2001, "column 10: the attribute \"b\" occurs twice"),
        ("<a b='<'/>", 2001, "column 7: \"<\" is in the value"),
        ("<a b='&'/>", 2001, "not closed by \";\""),
        ("<a b='&nbsp;'/>", 2001, "\"&nbsp;\" is not declared"),
        ("<a b='&#0;'/>", 2001, "not a character"),
        ("<a>&nbsp;</a>", 2001, "column 4: the entity \"&nbsp;\" is not declared"),
        ("<a>&</a>", 2001, "reference"),
        ("<a>& b;</a>", 2001, "is not declared"),
        ("<a>&#;</a>", 2001, "not a character"),
        ("<a>&#x;</a>", 2001, "not a character"),
        ("<a>&#+65;</a>", 2001, "not a character"),
        ("<a>&#1;</a>", 2001, "\"&#1;\" is not a character"),
        ("<a>&#xFFFE;</a>", 2001, "not a character"),
        ("<a>&#xD800;</a>", 2001, "not a character"),
        ("<a>&#99999999999;</a>", 2001, "not a character"),
        ("<a>\u{1}</a>", 2001, "column 4: the character U+0001"),
        ("<a>ü\n\0</a>", 2001, "line 2, column 1: the character U+0000"),
        ("<a b='\u{8}'/>", 2001, "U+0008"),
        ("<a>\u{FFFF}</a>", 2001, "U+FFFF"),
        ("<a>x]]>y</a>", 2001, "column 5: \"]]>\""),
        ("<a><![CDATA[x</a>", 2001, "CDATA not closed"),
        ("<a><!-- x</a>", 2001, "comment not closed"),
        ("<a><!-- x -- y --></a>", 2001, "--"),
        ("<a><?x</a>", 2001, "instruction not closed"),
        ("<a><?XML v?></a>", 2001, "invalid name"),
        ("<a><!ELEMENT b></a>", 2001, "markup"),
        (" <?xml version='1.0'?><a/>", 2001, "is not at the very start"),
        ("<a><?xml version='1.0'?></a>", 2001, "very start"),
        ("<?xml version='1.1'?><a/>", 2001, "\"1.1\" is not 1.0"),
        ("<?xml version='2'?><a/>", 2001, "not 1.0"),
        ("<?xml encoding='utf-8'?><a/>", 2001, "no version"),
        ("<!DOCTYPE a><a/>", 2002, "line 1"),
        ("<!doctype a [<!ENTITY x 'y'>]>\n<a>&x;</a>", 2002, "line 1"),
        ("\n<!DOCTYPE a [", 2002, "line 2"),
        ("<!DOCTYPE>", 2002, "line 1"),
        ("<a/><!DOCTYPE a>", 2002, "line 1"),
        (&deep, 2003, "8 nested elements at line 1; send a smaller or flatter document (limits.xml_depth"),
        (&many, 2003, "limits.xml_elements"),
        (&long_name, 2003, "limits.xml_name_bytes"),
        (&long_attribute, 2003, "limits.xml_name_bytes"),
        ("<a b='' c='' d='' e='' f=''/>", 2003, "limits.xml_attributes"),
        (&crowded, 2003, "50 attributes in all"),
        (&scopes, 2003, "limits."),
        (&long_namespace, 2003, "80 bytes in the name of a namespace at line 1"),
    ] {
        let failure = refusal(text);
        let said = failure.text(Reader::ADMIN);
        assert_eq!(failure.code.number, number, "{text:?}: {said}");
        assert!(said.contains(words), "{text:?}: {said}");
    }
}

#[test]
fn two_halves_of_a_character_are_one() {
    let document = parse("<a b='&#xD83D;&#xDE00;-&#55357;&#xDE00;'>&#xD83D;&#56832;x&#xd83d;&#xde00;&amp;</a>");
    assert_eq!((document.root().attribute("b"), document.root().text()), (Some("😀-😀"), "😀x😀&"));
    let document = parse("<a>&#xD83D;&#xDE00;<![CDATA[&#xDE00;]]>&#55357;&#56832;</a>");
    assert_eq!(document.root().text(), "😀&#xDE00;😀");
    for lone in
        ["&#xD83D;", "&#xDE00;", "&#xD83D;&#65;", "&#xD83D; &#xDE00;", "&#xDE00;&#xD83D;", "&#xD83D;&#xD83D;", "&#xD83D;&#x0000000000DE00;"]
    {
        for text in [format!("<a>{lone}</a>"), format!("<a b='{lone}'/>")] {
            assert!(refusal(&text).text(Reader::ADMIN).contains("is not a character that XML allows"), "{text}");
        }
    }
}

#[test]
fn an_embedded_document_may_begin_with_blanks() {
    for before in ["", "\n", " \r\n\t", "\u{FEFF}", "\n\u{FEFF}", "\u{FEFF}\n "] {
        for declaration in ["", "<?xml version='1.0'?>"] {
            let text = format!("{before}{declaration}<a/>");
            assert!(Document::parse_embedded(&text, &LIMITS).is_ok(), "{text:?}");
        }
    }
    for text in [
        "x<?xml version='1.0'?><a/>",
        "<!-- --><?xml version='1.0'?><a/>",
        "<a/>\u{FEFF}",
        "<?xml version='1.0'?> <?xml version='1.0'?><a/>",
    ] {
        assert!(Document::parse_embedded(text, &LIMITS).is_err(), "{text:?}");
    }
}

#[test]
fn a_tree_gives_names_texts_and_attributes() {
    let text = "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<!-- c --><?pi x?>\n<s:r xmlns:s='urn:s' xmlns='urn:d' s:must='1' plain='a&amp;b&#10;c\td\r\ne'>\r\n <a>x</a><s:b/>t &lt;<![CDATA[&<]]>\n</s:r>\n";
    let document = parse(text);
    let root = document.root();
    assert_eq!((root.name(), root.prefix(), root.namespace()), ("r", "s", Some("urn:s")));
    assert_eq!(root.text(), "\n t <&<\n");
    assert_eq!(root.attributes().collect::<Vec<_>>(), [("must", "1"), ("plain", "a&b\nc d e")]);
    assert_eq!(root.attribute_ns("urn:s", "must"), Some("1"));
    assert_eq!(root.attribute_ns("urn:d", "plain"), None);
    assert_eq!(root.attribute("s"), None);
    assert_eq!(root.line(), 3);
    let names: Vec<_> = root.children().map(|child| (child.name(), child.namespace(), child.line())).collect();
    assert_eq!(names, [("a", Some("urn:d"), 5), ("b", Some("urn:s"), 5)]);
    assert_eq!(root.child("a").map(|a| a.text()), Some("x"));
    assert!(root.child("c").is_none());
    assert!(root.child("b").is_some_and(|b| b.children().next().is_none() && b.text().is_empty()));
}

#[test]
fn a_child_belongs_to_its_parent_only() {
    let document = parse("<a><b><c/><c/></b><d/><e><f/></e></a>");
    fn show(node: Node<'_>) -> String {
        let inner: Vec<_> = node.children().map(show).collect();
        format!("{}({})", node.name(), inner.join(" "))
    }
    assert_eq!(show(document.root()), "a(b(c() c()) d() e(f()))");
    let f = document.root().child("e").and_then(|e| e.child("f"));
    assert_eq!(f.and_then(|f| f.parent()).map(|e| e.name()), Some("e"));
}

#[test]
fn attributes_belong_to_their_element_only() {
    let document = parse("<a x='1'><b/><c y='2' z='3'/></a>");
    let root = document.root();
    assert_eq!(root.attributes().collect::<Vec<_>>(), [("x", "1")]);
    assert_eq!(root.child("b").map(|b| b.attributes().count()), Some(0));
    assert_eq!(root.child("c").map(|c| c.attributes().collect::<Vec<_>>()), Some(vec![("y", "2"), ("z", "3")]));
}

#[test]
fn texts_in_pieces_stay_apart() {
    let document = parse("<a>1&amp;<b>2<!-- -->3</b>4<b>5&lt;</b>&gt;</a>");
    let texts: Vec<_> = document.root().children().map(|b| b.text()).collect();
    assert_eq!(document.root().text(), "1&4>");
    assert_eq!(texts, ["23", "5<"]);
}

#[test]
fn a_block_is_kept_as_it_was_sent() {
    let document = parse("<a xmlns:p='u&amp;v' xmlns='d' xmlns:q='w'>x <b c = '1' ><p:d/>&#65;</b > y</a>");
    let b = document.root().child("b").expect("b");
    assert_eq!(b.outer_xml(), "<b c = '1' ><p:d/>&#65;</b >");
    assert_eq!(standalone(b), "<b xmlns:p=\"u&amp;v\" c = '1' ><p:d/>&#65;</b >");
    assert_eq!(b.child("d").map(|d| d.outer_xml()), Some("<p:d/>"));
    assert_eq!(standalone(document.root()), document.root().outer_xml());
}

fn standalone(node: Node<'_>) -> String {
    node.standalone_xml().expect("a block").into_owned()
}

#[test]
fn a_default_namespace_can_be_undone() {
    let document = parse("<a xmlns='u'><b xmlns=''><c/></b><xml:d/></a>");
    let b = document.root().child("b").expect("b");
    assert_eq!(b.child("c").and_then(|c| c.namespace()), None);
    assert_eq!(document.root().child("d").and_then(|d| d.namespace()), Some("http://www.w3.org/XML/1998/namespace"));
}

#[test]
fn each_name_has_the_namespace_that_holds_where_it_stands() {
    let document = parse("<a p:x='1' xmlns:p='u'><p:b xmlns:p='v' p:x='2' q:x='3'><p:c/></p:b><p:d xmlns='w'><e/></p:d><f/></a>");
    let named: Vec<_> = document.nodes().map(|node| (node.name(), node.namespace())).collect();
    assert_eq!(named, [("a", None), ("b", Some("v")), ("c", Some("v")), ("d", Some("u")), ("e", Some("w")), ("f", None)]);
    assert_eq!(document.root().attribute_ns("u", "x"), Some("1"));
    let b = document.root().child("b").expect("b");
    assert_eq!((b.attribute_ns("v", "x"), b.attribute_ns("u", "x"), b.attribute_ns("", "x")), (Some("2"), None, None));
}

#[test]
fn a_head_is_read_as_far_as_it_goes_and_no_farther() {
    let head = |text: &str| Document::parse_head(text, "h", &LIMITS).map(|found| found.map(|head| walk(head.root())).is_some());
    let whole = "<?xml version='1.0'?><p:a xmlns:p='u'><p:h x='1'>t &amp; u<b/></p:h><!";
    assert!(head(whole).is_ok_and(|found| found));
    // Whatever comes behind is not looked at.
    assert!(head(&format!("{whole}<<<&\u{1}")).is_err(), "but its characters are");
    for (at, _) in whole.char_indices().skip(1).take(whole.find("/p:h>").unwrap_or(0)) {
        assert!(head(&whole[..at]).is_ok_and(|found| !found), "{}", &whole[..at]);
    }
    let named = |text: &str| {
        let document = Document::parse_head(text, "h", &LIMITS).ok().flatten().expect("a head");
        document.nodes().map(|node| format!("{}={}", node.name(), node.text())).collect::<Vec<_>>()
    };
    assert_eq!(named("<a> <h>1<b>2</b></h><c>"), ["a= ", "h=1", "b=2"]);
    assert_eq!(named("<a><c><d"), ["a=", "c="], "no head");
    assert_eq!(named("<a><h/>"), ["a=", "h="]);
    assert!(head("<a><b></a>").is_ok_and(|found| found), "no head, so it ends before the fault");
    for broken in ["<a><h></a>", "<a><h><p:b/></h>", "<!DOCTYPE a><a><h/>", "<a/><h/>", "x<a><h/>"] {
        assert!(head(broken).is_err(), "{broken}");
    }
}

/// Room for everything that the attacks below send.
const WIDE: Limits = Limits { depth: 64, attributes: 64, name_bytes: 256, elements: 5_000_000, entries: 100_000 };

/// Elements in elements, each full of attributes, and `inside` in the innermost.
fn nested(inside: &str) -> String {
    let attributes: String = (0..60).map(|number| format!(" a{number}=''")).collect();
    let (open, close) = (format!("<n{attributes}>").repeat(58), "</n>".repeat(58));
    format!("<r xmlns:x='urn:x' xmlns='urn:d'>{open}{inside}{close}</r>")
}

#[test]
fn asking_for_namespaces_costs_no_more_below_many_attributes() {
    for inside in ["<x:y/>", "<y/>", "<y x:nil='1' z:nil='1'/>"] {
        let text = nested(&inside.repeat(10_000));
        let document = Document::parse(&text, &WIDE).expect("a document");
        let ask = || document.nodes().filter(|node| node.namespace().is_some() && node.attribute_ns("urn:x", "nil") != Some("0")).count();
        let (asked, steps) = steps::of(ask);
        assert_eq!(asked, 10_059);
        assert!(steps <= 3 * 10_059 + 60 * 58, "{steps} steps for {inside}");
    }
}

#[test]
fn a_block_takes_along_what_it_uses_and_no_more_than_a_few_declarations() {
    let declarations: String = (0..20).map(|number| format!(" xmlns:p{number}='{}'", "u".repeat(1_000))).collect();
    let document = format!("<a{declarations}><b>p3:c p4</b><c>{}</c></a>", (0..20).map(|n| format!("p{n}:x ")).collect::<String>());
    let document = Document::parse(&document, &WIDE).expect("a document");
    let b = standalone(document.root().child("b").expect("b"));
    assert!(b.contains("xmlns:p3=") && b.len() < 1_100, "{b}");
    let c = document.root().child("c").expect("c");
    assert!(c.standalone_xml().is_err_and(|failure| failure.code.number == 2003));
}

#[test]
fn a_tree_costs_a_small_multiple_of_its_text() {
    let attributes: String = (0..64).map(|n| format!(" a{n}=''")).collect();
    for (text, count) in [("<a/>", 100_000), ("<a></a>", 50_000), ("<a b=''/>", 50_000), ("<a>&lt;</a>", 50_000), ("<a>\r</a>", 50_000)] {
        let text = format!("<r>{}</r>", text.repeat(count));
        assert_cheap(&text);
    }
    assert_cheap(&format!("<r>{}</r>", format!("<a{attributes}/>").repeat(1_000)));
    assert_cheap(&format!("<r>{}</r>", "<".repeat(1_000)).replace("<<", "<![CDATA[<<]]><!--<<-->"));
    assert_cheap(&format!("<r a='{}'/>", "&#9;".repeat(100_000)));
}

/// Counts what is reserved, used or not.
fn assert_cheap(text: &str) {
    let Ok(document) = Document::parse(text, &WIDE) else { panic!("{:.60} is refused", text) };
    document.root().line();
    let arena = document.elements.capacity() * size_of::<Element>() + document.attributes.capacity() * size_of::<Attribute>();
    let lines = document.lines.get().map_or(0, |lines| lines.capacity() * size_of::<u32>());
    let bytes = arena + document.pool.capacity() + lines;
    assert!(bytes <= 12 * text.len() + 4_096, "{bytes} bytes for {} of {:.60}", text.len(), text);
}

#[test]
fn an_attribute_that_stands_twice_is_found_among_many() {
    for count in [3, 17, 18, 63] {
        let attributes: String = (0..count).map(|n| format!(" a{n}=''")).collect();
        let twice = |name: &str| Document::parse(&format!("<a{attributes} {name}=''/>"), &WIDE).is_err();
        assert!(twice("a0") && twice(&format!("a{}", count - 1)) && !twice("b"), "{count}");
    }
}

#[test]
fn a_document_at_its_limits_is_taken() {
    parse(&format!("{}{}", "<a>".repeat(8), "</a>".repeat(8)));
    parse("<aaaaaaaaaaaaaaaaaaaa b='' c='' d='' e=''/>");
    parse(&format!("<a>{}</a>", "<b/>".repeat(49)));
}

fn walk(node: Node<'_>) -> usize {
    let own = node.text().len() + node.outer_xml().len() + node.line() + node.attributes().count();
    assert!(!node.name().is_empty());
    node.namespace();
    let _ = node.standalone_xml();
    own + node.children().map(walk).sum::<usize>()
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        if let Ok(document) = Document::parse(&text, &LIMITS) { walk(document.root()); }
    }

    #[test]
    fn no_markup_makes_the_parser_panic(parts in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "/", "</", "/>", "<a>", "</a>", "<a ", "<p:a", "b='", "\"", "'", "=", " ", "&", ";", "&amp;", "&#", "x41;",
        "<!", "<!--", "--", "-->", "<![CDATA[", "]]>", "]", "<?", "?>", "<?xml version='1.0'?>", "<!DOCTYPE", "[", "xmlns:p='u'",
        "xmlns='v'", "ü", "\u{FEFF}", "\r\n", "\r", "\t", "text", ":", "\u{1}", "😀",
    ]), 0..24)) {
        let text = parts.concat();
        if let Ok(document) = Document::parse(&text, &LIMITS) { walk(document.root()); }
    }

    #[test]
    fn what_was_escaped_is_read_back(text in "[ -~äöü€\\n\\t]{0,40}") {
        let mut escaped = String::new();
        crate::xml::write::escape_into(&mut escaped, &text);
        let source = format!("<a b=\"{}\">{escaped}</a>", escaped.replace(['\n', '\t'], " "));
        let document = parse(&source);
        prop_assert_eq!(document.root().text(), text.as_str());
        let expected = text.replace(['\n', '\t'], " ");
        prop_assert_eq!(document.root().attribute("b"), Some(expected.as_str()));
    }
}
