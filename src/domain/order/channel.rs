//! An order as a channel reports it, and how it is recognised when the channel reports it again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Address, CancellationRequest, ChannelRefund, Delivery, PriceType, Totals, Workflow};
use crate::domain::Decimal;
use crate::domain::document::Version;
use crate::domain::hex::hex;

/// An order as the channel reports it, complete at each reading. A field that is added has a default, and is left out where
/// it is missing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ChannelOrder {
    /// The channel's order number, the key for de-duplication in the account.
    pub order_id: String,
    /// A second number of the channel (a UUID, an internal id).
    pub order_id_2: Option<String>,
    pub ordered_at: DateTime<Utc>,
    pub currency: String,
    /// The channel says the money is there (or guaranteed).
    pub paid: bool,
    /// The channel or the buyer cancelled it.
    pub cancelled: bool,
    pub workflow: Workflow,
    pub payment_method: Option<String>,
    pub transaction_id: Option<String>,
    pub buyer: Buyer,
    pub invoice_address: Address,
    pub delivery_address: Address,
    pub lines: Vec<OrderLine>,
    pub shipping_charge: Decimal,
    pub cash_on_delivery_charge: Decimal,
    pub payment_method_charge: Decimal,
    pub coupon_amount: Decimal,
    pub note: Option<String>,
    /// What prices, charges and coupons contain.
    #[serde(default, skip_serializing_if = "is_gross")]
    pub(crate) price_type: PriceType,
    #[serde(default, skip_serializing_if = "Totals::is_unsaid")]
    pub(crate) totals: Totals,
    #[serde(default, skip_serializing_if = "Delivery::is_unsaid")]
    pub(crate) delivery: Delivery,
    /// Requests of the buyer that nobody has answered or withdrawn yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cancellation_requests: Vec<CancellationRequest>,
    /// All money that went back, whoever sent it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) refunds: Vec<ChannelRefund>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Buyer {
    pub email: Option<String>,
    /// The channel's id of the buyer.
    pub id: Option<String>,
    /// VAT id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_identification_number: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OrderLine {
    /// The channel's id of the line.
    pub line_id: String,
    pub sku: Option<String>,
    /// The channel's offer number, when the SKU is missing or was changed there.
    pub external_number: Option<String>,
    pub title: String,
    /// Pieces ordered, those included that are cancelled.
    pub quantity: i32,
    /// Pieces of the line that are cancelled, whoever cancelled them.
    #[serde(default)]
    pub cancelled: i32,
    /// Pieces of the line that came back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) returned: i32,
    /// Per piece.
    pub unit_price: Decimal,
    /// Percent, such as 19.
    pub tax_rate: Option<Decimal>,
    /// The channel's sum of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total_amount: Option<Decimal>,
    /// The tax of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tax_amount: Option<Decimal>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_zero(pieces: &i32) -> bool {
    *pieces == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_gross(price_type: &PriceType) -> bool {
    *price_type == PriceType::Gross
}

/// The list of fields that new digests cover. Whoever adds a field to the order that Kontor takes over gives it a list of
/// its own, and keeps this one: digests that are stored are compared by the list they were made with, so that no order is
/// taken over again because Kontor has learned something.
const NEWEST: u32 = 3;

/// An order that waits as JSON until it can be stored.
#[derive(Serialize, Deserialize)]
struct Kept<O> {
    #[serde(default)]
    version: Version<1>,
    #[serde(flatten)]
    order: O,
}

