//! Reading the channel's tree of categories, and the attributes of those that matter: once a day, one call per turn.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Attempt, Due, Round};
use crate::connectors::{CategoryPage, ChannelAttribute, ChannelError};
use crate::dispatch::context::Context;
use crate::dispatch::retry::after;
use crate::dispatch::turn::Kind;
use crate::domain::catalogue::{self, ChannelCategory, MOST_ATTRIBUTES, MOST_VALUES, Step};
use crate::domain::rate::ChannelCall;
use crate::domain::{Failure, Stamp, limits};
use crate::store::accounts::WorkRow;
use crate::store::{Conn, catalogue as store};

/// An account may place offers in a category that it did not use before.
const LOOKS_EVERY: Duration = Duration::from_secs(60);
/// After a failed call. Nothing waits for it, so the account's other work goes on.
const RESTS_AFTER_FAILURE: Duration = Duration::from_secs(60 * 60);

#[derive(Debug)]
pub(in crate::dispatch) struct Catalogue {
    rests_until: Stamp,
    /// Categories whose attributes the channel did not give.
    skipped: BTreeSet<String>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Catalogue { rests_until: Stamp(0), skipped: BTreeSet::new() }
    }
}

impl Round for Catalogue {
    fn turn(&mut self, context: &mut Context, work: &WorkRow, now: Stamp) -> Result<Option<Attempt>, Failure> {
        if !context.channel.capabilities.categories || self.rests_until > now || context.channel.has_to_wait(ChannelCall::Categories, now) {
            return Ok(None);
        }
        match self.next_step(context, now)? {
            Step::Rest => {
                self.rests_until = after(now, LOOKS_EVERY);
                Ok(None)
            }
            Step::Page { pass, cursor } => self.read_page(context, pass, cursor, work, now).map(Some),
            Step::Attributes(category) => self.read_attributes(context, category, work, now).map(Some),
        }
    }

    fn due(&self, _conn: &mut Conn<'_>, context: &Context, _work: &WorkRow, _now: Stamp) -> Result<Vec<Due>, Failure> {
        let next = context.channel.capabilities.categories.then_some(self.rests_until);
        Ok(Due::calling(ChannelCall::Categories, next).into_iter().collect())
    }

    fn forget(&mut self) {
        *self = Catalogue::default();
    }
}

impl Catalogue {
    fn next_step(&self, context: &Context, now: Stamp) -> Result<Step, Failure> {
        let (account, has_attributes) = (&context.account, context.channel.capabilities.attributes);
        context.store.read(|conn| {
            let reading = store::reading_of(conn, account.account_id)?;
            let missing = match has_attributes && reading.read_at.is_some() {
                true => {
                    let chosen = account.default_category.as_deref();
                    store::without_attributes(conn, account.account_id, chosen, catalogue::outdated(now), &self.skipped)?
                }
                false => None,
            };
            Ok(catalogue::next_step(&reading, missing, now))
        })
    }

    fn read_page(
        &mut self,
        context: &mut Context,
        pass: i64,
        cursor: Option<String>,
        work: &WorkRow,
        now: Stamp,
    ) -> Result<Attempt, Failure> {
        let (result, now) = context.channel.call(ChannelCall::Categories, now, |connector| connector.categories(cursor.as_deref()));
        let page = match result {
            Ok(page) => page,
            Err(error) => return Ok(self.failed(context, &error, work, now)),
        };
        context.channel.answered(Kind::Catalogue);
        self.skipped.clear();
        let CategoryPage { categories, next } = page;
        // A channel that sends its readers in a circle has no further page.
        let next = next.filter(|next| !categories.is_empty() && Some(next) != cursor.as_ref());
        let (account_id, categories) = (context.account_id(), categories.into_iter().map(fitted).collect::<Vec<_>>());
        context.end(move |tx| store::keep_page(tx, account_id, pass, &categories, next, now))?;
        Ok(Attempt::Worked)
    }

    fn read_attributes(&mut self, context: &mut Context, category: String, work: &WorkRow, now: Stamp) -> Result<Attempt, Failure> {
        let (result, now) = context.channel.call(ChannelCall::Categories, now, |connector| connector.attributes(&category));
        let mut attributes = match result {
            Ok(attributes) => attributes,
            Err(error) => {
                // An answer that makes no sense must not keep the other categories from being read.
                if matches!(error, ChannelError::Protocol { .. }) {
                    self.skipped.insert(category);
                }
                return Ok(self.failed(context, &error, work, now));
            }
        };
        context.channel.answered(Kind::Catalogue);
        attributes.truncate(MOST_ATTRIBUTES);
        attributes.iter_mut().for_each(fit_attribute);
        let account_id = context.account_id();
        context.end(move |tx| store::keep_attributes(tx, account_id, &category, &attributes, now))?;
        Ok(Attempt::Worked)
    }

    /// The log says so; the account's other work goes on.
    fn failed(&mut self, context: &mut Context, error: &ChannelError, work: &WorkRow, now: Stamp) -> Attempt {
        let earliest = context.failed(Kind::Catalogue, error, work, now);
        self.rests_until = after(now, RESTS_AFTER_FAILURE).max(earliest);
        Attempt::Failed
    }
}

/// A category that fits into the database and the contract.
fn fitted(category: ChannelCategory) -> ChannelCategory {
    ChannelCategory {
        id: limits::channel_number(&category.id).into_owned(),
        parent_id: category.parent_id.map(|id| limits::channel_number(&id).into_owned()),
        name: short(&category.name),
        takes_offers: category.takes_offers,
    }
}

fn fit_attribute(attribute: &mut ChannelAttribute) {
    attribute.name = short(&attribute.name);
    attribute.values.truncate(MOST_VALUES);
    for value in &mut attribute.values {
        *value = short(value);
    }
}

fn short(text: &str) -> String {
    limits::cut(&limits::printable(text), limits::CHANNEL_NUMBER).into_owned()
}
