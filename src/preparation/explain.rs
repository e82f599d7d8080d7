//! What an account would show of an item, line by line, for people.

use super::{Effective, Frame, Lack, Source, Sourced, effective, load};
use crate::connectors::{self, Misfit};
use crate::domain::catalogue::{Wanting, wanting};
use crate::domain::item::Attribute;
use crate::domain::layout::{columns, short};
use crate::domain::stock::Figures;
use crate::domain::{Failure, ItemId, Language, Reader, Stamp};
use crate::store::{Conn, catalogue as store, offers};

/// Characters of a value that a table shows.
const WIDEST: usize = 60;

/// One value with the rule it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Stable; lists have a line per entry.
    pub name: &'static str,
    pub value: String,
    /// Stable word of the rule.
    pub source: &'static str,
    /// The rule in a sentence.
    pub reason: String,
}

/// One thing that is missing, or that the channel refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub name: &'static str,
    /// Keeps the part from being sent to the channel.
    pub blocking: bool,
    pub reason: String,
    pub remedy: String,
}

impl Missing {
    pub(crate) fn of(lack: &Lack, reader: Reader) -> Missing {
        let message = lack.message();
        Missing { name: lack.part(), blocking: lack.blocks(), reason: message.text(reader), remedy: message.remedy(reader) }
    }
}

impl Effective {
    /// All values there are.
    fn lines(&self, reader: Reader) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut add = |name: &'static str, value: &str, source: &Source| {
            lines.push(Line { name, value: value.to_owned(), source: source.word(), reason: source.sentence(reader) });
        };
        if let Ok(title) = &self.title {
            add("title", &title.value, &title.source);
        }
        if let Some(description) = self.description.as_ref().ok().filter(|description| description.source != Source::Nothing) {
            add("description", &description.value, &description.source);
        }
        if let Ok(Sourced { value: price, source }) = &self.price {
            add("price", &price.money.amount.to_string(), source);
            add("currency", price.money.currency.code(), source);
            add("gross", if price.gross { "true" } else { "false" }, source);
        }
        let texts = [
            ("category", &self.category),
            ("ean_code", &self.ean),
            ("delivery_time", &self.delivery_time),
            ("delivery_charge", &self.delivery_charge),
            ("manufacturer", &self.manufacturer),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                add(name, &text.value, &text.source);
            }
        }
        self.images.iter().for_each(|image| add("image", &image.value, &image.source));
        add("tax_type_id", &self.tax_type_id.value.to_string(), &self.tax_type_id.source);
        if let Some(class) = &self.tax_class {
            add("tax_class", &class.value, &class.source);
        }
        if let Some(weight) = self.weight_in_gram {
            add("weight_in_gram", &weight.to_string(), &Source::Item { field: "weight" });
        }
        for attribute in &self.attributes.value {
            add("attribute", &format!("{}: {}", attribute.name, attribute.text()), &self.attributes.source);
        }
        if let Some(Sourced { value: variant, source }) = &self.variant {
            add("variant_parent", &variant.parent_sku, source);
            for (property, value) in &variant.options {
                add("option", &format!("{}: {}", property.name, value.name), &Source::Item { field: "variant" });
            }
        }
        add("language", &self.language.value, &self.language.source);
        if let Ok(Some(Sourced { value: sale, source })) = &self.sale {
            add("sale_price", &sale.price.to_string(), source);
            for (name, day) in [("sale_from", sale.from), ("sale_to", sale.to)] {
                if let Some(day) = day {
                    add(name, &day.to_string(), source);
                }
            }
        }
        if let Some(data) = &self.platform_data {
            add("platform_data", &data.value, &data.source);
        }
        lines
    }
}

/// What an account would show of an item, whether there is an offer of it or not.
#[derive(Debug, Clone)]
pub(crate) struct Explanation {
    pub internal_item_number: String,
    effective: Result<Effective, Lack>,
    /// What the channel's category wants, as far as it was read.
    in_category: Vec<Lack>,
    figures: Figures,
    /// Why the channel refuses it as it is.
    misfit: Option<Misfit>,
    /// When the channel accepted the listing that it does not show yet.
    accepted_at: Option<Stamp>,
}

/// `None`: there is no such item.
pub(crate) fn explain(conn: &mut Conn<'_>, frame: &Frame<'_>, item_id: ItemId) -> Result<Option<Explanation>, Failure> {
    let known = load(conn, frame.account, &[item_id])?;
    let Some(item) = known.items.get(&item_id) else { return Ok(None) };
    let account = frame.account;
    let stock = offers::stock_figures(conn, account.account_id, &account.warehouses, &[item_id])?;
    let stock = stock.into_iter().next().map(|(_, stock)| stock).unwrap_or_default();
    let offer = offers::of_items(conn, account.account_id, &[item_id])?.pop();
    let effective = effective(frame, &known, item);
    let price = effective.as_ref().ok().and_then(|effective| effective.price.as_ref().ok()).map(|price| price.value);
    // Settings that cannot be read are reported at the start.
    let can = connectors::capabilities(account).ok();
    let in_category = match &effective {
        Ok(effective) => category_lacks(conn, frame, effective)?,
        Err(_) => Vec::new(),
    };
    Ok(Some(Explanation {
        misfit: can.and_then(|can| can.misfit(&item.internal_item_number, price)),
        accepted_at: offer.and_then(|offer| offer.accepted_at).map(Stamp),
        internal_item_number: item.internal_item_number.clone(),
        effective,
        in_category,
        figures: stock.figures(),
    }))
}

