//! What `kontor serve --demo` runs on: no file, an embedded database, a scripted channel.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::domain::invoice::Seller;
use crate::domain::{AccountId, MandatorId, WarehouseId};

/// In the current folder.
pub(crate) const DEMO_DATABASE: &str = "kontor-demo.sqlite";
/// Of the users `erp` and `admin`.
pub(crate) const DEMO_PASSWORD: &str = "demo";
/// The account on the scripted channel.
pub(crate) const DEMO_ACCOUNT: i32 = 1000;

/// Argon2id of `DEMO_PASSWORD`. Computed once: the demo starts at once and its users keep working over restarts.
const DEMO_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM";
const MANDATOR: i32 = 1;
const WAREHOUSE: i32 = 1;
const SUB_CHANNEL: i32 = 9000;

impl Settings {
    /// The fixed demo world.
    pub fn demo(listen: SocketAddr, database: &str) -> Settings {
        let user = |name: &str, role| User {
            name: name.to_owned(),
            password_hash: SecretString::from(DEMO_HASH),
            role,
            mandators: Vec::new(),
            replay_by_content: true,
            strict: false,
            ws_security: None,
        };
        let payment = |payment_method_id, identifier: &str| PaymentMethod { payment_method_id, identifier: identifier.to_owned() };
        // In a container the demo listens everywhere, and clients find it through a published port.
        let everywhere = listen.ip().is_unspecified();
        let public_url = if everywhere { format!("http://localhost:{}", listen.port()) } else { format!("http://{listen}") };
        Settings {
            server: Server { listen, public_url, workers: 2, trusted_proxies: Vec::new(), proxy_header: ProxyHeader::default() },
            database: SecretString::from(database),
            patience: Patience::default(),
            limits: Limits::default(),
            replay: Replay::default(),
            dispatch: Dispatch::default(),
            calls: Calls::of_a_demo(),
            users: vec![user("erp", Role::Erp), user("admin", Role::Admin)],
            documents: FileFolder::documents(database, std::path::Path::new("")),
            media: FileFolder::media(database, std::path::Path::new("")),
            mandators: vec![Mandator {
                mandator_id: MandatorId(MANDATOR),
                identifier: "Demo".to_owned(),
                language: Language::En,
                time_zone: Tz::Europe__Berlin,
            }],
            sellers: vec![demo_seller()],
            warehouses: vec![Warehouse {
                warehouse_id: WarehouseId(WAREHOUSE),
                mandator_id: MandatorId(MANDATOR),
                code: "standard".to_owned(),
                identifier: "Standard".to_owned(),
            }],
            pricelists: vec![PricelistSeed {
                mandator_id: MandatorId(MANDATOR),
                identifier: "default".to_owned(),
                currency: Currency::EUR,
                gross: true,
            }],
            sub_channels: vec![
                SubChannel::phone_sales(),
                SubChannel { sub_channel_id: SUB_CHANNEL, identifier: "Sandbox".to_owned(), channel: "Sandbox".to_owned() },
            ],
            accounts: vec![demo_account(database)],
            payment_methods: vec![payment(7, "prepayment"), payment(8, "cash on delivery"), payment(9, "collection")],
            order_tags: OrderTag::predefined().chain([custom_tag(100, "GIFT")]).collect(),
            shipping_carriers: vec![shipping_word(1, "DHL", Some("dhl_ext")), shipping_word(2, "UPS", None)],
            suppliers: vec![demo_supplier()],
            media_types: vec![demo_media_type()],
            dispatch_types: vec![shipping_word(1, "STANDARD", Some("standard_ext")), shipping_word(2, "EXPRESS", None)],
            mail: None,
            alarms: Default::default(),
            payments: Payments { instructions: vec![instruction()], ..Payments::default() },
            carriers: vec![demo_carrier()],
            demo: true,
        }
    }
}

fn demo_seller() -> Billing {
    let text = |text: &str| Some(text.to_owned());
    let seller = Seller {
        name: "Demo GmbH".to_owned(),
        street: "Musterweg 1".to_owned(),
        postal_code: "96047".to_owned(),
        city: "Bamberg".to_owned(),
        country: "DE".to_owned(),
        vat_id: text("DE123456789"),
        email: text("billing@example.com"),
        phone: text("+49 951 000000"),
        contact: text("Accounts"),
        iban: text("DE02120300000000202051"),
        bic: text("BYLADEM1001"),
        bank: text("Demo Bank"),
        ..Seller::default()
    };
    // Without the year, so that the samples of the calls hold in each.
    let series = |text: &str| Series::parse(text).unwrap_or_else(|_| Series::plain());
    Billing {
        invoice_number: series("RE-{number}"),
        credit_note_number: series("GU-{number}"),
        delivery_note_number: series("LS-{number}"),
        ..Billing::new(MandatorId(MANDATOR), seller)
    }
}

