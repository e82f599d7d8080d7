//! `fetchPaymentInstructions`: what buyers are asked to do, by the way in which they pay (`order-calls.md` 9.3: nothing of it could
//! be read, so the form is ours).

use super::{has_name, mandators, names, passes};
use crate::config::PaymentMethod;
use crate::domain::{Failure, MandatorId};
use crate::operations::wire::{Match, cond_of};
use crate::operations::{ReadOperation, Reading};
use crate::store::Conn;
use crate::{fetched, wire};

wire! {
    /// Conditions on payment instructions; all of them must hold.
    InstructionFilter {
        /// Number of the payment method.
        payment_method_id: Option<Match<i32>>,
        /// A name of the payment method, compared without case.
        payment_method_identifier: Option<Match<String>>,
        /// The mandator.
        mandator_id: Option<Match<MandatorId>>,
    }

    /// Which payment instructions to fetch.
    PaymentInstructionsRequest {
        /// Payment instructions that pass one of these filters; where there is none, those of all mandators of the user.
        filters: Vec<InstructionFilter> [flat("filter")],
    }

    /// What a buyer is asked to do.
    InstructionRecord {
        /// The mandator.
        mandator_id: MandatorId,
        /// Number of the payment method.
        payment_method_id: i32,
        /// The names under which channels say it.
        payment_method_identifiers: Vec<String> [each("payment_method_identifier")],
        /// The text.
        payment_instructions: String,
    }
}

fetched! { PaymentInstructionsResult, payment_instructions: InstructionRecord, "payment_instruction" }

/// The operation.
pub(crate) struct FetchPaymentInstructions;

impl ReadOperation for FetchPaymentInstructions {
    const NAME: &'static str = "fetchPaymentInstructions";
    const DOC: &'static str = "Lists what the configuration asks buyers to do, by payment method and mandator.";
    type Request = PaymentInstructionsRequest;
    type Result = PaymentInstructionsResult;

    fn handle(
        reading: &Reading<'_>,
        _conn: &mut Conn<'_>,
        request: PaymentInstructionsRequest,
    ) -> Result<PaymentInstructionsResult, Failure> {
        let mut filters = Vec::with_capacity(request.filters.len());
        for filter in &request.filters {
            let mandators = mandators(reading, filter.mandator_id.as_ref())?;
            let method = (cond_of(filter.payment_method_id.as_ref()), names(filter.payment_method_identifier.as_ref()));
            filters.push((mandators, method));
        }
        let mut records = Vec::new();
        for instruction in &reading.settings.payments.instructions {
            let is_method = |method: &&PaymentMethod| method.payment_method_id == instruction.payment_method_id;
            let identifiers: Vec<&str> =
                reading.settings.payment_methods.iter().filter(is_method).map(|method| method.identifier.as_str()).collect();
            let wanted = passes(&filters, |(mandators, (id, name))| {
                let named = || identifiers.iter().any(|identifier| has_name(name, identifier));
                mandators.passes(&instruction.mandator_id) && id.passes(&instruction.payment_method_id) && named()
            });
            if wanted && reading.mandator(instruction.mandator_id).is_ok() {
                records.push(InstructionRecord {
                    mandator_id: instruction.mandator_id,
                    payment_method_id: instruction.payment_method_id,
                    payment_method_identifiers: identifiers.into_iter().map(str::to_owned).collect(),
                    payment_instructions: instruction.text.clone(),
                });
            }
        }
        let total = records.len();
        Ok(PaymentInstructionsResult::page(records, total))
    }
}
