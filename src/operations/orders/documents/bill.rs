//! What an order says of its invoice, and why there can be none.

use chrono::{Days, NaiveDate};

use crate::config::{Billing, Mandator, Settings};
use crate::domain::document::Version;
use crate::domain::invoice::{Bill, Cause, Charge, ExtraKind, Goods, Invoice, InvoiceKind};
use crate::domain::order::{Address, Coupon, PaymentStatus, PriceType, Sold, charged};
use crate::domain::{Currency, Decimal, Failure, Language, Stamp, Worded, code};
use crate::store::orders::{OrderItemRow, OrderParts, OrderRow};

/// The language of an order's papers: that of its account, else of the mandator.
pub(super) fn language_of(settings: &Settings, mandator: &Mandator, order: &OrderRow) -> Language {
    match order.account_id.and_then(|id| settings.account(id)).map(|account| account.language.to_ascii_lowercase()) {
        Some(language) if language.starts_with("de") => Language::De,
        Some(_) => Language::En,
        None => mandator.language,
    }
}

pub(super) fn lacks(en: impl Into<String>, de: impl Into<String>) -> Failure {
    Failure::quoting(code::INVOICE_LACKS, [&Worded::of(en.into(), de.into())])
}

fn filled(address: Option<&Address>) -> Option<&Address> {
    address.filter(|address| **address != Address::default())
}

/// Where the goods go.
pub(in crate::operations::orders) fn delivery_address(order: &OrderRow) -> Option<&Address> {
    filled(order.data.delivery_address.as_ref()).or(filled(order.data.invoice_address.as_ref()))
}

/// Pieces that are not cancelled.
fn billed(item: &OrderItemRow) -> i32 {
    item.quantity.saturating_sub(item.cancelled).max(0)
}

/// The day in the mandator's zone.
pub(super) fn day_of(stamp: i64, mandator: &Mandator) -> NaiveDate {
    Stamp(stamp).day_in(mandator.time_zone)
}

/// Who pays, with what an invoice must say of him.
fn buyer_of(order: &OrderRow) -> Result<Address, Failure> {
    let (invoice, delivery) = (order.data.invoice_address.as_ref(), order.data.delivery_address.as_ref());
    let buyer = filled(invoice).or(filled(delivery)).ok_or_else(|| lacks("the invoice_address", "die invoice_address"))?;
    let is_named = [&buyer.firm, &buyer.last_name].into_iter().flatten().any(|name| !name.trim().is_empty());
    if !is_named {
        return Err(lacks("the buyer's name in invoice_address", "den Namen des Käufers in invoice_address"));
    }
    if buyer.country_code_iso.as_deref().is_none_or(|code| code.trim().len() != 2) {
        return Err(lacks("country_code_iso of the invoice_address", "country_code_iso der invoice_address"));
    }
    Ok(buyer.clone())
}

/// The order's currency with its decimals; an e-invoice has room for two.
fn currency_of(order: &OrderRow) -> Result<(String, u32), Failure> {
    let currency = order.data.currency_code_iso.clone().ok_or_else(|| lacks("currency_code_iso", "currency_code_iso"))?;
    match Currency::parse(&currency).map(Currency::decimals).filter(|decimals| *decimals <= 2) {
        Some(decimals) => Ok((currency, decimals)),
        None => Err(lacks(
            format!("a currency with at most two decimals, not {currency}"),
            format!("eine Währung mit höchstens zwei Nachkommastellen, nicht {currency}"),
        )),
    }
}

/// What the invoice of an order is drawn from, without its number.
///
/// # Errors
/// `INVOICE_LACKS`.
pub(super) fn bill(
    parts: &OrderParts,
    (billing, mandator): (&Billing, &Mandator),
    language: Language,
    issued: NaiveDate,
) -> Result<Bill, Failure> {
    let order = &parts.order;
    let document = &order.data;
    let buyer = buyer_of(order)?;
    let (currency, decimals) = currency_of(order)?;
    let shipped = parts.packets.iter().filter_map(|packet| packet.data.shipping_date).max();
    let paid = document.payment_status_id == Some(PaymentStatus::Paid);
    let delivery = filled(document.delivery_address.as_ref()).filter(|delivery| **delivery != buyer).cloned();
    let head = Invoice {
        version: Version,
        kind: InvoiceKind::Invoice,
        number: String::new(),
        issued,
        delivered: shipped.map(|time| Stamp::from_utc(time).day_in(mandator.time_zone)).filter(|_| order.order_status_id.is_shipped()),
        due: issued.checked_add_days(Days::new(billing.payment_days.into())).filter(|_| !paid && billing.payment_days > 0),
        german: language == Language::De,
        currency,
        decimals,
        order_number: order_number(order),
        ordered: order.order_date.map(|date| day_of(date, mandator)),
        customer_number: parts.customer.as_ref().map(|customer| customer.customer_number),
        seller: billing.seller.clone(),
        buyer_email: buyer.email.clone().or_else(|| order.email_address.clone()),
        buyer,
        delivery,
        buyer_vat_id: document.tax_identification_number.clone().filter(|id| !id.trim().is_empty()),
        net: document.price_type_id == Some(PriceType::Net),
        lines: Vec::new(),
        extras: Vec::new(),
        taxes: Vec::new(),
        rounding: 0,
        total: 0,
        paid,
        payment_method: document.payment_method_identifier.clone(),
        corrects: None,
    };
    Ok(Bill {
        head,
        goods: parts.items.iter().map(goods_of).collect(),
        charges: charges_of(order),
        total: document.totals.total_amount,
        expected: charged(&parts.items.iter().map(sold_of).collect::<Vec<_>>(), document),
    })
}

