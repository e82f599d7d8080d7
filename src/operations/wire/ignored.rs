//! What the tolerant reader passes over: elements and attributes that nobody asked for, repeated ones, stray text.
//!
//! Walks over a request beside its type. A strict user gets the findings as warnings; in a condition of a fetch call
//! they refuse it for everybody, because an answer without the condition would hold what was not asked for.

use super::filter::condition_words;
use super::list::entries;
use super::schema::{FieldType, TypeDef, Types};
use super::{ListForm, has_lines, same_name};
use crate::domain::{Failure, Place, code};
use crate::operations::Face;
use crate::xml::Node;

/// More are counted, but not listed in one answer.
const MOST: usize = 100;
/// How much alike two names have to be for one to be proposed for the other.
const ALIKE: f64 = 0.8;
/// Names that are known and passed over on purpose, by type: their spelling is right.
const PASSED_OVER: [(&str, &str); 1] = [("CustomerRecord", "password")];
/// On the root of a compat request.
const ROOT_ATTRIBUTES: [&str; 2] = ["method", "version"];

/// What of a request is ignored, in its order, with places.
pub fn ignored(types: &Types, request: &str, node: Node<'_>, face: Face) -> Vec<Failure> {
    let mut walk = Walk { types, face, lines: has_lines(node), found: Vec::new(), more: 0 };
    walk.structure(node, request, &ROOT_ATTRIBUTES, Way::ROOT);
    if walk.more > 0 {
        walk.found.push(Failure::new(code::IGNORED_MORE, [&walk.more.to_string()]));
    }
    walk.found
}

/// The first part of the conditions that is ignored.
pub fn ignored_condition(types: &Types, request: &str, node: Node<'_>, face: Face) -> Option<Failure> {
    let (_, TypeDef::Structure { fields, .. }) = types.all.get(request)? else { return None };
    let lines = has_lines(node);
    fields.iter().filter(|field| holds_conditions(field)).find_map(|field| {
        let (_, TypeDef::List { entry, .. }) = types.all.get(&field.type_name)? else { return None };
        entries(node, field.spec).zip(1..).find_map(|(filter, number)| {
            let mut walk = Walk { types, face, lines, found: Vec::new(), more: 0 };
            walk.structure(filter, entry, &[], Way::ROOT.number(filter, number));
            let first = walk.found.into_iter().find(|failure| failure.code == code::IGNORED_NAME)?;
            Some(first.recoded(code::UNKNOWN_CONDITION))
        })
    })
}

/// The first element of a request of which nothing is read, and what its records are called.
pub fn unread<'n>(types: &Types, request: &str, node: Node<'n>, face: Face) -> Option<(&'n str, String)> {
    let (_, TypeDef::Structure { fields, .. }) = types.all.get(request)? else { return None };
    let first = node.children().next()?;
    let is_read = |child: Node<'_>| fields.iter().any(|field| field.spec.is(child.name()) || field.spec.is_bare_entry(child.name()));
    if node.children().any(is_read) {
        return None;
    }
    let lists = fields.iter().filter(|field| field.spec.list != ListForm::None && !holds_conditions(field));
    let names = lists.map(|field| match (face, field.spec.list) {
        (Face::Compat, ListForm::Flat(entry) | ListForm::PerPlatform(entry)) => entry.to_owned(),
        _ => field.spec.name_on(face).into_owned(),
    });
    Some((first.name(), names.collect::<Vec<_>>().join(", ")))
}

/// A list of filters, whatever the call names them: `filter`, `order_filter`, `ebay_dispute_filter`.
fn holds_conditions(field: &FieldType) -> bool {
    matches!(field.spec.list, ListForm::Flat(entry) | ListForm::PerPlatform(entry) if entry.ends_with("filter"))
}

/// Where the walk is. Written down only for what is reported: most requests have nothing to report.
#[derive(Clone, Copy)]
struct Way<'p> {
    outer: Option<&'p Way<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root,
    Name(&'p str),
    Number(Node<'p>, usize),
    Line(Node<'p>),
}

impl<'p> Way<'p> {
    const ROOT: Way<'static> = Way { outer: None, step: Step::Root };

    fn then(&'p self, step: Step<'p>) -> Way<'p> {
        Way { outer: Some(self), step }
    }

    fn number(&'p self, node: Node<'p>, number: usize) -> Way<'p> {
        self.then(Step::Number(node, number))
    }
}

