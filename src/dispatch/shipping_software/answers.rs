//! What a shipping software answers: numbers, refusals, and parcels that it took back.

mod rivals;

use crate::carriers::{Label, Row, Said};
use crate::config::CarrierAccount;
use crate::dispatch::bell::Bell;
use crate::dispatch::labels::{BY_CARRIER, ERROR_TAG, REMEDY, book};
use crate::domain::label::{LabelDocument, LabelState};
use crate::domain::{AccountId, Failure};
use crate::folders::Verdict;
use crate::store::labels::{self, LabelKey, LabelRow};
use crate::store::{Store, Stored, Tx, orders};

/// Rows of an answer that one transaction takes.
const AT_A_TIME: usize = 200;
/// Rows that a note names.
const MOST_COMPLAINTS: usize = 100;

/// Numbers of a label that were taken back.
const MOST_TAKEN_BACK: usize = 100;

/// What came of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    made: usize,
    refused: usize,
    known: usize,
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} labels made, {} refused, {} known before", self.made, self.refused, self.known)
    }
}

pub(super) fn take(store: &Store, bell: &Bell, account: &CarrierAccount, rows: &[Row]) -> Result<Verdict<Answered>, Failure> {
    let (mut done, mut complaints) = (Answered::default(), Vec::new());
    for part in rows.chunks(AT_A_TIME) {
        let (part, account) = (part.to_vec(), account.clone());
        let (taken, said, heard) = store.write(move |tx| {
            let (mut taken, mut said, mut heard) = (Answered::default(), Vec::new(), Vec::new());
            for row in &part {
                match settle(tx, &account, row)? {
                    Ok(Came::Made(account)) => {
                        taken.made += 1;
                        heard.extend(account);
                    }
                    Ok(Came::Refused) => taken.refused += 1,
                    Ok(Came::Known) => taken.known += 1,
                    Err(why) => said.push(format!("line {}: {why}", row.line)),
                }
            }
            Ok((taken, said, heard))
        })?;
        bell.ring(&heard);
        done.made += taken.made;
        done.refused += taken.refused;
        done.known += taken.known;
        complaints.extend(said);
    }
    if complaints.is_empty() {
        return Ok(Verdict::Taken(done));
    }
    let more = complaints.len().saturating_sub(MOST_COMPLAINTS);
    complaints.truncate(MOST_COMPLAINTS);
    if more > 0 {
        complaints.push(format!("and {more} lines more"));
    }
    Ok(Verdict::Partly(done, complaints.join("\n")))
}

/// What came of a row.
enum Came {
    /// With the account whose channel hears of it.
    Made(Option<AccountId>),
    Refused,
    Known,
}

/// `Err` inside: why a row cannot be taken, and what to do about it.
type Settled = Result<Result<Came, String>, Failure>;

/// Does what a row says.
fn settle(tx: &mut Tx<'_>, account: &CarrierAccount, said: &Row) -> Settled {
    if let Said::Broken(why) = &said.said {
        return Ok(Err(why.clone()));
    }
    let found = labels::find(&mut tx.conn, account.mandator_id, LabelKey::Reference(&said.reference))?;
    let Some(row) = found.into_iter().find(|row| row.carrier == account.identifier) else {
        return Ok(Err(format!("no label has the reference \"{}\"; check it in the shipping software", said.reference)));
    };
    let document = row.document()?;
    match &said.said {
        Said::Made(number) => settle_made(tx, account, row, document, number),
        Said::Void(number) => settle_void(tx, row, document, number.as_ref()),
        said => settle_refused(tx, row, document, said),
    }
}

fn settle_made(tx: &mut Tx<'_>, account: &CarrierAccount, mut row: LabelRow, mut document: LabelDocument, number: &String) -> Settled {
    let has_it = matches!(row.state, LabelState::Made | LabelState::Confirmed) && row.tracking_number.as_ref() == Some(number);
    if has_it || document.taken_back.contains(number) {
        return Ok(Ok(Came::Known));
    }
    // RETRY waits for the next file, but the software was quicker.
    let is_awaited = matches!(row.state, LabelState::Exported | LabelState::Refused | LabelState::Waiting);
    if !is_awaited || document.exported_as.is_none() {
        return Ok(Err(misfit(&Said::Made(number.clone()), &row, document.exported_as.is_some())));
    }
    if let Some(why) = rivals::in_the_way(tx, &row, &document, number)? {
        if !document.messages.contains(&why) {
            rivals::forget(&row, &mut document);
            document.messages.push(why.clone());
            document.unbooked = Some(number.clone());
            save(tx, &mut row, &document)?;
        }
        return Ok(Err(why));
    }
    document.unbooked = None;
    let label = Label { tracking_number: number.clone(), ..Label::default() };
    let heard = book(tx, &mut row, &mut document, label, &account.shipping_provider)?;
    save(tx, &mut row, &document)?;
    Ok(Ok(Came::Made(heard)))
}

fn settle_refused(tx: &mut Tx<'_>, mut row: LabelRow, mut document: LabelDocument, said: &Said) -> Settled {
    match (said, row.state, document.exported_as.is_some()) {
        (Said::Refused(why), LabelState::Exported, _) => refuse(tx, &mut row, document, why)?,
        (_, LabelState::Cancelling, _) => give_back(tx, &mut row, &mut document)?,
        (_, LabelState::Refused | LabelState::Waiting | LabelState::Cancelled, true) => return Ok(Ok(Came::Known)),
        (said, _, exported) => return Ok(Err(misfit(said, &row, exported))),
    }
    Ok(Ok(Came::Refused))
}

