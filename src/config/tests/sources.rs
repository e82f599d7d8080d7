//! What comes from outside the file: command line, environment, secret files, the connector's own check.

use super::*;

#[test]
fn the_command_line_goes_before_the_file() {
    let overrides = Overrides { listen: Some("127.0.0.1:9999".parse().unwrap()), database: Some("here.sqlite".to_owned()) };
    let settings = load_in(Path::new("/etc"), SOUND, &overrides, &|_| Ok(())).unwrap().settings;
    assert_eq!(settings.server.public_url, "http://127.0.0.1:9999");
    assert_eq!(settings.database.expose_secret(), "here.sqlite");
}

#[test]
fn secrets_of_a_connector_come_from_the_environment_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "t0ken\n").unwrap();
    let text = format!("{SOUND}[accounts.settings]\npassword_env = \"SHOP_PASSWORD\"\ntoken_file = \"token\"\nid = 5\n");
    let loaded = load_in(folder.path(), &text, &Overrides::default(), &|_| Ok(())).unwrap();
    let account = &loaded.settings.accounts[0];
    let expected: toml::Table = toml::from_str("password = \"swordfish\"\ntoken = \"t0ken\"\nid = 5").unwrap();
    assert_eq!(account.settings, expected);
    let printed = format!("{loaded:?}");
    assert!(!printed.contains("swordfish") && !printed.contains("t0ken"), "{printed}");
}

#[test]
fn a_missing_secret_is_a_fault_with_its_line() {
    let text = "[accounts.settings]\npassword_env = \"NOPE\"\ntoken_file = \"nope\"\nkey_env = \"EMPTY\"\nurl = \"u\"\nurl_env = \"U\"\n";
    assert_eq!(
        faults(&format!("{SOUND}{text}")),
        "\
kontor.toml:33:16: accounts[1].settings.password_env: environment variable \"NOPE\" is not set; set it in the \
environment of the kontor process
kontor.toml:34:14: accounts[1].settings.token_file: file \"/etc/kontor/nope\" cannot be read: No such file or \
directory (os error 2); create it with the secret as its only line
kontor.toml:35:11: accounts[1].settings.key_env: environment variable \"EMPTY\" is empty; put the secret there
kontor.toml:37:11: accounts[1].settings.url_env: given beside another source of url; keep only one of url, url_env \
and url_file"
    );
}

#[test]
fn users_may_log_in_with_a_username_token_where_it_is_set() {
    let user = |text: &str| settings(text).users.remove(0);
    assert!(user(SOUND).ws_security.is_none());
    let text = spoiled("role = \"erp\"", "role = \"erp\"\nws_security = \"text\"");
    assert!(matches!(user(&text).ws_security, Some(WsSecurity::Text)));
    let hash = SOUND.lines().find(|line| line.starts_with("password_hash")).unwrap();
    let text = spoiled(hash, "ws_security = \"digest\"\npassword_env = \"SHOP_PASSWORD\"");
    let digest = user(&text);
    let Some(WsSecurity::Digest(password)) = &digest.ws_security else { panic!("{digest:?}") };
    assert_eq!(password.expose_secret(), "swordfish");
    assert!(digest.password_hash.expose_secret().starts_with("$argon2id$"), "HTTP Basic works, too");
    assert!(!format!("{digest:?}").contains("swordfish"));
}

#[test]
fn the_clear_password_belongs_to_digests_and_stands_elsewhere() {
    let hash = SOUND.lines().find(|line| line.starts_with("password_hash")).unwrap();
    for (keys, fault) in [
        ("ws_security = \"digest\"", "password_env: missing; expected the name of an environment variable that holds the password"),
        ("ws_security = \"digest\"\npassword_env = \"NOPE\"", "password_env: environment variable \"NOPE\" is not set"),
        (&format!("{hash}\nws_security = \"digest\"\npassword_env = \"SHOP_PASSWORD\""), "password_hash: not for ws_security = \"digest\""),
        (&format!("{hash}\npassword_env = \"SHOP_PASSWORD\""), "password_env: only for ws_security = \"digest\""),
        (&format!("{hash}\nws_security = \"text\"\npassword_file = \"x\""), "password_file: only for ws_security = \"digest\""),
        (&format!("{hash}\nws_security = \"basic\""), "ws_security: \"basic\" is not a known value; use one of: text, digest"),
        ("password = \"x\"", "password: \"password\" is not a known key"),
    ] {
        let found = faults(&spoiled(hash, keys));
        assert!(found.contains(&format!("users[1].{fault}")), "{keys}: {found}");
    }
}

#[test]
fn what_the_connector_says_is_shown_at_its_key() {
    let text = format!("{SOUND}[accounts.settings]\nurl = \"nowhere\"\n");
    let at_key = |_: &Account| Err("account 1000, [accounts.settings] url: \"nowhere\" is not an address".to_owned());
    let faults = load_in(Path::new(""), &text, &Overrides::default(), &at_key).unwrap_err();
    assert_eq!(lines(&faults), "kontor.toml:33:7: accounts[1].settings.url: \"nowhere\" is not an address");
    let missing = |_: &Account| Err("[accounts.settings] username: missing".to_owned());
    let faults = load_in(Path::new(""), &text, &Overrides::default(), &missing).unwrap_err();
    assert_eq!(lines(&faults), "kontor.toml:32:1: accounts[1].settings.username: missing");
}
