//! A real PostgreSQL that is restarted under the gateway, and one that hangs.

use std::path::Path;
use std::process::Command;

use kontor::operations::Face;

use crate::config::Config;
use crate::erp::Erp;
use crate::world::{Database, World, databases, eventually};

/// A server of this test's own, gone with its folder.
struct Server {
    folder: tempfile::TempDir,
    url: String,
}

impl Server {
    fn start() -> Server {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = Server::script(&["start", &folder.path().to_string_lossy(), "0"]);
        Server { folder, url: format!("{}postgres", url.trim()) }
    }

    fn script(arguments: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/postgres");
        let output = Command::new(script).args(arguments).output().expect("the script");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// As after a power cut: nobody is informed.
    fn restart(&self) {
        Server::script(&["restart", &self.folder.path().to_string_lossy()]);
    }

    /// Stops all its processes where they are, or lets them go on. Connections stay open meanwhile.
    fn signal(&self, signal: &str) {
        let first = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("a running server");
        let first = first.lines().next().expect("its process").trim().to_owned();
        // The first one before the others, so that it starts none meanwhile. Some of them may have ended.
        let all = format!("kill -{signal} {first} || exit 1; for p in $(pgrep -P {first}); do kill -{signal} $p 2>/dev/null; done; true");
        assert!(Command::new("sh").args(["-c", &all]).status().is_ok_and(|status| status.success()), "{all}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that was stopped has to go on to end.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.signal("CONT")));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/postgres");
        let _ = Command::new(script).args(["stop", &self.folder.path().to_string_lossy()]).status();
    }
}

const QUICK: &str = "connect_seconds = 1\nlock_seconds = 1\nstatement_seconds = 1\nturn_seconds = 3";

/// Books single pieces, each with its key until it is acknowledged.
fn book(erp: &Erp<'_>, from: u32, count: u32) {
    let document = erp.stock_document("MUG", 1, false);
    for piece in from..from + count {
        eventually("an answer", || match erp.send(&document, &[("Idempotency-Key", &format!("piece {piece}"))]) {
            reply if reply.status == 200 => Ok(()),
            reply => Err(reply.body),
        });
    }
}

fn becomes_ready(world: &World) {
    eventually("readiness", || if world.get("/ready").status == 200 { Ok(()) } else { Err("503".to_owned()) });
}

#[test]
fn a_server_that_is_restarted_loses_nothing_and_one_that_hangs_does_not_keep_the_gateway_from_stopping() {
    if !databases().contains(&Database::Postgres) {
        return;
    }
    let server = Server::start();
    let config = Config { database: QUICK, dispatch: "channel_timeout_seconds = 1", ..Config::default() };
    let mut world = World::on_server(&server.url, &config.text());
    {
        let erp = Erp::on(&world, Face::Typed);
        erp.item("MUG", "Mug");
        std::thread::scope(|scope| {
            for from in [0, 1_000] {
                let erp = &erp;
                scope.spawn(move || book(erp, from, 100));
            }
            for _ in 0..2 {
                server.restart();
            }
        });
        assert_eq!(erp.stock_of("MUG").0, 200, "each piece is booked once");
        becomes_ready(&world);
        server.signal("STOP");
        let refused = erp.send(&erp.stock_document("MUG", 1, false), &[("Idempotency-Key", "piece 200")]);
        let (again, unknown) = (refused.body.contains("KONTOR-9002"), refused.body.contains("KONTOR-9005"));
        assert!((again && refused.status == 503) || (unknown && refused.status == 500), "{}: {}", refused.status, refused.body);
        assert_eq!(world.get_as("admin", "/status").status, 503);
        assert_eq!((world.get("/ready").status, world.get("/live").status), (503, 200));
    }
    world.stop();
    server.signal("CONT");
    world.start();
    let erp = Erp::on(&world, Face::Typed);
    book(&erp, 200, 1);
    assert_eq!(erp.stock_of("MUG").0, 201);
}
