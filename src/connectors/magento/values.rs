//! Prices and quantities: those of all rows in one call each.

use serde_json::{Value, json};

use super::super::rule::{Failure, Rule};
use super::super::split::halve;
use super::super::{OfferChange, Outcome};
use super::Magento;
use super::api::{Criteria, outcome_of, row_rule};
use super::inputs::number;
use super::offers::{Row, Work};
use crate::domain::Decimal;

impl Magento {
    pub(super) fn put_prices<'a>(&self, rows: Vec<Row<'a>>, work: &mut Work) -> Vec<Row<'a>> {
        let (priced, mut kept): (Vec<Row<'a>>, Vec<Row<'a>>) = rows.into_iter().partition(|row| row.price.is_some());
        let inputs: Vec<Value> =
            priced.iter().map(|row| json!({ "sku": row.change.sku, "price": row.price.map(number), "store_id": 0 })).collect();
        kept.extend(self.put_rows(priced, &inputs, work, |inputs| {
            let errors: Vec<Value> = self.api.post(&["products", "base-prices"], &json!({ "prices": inputs }))?.part("")?;
            // The good rows are done; which one is bad an error does not always say, so the rows are tried in halves.
            errors.first().map_or(Ok(()), |error| Err(Failure::Rule(row_rule(error))))
        }));
        kept
    }

    pub(super) fn put_stock<'a>(&self, rows: Vec<Row<'a>>, work: &mut Work) -> Vec<Row<'a>> {
        let (stocked, mut kept): (Vec<Row<'a>>, Vec<Row<'a>>) = rows.into_iter().partition(|row| row.stock.is_some());
        let inputs: Vec<Value> = stocked.iter().map(|row| self.source_item(&row.change.sku, &json!(row.stock))).collect();
        kept.extend(self.put_rows(stocked, &inputs, work, |inputs| {
            self.api.post(&["inventory", "source-items"], &json!({ "sourceItems": inputs })).map(drop)
        }));
        kept
    }

    /// Whether buyers may have pieces that are not there is a word of its own, which the merchant sets.
    pub(super) fn source_item(&self, sku: &str, quantity: &Value) -> Value {
        json!({ "sku": sku, "source_code": self.settings.source, "quantity": quantity, "status": 1 })
    }

    fn put_rows<'a>(
        &self,
        rows: Vec<Row<'a>>,
        inputs: &[Value],
        work: &mut Work,
        send: impl Fn(&[Value]) -> Result<(), Failure>,
    ) -> Vec<Row<'a>> {
        if work.cut.is_some() || rows.is_empty() {
            return if work.cut.is_some() { Vec::new() } else { rows };
        }
        let halved = halve(inputs, &mut |inputs: &[Value]| send(inputs).map(|()| inputs.iter().map(|_| ()).collect()));
        let mut kept = Vec::with_capacity(rows.len());
        for (row, result) in rows.into_iter().zip(halved.rows) {
            match result {
                Some(Ok(())) => kept.push(row),
                Some(Err(rule)) => work.settle(row.change, refusal(row.change, rule)),
                None => {}
            }
        }
        work.cut = work.cut.take().or(halved.cut);
        kept
    }

    /// Sources know SKUs, not products, and a shop keeps a product's quantity under its new SKU only if it is set to. So it is there before
    /// the product is renamed.
    pub(super) fn carry_stock(&self, old: &str, new: &str, wanted: Option<i32>) -> Result<(), Failure> {
        if wanted.is_some() {
            return Ok(());
        }
        let Some(quantity) = self.stock_of(old)? else { return Ok(()) };
        self.api.post(&["inventory", "source-items"], &json!({ "sourceItems": [self.source_item(new, &number(quantity))] })).map(drop)
    }

    /// What the account's source has of an SKU.
    pub(super) fn stock_of(&self, sku: &str) -> Result<Option<Decimal>, Failure> {
        let criteria = Criteria::new().filter("sku", "eq", sku).filter("source_code", "eq", &self.settings.source).page(1, 1);
        let items: Vec<Value> = self.api.list(&["inventory", "source-items"], &criteria)?.items;
        let quantity = items.first().and_then(|item| item.get("quantity"));
        Ok(quantity.and_then(|quantity| Decimal::parse(&quantity.to_string())))
    }
}

fn refusal(change: &OfferChange, rule: Rule) -> Outcome {
    match outcome_of(rule) {
        Outcome::Refused(message) => Outcome::Refused(message),
        Outcome::Later { after, reason } => Outcome::Later { after, reason: format!("{}: {reason}", change.sku) },
        other => other,
    }
}
