//! The life of an offer: renamed, ended, listed again, edited and deleted by the merchant, refused, and read back.

use super::super::play::{Play, amount, bare, fresh, is_done, is_refused, offer, pieces, price, with};
use super::super::stage::{Edit, Shown};
use super::*;
use crate::connectors::{OfferChange, OfferKey, Outcome};
use crate::domain::offer::Wanted;

pub(super) const ALL: &[Scenario] = &[
    Scenario { id: "rename", promise: "A changed item number renames the offer", needs: &[RENAMES], run: rename },
    Scenario { id: "rename_twice", promise: "A rename that is sent twice renames once", needs: &[RENAMES], run: rename_twice },
    Scenario {
        id: "found_by_number",
        promise: "An offer that the merchant renamed is found by its number",
        needs: &[],
        run: found_by_number,
    },
    Scenario { id: "end", promise: "An ended offer cannot be bought; ending it again is harmless", needs: &[], run: end },
    Scenario {
        id: "end_unknown",
        promise: "An offer that the channel does not have is ended without a fault",
        needs: &[],
        run: end_unknown,
    },
    Scenario { id: "relist", promise: "An ended offer comes back, once, with new values", needs: &[], run: relist },
    Scenario { id: "deleted", promise: "An offer that the merchant deleted is listed again, once", needs: &[], run: deleted },
    Scenario { id: "edited", promise: "What the merchant edits in the shop is set right with the next change", needs: &[], run: edited },
    Scenario {
        id: "row_refusal",
        promise: "A refused row has a message, and its neighbours are carried out",
        needs: &[],
        run: row_refusal,
    },
    Scenario { id: "ended_anyway", promise: "An offer ends whatever is wrong with its data", needs: &[], run: ended_anyway },
    Scenario { id: "odd_skus", promise: "SKUs with `/`, `+`, `%`, blanks and umlauts, up to the longest one", needs: &[], run: odd_skus },
    Scenario {
        id: "list",
        promise: "All offers can be listed: number, SKU, price, quantity, ended ones too",
        needs: &[LISTS_OFFERS],
        run: list,
    },
    Scenario { id: "find", promise: "Single offers can be looked up", needs: &[FINDS_OFFERS], run: find },
];

fn rename(play: &mut Play<'_>) {
    let old = play.lists(&offer(&fresh("A")));
    let sku = fresh("B");
    let new = OfferChange { sku: sku.clone(), known_as: vec![old.sku.clone()], quantity: Some(pieces(4)), ..bare(&old) };
    play.done(&new);
    let shown = play.shows(&sku);
    assert_eq!((Some(&shown.external_number), shown.quantity), (old.external_number.as_ref(), 4));
    assert_eq!(play.stage.offers(&old.sku), Vec::new(), "the old number is gone");
    // Its number at the channel got lost: the offer is found by the SKU that the channel knows.
    let (third, fourth) = (fresh("C"), fresh("D"));
    let lost = OfferChange { sku: third.clone(), known_as: vec![sku.clone()], external_number: None, ..new.clone() };
    play.done(&lost);
    assert_eq!((play.stage.offers(&sku).len(), play.stage.offers(&third).len()), (0, 1));
    // Renamed and ended at once: the offer that ends is the one under the old number.
    play.done(&OfferChange { sku: fourth.clone(), known_as: vec![third.clone()], wanted: Wanted::Ended, ..bare(&lost) });
    assert_eq!((play.running(&third).len(), play.running(&fourth).len()), (0, 0));
}

fn rename_twice(play: &mut Play<'_>) {
    let old = play.lists(&offer(&fresh("A")));
    let new = OfferChange { sku: fresh("B"), known_as: vec![old.sku.clone()], ..old.clone() };
    for _ in 0..2 {
        assert_eq!(play.done(&new), old.external_number);
        play.restarts();
    }
    // The answer to the first one got lost, and with it the number.
    play.done(&OfferChange { external_number: None, ..new.clone() });
    play.shows(&new.sku);
    assert_eq!(play.stage.offers(&old.sku), Vec::new());
}

fn found_by_number(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let by_hand = fresh("M");
    play.stage.edits(&change.sku, &Edit::Renames(by_hand.clone()));
    play.done(&OfferChange { quantity: Some(pieces(2)), ..change.clone() });
    let all: Vec<Shown> = play.stage.offers(&change.sku).into_iter().chain(play.stage.offers(&by_hand)).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!((&all[0].external_number, all[0].quantity), (change.external_number.as_ref().unwrap(), 2));
}

fn end(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    for _ in 0..2 {
        play.done(&OfferChange { wanted: Wanted::Ended, ..bare(&change) });
        assert_eq!(play.running(&change.sku), Vec::new());
        play.restarts();
    }
}

fn end_unknown(play: &mut Play<'_>) {
    let sku = fresh("A");
    play.done(&OfferChange { wanted: Wanted::Ended, ..offer(&sku) });
    assert_eq!(play.running(&sku), Vec::new());
}

fn relist(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    play.done(&OfferChange { wanted: Wanted::Ended, ..bare(&change) });
    play.done(&OfferChange { price: Some(price("5.00")), quantity: Some(pieces(3)), ..change.clone() });
    let running = play.running(&change.sku);
    assert_eq!(running.len(), 1, "{running:?}");
    assert_eq!((running[0].price, running[0].quantity), (amount("5.00"), 3));
}

