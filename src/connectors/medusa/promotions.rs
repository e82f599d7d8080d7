//! Coupons, as promotions with a code. One that has the code already is taken over, so that a repeat after a lost answer creates no
//! second. Days and the limit per customer are those of a campaign of its own.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::slug::slug;
use super::super::{CouponRecord, Outcome};
use super::Medusa;
use super::found::{Id, list};
use super::inputs::{number, put};
use super::shop::ShopSettings;
use crate::domain::coupon::CouponKind;
use crate::domain::message::{Message, channel};
use crate::domain::{Currency, Decimal};

const FIELDS: &str = "id,rules.id,rules.attribute";
/// What the articles in the cart cost.
const ITEM_TOTAL: &str = "item_total";

#[derive(Debug, Deserialize)]
struct Promotion {
    id: String,
    #[serde(default, deserialize_with = "list")]
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
    attribute: String,
}

#[derive(Debug, Deserialize)]
struct Campaign {
    id: String,
    budget: Option<Id>,
}

impl Medusa {
    pub(super) fn put_promotion(&self, known: Option<&str>, sent: &CouponRecord) -> Result<Outcome, Failure> {
        let (mut input, least) = match promotion_input(sent, &self.shop()?) {
            Ok(input) => input,
            Err(message) => return Ok(Outcome::Refused(message)),
        };
        let mut found = match known {
            Some(id) => self.promotion("id", id)?,
            None => None,
        };
        if found.is_none() {
            found = self.promotion("code", &sent.code)?;
        }
        match self.campaign(sent)? {
            Ok(id) => put(&mut input, "campaign_id", json!(id)),
            Err(message) => return Ok(Outcome::Refused(message)),
        }
        let rule = |least: &Value| json!({ "attribute": ITEM_TOTAL, "operator": "gte", "values": [least.to_string()] });
        let id = match found {
            None => {
                put(&mut input, "type", json!("standard"));
                put(&mut input, "rules", json!(least.iter().map(rule).collect::<Vec<_>>()));
                self.api.post(&["promotions"], "id", &input)?.part::<Id>("/promotion")?.id
            }
            Some(promotion) => {
                self.api.post(&["promotions", &promotion.id], "id", &input)?;
                let old: Vec<&str> =
                    promotion.rules.iter().filter(|rule| rule.attribute == ITEM_TOTAL).map(|rule| rule.id.as_str()).collect();
                if !old.is_empty() || least.is_some() {
                    let body = json!({ "create": least.iter().map(rule).collect::<Vec<_>>(), "delete": old });
                    self.api.post(&["promotions", &promotion.id, "rules", "batch"], "", &body)?;
                }
                promotion.id
            }
        };
        Ok(Outcome::Done { external_number: Some(id), url: None, messages: Vec::new() })
    }

    fn promotion(&self, key: &str, value: &str) -> Result<Option<Promotion>, Failure> {
        let query = [(key, value), ("fields", FIELDS), ("limit", "1")];
        let found: Vec<Promotion> = self.api.list(&["promotions"], "promotions", &query)?;
        Ok(found.into_iter().next())
    }

    /// The campaign of a coupon with days or with a limit per customer; `None` for one without.
    fn campaign(&self, sent: &CouponRecord) -> Result<Result<Option<String>, Message>, Failure> {
        let limit = sent.coupon.usage_limit_per_customer;
        if sent.from.is_none() && sent.until.is_none() && limit.is_none() {
            return Ok(Ok(None));
        }
        let identifier = format!("kontor-{}", slug(&sent.code));
        let query = [("campaign_identifier", identifier.as_str()), ("fields", "id,budget.id"), ("limit", "1")];
        let found: Vec<Campaign> = self.api.list(&["campaigns"], "campaigns", &query)?;
        let mut input = json!({ "name": sent.code, "starts_at": sent.from, "ends_at": sent.until });
        let Some(campaign) = found.into_iter().next() else {
            put(&mut input, "campaign_identifier", json!(identifier));
            if let Some(limit) = limit {
                put(&mut input, "budget", json!({ "type": "use_by_attribute", "attribute": "customer_id", "limit": limit }));
            }
            return Ok(Ok(Some(self.api.post(&["campaigns"], "id", &input)?.part::<Id>("/campaign")?.id)));
        };
        match (limit, &campaign.budget) {
            (limit, Some(_)) => put(&mut input, "budget", json!({ "limit": limit })),
            (None, None) => {}
            (Some(_), None) => {
                let text = format!("the campaign {identifier} of the shop has no limit per customer, and none can be added to it");
                return Ok(Err(channel::record_refused("CAMPAIGN", text)));
            }
        }
        self.api.post(&["campaigns", &campaign.id], "id", &input)?;
        Ok(Ok(Some(campaign.id)))
    }
}

/// What creates a promotion and updates it, and the value of the cart from which on it counts; or why the shop cannot have the coupon.
pub(super) fn promotion_input(sent: &CouponRecord, shop: &ShopSettings) -> Result<(Value, Option<Value>), Message> {
    let coupon = &sent.coupon;
    let money = |amount: Decimal| {
        let currency = coupon.currency_code_iso.as_deref().unwrap_or_default();
        if Currency::parse(currency) != Some(shop.currency) {
            return Err(channel::coupon_currency(&sent.code, currency, shop.currency.code()));
        }
        Ok(number(amount))
    };
    let value = coupon.value.unwrap_or(Decimal::ZERO);
    let method = match coupon.kind {
        Some(CouponKind::Percent) => json!({ "type": "percentage", "target_type": "order", "value": number(value), "currency_code": null }),
        Some(CouponKind::Amount) => {
            let currency = shop.currency.code().to_lowercase();
            json!({ "type": "fixed", "target_type": "order", "value": money(value)?, "currency_code": currency })
        }
        Some(CouponKind::FreeShipping) => {
            json!({ "type": "percentage", "target_type": "shipping_methods", "allocation": "across", "value": 100, "currency_code": null })
        }
        None => return Err(channel::value_unknown("KIND", "the coupon does not say what it gives")),
    };
    let least = coupon.minimum_order_value.map(money).transpose()?;
    let input = json!({
        "code": sent.code,
        "status": if coupon.active == Some(false) { "inactive" } else { "active" },
        "is_automatic": false,
        // Else 5 euros off would be 5.95 at 19 % (seen with 2.21.2).
        "is_tax_inclusive": shop.gross,
        "limit": coupon.usage_limit,
        "application_method": method,
    });
    Ok((input, least))
}
