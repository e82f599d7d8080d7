//! Statements in ISO 20022 `camt.053`, all versions: elements are found by their local names
//! (`payments-shipping-documents.md` 1, from the ISO schemas; what German banks put where is from experience).

use super::statement::{Fault, Statement, account, amount, day, reference};
use crate::domain::payment::{Entry, PaymentKind};
use crate::domain::{Decimal, Reader};
use crate::xml::{Document, Limits, Node};

const LIMITS: Limits = Limits { depth: 32, attributes: 32, name_bytes: 256, elements: 5_000_000, entries: usize::MAX };

/// Business transaction codes of German banks (GVC): what came back, and collections of our own.
const RETURNS: [&str; 3] = ["108", "109", "159"];

pub(super) fn read(text: &str) -> Result<Vec<Statement>, Fault> {
    let document = Document::parse(text, &LIMITS).map_err(|failure| Fault::at(0, failure.text(Reader::ADMIN)))?;
    let root = document.root();
    let Some(message) = root.child("BkToCstmrStmt") else {
        let found = root.children().next().map_or(root.name(), Node::name);
        return Err(Fault::at(root.line(), format!("<{found}> is no statement; expected camt.053 with <BkToCstmrStmt>")));
    };
    let page = text_at(message, "GrpHdr/MsgPgntn/PgNb");
    let mut statements = Vec::new();
    for node in all(message, "Stmt") {
        let statement = statement(node, page)?;
        statement.check_balances()?;
        statements.push(statement);
    }
    if statements.is_empty() {
        return Err(Fault::at(message.line(), "there is no statement (<Stmt>) in it"));
    }
    Ok(statements)
}

fn at<'d>(node: Node<'d>, path: &str) -> Option<Node<'d>> {
    path.split('/').try_fold(node, |node, name| node.child(name))
}

fn text_at<'d>(node: Node<'d>, path: &str) -> Option<&'d str> {
    at(node, path).map(|node| node.text().trim()).filter(|text| !text.is_empty())
}

fn all<'d>(node: Node<'d>, name: &'static str) -> impl Iterator<Item = Node<'d>> {
    node.children().filter(move |child| child.name() == name)
}

fn statement(node: Node<'_>, message_page: Option<&str>) -> Result<Statement, Fault> {
    let own = text_at(node, "Acct/Id/IBAN").or_else(|| text_at(node, "Acct/Id/Othr/Id")).map(account);
    let id = text_at(node, "Id").ok_or_else(|| Fault::at(node.line(), "the statement has no <Id>"))?;
    let sequence = text_at(node, "ElctrncSeqNb").or_else(|| text_at(node, "LglSeqNb")).unwrap_or_default();
    let period = text_at(node, "FrToDt/ToDtTm").unwrap_or_default();
    let page = text_at(node, "StmtPgntn/PgNb").or(message_page).unwrap_or("1");
    let mut statement = Statement {
        line: node.line(),
        account: own,
        number: Some([id, sequence, period, page].join("|")),
        is_copy: text_at(node, "CpyDplctInd").is_some(),
        ..Statement::default()
    };
    for balance in all(node, "Bal") {
        let value = || signed(balance, None);
        if let Some(currency) = at(balance, "Amt").and_then(|amount| amount.attribute("Ccy")) {
            statement.currency = currency.trim().to_owned();
        }
        match text_at(balance, "Tp/CdOrPrtry/Cd") {
            Some("OPBD" | "PRCD") => statement.opening = Some(value()?),
            Some("CLBD") => statement.closing = Some(value()?),
            _ => {}
        }
    }
    for entry in all(node, "Ntry") {
        match text_at(entry, "Sts/Cd").or_else(|| text_at(entry, "Sts/Prtry")).or_else(|| text_at(entry, "Sts")) {
            Some("BOOK") | None => entries(entry, statement.account.as_deref(), &mut statement.entries)?,
            Some(_) => statement.left_out += 1,
        }
    }
    Ok(statement)
}

