//! The conformance suite: one script of scenarios over every connector. A scenario is left out only where the connector
//! declares that its channel cannot do it, and `docs/CHANNELS.md` says so.
//!
//! Part of the library's own tests, because connectors are no public interface. `KONTOR_SCENARIO=rename cargo test --lib
//! promises` runs one scenario; `KONTOR_SUITE=vendure` fails where that channel does not run here.

mod docs;
mod mutants;
mod pictures;
mod play;
mod proxy;
mod scenarios;
mod serve;
mod stage;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::STAGES;
pub(crate) use pictures::{png, serve as serve_pictures};
use play::Play;
pub(crate) use play::amount;
pub(crate) use proxy::{Proxy, Request};
use scenarios::Scenario;
pub(crate) use stage::{Act, Deed, Edit, Fault, Opened, Shown, ShownLine, ShownOrder, ShownPackage, Stage, StageEntry, TaskFate};

/// What came of a scenario.
enum Verdict {
    Kept,
    /// The connector declares that it lacks this.
    Lacking(&'static str),
    Untried(&'static str),
    Broken(String),
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Verdict::Kept => f.write_str("kept"),
            Verdict::Lacking(word) => write!(f, "left out: the connector lacks {word}"),
            Verdict::Untried(why) => write!(f, "not tried: {why}"),
            Verdict::Broken(text) => write!(f, "BROKEN: {text}"),
        }
    }
}

fn run(stage: &dyn Stage, untried: &[(&str, &'static str)], scenario: &Scenario) -> Verdict {
    let can = stage.connector().capabilities();
    if let Some(word) = scenario.lacking(&can) {
        return Verdict::Lacking(word);
    }
    if let Some((_, why)) = untried.iter().find(|(id, _)| *id == scenario.id) {
        return Verdict::Untried(why);
    }
    let played = catch_unwind(AssertUnwindSafe(|| (scenario.run)(&mut Play::new(stage))));
    // Whatever weather it left behind is not that of the next one.
    stage.clears();
    match played {
        Ok(()) => Verdict::Kept,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            Verdict::Broken(text.unwrap_or("a panic without a text").to_owned())
        }
    }
}

/// All scenarios, or those that `KONTOR_SCENARIO` names.
fn wanted_scenarios() -> Vec<&'static Scenario> {
    let only = std::env::var("KONTOR_SCENARIO").ok();
    scenarios::all().filter(|scenario| only.as_deref().is_none_or(|only| scenario.id.contains(only))).collect()
}

/// What was broken.
fn broken(stage: &dyn Stage, untried: &[(&str, &'static str)], scenario: &Scenario) -> Option<String> {
    let verdict = run(stage, untried, scenario);
    println!("{:<20} {:<20} {verdict}", stage.name(), scenario.id);
    let Verdict::Broken(text) = verdict else { return None };
    Some(format!("{}, {}: {text}", stage.name(), scenario.id))
}

/// The test of one connector; each has one of its own, so that they run beside each other.
pub(super) fn keeps_its_promises(name: &str, entry: &StageEntry) {
    let wanted = std::env::var("KONTOR_SUITE").unwrap_or_default();
    if !wanted.is_empty() && wanted != name {
        return;
    }
    let stages = match (entry.open)() {
        Ok(stages) => stages,
        Err(how) if wanted.is_empty() => return println!("left out: {name}: {how}"),
        Err(how) => panic!("{name}: {how}"),
    };
    let scenarios = wanted_scenarios();
    let faults: Vec<String> = if entry.is_double {
        // A new one for each: with what earlier scenarios left behind, each poll and each search would take longer.
        let fresh = |scenario: &&Scenario| {
            let stages = (entry.open)().unwrap_or_else(|how| panic!("{name}: {how}"));
            stages.iter().filter_map(|stage| broken(&**stage, entry.untried, scenario)).collect::<Vec<_>>()
        };
        scenarios.iter().flat_map(fresh).collect()
    } else {
        let each = |stage: &dyn Stage| scenarios.iter().filter_map(|scenario| broken(stage, entry.untried, scenario)).collect::<Vec<_>>();
        stages.iter().flat_map(|stage| each(&**stage)).collect()
    };
    assert!(faults.is_empty(), "{} promises are broken:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_scenario_has_a_word_of_its_own_and_untried_ones_exist() {
    let ids: Vec<&str> = scenarios::all().map(|scenario| scenario.id).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for (name, entry) in STAGES {
        for (id, _) in entry.untried {
            assert!(ids.contains(id), "{name}: no scenario is called {id}");
        }
    }
}
