//! `openItemOnClient`, `openOrderOnClient`: bring a record to the front on the screen of a user. `item-calls.md` 17; the forms are
//! inferred. The answer has a link to the record's page in the console: who opens it sees that page without a login.

use secrecy::ExposeSecret;

use crate::domain::link::Link;
use crate::domain::{AnyOf, Failure, ItemId, MandatorId, OrderId, Reader, Stamp, code};
use crate::operations::common::{FetchReport, Fetched, Warned};
use crate::operations::epa::item_of;
use crate::operations::orders::{order_under, unknown_order};
use crate::operations::wire::{Time, Warnings};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::store::orders::OrderKey;
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
        /// The user on whose screen; decides nothing, because the link is for who opens it.
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
        /// The user on whose screen; decides nothing, because the link is for who opens it.
        user: Option<String>,
    }

    /// Where a browser shows it.
    OpenOnClientResult {
        /// The outcome of the call.
        report: FetchReport,
        /// Address of the record's page in the console. It opens once, without a login, and shows that page only.
        url: Option<String>,
        /// Until when the address can be opened.
        valid_until: Option<Time>,
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
        usize::from(self.url.is_some())
    }

    fn return_code(&self) -> i32 {
        self.report.return_code
    }
}

/// The answer with a link to a page of the console.
fn opened(reading: &Reading<'_>, mandator_id: MandatorId, path: String) -> Result<OpenOnClientResult, Failure> {
    let zone = reading.mandator(mandator_id)?.time_zone;
    let link = Link::to(&reading.user.name, path, Stamp::now());
    let signed = link.signed(reading.user.password_hash.expose_secret());
    Ok(OpenOnClientResult {
        report: FetchReport { return_code: 0, total_records: Some(1), error_description: None },
        url: Some(format!("{}/console/link/{signed}", reading.settings.server.public_url)),
        valid_until: Some(Time::of(link.ends_at, zone)),
        ..OpenOnClientResult::default()
    })
}

fn mandator_of(reading: &Reading<'_>, mandator_id: Option<MandatorId>) -> Result<MandatorId, Failure> {
    let mandator_id = mandator_id.ok_or_else(|| Failure::missing("mandator_id"))?;
    Ok(reading.mandator(mandator_id)?.mandator_id)
}

pub(crate) struct OpenItemOnClient;

impl ReadOperation for OpenItemOnClient {
    const NAME: &'static str = "openItemOnClient";
    const DOC: &'static str =
        "Gives a link to the page of an article in the console, which opens once, within five minutes and without a login.";
    type Request = OpenItemRequest;
    type Result = OpenOnClientResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: OpenItemRequest) -> Result<OpenOnClientResult, Failure> {
        let mandator_id = mandator_of(reading, request.mandator_id)?;
        let item_id = item_of(conn, mandator_id, request.item_id, request.internal_item_number.as_deref())?;
        opened(reading, mandator_id, format!("/items/{item_id}"))
    }
}

pub(crate) struct OpenOrderOnClient;

impl ReadOperation for OpenOrderOnClient {
    const NAME: &'static str = "openOrderOnClient";
    const DOC: &'static str =
        "Gives a link to the page of an order in the console, which opens once, within five minutes and without a login.";
    type Request = OpenOrderRequest;
    type Result = OpenOnClientResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: OpenOrderRequest) -> Result<OpenOnClientResult, Failure> {
        let mandator_id = mandator_of(reading, request.mandator_id)?;
        let key = request.order_id.map(OrderKey::OrderId).or(request.order_number.map(OrderKey::OrderNumber));
        let key = key.ok_or_else(|| Failure::quoting(code::MISSING, [&AnyOf(&["order_id", "order_number"])]))?;
        let order = order_under(conn, mandator_id, None, &key)?.ok_or_else(|| unknown_order(mandator_id, None, &key))?;
        opened(reading, mandator_id, format!("/orders/{}", order.order_id))
    }
}