/// The amount of a balance or entry with its sign. The sign is that of `CdtDbtInd`, whatever `RvslInd` says.
fn signed(node: Node<'_>, default: Option<Decimal>) -> Result<Decimal, Fault> {
    let value = match at(node, "Amt") {
        Some(amount) => money(amount)?.0,
        None => default.unwrap_or_default(),
    };
    match text_at(node, "CdtDbtInd") {
        Some("CRDT") => Ok(value),
        Some("DBIT") => Ok(Decimal(-value.0)),
        other => Err(Fault::at(node.line(), format!("<CdtDbtInd> is \"{}\"; expected CRDT or DBIT", other.unwrap_or_default()))),
    }
}

fn money(node: Node<'_>) -> Result<(Decimal, String), Fault> {
    let currency = node.attribute("Ccy").unwrap_or_default().trim();
    let value = amount(node.text().trim(), currency, node.line())?;
    if value.0 < 0 {
        return Err(Fault::at(node.line(), format!("the amount {value} has a sign; <CdtDbtInd> has to say it")));
    }
    Ok((value, currency.to_owned()))
}

/// One entry, or its parts where they add up to it.
fn entries(node: Node<'_>, own: Option<&str>, into: &mut Vec<Entry>) -> Result<(), Fault> {
    let missing = |what: &str| Fault::at(node.line(), format!("the entry has no <{what}>"));
    let (_, currency) = money(at(node, "Amt").ok_or_else(|| missing("Amt"))?)?;
    let total = signed(node, None)?;
    let date = |path: &str| {
        let found = text_at(node, &format!("{path}/Dt")).or_else(|| text_at(node, &format!("{path}/DtTm")));
        found.map(|text| day(text, node.line())).transpose()
    };
    let (booked, valued) = (date("BookgDt")?, date("ValDt")?);
    let whole = Entry {
        booked: booked.or(valued).ok_or_else(|| missing("BookgDt"))?,
        valued,
        amount: total,
        currency,
        bank_reference: text_at(node, "AcctSvcrRef").and_then(reference),
        ..Entry::default()
    };
    let parts: Vec<Node<'_>> = all(node, "NtryDtls").flat_map(|details| all(details, "TxDtls")).collect();
    let batch = all(node, "NtryDtls").filter_map(|details| text_at(details, "Btch/NbOfTxs")).any(|count| count != "1");
    match parts.as_slice() {
        [] if batch => into.push(Entry { kind: PaymentKind::Sum, purpose: information(node), ..whole }),
        [] => into.push(Entry { kind: kind_of(node, None, total), purpose: information(node), ..whole }),
        [_] if batch => into.push(Entry { kind: PaymentKind::Sum, purpose: information(node), ..whole }),
        [one] => into.push(detailed(node, *one, own, whole)?),
        several => match shares(several, total)? {
            Some(shares) => {
                for ((part, share), number) in several.iter().zip(shares).zip(1..) {
                    into.push(detailed(node, *part, own, Entry { amount: share, part: number, ..whole.clone() })?);
                }
            }
            None => into.push(Entry { kind: PaymentKind::Sum, purpose: information(node), ..whole }),
        },
    }
    Ok(())
}

