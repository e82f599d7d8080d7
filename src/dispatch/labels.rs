//! One worker per account at a carrier: orders labels, one at a time, and gives back those that nobody wants.
//!
//! A label is marked before the carrier is called. If a mark is found afterwards, the call came to no end, and the carrier is
//! asked first whether it made the label. One that cannot say so leaves it to a person: no label is ordered twice.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Watch;
use super::bell::{Bell, Wake};
use super::retry::{Further, after, chance, further};
use crate::carriers::{Carrier, CarrierError, Found, Label, Made};
use crate::config::{CarrierAccount, Settings};
use crate::domain::label::{LabelDocument, LabelState};
use crate::domain::order::{FactKind, OrderStatus};
use crate::domain::order_document::{DocumentRecord, Origin, name_for};
use crate::domain::{AccountId, Failure, Stamp};
use crate::files::{Folder, checksum};
use crate::store::documents::{self, DocumentRow};
use crate::store::labels::{self, LabelRow};
use crate::store::{Store, Stored, Tx, orders};

/// `last_changed_by` of what a carrier changed.
pub(super) const BY_CARRIER: &str = "carrier";
/// The tag of an order whose label failed (`order-calls.md` 11.1).
pub(super) const ERROR_TAG: &str = "SHIPPING_LABEL_ERROR";
const EVERY: Duration = Duration::from_secs(1);
/// What helps against a refusal; said beside the carrier's reason.
pub(super) const REMEDY: &str = "correct the order, then call confirmShippingLabels with RETRY";
/// What helps when the carrier was down for too long.
const REMEDY_DOWN: &str = "when the carrier works again, call confirmShippingLabels with RETRY";
/// What helps when nobody knows whether there is a label.
const REMEDY_UNCLEAR: &str =
    "look at the carrier for the label's reference, then call confirmShippingLabels: RETRY if there is no parcel, else CANCEL";
/// What helps when a label could not be given back.
const REMEDY_STAYS: &str = "call confirmShippingLabels with CANCEL again, or give it back at the carrier";
/// Said of a label whose order was cancelled while its answer was lost.
const NEVER_MADE: &str = "the order was cancelled, and the carrier has not made the label";
/// How long a call may take beyond its time-out before another process takes its label for cut off.
const SLACK: Duration = Duration::from_secs(60);

pub(super) struct Labeller {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub bell: Arc<Bell>,
    pub account: CarrierAccount,
    pub carrier: Box<dyn Carrier>,
    /// No account has this number.
    pub number: AccountId,
}

/// What came of a call.
enum Outcome {
    Made(Label),
    Refused(String),
    Unclear(String),
    Cancelled,
    /// It is not given back.
    Stays(String),
    /// Again later; true: the carrier may have made it.
    Later(String, bool),
    /// The carrier does not have it: it is ordered again.
    Absent,
}

impl Labeller {
    pub(super) fn run(mut self, watch: &Watch) {
        while !watch.leaves() {
            self.settings = watch.settings.get();
            let worked = self.turn(Stamp::now()).unwrap_or_else(|failure| {
                let level = if self.store.is_unreachable() { log::Level::Debug } else { log::Level::Error };
                log::log!(level, "carrier {}: {failure}", self.account.identifier);
                false
            });
            let wait = if worked { Duration::ZERO } else { EVERY };
            if self.bell.wait_for_work(self.number, Instant::now() + wait) == Wake::Stop {
                return;
            }
        }
    }

    /// Works on the next label; false: there is none.
    pub(super) fn turn(&self, now: Stamp) -> Result<bool, Failure> {
        let name = self.account.identifier.clone();
        if self.store.read(|conn| labels::due(conn, &name, now))?.is_none() {
            return Ok(false);
        }
        let until = after(now, self.settings.dispatch.channel_timeout + SLACK);
        let claimed = self.store.write(move |tx| {
            let Some(mut row) = labels::due(&mut tx.conn, &name, now)? else { return Ok(None) };
            // Marked before, and nobody settled it.
            let lost = row.unclear > 0 || row.state == LabelState::Asking;
            row.unclear = i32::from(lost || row.state == LabelState::Cancelling);
            if row.state == LabelState::Waiting {
                row.state = LabelState::Asking;
            }
            row.attempts = row.attempts.saturating_add(1);
            row.due_at = until.0;
            labels::save(tx, &mut row, BY_CARRIER)?;
            Ok(Some((row, lost)))
        })?;
        let Some((row, lost)) = claimed else { return Ok(true) };
        let document = row.document()?;
        let outcome = self.ask(&row, &document, lost);
        self.settle(row, document, outcome)?;
        Ok(true)
    }

