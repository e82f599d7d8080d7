//! Bad weather: each exchange of each call meets each fault. Nothing is lost, nothing is done twice, and no fault of the
//! line is taken for a refusal.

use std::time::Duration;

use super::super::play::{Play, bare, fact, fresh, is_done, offer, pieces, price, variant};
use super::super::stage::{Deed, Fault};
use super::*;
use crate::connectors::{ChannelError, Fact, OfferChange, Outcome};
use crate::domain::offer::Wanted;
use crate::domain::order::{Content, FactKind, Packet};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        id: "weather_create",
        promise: "New offers: each exchange cut, lost, throttled, down, a page instead, session ended, process killed",
        needs: &[],
        run: create,
    },
    Scenario { id: "weather_change", promise: "Changes of offers, in the same weather", needs: &[], run: change },
    Scenario { id: "weather_rename", promise: "Renames, in the same weather", needs: &[RENAMES], run: rename },
    Scenario { id: "weather_pull", promise: "Orders, in the same weather", needs: &[], run: pull },
    Scenario { id: "weather_list", promise: "Lists of offers, in the same weather", needs: &[LISTS_OFFERS], run: list },
    Scenario { id: "weather_ship", promise: "Packages, in the same weather", needs: &[SHIPPED], run: ship },
    Scenario { id: "weather_cancel", promise: "Cancelled pieces, in the same weather", needs: &[CANCELS_IN_PART], run: cancel },
    Scenario { id: "weather_refund", promise: "Refunds, in the same weather", needs: &[PAID, REFUNDS_AMOUNTS], run: refund },
    Scenario {
        id: "throttled",
        promise: "The pause that a throttling channel asks for is kept, and one without a number is one, too",
        needs: &[],
        run: throttled,
    },
];

/// Exchanges of one call at the most.
const MOST_EXCHANGES: usize = 60;
/// Calls until all is well again.
const MOST_REPEATS: usize = 6;
/// Those that leave something half done, for calls whose scenes take long.
const WORST: [Fault; 4] = [Fault::LostAnswer, Fault::Crash, Fault::Html, Fault::SessionEnded];

/// A fault of the line, as a connector reports it: as an error, or as rows that come later. Never as a refusal, and never
/// as done where nothing is known.
fn is_weather(fault: Fault, outcomes: &Result<Vec<Outcome>, ChannelError>) {
    match outcomes {
        Err(error) => is_error_of(fault, error),
        Ok(rows) => {
            for outcome in rows {
                match outcome {
                    Outcome::Refused(message) => panic!("{fault:?} is taken for a refusal: {message:?}"),
                    Outcome::Later { after, .. } => waits_as_asked(fault, *after),
                    Outcome::Done { .. } | Outcome::DoneInPart { .. } | Outcome::Accepted(_) => {}
                }
            }
        }
    }
}

fn is_error_of(fault: Fault, error: &ChannelError) {
    match (fault, error) {
        (_, ChannelError::Unavailable { retry_after, .. }) => waits_as_asked(fault, *retry_after),
        (Fault::Html, ChannelError::Protocol { .. }) | (Fault::SessionEnded, ChannelError::Unauthorized { .. }) => {}
        (fault, error) => panic!("{fault:?} is reported as {error:?}"),
    }
}

fn waits_as_asked(fault: Fault, after: Option<Duration>) {
    if let Fault::Throttled { retry_after } = fault {
        assert_eq!(after, retry_after.map(Duration::from_secs), "{fault:?}");
    }
}