/// Compares an offer with its category at the channel. Options of a variant are attributes there, too.
fn category_lacks(conn: &mut Conn<'_>, frame: &Frame<'_>, effective: &Effective) -> Result<Vec<Lack>, Failure> {
    let account_id = frame.account.account_id;
    let Some(id) = effective.category.as_ref().map(|category| category.value.as_str()) else { return Ok(Vec::new()) };
    let Some(name) = store::name_of(conn, account_id, id)? else { return Ok(Vec::new()) };
    let Some((wanted, _)) = store::attributes(conn, account_id, id)? else { return Ok(Vec::new()) };
    let options = effective.variant.iter().flat_map(|variant| &variant.value.options);
    let options = options.map(|(property, value)| Attribute { name: property.name.clone(), values: vec![value.clone()] });
    let has: Vec<Attribute> = effective.attributes.value.iter().cloned().chain(options).collect();
    let lack = |wanting| match wanting {
        Wanting::Attribute(attribute) => Lack::CategoryAttribute { category: name.clone(), attribute },
        Wanting::Value { attribute, value } => Lack::CategoryValue { category: name.clone(), attribute, value },
    };
    Ok(wanting(&wanted, &has).into_iter().map(lack).collect())
}

impl Explanation {
    /// All values there are.
    pub(crate) fn lines(&self, reader: Reader) -> Vec<Line> {
        let mut lines = self.effective.as_ref().map(|effective| effective.lines(reader)).unwrap_or_default();
        lines.push(quantity(&self.figures, reader.language));
        lines.extend(self.accepted_at.map(|at| accepted(at, reader.language)));
        lines
    }

    /// What is missing.
    pub(crate) fn missing(&self, reader: Reader) -> Vec<Missing> {
        let refused = self.misfit.iter().map(|Misfit { part, message }| Missing {
            name: part,
            blocking: true,
            reason: message.text(reader),
            remedy: message.remedy(reader),
        });
        match &self.effective {
            Ok(effective) => {
                let lacks = effective.lacks().into_iter().chain(&self.in_category);
                refused.chain(lacks.map(|lack| Missing::of(lack, reader))).collect()
            }
            Err(lack) => refused.chain([Missing::of(lack, reader)]).collect(),
        }
    }

    /// Values and what is missing as a table of text.
    pub(crate) fn table(&self, language: Language) -> String {
        let reader = Reader { language, ..Reader::ADMIN };
        let lines = self.lines(reader).into_iter();
        let rows: Vec<[String; 3]> = lines.map(|line| [line.name.to_owned(), short(&line.value, WIDEST), line.reason]).collect();
        let mut text = columns(&rows);
        for hint in self.missing(reader) {
            let word = match (hint.blocking, language) {
                (true, Language::En) => "MISSING",
                (true, Language::De) => "FEHLT",
                (false, Language::En) => "hint",
                (false, Language::De) => "Hinweis",
            };
            text.push_str(&format!("{word}: {}: {}; {}\n", hint.name, hint.reason, hint.remedy));
        }
        text
    }
}

/// The channel has taken the listing and works on it.
fn accepted(at: Stamp, language: Language) -> Line {
    let reason = match language {
        Language::En => "the channel accepted the listing then and works on it; it does not show the offer yet",
        Language::De => "der Kanal hat die Einstellung da angenommen und arbeitet daran; er zeigt das Angebot noch nicht",
    };
    let value = at.to_utc().map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
    Line { name: "accepted_at", value, source: "channel", reason: reason.to_owned() }
}

/// What is uploaded by the rules of stock control, with the numbers that make it.
pub(super) fn quantity(figures: &Figures, language: Language) -> Line {
    let Figures { stock, reserved, safety, minimum, placing, primary } = figures;
    let ends = figures.ends();
    let available = figures.available();
    let reason = match language {
        Language::En => {
            let placing = placing.map_or("no placing_count".to_owned(), |placing| format!("placing_count {placing}"));
            let numbers = format!("stock {stock}, reserved {reserved}, minimum stock {minimum}, {placing}");
            match (ends, available <= *minimum) {
                (false, _) => numbers,
                (true, true) => format!("{numbers}: nothing is offered, the available stock {available} is not above the minimum stock"),
                (true, false) if !primary && available <= *safety => {
                    format!("{numbers}, safety stock {safety}: only the primary account offers the available stock {available}")
                }
                (true, false) => format!("{numbers}: nothing is offered"),
            }
        }
        Language::De => {
            let placing = placing.map_or("kein placing_count".to_owned(), |placing| format!("placing_count {placing}"));
            let numbers = format!("Bestand {stock}, reserviert {reserved}, Mindestbestand {minimum}, {placing}");
            match (ends, available <= *minimum) {
                (false, _) => numbers,
                (true, true) => {
                    format!("{numbers}: nichts wird angeboten, der verfügbare Bestand {available} übersteigt den Mindestbestand nicht")
                }
                (true, false) if !primary && available <= *safety => {
                    format!("{numbers}, Sicherheitsbestand {safety}: den verfügbaren Bestand {available} bietet nur das Hauptkonto an")
                }
                (true, false) => format!("{numbers}: nichts wird angeboten"),
            }
        }
    };
    let offered = if ends { 0 } else { figures.upload_quantity() };
    Line { name: "quantity", value: offered.to_string(), source: "stock_control", reason }
}
