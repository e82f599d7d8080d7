//! Documents: checked by the vendor's schema where it is installed, and carried out by name, field by field, for what the connector uses.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use apollo_compiler::ast::{self, Definition, Field, OperationType, Selection};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value, json};

use super::Shop;

/// An error of a request as a whole: code and text.
pub(super) type No = (&'static str, String);

/// What a document needs to be carried out.
#[derive(Clone)]
pub(super) struct Parsed {
    pub mutation: bool,
    pub fields: Vec<Selection>,
    fragments: Arc<BTreeMap<String, (String, Vec<Selection>)>>,
    executable: Option<Arc<Valid<ExecutableDocument>>>,
}

/// The vendor's schema, where `tests/setup/install` brought it.
pub(in crate::connectors::shopify) fn schema() -> Option<&'static Valid<Schema>> {
    static SCHEMA: OnceLock<Option<Valid<Schema>>> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
            let setup = std::env::var_os("KONTOR_SETUP_DIR").map_or_else(|| root.join(".setup"), PathBuf::from);
            let packed = std::fs::read(setup.join("shopify/admin_2026-10.json.gz")).ok()?;
            let mut text = String::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
            let read = Schema::parse(super::sdl::of(&serde_json::from_str(&text).unwrap()), "admin.graphql");
            Some(Valid::assume_valid(read.unwrap_or_else(|faults| panic!("{}", faults.errors))))
        })
        .as_ref()
}

/// Each document is parsed and checked once.
pub(super) fn parse(query: &str) -> Result<Parsed, No> {
    static KNOWN: Mutex<BTreeMap<String, Parsed>> = Mutex::new(BTreeMap::new());
    if let Some(parsed) = KNOWN.lock().unwrap().get(query) {
        return Ok(parsed.clone());
    }
    let document = ast::Document::parse(query, "query.graphql").map_err(|faults| ("PARSE", faults.errors.to_string()))?;
    let executable = match schema() {
        None => None,
        Some(schema) => {
            let checked = ExecutableDocument::parse_and_validate(schema, query, "query.graphql");
            Some(Arc::new(checked.map_err(|faults| ("undefinedField", faults.errors.to_string()))?))
        }
    };
    let (mut operation, mut fragments) = (None, BTreeMap::new());
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(found) => operation = Some(found.clone()),
            Definition::FragmentDefinition(found) => {
                fragments.insert(found.name.to_string(), (found.type_condition.to_string(), found.selection_set.clone()));
            }
            _ => return Err(("PARSE", "only queries and mutations".to_owned())),
        }
    }
    let operation = operation.ok_or(("PARSE", "no operation".to_owned()))?;
    let mutation = operation.operation_type == OperationType::Mutation;
    let parsed = Parsed { mutation, fields: operation.selection_set.clone(), fragments: Arc::new(fragments), executable };
    KNOWN.lock().unwrap().insert(query.to_owned(), parsed.clone());
    Ok(parsed)
}

impl Parsed {
    /// Unknown fields and wrong types of variables are refused by the schema.
    pub(super) fn check(&self, variables: &Value) -> Result<(), No> {
        let (Some(schema), Some(executable)) = (schema(), &self.executable) else { return Ok(()) };
        let variables: JsonMap = serde_json::from_value(variables.clone()).map_err(|error| ("INVALID_VARIABLE", error.to_string()))?;
        let operation = executable.operations.get(None).map_err(|_| ("PARSE", "no operation".to_owned()))?;
        coerce_variable_values(schema, operation, &variables).map(drop).map_err(|error| ("INVALID_VARIABLE", format!("{error:?}")))
    }
}

fn value(given: &ast::Value, variables: &Value) -> Value {
    match given {
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => json!(name.as_str()),
        ast::Value::Variable(name) => variables.get(name.as_str()).cloned().unwrap_or(Value::Null),
        ast::Value::String(text) => json!(text),
        ast::Value::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
        ast::Value::Int(number) => json!(number.as_str().parse::<i64>().unwrap()),
        ast::Value::Boolean(flag) => json!(flag),
        ast::Value::List(list) => list.iter().map(|one| value(one, variables)).collect(),
        ast::Value::Object(fields) => Value::Object(fields.iter().map(|(name, one)| (name.to_string(), value(one, variables))).collect()),
    }
}