    /// `lost`: an earlier call of the same kind has no answer.
    fn ask(&self, row: &LabelRow, document: &LabelDocument, lost: bool) -> Outcome {
        let later = |error: CarrierError, unclear: bool| match error {
            CarrierError::NotReached(reason) => Outcome::Later(reason, unclear),
            CarrierError::Unclear(reason) => Outcome::Later(reason, true),
        };
        if row.state == LabelState::Cancelling {
            return match self.carrier.cancel(&row.reference, row.tracking_number.as_deref().unwrap_or_default()) {
                Ok(None) => Outcome::Cancelled,
                Ok(Some(why)) if lost => Outcome::Unclear(format!("an answer was lost, and it is not given back now ({why})")),
                Ok(Some(why)) => Outcome::Stays(why),
                Err(error) => later(error, lost),
            };
        }
        if lost {
            return match self.carrier.find(&row.reference) {
                Ok(Found::Label(label)) => Outcome::Made(label),
                Ok(Found::Nothing) => Outcome::Absent,
                Ok(Found::Unknown) => {
                    Outcome::Unclear("the answer was lost, and the carrier cannot say whether it made the label".to_owned())
                }
                Err(error) => later(error, true),
            };
        }
        match self.carrier.make(&row.reference, &document.shipment) {
            Ok(Made::Label(label)) => Outcome::Made(label),
            Ok(Made::Refused(why)) => Outcome::Refused(why),
            Err(error) => later(error, false),
        }
    }

    fn settle(&self, mut row: LabelRow, mut document: LabelDocument, outcome: Outcome) -> Result<(), Failure> {
        let absent = matches!(outcome, Outcome::Absent);
        let made = self.decide(&mut row, &mut document, outcome).map(|label| self.keep(label));
        let provider = self.account.shipping_provider.clone();
        let told = self.store.write(move |tx| {
            let told = match made {
                Some(label) => book(tx, &mut row, &mut document, label, &provider)?,
                None => None,
            };
            let order = orders::get(&mut tx.conn, row.order_id)?;
            if absent && order.is_none_or(|order| order.order_status_id == OrderStatus::Cancelled) {
                row.state = LabelState::Cancelled;
                document.messages = vec![NEVER_MADE.to_owned()];
            }
            if row.state == LabelState::Cancelled {
                labels::take_number_off(tx, &row, &mut document, BY_CARRIER)?;
            }
            if matches!(row.state, LabelState::Refused | LabelState::Unclear) {
                orders::add_tags(tx, row.order_id, &[ERROR_TAG.to_owned()])?;
            }
            row.data = Stored::of(&document)?;
            labels::save(tx, &mut row, BY_CARRIER)?;
            Ok(told)
        })?;
        self.bell.ring(&told.into_iter().collect::<Vec<_>>());
        Ok(())
    }

    /// What becomes of a row; a label that was made is given back.
    fn decide(&self, row: &mut LabelRow, document: &mut LabelDocument, outcome: Outcome) -> Option<Label> {
        let now = Stamp::now();
        match outcome {
            Outcome::Made(label) => return Some(label),
            Outcome::Refused(why) => {
                row.state = LabelState::Refused;
                document.messages = vec![why, REMEDY.to_owned()];
            }
            Outcome::Unclear(why) => {
                let who = &self.account.identifier;
                log::error!("carrier {who}: label {}: {why}; look there, then call confirmShippingLabels", row.reference);
                row.state = LabelState::Unclear;
                document.messages = vec![why, REMEDY_UNCLEAR.to_owned()];
            }
            Outcome::Cancelled => {
                row.state = LabelState::Cancelled;
                row.unclear = 0;
            }
            Outcome::Stays(why) => {
                row.state = LabelState::Made;
                row.unclear = 0;
                document.messages = vec![why];
            }
            Outcome::Absent => {
                row.state = LabelState::Waiting;
                row.unclear = 0;
                row.due_at = now.0;
            }
            Outcome::Later(reason, unclear) => {
                log::warn!("carrier {}: label {}: {reason}", self.account.identifier, row.reference);
                let remedy = self.postpone(row, now, unclear);
                document.messages = [Some(reason), remedy.map(str::to_owned)].into_iter().flatten().collect();
            }
        }
        None
    }

