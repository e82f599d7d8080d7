//! `[mail]`: what is refused, and where templates come from.

use super::*;
use crate::domain::mail::MailEvent;

const MAIL: &str = r#"[mail]
host = "smtp.example.com"
[[mail.senders]]
mandator_id = 1
account_id = 1000
from = "shop@example.com"
events = ["shipped"]
"#;

fn with(mail: &str) -> String {
    format!("{SOUND}{mail}")
}

/// The faults, without the places.
fn texts(mail: &str) -> Vec<String> {
    let faults = try_load(&with(mail)).map(|_| ()).unwrap_err();
    faults.iter().map(|fault| format!("{}: {}", fault.path, fault.text)).collect()
}

#[test]
fn mails_are_off_unless_a_sender_names_what_is_mailed() {
    assert!(settings(SOUND).mail.is_none());
    let mail = settings(&with(MAIL)).mail.unwrap();
    assert_eq!((mail.port, mail.tls), (587, MailTls::Starttls));
    let [sender] = mail.senders.as_slice() else { panic!() };
    assert_eq!(sender.events, [MailEvent::Shipped]);
    assert!(mail.sender(MandatorId(1), None).is_none(), "phone sales have no sender");
    assert!(settings(&with("[mail]\nhost = \"smtp.example.com\"\n")).mail.unwrap().senders.is_empty());
    assert_eq!(
        texts(&MAIL.replace("events = [\"shipped\"]\n", "")),
        ["mail.senders[1].events: missing; expected what is mailed, some of: confirmed, paid, shipped, cancelled, refunded"]
    );
}

#[test]
fn each_slip_is_named_with_its_remedy() {
    for (from, to, fault) in [
        (
            "\"shipped\"",
            "\"shiped\"",
            "mail.senders[1].events: \"shiped\" is not known; did you mean \"shipped\"? Use one of: confirmed, paid, shipped, cancelled, refunded",
        ),
        (
            "shop@example.com",
            "Shop <shop@example.com>",
            "mail.senders[1].from: \"Shop <shop@example.com>\" has other characters before the @ than plain letters, digits and punctuation; write an address such as shop@example.com",
        ),
        (
            "account_id = 1000",
            "account_id = 999",
            "mail.senders[1].account_id: account 999 is not defined; define it under [[accounts]] or use one of: 1000",
        ),
        (
            "[mail]\n",
            "[mail]\ntls = \"none\"\n",
            "mail.tls: none, but \"smtp.example.com\" is another machine: addresses of buyers would travel in clear text; use starttls or implicit, or a server on this machine",
        ),
        (
            "[mail]\n",
            "[mail]\nusername = \"kontor\"\n",
            "mail.password: missing; expected the password of mail.username; better password_env or password_file",
        ),
        (
            "[mail]\n",
            "[mail]\npassword_env = \"SHOP_PASSWORD\"\n",
            "mail.password_env: does nothing without mail.username; set both, or remove it",
        ),
        (
            "[mail]\n",
            "[mail]\ntracking = { X = \"ftp://x\" }\n",
            "mail.tracking.X: \"ftp://x\" is no page; write one such as https://track.example.com/?id={number}",
        ),
        (
            "from = \"shop",
            "from_name = \"a\\nb\"\nfrom = \"shop",
            "mail.senders[1].from_name: contains a line break or another control character; write the name in one line",
        ),
    ] {
        assert_eq!(texts(&MAIL.replacen(from, to, 1)), [fault]);
    }
    let twice = format!("{MAIL}{}", MAIL.split_once("[[mail").map(|(_, rest)| format!("[[mail{rest}")).unwrap());
    assert_eq!(texts(&twice).len(), 1, "the same account twice");
}

#[test]
fn a_channel_that_mails_its_buyers_itself_gets_no_mails_from_kontor() {
    let text = with(MAIL).replace("connector = \"sandbox\"", "connector = \"vendure\"");
    let faults = try_load(&text).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].text, "the channel of account 1000 (vendure) mails its buyers itself; remove this sender");
}

#[test]
fn the_folder_of_templates_is_checked_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mails");
    std::fs::create_dir_all(mails.join("account-1000")).unwrap();
    std::fs::create_dir_all(mails.join("mandator-7")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(mails.join(name), text).unwrap();
    write("paid.de.txt", "Subject: Bezahlt {{ order.number }}\n\nDanke!\n");
    write("paid.de.html", "<p>Danke!</p>");
    write("account-1000/paid.de.txt", "Subject: Nur hier\nText");
    let text = with(&MAIL.replace("[mail]\n", "[mail]\ntemplates = \"mails\"\n"));
    let load = || load_in(folder.path(), &text, &Overrides::default(), &|_| Ok(()));
    let shown = |faults: Vec<Fault>| faults.iter().map(|fault| fault.text.replace(mails.to_str().unwrap(), "")).collect::<Vec<_>>();
    assert_eq!(
        shown(load().map(|_| ()).unwrap_err()),
        ["\"/mandator-7\" is no folder of templates; expected mandator-ID or account-ID with an id from this file"]
    );
    std::fs::remove_dir(mails.join("mandator-7")).unwrap();
    let templates = load().unwrap().settings.mail.unwrap().templates;
    let of = |scope| templates.get(&(scope, MailEvent::Paid, "de".to_owned())).unwrap();
    assert_eq!(
        (of(TemplateScope::All).subject.as_str(), of(TemplateScope::All).html.as_deref()),
        ("Bezahlt {{ order.number }}", Some("<p>Danke!</p>"))
    );
    assert_eq!(of(TemplateScope::Account(AccountId(1000))).text, "Text");
    write("bought.de.txt", "Subject: x\n");
    write("paid.en.txt", "no subject");
    write("paid.fr.txt", "Subject: x\n\n{{ order.number");
    write("shipped.de.html", "<p>");
    write("notes.md", "");
    let faults = shown(load().map(|_| ()).unwrap_err());
    for part in [
        "/bought.de.txt: \"bought\" is not known",
        "/paid.en.txt: expected \"Subject: …\"",
        "/paid.fr.txt: line 3: ",
        "/shipped.de.html: its text is missing",
        "/notes.md: expected a name such as",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:?}");
    }
    assert_eq!(faults.len(), 5, "{faults:?}");
}
