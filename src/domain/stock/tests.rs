//! The rules by example, with the numbers of the reference.

use super::{Decision, Figures, Life, Placed, control, fit, upload};

fn stock(stock: i64) -> Figures {
    Figures { stock, ..Figures::default() }
}

/// A running offer of which the channel has confirmed a quantity.
fn running(shown: i32) -> Placed {
    Placed { life: Life::Running, ..Placed::default() }.confirmed(shown)
}

fn refilled_from(threshold: i32, shown: i32) -> Placed {
    Placed { refill_from: Some(threshold), ..running(shown) }
}

#[test]
fn rule_1_no_more_is_uploaded_than_lies_above_the_minimum_stock() {
    let figures = Figures { stock: 36, minimum: 30, placing: Some(10), ..Figures::default() };
    assert_eq!(figures.upload_quantity(), 6);
    assert_eq!(Figures { stock: 40, ..figures }.upload_quantity(), 10);
    assert_eq!(Figures { stock: 400, ..figures }.upload_quantity(), 10);
    assert_eq!(Figures { stock: 400, placing: None, ..figures }.upload_quantity(), 370, "without a GEM all of it");
}

#[test]
fn rule_1_reservations_of_all_channels_count() {
    assert_eq!(Figures { reserved: 4, ..stock(10) }.upload_quantity(), 6);
    assert_eq!(Figures { reserved: 11, ..stock(10) }.upload_quantity(), 0);
    assert_eq!(Figures { reserved: i64::MAX, ..stock(i64::MIN) }.upload_quantity(), 0);
    assert_eq!(stock(3_000_000_000).upload_quantity(), i32::MAX);
    assert_eq!(fit(-1), 0);
}

#[test]
fn rule_2_an_offer_is_filled_up_when_it_falls_to_the_threshold() {
    let figures = Figures { placing: Some(10), ..stock(100) };
    for (open, decision) in [(10, Decision::Keep), (9, Decision::Keep), (8, Decision::Offer(10)), (0, Decision::Offer(10))] {
        assert_eq!(control(&figures, &refilled_from(8, 10).sold(10 - open)), decision, "list 10, refill from 8, {open} left");
    }
}

#[test]
fn rule_2_only_as_far_as_rule_1_allows() {
    let figures = Figures { placing: Some(10), minimum: 30, ..stock(36) };
    assert_eq!(control(&figures, &refilled_from(8, 4)), Decision::Offer(6));
    assert_eq!(control(&figures, &refilled_from(8, 6)), Decision::Keep, "there is no more");
}

#[test]
fn rule_2_without_a_threshold_the_offer_is_filled_up_at_once() {
    let figures = Figures { placing: Some(10), ..stock(100) };
    assert_eq!(control(&figures, &running(10).sold(1)), Decision::Offer(10));
    assert_eq!(control(&figures, &running(10)), Decision::Keep);
}

#[test]
fn rule_3_a_threshold_of_0_means_sell_down_and_never_refill() {
    let figures = Figures { placing: Some(10), ..stock(100) };
    for open in (0..=10).rev() {
        assert_eq!(control(&figures, &refilled_from(0, 10).sold(10 - open)), Decision::Keep, "{open} left");
    }
}

#[test]
fn rule_4_one_sale_reduces_the_other_channels() {
    let one_sold = Figures { reserved: 1, ..stock(5) };
    assert_eq!(control(&one_sold, &running(5)), Decision::Offer(4), "Amazon and the shop");
    assert_eq!(control(&one_sold, &running(5).sold(1)), Decision::Offer(4), "eBay itself");
}

#[test]
fn rule_4_an_offer_that_is_not_refilled_is_reduced_too() {
    let figures = Figures { placing: Some(10), ..stock(5) };
    assert_eq!(control(&figures, &refilled_from(0, 10)), Decision::Offer(5));
    assert_eq!(control(&figures, &refilled_from(0, 10).sold(7)), Decision::Offer(3), "3 are left, and 10 may still be shown");
    let lowered = Figures { placing: Some(4), ..stock(100) };
    assert_eq!(control(&lowered, &refilled_from(2, 10)), Decision::Offer(4), "GEM was lowered");
}

#[test]
fn rule_5_at_the_safety_stock_all_but_the_primary_account_end_and_at_the_minimum_that_one_too() {
    let figures = |stock, primary| Figures { stock, safety: 5, minimum: 2, primary, ..Figures::default() };
    for (available, secondary, primary) in [
        (6, Decision::Offer(4), Decision::Offer(4)),
        (5, Decision::End, Decision::Offer(3)),
        (3, Decision::End, Decision::Offer(1)),
        (2, Decision::End, Decision::End),
        (0, Decision::End, Decision::End),
    ] {
        assert_eq!(control(&figures(available, false), &running(9)), secondary, "{available} available, not primary");
        assert_eq!(control(&figures(available, true), &running(9)), primary, "{available} available, primary");
    }
}

#[test]
fn rule_5_without_stock_values_an_offer_ends_when_nothing_is_left() {
    assert_eq!(control(&stock(0), &running(1)), Decision::End);
    assert_eq!(control(&stock(-3), &running(1)), Decision::End);
    assert_eq!(control(&Figures { placing: Some(0), ..stock(9) }, &running(1)), Decision::End, "GEM 0 is not for sale");
}

#[test]
fn rule_6_ended_offers_come_back_with_the_stock() {
    let ended = running(5).ended();
    assert_eq!(control(&stock(0), &ended), Decision::Keep);
    assert_eq!(control(&stock(3), &ended), Decision::Relist(3));
    let guarded = Figures { safety: 5, ..stock(5) };
    assert_eq!(control(&guarded, &ended), Decision::Keep);
    assert_eq!(control(&Figures { primary: true, ..guarded }, &ended), Decision::Relist(5));
    assert_eq!(control(&Figures { placing: Some(10), ..stock(100) }, &Placed { refill_from: Some(0), ..ended }), Decision::Relist(10));
}

#[test]
fn an_upload_is_rule_1_whatever_the_offer_shows() {
    let figures = Figures { placing: Some(10), ..stock(100) };
    assert_eq!(upload(&figures, &refilled_from(0, 10).sold(10)), Decision::Relist(10));
    assert_eq!(upload(&stock(0), &Placed::default()), Decision::Keep);
    assert_eq!(upload(&stock(0), &running(1)), Decision::End);
}

#[test]
fn what_a_lost_answer_may_have_done_is_put_right() {
    let figures = |stock| Figures { placing: Some(10), ..super::tests::stock(stock) };
    // The refill to 10 was not answered; then the stock fell to 6.
    let lost = refilled_from(4, 10).sold(6).announced(10);
    assert_eq!(control(&figures(6), &lost), Decision::Offer(6));
    let never = Placed { refill_from: Some(0), ..lost };
    assert_eq!(control(&figures(6), &never), Decision::Offer(4), "not refilled, and no more than 4 were left");
    // The end was not answered; then the stock came back: the channel may have ended it.
    assert_eq!(control(&stock(3), &running(5).ending()), Decision::Relist(3));
    assert_eq!(control(&stock(0), &running(5).ending()), Decision::End);
    // The listing was not answered; then the stock was gone.
    assert_eq!(control(&stock(0), &Placed::default().announced(5)), Decision::End);
}

#[test]
fn pieces_that_a_channel_puts_back_are_not_trusted() {
    let figures = Figures { placing: Some(10), ..stock(100) };
    assert_eq!(control(&figures, &refilled_from(3, 10).sold(2).moved()), Decision::Offer(8));
    assert!(!running(5).ended().moved().may_show());
}
