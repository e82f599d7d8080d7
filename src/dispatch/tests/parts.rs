//! Channels that cannot do everything with parts of an order: what goes to them, and what the ERP hears instead.

use super::world::{World, everywhere, later, run};
use crate::domain::OrderId;
use crate::domain::order::FactKind;
use crate::store::outbox::OutboxStatus;

const CANCELLED: &str = r#"{"positions_cancelled":{"positions":[{"line_id":"L1","sku":"SKU-1","quantity":1,"so_far":1}],"reason":null}}"#;

fn refund(positions: &str) -> String {
    format!(r#"{{"refunded":{{"credit_number":"CR-1","amount":25000,"currency":"EUR","positions":[{positions}],"reason":"broken"}}}}"#)
}

const PIECE: &str = r#"{"line_id":"L1","sku":"SKU-1","quantity":1,"so_far":1}"#;

/// What the channel got, how the facts stand, and which messages the ERP got.
fn outcome(world: &World) -> (Vec<FactKind>, Vec<OutboxStatus>, Vec<String>) {
    let sent = world.script.take_facts().into_iter().map(|fact| fact.kind).collect();
    let states = world.fact_states().into_iter().map(|(_, state)| state).collect();
    let messages = world.messages();
    assert!(messages.iter().all(|message| message.order_id == Some(OrderId(1))));
    (sent, states, messages.into_iter().map(|message| message.code).collect())
}

#[test]
fn a_position_that_the_channel_cannot_cancel_is_said_once_and_holds_nothing_up() {
    everywhere(|world| {
        world.script.knows_no_parts();
        world.add_order(1, &[]);
        world.add_fact(1, "position", CANCELLED);
        world.add_fact(1, "whole", r#"{"cancelled":{"reason":null}}"#);
        let mut worker = world.worker();
        for seconds in 0..3 {
            run(&mut worker, later(seconds));
        }
        let (sent, states, messages) = outcome(&world);
        assert!(matches!(sent.as_slice(), [FactKind::Cancelled { .. }]), "{sent:?}");
        assert_eq!(states, [OutboxStatus::Dropped, OutboxStatus::Done]);
        assert_eq!(messages, ["CANCELLATION_NOT_SENT"]);
    });
}

#[test]
fn a_refund_goes_by_pieces_or_as_an_amount_as_the_channel_can() {
    everywhere(|world| {
        world.add_order(1, &[]);
        world.add_fact(1, "pieces", &refund(PIECE));
        world.add_fact(1, "amount", &refund(""));
        run(&mut world.worker(), later(0));
        let pieces = |kinds: &[FactKind]| -> Vec<usize> {
            let of = |kind: &FactKind| if let FactKind::Refunded { positions, .. } = kind { positions.len() } else { 99 };
            kinds.iter().map(of).collect()
        };
        let (sent, states, messages) = outcome(&world);
        assert_eq!((pieces(&sent), states.len(), messages.len()), (vec![1, 0], 2, 0));

        world.script.knows_no_parts();
        world.add_fact(1, "an amount for pieces", &refund(PIECE));
        run(&mut world.worker(), later(1));
        let (sent, _, messages) = outcome(&world);
        assert_eq!((pieces(&sent), messages.len()), (vec![0], 0), "the amount is what counts");

        world.script.refunds_nothing();
        world.add_fact(1, "nothing", &refund(PIECE));
        run(&mut world.worker(), later(2));
        let (sent, states, messages) = outcome(&world);
        assert_eq!((sent.len(), states.last(), messages), (0, Some(&OutboxStatus::Dropped), vec!["REFUND_NOT_SENT".to_owned()]));
    });
}
