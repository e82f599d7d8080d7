//! A small merchant: one mandator, one account, a few items; and a worker to be stepped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;

use super::script::{Script, Scripted};
use crate::config::{Account, Dispatch, Limits, Mandator, Replay, Server, Settings, fixture};
use crate::connectors::Connector;
use crate::dispatch::bell::Bell;
use crate::dispatch::channel::Channel;
use crate::dispatch::context::Context;
use crate::dispatch::inbound::Imported;
use crate::dispatch::worker::{Next, Worker};
use crate::domain::item::Item;
use crate::domain::offer::Wanted;
use crate::domain::order::OrderStatus;
use crate::domain::order::{ChannelOrder, FactKind};
use crate::domain::{AccountId, Failure, ItemId, Language, MandatorId, OfferId, OrderId, Stamp, WarehouseId, code};
use crate::metrics::Metrics;
use crate::on;
use crate::preparation::listings_of;
use crate::store::accounts::{self, WorkRow};
use crate::store::messages::MessageRow;
use crate::store::offers::OfferRow;
use crate::store::outbox::{self, OutboxStatus, StateRow, Topic};
use crate::store::schema::*;
use crate::store::stock::{self as stock_counts, Counted};
use crate::store::testing::{Guard, stores};
use crate::store::{Store, Tx, listings};

pub(crate) const ACCOUNT: AccountId = AccountId(1);

/// No chance, short pauses: 10 s, 100 s, 1 000 s.
pub(crate) fn dispatch_settings() -> Dispatch {
    Dispatch {
        wait: Duration::from_secs(1),
        synchronous_wait: Duration::from_secs(30),
        lease: Duration::from_secs(30),
        retry_ladder: [10, 100, 1000].map(Duration::from_secs).to_vec(),
        jitter: 0.0,
        give_up_after: Duration::from_secs(72 * 3600),
        keep_messages: Duration::from_secs(30 * 86_400),
        keep_feeds: Duration::ZERO,
        channel_timeout: Duration::from_secs(30),
    }
}

pub(crate) fn account(account_id: AccountId) -> Account {
    Account {
        identifier: format!("Shop {account_id}"),
        sub_channel_id: 900,
        connector: "scripted".into(),
        pricelists: vec!["default".into()],
        warehouses: vec![WarehouseId(1), WarehouseId(2)],
        carriers: BTreeMap::from([("DHL Paket".to_owned(), "dhl".to_owned())]),
        ..fixture::account(account_id.0, 1)
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        server: Server {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: "https://kontor.example".into(),
            workers: 1,
            trusted_proxies: Vec::new(),
            proxy_header: Default::default(),
        },
        database: String::new().into(),
        patience: crate::domain::Patience::default(),
        limits: Limits::default(),
        replay: Replay { window: Duration::from_secs(600), keyed: Duration::from_secs(7 * 86_400) },
        dispatch: dispatch_settings(),
        users: Vec::new(),
        mandators: vec![Mandator {
            mandator_id: MandatorId(1),
            identifier: "Merchant".into(),
            language: Language::En,
            time_zone: chrono_tz::Europe::Berlin,
        }],
        warehouses: Vec::new(),
        pricelists: Vec::new(),
        sub_channels: Vec::new(),
        accounts: vec![account(AccountId(1)), account(AccountId(2))],
        payment_methods: Vec::new(),
        order_tags: Vec::new(),
        shipping_carriers: Vec::new(),
        dispatch_types: Vec::new(),
        ..fixture::settings()
    }
}

pub(crate) struct World {
    pub name: String,
    pub store: Store,
    pub bell: Arc<Bell>,
    pub settings: Arc<Settings>,
    pub script: Arc<Script>,
    _guard: Guard,
}

/// Runs a test on each database.
pub(crate) fn everywhere(test: impl Fn(World)) {
    for (name, store, guard) in stores() {
        let world =
            World { name, store, bell: Arc::new(Bell::default()), settings: Arc::new(settings()), script: Script::new(100), _guard: guard };
        world.add_pricelist();
        test(world);
    }
}

impl World {
    /// A worker as another process would have it.
    pub(crate) fn worker_of(&self, owner: &str) -> Worker {
        self.worker_at(owner, Box::new(Scripted(Arc::clone(&self.script))))
    }

    /// A worker with another channel than the script.
    pub(crate) fn worker_at(&self, owner: &str, connector: Box<dyn Connector>) -> Worker {
        let (account, metrics) = (account(ACCOUNT), Arc::new(Metrics::default()));
        let channel = Channel::new(&account, connector, Arc::default(), Arc::clone(&metrics)).unwrap();
        let (settings, bell) = (Arc::clone(&self.settings), Arc::clone(&self.bell));
        let context = Context::new(settings, self.store.clone(), bell, metrics, account, channel);
        let mut worker = Worker::new(context, owner.to_owned());
        worker.lease.set_steal(false);
        worker.rounds.orders.import = import;
        worker
    }

