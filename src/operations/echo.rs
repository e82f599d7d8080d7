//! `echo`: a test of connection and credentials. On the compat face the text comes back unchanged, whatever it is.

use super::call::{ReadOperation, Reading};
use super::common::{Fetched, Warned};
use crate::domain::{Failure, Reader};
use crate::store::Conn;
use crate::wire;

wire! {
    /// A text to be sent back.
    EchoRequest {
        /// Any text.
        text: Option<String>,
    }

    /// The text that came.
    EchoResult {
        /// The text of the request.
        text: Option<String>,
    }
}

impl Warned for EchoResult {
    /// Not shown: the answer is the text and nothing else.
    fn set_warnings(&mut self, _warnings: Vec<String>) {}
}

impl Fetched for EchoResult {
    fn refused(failure: &Failure, reader: Reader) -> Self {
        EchoResult { text: Some(failure.text(reader)) }
    }

    fn count(&self) -> usize {
        1
    }

    fn return_code(&self) -> i32 {
        0
    }
}

pub(crate) struct Echo;

impl ReadOperation for Echo {
    const NAME: &'static str = "echo";
    const DOC: &'static str = "Returns the received text unchanged; a test of connection and credentials.";
    const RETURNS_TEXT: bool = true;
    type Request = EchoRequest;
    type Result = EchoResult;

    fn handle(_reading: &Reading<'_>, _conn: &mut Conn<'_>, request: EchoRequest) -> Result<EchoResult, Failure> {
        Ok(EchoResult { text: request.text })
    }
}
