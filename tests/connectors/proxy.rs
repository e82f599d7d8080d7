//! Bad weather between a connector and a real shop: an HTTP proxy on 127.0.0.1 that lets one chosen exchange go wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::stage::{Act, Fault};

/// Bytes of a request or an answer; more is a fault of the test.
const MOST: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// A request on its way.
pub(crate) struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.head);
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// Ends the session that a request uses, at the shop itself.
type EndSession = dyn Fn(SocketAddr, &Request) + Send + Sync;

#[derive(Default)]
struct Plan {
    /// Exchanges since the plan was made.
    passed: usize,
    fault: Option<(Fault, usize)>,
    act: Option<(Act, usize)>,
    met: bool,
    /// Nothing gets through any more.
    dead: bool,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    stopped: Arc<AtomicBool>,
}

impl Proxy {
    /// `upstream` is the shop's address, such as `127.0.0.1:3100`.
    pub(crate) fn before(upstream: SocketAddr, end_session: impl Fn(SocketAddr, &Request) + Send + Sync + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let plan = Arc::new(Mutex::new(Plan::default()));
        let stopped = Arc::new(AtomicBool::new(false));
        let end_session: Arc<EndSession> = Arc::new(end_session);
        std::thread::spawn({
            let (plan, stopped) = (Arc::clone(&plan), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let (plan, end_session) = (Arc::clone(&plan), Arc::clone(&end_session));
                    // A client that goes away, or a shop that does, ends the exchange; the connector sees it.
                    std::thread::spawn(move || exchange(stream, upstream, &plan, &*end_session).ok());
                }
            }
        });
        Proxy { address, plan, stopped }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The exchange after `passing` more ones meets the fault.
    pub(crate) fn strikes(&self, fault: Fault, passing: usize) {
        *self.plan.lock().unwrap() = Plan { fault: Some((fault, passing)), ..Plan::default() };
    }

    /// Something happens in the shop before the exchange after `passing` more ones.
    pub(crate) fn meanwhile(&self, act: Act, passing: usize) {
        *self.plan.lock().unwrap() = Plan { act: Some((act, passing)), ..Plan::default() };
    }

    /// Good weather again; whether what was planned came to pass.
    pub(crate) fn clears(&self) -> bool {
        std::mem::take(&mut *self.plan.lock().unwrap()).met
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(self.address);
    }
}

fn exchange(mut client: TcpStream, upstream: SocketAddr, plan: &Mutex<Plan>, end_session: &EndSession) -> std::io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let request = read_request(&mut client)?;
    let (fault, act) = {
        let mut plan = plan.lock().unwrap();
        if plan.dead {
            return Ok(());
        }
        let here = |passing: usize| passing == plan.passed;
        let (strikes, happens) = (plan.fault.is_some_and(|(_, at)| here(at)), plan.act.as_ref().is_some_and(|(_, at)| here(*at)));
        plan.passed += 1;
        plan.met |= strikes || happens;
        let fault = plan.fault.filter(|_| strikes).map(|(fault, _)| fault);
        plan.dead = fault == Some(Fault::Crash);
        (fault, plan.act.take_if(|_| happens))
    };
    if let Some((act, _)) = act {
        act();
    }
    let answer = match fault {
        Some(Fault::Down) => b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
        Some(Fault::Throttled { retry_after }) => {
            let wait = retry_after.map_or(String::new(), |seconds| format!("Retry-After: {seconds}\r\n"));
            format!("HTTP/1.1 429 Too Many Requests\r\n{wait}Content-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
        }
        Some(Fault::Html) => {
            let page = "<!doctype html><title>Maintenance</title><p>We are back soon.";
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}", page.len())
                .into_bytes()
        }
        Some(Fault::SessionEnded) => {
            end_session(upstream, &request);
            forward(upstream, &request)?
        }
        Some(Fault::LostAnswer | Fault::Crash) => {
            forward(upstream, &request)?;
            return Ok(());
        }
        Some(Fault::Cut) => {
            let answer = forward(upstream, &request)?;
            let body = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
            answer[..body + (answer.len() - body) / 2].to_vec()
        }
        None => forward(upstream, &request)?,
    };
    client.write_all(&answer)
}

/// The whole request; bodies have a length.
fn read_request(client: &mut TcpStream) -> std::io::Result<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let (head, body) = bytes.split_at(at + 4);
            let mut request = Request { head: head.to_vec(), body: body.to_vec() };
            let length: usize = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            while request.body.len() < length.min(MOST) {
                let read = client.read(&mut buffer)?;
                if read == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                request.body.extend(&buffer[..read]);
            }
            return Ok(request);
        }
        let read = client.read(&mut buffer)?;
        if read == 0 || bytes.len() > MOST {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend(&buffer[..read]);
    }
}

/// One request, one answer, on a connection of its own.
fn forward(upstream: SocketAddr, request: &Request) -> std::io::Result<Vec<u8>> {
    let mut shop = TcpStream::connect(upstream)?;
    shop.set_read_timeout(Some(PATIENCE))?;
    let head = String::from_utf8_lossy(&request.head).into_owned();
    let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:") && !line.is_empty());
    let head: String = kept.map(|line| format!("{line}\r\n")).collect();
    shop.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    shop.write_all(&request.body)?;
    let mut answer = Vec::new();
    shop.take(u64::try_from(MOST).unwrap_or(u64::MAX)).read_to_end(&mut answer)?;
    Ok(answer)
}
