//! The file as it is written, before any check. Every key is optional here, so that the checks can name what is
//! missing in their own words; serde only refuses unknown keys and wrong types.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::mail::MailTls;
use super::{Listing, ProxyHeader, Role};
use crate::domain::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawWsSecurity {
    Text,
    Digest,
}

macro_rules! raw {
    ($($(#[$note:meta])* $name:ident { $($key:ident: $kind:ty),* $(,)? })*) => { $(
        $(#[$note])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub(super) struct $name { $(pub $key: $kind),* }

        impl $name {
            /// For the test that the documentation names every key.
            #[cfg(test)]
            pub(crate) const KEYS: &'static [&'static str] = &[$(stringify!($key)),*];
        }
    )* };
}

raw! {
    RawFile {
        server: RawServer,
        database: RawDatabase,
        limits: RawLimits,
        replay: RawReplay,
        dispatch: RawDispatch,
        calls: RawCalls,
        users: Vec<RawUser>,
        documents: RawFileFolder,
        media: RawFileFolder,
        mandators: Vec<RawMandator>,
        sellers: Vec<RawSeller>,
        warehouses: Vec<RawWarehouse>,
        pricelists: Vec<RawPricelist>,
        sub_channels: Vec<RawSubChannel>,
        payment_methods: Vec<RawPaymentMethod>,
        order_tags: Vec<RawOrderTag>,
        shipping_carriers: Vec<RawShippingCarrier>,
        dispatch_types: Vec<RawDispatchType>,
        carriers: Vec<RawCarrier>,
        suppliers: Vec<RawSupplier>,
        media_module_types: Vec<RawMediaType>,
        mail: Option<RawMail>,
        alarms: RawAlarms,
        payments: RawPayments,
        accounts: Vec<RawAccount>,
    }
    RawAlarms {
        webhook: Option<String>,
        webhook_env: Option<String>,
        webhook_file: Option<String>,
        webhook_token: Option<String>,
        webhook_token_env: Option<String>,
        webhook_token_file: Option<String>,
        email_to: Option<Vec<String>>,
        email_from: Option<String>,
        repeat_hours: Option<i64>,
        failing_minutes: Option<i64>,
        queue_age_minutes: Option<i64>,
    }
    RawServer {
        listen: Option<String>,
        public_url: Option<String>,
        workers: Option<i64>,
        trusted_proxies: Option<Vec<String>>,
        proxy_header: Option<ProxyHeader>,
    }
    RawDatabase {
        url: Option<String>,
        url_env: Option<String>,
        url_file: Option<String>,
        connect_seconds: Option<i64>,
        lock_seconds: Option<i64>,
        statement_seconds: Option<i64>,
        turn_seconds: Option<i64>,
    }
    RawLimits {
        body_bytes: Option<i64>,
        inflated_bytes: Option<i64>,
        inflated_ratio: Option<i64>,
        answer_bytes: Option<i64>,
        xml_depth: Option<i64>,
        xml_attributes: Option<i64>,
        xml_name_bytes: Option<i64>,
        xml_elements: Option<i64>,
        records: Option<i64>,
        request_seconds: Option<i64>,
        waiting_calls: Option<i64>,
        memory_bytes: Option<i64>,
        slow_seconds: Option<i64>,
        slow_bytes: Option<i64>,
        connections: Option<i64>,
    }
    RawReplay { window_seconds: Option<i64>, keyed_days: Option<i64> }
    RawCalls { keep_days: Option<i64>, most: Option<i64>, payload_days: Option<i64>, payload_bytes: Option<i64> }
    RawDispatch {
        wait_ms: Option<i64>,
        synchronous_wait_seconds: Option<i64>,
        lease_seconds: Option<i64>,
        retry_ladder_seconds: Option<Vec<i64>>,
        jitter: Option<f64>,
        give_up_after_hours: Option<i64>,
        keep_messages_days: Option<i64>,
        keep_feeds_days: Option<i64>,
        channel_timeout_seconds: Option<i64>,
    }
    RawUser {
        name: Option<String>,
        password_hash: Option<String>,
        password_hash_env: Option<String>,
        password_hash_file: Option<String>,
        role: Option<Role>,
        mandators: Option<Vec<i64>>,
        replay_by_content: Option<bool>,
        strict: Option<bool>,
        ws_security: Option<RawWsSecurity>,
        password_env: Option<String>,
        password_file: Option<String>,
    }
    RawMandator {
        mandator_id: Option<i64>,
        identifier: Option<String>,
        language: Option<Language>,
        time_zone: Option<String>,
    }
    RawFileFolder { folder: Option<String>, largest_bytes: Option<i64> }
    RawSeller {
        mandator_id: Option<i64>,
        name: Option<String>,
        street: Option<String>,
        postal_code: Option<String>,
        city: Option<String>,
        country: Option<String>,
        vat_id: Option<String>,
        tax_number: Option<String>,
        contact: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        iban: Option<String>,
        bic: Option<String>,
        bank: Option<String>,
        footer: Vec<String>,
        tax_exemption: Option<String>,
        payment_days: Option<i64>,
        invoice_number: Option<String>,
        credit_note_number: Option<String>,
        delivery_note_number: Option<String>,
    }
    RawCarrier {
        identifier: Option<String>,
        mandator_id: Option<i64>,
        carrier: Option<String>,
        shipping_provider: Option<String>,
        settings: toml::Table,
    }
    RawWarehouse {
        warehouse_id: Option<i64>,
        mandator_id: Option<i64>,
        code: Option<String>,
        identifier: Option<String>,
    }
    RawPricelist {
        mandator_id: Option<i64>,
        identifier: Option<String>,
        currency: Option<String>,
        gross: Option<bool>,
    }
    RawSubChannel { sub_channel_id: Option<i64>, identifier: Option<String>, channel: Option<String> }
    RawPaymentMethod { payment_method_id: Option<i64>, identifier: Option<String> }
    RawOrderTag { tag_id: Option<i64>, identifier: Option<String>, mandator_id: Option<i64> }
    RawShippingCarrier { shipping_provider_id: Option<i64>, identifier: Option<String>, external_id: Option<String> }
    RawDispatchType { dispatch_type_id: Option<i64>, identifier: Option<String>, external_id: Option<String> }
    RawSupplier { supplier_id: Option<i64>, mandator_id: Option<i64>, identifier: Option<String>, external_id: Option<String> }
    RawMediaType { media_module_type_id: Option<i64>, mandator_id: Option<i64>, identifier: Option<String> }
    RawPayments { look_seconds: Option<i64>, folders: Vec<RawPaymentFolder>, instructions: Vec<RawPaymentInstruction> }
    RawPaymentFolder { path: Option<String>, mandator_id: Option<i64>, account: Option<String> }
    RawPaymentInstruction { payment_method_id: Option<i64>, mandator_id: Option<i64>, text: Option<String> }
    RawAccount {
        account_id: Option<i64>,
        mandator_id: Option<i64>,
        identifier: Option<String>,
        sub_channel_id: Option<i64>,
        active: Option<bool>,
        connector: Option<String>,
        pricelist: Option<String>,
        further_pricelists: Vec<String>,
        warehouses: Option<Vec<String>>,
        default_category: Option<String>,
        title_text_module: Option<i64>,
        description_text_module: Option<i64>,
        language: Option<String>,
        listing: Option<Listing>,
        carriers: BTreeMap<String, String>,
        dispatch_types: BTreeMap<String, String>,
        poll_interval_seconds: Option<i64>,
        order_number_prefix: Option<String>,
        category_mapping: BTreeMap<String, String>,
        title_rule: Option<String>,
        description_template: Option<String>,
        image_order: Vec<i64>,
        delivery_times: BTreeMap<String, String>,
        delivery_charges: BTreeMap<String, String>,
        shipping_groups: Vec<String>,
        tax_classes: BTreeMap<String, String>,
        reconcile_every_hours: Option<i64>,
        reconcile_repair: Option<bool>,
        silence_alarm_hours: Option<i64>,
        ca_file: Option<String>,
        rate_limits: RawRateLimits,
        settings: toml::Table,
    }
    RawMail {
        host: Option<String>,
        port: Option<i64>,
        tls: Option<MailTls>,
        ca_file: Option<String>,
        username: Option<String>,
        password: Option<String>,
        password_env: Option<String>,
        password_file: Option<String>,
        hello_name: Option<String>,
        timeout_seconds: Option<i64>,
        per_minute: Option<i64>,
        retry_ladder_seconds: Option<Vec<i64>>,
        give_up_after_hours: Option<i64>,
        confirm_within_hours: Option<i64>,
        never_to: Option<Vec<String>>,
        templates: Option<String>,
        tracking: BTreeMap<String, String>,
        senders: Vec<RawMailSender>,
    }
    RawMailSender {
        mandator_id: Option<i64>,
        account_id: Option<i64>,
        from: Option<String>,
        from_name: Option<String>,
        reply_to: Option<String>,
        events: Option<Vec<String>>,
    }
    RawRateLimits {
        submit: Option<RawRate>,
        pull_orders: Option<RawRate>,
        push_fact: Option<RawRate>,
        list_offers: Option<RawRate>,
        poll_task: Option<RawRate>,
        read_back: Option<RawRate>,
        transfer: Option<RawRate>,
        pull_contacts: Option<RawRate>,
        categories: Option<RawRate>,
    }
    RawRate { calls: Option<i64>, seconds: Option<i64> }
}
