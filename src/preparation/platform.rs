//! The part of `specific_item_data` that is meant for an account (`item-calls.md` 1.1, `channel-calls.md` 16): which of
//! its settings Kontor understands, and the rest for the connector. Pure.
//!
//! A price that counts for some days only (`DISCOUNTED_PRICE`, `sale_price`) is no price of the offer: channels that know such
//! prices run them automatically.

use crate::domain::item::is_of_language;
use crate::domain::{AccountId, Failure};
use crate::xml::{Document, Limits, Node};

/// Stored blocks have passed the limits of their request.
pub(super) const LIMITS: Limits = Limits { depth: 64, attributes: 256, name_bytes: 1024, elements: 200_000, entries: usize::MAX };

/// An understood value and the element it was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub element: String,
    pub text: String,
}

/// A price for some days, not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundSale {
    pub price: Found,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What an item's block says for an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Platform {
    pub title: Option<Found>,
    /// Not checked: may be no number.
    pub price: Option<Found>,
    pub sale: Option<FoundSale>,
    pub template_id: Option<Found>,
    pub template_identifier: Option<Found>,
    pub description_module: Option<Found>,
    pub category: Option<Found>,
    /// The platform's element with everything in it but the data of other accounts.
    pub block: String,
}

/// A path of element names below the account's block, and what must be beside the value.
struct Path {
    names: &'static [&'static str],
    beside: Option<(&'static str, &'static str)>,
}

const fn path(names: &'static [&'static str]) -> Path {
    Path { names, beside: None }
}

/// `identifier` is the title of Rakuten.
const TITLES: &[Path] = &[path(&["title"]), path(&["identifier"])];
const PRICES: &[Path] = &[
    path(&["price"]),
    path(&["shop_price"]),
    path(&["standard_price"]),
    Path { names: &["amazon_prices", "amazon_price", "amount"], beside: Some(("price_type", "STANDARD_PRICE")) },
];
const TEMPLATE_IDS: &[Path] = &[path(&["template_id"]), path(&["description_template", "template_id"])];
const TEMPLATE_NAMES: &[Path] = &[path(&["template_identifier"]), path(&["description_template", "template_identifier"])];
const DESCRIPTION_MODULES: &[Path] = &[path(&["description_text_module_type_id"])];
const CATEGORIES: &[Path] = &[
    path(&["shop_categories", "shop_category", "id"]),
    path(&["recommended_browse_node1"]),
    path(&["otto_category"]),
    path(&["marketplace_category_id"]),
];

fn filled(node: Node<'_>) -> Option<&str> {
    Some(node.text().trim()).filter(|text| !text.is_empty())
}

fn walk<'d>(node: Node<'d>, path: &Path, names: &[&str]) -> Option<&'d str> {
    let (name, rest) = names.split_first()?;
    node.children().filter(|child| child.name() == *name).find_map(|child| {
        if !rest.is_empty() {
            return walk(child, path, rest);
        }
        let fits = path.beside.is_none_or(|(name, value)| node.child(name).and_then(filled).is_some_and(|v| v.eq_ignore_ascii_case(value)));
        filled(child).filter(|_| fits)
    })
}

fn look(node: Node<'_>, paths: &[Path]) -> Option<Found> {
    paths.iter().find_map(|path| walk(node, path, path.names).map(|text| Found { element: path.names.join("/"), text: text.to_owned() }))
}

/// Of Amazon, one of several prices; elsewhere three elements.
fn sale(account: Node<'_>) -> Option<FoundSale> {
    let named = |node: Node<'_>, name: &str| node.child(name).and_then(filled).map(str::to_owned);
    let discounted = |price: &Node<'_>| named(*price, "price_type").is_some_and(|kind| kind.eq_ignore_ascii_case("DISCOUNTED_PRICE"));
    let lists = account.children().filter(|child| child.name() == "amazon_prices");
    let amazon = lists.flat_map(|list| list.children()).filter(|child| child.name() == "amazon_price").find(discounted);
    let (of, element, [price, from, to]) = match amazon {
        Some(price) => (price, "amazon_prices/amazon_price/amount", ["amount", "start_date", "end_date"]),
        None => (account, "sale_price", ["sale_price", "sale_start_date", "sale_end_date"]),
    };
    let price = Found { element: element.to_owned(), text: named(of, price)? };
    Some(FoundSale { price, from: named(of, from), to: named(of, to) })
}

/// Title in the account's language, where the block has translations.
fn translated(node: Node<'_>, language: &str) -> Option<Found> {
    let translations = node.child("translations")?;
    let fits = |t: &Node<'_>, exactly: bool| {
        let code = t.child("language_code_iso").map(|code| code.text().trim());
        code.is_some_and(|code| if exactly { code.eq_ignore_ascii_case(language) } else { is_of_language(code, language) })
    };
    let title_of = |exactly: bool| translations.children().filter(|t| fits(t, exactly)).find_map(|t| t.child("title").and_then(filled));
    let title = title_of(true).or_else(|| title_of(false))?;
    Some(Found { element: format!("translations/translation {language}/title"), text: title.to_owned() })
}