impl ChannelOrder {
    /// The order as JSON, to be kept until it can be stored.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Kept { version: Version, order: self })
    }

    pub fn line(&self, line_id: &str) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.line_id == line_id)
    }

    pub fn from_json(json: &str) -> Result<ChannelOrder, serde_json::Error> {
        serde_json::from_str::<Kept<ChannelOrder>>(json).map(|kept| kept.order)
    }

    /// What is stored to recognise the order: the number of the list, and the hash over its fields.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{NEWEST}:{}", self.third_digest()?))
    }

    /// The channel says nothing that it had not said when the digest was stored. A digest of a list that is not known here
    /// recognises nothing.
    pub fn is_known_by(&self, stored: &str) -> Result<bool, serde_json::Error> {
        // Version 0.1 wrote the hash alone.
        let (list, hash) = stored.split_once(':').unwrap_or(("1", stored));
        match list {
            // What has happened since is news, also of orders that earlier versions stored.
            "1" | "2" if self.says_what_happened() => Ok(false),
            "1" => Ok(hash == hex(&Sha256::digest(serde_json::to_vec(&FirstList::of(self))?))),
            "2" => Ok(hash == self.second_digest()?),
            "3" => Ok(hash == self.third_digest()?),
            _ => Ok(false),
        }
    }

    /// Requests, returns or refunds.
    fn says_what_happened(&self) -> bool {
        !self.cancellation_requests.is_empty() || !self.refunds.is_empty() || self.lines.iter().any(|line| line.returned != 0)
    }

    /// A digest of today's list: when the order was stored, Kontor took totals and everything else over that it knows now.
    pub(crate) fn is_digest_of_today(stored: &str) -> bool {
        stored.split_once(':').is_some_and(|(list, _)| list == NEWEST.to_string())
    }

    /// The second list: the first one, and what is cancelled of each line.
    fn second_digest(&self) -> Result<String, serde_json::Error> {
        let cancelled: Vec<i32> = self.lines.iter().map(|line| line.cancelled).collect();
        Ok(hex(&Sha256::digest(serde_json::to_vec(&(FirstList::of(self), cancelled))?)))
    }

    /// The third list: the second one, what the order amounts to, how it is delivered, and what happened afterwards.
    fn third_digest(&self) -> Result<String, serde_json::Error> {
        let lines: Vec<_> = self.lines.iter().map(|line| (line.cancelled, line.returned, line.total_amount, line.tax_amount)).collect();
        let sums = (&self.buyer.tax_identification_number, self.price_type, &self.totals, &self.delivery);
        let list = (FirstList::of(self), lines, sums, &self.cancellation_requests, &self.refunds);
        Ok(hex(&Sha256::digest(serde_json::to_vec(&list)?)))
    }
}

/// What version 0.1 hashed: these fields in this order, as JSON. It never changes.
#[derive(Serialize)]
struct FirstList<'o> {
    order_id: &'o str,
    order_id_2: Option<&'o str>,
    ordered_at: DateTime<Utc>,
    currency: &'o str,
    paid: bool,
    cancelled: bool,
    workflow: Workflow,
    payment_method: Option<&'o str>,
    transaction_id: Option<&'o str>,
    buyer: FirstBuyer<'o>,
    invoice_address: FirstAddress<'o>,
    delivery_address: FirstAddress<'o>,
    lines: Vec<FirstLine<'o>>,
    shipping_charge: Decimal,
    cash_on_delivery_charge: Decimal,
    payment_method_charge: Decimal,
    coupon_amount: Decimal,
    note: Option<&'o str>,
}

#[derive(Serialize)]
struct FirstBuyer<'o> {
    email: Option<&'o str>,
    id: Option<&'o str>,
}

#[derive(Serialize)]
struct FirstLine<'o> {
    line_id: &'o str,
    sku: Option<&'o str>,
    external_number: Option<&'o str>,
    title: &'o str,
    quantity: i32,
    unit_price: Decimal,
    tax_rate: Option<Decimal>,
}

