//! Golden samples: for every operation requests and answers in both styles, which are played against the gateway, checked
//! against the schemas and translated into each other. `KONTOR_UPDATE=1` writes the answers and the derived typed requests;
//! what was written has to be read before it is committed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use chrono::Utc;
use kontor::operations::wire::{TypeDef, Types};
use kontor::operations::{CATALOGUE, Document, Face};

use crate::samples::{Sample, Step, masked, pretty, root, samples, schema_of, script, without_error_texts};
use crate::world::{World, databases, eventually, left_out};

const FACES: [Face; 2] = [Face::Compat, Face::Typed];
const DOCUMENTS: [Document; 2] = [Document::Request, Document::Result];

fn updating() -> bool {
    std::env::var_os("KONTOR_UPDATE").is_some()
}

fn typed_envelope(body: &str) -> String {
    format!("<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>{body}</soap:Body></soap:Envelope>")
}

/// Calls the operation; gives what it answers, without the envelope.
fn answer(world: &World, sample: &Sample, face: Face) -> String {
    let request = sample.text(face, Document::Request);
    if face == Face::Compat {
        return world.connect(sample.operation.name, request.trim_end());
    }
    let reply = world.post("/ws/v1", &typed_envelope(&request), &[]);
    assert_eq!(reply.status, 200, "{}: {}", sample.name(face, Document::Request), reply.body);
    let element = format!("{}Response", sample.operation.name);
    let (_, rest) = reply.body.split_once(&format!("<{element}")).unwrap_or_else(|| panic!("{}", reply.body));
    let (inner, _) = rest.rsplit_once(&format!("</{element}>")).expect("an end");
    format!("<{element}{inner}</{element}>")
}

/// All labels are made. Nothing about running offers and orders is on its way to the sandbox any more, and what it says then of orders is taken
/// over. (Offers that cannot be listed stay pending.)
fn settle(world: &World) {
    let open = "<request method=\"fetchOffers\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter></request>";
    eventually("the last change's arrival at the channel", || {
        let offers = world.connect("fetchOffers", open);
        let open = |offer: &str| offer.contains("<offer_status>running<") && offer.contains("<pending>true<");
        if offers.split("</offer>").any(open) { Err(offers) } else { Ok(()) }
    });
    let facts = "<request method=\"fetchPendingChanges\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><kind filter_method=\"=\" filter_value=\"fact\"/><status filter_method=\"=\" filter_value=\"pending\"/></filter></request>";
    eventually("the last report's arrival at the channel", || {
        let changes = world.connect("fetchPendingChanges", facts);
        if changes.contains("total_records=\"0\"") { Ok(()) } else { Err(changes) }
    });
    let labels = "<request method=\"fetchShippingLabels\" version=\"1.0.0\"><filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter><include_content>false</include_content></request>";
    eventually("the last label", || {
        let labels = world.connect("fetchShippingLabels", labels);
        if labels.contains(">waiting<") || labels.contains(">asking<") { Err(labels) } else { Ok(()) }
    });
    let collect = "<request method=\"syncPlatformOrders\" version=\"1.0.0\"><accounts><account_id>1000</account_id></accounts><process_synchronous>true</process_synchronous></request>";
    eventually("the last word of the channel", || {
        let answer = world.connect("syncPlatformOrders", collect);
        if answer.contains("pending_changes") { Err(answer) } else { Ok(()) }
    });
}

/// Somebody says something in the sandbox; comes back when Kontor has read it.
fn say(world: &World, what: &str, said: &serde_json::Value) {
    let number = world.sandbox(&format!("/{what}"), said)["number"].as_str().unwrap().to_owned();
    let (operation, filter) = match what {
        "messages" => ("fetchMessages", "filter"),
        "disputes" => ("fetchDisputes", "dispute_filter"),
        _ => ("fetchFeedback", "order_filter"),
    };
    let request = format!(
        "<request method=\"{operation}\" version=\"1.0.0\"><{filter}><mandator_id filter_method=\"=\" filter_value=\"1\"/></{filter}></request>"
    );
    eventually("what was said", || {
        let answer = world.connect(operation, &request);
        if answer.contains(&format!(">{number}<")) { Ok(()) } else { Err(answer) }
    });
}

/// Plays the script on one face; gives the names of the samples that came out otherwise.
pub(crate) fn play(world: &World, face: Face) -> Vec<String> {
    let mut differing = Vec::new();
    for step in script() {
        match step {
            Step::Buy(order) => {
                world.sandbox("/orders", &order);
            }
            Step::Say(what, said) => say(world, &what, &said),
            Step::Settled => settle(world),
            Step::Call(sample) => {
                if updating() && face == Face::Typed && sample.valid {
                    let request = sample.rewritten(Face::Compat, Face::Typed, Document::Request);
                    std::fs::write(sample.path(face, Document::Request), pretty(&sample.wrapped(Document::Request, &request))).unwrap();
                }
                let began = Utc::now() - chrono::TimeDelta::minutes(2);
                let answer = pretty(&masked(&answer(world, &sample, face), began, &world.base));
                let path = sample.path(face, Document::Result);
                if std::fs::read_to_string(&path).unwrap_or_default() == answer {
                    continue;
                }
                if updating() {
                    std::fs::write(&path, &answer).unwrap();
                } else {
                    differing.push(format!("{}:\n{answer}", sample.name(face, Document::Result)));
                }
            }
        }
    }
    differing
}