/// Arguments of a field; one whose variable was not given is not there.
pub(super) fn arguments(field: &Field, variables: &Value) -> Value {
    let given = field.arguments.iter().filter(|argument| match &*argument.value {
        ast::Value::Variable(name) => variables.get(name.as_str()).is_some(),
        _ => true,
    });
    Value::Object(given.map(|argument| (argument.name.to_string(), value(&argument.value, variables))).collect())
}

/// The argument of a directive.
pub(super) fn directive(field: &Field, name: &str, argument: &str, variables: &Value) -> Option<Value> {
    let directive = field.directives.iter().find(|directive| directive.name.as_str() == name)?;
    let given = directive.arguments.iter().find(|given| given.name.as_str() == argument)?;
    Some(value(&given.value, variables))
}

/// The names under which an answer has its fields, in their order.
pub(super) fn key(field: &Field) -> String {
    field.alias.as_ref().unwrap_or(&field.name).to_string()
}

impl Shop {
    /// What a selection takes of a value.
    pub(super) fn select(&self, of: &Value, selection: &[Selection], parsed: &Parsed, variables: &Value) -> Result<Value, No> {
        match of {
            Value::Array(list) => list.iter().map(|one| self.select(one, selection, parsed, variables)).collect(),
            Value::Object(_) => {
                let mut taken = Map::new();
                self.take(of, selection, parsed, variables, &mut taken)?;
                Ok(Value::Object(taken))
            }
            scalar => Ok(scalar.clone()),
        }
    }

    fn take(
        &self,
        of: &Value,
        selection: &[Selection],
        parsed: &Parsed,
        variables: &Value,
        taken: &mut Map<String, Value>,
    ) -> Result<(), No> {
        let is_of = |kind: &str| of.get("__typename").is_none_or(|own| own == kind);
        for one in selection {
            match one {
                Selection::Field(field) => {
                    if directive(field, "include", "if", variables) == Some(json!(false)) {
                        continue;
                    }
                    let given = arguments(field, variables);
                    let found = self.resolve(of, field.name.as_str(), &given)?;
                    let is_list =
                        field.selection_set.iter().any(|one| matches!(one, Selection::Field(field) if field.name.as_str() == "nodes"));
                    let found = match found {
                        Value::Array(list) if is_list => page(&list, &given)?,
                        other => other,
                    };
                    if field.selection_set.is_empty() && found.is_object() {
                        return Err(("selectionMismatch", format!("Field '{}' must have selections", field.name)));
                    }
                    taken.insert(key(field), self.select(&found, &field.selection_set, parsed, variables)?);
                }
                Selection::FragmentSpread(spread) => {
                    let (kind, selection) = &parsed.fragments[spread.fragment_name.as_str()];
                    if is_of(kind) {
                        self.take(of, selection, parsed, variables, taken)?;
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|kind| is_of(kind.as_str())) {
                        self.take(of, &inline.selection_set, parsed, variables, taken)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where a record is in a list: the shop's cursors name the record, not its place.
fn place(record: &Value) -> String {
    record.get("__place").and_then(Value::as_str).map_or_else(|| record["id"].to_string(), str::to_owned)
}

/// A page of a list. Neither `first` nor `last`, or more than 250, is refused.
fn page(list: &[Value], given: &Value) -> Result<Value, No> {
    let first = given["first"].as_u64().and_then(|first| usize::try_from(first).ok());
    let Some(first) = first.filter(|first| (1..=250).contains(first)) else {
        return Err(("BAD_REQUEST", "you must provide one of first or last, at most 250".to_owned()));
    };
    let after = given.get("after").and_then(Value::as_str);
    // Lists without places of their own are in the order in which they are.
    let behind: Vec<&Value> = match after {
        None => list.iter().collect(),
        Some(after) if list.iter().any(|one| one.get("__place").is_some()) => {
            list.iter().filter(|one| place(one).as_str() > after).collect()
        }
        Some(after) => list.iter().skip_while(|one| place(one) != after).skip(1).collect(),
    };
    let nodes: Vec<&Value> = behind.iter().take(first).copied().collect();
    let end = nodes.last().map(|last| place(last));
    Ok(json!({ "nodes": nodes, "pageInfo": { "hasNextPage": behind.len() > first, "endCursor": end } }))
}
