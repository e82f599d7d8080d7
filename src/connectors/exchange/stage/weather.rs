//! What can happen between Kontor and a folder.

use std::io;
use std::sync::{Arc, Mutex};

use super::super::super::suite::Fault;

/// What goes wrong with a touch of the disk.
#[derive(Clone, Default)]
pub(in super::super) struct Weather(Arc<Mutex<Sky>>);

#[derive(Default)]
struct Sky {
    /// The fault, and how many touches pass before it.
    coming: Option<(Fault, usize)>,
    met: bool,
    /// The process is gone.
    gone: bool,
}

impl Weather {
    pub(in super::super) fn strikes<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let fault = {
            let mut sky = self.0.lock().unwrap();
            if sky.gone {
                return Err(io::Error::other("the process is gone"));
            }
            match &mut sky.coming {
                Some((_, passing)) if *passing > 0 => {
                    *passing -= 1;
                    None
                }
                Some((fault, _)) => {
                    let fault = *fault;
                    (sky.coming, sky.met, sky.gone) = (None, true, fault == Fault::Crash);
                    Some(fault)
                }
                None => None,
            }
        };
        let kind = match fault {
            None => return work(),
            Some(Fault::LostAnswer | Fault::Cut | Fault::Crash) => {
                work()?;
                io::ErrorKind::Interrupted
            }
            Some(Fault::Down) => io::ErrorKind::NotFound,
            Some(Fault::Throttled { .. }) => io::ErrorKind::StorageFull,
            Some(Fault::Html) => io::ErrorKind::PermissionDenied,
            Some(Fault::SessionEnded) => io::ErrorKind::StaleNetworkFileHandle,
        };
        Err(kind.into())
    }

    /// A new process.
    pub(super) fn revives(&self) {
        self.0.lock().unwrap().gone = false;
    }

    pub(super) fn comes(&self, fault: Fault, passing: usize) {
        self.0.lock().unwrap().coming = Some((fault, passing));
    }

    /// Good weather again; whether the fault was met. A process that is gone stays so.
    pub(super) fn clears(&self) -> bool {
        let mut sky = self.0.lock().unwrap();
        let gone = sky.gone;
        std::mem::replace(&mut *sky, Sky { gone, ..Sky::default() }).met
    }
}