#[test]
fn every_golden_request_gets_its_golden_answer() {
    for database in databases() {
        for face in FACES {
            let differing = play(&World::demo(database), face);
            assert!(differing.is_empty(), "{database:?}: {}", differing.join("\n"));
        }
    }
}

/// All names of fields of the compat face that look otherwise on the typed face.
fn compat_names() -> BTreeSet<&'static str> {
    let mut types = Types::default();
    CATALOGUE.iter().for_each(|operation| drop((operation.types)(&mut types)));
    let mut names = BTreeSet::new();
    for (_, definition) in types.all.values() {
        if let TypeDef::Structure { fields, .. } = definition {
            names.extend(fields.iter().map(|field| field.spec.name).filter(|name| name.contains('_')));
        }
    }
    names
}

#[test]
fn texts_of_the_typed_face_name_fields_in_its_own_words() {
    let compat = compat_names();
    let mut texts = 0;
    for sample in samples() {
        let answer = sample.text(Face::Typed, Document::Result);
        let elements = ["errorDescription", "warnings", "reason"];
        let texts_in = |element: &'static str| {
            let (start, end) = (format!("<{element}>"), format!("</{element}>"));
            let inner = answer.split(&start).skip(1).map(move |part| part.split(&end).next().unwrap_or_default().to_owned());
            inner.collect::<Vec<_>>()
        };
        for text in elements.into_iter().flat_map(texts_in) {
            texts += 1;
            let foreign = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).find(|word| compat.contains(word));
            assert_eq!(foreign, None, "{}: {text}", sample.name(Face::Typed, Document::Result));
        }
    }
    assert!(texts > 20, "only {texts} texts are looked at");
}

#[test]
fn every_operation_has_samples_and_every_sample_an_operation() {
    let mut listed = BTreeSet::from(["tests/golden/order.txt".to_owned()]);
    for sample in samples() {
        for face in FACES {
            for document in DOCUMENTS {
                assert!(listed.insert(sample.name(face, document)), "{} is played twice", sample.name(face, document));
            }
        }
    }
    for operation in CATALOGUE {
        assert!(samples().iter().any(|sample| sample.operation.name == operation.name), "{} has no golden sample", operation.name);
    }
    let mut found = BTreeSet::new();
    let mut folders = vec![root().join("tests/golden")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root()).unwrap().display().to_string());
            }
        }
    }
    assert_eq!(found.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "not in order.txt");
    assert_eq!(listed.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new(), "missing");
}

#[test]
fn the_two_styles_translate_into_each_other() {
    for sample in samples() {
        for document in DOCUMENTS {
            for (from, to) in [(Face::Compat, Face::Typed), (Face::Typed, Face::Compat)] {
                if document == Document::Result && to == Face::Compat {
                    // Answers on the compat face carry the offset of the mandator's zone, which UTC times have lost.
                    continue;
                }
                let translated = sample.rewritten(from, to, document);
                let written = sample.rewritten(to, to, document);
                let (translated, written) = match document {
                    Document::Request => (translated, written),
                    Document::Result => (without_error_texts(&translated), without_error_texts(&written)),
                };
                assert_eq!(pretty(&translated), pretty(&written), "{} in the other style", sample.name(from, document));
            }
        }
    }
}

/// Typed answers are written in one way only; reading one and writing it again changes nothing.
#[test]
fn typed_answers_are_read_as_they_were_written() {
    for sample in samples() {
        let again = sample.wrapped(Document::Result, &sample.rewritten(Face::Typed, Face::Typed, Document::Result));
        assert_eq!(pretty(&again), sample.text(Face::Typed, Document::Result), "{}", sample.name(Face::Typed, Document::Result));
    }
}

#[test]
fn typed_samples_are_valid() {
    let mut by_schema: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut outside: Vec<(String, String)> = Vec::new();
    for sample in samples() {
        let schema = schema_of(sample.operation.name);
        by_schema.entry(schema.clone()).or_default().push(sample.name(Face::Typed, Document::Result));
        let request = sample.name(Face::Typed, Document::Request);
        if sample.valid {
            by_schema.entry(schema).or_default().push(request);
        } else {
            outside.push((schema, request));
        }
    }
    let validate = |schema: &str, files: &[String]| {
        Command::new("xmllint").current_dir(root()).args(["--noout", "--nonet", "--schema", schema]).args(files).output()
    };
    for (schema, files) in &by_schema {
        match validate(schema, files) {
            Err(error) => {
                left_out(&format!("samples are not validated: xmllint cannot be run ({error}); install libxml2-utils"));
                return;
            }
            Ok(output) => assert!(output.status.success(), "{schema}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
    for (schema, request) in outside {
        let output = validate(&schema, std::slice::from_ref(&request)).unwrap();
        assert!(!output.status.success(), "{request} is valid; order.txt says otherwise");
    }
}
