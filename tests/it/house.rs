//! The shape of the house: which part may know which, which library only one part may know, that no modules know each
//! other in a circle, and how long files and functions may be. Code that is compiled for tests only may know everything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::samples::root;

/// Each part with what it may use. `dispatch::bell` is that module alone. What is left out here may use everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("xml", &["domain"]),
    ("config", &["domain"]),
    ("folders", &["domain"]),
    ("platform_xml", &["domain", "xml"]),
    ("connectors", &["platform_xml", "folders", "domain", "config"]),
    ("store", &["domain"]),
    ("files", &["store", "folders", "domain"]),
    ("backup", &["files", "store", "folders", "domain", "config"]),
    ("documents", &["store", "folders", "domain", "xml"]),
    ("carriers", &["connectors", "documents", "folders", "domain", "xml", "config"]),
    ("preparation", &["connectors", "store", "domain", "xml", "config"]),
    ("metrics", &["domain"]),
    (
        "dispatch",
        &["files", "carriers", "documents", "payments", "preparation", "connectors", "store", "folders", "domain", "config", "metrics"],
    ),
    ("exchange", &["platform_xml", "preparation", "store", "domain", "config"]),
    ("support", &["preparation", "store", "domain", "config"]),
    ("status", &["store", "domain", "config", "metrics"]),
    ("payments", &["store", "folders", "domain", "xml", "config"]),
    ("mail", &["store", "domain", "config"]),
    ("alarms", &["mail", "connectors", "store", "config", "domain"]),
    ("operations", &["files", "documents", "payments", "preparation", "store", "domain", "xml", "config", "dispatch::bell"]),
    ("soap", &["operations", "xml", "domain", "config"]),
    ("console", &["files", "soap", "operations", "status", "support", "store", "domain", "config"]),
    ("http", &["console", "soap", "operations", "config", "domain", "metrics"]),
    ("journal", &["store", "domain", "config", "metrics"]),
    ("caller", &["soap", "operations", "connectors", "xml", "domain"]),
    ("moving", &["operations", "preparation", "connectors", "store", "xml", "config", "domain"]),
    (
        "app",
        &[
            "alarms",
            "carriers",
            "files",
            "mail",
            "http",
            "console",
            "dispatch",
            "status",
            "journal",
            "operations",
            "preparation",
            "connectors",
            "store",
            "config",
            "domain",
            "metrics",
        ],
    ),
    (
        "commands",
        &[
            "backup",
            "carriers",
            "mail",
            "moving",
            "caller",
            "soap",
            "operations",
            "payments",
            "app",
            "dispatch::report",
            "support",
            "exchange",
            "platform_xml",
            "preparation",
            "connectors",
            "store",
            "config",
            "domain",
        ],
    ),
    ("main", &[]),
];

/// Each library with the parts that may name it.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("actix_web", &["http"]),
    ("clap", &["commands", "main"]),
    ("clap_complete", &["commands"]),
    ("clap_mangen", &["commands"]),
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("r2d2", &["store"]),
    ("roaring", &["store"]),
    ("reqwest", &["connectors"]),
    ("quick_xml", &["xml"]),
    ("lettre", &["mail"]),
    ("minijinja", &["console", "domain", "mail", "preparation", "status"]),
    ("prometheus_client", &["metrics"]),
    ("csv", &["carriers", "payments"]),
    ("image", &["files"]),
    ("zip", &["backup", "payments"]),
    ("yaserde", &["platform_xml"]),
];

/// Lines of a file, and of one with tests only.
const LONGEST_FILE: usize = 400;
const LONGEST_TESTS: usize = 450;
/// A list of tables as diesel wants it.
const LISTS: [&str; 1] = ["store/schema.rs"];
/// Lines of the body of a function, without blank ones and comments.
const LONGEST_FUNCTION: usize = 60;

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
    let end = ["mod tests {", "pub(crate) mod tests {"].iter().filter_map(|tests| text.find(&format!("#[cfg(test)]\n{tests}"))).min();
    let text = &text[..end.unwrap_or(text.len())];
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
    let known = ARROWS.iter().map(|(name, _)| *name).chain(["lib"]);
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

/// A module as the names from the root of the crate to it.
type Module = Vec<String>;