pub(super) fn accounts_of(block: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let lists = block.children().filter(|child| child.name() == "account_specific_data");
    lists.flat_map(|list| list.children().filter(|child| child.name() == "account_specific"))
}

pub(super) fn is_of(account: Node<'_>, account_id: AccountId) -> bool {
    account.child("account_id").is_some_and(|id| id.text().trim().parse() == Ok(account_id))
}

/// The platform's element without the blocks of other accounts.
fn without_others(text: &str, block: Node<'_>, account_id: AccountId) -> String {
    let mut kept = String::with_capacity(block.outer_xml().len());
    let mut from = block.offset();
    let end = from.saturating_add(block.outer_xml().len());
    for other in accounts_of(block).filter(|account| !is_of(*account, account_id)) {
        kept.push_str(text.get(from..other.offset()).unwrap_or_default());
        from = other.offset().saturating_add(other.outer_xml().len());
    }
    kept.push_str(text.get(from..end).unwrap_or_default());
    kept
}

/// The first platform that names an account, and the account's block in it.
fn block_of<'d>(document: &'d Document<'_>, account_id: AccountId) -> Option<(Node<'d>, Node<'d>)> {
    let of_account = |block: Node<'d>| Some((block, accounts_of(block).find(|account| is_of(*account, account_id))?));
    let (block, account) = document.root().children().find_map(of_account)?;
    // Of the two forms of a platform's block, the newer one counts.
    let newer = block.name().strip_suffix("_item_data").map(|platform| format!("{platform}_listing_item_data"));
    let newer = newer.and_then(|name| document.root().children().filter(|other| other.name() == name).find_map(of_account));
    Some(newer.unwrap_or((block, account)))
}

/// The template that an item chooses for an account. The number wins, also where it is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    pub id: Option<i32>,
    pub identifier: Option<String>,
}

pub(super) fn template_of(document: &Document<'_>, account_id: AccountId) -> Chosen {
    let Some((_, account)) = block_of(document, account_id) else { return Chosen::default() };
    match look(account, TEMPLATE_IDS) {
        Some(found) => Chosen { id: found.text.parse().ok(), identifier: None },
        None => Chosen { id: None, identifier: look(account, TEMPLATE_NAMES).map(|found| found.text) },
    }
}

/// The block of a platform in its older form, where both are sent (`amazon_item_data` beside `amazon_listing_item_data`).
fn older_of<'d>(document: &'d Document<'_>, block: Node<'d>) -> Option<Node<'d>> {
    let platform = block.name().strip_suffix("_listing_item_data")?;
    let older = format!("{platform}_item_data");
    document.root().children().find(|other| other.name() == older)
}

/// A value that a block has for all accounts of a marketplace. For several marketplaces it says nothing about one of them.
fn of_sub_channel(block: Node<'_>, paths: &[Path]) -> Option<Found> {
    let data = block.child("subchannel_specific_data")?;
    let mut sites = data.children().filter(|child| child.name() == "subchannel_specific");
    match (sites.next(), sites.next()) {
        (Some(_), Some(_)) => None,
        (only, _) => look(only.unwrap_or(data), paths),
    }
}

/// What `specific_item_data` says for an account; of several platforms the first that names it.
///
/// # Errors
/// When the stored XML cannot be read.
pub(crate) fn read(specific_item_data: &str, account_id: AccountId, language: &str) -> Result<Option<Platform>, Failure> {
    let text = format!("<x>{specific_item_data}</x>");
    let document = Document::parse(&text, &LIMITS)?;
    let Some((block, account)) = block_of(&document, account_id) else { return Ok(None) };
    let older = older_of(&document, block);
    // Of an older block only title and price count beside a newer one (`item-calls.md` 1.1).
    let also = |paths: &[Path]| {
        let own = older.and_then(|older| accounts_of(older).find(|account| is_of(*account, account_id)));
        let of_account = own.and_then(|account| look(account, paths));
        of_account.or_else(|| older.into_iter().chain([block]).find_map(|block| of_sub_channel(block, paths)))
    };
    Ok(Some(Platform {
        title: translated(account, language).or_else(|| look(account, TITLES)).or_else(|| also(TITLES)),
        price: look(account, PRICES).or_else(|| also(PRICES)),
        sale: sale(account),
        template_id: look(account, TEMPLATE_IDS),
        template_identifier: look(account, TEMPLATE_NAMES),
        description_module: look(account, DESCRIPTION_MODULES),
        // A few platforms keep the category for all their accounts.
        category: look(account, CATEGORIES).or_else(|| look(block, CATEGORIES)),
        block: without_others(&text, block, account_id),
    }))
}

