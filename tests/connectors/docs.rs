//! `docs/CHANNELS.md`, from what the connectors declare and the suite tries. `KONTOR_UPDATE=1 cargo test --lib suite` writes it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::super::registry::{Entry, entries};
use super::super::settings::{Setting, Takes};
use super::super::tests::account;
use super::super::{Capabilities, PriceKinds, Repeats};
use super::STAGES;
use super::scenarios::{self, NEEDS};
use crate::domain::rate::ChannelCall;

/// The account of an example: all settings with their examples.
fn example(entry: &Entry) -> String {
    entry.settings.iter().fold(String::new(), |text, Setting { key, example, .. }| format!("{text}{key} = {example}\n"))
}

/// With everything that settings can add.
fn capabilities(entry: &Entry) -> Capabilities {
    let mut account = account(entry.name, &example(entry));
    // A file that an example names is not there.
    account.settings.retain(|key, _| !key.ends_with("_path"));
    (entry.build)(&account, Duration::from_secs(1)).unwrap().capabilities()
}

/// With the settings that nobody can leave out.
fn least(entry: &Entry) -> Capabilities {
    let settings = entry.settings.iter().filter(|setting| setting.required);
    let settings = settings.fold(String::new(), |text, Setting { key, example, .. }| format!("{text}{key} = {example}\n"));
    (entry.build)(&account(entry.name, &settings), Duration::from_secs(1)).unwrap().capabilities()
}

/// Why a connector lacks something.
fn reason(entry: &Entry, word: &str) -> &'static str {
    let lack = entry.lacks.iter().find(|(what, _)| *what == word);
    lack.unwrap_or_else(|| panic!("{} lacks {word} and does not say why: add it to `lacks` of its ENTRY", entry.name)).1
}

fn heading(entries: &[Entry]) -> String {
    let names: String = entries.iter().map(|entry| format!(" {} |", entry.name)).collect();
    let lines: String = entries.iter().map(|_| " --- |".to_owned()).collect();
    format!("| |{names}\n| --- |{lines}\n")
}

/// Notes below the table, each text once.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn number(&mut self, text: &str) -> usize {
        let at = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        at + 1
    }
}

fn promises() -> String {
    let mut text = heading(entries());
    let mut notes = Notes::default();
    for scenario in scenarios::all() {
        let cells: String = entries()
            .iter()
            .map(|entry| {
                let untried = STAGES.iter().find(|(name, _)| *name == entry.name).map_or(&[][..], |(_, stage)| stage.untried);
                if let Some(word) = scenario.lacking(&capabilities(entry)) {
                    format!(" no ({}) |", notes.number(reason(entry, word)))
                } else if let Some((_, why)) = untried.iter().find(|(id, _)| *id == scenario.id) {
                    format!(" not tried ({}) |", notes.number(why))
                } else {
                    " yes |".to_owned()
                }
            })
            .collect();
        let _ = writeln!(text, "| {} |{cells}", scenario.promise);
    }
    text.push('\n');
    for (at, note) in notes.0.iter().enumerate() {
        let _ = writeln!(text, "{}. {note}", at + 1);
    }
    text.trim_end().to_owned()
}

