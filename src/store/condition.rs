//! The conditions of a selection, and the macros that narrow a boxed query by them.

use crate::domain::Stamp;

/// One value, one of several, or set / not set.
#[derive(Debug, Clone, Default)]
pub struct Among<T> {
    /// Any of these, where given.
    pub any_of: Option<Vec<T>>,
    /// `Some(true)`: only unset; `Some(false)`: only set.
    pub null: Option<bool>,
    /// Unset ones match too.
    pub allow_null: bool,
}

impl<T> Among<T> {
    /// Number of variables a statement needs for it.
    pub fn variables(&self) -> usize {
        self.any_of.as_ref().map_or(0, Vec::len)
    }
}

/// A window of time, both ends inclusive.
#[derive(Debug, Clone, Default)]
pub struct Window {
    pub from: Option<Stamp>,
    pub to: Option<Stamp>,
    /// `Some(true)`: only unset; `Some(false)`: only set.
    pub null: Option<bool>,
    /// Unset ones match too.
    pub allow_null: bool,
}

/// Narrows a boxed query to the rows whose column matches an [`Among`], where one is given.
#[macro_export]
macro_rules! narrow_among {
    ($query:ident, $column:expr, $among:expr) => {
        if let Some(among) = &$among {
            match (among.null, among.allow_null, &among.any_of) {
                (Some(true), ..) => $query = $query.filter($column.is_null()),
                (Some(false), false, _) => $query = $query.filter($column.is_not_null()),
                (None, true, Some(values)) => {
                    $query = $query.filter($column.eq_any(values.clone()).or($column.is_null()));
                }
                (None, false, Some(values)) => {
                    $query = $query.filter($column.eq_any(values.clone()));
                }
                (Some(false), true, _) | (None, _, None) => {}
            }
        }
    };
}

/// Narrows a boxed query to the rows whose column lies in a [`Window`], where one is given.
#[macro_export]
macro_rules! narrow_window {
    ($query:ident, $column:expr, $window:expr) => {
        if let Some(window) = &$window {
            match (window.null, window.allow_null) {
                (Some(true), _) => $query = $query.filter($column.is_null()),
                (Some(false), false) => $query = $query.filter($column.is_not_null()),
                _ => {}
            }
            if window.null != Some(true) {
                if let Some(from) = window.from {
                    if window.allow_null {
                        $query = $query.filter($column.ge(from.0).or($column.is_null()));
                    } else {
                        $query = $query.filter($column.ge(from.0));
                    }
                }
                if let Some(to) = window.to {
                    if window.allow_null {
                        $query = $query.filter($column.le(to.0).or($column.is_null()));
                    } else {
                        $query = $query.filter($column.le(to.0));
                    }
                }
            }
        }
    };
}
