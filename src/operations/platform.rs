//! Elements that are named after a platform (`ottomarket_order`, `amazon_feed_filter`): which accounts and orders are meant. Only
//! some of these names are documented (`order-calls.md` 6.1, 11.1); the others follow their pattern.

use crate::config::{Account, CarrierAccount, Settings};
use crate::domain::platform::same_platform;
use crate::domain::{AccountId, Failure, MandatorId, Worded, code};
use crate::operations::call::in_mandators;
use crate::operations::wire::{Field, FieldSpec, FieldType, Match, Types, Writer, cond_of, platform_in, same_name};
use crate::operations::{Face, Reading};
use crate::store::filter::Cond;
use crate::store::labels::LabelRow;
use crate::store::orders::OrderRow;
use crate::xml::Node;

/// What such elements are called without a platform, the longest first.
const NOUNS: [&str; 12] = [
    "feedback_summary_filter",
    "browsenode_filter",
    "feedback_filter",
    "dispute_filter",
    "message_filter",
    "shipping_label",
    "feed_filter",
    "dispute",
    "message",
    "filter",
    "offer",
    "order",
];
/// The original's word for its only label service, which calls every carrier (`order-calls.md` 11.1).
const ANY_CARRIER: &str = "shipcloud";

/// The platform that a record or filter names; `None` where any is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Platform(Option<String>);

impl Platform {
    pub(crate) fn of(name: Option<&str>) -> Platform {
        Platform(name.map(str::to_owned))
    }

    /// An element that is named after the platform.
    pub(crate) fn element_of(&self, noun: &str) -> Option<String> {
        let is_name = |name: &&String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.0.as_ref().filter(is_name).filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))?;
        Some(format!("{}_{noun}", name.to_ascii_lowercase()))
    }

    #[cfg(test)]
    pub(crate) fn named(name: &str) -> Platform {
        Platform::of(Some(name))
    }

    /// Refuses an order of another platform.
    pub(crate) fn check_order(&self, settings: &Settings, row: &OrderRow) -> Result<(), Failure> {
        let Some(named) = &self.0 else { return Ok(()) };
        let connector = row.account_id.and_then(|id| settings.account(id)).map(|account| account.connector.as_str());
        let channel = settings.sub_channel(row.sub_channel_id).map(|site| site.channel.as_str());
        match is_one_of(named, [channel, connector]) {
            true => Ok(()),
            false => {
                let own = channel.or(connector).unwrap_or_default();
                Err(Failure::quoting(code::PLATFORM_DIFFERS, [&row.order_number, &own, named]))
            }
        }
    }

    /// Refuses an account of another platform.
    pub(crate) fn check_account(&self, settings: &Settings, account_id: AccountId) -> Result<(), Failure> {
        let Some(named) = &self.0 else { return Ok(()) };
        match settings.account(account_id) {
            Some(account) if !is_of(settings, named, account) => {
                Err(Failure::quoting(code::ACCOUNT_PLATFORM, [&account_id, &name_of(settings, account), named]))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a label of another carrier.
    pub(crate) fn check_label(&self, settings: &Settings, row: &LabelRow) -> Result<(), Failure> {
        settings.carriers.iter().find(|carrier| carrier.identifier == row.carrier).map_or(Ok(()), |carrier| self.check_carrier(carrier))
    }

    /// Refuses an account at another carrier.
    pub(crate) fn check_carrier(&self, carrier: &CarrierAccount) -> Result<(), Failure> {
        match self.0.as_ref().filter(|named| !same_platform(named, ANY_CARRIER)) {
            Some(named) if !carries(named, carrier) => {
                Err(Failure::quoting(code::ACCOUNT_PLATFORM, [&carrier.identifier, &carrier.carrier, named]))
            }
            _ => Ok(()),
        }
    }

    /// Those of a mandator's accounts at carriers that are meant.
    pub(crate) fn carriers<'s>(&self, mandator_id: MandatorId, own: &[&'s CarrierAccount]) -> Result<Vec<&'s CarrierAccount>, Failure> {
        let Some(named) = &self.0 else { return Ok(own.to_vec()) };
        let meant: Vec<&CarrierAccount> = own.iter().filter(|carrier| carries(named, carrier)).copied().collect();
        match meant.is_empty() {
            false => Ok(meant),
            true if same_platform(named, ANY_CARRIER) => Ok(own.to_vec()),
            true => {
                let known = own.iter().map(|carrier| carrier.carrier.as_str());
                Err(Failure::quoting(code::NO_SUCH_PLATFORM, [named, &in_mandators([mandator_id].into_iter()), &listed(known)]))
            }
        }
    }

    /// The condition on accounts of a filter about one mandator, each of which has to exist, with the platform in it.
    pub(crate) fn accounts_of(
        &self,
        reading: &Reading<'_>,
        mandator_id: MandatorId,
        sent: Option<&Match<AccountId>>,
    ) -> Result<Cond<AccountId>, Failure> {
        for id in sent.and_then(|sent| sent.any_of.as_deref()).unwrap_or_default() {
            reading.account(*id, mandator_id)?;
        }
        self.accounts(reading, &[mandator_id], sent)
    }

    /// The condition on accounts of a filter about these mandators, with the platform in it.
    pub(crate) fn accounts(
        &self,
        reading: &Reading<'_>,
        mandators: &[MandatorId],
        sent: Option<&Match<AccountId>>,
    ) -> Result<Cond<AccountId>, Failure> {
        let condition = cond_of(sent);
        let meant = self.among(reading, |account| mandators.contains(&account.mandator_id))?;
        Ok(match meant {
            Some(values) => condition.and(Cond::In { values, or_null: false }),
            None => condition,
        })
    }

    /// Those accounts of the user that are meant; `None`: all of them.
    pub(crate) fn among(&self, reading: &Reading<'_>, own: impl Fn(&Account) -> bool) -> Result<Option<Vec<AccountId>>, Failure> {
        let Some(named) = &self.0 else { return Ok(None) };
        let settings = reading.settings;
        let own: Vec<&Account> =
            settings.accounts.iter().filter(|account| reading.user.may_use(account.mandator_id) && own(account)).collect();
        let meant: Vec<AccountId> =
            own.iter().filter(|account| is_of(settings, named, account)).map(|account| account.account_id).collect();
        if meant.is_empty() {
            let mandators: std::collections::BTreeSet<MandatorId> = match own.is_empty() {
                true => reading.mandators().collect(),
                false => own.iter().map(|account| account.mandator_id).collect(),
            };
            let known = own.iter().map(|account| name_of(settings, account));
            return Err(Failure::quoting(code::NO_SUCH_PLATFORM, [named, &in_mandators(mandators.into_iter()), &listed(known)]));
        }
        Ok(Some(meant))
    }
}