impl Way<'_> {
    /// The places on the way, from outer to inner; lines only where there are several.
    fn places(&self, lines: bool) -> Vec<Place> {
        let mut places = self.outer.map(|outer| outer.places(lines)).unwrap_or_default();
        match self.step {
            Step::Name(name) => places.push(Place::element(name)),
            Step::Number(node, number) => {
                places.push(Place::entry(node.name().to_owned(), number).on_line(lines.then(|| node.line())));
            }
            Step::Line(node) if lines => places.push(Place::Line(node.line())),
            Step::Root | Step::Line(_) => {}
        }
        places
    }
}

struct Walk<'t> {
    types: &'t Types,
    face: Face,
    /// The request has several lines.
    lines: bool,
    found: Vec<Failure>,
    /// Beyond [`MOST`].
    more: usize,
}

impl Walk<'_> {
    fn tell(&mut self, failure: impl FnOnce(&Self) -> Failure, place: Way<'_>) {
        if self.found.len() < MOST {
            let failure = Failure { place: place.places(self.lines), ..failure(self) };
            self.found.push(failure);
        } else {
            self.more += 1;
        }
    }

    fn structure(&mut self, node: Node<'_>, type_name: &str, also: &[&str], place: Way<'_>) {
        let types = self.types;
        let Some((_, TypeDef::Structure { fields, .. })) = types.all.get(type_name) else {
            return;
        };
        let words = condition_words(type_name);
        let known = |name: &str| also.contains(&name) || words.contains(&name) || fields.iter().any(|field| field.spec.is(name));
        for (name, _) in node.plain_attributes() {
            if !known(name) {
                self.tell(|walk| walk.unknown(name, fields), place);
            }
        }
        if !node.text().trim().is_empty() && words.is_empty() {
            self.tell(|_| Failure::new(code::IGNORED_TEXT, [node.text().trim()]), place);
        }
        let mut met: Vec<&str> = Vec::new();
        let mut entries = 0;
        for child in node.children() {
            let name = child.name();
            if let Some(field) = fields.iter().find(|field| field.spec.is(name)) {
                let single = !matches!(types.all.get(&field.type_name), Some((_, TypeDef::List { .. })));
                if single && met.contains(&field.spec.name) {
                    self.tell(|_| Failure::new(code::IGNORED_REPEAT, [name]), place.then(Step::Line(child)));
                    continue;
                }
                if single {
                    met.push(field.spec.name);
                }
                // A list may be named as its entries: then the entries are here without a wrapper.
                let bare = field.spec.list == ListForm::Flat(field.spec.name);
                entries += 1;
                match (single || bare, bare) {
                    (_, true) => self.entry(child, field, place.number(child, entries)),
                    (true, _) => self.value(child, &field.type_name, place.then(Step::Name(name))),
                    _ => self.list(child, field, place.then(Step::Name(name))),
                }
            } else if let Some(field) = fields.iter().find(|field| field.spec.is_bare_entry(name)) {
                entries += 1;
                self.entry(child, field, place.number(child, entries));
            } else if PASSED_OVER.iter().any(|(of, known)| *of == type_name && same_name(name, known)) {
                self.tell(|_| Failure::new(code::IGNORED_ON_PURPOSE, [name]), place.then(Step::Line(child)));
            } else if !words.contains(&name) {
                self.tell(|walk| walk.unknown(name, fields), place.then(Step::Line(child)));
            }
        }
    }

    fn list(&mut self, wrapper: Node<'_>, field: &FieldType, place: Way<'_>) {
        let Some((_, TypeDef::List { flag, .. })) = self.types.all.get(&field.type_name) else {
            return;
        };
        let entry_name = field.spec.entry();
        let is_flag = |name: &str| flag.is_some() && ["delete", "clear", "replace_all"].iter().any(|word| same_name(name, word));
        for (name, _) in wrapper.plain_attributes().filter(|(name, _)| !is_flag(name)) {
            self.tell(|_| Failure::new(code::IGNORED_NAME, [name, ""]), place);
        }
        for (child, number) in wrapper.children().filter(|child| !is_flag(child.name())).zip(1..) {
            let name = child.name();
            let inner = place.number(child, number);
            if same_name(name, entry_name) || same_name(name, "item") {
                self.entry(child, field, inner);
            } else {
                self.tell(|walk| Failure::new(code::IGNORED_NAME, [name, &hint(&spelling(entry_name, walk.face))]), inner);
            }
        }
    }

    fn entry(&mut self, node: Node<'_>, field: &FieldType, place: Way<'_>) {
        if let Some((_, TypeDef::List { entry, .. })) = self.types.all.get(&field.type_name) {
            self.value(node, entry, place);
        }
    }

    fn value(&mut self, node: Node<'_>, type_name: &str, place: Way<'_>) {
        match self.types.all.get(type_name) {
            Some((_, TypeDef::Structure { .. })) => self.structure(node, type_name, &[], place),
            // Kept unchanged: may be XML of its own.
            None if type_name == "xs:string" => {}
            _ => {
                if let Some(child) = node.children().next() {
                    self.tell(|_| Failure::new(code::IGNORED_NAME, [child.name(), ""]), place);
                }
            }
        }
    }

    fn unknown(&self, name: &str, fields: &[FieldType]) -> Failure {
        let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
        let wanted = plain(name);
        let nearest = fields
            .iter()
            .map(|field| (likeness(&wanted, &plain(field.spec.name)), field))
            .filter(|(alike, _)| *alike >= ALIKE)
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        let proposed = nearest.map(|(_, field)| hint(&field.spec.name_on(self.face))).unwrap_or_default();
        Failure::new(code::IGNORED_NAME, [name, &proposed])
    }
}

