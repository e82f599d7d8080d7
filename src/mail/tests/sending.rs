//! What becomes of a mail, whatever the server does.

use super::senders as senders_of;
use super::server::{Server, Whim, head};
use super::*;
use crate::mail::{Next, without_addresses};
use crate::store::mails::Claimed;
use crate::store::messages;

fn step(postman: &mut Postman, now: Stamp) -> Next {
    postman.step(now).unwrap()
}

/// Steps until nothing is due.
fn drain(postman: &mut Postman, now: Stamp) {
    for _ in 0..50 {
        if step(postman, now) != Next::Again {
            return;
        }
    }
    panic!("the mails do not end");
}

fn why(store: &Store) -> Option<String> {
    rows(store).pop().unwrap().last_error
}

#[test]
fn a_mail_is_sent_once_with_what_a_reader_and_other_machines_need() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        order(store, "A-1");
        drain(&mut postman, now());
        drain(&mut postman, later(1));
        assert_eq!(states(store), [(MailEvent::Confirmed, MailState::Sent)]);
        let mails = server.mails();
        let [mail] = mails.as_slice() else { panic!("{mails:?}") };
        let row = rows(store).pop().unwrap();
        assert_eq!(head(mail, "Message-ID"), [format!("<{}@example.com>", row.message_key)]);
        assert_eq!(head(mail, "From"), ["Tassenshop <shop@example.com>"]);
        assert_eq!(head(mail, "To"), ["\"Jane Doe\" <jane@example.com>"]);
        assert_eq!(head(mail, "Reply-To"), ["service@example.com"]);
        assert_eq!(head(mail, "Auto-Submitted"), ["auto-generated"]);
        assert_eq!(head(mail, "Subject"), ["Ihre Bestellung A-1 bei Tassenshop"]);
        assert_eq!(head(mail, "Date").len(), 1);
        assert!(mail.contains("2 x Cup: 12,90 EUR") && mail.contains("Gesamtbetrag: 35,70 EUR"), "{mail}");
        assert_eq!(row.recipient.as_deref(), Some("jane@example.com"));
    });
}

#[test]
fn a_mail_whose_answer_was_lost_goes_again_under_the_same_message_id() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        order(store, "A-1");
        server.whims([Whim::LoseAnswer]);
        step(&mut postman, now());
        assert_eq!(states(store), [(MailEvent::Confirmed, MailState::Waiting)]);
        drain(&mut postman, later(1));
        assert_eq!(states(store), [(MailEvent::Confirmed, MailState::Sent)]);
        let ids: Vec<String> = server.mails().iter().flat_map(|mail| head(mail, "Message-ID")).collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1]);
    });
}

#[test]
fn two_processes_never_send_the_same_mail() {
    on_stores(|store| {
        postman(store, mail_at(25));
        order(store, "A-1");
        let claim = |at: Stamp| store.write(move |tx| mails::claim(tx, at, 1000, Stamp(at.0 + 60_000_000))).unwrap();
        let at = now();
        assert!(matches!(claim(at), Claimed::Mail(_)));
        assert_eq!(claim(at), Claimed::At(Some(Stamp(at.0 + 60_000_000))), "the other one waits until the attempt must have ended");
        let after_a_crash = claim(Stamp(at.0 + 60_000_000));
        assert!(matches!(after_a_crash, Claimed::Mail(row) if row.attempts == 2));
    });
}

#[test]
fn mails_about_an_order_go_in_their_order_and_those_of_others_do_not_wait() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        let first = order(store, "A-1");
        store.write(move |tx| orders::add_packet(tx, first, Default::default(), &[])).unwrap();
        order(store, "A-2");
        server.whims([Whim::Answer("RCPT", "451 try later")]);
        drain(&mut postman, now());
        let subjects: Vec<String> = server.mails().iter().flat_map(|mail| head(mail, "Subject")).collect();
        assert_eq!(subjects, ["Ihre Bestellung A-2 bei Tassenshop"]);
        drain(&mut postman, later(1));
        let subjects: Vec<String> = server.mails().iter().flat_map(|mail| head(mail, "Subject")).collect();
        assert_eq!(subjects[1..], ["Ihre Bestellung A-1 bei Tassenshop", "Ihre Bestellung A-1 ist unterwegs"]);
    });
}

