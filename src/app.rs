//! The start: puts store, dispatcher and HTTP together.

mod database;
mod error;
mod reload;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use secrecy::ExposeSecret;

use database::open;
pub(crate) use database::{announced, check_place, migrate, open_existing, rehearse_migration, standing};
pub use error::{DatabaseStanding, Error};
use reload::{Desk, KnownFaces, Offered, Running};

use crate::alarms::Alarms;
use crate::carriers::{self, Service};
use crate::config::database::for_display;
use crate::config::{Account, CarrierAccount, Reload, Role, Settings, Source, User};
use crate::connectors::{self, Connector, Delivery, FaceReply, FaceRequest, Faces, Token};
use crate::console::Console;
use crate::dispatch::bell::Bell;
use crate::dispatch::{Dispatcher, Hints};
use crate::domain::media::MediaKind;
use crate::domain::{Failure, Stamp};
use crate::files::Folder;
use crate::http::{self, Annex, Answered, Asked, Journaling, Live, Page, Picture, Served, Site, Size};
use crate::journal::Journal;
use crate::mail::{self, Mailer};
use crate::metrics::{self, Metrics};
use crate::operations::Gateway;
use crate::preparation;
use crate::status::Board;
use crate::store::{Sole, Store, configured, items, media, prices};

/// Runs until the process is told to stop. `source`: where the settings are read again for a reload; the demo has none. `started` is
/// called once, when the listener is bound.
///
/// # Errors
/// Why the gateway could not start or go on.
pub fn serve(mut settings: Settings, source: Option<Source>, started: impl FnOnce(&Settings)) -> Result<(), Error> {
    let began = Instant::now();
    check_place(settings.database.expose_secret())?;
    let listener = TcpListener::bind(settings.server.listen).map_err(|source| Error::Listen { listen: settings.server.listen, source })?;
    take_real_port(&mut settings, &listener);
    let connectors = connectors_of(&settings)?;
    let offered = Offered::of(&connectors);
    let connectors = connectors.into_iter().map(|(account, connector)| (account.account_id, connector)).collect();
    let carriers = carriers_of(&settings)?;
    let _sole = Sole::of(settings.database.expose_secret()).map_err(Error::DatabasePlace)?;
    let store = open(settings.database.expose_secret(), settings.patience)?;
    prepare(&settings, &store)?;
    store.switch_mails(mail::senders(&settings))?;
    let settings = Arc::new(settings);
    let (desk, asking) = Desk::new();
    let metrics = Arc::default();
    let journal = Journal::start(&settings.calls, &store, &metrics).map(Arc::new);
    let parts = Parts {
        store: store.clone(),
        bell: Arc::default(),
        metrics,
        started: Stamp::now(),
        desk: Arc::clone(&desk),
        journal: journal.clone(),
    };
    let live = Arc::new(Live::new(parts.site(&settings, &offered)?).map_err(Error::Serve)?);
    let mailer = Mailer::start(&settings, &store);
    let (bell, metrics) = (Arc::clone(&parts.bell), Arc::clone(&parts.metrics));
    let dispatcher = Dispatcher::start(Arc::clone(&settings), store.clone(), bell, metrics, connectors).with_carriers(carriers);
    let alarms = Alarms::start(dispatcher.settings(), store.clone());
    let told = Arc::clone(&settings);
    let running = Running { source, settings, live: Arc::clone(&live), parts, dispatcher, mailer, offered };
    let reloads = std::thread::Builder::new().name("reload".to_owned()).spawn(move || running.serve(&asking)).map_err(Error::Serve)?;
    let hung_up = Arc::clone(&desk);
    let served = http::serve(
        &live,
        listener,
        move |bound| {
            log::info!("start: Kontor {} on {}", env!("CARGO_PKG_VERSION"), for_display(told.database.expose_secret()));
            log::info!("listening on http://{}", bound.address);
            started(&told);
        },
        move || hung_up.ask("SIGHUP"),
    );
    desk.stop();
    if let Some(alarms) = alarms {
        alarms.stop();
    }
    if let Ok(running) = reloads.join() {
        running.dispatcher.stop();
        if let Some(mailer) = running.mailer {
            mailer.stop();
        }
    }
    if let Some(journal) = journal {
        journal.stop();
    }
    store.close();
    log::info!("stop: all that ran has ended, after {} s", began.elapsed().as_secs());
    served.map_err(Error::Serve)
}

/// What outlives a reload.
struct Parts {
    store: Store,
    bell: Arc<Bell>,
    metrics: Arc<Metrics>,
    started: Stamp,
    desk: Arc<Desk>,
    journal: Option<Arc<Journal>>,
}