fn deleted(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    play.stage.edits(&change.sku, &Edit::Deletes);
    assert_eq!(play.running(&change.sku), Vec::new());
    // All of the offer is sent, with the number of the one that is gone.
    play.done(&change);
    assert_eq!(play.running(&change.sku).len(), 1);
    // Where the merchant deletes it and only a part is sent, the channel cannot list it: it says so, and lists no half offer.
    play.stage.edits(&change.sku, &Edit::Deletes);
    let part = OfferChange { quantity: Some(pieces(3)), external_number: None, ..bare(&change) };
    is_refused(&play.outcome(&part));
    assert_eq!(play.running(&change.sku), Vec::new());
}

fn edited(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let before = play.shows(&change.sku);
    for edit in [Edit::Price(amount("1.00")), Edit::Title("Meins".to_owned()), Edit::Quantity(99), Edit::SwitchesOff] {
        play.stage.edits(&change.sku, &edit);
        assert!(play.stage.offers(&change.sku) != [before.clone()], "{edit:?} changes something");
        play.done(&change);
        assert_eq!(play.shows(&change.sku), before, "after {edit:?}");
    }
}

fn row_refusal(play: &mut Play<'_>) {
    let name = fresh("N");
    let count = play.can.batch_size.clamp(1, 7);
    let mut rows: Vec<OfferChange> = (0..count).map(|number| play.lists(&offer(&format!("{name}-{number}")))).collect();
    for row in &mut rows {
        row.quantity = Some(pieces(5));
    }
    let bad = count / 2;
    rows[bad] = play.stage.spoils(rows[bad].clone());
    for (at, outcome) in play.submit(&rows).iter().enumerate() {
        match outcome {
            Outcome::Refused(message) => {
                assert_eq!(at, bad, "{message:?}");
                assert!(!message.line().is_empty());
            }
            outcome => {
                assert!(at != bad, "row {bad} is refused");
                is_done(outcome);
            }
        }
    }
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(play.shows(&row.sku).quantity, if at == bad { 12 } else { 5 }, "row {at}");
    }
}

fn ended_anyway(play: &mut Play<'_>) {
    let change = play.lists(&offer(&fresh("A")));
    let bad = OfferChange { wanted: Wanted::Ended, price: Some(price("-1")), ..change.clone() };
    is_done(&play.outcome(&with(bad, |content| content.title = String::new())));
    assert_eq!(play.running(&change.sku), Vec::new());
}

fn odd_skus(play: &mut Play<'_>) {
    let name = fresh("Ä");
    let longest: String = format!("{name}/ß").chars().chain(std::iter::repeat('x')).take(play.can.longest_sku.min(100)).collect();
    let skus =
        [format!("{name}/1 + 100 % \"Süß\" & <b>"), format!("{name}/1+100%25"), format!("{name}?a=1#b"), format!("{name}'; --"), longest];
    let most = play.can.longest_sku;
    for sku in skus.iter().filter(|sku| sku.chars().count() <= most) {
        let change = play.lists(&offer(sku));
        play.restarts();
        play.done(&OfferChange { quantity: Some(pieces(3)), ..bare(&change) });
        assert_eq!(play.shows(sku).quantity, 3, "{sku}");
        play.done(&OfferChange { wanted: Wanted::Ended, external_number: None, ..bare(&change) });
        assert_eq!(play.running(sku), Vec::new(), "{sku}");
    }
}

fn list(play: &mut Play<'_>) {
    let name = fresh("L");
    // More than one page.
    let many: Vec<OfferChange> = (0..120).map(|number| offer(&format!("{name}-{number:03}"))).collect();
    for rows in many.chunks(play.can.batch_size) {
        play.submit(rows).iter().for_each(is_done);
    }
    let ended = &many[119];
    play.done(&OfferChange { wanted: Wanted::Ended, ..bare(ended) });
    play.stage.buys(&[(&many[5].sku, 2)]);
    play.stage.edits(&many[6].sku, &Edit::Price(amount("3.00")));
    let all = play.listed();
    for change in &many {
        let shown = play.shows(&change.sku);
        let listed =
            all.iter().find(|listed| listed.sku.as_ref() == Some(&change.sku)).unwrap_or_else(|| panic!("{} is not listed", change.sku));
        assert_eq!(listed.external_number.as_ref(), Some(&shown.external_number));
        assert_eq!(listed.running, change.sku != ended.sku, "{}", change.sku);
        assert_eq!(listed.price.map(|money| money.amount), Some(shown.price), "{}", change.sku);
        if listed.running {
            assert_eq!(listed.quantity, Some(shown.quantity), "{}", change.sku);
        }
    }
}

fn find(play: &mut Play<'_>) {
    let key = |change: &OfferChange| OfferKey {
        offer_id: change.offer_id,
        sku: change.sku.clone(),
        known_as: change.known_as.clone(),
        external_number: change.external_number.clone(),
    };
    let (one, two) = (play.lists(&offer(&fresh("A"))), play.lists(&offer(&fresh("B"))));
    let unknown = offer(&fresh("C"));
    let by_sku = OfferChange { external_number: None, ..two.clone() };
    let found = play.connector().find_offers(&[key(&one), key(&by_sku), key(&unknown)]).unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    for change in [&one, &two] {
        let (_, listed) = found.iter().find(|(offer_id, _)| *offer_id == change.offer_id).unwrap();
        assert_eq!((listed.sku.as_ref(), listed.external_number.as_ref()), (Some(&change.sku), change.external_number.as_ref()));
        assert_eq!((listed.quantity, listed.running), (Some(12), true));
    }
}
