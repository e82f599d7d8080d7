//! Random documents from the schema's own types: valid ones are taken, go round without loss and are answered by the
//! schema; broken ones are answered with a report or a fault that has a code of the documented table, never with a
//! failure of Kontor itself.
//!
//! `KONTOR_RANDOM=500` sends so many of each kind per operation, `KONTOR_SEED=7` another sequence.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use kontor::domain::{Decimal, Stamp, code};
use kontor::operations::wire::{FRAGMENT_LIMITS, FieldType, Occurs, Time, TypeDef, Types, Value};
use kontor::operations::{CATALOGUE, Document, Face, Operation};
use kontor::soap::contract::Contract;
use kontor::xml;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::samples::{root, schema_of};
use crate::world::{Reply, World, compat_envelope, databases, escape, inner_answer, left_out, typed_envelope};

/// Letters of one to four bytes, blanks, and all that XML escapes but `<` and `&`: fields that hold XML are texts, too.
const LETTERS: [&str; 14] = ["a", "Z", "7", " ", "ä", "ß", "€", "東", "𝄞", "\"", "'", ">", "]", "-"];
/// Half of the numbers and keys are these, so that records are found.
const COMMON_NUMBERS: [i32; 6] = [1, 2, 3, 5, 1000, 9000];
const COMMON_TEXTS: [&str; 4] = ["MUG", "default", "standard", "EUR"];
/// What a valid document never gets.
const NOT_READ: [&kontor::domain::failure::Code; 7] = [
    code::NOT_A_NUMBER.0,
    code::NOT_A_DECIMAL.0,
    code::NOT_A_BOOLEAN.0,
    code::NOT_A_TIME.0,
    code::NOT_A_DATE.0,
    code::TOO_LONG.0,
    code::NOT_BASE64.0,
];

struct Random<'t> {
    types: &'t Types,
    rng: StdRng,
    /// A value for the first element of a type; all elements and one entry of each list are there then.
    planted: Option<(String, String)>,
}

impl Random<'_> {
    /// The content of an element of this type.
    fn content(&mut self, type_name: &str) -> String {
        let types = self.types;
        if let Some((planted, value)) = &mut self.planted
            && planted == type_name
        {
            planted.clear();
            return std::mem::take(value);
        }
        match types.all.get(type_name).map(|(_, definition)| definition) {
            Some(TypeDef::Structure { fields, .. }) => fields.iter().map(|field| self.field(field)).collect(),
            Some(TypeDef::List { entry, flag }) => {
                let flag = flag.as_ref().filter(|_| self.rng.random_bool(0.3)).map(|flag| {
                    let name = flag.spec.name_on(Face::Typed);
                    format!("<{name}>true</{name}>")
                });
                let count = if self.planted.is_some() { 1 } else { self.rng.random_range(0..=3) };
                let entries: Vec<String> = (0..count).map(|_| element("item", &self.content(entry))).collect();
                format!("{}{}", flag.unwrap_or_default(), entries.concat())
            }
            Some(TypeDef::Enumeration { words, .. }) => words.choose(&mut self.rng).unwrap().to_uppercase(),
            Some(TypeDef::Text { longest }) => self.text(*longest),
            Some(TypeDef::Amount) => Decimal(self.rng.random_range(-9_999_999_999..=9_999_999_999)).to_string(),
            Some(TypeDef::Day) => {
                format!("20{:02}-0{}-1{}", self.rng.random_range(10..99), self.rng.random_range(1..9), self.rng.random_range(0..9))
            }
            None => self.built_in(type_name),
        }
    }

    fn built_in(&mut self, type_name: &str) -> String {
        match type_name {
            "xs:int" if self.rng.random_bool(0.5) => COMMON_NUMBERS.choose(&mut self.rng).unwrap().to_string(),
            "xs:int" => self.rng.random::<i32>().to_string(),
            "xs:boolean" => self.rng.random::<bool>().to_string(),
            "xs:dateTime" => {
                let seconds: i64 = self.rng.random_range(0..4_000_000_000);
                Time::of(Stamp(seconds * 1_000_000), chrono_tz::UTC).text(Face::Typed).unwrap().into_owned()
            }
            "xs:base64Binary" => "R0lGODlhAQABAAAAACw=".to_owned(),
            // XML in a text loses the blanks around it.
            "xs:string" => self.text(300).trim().to_owned(),
            other => panic!("no random value for {other}"),
        }
    }

    fn text(&mut self, longest: u32) -> String {
        let common: Vec<&str> = COMMON_TEXTS.into_iter().filter(|text| text.len() <= longest as usize).collect();
        if let Some(text) = common.choose(&mut self.rng).filter(|_| self.rng.random_bool(0.4)) {
            return (*text).to_owned();
        }
        let most = if self.rng.random_bool(0.1) { longest.min(5000) } else { longest.min(20) };
        let length = self.rng.random_range(1..=most);
        let mut text = String::new();
        while text.chars().count() < length as usize {
            text.push_str(LETTERS.choose(&mut self.rng).unwrap());
        }
        // `]]>` may not stand in the text of XML.
        let text: String = text.replace("]>", "].").chars().take(length as usize).collect();
        // Blank texts count as none where a key is read.
        escape(if text.trim().is_empty() { "x" } else { &text }).replace('"', "&quot;")
    }

    fn field(&mut self, field: &FieldType) -> String {
        let name = field.spec.name_on(Face::Typed);
        let is_list = matches!(self.types.all.get(&field.type_name), Some((_, TypeDef::List { .. })));
        // `clear_fields` names fields that have no value; `clearing.rs` tests it.
        if matches!(field.spec.name, "dry_run" | "process_synchronous" | "warnings" | "clear_fields") {
            return String::new();
        }
        // Lists are always written (rule W12), so that what comes back can be compared.
        if self.planted.is_none() && !is_list && field.occurs == Occurs::Optional && self.rng.random_bool(0.4) {
            return String::new();
        }
        let content = self.content(&field.type_name);
        // Blanks around a key are not part of it.
        let content = if field.spec.key { content.trim().to_owned() } else { content };
        // An empty list of coupons leaves an order as it is, so the record that is read has none (`clearing.rs`).
        if field.type_name == "OrderCouponList" && content.is_empty() { String::new() } else { element(&name, &content) }
    }

    /// Breaks a document in one of many ways.
    fn broken(&mut self, request: &str) -> String {
        let tags: Vec<usize> = request.match_indices('<').map(|(at, _)| at).collect();
        let at = tags.choose(&mut self.rng).copied().unwrap_or_default();
        let (before, after) = request.split_at(at);
        match self.rng.random_range(0..8) {
            0 => before.to_owned(),
            1 => format!("{before}{}", after.trim_start_matches('<')),
            2 => format!("{before}<unknown a=\"1\"><b/></unknown>{after}"),
            3 => format!("{before}&nbsp;{after}"),
            4 => format!("{before}{}{after}", "x".repeat(70_000)),
            5 => request.replace(">1", ">one").replace("true", "perhaps"),
            6 => format!("{before}{after}{after}"),
            _ => request.replacen("</", "/<", 1),
        }
    }
}

