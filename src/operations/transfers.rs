//! `syncPlatformCustomers` and `syncPlatformCoupons`: hand customers and coupons over to channels (`channel-calls.md` 15; request
//! and answer inferred).
//!
//! Decided here: what was handed over once follows its changes automatically, as offers do, because a coupon that ended must not
//! go on in a shop. A customer goes to the account whose buyer it is, once the ERP has changed it; Kontor opens no customer
//! accounts. A coupon that ended before an account had it is not sent there.

use std::collections::BTreeSet;

use super::common::ReportOf;
use super::sync::each_account;
use super::{Finished, Work, WriteOperation};
use crate::config::Account;
use crate::domain::coupon::Coupon;
use crate::domain::transfer::TransferKind;
use crate::domain::{AccountId, Failure, MandatorId, Worded, code};
use crate::store::orders::customers;
use crate::store::{Conn, lookups, transfers};
use crate::{reports, wire, write_request};

write_request! {
    /// Which customers to hand over.
    SyncCustomersRequest {
        /// The accounts; all active accounts of the user's mandators where none is given.
        accounts: Vec<AccountId> [each("account_id"), typed("account_ids")],
        /// The customers; all that updateCustomers changed where none is given. Each goes to the account whose buyer it is.
        customers: Vec<i32> [each("customer_id"), typed("customer_ids")],
        /// true: answer only after the channels have taken or refused them, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

write_request! {
    /// Which coupons to hand over.
    SyncCouponsRequest {
        /// The accounts; all active accounts of the user's mandators where none is given.
        accounts: Vec<AccountId> [each("account_id"), typed("account_ids")],
        /// The coupons; all of the account's mandator where none is given. One that has ended goes only where it was sent before.
        coupons: Vec<i32> [each("coupon_id"), typed("coupon_ids")],
        /// true: answer only after the channels have taken or refused them, at most after the configured time; false (default): answer at once.
        process_synchronous: Option<bool>,
    }
}

wire! {
    /// What a report is about: an account, or one record.
    TransferKeys {
        /// Account.
        account_id: Option<AccountId>,
        /// Its mandator.
        mandator_id: Option<MandatorId>,
        /// How many records go to the account.
        transfers: Option<i32>,
        /// The customer that the report is about.
        customer_id: Option<i32>,
        /// The coupon that the report is about.
        coupon_id: Option<i32>,
    }
}

reports! { SyncCustomersResult, SyncedCustomersReport, transfer: TransferKeys }
reports! { SyncCouponsResult, SyncedCouponsReport, transfer: TransferKeys }

/// The operation.
pub(crate) struct SyncPlatformCustomers;

impl WriteOperation for SyncPlatformCustomers {
    const NAME: &'static str = "syncPlatformCustomers";
    const DOC: &'static str = "Sends customers that updateCustomers changed to the channels whose buyers they are, with their \
        customer group. Later changes of them follow automatically.";
    // Every call sends them: what somebody changed in the channel is put right.
    const REPLAYED_BY_CONTENT: bool = false;
    type Request = SyncCustomersRequest;
    type Result = SyncCustomersResult;

    fn handle(work: &mut Work<'_, '_>, request: SyncCustomersRequest) -> Result<SyncCustomersResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = hand_over(work, TransferKind::Customer, request.accounts, &request.customers)?;
        Ok(SyncCustomersResult::of(reports))
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut SyncCustomersResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, &mut result.reports)
    }
}

/// The operation.
pub(crate) struct SyncPlatformCoupons;

impl WriteOperation for SyncPlatformCoupons {
    const NAME: &'static str = "syncPlatformCoupons";
    const DOC: &'static str = "Sends coupons of updateCoupons to channels. Later changes of them follow automatically, also that they end.";
    const REPLAYED_BY_CONTENT: bool = false;
    type Request = SyncCouponsRequest;
    type Result = SyncCouponsResult;

    fn handle(work: &mut Work<'_, '_>, request: SyncCouponsRequest) -> Result<SyncCouponsResult, Failure> {
        work.synchronous = request.process_synchronous == Some(true);
        let reports = hand_over(work, TransferKind::Coupon, request.accounts, &request.coupons)?;
        Ok(SyncCouponsResult::of(reports))
    }

    fn finish(conn: &mut Conn<'_>, call: &Finished, result: &mut SyncCouponsResult) -> Result<bool, Failure> {
        tell_refusals(conn, call, &mut result.reports)
    }
}