impl Parts {
    /// What is served with these settings.
    fn site(&self, settings: &Arc<Settings>, offered: &Offered) -> Result<Site, Failure> {
        let Parts { store, bell, metrics, started, desk, journal } = self;
        let gateway = Arc::new(Gateway { settings: Arc::clone(settings), store: store.clone(), bell: Arc::clone(bell) });
        let board = Board { settings: Arc::clone(settings), store: store.clone(), metrics: Arc::clone(metrics), started: *started };
        let board = Arc::new(board);
        let console = Console::new(Arc::clone(&gateway), Arc::clone(&board), Arc::clone(desk) as Arc<dyn Reload>)?;
        let hints = Hints::new(store.clone(), Arc::clone(bell), offered.hooks.clone());
        let (kept, files, folder) = (store.clone(), store.clone(), Folder::new(&settings.media.folder));
        Ok(Site {
            gateway,
            ready: |gateway| gateway.store.ready().is_ok(),
            picture: Box::new(move |digest| picture(&kept, digest)),
            media: Box::new(move |token, size| served(&files, &folder, token, size)),
            hook: Box::new(move |call| hints.take(&call.account, &Delivery { headers: &call.headers, body: &call.body }).is_ok()),
            pages: pages(board),
            console,
            annexes: annexes_of(settings.demo, &offered.faces),
            metrics: Arc::clone(metrics),
            journal: journal.as_ref().map(|journal| journaling(settings, journal)),
        })
    }
}

fn journaling(settings: &Settings, journal: &Arc<Journal>) -> Journaling {
    let journal = Arc::clone(journal);
    let payload_bytes = if settings.calls.payloads.is_zero() { 0 } else { settings.calls.payload_bytes };
    Journaling { payload_bytes, keep: Box::new(move |called| journal.keep(called)) }
}

fn pages(board: Arc<Board>) -> Vec<Page> {
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

type OfAccounts<'s> = Vec<(&'s Account, Box<dyn Connector>)>;

/// The connectors of all active accounts.
pub(crate) fn connectors_of(settings: &Settings) -> Result<OfAccounts<'_>, Error> {
    let active = settings.accounts.iter().filter(|account| account.active);
    active.map(|account| Ok((account, connectors::build(account, settings.dispatch.channel_timeout)?))).collect()
}

/// The carriers of the configuration.
fn carriers_of(settings: &Settings) -> Result<Vec<(CarrierAccount, Service)>, Error> {
    let timeout = settings.dispatch.channel_timeout;
    settings
        .carriers
        .iter()
        .map(|account| Ok((account.clone(), carriers::build(account, timeout).map_err(|fault| Error::Carrier(fault.to_string()))?)))
        .collect()
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

/// A picture that came inline, for channels to load.
fn picture(store: &Store, digest: &str) -> Result<Option<Picture>, Failure> {
    let found = store.read(|conn| items::image(conn, digest))?;
    Ok(found.map(|image| Picture { media_type: image.media_type, content: image.content }))
}

/// A file of the merchant, for channels to load.
fn served(store: &Store, folder: &Folder, token: &str, size: Size) -> Result<Option<Served>, Failure> {
    let Some(row) = store.read(|conn| media::by_token(conn, token))? else { return Ok(None) };
    let (checksum, bytes) = match (size, row.thumbnail, row.thumbnail_bytes) {
        (Size::Whole, _, _) => (row.checksum, row.bytes),
        (Size::Small, Some(checksum), Some(bytes)) => (checksum, bytes),
        (Size::Small, _, _) => return Ok(None),
    };
    let Some(file) = folder.open(&checksum, bytes) else { return Ok(None) };
    let kind = if size == Size::Small { MediaKind::Jpeg } else { row.kind };
    let bytes = u64::try_from(bytes).unwrap_or_default();
    Ok(Some(Served { media_type: kind.media_type(), shown: kind.picture().is_some(), checksum, bytes, file }))
}

/// The connectors' own pages, by connector. Everybody may use them in the demo; elsewhere they can book orders into real data.
fn annexes_of(demo: bool, faces: &KnownFaces) -> Vec<Annex> {
    let of = |name: &'static str| {
        let own = faces.iter().filter(|(_, (connector, _))| connector == name);
        Faces { name, of: own.map(|(account_id, (_, face))| (*account_id, Arc::clone(face))).collect() }
    };
    connectors::names().iter().map(|name| of(name)).filter(|faces| !faces.of.is_empty()).map(|faces| annex(demo, faces)).collect()
}

fn annex(demo: bool, faces: Faces) -> Annex {
    let (path, style) = (format!("/{}", faces.name), faces.style());
    let answer = move |asked: &Asked| {
        let token = Token { field: http::TOKEN_FIELD, value: &asked.token };
        let request = FaceRequest { method: &asked.method, path: &asked.path, query: &asked.query, body: &asked.body, token };
        let reply = faces.answer(&request);
        let see = reply.seen().map(str::to_owned);
        let FaceReply { status, content_type, body } = reply;
        Answered { status, content_type, body, see }
    };
    Annex { path, open: demo, style, answer: Box::new(answer) }
}