fn module_of(path: &Path) -> Module {
    let inner = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    let names: Module = inner.components().map(|name| name.as_os_str().to_string_lossy().into_owned()).collect();
    match names.last().map(String::as_str) {
        Some("mod" | "lib") => names[..names.len() - 1].to_vec(),
        _ => names,
    }
}

fn identifier(text: &str) -> &str {
    &text[..text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())]
}

/// The paths of a `use` tree, or the one path, that `code` begins with; and what is left behind it.
fn expand(code: &str) -> (Vec<Module>, &str) {
    let mut path = Vec::new();
    let mut rest = code.trim_start();
    loop {
        if let Some(inside) = rest.strip_prefix('{') {
            let mut members = Vec::new();
            let mut rest = inside.trim_start_matches([',', ' ', '\n']);
            while !rest.is_empty() && !rest.starts_with('}') {
                let (member, left) = expand(rest);
                members.extend(member.into_iter().map(|member| [path.clone(), member].concat()));
                // What is no path, such as `as name` or `*`, is stepped over.
                let left = if left.len() == rest.len() { &rest[rest.chars().next().unwrap().len_utf8()..] } else { left };
                rest = left.trim_start_matches([',', ' ', '\n']);
            }
            return (members, rest.strip_prefix('}').unwrap_or(rest));
        }
        let name = identifier(rest);
        if name.is_empty() {
            return (vec![path], rest);
        }
        path.push(name.to_owned());
        rest = &rest[name.len()..];
        match rest.strip_prefix("::") {
            Some(further) => rest = further.trim_start(),
            None => return (vec![path], rest),
        }
    }
}

/// What a module names by `crate::`, `super::` or `self::`, as paths from the root.
fn named_by(module: &Module, code: &str) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            for path in expand(&code[at..]).0 {
                let mut base = if start == "crate::" { Module::new() } else { module.clone() };
                let ups = path.iter().take_while(|name| *name == "super").count();
                base.truncate(base.len().saturating_sub(ups));
                let skipped = if start == "super::" { ups } else { 1 };
                found.push([base, path[skipped..].to_vec()].concat());
            }
        }
    }
    found
}

/// For each module the names that it takes from its children, as others see them through it.
fn passed_on(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeMap<String, String>> {
    let mut passed: BTreeMap<Module, BTreeMap<String, String>> = BTreeMap::new();
    for (module, code) in modules {
        for (at, _) in code.match_indices("use ") {
            for path in expand(&code[at + "use ".len()..]).0 {
                let path = if path.first().is_some_and(|name| name == "self") { &path[1..] } else { &path[..] };
                if let [child, .., name] = path
                    && modules.contains_key(&[module.clone(), vec![child.clone()]].concat())
                {
                    passed.entry(module.clone()).or_default().insert(name.clone(), child.clone());
                }
            }
        }
    }
    passed
}

/// Which children of a module know which others. A name that the parent only passes on counts as the child's it comes
/// from; what the parent has of its own is common ground.
fn siblings() -> BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> {
    let modules: BTreeMap<Module, String> = sources()
        .into_iter()
        .filter(|(path, _)| path.file_stem().unwrap() != "main")
        .map(|(path, code)| (module_of(&path), code))
        .collect();
    let passed = passed_on(&modules);
    let mut known: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, code) in &modules {
        for mut path in named_by(module, code) {
            let mut depth = 0;
            while depth < path.len() {
                let (parent, name) = (path[..depth].to_vec(), path[depth].clone());
                if let Some(child) = passed.get(&parent).and_then(|names| names.get(&name))
                    && !modules.contains_key(&path[..=depth])
                {
                    path.insert(depth, child.clone());
                }
                depth += 1;
            }
            let common = module.iter().zip(&path).take_while(|(a, b)| a == b).count();
            if common < module.len() && common < path.len() && modules.contains_key(&path[..=common]) {
                let parent = known.entry(path[..common].to_vec()).or_default();
                parent.entry(module[common].clone()).or_default().insert(path[common].clone());
            }
        }
    }
    known
}

#[test]
fn no_modules_know_each_other_in_a_circle() {
    let mut circles = BTreeSet::new();
    for (parent, known) in siblings() {
        for start in known.keys() {
            let mut reached = BTreeSet::new();
            let mut open = vec![start];
            while let Some(next) = open.pop().and_then(|at| known.get(at)) {
                open.extend(next.iter().filter(|name| reached.insert((*name).clone())));
            }
            if reached.contains(start) {
                circles.insert(format!("{}::{start}", parent.join("::")));
            }
        }
    }
    assert!(circles.is_empty(), "these are on a circle with a sibling: {circles:#?}");
}

