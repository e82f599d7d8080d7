//! `fetchShippingCarriers`, `fetchDispatchTypes`: what packages may name, and the word that each account's channel gets.

use std::collections::BTreeMap;

use super::{has_name, mandators, names};
use crate::config::{Account, Settings, ShippingWord, User, shipping_word};
use crate::domain::{AccountId, MandatorId};
use crate::operations::wire::cond_of;
use crate::store::filter::Cond;
use crate::{fetched, wire};

wire! {
    /// What the channel of an account gets.
    ShippingWordOfAccount {
        /// The account.
        account_id: AccountId,
        /// The channel's code.
        channel_code: String,
    }
}

/// One entry of a list.
struct Entry {
    /// Missing where only tables of accounts have the word.
    id: Option<i32>,
    identifier: String,
    external_id: Option<String>,
    /// Each with its mandator.
    accounts: Vec<(MandatorId, ShippingWordOfAccount)>,
}

/// The entries of the list, then words that only tables of accounts have.
fn entries(settings: &Settings, user: &User, list: &[ShippingWord], table: impl Fn(&Account) -> &BTreeMap<String, String>) -> Vec<Entry> {
    let entry = |word: &ShippingWord| Entry {
        id: Some(word.id),
        identifier: word.identifier.clone(),
        external_id: word.external_id.clone(),
        accounts: Vec::new(),
    };
    let mut entries: Vec<Entry> = list.iter().map(entry).collect();
    let mut unlisted: BTreeMap<String, Entry> = BTreeMap::new();
    for account in settings.accounts.iter().filter(|account| user.may_use(account.mandator_id)) {
        for (word, code) in table(account) {
            let listed = shipping_word(list, Some(word), None);
            let entry = match listed.and_then(|listed| entries.iter_mut().find(|entry| entry.id == Some(listed.id))) {
                Some(entry) => entry,
                None => unlisted.entry(word.trim().to_lowercase()).or_insert_with(|| Entry {
                    id: None,
                    identifier: word.clone(),
                    external_id: None,
                    accounts: Vec::new(),
                }),
            };
            // The identifier's line counts before the external id's, as it does when something is sent.
            let of_account = ShippingWordOfAccount { account_id: account.account_id, channel_code: code.clone() };
            match entry.accounts.iter_mut().find(|(_, known)| known.account_id == account.account_id) {
                Some(known) if word.trim().eq_ignore_ascii_case(entry.identifier.trim()) => known.1 = of_account,
                Some(_) => {}
                None => entry.accounts.push((account.mandator_id, of_account)),
            }
        }
    }
    entries.extend(unlisted.into_values());
    entries
}

/// The conditions of one filter.
struct Conditions {
    /// Of the accounts.
    mandator_id: Cond<MandatorId>,
    id: Cond<i32>,
    identifier: Cond<String>,
    external_id: Cond<String>,
}

impl Conditions {
    fn has_words(&self, entry: &Entry) -> bool {
        entry.id.map_or_else(|| self.id.passes_unset(), |id| self.id.passes(&id))
            && has_name(&self.identifier, &entry.identifier)
            && entry.external_id.as_ref().map_or_else(|| self.external_id.passes_unset(), |text| has_name(&self.external_id, text))
    }
}

/// The entry with the accounts that one of the filters lets pass. The lists are the same for all mandators, but a word
/// that only accounts have belongs to the mandators of those.
fn passing(mut entry: Entry, filters: &[Conditions]) -> Option<Entry> {
    let passed: Vec<&Conditions> = filters.iter().filter(|filter| filter.has_words(&entry)).collect();
    if !filters.is_empty() {
        entry.accounts.retain(|(mandator_id, _)| passed.iter().any(|filter| filter.mandator_id.passes(mandator_id)));
    }
    let is_listed = entry.id.is_some() && (filters.is_empty() || !passed.is_empty());
    (is_listed || !entry.accounts.is_empty()).then_some(entry)
}

