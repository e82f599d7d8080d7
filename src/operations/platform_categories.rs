//! `fetchPlatformCategoryAttributes`: the channels' own categories and the attributes that their offers have, as last read
//! (`channel-calls.md` 13; only the request for Amazon's browse nodes is documented).

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{Account, Settings};
use crate::domain::catalogue::{ChannelAttribute, ChannelCategory};
use crate::domain::{AccountId, AnyOf, Failure, MandatorId, Stamp, code};
use crate::operations::platform::Platform;
use crate::operations::wire::{FieldSpec, Match, Source, Time, Types, Value, Writer, cond_of, mandator_of};
use crate::operations::{Face, ReadOperation, Reading};
use crate::store::filter::Cond;
use crate::store::{Conn, catalogue};
use crate::{fetched, wire};

wire! {
    /// Conditions; all of them must hold.
    PlatformCategoryFilter {
        /// The mandator; needed.
        mandator_id: Option<Match<MandatorId>>,
        /// The account whose channel is meant.
        account_id: Option<Match<AccountId>>,
        /// The sub channel; fetchSubChannels lists them.
        sub_channel_id: Option<Match<i32>>,
        /// The channel's own id of the category.
        category_id: Option<Match<String>>,
        /// The channel's name of the category.
        identifier: Option<Match<String>>,
    }

    /// The same as CONNECT has it for a platform with browse nodes.
    BrowsenodeFilter {
        /// The platform, such as amazon; on the compat face the name of the element says it.
        platform: Platform,
        /// The sub channel; needed.
        subchannel: Option<Match<i32>>,
        /// The platform's id of the node.
        browsenode_id: Option<Match<String>>,
        /// The platform's name of the node.
        browsenode_identifier: Option<Match<String>>,
    }

    /// Which categories to fetch.
    FetchCategoryTreeRequest {
        /// Categories that pass one of these filters.
        filters: Vec<PlatformCategoryFilter> [flat("filter")],
        /// Or one of these. On the compat face the element may be named after the platform, such as amazon_browsenode_filter.
        browsenode_filters: Vec<BrowsenodeFilter> [per_platform("browsenode_filter")],
        /// Page size; all on one page when absent.
        platform_categories_per_page: Option<i32>,
        /// Page, starting with 1.
        page: Option<i32>,
    }

    /// A category of a channel.
    PlatformCategory {
        /// The account whose channel has it.
        account_id: AccountId,
        /// The sub channel of the account.
        subchannel_id: i32 [typed("sub_channel_id")],
        /// The channel's own id; account categories name it as external_id.
        category_id: String,
        /// The id of the category above it.
        parent_id: Option<String>,
        /// The channel's name for it.
        identifier: String,
        /// The way from the top of the tree, which is 0, by ids: 0_home_kitchen.
        path: String,
        /// Offers can be placed in it.
        takes_offers: bool,
        /// When its attributes were read; missing: not yet. The attributes of a large tree are read of the categories that the
        /// account uses.
        attributes_read_at: Option<Time>,
        /// The attributes that its offers have.
        category_attributes: Vec<CategoryAttribute> [each("category_attribute")],
    }

    /// An attribute that offers of a category may or must have.
    CategoryAttribute {
        /// The channel's name, which updateAttributes maps a central attribute to (specific_attribute_data).
        identifier: String,
        /// Offers must have it.
        required: bool,
        /// Offers may have several values of it.
        several: bool,
        /// The values to choose from; none: any text.
        attribute_values: Vec<String> [each("attribute_value")],
    }
}

/// A category under the name that the platform's own filter has for it: `amazon_browsenode` answers `amazon_browsenode_filter`.
#[derive(Debug, Clone, Default)]
pub(crate) struct NamedCategory {
    category: PlatformCategory,
    element: Option<String>,
}

impl Value for NamedCategory {
    const EMPTY_COUNTS: bool = true;

