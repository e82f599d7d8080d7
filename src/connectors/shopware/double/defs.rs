//! The kinds of records that the double knows: their fields, and what hangs at them. As in the shop's definitions; fields that Kontor never
//! reads or writes are left out, and refused.

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Text,
    Whole,
    Number,
    Flag,
    Time,
    /// An object or list of any shape.
    Json,
    /// What the shop itself writes.
    Own,
}

/// How one kind of records refers to another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link {
    /// By a field of the record itself.
    One { entity: &'static str, key: &'static str },
    /// By a field of the others.
    Many { entity: &'static str, key: &'static str },
    /// By rows of a table between both.
    Through { table: &'static str, own: &'static str, other: &'static str, entity: &'static str },
}

#[derive(Debug)]
pub(super) struct Def {
    /// As operations of `_action/sync` name it; searches write it with dashes.
    pub entity: &'static str,
    pub fields: &'static [(&'static str, Kind)],
    /// What a new record needs beside its number.
    pub required: &'static [&'static str],
    pub links: &'static [(&'static str, Link)],
}

use Kind::{Flag, Id, Json, Number, Own, Text, Time, Whole};

const fn one(entity: &'static str, key: &'static str) -> Link {
    Link::One { entity, key }
}

const fn many(entity: &'static str, key: &'static str) -> Link {
    Link::Many { entity, key }
}

const fn through(table: &'static str, own: &'static str, other: &'static str, entity: &'static str) -> Link {
    Link::Through { table, own, other, entity }
}