#[cfg(test)]
mod tests {
    use super::{Platform, read};
    use crate::domain::AccountId;

    fn text(found: &Option<super::Found>) -> &str {
        found.as_ref().map_or("", |found| found.text.as_str())
    }

    fn platform(xml: &str) -> Platform {
        read(xml, AccountId(1000), "en").unwrap().unwrap()
    }

    #[test]
    fn the_names_of_each_platform_are_understood() {
        let amazon = platform(
            "<amazon_listing_item_data><account_specific_data delete=\"false\"><account_specific><account_id>1000</account_id><title>Rope</title>\
             <recommended_browse_node1>190817011</recommended_browse_node1><description_template><template_id>118</template_id></description_template>\
             <amazon_prices><amazon_price><price_type>DISCOUNTED_PRICE</price_type><amount>1</amount></amazon_price>\
             <amazon_price><price_type>STANDARD_PRICE</price_type><amount>39.79</amount></amazon_price></amazon_prices>\
             </account_specific></account_specific_data></amazon_listing_item_data>",
        );
        assert_eq!((text(&amazon.title), text(&amazon.price)), ("Rope", "39.79"));
        assert_eq!((text(&amazon.category), text(&amazon.template_id)), ("190817011", "118"));
        assert_eq!(amazon.sale.map(|sale| (sale.price.text, sale.from)), Some(("1".to_owned(), None)));
        let shopware = platform(
            "<shopware6_item_data><account_specific_data><account_specific><account_id>1000</account_id>\
             <description_text_module_type_id>196607</description_text_module_type_id><shop_price>12.25</shop_price>\
             <translations><translation><language_code_iso>de</language_code_iso><title>Seil</title></translation>\
             <translation><language_code_iso>en</language_code_iso><title>Rope</title></translation></translations>\
             <shop_categories><shop_category><id>c1</id></shop_category></shop_categories></account_specific></account_specific_data></shopware6_item_data>",
        );
        assert_eq!((text(&shopware.title), text(&shopware.price), text(&shopware.category)), ("Rope", "12.25", "c1"));
        assert_eq!(text(&shopware.description_module), "196607");
        let otto = platform(
            "<ottomarket_item_data><otto_category>Lederjacke</otto_category><account_specific_data><account_specific>\
             <account_id>1000</account_id><standard_price>10.50</standard_price><sale_price>7.50</sale_price></account_specific></account_specific_data></ottomarket_item_data>",
        );
        assert_eq!((text(&otto.price), text(&otto.category)), ("10.50", "Lederjacke"));
        assert_eq!(otto.sale.map(|sale| sale.price.text).as_deref(), Some("7.50"));
    }

    #[test]
    fn of_an_older_block_title_and_price_count_where_the_newer_one_has_none() {
        let older = "<amazon_item_data><subchannel_specific_data><title>Old rope</title><bulletpoint1>x</bulletpoint1></subchannel_specific_data>\
                     <account_specific_data><account_specific><account_id>1000</account_id><standard_price>39.79</standard_price>\
                     <recommended_browse_node1>1</recommended_browse_node1></account_specific></account_specific_data></amazon_item_data>";
        let newer = |inside: &str| {
            format!(
                "<amazon_listing_item_data><account_specific_data><account_specific><account_id>1000</account_id>{inside}</account_specific>\
                 </account_specific_data></amazon_listing_item_data>"
            )
        };
        let both = platform(&format!("{older}{}", newer("<x/>")));
        assert_eq!((text(&both.title), text(&both.price), text(&both.category)), ("Old rope", "39.79", ""));
        assert!(both.block.starts_with("<amazon_listing_item_data>"));
        assert_eq!(text(&platform(&format!("{older}{}", newer("<title>Rope</title>"))).title), "Rope");
        let alone = platform(older);
        assert_eq!((text(&alone.title), text(&alone.price), text(&alone.category)), ("Old rope", "39.79", "1"));
        let several = older.replace(
            "<title>Old rope</title>",
            "<subchannel_specific><title>A</title></subchannel_specific><subchannel_specific><title>B</title></subchannel_specific>",
        );
        assert_eq!(text(&platform(&several).title), "", "nobody knows for which marketplace");
    }

    #[test]
    fn the_connector_gets_the_block_without_other_accounts() {
        let xml = "<a/><p x=\"1\"><y>all</y><account_specific_data><account_specific><account_id>7</account_id><s>secret</s></account_specific>\
                   <account_specific><account_id>1000</account_id><odd z='&amp;'/></account_specific></account_specific_data></p>";
        assert_eq!(
            platform(xml).block,
            "<p x=\"1\"><y>all</y><account_specific_data><account_specific><account_id>1000</account_id><odd z='&amp;'/></account_specific></account_specific_data></p>"
        );
        assert!(read(xml, AccountId(8), "en").unwrap().is_none());
        assert!(read("<broken>", AccountId(8), "en").is_err());
    }
}
