//! THE CATALOGUE: one row per operation, and the way a call takes through it.
//!
//! To add an operation: its types and its handler in the file of its noun, one line in [`CATALOGUE`], golden samples.

pub(crate) mod account_categories;
pub(crate) mod accounts;
pub(crate) mod attributes;
mod call;
pub(crate) mod categories;
pub(crate) mod changes;
mod client;
pub mod common;
pub(crate) mod contacts;
mod coupons;
pub(crate) mod cursor;
pub(crate) mod customers;
pub(crate) mod delivery;
mod echo;
mod enclosed;
mod epa;
mod feeds;
mod ibans;
pub(crate) mod inside;
pub(crate) mod items;
mod listing;
pub(crate) mod look_up;
mod master;
mod media;
pub(crate) mod module_types;
pub(crate) mod offers;
mod order_lists;
pub(crate) mod orders;
pub(crate) mod payments;
mod place;
mod platform;
mod platform_categories;
pub(crate) mod prices;
mod replay;
mod run;
mod shapes;
pub(crate) mod stock;
mod sync;
pub(crate) mod templates;
#[cfg(test)]
mod testing;
mod transfers;
mod tree;
mod wait;
pub mod wire;
pub(crate) mod within;

use std::sync::Arc;

pub(crate) use call::{Done, cut};
pub use call::{FIRST_VERSION, Finished, ROWS_AT_A_TIME, ReadOperation, Reading, Refused, Room, Work, WriteOperation};
pub use place::placed;
pub use run::{execute, limits};
pub use wait::{Step, Waiting};
pub use wire::keeps_xml;

use crate::config::{Settings, User};
use crate::dispatch::bell::Bell;
pub use crate::domain::Face;
use crate::domain::{Failure, Reader};
pub use crate::store::Receipt;
use crate::store::Store;
use crate::xml::Node;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Handles the request of a writing call within a transaction; gives the answer.
type Within = fn(&mut Work<'_, '_>, Node<'_>) -> Result<String, Failure>;

/// One row of the catalogue.
pub struct Operation {
    /// Name on the wire, on both faces.
    pub name: &'static str,
    /// Name of the string element on the compat face.
    pub argument: &'static str,
    pub access: Access,
    /// One or two sentences for WSDL and documentation.
    pub doc: &'static str,
    /// Format versions of its documents on the compat face.
    versions: &'static [&'static str],
    /// See [`ReadOperation::RETURNS_TEXT`].
    returns_text: bool,
    /// See [`WriteOperation::KEEPS_RECORDS_WHOLE`].
    keeps_records_whole: bool,
    /// Decode, handle, encode.
    run: fn(&Gateway, &Call<'_>, Node<'_>, &str) -> Result<Step, Failure>,
    /// Of a writing call: handle within the caller's transaction; see [`within`].
    within: Option<Within>,
    /// An answer that holds one negative report, for a request that cannot be read.
    refuse: fn(&Failure, Reader) -> Result<String, Failure>,
    /// Registers the types of request and result; gives their names.
    pub types: fn(&mut wire::Types) -> (String, String),
    /// Reads a request or a result and writes it again in a style: for samples and their tests.
    pub rewrite: fn(Node<'_>, Face, Face, Document) -> Result<String, Failure>,
}

/// Which document of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    Request,
    Result,
}

/// Everything a call needs. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub settings: Arc<Settings>,
    pub store: Store,
    pub bell: Arc<Bell>,
}

/// The input of a call.
pub enum Body<'a> {
    /// Compat: the inner document as text.
    Text(&'a str),
    /// Typed: the `request` element.
    Node(Node<'a>),
}

pub struct Call<'a> {
    pub face: Face,
    pub operation: &'static Operation,
    pub user: &'a User,
    pub body: Body<'a>,
    /// `Idempotency-Key` or WS-Addressing `MessageID`.
    pub key: Option<&'a str>,
    /// A person does it in the console, so no ERP has taken over what it is about.
    pub by_person: bool,
    /// What it changes is undone, whatever its document says.
    pub rehearsal: bool,
}

