//! Sending customers, coupons, messages and disputes to a channel, one after the other.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Attempt, Due, Round};
use crate::config::Account;
use crate::connectors::{Acceptance, CouponRecord, CustomerRecord, DisputeRecord, MessageRecord, Outcome, Record, Transfer};
use crate::dispatch::context::Context;
use crate::dispatch::sent::{Pause, Sent};
use crate::dispatch::settle::{About, Health, Settlement, clean};
use crate::dispatch::turn::Kind;
use crate::domain::contact::ContactContent;
use crate::domain::coupon::Coupon;
use crate::domain::lookup::CustomerGroup;
use crate::domain::message::{Arg, Message, own};
use crate::domain::rate::ChannelCall;
use crate::domain::transfer::{SentCustomer, TransferKind};
use crate::domain::{Failure, Reader, Stamp, code};
use crate::store::accounts::WorkRow;
use crate::store::begun::Begun;
use crate::store::contacts::{self, ContactRow};
use crate::store::filter::Cond;
use crate::store::lookups::{self, LookUpFilter, LookUpRow};
use crate::store::orders::customer_addresses;
use crate::store::orders::customers::{self, CustomerRow};
use crate::store::outbox::Settled;
use crate::store::transfers::{self, Taken, TransferRow};
use crate::store::{Conn, broken_document};

/// Remembers nothing.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct Transfers;

impl Round for Transfers {
    /// Sends the next due record.
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        let account_id = context.account_id();
        let Some(row) = context.store.read(|conn| transfers::due(conn, account_id, now))? else {
            return Ok(None);
        };
        if !context.channel.capabilities.transfers.contains(&row.kind) {
            return keep(context, row.kind);
        }
        let zone = context.time_zone();
        let made = context.store.read(|conn| Ok(transfer_of(conn, &context.account, zone, &row)))?;
        let Made { transfer, name, sent: kept } = match made {
            Ok(Ok(made)) => made,
            Ok(Err(unfit)) => return park(context, row, &unfit),
            Err(failure) if failure.code == code::INTERNAL => {
                let why = Arg::worded(|reader| failure.text(reader));
                let name = format!("{} {}", row.kind.word(), row.record_id);
                return park(context, row, &own::transfer_refused(name, why));
            }
            Err(failure) => return Err(failure),
        };
        if context.channel.has_to_wait(ChannelCall::Transfer, now) {
            return Ok(None);
        }
        context.begin(Begun::Transfer(row.transfer_id), row.begun)?;
        let (result, now) = context.channel.call(ChannelCall::Transfer, now, |connector| connector.transfer(&transfer));
        let mut settlement = context.settlement();
        let attempt = match result {
            Ok(outcome) => {
                context.channel.answered(Kind::Transfers);
                settlement.health = Some(Health::Worked);
                settle_outcome(context, row, (&name, kept), outcome, now, &mut settlement);
                Attempt::Worked
            }
            Err(error) => {
                let blocked_until = context.failed(Kind::Transfers, &error, work, now);
                let reason = clean(&error.to_string());
                let pause = Pause { now, earliest: blocked_until, after: None };
                sent(row, &name).again(context, &reason, pause, &mut settlement);
                settlement.health = Some(Health::Failed { blocked_until, error: reason });
                Attempt::Failed
            }
        };
        context.settle(settlement)?;
        Ok(Some(attempt))
    }

    fn due(&self, conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let next = transfers::next_due(conn, context.account_id())?;
        Ok(Due::calling(ChannelCall::Transfer, next).into_iter().collect())
    }

    fn forget(&mut self) {}
}

/// The channel takes nothing of this kind: said once for all that wait.
fn keep(context: &mut Context, kind: TransferKind) -> Result<Option<Attempt>, Failure> {
    let message = own::transfers_not_sent(Arg::worded(|reader| kind.several(reader).to_owned()));
    let (account_id, why) = (context.account_id(), message.line());
    let said = Settlement { messages: vec![context.message(About::Account, &message)], ..context.settlement() };
    context.end(move |tx| {
        transfers::keep_all(tx, account_id, kind, &why)?;
        said.apply(tx)
    })?;
    context.bell.tell_settled();
    Ok(Some(Attempt::Worked))
}

