//! Reading in the order of changes.

/// A place in the order of changes: a stamp, and a record among those that changed with it. Records that two numbers name
/// (stock: article and warehouse) use both, others leave the second at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Since {
    pub stamp: i64,
    pub id: i32,
    pub second: i32,
}

impl Since {
    /// Before everything.
    pub(crate) const START: Since = Since { stamp: i64::MIN, id: i32::MIN, second: i32::MIN };

    /// Behind everything that changed with this stamp.
    pub(crate) const fn end_of(stamp: i64) -> Since {
        Since { stamp, id: i32::MAX, second: i32::MAX }
    }
}

/// What comes behind a place, at most so many records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Following {
    pub since: Since,
    pub most: i64,
}

/// Narrows a boxed query to what follows a place, in the order of changes. The condition on the stamp alone lets an index
/// find the place.
#[macro_export]
macro_rules! following {
    ($query:ident, $stamp:expr, $id:expr, $following:expr) => {
        let following = $following;
        $query = $query
            .filter($stamp.ge(following.since.stamp))
            .filter($stamp.gt(following.since.stamp).or($id.gt(following.since.id)))
            .order(($stamp, $id))
            .limit(following.most);
    };
}