/// Every fault at every exchange of a call. `scene` prepares, `call` is what meets the fault, `repeat` what a dispatcher
/// does afterwards until it is done, `look` what has to be true then.
fn everywhere<S>(
    play: &mut Play<'_>,
    faults: &[Fault],
    scene: impl Fn(&Play<'_>) -> S,
    call: impl Fn(&Play<'_>, &S) -> Result<Vec<Outcome>, ChannelError>,
    repeat: impl Fn(&Play<'_>, &S) -> Result<Vec<Outcome>, ChannelError>,
    look: impl Fn(&Play<'_>, &S),
) {
    for fault in faults.iter().filter(|fault| play.stage.can_meet(**fault)) {
        let mut met_once = false;
        for passing in 0.. {
            assert!(passing < MOST_EXCHANGES, "one call takes more than {MOST_EXCHANGES} exchanges");
            let scene = scene(play);
            // As a new process begins: without a session, without anything remembered. Every second time as an old one.
            if passing % 2 == 0 {
                play.restarts();
            }
            play.stage.strikes(*fault, passing);
            let outcomes = call(play, &scene);
            let met = play.stage.clears();
            if met {
                met_once = true;
                is_weather(*fault, &outcomes);
                if *fault == Fault::Crash {
                    play.restarts();
                }
                if !outcomes.is_ok_and(|rows| rows.iter().all(|row| matches!(row, Outcome::Done { .. }))) {
                    repeat_until_done(play, &scene, &repeat);
                }
            } else {
                outcomes.unwrap_or_else(|error| panic!("in good weather: {error}")).iter().for_each(is_done);
            }
            look(play, &scene);
            // An old process may make one exchange less than a new one.
            if !met && passing % 2 == 0 {
                break;
            }
        }
        assert!(met_once, "{fault:?} never met a call");
    }
}

fn repeat_until_done<S>(play: &Play<'_>, scene: &S, repeat: &impl Fn(&Play<'_>, &S) -> Result<Vec<Outcome>, ChannelError>) {
    let mut last = String::new();
    for _ in 0..MOST_REPEATS {
        match repeat(play, scene) {
            Ok(rows) if rows.iter().all(|row| matches!(row, Outcome::Done { .. })) => return,
            Ok(rows) => {
                assert!(!rows.iter().any(|row| matches!(row, Outcome::Refused(_))), "{rows:?}");
                last = format!("{rows:?}");
            }
            Err(error) => last = error.to_string(),
        }
    }
    panic!("not done after {MOST_REPEATS} repeats: {last}");
}

fn create(play: &mut Play<'_>) {
    let scene = |play: &Play<'_>| {
        let parent = fresh("P");
        let mut rows = vec![offer(&fresh("A"))];
        if play.can.variants {
            rows.push(variant(&parent, &format!("{parent}-1"), &[("Farbe", "Blau")]));
            rows.push(variant(&parent, &format!("{parent}-2"), &[("Farbe", "Rot")]));
        }
        rows.truncate(play.can.batch_size);
        rows
    };
    let call = |play: &Play<'_>, rows: &Vec<OfferChange>| play.try_submit(rows);
    everywhere(play, &Fault::ALL, scene, call, call, |play, rows| {
        for row in rows {
            let shown = play.shows(&row.sku);
            assert_eq!((shown.quantity, shown.running, shown.title.as_str()), (12, true, format!("Lampe {}", row.sku).as_str()));
        }
    });
}

fn change(play: &mut Play<'_>) {
    let scene = |play: &Play<'_>| {
        let rows: Vec<OfferChange> = (0..2.min(play.can.batch_size)).map(|_| play.lists(&offer(&fresh("A")))).collect();
        let changed = |row: &OfferChange| OfferChange { price: Some(price("7.00")), quantity: Some(pieces(3)), ..row.clone() };
        let mut rows: Vec<OfferChange> = rows.iter().map(changed).collect();
        if rows.len() > 1 {
            rows[1] = OfferChange { wanted: Wanted::Ended, ..bare(&rows[1]) };
        }
        rows
    };
    let call = |play: &Play<'_>, rows: &Vec<OfferChange>| play.try_submit(rows);
    everywhere(play, &Fault::ALL, scene, call, call, |play, rows| {
        let shown = play.shows(&rows[0].sku);
        assert_eq!((shown.quantity, shown.price), (3, super::super::play::amount("7.00")));
        for ended in &rows[1..] {
            assert_eq!(play.running(&ended.sku), Vec::new());
        }
    });
}

fn rename(play: &mut Play<'_>) {
    let scene = |play: &Play<'_>| {
        let old = play.lists(&offer(&fresh("A")));
        OfferChange { sku: fresh("B"), known_as: vec![old.sku.clone()], quantity: Some(pieces(3)), ..bare(&old) }
    };
    let call = |play: &Play<'_>, row: &OfferChange| play.try_submit(std::slice::from_ref(row));
    everywhere(play, &Fault::ALL, scene, call, call, |play, row| {
        assert_eq!(play.shows(&row.sku).quantity, 3);
        assert_eq!(play.stage.offers(&row.known_as[0]), Vec::new());
    });
}

fn pull(play: &mut Play<'_>) {
    let change = play.lists(&OfferChange { quantity: Some(pieces(500)), ..offer(&fresh("A")) });
    for fault in Fault::ALL.into_iter().filter(|fault| play.stage.can_meet(*fault)) {
        for passing in 0..MOST_EXCHANGES {
            let mut cursor = play.now();
            let placed: Vec<String> = (0..2).map(|_| play.stage.buys(&[(&change.sku, 1)])).collect();
            if passing % 2 == 0 {
                play.restarts();
            }
            play.stage.strikes(fault, passing);
            let result = play.try_pulls(&mut cursor, &placed);
            let met = play.stage.clears();
            let mut orders = match result {
                Ok(orders) => orders,
                Err(error) => {
                    assert!(met, "in good weather: {error}");
                    is_error_of(fault, &error);
                    Vec::new()
                }
            };
            if met {
                play.restarts();
                orders.extend(play.pulls(&mut cursor, &placed));
            }
            for number in &placed {
                assert!(orders.iter().any(|order| order.order_id == *number), "{number} is lost by {fault:?} at {passing}");
            }
            if !met && passing % 2 == 0 {
                break;
            }
        }
    }
}

