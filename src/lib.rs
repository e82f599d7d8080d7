//! Kontor, the open ERP-to-marketplace gateway.
//!
//! The house, from top to bottom (arrows only go down): `commands` → `app` → `http` → `soap` → `operations` → `store` →
//! `domain`; `dispatch` → `carriers`, `connectors`, `store`, `domain`; `carriers` → `connectors`, `documents`, `domain`; `exchange` and `support` → `store`, `domain`; `exchange` and
//! `connectors` → `platform_xml` → `xml`; these and
//! `operations` → `preparation` → `connectors`, `store`, `domain`; `operations` and `commands` →
//! `payments` → `store`, `xml`, `folders`, `domain`; `commands` → `moving` → `operations`, `connectors`; `commands` → `backup` → `files`, `store`, `folders`; `commands` → `caller` → `soap`, `connectors`; `app` → `alarms` → `mail`, `connectors`, `store`; `app` → `journal` → `store`, `metrics`; `app` and `commands` → `mail` → `store`, `domain`;
//! `operations`, `dispatch` and `app` → `files` → `store`, `folders`, `domain`. See `docs/ARCHITECTURE.md`.

pub(crate) mod alarms;
pub mod app;
pub(crate) mod backup;
pub(crate) mod caller;
pub(crate) mod carriers;
pub mod commands;
pub mod config;
pub mod connectors;
pub(crate) mod console;
pub mod dispatch;
pub(crate) mod documents;
pub mod domain;
pub(crate) mod exchange;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod http;
pub(crate) mod journal;
pub(crate) mod mail;
pub mod metrics;
pub(crate) mod moving;
pub mod operations;
pub(crate) mod payments;
pub(crate) mod platform_xml;
pub(crate) mod preparation;
pub mod soap;
pub(crate) mod status;
pub mod store;
pub(crate) mod support;
pub mod xml;
