//! `kontor payments`: statements into the gateway, and payments to orders.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::source::SettingsSource;
use super::{Error, Format, Stop, failed, print};
use crate::app;
use crate::config::{Mandator, Settings};
use crate::domain::layout::{columns, short};
use crate::domain::payment::{PaymentRecord, PaymentState};
use crate::domain::{Decimal, Failure, MandatorId, OrderId, PaymentId, Reader, Stamp, code};
use crate::payments::{self, Import};
use crate::store::filter::Cond;
use crate::store::orders::{self, OrderKey};
use crate::store::payments::{PaymentKey, PaymentRow, PaymentSelection, find, load, numbers_of, select};
use crate::store::{Conn, Store};

/// Who changed what a command changes.
const BY_COMMAND: &str = "kontor payments";
/// Characters of a text that the list shows.
const WIDEST: usize = 40;

#[derive(Subcommand)]
pub enum Payments {
    /// Import statements (camt.053, MT940) and reports of PayPal; what was imported before is recognised
    Import {
        /// The files, packed (ZIP, gzip) or not
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Whose payments they are; needed with several mandators
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        /// Our own account: other statements are refused, and reports that name none are of it
        #[arg(long, value_name = "IBAN")]
        account: Option<String>,
        /// Take the new entries of a statement that was imported before with other content
        #[arg(long)]
        accept_changed: bool,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// List the payments that wait, with the orders that they may be for
    List {
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        /// All payments, assigned ones too
        #[arg(long)]
        all: bool,
        /// Most payments that are shown, the newest
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        source: SettingsSource,
        #[command(flatten)]
        format: Format,
    },
    /// Assign a payment to an order
    Assign {
        /// Number of the payment
        payment: i32,
        /// Number of the order
        #[arg(long, value_name = "NUMBER")]
        order: i32,
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        /// Of the payment, what is for this order; else as much as both have open
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<String>,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Note that a waiting payment, or the rest of one that is assigned in part, concerns no order
    Apart {
        /// Number of the payment
        payment: i32,
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        #[command(flatten)]
        source: SettingsSource,
    },
    /// Take a payment back from its orders; it waits again, and is never again assigned automatically
    Undo {
        /// Number of the payment
        payment: i32,
        /// Only from the order with this number
        #[arg(long, value_name = "NUMBER")]
        order: Option<i32>,
        #[arg(long, value_name = "ID")]
        mandator: Option<i32>,
        #[command(flatten)]
        source: SettingsSource,
    },
}

pub fn run(command: Payments) -> Result<(), Stop> {
    match command {
        Payments::Import { files, mandator, account, accept_changed, source } => {
            let settings = source.settings()?;
            let mandator = mandator_of(&settings, mandator).map_err(failed)?.clone();
            let store = app::open_existing(&settings)?;
            let how = Import { mandator, account, accept_changed, by: BY_COMMAND.to_owned() };
            for file in &files {
                let done = import(&store, file, &how).map_err(|error| failed(format_args!("{}: {error}", file.display())))?;
                print(&format!("{}: {done}\n", file.display()));
            }
            Ok(())
        }
        Payments::List { mandator, all, limit, source, format } => {
            let settings = source.settings()?;
            let mandator = mandator_of(&settings, mandator).map_err(failed)?;
            let store = app::open_existing(&settings)?;
            let (text, value) = store.read(|conn| list(conn, mandator, all, limit)).map_err(failed)?;
            format.show(&value, || text);
            Ok(())
        }
        Payments::Assign { payment, order, mandator, amount, source } => {
            let amount = match amount.as_deref().map(|text| Decimal::parse(text).ok_or(text)).transpose() {
                Ok(amount) => amount,
                Err(text) => return Err(super::usage(format_args!("--amount: \"{text}\" is not an amount; write one such as 49.90"))),
            };
            change(source, mandator, PaymentId(payment), move |tx, row| {
                let order_id = order_of(tx, order, row.mandator_id)?;
                payments::assign(tx, row, order_id, amount, BY_COMMAND).map(drop)
            })
        }
        Payments::Apart { payment, mandator, source } => {
            change(source, mandator, PaymentId(payment), |tx, row| payments::set_apart(tx, row, BY_COMMAND))
        }
        Payments::Undo { payment, order, mandator, source } => change(source, mandator, PaymentId(payment), move |tx, row| {
            let order_id = order.map(|number| order_of(tx, number, row.mandator_id)).transpose()?;
            payments::take_back(tx, row, order_id, BY_COMMAND).map(drop)
        }),
    }
}

/// The mandator that is named, or the only one there is.
pub(super) fn mandator_of(settings: &Settings, named: Option<i32>) -> Result<&Mandator, Error> {
    let known = || settings.mandators.iter().map(|mandator| mandator.mandator_id.to_string()).collect::<Vec<_>>().join(", ");
    match (named, settings.mandators.as_slice()) {
        (Some(id), _) => settings.mandator(MandatorId(id)).ok_or_else(|| Error::UnknownMandator { asked: id, known: known() }),
        (None, [only]) => Ok(only),
        (None, _) => Err(Error::WhichMandator(known())),
    }
}

fn import(store: &Store, file: &Path, how: &Import) -> Result<payments::Imported, Error> {
    let most = u64::try_from(payments::MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(Error::File)?;
    let statements = payments::read(&bytes).map_err(payments::ImportError::from)?;
    // The workers of a gateway that runs see facts within a second.
    let (done, _) = payments::import(store, statements, how)?;
    payments::look_again(store, &how.mandator, None)?;
    Ok(done)
}

/// Changes a payment in a transaction, and says what became of it.
fn change(
    source: SettingsSource,
    mandator: Option<i32>,
    payment_id: PaymentId,
    work: impl FnOnce(&mut crate::store::Tx<'_>, &mut PaymentRow) -> Result<(), Failure> + Send + 'static,
) -> Result<(), Stop> {
    let settings = source.settings()?;
    let mandator = mandator_of(&settings, mandator).map_err(failed)?;
    let store = app::open_existing(&settings)?;
    let mandator_id = mandator.mandator_id;
    let changed = store.write(move |tx| {
        let unknown = || Failure::new(code::UNKNOWN_PAYMENT, ["payment_id", &payment_id.to_string(), &mandator_id.to_string()]);
        let mut row = find(&mut tx.conn, mandator_id, PaymentKey::Id(payment_id))?.pop().ok_or_else(unknown)?;
        work(tx, &mut row)?;
        Ok(row)
    });
    let row = changed.map_err(|failure| failed(failure.text(Reader::ADMIN)))?;
    let open = Decimal(row.open_amount);
    print(&format!("payment {}: {}, {open} {} open\n", row.payment_id, row.state.word(), row.currency_code_iso));
    Ok(())
}

fn order_of(tx: &mut crate::store::Tx<'_>, number: i32, mandator_id: MandatorId) -> Result<OrderId, Failure> {
    let found = orders::find(&mut tx.conn, mandator_id, None, &OrderKey::OrderNumber(number))?;
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(code::UNKNOWN_ORDER, ["order_number", &number.to_string(), &mandator_id.to_string()])),
        several => Err(Failure::new(code::AMBIGUOUS, [&several.len().to_string(), "order_number", &number.to_string(), "order_id"])),
    }
}

fn list(conn: &mut Conn<'_>, mandator: &Mandator, all: bool, limit: usize) -> Result<(String, Value), Failure> {
    let state = if all { Cond::All } else { Cond::any_of(vec![PaymentState::Waiting, PaymentState::PartlyAssigned]) };
    let ids = select(conn, &PaymentSelection { mandator_id: mandator.mandator_id, state, ..PaymentSelection::default() })?;
    let shown = ids.get(ids.len().saturating_sub(limit)..).unwrap_or_default();
    let mut rows = load(conn, shown)?;
    payments::renew(conn, &mut rows)?;
    let candidates = rows.iter().flat_map(|row| &row.data.candidates).map(|candidate| candidate.order_id);
    let mut orders: Vec<OrderId> = candidates.collect();
    orders.sort_unstable();
    orders.dedup();
    let orders = numbers_of(conn, &orders)?;
    let mut table = vec![["payment", "day", "state", "open", "from", "text", "perhaps for"].map(str::to_owned)];
    let mut values = Vec::new();
    for row in rows {
        let number = |order_id: OrderId| orders.get(&order_id).map_or(order_id.0, |order| order.order_number);
        let candidates = row.data.candidates.iter();
        values.push(json!({
            "payment_id": row.payment_id.0,
            "date": Stamp(row.payment_date).day_in(mandator.time_zone).to_string(),
            "state": row.state.word(),
            "kind": row.data.entry.kind.word(),
            "open": Decimal(row.open_amount).to_string(),
            "currency": row.currency_code_iso,
            "from": row.depositor,
            "purpose": row.data.entry.purpose,
            "candidates": candidates.map(|one| json!({"order_number": number(one.order_id), "score": one.score})).collect::<Vec<_>>(),
        }));
        let perhaps = row.data.candidates.iter().map(|candidate| {
            let number = orders.get(&candidate.order_id).map_or(candidate.order_id.0, |order| order.order_number);
            let reasons: Vec<&str> = candidate.reasons.iter().map(|reason| reason.word()).collect();
            format!("order {number}: {} ({})", candidate.score, reasons.join(", "))
        });
        let perhaps = perhaps.collect::<Vec<_>>().join("; ");
        let PaymentRecord { entry, .. } = &row.data;
        table.push([
            row.payment_id.to_string(),
            Stamp(row.payment_date).day_in(mandator.time_zone).to_string(),
            format!("{} {}", row.state.word(), entry.kind.word()),
            format!("{} {}", Decimal(row.open_amount), row.currency_code_iso),
            short(row.depositor.as_deref().unwrap_or_default(), WIDEST),
            short(&entry.purpose.join(" "), WIDEST),
            perhaps,
        ]);
    }
    let mut text = columns(&table);
    if shown.len() < ids.len() {
        text.push_str(&format!("{} of {} payments; --limit shows more\n", shown.len(), ids.len()));
    }
    Ok((text, json!({"total": ids.len(), "payments": values})))
}
