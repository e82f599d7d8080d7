//! Labels and carriers that fail in every way: each label is ordered once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::world::{World, everywhere};
use crate::carriers::{Carrier, CarrierError, Found, Label, Made, Paper};
use crate::config::fixture;
use crate::dispatch::labels::Labeller;
use crate::domain::label::{LabelDocument, LabelState};
use crate::domain::order::{OrderStatus, PacketDocument, Workflow};
use crate::domain::order_document::{DocumentType, FileKind};
use crate::domain::{AccountId, LabelId, MandatorId, OrderId, Stamp};
use crate::files::{Folder, checksum};
use crate::store::labels::{self, LabelRow};
use crate::store::orders::{self, OrderRow};
use crate::store::{Stored, documents};

/// What a carrier does next, and what it was asked.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<Vec<Answer>>>,
    asked: Arc<Mutex<Vec<&'static str>>>,
}

enum Answer {
    Made(Result<Made, CarrierError>),
    Found(Result<Found, CarrierError>),
    Cancelled(Result<Option<String>, CarrierError>),
}

impl Script {
    fn next(&self, asked: &'static str) -> Answer {
        self.asked.lock().unwrap().push(asked);
        self.answers.lock().unwrap().remove(0)
    }
}

impl Carrier for Script {
    fn make(&self, _reference: &str, _shipment: &crate::domain::label::Shipment) -> Result<Made, CarrierError> {
        let Answer::Made(made) = self.next("make") else { panic!("asked to make") };
        made
    }

    fn find(&self, _reference: &str) -> Result<Found, CarrierError> {
        let Answer::Found(found) = self.next("find") else { panic!("asked to find") };
        found
    }

    fn cancel(&self, _reference: &str, _tracking_number: &str) -> Result<Option<String>, CarrierError> {
        let Answer::Cancelled(cancelled) = self.next("cancel") else { panic!("asked to cancel") };
        cancelled
    }
}

fn made() -> Label {
    let paper = Paper { document_type: DocumentType::ShippingLabel, kind: FileKind::Pdf, content: b"%PDF-1.4 a label".to_vec() };
    Label { tracking_number: "0034".into(), papers: vec![paper], ..Label::default() }
}

pub(super) fn order(world: &World) -> OrderId {
    world.write(|tx| {
        let mut row = OrderRow::new(MandatorId(1), 2100, Workflow::Prepayment);
        row.last_changed_by = "channel".into();
        Ok(orders::insert(tx, row, Vec::new(), &[])?.0.order_id)
    })
}

pub(super) fn wanted(world: &World, order_id: OrderId, packet_id: Option<i32>) -> LabelId {
    world.write(move |tx| {
        let row = LabelRow {
            label_id: LabelId(0),
            mandator_id: MandatorId(1),
            order_id,
            carrier: "DHL".into(),
            reference: String::new(),
            external_label_number: None,
            packet_id,
            state: LabelState::Waiting,
            tracking_number: None,
            due_at: 0,
            attempts: 0,
            unclear: 0,
            created_at: 0,
            last_changed: 0,
            last_changed_by: "erp".into(),
            data: Stored::of(&LabelDocument::default())?,
        };
        Ok(labels::insert(tx, row)?.label_id)
    })
}

fn labeller(world: &World, answers: Vec<Answer>) -> (Labeller, Script) {
    let script = Script { answers: Arc::new(Mutex::new(answers)), asked: Arc::default() };
    let labeller = Labeller {
        settings: Arc::clone(&world.settings),
        store: world.store.clone(),
        bell: Arc::clone(&world.bell),
        account: fixture::carrier("sandbox"),
        carrier: Box::new(script.clone()),
        number: AccountId(-1),
    };
    (labeller, script)
}

/// So much later that every pause is over.
fn later() -> Stamp {
    Stamp(Stamp::now().0 + i64::try_from(Duration::from_secs(3_600).as_micros()).unwrap())
}

pub(super) fn row(world: &World, id: LabelId) -> LabelRow {
    world.store.read(|conn| labels::load(conn, &[id])).unwrap().remove(0)
}

#[test]
fn a_made_label_is_stored_with_its_file_and_never_ordered_again() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let id = wanted(world, order, None);
        let (labeller, script) = labeller(world, vec![Answer::Made(Ok(Made::Label(made())))]);
        assert!(labeller.turn(later()).unwrap());
        assert!(!labeller.turn(later()).unwrap(), "nothing is left to do");
        let row = row(world, id);
        assert_eq!((row.state, row.tracking_number.as_deref()), (LabelState::Made, Some("0034")));
        let file = world.store.read(|conn| documents::of_order(conn, order)).unwrap().remove(0);
        assert_eq!((file.document_type, file.external_document_number), (DocumentType::ShippingLabel, Some(row.reference)));
        let content = Folder::new(&world.settings.documents.folder).read(&checksum(b"%PDF-1.4 a label"), file.bytes);
        assert!(content.is_some());
        assert_eq!(*script.asked.lock().unwrap(), ["make"]);
    });
}

