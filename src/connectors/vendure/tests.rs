mod facts;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::slug::slug;
use super::super::tests::account;
use super::super::{ChannelError, OfferChange, OfferContent, Outcome, Price, Quantity, VariantContent, check_settings};
use super::found::Product;
use super::graphql::{Failure, read_json, refusal};
use super::settings::Settings;
use super::shop::{ShopSettings, read_shop};
use super::{check, inputs, orders};
use crate::domain::offer::Wanted;
use crate::domain::order::ChannelOrder;
use crate::domain::{Currency, Decimal, Money, OfferId, Reader};

const ACCESS: &str = "url = 'https://shop.example.com/'\nusername = 'kontor'\npassword = 's3cret'\n";

/// Settings with the access to a shop, and more.
pub(super) fn settings(more: &str) -> Settings {
    Settings::read(&account("vendure", &format!("{ACCESS}{more}"))).unwrap()
}

pub(super) fn shop() -> ShopSettings {
    ShopSettings {
        name: "c 0".to_owned(),
        channel: "c".to_owned(),
        channel_id: "1".to_owned(),
        in_default: true,
        reaches_default: true,
        currency: Currency::EUR,
        default_currency: Currency::EUR,
        currencies: vec![Currency::EUR],
        languages: vec!["de".to_owned()],
        gross: true,
        threshold: 0,
        stock_location_id: "1".to_owned(),
        tax_category_id: "2".to_owned(),
        tax_categories: vec![("2".to_owned(), "Standard".to_owned()), ("3".to_owned(), "Reduced Tax".to_owned())],
        fields: BTreeMap::new(),
        facets: BTreeMap::new(),
        rights: Vec::new(),
    }
}

pub(super) fn change() -> OfferChange {
    OfferChange {
        offer_id: OfferId(1),
        sku: "L-1".to_owned(),
        known_as: Vec::new(),
        external_number: None,
        wanted: Wanted::Running,
        content: Some(OfferContent {
            title: "Lampe".to_owned(),
            description: "Hell".to_owned(),
            language: "de".to_owned(),
            ean: None,
            images: Vec::new(),
            category: None,
            tax_type_id: 1,
            weight_in_gram: None,
            variant: None,
            attributes: Vec::new(),
            ..OfferContent::default()
        }),
        price: Some(Price { money: Money::new(Decimal::parse("19.90").unwrap(), Currency::EUR), gross: true }),
        quantity: Some(Quantity { offered: 10, reserved_here: 2 }),
    }
}

