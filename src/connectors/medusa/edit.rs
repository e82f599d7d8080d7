//! Fewer pieces of lines, as an edit of the order. Medusa keeps one edit at a time open, also when whoever began it is gone: an edit of
//! Kontor's has a note, and is begun again; one of the merchant's is waited for.

use serde::Deserialize;
use serde_json::json;

use super::super::rule::Failure;
use super::super::{ChannelError, Outcome};
use super::Medusa;
use super::steps::State;

const NOTE: &str = "kontor";
/// Reservations of the lines of one order.
const MOST: &str = "1000";

#[derive(Debug, Deserialize)]
struct Change {
    internal_note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Reservation {
    id: String,
    line_item_id: Option<String>,
    #[serde(deserialize_with = "super::found::whole")]
    quantity: i64,
}

impl Medusa {
    /// Gives an outcome where the edit has to wait.
    pub(super) fn edit(&self, order_id: &str, lines: &[(String, i64)]) -> Result<Option<Outcome>, Failure> {
        let query = [("status[]", "pending"), ("status[]", "requested"), ("fields", "id,status,internal_note")];
        let open: Vec<Change> = self.api.list(&["orders", order_id, "changes"], "order_changes", &query)?;
        if let Some(change) = open.first() {
            if change.internal_note.as_deref() != Some(NOTE) {
                let reason = format!("order {order_id} is being edited in the shop; confirm or cancel the edit there");
                return Ok(Some(Outcome::Later { after: None, reason }));
            }
            self.api.delete(&["order-edits", order_id])?;
        }
        self.api.post(&["order-edits"], "", &json!({ "order_id": order_id, "internal_note": NOTE }))?;
        match self.edit_lines(order_id, lines) {
            Ok(()) => Ok(None),
            Err(failure) => {
                if matches!(failure, Failure::Rule(_)) {
                    // Nobody else could change the order any more.
                    self.api.delete(&["order-edits", order_id])?;
                }
                Err(failure)
            }
        }
    }

    fn edit_lines(&self, order_id: &str, lines: &[(String, i64)]) -> Result<(), Failure> {
        for (line_id, quantity) in lines {
            self.api.post(&["order-edits", order_id, "items", "item", line_id], "", &json!({ "quantity": quantity }))?;
        }
        self.api.post(&["order-edits", order_id, "confirm"], "", &json!({})).map(drop)
    }

    /// After an edit Medusa reserves all pieces of a line, those that have left, too (seen with 2.21.2). Buyers could not have them.
    pub(super) fn settle_reservations(&self, state: &State) -> Result<(), ChannelError> {
        let lines: Vec<&str> = state.items.iter().filter(|line| line.detail.fulfilled_quantity > 0).map(|line| line.id.as_str()).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let mut query = vec![("fields", "id,line_item_id,quantity"), ("limit", MOST)];
        query.extend(lines.iter().map(|id| ("line_item_id[]", *id)));
        let reservations: Vec<Reservation> = self.api.list(&["reservations"], "reservations", &query).map_err(Failure::whole)?;
        for Reservation { id, line_item_id, quantity } in reservations {
            let line_id = line_item_id.as_deref().unwrap_or_default();
            let open = state.quantity(line_id).saturating_sub(state.fulfilled(line_id)).max(0);
            let result = match open {
                _ if quantity <= open => Ok(()),
                0 => self.api.delete(&["reservations", &id]).map(drop),
                open => self.api.post(&["reservations", &id], "", &json!({ "quantity": open })).map(drop),
            };
            result.map_err(Failure::whole)?;
        }
        Ok(())
    }
}
