//! What a body holds: inflated, taken apart, decoded, each step charged for.

use std::sync::Arc;

use super::super::body;
use super::super::budget::Charge;
use super::super::gzip::{self, Inflating};
use super::super::multipart;
use super::super::places::Whose;
use super::{Caller, FIRST, INFLATED, broken_down};
use crate::domain::{Failure, code};
use crate::{operations, soap};

/// Messages and answers of more bytes than this are large. They must not hold up small ones.
const LARGE: usize = 64 << 10;

/// A body up to this size is decoded in less time than another thread needs to wake up.
const SHORT: usize = 16 << 10;

/// What a request holds, once it can be read.
pub(super) struct Message {
    pub text: String,
    /// It came by MTOM, and so goes the answer: some stacks take no other (rule W16).
    pub in_parts: bool,
}

/// A body, and what it and its call are charged for.
pub(super) struct Body {
    pub bytes: Vec<u8>,
    pub charge: Charge,
}

/// A turn for so many bytes.
pub(super) fn sized(user: &str, bytes: usize) -> Whose<'_> {
    Whose { user: Some(user), sort: if bytes > LARGE { "large" } else { "small" } }
}

impl Caller {
    /// The message in a body, charged for what carrying it out is going to need.
    pub(super) async fn read(self: &Arc<Self>, body: Body, user: &str) -> Result<(Message, Charge), Failure> {
        let Body { bytes, mut charge } = body;
        let bytes = match gzip::is_gzip(&self.content_encoding)? {
            true => self.inflate(bytes, &mut charge, user).await?,
            false => bytes,
        };
        // In another encoding, or in parts, there are two of it for a moment.
        charge.expect(bytes.len().saturating_mul(3)).await?;
        let message = match bytes.len() <= SHORT && !multipart::is_multipart(&self.content_type) {
            true => self.decode(bytes)?,
            false => self.reading(user, bytes.len(), move |call| call.decode(bytes)).await??,
        };
        charge.fit(body::cost(&message.text)).await?;
        Ok((message, charge))
    }

    /// Inflates as far as is charged, and goes on where there is room for more.
    async fn inflate(self: &Arc<Self>, bytes: Vec<u8>, charge: &mut Charge, user: &str) -> Result<Vec<u8>, Failure> {
        let (limit, ratio) = (self.edge.settings.limits.inflated_bytes, self.edge.settings.limits.inflated_ratio);
        let (sent, room) = (bytes.len(), self.edge.budget.most());
        let fits = limit.min(room.saturating_sub(sent));
        let mut most = sent.saturating_mul(INFLATED).max(FIRST).min(fits);
        let mut inflating = Inflating::new(bytes);
        loop {
            charge.grow(sent.saturating_add(most)).await?;
            let reading = move |_: &Caller| inflating.go_on(most.saturating_add(1), ratio).map(|ended| (inflating, ended));
            let (back, ended) = self.reading(user, most, reading).await??;
            match ended {
                true => return Ok(back.inflated()),
                false if most < fits => most = most.saturating_mul(4).min(fits),
                false if fits < limit => {
                    let needed = room.saturating_add(1).to_string();
                    return Err(Failure::new(code::TOO_LARGE_FOR_MEMORY, [&needed, &room.to_string()]));
                }
                false => return Err(Failure::new(code::TOO_LARGE, [&limit.to_string(), "inflated_bytes"])),
            }
            inflating = back;
        }
    }

    fn decode(&self, body: Vec<u8>) -> Result<Message, Failure> {
        let content_type = &self.content_type;
        if !multipart::is_multipart(content_type) {
            body::check_media(content_type)?;
            return Ok(Message { text: body::to_text(body, content_type)?, in_parts: false });
        }
        let parts = multipart::take_apart(content_type, &body)?;
        if !parts.root_type.is_empty() {
            body::check_media(&parts.root_type)?;
        }
        let text = body::to_text(parts.root.into_owned(), &parts.root_type)?;
        let text = soap::resolve(text, &parts.attachments, &operations::limits(&self.edge.settings.limits))?;
        Ok(Message { text, in_parts: multipart::is_xop(&parts.root_type) })
    }

    /// Works on a thread of the lane for reading messages, where large ones leave room for small ones.
    async fn reading<T: Send + 'static>(
        self: &Arc<Self>,
        user: &str,
        bytes: usize,
        work: impl FnOnce(&Caller) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let lane = &self.edge.lanes.reading;
        let call = Arc::clone(self);
        lane.work(lane.turn(sized(user, bytes)).await?, move || work(&call)).await.ok_or_else(broken_down)
    }
}
