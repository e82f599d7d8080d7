//! `openItemOnClient`, `openOrderOnClient`: bring a record to the front on the screen of a user. `item-calls.md` 17; the forms are
//! inferred. There is no such screen yet, so both are refused.

use crate::domain::{Failure, FieldName, ItemId, MandatorId, OrderId, Reader, code};
use crate::operations::common::{FetchReport, Fetched, Warned};
use crate::operations::wire::Warnings;
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::wire;

wire! {
    /// Which article to show.
    OpenItemRequest {
        /// The mandator; needed.
        mandator_id: Option<MandatorId>,
        /// Number that Kontor gave the article.
        item_id: Option<ItemId>,
        /// The ERP's item number.
        internal_item_number: Option<String>,
        /// The user on whose screen.
        user: Option<String>,
    }

    /// Which order to show.
    OpenOrderRequest {
        /// The mandator; needed.
        mandator_id: Option<MandatorId>,
        /// Kontor's own id of the order.
        order_id: Option<OrderId>,
        /// The visible number.
        order_number: Option<i32>,
        /// The user on whose screen.
        user: Option<String>,
    }

    /// Whether a screen shows it.
    OpenOnClientResult {
        /// The outcome of the call.
        report: FetchReport,
        /// What was ignored; for users with `strict = true` in the configuration.
        warnings: Warnings [each("warning")],
    }
}

impl Warned for OpenOnClientResult {
    fn set_warnings(&mut self, warnings: Vec<String>) {
        self.warnings = Warnings(warnings);
    }
}

impl Fetched for OpenOnClientResult {
    fn refused(failure: &Failure, reader: Reader) -> Self {
        let report = FetchReport { return_code: failure.return_code(), total_records: None, error_description: Some(failure.text(reader)) };
        OpenOnClientResult { report, ..Self::default() }
    }

    fn count(&self) -> usize {
        0
    }

    fn return_code(&self) -> i32 {
        self.report.return_code
    }
}

/// Refuses, once the request itself is right.
fn refuse(reading: &Reading<'_>, mandator_id: Option<MandatorId>, named: Option<(&'static str, String)>) -> Failure {
    let Some(mandator_id) = mandator_id else { return Failure::missing("mandator_id") };
    match (reading.mandator(mandator_id), named) {
        (Err(failure), _) => failure,
        (Ok(_), None) => Failure::new(code::FILTER_REQUIRED, []),
        (Ok(_), Some((field, value))) => Failure::quoting(code::NO_CLIENT, [&FieldName(field), &value]),
    }
}

pub(crate) struct OpenItemOnClient;

impl ReadOperation for OpenItemOnClient {
    const NAME: &'static str = "openItemOnClient";
    const DOC: &'static str = "Would show an article on a user's screen; refused, because Kontor has no screen for it yet.";
    type Request = OpenItemRequest;
    type Result = OpenOnClientResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: OpenItemRequest) -> Result<OpenOnClientResult, Failure> {
        let by_number = || request.internal_item_number.clone().map(|number| ("internal_item_number", number));
        let named = request.item_id.map(|id| ("item_id", id.to_string())).or_else(by_number);
        Err(refuse(reading, request.mandator_id, named))
    }
}

pub(crate) struct OpenOrderOnClient;

impl ReadOperation for OpenOrderOnClient {
    const NAME: &'static str = "openOrderOnClient";
    const DOC: &'static str = "Would show an order on a user's screen; refused, because Kontor has no screen for it yet.";
    type Request = OpenOrderRequest;
    type Result = OpenOnClientResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: OpenOrderRequest) -> Result<OpenOnClientResult, Failure> {
        let by_number = || request.order_number.map(|number| ("order_number", number.to_string()));
        let named = request.order_id.map(|id| ("order_id", id.to_string())).or_else(by_number);
        Err(refuse(reading, request.mandator_id, named))
    }
}