    fn read(source: Source<'_>, spec: &FieldSpec, face: Face) -> Result<NamedCategory, Failure> {
        Ok(NamedCategory { category: PlatformCategory::read(source, spec, face)?, element: None })
    }

    fn write(&self, out: &mut Writer, name: &str) {
        let element = self.element.as_deref().filter(|_| out.face() == Face::Compat);
        self.category.write(out, element.unwrap_or(name));
    }

    fn type_name(spec: &FieldSpec, types: &mut Types) -> String {
        PlatformCategory::type_name(spec, types)
    }
}

fetched! { FetchCategoryTreeResult, platform_categories: NamedCategory, "platform_category" also "browsenode" }

/// One filter of either kind.
struct Wanted {
    accounts: Vec<AccountId>,
    /// What its categories are called.
    element: Option<String>,
    category_id: Cond<String>,
    name: Cond<String>,
}

pub(crate) struct FetchPlatformCategoryAttributes;

impl ReadOperation for FetchPlatformCategoryAttributes {
    const NAME: &'static str = "fetchPlatformCategoryAttributes";
    const DOC: &'static str =
        "Reads the categories of channels with the attributes that their offers have or must have, as last read from there.";
    type Request = FetchCategoryTreeRequest;
    type Result = FetchCategoryTreeResult;

    fn handle(reading: &Reading<'_>, conn: &mut Conn<'_>, request: FetchCategoryTreeRequest) -> Result<FetchCategoryTreeResult, Failure> {
        if request.filters.is_empty() && request.browsenode_filters.is_empty() {
            mandator_of(None)?;
        }
        let mut wanted = Vec::new();
        for filter in &request.filters {
            wanted.push(of_mandator(reading, filter)?);
        }
        for filter in &request.browsenode_filters {
            wanted.push(of_sub_channel(reading, filter)?);
        }
        let accounts: BTreeSet<AccountId> = wanted.iter().flat_map(|filter| filter.accounts.iter().copied()).collect();
        let mut trees: BTreeMap<AccountId, BTreeMap<String, ChannelCategory>> = BTreeMap::new();
        for account_id in &accounts {
            if let Some(tree) = catalogue::tree(conn, *account_id)? {
                trees.insert(*account_id, tree);
            }
        }
        if trees.is_empty() && !accounts.is_empty() {
            let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
            return Err(Failure::new(code::NO_CHANNEL_CATEGORIES, [&names.join(", ")]));
        }
        let mut ids: BTreeMap<(AccountId, &str), Option<&str>> = BTreeMap::new();
        for filter in &wanted {
            for (account_id, tree) in filter.accounts.iter().filter_map(|account_id| Some((*account_id, trees.get(account_id)?))) {
                let found = tree.values().filter(|category| filter.category_id.passes(&category.id) && filter.name.passes(&category.name));
                ids.extend(found.map(|category| ((account_id, category.id.as_str()), filter.element.as_deref())));
            }
        }
        let ids: Vec<((AccountId, &str), Option<&str>)> = ids.into_iter().collect();
        let page = reading.page(&ids, request.platform_categories_per_page, request.page)?;
        let mut room = reading.room();
        let mut records = Vec::with_capacity(page.len());
        for ((account_id, id), element) in page {
            let Some((tree, category)) = trees.get(account_id).and_then(|tree| Some((tree, tree.get(*id)?))) else { continue };
            let attributes = catalogue::attributes(conn, *account_id, id)?;
            room.take(attributes.iter().flat_map(|(attributes, _)| attributes).map(size_of).sum())?;
            let category = record_of(reading.settings, *account_id, tree, category, attributes);
            records.push(NamedCategory { category, element: element.map(str::to_owned) });
        }
        Ok(FetchCategoryTreeResult::page(records, ids.len()))
    }
}

/// What an attribute takes of an answer at least.
fn size_of(attribute: &ChannelAttribute) -> usize {
    attribute.values.iter().map(|value| value.len().saturating_add(30)).fold(attribute.name.len(), usize::saturating_add)
}

