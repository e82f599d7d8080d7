//! What is taken over, in an order in which everything that is named is there before.

use crate::domain::Failure;
use crate::operations::within::TakenOver;
use crate::operations::{Work, contacts, customers, offers, orders, payments};
use crate::store::numbers::Number;
use crate::xml::Node;

/// Takes a record over with functions of its own, which no call has.
type Own = fn(&mut Work<'_, '_>, Node<'_>, Option<i32>) -> Result<TakenOver, Failure>;

/// How records are stored here.
pub(super) enum How {
    /// Through an update call.
    Call {
        update: &'static str,
        /// What may name a new record, the best first: a field, and the word of `significant_key` for it.
        keys: &'static [(&'static str, &'static str)],
        /// The word for Kontor's number, if it names records.
        by_id: Option<&'static str>,
    },
    Own(Own),
}

/// Records of one kind.
pub(super) struct Kind {
    /// In reports.
    pub(super) name: &'static str,
    pub(super) fetch: &'static str,
    /// The element of a record.
    pub(super) record: &'static str,
    /// The element of a filter.
    pub(super) filter: &'static str,
    pub(super) per_page: &'static str,
    /// Records of a page; fewer where they are too large.
    pub(super) page: usize,
    /// More of the request.
    pub(super) more: &'static str,
    /// The element of its number.
    pub(super) id: &'static str,
    /// Whose number that is; `None`: the number is that of another record.
    pub(super) number: Option<Number>,
    pub(super) how: How,
    /// Records that must be here, by the elements that name them.
    pub(super) needs: &'static [&'static str],
    /// Numbers of records inside, which are no references.
    pub(super) own: &'static [&'static str],
    /// What a call does not read.
    pub(super) read_only: &'static [&'static str],
    /// Lists that are replaced as a whole when the record comes again.
    pub(super) lists: &'static [&'static str],
}

const PLAIN: Kind = Kind {
    name: "",
    fetch: "",
    record: "",
    filter: "filter",
    per_page: "",
    page: 500,
    more: "",
    id: "",
    number: None,
    how: How::Call { update: "", keys: &[], by_id: None },
    needs: &[],
    own: &[],
    read_only: &["former_names", "created_at", "last_changed", "last_changed_by"],
    lists: &[],
};

const BY_NAME: &[(&str, &str)] = &[("identifier", "identifier")];
const BY_NUMBER: &[(&str, &str)] = &[("external_id", "external_id"), ("identifier", "identifier")];

const fn call(update: &'static str, keys: &'static [(&'static str, &'static str)], by_id: &'static str) -> How {
    How::Call { update, keys, by_id: Some(by_id) }
}