#[test]
fn after_a_lost_answer_the_carrier_is_asked_what_it_made() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let lost = || Answer::Made(Err(CarrierError::Unclear("lost".into())));
        for (found, asked, state) in [
            (vec![lost(), Answer::Found(Ok(Found::Label(made())))], vec!["make", "find"], LabelState::Made),
            (
                vec![lost(), Answer::Found(Ok(Found::Nothing)), Answer::Made(Ok(Made::Label(made())))],
                vec!["make", "find", "make"],
                LabelState::Made,
            ),
            (vec![lost(), Answer::Found(Ok(Found::Unknown))], vec!["make", "find"], LabelState::Unclear),
            (
                vec![lost(), Answer::Found(Err(CarrierError::NotReached("down".into()))), Answer::Found(Ok(Found::Label(made())))],
                vec!["make", "find", "find"],
                LabelState::Made,
            ),
        ] {
            let id = wanted(world, order, None);
            let (labeller, script) = labeller(world, found);
            while labeller.turn(later()).unwrap() {}
            assert_eq!((row(world, id).state, script.asked.lock().unwrap().clone()), (state, asked));
        }
    });
}

#[test]
fn a_call_that_was_cut_off_counts_as_a_lost_answer() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let id = wanted(world, order, None);
        world.write(move |tx| {
            let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
            row.state = LabelState::Asking;
            labels::save(tx, &mut row, "carrier")
        });
        let (labeller, script) = labeller(world, vec![Answer::Found(Ok(Found::Label(made())))]);
        assert!(labeller.turn(later()).unwrap());
        assert_eq!((row(world, id).state, script.asked.lock().unwrap().clone()), (LabelState::Made, vec!["find"]));
    });
}

#[test]
fn a_carrier_that_was_not_reached_is_asked_again_and_one_that_refuses_is_not() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let id = wanted(world, order, None);
        let down = Answer::Made(Err(CarrierError::NotReached("down".into())));
        let refused = Answer::Made(Ok(Made::Refused("the address is unknown".into())));
        let (labeller, script) = labeller(world, vec![down, refused]);
        while labeller.turn(later()).unwrap() {}
        let row = row(world, id);
        let said = row.document().unwrap().messages;
        assert_eq!(row.state, LabelState::Refused);
        assert_eq!(said, ["the address is unknown", "correct the order, then call confirmShippingLabels with RETRY"]);
        assert_eq!(*script.asked.lock().unwrap(), ["make", "make"]);
        let tags = world.store.read(|conn| orders::load(conn, &[order])).unwrap().remove(0).tags;
        assert!(tags.iter().any(|tag| tag.tag_identifier == "SHIPPING_LABEL_ERROR"), "{tags:?}");
    });
}

#[test]
fn a_label_for_a_package_gives_it_its_number() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let packet = world.write(move |tx| Ok(orders::add_packet(tx, order, PacketDocument::default(), &[])?.packet_id));
        wanted(world, order, Some(packet));
        let (labeller, _) = labeller(world, vec![Answer::Made(Ok(Made::Label(made())))]);
        labeller.turn(later()).unwrap();
        let packets = world.store.read(|conn| orders::packets_of(conn, &[order])).unwrap();
        assert_eq!(packets[0].data.tracking_number.as_deref(), Some("0034"));
    });
}

#[test]
fn a_cancelled_label_is_given_back_unless_the_carrier_keeps_it() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let stays = || Ok(Some("the day is closed".to_owned()));
        let lost = || Err(CarrierError::Unclear("lost".into()));
        for (answers, state) in [
            (vec![Ok(None)], LabelState::Cancelled),
            (vec![stays()], LabelState::Made),
            (vec![lost(), Ok(None)], LabelState::Cancelled),
            (vec![lost(), stays()], LabelState::Unclear),
        ] {
            let id = wanted(world, order, None);
            world.write(move |tx| {
                let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
                row.state = LabelState::Cancelling;
                labels::save(tx, &mut row, "erp")
            });
            let calls = answers.len();
            let (labeller, script) = labeller(world, answers.into_iter().map(Answer::Cancelled).collect());
            while labeller.turn(later()).unwrap() {}
            assert_eq!((row(world, id).state, script.asked.lock().unwrap().clone()), (state, vec!["cancel"; calls]));
        }
    });
}

