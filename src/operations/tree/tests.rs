//! Trees without a database: categories 1 to 9 of owner 1, named A to I, each without a parent unless a test says so.

use super::{Branch, Grown, Growth, Position, Tree};
use crate::domain::{Failure, Patch, Reader, code};
use crate::operations::common::ReportAction;

#[derive(Debug, Clone, PartialEq)]
struct Leaf {
    id: i32,
    owner: i32,
    name: Option<String>,
    parent: Option<i32>,
    texts: Vec<&'static str>,
}

impl Branch for Leaf {
    const ID: &'static str = "category_id";

    fn id(&self) -> i32 {
        self.id
    }

    fn owner(&self) -> i32 {
        self.owner
    }

    fn identifier(&self) -> &str {
        self.name.as_deref().unwrap_or("nameless")
    }

    fn external_id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn parent_id(&self) -> Option<i32> {
        self.parent
    }

    fn set_external_id(&mut self, external_id: &str) {
        self.name = Some(external_id.to_owned());
    }

    fn set_parent_id(&mut self, parent_id: Option<i32>) {
        self.parent = parent_id;
    }

    fn unknown(name: &str, owner: i32) -> Failure {
        Failure::new(code::UNKNOWN_CATEGORY, [name, &owner.to_string()])
    }
}

#[derive(Debug, Clone, Default)]
struct Said {
    owner: i32,
    by_id: bool,
    id: Option<i32>,
    name: Option<String>,
    parent_id: Patch<i32>,
    parent: Patch<String>,
    text: Option<&'static str>,
}

impl Growth for Said {
    type Branch = Leaf;

    fn position(&self) -> Position<'_> {
        Position {
            owner: self.owner,
            by_id: self.by_id,
            id: self.id,
            external_id: self.name.as_deref(),
            parent_id: &self.parent_id,
            external_parent_id: &self.parent,
        }
    }

    fn insert(&self, id: i32) -> Result<Leaf, Failure> {
        Ok(Leaf { id, owner: self.owner, name: None, parent: None, texts: Vec::new() })
    }

    fn change(&self, leaf: &mut Leaf) -> Result<(), Failure> {
        if self.text == Some("bad") {
            return Err(Failure::missing("text"));
        }
        leaf.texts.extend(self.text);
        Ok(())
    }
}

/// A record by external number.
fn named(name: &str) -> Said {
    Said { owner: 1, name: Some(name.into()), ..Said::default() }
}

fn below(name: &str, parent: &str) -> Said {
    Said { parent: Patch::Set(parent.into()), ..named(name) }
}

/// A record by number of Kontor, which may change the external one.
fn renamed(id: i32, name: &str) -> Said {
    Said { by_id: true, id: Some(id), ..named(name) }
}

/// The stored categories A to I, some below others.
fn stored(parents: &[(i32, i32)]) -> Vec<Leaf> {
    let names = (1..).zip("ABCDEFGHI".chars());
    names
        .map(|(id, name)| {
            let parent = parents.iter().find(|(child, _)| *child == id).map(|(_, parent)| *parent);
            Leaf { id, owner: 1, name: Some(name.into()), parent, texts: Vec::new() }
        })
        .collect()
}

fn grow(known: Vec<Leaf>, records: Vec<Said>) -> Grown<Leaf> {
    Tree::new(known, 10).grow(records.into_iter().map(Ok).collect())
}

/// The outcomes: a number with its sign for a new category, or the text of the refusal.
fn outcomes(grown: &Grown<Leaf>) -> Vec<String> {
    let text = |outcome: &Result<(ReportAction, i32), Failure>| match outcome {
        Ok((ReportAction::Insert, id)) => format!("+{id}"),
        Ok((_, id)) => id.to_string(),
        Err(failure) => {
            let text = failure.text(Reader::ADMIN);
            format!("{}: {}", failure.code.name, text.split(';').next().unwrap())
        }
    };
    grown.outcomes.iter().map(text).collect()
}

fn parent(grown: &Grown<Leaf>, id: i32) -> Option<i32> {
    grown.row(id).or(grown.before(id)).unwrap().parent
}

#[test]
fn a_child_may_come_before_its_parent() {
    let grown = grow(Vec::new(), vec![below("leaf", "twig"), below("twig", "root"), named("root")]);
    assert_eq!(outcomes(&grown), ["+10", "+11", "+12"]);
    assert_eq!((parent(&grown, 10), parent(&grown, 11), parent(&grown, 12)), (Some(11), Some(12), None));
    assert_eq!(grown.parents_first().iter().map(|leaf| leaf.id).collect::<Vec<_>>(), [12, 11, 10]);
    assert_eq!(grown.created, 3);
}

