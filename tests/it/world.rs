//! A gateway of its own for each test: the real binary on a free port, with a database that nobody else uses.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

/// URL of a PostgreSQL server on which tests may create databases; without it they run on SQLite only.
const POSTGRES: &str = "KONTOR_TEST_POSTGRES";
/// Who may use the sandbox outside the demo.
const ADMIN: &str = "admin";

/// Where a world keeps its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// The databases that are to be had here. What passes on one passes on the other, in the same test.
pub(crate) fn databases() -> Vec<Database> {
    let mut all = vec![Database::Sqlite];
    if std::env::var_os(POSTGRES).is_some() {
        all.push(Database::Postgres);
    } else {
        left_out(&format!("everything on PostgreSQL: {POSTGRES} names no server"));
    }
    all
}

/// Says that a check cannot run here; fails where every check has to run (`KONTOR_TEST_ALL`, which CI sets).
pub(crate) fn left_out(what: &str) {
    assert!(std::env::var_os("KONTOR_TEST_ALL").is_none(), "left out, but KONTOR_TEST_ALL is set: {what}");
    println!("left out: {what}");
}

/// A running gateway with its data.
pub(crate) struct World {
    folder: Arc<tempfile::TempDir>,
    /// Name of the log in the folder.
    log: &'static str,
    database: String,
    /// TOML of the configuration; `None` is the demo.
    config: Option<String>,
    child: Option<Child>,
    pub base: String,
    dropped: Option<(String, String)>,
}

impl World {
    /// The demo on a fresh database.
    pub(crate) fn demo(database: Database) -> World {
        World::new(database, None)
    }

    /// A configuration on a fresh database; `listen` and `database` are given on the command line. `{folder}` in the
    /// text becomes the world's folder.
    pub(crate) fn configured(database: Database, config: &str) -> World {
        World::new(database, Some(config))
    }

    /// A configuration on an empty database at this address.
    pub(crate) fn on_server(url: &str, config: &str) -> World {
        let mut world = World::prepared(Database::Sqlite, Some(config));
        url.clone_into(&mut world.database);
        world.start();
        world
    }

    fn new(kind: Database, config: Option<&str>) -> World {
        let mut world = World::prepared(kind, config);
        world.start();
        world
    }

    /// Like [`World::configured`], not started yet.
    pub(crate) fn stopped(database: Database, config: &str) -> World {
        World::prepared(database, Some(config))
    }

    fn prepared(kind: Database, config: Option<&str>) -> World {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let (database, dropped) = match kind {
            Database::Sqlite => (folder.path().join("kontor.sqlite").to_string_lossy().into_owned(), None),
            Database::Postgres => {
                let (server, name, url) = new_postgres_database();
                (url, Some((server, name)))
            }
        };
        let config = config.map(|text| text.replace("{folder}", &folder.path().to_string_lossy()));
        World { folder, log: "log", database, config, child: None, base: String::new(), dropped }
    }

    /// A second gateway with the same database, configuration and folder. It has to go first.
    pub(crate) fn beside(&self) -> World {
        let mut world = World {
            folder: Arc::clone(&self.folder),
            log: "second log",
            database: self.database.clone(),
            config: self.config.clone(),
            child: None,
            base: String::new(),
            dropped: None,
        };
        world.start();
        world
    }

