//! What the shop itself is set to: the sales channel with its currencies, languages and kind of prices, and tax rates.

use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::rule::Failure;
use super::super::{ChannelError, lock};
use super::api::{MOST, any, equals, one_of};
use super::found::decimal;
use super::ids::is_id;
use super::{SETTINGS_AGE, Shopware};
use crate::domain::{Currency, Decimal};

/// Numbers that are the same in every shop (`Shopware\Core\Defaults`).
pub(super) const SYSTEM_LANGUAGE: &str = "2fbb5fe2e29a4d70aa5854ce7ce3e20b";
pub(super) const SYSTEM_CURRENCY: &str = "b7d2554b0ce847cd82f3ac9bd1c0dfca";
/// Older versions keep their stock in another way: orders take nothing off it until they are complete.
const OLDEST: (u32, u32) = (6, 6);

#[derive(Debug, Clone)]
pub(super) struct ShopSettings {
    pub version: String,
    pub channel_id: String,
    pub channel_name: String,
    /// The root of the categories of the sales channel.
    pub root_category: String,
    /// That of the account's prices.
    pub currency: Currency,
    pub currency_id: String,
    /// Those that the sales channel sells in.
    pub currencies: Vec<Currency>,
    /// The shop's own, in which every price has to be given.
    pub base_currency: String,
    pub gross: bool,
    pub taxes: Vec<Tax>,
    /// The rate for articles without a tax class.
    pub default_tax: Option<String>,
    /// Numbers, and locales such as `de-DE`.
    pub languages: Vec<(String, String)>,
    /// The rule for which the account's prices are.
    pub rule: Option<String>,
    /// Under which address buyers reach the sales channel.
    pub storefront: Option<String>,
    /// Custom fields that the settings name, with their types.
    pub fields: Vec<(String, String)>,
    /// When the shop said so, by its own clock.
    pub date: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tax {
    pub id: String,
    pub name: String,
    #[serde(deserialize_with = "decimal")]
    pub tax_rate: Decimal,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    id: String,
    name: Option<String>,
    navigation_category_id: String,
    currency_id: String,
    #[serde(default)]
    currencies: Vec<CurrencyOf>,
    #[serde(default)]
    languages: Vec<LanguageOf>,
    customer_group: Option<CustomerGroup>,
    #[serde(default)]
    domains: Vec<Domain>,
}

#[derive(Debug, Deserialize)]
struct Domain {
    url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrencyOf {
    id: String,
    iso_code: String,
}

#[derive(Debug, Deserialize)]
struct LanguageOf {
    id: String,
    locale: Option<Locale>,
}

#[derive(Debug, Deserialize)]
struct Locale {
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerGroup {
    display_gross: bool,
}

#[derive(Debug, Deserialize)]
struct RuleOf {
    id: String,
}

#[derive(Debug, Deserialize)]
struct Field {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl ShopSettings {
    /// The rate that has this name or number, or for no name the shop's own default. Several of one name are none.
    pub(super) fn tax(&self, class: Option<&str>) -> Option<&Tax> {
        match (class.filter(|class| !class.is_empty()), self.taxes.as_slice()) {
            (Some(class), taxes) => {
                let mut named = taxes.iter().filter(|tax| tax.id == class || tax.name.eq_ignore_ascii_case(class));
                named.next().filter(|_| named.next().is_none())
            }
            (None, [only]) => Some(only),
            (None, taxes) => taxes.iter().find(|tax| Some(&tax.id) == self.default_tax.as_ref()),
        }
    }

    /// Where buyers see a product.
    pub(super) fn page(&self, product_id: &str) -> Option<String> {
        self.storefront.as_ref().map(|url| format!("{}/detail/{product_id}", url.trim_end_matches('/')))
    }

    /// The number of a language such as `de`.
    pub(super) fn language(&self, code: &str) -> Option<&str> {
        let is = |locale: &str| {
            locale.eq_ignore_ascii_case(code) || locale.split(['-', '_']).next().is_some_and(|part| part.eq_ignore_ascii_case(code))
        };
        let own = self.languages.iter().find(|(id, locale)| id == SYSTEM_LANGUAGE && is(locale));
        own.or_else(|| self.languages.iter().find(|(_, locale)| is(locale))).map(|(id, _)| id.as_str())
    }
}

impl Shopware {
    pub(super) fn shop(&self) -> Result<ShopSettings, ChannelError> {
        let known = lock(&self.shop).clone();
        if let Some((read_at, shop)) = known
            && read_at.elapsed() < SETTINGS_AGE
        {
            return Ok(shop);
        }
        let shop = self.read_shop().map_err(Failure::whole)?;
        *lock(&self.shop) = Some((Instant::now(), shop.clone()));
        Ok(shop)
    }