#[test]
fn a_name_that_a_parent_passes_on_is_the_childs() {
    let modules: BTreeMap<Module, String> = [("a", "pub use b::{self, c::{D, E as F}};"), ("a b", ""), ("a g", "use super::{D, x};")]
        .map(|(name, code)| (name.split(' ').map(str::to_owned).collect(), code.to_owned()))
        .into();
    let of_a = passed_on(&modules).remove(&vec!["a".to_owned()]).unwrap();
    assert_eq!(of_a.get("D").map(String::as_str), Some("b"));
    let named = named_by(&vec!["a".to_owned(), "g".to_owned()], "use super::{D, x::y}; fn f() { super::super::h::i(crate::j) }");
    let named: BTreeSet<String> = named.into_iter().map(|path| path.join("::")).collect();
    assert_eq!(named, ["a::D", "a::x::y", "h::i", "j"].map(str::to_owned).into());
}

#[test]
fn files_and_functions_can_be_read_in_one_go() {
    let built = sources();
    let mut long = BTreeSet::new();
    for path in rust_files(&root().join("src")) {
        let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        let most = if built.contains_key(&path) { LONGEST_FILE } else { LONGEST_TESTS };
        if text.lines().count() > most && !LISTS.contains(&name.as_str()) {
            long.insert(format!("{name}: {} lines, at most {most}", text.lines().count()));
        }
        for (function, lines) in functions(built.get(&path).map_or("", String::as_str)) {
            if lines > LONGEST_FUNCTION {
                long.insert(format!("{name}: {function} has {lines} lines, at most {LONGEST_FUNCTION}"));
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// The functions of a file, with the lines of their bodies. As rustfmt writes it, a body ends with the first brace as far
/// to the left as its `fn`.
fn functions(code: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((before, after)) =
            line.split_once("fn ").filter(|(before, _)| !before.contains(['"', '(', '|']) || before.contains("pub("))
        else {
            continue;
        };
        let indent = before.len() - before.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines[index + 1..].iter().take_while(|line| !line.starts_with(&end));
        if line.trim_end().ends_with(['{', '(']) || line.contains("where") {
            found.push((identifier(after).to_owned(), body.filter(|line| !line.trim().is_empty()).count()));
        }
    }
    found
}

/// What is between a bracket and its end, without the bracket.
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

/// The scripted shop is more than a connector: the demo stands on it, its state has faults of its own, and texts speak of it.
const OF_THE_SANDBOX: [&str; 4] = ["config/check/exposed.rs", "config/demo.rs", "connectors/fault.rs", "domain/message/channel.rs"];

#[test]
fn nothing_outside_its_folder_names_a_connector_but_one_line() {
    let connectors = root().join("src/connectors");
    let folders = std::fs::read_dir(&connectors).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.join("mod.rs").exists());
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        // A word of the language, and a part of the house: there only what can mean the connector.
        let names_it = |line: &str| match name.as_str() {
            // A word of the original's elements, too.
            "shopware" => ["connectors!(", "connectors::shopware"].iter().any(|word| line.contains(*word)),
            "exchange" => {
                ["\"exchange\"", "connectors!(", "connectors::exchange", "super::exchange"].iter().any(|word| line.contains(*word))
            }
            name => line.to_lowercase().contains(name),
        };
        let mut naming = Vec::new();
        // Carriers have a sandbox of their own.
        for (path, code) in sources().iter().filter(|(path, _)| !path.starts_with(&folder) && part(path) != "carriers") {
            let file = path.strip_prefix(root().join("src")).unwrap().display().to_string();
            let lines = code.lines().filter(|line| names_it(line)).map(|line| format!("{file}: {}", line.trim()));
            if name != "sandbox" || !OF_THE_SANDBOX.contains(&file.as_str()) {
                naming.extend(lines);
            }
        }
        assert_eq!(naming.len(), 1, "{name} is named by {naming:#?}");
        assert!(naming[0].contains("connectors!("), "{name} is named by {naming:#?}");
    }
}