    pub(crate) fn worker(&self) -> Worker {
        self.worker_of("this process")
    }

    pub(crate) fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static) -> T {
        self.store.write(work).unwrap()
    }

    fn add_pricelist(&self) {
        self.write(|tx| {
            on!(&mut tx.conn, c => diesel::insert_into(pricelists::table).values((
                pricelists::pricelist_id.eq(1),
                pricelists::mandator_id.eq(1),
                pricelists::identifier.eq("default"),
                pricelists::iso_currency.eq("EUR"),
                pricelists::rounding_id.eq(1),
                pricelists::gross.eq(true),
                pricelists::created_at.eq(0_i64),
                pricelists::created_by.eq("test"),
                pricelists::last_changed.eq(0_i64),
                pricelists::last_changed_by.eq("test"),
            )).execute(c))?;
            Ok(())
        });
        self.add_validity(1, None);
    }

    pub(crate) fn add_validity(&self, id: i32, period: Option<(String, String)>) {
        let (from, to) = period.unzip();
        self.write(move |tx| {
            on!(&mut tx.conn, c => diesel::insert_into(price_validities::table).values((
                price_validities::validity_id.eq(id),
                price_validities::pricelist_id.eq(1),
                price_validities::valid_from.eq(&from),
                price_validities::valid_to.eq(&to),
            )).execute(c))?;
            Ok(())
        });
    }

    /// An item `SKU-<id>` with an offer of the same number in the account, wanted but not running, nothing marked.
    pub(crate) fn add_offer(&self, id: i32, data: &str) {
        let data = data.to_owned();
        let document: Item = serde_json::from_str(&data).unwrap_or_default();
        self.write(move |tx| {
            on!(&mut tx.conn, c => diesel::insert_into(items::table).values((
                items::item_id.eq(id),
                items::mandator_id.eq(1),
                items::internal_item_number.eq(format!("SKU-{id}")),
                items::identifier.eq(format!("Item {id}")),
                items::tax_type_id.eq(1),
                items::created_at.eq(0_i64),
                items::created_by.eq("test"),
                items::last_changed.eq(0_i64),
                items::last_changed_by.eq("test"),
                items::data.eq(&data),
                items::delivery_time_id.eq(document.delivery_time_id),
                items::delivery_time_identifier.eq(&document.delivery_time_identifier),
            )).execute(c))?;
            listings::replace(tx, &[ItemId(id)], &listings_of(ItemId(id), &document))?;
            let offer = OfferRow { wanted: Wanted::Running, ..OfferRow::new(OfferId(id), MandatorId(1), ACCOUNT, ItemId(id), Stamp(0)) };
            on!(&mut tx.conn, c => diesel::insert_into(offers::table).values(&offer).execute(c))?;
            Ok(())
        });
    }

    pub(crate) fn set_price(&self, validity: i32, id: i32, price: i64) {
        self.write(move |tx| {
            on!(&mut tx.conn, c => diesel::insert_into(prices::table)
                .values((prices::validity_id.eq(validity), prices::item_id.eq(id), prices::price.eq(price)))
                .execute(c))?;
            Ok(())
        });
    }

    pub(crate) fn set_stock(&self, id: i32, warehouse: i32, count: i32) {
        self.write(move |tx| set_stock(tx, id, warehouse, count));
    }

    /// An offer that runs at the channel, with a price of 9.90 and a stock of 5.
    pub(crate) fn add_running(&self, id: i32) {
        self.add_offer(id, "{}");
        self.set_price(1, id, 99_000);
        self.set_stock(id, 1, 5);
        self.write(move |tx| {
            on!(&mut tx.conn, c => diesel::update(offers::table.find(id))
                .set((offers::state.eq(1), offers::external_offer_number.eq(format!("X-SKU-{id}"))))
                .execute(c))?;
            Ok(())
        });
    }

    pub(crate) fn mark(&self, id: i32, topics: &[Topic]) {
        let dirty: Vec<_> = topics.iter().map(|topic| (OfferId(id), ACCOUNT, *topic)).collect();
        self.write(move |tx| outbox::mark(tx, &dirty));
    }

    /// An open order of the account with one piece of each item, reserved in warehouse 1.
    pub(crate) fn add_order(&self, order_id: i32, items: &[i32]) {
        let items = items.to_vec();
        self.write(move |tx| add_order(tx, order_id, &format!("M-{order_id}"), &items));
    }

    /// A fact with this payload, whether a program could have written it or not.
    pub(crate) fn add_fact(&self, order_id: i32, key: &str, payload: &str) {
        let (key, payload) = (key.to_owned(), payload.to_owned());
        self.write(move |tx| {
            outbox::add_fact(tx, ACCOUNT, OrderId(order_id), &key, &FactKind::Acknowledged)?;
            on!(&mut tx.conn, c => diesel::update(outbox_facts::table.filter(outbox_facts::fact_key.eq(&key)))
                .set((outbox_facts::kind.eq("test"), outbox_facts::payload.eq(&payload)))
                .execute(c))?;
            Ok(())
        });
    }

    pub(crate) fn offer(&self, id: i32) -> OfferRow {
        self.store.read(|conn| crate::store::offers::by_ids(conn, &[OfferId(id)])).unwrap().pop().unwrap()
    }

    pub(crate) fn rows(&self, id: i32) -> Vec<StateRow> {
        self.store.read(|conn| outbox::rows_of(conn, &[OfferId(id)])).unwrap()
    }

    pub(crate) fn fact_states(&self) -> Vec<(String, OutboxStatus)> {
        self.store
            .read(|conn| {
                Ok(on!(conn, c => outbox_facts::table
                    .order(outbox_facts::fact_id)
                    .select((outbox_facts::fact_key, outbox_facts::status))
                    .load(c))?)
            })
            .unwrap()
    }

    pub(crate) fn messages(&self) -> Vec<MessageRow> {
        self.store
            .read(|conn| {
                Ok(on!(conn, c => upload_messages::table
                    .order(upload_messages::message_id)
                    .select(MessageRow::as_select())
                    .load(c))?)
            })
            .unwrap()
    }

    pub(crate) fn orders(&self) -> Vec<Option<String>> {
        self.store
            .read(|conn| {
                Ok(on!(conn, c => orders::table
                    .order(orders::order_id)
                    .select(orders::marketplace_order_id)
                    .load(c))?)
            })
            .unwrap()
    }

    pub(crate) fn work(&self) -> WorkRow {
        self.store.read(|conn| accounts::work_of(conn, ACCOUNT)).unwrap().unwrap()
    }
}