fn park(context: &mut Context, row: TransferRow, message: &Message) -> Result<Option<Attempt>, Failure> {
    log::warn!("account {}: {} {} is not sent: {}", context.account_id(), row.kind.word(), row.record_id, message.code());
    let mut settlement = context.settlement();
    settlement.messages.push(context.message(About::Account, message));
    settlement.settle([row], &Settled::Parked { error: message.line() });
    context.settle(settlement)?;
    Ok(Some(Attempt::Worked))
}

/// How a record is named in messages.
fn name_of(kind: TransferKind, number: &str) -> Arg {
    Arg::worded(|reader| format!("{} {number}", kind.one(reader)))
}

/// A record for the channel.
struct Made {
    transfer: Transfer,
    /// In messages.
    name: Arg,
    /// What the channel has of it afterwards, where later changes need it.
    sent: Option<String>,
}

/// The record as it is now, or why it cannot be sent.
fn transfer_of(conn: &mut Conn<'_>, account: &Account, zone: Tz, row: &TransferRow) -> Result<Result<Made, Message>, Failure> {
    let gone = || {
        let why = Arg::worded(|reader| reader.choose("it does not exist any more", "es gibt ihn nicht mehr").to_owned());
        Ok(Err(own::transfer_refused(name_of(row.kind, &row.record_id.to_string()), why)))
    };
    let (record, name, sent) = match row.kind {
        TransferKind::Customer => {
            let Some(customer) = customers::by_id(conn, account.mandator_id, row.record_id)? else { return gone() };
            let name = name_of(row.kind, &customer.customer_number.to_string());
            let Some(key) = customer.channel_key.clone() else {
                let why = Arg::worded(|reader| {
                    reader
                        .choose("the channel named neither an id nor an e-mail address", "der Kanal nannte weder Id noch E-Mail-Adresse")
                        .to_owned()
                });
                return Ok(Err(own::transfer_refused(name, why)));
            };
            let (record, sent) = customer_record(conn, account, row, &customer, key)?;
            (Record::Customer(Box::new(record)), name, Some(sent))
        }
        TransferKind::Coupon => {
            let filter = LookUpFilter { mandator_id: account.mandator_id, id: Cond::one(row.record_id), ..LookUpFilter::default() };
            let Some(coupon) = lookups::matching::<Coupon>(conn, &filter)?.pop() else { return gone() };
            let name = name_of(row.kind, &coupon.identifier);
            (Record::Coupon(coupon_record(account, zone, coupon)?), name, None)
        }
        TransferKind::Message | TransferKind::Dispute => {
            let Some(contact) = contacts::get(conn, row.record_id)? else { return gone() };
            let name = name_of(row.kind, &row.record_id.to_string());
            let external_number = row.external_number.clone().or_else(|| contact.external_number.clone());
            let transfer = Transfer { external_number, record: contact_record(contact)? };
            return Ok(Ok(Made { transfer, name, sent: None }));
        }
    };
    Ok(Ok(Made { transfer: Transfer { external_number: row.external_number.clone(), record }, name, sent }))
}

/// A customer with his group and addresses, compared with what the channel has; and what it has afterwards.
fn customer_record(
    conn: &mut Conn<'_>,
    account: &Account,
    row: &TransferRow,
    customer: &CustomerRow,
    key: String,
) -> Result<(CustomerRecord, String), Failure> {
    let groups = lookups::of_mandator::<CustomerGroup>(conn, account.mandator_id)?;
    let (own_groups, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| Some(group.id) == customer.customer_group_id);
    let group = own_groups.into_iter().next().map(|group| (group.id, group.identifier));
    let stored = customer_addresses::of(conn, &[customer.customer_id])?.remove(&customer.customer_id).unwrap_or_default();
    let addresses = stored.into_iter().map(|row| Ok((row.address_id, row.document()?))).collect::<Result<Vec<_>, Failure>>()?;
    // What an older program kept, or nothing, only costs that a change is taken for something new.
    let before: SentCustomer = row.sent.as_deref().and_then(|sent| serde_json::from_str(sent).ok()).unwrap_or_default();
    let renamed = |(id, name): &(i32, String)| group.as_ref().is_some_and(|(now, called)| now == id && called != name);
    let group_before = before.group.filter(renamed).map(|(_, name)| name);
    let sent = SentCustomer { group: group.clone(), addresses: addresses.clone() };
    let sent = serde_json::to_string(&sent).map_err(|error| broken_document("record that was sent", &error))?;
    let record = CustomerRecord {
        key,
        email: customer.email_address.clone(),
        customer: customer.document()?,
        group: group.map(|(_, name)| name),
        other_groups: others.into_iter().map(|group| group.identifier).collect(),
        group_before,
        addresses,
        addresses_before: before.addresses,
    };
    Ok((record, sent))
}

