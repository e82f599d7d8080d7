//! Files that calls bring: kept on disk, and pictures among them looked into.

mod folder;
mod picture;
mod sketch;

pub(crate) use folder::{Folder, checksum, sweep};
pub(crate) use picture::look;
pub(crate) use sketch::{Form, Shape, sketch};
