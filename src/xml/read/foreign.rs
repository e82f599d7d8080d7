//! Elements of another namespace than the one that a document is written in.

use super::{NONE, Node};

impl<'d> Node<'d> {
    /// The first element below this one in another namespace than `expected`; one in none is no stranger. What is
    /// below an element whose name `keeps` is not looked at: it may be a document of its own.
    pub fn first_foreign(self, expected: &str, keeps: impl Fn(&str) -> bool) -> Option<Node<'d>> {
        let document = self.document;
        let mut next = self.index.saturating_add(1);
        // Most elements have their namespace from where the one before has it.
        let mut known = NONE;
        while let Some(node) = document.node(next).filter(|node| node.element.start < self.element.end) {
            next += 1;
            if node.element.namespace == known && node.element.prefix_len == 0 {
                continue;
            }
            match node.namespace() {
                Some(other) if other != expected => {}
                _ => {
                    known = node.element.namespace;
                    continue;
                }
            }
            let outer = node.ancestors().skip(1).take_while(|outer| outer.index != self.index);
            let Some(keeper) = outer.filter(|outer| keeps(outer.name())).last() else { return Some(node) };
            let behind = document.elements.partition_point(|element| element.start < keeper.element.end);
            next = u32::try_from(behind).unwrap_or(NONE);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::xml::Document;
    use crate::xml::read::tests::LIMITS;

    #[test]
    fn an_element_of_another_namespace_is_found_wherever_it_stands() {
        for (body, found) in [
            ("<a/><b>text</b>", None),
            ("<a xmlns=''/><p:a/><a xsi:nil='true'/>", None),
            ("<a><b/></a><c xmlns='urn:2'/>", Some("c")),
            ("<a xmlns=''><q:b/></a>", Some("b")),
            ("<a/><xml:b/>", Some("b")),
            ("<kept><q:b/><q:c/></kept><a/>", None),
            ("<kept><q:kept><q:b/></q:kept></kept><q:c/>", Some("c")),
            ("<q:kept><a/></q:kept>", Some("kept")),
            ("<kept><q:b/></kept>", None),
        ] {
            let text =
                format!("<p:x xmlns:p='urn:1' xmlns='urn:1' xmlns:q='urn:2' xmlns:xsi='urn:xsi'><p:op>{body}</p:op><q:behind/></p:x>");
            let document = Document::parse(&text, &LIMITS).expect("XML");
            let operation = document.root().child("op").expect("op");
            let foreign = operation.first_foreign("urn:1", |name| name == "kept");
            assert_eq!(foreign.map(|node| node.name()), found, "{body}");
        }
    }
}
