//! What is read of a message before its sender is known: its beginning, up to the end of the Header. Whoever has no
//! account must not make the gateway inflate and parse more than that.

use actix_web::dev::Payload;

use super::body::Start;
use super::{body, gzip, multipart};
use crate::config::Settings;
use crate::domain::{Failure, Reader, code};
use crate::operations::Face;
use crate::soap::{self, Claim, Meta, Reply};

/// Bytes of a message, inflated, within which its Header has to end.
const MOST: usize = 65_536;
/// Bytes as sent that are waited for at most; gzip makes what it cannot compress a little longer.
const MOST_SENT: usize = MOST + 4_096;
/// Bytes as sent after which it is looked for the first time: most Headers end within.
const FIRST_LOOK: usize = 4_096;

/// What is known of a message before its body.
pub(super) struct Head<'a> {
    pub settings: &'a Settings,
    pub meta: &'a Meta,
    pub content_type: &'a str,
    pub content_encoding: &'a str,
}

impl Head<'_> {
    /// Receives as much of a body as it takes to know who it claims to be from. Gives back what was received. So little
    /// is looked at that it needs no other thread.
    ///
    /// # Errors
    /// The fault, and whether the client goes on sending.
    pub(super) async fn receive(&self, payload: &mut Payload) -> Result<(Claim, Vec<u8>), (Box<Reply>, bool)> {
        let mut start = Start::default();
        let mut wanted = FIRST_LOOK;
        loop {
            let received = body::receive_start(payload, &mut start, wanted, &self.settings.limits).await;
            received.map_err(|why| (self.refuse(Failure::new(code::INCOMPLETE_BODY, [why])), false))?;
            match self.claim(&start.bytes, start.ended).map_err(|reply| (reply, true))? {
                Some(claim) => return Ok((claim, start.bytes)),
                // Each look begins at the start again, so there are few of them.
                None => wanted = start.bytes.len().saturating_mul(4),
            }
        }
    }

    fn refuse(&self, failure: Failure) -> Box<Reply> {
        Box::new(soap::refuse(&failure, self.meta.version, Reader::on(Face::Typed)))
    }

    /// Who the beginning of a body says it is from; `None` while more of it is needed.
    ///
    /// # Errors
    /// The fault, when the Header cannot be read or does not end in time.
    fn claim(&self, sent: &[u8], ended: bool) -> Result<Option<Claim>, Box<Reply>> {
        let refuse = |failure: Failure| self.refuse(failure);
        let (start, full) = gzip::unpack_start(sent, self.content_encoding, MOST).map_err(refuse)?;
        let full = full || sent.len() >= MOST_SENT;
        let whole = ended && !full;
        let text = self.text(&start, whole).map_err(refuse)?;
        let claim = match text {
            Some(text) => soap::claim(self.settings, &text, self.meta, whole)?,
            None => None,
        };
        if claim.is_none() && full {
            let why = format!("the Header does not end within the first {MOST} bytes of the message");
            return Err(refuse(Failure::new(code::TOKEN_UNREADABLE, [&why])));
        }
        Ok(claim)
    }

    /// The beginning of the envelope, if it begins in here.
    fn text(&self, start: &[u8], whole: bool) -> Result<Option<String>, Failure> {
        let content_type = self.content_type;
        if !multipart::is_multipart(content_type) {
            body::check_media(content_type)?;
            return body::to_text_start(start, content_type).map(Some);
        }
        let root: Option<multipart::Root<'_>> = match whole {
            true => multipart::take_apart(content_type, start).map(|parts| Some((parts.root_type, parts.root)))?,
            false => multipart::start_of_root(content_type, start)?,
        };
        let Some((root_type, root)) = root else { return Ok(None) };
        if !root_type.is_empty() {
            body::check_media(&root_type)?;
        }
        body::to_text_start(&root, &root_type).map(Some)
    }
}
