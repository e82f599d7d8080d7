//! Files of the merchant from outside: in by call, out under an address that nobody can guess, and gone when nothing names them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::World;

/// Two pixels.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DA8J8BAAf/Af8Bf4mnAAAAAElFTkSuQmCC";

pub(crate) fn file(name: &str, more: &str) -> String {
    format!("<media significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>{name}</identifier>{more}</media>")
}

pub(crate) fn deleted(name: &str) -> String {
    format!("<media significant_key=\"identifier\" delete=\"true\"><mandator_id>1</mandator_id><identifier>{name}</identifier></media>")
}

pub(crate) fn text(content: &str) -> String {
    format!("<file_name>note.txt</file_name><media_base64>{}</media_base64>", BASE64_STANDARD.encode(content))
}

/// The path of a file's address, as the report says it.
fn path(report: &Element, which: &str) -> String {
    let url = report.having(which)[0].must(which);
    let (_, rest) = url.split_once("://").expect("an absolute address");
    rest[rest.find('/').expect("a path")..].to_owned()
}

fn fetched(erp: &Erp) -> Element {
    erp.ask("fetchMedia", "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>")
}

/// Files in the folder, small pictures among them.
fn kept(world: &World) -> usize {
    let folder = world.folder().join("media");
    let parts = std::fs::read_dir(folder).map(|parts| parts.flatten().collect::<Vec<_>>()).unwrap_or_default();
    parts.iter().map(|part| std::fs::read_dir(part.path()).expect("a folder").count()).sum()
}

#[test]
fn a_picture_is_kept_once_and_served_with_a_small_one_to_whoever_knows_its_address() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let picture = format!("<file_name>lamp.png</file_name><media_base64>{PICTURE}</media_base64>");
        let report = erp.must("updateMedia", &file("front", &picture));
        let (whole, small) = (path(&report, "media_url"), path(&report, "thumbnail_url"));
        assert!(whole.ends_with("/lamp.png"), "{whole}");
        let reply = world.get(&whole);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/png")));
        assert_eq!(reply.header("content-length"), Some(BASE64_STANDARD.decode(PICTURE).unwrap().len().to_string().as_str()));
        assert_eq!(reply.header("content-disposition"), None, "a browser may show it");
        let reply = world.get(&small);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/jpeg")));
        assert_eq!(kept(&world), 2);
        let other = erp.must("updateMedia", &file("back", &picture));
        assert_ne!(path(&other, "media_url"), whole, "each record has an address of its own");
        assert_eq!(kept(&world), 2, "but the content is there once");
        let found = fetched(&erp);
        let found = found.having("width")[0];
        assert_eq!((found.must("media_type"), found.number("width"), found.number("height")), ("image/png", 2, 1));
        assert_eq!(found.must("checksum"), format!("{:x}", Sha256::digest(BASE64_STANDARD.decode(PICTURE).unwrap())));
    });
}

#[test]
fn other_content_has_another_address_and_a_deleted_file_has_none() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let first = path(&erp.must("updateMedia", &file("note", &text("first"))), "media_url");
        let again = path(&erp.must("updateMedia", &file("note", &text("first"))), "media_url");
        assert_eq!(first, again, "the same content keeps its address");
        let reply = world.get(&first);
        assert_eq!((reply.status, reply.body.as_str()), (200, "first"));
        assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
        assert_eq!(reply.header("content-disposition"), Some("attachment"), "a browser must not run what is in it");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        let second = path(&erp.must("updateMedia", &file("note", &text("second"))), "media_url");
        assert_eq!((world.get(&first).status, world.get(&second).body.as_str()), (404, "second"));
        erp.must("updateMedia", &deleted("note"));
        assert_eq!((world.get(&second).status, fetched(&erp).having("media_id").len()), (404, 0));
        assert_eq!(erp.codes("updateMedia", &deleted("note")), [-4011]);
    });
}