/// What was booked of each part: never the amount that the payer instructed. `None`: they do not add up to the entry.
fn shares(parts: &[Node<'_>], total: Decimal) -> Result<Option<Vec<Decimal>>, Fault> {
    let mut shares = Vec::with_capacity(parts.len());
    for part in parts {
        let Some(node) = at(*part, "Amt").or_else(|| at(*part, "AmtDtls/TxAmt/Amt")) else { return Ok(None) };
        let value = money(node)?.0;
        let outgoing = match text_at(*part, "CdtDbtInd") {
            Some(sign) => sign == "DBIT",
            None => total.0 < 0,
        };
        shares.push(if outgoing { Decimal(-value.0) } else { value });
    }
    let sum = shares.iter().fold(0_i64, |sum, share| sum.saturating_add(share.0));
    Ok(Some(shares).filter(|_| sum == total.0))
}

fn detailed(entry: Node<'_>, part: Node<'_>, own: Option<&str>, whole: Entry) -> Result<Entry, Fault> {
    let parties = at(part, "RltdPties");
    let side = |role: &str| {
        let parties = parties?;
        let party = at(parties, role);
        let name = party.and_then(|party| text_at(party, "Pty/Nm").or_else(|| text_at(party, "Nm")));
        let iban = text_at(parties, &format!("{role}Acct/Id/IBAN")).map(account);
        let ultimate = at(parties, &format!("Ultmt{role}")).and_then(|party| text_at(party, "Pty/Nm").or_else(|| text_at(party, "Nm")));
        let bank = party.and_then(|party| at(party, "Agt")).or_else(|| at(part, &format!("RltdAgts/{role}Agt")));
        let bic = bank.and_then(|bank| text_at(bank, "FinInstnId/BICFI").or_else(|| text_at(bank, "FinInstnId/BIC")));
        let foreign = iban.as_deref().is_none_or(|iban| Some(iban) != own);
        (foreign && (name.is_some() || iban.is_some() || bic.is_some())).then(|| {
            let text = |text: Option<&str>| text.map(str::to_owned);
            (text(name), iban, text(ultimate), text(bic))
        })
    };
    // The other side is the debtor of what came in; banks swap them for what came back.
    let roles = if whole.amount.0 < 0 { ["Cdtr", "Dbtr"] } else { ["Dbtr", "Cdtr"] };
    let (depositor, iban, ultimate_depositor, bic) = roles.into_iter().find_map(side).unwrap_or_default();
    let purpose: Vec<String> = all_texts(part, "RmtInf", "Ustrd");
    let mut references = Vec::new();
    for structured in at(part, "RmtInf").iter().flat_map(|info| all(*info, "Strd")) {
        let found = [text_at(structured, "CdtrRefInf/Ref"), text_at(structured, "RfrdDocInf/Nb")];
        references.extend(found.into_iter().flatten().filter_map(reference));
    }
    let own_reference = text_at(part, "Refs/AcctSvcrRef").and_then(reference);
    Ok(Entry {
        kind: kind_of(entry, Some(part), whole.amount),
        charges: charges(part)?,
        bank_reference: whole.bank_reference.or(own_reference),
        end_to_end_id: text_at(part, "Refs/EndToEndId").and_then(reference),
        references,
        depositor,
        ultimate_depositor,
        iban,
        bic,
        purpose: if purpose.is_empty() { information(entry) } else { purpose },
        return_reason: text_at(part, "RtrInf/Rsn/Cd").map(str::to_owned),
        ..whole
    })
}

fn all_texts(node: Node<'_>, outer: &'static str, inner: &'static str) -> Vec<String> {
    let texts = all(node, outer).flat_map(|node| all(node, inner)).map(|node| node.text().to_owned());
    texts.filter(|text| !text.trim().is_empty()).collect()
}

fn information(entry: Node<'_>) -> Vec<String> {
    text_at(entry, "AddtlNtryInf").map(str::to_owned).into_iter().collect()
}

/// What the bank took, in either form of the element.
fn charges(part: Node<'_>) -> Result<Decimal, Fault> {
    let mut sum = 0_i64;
    for node in all(part, "Chrgs") {
        let records: Vec<Node<'_>> = if at(node, "Rcrd").is_some() { all(node, "Rcrd").collect() } else { vec![node] };
        for record in records {
            if let (Some(amount), Some("DBIT") | None) = (at(record, "Amt"), text_at(record, "CdtDbtInd")) {
                sum = sum.saturating_add(money(amount)?.0.0);
            }
        }
    }
    Ok(Decimal(sum))
}

fn kind_of(entry: Node<'_>, part: Option<Node<'_>>, amount: Decimal) -> PaymentKind {
    let code = |node: Node<'_>| text_at(node, "BkTxCd/Prtry/Cd").and_then(|code| code.split('+').nth(1)).map(str::to_owned);
    let code = part.and_then(code).or_else(|| code(entry)).unwrap_or_default();
    let came_back = RETURNS.contains(&code.as_str()) || part.is_some_and(|part| at(part, "RtrInf").is_some());
    let reversal = matches!(text_at(entry, "RvslInd"), Some("true" | "1"));
    match amount.0 >= 0 {
        // Our own payment came back, or a debit was undone.
        true if came_back || reversal || code.starts_with('8') => PaymentKind::Other,
        true => PaymentKind::Received,
        false if came_back || reversal => PaymentKind::Returned,
        false if code.starts_with('8') => PaymentKind::Other,
        false => PaymentKind::Outgoing,
    }
}

#[cfg(test)]
mod tests;
