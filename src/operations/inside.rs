//! Calls from inside the program: the same way as those of an ERP, with values in the place of documents. So whatever shows
//! or changes data for people is bound by the same rights and rules, and says the same.

use serde_json::{Map, Value};

use super::{Answer, Body, Call, Face, Gateway, Step, execute, find, limits};
use crate::config::User;
use crate::domain::{Failure, code};
use crate::xml::write::escape_into;
use crate::xml::{Document, Limits, Node};

/// Calls an operation as the typed face has it: objects are records, lists are lists, everything else is text. What is
/// empty or absent in the answer is absent. A key makes a repeat of a writing call count once.
///
/// # Errors
/// What would be a SOAP fault. Refusals are in the answer, where [`refusal`] finds them.
pub(crate) fn ask(gateway: &Gateway, user: &User, name: &str, key: Option<&str>, request: &Value) -> Result<Value, Failure> {
    let operation = find(name).ok_or_else(|| Failure::new(code::INTERNAL, [&format!("there is no operation {name}")]))?;
    let text = document_of(request);
    let document = Document::parse(&text, &limits(&gateway.settings.limits))?;
    let call = Call { face: Face::Typed, operation, user, body: Body::Node(document.root()), key, by_person: true, rehearsal: false };
    let Answer { body, receipt, .. } = match execute(gateway, &call)? {
        Step::Done(answer) => answer,
        // Whoever asks inside has asked for the waiting, or does not care.
        Step::Waiting(mut waiting) => {
            waiting.look();
            waiting.finish()
        }
    };
    if let Some(receipt) = receipt {
        receipt.taken();
    }
    // What Kontor wrote has its own bounds.
    let own = Limits { depth: usize::MAX, attributes: usize::MAX, name_bytes: usize::MAX, elements: usize::MAX, entries: usize::MAX };
    Ok(value_of(Document::parse(&body, &own)?.root()).unwrap_or_default())
}

/// Why an answer, or a record of it, was refused.
pub(crate) fn refusal(answer: &Value) -> Option<String> {
    let reports = answer.get("reports").and_then(Value::as_array).into_iter().flatten();
    let refused = |report: &&Value| report.get("returnCode").and_then(Value::as_str).is_some_and(|code| code.starts_with('-'));
    let report = answer.get("report").into_iter().chain(reports).find(refused)?;
    let said = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(format!("{} ({})", said("errorDescription"), said("returnCode")))
}

fn document_of(request: &Value) -> String {
    let mut text = String::new();
    write(&mut text, "request", request);
    text
}

fn write(out: &mut String, name: &str, value: &Value) {
    let mut within = |content: &dyn Fn(&mut String)| {
        out.extend(["<", name, ">"]);
        content(out);
        out.extend(["</", name, ">"]);
    };
    match value {
        Value::Null => {}
        Value::Object(fields) => within(&|out| fields.iter().for_each(|(name, value)| write(out, name, value))),
        Value::Array(entries) => within(&|out| entries.iter().for_each(|entry| write(out, "item", entry))),
        Value::String(text) => within(&|out| escape_into(out, text)),
        Value::Bool(_) | Value::Number(_) => within(&|out| out.push_str(&value.to_string())),
    }
}

/// Lists are where all children are entries. `None`: nothing is in it.
fn value_of(node: Node<'_>) -> Option<Value> {
    let mut children = node.children().peekable();
    if children.peek().is_none() {
        return Some(node.text()).filter(|text| !text.is_empty()).map(|text| Value::String(text.to_owned()));
    }
    if node.children().all(|child| child.name() == "item") {
        return Some(Value::Array(children.map(|child| value_of(child).unwrap_or_default()).collect()));
    }
    let fields: Map<String, Value> = children.filter_map(|child| Some((child.name().to_owned(), value_of(child)?))).collect();
    Some(Value::Object(fields))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_documents_and_answers_become_values() {
        let request =
            json!({ "filters": [{ "mandatorId": { "value": 1 }, "active": { "value": true, "isNull": null } }], "name": "<a> & b" });
        let text = document_of(&request);
        assert_eq!(
            text,
            "<request><filters><item><active><value>true</value></active><mandatorId><value>1</value></mandatorId></item></filters>\
             <name>&lt;a&gt; &amp; b</name></request>"
        );
        let limits = Limits { depth: 9, attributes: 9, name_bytes: 99, elements: 99, entries: 99 };
        let back = Document::parse(&text, &limits).unwrap();
        assert_eq!(
            value_of(back.root()),
            Some(json!({ "filters": [{ "mandatorId": { "value": "1" }, "active": { "value": "true" } }], "name": "<a> & b" }))
        );
        let empty = Document::parse("<result><items/><n></n></result>", &limits).unwrap();
        assert_eq!(value_of(empty.root()), Some(json!({})));
    }

    #[test]
    fn a_refusal_is_found_in_the_report_of_the_call_and_of_a_record() {
        assert_eq!(refusal(&json!({ "report": { "returnCode": "0" } })), None);
        assert_eq!(refusal(&json!({ "report": { "returnCode": "-3016", "errorDescription": "x" } })).as_deref(), Some("x (-3016)"));
        let reports = json!({ "reports": [{ "returnCode": "0" }, { "returnCode": "-5003", "errorDescription": "y" }] });
        assert_eq!(refusal(&reports).as_deref(), Some("y (-5003)"));
    }
}
