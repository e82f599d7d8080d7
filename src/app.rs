//! The start: puts store, dispatcher and HTTP together. `main` knows only this.

mod error;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use secrecy::{ExposeSecret, SecretString};

pub use error::{DatabaseStanding, Error};

use crate::config::{Role, Settings, User, database};
use crate::connectors::sandbox::{HttpReply, Token};
use crate::connectors::{self, ChannelError, Connector, Sandboxes};
use crate::dispatch::Dispatcher;
use crate::dispatch::bell::Bell;
use crate::dispatch::report::{CODES, Report};
use crate::domain::{Failure, Patience, Reader, Stamp};
use crate::exchange;
use crate::http::{self, Annex, Answered, Asked, Page, Site};
use crate::metrics::{self, Metrics};
use crate::operations::Gateway;
use crate::preparation;
use crate::status::Board;
use crate::store::{self, Sole, Standing, Store, accounts, configured, messages, prices};
use crate::support::Desk;

/// How often a command looks whether the gateway has done what it asked for, and how long it waits for a gateway.
const LOOK: Duration = Duration::from_millis(200);
const NO_GATEWAY: Duration = Duration::from_secs(5);

/// What one account's channel said to `kontor check --connect`.
#[derive(Debug, Clone)]
pub struct ConnectionReport {
    pub account_id: i32,
    pub identifier: String,
    /// A line for the admin; the reason where the channel could not be used.
    pub result: Result<String, ChannelError>,
}

/// Runs until the process is told to stop. `started` is called once, when the listener is bound.
///
/// # Errors
/// Why the gateway could not start or go on.
pub fn serve(mut settings: Settings, started: impl FnOnce(&Settings)) -> Result<(), Error> {
    if let Some(fault) = database::folder_fault(settings.database.expose_secret()) {
        return Err(Error::DatabasePlace(fault));
    }
    let listener = TcpListener::bind(settings.server.listen).map_err(|source| Error::Listen { listen: settings.server.listen, source })?;
    take_real_port(&mut settings, &listener);
    let sandboxes = Sandboxes::new();
    let connectors = connectors_of(&settings, &sandboxes)?;
    let _sole = Sole::of(settings.database.expose_secret()).map_err(Error::DatabasePlace)?;
    let store = open(settings.database.expose_secret(), settings.patience)?;
    prepare(&settings, &store)?;
    let settings = Arc::new(settings);
    let bell = Arc::new(Bell::default());
    let gateway = Arc::new(Gateway { settings: Arc::clone(&settings), store: store.clone(), bell: Arc::clone(&bell) });
    let metrics = Arc::new(Metrics::default());
    let dispatcher = Dispatcher::start(Arc::clone(&settings), store.clone(), bell, Arc::clone(&metrics), connectors);
    let board = Board { settings: Arc::clone(&settings), store: store.clone(), metrics: Arc::clone(&metrics), started: Stamp::now() };
    let shown = store.clone();
    let routes = move |config: &mut web::ServiceConfig| {
        config.app_data(web::Data::new(shown.clone())).route("/images/{digest}", web::get().to(picture));
    };
    let told = Arc::clone(&settings);
    let site = Site {
        gateway,
        ready: |gateway| gateway.store.ready().is_ok(),
        pages: pages(board),
        annexes: vec![sandbox(settings.demo, sandboxes)],
        metrics,
    };
    let served = http::serve(site, listener, routes, move |bound| {
        log::info!("listening on http://{}", bound.address);
        started(&told);
    });
    dispatcher.stop();
    store.close();
    served.map_err(Error::Serve)
}

fn pages(board: Board) -> Vec<Page> {
    let board = Arc::new(board);
    let page = |path, content_type, roles, body: fn(&Board, &User) -> Result<String, Failure>| {
        let board = Arc::clone(&board);
        Page { path, content_type, roles, of_all_mandators: false, body: Box::new(move |user| body(&board, user)) }
    };
    // A monitoring system shall not need a login that may write.
    let metrics = page("/metrics", metrics::CONTENT_TYPE, &[Role::Read, Role::Admin], Board::metrics);
    vec![
        page("/status", "text/html; charset=utf-8", &[Role::Admin], Board::page),
        page("/status.json", "application/json", &[Role::Admin], Board::json),
        Page { of_all_mandators: true, ..metrics },
    ]
}