    /// Gives what helps, if Kontor gives up.
    fn postpone(&self, row: &mut LabelRow, now: Stamp, unclear: bool) -> Option<&'static str> {
        row.unclear = i32::from(unclear);
        let failures = u32::try_from(row.attempts).unwrap_or(1);
        let (state, remedy) = match further(&self.settings.dispatch, now, failures, Some(row.created_at), None, chance()) {
            Further::Again(at) => {
                row.due_at = at.0;
                let state = if row.state == LabelState::Asking { LabelState::Waiting } else { row.state };
                (state, None)
            }
            Further::GiveUp if unclear => (LabelState::Unclear, Some(REMEDY_UNCLEAR)),
            Further::GiveUp if row.state == LabelState::Cancelling => (LabelState::Made, Some(REMEDY_STAYS)),
            Further::GiveUp => (LabelState::Refused, Some(REMEDY_DOWN)),
        };
        row.state = state;
        remedy
    }

    /// Writes the files of a label. It is made, also where a file has no room.
    fn keep(&self, mut label: Label) -> Label {
        let folder = Folder::new(&self.settings.documents.folder);
        for paper in std::mem::take(&mut label.papers) {
            match folder.keep(&checksum(&paper.content), &paper.content) {
                Ok(()) => label.papers.push(paper),
                Err(failure) => {
                    log::error!("carrier {}: label {}: {failure}", self.account.identifier, label.tracking_number);
                    label.messages.push("a file of the label could not be stored; fetch it from the carrier".to_owned());
                }
            }
        }
        label
    }
}

/// Stores a label that was made: its files, and its number in its package. Gives the account whose channel hears of it.
pub(super) fn book(
    tx: &mut Tx<'_>,
    row: &mut LabelRow,
    document: &mut LabelDocument,
    label: Label,
    provider: &str,
) -> Result<Option<AccountId>, Failure> {
    row.state = LabelState::Made;
    row.unclear = 0;
    row.tracking_number = Some(label.tracking_number.clone());
    document.return_number = label.return_number;
    document.messages = label.messages;
    for paper in label.papers {
        let new = DocumentRow {
            document_id: Default::default(),
            mandator_id: row.mandator_id,
            order_id: row.order_id,
            document_type: paper.document_type,
            file_kind: paper.kind,
            external_document_number: Some(row.reference.clone()),
            document_name: name_for(paper.document_type, &row.reference, paper.kind),
            packet_id: row.packet_id,
            checksum: checksum(&paper.content),
            bytes: i64::try_from(paper.content.len()).unwrap_or(i64::MAX),
            origin: Origin::Carrier,
            created_at: 0,
            last_changed: 0,
            last_changed_by: BY_CARRIER.to_owned(),
            data: Stored::of(&DocumentRecord::default())?,
        };
        document.documents.push(documents::insert(tx, new)?.document_id);
    }
    if !labels::has_troubled(&mut tx.conn, row.order_id, row.label_id)? {
        orders::delete_tags(tx, row.order_id, &[ERROR_TAG.to_owned()])?;
    }
    let Some(packet_id) = row.packet_id else { return Ok(None) };
    let mut packets = orders::packets_of(&mut tx.conn, &[row.order_id])?;
    let Some(packet) = packets.iter_mut().find(|packet| packet.packet_id == packet_id) else { return Ok(None) };
    packet.data.tracking_number.clone_from(&row.tracking_number);
    packet.data.return_number = document.return_number.clone().or(packet.data.return_number.take());
    packet.data.shipping_provider_identifier.get_or_insert_with(|| provider.to_owned());
    // A number that comes late is news for the channel.
    let was_told = std::mem::replace(&mut packet.data.told, false);
    packet.data.again = packet.data.again || was_told;
    orders::save_packet(tx, packet)?;
    let Some(mut order) = orders::get(&mut tx.conn, row.order_id)? else { return Ok(None) };
    let told = match was_told {
        true => orders::tell(tx, &mut order, FactKind::Shipped { packets: Vec::new(), together: Vec::new() })?,
        false => None,
    };
    orders::save(tx, &mut order, BY_CARRIER)?;
    Ok(told)
}