/// As the buyer knows it.
pub(in crate::operations::orders) fn order_number(order: &OrderRow) -> String {
    order.marketplace_order_id.clone().unwrap_or_else(|| match &order.order_number_prefix {
        Some(prefix) => format!("{prefix}{}", order.order_number),
        None => order.order_number.to_string(),
    })
}

fn goods_of(item: &OrderItemRow) -> Goods {
    Goods {
        order_item_id: item.order_item_id,
        item_number: item.internal_item_number.clone(),
        name: item.identifier.clone(),
        quantity: billed(item),
        price: Decimal(item.price),
        tax_rate: item.tax_rate.map(Decimal),
    }
}

fn sold_of(item: &OrderItemRow) -> Sold {
    Sold { price: Decimal(item.price), tax_rate: item.tax_rate.map(Decimal), quantity: billed(item) }
}

fn charges_of(order: &OrderRow) -> Vec<Charge> {
    let (document, totals) = (&order.data, &order.data.totals);
    let charge =
        |kind, amount: Option<Decimal>, tax_rate: Option<Decimal>| amount.map(|amount| Charge { kind, code: None, amount, tax_rate });
    let charges = [
        charge(ExtraKind::Postage, document.shipping_charge, totals.shipping_tax_rate),
        charge(ExtraKind::CashOnDelivery, document.cash_on_delivery_charge, totals.cash_on_delivery_tax_rate),
        charge(ExtraKind::PaymentMethod, document.payment_method_charge, totals.payment_method_tax_rate),
    ];
    let listed = totals.coupons.iter().fold(0_i64, |sum, coupon| sum.saturating_add(coupon.amount.0));
    let all = document.coupon_amount.unwrap_or_default();
    // The list says more, unless it says something else.
    let vouchers: Vec<Charge> = match listed == all.0 {
        true => totals.coupons.iter().map(voucher_of).collect(),
        false => charge(ExtraKind::Voucher, Some(all), None).into_iter().collect(),
    };
    charges.into_iter().flatten().chain(vouchers.into_iter().filter(|voucher| voucher.amount != Decimal::ZERO)).collect()
}

fn voucher_of(coupon: &Coupon) -> Charge {
    Charge { kind: ExtraKind::Voucher, code: coupon.code.clone(), amount: coupon.amount, tax_rate: None }
}

/// Why there is no invoice, for the ERP.
pub(super) fn refusal(cause: &Cause, order: &OrderRow, invoice: &Invoice, wanted: Option<Decimal>) -> Failure {
    let written = |units: i64| format!("{} {}", invoice.amount(units).with_decimals(invoice.decimals), invoice.currency);
    match cause {
        Cause::NoTaxRate(0) => lacks("the tax rate of a charge", "den Steuersatz einer Gebühr"),
        Cause::NoTaxRate(number) => lacks(format!("the tax rate of position {number}"), format!("den Steuersatz der Position {number}")),
        Cause::NoDelivery => lacks("the day of delivery: report SHIPPED first", "den Tag der Lieferung: melden Sie zuerst SHIPPED"),
        Cause::Nothing => Failure::quoting(code::NOTHING_ON_DOCUMENT, [&order.order_number]),
        Cause::TooLarge => lacks("smaller amounts", "kleinere Beträge"),
        Cause::Total(ours, theirs) => Failure::quoting(code::INVOICE_TOTAL, [&written(*ours), &written(*theirs)]),
        Cause::TooMuch(left) => {
            let wanted = wanted.map_or_else(|| written(invoice.total), |amount| format!("{amount} {}", invoice.currency));
            Failure::quoting(code::INVOICE_CREDITED, [&wanted, &invoice.number, &written(*left)])
        }
        Cause::NotBilled(position) => Failure::quoting(code::NOT_ON_INVOICE, [&invoice.number, position]),
    }
}
