use super::{Ask, Between, Flag, Match, mandator_of};
use crate::domain::{Face, Failure, MandatorId, Reader};
use crate::operations::wire::{FRAGMENT_LIMITS, FieldSpec, Source, Value, Writer};
use crate::store::filter::{Cond, Window};
use crate::wire;
use crate::xml::Document;

wire! {
    /// Conditions.
    Conditions {
        /// The mandator.
        mandator_id: Option<Match<MandatorId>>,
        /// A number.
        item_id: Option<Match<i32>>,
        /// A text.
        ean_code: Option<Match<String>>,
        /// A window of time.
        last_changed: Option<Between>,
        /// A truth value.
        active: Option<Flag>,
    }
}

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;
const SPEC: FieldSpec = FieldSpec::new("filter", "");

fn read(face: Face, conditions: &str) -> Result<Conditions, Failure> {
    let text = format!("<filter>{conditions}</filter>");
    let document = Document::parse(&text, &FRAGMENT_LIMITS).unwrap();
    Conditions::read(Source::Element(document.root()), &SPEC, face)
}

fn refusal(face: Face, conditions: &str) -> String {
    read(face, conditions).unwrap_err().text(Reader::on(face))
}

fn compat(conditions: &str) -> Conditions {
    read(Face::Compat, conditions).unwrap()
}

fn numbers(conditions: &Conditions) -> Cond<i32> {
    conditions.item_id.ask(ZONE)
}

fn texts(conditions: &Conditions) -> Cond<String> {
    conditions.ean_code.ask(ZONE)
}

