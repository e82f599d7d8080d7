//! Reading a channel's categories in the background.

use std::sync::{Arc, Mutex};

use super::script::unavailable;
use super::world::{ACCOUNT, World, everywhere, later, run};
use crate::connectors::{
    Capabilities, CategoryPage, ChannelAttribute, ChannelCategory, ChannelError, Checkup, Connector, Fact, OfferChange, Outcome, Pulled,
    RowResult,
};
use crate::domain::catalogue::MOST_UNUSED;
use crate::store::catalogue;

/// A shop that notes the calls about its categories, and of which the test says what those are.
#[derive(Default)]
struct Shop {
    pages: Vec<Vec<&'static str>>,
    more: usize,
    down: bool,
    /// Of whose attributes it speaks nonsense.
    odd: Option<&'static str>,
    calls: Vec<String>,
}

#[derive(Clone, Default)]
struct Tree(Arc<Mutex<Shop>>);

impl Tree {
    fn change(&self, change: impl FnOnce(&mut Shop)) {
        change(&mut self.0.lock().unwrap());
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().calls)
    }
}

fn category(id: &str) -> ChannelCategory {
    ChannelCategory { id: id.to_owned(), parent_id: None, name: id.to_uppercase(), takes_offers: id != "root" }
}

impl Connector for Tree {
    fn capabilities(&self) -> Capabilities {
        Capabilities { categories: true, attributes: true, ..Capabilities::least(10) }
    }

    fn submit(&self, _changes: &[OfferChange]) -> Result<Vec<RowResult>, ChannelError> {
        Ok(Vec::new())
    }

    fn pull_orders(&self, _cursor: Option<&str>, _open: &[String]) -> Result<Pulled, ChannelError> {
        Ok(Pulled { orders: Vec::new(), cursor: "start".to_owned(), more: false })
    }

    fn push_fact(&self, _fact: &Fact) -> Result<Outcome, ChannelError> {
        Ok(Outcome::done())
    }

    fn check(&self) -> Result<Checkup, ChannelError> {
        Ok(Checkup { found: String::new(), missing: Vec::new() })
    }

    fn categories(&self, cursor: Option<&str>) -> Result<CategoryPage, ChannelError> {
        let mut shop = self.0.lock().unwrap();
        shop.calls.push(format!("page {}", cursor.unwrap_or("first")));
        if shop.down {
            return Err(unavailable(None));
        }
        let page: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let mut categories: Vec<_> = shop.pages.get(page).into_iter().flatten().map(|id| category(id)).collect();
        if page == 0 {
            categories.extend((0..shop.more).map(|number| category(&format!("more-{number:04}"))));
        }
        Ok(CategoryPage { categories, next: (page + 1 < shop.pages.len()).then(|| (page + 1).to_string()) })
    }

    fn attributes(&self, category: &str) -> Result<Vec<ChannelAttribute>, ChannelError> {
        let mut shop = self.0.lock().unwrap();
        shop.calls.push(category.to_owned());
        if shop.odd == Some(category) {
            return Err(ChannelError::Protocol { reason: "nonsense".to_owned() });
        }
        Ok(vec![ChannelAttribute { name: format!("of {category}"), required: true, ..ChannelAttribute::default() }])
    }
}

fn known(world: &World) -> Option<Vec<String>> {
    world.store.read(|conn| catalogue::tree(conn, ACCOUNT)).unwrap().map(|tree| tree.into_keys().collect())
}

fn has_attributes(world: &World, category: &str) -> bool {
    world.store.read(|conn| catalogue::attributes(conn, ACCOUNT, category)).unwrap().is_some()
}

#[test]
fn a_tree_is_read_page_by_page_with_its_attributes_and_again_the_next_day() {
    everywhere(|world| {
        let shop = Tree::default();
        shop.change(|shop| shop.pages = vec![vec!["root", "mugs"], vec!["lamps"]]);
        let mut worker = world.worker_at("this process", Box::new(shop.clone()));
        run(&mut worker, later(0));
        assert_eq!(shop.calls(), ["page first", "page 1", "lamps", "mugs"], "{}", world.name);
        assert_eq!(known(&world).unwrap(), ["lamps", "mugs", "root"]);
        assert!(has_attributes(&world, "mugs") && !has_attributes(&world, "root"), "nothing is offered in the root");
        run(&mut worker, later(3600));
        assert!(shop.calls().is_empty(), "once a day is enough");
        shop.change(|shop| shop.pages = vec![vec!["root", "mugs"]]);
        run(&mut worker, later(25 * 3600));
        assert_eq!(shop.calls(), ["page first", "mugs"]);
        assert_eq!(known(&world).unwrap(), ["mugs", "root"], "what the channel has no more is gone");
    });
}

#[test]
fn a_reading_that_was_cut_off_goes_on_where_it_was_and_one_that_fails_holds_up_nothing() {
    everywhere(|world| {
        let shop = Tree::default();
        shop.change(|shop| shop.pages = vec![vec!["mugs"], vec!["lamps"]]);
        let mut worker = world.worker_at("this process", Box::new(shop.clone()));
        while shop.0.lock().unwrap().calls.is_empty() {
            worker.step(later(0)).unwrap();
        }
        assert_eq!((shop.calls(), known(&world)), (vec!["page first".to_owned()], None), "half a tree is none");
        shop.change(|shop| shop.down = true);
        let mut other = world.worker_at("this process", Box::new(shop.clone()));
        run(&mut other, later(1));
        assert_eq!(shop.calls(), ["page 1"]);
        assert_eq!(world.work().blocked_until, 0, "offers and orders do not wait for it");
        shop.change(|shop| (shop.down, shop.odd) = (false, Some("lamps")));
        run(&mut other, later(2));
        assert!(shop.calls().is_empty(), "not before an hour has passed");
        run(&mut other, later(2 * 3600));
        assert_eq!(shop.calls(), ["page 1", "lamps"]);
        run(&mut other, later(4 * 3600));
        assert_eq!(
            (shop.calls(), has_attributes(&world, "mugs")),
            (vec!["mugs".to_owned()], true),
            "one category does not keep the others"
        );
    });
}

#[test]
fn of_a_large_tree_only_the_attributes_of_used_categories_are_read() {
    everywhere(|world| {
        let shop = Tree::default();
        shop.change(|shop| (shop.pages, shop.more) = (vec![vec!["mugs"]], MOST_UNUSED));
        let mut worker = world.worker_at("this process", Box::new(shop.clone()));
        run(&mut worker, later(0));
        assert_eq!(shop.calls(), ["page first"]);
        world.write(|tx| {
            let mapping = std::collections::BTreeMap::from([("G-1".to_owned(), "more-0007".to_owned())]);
            crate::store::account_categories::map_by_configuration(tx, ACCOUNT, &mapping)
        });
        run(&mut worker, later(120));
        assert_eq!(shop.calls(), ["more-0007"]);
    });
}
