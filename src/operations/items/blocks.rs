//! How platform blocks of an update are taken over into those that are stored. `item-calls.md` 0.4.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Failure;
use crate::domain::item::{Blocks, Item};
use crate::operations::wire::{Patch, Xml, same_name};
use crate::xml::{Document, Node};

const ACCOUNTS: &str = "account_specific_data";
const ACCOUNT: &str = "account_specific";

/// What an article's blocks are after a call. `prices`: it sends prices, and whatever else a block says stays.
pub(super) fn taken(article: &Item, newer: Patch<Xml>, prices: bool) -> Result<Patch<Xml>, Failure> {
    let stored = article.specific_item_data.as_ref();
    let newer = if prices { completed(stored, newer)? } else { newer };
    merged(stored, newer)
}

/// The blocks that are sent, with the fields of the stored ones that they do not have.
fn completed(stored: Option<&Blocks>, newer: Patch<Xml>) -> Result<Patch<Xml>, Failure> {
    let (old, newer) = match (stored, newer) {
        (Some(old), Patch::Set(newer)) => (old, newer),
        (_, newer) => return Ok(newer),
    };
    let (old, new) = (format!("<x>{}</x>", old.0), format!("<x>{}</x>", newer.0));
    let limits = crate::operations::wire::FRAGMENT_LIMITS;
    let (old, new) = (Document::parse(&old, &limits)?, Document::parse(&new, &limits)?);
    let mut text = String::new();
    for block in new.root().children() {
        match old.root().child(block.name()) {
            Some(known) => complete(&mut text, block, known),
            None => text.push_str(block.outer_xml()),
        }
    }
    Ok(Patch::Set(Xml(text)))
}

/// Writes an element with the children of the stored one that it lacks. Accounts that it lacks are not its business.
fn complete(out: &mut String, sent: Node<'_>, stored: Node<'_>) {
    let text = sent.outer_xml();
    let (Some(first), Some(end)) = (sent.children().next(), text.rfind("</")) else {
        // Without a price in it, it says nothing.
        let is_silent = sent.text().trim().is_empty() && sent.attributes().next().is_none();
        out.push_str(if is_silent { stored.outer_xml() } else { text });
        return;
    };
    out.push_str(text.get(..first.offset().saturating_sub(sent.offset())).unwrap_or_default());
    let accounts: BTreeMap<&str, Node<'_>> =
        stored.children().filter(|child| child.name() == ACCOUNT).map(|account| (account_id(account), account)).collect();
    for child in sent.children() {
        let known = match child.name() {
            ACCOUNTS => stored.child(ACCOUNTS),
            ACCOUNT => accounts.get(account_id(child)).copied(),
            _ => None,
        };
        match known {
            Some(known) => complete(out, child, known),
            None => out.push_str(child.outer_xml()),
        }
    }
    let named: BTreeSet<&str> = sent.children().map(Node::name).chain([ACCOUNTS, ACCOUNT]).collect();
    stored.children().filter(|known| !named.contains(known.name())).for_each(|known| out.push_str(known.outer_xml()));
    out.push_str(text.get(end..).unwrap_or_default());
}

/// Platform by platform: a block that is sent replaces the stored one, but the data of accounts that it does not
/// mention stay, unless its `account_specific_data` says `delete="true"`.
fn merged(stored: Option<&Blocks>, newer: Patch<Xml>) -> Result<Patch<Xml>, Failure> {
    let (old, newer) = match (stored, newer) {
        (Some(old), Patch::Set(newer)) => (old, newer),
        (_, newer) => return Ok(newer),
    };
    let (old, new) = (format!("<x>{}</x>", old.0), format!("<x>{}</x>", newer.0));
    let limits = crate::operations::wire::FRAGMENT_LIMITS;
    let (old, new) = (Document::parse(&old, &limits)?, Document::parse(&new, &limits)?);
    let mut merged = String::new();
    for block in old.root().children() {
        match new.root().children().find(|candidate| candidate.name() == block.name()) {
            Some(replacement) => merge_block(&mut merged, block, replacement),
            None => merged.push_str(block.outer_xml()),
        }
    }
    for block in new.root().children() {
        if !old.root().children().any(|known| known.name() == block.name()) {
            merged.push_str(block.outer_xml());
        }
    }
    Ok(Patch::Set(Xml(merged)))
}

fn account_id<'d>(account: Node<'d>) -> &'d str {
    account.children().find(|child| same_name(child.name(), "account_id")).map_or("", |id| id.text().trim())
}

