//! A mail server in this process that answers as it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does at a command, once.
#[derive(Debug, Clone)]
pub(super) enum Whim {
    /// Answers a command that begins so with this.
    Answer(&'static str, &'static str),
    /// Takes the mail, and ends the connection instead of answering.
    LoseAnswer,
}

#[derive(Debug, Default)]
struct Seen {
    whims: VecDeque<Whim>,
    mails: Vec<String>,
    recipients: Vec<String>,
    connections: usize,
}

#[derive(Clone)]
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    pub(super) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { port: listener.local_addr().unwrap().port(), seen: Arc::default() };
        let seen = Arc::clone(&server.seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seen);
                seen.lock().unwrap().connections += 1;
                std::thread::spawn(move || serve(stream, &seen));
            }
        });
        server
    }

    pub(super) fn whims(&self, whims: impl IntoIterator<Item = Whim>) {
        self.seen.lock().unwrap().whims = whims.into_iter().collect();
    }

    /// The mails that arrived, each as it was sent, with line ends as `\n`.
    pub(super) fn mails(&self) -> Vec<String> {
        self.seen.lock().unwrap().mails.clone()
    }

    pub(super) fn recipients(&self) -> Vec<String> {
        self.seen.lock().unwrap().recipients.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

/// The head field of a mail, unfolded.
pub(super) fn head(mail: &str, name: &str) -> Vec<String> {
    let head = mail.split("\n\n").next().unwrap().replace("\n ", " ");
    head.lines().filter_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned())).collect()
}

fn serve(mut stream: TcpStream, seen: &Mutex<Seen>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut say = move |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    if !say("220 server.example.com") {
        return;
    }
    while let Some(Ok(line)) = lines.next() {
        let whim = {
            let mut seen = seen.lock().unwrap();
            match seen.whims.front() {
                Some(Whim::Answer(start, _)) if line.starts_with(start) => seen.whims.pop_front(),
                _ => None,
            }
        };
        if let Some(Whim::Answer(_, answer)) = whim {
            say(answer);
            continue;
        }
        match line.split([' ', ':']).next().unwrap() {
            "EHLO" => say("250-server.example.com\r\n250 8BITMIME"),
            "RCPT" => {
                seen.lock().unwrap().recipients.push(line);
                say("250 ok")
            }
            "DATA" => {
                say("354 go on");
                let mail: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                let mut seen = seen.lock().unwrap();
                seen.mails.push(mail.join("\n"));
                if matches!(seen.whims.front(), Some(Whim::LoseAnswer)) {
                    seen.whims.pop_front();
                    return;
                }
                say("250 taken")
            }
            "QUIT" => {
                say("221 bye");
                return;
            }
            _ => say("250 ok"),
        };
    }
}
