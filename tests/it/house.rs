//! The arrows of the house: which part may know which, and which library only one part may know. Code that is compiled
//! for tests only may know everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::samples::root;

/// Each part with what it may use. `dispatch::bell` is that module alone. What is left out here may use everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("xml", &["domain"]),
    ("config", &["domain"]),
    ("connectors", &["domain", "config"]),
    ("store", &["domain"]),
    ("preparation", &["connectors", "store", "domain", "xml", "config"]),
    ("metrics", &["domain"]),
    ("dispatch", &["preparation", "connectors", "store", "domain", "config", "metrics"]),
    ("exchange", &["preparation", "store", "domain", "config"]),
    ("support", &["preparation", "store", "domain", "config"]),
    ("status", &["store", "domain", "config", "metrics"]),
    ("operations", &["preparation", "store", "domain", "xml", "config", "dispatch::bell"]),
    ("soap", &["operations", "xml", "domain", "config"]),
    ("http", &["soap", "operations", "config", "domain", "metrics"]),
];

/// Each library with the parts that may name it. `app` puts the house together.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("actix_web", &["http", "app"]),
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("r2d2", &["store"]),
    ("reqwest", &["connectors"]),
    ("quick_xml", &["xml"]),
    ("minijinja", &["domain", "preparation", "status"]),
    ("prometheus_client", &["metrics"]),
    ("yaserde", &["exchange"]),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Modules that are declared behind `#[cfg(test)]`, as paths without extension.
fn test_modules(files: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let mut modules = Vec::new();
    for (path, text) in files {
        let stem = path.file_stem().unwrap();
        let folder =
            if ["mod", "lib", "main"].iter().any(|root| stem == *root) { path.with_file_name("") } else { path.with_extension("") };
        for after in text.split("#[cfg(test)]").skip(1) {
            let declaration =
                after.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            if let Some(name) = declaration.strip_prefix("mod ").and_then(|rest| rest.split_once(';')).map(|(name, _)| name)
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            {
                modules.push(folder.join(name));
            }
        }
    }
    modules
}

/// The code without comments and without inline test modules, which stand at the end of a file.
fn built(text: &str) -> String {
    let text = text.split_once("#[cfg(test)]\nmod tests {").map_or(text, |(before, _)| before);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}

/// Files under `src` that the gateway is built from, with their code.
fn sources() -> BTreeMap<PathBuf, String> {
    let files: BTreeMap<PathBuf, String> =
        rust_files(&root().join("src")).into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect();
    let tests = test_modules(&files);
    let is_test = |path: &Path| tests.iter().any(|module| path.with_extension("") == *module || path.starts_with(module));
    files.into_iter().filter(|(path, _)| !is_test(path)).map(|(path, text)| (path, built(&text))).collect()
}

/// The part a file belongs to: `operations` for `src/operations/stock/fetch.rs`.
fn part(path: &Path) -> String {
    let inner = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    inner.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

/// What follows each `crate::`, one entry per member of a brace list.
fn paths_from_the_root(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for after in code.split("crate::").skip(1) {
        let Some(list) = after.strip_prefix('{') else {
            paths.push(after.to_owned());
            continue;
        };
        let mut depth = 0_usize;
        let mut member = String::new();
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => paths.push(std::mem::take(&mut member)),
                _ => {}
            }
            member.push(c);
        }
        paths.push(member);
    }
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let clean = |path: String| path.trim_start_matches([',', ' ', '\n']).split(|c| !is_path(c)).next().unwrap_or_default().to_owned();
    paths.into_iter().map(clean).filter(|path| !path.is_empty()).collect()
}

/// Macros stand at the root of the crate, wherever they were written.
fn macro_owners(sources: &BTreeMap<PathBuf, String>) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (path, code) in sources {
        for after in code.split("#[macro_export]").skip(1) {
            let (_, name) = after.split_once("macro_rules!").expect("a macro");
            let name = name.trim_start().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap();
            owners.insert(name.to_owned(), part(path));
        }
    }
    owners
}

