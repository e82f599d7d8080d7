//! Customers, coupons, messages and disputes as a channel gets them, and what it says of the latter two and of feedback.

use chrono::{DateTime, Utc};

use crate::domain::contact::{BuyerMessage, Contact, Dispute, FeedbackSummary};
use crate::domain::coupon::Coupon;
use crate::domain::customer::{Customer, CustomerAddress};

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
    Message(Box<MessageRecord>),
    Dispute(Box<DisputeRecord>),
}

/// A message of the merchant to a buyer or, where a buyer wrote it, that it was read. The channel knows what was sent before by the
/// key, or the connector looks for it: a buyer must not get it twice.
#[derive(Debug, Clone)]
pub(crate) struct MessageRecord {
    pub(crate) key: String,
    /// The channel's number of the order, and of its line.
    pub(crate) order_id: Option<String>,
    pub(crate) line_id: Option<String>,
    pub(crate) message: BuyerMessage,
}

/// A dispute that the merchant opens. Known by its key, as a message is.
#[derive(Debug, Clone)]
pub(crate) struct DisputeRecord {
    pub(crate) key: String,
    /// The channel's number of the order, and of its line.
    pub(crate) order_id: Option<String>,
    pub(crate) line_id: Option<String>,
    pub(crate) dispute: Dispute,
}

/// What a channel says of messages, disputes or feedback.
#[derive(Debug, Clone)]
pub struct PulledContacts {
    /// New and changed ones, oldest change first.
    pub contacts: Vec<Contact>,
    /// Of feedback, the channel's own sums.
    pub summary: Option<FeedbackSummary>,
    /// Where to read on.
    pub cursor: String,
    /// There are more at once.
    pub more: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct CustomerRecord {
    /// The channel's id of the buyer or, where it gives none, the e-mail address in lower case.
    pub key: String,
    pub email: Option<String>,
    pub customer: Customer,
    pub group: Option<String>,
    /// The other groups that Kontor knows: the customer is in none of them. Groups of the channel alone stay as they are.
    pub other_groups: Vec<String>,
    /// The name that the group had when the customer was sent before, if it is another one.
    pub group_before: Option<String>,
    /// Delivery addresses, with Kontor's numbers of them. Others are the customer's own.
    pub addresses: Vec<(i32, CustomerAddress)>,
    /// The same as they were sent before.
    pub addresses_before: Vec<(i32, CustomerAddress)>,
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