fn contact_record(contact: ContactRow) -> Result<Record, Failure> {
    let key = contacts::key_of(contact.contact_id);
    let (order_id, line_id) = (contact.marketplace_order_id, contact.channel_line_id);
    match contact.data {
        ContactContent::Message(message) => Ok(Record::Message(Box::new(MessageRecord { key, order_id, line_id, message }))),
        ContactContent::Dispute(dispute) => Ok(Record::Dispute(Box::new(DisputeRecord { key, order_id, line_id, dispute }))),
        ContactContent::Feedback(_) => Err(Failure::new(code::INTERNAL, ["feedback is not sent"])),
    }
}

fn coupon_record(account: &Account, zone: Tz, row: LookUpRow<Coupon>) -> Result<CouponRecord, Failure> {
    let coupon = row.document()?;
    Ok(CouponRecord {
        code: row.identifier,
        from: coupon.valid_from.map(|day| beginning(day, zone)),
        until: coupon.valid_to.and_then(|day| day.succ_opt()).map(|day| beginning(day, zone)),
        coupon,
        language: account.language.clone(),
    })
}

/// The first moment of a day. Where the clocks go forward at midnight, it begins an hour later.
fn beginning(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let at = |hour| zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0)?).earliest();
    at(0).or_else(|| at(1)).map_or_else(|| day.and_time(chrono::NaiveTime::MIN).and_utc(), |time| time.to_utc())
}

fn sent(row: TransferRow, name: &Arg) -> Sent {
    Sent { about: About::Account, name: name.text(Reader::ADMIN), rows: vec![row.into()] }
}

fn settle_outcome(
    context: &Context,
    row: TransferRow,
    (name, kept): (&Arg, Option<String>),
    outcome: Outcome,
    now: Stamp,
    settlement: &mut Settlement,
) {
    context.channel.count(ChannelCall::Transfer, &outcome);
    match outcome {
        Outcome::Done { external_number, messages, .. } | Outcome::DoneInPart { external_number, messages, .. } => {
            let number = external_number.filter(|number| row.external_number.as_ref() != Some(number));
            settlement.transferred.push(Taken { transfer_id: row.transfer_id, external_number: number, sent: kept });
            sent(row, name).done(context, &messages, settlement);
        }
        Outcome::Refused(message) => {
            let why = Arg::worded(|reader| message.text(reader));
            sent(row, name).refused(context, &own::transfer_refused(name.clone(), why), settlement);
        }
        Outcome::Accepted(Acceptance { after, .. }) => {
            let reason = "the channel accepted it into a task, which records have none of";
            sent(row, name).again(context, reason, Pause { now, earliest: Stamp(0), after }, settlement);
        }
        Outcome::Later { after, reason } => {
            sent(row, name).again(context, &reason, Pause { now, earliest: Stamp(0), after }, settlement);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_day_begins_at_midnight_or_when_the_clock_skips_it_an_hour_later() {
        let cases = [
            ("2026-07-01", chrono_tz::Europe::Berlin, "2026-06-30T22:00:00+00:00"),
            ("2026-12-01", chrono_tz::Europe::Berlin, "2026-11-30T23:00:00+00:00"),
            // Chile sets its clocks forward at midnight.
            ("2026-09-06", chrono_tz::America::Santiago, "2026-09-06T04:00:00+00:00"),
        ];
        for (day, zone, expected) in cases {
            assert_eq!(beginning(day.parse().unwrap(), zone).to_rfc3339(), expected);
        }
    }
}
