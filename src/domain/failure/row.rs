//! What a row of the table of codes is.

use std::ops::Deref;

use crate::domain::wording::{argument_count, uses_argument};

/// Who has to act, which decides the SOAP fault code and the HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The request is wrong; repeating it unchanged gives the same answer.
    Client,
    /// Credentials are missing or wrong: HTTP 401.
    Credentials,
    /// The request exceeds a limit: HTTP 413.
    Size,
    /// Too many wrong credentials came from there: HTTP 429. The first argument says after how many seconds to come again.
    Pause,
    /// The HTTP method does not fit: 405.
    Method,
    /// The content type or encoding cannot be read: 415.
    Media,
    /// The envelope is of a SOAP version nobody speaks here.
    Version,
    /// A header that had to be understood was not.
    MustUnderstand,
    /// The WS-Security header: a fault with a code of its own.
    Security,
    /// Kontor or its database failed; repeating later may help.
    Server,
}

/// One row of the table. Texts hold `{0}`, `{1}` … for the arguments of the failure and `{field:tax_type_id}` for the
/// name of a field, which is worded for the face of the reader.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `return_code` on the wire is the negative of this; faults say `KONTOR-<number>`.
    pub number: i32,
    pub name: &'static str,
    pub blame: Blame,
    pub en: &'static str,
    pub de: &'static str,
}

/// A code that takes this many arguments, so that the compiler finds where one is missing.
#[derive(Debug, Clone, Copy)]
pub struct Taking<const N: usize>(pub &'static Code);

impl<const N: usize> Deref for Taking<N> {
    type Target = Code;

    fn deref(&self) -> &Code {
        self.0
    }
}

impl<const N: usize> PartialEq<Taking<N>> for &'static Code {
    fn eq(&self, other: &Taking<N>) -> bool {
        *self == other.0
    }
}

/// Whether both texts use each of their arguments.
pub(super) const fn agree(en: &str, de: &str) -> bool {
    let mut index = argument_count(en);
    if argument_count(de) != index {
        return false;
    }
    while index > 0 {
        index -= 1;
        if !uses_argument(en, index) || !uses_argument(de, index) {
            return false;
        }
    }
    true
}
