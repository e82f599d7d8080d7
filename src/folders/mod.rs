//! Files that other programs put into folders, or take out of them. `docs/PAYMENTS.md`, `docs/CARRIERS.md` and
//! `docs/channels/exchange.md` say what people see.

mod inbox;
mod put;
mod text;

pub(crate) use inbox::{Inbox, LookError, Looked, Outcome, Verdict, Waiting};
pub(crate) use put::{Lock, file_name, fill_then_rename, hand_over, write_then_rename};
pub(crate) use text::text_of;
