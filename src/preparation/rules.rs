//! The rule of each value.

use super::lack::TITLE_RULE;
use super::subject::Subject;
use super::{Lack, Source, Sourced, values};
use crate::connectors::{Price, VariantContent};
use crate::domain::item::{filled, in_language};
use crate::domain::lookup::Template;
use crate::domain::price::Sale;
use crate::domain::template::{self, Form};
use crate::domain::{Decimal, Money};
use crate::store::account_categories::AccountCategoryRow;
use crate::store::lookups::LookUpRow;

/// Which template makes the description.
struct Chosen<'k> {
    name: String,
    by_item: bool,
    row: Option<&'k LookUpRow<Template>>,
}

impl<'k> Subject<'k> {
    fn platform_source(&self, element: &str) -> Source {
        Source::Platform { account_id: self.account_id(), element: element.to_owned() }
    }

    fn text(&self, module: Option<i32>, other_languages: bool) -> Option<Sourced<String>> {
        let module = module?;
        let (translations, group) = self.module(module)?;
        let language = self.frame.account.language.as_str();
        let source = |language: &str| Source::Text { module, language: language.to_owned(), group: group.map(str::to_owned) };
        if let Some(text) = in_language(translations, language) {
            return Some(Sourced::new(text.to_owned(), source(language)));
        }
        let other = translations.iter().find(|t| other_languages && t.filled().is_some())?;
        let code = other.language_code_iso.to_lowercase();
        Some(Sourced::new(other.filled()?.to_owned(), source(&code)))
    }

    /// A title in a foreign language would be worse than the item's name.
    pub(crate) fn title(&self, price: Option<&Price>) -> Result<Sourced<String>, Lack> {
        if let Some(found) = self.platform.as_ref().and_then(|p| p.title.as_ref()) {
            return Ok(Sourced::new(found.text.clone(), self.platform_source(&found.element)));
        }
        if let Some(rule) = &self.frame.account.preparation.title_rule {
            let title = self.render(TITLE_RULE, rule, Form::Plain, price)?;
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            if !title.is_empty() {
                return Ok(Sourced::new(title, Source::TitleRule { account_id: self.account_id() }));
            }
        }
        let title = self.text(self.frame.account.title_text_module, false);
        let title = title.unwrap_or_else(|| Sourced::new(self.item.identifier.clone(), Source::Item { field: "identifier" }));
        match title.value.trim() {
            "" => Err(Lack::Title),
            trimmed => Ok(Sourced::new(trimmed.to_owned(), title.source)),
        }
    }

    fn render(&self, name: &str, source: &str, form: Form, price: Option<&Price>) -> Result<String, Lack> {
        template::render(source, form, values::values(self, price)).map_err(|fault| Lack::Template {
            name: name.to_owned(),
            line: fault.line,
            text: fault.text,
        })
    }

