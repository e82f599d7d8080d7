//! Many large calls at once take no more memory than the budget says.

use std::io::Write;

use crate::config::Config;
use crate::world::{Database, World, compat_envelope};

/// Of all calls together.
const BUDGET: &str = "memory_bytes = 33554432\ninflated_ratio = 1032";
/// What the process had at most, in KiB; only Linux says.
fn peak(world: &World) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.process())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[test]
fn calls_of_little_gzip_and_much_text_share_the_memory_there_is() {
    let world = World::configured(Database::Sqlite, &Config { limits: BUDGET, ..Config::default() }.text());
    let echo = compat_envelope("echo", &"x".repeat(8 << 20));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(echo.as_bytes()).unwrap();
    let zipped = encoder.finish().unwrap();
    assert!(zipped.len() < 20_000);
    let before = peak(&world);
    std::thread::scope(|scope| {
        for _ in 0..24 {
            let (world, zipped) = (&world, zipped.clone());
            scope.spawn(move || {
                let reply = world.post_bytes("/ws/connect", zipped, &[("Content-Encoding", "gzip"), ("Accept-Encoding", "gzip")]);
                let busy = reply.status == 503 && reply.header("retry-after").is_some() && reply.body.contains("KONTOR-9007");
                assert!(reply.status == 200 || busy, "{}: {}", reply.status, reply.body.chars().take(500).collect::<String>());
            });
        }
    });
    if let (Some(before), Some(after)) = (before, peak(&world)) {
        assert!(after - before < 4 * 32 * 1024, "{} KiB more for a budget of 32 MiB", after - before);
    }
    let large = compat_envelope("echo", &"x".repeat(40 << 20));
    let reply = world.post("/ws/connect", &large, &[]);
    assert!(reply.status == 413 && reply.body.contains("KONTOR-1020"), "{}: {}", reply.status, reply.body);
    assert_eq!(world.post("/ws/connect", &compat_envelope("echo", "small"), &[]).status, 200);
}
