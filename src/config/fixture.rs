//! Settings for tests: two mandators, warehouses, two accounts of the first mandator that share a warehouse.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::domain::{AccountId, MandatorId, WarehouseId};

/// An account at the scripted shop; tests change what they are about.
pub(crate) fn account(account_id: i32, mandator_id: i32) -> Account {
    Account {
        account_id: AccountId(account_id),
        mandator_id: MandatorId(mandator_id),
        identifier: format!("Account {account_id}"),
        sub_channel_id: 2100,
        active: true,
        connector: "sandbox".into(),
        pricelists: vec!["standard".into()],
        warehouses: vec![WarehouseId(10)],
        default_category: None,
        title_text_module: None,
        description_text_module: None,
        language: "de".into(),
        listing: Listing::ByCall,
        carriers: BTreeMap::new(),
        dispatch_types: BTreeMap::new(),
        poll_interval: Duration::from_secs(60),
        order_number_prefix: String::new(),
        preparation: Preparation::default(),
        reconciliation: Default::default(),
        silence_alarm: None,
        rate_limits: Default::default(),
        ca_file: None,
        settings: toml::Table::new(),
    }
}

/// Mandator 1 (German time) has warehouses 10 and 11 and accounts 101 and 102; mandator 2 has account 201.
pub(crate) fn settings() -> Settings {
    let warehouse = |warehouse_id, mandator_id, code: &str| Warehouse {
        warehouse_id: WarehouseId(warehouse_id),
        mandator_id: MandatorId(mandator_id),
        code: code.into(),
        identifier: code.into(),
    };
    let mandator = |mandator_id, time_zone| Mandator {
        mandator_id: MandatorId(mandator_id),
        identifier: format!("Mandator {mandator_id}"),
        language: Language::En,
        time_zone,
    };
    let sub_channel =
        |sub_channel_id, identifier: &str| SubChannel { sub_channel_id, identifier: identifier.into(), channel: identifier.into() };
    let method = |payment_method_id, identifier: &str| PaymentMethod { payment_method_id, identifier: identifier.into() };
    Settings {
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: "http://127.0.0.1".into(),
            workers: 1,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
        },
        database: SecretString::from(String::new()),
        patience: Patience::default(),
        limits: Limits::default(),
        replay: Replay { window: Duration::from_secs(600), keyed: Duration::from_secs(604_800) },
        dispatch: Dispatch {
            wait: Duration::ZERO,
            synchronous_wait: Duration::ZERO,
            lease: Duration::from_secs(30),
            retry_ladder: vec![Duration::from_secs(5)],
            jitter: 0.0,
            give_up_after: Duration::from_secs(259_200),
            keep_messages: Duration::from_secs(2_592_000),
            keep_feeds: Duration::ZERO,
            channel_timeout: Duration::from_secs(30),
        },
        calls: Calls::default(),
        users: vec![user("erp")],
        // Files have the names of their content, so tests may share the folder.
        documents: FileFolder::documents(concat!(env!("CARGO_MANIFEST_DIR"), "/target/tmp/kontor.sqlite"), std::path::Path::new("")),
        media: FileFolder::media(concat!(env!("CARGO_MANIFEST_DIR"), "/target/tmp/kontor.sqlite"), std::path::Path::new("")),
        mandators: vec![mandator(1, chrono_tz::Europe::Berlin), mandator(2, chrono_tz::UTC)],
        sellers: vec![seller()],
        warehouses: vec![warehouse(10, 1, "standard"), warehouse(11, 1, "EXTERN"), warehouse(20, 2, "standard")],
        pricelists: Vec::new(),
        sub_channels: vec![sub_channel(PHONE_SALES, "Telefonverkauf"), sub_channel(2100, "Shop")],
        accounts: vec![Account { order_number_prefix: "S1-".into(), ..account(101, 1) }, account(102, 1), account(201, 2)],
        payment_methods: vec![method(7, "PayPal"), method(8, "cash on delivery"), method(9, "Collection in store")],
        order_tags: OrderTag::predefined().collect(),
        shipping_carriers: Vec::new(),
        dispatch_types: Vec::new(),
        suppliers: Vec::new(),
        media_types: Vec::new(),
        mail: None,
        alarms: Default::default(),
        payments: Default::default(),
        carriers: vec![carrier("sandbox")],
        demo: false,
    }
}

/// An account of mandator 1 at a carrier, called DHL.
pub(crate) fn carrier(carrier: &str) -> CarrierAccount {
    CarrierAccount {
        identifier: "DHL".into(),
        mandator_id: MandatorId(1),
        carrier: carrier.into(),
        shipping_provider: "DHL".into(),
        settings: toml::Table::new(),
    }
}

/// Mandator 1 sells, and counts its documents without the year.
fn seller() -> Billing {
    let text = |text: &str| text.to_owned();
    let seller = crate::domain::invoice::Seller {
        name: text("Seller Ltd"),
        street: text("High Street 1"),
        postal_code: text("96047"),
        city: text("Bamberg"),
        country: text("DE"),
        vat_id: Some(text("DE1")),
        ..Default::default()
    };
    let series = |text: &str| Series::parse(text).unwrap();
    Billing {
        invoice_number: series("RE-{number}"),
        credit_note_number: series("GU-{number}"),
        delivery_note_number: series("LS-{number}"),
        ..Billing::new(MandatorId(1), seller)
    }
}

/// An ERP user for all mandators.
pub(crate) fn user(name: &str) -> User {
    User {
        name: name.into(),
        password_hash: SecretString::from(String::new()),
        role: Role::Erp,
        mandators: Vec::new(),
        replay_by_content: true,
        strict: false,
        ws_security: None,
    }
}
