//! The documents tell what the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kontor::domain::failure::Code;
use kontor::domain::failure::code;
use kontor::domain::message::{Kind, OF_THE_CHANNEL, kinds};

use crate::samples::root;

fn errors() -> String {
    std::fs::read_to_string(root().join("docs/ERRORS.md")).expect("docs/ERRORS.md")
}

/// The sections of `docs/ERRORS.md` that are about a code, by title.
fn sections(text: &str) -> BTreeMap<String, Vec<String>> {
    let codes = text.split("\n# ").next().unwrap_or_default();
    let sections = codes.split("\n## ").skip(1).map(|section| {
        let (title, body) = section.split_once('\n').unwrap();
        (title.to_owned(), body.lines().map(str::to_owned).collect())
    });
    sections.collect()
}

fn title(code: &Code) -> String {
    format!("{} {}", code.number, code.name)
}

/// Whether a text can come out of a template: its fixed pieces stand in it, in order.
fn fits(text: &str, template: &str) -> bool {
    let mut rest = text;
    template.split('{').enumerate().all(|(index, piece)| {
        let piece = if index == 0 { piece } else { piece.split_once('}').map_or(piece, |(_, after)| after) };
        rest.split_once(piece).inspect(|(_, after)| rest = after).is_some()
    })
}

#[test]
fn every_code_has_a_section_with_its_texts() {
    let text = errors();
    let sections = sections(&text);
    for code in code::all() {
        let lines = sections.get(&title(code)).unwrap_or_else(|| panic!("docs/ERRORS.md lacks `## {}`", title(code)));
        for (language, text) in [("English", code.en), ("German", code.de)] {
            let expected = format!("- {language}: `{text}`");
            assert!(lines.contains(&expected), "{}: expected {expected}", title(code));
        }
        for label in ["- Comes as: ", "- When: ", "- What to do: "] {
            assert!(lines.iter().any(|line| line.len() > label.len() + 5 && line.starts_with(label)), "{} lacks {label}", title(code));
        }
        let example = lines.iter().find_map(|line| line.strip_prefix("- Example: `")).unwrap_or_default();
        assert!(fits(example, code.en), "{}: the example is not such a text: {example}", title(code));
    }
}

#[test]
fn every_section_has_a_code() {
    let known: BTreeSet<String> = code::all().map(title).collect();
    let documented: BTreeSet<String> = sections(&errors()).into_keys().collect();
    assert_eq!(documented.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn code_under(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            all.push_str(&code_under(&path));
        } else if name.ends_with(".rs") && !["tests.rs", "live.rs"].contains(&name.as_str()) {
            all.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    all
}

#[test]
fn every_code_is_used() {
    let code = code_under(&root().join("src"));
    let used: BTreeSet<&str> = code
        .split("code::")
        .skip(1)
        .map(|after| after.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).next().unwrap_or_default())
        .collect();
    let unused: Vec<&str> = code::all().map(|code| code.name).filter(|name| !used.contains(name)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}; take them out of the table, the others keep their numbers");
}

fn messages() -> BTreeMap<String, Vec<String>> {
    sections(&std::fs::read_to_string(root().join("docs/MESSAGES.md")).expect("docs/MESSAGES.md"))
}

/// The section of a kind of message.
fn section_of(kind: &Kind) -> &'static str {
    if kind.code == OF_THE_CHANNEL { "Codes of a channel" } else { kind.code }
}

#[test]
fn every_message_has_a_section_with_its_texts() {
    let sections = messages();
    for kind in kinds() {
        let section = section_of(kind);
        let lines = sections.get(section).unwrap_or_else(|| panic!("docs/MESSAGES.md lacks `## {section}`"));
        let texts = [("English", kind.en), ("German", kind.de), ("Remedy", kind.remedy_en), ("Remedy in German", kind.remedy_de)];
        for (label, text) in texts {
            let expected = format!("- {label}: `{text}`");
            assert!(lines.contains(&expected), "{section}: expected {expected}");
        }
        if kind.code != OF_THE_CHANNEL {
            assert!(lines.iter().any(|line| line.starts_with("- Said by: ") && line.ends_with(kind.severity.word())), "{section}");
            for label in ["- When: ", "- What to do: "] {
                assert!(lines.iter().any(|line| line.len() > label.len() + 5 && line.starts_with(label)), "{section} lacks {label}");
            }
        }
    }
}

#[test]
fn every_section_about_messages_has_a_message() {
    let known: BTreeSet<String> = kinds().map(|kind| section_of(kind).to_owned()).collect();
    let documented: BTreeSet<String> = messages().into_keys().collect();
    assert_eq!(documented.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn every_message_is_said() {
    let code = code_under(&root().join("src"));
    let unused: Vec<&str> = kinds()
        .map(|kind| kind.key)
        .filter(|key| !code.contains(&format!("own::{key}(")) && !code.contains(&format!("channel::{key}(")))
        .collect();
    assert!(unused.is_empty(), "nothing says {unused:?}");
}