fn is_one_of<'n>(named: &str, own: impl IntoIterator<Item = Option<&'n str>>) -> bool {
    own.into_iter().flatten().any(|own| same_platform(named, own))
}

fn channel_of<'s>(settings: &'s Settings, account: &Account) -> Option<&'s str> {
    settings.sub_channel(account.sub_channel_id).map(|site| site.channel.as_str())
}

fn is_of(settings: &Settings, named: &str, account: &Account) -> bool {
    is_one_of(named, [channel_of(settings, account), Some(account.connector.as_str())])
}

fn name_of<'s>(settings: &'s Settings, account: &'s Account) -> &'s str {
    channel_of(settings, account).unwrap_or(&account.connector)
}

/// `dhl` may be the carrier that is called, or the one to which a shipping software sends.
fn carries(named: &str, carrier: &CarrierAccount) -> bool {
    is_one_of(named, [&carrier.carrier, &carrier.shipping_provider, &carrier.identifier].map(|own| Some(own.as_str())))
}

/// Each once, for a text.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> Worded {
    let names: std::collections::BTreeSet<&str> = names.collect();
    match names.is_empty() {
        true => Worded::new("no account at all", "gar kein Konto"),
        false => {
            let list = names.into_iter().collect::<Vec<_>>().join(", ");
            Worded::of(list.clone(), list)
        }
    }
}

impl Field for Platform {
    fn read_field(parent: Node<'_>, spec: &'static FieldSpec, face: Face) -> Result<Self, Failure> {
        let name = parent.name();
        let named = match NOUNS.iter().any(|noun| same_name(name, noun)) {
            true => None,
            false => NOUNS.iter().find_map(|noun| platform_in(name, noun)),
        };
        match named {
            Some(platform) => Ok(Platform(Some(platform.to_owned()))),
            None => Option::<String>::read_field(parent, spec, face).map(Platform),
        }
    }

    fn write_field(&self, out: &mut Writer, spec: &FieldSpec) {
        self.0.write_field(out, spec);
    }

    fn describe(spec: &'static FieldSpec, types: &mut Types) -> FieldType {
        Option::<String>::describe(spec, types)
    }
}