#[test]
fn a_refused_address_is_reported_once_and_holds_up_nobody() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        order(store, "A-1");
        order(store, "A-2");
        server.whims([Whim::Answer("RCPT", "550 5.1.1 <jane@example.com> unknown")]);
        drain(&mut postman, now());
        assert_eq!(states(store), [(MailEvent::Confirmed, MailState::Refused), (MailEvent::Confirmed, MailState::Sent)]);
        let told = store.read(|conn| messages::since(conn, AccountId(101), &["MAIL_NOT_SENT"], Stamp(0))).unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].text(crate::domain::Reader::ADMIN).contains("550"), "{}", told[0].text(crate::domain::Reader::ADMIN));
        let number = rows(store)[0].mail_id;
        assert!(store.write(move |tx| mails::retry(tx, number)).unwrap());
        drain(&mut postman, later(1));
        assert_eq!(states(store).iter().filter(|(_, state)| *state == MailState::Sent).count(), 2);
        assert!(!store.write(move |tx| mails::retry(tx, number)).unwrap(), "what was sent is not sent again");
    });
}

#[test]
fn while_the_server_is_down_one_attempt_speaks_for_all_and_the_first_success_ends_it() {
    on_stores(|store| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = listener.local_addr().unwrap().port();
        drop(listener);
        let mut postman = postman(store, mail_at(closed));
        for number in ["A-1", "A-2", "A-3"] {
            order(store, number);
        }
        drain(&mut postman, now());
        let tried: Vec<i32> = rows(store).iter().map(|row| row.attempts).collect();
        assert_eq!(tried, [1, 0, 0]);
        assert!(why(store).is_none());
        let Next::At(Some(rests_until)) = step(&mut postman, now()) else { panic!() };
        let server = Server::start();
        postman.mail.port = server.port;
        drain(&mut postman, Stamp(rests_until.0 - 1));
        assert_eq!(server.connections(), 0);
        drain(&mut postman, later(1));
        assert_eq!(server.mails().len(), 3);
    });
}

#[test]
fn a_server_that_is_down_for_too_long_has_its_mails_given_up_and_reported() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        order(store, "A-1");
        server.whims([Whim::Answer("MAIL", "451 full")]);
        step(&mut postman, now());
        drain(&mut postman, later(73));
        assert_eq!(states(store), [(MailEvent::Confirmed, MailState::GaveUp)]);
        assert!(why(store).unwrap().contains("full"));
        assert_eq!(server.mails().len(), 0, "nobody wants to hear it after three days");
        let told = store.read(|conn| messages::since(conn, AccountId(101), &["MAIL_NOT_SENT"], Stamp(0))).unwrap();
        assert_eq!(told.len(), 1);
    });
}

#[test]
fn no_more_mails_go_in_a_minute_than_the_server_allows() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, Mail { per_minute: 2, ..mail_at(server.port) });
        for number in ["A-1", "A-2", "A-3"] {
            order(store, number);
        }
        let at = now();
        drain(&mut postman, at);
        assert_eq!(server.mails().len(), 2);
        assert_eq!(step(&mut postman, at), Next::At(Some(Stamp(at.0 + 60_000_000))));
        drain(&mut postman, Stamp(at.0 + 60_000_000));
        assert_eq!(server.mails().len(), 3);
        assert_eq!(server.connections(), 1, "the connection is kept for the next mail");
    });
}

#[test]
fn addresses_that_get_no_mail_are_left_out_and_missing_or_broken_ones_refused() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        for (n, email) in
            ["abc@marketplace.amazon.de", "", "jane@example.com\r\nRCPT TO:<all@example.com>", "jürgen@example.com"].into_iter().enumerate()
        {
            let write = move |tx: &mut Tx<'_>| {
                new_order(tx, Some(101), &format!("A-{n}"), |row| {
                    row.email_address = Some(email.to_owned());
                    row.data.invoice_address = None;
                })
            };
            store.write(write).unwrap();
        }
        drain(&mut postman, now());
        let states: Vec<MailState> = states(store).into_iter().map(|(_, state)| state).collect();
        assert_eq!(states, [MailState::LeftOut, MailState::Refused, MailState::Refused, MailState::Refused]);
        assert_eq!((server.connections(), server.recipients().len()), (0, 0));
    });
}

#[test]
fn a_name_cannot_add_heads_or_recipients() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        let write = |tx: &mut Tx<'_>| {
            new_order(tx, Some(101), "A-1\r\nBcc: all@example.com", |row| {
                let address = row.data.invoice_address.as_mut().unwrap();
                address.first_name = Some("Jane\r\nBcc: all@example.com\r\n\r\n".to_owned());
                address.last_name = Some("\"Doe\" <all@example.com>, ünïcode".to_owned());
            })
        };
        store.write(write).unwrap();
        drain(&mut postman, now());
        let mails = server.mails();
        let [mail] = mails.as_slice() else { panic!("{mails:?}") };
        assert_eq!(head(mail, "Bcc"), Vec::<String>::new());
        assert_eq!(head(mail, "To").len(), 1);
        assert_eq!(server.recipients(), ["RCPT TO:<jane@example.com>"]);
        assert_eq!(head(mail, "Subject").len(), 1);
    });
}

