//! What is served now, which a reload replaces. A request goes on with what it began with.

use std::future::{Ready, ready};
use std::io;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::{FromRequest, HttpRequest, web};

use super::places::Places;
use super::{Edge, Site, connections};

pub(crate) struct Live {
    edge: RwLock<Arc<Edge>>,
    /// Of clients; known at the start and resized later.
    pub(super) connected: Arc<Places>,
}

impl Live {
    /// # Errors
    /// Threads cannot be started.
    pub(crate) fn new(site: Site) -> io::Result<Live> {
        Ok(Live::of(Arc::new(site.edge()?)))
    }

    pub(super) fn of(edge: Arc<Edge>) -> Live {
        let connected = Places::for_addresses(connections::possible(edge.settings.limits.connections));
        Live { edge: RwLock::new(edge), connected }
    }

    /// Serves this from now on.
    pub(crate) fn replace(&self, site: Site) {
        self.put(site.after(&self.now()));
    }

    pub(super) fn put(&self, edge: Edge) {
        self.connected.resize(connections::possible(edge.settings.limits.connections));
        *self.edge.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(edge);
    }

    pub(super) fn now(&self) -> Now {
        Now(Arc::clone(&self.edge.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What a request is served with, from its beginning to its end.
pub(super) struct Now(Arc<Edge>);

impl Now {
    pub(super) fn into_inner(self) -> Arc<Edge> {
        self.0
    }
}

impl Deref for Now {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.0
    }
}

impl FromRequest for Now {
    type Error = actix_web::Error;
    type Future = Ready<Result<Now, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let live = request.app_data::<web::Data<Live>>();
        ready(live.map(|live| live.now()).ok_or_else(|| ErrorInternalServerError("nothing is served")))
    }
}
