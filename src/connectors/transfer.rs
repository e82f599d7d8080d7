//! Customers and coupons as a channel gets them.

use chrono::{DateTime, Utc};

use crate::domain::coupon::Coupon;
use crate::domain::customer::Customer;

/// A record as the channel has to have it. Absolute, so a repeat is harmless.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The channel's own number, once known.
    pub(crate) external_number: Option<String>,
    pub(crate) record: Record,
}

#[derive(Debug, Clone)]
pub(crate) enum Record {
    Customer(Box<CustomerRecord>),
    Coupon(CouponRecord),
}

#[derive(Debug, Clone)]
pub(crate) struct CustomerRecord {
    /// The channel's id of the buyer or, where it gives none, the e-mail address in lower case.
    pub key: String,
    pub email: Option<String>,
    pub customer: Customer,
    pub group: Option<String>,
    /// The other groups that Kontor knows: the customer is in none of them. Groups of the channel alone stay as they are.
    pub other_groups: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct CouponRecord {
    pub code: String,
    pub coupon: Coupon,
    /// When it begins to count.
    pub from: Option<DateTime<Utc>>,
    /// When it does not count any more.
    pub until: Option<DateTime<Utc>>,
    /// Of its name, ISO 639-1.
    pub language: String,
}
