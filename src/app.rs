//! The start: puts store, dispatcher and HTTP together.

mod database;
mod error;

use std::net::TcpListener;
use std::sync::Arc;

use secrecy::ExposeSecret;

use database::{check_place, open};
pub(crate) use database::{migrate, open_existing, standing};
pub use error::{DatabaseStanding, Error};

use crate::carriers::{self, Service};
use crate::config::{Account, CarrierAccount, Role, Settings, User};
use crate::connectors::{self, Connector, FaceReply, FaceRequest, Faces, Token};
use crate::console::Console;
use crate::dispatch::Dispatcher;
use crate::dispatch::bell::Bell;
use crate::domain::media::MediaKind;
use crate::domain::{Failure, Stamp};
use crate::files::Folder;
use crate::http::{self, Annex, Answered, Asked, Page, Picture, Served, Site, Size};
use crate::mail::{self, Mailer};
use crate::metrics::{self, Metrics};
use crate::operations::Gateway;
use crate::preparation;
use crate::status::Board;
use crate::store::{Sole, Store, configured, items, media, prices};

/// Runs until the process is told to stop. `started` is called once, when the listener is bound.
///
/// # Errors
/// Why the gateway could not start or go on.
pub fn serve(mut settings: Settings, started: impl FnOnce(&Settings)) -> Result<(), Error> {
    check_place(settings.database.expose_secret())?;
    let listener = TcpListener::bind(settings.server.listen).map_err(|source| Error::Listen { listen: settings.server.listen, source })?;
    take_real_port(&mut settings, &listener);
    let connectors = connectors_of(&settings)?;
    let faces = faces_of(&connectors);
    let connectors = connectors.into_iter().map(|(account, connector)| (account.account_id, connector)).collect();
    let carriers = carriers_of(&settings)?;
    let _sole = Sole::of(settings.database.expose_secret()).map_err(Error::DatabasePlace)?;
    let store = open(settings.database.expose_secret(), settings.patience)?;
    prepare(&settings, &store)?;
    let settings = Arc::new(settings);
    let bell = Arc::new(Bell::default());
    let gateway = Arc::new(Gateway { settings: Arc::clone(&settings), store: store.clone(), bell: Arc::clone(&bell) });
    let metrics = Arc::new(Metrics::default());
    store.switch_mails(mail::senders(&settings))?;
    let mailer = Mailer::start(&settings, &store);
    let dispatcher = Dispatcher::start(Arc::clone(&settings), store.clone(), bell, Arc::clone(&metrics), connectors)
        .with_carriers(&settings, &store, carriers);
    let board = Board { settings: Arc::clone(&settings), store: store.clone(), metrics: Arc::clone(&metrics), started: Stamp::now() };
    let kept = store.clone();
    let (files, folder) = (store.clone(), Folder::new(&settings.media.folder));
    let told = Arc::clone(&settings);
    let board = Arc::new(board);
    let console = Console::new(Arc::clone(&gateway), Arc::clone(&board))?;
    let site = Site {
        gateway,
        ready: |gateway| gateway.store.ready().is_ok(),
        picture: Box::new(move |digest| picture(&kept, digest)),
        media: Box::new(move |token, size| served(&files, &folder, token, size)),
        pages: pages(board),
        console,
        annexes: faces.into_iter().map(|faces| annex(settings.demo, faces)).collect(),
        metrics,
    };
    let served = http::serve(site, listener, move |bound| {
        log::info!("listening on http://{}", bound.address);
        started(&told);
    });
    dispatcher.stop();
    if let Some(mailer) = mailer {
        mailer.stop();
    }
    store.close();
    served.map_err(Error::Serve)
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

/// The faces of active accounts, by their connectors.
fn faces_of(connectors: &OfAccounts<'_>) -> Vec<Faces> {
    let of = |name: &'static str| {
        let own = connectors.iter().filter(|(account, _)| account.connector == name);
        let of = own.filter_map(|(account, connector)| Some((account.account_id, connector.face()?))).collect();
        Faces { name, of }
    };
    connectors::names().iter().map(|name| of(name)).filter(|faces| !faces.of.is_empty()).collect()
}

/// The connectors' own pages. Everybody may use them in the demo; elsewhere they can book orders into real data.
fn annex(demo: bool, faces: Faces) -> Annex {
    let (path, style) = (format!("/{}", faces.name), faces.style());
    let answer = move |asked: &Asked| {
        let token = Token { field: http::TOKEN_FIELD, value: &asked.token };
        let request = FaceRequest { method: &asked.method, path: &asked.path, query: &asked.query, body: &asked.body, token };
        let FaceReply { status, content_type, body } = faces.answer(&request);
        Answered { status, content_type, body }
    };
    Annex { path, open: demo, style, answer: Box::new(answer) }
}
