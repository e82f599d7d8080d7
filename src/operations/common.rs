//! Types that many operations share: reports, results, paging.

use crate::domain::{Failure, Reader};
use crate::operations::wire::Value;
use crate::{wire, wire_enum};

wire_enum! {
    /// What was done with a record.
    ReportAction {
        /// The record is new.
        Insert = "insert",
        /// The record was known and has been changed.
        Update = "update",
        /// The record has been removed.
        Delete = "delete",
    }
}

wire! {
    /// The outcome of a fetch call.
    FetchReport {
        /// 0: the call worked; a negative number: the code of the error (see the documentation of errors).
        return_code: i32 [attr],
        /// Number of records that match, on all pages.
        total_records: Option<i32> [attr],
        /// What was wrong, in the language of the mandator, with place, value, expectation and remedy.
        error_description: Option<String>,
    }
}

/// A result that can report what of its request was ignored.
pub trait Warned {
    fn set_warnings(&mut self, warnings: Vec<String>);
}

/// The request of a writing call.
pub trait WriteRequest {
    /// Only a rehearsal is asked for: the same reports, nothing stored, nothing sent.
    fn is_dry_run(&self) -> bool;
}

/// The result of a fetch call.
pub trait Fetched: Default + Warned {
    fn refused(failure: &Failure, reader: Reader) -> Self;
    /// Records given back.
    fn count(&self) -> usize;
    fn return_code(&self) -> i32;
}

/// The result of a writing call.
pub trait Reported: Default + Warned {
    fn refused(failure: &Failure, reader: Reader) -> Self;
    /// Records and failures among them.
    fn counts(&self) -> (usize, usize);
    fn set_pending(&mut self, pending: usize);
    fn set_dry_run(&mut self);
}

/// One report, built from what became of a record.
pub(crate) trait ReportOf: Sized {
    type Keys: Value;
    fn new(reference_id: Option<String>, action: Option<ReportAction>, keys: Option<Self::Keys>, error: Option<(i32, String)>) -> Self;
    fn is_failure(&self) -> bool;
}

