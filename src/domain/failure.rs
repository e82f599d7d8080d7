//! The one table of error codes. Every refusal Kontor gives on either face is one of these; `docs/ERRORS.md` has a
//! section for each (a test compares them).

/// Declares a group of codes.
macro_rules! codes {
    ($($number:literal $name:ident $blame:ident $en:literal $de:literal;)*) => {
        use crate::domain::failure::{Blame, Code, Taking, agree, argument_count};

        $(
            pub const $name: Taking<{ argument_count($en) }> =
                Taking(&Code { number: $number, name: stringify!($name), blame: Blame::$blame, en: $en, de: $de });
            const _: () = assert!(agree($en, $de), concat!(stringify!($name), ": the texts do not use the same arguments"));
        )*

        /// The codes of this group in the order of their numbers.
        pub(super) const GROUP: &[&Code] = &[$($name.0),*];
    };
}

pub mod code;
mod refusal;
mod row;

pub use refusal::Failure;
pub use row::{Blame, Code, Taking};

use super::wording::argument_count;
use row::agree;

#[cfg(test)]
mod tests {
    use super::agree;

    #[test]
    fn both_texts_of_a_code_use_the_same_arguments() {
        assert!(agree("{0} of {1}", "{1} von {0}") && agree("no {field:item_id}", "keine"));
        assert!(!agree("{0} of {1}", "{1} von") && !agree("{1}", "{1}") && !agree("{0}", "{0} {1}"));
    }
}
