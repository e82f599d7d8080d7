//! The vendor's schema as text, from the introspection that its package has.

use std::fmt::Write as _;

use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

fn kind(of: &Value) -> String {
    match text(&of["kind"]) {
        "NON_NULL" => format!("{}!", kind(&of["ofType"])),
        "LIST" => format!("[{}]", kind(&of["ofType"])),
        _ => text(&of["name"]).to_owned(),
    }
}

fn input(of: &Value) -> String {
    let default = of["defaultValue"].as_str().map_or_else(String::new, |default| format!(" = {default}"));
    format!("{}: {}{default}", text(&of["name"]), kind(&of["type"]))
}

fn arguments(of: &Value) -> String {
    let all: Vec<String> = list(of).map(input).collect();
    if all.is_empty() { String::new() } else { format!("({})", all.join(", ")) }
}

fn names(of: &Value, between: &str) -> String {
    list(of).map(|one| text(&one["name"])).collect::<Vec<_>>().join(between)
}

pub(super) fn of(introspection: &Value) -> String {
    let schema = &introspection["data"]["__schema"];
    let mut sdl =
        format!("schema {{ query: {} mutation: {} }}\n", text(&schema["queryType"]["name"]), text(&schema["mutationType"]["name"]));
    for directive in list(&schema["directives"]).filter(|one| text(&one["name"]) == "idempotent") {
        let _ = writeln!(sdl, "directive @idempotent{} on FIELD", arguments(&directive["args"]));
    }
    for one in list(&schema["types"]).filter(|one| !text(&one["name"]).starts_with("__")) {
        let name = text(&one["name"]);
        let fields = || {
            list(&one["fields"]).map(|field| format!("  {}{}: {}\n", text(&field["name"]), arguments(&field["args"]), kind(&field["type"])))
        };
        let _ = match text(&one["kind"]) {
            "SCALAR" if matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID") => Ok(()),
            "SCALAR" => writeln!(sdl, "scalar {name}"),
            "ENUM" => writeln!(sdl, "enum {name} {{ {} }}", names(&one["enumValues"], " ")),
            "UNION" => writeln!(sdl, "union {name} = {}", names(&one["possibleTypes"], " | ")),
            "INPUT_OBJECT" => {
                let one_of = if one["isOneOf"] == true { " @oneOf" } else { "" };
                let inputs: Vec<String> = list(&one["inputFields"]).map(|field| format!("  {}\n", input(field))).collect();
                writeln!(sdl, "input {name}{one_of} {{\n{}}}", inputs.concat())
            }
            "INTERFACE" => writeln!(sdl, "interface {name} {{\n{}}}", fields().collect::<String>()),
            _ => {
                let implemented = names(&one["interfaces"], " & ");
                let implemented = if implemented.is_empty() { String::new() } else { format!(" implements {implemented}") };
                writeln!(sdl, "type {name}{implemented} {{\n{}}}", fields().collect::<String>())
            }
        };
    }
    sdl
}