fn merge_block(out: &mut String, old: Node<'_>, new: Node<'_>) {
    let (old_accounts, new_accounts) = (old.child(ACCOUNTS), new.child(ACCOUNTS));
    let kept: Vec<&str> = match (old_accounts, new_accounts) {
        (Some(_), Some(new)) if matches!(new.attribute("delete"), Some("true" | "1")) => Vec::new(),
        (Some(old), new) => old
            .children()
            .filter(|account| account.name() == ACCOUNT)
            .filter(|account| {
                let id = account_id(*account);
                !new.is_some_and(|new| new.children().any(|sent| sent.name() == ACCOUNT && account_id(sent) == id))
            })
            .map(Node::outer_xml)
            .collect(),
        (None, _) => Vec::new(),
    };
    let text = new.outer_xml();
    if kept.is_empty() {
        out.push_str(text);
        return;
    }
    // The kept accounts go in front of the closing tag of the sent account list, or of the sent block.
    let (anchor, wrap) = match new_accounts {
        Some(accounts) if accounts.children().next().is_some() => (format!("</{ACCOUNTS}>"), false),
        Some(_) => {
            out.push_str(text);
            return;
        }
        None => (format!("</{}>", new.name()), true),
    };
    match text.rfind(&anchor) {
        Some(at) => {
            out.push_str(text.get(..at).unwrap_or_default());
            if wrap {
                out.push_str(&format!("<{ACCOUNTS}>{}</{ACCOUNTS}>", kept.concat()));
            } else {
                kept.iter().for_each(|account| out.push_str(account));
            }
            out.push_str(text.get(at..).unwrap_or_default());
        }
        None => out.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{completed, merged};
    use crate::domain::item::Blocks;
    use crate::operations::wire::{Patch, Xml};

    fn after(old: &str, new: &str) -> String {
        match merged(Some(&Blocks(old.to_owned())), Patch::Set(Xml(new.to_owned()))) {
            Ok(Patch::Set(blocks)) => blocks.0,
            other => panic!("{other:?}"),
        }
    }

    fn account(id: i32, content: &str) -> String {
        format!("<account_specific><account_id>{id}</account_id>{content}</account_specific>")
    }

    fn block(name: &str, accounts: &str) -> String {
        format!("<{name}><account_specific_data>{accounts}</account_specific_data></{name}>")
    }

    #[test]
    fn omitted_keeps_and_empty_clears() {
        let old = Blocks("<a/>".to_owned());
        assert_eq!(merged(Some(&old), Patch::Keep).unwrap(), Patch::Keep);
        assert_eq!(merged(Some(&old), Patch::Clear).unwrap(), Patch::Clear);
        assert_eq!(merged(None, Patch::Set(Xml("<b/>".to_owned()))).unwrap(), Patch::Set(Xml("<b/>".to_owned())));
    }

    #[test]
    fn other_platforms_stay() {
        assert_eq!(after("<a>1</a><b>2</b>", "<b>3</b><c/>"), "<a>1</a><b>3</b><c/>");
    }

    #[test]
    fn accounts_that_are_not_sent_stay() {
        let old = block("a", &(account(1, "<t>x</t>") + &account(2, "<t>y</t>")));
        let new = block("a", &account(2, "<t>z</t>"));
        assert_eq!(after(&old, &new), block("a", &(account(2, "<t>z</t>") + &account(1, "<t>x</t>"))));
    }

    #[test]
    fn prices_leave_the_other_fields_of_an_account() {
        let with_prices = |old: &str, new: &str| match completed(Some(&Blocks(old.to_owned())), Patch::Set(Xml(new.to_owned()))) {
            Ok(Patch::Set(Xml(sent))) => after(old, &sent),
            other => panic!("{other:?}"),
        };
        let old = block("a", &(account(1, "<title>x</title><price>2</price>") + &account(2, "<title>y</title>")));
        let new = block("a", &account(1, "<price>3</price>"));
        let expected = block("a", &(account(1, "<price>3</price><title>x</title>") + &account(2, "<title>y</title>")));
        assert_eq!(with_prices(&old, &new), expected);
        assert_eq!(with_prices("<a><brand>x</brand></a>", "<a><price>3</price></a><b/>"), "<a><price>3</price><brand>x</brand></a><b/>");
        assert_eq!(with_prices("<a><brand>x</brand></a>", "<a/><b/>"), "<a><brand>x</brand></a><b/>", "it says nothing");
    }

    #[test]
    fn accounts_go_where_the_sender_says_so() {
        let old = block("a", &account(1, ""));
        let new = "<a><account_specific_data delete=\"true\"></account_specific_data></a>";
        assert_eq!(after(&old, new), new);
    }
}