/// 1 for the same name; high where one is the other with something left out.
fn likeness(name: &str, known: &str) -> f64 {
    let alike = strsim::jaro_winkler(name, known);
    if name.len() > 4 && (known.contains(name) || name.contains(known)) { alike.max(ALIKE) } else { alike }
}

fn spelling(entry: &str, face: Face) -> String {
    if face == Face::Typed { "item".to_owned() } else { entry.to_owned() }
}

/// The same in both languages, so that it fits into either text.
fn hint(name: &str) -> String {
    format!(" (→ {name})")
}

#[cfg(test)]
mod tests {
    use super::{ignored, ignored_condition};
    use crate::domain::Reader;
    use crate::operations::Face;
    use crate::operations::wire::{Bundle, FRAGMENT_LIMITS, FieldSpec, Match, Records, Types, Value, Xml};
    use crate::wire;
    use crate::xml::{Document, Limits, steps};

    wire! {
        /// A request.
        Request {
            /// Conditions.
            filters: Vec<Conditions> [flat("filter")],
            /// Conditions under the name of a platform.
            feed_filters: Vec<Conditions> [per_platform("feed_filter")],
            /// Records.
            items: Records<Thing> [flat("item")],
            /// Numbers.
            offers: Vec<i32> [each("offer_id"), typed("offer_ids")],
            /// A page.
            page: Option<i32>,
        }

        /// Conditions.
        Conditions {
            /// A number.
            item_id: Option<Match<i32>>,
        }

        /// A record.
        Thing {
            /// Any text.
            reference_id: Option<String> [attr],
            /// Its title.
            title: Option<String> [max(50)],
            /// Texts.
            texts: Bundle<Text> [each("text")],
            /// Kept as it is.
            data: Option<Xml>,
        }

        /// A text.
        Text {
            /// Its content.
            content: Option<String>,
        }
    }

    fn told(text: &str, face: Face) -> Vec<String> {
        let mut types = Types::default();
        let request = Request::type_name(&FieldSpec::new("request", ""), &mut types);
        let document = Document::parse(text, &FRAGMENT_LIMITS).unwrap();
        let reader = Reader::on(face);
        let told = ignored(&types, &request, document.root(), face);
        told.iter()
            .map(|failure| {
                format!(
                    "{}: {}: {}",
                    failure.code.name,
                    failure.place_text(reader),
                    failure.args.iter().map(|arg| arg.text(reader)).collect::<String>()
                )
            })
            .collect()
    }

    fn condition(text: &str, face: Face) -> Option<String> {
        let mut types = Types::default();
        let request = Request::type_name(&FieldSpec::new("request", ""), &mut types);
        let document = Document::parse(text, &FRAGMENT_LIMITS).unwrap();
        ignored_condition(&types, &request, document.root(), face).map(|failure| failure.text(Reader::on(face)))
    }

