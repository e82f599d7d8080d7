use super::{Found, Haystack, Number};
use crate::domain::payment::Entry;

fn text(pieces: &[&str]) -> Haystack {
    Haystack::of(&Entry { purpose: pieces.iter().map(|piece| (*piece).to_owned()).collect(), ..Entry::default() })
}

fn find(pieces: &[&str], number: &str) -> Option<Found> {
    text(pieces).find(&Number::new(number))
}

#[test]
fn a_number_is_found_however_it_is_written() {
    for pieces in [
        &["Bestellung 1004711 danke"][..],
        &["eine Bestellung mit der Nr. 100", "4711 danke"],
        &["1OO4711"],
        &["best 10047l1"],
        &["12 1004711 5"],
        &["1004710 1004711"],
        &["ORD1004711UND"],
        &["ORD 1004711"],
        &["Re. 1004710/1004711"],
        &["1004711,1004712"],
        &["1004710+1004711;1004712"],
        &["Rechnung 1004711/2026"],
        &["1004711-2"],
        &["1004711-12.90 EUR"],
        &["eine sehr lange Zeile davor", "1004711"],
    ] {
        assert_eq!(find(pieces, "1004711"), Some(Found::Whole), "{pieces:?}");
    }
    assert_eq!(find(&["ord 1004711x"], "ORD-1004711"), Some(Found::Whole));
    assert_eq!(find(&["bestellung 12-34567-89012"], "12-34567-89012"), Some(Found::Whole), "as the channel writes it");
}

#[test]
fn digits_with_something_between_them_may_be_two_numbers() {
    for pieces in [&["Bestellung 100 4711 danke"][..], &["Bestellung 100", "4711 danke"], &["Best.-Nr.100-4711/danke"], &["Kd 1004/711"]] {
        assert_eq!(find(pieces, "1004711"), Some(Found::Joined), "{pieces:?}");
    }
    assert_eq!(find(&["Rechnung 10000 14 Teile"], "1000014"), Some(Found::Joined));
    assert_eq!(find(&["Kd 100001", "5 Tassen"], "1000015"), Some(Found::Joined));
}

#[test]
fn a_part_of_something_else_is_no_number() {
    for pieces in
        [&["Bestellung 10047112"][..], &["91004711"], &["DE58 9999 0002 0000 7777 01"], &["von DE58999900020000777701"], &["1004", "712"]]
    {
        assert_eq!(find(pieces, "1004711"), None, "{pieces:?}");
    }
    assert_eq!(find(&["DE58 9999 0002 0000 7777 01"], "99990002"), None);
    assert_eq!(find(&["vom 13.02.2026"], "13022026"), None, "a date");
    assert_eq!(find(&["Nr 4711"], "4711"), None, "too short to mean anything");
}

#[test]
fn fields_of_their_own_are_compared_as_a_whole() {
    let entry = Entry { end_to_end_id: Some("ORD-1004712".into()), references: vec!["RF18539007547034".into()], ..Entry::default() };
    let found = Haystack::of(&entry);
    assert!(found.has_reference(&Number::new("ORD1004712")) && found.has_reference(&Number::new("539007547034")));
    let inner = Number::new("1004712");
    assert_eq!((found.has_reference(&inner), found.find(&inner)), (false, Some(Found::Whole)));
    assert!(Number::new("ORD-1004712").is_distinct() && !Number::new("123").is_distinct() && !Number::new("ORDER").is_distinct());
}

#[test]
fn one_mistake_is_seen_and_two_are_not() {
    for (pieces, number, seen) in [
        ("1004771", "1004711", true),
        ("1007411", "1004711", true),
        ("1007711", "1004711", true),
        ("1009911", "1004711", false),
        ("4712", "4711", false),
    ] {
        assert_eq!(text(&[pieces]).has_mistyped(&Number::new(number)), seen, "{pieces}");
    }
}