    fn read_shop(&self) -> Result<ShopSettings, Failure> {
        let reply = self.api.get(&["_info", "version"], &[])?;
        let date = reply.date;
        let version: String = reply.part("/version")?;
        if !is_new_enough(&version) {
            return Err(unfit(&format!("it runs Shopware {version}, the connector needs 6.6 or newer; update the shop")).into());
        }
        let channel = self.channel()?;
        let currencies: Vec<CurrencyOf> =
            self.api.search("currency", &json!({ "limit": MOST, "includes": { "currency": ["id", "isoCode"] } }))?;
        let sold: Vec<Currency> = channel.currencies.iter().filter_map(|currency| Currency::parse(&currency.iso_code)).collect();
        let code_of = |id: &str| currencies.iter().find(|currency| currency.id == id).map(|currency| currency.iso_code.clone());
        let currency = match self.settings.currency {
            Some(currency) => currency,
            None => code_of(&channel.currency_id)
                .and_then(|code| Currency::parse(&code))
                .ok_or_else(|| unfit("the currency of the sales channel is none of ISO 4217; change it in the shop"))?,
        };
        let currency_id = currencies.iter().find(|of| of.iso_code == currency.code()).map(|of| of.id.clone());
        Ok(ShopSettings {
            version,
            channel_name: channel.name.clone().unwrap_or_default(),
            root_category: channel.navigation_category_id.clone(),
            currency,
            // Without one the shop sells in others, and each price is refused.
            currency_id: currency_id.unwrap_or_default(),
            currencies: sold,
            base_currency: code_of(SYSTEM_CURRENCY).unwrap_or_default(),
            gross: channel.customer_group.as_ref().is_none_or(|group| group.display_gross),
            taxes: self.api.search("tax", &json!({ "limit": MOST, "includes": { "tax": ["id", "name", "taxRate"] } }))?,
            default_tax: self.default_tax()?,
            languages: channel.languages.iter().filter_map(|of| Some((of.id.clone(), of.locale.as_ref()?.code.clone()))).collect(),
            rule: self.rule()?,
            storefront: channel.domains.iter().map(|domain| &domain.url).find(|url| url.starts_with("http")).cloned(),
            fields: self.fields()?,
            channel_id: channel.id,
            date,
        })
    }

    fn channel(&self) -> Result<Channel, Failure> {
        let word = &self.settings.sales_channel;
        let mut named = vec![equals("name", word)];
        if is_id(word) {
            named.push(equals("id", word));
        }
        let criteria = json!({
            "limit": 2,
            "filter": [any(named)],
            "associations": { "currencies": {}, "languages": { "associations": { "locale": {} } }, "customerGroup": {}, "domains": {} },
        });
        let mut found: Vec<Channel> = self.api.search("sales-channel", &criteria)?;
        match (found.pop(), found.is_empty()) {
            (Some(channel), true) => Ok(channel),
            (None, _) => Err(unfit(&format!("it has no sales channel \"{word}\"; correct sales_channel of the account")).into()),
            (Some(_), false) => {
                Err(unfit(&format!("several sales channels are called \"{word}\"; give the id in sales_channel of the account")).into())
            }
        }
    }

    /// Which rate the administration puts first for new products; `None` also without the right to ask.
    fn default_tax(&self) -> Result<Option<String>, Failure> {
        match self.api.get(&["_action", "system-config"], &[("domain", "core.tax")]) {
            Ok(reply) => Ok(reply.json.get("core.tax.defaultTaxRate").and_then(Value::as_str).map(str::to_owned)),
            Err(Failure::Channel(ChannelError::Unauthorized { .. })) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn rule(&self) -> Result<Option<String>, Failure> {
        let Some(word) = &self.settings.price_rule else { return Ok(None) };
        let mut named = vec![equals("name", word)];
        if is_id(word) {
            named.push(equals("id", word));
        }
        let found: Vec<RuleOf> = self.api.search("rule", &json!({ "limit": 2, "filter": [any(named)], "includes": { "rule": ["id"] } }))?;
        match found.as_slice() {
            [rule] => Ok(Some(rule.id.clone())),
            [] => Err(unfit(&format!("it has no rule \"{word}\"; correct price_rule of the account")).into()),
            _ => Err(unfit(&format!("several rules are called \"{word}\"; give the id in price_rule of the account")).into()),
        }
    }

    fn fields(&self) -> Result<Vec<(String, String)>, Failure> {
        let names: Vec<&str> = self.settings.custom_fields.iter().map(|of| of.field.as_str()).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let criteria = json!({ "limit": MOST, "filter": [one_of("name", &names)], "includes": { "custom_field": ["name", "type"] } });
        let found: Vec<Field> = self.api.search("custom-field", &criteria)?;
        Ok(found.into_iter().map(|field| (field.name, field.kind)).collect())
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= OLDEST
}

/// The shop is set to something that Kontor cannot work with.
fn unfit(wrong: &str) -> ChannelError {
    ChannelError::Protocol { reason: format!("the shop does not fit: {wrong}") }
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (version, good) in
            [("6.7.10.1", true), ("6.6.0.0", true), ("6.10.0.0-RC1", true), ("6.5.8.14", false), ("5.7.20", false), ("", false)]
        {
            assert_eq!(is_new_enough(version), good, "{version}");
        }
    }
}
