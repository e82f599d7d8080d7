//! What the configuration defines: `fetchMandators`, `fetchSubChannels`, `fetchAccounts`, `fetchWarehouses`.

use std::collections::BTreeSet;

use super::call::{ReadOperation, Reading};
use super::wire::{Between, Match, Time, cond_of, mandator_of, window_of};
use crate::config::{Account, Mandator, SubChannel};
use crate::domain::digest::Digest;
use crate::domain::{AccountId, Failure, MandatorId, Stamp, WarehouseId};
use crate::store::Conn;
use crate::store::configured::{self, Entry};
use crate::store::filter::Cond;
use crate::{fetched, wire};

wire! {
    /// Conditions on mandators; all of them must hold.
    MandatorFilter {
        /// Its number.
        mandator_id: Option<Match<MandatorId>>,
        /// Its name.
        identifier: Option<Match<String>>,
    }

    /// Nothing is needed.
    FetchMandatorsRequest {
        /// Mandators that pass one of these filters; all where there is none.
        filters: Vec<MandatorFilter> [flat("filter")],
    }

    /// A mandator.
    MandatorRecord {
        /// Its number.
        mandator_id: MandatorId,
        /// Its name.
        identifier: String,
        /// Language of error texts, ISO 639-1.
        language_code_iso: String,
        /// Time zone of times without offset, as IANA names it.
        time_zone: String,
    }
}

fetched! { FetchMandatorsResult, mandators: MandatorRecord, "mandator" }

pub(crate) struct FetchMandators;

impl ReadOperation for FetchMandators {
    const NAME: &'static str = "fetchMandators";
    const DOC: &'static str = "Lists the mandators that the user may use.";
    type Request = FetchMandatorsRequest;
    type Result = FetchMandatorsResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchMandatorsRequest) -> Result<FetchMandatorsResult, Failure> {
        let filters: Vec<(Cond<MandatorId>, Cond<String>)> =
            request.filters.iter().map(|filter| (cond_of(filter.mandator_id.as_ref()), cond_of(filter.identifier.as_ref()))).collect();
        let passes = |mandator: &Mandator| {
            let passes =
                |(id, name): &(Cond<MandatorId>, Cond<String>)| id.passes(&mandator.mandator_id) && name.passes(&mandator.identifier);
            filters.is_empty() || filters.iter().any(passes)
        };
        let own = |mandator: &&Mandator| reading.user.may_use(mandator.mandator_id) && passes(mandator);
        let mandators = reading.settings.mandators.iter().filter(own);
        let records: Vec<MandatorRecord> = mandators
            .map(|mandator| MandatorRecord {
                mandator_id: mandator.mandator_id,
                identifier: mandator.identifier.clone(),
                language_code_iso: mandator.language.iso().to_owned(),
                time_zone: mandator.time_zone.name().to_owned(),
            })
            .collect();
        let total = records.len();
        Ok(FetchMandatorsResult::page(records, total))
    }
}

wire! {
    /// Conditions on sub channels; all of them must hold.
    SubChannelFilter {
        /// A mandator that has an account on it.
        mandator_id: Option<Match<MandatorId>>,
        /// Its number.
        sub_channel_id: Option<Match<i32>>,
        /// Its name.
        sub_channel_identifier: Option<Match<String>>,
        /// The platform family.
        channel_identifier: Option<Match<String>>,
    }

    /// Nothing is needed.
    FetchSubChannelsRequest {
        /// Sub channels that pass one of these filters; all where there is none.
        filters: Vec<SubChannelFilter> [flat("filter")],
    }

    /// A sub channel.
    SubChannelRecord {
        /// Its number.
        sub_channel_id: i32,
        /// Its name.
        sub_channel_identifier: String,
        /// The platform family.
        channel_identifier: String,
    }
}

fetched! { FetchSubChannelsResult, sub_channels: SubChannelRecord, "sub_channel" }

