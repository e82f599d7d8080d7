//! Hostile input from the network: each case once ended a process, starved others or was answered with something untrue.
//! What a case costs is counted in nodes, bytes and rows, never in time.

mod answers;
mod cost;
pub(crate) mod database;
mod forms;
mod login;
mod memory;
mod places;
mod rows;
mod sandbox;
mod server;
mod templates;
