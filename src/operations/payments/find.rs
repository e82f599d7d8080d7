//! Which payment a record of the ERP means, and whether both say the same.

use super::request::{PaymentSignificantKey, PaymentUpdate};
use crate::config::Mandator;
use crate::domain::payment::Entry;
use crate::domain::{Decimal, Failure, FieldName, MandatorId, PaymentId, code};
use crate::operations::Work;
use crate::payments::{of_currency, of_transaction};
use crate::store::payments::{self, PaymentKey, PaymentRow};

/// A text that says something.
pub(super) fn filled(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.trim().is_empty())
}

/// An IBAN without blanks, in capitals.
pub(super) fn iban(update: &PaymentUpdate) -> Option<String> {
    filled(&update.iban).map(|iban| iban.split_whitespace().collect::<String>().to_uppercase())
}

/// The keys of a payment in a record, and which of them counts.
pub(super) struct Keys<'k> {
    pub(super) chosen: PaymentSignificantKey,
    pub(super) mandator_id: MandatorId,
    pub(super) payment_id: Option<PaymentId>,
    pub(super) external_id: &'k Option<String>,
    pub(super) transaction_id: &'k Option<String>,
}

/// The payments under the key that counts, and its value.
pub(super) fn under(work: &mut Work<'_, '_>, keys: &Keys<'_>) -> Result<(String, Vec<PaymentRow>), Failure> {
    let missing = || Failure::missing(keys.chosen.word());
    let conn = &mut work.tx.conn;
    let (value, found) = match keys.chosen {
        PaymentSignificantKey::Id => {
            let id = keys.payment_id.ok_or_else(missing)?;
            (id.to_string(), payments::find(conn, keys.mandator_id, PaymentKey::Id(id))?)
        }
        PaymentSignificantKey::External => {
            let id = filled(keys.external_id).ok_or_else(missing)?;
            let found = payments::find(conn, keys.mandator_id, PaymentKey::External(&id))?;
            (id, found)
        }
        PaymentSignificantKey::Transaction => {
            let id = filled(keys.transaction_id).ok_or_else(missing)?;
            let found = payments::find(conn, keys.mandator_id, PaymentKey::Transaction(&id))?;
            (id, found)
        }
    };
    Ok((value, found))
}

/// The payment that a record names; `None`: it is new.
pub(super) fn known(work: &mut Work<'_, '_>, update: &PaymentUpdate) -> Result<Option<PaymentRow>, Failure> {
    let chosen = update.significant_key.unwrap_or_default();
    let keys = Keys {
        chosen,
        mandator_id: update.mandator_id,
        payment_id: update.payment_id,
        external_id: &update.external_id,
        transaction_id: &update.transaction_id,
    };
    let (value, mut found) = under(work, &keys)?;
    if chosen == PaymentSignificantKey::Transaction || (chosen == PaymentSignificantKey::External && found.is_empty()) {
        // A report of the payment service may have brought it already, and a payment and its refund may have one id.
        let same = of_service(work, update)?;
        if same.is_some() {
            return Ok(same);
        }
    }
    if found.len() > 1 {
        return Err(Failure::quoting(code::PAYMENT_KEY_SHARED, [&found.len(), &FieldName(chosen.word()), &value]));
    }
    match found.pop() {
        None if chosen == PaymentSignificantKey::Id => {
            Err(Failure::quoting(code::UNKNOWN_PAYMENT, [&FieldName("payment_id"), &value, &update.mandator_id]))
        }
        found => Ok(found),
    }
}

/// The payment of this transaction and amount.
fn of_service(work: &mut Work<'_, '_>, update: &PaymentUpdate) -> Result<Option<PaymentRow>, Failure> {
    let (Some(id), Some(amount), Some(currency)) = (filled(&update.transaction_id), update.payment_amount, &update.currency_code_iso)
    else {
        return Ok(None);
    };
    let key = of_transaction(&Entry { transaction_id: Some(id), amount, currency: currency.clone(), ..Entry::default() }).key;
    Ok(payments::find(&mut work.tx.conn, update.mandator_id, PaymentKey::Entry(&key))?.pop())
}

pub(super) fn differs(field: &'static str, known: &str, said: &str) -> Failure {
    Failure::quoting(code::PAYMENT_DIFFERS, [&FieldName(field), &known, &said]).within(field)
}