pub(crate) struct FetchSubChannels;

impl ReadOperation for FetchSubChannels {
    const NAME: &'static str = "fetchSubChannels";
    const DOC: &'static str = "Lists the sub channels of the installation.";
    type Request = FetchSubChannelsRequest;
    type Result = FetchSubChannelsResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchSubChannelsRequest) -> Result<FetchSubChannelsResult, Failure> {
        let passes =
            |site: &&SubChannel| request.filters.is_empty() || request.filters.iter().any(|filter| is_meant(reading, filter, site));
        let records: Vec<SubChannelRecord> = reading
            .settings
            .sub_channels
            .iter()
            .filter(passes)
            .map(|sub_channel| SubChannelRecord {
                sub_channel_id: sub_channel.sub_channel_id,
                sub_channel_identifier: sub_channel.identifier.clone(),
                channel_identifier: sub_channel.channel.clone(),
            })
            .collect();
        let total = records.len();
        Ok(FetchSubChannelsResult::page(records, total))
    }
}

fn is_meant(reading: &Reading<'_>, filter: &SubChannelFilter, site: &SubChannel) -> bool {
    let mandators = cond_of(filter.mandator_id.as_ref());
    let mut accounts = reading.settings.accounts.iter().filter(|account| account.sub_channel_id == site.sub_channel_id);
    let of_mandator = matches!(mandators, Cond::All)
        || accounts.any(|account| reading.user.may_use(account.mandator_id) && mandators.passes(&account.mandator_id));
    of_mandator
        && cond_of(filter.sub_channel_id.as_ref()).passes(&site.sub_channel_id)
        && cond_of(filter.sub_channel_identifier.as_ref()).passes(&site.identifier)
        && cond_of(filter.channel_identifier.as_ref()).passes(&site.channel)
}

wire! {
    /// Conditions on accounts; all of them must hold.
    AccountFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// When the account was last changed in the configuration.
        last_changed_at: Option<Between>,
        /// The same under the name that other calls use.
        last_changed: Option<Between>,
        /// When the account first appeared in the configuration.
        created_at: Option<Between>,
    }

    /// Which accounts to fetch.
    FetchAccountsRequest {
        /// Accounts that pass one of these filters.
        filters: Vec<AccountFilter> [flat("filter")],
    }

    /// An account.
    AccountRecord {
        /// Its number.
        account_id: AccountId,
        /// Its name.
        account_identifier: String,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// The sub channel by number.
        sub_channel_id: i32,
        /// The sub channel by name.
        sub_channel_identifier: Option<String>,
        /// Kontor works on it.
        active: bool,
        /// Name of its price list.
        pricelist_identifier: Option<String>,
        /// When it first appeared in the configuration.
        created_at: Option<Time>,
        /// When it was last changed in the configuration.
        last_changed_at: Option<Time>,
    }
}

fetched! { FetchAccountsResult, accounts: AccountRecord, "account" }

pub(crate) struct FetchAccounts;

impl ReadOperation for FetchAccounts {
    const NAME: &'static str = "fetchAccounts";
    const DOC: &'static str = "Lists the accounts of a mandator, optionally limited by the date of creation or change.";
    type Request = FetchAccountsRequest;
    type Result = FetchAccountsResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchAccountsRequest) -> Result<FetchAccountsResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut seen = BTreeSet::new();
        let mut records = Vec::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let zone = mandator.time_zone;
            let changed = window_of(filter.last_changed_at.as_ref().or(filter.last_changed.as_ref()), zone);
            let times = configured::matching(conn, "account", changed, window_of(filter.created_at.as_ref(), zone))?;
            let accounts = reading.settings.accounts.iter().filter(|account| account.mandator_id == mandator.mandator_id);
            for account in accounts {
                let Some((created, changed)) = times.get(&account.account_id.0) else { continue };
                if !seen.insert(account.account_id) {
                    continue;
                }
                records.push(AccountRecord {
                    account_id: account.account_id,
                    account_identifier: account.identifier.clone(),
                    mandator_id: account.mandator_id,
                    sub_channel_id: account.sub_channel_id,
                    sub_channel_identifier: reading.settings.sub_channel(account.sub_channel_id).map(|s| s.identifier.clone()),
                    active: account.active,
                    pricelist_identifier: Some(account.first_pricelist().to_owned()),
                    created_at: Some(Time::of(Stamp(*created), zone)),
                    last_changed_at: Some(Time::of(Stamp(*changed), zone)),
                });
            }
        }
        let total = records.len();
        Ok(FetchAccountsResult::page(records, total))
    }
}

