//! Calls by which a channel says that something has happened. They are a hint to ask the channel now, never data: whoever made a
//! channel's secret out could otherwise invent orders, and calls get lost.

use std::fmt;

/// A call as it came.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// Names in lower case, values that are texts.
    pub headers: &'a [(String, String)],
    /// Byte for byte: signatures are over it.
    pub body: &'a [u8],
}

/// What a call that really comes from the channel wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Orders may have changed. `event`: the channel's id of the call, the same when it is repeated.
    Orders { event: Option<String> },
    /// Nothing that Kontor asks about.
    Nothing,
}

/// The call does not prove that the channel sent it. Nobody is told why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unproven;

/// How a channel's calls prove who sends them.
pub trait Hooks: Send + Sync {
    fn read(&self, delivery: &Delivery<'_>) -> Result<Hint, Unproven>;
}

impl Delivery<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What WooCommerce sends when a webhook is made, without a signature, and wants a 200 for: it says nothing at all.
    pub fn is_ping(&self) -> bool {
        let id = self.body.strip_prefix(b"webhook_id=");
        id.is_some_and(|id| !id.is_empty() && id.len() <= 20 && id.iter().all(u8::is_ascii_digit))
    }
}

impl fmt::Debug for Delivery<'_> {
    /// Not derived: bodies hold addresses, headers signatures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a call with {} bytes", self.body.len())
    }
}