/// Labels for trials.
fn demo_carrier() -> CarrierAccount {
    CarrierAccount {
        identifier: "parcels".to_owned(),
        mandator_id: MandatorId(MANDATOR),
        carrier: "sandbox".to_owned(),
        shipping_provider: "DHL".to_owned(),
        settings: toml::Table::new(),
    }
}

fn demo_supplier() -> Supplier {
    Supplier {
        supplier_id: 1,
        mandator_id: MandatorId(MANDATOR),
        identifier: "Großhandel Nord".to_owned(),
        external_id: Some("70001".to_owned()),
    }
}

fn demo_media_type() -> MediaType {
    MediaType { media_module_type_id: 1, mandator_id: MandatorId(MANDATOR), identifier: "Manual".to_owned() }
}

fn custom_tag(tag_id: i32, identifier: &str) -> OrderTag {
    OrderTag { tag_id, identifier: identifier.to_owned(), custom: true, mandator_id: None }
}

fn shipping_word(id: i32, identifier: &str, external_id: Option<&str>) -> ShippingWord {
    ShippingWord { id, identifier: identifier.to_owned(), external_id: external_id.map(str::to_owned) }
}

/// The shop's memory lies beside the database, so that both survive a restart together.
fn demo_account(database: &str) -> Account {
    let mut settings = toml::Table::new();
    if !super::database::is_postgres(database) {
        settings.insert("state_path".to_owned(), toml::Value::String(format!("{database}.sandbox.json")));
    }
    Account {
        account_id: AccountId(DEMO_ACCOUNT),
        mandator_id: MandatorId(MANDATOR),
        identifier: "Sandbox".to_owned(),
        sub_channel_id: SUB_CHANNEL,
        active: true,
        connector: "sandbox".to_owned(),
        pricelists: vec!["default".to_owned()],
        warehouses: vec![WarehouseId(WAREHOUSE)],
        default_category: None,
        title_text_module: None,
        // The type id of the reference's own samples, so that those work in the demo as they are.
        description_text_module: Some(15),
        language: "de".to_owned(),
        listing: Listing::ByCall,
        carriers: BTreeMap::from([("DHL".to_owned(), "dhl".to_owned())]),
        dispatch_types: BTreeMap::from([("EXPRESS".to_owned(), "express".to_owned())]),
        poll_interval: Duration::from_secs(1),
        order_number_prefix: "SB-".to_owned(),
        preparation: Preparation::default(),
        reconciliation: Reconciliation::default(),
        silence_alarm: None,
        rate_limits: Rates::new(),
        ca_file: None,
        settings,
    }
}

/// For prepayment (7).
fn instruction() -> PaymentInstruction {
    let text = "Please transfer the amount to DE65 9999 0001 0000 1234 56 and name the number of your order.";
    PaymentInstruction { payment_method_id: 7, mandator_id: MandatorId(MANDATOR), text: text.to_owned() }
}

/// What `serve --demo` prints once it listens.
pub(crate) fn banner(settings: &Settings) -> String {
    let base = &settings.server.public_url;
    let mut text = format!(
        "\
Kontor demo, data in {database}

  compat endpoint  {base}/ws/connect
            WSDL   {base}/ws/connect?wsdl
  typed endpoint   {base}/ws/v1
            WSDL   {base}/ws/v1?wsdl          (SOAP 1.2: {base}/ws/v1?wsdl=soap12)
  sandbox channel  {base}/sandbox/{DEMO_ACCOUNT}
  status           {base}/status            (user admin; also /status.json, /metrics, /health)

  users            erp / {DEMO_PASSWORD}, admin / {DEMO_PASSWORD}

Try next: open {base} for a tour of five steps, or `kontor call --list`; README.md has calls to copy.
For your own channels: copy kontor.example.toml and run kontor check --config FILE.
",
        database = database::for_display(settings.database.expose_secret()),
    );
    if !settings.server.listen.ip().is_loopback() {
        text.push_str("\nWarning: other machines can reach this demo, and its passwords are public.\n");
    }
    text
}
