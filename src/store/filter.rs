//! Conditions of fetch calls, as the database understands them.

/// A condition on one column.
#[derive(Debug, Clone, Default)]
pub enum Cond<T> {
    #[default]
    All,
    /// One of these; `or_null` lets unset values pass too.
    In {
        values: Vec<T>,
        or_null: bool,
    },
    Null,
    NotNull,
}

impl<T> Cond<T> {
    /// Whether this value passes.
    pub fn passes(&self, value: &T) -> bool
    where
        T: PartialEq,
    {
        match self {
            Cond::All | Cond::NotNull => true,
            Cond::In { values, .. } => values.contains(value),
            Cond::Null => false,
        }
    }

    /// Whether something that has no such value passes.
    pub fn passes_unset(&self) -> bool {
        matches!(self, Cond::All | Cond::Null | Cond::In { or_null: true, .. })
    }

    /// The condition on what the values stand for. A value that stands for nothing is one that no row has.
    pub fn filter_map<U>(self, meaning: impl Fn(T) -> Option<U>) -> Cond<U> {
        match self {
            Cond::All => Cond::All,
            Cond::In { values, or_null } => Cond::In { values: values.into_iter().filter_map(meaning).collect(), or_null },
            Cond::Null => Cond::Null,
            Cond::NotNull => Cond::NotNull,
        }
    }

    pub fn one(value: T) -> Cond<T> {
        Cond::any_of(vec![value])
    }

    pub fn any_of(values: Vec<T>) -> Cond<T> {
        Cond::In { values, or_null: false }
    }
}

/// A window on a column of microseconds, both ends inclusive.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub null: Option<bool>,
    pub or_null: bool,
}

/// Narrows a boxed query by a [`Cond`].
#[macro_export]
macro_rules! narrow {
    ($query:ident, $column:expr, $cond:expr) => {
        match $cond {
            $crate::store::filter::Cond::All => {}
            $crate::store::filter::Cond::In { values, or_null: false } => {
                $query = $query.filter($crate::store::among::among($column, values));
            }
            $crate::store::filter::Cond::In { values, or_null: true } => {
                $query = $query.filter($crate::store::among::among($column, values).or($column.is_null()));
            }
            $crate::store::filter::Cond::Null => $query = $query.filter($column.is_null()),
            $crate::store::filter::Cond::NotNull => $query = $query.filter($column.is_not_null()),
        }
    };
}

/// Narrows a boxed query by a [`Window`].
#[macro_export]
macro_rules! narrow_window {
    ($query:ident, $column:expr, $window:expr) => {
        let window = $window;
        match window.null {
            Some(true) => $query = $query.filter($column.is_null()),
            Some(false) => $query = $query.filter($column.is_not_null()),
            None => {}
        }
        if let Some(from) = window.from {
            $query = if window.or_null { $query.filter($column.ge(from).or($column.is_null())) } else { $query.filter($column.ge(from)) };
        }
        if let Some(to) = window.to {
            $query = if window.or_null { $query.filter($column.le(to).or($column.is_null())) } else { $query.filter($column.le(to)) };
        }
    };
}
