//! Files of the merchant, for channels and buyers to load. Public, as channels have no credentials here; the address holds a
//! random token, so it cannot be guessed. Read from disk piece by piece, so that many readers take little memory.

use std::fs::File;
use std::future::Future as _;
use std::io::{self, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::task::JoinHandle;

use super::Now;
use crate::domain::Failure;

/// Bytes read at once.
const PIECE: u64 = 64 << 10;

/// A file that an address leads to.
pub(crate) struct Served {
    pub media_type: &'static str,
    /// A browser may show it; everything else is for saving only.
    pub shown: bool,
    /// SHA-256, in hexadecimal.
    pub checksum: String,
    pub bytes: u64,
    pub file: File,
}

/// Which file of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Whole,
    Small,
}

/// Finds a file by the token of its address; may block.
pub(crate) type Finding = Box<dyn Fn(&str, Size) -> Result<Option<Served>, Failure> + Send + Sync>;

pub(super) async fn whole(request: HttpRequest, edge: Now, path: web::Path<(String, String)>) -> HttpResponse {
    // The name behind the token is for those who look at its ending.
    let (token, _name) = path.into_inner();
    show(&request, edge, token, Size::Whole).await
}

pub(super) async fn small(request: HttpRequest, edge: Now, token: web::Path<String>) -> HttpResponse {
    show(&request, edge, token.into_inner(), Size::Small).await
}

async fn show(request: &HttpRequest, edge: Now, token: String, size: Size) -> HttpResponse {
    let plain =
        |text: &'static str, mut answer: actix_web::HttpResponseBuilder| answer.content_type("text/plain; charset=utf-8").body(text);
    let served = match web::block(move || (edge.media)(&token, size)).await {
        Ok(Ok(Some(served))) => served,
        Ok(Ok(None)) => return plain("There is no such file.\n", HttpResponse::NotFound()),
        _ => return plain("The database does not answer.\n", HttpResponse::ServiceUnavailable()),
    };
    let tag = format!("\"{}\"", served.checksum);
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::ETAG, tag))
        // Other content has another address.
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // Whatever a browser makes of a file, it runs nothing that is in it.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"));
    if same {
        return answer.finish();
    }
    if !served.shown {
        answer.insert_header((header::CONTENT_DISPOSITION, "attachment"));
    }
    answer.content_type(served.media_type).body(BoxBody::new(Pieces { left: served.bytes, next: Next::Ready(served.file) }))
}

/// A file on its way out.
struct Pieces {
    left: u64,
    next: Next,
}

enum Next {
    Ready(File),
    Reading(JoinHandle<io::Result<(File, Vec<u8>)>>),
    Over,
}

impl MessageBody for Pieces {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left)
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        loop {
            match std::mem::replace(&mut self.next, Next::Over) {
                Next::Over => return Poll::Ready(None),
                Next::Ready(_) if self.left == 0 => return Poll::Ready(None),
                Next::Ready(mut file) => {
                    let most = self.left.min(PIECE);
                    self.next = Next::Reading(tokio::task::spawn_blocking(move || {
                        let mut piece = Vec::new();
                        file.by_ref().take(most).read_to_end(&mut piece)?;
                        Ok((file, piece))
                    }));
                }
                Next::Reading(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
                        self.next = Next::Reading(reading);
                        return Poll::Pending;
                    };
                    let (file, piece) = read.map_err(io::Error::other).flatten()?;
                    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    if length == 0 {
                        // Shorter than it was: the connection ends, so that nobody takes a part for the whole.
                        return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
                    }
                    self.left = self.left.saturating_sub(length);
                    self.next = Next::Ready(file);
                    return Poll::Ready(Some(Ok(Bytes::from(piece))));
                }
            }
        }
    }
}