/// With port 0 the system chooses; addresses that clients see follow.
fn take_real_port(settings: &mut Settings, listener: &TcpListener) {
    if settings.server.listen.port() != 0 {
        return;
    }
    if let Ok(address) = listener.local_addr() {
        settings.server.public_url = settings.server.public_url.replace(":0", &format!(":{}", address.port()));
        settings.server.listen = address;
    }
}

type AnyConnector = Box<dyn Connector>;

fn connectors_of(settings: &Settings, sandboxes: &Sandboxes) -> Result<Vec<(i32, AnyConnector)>, Error> {
    let active = settings.accounts.iter().filter(|account| account.active);
    active.map(|account| Ok((account.account_id, connectors::build(account, settings.dispatch.channel_timeout, sandboxes)?))).collect()
}

/// Opens the database with the newest schema; what an earlier program stored is completed.
fn open(database: &str, patience: Patience) -> Result<Store, Failure> {
    let store = Store::open_with(database, patience)?;
    preparation::fill_columns(&store)?;
    Ok(store)
}

/// Brings what the configuration defines into the database: price lists that do not exist yet, and the times at which
/// accounts were first seen and changed.
fn prepare(settings: &Settings, store: &Store) -> Result<(), Failure> {
    let (seeds, settled) = (settings.pricelists.clone(), settings.clone());
    let accounts: Vec<configured::Entry> = settings.accounts.iter().map(crate::operations::accounts::entry_of).collect();
    store.write(move |tx| {
        for seed in &seeds {
            if prices::by_identifier(&mut tx.conn, seed.mandator_id, &seed.identifier)?.is_none() {
                prices::seed(tx, seed.mandator_id, &seed.identifier, seed.currency, seed.gross)?;
            }
        }
        preparation::take_over(tx, &settled)?;
        configured::note(tx, "account", &accounts)
    })
}

/// Brings the database to the newest schema; answers with a line on what was done.
pub fn migrate(database: &SecretString) -> Result<String, Error> {
    let database = database.expose_secret();
    if let Some(fault) = database::folder_fault(database) {
        return Err(Error::DatabasePlace(fault));
    }
    let done = store::migrate(database)?;
    open(database, Patience::default())?;
    Ok(match done.as_slice() {
        [] => format!("{}: nothing to do, the schema is up to date", database::for_display(database)),
        steps => format!("{}: migrated ({})", database::for_display(database), steps.join(", ")),
    })
}

/// What an account would show of an item, and why, as a table.
pub fn explain(settings: &Settings, account_id: i32, item: &str) -> Result<String, Error> {
    let account = settings.known_account(account_id)?;
    let store = open_existing(settings)?;
    let zone = settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let language = settings.language_of(account.mandator_id);
    let frame = preparation::Frame { account, public_url: &settings.server.public_url, today: Stamp::now().day_in(zone) };
    let explained = store.read(|conn| {
        let found = store::items::ids_by_number(conn, account.mandator_id, &[item])?;
        let Some((_, item_id)) = found.first() else { return Ok(None) };
        Ok(preparation::explain(conn, &frame, *item_id)?.map(|explanation| explanation.table(language)))
    });
    explained?.ok_or_else(|| Error::UnknownItem { mandator_id: account.mandator_id, item: item.to_owned() })
}

/// What is found out beside the configuration file.
#[derive(Debug)]
pub struct Connections {
    /// One line about the database, and whether the gateway can use it.
    pub database: Result<String, Error>,
    pub accounts: Vec<ConnectionReport>,
}

/// Looks at the database, and proves address and credentials of every active account.
pub fn check_connections(settings: &Settings) -> Result<Connections, Error> {
    let database = look(settings).and_then(|found| match found.standing {
        Standing::Newer(_) => Err(Error::DatabaseStanding(found)),
        // Starting the gateway mends it.
        Standing::Missing | Standing::Empty | Standing::Older(_) | Standing::Current => Ok(found.to_string()),
    });
    let sandboxes = Sandboxes::new();
    let mut accounts = Vec::new();
    for account in settings.accounts.iter().filter(|account| account.active) {
        let connector = connectors::build(account, settings.dispatch.channel_timeout, &sandboxes)?;
        accounts.push(ConnectionReport {
            account_id: account.account_id,
            identifier: account.identifier.clone(),
            result: connector.check(),
        });
    }
    Ok(Connections { database, accounts })
}

/// The offers of an account as a document of the XML exchange, and how many there are. A gateway may run meanwhile.
pub fn export_offers(settings: &Settings, account_id: i32) -> Result<(String, usize), Error> {
    let account = settings.known_account(account_id)?;
    let store = open_existing(settings)?;
    let zone = settings.mandator(account.mandator_id).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let today = Stamp::now().day_in(zone);
    let offers = store.read(|conn| exchange::offers_of(conn, account, today))?;
    Ok((exchange::to_xml(&offers).map_err(Error::Document)?, offers.offers.len()))
}

