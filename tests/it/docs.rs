//! The documents tell what the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kontor::domain::failure::Code;
use kontor::domain::failure::code::ALL;

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
    for code in ALL {
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
    let known: BTreeSet<String> = ALL.iter().map(|code| title(code)).collect();
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
        } else if name.ends_with(".rs") && !["tests.rs", "live.rs", "failure.rs"].contains(&name.as_str()) {
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
    let unused: Vec<&str> = ALL.iter().map(|code| code.name).filter(|name| !used.contains(name)).collect();
    assert!(unused.is_empty(), "nothing says {unused:?}; take them out of the table, the others keep their numbers");
}

/// Codes of upload messages are words in quotes behind `code:` or as the first argument of a helper.
#[test]
fn every_upload_message_is_documented() {
    let text = errors();
    let (_, messages) = text.split_once("\n# Messages").expect("the chapter on messages");
    let documented: BTreeSet<&str> = messages.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let mut said = BTreeSet::new();
    for part in ["src/dispatch", "src/connectors", "src/support"] {
        let code = code_under(&root().join(part));
        for before in ["code: ", "refused(", "Severity::Error,", "Severity::Warning,", "Severity::Info,", "row,"] {
            for after in code.split(before).skip(1) {
                let word = after.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(word, _)| word);
                if let Some(word) = word.filter(|word| word.len() > 2 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')) {
                    said.insert(word.to_owned());
                }
            }
        }
    }
    assert!(said.len() > 10, "the search finds too little: {said:?}");
    let missing: Vec<&String> = said.iter().filter(|word| !documented.contains(word.as_str())).collect();
    assert!(missing.is_empty(), "docs/ERRORS.md does not tell of {missing:?}");
}