    /// The template that is asked for, by the item first.
    fn chosen(&self, by_item: bool) -> Option<Chosen<'k>> {
        let templates = &self.known.templates;
        let named = |name: &str| templates.iter().find(|row| row.identifier == name);
        if !by_item {
            let name = self.frame.account.preparation.description_template.as_deref()?;
            return Some(Chosen { name: name.to_owned(), by_item, row: named(name) });
        }
        let platform = self.platform.as_ref()?;
        if let Some(found) = &platform.template_id {
            let row = templates.iter().find(|row| found.text.parse() == Ok(row.id));
            return Some(Chosen { name: row.map_or_else(|| found.text.clone(), |row| row.identifier.clone()), by_item, row });
        }
        let found = platform.template_identifier.as_ref()?;
        Some(Chosen { name: found.text.clone(), by_item, row: named(&found.text) })
    }

    fn filled_in(&self, chosen: Chosen<'_>, price: Option<&Price>) -> Result<Sourced<String>, Lack> {
        let Some(row) = chosen.row else {
            return Err(Lack::NoTemplate(chosen.name));
        };
        let text = self.render(&chosen.name, &content_of(row)?, Form::Html, price)?;
        Ok(Sourced::new(text, Source::Template { name: chosen.name, by_item: chosen.by_item }))
    }

    pub(crate) fn description(&self, price: Option<&Price>) -> Result<Sourced<String>, Lack> {
        if let Some(chosen) = self.chosen(true) {
            return self.filled_in(chosen, price);
        }
        let module = self.platform.as_ref().and_then(|p| p.description_module.as_ref());
        if let Some(text) = self.text(module.and_then(|found| found.text.parse().ok()), true) {
            return Ok(text);
        }
        if let Some(chosen) = self.chosen(false) {
            return self.filled_in(chosen, price);
        }
        let text = self.text(self.frame.account.description_text_module, true);
        Ok(text.unwrap_or_else(|| Sourced::new(String::new(), Source::Nothing)))
    }

    /// Whether title or description change with the price.
    pub(crate) fn shows_price(&self) -> Result<bool, Lack> {
        let rule = self.frame.account.preparation.title_rule.as_deref();
        let description = self.chosen(true).or_else(|| self.chosen(false)).and_then(|chosen| chosen.row).map(content_of).transpose()?;
        Ok(rule.is_some_and(|rule| template::uses(rule, "price")) || description.is_some_and(|text| template::uses(&text, "price")))
    }

    pub(crate) fn price(&self) -> Result<Sourced<Price>, Lack> {
        let account = self.frame.account;
        let lists = &self.known.pricelists;
        let first_name = account.first_pricelist();
        let first = lists.get(first_name).ok_or_else(|| Lack::Pricelist(first_name.to_owned()))?;
        let sold_in = first.currency()?;
        if let Some(found) = self.platform.as_ref().and_then(|p| p.price.as_ref()) {
            let amount = Decimal::parse(&found.text).ok_or_else(|| Lack::PlatformPrice(found.text.clone()))?;
            // It has no currency of its own, and the first list has the marketplace's. The ending of a list is for the list's
            // own prices.
            let price = Price { money: Money::new(amount, sold_in).rounded(), gross: first.list.gross };
            return Ok(Sourced::new(price, self.platform_source(&found.element)));
        }
        for name in &account.pricelists {
            let Some(known) = lists.get(name) else { continue };
            let Some((money, named)) = known.price(self.item.item_id, self.frame.today)? else { continue };
            if money.currency != sold_in {
                return Err(Lack::Currency { list: name.clone(), found: money.currency, expected: sold_in });
            }
            let source = Source::Pricelist { list: name.clone(), period: named.period() };
            return Ok(Sourced::new(Price { money, gross: known.list.gross }, source));
        }
        Err(Lack::Price(account.pricelists.clone()))
    }

    /// The price for some days that the item's block names.
    pub(crate) fn sale(&self) -> Result<Option<Sourced<Sale>>, Lack> {
        let Some(found) = self.platform.as_ref().and_then(|p| p.sale.as_ref()) else { return Ok(None) };
        let day = |text: &Option<String>| {
            // Some platforms have times there.
            let read = |text: &String| text.get(..10).and_then(|day| day.parse().ok()).ok_or_else(|| Lack::PlatformSale(text.clone()));
            text.as_ref().map(read).transpose()
        };
        let price = Decimal::parse(&found.price.text).ok_or_else(|| Lack::PlatformSale(found.price.text.clone()))?;
        let sale = Sale { price, from: day(&found.from)?, to: day(&found.to)? };
        Ok(Some(Sourced::new(sale, self.platform_source(&found.price.element))))
    }

    /// The item's own word on its category.
    fn own_category(&self) -> Option<Sourced<String>> {
        let own = self.known.item_categories.get(&self.item.item_id).into_iter().flatten().find(|category| category.active);
        if let Some(category) = own {
            return Some(Sourced::new(category.external_id.clone(), Source::ItemCategory { name: category.identifier.clone() }));
        }
        let found = self.platform.as_ref()?.category.as_ref()?;
        Some(Sourced::new(found.text.clone(), self.platform_source(&found.element)))
    }

    fn group_category(&self) -> Option<Sourced<String>> {
        let (first, _) = self.groups.first()?;
        self.groups.iter().find_map(|(group, _)| {
            let category: &AccountCategoryRow = self.known.group_categories.get(group.external_id.as_deref()?)?;
            let of = (group.category_id != first.category_id).then(|| first.identifier.clone());
            let source = Source::GroupCategory { group: group.identifier.clone(), of, name: category.identifier.clone() };
            category.active.then(|| Sourced::new(category.external_id.clone(), source))
        })
    }

    pub(crate) fn category(&self) -> Option<Sourced<String>> {
        let family = || {
            let parent = self.parent.as_ref()?;
            let own = parent.own_category()?;
            let source = Source::Parent { number: parent.item.internal_item_number.clone(), source: Box::new(own.source) };
            Some(Sourced::new(own.value, source))
        };
        let default = || {
            let category = filled(self.frame.account.default_category.as_deref())?.to_owned();
            Some(Sourced::new(category, Source::Account { account_id: self.account_id(), key: "default_category" }))
        };
        self.own_category().or_else(family).or_else(|| self.group_category()).or_else(default)
    }

    /// Slot by slot, those of `image_order` first, the others in their order.
    pub(crate) fn images(&self) -> Vec<Sourced<String>> {
        let mut slots: Vec<(i32, Sourced<String>)> = Vec::new();
        let groups = self.groups.iter().map(|(group, document)| (&document.image_modules, Some(group.identifier.clone())));
        for (images, group) in std::iter::once((&self.document.image_modules, None)).chain(groups) {
            for image in images {
                let slot = image.image_module_type_id;
                if slots.iter().any(|(taken, _)| *taken == slot) {
                    continue;
                }
                if let Some(address) = image.address(self.frame.public_url) {
                    slots.push((slot, Sourced::new(address, Source::Image { slot, group: group.clone() })));
                }
            }
        }
        let order = &self.frame.account.preparation.image_order;
        slots.sort_by_key(|(slot, _)| (order.iter().position(|wanted| wanted == slot).unwrap_or(order.len()), *slot));
        slots.into_iter().map(|(_, image)| image).collect()
    }

    pub(crate) fn delivery_time(&self) -> Result<Option<Sourced<String>>, Lack> {
        let (id, name) = (self.item.delivery_time_id, filled(self.item.delivery_time_identifier.as_deref()));
        let rows = &self.known.delivery_times;
        let name = match (id, name) {
            (Some(id), _) => match rows.iter().find(|row| row.id == id) {
                Some(row) => row.identifier.clone(),
                None => return Err(Lack::LookUp { field: "delivery_time_id", value: id.to_string() }),
            },
            // A name that no list knows says enough alone.
            (None, Some(name)) => name.to_owned(),
            (None, None) => return Ok(None),
        };
        let mapped = self.frame.account.preparation.delivery_times.get(&name).cloned();
        Ok(Some(translated(name, mapped, "delivery_times")))
    }

    pub(crate) fn delivery_charge(&self) -> Result<Option<Sourced<String>>, Lack> {
        let item = self.item;
        let (id, external) = (item.delivery_charge_category_id, filled(item.external_delivery_charge_category_id.as_deref()));
        let rows = &self.known.delivery_charges;
        let row = match (id, external) {
            (Some(id), _) => {
                let missing = || Lack::LookUp { field: "delivery_charge_category_id", value: id.to_string() };
                rows.iter().find(|row| row.id == id).ok_or_else(missing)?
            }
            (None, Some(external)) => {
                let missing = || Lack::LookUp { field: "external_delivery_charge_category_id", value: external.to_owned() };
                rows.iter().find(|row| row.external_id.as_deref() == Some(external)).ok_or_else(missing)?
            }
            (None, None) => return Ok(None),
        };
        let words = &self.frame.account.preparation.delivery_charges;
        let mapped = row.external_id.as_ref().and_then(|id| words.get(id)).or_else(|| words.get(&row.identifier)).cloned();
        Ok(Some(translated(row.identifier.clone(), mapped, "delivery_charges")))
    }

    pub(crate) fn manufacturer(&self) -> Result<Option<Sourced<String>>, Lack> {
        let (id, external) = (self.document.vendor_id, filled(self.document.external_vendor_id.as_deref()));
        let rows = &self.known.manufacturers;
        let (row, field, value) = match (id, external) {
            (Some(id), _) => (rows.iter().find(|row| row.id == id), "vendor_id", id.to_string()),
            (None, Some(external)) => {
                let row = rows.iter().find(|row| row.external_id.as_deref() == Some(external.trim()));
                (row, "external_vendor_id", external.to_owned())
            }
            (None, None) => return Ok(None),
        };
        let row = row.ok_or(Lack::LookUp { field, value })?;
        Ok(Some(Sourced::new(row.identifier.clone(), Source::Item { field })))
    }

    pub(crate) fn tax_class(&self) -> Option<Sourced<String>> {
        let tax_type = self.item.tax_type_id;
        let class = self.frame.account.preparation.tax_classes.get(&tax_type)?;
        let source = Source::LookUp { name: format!("tax type {tax_type}"), key: "tax_classes", mapped: true };
        Some(Sourced::new(class.clone(), source))
    }

    pub(crate) fn variant(&self, price: Option<&Price>) -> Option<Sourced<VariantContent>> {
        let parent = self.parent.as_ref()?;
        let number = parent.item.internal_item_number.clone();
        // The family's title; where it cannot be had its name will do, the variant's own title is what counts.
        let parent_title = parent.title(price).map_or_else(|_| parent.item.identifier.clone(), |title| title.value);
        let content = VariantContent {
            parent_sku: number.clone(),
            parent_title,
            // A template that the parent cannot fill keeps no variant back, and the price in it would be that of one variant.
            parent_description: parent.description(None).map(|text| text.value).unwrap_or_default(),
            parent_images: parent.images().into_iter().map(|image| image.value).collect(),
            options: self.options().shown,
            siblings: Vec::new(),
        };
        Some(Sourced::new(content, Source::Parent { number, source: Box::new(Source::Item { field: "variant" }) }))
    }
}

fn translated(name: String, mapped: Option<String>, key: &'static str) -> Sourced<String> {
    let source = Source::LookUp { name: name.clone(), key, mapped: mapped.is_some() };
    Sourced::new(mapped.unwrap_or(name), source)
}

/// The source of a template.
fn content_of(row: &LookUpRow<Template>) -> Result<String, Lack> {
    Ok(row.document().map_err(|_| Lack::Document)?.content.unwrap_or_default())
}
