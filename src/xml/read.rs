//! A read-only element tree in one arena, built by one pass of quick-xml's pull parser.
use crate::domain::{Failure, code};

/// Bounds on what a document from the network may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub depth: usize,
    pub attributes: usize,
    pub name_bytes: usize,
    pub elements: usize,
}

#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
}

#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    index: u32,
}