#[test]
fn a_label_that_was_given_back_leaves_no_number_in_its_package() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let packet = world.write(move |tx| Ok(orders::add_packet(tx, order, PacketDocument::default(), &[])?.packet_id));
        let id = wanted(world, order, Some(packet));
        let (labeller, _) = labeller(world, vec![Answer::Made(Ok(Made::Label(made()))), Answer::Cancelled(Ok(None))]);
        labeller.turn(later()).unwrap();
        let number = || world.store.read(|conn| orders::packets_of(conn, &[order])).unwrap().remove(0).data.tracking_number;
        assert_eq!(number().as_deref(), Some("0034"));
        world.write(move |tx| {
            let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
            (row.state, row.due_at) = (LabelState::Cancelling, 0);
            labels::save(tx, &mut row, "erp")
        });
        labeller.turn(later()).unwrap();
        assert_eq!((row(world, id).state, number()), (LabelState::Cancelled, None));
    });
}

#[test]
fn who_reads_that_kontor_gave_up_reads_what_helps() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let down = || Err(CarrierError::NotReached("down".into()));
        let lost = || Err(CarrierError::Unclear("lost".into()));
        for (state, answer, after, words) in [
            (LabelState::Waiting, Answer::Made(down()), LabelState::Refused, "when the carrier works again"),
            (LabelState::Waiting, Answer::Made(lost()), LabelState::Unclear, "look at the carrier"),
            (LabelState::Cancelling, Answer::Cancelled(Err(CarrierError::NotReached("down".into()))), LabelState::Made, "CANCEL again"),
        ] {
            let id = wanted(world, order, None);
            world.write(move |tx| {
                let mut row = labels::load(&mut tx.conn, &[id])?.remove(0);
                row.state = state;
                // Ordered so long ago that nobody tries it any more.
                row.created_at = 0;
                labels::save(tx, &mut row, "erp")
            });
            let (labeller, _) = labeller(world, vec![answer]);
            labeller.turn(later()).unwrap();
            let said = row(world, id).document().unwrap().messages;
            assert!(row(world, id).state == after && said.len() == 2 && said[1].contains(words), "{said:?}");
        }
    });
}

fn cancel_order(world: &World, order: OrderId) {
    world.write(move |tx| {
        let mut row = orders::get(&mut tx.conn, order)?.expect("the order");
        row.order_status_id = OrderStatus::Cancelled;
        orders::save(tx, &mut row, "erp")
    });
}

#[test]
fn a_lost_answer_is_looked_for_although_the_order_was_cancelled() {
    everywhere(|world| {
        let world = &world;
        for (found, state) in
            [(Found::Nothing, LabelState::Cancelled), (Found::Label(made()), LabelState::Made), (Found::Unknown, LabelState::Unclear)]
        {
            let order = order(world);
            let (id, never_asked) = (wanted(world, order, None), wanted(world, order, None));
            let lost = Answer::Made(Err(CarrierError::Unclear("lost".into())));
            let (labeller, script) = labeller(world, vec![lost, Answer::Found(Ok(found))]);
            assert!(labeller.turn(Stamp::now()).unwrap());
            cancel_order(world, order);
            while labeller.turn(later()).unwrap() {}
            assert_eq!((row(world, id).state, script.asked.lock().unwrap().clone()), (state, vec!["make", "find"]));
            assert_eq!(row(world, never_asked).state, LabelState::Waiting);
        }
    });
}

/// Makes every label, and counts.
#[derive(Clone, Default)]
struct Press(Arc<Mutex<Vec<String>>>);

impl Carrier for Press {
    fn make(&self, reference: &str, _shipment: &crate::domain::label::Shipment) -> Result<Made, CarrierError> {
        self.0.lock().unwrap().push(reference.to_owned());
        Ok(Made::Label(Label { tracking_number: format!("T{reference}"), ..made() }))
    }

    fn find(&self, reference: &str) -> Result<Found, CarrierError> {
        panic!("asked about {reference}, of which nothing was lost")
    }

    fn cancel(&self, _reference: &str, _tracking_number: &str) -> Result<Option<String>, CarrierError> {
        Ok(None)
    }
}

#[test]
fn two_processes_order_each_label_once() {
    everywhere(|world| {
        let world = &world;
        let order = order(world);
        let ids: Vec<LabelId> = (0..20).map(|_| wanted(world, order, None)).collect();
        let press = Press::default();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                let labeller = Labeller { carrier: Box::new(press.clone()), ..labeller(world, Vec::new()).0 };
                scope.spawn(move || while labeller.turn(Stamp::now()).unwrap() {});
            }
        });
        let mut made = press.0.lock().unwrap().clone();
        made.sort();
        let references: Vec<String> = ids.iter().map(|id| row(world, *id).reference).collect();
        assert_eq!(made, references);
        assert!(ids.iter().all(|id| row(world, *id).state == LabelState::Made));
    });
}
