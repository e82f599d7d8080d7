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
    /// Everything passes.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Cond::All)
    }

    /// Only what is listed passes.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Cond::In { or_null: false, .. })
    }

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

    /// The condition on what the values stand for, if each of them stands for something.
    pub(crate) fn try_map<U, E>(self, meaning: impl FnMut(T) -> Result<U, E>) -> Result<Cond<U>, E> {
        Ok(match self {
            Cond::All => Cond::All,
            Cond::In { values, or_null } => Cond::In { values: values.into_iter().map(meaning).collect::<Result<_, E>>()?, or_null },
            Cond::Null => Cond::Null,
            Cond::NotNull => Cond::NotNull,
        })
    }

    /// Both conditions have to hold.
    pub(crate) fn and(self, other: Cond<T>) -> Cond<T>
    where
        T: PartialEq,
    {
        match (self, other) {
            (Cond::All, other) | (other, Cond::All) => other,
            (Cond::Null, other) | (other, Cond::Null) if other.passes_unset() => Cond::Null,
            (Cond::Null, _) | (_, Cond::Null) => Cond::any_of(Vec::new()),
            (Cond::NotNull, Cond::NotNull) => Cond::NotNull,
            (Cond::NotNull, Cond::In { values, .. }) | (Cond::In { values, .. }, Cond::NotNull) => Cond::any_of(values),
            (Cond::In { mut values, or_null }, Cond::In { values: others, or_null: other_null }) => {
                values.retain(|value| others.contains(value));
                Cond::In { values, or_null: or_null && other_null }
            }
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

/// Declares the conditions of a query once, each with its column:
///
/// `conditions! { ($) ItemFilter, item_conditions { item_id: Cond<ItemId> = items::item_id, } and { .. } beside { .. } }`
///
/// The fields of the first list have the same names on the wire: `item_conditions!(ask, ..)` gives them to the macro
/// `ask`. Those behind `and` have a column too, but the caller works them out; those behind `beside` have none.
/// `item_conditions!(narrow query, filter)` narrows a boxed query by all columns.
/// (The dollar sign is handed in because a macro that declares macros cannot write one.)
#[macro_export]
macro_rules! conditions {
    (
        ($d:tt) $(#[doc = $doc:expr])* $name:ident, $all:ident {
            $( $(#[doc = $field_doc:expr])* $field:ident: $kind:ident $(<$of:ty>)? = $column:expr, )*
        }
        $( and { $( $(#[doc = $own_doc:expr])* $own:ident: $own_kind:ident $(<$own_of:ty>)? = $own_column:expr, )* } )?
        $( beside { $( $(#[doc = $beside_doc:expr])* $beside:ident: $beside_type:ty, )* } )?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name {
            $( $(#[doc = $field_doc])* pub $field: $kind $(<$of>)?, )*
            $($( $(#[doc = $own_doc])* pub $own: $own_kind $(<$own_of>)?, )*)?
            $($( $(#[doc = $beside_doc])* pub $beside: $beside_type, )*)?
        }

        macro_rules! $all {
            (narrow $d query:ident, $d filter:expr) => {
                $( $crate::narrow_by!($kind, $d query, $column, $d filter.$field); )*
                $($( $crate::narrow_by!($own_kind, $d query, $own_column, $d filter.$own); )*)?
            };
            ($d callback:ident, $d ($d argument:tt),*) => { $d callback! { $d ($d argument),*; $name $($field)* } };
        }
        pub(crate) use $all;
    };
}

/// Narrows a boxed query by a [`Cond`] or a [`Window`], whichever it is.
#[macro_export]
macro_rules! narrow_by {
    (Cond, $query:ident, $column:expr, $condition:expr) => {
        $crate::narrow!($query, $column, &$condition);
    };
    (Window, $query:ident, $column:expr, $condition:expr) => {
        $crate::narrow_window!($query, $column, $condition);
    };
}

/// Narrows a boxed query to a mandator. `by_id`: it names records by their ids. Without statistics SQLite takes the records of a
/// mandator for so few that it would look for the ids among all of them; a sum is not looked up in an index.
#[macro_export]
macro_rules! narrow_to_mandator {
    ($query:ident, $column:expr, $mandator_id:expr, $by_id:expr) => {
        $query = if $by_id { $query.filter(($column + 0).eq($mandator_id)) } else { $query.filter($column.eq($mandator_id)) };
    };
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

#[cfg(test)]
mod tests {
    use super::Cond;

    /// What a condition lets pass of 1, 2, 3 and of something that has no value.
    fn passing(condition: &Cond<i32>) -> (Vec<i32>, bool) {
        ([1, 2, 3].into_iter().filter(|value| condition.passes(value)).collect(), condition.passes_unset())
    }

    #[test]
    fn two_conditions_together_let_pass_what_both_let_pass() {
        let some = |values: &[i32], or_null| Cond::In { values: values.to_vec(), or_null };
        let all = [Cond::All, Cond::Null, Cond::NotNull, some(&[1, 2], false), some(&[2, 3], true), some(&[], false), some(&[], true)];
        for one in &all {
            for other in &all {
                let (values, unset) = passing(&one.clone().and(other.clone()));
                let ((left, left_unset), (right, right_unset)) = (passing(one), passing(other));
                let both: Vec<i32> = left.into_iter().filter(|value| right.contains(value)).collect();
                assert_eq!((values, unset), (both, left_unset && right_unset), "{one:?} and {other:?}");
            }
        }
    }
}
