//! The offers of an account for partners who fetch them with `kontor export`, from the database. The connector `exchange` writes the
//! same document of what it was sent.

mod gather;

pub(crate) use gather::offers_of;