#[test]
fn the_number_wins_over_the_external_one_and_empty_means_top_level() {
    let known = stored(&[(3, 1), (4, 1), (5, 1)]);
    let both = Said { parent_id: Patch::Set(2), ..below("C", "A") };
    let cleared = Said { parent: Patch::Clear, ..named("D") };
    let grown = grow(known, vec![both, cleared, named("E")]);
    assert_eq!((parent(&grown, 3), parent(&grown, 4), parent(&grown, 5)), (Some(2), None, Some(1)));
}

#[test]
fn the_category_of_another_owner_is_no_parent_and_no_key() {
    let mut known = stored(&[]);
    known[1].owner = 2;
    let by_number = Said { parent_id: Patch::Set(2), ..named("A") };
    let grown = grow(known, vec![by_number, below("A", "B"), renamed(2, "X")]);
    assert_eq!(
        outcomes(&grown),
        [
            "UNKNOWN_CATEGORY: parent_id: category \"2\" does not exist in mandator 1",
            "UNKNOWN_CATEGORY: external_parent_id: category \"B\" does not exist in mandator 1",
            "UNKNOWN_KEY: no record has category_id \"2\", and none is created under that key",
        ]
    );
}

#[test]
fn what_hangs_on_a_refused_record_is_refused_with_it() {
    for reversed in [false, true] {
        let mut records = vec![below("bad", "nowhere"), below("1", "bad"), below("2", "1"), below("3", "2"), named("good")];
        if reversed {
            records.reverse();
        }
        let grown = grow(stored(&[]), records);
        let mut seen = outcomes(&grown);
        if reversed {
            seen.reverse();
        }
        let unknown = |name: &str| format!("UNKNOWN_CATEGORY: external_parent_id: category \"{name}\" does not exist in mandator 1");
        assert_eq!(seen, [unknown("nowhere"), unknown("bad"), unknown("1"), unknown("2"), "+10".to_owned()]);
        assert_eq!(grown.created, 1, "the good one has the first free number");
    }
}

#[test]
fn a_long_branch_is_refused_in_one_go() {
    let mut records: Vec<Said> = (1..5_000).map(|n| below(&n.to_string(), &(n - 1).to_string())).rev().collect();
    records.push(named("good"));
    let grown = grow(Vec::new(), records);
    assert!(grown.outcomes.iter().take(4_999).all(Result::is_err));
    assert_eq!(outcomes(&grown).last().unwrap(), "+10");
}

#[test]
fn a_category_that_is_known_stays_a_parent_when_its_record_is_refused() {
    let bad = Said { text: Some("bad"), ..named("A") };
    let grown = grow(stored(&[]), vec![bad, below("B", "A"), below("A", "nowhere"), below("C", "A")]);
    assert_eq!((parent(&grown, 2), parent(&grown, 3), parent(&grown, 1)), (Some(1), Some(1), None));
    assert_eq!(grown.outcomes.iter().filter(|outcome| outcome.is_err()).count(), 2);
}

#[test]
fn a_circle_is_refused_at_the_record_that_moves_first() {
    let grown = grow(Vec::new(), vec![below("x", "y"), below("y", "z"), below("z", "x"), below("on it", "z")]);
    let unknown = |name: &str| format!("UNKNOWN_CATEGORY: external_parent_id: category \"{name}\" does not exist in mandator 1");
    let closing = "CYCLE: external_parent_id: \"x\" would become its own ancestor".to_owned();
    assert_eq!(outcomes(&grown), [closing, unknown("z"), unknown("x"), unknown("z")]);
}

#[test]
fn who_moves_nothing_is_not_blamed_for_a_circle() {
    // B is below A. The first record touches it, the second closes the circle.
    let touched = Said { text: Some("text"), ..named("B") };
    let moved = Said { parent_id: Patch::Set(2), ..named("A") };
    let grown = grow(stored(&[(2, 1)]), vec![touched, moved]);
    assert_eq!(outcomes(&grown), ["2", "CYCLE: parent_id: \"A\" would become its own ancestor"]);
    assert_eq!((parent(&grown, 1), parent(&grown, 2)), (None, Some(1)));
}

