//! Faults are what an admin sees of this module, so the tests compare whole lines.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod documents;
mod exposed;
mod mail;
mod sources;

use std::path::Path;

use secrecy::ExposeSecret;

use crate::config::load::load_text;
use crate::config::secret::Secrets;
use crate::config::*;
use crate::domain::rate::{ChannelCall, Rate};
use crate::domain::{AccountId, MandatorId, WarehouseId};

const KNOWN: &[&str] = &["sandbox", "vendure"];

fn variables(name: &str) -> Option<String> {
    match name {
        "SHOP_PASSWORD" => Some("swordfish".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn load_in(folder: &Path, text: &str, overrides: &Overrides, check: &dyn Fn(&Account) -> Result<(), String>) -> Result<Loaded, Vec<Fault>> {
    let file = |account: &Account| {
        let path = account.settings.get("state_path").and_then(toml::Value::as_str);
        path.map(|path| ("state_path", path.into())).into_iter().collect()
    };
    let connectors = Connectors {
        known: KNOWN,
        check,
        files: &file,
        check_carrier: &|_| Ok(()),
        invents_orders: &|name| name == "sandbox",
        mails_buyers: &|name| name == "vendure",
    };
    load_text("kontor.toml", text, Secrets { env: &variables, folder }, overrides, &connectors)
}

fn try_load(text: &str) -> Result<Loaded, Vec<Fault>> {
    load_in(Path::new("/etc/kontor"), text, &Overrides::default(), &|_| Ok(()))
}

fn settings(text: &str) -> Settings {
    try_load(text).unwrap_or_else(|f| panic!("{}", lines(&f))).settings
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn faults(text: &str) -> String {
    lines(&try_load(text).map(|_| ()).unwrap_err())
}

/// A sound file of 31 lines; the tests spoil one place of it.
const SOUND: &str = r#"[server]
listen = "127.0.0.1:8080"
[database]
url = "data/kontor.sqlite"
[dispatch]
jitter = 0.2
[[users]]
name = "erp"
password_hash = "$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM"
role = "erp"
[[mandators]]
mandator_id = 1
identifier = "Example"
language = "en"
time_zone = "Europe/Berlin"
[[warehouses]]
warehouse_id = 1
mandator_id = 1
code = "standard"
[[pricelists]]
mandator_id = 1
identifier = "default"
currency = "EUR"
[[accounts]]
account_id = 1000
mandator_id = 1
identifier = "Phone"
sub_channel_id = 4100
connector = "sandbox"
pricelist = "default"
warehouses = ["standard"]
"#;

/// `SOUND` with one part replaced; the part must be there.
fn spoiled(part: &str, by: &str) -> String {
    assert!(SOUND.contains(part), "{part}");
    SOUND.replacen(part, by, 1)
}

#[track_caller]
fn one_fault(part: &str, by: &str, expected: &str) {
    assert_eq!(faults(&spoiled(part, by)), expected);
}

#[test]
fn a_sound_file_is_read_with_its_defaults() {
    let settings = settings(SOUND);
    assert_eq!(settings.database.expose_secret(), "/etc/kontor/data/kontor.sqlite");
    assert_eq!(settings.server.public_url, "http://127.0.0.1:8080");
    assert_eq!(settings.limits.records, 100_000);
    assert_eq!(settings.dispatch.retry_ladder.len(), 7);
    assert_eq!(settings.warehouses[0].identifier, "standard");
    assert_eq!(settings.sub_channel(PHONE_SALES).unwrap().channel, "Manual Sales");
    let account = settings.account(AccountId(1000)).unwrap();
    assert_eq!((account.warehouses.as_slice(), account.language.as_str()), ([WarehouseId(1)].as_slice(), "en"));
    assert_eq!((account.order_number_prefix.as_str(), account.listing), ("1000-", Listing::ByCall));
}

#[test]
fn every_fault_is_named_and_not_only_the_first() {
    let text = spoiled("role = \"erp\"", "role = \"boss\"\nrol = 1")
        .replace("time_zone = \"Europe/Berlin\"", "time_zone = \"Berlin\"")
        .replace("warehouse_id = 1", "warehouse_id = \"1\"")
        .replace("currency = \"EUR\"", "currency = \"Euro\"");
    assert_eq!(
        faults(&text),
        "\
kontor.toml:10:8: users[1].role: \"boss\" is not a known value; use one of: read, erp, admin
kontor.toml:11:1: users[1].rol: \"rol\" is not a known key; did you mean \"role\"? Use one of: name, password_hash, \
password_hash_env, password_hash_file, role, mandators, replay_by_content, strict, ws_security, password_env, password_file
kontor.toml:16:13: mandators[1].time_zone: \"Berlin\" is not an IANA time zone; did you mean \"Europe/Berlin\"?
kontor.toml:18:16: warehouses[1].warehouse_id: found string \"1\", expected a whole number without quotes
kontor.toml:24:12: pricelists[1].currency: \"Euro\" is not the ISO 4217 code of a currency; write three capitals, such as EUR"
    );
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let text = faults(&spoiled("jitter = 0.2", "jitter = "));
    assert!(text.starts_with("kontor.toml:6:"), "{text}");
    assert!(text.contains("not valid TOML"), "{text}");
    let text = faults(&spoiled("jitter = 0.2", "jitter = 0.2\njitter = 0.3"));
    assert!(text.starts_with("kontor.toml:7:1: not valid TOML: duplicate key"), "{text}");
}

#[test]
fn a_table_in_single_brackets_is_explained() {
    one_fault(
        "[[pricelists]]",
        "[pricelists]",
        "kontor.toml:20:1: pricelists: found a table, expected a list of tables; write [[pricelists]] with two brackets\n\
         kontor.toml:30:13: accounts[1].pricelist: price list \"default\" of mandator 1 is not defined; define it \
         under [[pricelists]]",
    );
}

#[test]
fn values_of_the_wrong_kind_are_explained() {
    let text = format!("accounts = [1]\nlimits = 3\n{}", SOUND.split("[[accounts]]").next().unwrap());
    assert_eq!(
        faults(&text.replace("jitter = 0.2", "wait_ms = 99999999999999999999")),
        "\
kontor.toml:1:13: accounts: found integer 1, expected a table; write [[accounts]]
kontor.toml:2:10: limits: found integer 3, expected a table; write [limits]
kontor.toml:8:11: dispatch.wait_ms: found integer 99999999999999999999, expected a whole number below 9223372036854775808"
    );
}

#[test]
fn references_name_what_is_defined() {
    one_fault(
        "warehouses = [\"standard\"]",
        "warehouses = [\"standard\", \"main\"]",
        "kontor.toml:31:27: accounts[1].warehouses: warehouse \"main\" is not defined; define it under [[warehouses]] \
         or use one of: standard",
    );
    one_fault(
        "pricelist = \"default\"",
        "pricelist = \"defualt\"",
        "kontor.toml:30:13: accounts[1].pricelist: price list \"defualt\" of mandator 1 is not defined; define it \
         under [[pricelists]] or use one of: default",
    );
    one_fault(
        "sub_channel_id = 4100",
        "sub_channel_id = 9000",
        "kontor.toml:28:18: accounts[1].sub_channel_id: sub channel 9000 is not defined; define it under \
         [[sub_channels]] or use one of: 4100",
    );
    one_fault(
        "mandator_id = 1\ncode",
        "mandator_id = 2\ncode",
        "kontor.toml:18:15: warehouses[1].mandator_id: mandator 2 is not defined; define it under [[mandators]] or \
         use one of: 1\n\
         kontor.toml:31:15: accounts[1].warehouses: warehouse \"standard\" is not defined; define it under \
         [[warehouses]]",
    );
    one_fault(
        "role = \"erp\"",
        "role = \"erp\"\nmandators = [1, 3]",
        "kontor.toml:11:17: users[1].mandators: mandator 3 is not defined; define it under [[mandators]] or use one \
         of: 1",
    );
    one_fault(
        "connector = \"sandbox\"",
        "connector = \"vendur\"",
        "kontor.toml:29:13: accounts[1].connector: connector \"vendur\" is not known; did you mean \"vendure\"? Use \
         one of: sandbox, vendure",
    );
}

#[test]
fn ids_and_codes_are_unique_and_in_range() {
    let more = "[[warehouses]]\nwarehouse_id = 1\nmandator_id = 1\ncode = \"STANDARD\"\n";
    assert_eq!(
        faults(&format!("{SOUND}{more}")),
        "\
kontor.toml:33:16: warehouses[2].warehouse_id: \"1\" is already taken in line 17; choose another one
kontor.toml:35:8: warehouses[2].code: \"standard\" is already taken in line 19; choose another one"
    );
    one_fault(
        "account_id = 1000",
        "account_id = 2147483648",
        "kontor.toml:25:14: accounts[1].account_id: 2147483648 is out of range; ids are whole numbers from 1 to 2147483647",
    );
    one_fault("account_id = 1000\n", "", "kontor.toml:24:1: accounts[1].account_id: missing; expected a whole number from 1 to 2147483647");
    let built_in = "[[sub_channels]]\nsub_channel_id = 4100\nidentifier = \"Phone\"\nchannel = \"Phone\"\n";
    assert_eq!(
        faults(&format!("{SOUND}{built_in}")),
        "kontor.toml:33:18: sub_channels[1].sub_channel_id: 4100 is built in (Telefonverkauf) and cannot be \
         redefined; choose another id"
    );
}

#[test]
fn further_price_lists_exist_once_and_in_one_currency() {
    let more = "[[pricelists]]\nmandator_id = 1\nidentifier = \"sale\"\ncurrency = \"EUR\"\n[[pricelists]]\nmandator_id = 1\nidentifier = \"us\"\ncurrency = \"USD\"\n[[accounts]]";
    let file = |lists: &str| spoiled("[[accounts]]", more) + &format!("further_pricelists = [{lists}]\n");
    assert_eq!(settings(&file("\"sale\"")).accounts[0].pricelists, ["default", "sale"]);
    assert_eq!(
        faults(&file("\"sale\", \"us\", \"sale\", \"salle\"")),
        "\
kontor.toml:40:31: accounts[1].further_pricelists: price list \"us\" is in USD, the first one of the account in EUR; name one in EUR
kontor.toml:40:37: accounts[1].further_pricelists: price list \"sale\" is named twice; remove one
kontor.toml:40:45: accounts[1].further_pricelists: price list \"salle\" of mandator 1 is not defined; define it under [[pricelists]] or did you mean \"sale\"? Use one of: default, sale, us"
    );
}

#[test]
fn tax_classes_are_of_the_three_tax_types() {
    let file = |more: &str| format!("{SOUND}[accounts.tax_classes]\n{more}");
    assert_eq!(settings(&file("3 = \"Standard\"\n")).accounts[0].preparation.tax_classes, BTreeMap::from([(3, "Standard".to_owned())]));
    assert_eq!(
        faults(&file("7 = \"Books\"\n2 = \" \"\n")),
        "\
kontor.toml:33:5: accounts[1].tax_classes: tax type \"7\" does not exist; use 1 (tax free), 2 (reduced) or 3 (normal)
kontor.toml:34:5: accounts[1].tax_classes: \"2\" leads to an empty text; write the channel's tax class"
    );
}

#[test]
fn rate_limits_and_the_silence_alarm_are_read_and_checked() {
    let more = "silence_alarm_hours = 48\n[accounts.rate_limits]\nsubmit = { calls = 5, seconds = 2 }\n[accounts.rate_limits.list_offers]\ncalls = 1\nseconds = 3600\n";
    let account = settings(&format!("{SOUND}{more}")).account(AccountId(1000)).unwrap().clone();
    let rate = |calls, seconds| Rate { calls, period: Duration::from_secs(seconds) };
    assert_eq!(account.rate_limits, Rates::from([(ChannelCall::Submit, rate(5, 2)), (ChannelCall::ListOffers, rate(1, 3600))]));
    assert_eq!(account.silence_alarm, Some(Duration::from_secs(48 * 3600)));
    assert_eq!(
        faults(&format!("{SOUND}silence_alarm_hours = 0\n[accounts.rate_limits]\nsubmit = {{ calls = 0 }}\nsubmits = 1\npull_orders = 5\n")),
        "\
kontor.toml:32:23: accounts[1].silence_alarm_hours: 0 is out of range; expected 1 to 8760
kontor.toml:34:10: accounts[1].rate_limits.submit.seconds: missing; expected a whole number from 1 to 86400
kontor.toml:34:20: accounts[1].rate_limits.submit.calls: 0 is out of range; expected 1 to 1000000
kontor.toml:35:1: accounts[1].rate_limits.submits: \"submits\" is not a known key; did you mean \"submit\"? Use one of: submit, pull_orders, push_fact, list_offers, poll_task, read_back, transfer, pull_contacts, categories
kontor.toml:36:15: accounts[1].rate_limits.pull_orders: found integer 5, expected a table; write [accounts.rate_limits.pull_orders]"
    );
}

#[test]
fn users_need_a_name_without_colon_and_an_argon2id_hash() {
    one_fault(
        "name = \"erp\"",
        "name = \"e:rp\"",
        "kontor.toml:8:8: users[1].name: \"e:rp\" contains a colon, which HTTP Basic cannot carry in a name; choose \
         another name",
    );
    let text = spoiled("$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6", "hunter2");
    let text = faults(&text);
    assert!(text.starts_with("kontor.toml:9:17: users[1].password_hash: not a password hash in PHC form ("), "{text}");
    assert!(text.ends_with("`kontor user hash` prints one") && !text.contains("hunter2"), "{text}");
    one_fault(
        "$argon2id$",
        "$argon2i$",
        "kontor.toml:9:17: users[1].password_hash: algorithm \"argon2i\" is not supported, expected argon2id; `kontor \
         user hash` prints one",
    );
    one_fault(
        "role = \"erp\"",
        "role = \"erp\"\npassword_hash_env = \"X\"",
        "kontor.toml:11:21: users[1].password_hash_env: given beside password_hash; keep only one of password_hash, \
         password_hash_env and password_hash_file",
    );
}

#[test]
fn a_secret_of_the_wrong_type_is_not_repeated() {
    let text = spoiled("password_hash = \"", "password_hash = 4711 # \"");
    assert_eq!(faults(&text), "kontor.toml:9:17: users[1].password_hash: found integer, expected text in \"quotes\"");
}

#[test]
fn addresses_and_numbers_are_checked() {
    one_fault(
        "127.0.0.1:8080",
        "localhost:8080",
        "kontor.toml:2:10: server.listen: \"localhost:8080\" is not an IP address with a port; write one such as \
         127.0.0.1:8080 or [::]:8080",
    );
    one_fault(
        "[database]",
        "public_url = \"https://erp.example.com/\"\n[database]",
        "kontor.toml:3:14: server.public_url: \"https://erp.example.com/\" ends with a slash; write \
         https://erp.example.com",
    );
    one_fault(
        "[database]",
        "public_url = \"ftp://erp.example.com\"\n[database]",
        "kontor.toml:3:14: server.public_url: \"ftp://erp.example.com\" does not start with http:// or https:// and a \
         host; write one such as https://kontor.example.com",
    );
    one_fault(
        "127.0.0.1:8080",
        "0.0.0.0:8080",
        "kontor.toml:1:1: server.public_url: missing; expected the address clients use, because they cannot call \
         0.0.0.0:8080; such as https://kontor.example.com",
    );
    one_fault(
        "data/kontor.sqlite",
        "mysql://host/kontor",
        "kontor.toml:4:7: database.url: \"mysql\" is not a known kind of database; write the path of an SQLite file \
         or postgres://user@host/database",
    );
    // Without the address, of which the password is a part.
    one_fault(
        "data/kontor.sqlite",
        "postgres://u:S3cretPw%zz@host/kontor",
        "kontor.toml:4:7: database.url: has a % without two hexadecimal digits behind it; write postgres://user@host/database, with \
         special characters of the password percent-encoded (% itself as %25)",
    );
    one_fault(
        "jitter = 0.2",
        "jitter = 1.5\nretry_ladder_seconds = []\nlease_seconds = 1",
        "kontor.toml:6:10: dispatch.jitter: 1.5 is out of range; expected a fraction from 0 to 1, default 0.2\n\
         kontor.toml:7:24: dispatch.retry_ladder_seconds: the list is empty; write at least one pause in seconds, \
         such as [5, 30, 120]\n\
         kontor.toml:8:17: dispatch.lease_seconds: 1 is out of range; expected 5 to 3600, default 30",
    );
    one_fault(
        "jitter = 0.2",
        "retry_ladder_seconds = [5, 0]",
        "kontor.toml:6:28: dispatch.retry_ladder_seconds: 0 is out of range; expected pauses of 1 to 604800 seconds",
    );
}

#[test]
fn an_empty_file_says_what_it_needs_at_least() {
    assert_eq!(
        faults(""),
        "\
kontor.toml: mandators: missing; expected at least one [[mandators]] entry; an ERP with one company needs exactly one
kontor.toml: users: missing; expected at least one [[users]] entry; `kontor user hash` prints one to paste"
    );
}

#[test]
fn clear_text_passwords_on_the_network_are_a_warning() {
    let text = spoiled("127.0.0.1:8080\"", "0.0.0.0:8080\"\npublic_url = \"http://erp.example.com\"");
    let warnings = lines(&try_load(&text).unwrap().warnings);
    assert!(warnings.starts_with("kontor.toml:3:14: server.public_url: \"http://erp.example.com\" is not encrypted"));
    let text = spoiled("127.0.0.1:8080\"", "0.0.0.0:8080\"\npublic_url = \"https://erp.example.com\"");
    assert!(!lines(&try_load(&text).unwrap().warnings).contains("public_url"));
}

#[test]
fn the_preparation_of_an_account_is_checked() {
    let text = format!(
        "{SOUND}title_rule = \"{{{{ item.identifier\"\ndescription_template = \" \"\nimage_order = [1, 1, 0]\nshipping_groups = [\"\"]\n\
         [accounts.category_mapping]\nkitchen = \" \"\n"
    );
    let faults = faults(&text);
    for expected in [
        "accounts[1].title_rule: line 1: syntax error",
        "accounts[1].description_template: \"\" is empty",
        "accounts[1].image_order: image module type 1 is named twice",
        "accounts[1].image_order: 0 is out of range",
        "accounts[1].shipping_groups: \"\" is empty",
        "accounts[1].category_mapping: \"kitchen\" leads to an empty text",
    ] {
        assert!(faults.contains(expected), "{expected}\n{faults}");
    }
    let text =
        format!("{SOUND}title_rule = \"{{{{ item.identifier }}}}\"\nimage_order = [3, 1]\n[accounts.category_mapping]\nkitchen = \"42\"\n");
    let preparation = &settings(&text).accounts[0].preparation;
    assert_eq!((preparation.image_order.as_slice(), preparation.category_mapping["kitchen"].as_str()), ([3, 1].as_slice(), "42"));
}

#[test]
fn a_text_is_in_the_language_of_the_mandator_it_is_about_or_the_one_that_the_users_mandators_share() {
    let mut settings = super::fixture::settings();
    settings.mandators.truncate(1);
    settings.mandators[0].language = Language::De;
    let user = super::fixture::user("erp");
    assert_eq!(settings.language_for(&user, None), Language::De);
    let mut second = settings.mandators[0].clone();
    (second.mandator_id, second.language) = (MandatorId(2), Language::En);
    settings.mandators.push(second);
    assert_eq!(settings.language_for(&user, None), Language::En);
    assert_eq!(settings.language_for(&user, Some(MandatorId(1))), Language::De);
    let only_first = super::User { mandators: vec![MandatorId(1)], ..user };
    assert_eq!(settings.language_for(&only_first, None), Language::De);
    assert_eq!(settings.language_for(&only_first, Some(MandatorId(2))), Language::De);
}
