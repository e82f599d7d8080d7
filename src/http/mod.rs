//! The edge: actix-web, credentials, limits of size and time, encodings. Nothing else knows HTTP towards the ERP.
//!
//! Handlers only read and write; a call itself runs on a thread that may block, because operations wait for the
//! database. Each kind of work has threads of its own (`places`), the memory of all calls has one budget (`budget`),
//! and nobody may take all of either.

mod annex;
mod answer;
mod auth;
mod body;
mod budget;
mod call;
mod client;
mod connections;
mod console;
mod describe;
mod expect;
mod gzip;
mod handover;
mod head;
mod hooks;
mod journal;
mod live;
mod machinery;
mod media;
mod multipart;
mod pace;
mod pages;
mod pictures;
mod places;
mod reply;
mod request_id;
mod sender;
mod signals;
#[cfg(test)]
mod tests;
mod tour;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_server::Server;
#[cfg(test)]
use actix_server::ServerHandle;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::http::header;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpRequest, HttpResponse, web};

use crate::config::{Settings, User};
use crate::console::Console;
use crate::metrics::Metrics;
use crate::operations::{Face, Gateway};
use crate::soap::{self, Handled, Meta, path};
use auth::Gate;
use budget::Budget;
use handover::Watched;
use live::Now;
use machinery::Machinery;
use pictures::Finding;
use places::{Lane, Places, Threads, Whose};

pub(crate) use annex::{Annex, Answered, Asked};
pub(crate) use journal::Journaling;
pub(crate) use live::Live;
pub(crate) use media::{Served, Size};
pub(crate) use pages::Page;
pub(crate) use pictures::Picture;
pub(crate) use sender::TOKEN_FIELD;

/// Threads of each lane. Reads and waits together are fewer than the connections that the store reads with, so that the
/// dispatcher finds some. Writes mostly wait for the writer, which lets those that wait share a commit.
const READING: usize = 8;
const READS: usize = 6;
const WRITES: usize = 128;
const WAITS: usize = 2;
const PAGES: usize = 4;
const DESCRIPTIONS: usize = 1;
const HEALTH: usize = 2;
const HOOKS: usize = 1;
/// Threads per worker for pictures.
const BLOCKING_THREADS: usize = 8;
/// How long `/health` waits before it says no.
const HEALTH_PATIENCE: Duration = Duration::from_secs(5);
/// How long idle connections are kept, and how long one that is being closed may take.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const CLOSING: Duration = Duration::from_secs(5);
/// How long running calls may take after the signal to stop.
const SHUTDOWN_SECONDS: u64 = 30;

/// What answers a call; may block.
type Answering = Box<dyn Fn(Face, &User, &str, &Meta) -> Handled + Send + Sync>;

/// What the handlers share, over all workers.
struct Edge {
    settings: Arc<Settings>,
    gate: Arc<Gate>,
    answer: Answering,
    /// Whether calls can be answered; may block.
    ready: Box<dyn Fn() -> bool + Send + Sync>,
    picture: Finding,
    media: media::Finding,
    hook: hooks::Taking,
    pages: Vec<Page>,
    annexes: Vec<Annex>,
    console: Option<Console>,
    metrics: Arc<Metrics>,
    journal: Option<Journaling>,
    /// For calls between their credentials and the end of their answer.
    calls: Arc<Places>,
    /// For what needs no credentials, or was refused for want of them.
    strangers: Arc<Places>,
    budget: Arc<Budget>,
    lanes: Arc<Lanes>,
}

/// One for each kind of work, so that none holds another up.
struct Lanes {
    /// Messages taken out of their encodings, and answers put into them.
    reading: Lane,
    reads: Lane,
    writes: Lane,
    /// Looking after channels that a call waits for.
    waits: Lane,
    pages: Lane,
    /// WSDLs, which anybody may ask for.
    descriptions: Lane,
    health: Lane,
    /// Calls of channels, which anybody may imitate.
    hooks: Lane,
    _threads: Threads,
}

impl Lanes {
    fn new() -> io::Result<Lanes> {
        let threads = Threads::new(READING + READS + WRITES + WAITS + PAGES + DESCRIPTIONS + HEALTH + HOOKS)?;
        Ok(Lanes {
            reading: threads.lane(READING),
            reads: threads.lane(READS),
            writes: threads.lane(WRITES),
            waits: threads.lane(WAITS),
            pages: threads.lane(PAGES),
            descriptions: threads.lane(DESCRIPTIONS),
            health: threads.lane(HEALTH),
            hooks: threads.lane(HOOKS),
            _threads: threads,
        })
    }
}