/// A support desk at the database of a gateway, which may run meanwhile.
pub fn desk(settings: Settings) -> Result<Desk, Error> {
    let store = open_existing(&settings)?;
    Ok(Desk { settings, store })
}

/// What a gateway has stored, as it is: only `serve` and `migrate` create or migrate a database.
fn open_existing(settings: &Settings) -> Result<Store, Error> {
    let standing = look(settings)?;
    match standing.standing {
        Standing::Current => Ok(Store::open_migrated(settings.database.expose_secret(), settings.patience)?),
        _ => Err(Error::DatabaseStanding(standing)),
    }
}

fn look(settings: &Settings) -> Result<DatabaseStanding, Error> {
    let database = settings.database.expose_secret();
    if let Some(fault) = database::folder_fault(database) {
        return Err(Error::DatabasePlace(fault));
    }
    Ok(DatabaseStanding { database: database::for_display(database), standing: store::standing(database, settings.patience)? })
}

/// Has the gateway compare an account with its channel, waits for it, and gives the differences and counts as text. The
/// request is kept where nobody works on the account; this process itself talks to no channel.
pub fn reconcile(settings: &Settings, account_id: i32, repair: bool, import: bool) -> Result<String, Error> {
    let account = settings.known_account(account_id)?;
    if !account.active {
        return Err(Error::InactiveAccount(account_id));
    }
    let store = open_existing(settings)?;
    let asked = move |tx: &mut store::Tx<'_>| accounts::want_reconciliation(tx, account_id, repair, import).map(|()| tx.stamp);
    let wanted = store.write(asked)?;
    let mut alone_since = Instant::now();
    loop {
        let work = store.read(|conn| accounts::work_of(conn, account_id))?;
        let Some(work) = work else { return Err(Error::WorkTakenAway(account_id)) };
        if work.reconcile_served >= wanted.0 {
            let reader = Reader { language: settings.language_of(account.mandator_id), ..Reader::ADMIN };
            return reconciled(&store, account_id, reader, wanted, work.reconcile_report.as_deref());
        }
        if work.lease_until > Stamp::now().0 {
            alone_since = Instant::now();
        } else if alone_since.elapsed() > NO_GATEWAY {
            return Err(Error::NoGateway(account_id));
        }
        std::thread::sleep(LOOK);
    }
}

/// What a reconciliation left behind: its messages, and its counts in the last line.
fn reconciled(store: &Store, account_id: i32, reader: Reader, since: Stamp, report: Option<&str>) -> Result<String, Error> {
    let report: Report = serde_json::from_str(report.unwrap_or_default()).map_err(Error::Report)?;
    let messages = store.read(|conn| messages::since(conn, account_id, &CODES, since))?;
    let mut text: String = messages.iter().map(|message| format!("{}: {}\n", message.code, message.text(reader))).collect();
    text.push_str(&format!("account {account_id}: {report}\n"));
    if report.error.is_some() { Err(Error::NotReconciled(text.trim_end().to_owned())) } else { Ok(text) }
}

/// A picture that came inline, for channels to load. Public, as channels have no credentials here; its name is the
/// digest of its content, so it cannot be guessed and never changes.
async fn picture(store: web::Data<Store>, digest: web::Path<String>) -> HttpResponse {
    let found = web::block(move || store.read(|conn| store::items::image(conn, &digest))).await;
    match found {
        Ok(Ok(Some(picture))) => HttpResponse::Ok()
            .content_type(picture.media_type)
            .insert_header(("Cache-Control", "public, max-age=31536000, immutable"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .body(picture.content),
        Ok(Ok(None)) => HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is no such picture.\n"),
        _ => HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body("The database does not answer.\n"),
    }
}

/// The scripted shops' own small face. Everybody may shop in the demo; elsewhere it can book orders into real data.
fn sandbox(demo: bool, shops: Sandboxes) -> Annex {
    let answer = move |asked: &Asked| {
        let token = Token { field: http::TOKEN_FIELD, value: &asked.token };
        let HttpReply { status, content_type, body } = shops.handle(&asked.method, &asked.path, &asked.query, &asked.body, token);
        Answered { status, content_type, body }
    };
    Annex { path: "/sandbox", open: demo, style: connectors::sandbox::STYLE, answer: Box::new(answer) }
}