/// Declares the fetch call of a list.
macro_rules! shipping_list {
    (
        $operation:ident($name:literal, $doc:literal), $list:ident, $table:ident;
        $filter:ident, $request:ident, $result:ident, $records:ident: $record:ident as $entry:literal, $what:literal;
        $id:ident, $identifier:ident, $external_id:ident
    ) => {
        wire! {
            /// Conditions; all of them must hold.
            $filter {
                /// Number.
                $id: Option<crate::operations::wire::Match<i32>>,
                /// Name, compared without case.
                $identifier: Option<crate::operations::wire::Match<String>>,
                /// Foreign id, compared without case.
                $external_id: Option<crate::operations::wire::Match<String>>,
                /// A mandator; all have the same list, but only its accounts are shown, and the words that only they have.
                mandator_id: Option<crate::operations::wire::Match<crate::domain::MandatorId>>,
            }

            /// Which entries to fetch.
            $request {
                /// Entries that pass one of these filters; all where there is none.
                filters: Vec<$filter> [flat("filter")],
            }

            #[doc = $what]
            $record {
                /// Its number; missing where only an account's table has the word.
                $id: Option<i32>,
                /// Its name, as packages of updateOrderStatus name it.
                $identifier: String,
                /// Its foreign id, which packages may name as well.
                $external_id: Option<String>,
                /// What channels get, for accounts that have a word of their own for it.
                accounts: Vec<ShippingWordOfAccount> [each("account")],
            }
        }

        fetched! { $result, $records: $record, $entry }

        /// The operation.
        pub(crate) struct $operation;

        impl crate::operations::ReadOperation for $operation {
            const NAME: &'static str = $name;
            const DOC: &'static str = $doc;
            type Request = $request;
            type Result = $result;

            fn handle(
                reading: &crate::operations::Reading<'_>,
                _conn: &mut crate::store::Conn<'_>,
                request: $request,
            ) -> Result<$result, crate::domain::Failure> {
                let mut filters = Vec::with_capacity(request.filters.len());
                for filter in &request.filters {
                    filters.push(Conditions {
                        mandator_id: mandators(reading, filter.mandator_id.as_ref())?,
                        id: cond_of(filter.$id.as_ref()),
                        identifier: names(filter.$identifier.as_ref()),
                        external_id: names(filter.$external_id.as_ref()),
                    });
                }
                let settings = reading.settings;
                let found = entries(settings, reading.user, &settings.$list, |account| &account.$table).into_iter();
                let records: Vec<$record> = found
                    .filter_map(|entry| passing(entry, &filters))
                    .map(|entry| $record {
                        $id: entry.id,
                        $identifier: entry.identifier,
                        $external_id: entry.external_id,
                        accounts: entry.accounts.into_iter().map(|(_, account)| account).collect(),
                    })
                    .collect();
                let total = records.len();
                Ok($result::page(records, total))
            }
        }
    };
}

shipping_list! {
    FetchShippingCarriers("fetchShippingCarriers",
        "Lists the shipping providers that packages may name, and what the channels of accounts get for them."),
        shipping_carriers, carriers;
    CarrierFilter, FetchCarriersRequest, FetchCarriersResult,
        shipping_carriers: CarrierRecord as "shipping_carrier", "A shipping provider.";
    shipping_provider_id, shipping_provider_identifier, shipping_provider_external_id
}

shipping_list! {
    FetchDispatchTypes("fetchDispatchTypes",
        "Lists the dispatch types that packages may name, and what the channels of accounts get for them."),
        dispatch_types, dispatch_types;
    DispatchTypeFilter, FetchDispatchTypesRequest, FetchDispatchTypesResult,
        dispatch_types: DispatchTypeRecord as "dispatch_type", "A dispatch type.";
    dispatch_type_id, dispatch_type_identifier, dispatch_type_external_id
}

#[cfg(test)]
mod tests {
    use super::{Cond, Conditions, ShippingWord, entries, passing};
    use crate::config::fixture::{account, settings, user};
    use crate::domain::{AccountId, MandatorId};

    /// Which words a filter by mandator lists, each with its accounts.
    fn listed(filters: &[Cond<MandatorId>]) -> Vec<(String, Vec<AccountId>)> {
        let list = [ShippingWord { id: 1, identifier: "DHL".into(), external_id: None }];
        let mut settings = settings();
        settings.accounts = vec![account(101, 1), account(201, 2)];
        for (account, word) in settings.accounts.iter_mut().zip(["GLS", "UPS"]) {
            account.carriers = [("DHL".into(), "dhl".into()), (word.into(), "code".into())].into();
        }
        let conditions = |mandator_id: &Cond<MandatorId>| Conditions {
            mandator_id: mandator_id.clone(),
            id: Cond::All,
            identifier: Cond::All,
            external_id: Cond::All,
        };
        let filters: Vec<Conditions> = filters.iter().map(conditions).collect();
        entries(&settings, &user("erp"), &list, |account| &account.carriers)
            .into_iter()
            .filter_map(|entry| passing(entry, &filters))
            .map(|entry| (entry.identifier, entry.accounts.into_iter().map(|(_, word)| word.account_id).collect()))
            .collect()
    }

    #[test]
    fn a_mandator_sees_its_own_accounts_and_no_words_of_others() {
        let entry = |word: &str, accounts: &[i32]| (word.to_owned(), accounts.iter().copied().map(AccountId).collect());
        let all = [entry("DHL", &[101, 201]), entry("GLS", &[101]), entry("UPS", &[201])];
        assert_eq!(listed(&[]), all);
        assert_eq!(listed(&[Cond::All]), all);
        assert_eq!(listed(&[Cond::one(MandatorId(1)), Cond::one(MandatorId(2))]), all);
        assert_eq!(listed(&[Cond::one(MandatorId(2))]), [entry("DHL", &[201]), entry("UPS", &[201])]);
        assert_eq!(listed(&[Cond::Null]), [entry("DHL", &[])], "an account always has a mandator");
    }
}
