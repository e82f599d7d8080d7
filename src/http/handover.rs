//! Which answers a client's socket has taken, to the last byte. What happens to them behind the socket cannot be known. Nor
//! can a client that closed its sending side and still reads be told from one that is gone: it counts as gone.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use actix_web::rt::net::TcpStream;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::places::lock;
use crate::operations::Receipt;

/// The answers of a connection that are on their way into its socket.
#[derive(Default)]
pub(super) struct Departures {
    /// Of answers whose last byte the server has, in order.
    leaving: Mutex<Vec<Receipt>>,
    /// An end or a reset of the connection was read.
    ended: AtomicBool,
}

impl Departures {
    /// The server has all of an answer, and gives it to the socket next.
    pub(super) fn leaves(&self, receipt: Receipt) {
        lock(&self.leaving).push(receipt);
    }

    fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

/// A connection that watches what its socket takes.
pub(super) struct Watched {
    stream: TcpStream,
    departures: Arc<Departures>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream) -> Watched {
        Watched { stream, departures: Arc::default() }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(super) fn departures(&self) -> Arc<Departures> {
        Arc::clone(&self.departures)
    }

    /// Reads an end or a reset that has come already, even if the server has not looked yet. Takes nothing else.
    fn look_for_the_end(&self) {
        match SockRef::from(&self.stream).peek(&mut [MaybeUninit::uninit(); 1]) {
            Ok(0) => self.departures.end(),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => self.departures.end(),
            _ => {}
        }
    }

    /// Writes while answers leave. The server gives all that it has: once the socket has taken that, it has taken them.
    fn write_last(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8], leaving: &mut Vec<Receipt>) -> Poll<io::Result<usize>> {
        // Only before: a client that has its answer may close at once.
        self.look_for_the_end();
        let passing = leaving.first().map(Receipt::passing);
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        let gone = match &written {
            Poll::Ready(Ok(taken)) => *taken == bytes.len(),
            Poll::Ready(Err(_)) => {
                self.departures.end();
                true
            }
            Poll::Pending => false,
        };
        if gone && !self.departures.has_ended() {
            leaving.iter().for_each(Receipt::taken);
        }
        drop(passing);
        if gone {
            leaving.clear();
        }
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        match &read {
            Poll::Ready(Ok(())) if buffer.filled().len() == before && buffer.remaining() > 0 => self.departures.end(),
            Poll::Ready(Err(_)) => self.departures.end(),
            _ => {}
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let departures = self.departures();
        let mut leaving = lock(&departures.leaving);
        if leaving.is_empty() {
            drop(leaving);
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        }
        self.write_last(cx, bytes, &mut leaving)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