#[test]
fn both_faces_say_the_same_conditions() {
    for (compat, typed, meant) in [
        ("", "", "All"),
        (r#"<item_id filter_method="=" filter_value="7"/>"#, "<itemId><value>7</value></itemId>", "In { values: [7], or_null: false }"),
        (r#"<item_id filter_value="7"/>"#, "<itemId><values><item>7</item></values></itemId>", "In { values: [7], or_null: false }"),
        (
            r#"<item_id filter_method="in" allow_null="true"><filter_values><filter_value>7</filter_value><filter_value>8</filter_value></filter_values></item_id>"#,
            "<itemId><values><item>7</item><item>8</item></values><allowNull>true</allowNull></itemId>",
            "In { values: [7, 8], or_null: true }",
        ),
        (r#"<item_id filter_method="IS" filter_value="NULL"/>"#, "<itemId><isNull>true</isNull></itemId>", "Null"),
        (r#"<item_id filter_method="IS NOT" filter_value="NULL"/>"#, "<itemId><isNull>false</isNull></itemId>", "NotNull"),
        ("<item_id/>", "<itemId/>", "All"),
    ] {
        for (face, text) in [(Face::Compat, compat), (Face::Typed, typed)] {
            let conditions = read(face, text).unwrap_or_else(|failure| panic!("{text}: {failure}"));
            assert_eq!(format!("{:?}", numbers(&conditions)), meant, "{text}");
        }
    }
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let all = r#"<item_id filter_method="IN" allow_null="true"><filter_values><filter_value>7</filter_value><filter_value>8</filter_value></filter_values></item_id><ean_code filter_method="IS NOT" filter_value="NULL"/><last_changed from_date="2026-01-31T12:00:00Z" to_date="2026-02-01T12:00:00Z" allow_null="true"/><active filter_value="false" allow_null="true"/>"#;
    let said = |conditions: &Conditions| {
        let window: Window = conditions.last_changed.ask(ZONE);
        let active: Cond<bool> = conditions.active.ask(ZONE);
        format!("{:?} {:?} {window:?} {active:?}", numbers(conditions), texts(conditions))
    };
    let conditions = compat(all);
    for face in [Face::Compat, Face::Typed] {
        let mut out = Writer::new(face, 10_000);
        conditions.write(&mut out, "filter");
        let written = out.finish().unwrap();
        let document = Document::parse(&written, &FRAGMENT_LIMITS).unwrap();
        let again = Conditions::read(Source::Element(document.root()), &SPEC, face).unwrap();
        assert_eq!(said(&again), said(&conditions), "{written}");
    }
}

#[test]
fn an_empty_text_asks_for_what_has_none_but_an_empty_number_asks_nothing() {
    assert!(matches!(texts(&compat(r#"<ean_code filter_method="=" filter_value=""/>"#)), Cond::Null));
    assert!(matches!(texts(&compat("<ean_code/>")), Cond::All));
    assert!(matches!(numbers(&compat(r#"<item_id filter_method="=" filter_value=""/>"#)), Cond::All));
    assert!(
        matches!(numbers(&compat(r#"<item_id filter_method="IN"><filter_values/></item_id>"#)), Cond::In { values, .. } if values.is_empty()),
        "one of nothing is nothing"
    );
}

#[test]
fn what_would_be_ignored_is_refused() {
    let told = refusal(Face::Compat, r#"<item_id filter_method="LIKE" filter_value="7"/>"#);
    assert!(told.starts_with("item_id: the filter method \"LIKE\" is not known for this field; use =, IN, IS or IS NOT"), "{told}");
    let told = refusal(Face::Compat, "<ean_code>4006381333931</ean_code>");
    assert!(told.starts_with("ean_code: the filter method \"4006381333931\" is not known"), "{told}");
    let told = refusal(Face::Typed, "<itemId>7</itemId>");
    assert!(told.contains("use value, values or isNull"), "{told}");
    assert!(read(Face::Compat, r#"<active filter_value="perhaps"/>"#).is_err());
    assert!(read(Face::Compat, "<active>true</active>").is_err());
    let told = refusal(Face::Compat, r#"<last_changed filter_method="=" filter_value="2026-01-31"/>"#);
    assert!(told.contains("\"=\" is not known for this field; use from_date, to_date, IS or IS NOT"), "{told}");
    assert!(refusal(Face::Compat, r#"<item_id filter_value="seven"/>"#).starts_with("item_id, filter_value: \"seven\""));
}

#[test]
fn a_window_takes_the_whole_unit_in_which_it_ends() {
    let window = |to: &str| compat(&format!(r#"<last_changed from_date="2026-01-31T00:00:00" to_date="{to}"/>"#)).last_changed.ask(ZONE);
    let seconds: Window = window("2026-01-31T12:00:00Z");
    assert_eq!(seconds.from, Some(1_769_814_000_000_000), "midnight in Berlin");
    assert_eq!(seconds.to, Some(1_769_860_800_999_999));
    let millis: Window = window("2026-01-31T12:00:00.250Z");
    assert_eq!(millis.to, Some(1_769_860_800_250_999));
    let micros: Window = window("2026-01-31T12:00:00.250001Z");
    assert_eq!(micros.to, Some(1_769_860_800_250_001));
    let unset: Window = compat(r#"<last_changed filter_method="IS" filter_value="NULL"/>"#).last_changed.ask(ZONE);
    assert_eq!((unset.null, unset.from, unset.to), (Some(true), None, None));
}

#[test]
fn a_truth_value_has_to_match() {
    let ask = |text: &str| -> Cond<bool> { compat(text).active.ask(ZONE) };
    assert!(matches!(ask(r#"<active filter_value="true"/>"#), Cond::In { values, or_null: false } if values == [true]));
    assert!(matches!(ask(r#"<active filter_value="0" allow_null="1"/>"#), Cond::In { values, or_null: true } if values == [false]));
    assert!(matches!(ask(r#"<active is="true"/>"#), Cond::In { values, .. } if values == [true]));
    assert!(matches!(ask("<active/>"), Cond::All));
}

#[test]
fn a_list_of_values_has_an_end() {
    let list = |count: usize| {
        let values = "<filter_value>7</filter_value>".repeat(count);
        read(Face::Compat, &format!(r#"<item_id filter_method="IN"><filter_values>{values}</filter_values></item_id>"#))
    };
    assert!(list(30_000).is_ok());
    assert_eq!(list(30_001).unwrap_err().code.name, "TOO_MANY_RECORDS");
}

#[test]
fn a_filter_names_exactly_one_mandator() {
    assert_eq!(mandator_of(compat(r#"<mandator_id filter_method="=" filter_value="1"/>"#).mandator_id.as_ref()).unwrap(), MandatorId(1));
    for text in [
        "",
        "<mandator_id/>",
        r#"<mandator_id filter_method="IS NOT" filter_value="NULL"/>"#,
        r#"<mandator_id filter_method="IN"><filter_values><filter_value>1</filter_value><filter_value>2</filter_value></filter_values></mandator_id>"#,
    ] {
        assert_eq!(mandator_of(compat(text).mandator_id.as_ref()).unwrap_err().code.name, "FILTER_REQUIRED", "{text}");
    }
}