/// A row of the numbers, and what it says of a channel.
type Row = (&'static str, fn(&Capabilities) -> String);

fn numbers() -> String {
    let rows: &[Row] = &[
        ("offers per call", |can| can.batch_size.to_string()),
        ("characters of a SKU", |can| can.longest_sku.to_string()),
        ("pictures of an offer", |can| can.pictures.to_string()),
        ("prices", |can| prices(can.prices).to_owned()),
        ("currencies", |can| currencies(can)),
        ("a sold-out offer", |can| {
            if can.ends_at_zero { "ends, and comes back with new stock" } else { "stays, with a quantity of 0" }.to_owned()
        }),
        ("open orders", |can| {
            if can.rereads_open_orders { "are read again at every poll" } else { "come again when they change" }.to_owned()
        }),
        ("after an unclear answer, a fact", |can| {
            match can.repeats {
                Repeats::Harmless => "is sent again: the channel knows it by its key",
                Repeats::ReadBack => "is read back before it is sent again",
            }
            .to_owned()
        }),
        ("calls", |can| rates(can)),
    ];
    let mut text = heading(entries());
    for (what, say) in rows {
        let cells: String = entries().iter().map(|entry| format!(" {} |", say(&least(entry)))).collect();
        let _ = writeln!(text, "| {what} |{cells}");
    }
    text.trim_end().to_owned()
}

fn prices(kinds: PriceKinds) -> &'static str {
    match kinds {
        PriceKinds::Gross => "gross",
        PriceKinds::Net => "net",
        PriceKinds::Both => "gross and net",
        PriceKinds::AsSetThere => "gross or net, as the merchant set it there; the other kind is refused",
    }
}

fn currencies(can: &Capabilities) -> String {
    match can.currencies.as_slice() {
        [] if can.prices == PriceKinds::Both => "all".to_owned(),
        [] => "those that the merchant set there; others are refused".to_owned(),
        some => some.iter().map(|currency| currency.code()).collect::<Vec<_>>().join(", "),
    }
}

fn rates(can: &Capabilities) -> String {
    let limited: Vec<String> = ChannelCall::ALL
        .iter()
        .filter_map(|call| can.rates.get(call).map(|rate| format!("`{}` {} per {} s", call.word(), rate.calls, rate.period.as_secs())))
        .collect();
    if limited.is_empty() { "no limit is known".to_owned() } else { limited.join(", ") }
}

/// The part of the page between two marks has to be this text.
fn compare(mark: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CHANNELS.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("docs/CHANNELS.md lacks {begin}"));
    let (there, after) = rest.split_once(&end).unwrap_or_else(|| panic!("docs/CHANNELS.md lacks {end}"));
    let wanted = format!("\n{generated}\n\n");
    if there != wanted {
        let update = std::env::var_os("KONTOR_UPDATE").is_some();
        assert!(update, "docs/CHANNELS.md: \"{mark}\" differs from the connectors; run `KONTOR_UPDATE=1 cargo test --lib suite`");
        std::fs::write(path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
    }
}

#[test]
fn the_page_of_channels_says_what_the_connectors_declare() {
    compare("promises", &promises());
    compare("numbers", &numbers());
}

#[test]
fn a_connector_gives_a_reason_for_what_it_lacks_and_for_nothing_else() {
    for entry in entries() {
        let can = capabilities(entry);
        for need in NEEDS.iter().filter(|need| !(need.has)(&can)) {
            assert!(reason(entry, need.word).len() > 20, "{}: {}", entry.name, need.word);
        }
        for (what, _) in entry.lacks {
            let need = NEEDS.iter().find(|need| need.word == *what);
            let need = need.unwrap_or_else(|| panic!("{}: the suite knows no {what}", entry.name));
            assert!(!(need.has)(&can), "{} has {what} and says why not", entry.name);
        }
    }
}

#[test]
fn the_declared_range_and_default_of_a_number_are_the_real_ones() {
    for entry in entries() {
        for setting in entry.settings {
            let Takes::Whole { from, to } = setting.takes else { continue };
            let with = |number: i64| {
                let others =
                    example(entry).lines().filter(|line| !line.starts_with(&format!("{} =", setting.key))).collect::<Vec<_>>().join("\n");
                (entry.capabilities)(&account(entry.name, &format!("{others}\n{} = {number}", setting.key)))
            };
            let (least, most) = (i64::from(from), i64::from(to));
            assert!(with(least).is_ok() && with(most).is_ok(), "{} {}", entry.name, setting.key);
            let default = setting.default.expect("a number has a default");
            for beyond in [least - 1, most + 1] {
                let text = with(beyond).unwrap_err().to_string();
                assert!(text.contains(&format!("from {from} to {to}, or leave it out for {default}")), "{}: {text}", entry.name);
            }
        }
    }
}