const fn named(entity: &'static str, fields: &'static [(&'static str, Kind)], required: &'static [&'static str]) -> Def {
    Def { entity, fields, required, links: &[] }
}

pub(super) const DEFS: &[Def] = &[
    Def {
        entity: "product",
        fields: &[
            ("id", Id),
            ("parentId", Id),
            ("productNumber", Text),
            ("name", Text),
            ("description", Text),
            ("active", Flag),
            ("stock", Whole),
            ("availableStock", Own),
            ("available", Own),
            ("isCloseout", Flag),
            ("ean", Text),
            ("taxId", Id),
            ("coverId", Id),
            ("manufacturerId", Id),
            ("weight", Number),
            ("price", Json),
            ("customFields", Json),
            ("translations", Json),
            ("autoIncrement", Own),
            ("childCount", Own),
            ("createdAt", Own),
            ("updatedAt", Own),
        ],
        required: &["taxId", "price", "productNumber", "stock", "name"],
        links: &[
            ("tax", one("tax", "taxId")),
            ("parent", one("product", "parentId")),
            ("children", many("product", "parentId")),
            ("prices", many("product_price", "productId")),
            ("visibilities", many("product_visibility", "productId")),
            ("media", many("product_media", "productId")),
            ("configuratorSettings", many("product_configurator_setting", "productId")),
            ("categories", through("product_category", "productId", "categoryId", "category")),
            ("options", through("product_option", "productId", "optionId", "property_group_option")),
            ("properties", through("product_property", "productId", "optionId", "property_group_option")),
        ],
    },
    named(
        "product_price",
        &[("id", Id), ("productId", Id), ("ruleId", Id), ("quantityStart", Whole), ("price", Json)],
        &["productId", "ruleId", "quantityStart", "price"],
    ),
    named(
        "product_visibility",
        &[("id", Id), ("productId", Id), ("salesChannelId", Id), ("visibility", Whole)],
        &["productId", "salesChannelId", "visibility"],
    ),
    named("product_media", &[("id", Id), ("productId", Id), ("mediaId", Id), ("position", Whole)], &["productId", "mediaId"]),
    named("product_configurator_setting", &[("id", Id), ("productId", Id), ("optionId", Id)], &["productId", "optionId"]),
    named("product_category", &[("productId", Id), ("categoryId", Id)], &[]),
    named("product_option", &[("productId", Id), ("optionId", Id)], &[]),
    named("product_property", &[("productId", Id), ("optionId", Id)], &[]),
    named("property_group", &[("id", Id), ("name", Text)], &["name"]),
    named("property_group_option", &[("id", Id), ("groupId", Id), ("name", Text)], &["groupId", "name"]),
    named("product_manufacturer", &[("id", Id), ("name", Text)], &["name"]),
    named("media", &[("id", Id), ("hasFile", Own), ("url", Own)], &[]),
    named("category", &[("id", Id), ("parentId", Id), ("name", Text), ("type", Text), ("path", Own), ("autoIncrement", Own)], &["name"]),
    named("tax", &[("id", Id), ("name", Text), ("taxRate", Number)], &["name", "taxRate"]),
    named("currency", &[("id", Id), ("isoCode", Text)], &["isoCode"]),
    named("rule", &[("id", Id), ("name", Text)], &["name"]),
    named("custom_field", &[("id", Id), ("name", Text), ("type", Text)], &["name", "type"]),
    named("locale", &[("id", Id), ("code", Text)], &["code"]),
    named("customer_group", &[("id", Id), ("displayGross", Flag)], &[]),
    named("sales_channel_domain", &[("id", Id), ("salesChannelId", Id), ("url", Text)], &["url"]),
    Def { entity: "language", fields: &[("id", Id), ("localeId", Id)], required: &[], links: &[("locale", one("locale", "localeId"))] },
    Def {
        entity: "sales_channel",
        fields: &[("id", Id), ("name", Text), ("navigationCategoryId", Id), ("currencyId", Id), ("customerGroupId", Id)],
        required: &[],
        links: &[
            ("currencies", through("sales_channel_currency", "salesChannelId", "currencyId", "currency")),
            ("languages", through("sales_channel_language", "salesChannelId", "languageId", "language")),
            ("customerGroup", one("customer_group", "customerGroupId")),
            ("domains", many("sales_channel_domain", "salesChannelId")),
        ],
    },
    Def {
        entity: "integration",
        fields: &[("id", Id), ("accessKey", Text), ("admin", Flag)],
        required: &[],
        links: &[("aclRoles", through("integration_role", "integrationId", "aclRoleId", "acl_role"))],
    },
    named("acl_role", &[("id", Id), ("name", Text), ("privileges", Json)], &[]),
    Def {
        entity: "order",
        fields: &[
            ("id", Id),
            ("orderNumber", Text),
            ("salesChannelId", Id),
            ("currencyId", Id),
            ("stateId", Own),
            ("billingAddressId", Id),
            ("orderDateTime", Time),
            ("price", Own),
            ("shippingCosts", Own),
            ("customerComment", Text),
            ("customFields", Json),
            ("primaryOrderDeliveryId", Id),
            ("primaryOrderTransactionId", Id),
            ("createdAt", Own),
            ("updatedAt", Own),
        ],
        required: &["salesChannelId"],
        links: &[
            ("currency", one("currency", "currencyId")),
            ("stateMachineState", one("state_machine_state", "stateId")),
            ("lineItems", many("order_line_item", "orderId")),
            ("orderCustomer", many("order_customer", "orderId")),
            ("billingAddress", one("order_address", "billingAddressId")),
            ("deliveries", many("order_delivery", "orderId")),
            ("transactions", many("order_transaction", "orderId")),
            ("documents", many("document", "orderId")),
        ],
    },
    named(
        "order_line_item",
        &[
            ("id", Id),
            ("orderId", Id),
            ("parentId", Id),
            ("productId", Id),
            ("referencedId", Text),
            ("label", Text),
            ("quantity", Whole),
            ("type", Text),
            ("price", Json),
            ("payload", Json),
        ],
        &["orderId"],
    ),
    named("order_customer", &[("id", Id), ("orderId", Id), ("email", Text), ("customerNumber", Text), ("customerId", Id)], &["orderId"]),
    Def {
        entity: "order_address",
        fields: &[
            ("id", Id),
            ("firstName", Text),
            ("lastName", Text),
            ("street", Text),
            ("zipcode", Text),
            ("city", Text),
            ("countryId", Id),
            ("countryStateId", Id),
            ("salutationId", Id),
        ],
        required: &[],
        links: &[
            ("country", one("country", "countryId")),
            ("countryState", one("country_state", "countryStateId")),
            ("salutation", one("salutation", "salutationId")),
        ],
    },
    Def {
        entity: "order_delivery",
        fields: &[
            ("id", Id),
            ("orderId", Id),
            ("stateId", Own),
            ("trackingCodes", Json),
            ("shippingCosts", Json),
            ("shippingMethodId", Id),
            ("shippingOrderAddressId", Id),
            ("customFields", Json),
        ],
        required: &["orderId"],
        links: &[
            ("stateMachineState", one("state_machine_state", "stateId")),
            ("shippingMethod", one("shipping_method", "shippingMethodId")),
            ("shippingOrderAddress", one("order_address", "shippingOrderAddressId")),
        ],
    },
    Def {
        entity: "order_transaction",
        fields: &[
            ("id", Id),
            ("orderId", Id),
            ("stateId", Own),
            ("paymentMethodId", Id),
            ("amount", Json),
            ("customFields", Json),
            ("createdAt", Own),
        ],
        required: &["orderId"],
        links: &[("stateMachineState", one("state_machine_state", "stateId")), ("paymentMethod", one("payment_method", "paymentMethodId"))],
    },
    Def {
        entity: "document",
        fields: &[
            ("id", Id),
            ("orderId", Id),
            ("documentTypeId", Id),
            ("documentNumber", Own),
            ("documentMediaFileId", Own),
            ("config", Json),
            ("static", Flag),
        ],
        required: &[],
        links: &[("documentType", one("document_type", "documentTypeId"))],
    },
    named("document_type", &[("id", Id), ("technicalName", Text)], &[]),
    named("state_machine_state", &[("id", Id), ("technicalName", Text)], &[]),
    named("country", &[("id", Id), ("iso", Text)], &[]),
    named("country_state", &[("id", Id), ("name", Text)], &[]),
    named("salutation", &[("id", Id), ("salutationKey", Text)], &[]),
    named("shipping_method", &[("id", Id), ("name", Text)], &[]),
    named("payment_method", &[("id", Id), ("technicalName", Text), ("name", Text)], &[]),
];

pub(super) fn def(entity: &str) -> Option<&'static Def> {
    DEFS.iter().find(|def| def.entity == entity)
}

impl Def {
    pub(super) fn kind(&self, field: &str) -> Option<Kind> {
        self.fields.iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind)
    }

    pub(super) fn link(&self, name: &str) -> Option<Link> {
        self.links.iter().find(|(known, _)| *known == name).map(|(_, link)| *link)
    }
}

impl Kind {
    /// Whether a field takes the value. Each of them may be emptied.
    pub(super) fn takes(self, value: &Value) -> bool {
        value.is_null()
            || match self {
                Kind::Id => {
                    value.as_str().is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
                }
                Kind::Text | Kind::Time => value.is_string(),
                Kind::Whole => value.is_i64(),
                Kind::Number => value.is_number(),
                Kind::Flag => value.is_boolean(),
                Kind::Json => value.is_object() || value.is_array(),
                Kind::Own => false,
            }
    }
}