/// What a server serves.
pub(crate) struct Site {
    pub gateway: Arc<Gateway>,
    /// Decides the answer of `/ready`; may block.
    pub ready: fn(&Gateway) -> bool,
    /// Gives pictures that came inline.
    pub picture: Finding,
    /// Gives files of the merchant.
    pub media: media::Finding,
    /// Takes calls of channels.
    pub hook: hooks::Taking,
    /// For those who look after the gateway.
    pub pages: Vec<Page>,
    pub annexes: Vec<Annex>,
    pub console: Console,
    /// Where calls are counted.
    pub metrics: Arc<Metrics>,
    /// Where calls are kept, if they are.
    pub journal: Option<Journaling>,
}

impl Site {
    fn edge(self) -> io::Result<Edge> {
        let machinery = Machinery::new(&self.gateway.settings)?;
        Ok(self.on(machinery))
    }

    /// In the place of another one.
    fn after(self, before: &Edge) -> Edge {
        let machinery = Machinery::of(before, &self.gateway.settings);
        self.on(machinery)
    }

    fn on(self, machinery: Machinery) -> Edge {
        let Site { gateway, ready, picture, media, hook, pages, annexes, console, metrics, journal } = self;
        let settings = Arc::clone(&gateway.settings);
        let asked = Arc::clone(&gateway);
        let answer = move |face: Face, user: &User, text: &str, meta: &Meta| soap::handle(&gateway, face, user, text, meta);
        Edge {
            picture,
            media,
            hook,
            pages,
            annexes,
            console: Some(console),
            metrics,
            journal,
            ..Edge::new(settings, Box::new(answer), move || ready(&asked), machinery)
        }
    }
}

impl Edge {
    fn new(settings: Arc<Settings>, answer: Answering, ready: impl Fn() -> bool + Send + Sync + 'static, machinery: Machinery) -> Edge {
        let Machinery { gate, calls, strangers, budget, lanes } = machinery;
        Edge {
            gate,
            answer,
            ready: Box::new(ready),
            picture: Box::new(|_| Ok(None)),
            media: Box::new(|_, _| Ok(None)),
            hook: Box::new(|_| false),
            pages: Vec::new(),
            annexes: Vec::new(),
            console: None,
            metrics: Arc::default(),
            journal: None,
            calls,
            strangers,
            budget,
            lanes,
            settings,
        }
    }
}

/// A server that listens.
pub(crate) struct Bound {
    /// The real address, also if port 0 was asked for.
    pub address: SocketAddr,
    #[cfg(test)]
    handle: ServerHandle,
}

#[cfg(test)]
impl Bound {
    /// Something to stop the server with, from any thread.
    pub(crate) fn stopper(&self) -> Stopper {
        Stopper(self.handle.clone())
    }
}

/// Stops a server as a signal would.
#[cfg(test)]
#[derive(Clone)]
pub(crate) struct Stopper(ServerHandle);

#[cfg(test)]
impl Stopper {
    /// Lets running calls end, then the server; returns at once.
    pub(crate) fn stop(&self) {
        // The command is on its way with the call; the future only tells when it is done.
        drop(self.0.stop(true));
    }
}

