//! Stands between a store and its PostgreSQL server, and cuts, loses or holds what goes through.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Open,
    /// Nobody is let through.
    Gone,
    /// Everything is kept back, and connections stay.
    Hang,
    /// The next commit is cut off before the server sees it.
    LoseCommit,
    /// The next commit is carried out, and the connection is cut before the answer.
    LoseAnswerToCommit,
    LoseAnswerToCommitAndBeGone,
}

#[derive(Clone)]
pub(super) struct Relay {
    pub address: String,
    mode: Arc<Mutex<Mode>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    connections: Arc<AtomicUsize>,
    kept_back: Arc<AtomicUsize>,
}

impl Relay {
    pub(crate) fn to(server: &str) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (front, rest) = server.split_once("://").unwrap();
        let (place, path) = rest.split_once('/').unwrap();
        let (login, target) = place.rsplit_once('@').map_or((String::new(), place), |(login, host)| (format!("{login}@"), host));
        let relay = Relay {
            address: format!("{front}://{login}{}/{path}", listener.local_addr().unwrap()),
            mode: Arc::new(Mutex::new(Mode::Open)),
            open: Arc::default(),
            connections: Arc::default(),
            kept_back: Arc::default(),
        };
        let (serving, target) = (relay.clone(), target.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                serving.connections.fetch_add(1, Ordering::Relaxed);
                let client = client.unwrap();
                if serving.mode() == Mode::Gone {
                    continue;
                }
                let server = TcpStream::connect(&target).unwrap();
                serving.carry(client, server);
            }
        });
        relay
    }

    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// Connections asked for so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Waits until a client has sent something that is kept back.
    pub(crate) fn wait_until_it_holds(&self) {
        let holds = (0..4_000).any(|_| {
            std::thread::sleep(Duration::from_millis(5));
            self.kept_back.load(Ordering::SeqCst) > 0
        });
        assert!(holds, "nothing was sent");
    }

    /// Ends all connections.
    pub(crate) fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn carry(&self, client: TcpStream, server: TcpStream) {
        let both = |stream: &TcpStream| (stream.try_clone().unwrap(), stream.try_clone().unwrap());
        let ((from_client, to_client), (from_server, to_server)) = (both(&client), both(&server));
        self.open.lock().unwrap().extend([client, server]);
        let deaf = Arc::new(AtomicBool::new(false));
        let (relay, deafened) = (self.clone(), Arc::clone(&deaf));
        std::thread::spawn(move || relay.forth(from_client, to_server, &deafened));
        let relay = self.clone();
        std::thread::spawn(move || relay.back(from_server, to_client, &deaf));
    }

    fn wait_while_hanging(&self) {
        while self.mode() == Mode::Hang {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn forth(&self, mut client: TcpStream, mut server: TcpStream, deaf: &AtomicBool) {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            if self.mode() == Mode::Hang {
                self.kept_back.fetch_add(1, Ordering::SeqCst);
            }
            self.wait_while_hanging();
            let part = &buffer[..count];
            if part.windows(6).any(|word| word == b"COMMIT") {
                let mut mode = self.mode.lock().unwrap();
                match *mode {
                    Mode::LoseCommit => {
                        *mode = Mode::Open;
                        break;
                    }
                    Mode::LoseAnswerToCommit => *mode = Mode::Open,
                    Mode::LoseAnswerToCommitAndBeGone => *mode = Mode::Gone,
                    Mode::Open | Mode::Gone | Mode::Hang => {
                        drop(mode);
                        if server.write_all(part).is_err() {
                            break;
                        }
                        continue;
                    }
                }
                deaf.store(true, Ordering::SeqCst);
            }
            if server.write_all(part).is_err() {
                break;
            }
        }
        let _ = (server.shutdown(Shutdown::Both), client.shutdown(Shutdown::Both));
    }

    fn back(&self, mut server: TcpStream, mut client: TcpStream, deaf: &AtomicBool) {
        let mut buffer = [0; 65536];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            self.wait_while_hanging();
            if deaf.load(Ordering::SeqCst) || client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = (server.shutdown(Shutdown::Both), client.shutdown(Shutdown::Both));
    }
}
