//! The tour of the demo: five steps from an empty shop to a shipped order, without a SOAP client and without a login. It does
//! what an ERP does, as the user of the demo's ERP.

mod catalogue;

use serde_json::{Value, json};

use super::desk::{Desk, records, set};
use super::{Console, Frame, Reply, Shown, Trouble, Visit, actions};
use crate::config::{Role, User};
use crate::domain::{Failure, Language};

/// Orders that are shown, the newest first.
const MOST_ORDERS: i64 = 5;

/// What somebody asks of the tour, or has it do.
pub(crate) struct Step<'a> {
    pub language: Language,
    pub token: &'a str,
    pub origin: &'a str,
    /// Decoded.
    pub query: Vec<(String, String)>,
    /// What is to be done, with its form.
    pub act: Option<(&'a str, Vec<(String, String)>)>,
}

impl Console {
    /// The page, or where to look after something was done. `None`: there is no tour here.
    pub(crate) fn tour(&self, step: Step<'_>) -> Option<Reply> {
        let user = self.tourist()?;
        let Step { language, token, origin, query, act } = step;
        let (path, form) = act.map_or(("/", None), |(path, form)| (path, Some(form)));
        let visit = Visit { user, language, token, only: None, origin, path, query, form };
        let desk = self.desk(&visit);
        if visit.form.is_some() {
            return Some(self.toured(&desk));
        }
        let shown = page(&desk).unwrap_or_else(|failure| super::pages::trouble(&desk, Trouble::Failed(failure)));
        let frame = Frame { user: None, role: None, can_write: false, is_admin: false, ..Frame::of(&desk) };
        Some(self.shown(&frame, shown))
    }

    /// The user of the ERP, in the demo.
    fn tourist(&self) -> Option<&User> {
        let settings = &self.gateway.settings;
        settings.users.iter().find(|user| settings.demo && user.role == Role::Erp)
    }

    fn toured(&self, desk: &Desk<'_>) -> Reply {
        let (action, about, done) = match desk.visit.path {
            "/tour/load" => ("tour_load", String::new(), load(desk)),
            "/tour/shipped" => {
                let (about, done) = actions::ship(desk);
                ("shipped", about, done.map(drop))
            }
            _ => return Reply::See("/".to_owned()),
        };
        let (worked, outcome) = match done {
            Ok(()) => (true, String::new()),
            Err(Trouble::Refused(why)) => (false, why),
            Err(Trouble::Failed(failure)) => (false, failure.to_string()),
            Err(Trouble::Nothing | Trouble::Forbidden | Trouble::Unsure) => (false, desk.text("not_there_why")),
        };
        let language = desk.visit.language.iso();
        match actions::kept(desk, action, &about, worked, &outcome) {
            Ok(audit_id) => Reply::See(format!("/?language={language}&done={audit_id}")),
            Err(failure) => {
                log::error!("tour: action={action} worked={worked} is not in the audit: {failure}");
                Reply::See(format!("/?language={language}"))
            }
        }
    }
}

/// Hands over the whole catalogue and lists it, as an ERP does. Whoever does it again changes nothing.
fn load(desk: &Desk<'_>) -> Result<(), Trouble> {
    let articles = catalogue::articles();
    let each = |record: fn(&catalogue::Article) -> Value| articles.iter().map(record).collect::<Vec<Value>>();
    desk.write("updateItems", &json!({ "items": each(catalogue::Article::item) }))?;
    desk.write("updatePricelist", &catalogue::pricelist(&articles))?;
    // Pieces that were sold meanwhile do not come back.
    if !is_loaded(desk, &articles)? {
        desk.write("updateStockCount", &json!({ "items": each(catalogue::Article::stock) }))?;
    }
    let prepared = desk.write("prepareOffers", &json!({ "offers": each(catalogue::Article::offer) }))?;
    let offers: Vec<Value> = records(&prepared, "reports").iter().filter_map(|report| report.pointer("/offer/offerId").cloned()).collect();
    desk.write("uploadOffers", &json!({ "offerIds": offers })).map(drop)
}

/// Whether the last article has stock.
fn is_loaded(desk: &Desk<'_>, articles: &[catalogue::Article]) -> Result<bool, Failure> {
    let Some(last) = articles.last() else { return Ok(true) };
    let filter = json!({ "internalItemNumber": { "value": last.sku } });
    let found = desk.found("fetchStockCount", "items", &[filter], 1)?;
    Ok(found.iter().any(|item| item.get("stockItems").is_some()))
}

fn page(desk: &Desk<'_>) -> Result<Shown, Failure> {
    let account = desk.accounts().find(|account| account.active);
    let shop = account.map(|account| format!("/{}/{}", account.connector, account.account_id));
    let mut running = json!({ "offerStatus": { "value": "RUNNING" } });
    let mut all = json!({});
    if let Some(account) = account {
        for filter in [&mut running, &mut all] {
            set(filter, "accountId", json!({ "value": account.account_id.0 }));
        }
    }
    let (offers, prepared) = (desk.count("fetchOffers", &running)?, desk.count("fetchOffers", &all)?);
    let orders = desk.latest("fetchOrders", "orders", &json!({}), MOST_ORDERS)?;
    let shipped = orders.iter().any(|order| !records(order, "packets").is_empty());
    let catalogue = catalogue::articles();
    let articles = i64::try_from(catalogue.len()).unwrap_or(i64::MAX);
    // Whoever was cut off loads again.
    let is_loaded = prepared >= articles && is_loaded(desk, &catalogue)?;
    // What is on its way to the shop arrives within seconds.
    let refresh = (is_loaded && offers < articles && orders.is_empty()).then_some(2);
    let data = json!({ "shop": shop, "articles": articles, "loaded": is_loaded, "offers": offers, "orders": orders, "shipped": shipped });
    Ok(Shown { refresh, ..Shown::new("tour", desk.text("tour"), data) })
}