#[test]
fn two_categories_may_change_places_in_any_order() {
    let top = || Said { parent: Patch::Clear, ..named("A") };
    for records in [vec![below("B", "A"), top()], vec![top(), below("B", "A")]] {
        let grown = grow(stored(&[(1, 2)]), records);
        assert!(grown.outcomes.iter().all(Result::is_ok), "{:?}", outcomes(&grown));
        assert_eq!((parent(&grown, 1), parent(&grown, 2)), (None, Some(1)));
        assert_eq!(grown.parents_first().iter().map(|leaf| leaf.id).collect::<Vec<_>>(), [1, 2]);
    }
}

#[test]
fn two_records_about_a_category_add_up_without_the_refused_one() {
    let first = Said { text: Some("first"), ..below("new", "nowhere") };
    let second = Said { text: Some("second"), ..below("new", "A") };
    let grown = grow(stored(&[]), vec![first, second, below("child", "new")]);
    assert_eq!(outcomes(&grown)[1..], ["+10", "+11"]);
    assert_eq!((grown.row(10).unwrap().texts.clone(), parent(&grown, 10), parent(&grown, 11)), (vec!["second"], Some(1), Some(10)));
}

#[test]
fn a_number_is_free_again_once_it_was_given_up() {
    let grown = grow(stored(&[]), vec![renamed(1, "old"), below("A", "old"), below("B", "A")]);
    assert_eq!(outcomes(&grown), ["1", "+10", "2"]);
    assert_eq!((parent(&grown, 10), parent(&grown, 2)), (Some(1), Some(10)));
    assert_eq!(grown.renamed, [(1, "old".to_owned())], "the database has to be told first");
    let grown = grow(stored(&[]), vec![renamed(1, "old")]);
    assert!(grown.renamed.is_empty(), "nobody waits for the number");
}

#[test]
fn a_number_is_not_free_when_the_record_that_gave_it_up_is_refused() {
    let giving_up = Said { parent: Patch::Set("nowhere".into()), ..renamed(1, "old") };
    let grown = grow(stored(&[]), vec![giving_up, renamed(2, "A"), below("C", "old")]);
    let refused: Vec<&str> = grown.outcomes.iter().map(|outcome| outcome.as_ref().unwrap_err().code.name).collect();
    assert_eq!(refused, ["UNKNOWN_CATEGORY", "TAKEN", "UNKNOWN_CATEGORY"]);
    let text = grown.outcomes[1].as_ref().unwrap_err().text(Reader::ADMIN);
    assert!(text.starts_with("external_id: external_id \"A\""), "{text}");
}

#[test]
fn everything_below_a_category_is_found_where_it_hangs_now() {
    let grown = grow(stored(&[(2, 1), (3, 2), (4, 2)]), vec![below("D", "E"), below("new", "C")]);
    assert_eq!(grown.with_all_below([1]), [1, 2, 3, 10]);
    assert_eq!(grown.with_all_below([5, 9]), [4, 5, 9]);
}

/// Category n is below n + 1 and is moved below the category that takes the old name of n - 1. When one move is refused,
/// the name is not free, the next move would close a circle, and so on.
fn dominoes(count: i32) -> Grown<Leaf> {
    let leaf = |id, name: String, parent| Leaf { id, owner: 1, name: Some(name), parent, texts: Vec::new() };
    let movers = (1..=count).map(|n| leaf(n, format!("old {n}"), (n < count).then_some(n + 1)));
    let takers = (1..=count).map(|n| leaf(count + n, format!("taker {n}"), None));
    let move_one = |n: i32| Said { parent: Patch::Set(format!("old {}", n - 1)), ..renamed(n, &format!("new {n}")) };
    let pairs = (1..=count).flat_map(|n| [move_one(n), renamed(count + n, &format!("old {n}"))]);
    let records: Vec<Said> = pairs.chain([named("unconcerned")]).collect();
    Tree::new(movers.chain(takers), 2 * count + 1).grow(records.into_iter().map(Ok).collect())
}

#[test]
fn refusals_that_lead_to_refusals_end() {
    let few = dominoes(5);
    assert_eq!(outcomes(&few).last().unwrap(), "+11", "the rest of the call is kept");
    assert_eq!(few.outcomes.iter().filter(|outcome| outcome.is_err()).count(), 10);
    let many = dominoes(1_000);
    assert!(many.outcomes.iter().all(Result::is_err), "nobody works for hours on a call that was built for it");
    assert_eq!((many.created, many.rows().count()), (0, 0));
}
