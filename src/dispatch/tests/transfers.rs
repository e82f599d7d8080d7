//! Customers and coupons on their way to a channel.

use diesel::prelude::*;

use super::script::unavailable;
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::{Outcome, Record, Transfer};
use crate::domain::coupon::{Coupon, CouponKind};
use crate::domain::customer::CustomerAddress;
use crate::domain::lookup::CustomerGroup;
use crate::domain::message::channel;
use crate::domain::transfer::TransferKind;
use crate::domain::{Decimal, MandatorId, Reader};
use crate::on;
use crate::store::Stored;
use crate::store::lookups::{self, BY_CALL, LookUpRow};
use crate::store::orders::customer_addresses::{self, AddressRow};
use crate::store::orders::customers;
use crate::store::outbox::OutboxStatus;
use crate::store::schema::transfers as table;
use crate::store::transfers::{self, TransferRow};

/// Stores a coupon of five percent.
fn coupon(world: &World, id: i32, code: &str) {
    let code = code.to_owned();
    world.write(move |tx| {
        let coupon = Coupon { kind: Some(CouponKind::Percent), value: Some(Decimal(50_000)), ..Coupon::default() };
        let row = LookUpRow {
            id,
            mandator_id: MandatorId(1),
            identifier: code,
            external_id: None,
            origin: BY_CALL,
            created_at: 0,
            last_changed: 0,
            data: Stored::of(&coupon)?,
        };
        lookups::save(tx, &[row])
    });
}

fn ask(world: &World, ids: &[i32]) {
    let ids = ids.to_vec();
    world.write(move |tx| transfers::ask(tx, ACCOUNT, TransferKind::Coupon, &ids));
}

fn rows(world: &World) -> Vec<TransferRow> {
    world.store.read(|conn| Ok(on!(conn, c => table::table.order(table::record_id).select(TransferRow::as_select()).load(c))?)).unwrap()
}

fn states(world: &World) -> Vec<(i32, OutboxStatus)> {
    rows(world).into_iter().map(|row| (row.record_id, row.status)).collect()
}

fn codes(sent: &[Transfer]) -> Vec<(String, Option<String>)> {
    let code = |transfer: &Transfer| match &transfer.record {
        Record::Coupon(coupon) => (coupon.code.clone(), transfer.external_number.clone()),
        Record::Customer(customer) => (customer.key.clone(), transfer.external_number.clone()),
        other => panic!("{other:?}"),
    };
    sent.iter().map(code).collect()
}

#[test]
fn a_record_is_sent_once_with_the_number_that_the_channel_gave_it() {
    everywhere(|world| {
        coupon(&world, 1, "A");
        coupon(&world, 2, "B");
        ask(&world, &[1, 2, 2]);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(10));
        assert_eq!(codes(&world.script.take_transfers()), [("A".into(), None), ("B".into(), None)]);
        assert_eq!(states(&world), [(1, OutboxStatus::Done), (2, OutboxStatus::Done)]);
        coupon(&world, 1, "C");
        let accounts = world.write(|tx| transfers::changed(tx, TransferKind::Coupon, &[1, 3]));
        assert_eq!(accounts.into_iter().collect::<Vec<_>>(), [ACCOUNT]);
        run(&mut worker, later(20));
        assert_eq!(codes(&world.script.take_transfers()), [("C".into(), Some("T-1".into()))]);
    });
}

#[test]
fn a_refused_record_waits_for_a_change_and_holds_up_nobody() {
    everywhere(|world| {
        coupon(&world, 1, "A");
        coupon(&world, 2, "B");
        ask(&world, &[1, 2, 9]);
        world.script.on_transfer(|_| Ok(Outcome::Refused(channel::record_refused("E1", "no"))));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        assert_eq!(world.script.take_transfers().len(), 2);
        assert_eq!(states(&world), [(1, OutboxStatus::Parked), (2, OutboxStatus::Done), (9, OutboxStatus::Parked)]);
        let said: Vec<String> = world.messages().iter().map(|message| message.text(Reader::ADMIN)).collect();
        assert_eq!(
            said,
            [
                "coupon A is not in the channel as it is here: no",
                "coupon 9 is not in the channel as it is here: it does not exist any more"
            ]
        );
        run(&mut worker, later(5_000));
        assert!(world.script.take_transfers().is_empty());
        ask(&world, &[1]);
        run(&mut worker, later(5_001));
        assert_eq!(states(&world)[0], (1, OutboxStatus::Done));
    });
}