fn of_mandator(reading: &Reading<'_>, filter: &PlatformCategoryFilter) -> Result<Wanted, Failure> {
    let mandator = reading.mandator(mandator_of(filter.mandator_id.as_ref())?)?;
    let account_id = Platform::default().accounts_of(reading, mandator.mandator_id, filter.account_id.as_ref())?;
    let sub_channel_id = cond_of(filter.sub_channel_id.as_ref());
    let accounts = reading.settings.accounts.iter().filter(|account| account.mandator_id == mandator.mandator_id);
    let accounts = accounts.filter(|account| account_id.passes(&account.account_id) && sub_channel_id.passes(&account.sub_channel_id));
    Ok(Wanted {
        accounts: accounts.map(|account| account.account_id).collect(),
        element: None,
        category_id: cond_of(filter.category_id.as_ref()),
        name: cond_of(filter.identifier.as_ref()),
    })
}

/// The accounts of the user's mandators on a sub channel.
fn of_sub_channel(reading: &Reading<'_>, filter: &BrowsenodeFilter) -> Result<Wanted, Failure> {
    let sub_channel_id = cond_of(filter.subchannel.as_ref());
    let Cond::In { values, .. } = &sub_channel_id else { return Err(Failure::quoting(code::MISSING, [&AnyOf(&["subchannel"])])) };
    let known = |id: &i32| reading.settings.sub_channels.iter().any(|sub_channel| sub_channel.sub_channel_id == *id);
    if let Some(unknown) = values.iter().find(|id| !known(id)) {
        return Err(Failure::new(code::UNKNOWN_SUB_CHANNEL, [&unknown.to_string()]).within("subchannel"));
    }
    let own = |account: &Account| reading.user.may_use(account.mandator_id) && sub_channel_id.passes(&account.sub_channel_id);
    let accounts = match filter.platform.among(reading, own)? {
        Some(meant) => meant,
        None => reading.settings.accounts.iter().filter(|account| own(account)).map(|account| account.account_id).collect(),
    };
    Ok(Wanted {
        accounts,
        element: filter.platform.element_of("browsenode"),
        category_id: cond_of(filter.browsenode_id.as_ref()),
        name: cond_of(filter.browsenode_identifier.as_ref()),
    })
}

fn record_of(
    settings: &Settings,
    account_id: AccountId,
    tree: &BTreeMap<String, ChannelCategory>,
    category: &ChannelCategory,
    attributes: Option<(Vec<ChannelAttribute>, i64)>,
) -> PlatformCategory {
    let account = settings.account(account_id);
    let zone = account.and_then(|account| settings.mandator(account.mandator_id)).map_or(chrono_tz::UTC, |mandator| mandator.time_zone);
    let (attributes, read_at) = attributes.map_or((Vec::new(), None), |(attributes, read_at)| (attributes, Some(read_at)));
    let attribute = |attribute: ChannelAttribute| CategoryAttribute {
        identifier: attribute.name,
        required: attribute.required,
        several: attribute.several,
        attribute_values: attribute.values,
    };
    PlatformCategory {
        account_id,
        subchannel_id: account.map_or(0, |account| account.sub_channel_id),
        category_id: category.id.clone(),
        parent_id: category.parent_id.clone(),
        identifier: category.name.clone(),
        path: path_of(tree, category),
        takes_offers: category.takes_offers,
        attributes_read_at: read_at.map(|read_at| Time::of(Stamp(read_at), zone)),
        category_attributes: attributes.into_iter().map(attribute).collect(),
    }
}

/// Levels of a tree; a channel that has a category below itself has no more.
const DEEPEST: usize = 50;

fn path_of(tree: &BTreeMap<String, ChannelCategory>, category: &ChannelCategory) -> String {
    let above = std::iter::successors(Some(category), |category| tree.get(category.parent_id.as_deref()?));
    let mut ids: Vec<&str> = above.take(DEEPEST).map(|category| category.id.as_str()).collect();
    ids.push("0");
    ids.reverse();
    ids.join("_")
}
