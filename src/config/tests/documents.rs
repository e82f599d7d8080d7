//! The example, the documentation and the demo hold what they promise.

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use secrecy::ExposeSecret;

use super::*;

const EXAMPLE: &str = include_str!("../../../kontor.example.toml");

#[test]
fn the_example_passes_its_own_check() {
    let loaded = try_load(EXAMPLE).unwrap_or_else(|f| panic!("{}", lines(&f)));
    assert!(loaded.warnings.is_empty());
    let hash = loaded.settings.users[0].password_hash.expose_secret().to_owned();
    let hash = PasswordHash::new(&hash).unwrap();
    assert!(Argon2::default().verify_password(b"example", &hash).is_ok());
}

#[test]
fn the_commented_keys_of_the_example_are_the_defaults() {
    // The commented numbers of the process sections, taken as they are written.
    let part = EXAMPLE.split("[limits]").nth(1).unwrap().split("# Who may call").next().unwrap();
    let keys = part.lines().map(|l| l.strip_prefix("# ").filter(|l| is_key(l)).unwrap_or(l));
    let limits = keys.collect::<Vec<_>>().join("\n");
    let written = settings(&spoiled("[dispatch]\njitter = 0.2", &format!("[limits]{limits}")));
    let silent = settings(SOUND);
    assert_eq!(format!("{:?}", written.limits), format!("{:?}", silent.limits));
    assert_eq!(format!("{:?}", written.replay), format!("{:?}", silent.replay));
    assert_eq!(format!("{:?}", written.dispatch), format!("{:?}", silent.dispatch));
}

fn is_key(line: &str) -> bool {
    line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

#[test]
fn the_documentation_and_the_example_name_every_key() {
    use crate::config::raw::*;
    let doc = include_str!("../../../docs/CONFIGURATION.md");
    let example: Vec<&str> = EXAMPLE.lines().map(|l| l.trim_start_matches("# ")).filter(|l| is_key(l)).collect();
    for key in example.iter().filter_map(|l| l.split(" = ").next()).filter(|k| !["DHL", "EXPRESS", "kitchen", "parcel"].contains(k)) {
        assert!(doc.contains(&format!("`{key}`")), "docs/CONFIGURATION.md does not name {key}");
    }
    for key in RawPayments::KEYS.iter().filter(|key| **key != "look_seconds") {
        let section = format!("[[payments.{key}]]");
        assert!(doc.contains(&section) && EXAMPLE.contains(&section), "{section}");
    }
    for section in RawFile::KEYS {
        assert!(doc.contains(&format!("[{section}]")), "docs/CONFIGURATION.md has no section {section}");
        assert!(EXAMPLE.contains(&format!("[{section}]")), "kontor.example.toml has no section {section}");
    }
    let sections = [
        RawServer::KEYS,
        RawDatabase::KEYS,
        RawLimits::KEYS,
        RawReplay::KEYS,
        RawDispatch::KEYS,
        RawCalls::KEYS,
        RawAlarms::KEYS,
        RawUser::KEYS,
        RawFileFolder::KEYS,
        RawMandator::KEYS,
        RawSeller::KEYS,
        RawCarrier::KEYS,
        RawWarehouse::KEYS,
        RawPricelist::KEYS,
        RawSubChannel::KEYS,
        RawPaymentMethod::KEYS,
        RawOrderTag::KEYS,
        RawShippingCarrier::KEYS,
        RawDispatchType::KEYS,
        RawSupplier::KEYS,
        RawMediaType::KEYS,
        RawMail::KEYS,
        RawMailSender::KEYS,
        RawPaymentFolder::KEYS,
        RawPaymentInstruction::KEYS,
        RawAccount::KEYS,
        RawRateLimits::KEYS,
    ];
    for key in sections.concat() {
        assert!(doc.contains(&format!("| `{key}` |")), "docs/CONFIGURATION.md has no row for {key}");
        let written = example.iter().any(|l| l.starts_with(&format!("{key} = ")));
        assert!(
            written || ["accounts", "mail"].iter().any(|section| EXAMPLE.contains(&format!("[{section}.{key}]"))),
            "kontor.example.toml does not show {key}"
        );
    }
}

#[test]
fn the_documentation_names_the_parts_of_a_rate() {
    let doc = include_str!("../../../docs/CONFIGURATION.md");
    let (_, section) = doc.split_once("### `[accounts.rate_limits]`").unwrap();
    for key in crate::config::raw::RawRate::KEYS {
        assert!(section.contains(&format!("{key} = ")) && section.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn the_faults_in_the_documentation_are_the_real_ones() {
    let doc = include_str!("../../../docs/CONFIGURATION.md");
    let text = spoiled("role = \"erp\"", "role = \"boss\"")
        .replace("Europe/Berlin", "Berlin")
        .replace("warehouses = [\"standard\"]", "warehouses = [\"main\"]");
    let text = text + "[accounts.settings]\npassword_env = \"NOPE\"\n";
    let shown: Vec<&str> = doc.lines().filter(|l| l.starts_with("kontor.toml:")).collect();
    assert_eq!(shown.join("\n"), faults(&text));
}

#[test]
fn the_demo_users_have_the_password_the_banner_tells() {
    let settings = Settings::demo("0.0.0.0:8080".parse().unwrap(), "demo.sqlite");
    for user in &settings.users {
        let hash = PasswordHash::new(user.password_hash.expose_secret()).unwrap();
        assert!(Argon2::default().verify_password(demo::DEMO_PASSWORD.as_bytes(), &hash).is_ok());
    }
    let banner = demo::banner(&settings);
    for part in ["http://localhost:8080/ws/v1?wsdl", "/ws/connect?wsdl", "/sandbox/1000", "its passwords are public"] {
        assert!(banner.contains(part), "{part}");
    }
}

#[test]
fn a_fresh_hash_is_accepted_and_fits_the_password() {
    let hash = password::hash("grün").unwrap();
    assert_eq!(password::check(&hash), Ok(()));
    assert!(Argon2::default().verify_password("grün".as_bytes(), &PasswordHash::new(&hash).unwrap()).is_ok());
    assert_ne!(password::hash("grün").unwrap(), hash);
}

#[test]
fn a_database_address_is_shown_without_its_password() {
    assert_eq!(database::for_display("postgres://kontor:secret@db:5432/shop?password=x"), "postgres://db/shop");
    assert_eq!(database::for_display("kontor.sqlite"), "kontor.sqlite");
}
