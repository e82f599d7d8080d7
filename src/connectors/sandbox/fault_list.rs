//! The faults that a shop can be given, for its page.

use serde_json::{Map, Value};

use super::bad_days::Faults;

/// What `POST /faults` takes, and what the shop does then. `docs/CONFIGURATION.md` has more words.
pub(super) const FAULTS: &[(&str, &str)] = &[
    (r#"{"refuse":[{"sku":"A","code":"E1","text":"no"}]}"#, "refuses these rows"),
    (r#"{"partial":[{"sku":"A","calls":2,"retry_after_seconds":5}]}"#, "takes these rows later, the others now"),
    (r#"{"ignore":[{"sku":"A","calls":1}]}"#, "says that these rows are done, and does nothing"),
    (
        r#"{"tasks":{"polls":2,"refuse":["A"],"forget":"undone","calls":3}}"#,
        "accepts calls into tasks, which end later, fail in part or are forgotten",
    ),
    (r#"{"throttle":{"calls":3,"retry_after_seconds":1}}"#, "answers \"too many requests\""),
    (r#"{"html":{"calls":1}}"#, "answers with status 200 and a web page"),
    (r#"{"expire":{"rows":5,"calls":1}}"#, "forgets the token in the middle of a call"),
    (r#"{"die":{"calls":1}}"#, "does the work, and its answer is lost"),
    (r#"{"delay_ms":500}"#, "answers late"),
    (r#"{"down":true}"#, "answers nothing"),
    (r#"{"clock_off_seconds":300}"#, "has a clock that is ahead"),
    (r#"{"change_between_pages":1}"#, "changes an order while its pages are read"),
    (r#"{"forbid":["orders:write"]}"#, "gives the login fewer rights"),
    (r#"{"total_off":"0.01"}"#, "says totals of new orders that are off by this"),
];

/// The faults in force, with what they are set to: those that differ from a shop without any.
pub(super) fn in_force(faults: &Faults) -> Map<String, Value> {
    let as_map = |faults: &Faults| match serde_json::to_value(faults) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    };
    let calm = as_map(&Faults::default());
    // One that is counted in calls and used up does nothing any more.
    let used_up = |value: &Value| value.get("calls") == Some(&Value::from(0));
    as_map(faults).into_iter().filter(|(name, value)| calm.get(name) != Some(value) && !used_up(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::faults::FaultScript;
    use super::{FAULTS, Faults, Value, in_force};

    #[test]
    fn the_list_has_every_fault_and_each_of_its_lines_works() {
        let mut named: Vec<String> = Vec::new();
        for (line, _) in FAULTS {
            let script: FaultScript = serde_json::from_str(line).unwrap();
            let mut faults = Faults::default();
            faults.apply(script);
            let set = in_force(&faults);
            assert_eq!(set.len(), 1, "{line}");
            named.extend(set.into_iter().map(|(name, _)| name));
        }
        named.sort();
        let Value::Object(all) = serde_json::to_value(Faults::default()).unwrap() else { panic!() };
        let mut all: Vec<String> = all.into_iter().map(|(name, _)| name).collect();
        all.sort();
        assert_eq!(named, all);
    }

    #[test]
    fn a_fault_whose_calls_are_used_up_is_not_in_force() {
        let mut faults = Faults::default();
        faults.apply(serde_json::from_str(r#"{"throttle":{"calls":0,"retry_after_seconds":9}}"#).unwrap());
        assert!(in_force(&faults).is_empty());
    }
}