/// A number that is not the label's present one changes nothing, whenever the row comes.
fn settle_void(tx: &mut Tx<'_>, mut row: LabelRow, mut document: LabelDocument, number: Option<&String>) -> Settled {
    let exported = document.exported_as.is_some();
    let is_new = number.is_some_and(|number| !document.taken_back.contains(number));
    if is_new && document.taken_back.len() >= MOST_TAKEN_BACK {
        let reference = &row.reference;
        return Ok(Err(format!("{MOST_TAKEN_BACK} parcels of label {reference} were taken back already; order another label")));
    }
    let is_other = |number: &String| !is_new || row.tracking_number.as_ref().is_some_and(|own| own != number);
    if number.is_some_and(is_other) {
        remember(tx, &mut row, document, number)?;
        return Ok(Ok(Came::Known));
    }
    match row.state {
        LabelState::Exported | LabelState::Made if number.is_none() && document.was_taken_back => return Ok(Err(which(&row))),
        LabelState::Exported | LabelState::Made => take_back(tx, &mut row, document, number)?,
        LabelState::Cancelling => give_back(tx, &mut row, &mut document)?,
        LabelState::Refused | LabelState::Waiting | LabelState::Cancelled if exported => {
            document.was_taken_back = true;
            remember(tx, &mut row, document, number)?;
            return Ok(Ok(Came::Known));
        }
        _ => return Ok(Err(misfit(&Said::Void(number.cloned()), &row, exported))),
    }
    Ok(Ok(Came::Refused))
}

fn save(tx: &mut Tx<'_>, row: &mut LabelRow, document: &LabelDocument) -> Result<(), Failure> {
    row.data = Stored::of(document)?;
    labels::save(tx, row, BY_CARRIER)
}

/// Keeps a number that was taken back, so that no late answer brings it; without one, the number that another label kept from this one.
fn remember(tx: &mut Tx<'_>, row: &mut LabelRow, mut document: LabelDocument, number: Option<&String>) -> Result<(), Failure> {
    let before = row.document()?;
    if let Some(number) = number.cloned().or_else(|| document.unbooked.clone()) {
        if document.unbooked.as_ref() == Some(&number) {
            document.unbooked = None;
            rivals::forget(row, &mut document);
        }
        document.taken_back.insert(number);
    }
    if document == before { Ok(()) } else { save(tx, row, &document) }
}

/// Why a row without a number takes no second parcel back, and what helps.
fn which(row: &LabelRow) -> String {
    let known = row.tracking_number.as_ref().map(|number| format!(" {number}")).unwrap_or_default();
    format!(
        "a parcel of label {} was taken back before, and this line has no number that says which; if the present parcel{known} was taken \
         back, write its number into the line, or cancel the label with confirmShippingLabels",
        row.reference
    )
}

/// Why a row does not fit its label, and what helps.
fn misfit(said: &Said, row: &LabelRow, exported: bool) -> String {
    let (reference, known) = (&row.reference, row.tracking_number.as_deref().unwrap_or_default());
    match (said, row.state) {
        (Said::Made(number), LabelState::Made | LabelState::Confirmed) => {
            format!("label {reference} has the number {known}, not {number}; a second parcel needs a label of its own")
        }
        (Said::Made(number), LabelState::Cancelled | LabelState::Cancelling) => {
            format!("label {reference} was cancelled; take the parcel {number} back in the shipping software, too")
        }
        (_, LabelState::Confirmed) => format!(
            "label {reference} is confirmed, so its parcel {known} was reported as shipped; if it never left, tell the buyer and the channel"
        ),
        (_, LabelState::Made) => {
            format!("label {reference} has the number {known} already; if there is no such parcel, cancel it with confirmShippingLabels")
        }
        _ if !exported => format!("label {reference} was never exported, so no answer can be for it; check the reference"),
        (_, state) => format!("label {reference} is \"{}\", so this answer comes too late or too early", state.word()),
    }
}

/// Nobody wanted it any more, and the software does not have it.
fn give_back(tx: &mut Tx<'_>, row: &mut LabelRow, document: &mut LabelDocument) -> Result<(), Failure> {
    row.state = LabelState::Cancelled;
    labels::take_number_off(tx, row, document, BY_CARRIER)?;
    save(tx, row, document)
}

/// The parcel does not exist any more, and its number is nobody's.
fn take_back(tx: &mut Tx<'_>, row: &mut LabelRow, mut document: LabelDocument, number: Option<&String>) -> Result<(), Failure> {
    document.messages = vec!["it was taken back in the shipping software".to_owned(), REMEDY.to_owned()];
    labels::take_number_off(tx, row, &mut document, BY_CARRIER)?;
    document.taken_back.extend(row.tracking_number.take().or_else(|| number.cloned()));
    document.was_taken_back = true;
    document.return_number = None;
    set_refused(tx, row, &document)
}

pub(super) fn refuse(tx: &mut Tx<'_>, row: &mut LabelRow, mut document: LabelDocument, why: &str) -> Result<(), Failure> {
    document.messages = vec![why.to_owned(), REMEDY.to_owned()];
    set_refused(tx, row, &document)
}

fn set_refused(tx: &mut Tx<'_>, row: &mut LabelRow, document: &LabelDocument) -> Result<(), Failure> {
    row.state = LabelState::Refused;
    orders::add_tags(tx, row.order_id, &[ERROR_TAG.to_owned()])?;
    save(tx, row, document)
}