macro_rules! first_address {
    ($($field:ident),+) => {
        #[derive(Serialize)]
        struct FirstAddress<'o> {
            $( $field: Option<&'o str>, )+
        }

        impl<'o> FirstAddress<'o> {
            fn of(address: &'o Address) -> FirstAddress<'o> {
                FirstAddress { $( $field: address.$field.as_deref(), )+ }
            }
        }
    };
}

first_address!(
    firm,
    title,
    first_name,
    last_name,
    street,
    house_number,
    street_addition,
    postal_code,
    city,
    region,
    country_code_iso,
    phone,
    email
);

impl<'o> FirstList<'o> {
    fn of(order: &'o ChannelOrder) -> FirstList<'o> {
        let lines = order.lines.iter().map(|line| FirstLine {
            line_id: &line.line_id,
            sku: line.sku.as_deref(),
            external_number: line.external_number.as_deref(),
            title: &line.title,
            quantity: line.quantity,
            unit_price: line.unit_price,
            tax_rate: line.tax_rate,
        });
        FirstList {
            order_id: &order.order_id,
            order_id_2: order.order_id_2.as_deref(),
            ordered_at: order.ordered_at,
            currency: &order.currency,
            paid: order.paid,
            cancelled: order.cancelled,
            workflow: order.workflow,
            payment_method: order.payment_method.as_deref(),
            transaction_id: order.transaction_id.as_deref(),
            buyer: FirstBuyer { email: order.buyer.email.as_deref(), id: order.buyer.id.as_deref() },
            invoice_address: FirstAddress::of(&order.invoice_address),
            delivery_address: FirstAddress::of(&order.delivery_address),
            lines: lines.collect(),
            shipping_charge: order.shipping_charge,
            cash_on_delivery_charge: order.cash_on_delivery_charge,
            payment_method_charge: order.payment_method_charge,
            coupon_amount: order.coupon_amount,
            note: order.note.as_deref(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use sha2::{Digest, Sha256};

    use super::ChannelOrder;
    use crate::domain::hex::hex;

    /// An order as version 0.1 wrote and hashed it.
    const OF_0_1: &str = concat!(
        r#"{"order_id":"S-1","order_id_2":null,"ordered_at":"2026-11-20T12:00:00Z","currency":"EUR","paid":true,"cancelled":false,"#,
        r#""workflow":"cash_on_delivery","payment_method":"cod","transaction_id":null,"buyer":{"email":"e@example.com","id":null},"#,
        r#""invoice_address":{"firm":null,"title":null,"first_name":"Erika","last_name":"Mustermann","street":"Heidestraße","#,
        r#""house_number":"17","street_addition":null,"postal_code":"51147","city":"Köln","region":null,"country_code_iso":"DE","#,
        r#""phone":null,"email":null},"#,
        r#""delivery_address":{"firm":null,"title":null,"first_name":null,"last_name":null,"street":null,"house_number":null,"#,
        r#""street_addition":null,"postal_code":null,"city":null,"region":null,"country_code_iso":null,"phone":null,"email":null},"#,
        r#""lines":[{"line_id":"1","sku":"A","external_number":null,"title":"Mug","quantity":2,"unit_price":119000,"tax_rate":190000}],"#,
        r#""shipping_charge":49000,"cash_on_delivery_charge":0,"payment_method_charge":0,"coupon_amount":0,"note":null}"#
    );

    pub(in crate::domain::order) fn order() -> ChannelOrder {
        ChannelOrder::from_json(OF_0_1).unwrap()
    }

    #[test]
    fn an_order_is_kept_with_a_version_and_nothing_of_it_is_lost() {
        let kept = order().to_json().unwrap();
        assert!(kept.starts_with(r#"{"version":1,"order_id":"S-1","#), "{kept}");
        assert!(ChannelOrder::from_json(&kept).unwrap().is_known_by(&order().digest().unwrap()).unwrap());
        assert!(ChannelOrder::from_json(&kept.replace(r#""version":1"#, r#""version":2"#)).is_err(), "of a later version");
    }

    #[test]
    fn an_order_that_version_0_1_stored_is_recognised() {
        let stored = hex(&Sha256::digest(OF_0_1));
        assert!(order().is_known_by(&stored).unwrap());
        assert!(order().digest().unwrap().starts_with("3:"));
        assert!(order().is_known_by(&order().digest().unwrap()).unwrap());
    }

    #[test]
    fn of_an_order_that_an_earlier_version_stored_only_what_happened_is_news() {
        let stored = [hex(&Sha256::digest(OF_0_1)), format!("2:{}", order().second_digest().unwrap())];
        let mut more = order();
        more.totals.total_amount = Some(more.shipping_charge);
        more.delivery.gift_message = Some("Happy birthday".into());
        let mut returned = order();
        returned.lines[0].returned = 1;
        for digest in &stored {
            assert!(more.is_known_by(digest).unwrap() && !returned.is_known_by(digest).unwrap(), "{digest}");
            assert!(!ChannelOrder::is_digest_of_today(digest));
        }
        let today = order().digest().unwrap();
        assert!(ChannelOrder::is_digest_of_today(&today) && !more.is_known_by(&today).unwrap() && !returned.is_known_by(&today).unwrap());
    }

    #[test]
    fn what_the_list_does_not_name_changes_no_digest_and_what_it_names_does() {
        let digest = order().digest().unwrap();
        let mut cancelled = order();
        cancelled.lines[0].cancelled = 1;
        assert!(!cancelled.is_known_by(&digest).unwrap());
        let mut later = order();
        later.invoice_address.fax = Some("1".into());
        assert!(later.is_known_by(&digest).unwrap());
        later.invoice_address.city = Some("Bonn".into());
        assert!(!later.is_known_by(&digest).unwrap());
        assert!(!order().is_known_by("9:0").unwrap(), "a list of a later version");
    }
}