wire! {
    /// Conditions on warehouses; all of them must hold.
    WarehouseFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The warehouse by number.
        warehouse_id: Option<Match<WarehouseId>>,
    }

    /// Which warehouses to fetch.
    FetchWarehousesRequest {
        /// Warehouses that pass one of these filters.
        filters: Vec<WarehouseFilter> [flat("filter")],
    }

    /// A warehouse.
    WarehouseRecord {
        /// Its number.
        warehouse_id: WarehouseId,
        /// The mandator it belongs to.
        mandator_id: MandatorId,
        /// Its code, as bookings name it.
        warehouse_code: String,
        /// Its name.
        identifier: String,
    }
}

fetched! { FetchWarehousesResult, warehouses: WarehouseRecord, "warehouse" }

pub(crate) struct FetchWarehouses;

impl ReadOperation for FetchWarehouses {
    const NAME: &'static str = "fetchWarehouses";
    const DOC: &'static str = "Lists the warehouses of a mandator.";
    type Request = FetchWarehousesRequest;
    type Result = FetchWarehousesResult;

    fn handle(reading: &Reading<'_>, _conn: &mut Conn<'_>, request: FetchWarehousesRequest) -> Result<FetchWarehousesResult, Failure> {
        if request.filters.is_empty() {
            mandator_of(None)?;
        }
        let mut wanted = BTreeSet::new();
        for filter in &request.filters {
            let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
            let ids = cond_of(filter.warehouse_id.as_ref());
            let passes = |id: WarehouseId| match &ids {
                Cond::In { values, .. } => values.contains(&id),
                Cond::Null => false,
                Cond::All | Cond::NotNull => true,
            };
            let warehouses = reading.settings.warehouses.iter().filter(|w| w.mandator_id == mandator.mandator_id);
            wanted.extend(warehouses.map(|w| w.warehouse_id).filter(|id| passes(*id)));
        }
        let records: Vec<WarehouseRecord> = reading
            .settings
            .warehouses
            .iter()
            .filter(|warehouse| wanted.contains(&warehouse.warehouse_id))
            .map(|warehouse| WarehouseRecord {
                warehouse_id: warehouse.warehouse_id,
                mandator_id: warehouse.mandator_id,
                warehouse_code: warehouse.code.clone(),
                identifier: warehouse.identifier.clone(),
            })
            .collect();
        let total = records.len();
        Ok(FetchWarehousesResult::page(records, total))
    }
}

/// Changes when anything that an ERP can see of an account changes in the configuration.
pub(crate) fn entry_of(account: &Account) -> Entry {
    let Account { account_id, identifier, mandator_id, sub_channel_id, active, connector, .. } = account;
    let pricelist = account.first_pricelist();
    let digest = Digest::new(1)
        .field("identifier", [identifier])
        .field("mandator_id", [mandator_id.to_string()])
        .field("sub_channel_id", [sub_channel_id.to_string()])
        .field("active", [active.to_string()])
        .field("pricelist", [pricelist])
        .field("connector", [connector]);
    let in_0_1 = format!("{identifier}|{mandator_id}|{sub_channel_id}|{active}|{pricelist}|{connector}");
    Entry { id: account_id.0, digest: digest.finish(), in_0_1 }
}