/// Declares the request of a writing call: a wire structure that ends with `dry_run`.
#[macro_export]
macro_rules! write_request {
    ($(#[doc = $doc:expr])* $name:ident { $($fields:tt)* }) => {
        $crate::wire! {
            $(#[doc = $doc])*
            $name {
                $($fields)*
                /// true: a rehearsal; the same reports, but nothing is stored and nothing sent. Numbers of new records
                /// are those that would be given now. Default false.
                dry_run: Option<bool> [attr],
            }
        }

        impl $crate::operations::common::WriteRequest for $name {
            fn is_dry_run(&self) -> bool {
                self.dry_run == Some(true)
            }
        }
    };
}

/// Declares the result of a writing call: `reports! { UpdateItemsResult, ItemReport, item: ItemKeys }`. A name behind
/// the keys is the typed face's word for them. Behind a semicolon, the keys of records of another kind in the same call.
#[macro_export]
macro_rules! reports {
    ($result:ident, $report:ident, $keys_field:ident : $keys:ty $(, $typed:literal)? $(; $other:ident : $other_keys:ty)?) => {
        $crate::wire! {
            /// The outcome of one record.
            $report {
                /// 0: done; a negative number: the code of the error (see the documentation of errors).
                return_code: i32 [attr],
                /// The caller's own text from the record.
                reference_id: Option<String> [attr],
                /// What was done.
                action: Option<$crate::operations::common::ReportAction> [attr],
                /// What was wrong, in the language of the mandator, with place, value, expectation and remedy.
                error_description: Option<String>,
                /// The keys of the record.
                $keys_field: Option<$keys> [$(typed($typed))?],
                $(
                    /// The keys of a record of the other kind.
                    $other: Option<$other_keys>,
                )?
            }
            /// One report per record, in the order of the request.
            $result {
                /// true: this is the stored answer to a repeated call; nothing was booked again.
                replayed: Option<bool> [attr],
                /// Changes that were stored but are not settled at the channels yet; they continue automatically.
                pending_changes: Option<i32> [attr],
                /// true: the call was a rehearsal, nothing was stored.
                dry_run: Option<bool> [attr],
                /// One report per record, in the order of the request.
                reports: Vec<$report> [flat("report")],
                /// What was taken over, but no channel will take; for users with `strict = true` in the configuration also what was
                /// ignored.
                warnings: $crate::operations::wire::Warnings [each("warning")],
            }
        }

        impl $result {
            /// The outcome of a call with these reports.
            pub(crate) fn of(reports: Vec<$report>) -> Self {
                $result { reports, ..Self::default() }
            }
        }

        impl $crate::operations::common::Warned for $result {
            fn set_warnings(&mut self, warnings: Vec<String>) {
                self.warnings = $crate::operations::wire::Warnings(warnings);
            }
        }

        impl $crate::operations::common::ReportOf for $report {
            type Keys = $keys;
            fn new(
                reference_id: Option<String>,
                action: Option<$crate::operations::common::ReportAction>,
                keys: Option<$keys>,
                error: Option<(i32, String)>,
            ) -> Self {
                let (return_code, error_description) = error.map_or((0, None), |(code, text)| (code, Some(text)));
                $report { return_code, reference_id, action, error_description, $keys_field: keys $(, $other: None)? }
            }
            fn is_failure(&self) -> bool {
                self.return_code < 0
            }
        }

        impl $crate::operations::common::Reported for $result {
            fn refused(failure: &$crate::domain::Failure, reader: $crate::domain::Reader) -> Self {
                let report =
                    $crate::operations::common::ReportOf::new(None, None, None, Some((failure.return_code(), failure.text(reader))));
                $result::of(vec![report])
            }
            fn counts(&self) -> (usize, usize) {
                let failures = self.reports.iter().filter(|r| $crate::operations::common::ReportOf::is_failure(*r)).count();
                (self.reports.len(), failures)
            }
            fn set_pending(&mut self, pending: usize) {
                self.pending_changes = (pending > 0).then(|| i32::try_from(pending).unwrap_or(i32::MAX));
            }
            fn set_dry_run(&mut self) {
                self.dry_run = Some(true);
            }
        }
    };
}

/// Declares the result of a fetch call: `fetched! { FetchItemsResult, items: ItemRecord, "item" }`. `also`: what records are called
/// after a platform. With `changes` the call
/// reads by `changed_since` too; in braces the list of deleted records, if there can be any.
#[macro_export]
macro_rules! fetched {
    ($result:ident, $field:ident : $record:ty, $entry:literal $(also $also:literal)?) => {
        $crate::wire! {
            /// The records that match.
            $result {
                /// The outcome of the call.
                report: $crate::operations::common::FetchReport,
                /// The records of the page.
                $field: Vec<$record> [flat($entry) $(, also($also))?],
                /// What was ignored; for users with `strict = true` in the configuration.
                warnings: $crate::operations::wire::Warnings [each("warning")],
            }
        }

        $crate::fetched! { @answer $result, $field: $record }
    };
    ($result:ident, $field:ident : $record:ty, $entry:literal, changes { $($gone:ident : $gone_record:ty, $gone_entry:literal)? }) => {
        $crate::wire! {
            /// The records that match.
            $result {
                /// The outcome of the call.
                report: $crate::operations::common::FetchReport,
                /// The records of the page.
                $field: Vec<$record> [flat($entry)],
                $(
                    /// Keys of deleted records, if the call has `changed_since`: of all records of the mandator, whatever else
                    /// the filters ask for. Book them by id, and before the records: a number may belong to a new record already.
                    $gone: Vec<$gone_record> [each($gone_entry)],
                )?
                /// The next `changed_since`, if the call has one; also if nothing changed.
                next_changed_since: Option<String>,
                /// What was ignored; for users with `strict = true` in the configuration.
                warnings: $crate::operations::wire::Warnings [each("warning")],
            }
        }

        $crate::fetched! { @answer $result, $field: $record }
    };
    (@answer $result:ident, $field:ident : $record:ty) => {
        impl $crate::operations::common::Warned for $result {
            fn set_warnings(&mut self, warnings: Vec<String>) {
                self.warnings = $crate::operations::wire::Warnings(warnings);
            }
        }

        impl $crate::operations::common::Fetched for $result {
            fn refused(failure: &$crate::domain::Failure, reader: $crate::domain::Reader) -> Self {
                $result {
                    report: $crate::operations::common::FetchReport {
                        return_code: failure.return_code(),
                        total_records: None,
                        error_description: Some(failure.text(reader)),
                    },
                    ..Self::default()
                }
            }
            fn count(&self) -> usize {
                self.$field.len()
            }
            fn return_code(&self) -> i32 {
                self.report.return_code
            }
        }

        impl $result {
            /// A page of records out of `total`.
            pub(crate) fn page(records: Vec<$record>, total: usize) -> Self {
                $result {
                    report: $crate::operations::common::FetchReport {
                        return_code: 0,
                        total_records: i32::try_from(total).ok(),
                        error_description: None,
                    },
                    $field: records,
                    ..Self::default()
                }
            }
        }
    };
}