#[test]
fn no_path_leads_out_of_the_folder_and_no_name_hides_what_a_file_is() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let page = BASE64_STANDARD.encode("<html><script>alert(1)</script></html>");
        let named = |name: &str| file("x", &format!("<file_name>{name}</file_name><media_base64>{page}</media_base64>"));
        assert_eq!(erp.codes("updateMedia", &named("lamp.jpg")), [-3111], "a page is no picture");
        assert_eq!(erp.codes("updateMedia", &named("../../kontor.toml")), [-3110]);
        let half = PICTURE[..PICTURE.len() - 16].to_owned();
        let half = file("x", &format!("<file_name>lamp.png</file_name><media_base64>{half}</media_base64>"));
        assert_eq!(erp.codes("updateMedia", &half), [-3112]);
        assert_eq!(kept(&world), 0, "nothing of it is kept");
        for path in ["/media/..%2f..%2fkontor.toml/x", "/media/%2e%2e/kontor.toml", "/media/0/x.png", "/thumbnails/..%2fkontor.toml"] {
            assert_eq!(world.get(path).status, 404, "{path}");
        }
    });
}

/// What an answer warns of.
fn warnings(answer: &Element) -> String {
    format!("{answer:?}")
}

fn item(number: &str, url: &str) -> String {
    format!(
        "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number><identifier>{number}</identifier>\
         <tax_type_id>1</tax_type_id><image_modules><image_module><image_module_type_id>1</image_module_type_id><image_url>{url}</image_url></image_module></image_modules></item>"
    )
}

#[test]
fn who_names_a_file_that_is_gone_or_takes_one_away_is_warned() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let address = |report: &Element| report.having("media_url")[0].must("media_url").to_owned();
        let picture = format!("<file_name>lamp.png</file_name><media_base64>{PICTURE}</media_base64>");
        let front = address(&erp.must("updateMedia", &file("front", &picture)));
        let note = address(&erp.must("updateMedia", &file("note", &text("no picture"))));
        assert!(!warnings(&erp.must("updateItems", &item("LAMP", &front))).contains("address of Kontor"));
        assert!(warnings(&erp.must("updateItems", &item("MUG", &note))).contains("the file is no picture"));
        let taken = erp.must("updateMedia", &deleted("front"));
        assert!(warnings(&taken).contains("LAMP") && !warnings(&taken).contains("MUG"), "{taken:?}");
        assert!(warnings(&erp.must("updateItems", &item("LAMP", &front))).contains("the file is not there any more"));
        let explained = "<mandator_id>1</mandator_id><account_id>1000</account_id><internal_item_number>LAMP</internal_item_number>";
        let lacks = erp.ask("explainOffer", explained);
        assert!(lacks.having("blocking").into_iter().any(|lack| lack.must("name") == "image"), "{lacks:?}");
        erp.must("updateItems", &item("LAMP", "https://img.example/lamp.png"));
        let other = address(&erp.must("updateMedia", &file("front", &picture)));
        erp.must("updateItems", &item("CUP", &other));
        erp.must("updateItems", &item("CUP", "https://img.example/cup.png"));
        assert!(!warnings(&erp.must("updateMedia", &deleted("front"))).contains("CUP"), "it names another one by now");
    });
}

#[test]
fn no_program_and_no_web_page_is_kept_and_a_rehearsal_promises_no_address() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let named = |name: &str, content: &[u8]| {
            file("x", &format!("<file_name>{name}</file_name><media_base64>{}</media_base64>", BASE64_STANDARD.encode(content)))
        };
        for (name, content) in [
            ("setup.txt", &b"MZ\x90\0\x03\0"[..]),
            ("setup.exe", b"plain text"),
            ("page.txt", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
            ("run.csv", b"#!/bin/sh\nrm -r /"),
        ] {
            assert_eq!(erp.codes("updateMedia", &named(name, content)), [-3114], "{name}");
        }
        assert_eq!(erp.codes("updateMedia", &named("a\u{202e}gnp.txt", b"text")), [-3110]);
        assert_eq!(erp.codes("updateMedia", &file("x", &format!("<language_code_iso>!!</language_code_iso>{}", text("a")))), [-3007]);
        assert_eq!((kept(&world), fetched(&erp).having("media_id").len()), (0, 0));
        erp.must("updateMedia", &named("mz.csv", b"MZ;a number;of a list\n"));
    });
}
