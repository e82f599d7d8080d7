//! Connections: how many there are, of whom, and how to end one.

use std::net::{IpAddr, Shutdown, TcpListener};
use std::sync::Arc;

use actix_http::Extensions;
use socket2::SockRef;

use super::handover::{Departures, Watched};
use super::places::{Party, Place, Places};

/// Bytes of an answer that the system takes from us and the client has not read yet. Without it the system takes
/// megabytes, and it would take minutes to see that a client does not read.
const SEND_BUFFER: usize = 256 << 10;
/// Connections that the system holds until they are accepted. With the 128 of the standard library, a burst makes the
/// system drop what comes next, and its client tries again after seconds only.
const BACKLOG: i32 = 2048;
/// Files that are open beside the connections: the database, the listener, channels.
const OTHER_FILES: u64 = 200;
/// Files of a connection: its own, and the one to end it with.
const FILES_EACH: u64 = 2;

/// A connection of a client, as long as it lives.
pub(super) struct Connection {
    peer: IpAddr,
    socket: socket2::Socket,
    departures: Arc<Departures>,
    _place: Option<Place>,
}

impl Connection {
    pub(super) fn peer(&self) -> IpAddr {
        self.peer
    }

    /// The answers that leave through it.
    pub(super) fn departures(&self) -> Arc<Departures> {
        Arc::clone(&self.departures)
    }

    /// Ends it, whatever is still on its way.
    pub(super) fn cut(&self) {
        // It may have ended already.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Notes a new connection, or ends it at once if its address has its share already. `trusts`: a proxy, behind which
/// are many.
pub(super) fn accept(watched: &Watched, data: &mut Extensions, places: &Arc<Places>, trusts: impl Fn(IpAddr) -> bool) {
    let stream = watched.stream();
    // An answer leaves in a few pieces. The last one would otherwise wait until the client confirms the ones before, and
    // systems delay that by 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("small pieces of answers are held back: {error}");
    }
    let Ok(peer) = stream.peer_addr().map(|peer| peer.ip().to_canonical()) else { return };
    let Ok(socket) = SockRef::from(stream).try_clone() else { return };
    let place = if trusts(peer) { None } else { places.take(&Party::Address(peer)) };
    let refused = place.is_none() && !trusts(peer);
    let connection = Connection { peer, socket, departures: watched.departures(), _place: place };
    if refused {
        log::warn!("a connection of {peer} is refused: too many are open (limits.connections)");
        connection.cut();
    } else {
        data.insert(Arc::new(connection));
    }
}

/// Makes room for connections that wait to be accepted, and sets what they take over from their listener.
pub(super) fn prepare(listener: &TcpListener) {
    if let Err(error) = SockRef::from(listener).listen(BACKLOG) {
        log::warn!("the queue of new connections cannot be set: {error}");
    }
    if let Err(error) = SockRef::from(listener).set_send_buffer_size(SEND_BUFFER) {
        log::warn!("the send buffer cannot be set: {error}");
    }
}

/// As many connections as are wanted, or as the system has files for. Many systems allow more than they give at first.
pub(super) fn possible(wanted: usize) -> usize {
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_mul(FILES_EACH).saturating_add(OTHER_FILES);
    let Some(files) = open_files(needed).filter(|files| *files < needed) else { return wanted };
    let fit = usize::try_from(files.saturating_sub(OTHER_FILES) / FILES_EACH).unwrap_or(wanted).max(1);
    log::warn!(
        "the system allows this process {files} open files, enough for {fit} connections; limits.connections wants {wanted} (ulimit -n)"
    );
    fit
}

/// How many files this process may open, after asking for as many as are needed. `None`: there is no limit.
#[cfg(unix)]
fn open_files(needed: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    let wanted = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if wanted > current && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }).is_ok() {
        return Some(wanted);
    }
    Some(current)
}

#[cfg(not(unix))]
fn open_files(_needed: u64) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use actix_http::Extensions;
    use actix_web::rt::net::{TcpListener, TcpStream};

    use super::accept;
    use crate::http::handover::Watched;
    use crate::http::places::Places;

    #[actix_web::test]
    async fn the_last_piece_of_an_answer_does_not_wait_for_a_confirmation() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let watched = Watched::new(listener.accept().await.unwrap().0);
        accept(&watched, &mut Extensions::new(), &Places::for_addresses(10), |_| false);
        assert!(watched.stream().nodelay().unwrap());
    }
}
