//! Tests from outside: the built gateway, its contract and its documents.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod after_sale;
mod categories;
mod changes;
mod channel_days;
mod config;
mod contract;
mod crash;
mod customers;
mod docs;
mod docs_compat;
mod docs_connectors;
mod element;
mod erp;
mod export;
mod golden;
mod hostile;
mod house;
mod items;
mod offers;
mod order_calls;
mod order_lists;
mod orders;
mod other_ways;
mod preparation;
mod prices;
mod random;
mod raw;
mod real_shop;
mod reconcile;
mod refusals;
mod rehearsal;
mod repeats;
mod replay;
mod samples;
mod status;
mod stock;
mod strict;
mod support;
mod the_loop;
mod tolerance;
mod two_processes;
mod upgrade;
mod words;
mod world;
