//! `explainOffer`: what an account would show of an article, and from which rule each value comes. Our own operation;
//! it answers exactly what the dispatcher would send, because both ask `preparation` and stock control.

use crate::domain::{AccountId, Failure, ItemId, MandatorId, Reader, Stamp};
use crate::operations::common::{FetchReport, Fetched, Warned};
use crate::operations::items::{ItemKey, ItemReference, KnownItems};
use crate::operations::media::{Lead, follow};
use crate::operations::wire::Warnings;
use crate::operations::{ReadOperation, Reading};
use crate::preparation::{self, Frame, Missing};
use crate::store::Conn;
use crate::wire;

wire! {
    /// An article and an account.
    ExplainOfferRequest {
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// Number that Kontor gave the article; wins over the others.
        item_id: Option<ItemId>,
        /// The merchant's own item number; wins over ean_code.
        internal_item_number: Option<String> [max(100), key],
        /// EAN or GTIN.
        ean_code: Option<String> [max(30), key],
    }

    /// What the account would show of the article.
    ExplainOfferResult {
        /// The outcome of the call.
        report: FetchReport,
        /// The explanation.
        explanation: Option<OfferExplanation>,
        /// What was ignored; for users with `strict = true` in the configuration.
        warnings: Warnings [each("warning")],
    }

    /// An offer, value by value.
    OfferExplanation {
        /// The mandator.
        mandator_id: MandatorId,
        /// The account.
        account_id: AccountId,
        /// Number that Kontor gave the article.
        item_id: ItemId,
        /// The merchant's own item number.
        internal_item_number: String,
        /// What would be sent to the channel, with the rule each value comes from.
        effective_values: Vec<EffectiveValue> [each("effective_value")],
        /// What is missing.
        missing_values: Vec<MissingValue> [each("missing_value")],
    }

    /// A value and its rule.
    EffectiveValue {
        /// Such as title, price, category or quantity; lists have one entry per value.
        name: String,
        /// The value.
        value: String,
        /// Stable word of the rule, such as specific_item_data, title_rule, text_module, group_mapping or pricelist.
        source: String,
        /// The rule in a sentence, in the language of the mandator.
        reason: String,
    }

    /// A value that no rule gives, or that the channel refuses.
    MissingValue {
        /// The part of the offer.
        name: String,
        /// true: the part is not sent to the channel until this is complete; false: a hint.
        blocking: bool,
        /// What is missing, in the language of the mandator.
        reason: String,
        /// What to do.
        remedy: String,
    }
}

impl Warned for ExplainOfferResult {
    fn set_warnings(&mut self, warnings: Vec<String>) {
        self.warnings = Warnings(warnings);
    }
}

impl Fetched for ExplainOfferResult {
    fn refused(failure: &Failure, reader: Reader) -> Self {
        let report = FetchReport { return_code: failure.return_code(), total_records: None, error_description: Some(failure.text(reader)) };
        ExplainOfferResult { report, ..Self::default() }
    }

    fn count(&self) -> usize {
        usize::from(self.explanation.is_some())
    }

    fn return_code(&self) -> i32 {
        self.report.return_code
    }
}

pub(crate) struct ExplainOffer;

fn reference(request: &ExplainOfferRequest) -> ItemReference<'_> {
    let key = match (request.item_id, &request.internal_item_number, &request.ean_code) {
        (Some(_), _, _) => ItemKey::Id,
        (None, None, Some(_)) => ItemKey::Ean,
        _ => ItemKey::Number,
    };
    ItemReference {
        key,
        mandator_id: request.mandator_id,
        item_id: request.item_id,
        internal_item_number: request.internal_item_number.as_deref(),
        ean_code: request.ean_code.as_deref(),
    }
}

impl From<Missing> for MissingValue {
    fn from(missing: Missing) -> MissingValue {
        MissingValue { name: missing.name.to_owned(), blocking: missing.blocking, reason: missing.reason, remedy: missing.remedy }
    }
}

/// A picture whose address is Kontor's own and leads nowhere.
fn lost_picture(conn: &mut Conn<'_>, public_url: &str, address: &str, reader: Reader) -> Result<Option<MissingValue>, Failure> {
    let Lead::Nowhere(why) = follow(conn, public_url, address)? else { return Ok(None) };
    Ok(Some(MissingValue {
        name: "image".to_owned(),
        blocking: false,
        reason: format!("{address}: {}", why.said(reader)),
        remedy: reader.choose("send another image_url with updateItems", "senden Sie mit updateItems eine andere image_url").to_owned(),
    }))
}

impl ReadOperation for ExplainOffer {
    const NAME: &'static str = "explainOffer";
    const DOC: &'static str = "Shows what an account would send of an article (title, price, category, texts, pictures, quantity …), which rule each value \
         comes from, and what is missing. An extension of Kontor.";
    type Request = ExplainOfferRequest;
    type Result = ExplainOfferResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: ExplainOfferRequest) -> Result<ExplainOfferResult, Failure> {
        let mandator = reading.mandator(request.mandator_id)?;
        let account = reading.account(request.account_id, mandator.mandator_id)?;
        let reference = reference(&request);
        let known = KnownItems::read(conn, std::iter::once(reference.clone()))?;
        let item_id = known.find(&reference)?.ok_or_else(|| reference.unknown())?.item_id;
        let today = Stamp::now().day_in(mandator.time_zone);
        let frame = Frame { account, public_url: &reading.settings.server.public_url, today };
        let reader = reading.reader(mandator.mandator_id);
        let explanation = preparation::explain(conn, &frame, item_id)?.ok_or_else(|| reference.unknown())?;
        let values: Vec<EffectiveValue> = explanation
            .lines(reader)
            .into_iter()
            .map(|line| EffectiveValue {
                name: line.name.to_owned(),
                value: line.value,
                source: line.source.to_owned(),
                reason: line.reason,
            })
            .collect();
        let mut missing: Vec<MissingValue> = explanation.missing(reader).into_iter().map(MissingValue::from).collect();
        for image in values.iter().filter(|value| value.name == "image") {
            missing.extend(lost_picture(conn, frame.public_url, &image.value, reader)?);
        }
        Ok(ExplainOfferResult {
            report: FetchReport { return_code: 0, total_records: None, error_description: None },
            explanation: Some(OfferExplanation {
                mandator_id: mandator.mandator_id,
                account_id: account.account_id,
                item_id,
                effective_values: values,
                missing_values: missing,
                internal_item_number: explanation.internal_item_number,
            }),
            ..ExplainOfferResult::default()
        })
    }
}