#[test]
fn settings_are_checked_key_by_key() {
    let check = |settings: &str| check_settings(&account("vendure", settings)).map_err(|error| error.to_string());
    assert_eq!(check(ACCESS), Ok(()));
    assert_eq!(check(&format!("{ACCESS}channel_token = 'x'\ncash_on_delivery_methods = ['cod']\nfirst_pull_days = 0")), Ok(()));
    for (settings, expected) in [
        ("url = 'https://shop.example.com'\nusername = 'u'".to_owned(), "[accounts.settings] password: is missing; give the password"),
        (
            ACCESS.replace("https://shop.example.com/", "https://shop.example.com/admin-api"),
            "is not the address of a shop; give the shop's address without",
        ),
        (ACCESS.replace("https://", "ftp://"), "url: \"ftp://shop.example.com/\" is not the address of a shop"),
        (format!("{ACCESS}stock_location_id = 1"), "stock_location_id: has the type integer, expected a text in quotes; give the id"),
        (format!("{ACCESS}cash_on_delivery_methods = 'cod'"), "expected a list of texts"),
        (format!("{ACCESS}weight_unit = 'lb'"), "weight_unit: \"lb\" is no unit that Kontor knows; give \"g\" or \"kg\""),
        (format!("{ACCESS}currency = 'EURO'"), "currency: \"EURO\" is no currency; give a code of ISO 4217"),
        (format!("{ACCESS}ean_field = 'a {{ id }}'"), "ean_field: \"a { id }\" is not the name of a field"),
        (format!("{ACCESS}attribute_facets = ['Material']"), "\"Material\" does not name an attribute and a facet; list attributes"),
        (format!("{ACCESS}pictures = 'no'"), "pictures: has the type string, expected true or false"),
        (format!("{ACCESS}chanel_token = 'x'"), "chanel_token: is not a setting of this connector; use one of url, username"),
    ] {
        let text = check(&settings).unwrap_err();
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn errors_inside_http_200_are_seen() {
    let rule = |answer| match read_json(200, answer) {
        Err(Failure::Rule(rule)) => rule,
        other => panic!("{other:?}"),
    };
    // Recorded from 3.7.3.
    let forbidden = rule(
        json!({ "errors": [{ "message": "You are not currently authorized to perform this action", "path": ["orders"], "extensions": { "code": "FORBIDDEN" } }], "data": null }),
    );
    assert_eq!((forbidden.code.as_str(), forbidden.internal), ("FORBIDDEN", false));
    let database = rule(
        json!({ "errors": [{ "message": "insert or update on table \"stock_level\" violates foreign key constraint", "path": ["updateProductVariants"] }], "data": null }),
    );
    assert!(database.internal);
    assert!(matches!(inputs::outcome_of(database), Outcome::Later { .. }));
    assert!(matches!(read_json(404, json!({ "message": "Not Found" })), Err(Failure::Channel(ChannelError::Protocol { .. }))));
    let fulfilled = json!({ "__typename": "ItemsAlreadyFulfilledError", "errorCode": "ITEMS_ALREADY_FULFILLED_ERROR", "message": "One or more OrderItems are already part of a Fulfillment" });
    assert_eq!(refusal(Some(&fulfilled)).unwrap().code, "ITEMS_ALREADY_FULFILLED_ERROR");
    assert_eq!(refusal(Some(&json!({ "__typename": "Fulfillment" }))), None);
}

/// What 3.7.3 says of itself.
pub(super) fn recorded_shop() -> Value {
    json!({
        "activeChannel": { "id": "2", "code": "swiss", "token": "t-1", "defaultCurrencyCode": "CHF", "availableCurrencyCodes": ["CHF", "USD"],
            "availableLanguageCodes": ["de", "en"], "pricesIncludeTax": true },
        "me": { "channels": [
            { "id": "1", "code": "__default_channel__", "permissions": ["Authenticated", "ReadCatalog"] },
            { "id": "2", "code": "swiss", "permissions": ["Authenticated", "ReadCatalog", "CreateCatalog", "UpdateCatalog", "DeleteCatalog", "ReadOrder"] },
        ] },
        "globalSettings": { "serverConfig": { "moneyStrategyPrecision": 2, "entityCustomFields": [
            { "entityName": "Product", "customFields": [{ "name": "season", "type": "string", "list": false, "readonly": null }] },
            { "entityName": "ProductVariant", "customFields": [{ "name": "ean", "type": "string", "list": false, "readonly": null }] },
        ] } },
        "taxCategories": { "items": [{ "id": "1", "name": "Reduced", "isDefault": false }, { "id": "2", "name": "Standard", "isDefault": true }] },
        "stockLocations": { "items": [{ "id": "7", "name": "Hall" }] },
        "facets": { "items": [{ "id": "4", "code": "category" }] },
    })
}

#[test]
fn the_shops_own_settings_are_read_and_a_wrong_id_is_told_with_the_right_ones() {
    let read = read_shop(recorded_shop(), &settings("")).unwrap();
    assert_eq!((read.tax_category_id.as_str(), read.stock_location_id.as_str(), read.currency.code()), ("2", "7", "CHF"));
    assert_eq!((read.in_default, read.reaches_default, read.facets["category"].as_str()), (false, false, "4"));
    assert_eq!(read.fields.keys().collect::<Vec<_>>(), ["ean"]);
    let text = read_shop(recorded_shop(), &settings("tax_category_id = '9'")).unwrap_err().to_string();
    assert!(text.contains("tax_category_id: \"9\" does not exist in the shop; it has: 1 (Reduced), 2 (Standard)"), "{text}");
    let mut thousandths = recorded_shop();
    thousandths["globalSettings"]["serverConfig"]["moneyStrategyPrecision"] = json!(3);
    assert!(read_shop(thousandths, &settings("")).unwrap_err().to_string().contains("keeps 3 decimals"));
}

#[test]
fn a_shop_is_known_by_its_channel_wherever_it_is_reached() {
    let name = |id: &str, token: &str| {
        let mut shop = recorded_shop();
        (shop["activeChannel"]["id"], shop["activeChannel"]["token"]) = (json!(id), json!(token));
        read_shop(shop, &settings("")).unwrap().name
    };
    assert_eq!(name("2", "t-1"), name("2", "t-1"));
    assert!(name("2", "t-1").starts_with("swiss ") && !name("2", "t-1").contains("t-1"));
    assert_ne!(name("2", "t-1"), name("2", "t-2"), "another shop, or another channel of it");
}

#[test]
fn a_check_names_settings_that_do_not_fit_and_rights_that_are_missing() {
    let wrong = |more: &str| {
        let settings = settings(more);
        check::fit(&read_shop(recorded_shop(), &settings).unwrap(), &settings).unwrap_err().to_string()
    };
    assert!(wrong("currency = 'EUR'").contains("currency: the channel swiss does not sell in EUR; it sells in CHF, USD"));
    assert!(wrong("ean_field = 'gtin'").contains("ean_field: the shop's variants have no custom field \"gtin\"; they have: ean"));
    assert!(wrong("category_facet = 'group'").contains("category_facet: the channel swiss has no facet with the code \"group\""));
    assert!(wrong("attribute_facets = ['Material = fabric']").contains("attribute_facets: the channel swiss has no facet"));
    let fitting = settings("currency = 'USD'\nean_field = 'ean'\ncategory_facet = 'category'");
    let shop = read_shop(recorded_shop(), &fitting).unwrap();
    assert!(check::fit(&shop, &fitting).is_ok());
    let missing = check::missing_rights(&shop);
    let rights = |optional: bool| -> Vec<&str> {
        missing.iter().filter(|missing| missing.optional == optional).map(|missing| missing.right.as_str()).collect()
    };
    assert_eq!(rights(true).len(), 8, "the recorded login may read and write nothing of customers and promotions");
    assert_eq!(rights(false), ["UpdateOrder", "ReadCustomer", "ReadSettings", "ReadStockLocation", "UpdateCatalog in the default channel"]);
    let all = ShopSettings { rights: vec!["SuperAdmin".to_owned()], reaches_default: true, ..shop };
    assert_eq!(check::missing_rights(&all), []);
    let found = check::found(&all, &fitting, "de");
    assert!(
        found.ends_with(
            "prices in USD, stock location 7, tax category 2; not sent: weight (no weight_field), attributes (no attribute_facets)"
        ),
        "{found}"
    );
    assert!(check::found(&all, &fitting, "fr").contains("; the channel does not show texts in fr, only in de, en"));
}

#[test]
fn slugs_are_stable_distinct_and_survive_the_shops_normalisation() {
    assert_eq!(slug("L 1/ä"), slug("L 1/ä"));
    let slugs: Vec<String> = ["L 1", "L-1", "l-1", "Ä/B", "日本", "-", &"x".repeat(300)].iter().map(|text| slug(text)).collect();
    for (index, slug) in slugs.iter().enumerate() {
        assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') && slug.len() <= 72, "{slug}");
        assert!(!slug.starts_with('-') && !slug.contains("--"), "{slug}");
        assert!(!slugs[..index].contains(slug), "{slug}");
    }
    assert!(slug("L 1/ä").starts_with("l-1-ae-"));
}

#[test]
fn a_tax_class_is_the_id_or_the_name_of_a_tax_category() {
    let taxed = |class: Option<&str>| {
        let content = OfferContent { tax_class: class.map(str::to_owned), ..change().content.unwrap() };
        OfferChange { content: Some(content), ..change() }
    };
    let created = |class| inputs::create_variant(&taxed(class), &shop()).map(|input| input["taxCategoryId"].clone());
    assert_eq!(created(None).unwrap(), "2", "the one of the settings");
    assert_eq!((created(Some("3")).unwrap(), created(Some("reduced tax")).unwrap()), (json!("3"), json!("3")));
    let updated = |class| inputs::update_variant(&taxed(class), "5", &shop()).map(|input| input.get("taxCategoryId").cloned());
    assert_eq!(updated(None).unwrap(), None, "what the merchant set in the shop stays");
    assert_eq!(updated(Some("Reduced Tax")).unwrap(), Some(json!("3")));
    let Err(message) = created(Some("Books")) else { panic!("taken") };
    assert_eq!(message.line(), "TAX_CATEGORY: the shop has no tax category \"Books\"; it has: 2 (Standard), 3 (Reduced Tax)");
    let ended = OfferChange { wanted: Wanted::Ended, ..taxed(Some("Books")) };
    assert!(inputs::update_variant(&ended, "5", &shop()).is_ok(), "an offer is ended whatever is wrong with its tax");
}

#[test]
fn stock_on_hand_leaves_what_is_offered_after_the_shops_allocations() {
    let input = inputs::update_variant(&change(), "5", &shop()).unwrap();
    assert_eq!(input["stockLevels"], json!([{ "stockLocationId": "1", "stockOnHand": 12 }]));
    assert_eq!((&input["price"], &input["enabled"]), (&json!(1990), &json!(true)));
    let only = OfferChange { content: None, price: None, ..change() };
    let input = inputs::update_variant(&only, "5", &shop()).unwrap();
    assert!(input.get("price").is_none() && input.get("translations").is_none());
}

#[test]
fn a_price_that_does_not_fit_the_shop_is_refused_with_a_remedy() {
    let code = |price: Price| match inputs::update_variant(&OfferChange { price: Some(price), ..change() }, "5", &shop()) {
        Err(message) => message.code().to_owned(),
        other => panic!("{other:?}"),
    };
    let price = |amount: &str, currency: &str| {
        let money = Money::new(Decimal::parse(amount).unwrap(), Currency::parse(currency).unwrap());
        Price { money, gross: true }
    };
    let euro = price("1", "EUR");
    assert_eq!(code(price("1", "CHF")), "CURRENCY");
    assert_eq!(code(Price { gross: false, ..euro }), "PRICE_KIND");
    assert_eq!(code(price("-0.01", "EUR")), "PRICE");
    let kwd = Currency::parse("KWD").unwrap();
    let dinar = ShopSettings { currency: kwd, default_currency: kwd, currencies: vec![kwd], ..shop() };
    let sent = |amount: &str| inputs::update_variant(&OfferChange { price: Some(price(amount, "KWD")), ..change() }, "5", &dinar);
    assert_eq!(sent("9.120").unwrap()["price"], json!(912));
    let refusal = sent("9.125").unwrap_err();
    assert_eq!(refusal.code(), "PRICE");
    assert_eq!(refusal.text(Reader::ADMIN), "the shop keeps 2 decimals of a price, so it cannot have 9.125 KWD exactly");
    let ended = OfferChange { wanted: Wanted::Ended, price: Some(Price { gross: false, ..euro }), ..change() };
    assert!(inputs::update_variant(&ended, "5", &shop()).unwrap().get("price").is_none());
}

fn product(variants: u64, enabled: bool, languages: &[&str]) -> Product {
    let translations: Vec<Value> = languages.iter().map(|language| json!({ "languageCode": language })).collect();
    let list = json!({ "totalItems": variants });
    serde_json::from_value(json!({ "id": "3", "slug": "lampe", "enabled": enabled, "variantList": list, "translations": translations }))
        .unwrap()
}

#[test]
fn a_product_goes_off_only_with_its_last_variant() {
    let enabled = |change: &OfferChange, product: &Product| inputs::update_product(change, product).get("enabled").cloned();
    let ended = OfferChange { wanted: Wanted::Ended, content: None, ..change() };
    assert_eq!(enabled(&ended, &product(1, true, &[])), Some(json!(false)));
    assert_eq!(enabled(&ended, &product(2, true, &[])), None);
    assert_eq!(enabled(&ended, &product(1, false, &[])), None);
    let running = OfferChange { content: None, ..change() };
    assert_eq!(enabled(&running, &product(2, false, &[])), Some(json!(true)));
    assert!(inputs::update_product(&running, &product(2, true, &[])).is_empty());
}

#[test]
fn a_family_has_the_texts_of_its_parent_and_a_new_language_its_slug() {
    let texts =
        |change: &OfferChange, languages: &[&str]| inputs::update_product(change, &product(2, true, languages))["translations"][0].clone();
    assert_eq!(texts(&change(), &["de"]), json!({ "languageCode": "de", "name": "Lampe", "description": "Hell" }));
    assert_eq!(texts(&change(), &["en"])["slug"], "lampe", "Vendure fails on a language without one");
    let mut variant = change();
    variant.content.as_mut().unwrap().variant =
        Some(VariantContent { parent_sku: "P".to_owned(), parent_title: "Lampen".to_owned(), ..VariantContent::default() });
    assert_eq!(texts(&variant, &["de"]), json!({ "languageCode": "de", "name": "Lampen" }), "its siblings would say something else");
    assert_eq!(texts(&variant, &[])["description"], "Hell", "a new one needs one");
    variant.content.as_mut().unwrap().variant.as_mut().unwrap().parent_description = "Alle".to_owned();
    assert_eq!(texts(&variant, &["de"])["description"], "Alle");
}

#[test]
fn a_price_in_a_second_currency_goes_to_variants_that_have_one_in_the_first() {
    let swiss = ShopSettings { currency: Currency::EUR, default_currency: Currency::parse("CHF").unwrap(), ..shop() };
    let input = inputs::update_variant(&change(), "5", &swiss).unwrap();
    assert_eq!((input.get("price"), &input["prices"]), (None, &json!([{ "currencyCode": "EUR", "price": 1990 }])));
    let refusal = inputs::create_variant(&change(), &swiss).unwrap_err();
    assert_eq!(refusal.code(), "CURRENCY");
    assert!(refusal.line().contains("without a price in CHF"), "Vendure would take 0: {}", refusal.line());
    let gone = ShopSettings { currencies: vec![Currency::parse("USD").unwrap()], ..shop() };
    assert_eq!(
        inputs::update_variant(&change(), "5", &gone).unwrap_err().line(),
        "CURRENCY: the price is in EUR, the shop's channel sells in USD"
    );
}

/// An order as 3.7.3 tells it, shortened.
fn recorded() -> Value {
    let address = json!({ "fullName": "Erika Müßtermann", "company": "Müßtermann & Söhne", "streetLine1": "Große Straße 12", "streetLine2": "Hinterhof",
        "city": "Köln", "province": "", "postalCode": "50667", "countryCode": "DE", "phoneNumber": "+49 30 1234567" });
    json!({
        "id": "1", "code": "BBPPG5CZJZ5KK1B3", "state": "PaymentAuthorized", "orderPlacedAt": "2025-11-03T08:16:00.771Z", "currencyCode": "EUR", "totalWithTax": 3988,
        "customer": { "id": "1", "title": "Frau", "firstName": "Erika", "lastName": "Müßtermann", "emailAddress": "erika@example.com", "phoneNumber": null },
        "shippingAddress": address, "billingAddress": { "fullName": null, "company": null, "streetLine1": null, "streetLine2": null, "city": null,
            "province": null, "postalCode": null, "countryCode": null, "phoneNumber": null },
        "lines": [{ "id": "1", "quantity": 2, "orderPlacedQuantity": 2, "unitPriceWithTax": 1999, "linePrice": 3360, "linePriceWithTax": 3998, "taxRate": 19, "productVariant": { "id": "9", "sku": "P-1", "name": "Lampe" } }],
        "shippingLines": [{ "price": 412, "priceWithTax": 490, "shippingMethod": { "code": "parcel" } }],
        "discounts": [{ "adjustmentSource": "PROMOTION:1", "amount": -420, "amountWithTax": -500 }], "surcharges": [],
        "taxSummary": [{ "taxRate": 19, "taxBase": 3351, "taxTotal": 637 }], "promotions": [{ "id": "1", "couponCode": "SAVE5" }],
        "payments": [
            { "state": "Declined", "method": "card", "amount": 3988, "transactionId": null, "refunds": [] },
            { "state": "Authorized", "method": "prepayment", "amount": 3988, "transactionId": "r93ir1dpxv", "refunds": [] },
        ],
    })
}

fn read(order: Value) -> ChannelOrder {
    serde_json::from_value::<orders::Order>(order).unwrap().read(&["Cash".to_owned()]).unwrap()
}

#[test]
fn an_order_is_read_with_amounts_addresses_and_payment() {
    let order = read(recorded());
    assert_eq!((order.order_id.as_str(), order.order_id_2.as_deref(), order.paid), ("BBPPG5CZJZ5KK1B3", Some("1"), false));
    assert_eq!(
        (order.lines[0].unit_price.to_string(), order.shipping_charge.to_string(), order.coupon_amount.to_string()),
        ("19.99".to_owned(), "4.90".to_owned(), "5.00".to_owned())
    );
    assert_eq!((order.payment_method.as_deref(), order.transaction_id.as_deref()), (Some("prepayment"), Some("r93ir1dpxv")));
    // Without an invoice address the delivery address is that, too.
    let address = &order.invoice_address;
    assert_eq!(
        (address.firm.as_deref(), address.title.as_deref(), address.first_name.as_deref()),
        (Some("Müßtermann & Söhne"), Some("Frau"), Some("Erika"))
    );
    assert_eq!((address.region.as_deref(), address.street_addition.as_deref()), (None, Some("Hinterhof")));
}

#[test]
fn an_order_is_read_with_its_totals_and_what_of_it_was_refunded() {
    let mut said = recorded();
    let lines = json!([{ "orderLineId": "1", "quantity": 1 }]);
    let refund = |id: &str, state: &str| json!({ "id": id, "createdAt": "2025-11-04T08:16:00.771Z", "state": state, "total": 1999, "reason": "late", "lines": lines });
    said["payments"][1]["refunds"] = json!([refund("7", "Settled"), refund("8", "Failed")]);
    let order = read(said);
    assert_eq!((order.totals.total_amount, order.calculated_amount()), (Decimal::parse("39.88"), Decimal::parse("39.88")));
    let coupon = &order.totals.coupons[0];
    assert_eq!((coupon.code.as_deref(), coupon.amount, coupon.tax_amount), (Some("SAVE5"), Decimal::from_whole(5), Decimal::parse("0.80")));
    assert_eq!((order.totals.taxes[0].net_amount, order.totals.shipping_tax_amount), (Decimal::parse("33.51"), Decimal::parse("0.78")));
    assert_eq!((order.lines[0].total_amount, order.lines[0].tax_amount), (Decimal::parse("39.98"), Decimal::parse("6.38")));
    assert_eq!(order.delivery.dispatch_type_identifier.as_deref(), Some("parcel"));
    assert_eq!((order.refunded_amount(), order.refunded_pieces()["1"], order.refunds.len()), (Decimal::parse("19.99"), 1, 1));
}

#[test]
fn an_order_is_paid_when_its_state_or_its_payments_say_so() {
    for (state, paid) in [
        ("PaymentSettled", true),
        ("Shipped", true),
        ("Delivered", true),
        ("PaymentAuthorized", false),
        ("Modifying", false),
        ("Cancelled", false),
    ] {
        let mut order = recorded();
        order["state"] = json!(state);
        assert_eq!(read(order).paid, paid, "{state}");
    }
    let mut order = recorded();
    order["state"] = json!("Modifying");
    order["payments"][1]["state"] = json!("Settled");
    assert!(read(order).paid);
}

#[test]
fn a_cancelled_order_keeps_what_was_ordered() {
    let mut order = recorded();
    order["state"] = json!("Cancelled");
    order["lines"][0]["quantity"] = json!(0);
    order["discounts"] = json!([{ "adjustmentSource": "CANCEL_ORDER", "amount": -412, "amountWithTax": -490 }]);
    let order = read(order);
    assert_eq!((order.cancelled, order.lines[0].quantity, order.coupon_amount), (true, 2, Decimal::ZERO));
}

#[test]
fn surcharges_are_charges_of_the_payment_method_and_the_method_decides_the_workflow() {
    let mut order = recorded();
    order["surcharges"] = json!([{ "price": 252, "priceWithTax": 300 }, { "price": -84, "priceWithTax": -100 }]);
    order["payments"][1]["method"] = json!("cash");
    order["lines"][0]["taxRate"] = json!(7.7);
    let order = read(order);
    assert_eq!(
        (order.payment_method_charge.to_string(), order.coupon_amount.to_string(), order.workflow.id()),
        ("3.00".to_owned(), "6.00".to_owned(), 2)
    );
    assert_eq!(order.lines[0].tax_rate, Decimal::parse("7.7"));
}

#[test]
fn a_cart_is_no_order() {
    let mut order = recorded();
    order["orderPlacedAt"] = Value::Null;
    assert!(serde_json::from_value::<orders::Order>(order).unwrap().read(&[]).is_none());
}