#[test]
fn what_was_overtaken_or_switched_off_is_left_out() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        let id = order(store, "A-1");
        let cancel = move |tx: &mut Tx<'_>| {
            let mut row = orders::get(&mut tx.conn, id)?.unwrap();
            orders::change_status(tx, &mut row, OrderStatus::Cancelled, &crate::config::fixture::settings())?;
            orders::save(tx, &mut row, "test")
        };
        store.write(cancel).unwrap();
        order(store, "A-2");
        drain(&mut postman, now());
        assert_eq!(
            states(store),
            [(MailEvent::Confirmed, MailState::LeftOut), (MailEvent::Cancelled, MailState::Sent), (MailEvent::Confirmed, MailState::Sent)]
        );
        let mails = server.mails();
        assert_eq!(head(&mails[0], "Subject"), ["Ihre Bestellung A-1 ist storniert"]);
        order(store, "A-3");
        let senders = std::mem::take(&mut postman.mail.senders);
        drain(&mut postman, now());
        assert_eq!(states(store)[3], (MailEvent::Confirmed, MailState::LeftOut));
        // Off and on again: what waited in between is no news any more.
        postman.mail.senders = senders;
        order(store, "A-4");
        for switched in [Vec::new(), senders_of(&settings_with(postman.mail.clone()))] {
            store.switch_mails(switched).unwrap();
        }
        drain(&mut postman, now());
        assert_eq!(states(store)[4], (MailEvent::Confirmed, MailState::LeftOut));
        assert_eq!(server.mails().len(), 2);
    });
}

#[test]
fn a_package_is_mailed_with_its_contents_and_link_and_says_that_more_follows() {
    on_stores(|store| {
        let server = Server::start();
        let mut postman = postman(store, mail_at(server.port));
        let id = order(store, "A-1");
        let ship = move |tx: &mut Tx<'_>| {
            let mut positions = orders::Positions::load(&mut tx.conn, id, &[])?;
            let cup = positions.rows()[0].order_item_id;
            let packed = positions.ship(cup, 1, None);
            positions.save(tx)?;
            let data = crate::domain::order::PacketDocument {
                tracking_number: Some("JJD 1&x=<2>".to_owned()),
                shipping_provider_identifier: Some("dhl".to_owned()),
                ..Default::default()
            };
            orders::add_packet(tx, id, data, &packed)
        };
        store.write(ship).unwrap();
        drain(&mut postman, now());
        let mail = server.mails().pop().unwrap().replace("=\n", "");
        assert!(mail.contains("1 x Cup\n") && !mail.contains("2 x Cup"), "{mail}");
        assert!(
            mail.contains("https://track.example.com/?id=3DJJD%201%26x%3D%3C2%3E")
                || mail.contains("https://track.example.com/?id=JJD%201%26x%3D%3C2%3E"),
            "{mail}"
        );
        assert!(mail.contains("Der Rest Ihrer Bestellung folgt"), "{mail}");
    });
}

#[test]
fn a_template_of_the_account_comes_before_all_others_and_a_broken_one_holds_up_nobody() {
    use crate::config::{MailTemplate, TemplateScope};
    on_stores(|store| {
        let server = Server::start();
        let mut mail = mail_at(server.port);
        let template = |subject: &str, text: &str, html: Option<&str>| MailTemplate {
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.map(str::to_owned),
        };
        let key = |scope, language: &str| (scope, MailEvent::Confirmed, language.to_owned());
        mail.templates.insert(key(TemplateScope::All, "de"), template("all", "all", None));
        mail.templates.insert(
            key(TemplateScope::Account(AccountId(101)), "de"),
            template("Für {{ buyer.name }}", "x", Some("<b>{{ buyer.name }}</b>")),
        );
        mail.templates.insert(key(TemplateScope::Mandator(MandatorId(1)), "en"), template("x", "{{ range(999999) }}", None));
        let mut postman = postman(store, mail);
        let write = |tx: &mut Tx<'_>| {
            new_order(tx, Some(101), "A-1", |row| row.data.invoice_address.as_mut().unwrap().last_name = Some("<i>Doe".to_owned()))?;
            new_order(tx, None, "P-1", |_| {})
        };
        store.write(write).unwrap();
        drain(&mut postman, now());
        let mails = server.mails();
        let [mail] = mails.as_slice() else { panic!("{mails:?}") };
        assert!(mail.contains("multipart/alternative") && mail.contains("<b>Jane &lt;i&gt;Doe</b>"), "{mail}");
        assert_eq!(states(store)[1].1, MailState::Refused);
        assert!(why(store).unwrap().contains("template"), "{:?}", why(store));
    });
}

#[test]
fn the_log_shows_no_addresses() {
    assert_eq!(without_addresses("550 <jane@example.com>: unknown"), "550 … unknown");
}
