//! The documents of an ERP in the words of either face. Written out by hand, because the two forms are what is tested.

use kontor::operations::Face;

use crate::element::Element;
use crate::world::{Reply, compat_envelope, inner_answer, typed_envelope};

/// The demo's account on the sandbox.
pub(crate) const ACCOUNT: i32 = 1000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Words(pub Face);

impl Words {
    /// The request as the face writes it: both are given, one is used.
    pub(crate) fn document(&self, operation: &str, compat: &str, typed: &str) -> String {
        match self.0 {
            Face::Compat => compat_envelope(operation, &format!("<request method=\"{operation}\" version=\"1.0.0\">{compat}</request>")),
            Face::Typed => typed_envelope(operation, typed),
        }
    }

    pub(crate) fn path(&self) -> &'static str {
        kontor::soap::path(self.0)
    }

    /// What an answer says: the compat document, or the typed envelope.
    pub(crate) fn read(&self, reply: &Reply) -> Element {
        match self.0 {
            Face::Compat => Element::parse(&inner_answer(&reply.body)),
            Face::Typed => Element::parse(&reply.body),
        }
    }

    /// Whether every report of an answer says that its record was taken.
    pub(crate) fn accepted(&self, reply: &Reply) -> bool {
        let answer = self.read(reply);
        let reports = answer.having("return_code");
        !reports.is_empty() && reports.iter().all(|report| report.must("return_code") == "0")
    }

    pub(crate) fn item_document(&self, number: &str, name: &str) -> String {
        self.document(
            "updateItems",
            &format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><identifier>{name}</identifier><internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id></item>"
            ),
            &format!(
                "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><identifier>{name}</identifier><internalItemNumber>{number}</internalItemNumber><taxTypeId>3</taxTypeId></item></items>"
            ),
        )
    }

    pub(crate) fn price_document(&self, number: &str, price: &str) -> String {
        self.document(
            "updatePricelist",
            &format!(
                "<pricelist significant_key=\"identifier\"><mandator_id>1</mandator_id><identifier>default</identifier><validities><validity><prices><entry item_nr=\"{number}\" price=\"{price}\"/></prices></validity></validities></pricelist>"
            ),
            &format!(
                "<pricelists><item><significantKey>IDENTIFIER</significantKey><mandatorId>1</mandatorId><identifier>default</identifier><validities><item><prices><item><itemNr>{number}</itemNr><price>{price}</price></item></prices></item></validities></item></pricelists>"
            ),
        )
    }

    pub(crate) fn stock_document(&self, number: &str, count: i32, absolute: bool) -> String {
        self.document(
            "updateStockCount",
            &format!(
                "<item significant_key=\"internal_item_number\"><mandator_id>1</mandator_id><internal_item_number>{number}</internal_item_number><stock_items><stock_item><warehouse_code>standard</warehouse_code><stock_count>{count}</stock_count><absolute>{absolute}</absolute></stock_item></stock_items></item>"
            ),
            &format!(
                "<items><item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><internalItemNumber>{number}</internalItemNumber><stockItems><item><warehouseCode>standard</warehouseCode><stockCount>{count}</stockCount><absolute>{absolute}</absolute></item></stockItems></item></items>"
            ),
        )
    }

    pub(crate) fn status_document(&self, own: &str, status: &str, tracking: Option<&str>) -> String {
        let (compat, typed) = match tracking {
            Some(tracking) => (
                format!(
                    "<shipping_informations><shipping_information><tracking_number>{tracking}</tracking_number><shipping_provider_identifier>DHL</shipping_provider_identifier></shipping_information></shipping_informations>"
                ),
                format!(
                    "<shippingInformations><item><trackingNumber>{tracking}</trackingNumber><shippingProviderIdentifier>DHL</shippingProviderIdentifier></item></shippingInformations>"
                ),
            ),
            None => (String::new(), String::new()),
        };
        self.document(
            "updateOrderStatus",
            &format!(
                "<order significant_key=\"external_order_number_1\"><mandator_id>1</mandator_id><external_order_number_1>{own}</external_order_number_1><status>{status}</status>{compat}</order>"
            ),
            &format!(
                "<orders><item><significantKey>EXTERNAL_ORDER_NUMBER_1</significantKey><mandatorId>1</mandatorId><externalOrderNumber1>{own}</externalOrderNumber1><status>{status}</status>{typed}</item></orders>"
            ),
        )
    }

    pub(crate) fn number_document(&self, order_id: i32, own: &str) -> String {
        self.document(
            "updateOrders",
            &format!(
                "<order significant_key=\"order_id\"><mandator_id>1</mandator_id><order_id>{order_id}</order_id><external_order_number_1>{own}</external_order_number_1></order>"
            ),
            &format!(
                "<orders><item><significantKey>ORDER_ID</significantKey><mandatorId>1</mandatorId><orderId>{order_id}</orderId><externalOrderNumber1>{own}</externalOrderNumber1></item></orders>"
            ),
        )
    }
}