#[test]
fn arrows_only_go_down() {
    let sources = sources();
    let macros = macro_owners(&sources);
    let mut wrong = BTreeSet::new();
    for (path, code) in &sources {
        let part = part(path);
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == part) else { continue };
        for used in paths_from_the_root(code) {
            let (first, rest) = used.split_once("::").unwrap_or((&used, ""));
            let owner = macros.get(first).map_or(first, String::as_str);
            let exact = format!("{owner}::{}", rest.split("::").next().unwrap_or_default());
            if owner != part && !allowed.contains(&owner) && !allowed.contains(&exact.as_str()) {
                wrong.insert(format!("{} uses {used}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_part_is_in_the_table() {
    let parts: BTreeSet<String> = sources().keys().map(|path| part(path)).collect();
    let known = ARROWS.iter().map(|(name, _)| *name).chain(["app", "lib", "main"]);
    assert_eq!(parts, known.map(str::to_owned).collect(), "a new part needs its arrows here and in the design");
}

#[test]
fn each_library_is_known_to_one_part_only() {
    let mut wrong = BTreeSet::new();
    for (path, code) in sources() {
        for (library, parts) in LIBRARIES {
            let named = [format!("{library}::"), format!("use {library};"), format!("use {library} ")];
            let names_it = named.iter().any(|name| {
                code.match_indices(name.as_str())
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':'))
            });
            if names_it && !parts.contains(&part(&path).as_str()) {
                wrong.insert(format!("{} uses {library}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_stamp_reads_the_clock_in_domain() {
    let clocks = ["now()", "SystemTime", "Instant"];
    let readers: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|(path, code)| part(path) == "domain" && clocks.iter().any(|clock| code.contains(clock)))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(readers, [root().join("src/domain/time.rs")]);
}

/// What stands between a bracket and its end, without the bracket.
fn bracketed(text: &str) -> &str {
    let mut depth = 1_usize;
    let end = text.char_indices().find(|(_, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The literals in code, without what is put into them.
fn literals(code: &str) -> Vec<String> {
    let mut parts = code.split('"');
    let mut found = Vec::new();
    while let (Some(_), Some(literal)) = (parts.next(), parts.next()) {
        let pieces = literal.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
        found.push(pieces.collect::<String>());
    }
    found
}

/// Words that Kontor puts into a refusal are `Worded`: a text in the reader's language keeps none of another one. What
/// only an administrator reads, and the reason of a broken message, is in English.
#[test]
fn refusals_quote_no_words_of_one_language() {
    const ENGLISH: &[&str] = &["INTERNAL", "DATABASE", "OUTCOME_UNKNOWN", "UNDECODABLE_BODY"];
    let mut looked_at = 0;
    let mut wrong = BTreeSet::new();
    for (path, code) in sources() {
        for (at, _) in code.match_indices("code::").filter(|(at, _)| code[..*at].trim_end().ends_with(['(', ' ', ':'])) {
            let before = code[..at].trim_end().trim_end_matches("crate::domain::").trim_end_matches("$");
            if !(before.ends_with("Failure::new(") || before.ends_with("Failure::quoting(")) {
                continue;
            }
            let Some((name, rest)) = code[at + "code::".len()..].split_once(',') else { continue };
            let Some(arguments) = rest.trim_start().strip_prefix('[').map(bracketed) else { continue };
            looked_at += 1;
            let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
            let worded = literals(arguments)
                .into_iter()
                .find(|literal| literal.contains('≥') || literal.trim().contains(' ') && literal.split(' ').any(is_word));
            if let Some(literal) = worded.filter(|_| !ENGLISH.contains(&name.trim())) {
                wrong.insert(format!("{}: {name} quotes \"{literal}\"", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(looked_at > 80, "only {looked_at} refusals are looked at");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