fn element(name: &str, content: &str) -> String {
    if content.is_empty() { format!("<{name}/>") } else { format!("<{name}>{content}</{name}>") }
}

fn seed() -> u64 {
    let seed = std::env::var("KONTOR_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_251_125);
    println!("KONTOR_SEED={seed}");
    seed
}

fn rounds() -> usize {
    std::env::var("KONTOR_RANDOM").ok().and_then(|count| count.parse().ok()).unwrap_or(10)
}

fn rewritten(operation: &Operation, request: &str, from: Face, to: Face) -> String {
    let document = xml::Document::parse(request, &FRAGMENT_LIMITS).unwrap_or_else(|error| panic!("{error}: {request}"));
    (operation.rewrite)(document.root(), from, to, Document::Request)
        .unwrap_or_else(|error| panic!("{}: {error}: {request}", operation.name))
}

/// A random request for each operation, as the element `request`.
fn requests(seed: u64, count: usize, mut each: impl FnMut(&'static Operation, &mut Random<'_>, String)) {
    let contract = Contract::of_catalogue();
    let mut types = Types::default();
    let mut random = Random { types: contract.types(), rng: StdRng::seed_from_u64(seed), planted: None };
    for operation in CATALOGUE.iter().filter(|operation| operation.name != "echo") {
        let (request, _) = (operation.types)(&mut types);
        for _ in 0..count {
            let content = random.content(&request);
            each(operation, &mut random, content);
        }
    }
}

#[test]
fn random_requests_go_round_without_loss() {
    requests(seed(), rounds() * 10, |operation, _, content| {
        let request = element("request", &content);
        let typed = rewritten(operation, &request, Face::Typed, Face::Typed);
        // A condition has several ways to say the same, and prepareOffers reads offers under many names.
        if !content.contains("ilters>") && operation.name != "prepareOffers" {
            let same = typed.bytes().zip(request.bytes()).take_while(|(a, b)| a == b).count();
            let from =
                |text: &str| String::from_utf8_lossy(text.as_bytes().get(same.saturating_sub(60)..).unwrap_or_default()).into_owned();
            assert!(typed == request, "{}: {}\n!= {}", operation.name, from(&typed), from(&request));
        }
        let compat = rewritten(operation, &typed, Face::Typed, Face::Compat);
        assert_eq!(rewritten(operation, &compat, Face::Compat, Face::Typed), typed, "{} by way of {compat}", operation.name);
    });
}

/// Every code of an answer, typed or compat.
fn codes(body: &str) -> Vec<i32> {
    let number = |text: &str| text.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect::<String>().parse::<i32>().ok();
    let mut found: Vec<i32> = Vec::new();
    for mark in ["<returnCode>", "return_code=\"", "return_code=&quot;", "<errorCode>KONTOR-"] {
        found.extend(body.split(mark).skip(1).filter_map(number).map(i32::abs));
    }
    found
}

fn known(number: i32) -> bool {
    number == 0 || code::all().any(|code| code.number == number)
}

fn check_broken(operation: &Operation, sent: &str, reply: &Reply) {
    let found = codes(&reply.body);
    let shown: String = sent.chars().take(3000).collect();
    assert!([200, 400, 413, 500].contains(&reply.status), "{}: {}: {shown}", operation.name, reply.status);
    assert!(reply.status == 200 || !found.is_empty(), "{}: a fault without a code: {}: {shown}", operation.name, reply.body);
    assert!(found.iter().all(|number| known(*number) && *number < code::INTERNAL.number), "{}: {found:?}: {shown}", operation.name);
    xml::Document::parse(&reply.body, &FRAGMENT_LIMITS).unwrap_or_else(|error| panic!("{}: {error}: {}", operation.name, reply.body));
}

/// The types without elements of their own that a type is made of.
fn leaves(types: &Types, type_name: &str, found: &mut BTreeSet<String>) {
    match types.all.get(type_name).map(|(_, definition)| definition) {
        Some(TypeDef::Structure { fields, .. }) => fields.iter().for_each(|field| leaves(types, &field.type_name, found)),
        Some(TypeDef::List { entry, flag }) => {
            leaves(types, entry, found);
            flag.iter().for_each(|flag| leaves(types, &flag.type_name, found));
        }
        _ => {
            found.insert(type_name.to_owned());
        }
    }
}

/// Values at the bounds of a type and beyond them, and such as clients write although the schema does not allow them.
fn boundaries(types: &Types, type_name: &str) -> Vec<String> {
    let all = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let mut values = match (type_name, types.all.get(type_name).map(|(_, definition)| definition)) {
        (_, Some(TypeDef::Text { longest })) => {
            let most = *longest as usize;
            [most - 1, most, most + 1].into_iter().flat_map(|length| ["a", "𝄞", " "].map(|letter| letter.repeat(length))).collect()
        }
        (_, Some(TypeDef::Amount)) => all(&[
            "99999999999.9999",
            "99999999999.99994",
            "99999999999.99995",
            "100000000000",
            "-99999999999.9999",
            "-100000000000",
            "999999999999999",
            "922337203685477.5807",
            "922337203685478",
            "0.00004",
            "0.00005",
            "1e10",
            "1E-9",
            "1e11",
            "-0",
            "+1",
            ".5",
            "5.",
            "00000000000000000000000000000001",
            "NaN",
            "INF",
            "1,5",
        ]),
        (_, Some(TypeDef::Day)) => all(&[
            "0001-01-01",
            "0000-12-31",
            "9999-12-31",
            "10000-01-01",
            "10000-1-01",
            "-001-01-01",
            "2024-02-29",
            "2023-02-29",
            "2024-12-31T24:00:00",
            "9999-12-31T24:00:00",
            "2024-01-01T00:00:00Z",
            "2024-1-1",
        ]),
        (_, Some(TypeDef::Enumeration { words, .. })) => {
            words.iter().flat_map(|word| [word.to_lowercase(), format!(" {word}\n"), format!("{word}_")]).collect()
        }
        ("xs:int", _) => all(&["2147483647", "2147483648", "-2147483648", "-2147483649", "1.0", "1.5", "+7", "0007", "1e3", "x"]),
        ("xs:boolean", _) => all(&["true", "1", "TRUE", "False", "yes", "2"]),
        ("xs:dateTime", _) => all(&[
            "0001-01-01T00:00:00Z",
            "0000-12-31T23:59:59Z",
            "9999-12-31T23:59:59Z",
            "10000-01-01T00:00:00Z",
            "9999-12-31T24:00:00Z",
            "9999-12-31T23:59:59-01:00",
            "0001-01-01T00:00:00+01:00",
            "2016-12-31T23:59:60Z",
            "2016-12-31T23:59:60",
            "2024-12-31T24:00:00",
            "2024-01-01",
            "2024-01-01T10:00",
            "2024-01-01 10:00:00",
            "2024-01-01T10:00:00+0100",
            "2024-01-01T10:00:00+01",
            "24-01-01T10:00:00Z",
        ]),
        ("xs:base64Binary", _) => all(&["AA==", "AA", "A", "=", "R0lG\n", "ä"]),
        _ => all(&["x&#x1F600;", "&lt;b/&gt;", "&lt;b", "&amp;#1;"]),
    };
    values.extend(all(&["", " ", "\n"]));
    values
}

/// Whatever is read can be written by the schema again; the rest is refused.
#[test]
fn values_at_the_bounds_are_refused_or_come_back_valid() {
    let contract = Contract::of_catalogue();
    let types = contract.types();
    let folder = tempfile::tempdir().unwrap();
    let (mut done, mut written) = (BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
    let mut refused = 0;
    for operation in CATALOGUE.iter().filter(|operation| operation.name != "echo") {
        let (request, _) = (operation.types)(&mut Types::default());
        let mut own = BTreeSet::new();
        leaves(types, &request, &mut own);
        for type_name in own.difference(&done) {
            for value in boundaries(types, type_name) {
                let planted = Some((type_name.clone(), value.clone()));
                let mut random = Random { types, rng: StdRng::seed_from_u64(seed()), planted };
                let sent = element("request", &random.content(&request));
                let document = xml::Document::parse(&sent, &FRAGMENT_LIMITS).unwrap_or_else(|error| panic!("{error}: {sent}"));
                match (operation.rewrite)(document.root(), Face::Typed, Face::Typed, Document::Request) {
                    Err(failure) => {
                        assert!(
                            known(failure.code.number) && failure.code.number < code::INTERNAL.number,
                            "{type_name} {value:?}: {failure}"
                        );
                        refused += 1;
                    }
                    Ok(back) => {
                        let files = written.entry(schema_of(operation.name)).or_default();
                        let path = folder.path().join(format!("{}-{}.xml", operation.name, files.len()));
                        let name = operation.name;
                        std::fs::write(&path, format!("<{name} xmlns=\"urn:kontor:v1\">{back}</{name}>")).unwrap();
                        files.push(path.display().to_string());
                    }
                }
            }
        }
        done.append(&mut own);
    }
    assert!(done.len() > 20 && refused > 5, "{refused} refused: {done:?}");
    written.iter().for_each(|(schema, files)| validate(schema, files));
}

/// Fails where a file breaks the schema.
fn validate(schema: &str, files: &[String]) {
    match Command::new("xmllint").current_dir(root()).args(["--noout", "--nonet", "--schema", schema]).args(files).output() {
        Err(error) => left_out(&format!("answers are not validated: xmllint cannot be run ({error}); install libxml2-utils")),
        Ok(output) => assert!(output.status.success(), "{schema}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

#[test]
fn random_requests_are_answered_by_the_contract() {
    let seed = seed();
    std::thread::scope(|scope| {
        for database in databases() {
            scope.spawn(move || {
                let world = World::demo(database);
                let folder = tempfile::tempdir().unwrap();
                let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
                requests(seed, rounds(), |operation, random, content| {
                    let reply = world.post("/ws/v1", &typed_envelope(operation.name, &content), &[]);
                    assert_eq!(reply.status, 200, "{}: {} to {content}", operation.name, reply.body);
                    let found = codes(&reply.body);
                    let unread = NOT_READ.iter().find(|code| found.contains(&code.number));
                    assert!(unread.is_none(), "{}: {unread:?}: {} to {content}", operation.name, reply.body);
                    assert!(found.iter().all(|number| known(*number) && *number < code::INTERNAL.number), "{}: {found:?}", operation.name);
                    let name = format!("{}Response", operation.name);
                    let (_, rest) = reply.body.split_once(&format!("<{name}")).unwrap_or_else(|| panic!("{}", reply.body));
                    let (inner, _) = rest.rsplit_once(&format!("</{name}>")).unwrap_or_else(|| panic!("{}", reply.body));
                    let files = answers.entry(schema_of(operation.name)).or_default();
                    let path = folder.path().join(format!("{}-{}.xml", operation.name, files.len()));
                    std::fs::write(&path, format!("<{name}{inner}</{name}>")).unwrap();
                    files.push(path.display().to_string());

                    let broken = random.broken(&content);
                    check_broken(operation, &broken, &world.post("/ws/v1", &typed_envelope(operation.name, &broken), &[]));
                    let compat = rewritten(operation, &format!("<request>{content}</request>"), Face::Typed, Face::Compat);
                    let broken = random.broken(&compat);
                    let reply = world.post("/ws/connect", &compat_envelope(operation.name, &broken), &[]);
                    check_broken(operation, &broken, &reply);
                    if reply.status == 200 {
                        let inner = inner_answer(&reply.body);
                        xml::Document::parse(&inner, &FRAGMENT_LIMITS)
                            .unwrap_or_else(|error| panic!("{}: {error}: {inner}", operation.name));
                    }
                });
                answers.iter().for_each(|(schema, files)| validate(schema, files));
            });
        }
    });
}
