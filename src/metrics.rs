//! What this process counts and times, and how a monitoring system gets it: the OpenMetrics text that Prometheus
//! reads. docs/OPERATION.md lists the names.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::domain::hourly::{Counted, hour_of};
use crate::domain::rate::ChannelCall;
use crate::domain::{AccountId, Stamp};

/// Put before every name.
const PREFIX: &str = "kontor";
/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets in seconds: a single call takes milliseconds, a large one seconds, a channel up to its
/// time-out.
const SECONDS: [f64; 10] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SoapCall {
    face: &'static str,
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SoapOperation {
    face: &'static str,
    operation: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AccountCall {
    account: i32,
    call: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AccountOutcome {
    account: i32,
    call: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfAccount {
    account: i32,
}

type Timed<L> = Family<L, Histogram, fn() -> Histogram>;

fn timed<L: Clone + std::hash::Hash + Eq>() -> Timed<L> {
    Family::new_with_constructor(|| Histogram::new(SECONDS))
}

/// The counters of one process. Cheap to count on, from any thread.
pub struct Metrics {
    registry: Registry,
    soap_calls: Family<SoapCall, Counter>,
    soap_seconds: Timed<SoapOperation>,
    channel_calls: Family<AccountOutcome, Counter>,
    channel_seconds: Timed<AccountCall>,
    channel_rows: Family<AccountOutcome, Counter>,
    orders: Family<OfAccount, Counter>,
    calls_not_kept: Counter,
    /// What was counted since it was last taken.
    hourly: Mutex<Hourly>,
}

/// Hour, account and what is counted.
pub type Hourly = BTreeMap<(i64, AccountId, Counted), i64>;

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix(PREFIX),
            soap_calls: Family::default(),
            soap_seconds: timed(),
            channel_calls: Family::default(),
            channel_seconds: timed(),
            channel_rows: Family::default(),
            orders: Family::default(),
            calls_not_kept: Counter::default(),
            hourly: Mutex::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("build", "The version that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("soap_calls", "Calls of ERPs that were answered", metrics.soap_calls.clone());
        registry.register("soap_call_duration_seconds", "Time until a call of an ERP was answered", metrics.soap_seconds.clone());
        registry.register("channel_calls", "Calls to channels", metrics.channel_calls.clone());
        registry.register("channel_call_duration_seconds", "Time until a channel answered", metrics.channel_seconds.clone());
        registry.register("channel_rows", "Offers and order reports that channels decided on", metrics.channel_rows.clone());
        registry.register(
            "calls_not_kept",
            "Calls of ERPs that are not in the journal, because it could not keep up",
            metrics.calls_not_kept.clone(),
        );
        registry.register("channel_orders", "New orders that were collected", metrics.orders.clone());
        metrics
    }
}

impl Metrics {
    /// A call was answered. `operation` is from the catalogue, or empty if the call did not get that far.
    pub fn soap_call(&self, face: &'static str, operation: &'static str, outcome: &'static str, took: Duration) {
        let operation = if operation.is_empty() { "none" } else { operation };
        self.soap_calls.get_or_create(&SoapCall { face, operation, outcome }).inc();
        self.soap_seconds.get_or_create(&SoapOperation { face, operation }).observe(took.as_secs_f64());
    }

    pub fn channel_call(&self, account: AccountId, call: ChannelCall, outcome: &'static str, took: Duration) {
        let call = call.word();
        self.channel_calls.get_or_create(&AccountOutcome { account: account.0, call, outcome }).inc();
        self.channel_seconds.get_or_create(&AccountCall { account: account.0, call }).observe(took.as_secs_f64());
        self.by_hour(account, Counted::Calls, 1);
        if outcome != "answered" {
            self.by_hour(account, Counted::Failures, 1);
        }
    }

    /// What a channel decided about one offer or one report.
    pub fn channel_row(&self, account: AccountId, call: ChannelCall, outcome: &'static str) {
        self.channel_rows.get_or_create(&AccountOutcome { account: account.0, call: call.word(), outcome }).inc();
    }

    /// Calls that the journal lacks.
    pub fn calls_not_kept(&self, count: usize) {
        self.calls_not_kept.inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }

    pub fn new_orders(&self, account: AccountId, count: usize) {
        self.orders.get_or_create(&OfAccount { account: account.0 }).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
        self.by_hour(account, Counted::Orders, i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn by_hour(&self, account: AccountId, counted: Counted, count: i64) {
        let mut hourly = self.hourly.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = hourly.entry((hour_of(Stamp::now()), account, counted)).or_default();
        *sum = sum.saturating_add(count);
    }

    /// What was counted and is not in the database yet.
    pub fn hourly(&self) -> Hourly {
        self.hourly.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was counted since the last time, for the database.
    pub fn take_hourly(&self) -> Hourly {
        std::mem::take(&mut *self.hourly.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Everything as text, together with what was read for it just now.
    pub fn text(&self, levels: &Levels) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = text::encode_registry(&mut out, &self.registry);
        let _ = encode(&mut out, &levels.registry);
        out
    }
}

/// Names and values of what sets a value apart.
pub type Labels = Vec<(&'static str, String)>;

/// Values that are read when somebody asks.
pub struct Levels {
    registry: Registry,
}

impl Default for Levels {
    fn default() -> Levels {
        Levels { registry: Registry::with_prefix(PREFIX) }
    }
}

impl Levels {
    pub fn add(&mut self, name: &str, help: &str, values: impl IntoIterator<Item = (Labels, i64)>) {
        let family = Family::<Labels, Gauge>::default();
        for (labels, value) in values {
            family.get_or_create(&labels).set(value);
        }
        self.registry.register(name, help, family);
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::AccountId;
    use std::time::Duration;

    use super::{Levels, Metrics};
    use crate::domain::rate::ChannelCall;

    #[test]
    fn counts_and_levels_are_told_together() {
        let metrics = Metrics::default();
        metrics.soap_call("typed", "updateItems", "ok", Duration::from_millis(30));
        metrics.soap_call("typed", "updateItems", "ok", Duration::from_secs(3));
        metrics.soap_call("compat", "", "fault", Duration::ZERO);
        metrics.channel_call(AccountId(1000), ChannelCall::Submit, "unavailable", Duration::from_secs(31));
        metrics.channel_row(AccountId(1000), ChannelCall::PushFact, "refused");
        metrics.new_orders(AccountId(1000), 3);
        let mut levels = Levels::default();
        levels.add("outbox_changes", "Changes", [(vec![("account", "1000".to_owned()), ("status", "parked".to_owned())], 7)]);
        let text = metrics.text(&levels);
        for line in [
            concat!("kontor_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "kontor_soap_calls_total{face=\"typed\",operation=\"updateItems\",outcome=\"ok\"} 2",
            "kontor_soap_calls_total{face=\"compat\",operation=\"none\",outcome=\"fault\"} 1",
            "kontor_soap_call_duration_seconds_bucket{le=\"0.05\",face=\"typed\",operation=\"updateItems\"} 1",
            "kontor_soap_call_duration_seconds_count{face=\"typed\",operation=\"updateItems\"} 2",
            "kontor_channel_calls_total{account=\"1000\",call=\"submit\",outcome=\"unavailable\"} 1",
            "kontor_channel_call_duration_seconds_bucket{le=\"+Inf\",account=\"1000\",call=\"submit\"} 1",
            "kontor_channel_rows_total{account=\"1000\",call=\"push_fact\",outcome=\"refused\"} 1",
            "kontor_channel_orders_total{account=\"1000\"} 3",
            "kontor_outbox_changes{account=\"1000\",status=\"parked\"} 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in:\n{text}");
        }
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    }
}
