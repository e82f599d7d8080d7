//! Why a row is not sent: its own fault, or the line.

use super::super::ChannelError;
use super::super::rule::Failure;
use crate::domain::message::Message;

/// Why a row is not sent.
#[derive(Debug)]
pub(super) enum Stop {
    Refused(Message),
    Failed(Failure),
}

impl From<Message> for Stop {
    fn from(message: Message) -> Stop {
        Stop::Refused(message)
    }
}

impl From<ChannelError> for Stop {
    fn from(error: ChannelError) -> Stop {
        Stop::Failed(error.into())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}
