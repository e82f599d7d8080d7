//! What a channel cannot take of an offer, as its capabilities say: a row that it would refuse is not sent, and content that it has no
//! place for is left out. Pure. The one place for it, so that connectors get only what they declared.

use crate::connectors::{Capabilities, OfferChange, OfferContent};
use crate::domain::message::{Arg, Message, own};
use crate::domain::offer::Wanted;

/// A part of an offer that its channel has no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    Variants,
    /// So many pictures.
    Pictures(usize),
    Category,
    Attributes,
    Ean,
    Weight,
}

impl LeftOut {
    /// As it is kept.
    fn word(self) -> String {
        match self {
            LeftOut::Variants => "variants".to_owned(),
            LeftOut::Pictures(count) => format!("{count} pictures"),
            LeftOut::Category => "category".to_owned(),
            LeftOut::Attributes => "attributes".to_owned(),
            LeftOut::Ean => "ean".to_owned(),
            LeftOut::Weight => "weight".to_owned(),
        }
    }

    fn german(self) -> String {
        match self {
            LeftOut::Variants => "Varianten".to_owned(),
            LeftOut::Pictures(1) => "1 Bild".to_owned(),
            LeftOut::Pictures(count) => format!("{count} Bilder"),
            LeftOut::Category => "Kategorie".to_owned(),
            LeftOut::Attributes => "Merkmale".to_owned(),
            LeftOut::Ean => "EAN".to_owned(),
            LeftOut::Weight => "Gewicht".to_owned(),
        }
    }

    fn english(self) -> String {
        match self {
            LeftOut::Pictures(1) => "1 picture".to_owned(),
            LeftOut::Ean => "EAN".to_owned(),
            other => other.word(),
        }
    }
}

/// What is left out, as it is kept.
pub(super) fn words(left_out: &[LeftOut]) -> String {
    left_out.iter().map(|part| part.word()).collect::<Vec<_>>().join(", ")
}

/// For the merchant.
pub(super) fn message(left_out: &[LeftOut]) -> Message {
    let joined = |word: fn(LeftOut) -> String| left_out.iter().map(|part| word(*part)).collect::<Vec<_>>().join(", ");
    let (english, german) = (joined(LeftOut::english), joined(LeftOut::german));
    own::content_left_out(Arg::worded(|reader| reader.choose(english.clone(), german.clone())))
}

/// Takes out of a content what the channel has no place for.
pub(super) fn cut(content: &mut OfferContent, can: &Capabilities) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    if !can.variants && content.variant.take().is_some() {
        left_out.push(LeftOut::Variants);
    }
    let beyond = content.images.len().saturating_sub(can.pictures);
    if beyond > 0 {
        content.images.truncate(can.pictures);
        left_out.push(LeftOut::Pictures(beyond));
    }
    if let Some(variant) = &mut content.variant {
        // They are shown with each variant; those of the variant itself are counted above.
        variant.parent_images.truncate(can.pictures);
    }
    if !can.categories && content.category.take().is_some() {
        left_out.push(LeftOut::Category);
    }
    if !can.attributes && !std::mem::take(&mut content.attributes).is_empty() {
        left_out.push(LeftOut::Attributes);
    }
    if !can.ean && content.ean.take().is_some() {
        left_out.push(LeftOut::Ean);
    }
    if !can.weight && content.weight_in_gram.take().is_some() {
        left_out.push(LeftOut::Weight);
    }
    left_out
}

/// An offer is ended whatever is wrong with it.
pub(super) fn misfit(change: &OfferChange, can: &Capabilities) -> Option<Message> {
    if change.wanted != Wanted::Running {
        return None;
    }
    can.misfit(&change.sku, change.price).map(|misfit| misfit.message)
}

#[cfg(test)]
mod tests {
    use super::{cut, misfit, words};
    use crate::connectors::{Attribute, Capabilities, OfferChange, OfferContent, Price, VariantContent};
    use crate::domain::offer::Wanted;
    use crate::domain::{Currency, Decimal, Money, OfferId};

    fn content() -> OfferContent {
        OfferContent {
            title: "Mug".into(),
            ean: Some("4006381333931".into()),
            images: ["a", "b", "c"].map(str::to_owned).to_vec(),
            category: Some("7".into()),
            weight_in_gram: Some(Decimal(1)),
            variant: Some(VariantContent { parent_images: vec!["p".into(), "q".into()], ..VariantContent::default() }),
            attributes: vec![Attribute::default()],
            ..OfferContent::default()
        }
    }

    fn all() -> Capabilities {
        Capabilities { variants: true, pictures: 3, ean: true, weight: true, categories: true, attributes: true, ..Capabilities::least(1) }
    }

    #[test]
    fn a_channel_that_takes_everything_gets_everything() {
        let mut sent = content();
        assert_eq!(cut(&mut sent, &all()), []);
        assert_eq!(sent, content());
    }

    #[test]
    fn each_thing_that_a_channel_lacks_is_left_out_and_nothing_else() {
        let cuts = |can: Capabilities| {
            let mut sent = content();
            let left_out = cut(&mut sent, &can);
            (words(&left_out), sent)
        };
        let (said, sent) = cuts(Capabilities { variants: false, ..all() });
        assert_eq!((said.as_str(), sent), ("variants", OfferContent { variant: None, ..content() }));
        let (said, sent) = cuts(Capabilities { categories: false, ..all() });
        assert_eq!((said.as_str(), sent), ("category", OfferContent { category: None, ..content() }));
        let (said, sent) = cuts(Capabilities { attributes: false, ..all() });
        assert_eq!((said.as_str(), sent), ("attributes", OfferContent { attributes: Vec::new(), ..content() }));
        let (said, sent) = cuts(Capabilities { pictures: 1, ..all() });
        assert_eq!((said.as_str(), sent.images.as_slice()), ("2 pictures", ["a".to_owned()].as_slice()), "the first ones stay");
        assert_eq!(sent.variant.unwrap().parent_images, ["p"]);
        let (said, _) = cuts(Capabilities::least(1));
        assert_eq!(said, "variants, 3 pictures, category, attributes, ean, weight");
        assert_eq!(cut(&mut OfferContent::default(), &Capabilities::least(1)), [], "what is not there is not missed");
    }

    #[test]
    fn a_price_with_more_decimals_than_the_channel_keeps_is_refused_and_never_rounded() {
        let can = Capabilities { price_decimals: Some(2), ..Capabilities::least(1) };
        let refused = |amount: &str, currency: &str, wanted: Wanted| {
            let money = Money::new(Decimal::parse(amount).unwrap(), Currency::parse(currency).unwrap());
            let change = OfferChange {
                offer_id: OfferId(1),
                sku: "A".into(),
                known_as: Vec::new(),
                external_number: None,
                wanted,
                content: None,
                price: Some(Price { money, gross: true }),
                quantity: None,
            };
            misfit(&change, &can).map(|message| message.code().to_owned())
        };
        assert_eq!(refused("9.125", "KWD", Wanted::Running).as_deref(), Some("PRICE"));
        assert_eq!(refused("9.120", "KWD", Wanted::Running), None);
        assert_eq!(refused("9.12", "EUR", Wanted::Running), None);
        assert_eq!(refused("1250", "JPY", Wanted::Running), None);
        assert_eq!(refused("9.125", "KWD", Wanted::Ended), None, "an offer ends whatever is wrong with it");
    }
}
