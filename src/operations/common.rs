//! Types that many operations share: reports, results, paging.

use crate::domain::{Failure, Language};
use crate::{wire, wire_enum};

wire_enum! {
    /// What was done with a record.
    ReportAction { Insert = "insert", Update = "update", Delete = "delete", }
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

/// The result of a fetch call.
pub trait Fetched: Default {
    fn refused(failure: &Failure, language: Language) -> Self;
    /// Records given back.
    fn count(&self) -> usize;
    fn return_code(&self) -> i32;
}

/// The result of a writing call.
pub trait Reported: Default {
    fn refused(failure: &Failure, language: Language) -> Self;
    /// Records and failures among them.
    fn counts(&self) -> (usize, usize);
    fn set_pending(&mut self, pending: usize);
}

/// One report, built from what became of a record.
pub trait ReportOf: Sized {
    type Keys;
    fn new(reference_id: Option<String>, action: Option<ReportAction>, keys: Option<Self::Keys>, error: Option<(i32, String)>) -> Self;
    fn is_failure(&self) -> bool;
}

/// Declares the result of a writing call: `reports! { UpdateItemsResult, ItemReport, item: ItemKeys }`. A name behind
/// the keys is the typed face's word for them.
#[macro_export]
macro_rules! reports {
    ($result:ident, $report:ident, $keys_field:ident : $keys:ty $(, $typed:literal)?) => {
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
            }
            /// One report per record, in the order of the request.
            $result {
                /// Changes that were stored but are not settled at the channels yet; they go on by themselves.
                pending_changes: Option<i32> [attr],
                /// One report per record, in the order of the request.
                reports: Vec<$report> [flat("report")],
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
                $report { return_code, reference_id, action, error_description, $keys_field: keys }
            }
            fn is_failure(&self) -> bool {
                self.return_code < 0
            }
        }

        impl $crate::operations::common::Reported for $result {
            fn refused(failure: &$crate::domain::Failure, language: $crate::domain::Language) -> Self {
                let report =
                    $crate::operations::common::ReportOf::new(None, None, None, Some((failure.return_code(), failure.text(language))));
                $result { pending_changes: None, reports: vec![report] }
            }
            fn counts(&self) -> (usize, usize) {
                let failures = self.reports.iter().filter(|r| $crate::operations::common::ReportOf::is_failure(*r)).count();
                (self.reports.len(), failures)
            }
            fn set_pending(&mut self, pending: usize) {
                self.pending_changes = (pending > 0).then(|| i32::try_from(pending).unwrap_or(i32::MAX));
            }
        }
    };
}

/// Declares the result of a fetch call: `fetched! { FetchItemsResult, items: ItemRecord, "item" }`.
#[macro_export]
macro_rules! fetched {
    ($result:ident, $field:ident : $record:ty, $entry:literal) => {
        $crate::wire! {
            /// The records that match.
            $result {
                /// The outcome of the call.
                report: $crate::operations::common::FetchReport,
                /// The records of the page.
                $field: Vec<$record> [flat($entry)],
            }
        }

        impl $crate::operations::common::Fetched for $result {
            fn refused(failure: &$crate::domain::Failure, language: $crate::domain::Language) -> Self {
                $result {
                    report: $crate::operations::common::FetchReport {
                        return_code: failure.return_code(),
                        total_records: None,
                        error_description: Some(failure.text(language)),
                    },
                    $field: Vec::new(),
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
            pub fn page(records: Vec<$record>, total: usize) -> Self {
                $result {
                    report: $crate::operations::common::FetchReport {
                        return_code: 0,
                        total_records: i32::try_from(total).ok(),
                        error_description: None,
                    },
                    $field: records,
                }
            }
        }
    };
}