    /// Starts the gateway (again) and waits until it answers.
    pub(crate) fn start(&mut self) {
        // Without the signal, a write beyond the limit of a file's size fails as one to a full disk does.
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                "trap '' XFSZ; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_kontor"),
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database",
                &self.database,
            ])
            .current_dir(self.folder.path());
        match &self.config {
            None => {
                command.arg("--demo");
            }
            Some(text) => {
                let path = self.folder.path().join("kontor.toml");
                std::fs::write(&path, text).unwrap();
                command.arg("--config").arg(path);
            }
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the gateway starts");
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, told) = std::sync::mpsc::channel();
        // The rest of the log is read to its end, so that the gateway never waits for a full pipe.
        let mut log = std::fs::File::create(self.folder.path().join(self.log)).expect("the log");
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, base)) = line.split_once("listening on ") {
                    let _ = tell.send(base.trim().to_owned());
                }
                let _ = writeln!(log, "{line}");
            }
        });
        match told.recv_timeout(Duration::from_secs(60)) {
            Ok(base) => self.base = base,
            Err(_) => {
                let _ = child.kill();
                panic!("the gateway did not start:\n{}", self.log());
            }
        }
        self.child = Some(child);
    }

    /// Changes the configuration for the next start.
    pub(crate) fn reconfigure(&mut self, change: impl FnOnce(String) -> String) {
        self.config = self.config.take().map(change);
    }

    /// Ends the gateway at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the gateway to end, and waits until it has.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            assert!(asked.is_ok_and(|status| status.success()), "the signal is sent");
            let end = Instant::now() + Duration::from_secs(120);
            while child.try_wait().is_ok_and(|ended| ended.is_none()) {
                if Instant::now() > end {
                    let _ = child.kill();
                    panic!("the gateway does not stop:\n{}", self.log());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Number of the running process.
    pub(crate) fn process(&self) -> u32 {
        self.child.as_ref().expect("a running gateway").id()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join(self.log)).unwrap_or_default()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// The demo's `erp` user calls an operation on the compat face; gives the inner answer.
    pub(crate) fn connect(&self, operation: &str, inner: &str) -> String {
        let reply = self.post("/ws/connect", &compat_envelope(operation, inner), &[]);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
        inner_answer(&reply.body)
    }

    /// The same on the typed face; `request` is the content of the `request` element. Gives the whole envelope.
    pub(crate) fn typed(&self, operation: &str, request: &str) -> String {
        let reply = self.post("/ws/v1", &typed_envelope(operation, request), &[]);
        assert_eq!(reply.status, 200, "{operation}: {}", reply.body);
        reply.body
    }

    /// Posts with the demo's credentials and more headers; a header given here wins over the default.
    pub(crate) fn post(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        self.post_bytes(path, body.as_bytes().to_vec(), headers)
    }

    pub(crate) fn post_bytes(&self, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Reply {
        try_post(&self.base, path, body, headers).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        get_from(&self.base, path).expect("an answer")
    }

    /// Gets with the credentials of a user whose password is `demo`.
    pub(crate) fn get_as(&self, user: &str, path: &str) -> Reply {
        let request = client().get(format!("{}{path}", self.base)).basic_auth(user, Some("demo"));
        Reply::of(request.send().expect("an answer")).expect("a whole answer")
    }

    /// Posts JSON to the sandbox and reads JSON.
    pub(crate) fn sandbox(&self, path: &str, json: &serde_json::Value) -> serde_json::Value {
        let request = client().post(format!("{}/sandbox/1000{path}", self.base)).basic_auth(ADMIN, Some("demo")).body(json.to_string());
        let reply = Reply::of(request.send().expect("an answer")).expect("a whole answer");
        assert!(reply.status < 300, "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    pub(crate) fn sandbox_get(&self, path: &str) -> serde_json::Value {
        self.shop_get(crate::words::ACCOUNT, path)
    }

    /// Looks into the sandbox of an account.
    pub(crate) fn shop_get(&self, account: i32, path: &str) -> serde_json::Value {
        let reply = self.get(&format!("/sandbox/{account}{path}"));
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        serde_json::from_str(&reply.body).expect("JSON")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
        if let Some((server, name)) = &self.dropped
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// An answer.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    /// An error where the connection is cut before the end of the body.
    fn of(response: reqwest::blocking::Response) -> Result<Reply, reqwest::Error> {
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned())).collect();
        Ok(Reply { status: response.status().as_u16(), headers, body: response.text()? })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Posts to a gateway that may be gone.
pub(crate) fn post_to(base: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Result<Reply, reqwest::Error> {
    try_post(base, path, body.as_bytes().to_vec(), headers)
}

/// Gets from a gateway that may be gone.
pub(crate) fn get_from(base: &str, path: &str) -> Result<Reply, reqwest::Error> {
    let mut request = client().get(format!("{base}{path}"));
    if path.starts_with("/sandbox") {
        request = request.basic_auth(ADMIN, Some("demo"));
    }
    Reply::of(request.send()?)
}

fn try_post(base: &str, path: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Result<Reply, reqwest::Error> {
    let mut request = client().post(format!("{base}{path}"));
    let given = |name: &str| headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
    if !given("authorization") {
        let user = if path.starts_with("/sandbox") { ADMIN } else { "erp" };
        request = request.basic_auth(user, Some("demo"));
    }
    if !given("content-type") {
        request = request.header("Content-Type", "text/xml; charset=utf-8");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request.body(body).send()?)
}

fn client() -> &'static reqwest::blocking::Client {
    static CLIENT: std::sync::OnceLock<reqwest::blocking::Client> = std::sync::OnceLock::new();
    CLIENT.get_or_init(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::blocking::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client")
    })
}

fn new_postgres_database() -> (String, String, String) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var(POSTGRES).expect(POSTGRES);
    let name = format!("kontor_it_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::establish(&server).expect("the PostgreSQL server");
    connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a new database");
    let (front, _) = server.rsplit_once('/').expect("a URL with a database");
    let url = format!("{front}/{name}");
    (server, name, url)
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The compat face's envelope around an inner document.
pub(crate) fn compat_envelope(operation: &str, inner: &str) -> String {
    let argument = kontor::operations::find(operation).map_or("requestData", |operation| operation.argument);
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><k:{operation} xmlns:k=\"urn:kontor:connect\"><{argument}>{}</{argument}></k:{operation}></soap:Body></soap:Envelope>",
        escape(inner)
    )
}

/// The typed face's envelope around the content of `request`.
pub(crate) fn typed_envelope(operation: &str, request: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><{operation} xmlns=\"urn:kontor:v1\"><request>{request}</request></{operation}></soap:Body></soap:Envelope>"
    )
}

/// The inner document of a compat answer.
pub(crate) fn inner_answer(envelope: &str) -> String {
    let (_, rest) = envelope.split_once("<return>").unwrap_or_else(|| panic!("no return in {envelope}"));
    let (inner, _) = rest.split_once("</return>").expect("an end");
    inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Looks again until `look` gives a value; fails with what it saw last.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        match look() {
            Ok(value) => return value,
            Err(seen) if Instant::now() > end => panic!("{what} did not happen; seen last: {seen}"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}
