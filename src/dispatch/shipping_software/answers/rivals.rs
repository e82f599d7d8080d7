//! Labels that have, meanwhile, what a late number is for.

use crate::domain::label::{Enclosed, LabelDocument, LabelState, overlap};
use crate::domain::{Failure, OrderItemId};
use crate::store::labels::{self, LabelRow};
use crate::store::{Tx, orders};

/// How a complaint about a number begins.
fn start(row: &LabelRow) -> String {
    format!("label {} has the number ", row.reference)
}

/// Takes the complaint about an earlier number off a label.
pub(super) fn forget(row: &LabelRow, document: &mut LabelDocument) {
    let start = start(row);
    document.messages.retain(|said| !said.starts_with(&start));
}

/// Why a number cannot be the label's, and what helps.
pub(super) fn in_the_way(tx: &mut Tx<'_>, row: &LabelRow, document: &LabelDocument, number: &str) -> Result<Option<String>, Failure> {
    let start = format!("{}{number} now,", start(row));
    if let Some(packet_id) = row.packet_id {
        let Some(other) = labels::rival(&mut tx.conn, row)? else { return Ok(None) };
        let either = match other.state {
            LabelState::Confirmed => String::new(),
            _ => or_cancel(&[&other.reference]),
        };
        let other = other.reference;
        return Ok(Some(format!("{start} but its package {packet_id} got label {other} meanwhile; {}{either}", take_back(number))));
    }
    // The pieces of any other label are its own.
    if row.state != LabelState::Refused {
        return Ok(None);
    }
    let items = orders::items_of(&mut tx.conn, row.order_id)?;
    let open: Vec<(OrderItemId, i32)> = items.iter().map(|item| (item.order_item_id, item.pieces().open().max(0))).collect();
    // A label that names no pieces takes all.
    let all: Vec<Enclosed> =
        open.iter().map(|(order_item_id, quantity)| Enclosed { order_item_id: *order_item_id, quantity: *quantity }).collect();
    let named = |contents: Vec<Enclosed>| if contents.is_empty() { all.clone() } else { contents };
    let others = labels::promised(&mut tx.conn, row.order_id, Some(row.label_id))?;
    let others: Vec<_> = others.into_iter().map(|(reference, contents)| (reference, named(contents))).collect();
    let contents = named(document.shipment.contents.clone());
    let nothing = contents.iter().all(|part| part.quantity < 1);
    let (why, either) = match overlap(&open, &contents, &others) {
        Some(found) if found.elsewhere > 0 => {
            (format!("but its pieces are in label {} meanwhile", found.references.join(", ")), or_cancel(&found.references))
        }
        None if !nothing => return Ok(None),
        _ => ("but its pieces were shipped or cancelled meanwhile".to_owned(), String::new()),
    };
    Ok(Some(format!("{start} {why}; {}{either}", take_back(number))))
}

fn take_back(number: &str) -> String {
    format!("take {number} back in the shipping software")
}

fn or_cancel(references: &[&str]) -> String {
    format!(", or cancel {} with confirmShippingLabels and then send this line again", references.join(", "))
}
