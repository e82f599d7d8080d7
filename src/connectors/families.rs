//! The products that hold families in a shop where variants belong to products: an article alone, or the variants of a parent.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Key;
use super::rule::Failure;
use super::slug::{product_key, slug};
use super::{OfferChange, Sibling};

/// Siblings by which the product of a family is looked for.
const MOST_SIBLINGS: usize = 5;
/// Names that are tried for a new product.
const MOST_NAMES: usize = 5;

/// A product of a shop.
pub(crate) trait Holder: Clone {
    fn id(&self) -> &str;

    /// Numbers and SKUs of its variants, as far as they were asked for.
    fn variants(&self) -> Option<Vec<(&str, &str)>>;
}

/// Where a shop keeps its products.
pub(crate) trait Shelf {
    type Product: Holder;

    /// The variants with these numbers or SKUs, each by its number and with its product.
    fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Self::Product)>, Failure>;

    /// The products with these slugs, as far as they exist, by their slug.
    fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Self::Product>, Failure>;
}

/// The products of some families, by the slug that a family of that number gets.
#[derive(Debug)]
pub(crate) struct Families<P> {
    products: BTreeMap<String, Vec<P>>,
    /// What a new product is named after, where another family has the slug: it had the number before.
    names: BTreeMap<String, String>,
}

/// The slug of the product that an offer belongs to.
pub(crate) fn slug_of(change: &OfferChange) -> Option<String> {
    change.content.as_ref().map(|content| slug(product_key(content, &change.sku)))
}

fn siblings(change: &OfferChange) -> &[Sibling] {
    change.content.as_ref().and_then(|content| content.variant.as_ref()).map_or(&[][..], |variant| &variant.siblings)
}

/// Whether a product with the slug of the offer's number holds its family, or nothing yet. It may be that of a family that had the
/// number before.
fn holds(product: &impl Holder, change: &OfferChange) -> bool {
    let Some(variants) = product.variants() else { return true };
    let known =
        |sku: &str| sku == change.sku || change.known_as.iter().any(|old| old == sku) || siblings(change).iter().any(|one| one.sku == sku);
    let numbered = |id: &str| siblings(change).iter().any(|one| one.external_number.as_deref() == Some(id));
    variants.is_empty() || variants.iter().any(|(id, sku)| known(sku) || numbered(id))
}

impl<P> Default for Families<P> {
    fn default() -> Families<P> {
        Families { products: BTreeMap::new(), names: BTreeMap::new() }
    }
}

impl<P: Holder> Families<P> {
    /// Finds them by their other variants, which stay where they are when the parent gets another number, else by the slug.
    pub(crate) fn find(shelf: &impl Shelf<Product = P>, changes: &[&OfferChange]) -> Result<Families<P>, Failure> {
        let mut families = Families::default();
        families.find_by_siblings(shelf, changes)?;
        let mut left: BTreeMap<String, (&OfferChange, &str)> = BTreeMap::new();
        for change in changes {
            let (Some(slug), Some(content)) = (slug_of(change), &change.content) else { continue };
            if !families.products.contains_key(&slug) {
                left.insert(slug, (change, product_key(content, &change.sku)));
            }
        }
        for attempt in 1..=MOST_NAMES {
            if left.is_empty() {
                break;
            }
            let name = |key: &str| if attempt == 1 { key.to_owned() } else { format!("{key} {attempt}") };
            let slugs: Vec<String> = left.values().map(|(_, key)| slug(&name(key))).collect();
            let mut found = shelf.of_slugs(&slugs)?;
            left.retain(|of, (change, key)| match found.remove(&slug(&name(key))) {
                Some(product) if !holds(&product, change) => true,
                Some(product) => {
                    families.products.insert(of.clone(), vec![product]);
                    false
                }
                None => {
                    families.names.insert(of.clone(), name(key));
                    false
                }
            });
        }
        Ok(families)
    }

