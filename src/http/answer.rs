//! Answers on their way out: what they hold until the client has read them.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Payload;
use actix_web::web::Bytes;

use super::budget::Charge;
use super::connections::Connection;
use super::handover::Departures;
use super::pace::Meter;
use super::places::Place;
use crate::config::Limits;
use crate::operations::Receipt;

/// Bytes that are handed over at a time; few, so that it shows when they are not taken.
const PIECE: usize = 16 << 10;
/// An answer up to this size leaves at once into the buffers of server and system.
const AT_ONCE: usize = 64 << 10;

/// What an answer holds while it is being sent.
#[derive(Default)]
#[expect(dead_code, reason = "held, and given back when the answer is dropped")]
pub(super) struct Held {
    pub place: Option<Place>,
    pub charge: Option<Charge>,
    /// A request body that was not read to its end. actix-web reads a dropped chunked body off to its end, however long
    /// that takes; one that is alive makes it close the connection within a set time.
    pub unread: Option<Payload>,
}

/// An answer in pieces. Whoever reads it too slowly loses the connection.
pub(super) struct Sending {
    rest: Bytes,
    meter: Option<Arc<Meter>>,
    departing: Option<(Arc<Departures>, Receipt)>,
    _held: Held,
}

impl Sending {
    pub(super) fn new(body: impl Into<Bytes>, held: Held, connection: Option<Arc<Connection>>, limits: &Limits) -> Sending {
        let rest = body.into();
        let meter = connection.filter(|_| rest.len() > AT_ONCE).map(|connection| Meter::start(limits, connection));
        Sending { rest, meter, departing: None, _held: held }
    }

    /// An answer that counts for repeats only until it is handed over.
    pub(super) fn with_receipt(mut self, receipt: Option<Receipt>, connection: Option<&Arc<Connection>>) -> Sending {
        self.departing = connection.map(|connection| connection.departures()).zip(receipt);
        self
    }
}

/// The connection of a request; `None` in tests without a network.
pub(super) fn connection(request: &HttpRequest) -> Option<Arc<Connection>> {
    request.conn_data::<Arc<Connection>>().cloned()
}

impl MessageBody for Sending {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        if let Some(meter) = &self.meter {
            meter.moved(length);
        }
        // The server may give the last piece to the socket before it asks for another.
        if self.rest.is_empty()
            && let Some((departures, receipt)) = self.departing.take()
        {
            departures.leaves(receipt);
        }
        Poll::Ready(Some(Ok(piece)))
    }
}
