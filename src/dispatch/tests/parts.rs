//! Channels that cannot do everything with parts of an order: what goes to them, and what the ERP hears instead.

use super::world::{World, everywhere, later, run};
use crate::domain::OrderId;
use crate::domain::order::{FactKind, PacketDocument};
use crate::store::orders;
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

/// The tracking numbers of what the channel got, fact by fact.
fn numbers(sent: &[FactKind]) -> Vec<Vec<String>> {
    let of = |kind: &FactKind| match kind {
        FactKind::Shipped { packets, together } => {
            assert!(together.is_empty() && packets.iter().all(|packet| packet.contents.is_empty()), "everything is in it");
            packets.iter().filter_map(|packet| packet.tracking_number.clone()).collect()
        }
        _ => panic!("{kind:?}"),
    };
    sent.iter().map(of).collect()
}

fn packet(world: &World, number: &str) -> i32 {
    let data = PacketDocument { tracking_number: Some(number.to_owned()), ..PacketDocument::default() };
    world.write(move |tx| Ok(orders::add_packet(tx, OrderId(1), data, &[])?.packet_id))
}

fn shipped(packet_ids: &[i32], again: bool) -> String {
    let packets: Vec<String> = packet_ids.iter().map(|id| format!(r#"{{"packet_id":{id},"again":{again}}}"#)).collect();
    format!(r#"{{"shipped":{{"packets":[{}]}}}}"#, packets.join(","))
}

#[test]
fn a_channel_with_room_for_one_package_gets_the_first_and_the_erp_hears_of_the_others() {
    everywhere(|world| {
        world.script.can(|can| can.several_packages = false);
        world.add_order(1, &[]);
        let ids = [packet(&world, "T-1"), packet(&world, "T-2"), packet(&world, "T-3")];
        world.add_fact(1, "together", &shipped(&ids, false));
        run(&mut world.worker(), later(0));
        let (sent, _, messages) = outcome(&world);
        assert_eq!((numbers(&sent), messages), (vec![vec!["T-1".to_owned()]], vec!["PACKAGES_NOT_SENT".to_owned()]), "{}", world.name);
        let text = world.messages()[0].text(crate::domain::Reader::ADMIN);
        assert!(text.contains("2 more") && text.contains("T-2, T-3"), "{text}");

        world.add_fact(1, "news of the first", &shipped(&ids[..1], true));
        run(&mut world.worker(), later(1));
        let (sent, _, messages) = outcome(&world);
        assert_eq!((numbers(&sent), messages.len()), (vec![vec!["T-1".to_owned()]], 1), "{}: the others are not named again", world.name);

        world.add_fact(1, "news of another", &shipped(&ids[1..2], true));
        run(&mut world.worker(), later(2));
        let (sent, states, messages) = outcome(&world);
        assert_eq!((sent.len(), messages.len()), (0, 2), "{}: the channel has no place for it", world.name);
        assert_eq!(states, [OutboxStatus::Done, OutboxStatus::Done, OutboxStatus::Dropped]);
    });
}

#[test]
fn a_single_package_goes_to_such_a_channel_without_a_word() {
    everywhere(|world| {
        world.script.can(|can| can.several_packages = false);
        world.add_order(1, &[]);
        let id = packet(&world, "T-1");
        world.add_fact(1, "one", &shipped(&[id], false));
        run(&mut world.worker(), later(0));
        let (sent, states, messages) = outcome(&world);
        assert_eq!((sent.len(), states, messages.len()), (1, vec![OutboxStatus::Done], 0), "{}", world.name);
    });
}
