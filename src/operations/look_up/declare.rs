//! The macros that declare a list and its calls.

/// Declares the fetch and the update call of a list. The record and its key are declared by hand beside it. `in` names the
/// string element of the compat face where it is not the usual one.
#[macro_export]
macro_rules! look_up {
    (
        $record:ident, id: $id:ident, name: $name:ident $(, external: $external:ident)?;
        records: $records:ident as $entry:literal, report: $report:ident { $keys_field:ident $(, $typed:literal)? };
        $fetch:ident($fetch_name:literal $(in $fetch_argument:literal)?, $fetch_doc:literal, $filter:ident, $fetch_request:ident, $fetch_result:ident, $per_page:ident);
        $update:ident($update_name:literal $(in $update_argument:literal)?, $update_doc:literal, $update_request:ident, $update_result:ident);
    ) => {
        $crate::look_up_fetch! {
            $record, id: $id, name: $name $(, external: $external)?;
            records: $records as $entry;
            $fetch($fetch_name $(in $fetch_argument)?, $fetch_doc, $filter, $fetch_request, $fetch_result, $per_page);
        }
        $crate::look_up_update! {
            $record;
            records: $records as $entry, report: $report { $keys_field $(, $typed)? };
            $update($update_name $(in $update_argument)?, $update_doc, $update_request, $update_result);
        }
    };
}

/// Declares the fetch call of a list.
#[macro_export]
macro_rules! look_up_fetch {
    (
        $record:ident, id: $id:ident, name: $name:ident $(, external: $external:ident)?;
        records: $records:ident as $entry:literal;
        $fetch:ident($fetch_name:literal $(in $fetch_argument:literal)?, $fetch_doc:literal, $filter:ident, $fetch_request:ident, $fetch_result:ident, $per_page:ident);
    ) => {
        $crate::wire! {
            /// Conditions; all of them must hold.
            $filter {
                /// The mandator; needed.
                mandator_id: Option<$crate::operations::wire::Match<MandatorId>>,
                /// Number that Kontor gave the record.
                $id: Option<$crate::operations::wire::Match<i32>>,
                /// Its name.
                $name: Option<$crate::operations::wire::Match<String>>,
                $(
                /// The ERP's own number.
                $external: Option<$crate::operations::wire::Match<String>>,
                )?
                /// When it was last changed.
                last_changed: Option<$crate::operations::wire::Between>,
            }

            /// Which records to fetch.
            $fetch_request {
                /// Records that pass one of these filters.
                filters: Vec<$filter> [flat("filter")],
                /// Page size; all on one page when absent.
                $per_page: Option<i32>,
                /// Page, starting with 1.
                page: Option<i32>,
                /// Only what changed behind this cursor, the `next_changed_since` of an earlier answer with the same filters;
                /// empty: from the start. Replaces the number of a page: read on until an answer has no records. A page has
                /// 250 of them if the call names no size.
                changed_since: $crate::operations::wire::Patch<String> [max(64)],
            }
        }

        $crate::fetched! { $fetch_result, $records: $record, $entry, changes {} }

        pub(crate) struct $fetch;

        impl $crate::operations::ReadOperation for $fetch {
            const NAME: &'static str = $fetch_name;
            $(const ARGUMENT: &'static str = $fetch_argument;)?
            const DOC: &'static str = $fetch_doc;
            type Request = $fetch_request;
            type Result = $fetch_result;

            fn asks_for_changes(request: &$fetch_request) -> bool {
                request.filters.iter().any(|filter| filter.last_changed.is_some())
            }

            fn handle(
                reading: &$crate::operations::Reading<'_>,
                conn: &mut $crate::store::Conn<'_>,
                request: $fetch_request,
            ) -> Result<$fetch_result, $crate::domain::Failure> {
                let filters = request.filters.iter().map(|filter| $crate::operations::look_up::Conditions {
                    mandator_id: filter.mandator_id.as_ref(),
                    id: filter.$id.as_ref(),
                    identifier: filter.$name.as_ref(),
                    external_id: None$(.or(filter.$external.as_ref()))?,
                    last_changed: filter.last_changed.as_ref(),
                });
                let asked = $crate::operations::cursor::Asked {
                    operation: Self::NAME,
                    changed_since: &request.changed_since,
                    per_page: request.$per_page,
                    page: request.page,
                    choice: || $crate::operations::cursor::written(&request.filters),
                };
                Ok(match $crate::operations::look_up::fetch(reading, conn, filters, asked)? {
                    $crate::operations::look_up::Found::Page(records, total) => $fetch_result::page(records, total),
                    $crate::operations::look_up::Found::Changed($records, next) => {
                        $fetch_result { $records, next_changed_since: Some(next), ..$fetch_result::default() }
                    }
                })
            }
        }
    };
}

/// Declares the update call of a list.
#[macro_export]
macro_rules! look_up_update {
    (
        $record:ident;
        records: $records:ident as $entry:literal, report: $report:ident { $keys_field:ident $(, $typed:literal)? };
        $update:ident($update_name:literal $(in $update_argument:literal)?, $update_doc:literal, $update_request:ident, $update_result:ident);
    ) => {
        $crate::write_request! {
            /// Records to create or update.
            $update_request {
                /// The records.
                $records: $crate::operations::wire::Records<$record> [flat($entry)],
            }
        }

        $crate::reports! { $update_result, $report, $keys_field: $record $(, $typed)? }

        pub(crate) struct $update;

        impl $crate::operations::WriteOperation for $update {
            const NAME: &'static str = $update_name;
            $(const ARGUMENT: &'static str = $update_argument;)?
            const DOC: &'static str = $update_doc;
            type Request = $update_request;
            type Result = $update_result;

            fn prepare(
                _settings: &$crate::config::Settings,
                request: &mut $update_request,
            ) -> Result<$crate::operations::Refused, $crate::domain::Failure> {
                Ok($crate::operations::look_up::prepare(&request.$records))
            }

            fn handle(
                work: &mut $crate::operations::Work<'_, '_>,
                request: $update_request,
            ) -> Result<$update_result, $crate::domain::Failure> {
                let reports = $crate::operations::look_up::update(work, request.$records)?;
                Ok($update_result::of(reports))
            }
        }
    };
}

/// The parts of `LookUp` that only name fields.
#[macro_export]
macro_rules! look_up_columns {
    ($id:ident, $name:ident $(, $external:ident)?) => {
        const ID: &'static str = stringify!($id);
        const NAME: &'static str = stringify!($name);

        fn columns(&mut self) -> $crate::operations::look_up::Columns<'_> {
            $crate::operations::look_up::Columns {
                mandator_id: &mut self.mandator_id,
                id: &mut self.$id,
                identifier: &mut self.$name,
                external_id: None$(.or(Some(&mut self.$external)))?,
            }
        }
    };
}

/// The parts of `LookUp` that turn a record into its document and back. The fields in braces have columns.
#[macro_export]
macro_rules! look_up_document {
    ($document:ident, $update:ident, $fields:ident, { $($column:ident)* }) => {
        type Document = $document;
        type Update = $update;

        fn update(self) -> $update {
            let record = self;
            $fields!(update_of, $update, record, { significant_key reference_id mandator_id $($column)* })
        }

        fn merge(document: &mut $document, newer: $update) {
            document.merge(newer);
        }

        fn show(&mut self, document: $document) {
            let record = self;
            $fields!(show, record, document);
        }
    };
}