/// A look-up list.
const fn list(
    (name, record): (&'static str, &'static str),
    (fetch, update): (&'static str, &'static str),
    per_page: &'static str,
    (id, number): (&'static str, Number),
    keys: &'static [(&'static str, &'static str)],
) -> Kind {
    Kind { name, record, fetch, per_page, id, number: Some(number), how: call(update, keys, id), ..PLAIN }
}

pub(super) const ATTRIBUTE_VALUE: &str = "attribute value";
pub(super) const VARIANT_VALUE: &str = "variant attribute value";
pub(super) const PACKAGE: &str = "packet";
pub(super) const POSITION: &str = "order_item";

/// Where records are named by number: the element, and what it names.
pub(super) const REFERENCES: &[(&str, &str)] = &[
    ("item_id", "item"),
    ("variant_parent_id", "item"),
    ("category_id", "category"),
    ("vendor_id", "manufacturer"),
    ("attribute_id", "attribute"),
    ("attribute_set_id", "attribute set"),
    ("attribute_value_id", ATTRIBUTE_VALUE),
    ("delivery_time_id", "delivery time"),
    ("delivery_charge_category_id", "shipping cost category"),
    ("text_module_type_id", "kind of text"),
    ("text_module_type", "kind of text"),
    ("image_module_type_id", "picture slot"),
    ("customer_group_id", "customer group"),
    ("epa_assembly_id", "assembly"),
    ("offer_id", "offer"),
    ("customer_id", "customer"),
    ("order_id", "order"),
    ("packet_id", PACKAGE),
    ("order_item_id", POSITION),
];

/// A number that means another record here would be wrong; without it the name beside it counts.
pub(super) const DROPPED: &[&str] = &[
    "item_id",
    "category_id",
    "customer_group_id",
    "epa_assembly_id",
    "offer_id",
    "customer_id",
    "order_id",
    "packet_id",
    "order_item_id",
];

pub(super) static KINDS: &[Kind] = &[
    list(
        ("kind of text", "text_module_type"),
        ("fetchTextModuleTypes", "updateTextModuleTypes"),
        "text_module_types_per_page",
        ("text_module_type_id", Number::TEXT_TYPE),
        BY_NAME,
    ),
    list(
        ("picture slot", "image_module_type"),
        ("fetchImageModuleTypes", "updateImageModuleTypes"),
        "image_module_types_per_page",
        ("image_module_type_id", Number::IMAGE_TYPE),
        BY_NAME,
    ),
    list(
        ("delivery time", "delivery_time"),
        ("fetchDeliveryTimes", "updateDeliveryTimes"),
        "delivery_times_per_page",
        ("delivery_time_id", Number::DELIVERY_TIME),
        BY_NAME,
    ),
    list(
        ("shipping cost category", "delivery_charge_category"),
        ("fetchDeliveryChargeCategories", "updateDeliveryChargeCategories"),
        "charge_categories_per_page",
        ("delivery_charge_category_id", Number::DELIVERY_CHARGE),
        BY_NUMBER,
    ),
    list(
        ("template", "template"),
        ("fetchTemplates", "updateTemplates"),
        "templates_per_page",
        ("template_id", Number::TEMPLATE),
        &[("template_identifier", "template_identifier")],
    ),
    list(
        ("customer group", "customer_group"),
        ("fetchCustomerGroups", "updateCustomerGroups"),
        "customer_groups_per_page",
        ("customer_group_id", Number::CUSTOMER_GROUP),
        BY_NAME,
    ),
    list(
        ("manufacturer", "manufacturer"),
        ("fetchManufacturers", "updateManufacturers"),
        "manufacturers_per_page",
        ("manufacturer_id", Number::MANUFACTURER),
        BY_NUMBER,
    ),
    Kind {
        read_only: &["branch_stocks", "created_at", "last_changed", "last_changed_by"],
        ..list(("branch", "branch"), ("fetchBranches", "updateBranches"), "branches_per_page", ("branch_id", Number::BRANCH), BY_NUMBER)
    },
    Kind {
        own: &["attribute_value_id"],
        ..list(
            ("attribute", "attribute"),
            ("fetchAttributes", "updateAttributes"),
            "attributes_per_page",
            ("attribute_id", Number::ATTRIBUTE),
            &[("attribute_identifier", "attribute_identifier")],
        )
    },
    Kind {
        lists: &["attributes"],
        ..list(
            ("attribute set", "attribute_set"),
            ("fetchAttributeSets", "updateAttributeSets"),
            "attribute_sets_per_page",
            ("attribute_set_id", Number::ATTRIBUTE_SET),
            &[("attribute_set_identifier", "attribute_set_identifier")],
        )
    },
    Kind {
        own: &["variant_attribute_value_id"],
        ..list(
            ("variant attribute", "variant_attribute"),
            ("fetchVariantAttributes", "updateVariantAttributes"),
            "variant_attributes_per_page",
            ("variant_attribute_id", Number::VARIANT_ATTRIBUTE),
            &[("identifier", "variant_attribute_identifier")],
        )
    },
    Kind {
        needs: &["parent_id"],
        lists: &["text_modules", "image_modules"],
        ..list(
            ("category", "category"),
            ("fetchCategories", "updateCategories"),
            "categories_per_page",
            ("category_id", Number::CATEGORY),
            &[("external_id", "external_id")],
        )
    },
    Kind {
        page: 20,
        more: "<include_content>true</include_content>",
        read_only: &[
            "media_type",
            "file_size",
            "width",
            "height",
            "checksum",
            "media_url",
            "thumbnail_url",
            "content_missing",
            "created_at",
            "last_changed",
            "last_changed_by",
        ],
        ..list(("file", "media"), ("fetchMedia", "updateMedia"), "media_per_page", ("media_id", Number::MEDIA), BY_NAME)
    },
    Kind {
        page: 100,
        more: "<images_as_base64>true</images_as_base64>",
        needs: &["variant_parent_id"],
        read_only: &["created_at", "created_by", "last_changed", "last_changed_by"],
        lists: &["text_modules", "image_modules", "item_attributes"],
        ..list(
            ("item", "item"),
            ("fetchItems", "updateItems"),
            "items_per_page",
            ("item_id", Number::ITEM),
            &[("internal_item_number", "internal_item_number")],
        )
    },
    Kind {
        needs: &["parent_id"],
        ..list(
            ("assembly", "epa_assembly"),
            ("fetchEpaAssemblies", "updateEpaAssemblies"),
            "epa_assemblies_per_page",
            ("epa_assembly_id", Number::EPA_ASSEMBLY),
            BY_NUMBER,
        )
    },
    Kind {
        needs: &["item_id"],
        lists: &["components"],
        ..list(
            ("bill of material", "epa_bom"),
            ("fetchEpaBoms", "updateEpaBoms"),
            "epa_boms_per_page",
            ("epa_bom_id", Number::EPA_BOM),
            BY_NUMBER,
        )
    },
    Kind {
        page: 1,
        how: How::Call { update: "updatePricelist", keys: BY_NUMBER, by_id: None },
        ..list(
            ("price list", "pricelist"),
            ("fetchPricelist", "updatePricelist"),
            "pricelists_per_page",
            ("pricelist_id", Number::PRICELIST),
            BY_NUMBER,
        )
    },
    Kind {
        name: STOCK,
        fetch: "fetchStockCount",
        record: "item",
        per_page: "items_per_page",
        id: "item_id",
        how: How::Call { update: "updateStockCount", keys: &[("item_id", "item_id")], by_id: None },
        needs: &["item_id"],
        ..PLAIN
    },
    Kind {
        needs: &["parent_id"],
        lists: &["mapped_categories"],
        ..list(
            ("account category", "account_category"),
            ("fetchAccountCategories", "updateAccountCategories"),
            "account_categories_per_page",
            ("account_category_id", Number::ACCOUNT_CATEGORY),
            &[("external_id", "external_id")],
        )
    },
    Kind {
        needs: &["item_id"],
        lists: &["account_categories"],
        ..own(("offer", "fetchOffers", "offers_per_page"), ("offer_id", Number::OFFER), offers::take_over)
    },
    Kind { ..own(("customer", "fetchCustomers", "customers_per_page"), ("customer_id", Number::CUSTOMER), customers::take_over) },
    list(("coupon", "coupon"), ("fetchCoupons", "updateCoupons"), "coupons_per_page", ("coupon_id", Number::COUPON), &[("code", "code")]),
    Kind {
        page: 100,
        own: &["packet_id", "order_id", "order_item_id"],
        ..own(("order", "fetchOrders", "orders_per_page"), ("order_id", Number::ORDER), orders::take_over)
    },
    Kind {
        name: DOCUMENTS,
        fetch: "fetchOrderDocuments",
        record: "order",
        per_page: "orders_per_page",
        page: 20,
        id: "order_id",
        how: How::Call { update: "updateOrderDocuments", keys: &[("order_id", "order_id")], by_id: None },
        needs: &["order_id"],
        ..PLAIN
    },
    Kind {
        needs: &["order_id"],
        ..own(("payment", "fetchPayments", "payments_per_page"), ("payment_id", Number::PAYMENT), payments::take_over)
    },
    Kind {
        record: "shipping_label",
        more: "<include_content>false</include_content>",
        needs: &["order_id", "order_item_id"],
        ..own(("label", "fetchShippingLabels", "labels_per_page"), ("label_id", Number::LABEL), orders::take_label_over)
    },
    own(("message", "fetchMessages", "messages_per_page"), ("message_id", Number::CONTACT), contacts::take_message_over),
    own(("dispute", "fetchDisputes", "disputes_per_page"), ("dispute_id", Number::CONTACT), contacts::take_dispute_over),
    Kind {
        filter: "order_filter",
        ..own(("feedback", "fetchFeedback", "feedback_per_page"), ("feedback_id", Number::CONTACT), contacts::take_feedback_over)
    },
    Kind {
        name: "sum of feedback",
        fetch: "fetchFeedbackSummaries",
        record: "feedback_summary",
        per_page: "feedback_summaries_per_page",
        id: "account_id",
        how: How::Own(contacts::take_summary_over),
        ..PLAIN
    },
];

pub(super) const STOCK: &str = "stock";
pub(super) const DOCUMENTS: &str = "documents of an order";

const fn own((name, fetch, per_page): (&'static str, &'static str, &'static str), (id, number): (&'static str, Number), take: Own) -> Kind {
    Kind { name, fetch, record: name, per_page, page: 200, id, number: Some(number), how: How::Own(take), read_only: &[], ..PLAIN }
}

impl Kind {
    /// What an element of this name names, if it is a reference.
    pub(super) fn names(&self, element: &str) -> Option<&'static str> {
        if self.own.contains(&element) {
            return None;
        }
        if element == "parent_id" {
            return Some(self.name);
        }
        REFERENCES.iter().find(|(known, _)| *known == element).map(|(_, kind)| *kind)
    }
}
