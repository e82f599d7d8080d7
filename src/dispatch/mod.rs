//! The dispatcher: one ordered worker per account, woken by writing calls. See `docs/ARCHITECTURE.md`.

pub mod bell;
pub mod inbound;
