//! What the documents say about connectors: their settings are those that they declare, and every configuration that is
//! printed passes `kontor check`. `KONTOR_UPDATE=1 cargo test --test it docs_connectors` writes what is generated.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use kontor::connectors::{Entry, Setting, Takes, entries};

use crate::docs_compat::compare;
use crate::samples::root;

const EXAMPLE: &str = "kontor.example.toml";
/// Characters of a line of the example.
const WIDTH: usize = 118;

fn type_of(setting: &Setting) -> String {
    match setting.takes {
        Takes::File | Takes::Folder => "path".to_owned(),
        Takes::Text | Takes::Secret => "text".to_owned(),
        Takes::Whole { from, to } => format!("{from} to {to}"),
        Takes::Texts => "list of texts".to_owned(),
        Takes::Flag => "true or false".to_owned(),
    }
}

/// The table of a connector's settings.
fn table(entry: &Entry) -> String {
    let mut text = "| key | type | default | example | meaning |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for setting in entry.settings {
        let default = match setting.default {
            _ if setting.required => "required".to_owned(),
            Some(default) => format!("`{default}`"),
            None => "none".to_owned(),
        };
        let (key, example) = (setting.key, setting.example);
        let _ = writeln!(text, "| `{key}` | {} | {default} | `{example}` | {} |", type_of(setting), setting.doc);
    }
    text.trim_end().to_owned()
}

/// A comment in the example, broken into lines.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = "#".to_owned();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(lines, "{line}");
            line = "#".to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

/// Where a secret of the example comes from.
fn variable(entry: &Entry, setting: &Setting) -> String {
    format!("{}_{}", entry.name, setting.key).to_uppercase()
}

/// A line of TOML, with secrets where they belong.
fn line(entry: &Entry, setting: &Setting) -> String {
    match setting.takes {
        Takes::Secret => format!("{}_env = \"{}\"\n", setting.key, variable(entry, setting)),
        _ => format!("{} = {}\n", setting.key, setting.example),
    }
}

/// The connector's part of the example, commented out.
fn commented(entry: &Entry) -> String {
    let mut text = "# [accounts.settings]\n".to_owned();
    for setting in entry.settings {
        let default = match setting.default {
            _ if setting.required => " Required.".to_owned(),
            Some(default) => format!(" Default: {default}."),
            None => String::new(),
        };
        text += &comment(&format!("{}{default}", setting.doc.replace('`', "")));
        text += &format!("# {}", line(entry, setting));
    }
    text
}

#[test]
fn the_documentation_lists_the_settings_that_connectors_declare() {
    for entry in entries() {
        compare("docs/CONFIGURATION.md", &format!("settings of {}", entry.name), &format!("{}\n", table(entry)));
    }
}

#[test]
fn the_example_shows_the_settings_that_connectors_declare() {
    let path = root().join(EXAMPLE);
    let page = std::fs::read_to_string(&path).unwrap();
    let mut new = page.clone();
    for entry in entries() {
        let (begin, end) = (format!("# ---- settings of {}\n", entry.name), format!("# ---- end of the settings of {}\n", entry.name));
        let (before, rest) = new.split_once(&begin).unwrap_or_else(|| panic!("{EXAMPLE} lacks {begin}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{EXAMPLE} lacks {end}"));
        new = format!("{before}{begin}{}{end}{after}", commented(entry));
    }
    if new != page {
        let update = std::env::var_os("KONTOR_UPDATE").is_some();
        assert!(update, "{EXAMPLE} differs from the connectors; run `KONTOR_UPDATE=1 cargo test --test it docs_connectors`");
        std::fs::write(path, new).unwrap();
    }
}

/// `kontor check` on a text; its complaints.
fn check(text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kontor.toml");
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command.arg("check").arg("--config").arg(&path).current_dir(folder.path());
    // Every secret is in the environment.
    for variable in text.lines().filter_map(|line| line.split_once("_env = \"")?.1.split('"').next()) {
        command.env(variable, "secret");
    }
    let output = command.output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn example() -> String {
    std::fs::read_to_string(root().join(EXAMPLE)).unwrap()
}

/// The lines of TOML in comments.
fn uncommented(text: &str) -> String {
    let is_toml = |line: &&str| {
        let key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        (line.starts_with('[') && line.ends_with(']'))
            || line.split_once(" = ").is_some_and(|(before, _)| !before.is_empty() && before.chars().all(key))
    };
    text.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_toml).fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn every_example_of_a_setting_passes_the_check() {
    for entry in entries() {
        let account = format!(
            "[[accounts]]\naccount_id = 7777\nmandator_id = 1\nidentifier = \"Example\"\nsub_channel_id = 9000\nconnector = \"{}\"\n\
             pricelist = \"default\"\nwarehouses = [\"standard\"]\n[accounts.settings]\n",
            entry.name
        );
        let settings = entry.settings.iter().fold(String::new(), |text, setting| text + &line(entry, setting));
        check(&format!("{}\n{account}{settings}", example())).unwrap_or_else(|text| panic!("{}: {text}", entry.name));
        let bare = format!("{}\n{account}no_such_key = 1\n{settings}", example());
        assert!(check(&bare).is_err_and(|text| text.contains("no_such_key")), "{}: the check looks at the settings", entry.name);
    }
}

#[test]
fn the_accounts_that_the_example_comments_out_pass_the_check() {
    let text = example();
    let (live, accounts) = text.split_once("# ---- more accounts\n").expect("a mark above the accounts that are commented out");
    let (_, sub_channels) = live.split_once("# [[sub_channels]]\n").expect("a sub channel for them");
    let sub_channels = sub_channels.split("\n\n").next().unwrap();
    let whole = format!("{live}\n[[sub_channels]]\n{}{}", uncommented(sub_channels), uncommented(accounts));
    check(&whole).unwrap_or_else(|complaints| panic!("{complaints}\n{whole}"));
    for entry in entries() {
        assert!(whole.contains(&format!("connector = \"{}\"", entry.name)), "no example of an account has the connector {}", entry.name);
    }
}

/// All pages for people.
fn pages() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/erp", "docs/channels"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    found.sort();
    found
}

#[test]
fn every_configuration_in_the_documents_passes_the_check() {
    let mut looked_at = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("\n```toml\n").skip(1) {
            let block = block.split("\n```").next().unwrap();
            // A part of a configuration stands at the end of a whole one.
            let whole = if block.contains("[[mandators]]") { block.to_owned() } else { format!("{}\n{block}\n", example()) };
            check(&whole).unwrap_or_else(|complaints| panic!("{}: {complaints}\n{block}", page.display()));
            looked_at += 1;
        }
    }
    assert!(looked_at > 0, "no page has a configuration");
}

#[test]
fn the_page_about_adding_a_connector_shows_the_diff_of_a_real_one() {
    let page = std::fs::read_to_string(root().join("docs/ADDING.md")).unwrap();
    let mut looked_at = 0;
    for block in page.split("\n```diff\n").skip(1).map(|block| block.split("\n```").next().unwrap()) {
        let (_, rest) = block.split_once("+++ b/").expect("the name of a file");
        let (file, lines) = rest.split_once('\n').unwrap();
        let real = std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for line in lines.lines().filter_map(|line| line.strip_prefix('+')) {
            assert!(real.lines().any(|known| known == line), "{file} has no line\n{line}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 40, "only {looked_at} lines");
}