/// One report per account, and one per named record that goes to none of them.
fn hand_over<R: ReportOf<Keys = TransferKeys>>(
    work: &mut Work<'_, '_>,
    kind: TransferKind,
    accounts: Vec<AccountId>,
    named: &[i32],
) -> Result<Vec<R>, Failure> {
    let mut left: BTreeSet<i32> = named.iter().copied().collect();
    let ask = |work: &mut Work<'_, '_>, account: &Account| {
        let mut fit = fit_for(work, kind, account)?;
        fit.retain(|id| named.is_empty() || named.contains(id));
        left.retain(|id| !fit.contains(id));
        transfers::ask(work.tx, account.account_id, kind, &fit)?;
        let transfers = Some(i32::try_from(fit.len()).unwrap_or(i32::MAX));
        Ok(TransferKeys { mandator_id: Some(account.mandator_id), transfers, ..about(account.account_id) })
    };
    let mut reports = each_account(work, accounts, about, ask)?;
    let reader = work.reader(None);
    for id in left {
        let failure = not_sent(work, kind, id)?;
        reports.push(R::new(None, None, Some(keys_of(kind, id)), Some((failure.return_code(), failure.text(reader)))));
    }
    Ok(reports)
}

/// Why a record goes to none of the accounts.
fn not_sent(work: &mut Work<'_, '_>, kind: TransferKind, id: i32) -> Result<Failure, Failure> {
    let nowhere = Worded::new("it does not exist in your mandators", "es gibt ihn in Ihren Mandanten nicht");
    let (user, conn) = (work.user, &mut work.tx.conn);
    if kind == TransferKind::Customer {
        let known = customers::load(conn, &[id])?.pop().filter(|row| user.may_use(row.mandator_id));
        let why = match known.map(|row| (row.account_id, row.kept)) {
            None => nowhere,
            Some((None, _)) => Worded::new("it is a buyer of no account", "er ist Käufer keines Kontos"),
            Some((Some(_), false)) => Worded::new(
                "updateCustomers never changed it, so the channel has it as it is",
                "updateCustomers hat ihn nie geändert, der Kanal hat ihn also, wie er ist",
            ),
            Some((Some(account), true)) => Worded::of(
                format!("account {account}, whose buyer it is, is not among these accounts"),
                format!("das Konto {account}, dessen Käufer er ist, ist nicht unter diesen Konten"),
            ),
        };
        return Ok(Failure::quoting(code::CUSTOMER_NOT_SENT, [&id, &why]));
    }
    let today = work.tx.stamp;
    let mut why = nowhere;
    for mandator in work.settings.mandators.iter().filter(|mandator| work.user.may_use(mandator.mandator_id)) {
        let rows = lookups::of_mandator::<Coupon>(&mut work.tx.conn, mandator.mandator_id)?;
        let Some(row) = rows.into_iter().find(|row| row.id == id) else { continue };
        why = match row.document()?.has_ended(today.day_in(mandator.time_zone)) {
            true => Worded::new("it ended before these accounts had it", "er endete, bevor diese Konten ihn hatten"),
            false => Worded::of(
                format!("none of these accounts is one of mandator {}", mandator.mandator_id),
                format!("keines dieser Konten gehört zum Mandanten {}", mandator.mandator_id),
            ),
        };
    }
    Ok(Failure::quoting(code::COUPON_NOT_SENT, [&id, &why]))
}

fn about(account_id: AccountId) -> TransferKeys {
    TransferKeys { account_id: Some(account_id), ..TransferKeys::default() }
}

fn keys_of(kind: TransferKind, record_id: i32) -> TransferKeys {
    match kind {
        TransferKind::Customer => TransferKeys { customer_id: Some(record_id), ..TransferKeys::default() },
        TransferKind::Coupon => TransferKeys { coupon_id: Some(record_id), ..TransferKeys::default() },
        // Other calls send these.
        TransferKind::Message | TransferKind::Dispute => TransferKeys::default(),
    }
}

/// The records that an account may get.
fn fit_for(work: &mut Work<'_, '_>, kind: TransferKind, account: &Account) -> Result<Vec<i32>, Failure> {
    let today = work.tx.stamp.day_in(work.mandator(account.mandator_id)?.time_zone);
    let conn = &mut work.tx.conn;
    if kind == TransferKind::Customer {
        return customers::kept_of(conn, account.mandator_id, account.account_id);
    }
    let known = transfers::known(conn, account.account_id, kind)?;
    let mut fit = Vec::new();
    for row in lookups::of_mandator::<Coupon>(conn, account.mandator_id)? {
        if known.contains(&row.id) || !row.document()?.has_ended(today) {
            fit.push(row.id);
        }
    }
    Ok(fit)
}

/// A caller that waited learns which records the channels did not take.
fn tell_refusals<R: ReportOf<Keys = TransferKeys>>(conn: &mut Conn<'_>, call: &Finished, reports: &mut Vec<R>) -> Result<bool, Failure> {
    if !call.synchronous {
        return Ok(false);
    }
    let refused = transfers::refused(conn, call.stamp)?;
    for row in &refused {
        let failure = Failure::new(code::CHANNEL_REFUSED, [row.last_error.as_deref().unwrap_or_default()]);
        let keys = TransferKeys { account_id: Some(row.account_id), ..keys_of(row.kind, row.record_id) };
        reports.push(R::new(None, None, Some(keys), Some((failure.return_code(), failure.text(call.reader)))));
    }
    Ok(!refused.is_empty())
}
