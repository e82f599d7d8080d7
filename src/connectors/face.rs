//! Pages that a connector itself serves, under `/{name of the connector}/{account_id}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use crate::domain::AccountId;

/// A request for a connector's page. Path and query as they came over the wire, still percent-encoded; `path` with its
/// first two segments.
#[derive(Debug, Clone, Copy)]
pub struct FaceRequest<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// Without the question mark.
    pub query: &'a str,
    pub body: &'a [u8],
    pub token: Token<'a>,
}

/// What a form must send along, so that other sites cannot press its buttons.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    pub field: &'a str,
    pub value: &'a str,
}

/// What goes back to the browser or the test.
#[derive(Debug, Clone)]
pub struct FaceReply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

pub trait Face: Send + Sync {
    fn answer(&self, request: &FaceRequest<'_>) -> FaceReply;

    /// The pages' style sheet, which the site allows by its digest.
    fn style(&self) -> &'static str;
}

/// The faces of all accounts of one connector.
pub struct Faces {
    /// Of the connector; their paths begin with it.
    pub name: &'static str,
    pub of: BTreeMap<AccountId, Arc<dyn Face>>,
}

/// The status of an answer that only leads on.
const SEE: u16 = 303;
/// Bytes of a request's body.
const MOST_BODY: usize = 1 << 20;

impl Faces {
    /// Answers one request, by the account that its path names.
    pub fn answer(&self, request: &FaceRequest<'_>) -> FaceReply {
        let FaceRequest { method, path, body, .. } = request;
        let place = format!("{method} {path}");
        if body.len() > MOST_BODY {
            return FaceReply::error(413, format!("{place}: the body has {} bytes, at most {MOST_BODY} are taken; send less", body.len()));
        }
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let account = match (segments.next(), segments.next()) {
            (Some(name), Some(account)) if name == self.name => account,
            _ => return FaceReply::error(404, format!("{place}: expected /{}/{{account_id}}; {}", self.name, self.known())),
        };
        match account.parse().ok().and_then(|account| self.of.get(&AccountId(account))) {
            Some(face) => face.answer(request),
            None => {
                let text = format!("{place}: no {} account has the number \"{account}\"; {}", self.name, self.known());
                FaceReply::error(404, text)
            }
        }
    }

    /// The pages' one style sheet.
    pub fn style(&self) -> &'static str {
        self.of.values().next().map_or("", |face| face.style())
    }

    fn known(&self) -> String {
        let accounts: Vec<String> = self.of.keys().map(ToString::to_string).collect();
        if accounts.is_empty() {
            format!("no account uses the connector {}, add one to the configuration", self.name)
        } else {
            format!("accounts with a {}: {}", self.name, accounts.join(", "))
        }
    }
}

impl FaceReply {
    pub fn json(status: u16, value: &impl Serialize) -> FaceReply {
        match serde_json::to_vec(value) {
            Ok(body) => FaceReply { status, content_type: "application/json", body },
            Err(error) => FaceReply { status: 500, content_type: "text/plain; charset=utf-8", body: error.to_string().into_bytes() },
        }
    }

    /// Look at this path instead.
    pub fn see(path: impl Into<String>) -> FaceReply {
        FaceReply { status: SEE, content_type: "text/plain; charset=utf-8", body: path.into().into_bytes() }
    }

    /// The path to look at instead.
    pub fn seen(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok().filter(|_| self.status == SEE)
    }

    pub fn error(status: u16, text: impl Into<String>) -> FaceReply {
        FaceReply::json(status, &json!({ "error": text.into() }))
    }
}