    #[test]
    fn nothing_is_told_of_what_is_read() {
        for text in [
            r#"<request method="x" version="1.0.0"><filter><item_id filter_method="=" filter_value="1" allow_null="true"/></filter></request>"#,
            r#"<request><filter><item_id filter_method="IN"><filter_values><filter_value>1</filter_value></filter_values></item_id></filter></request>"#,
            r#"<request><item reference_id="a"><title>A</title><texts delete="true"><text><content>B</content></text></texts><data><any><thing/></any></data></item></request>"#,
            r#"<request><items><item><referenceId>a</referenceId><Title>A</Title><texts><replaceAll>true</replaceAll><item/></texts></item></items></request>"#,
            r#"<request xmlns:xsi="x" xsi:type="Request"><offers><offer_id>1</offer_id></offers><offerIds><item>2</item></offerIds></request>"#,
        ] {
            for face in [Face::Compat, Face::Typed] {
                assert_eq!(told(text, face), Vec::<String>::new(), "{text}");
            }
        }
    }

    #[test]
    fn what_is_passed_over_is_told_with_its_place() {
        let text = "<request colour=\"red\">\n<item><titel>A</titel><title>B</title><title>C</title>stray\n<texts><txt/><text><content><b/></content></text></texts></item>\n<offers><offer_id>1<x/></offer_id></offers></request>";
        assert_eq!(
            told(text, Face::Compat),
            [
                "IGNORED_NAME: : colour",
                "IGNORED_TEXT: item 1 (line 2): stray",
                "IGNORED_NAME: item 1 (line 2), line 2: titel (→ title)",
                "IGNORED_REPEAT: item 1 (line 2), line 2: title",
                "IGNORED_NAME: item 1 (line 2), texts, txt 1 (line 3): txt (→ text)",
                "IGNORED_NAME: offers, offer_id 1 (line 4): x",
            ]
        );
    }

    #[test]
    fn what_stands_directly_in_the_request_has_its_line_for_a_place() {
        let text = "<request>\n<page>1</page>\n<data/><page>2</page></request>";
        assert_eq!(told(text, Face::Typed), ["IGNORED_NAME: line 3: data", "IGNORED_REPEAT: line 3: page"]);
    }

    #[test]
    fn a_condition_that_is_not_known_is_refused() {
        let refused = condition("<request><filters><item>\n<itemIds><value>1</value></itemIds></item></filters></request>", Face::Typed);
        let expected = "item 1 (line 1), line 2: the condition \"itemIds\" is not known (→ itemId); without it the answer would hold \
                        too much, so correct the name or leave it out";
        assert_eq!(refused.as_deref(), Some(expected));
        let refused = condition(r#"<request><filter><item_id filter_methode="=" filter_value="1"/></filter></request>"#, Face::Compat);
        assert!(refused.is_some_and(|text| text.contains("filter_methode")));
        let refused = condition(r#"<request><ebay_feed_filter><colour filter_value="1"/></ebay_feed_filter></request>"#, Face::Compat);
        assert!(refused.is_some_and(|text| text.contains("colour")));
        let good = r#"<request><other/><filter><item_id filter_method="=" filter_value="1"/></filter></request>"#;
        assert_eq!(condition(good, Face::Compat), None);
    }

    #[test]
    fn the_list_of_findings_is_bounded() {
        let text = format!("<request>{}</request>", "<x/>".repeat(10_000));
        let told = told(&text, Face::Typed);
        assert_eq!(told.len(), super::MOST + 1);
        assert_eq!(told.last().map(String::as_str), Some("IGNORED_MORE: : 9900"));
    }

    #[test]
    fn each_element_is_looked_at_once_however_much_is_ignored() {
        const COUNT: usize = 50_000;
        let limits = Limits { elements: 200_000, ..FRAGMENT_LIMITS };
        let mut types = Types::default();
        let request = Request::type_name(&FieldSpec::new("request", ""), &mut types);
        for inside in ["<x/>", "<page/>", "<item><titel/></item>", "<offers><x/></offers>"] {
            let text = format!("<request>{}</request>", inside.repeat(COUNT));
            let document = Document::parse(&text, &limits).unwrap();
            let (told, steps) = steps::of(|| ignored(&types, &request, document.root(), Face::Typed));
            assert_eq!(told.len(), super::MOST + 1, "{inside}");
            assert!(steps <= 10 * COUNT, "{steps} for {inside}");
        }
    }
}