impl Call<'_> {
    /// Who reads a text that is about no mandator in particular.
    fn reader(&self, settings: &Settings) -> Reader {
        Reader { language: settings.language_for(self.user, None), face: self.face }
    }
}

/// What a call gives back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Compat: the `response` document. Typed: the `result` element, in the default namespace of its wrapper.
    pub body: String,
    /// Answered from the store.
    pub replayed: bool,
    pub records: usize,
    pub failures: usize,
    /// Changes for channels that were not settled within the waiting time.
    pub pending: usize,
    /// Of an answer that counts for repeats only until it is handed over.
    pub receipt: Option<Receipt>,
}

/// Operations whose names ABAP cuts to the same 30 characters as those of their answers, with the names that the
/// description for SAP gives them instead. Calls under both names are the same.
pub const SHORT_NAMES: [(&str, &str); 5] = [
    ("updateItemAccountCategoryMapping", "updateItemCategoryMapping"),
    ("updateDeliveryChargeCategories", "updateChargeCategories"),
    ("fetchDeliveryChargeCategories", "fetchChargeCategories"),
    ("updateVariantAttributeValues", "updateVariantValues"),
    ("fetchPlatformCategoryAttributes", "fetchPlatformCategories"),
];

/// The name of an operation in the description for SAP.
pub fn short_name(name: &'static str) -> &'static str {
    SHORT_NAMES.iter().find(|(long, _)| *long == name).map_or(name, |(_, short)| short)
}

/// The row of an operation, by its name or its short one.
pub fn find(name: &str) -> Option<&'static Operation> {
    let name = SHORT_NAMES.iter().find(|(_, short)| *short == name).map_or(name, |(long, _)| long);
    CATALOGUE.iter().find(|operation| operation.name == name)
}

