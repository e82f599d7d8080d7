//! Tasks: the channel takes a call, works on it for a while, and has its word on each row later.

use super::super::play::{Play, bare, fresh, is_done, is_refused, offer, pieces};
use super::super::stage::TaskFate;
use super::*;
use crate::connectors::{Acceptance, OfferChange, Outcome, Task, TaskProgress, TaskRow};
use crate::domain::Stamp;

pub(super) const ALL: &[Scenario] = &[
    Scenario { id: "task", promise: "A task ends with a word on each row", needs: &[TASKS], run: task },
    Scenario { id: "task_in_part", promise: "A task that fails in part refuses single rows", needs: &[TASKS], run: task_in_part },
    Scenario { id: "task_slow", promise: "A task that takes long is asked about again, by any process", needs: &[TASKS], run: task_slow },
    Scenario {
        id: "task_forgotten",
        promise: "A task that the channel forgot is noticed, and sent again without doubles",
        needs: &[TASKS],
        run: task_forgotten,
    },
];

/// Submits, and gives the one task that took all rows.
fn accepted(play: &Play<'_>, changes: &[OfferChange]) -> Task {
    let rows = play.connector().submit(changes).unwrap();
    let mut ids: Vec<String> = rows
        .iter()
        .map(|row| match &row.outcome {
            Outcome::Accepted(Acceptance { task, .. }) => task.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    ids.dedup();
    assert_eq!((ids.len(), rows.len()), (1, changes.len()), "one task for all rows: {ids:?}");
    assert!(ids[0].len() <= 1000);
    let rows = changes.iter().map(|change| TaskRow {
        offer_id: change.offer_id,
        sku: change.sku.clone(),
        external_number: change.external_number.clone(),
    });
    Task { id: ids.remove(0), accepted_at: Stamp::now(), rows: rows.collect() }
}

fn some(count: usize) -> Vec<OfferChange> {
    let name = fresh("T");
    (0..count).map(|number| offer(&format!("{name}-{number}"))).collect()
}

fn task(play: &mut Play<'_>) {
    play.stage.tasks_go(TaskFate::Takes(1));
    let rows = some(3.min(play.can.batch_size));
    play.submit(&rows).iter().for_each(is_done);
    for row in &rows {
        assert_eq!(play.shows(&row.sku).quantity, 12);
    }
    // A change of offers that are known.
    let changed = OfferChange { quantity: Some(pieces(4)), ..bare(&rows[0]) };
    play.done(&changed);
    assert_eq!(play.shows(&rows[0].sku).quantity, 4);
}

fn task_in_part(play: &mut Play<'_>) {
    let mut rows = some(3.min(play.can.batch_size));
    let bad = rows.len() - 1;
    rows[bad] = play.stage.spoils(rows[bad].clone());
    play.stage.tasks_go(TaskFate::Takes(1));
    for (at, outcome) in play.submit(&rows).iter().enumerate() {
        if at == bad { is_refused(outcome) } else { is_done(outcome) }
    }
    assert_eq!(play.running(&rows[bad].sku), Vec::new());
}

fn task_slow(play: &mut Play<'_>) {
    let rows = some(1);
    play.stage.tasks_go(TaskFate::Takes(5));
    let task = accepted(play, &rows);
    let mut questions = 0;
    loop {
        play.restarts();
        match play.connector().poll_task(&task).unwrap() {
            TaskProgress::Working { results, .. } => assert!(results.is_empty(), "{results:?}"),
            TaskProgress::Ended(results) => {
                is_done(&results[0].outcome);
                break;
            }
            TaskProgress::Forgotten => panic!("forgotten"),
        }
        questions += 1;
        assert!(questions < 20, "it does not end");
    }
    assert!(questions > 1, "a task that takes long");
    // An answer that got lost: the channel is asked once more.
    assert!(matches!(play.connector().poll_task(&task).unwrap(), TaskProgress::Ended(_) | TaskProgress::Forgotten));
    play.shows(&rows[0].sku);
}

fn task_forgotten(play: &mut Play<'_>) {
    let rows = some(1);
    play.stage.tasks_go(TaskFate::Forgotten);
    let task = accepted(play, &rows);
    assert!(matches!(play.connector().poll_task(&task).unwrap(), TaskProgress::Forgotten));
    play.stage.tasks_go(TaskFate::Takes(1));
    play.submit(&rows).iter().for_each(is_done);
    play.shows(&rows[0].sku);
}