#[test]
fn what_changes_while_it_is_sent_goes_again() {
    everywhere(|world| {
        coupon(&world, 1, "A");
        ask(&world, &[1]);
        let store = world.store.clone();
        world.script.on_transfer(move |_| {
            store.write(|tx| transfers::changed(tx, TransferKind::Coupon, &[1])).unwrap();
            Ok(Outcome::done())
        });
        run(&mut world.worker(), later(1));
        assert_eq!(world.script.take_transfers().len(), 2);
    });
}

#[test]
fn a_channel_that_takes_no_coupons_is_asked_for_none_and_says_so_once() {
    everywhere(|world| {
        world.script.takes_no_records();
        for id in 1..=3 {
            coupon(&world, id, &format!("C{id}"));
        }
        ask(&world, &[1, 2, 3]);
        let mut worker = world.worker();
        run(&mut worker, later(0));
        run(&mut worker, later(10));
        assert!(world.script.take_transfers().is_empty());
        assert!(states(&world).iter().all(|(_, status)| *status == OutboxStatus::Dropped));
        let said: Vec<String> = world.messages().iter().map(|message| message.text(Reader::ADMIN)).collect();
        assert_eq!(said, ["the channel takes no coupons; they stay in Kontor"]);
    });
}

#[test]
fn a_failing_channel_is_tried_again_later() {
    everywhere(|world| {
        coupon(&world, 1, "A");
        ask(&world, &[1]);
        world.script.on_transfer(|_| Err(unavailable(None)));
        let mut worker = world.worker();
        run(&mut worker, later(0));
        assert_eq!((rows(&world)[0].attempts, states(&world)[0].1), (1, OutboxStatus::Pending));
        run(&mut worker, later(60));
        assert_eq!((rows(&world)[0].attempts, states(&world)[0].1), (0, OutboxStatus::Done));
        assert_eq!(world.script.take_transfers().len(), 2);
    });
}

#[test]
fn a_customer_goes_with_what_the_channel_had_of_group_and_addresses_before() {
    everywhere(|world| {
        let group = |world: &World, name: &str| {
            let name = name.to_owned();
            world.write(move |tx| {
                let row = LookUpRow {
                    id: 7,
                    mandator_id: MandatorId(1),
                    identifier: name,
                    external_id: None,
                    origin: BY_CALL,
                    created_at: 0,
                    last_changed: 0,
                    data: Stored::of(&CustomerGroup::default())?,
                };
                lookups::save(tx, &[row])
            });
        };
        group(&world, "Gold");
        let address = |city: &str| CustomerAddress { city: Some(city.to_owned()), ..CustomerAddress::default() };
        let bonn = address("Bonn");
        let (customer_id, address_id) = world.write(move |tx| {
            let mut row = customers::create(tx, MandatorId(1), Some(ACCOUNT), Some(1), Some("B-1".to_owned()), None)?;
            row.customer_group_id = Some(7);
            customers::save(tx, &mut row)?;
            let address = AddressRow { address_id: 0, customer_id: row.customer_id, data: Stored::of(&bonn)? };
            Ok((row.customer_id, customer_addresses::save(tx, address)?))
        });
        let send = |seconds: i64| {
            world.write(move |tx| transfers::ask(tx, ACCOUNT, TransferKind::Customer, &[customer_id]));
            run(&mut world.worker(), later(seconds));
            match world.script.take_transfers().pop().unwrap().record {
                Record::Customer(customer) => *customer,
                other => panic!("{other:?}"),
            }
        };
        let first = send(0);
        assert_eq!((first.group.as_deref(), first.group_before, first.addresses_before), (Some("Gold"), None, vec![]), "{}", world.name);
        assert_eq!(first.addresses, [(address_id, address("Bonn"))]);
        let again = send(10);
        assert_eq!((again.group_before, again.addresses_before), (None, vec![(address_id, address("Bonn"))]), "{}", world.name);

        group(&world, "Platinum");
        let rome = address("Rome");
        world.write(move |tx| customer_addresses::save(tx, AddressRow { address_id, customer_id, data: Stored::of(&rome)? }).map(drop));
        // The answer is lost: what the channel had before is still what was confirmed.
        world.script.on_transfer(|_| Err(unavailable(None)));
        world.write(move |tx| transfers::ask(tx, ACCOUNT, TransferKind::Customer, &[customer_id]));
        run(&mut world.worker(), later(20));
        world.script.take_transfers();
        let changed = send(200);
        assert_eq!((changed.group.as_deref(), changed.group_before.as_deref()), (Some("Platinum"), Some("Gold")), "{}", world.name);
        assert_eq!(
            (changed.addresses, changed.addresses_before),
            (vec![(address_id, address("Rome"))], vec![(address_id, address("Bonn"))])
        );
        assert_eq!(send(210).group_before, None, "{}: it has the new name now", world.name);
    });
}
