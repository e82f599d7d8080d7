//! The settings in force, which a reload replaces.

use std::sync::{Arc, PoisonError, RwLock};

use super::Settings;

/// Who works on for long asks here again and again; what has begun goes on with the settings that it began with.
#[derive(Clone)]
pub struct Current(Arc<RwLock<Arc<Settings>>>);

impl Current {
    pub fn new(settings: Arc<Settings>) -> Current {
        Current(Arc::new(RwLock::new(settings)))
    }

    pub fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn set(&self, settings: Arc<Settings>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }
}