/// Serves both faces and the pages on a bound listener until SIGTERM or SIGINT, then lets running calls end (at most 30 s).
/// Blocks the thread.
///
/// `bound` is called once when connections are taken, `reload` with each SIGHUP.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) fn serve(live: &Arc<Live>, listener: TcpListener, bound: impl FnOnce(&Bound), reload: impl Fn() + 'static) -> io::Result<()> {
    let live = Arc::clone(live);
    let settings = Arc::clone(&live.now().settings);
    let workers = settings.server.workers.max(1);
    let address = listener.local_addr()?;
    let patience = Duration::from_secs(settings.limits.request_seconds);
    connections::prepare(&listener);
    actix_web::rt::System::new().block_on(async move {
        actix_web::rt::spawn(signals::reload(reload));
        let builder = Server::build();
        let stopping = builder.graceful_shutdown_signal();
        // Spelt out where `HttpServer` would do, because that one answers every `Expect` with 100.
        let service = move || {
            let (asked, accepting, stopping) = (Arc::clone(&live), Arc::clone(&live), stopping.clone());
            let app = App::new().configure(|config| routes(config, &live));
            let app = app.default_service(web::to(nowhere)).into_factory().map_err(|error| error.error_response());
            let service = HttpService::build()
                .on_connect_ext(move |connection: &Watched, data| {
                    let settings = &accepting.now().settings;
                    connections::accept(connection, data, &accepting.connected, |peer| settings.server.trusts(peer));
                })
                .keep_alive(KEEP_ALIVE)
                .client_request_timeout(patience)
                .client_disconnect_timeout(CLOSING)
                .local_addr(address)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .expect(fn_service(move |request| expect::permit(asked.now(), request)))
                .finish(map_config(app, |()| AppConfig::default()));
            // What `tcp` does, with a connection that watches what its socket takes.
            fn_service(|stream: TcpStream| async move {
                let peer = stream.peer_addr().ok();
                Ok((Watched::new(stream), Protocol::Http1, peer))
            })
            .and_then(service)
        };
        let builder = builder
            .workers(workers)
            .worker_max_blocking_threads(BLOCKING_THREADS)
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .shutdown_signal(signals::stop());
        let running = builder.listen("kontor", listener, service)?.run();
        bound(&Bound {
            address,
            #[cfg(test)]
            handle: running.handle(),
        });
        running.await
    })
}

fn routes(config: &mut web::ServiceConfig, served: &Arc<Live>) {
    config
        .app_data(web::Data::from(Arc::clone(served)))
        .route("/health", web::to(ready))
        .route("/ready", web::to(ready))
        .route("/live", web::to(live));
    for face in [Face::Compat, Face::Typed] {
        // Addresses that people type end in a slash now and then.
        for path in [path(face).to_owned(), format!("{}/", path(face))] {
            config.route(&path, web::to(move |request, payload, edge| call::endpoint(request, payload, edge, face)));
        }
    }
    config.route("/images/{digest}", web::get().to(pictures::show));
    let media = |path: &str| web::resource(path.to_owned());
    config.service(media("/media/{token}/{name}").route(web::get().to(media::whole)).route(web::head().to(media::whole)));
    config.service(media("/thumbnails/{token}").route(web::get().to(media::small)).route(web::head().to(media::small)));
    config.service(web::resource("/hooks/{account_id}").route(web::post().to(hooks::take)));
    for (index, page) in served.now().pages.iter().enumerate() {
        let show = move |request, edge| pages::show(request, edge, index);
        config.service(web::resource(page.path).route(web::get().to(show)).route(web::head().to(show)));
    }
    for path in ["/", "/tour/{step}"] {
        config.route(path, web::to(tour::visit));
    }
    config.service(web::scope(crate::console::PATH).default_service(web::to(console::visit)));
}

/// The process serves, whatever its database does: restarting it would mend nothing.
async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body("{\"status\":\"ok\"}")
}

async fn ready(edge: Now) -> HttpResponse {
    let edge = edge.into_inner();
    let lane = &edge.lanes.health;
    let asking = async {
        let turn = lane.turn_within(Whose::default(), HEALTH_PATIENCE).await.ok()?;
        let edge = Arc::clone(&edge);
        lane.work(turn, move || (edge.ready)()).await
    };
    match tokio::time::timeout(HEALTH_PATIENCE, asking).await {
        Ok(Some(true)) => HttpResponse::Ok().content_type("application/json").body("{\"status\":\"ok\"}"),
        _ => HttpResponse::ServiceUnavailable()
            .insert_header((header::RETRY_AFTER, reply::RETRY_AFTER.to_string()))
            .content_type("application/json")
            .body("{\"status\":\"unavailable\"}"),
    }
}

/// What has no route: the annexes, which come and go with their accounts.
async fn nowhere(request: HttpRequest, payload: web::Payload, edge: Now) -> HttpResponse {
    let is_below = |annex: &Annex| request.path().strip_prefix(&annex.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if let Some(index) = edge.annexes.iter().position(is_below) {
        return annex::visit(request, payload, edge, index).await;
    }
    let shown: String = request.path().chars().take(100).collect();
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(format!(
        "There is nothing at {shown}.\n\
         Speed4Trade CONNECT calls: POST {compat}, described at {compat}?wsdl\n\
         Typed calls:               POST {typed}, described at {typed}?wsdl\n\
         To look after it:          GET /console, /status.json and /metrics\n",
        compat = path(Face::Compat),
        typed = path(Face::Typed),
    ))
}