pub static CATALOGUE: &[Operation] = &[
    Operation::reading::<echo::Echo>(),
    Operation::reading::<accounts::FetchMandators>(),
    Operation::reading::<accounts::FetchSubChannels>(),
    Operation::reading::<accounts::FetchAccounts>(),
    Operation::reading::<accounts::FetchWarehouses>(),
    Operation::writing::<categories::UpdateCategories>(),
    Operation::reading::<categories::FetchCategories>(),
    Operation::reading::<account_categories::FetchAccountCategories>(),
    Operation::writing::<account_categories::UpdateAccountCategories>(),
    Operation::writing::<account_categories::UpdateItemAccountCategoryMapping>(),
    Operation::reading::<platform_categories::FetchPlatformCategoryAttributes>(),
    Operation::writing::<delivery::UpdateDeliveryTimes>(),
    Operation::reading::<delivery::FetchDeliveryTimes>(),
    Operation::writing::<delivery::UpdateDeliveryCharges>(),
    Operation::reading::<delivery::FetchDeliveryCharges>(),
    Operation::reading::<delivery::FetchShippingGroups>(),
    Operation::writing::<module_types::UpdateTextModuleTypes>(),
    Operation::reading::<module_types::FetchTextModuleTypes>(),
    Operation::writing::<module_types::UpdateImageModuleTypes>(),
    Operation::reading::<module_types::FetchImageModuleTypes>(),
    Operation::writing::<media::UpdateMedia>(),
    Operation::reading::<media::FetchMedia>(),
    Operation::reading::<media::FetchMediaModuleType>(),
    Operation::writing::<templates::UpdateTemplates>(),
    Operation::reading::<templates::FetchTemplates>(),
    Operation::writing::<master::UpdateManufacturers>(),
    Operation::reading::<master::FetchManufacturers>(),
    Operation::reading::<master::FetchSuppliers>(),
    Operation::writing::<master::UpdateBranches>(),
    Operation::reading::<master::FetchBranches>(),
    Operation::writing::<attributes::UpdateAttributes>(),
    Operation::reading::<attributes::FetchAttributes>(),
    Operation::writing::<attributes::UpdateAttributeSets>(),
    Operation::reading::<attributes::FetchAttributeSets>(),
    Operation::writing::<attributes::UpdateVariantAttributes>(),
    Operation::reading::<attributes::FetchVariantAttributes>(),
    Operation::writing::<attributes::UpdateVariantAttributeValues>(),
    Operation::writing::<items::UpdateItems>(),
    Operation::reading::<items::FetchItems>(),
    Operation::writing::<items::DeleteItems>(),
    Operation::writing::<epa::UpdateEpaAssemblies>(),
    Operation::reading::<epa::FetchEpaAssemblies>(),
    Operation::writing::<epa::UpdateEpaBoms>(),
    Operation::reading::<epa::FetchEpaBoms>(),
    Operation::writing::<prices::UpdatePricelist>(),
    Operation::reading::<prices::FetchPricelist>(),
    Operation::writing::<prices::UpdatePrices>(),
    Operation::writing::<stock::UpdateStockCount>(),
    Operation::reading::<stock::FetchStockCount>(),
    Operation::reading::<stock::FetchStockReservations>(),
    Operation::writing::<offers::PrepareOffers>(),
    Operation::writing::<offers::UploadOffers>(),
    Operation::writing::<offers::EndOffers>(),
    Operation::reading::<offers::FetchOffers>(),
    Operation::reading::<offers::FetchUploadMessages>(),
    Operation::reading::<feeds::FetchFeeds>(),
    Operation::reading::<offers::ExplainOffer>(),
    Operation::reading::<offers::FetchOfferState>(),
    Operation::reading::<changes::FetchPendingChanges>(),
    Operation::writing::<changes::RetryChanges>(),
    Operation::writing::<offers::UpdateOffers>(),
    Operation::writing::<offers::RelistOffers>(),
    Operation::writing::<offers::DeleteOffers>(),
    Operation::reading::<orders::FetchOrders>(),
    Operation::writing::<orders::UpdateOrders>(),
    Operation::writing::<orders::UpdateOrderStatus>(),
    Operation::writing::<orders::CancelOrders>(),
    Operation::writing::<orders::AdjustOrders>(),
    Operation::writing::<orders::CreateCreditEntry>(),
    Operation::writing::<orders::SyncPlatformOrders>(),
    Operation::writing::<orders::UpdateOrderDocuments>(),
    Operation::writing::<orders::CreateOrderDocuments>(),
    Operation::reading::<orders::FetchOrderDocuments>(),
    Operation::writing::<orders::CreateShippingLabels>(),
    Operation::writing::<orders::ConfirmShippingLabels>(),
    Operation::reading::<orders::FetchShippingLabels>(),
    Operation::writing::<orders::DoShippingSoftwareExport>(),
    Operation::writing::<offers::SyncPlatformItems>(),
    Operation::reading::<order_lists::FetchOrderTags>(),
    Operation::reading::<order_lists::FetchPaymentMethods>(),
    Operation::reading::<order_lists::FetchPaymentInstructions>(),
    Operation::reading::<order_lists::FetchShippingCarriers>(),
    Operation::reading::<order_lists::FetchDispatchTypes>(),
    Operation::writing::<customers::UpdateCustomerGroups>(),
    Operation::reading::<customers::FetchCustomerGroups>(),
    Operation::writing::<customers::UpdateCustomers>(),
    Operation::reading::<customers::FetchCustomers>(),
    Operation::writing::<payments::UpdatePayments>(),
    Operation::reading::<payments::FetchPayments>(),
    Operation::writing::<payments::TransferMoney>(),
    Operation::reading::<contacts::FetchMessages>(),
    Operation::writing::<contacts::SendMessages>(),
    Operation::writing::<contacts::UpdateMessages>(),
    Operation::writing::<contacts::CreateDisputes>(),
    Operation::reading::<contacts::FetchDisputes>(),
    Operation::reading::<contacts::FetchFeedback>(),
    Operation::reading::<contacts::FetchFeedbackSummaries>(),
    Operation::writing::<coupons::UpdateCoupons>(),
    Operation::reading::<coupons::FetchCoupons>(),
    Operation::writing::<transfers::SyncPlatformCustomers>(),
    Operation::writing::<transfers::SyncPlatformCoupons>(),
    Operation::reading::<client::OpenItemOnClient>(),
    Operation::reading::<client::OpenOrderOnClient>(),
];