    fn find_by_siblings(&mut self, shelf: &impl Shelf<Product = P>, changes: &[&OfferChange]) -> Result<(), Failure> {
        let numbered = |change: &'_ OfferChange| -> Vec<Sibling> {
            siblings(change).iter().filter(|one| one.external_number.is_some()).take(MOST_SIBLINGS).cloned().collect()
        };
        let known: BTreeMap<String, Vec<Sibling>> =
            changes.iter().filter_map(|change| Some((slug_of(change)?, numbered(change)))).filter(|(_, known)| !known.is_empty()).collect();
        let keys: Vec<Key<'_>> =
            known.values().flatten().map(|one| Key { sku: &one.sku, known_as: &[], number: one.external_number.as_deref() }).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let found = shelf.of_variants(&keys)?;
        for (slug, siblings) in known {
            let ids: BTreeSet<&str> = siblings.iter().filter_map(|one| one.external_number.as_deref()).collect();
            let mut products: Vec<P> = Vec::new();
            for (_, product) in found.iter().filter(|(variant, _)| ids.contains(variant.as_str())) {
                if products.iter().all(|known| known.id() != product.id()) {
                    products.push(product.clone());
                }
            }
            if !products.is_empty() {
                self.products.insert(slug, products);
            }
        }
        Ok(())
    }

    /// The products that hold the family of an offer.
    pub(crate) fn of(&self, change: &OfferChange) -> &[P] {
        slug_of(change).and_then(|slug| self.products.get(&slug)).map_or(&[][..], Vec::as_slice)
    }

    /// The first of them, to be changed.
    pub(crate) fn first_mut(&mut self, slug: &str) -> Option<&mut P> {
        self.products.get_mut(slug).and_then(|products| products.first_mut())
    }

    /// What a new product of the family is named after, if that is not its own number.
    pub(crate) fn name(&self, slug: &str) -> Option<&str> {
        self.names.get(slug).map(String::as_str)
    }

    /// The family has a product from now on.
    pub(crate) fn put(&mut self, slug: String, product: P) {
        self.products.insert(slug, vec![product]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Families, Holder, Key, Shelf, Sibling, holds, slug_of};
    use crate::connectors::rule::Failure;
    use crate::connectors::slug::slug;
    use crate::connectors::{OfferChange, OfferContent, VariantContent};
    use crate::domain::OfferId;
    use crate::domain::offer::Wanted;

    #[derive(Debug, Clone, PartialEq)]
    struct Product(&'static str, Vec<(&'static str, &'static str)>);

    impl Holder for Product {
        fn id(&self) -> &str {
            self.0
        }

        fn variants(&self) -> Option<Vec<(&str, &str)>> {
            Some(self.1.clone())
        }
    }

    /// Products by the number that they are named after.
    struct Shop(Vec<(&'static str, Product)>);

    impl Shelf for Shop {
        type Product = Product;

        fn of_variants(&self, keys: &[Key<'_>]) -> Result<Vec<(String, Product)>, Failure> {
            let of = |key: &Key<'_>| {
                let holds = |product: &Product| product.1.iter().any(|(id, _)| key.number == Some(id));
                let product = self.0.iter().map(|(_, product)| product).find(|product| holds(product))?;
                Some((key.number?.to_owned(), product.clone()))
            };
            Ok(keys.iter().filter_map(of).collect())
        }

        fn of_slugs(&self, slugs: &[String]) -> Result<BTreeMap<String, Product>, Failure> {
            let all = self.0.iter().map(|(key, product)| (slug(key), product.clone()));
            Ok(all.filter(|(slug, _)| slugs.contains(slug)).collect())
        }
    }

    fn of_parent(parent: &str, siblings: &[(&str, Option<&str>)]) -> OfferChange {
        let sibling = |(sku, number): &(&str, Option<&str>)| Sibling { sku: (*sku).to_owned(), external_number: number.map(str::to_owned) };
        let siblings = siblings.iter().map(sibling).collect();
        let variant = VariantContent { parent_sku: parent.to_owned(), siblings, ..VariantContent::default() };
        OfferChange {
            offer_id: OfferId(1),
            sku: "A-1".to_owned(),
            known_as: vec!["OLD".to_owned()],
            external_number: None,
            wanted: Wanted::Running,
            content: Some(OfferContent { variant: Some(variant), ..OfferContent::default() }),
            price: None,
            quantity: None,
        }
    }

    #[test]
    fn a_product_with_the_number_of_a_family_is_its_own_only_with_one_of_its_variants_or_none() {
        let with = |siblings| of_parent("P", siblings);
        let product = |variants: &[(&'static str, &'static str)]| Product("1", variants.to_vec());
        assert!(holds(&product(&[]), &with(&[])), "an earlier attempt left it");
        assert!(holds(&product(&[("7", "A-1")]), &with(&[])) && holds(&product(&[("7", "OLD")]), &with(&[])));
        assert!(holds(&product(&[("7", "A-2")]), &with(&[("A-2", None)])), "the answer to a sibling was lost");
        assert!(holds(&product(&[("7", "renamed in the shop")]), &with(&[("A-2", Some("7"))])));
        assert!(!holds(&product(&[("7", "B-1")]), &with(&[("A-2", Some("8"))])), "that of an article that had the number before");
    }

    #[test]
    fn a_family_is_found_by_its_variants_after_the_parent_got_another_number_which_a_new_family_may_take() {
        let old = Product("1", vec![("7", "A-2")]);
        let shop = Shop(vec![("P", old.clone())]);
        let renamed = of_parent("Q", &[("A-2", Some("7"))]);
        assert_eq!(Families::find(&shop, &[&renamed]).unwrap().of(&renamed), [old]);
        let new = of_parent("P", &[("B-2", Some("8"))]);
        let families = Families::find(&shop, &[&new]).unwrap();
        assert_eq!((families.of(&new), families.name(&slug_of(&new).unwrap())), (&[][..], Some("P 2")));
    }
}