/// Seconds from now.
pub(crate) fn later(seconds: i64) -> Stamp {
    Stamp::now().plus_millis(seconds * 1000)
}

/// Steps a worker until it would sleep.
pub(crate) fn run(worker: &mut Worker, now: Stamp) -> Stamp {
    for _ in 0..1000 {
        if let Next::At(time) = worker.step(now).unwrap() {
            return time;
        }
    }
    panic!("the worker never rests");
}

pub(crate) fn set_stock(tx: &mut Tx<'_>, id: i32, warehouse: i32, count: i32) -> Result<(), Failure> {
    let counted = Counted { item_id: ItemId(id), warehouse_id: WarehouseId(warehouse), mandator_id: MandatorId(1), stock_count: count };
    stock_counts::save(tx, vec![counted])
}

fn add_order(tx: &mut Tx<'_>, id: i32, number: &str, items: &[i32]) -> Result<(), Failure> {
    on!(&mut tx.conn, c => diesel::insert_into(orders::table).values((
        orders::order_id.eq(id),
        orders::mandator_id.eq(1),
        orders::account_id.eq(ACCOUNT),
        orders::sub_channel_id.eq(900),
        orders::order_number.eq(id),
        orders::marketplace_order_id.eq(number),
        orders::marketplace_order_id_2.eq("second"),
        orders::created_at.eq(0_i64),
        orders::last_changed.eq(0_i64),
        orders::last_changed_by.eq("test"),
        orders::order_status_id.eq(OrderStatus::New),
        orders::complete_status.eq(0),
        orders::workflow.eq(1),
        orders::data.eq("{}"),
    )).execute(c))?;
    for (position, item) in (0..).zip(items) {
        on!(&mut tx.conn, c => diesel::insert_into(order_items::table).values((
            order_items::order_item_id.eq(id * 100 + position),
            order_items::order_id.eq(id),
            order_items::item_id.eq(item),
            order_items::identifier.eq("item"),
            order_items::quantity.eq(1),
            order_items::price.eq(1_i64),
        )).execute(c))?;
        on!(&mut tx.conn, c => diesel::insert_into(reservations::table).values((
            reservations::order_item_id.eq(id * 100 + position),
            reservations::warehouse_id.eq(1),
            reservations::item_id.eq(item),
            reservations::quantity.eq(1),
        )).execute(c))?;
    }
    Ok(())
}

/// Stores new orders; one that is called `bad` cannot be stored.
pub(crate) fn import(tx: &mut Tx<'_>, _settings: &Settings, _account: &Account, order: &ChannelOrder) -> Result<Imported, Failure> {
    if order.order_id == "bad" {
        return Err(Failure::new(code::INTERNAL, ["bad order"]));
    }
    let known: i64 = on!(&mut tx.conn, c => orders::table
        .filter(orders::marketplace_order_id.eq(&order.order_id))
        .count()
        .get_result(c))?;
    if known > 0 {
        return Ok(Imported::Unchanged);
    }
    let order_id = crate::store::next_id(tx, "order")?;
    add_order(tx, order_id, &order.order_id, &[])?;
    Ok(Imported::New { order_id: OrderId(order_id), accounts: vec![ACCOUNT, AccountId(2)] })
}

pub(crate) fn channel_order(order_id: &str) -> ChannelOrder {
    ChannelOrder { order_id: order_id.into(), currency: "EUR".into(), paid: true, ..ChannelOrder::default() }
}
