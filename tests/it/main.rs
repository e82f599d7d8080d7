//! Tests from outside: the built gateway, its contract and its documents.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

mod contract;
mod docs;
mod docs_compat;
mod export;
mod golden;
mod house;
mod orders;
mod samples;
mod stock;
mod world;
