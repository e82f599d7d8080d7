//! `kontor call` and `kontor wsdl` through the built program, against a gateway that runs.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::world::{Database, World};

/// Exit code, what is printed, and what is complained of.
fn kontor(world: &World, arguments: &[&str], given: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
    command
        .args(arguments)
        .current_dir(world.folder())
        .env("KONTOR_URL", &world.base)
        .env("KONTOR_LOG", "error")
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy");
    run(command, given)
}

fn run(mut command: Command, given: &str) -> (i32, String, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    // A program that reads no input may have ended.
    let _ = child.stdin.take().expect("its input").write_all(given.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().expect("its end");
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
    (status.code().unwrap_or(-1), stdout, stderr)
}

#[test]
fn a_call_is_answered_readably_and_its_exit_code_says_how_it_went() {
    let world = World::demo(Database::Sqlite);
    let call = |arguments: &[&str], given: &str| kontor(&world, &[&["call"], arguments].concat(), given);

    let (code, out, err) = call(&["fetchMandators"], "");
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("report ok") && out.contains("mandator  mandator_id=1"), "{out}");

    let items = "<request method=\"updateItems\" version=\"1.0.0\"><item significant_key=\"internal_item_number\" reference_id=\"a\"><mandator_id>1</mandator_id>\
                 <identifier>Mug</identifier><internal_item_number>MUG</internal_item_number><tax_type_id>3</tax_type_id></item>\
                 <item significant_key=\"internal_item_number\" reference_id=\"b\"><mandator_id>1</mandator_id><internal_item_number>BOWL</internal_item_number></item></request>";
    let (code, out, err) = call(&["updateItems", "-"], items);
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("report ok  reference_id=a  action=insert\n  item  item_id=1"), "{out}");
    assert!(out.contains("report FAILED -3001  reference_id=b\n  item 2 (BOWL): a value is missing\n  -> send "), "{out}");
    assert!(err.contains("1 of 2 reports"), "{err}");

    let typed = "<request xmlns=\"urn:kontor:v1\"><filters><item><mandatorId><value>1</value></mandatorId></item></filters></request>";
    let (code, out, _) = call(&["fetchItems", "-", "--json"], typed);
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, answer["items"][0]["internalItemNumber"].as_str()), (0, Some("MUG")), "{out}");
    let (code, out, _) = call(&["fetchItems", "-", "--xml"], typed);
    assert!(code == 0 && out.contains("\n      <internalItemNumber>MUG</internalItemNumber>\n"), "{out}");

    let (code, out, err) = call(&["fetchOrders", "-"], "<request method=\"fetchOrders\" version=\"9.9\"/>");
    assert_eq!(code, 1, "{err}");
    assert!(out.contains("report FAILED"), "{out}");
}

#[test]
fn what_cannot_be_called_says_why_and_what_helps() {
    let world = World::demo(Database::Sqlite);
    let call = |arguments: &[&str], given: &str| {
        let (code, out, err) = kontor(&world, &[&["call"], arguments].concat(), given);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        err
    };
    assert!(call(&["fetchOrder"], "").contains("did you mean fetchOrders?"));
    assert!(call(&["updateItems", "-"], "<updatePrices/>").contains("kontor call --sample updateItems"));
    assert!(call(&["updateItems", "-"], "<request><item></request>").contains("cannot be read"));
    assert!(call(&["updateItems", "there-is-no.xml"], "").contains("there-is-no.xml"));
    assert!(call(&["fetchMandators", "--url", "http://127.0.0.1:1"], "").contains("kontor serve --demo"));
    assert!(call(&["fetchMandators", "--url", "http://erp:demo@127.0.0.1:1"], "").contains("--user"));
    assert!(call(&["fetchMandators", "--user", "nobody"], "").contains("FAULT KONTOR-"));
    let nothing_there = call(&["fetchMandators", "--url", &format!("{}/sandbox", world.base)], "");
    assert!(nothing_there.contains("is the address right?"), "{nothing_there}");
}

#[test]
fn samples_and_descriptions_are_printed_without_a_gateway() {
    let kontor = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kontor"));
        command.args(arguments);
        run(command, "")
    };
    let (code, list, _) = kontor(&["call", "--list"]);
    assert!(code == 0 && list.lines().any(|line| line.starts_with("fetchOrders ") && line.contains(" reads ")), "{list}");
    let (code, sample, more) = kontor(&["call", "--sample", "updateItems"]);
    assert!(code == 0 && sample.starts_with("<request method=\"updateItems\""), "{sample}");
    assert!(more.contains("updateItems/variants"), "{more}");
    let (code, sample, _) = kontor(&["call", "--sample", "updateItems/variants", "--face", "typed"]);
    assert!(code == 0 && sample.starts_with("<updateItems xmlns=\"urn:kontor:v1\">"), "{sample}");
    let (code, wsdl, _) = kontor(&["wsdl", "--ops", "fetchOrders,echo", "--url", "https://erp.example"]);
    assert!(code == 0 && wsdl.contains("location=\"https://erp.example/ws/v1\""), "{wsdl}");
    assert!(wsdl.contains("name=\"fetchOrders\"") && !wsdl.contains("name=\"updateItems\""), "{wsdl}");
    let (code, _, err) = kontor(&["wsdl", "--ops", "fetchOrder"]);
    assert!(code == 2 && err.contains("did you mean fetchOrders?"), "{err}");
}
