//! `fetchPaymentMethods`: the names under which channels say how an order is paid, with the ERP's ids.

use super::{has_name, mandators, names, passes};
use crate::domain::order::Workflow;
use crate::domain::{Failure, MandatorId};
use crate::operations::orders::OrderWorkflow;
use crate::operations::wire::{Match, cond_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::{fetched, wire};

wire! {
    /// Conditions on payment methods; all of them must hold.
    PaymentMethodFilter {
        /// Number of the payment method.
        payment_method_id: Option<Match<i32>>,
        /// Name of the payment method, compared without case.
        payment_method_identifier: Option<Match<String>>,
        /// A mandator; all have the same payment methods.
        mandator_id: Option<Match<MandatorId>>,
    }

    /// Which payment methods to fetch.
    FetchPaymentMethodsRequest {
        /// Payment methods that pass one of these filters; all where there is none.
        filters: Vec<PaymentMethodFilter> [flat("filter")],
    }

    /// A payment method.
    PaymentMethodRecord {
        /// Its number; several names of channels may share one.
        payment_method_id: i32,
        /// Its name, as channels say it.
        payment_method_identifier: String,
        /// The workflow of orders that are paid so.
        workflow: OrderWorkflow,
    }
}

fetched! { FetchPaymentMethodsResult, payment_methods: PaymentMethodRecord, "payment_method" }

/// The operation.
pub(crate) struct FetchPaymentMethods;

impl ReadOperation for FetchPaymentMethods {
    const NAME: &'static str = "fetchPaymentMethods";
    const DOC: &'static str = "Lists the payment methods of orders, each with the workflow that it starts.";
    type Request = FetchPaymentMethodsRequest;
    type Result = FetchPaymentMethodsResult;

    fn handle(
        reading: &Reading<'_>,
        _conn: &mut Conn<'_>,
        request: FetchPaymentMethodsRequest,
    ) -> Result<FetchPaymentMethodsResult, Failure> {
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            mandators(reading, filter.mandator_id.as_ref())?;
            filters.push((cond_of(filter.payment_method_id.as_ref()), names(filter.payment_method_identifier.as_ref())));
        }
        let methods = reading.settings.payment_methods.iter();
        let records: Vec<PaymentMethodRecord> = methods
            .filter(|method| passes(&filters, |(id, name)| id.passes(&method.payment_method_id) && has_name(name, &method.identifier)))
            .map(|method| PaymentMethodRecord {
                payment_method_id: method.payment_method_id,
                payment_method_identifier: method.identifier.clone(),
                workflow: Workflow::of_payment_method(&method.identifier).into(),
            })
            .collect();
        let total = records.len();
        Ok(FetchPaymentMethodsResult::page(records, total))
    }
}
