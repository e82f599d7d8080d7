//! DHL Parcel DE Shipping, version 2: labels for parcels from Germany (OpenAPI 2.1.11; docs/CARRIERS.md says what was not
//! verified). Ordering is not idempotent there, and nothing finds a parcel by its reference: after a lost answer a person decides.

mod answer;
mod body;
mod countries;
mod settings;
#[cfg(test)]
mod tests;

use std::time::Duration;

use settings::Settings;

use super::registry::{CarrierFault, Entry, Service};
use super::{Carrier, CarrierError, Found, Made};
use crate::config::CarrierAccount;
use crate::connectors::{ChannelError, Http};
use crate::domain::label::Shipment;

pub(super) const ENTRY: Entry = Entry {
    name: "dhl",
    check: |account| Settings::read(account).map(drop),
    build: |account, timeout| Ok(Service::Calls(Box::new(Dhl::new(account, timeout)?))),
};

struct Dhl {
    settings: Settings,
    http: Http,
}

impl Dhl {
    fn new(account: &CarrierAccount, timeout: Duration) -> Result<Dhl, CarrierFault> {
        let fault = |wrong: String| CarrierFault { carrier: account.identifier.clone(), key: "settings".to_owned(), wrong };
        let settings = Settings::read(account)?;
        let http = Http::new(timeout).map_err(|error| fault(error.to_string()))?;
        Ok(Dhl { settings, http })
    }

    fn orders(&self) -> String {
        format!("{}/orders", self.settings.url)
    }
}

/// Nothing was made where no call arrived, or DHL says that it did not look at it.
fn failed(error: &ChannelError) -> CarrierError {
    let reason = error.to_string();
    match error {
        ChannelError::Unauthorized { .. } => CarrierError::NotReached(reason),
        ChannelError::Unavailable { reason: cause, .. } if cause.starts_with("no connection") || cause.starts_with("HTTP 429") => {
            CarrierError::NotReached(reason)
        }
        ChannelError::Unavailable { .. } | ChannelError::Protocol { .. } => CarrierError::Unclear(reason),
    }
}

impl Carrier for Dhl {
    fn make(&self, reference: &str, shipment: &Shipment) -> Result<Made, CarrierError> {
        let body = match body::of(&self.settings, reference, shipment) {
            Ok(body) => body,
            Err(why) => return Ok(Made::Refused(why)),
        };
        let query =
            [("includeDocs", "include"), ("docFormat", "PDF"), ("printFormat", self.settings.print_format.as_str()), ("combine", "false")];
        let must_encode = [("mustEncode", if self.settings.must_encode { "true" } else { "false" })];
        let request = self.http.post(&self.orders()).query(&query).query(&must_encode);
        let request = request.basic_auth(&self.settings.user, Some(&self.settings.password)).header("dhl-api-key", &self.settings.api_key);
        let answer = self.http.send(request.header("Accept-Language", "en-US").json(&body)).map_err(|error| failed(&error))?;
        answer::made(&answer)
    }

    fn find(&self, _reference: &str) -> Result<Found, CarrierError> {
        Ok(Found::Unknown)
    }

    fn cancel(&self, _reference: &str, tracking_number: &str) -> Result<Option<String>, CarrierError> {
        let request = self.http.delete(&self.orders()).query(&[("profile", self.settings.profile.as_str()), ("shipment", tracking_number)]);
        let request = request.basic_auth(&self.settings.user, Some(&self.settings.password)).header("dhl-api-key", &self.settings.api_key);
        let answer = self.http.send(request).map_err(|error| failed(&error))?;
        answer::cancelled(&answer)
    }
}