fn list(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    for fault in Fault::ALL {
        if fault == Fault::Crash || !play.stage.can_meet(fault) {
            continue;
        }
        play.stage.strikes(fault, 0);
        let page = play.connector().list_offers(None);
        assert!(play.stage.clears());
        if let Err(error) = page {
            is_error_of(fault, &error);
        }
        assert!(play.listed().iter().any(|listed| listed.sku.as_ref() == Some(&change.sku)), "after {fault:?}");
    }
}

/// An order of five pieces, and the facts that are told about it.
struct Story {
    order_id: String,
    sku: String,
    fact: Fact,
}

fn bought(play: &Play<'_>, paid: bool, kind: impl FnOnce(&dyn Fn(i32, i32) -> Content) -> FactKind) -> Story {
    let change = play.lists(&OfferChange { quantity: Some(pieces(50)), ..offer(&fresh("A")) });
    let mut cursor = play.now();
    let order_id = play.stage.buys(&[(&change.sku, 5)]);
    let order = play.reads(&mut cursor, &order_id);
    if paid && play.can.takes(FactName::Paid) {
        play.told(&fact(&order_id, FactKind::Paid { transaction_id: None }));
    } else if paid {
        play.stage.happens(&order_id, &Deed::Pays);
    }
    let line_id = order.lines[0].line_id.clone();
    let content = |quantity: i32, so_far: i32| Content { line_id: Some(line_id.clone()), sku: Some(change.sku.clone()), quantity, so_far };
    let kind = kind(&content);
    Story { fact: fact(&order_id, kind), order_id, sku: change.sku }
}

fn told(play: &mut Play<'_>, scene: impl Fn(&Play<'_>) -> Story, look: impl Fn(&Play<'_>, &Story)) {
    let call = |play: &Play<'_>, story: &Story| play.try_tell(&story.fact).map(|outcome| vec![outcome]);
    let repeat = |play: &Play<'_>, story: &Story| Ok(vec![play.tells_again(&story.fact)]);
    everywhere(play, &WORST, scene, call, repeat, look);
}

/// Shipped and cancelled pieces.
fn moved(play: &Play<'_>, story: &Story) -> (i32, i32) {
    let shown = play.stage.order(&story.order_id);
    let lines = shown.lines.iter().filter(|line| line.sku == story.sku);
    lines.fold((0, 0), |(shipped, cancelled), line| (shipped + line.shipped, cancelled + line.cancelled))
}

fn ship(play: &mut Play<'_>) {
    let in_part = play.can.ships_in_part;
    let quantity = if in_part { 2 } else { 5 };
    let scene = |play: &Play<'_>| {
        bought(play, true, |content| {
            let contents = vec![content(quantity, quantity)];
            let packet = Packet { packet_id: 1, tracking_number: Some("JJD1".to_owned()), contents, ..Packet::default() };
            FactKind::Shipped { packets: vec![packet], together: Vec::new() }
        })
    };
    told(play, scene, |play, story| {
        assert_eq!((moved(play, story), play.stage.order(&story.order_id).packages.len()), ((quantity, 0), 1));
    });
}

fn cancel(play: &mut Play<'_>) {
    let scene =
        |play: &Play<'_>| bought(play, false, |content| FactKind::PositionsCancelled { positions: vec![content(2, 2)], reason: None });
    told(play, scene, |play, story| assert_eq!(moved(play, story), (0, 2)));
}

fn refund(play: &mut Play<'_>) {
    let scene = |play: &Play<'_>| {
        bought(play, true, |_| FactKind::Refunded {
            credit_number: fresh("CR"),
            amount: super::super::play::amount("5.00"),
            currency: "EUR".to_owned(),
            positions: Vec::new(),
            reason: None,
        })
    };
    told(play, scene, |play, story| {
        assert_eq!(play.stage.order(&story.order_id).refunded, super::super::play::amount("5.00"));
    });
}

fn throttled(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    for retry_after in [None, Some(7200)] {
        let fault = Fault::Throttled { retry_after };
        play.stage.strikes(fault, 0);
        let outcomes = play.try_submit(std::slice::from_ref(&change));
        assert!(play.stage.clears());
        let after = match outcomes {
            Err(ChannelError::Unavailable { retry_after, .. }) => retry_after,
            Ok(rows) => match &rows[0] {
                Outcome::Later { after, .. } => *after,
                other => panic!("{other:?}"),
            },
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(after, retry_after.map(Duration::from_secs));
    }
}
