//! Pictures that came inline, for channels to load. Public, as channels have no credentials here; the name of one is the
//! digest of its content, so it cannot be guessed and never changes.

use actix_web::{HttpResponse, web};

use super::Now;
use crate::domain::Failure;

/// A kept picture.
pub(crate) struct Picture {
    pub media_type: String,
    pub content: Vec<u8>,
}

/// Finds a picture by its digest; may block.
pub(crate) type Finding = Box<dyn Fn(&str) -> Result<Option<Picture>, Failure> + Send + Sync>;

pub(super) async fn show(edge: Now, digest: web::Path<String>) -> HttpResponse {
    match web::block(move || (edge.picture)(&digest)).await {
        Ok(Ok(Some(picture))) => HttpResponse::Ok()
            .content_type(picture.media_type)
            .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(picture.content),
        Ok(Ok(None)) => HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is no such picture.\n"),
        _ => HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body("The database does not answer.\n"),
    }
}