/// A known payment is not another one.
pub(super) fn agrees(update: &PaymentUpdate, row: &PaymentRow, mandator: &Mandator) -> Result<(), Failure> {
    if let Some(said) = update.payment_amount {
        of_currency(said, &row.currency_code_iso).map_err(|failure| failure.within("payment_amount"))?;
        if said.0 != row.amount {
            return Err(differs("payment_amount", &Decimal(row.amount).to_string(), &said.to_string()));
        }
    }
    if let Some(said) = update.currency_code_iso.as_ref().filter(|currency| **currency != row.currency_code_iso) {
        return Err(differs("currency_code_iso", &row.currency_code_iso, said));
    }
    for (field, known, said) in [
        ("external_id", &row.external_id, filled(&update.external_id)),
        ("transaction_id", &row.transaction_id, filled(&update.transaction_id)),
        ("iban", &row.iban, iban(update)),
        ("end_to_end_id", &row.end_to_end_id, filled(&update.end_to_end_id)),
    ] {
        if let (Some(known), Some(said)) = (known, said)
            && *known != said
        {
            return Err(differs(field, known, &said));
        }
    }
    if let (Some(known), Some(said)) = (row.payment_system_id, update.payment_system_id)
        && known != said
    {
        return Err(differs("payment_system_id", &known.to_string(), &said.to_string()));
    }
    // The transaction says which payment it is, and its day depends on the zone of the account.
    if row.transaction_id.is_some() && row.transaction_id == filled(&update.transaction_id) {
        return Ok(());
    }
    let booked = row.data.entry.booked;
    let day = update.payment_date.map(|time| time.stamp(mandator.time_zone).day_in(mandator.time_zone));
    match day.filter(|day| *day != booked) {
        Some(day) => Err(differs("payment_date", &booked.to_string(), &day.to_string())),
        None => Ok(()),
    }
}

/// No other payment has this key.
pub(super) fn is_free(
    work: &mut Work<'_, '_>,
    mandator_id: MandatorId,
    field: FieldName,
    key: PaymentKey<'_>,
    value: &str,
) -> Result<(), Failure> {
    let other: Option<PaymentId> = payments::find(&mut work.tx.conn, mandator_id, key)?.first().map(|row| row.payment_id);
    match other {
        Some(id) => Err(Failure::quoting(code::PAYMENT_TAKEN, [&field, &value, &id]).within(field.0)),
        None => Ok(()),
    }
}

/// Gives a known payment what it lacks. True: something is new.
pub(super) fn fill(work: &mut Work<'_, '_>, update: &PaymentUpdate, row: &mut PaymentRow) -> Result<bool, Failure> {
    let before = row.clone();
    let mandator_id = row.mandator_id;
    if let (None, Some(id)) = (&row.external_id, filled(&update.external_id)) {
        is_free(work, mandator_id, FieldName("external_id"), PaymentKey::External(&id), &id)?;
        row.external_id = Some(id);
    }
    let entry = &mut row.data.entry;
    if let (None, Some(id)) = (&row.transaction_id, filled(&update.transaction_id)) {
        entry.transaction_id = Some(id.clone());
        // From now on it is recognised in the reports of the payment service.
        let key = of_transaction(entry).key;
        is_free(work, mandator_id, FieldName("transaction_id"), PaymentKey::Entry(&key), &id)?;
        row.transaction_id = Some(id);
        row.entry_key = key;
    }
    let entry = &mut row.data.entry;
    let lacks = |known: &mut Option<String>, said: Option<String>| {
        if known.is_none() {
            *known = said;
        }
    };
    lacks(&mut entry.iban, iban(update));
    lacks(&mut entry.end_to_end_id, filled(&update.end_to_end_id));
    lacks(&mut entry.depositor, filled(&update.depositor));
    lacks(&mut entry.bic, filled(&update.bic));
    lacks(&mut entry.bank_name, filled(&update.bank_name));
    if entry.purpose.is_empty() {
        entry.purpose.extend(filled(&update.purpose));
    }
    row.iban = entry.iban.clone();
    row.end_to_end_id = entry.end_to_end_id.clone();
    row.depositor = entry.depositor.clone();
    row.payment_system_id = row.payment_system_id.or(update.payment_system_id);
    if *row == before {
        return Ok(false);
    }
    payments::save(work.tx, row, &work.user.name)?;
    Ok(true)
}
