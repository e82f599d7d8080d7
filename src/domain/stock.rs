//! How stock controls offers: the rules of `channel-calls.md` section 3, as pure functions. `docs/STOCK.md` explains them to
//! merchants, with the same numbers.
//!
//! | abbreviation | quantity | here |
//! | --- | --- | --- |
//! | LB, GLB | stock in one warehouse, and over the account's warehouses (rule 7) | [`Figures::stock`] |
//! | RB | pieces of open orders (rule 8) | [`Figures::reserved`] |
//! | VB | available stock, GLB − RB | [`Figures::available`] |
//! | SB, MB | safety and minimum stock of the item | [`Figures::safety`], [`Figures::minimum`] |
//! | GEM | desired listing quantity, `placing_count` | [`Figures::placing`] |
//! | AM | refill threshold, `refill_count`, frozen in the offer (rule 3) | [`Placed::refill_from`] |
//! | TEM | quantity to be uploaded | [`Figures::upload_quantity`] |
//! | OB | pieces still on offer in the channel | [`Placed::open`] |
//!
//! OB is what we know, not what the channel shows: an order that is not collected yet has lowered the channel's number
//! already, and an answer that got lost may have raised it. So there is a bound beside OB, [`Placed::at_most`]: announced
//! before each call that raises it, lowered only by what the channel confirms. An offer is left alone only where that
//! bound keeps rule 1.

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

/// The quantities of one item as one account sees them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// GLB: the sum over the warehouses assigned to the account; others do not count (rule 7).
    pub stock: i64,
    /// RB: pieces of open orders of any channel in these warehouses (rule 8).
    pub reserved: i64,
    /// SB: at this available stock all but the primary account's offers end.
    pub safety: i64,
    /// MB: at this available stock the primary account's offers end as well; never offered.
    pub minimum: i64,
    /// GEM: what is to be on offer. `None`: everything that is available, the offer follows the stock.
    pub placing: Option<i32>,
    /// The account is the item's primary one.
    pub primary: bool,
}

impl Figures {
    /// VB, the available stock: GLB − RB. Negative where more is reserved than there is.
    pub(crate) fn available(&self) -> i64 {
        self.stock.saturating_sub(self.reserved)
    }

    /// Rule 1: `TEM = VB − MB` where that is less than GEM, else GEM. Without a GEM always `VB − MB`. 36 available pieces with an
    /// MB of 30 and a GEM of 10 make 6.
    pub(crate) fn upload_quantity(&self) -> i32 {
        let left = fit(self.available().saturating_sub(self.minimum));
        self.placing.map_or(left, |placing| left.min(placing.max(0)))
    }

    /// Whether a quantity must be on record before it is sent to the channel. A running offer without a GEM is sent its
    /// quantity at every occasion, so nothing depends on what is known about it; when it gets a GEM, [`Placed::moved`]
    /// has it sent once more.
    pub(crate) fn announces(&self, placed: &Placed, quantity: i32) -> bool {
        (self.placing.is_some() || placed.life != Life::Running) && placed.announced(quantity) != *placed
    }

    /// Rule 5: `VB <= SB` ends all but the primary account's offers, `VB <= MB` ends those, too. An offer of nothing is
    /// none, so a GEM of 0 ends it as well.
    pub(crate) fn ends(&self) -> bool {
        let available = self.available();
        available <= self.minimum || (!self.primary && available <= self.safety) || self.upload_quantity() == 0
    }
}

/// Whether an offer runs in its channel, as far as we know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Life {
    /// Not listed yet, or ended. `at_most` says whether the answer to a listing may have been lost.
    #[default]
    Off,
    Running,
    /// Its end was sent to the channel, and the answer is not known.
    Ending,
}

/// What we know about an offer in its channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    pub life: Life,
    /// AM, frozen when the offer was prepared. 0: sold down to nothing and never refilled. `None`: refilled at once.
    pub refill_from: Option<i32>,
    /// OB: the quantity last confirmed, less the orders collected since. `None`: not known, or none since rule 5 took
    /// everything off (see [`Placed::sold_out`]).
    pub open: Option<i32>,
    /// The channel shows no more than this. `None`: not known (or, of an offer that is off, nothing was ever sent).
    pub at_most: Option<i32>,
}

/// What to do about an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing is needed.
    Keep,
    /// Send this quantity of the running offer.
    Offer(i32),
    /// End it (rule 5).
    End,
    /// List it, for the first time or again (rule 6), with this quantity.
    Relist(i32),
}

/// What happens when an offer is to be listed, whatever it shows now: rule 1, unless rule 5 forbids it.
pub(crate) fn upload(figures: &Figures, placed: &Placed) -> Decision {
    match (figures.ends(), placed.may_show()) {
        (true, true) => Decision::End,
        (true, false) => Decision::Keep,
        (false, _) => Decision::Relist(figures.upload_quantity()),
    }
}

/// The reconciliation of one offer that is meant to run (rules 1 to 6).
pub(crate) fn control(figures: &Figures, placed: &Placed) -> Decision {
    if placed.life != Life::Running || figures.ends() {
        return upload(figures, placed);
    }
    let most = figures.upload_quantity();
    let (Some(_), Some(open)) = (figures.placing, placed.open) else {
        // Without a GEM the offer follows the stock; without an OB there is nothing to compare with.
        return Decision::Offer(most);
    };
    if refills(open, placed.refill_from) && open < most {
        return Decision::Offer(most);
    }
    if placed.at_most.is_some_and(|shown| shown <= most) {
        return Decision::Keep;
    }
    // Rule 4; or the bound is lost, then what is known to be on offer is said again.
    Decision::Offer(open.min(most))
}

/// Rule 2: an offer is filled up when `OB <= AM`; never where AM is 0 (rule 3).
fn refills(open: i32, refill_from: Option<i32>) -> bool {
    refill_from.is_none_or(|threshold| threshold > 0 && open <= threshold)
}

impl Placed {
    /// Whether the channel may be showing the offer.
    pub fn may_show(&self) -> bool {
        self.life != Life::Off || self.at_most.is_some_and(|most| most > 0)
    }

    /// Before a quantity is sent to the channel: it may show that from now on, even if its answer gets lost. So the bound
    /// rises to it, and what is surely on offer falls to it. A listing counts as one piece at least, so that it is known
    /// to have been sent.
    pub fn announced(self, quantity: i32) -> Placed {
        let at_most = match (self.life, self.at_most) {
            (Life::Off, most) => Some(most.unwrap_or(0).max(quantity).max(1)),
            (_, most) => most.map(|most| most.max(quantity)),
        };
        Placed { open: self.open.map(|open| open.min(quantity)), at_most, ..self }
    }

    /// Before 0 is sent to a shop that keeps the page, because rule 5 ends the offer. There is no OB then: what buyers leave
    /// of an offer is subject to rule 2, but this comes back with TEM whatever its threshold (rule 6).
    pub fn sold_out(self) -> Placed {
        Placed { open: None, ..self.announced(0) }
    }

    /// Before the end of the offer is sent to the channel.
    pub fn ending(self) -> Placed {
        Placed { life: if self.life == Life::Running { Life::Ending } else { self.life }, ..self }
    }

    /// The channel confirmed a quantity. 0 does not bring back an OB.
    pub fn confirmed(self, quantity: i32) -> Placed {
        let open = if quantity == 0 { self.open.and(Some(0)) } else { Some(quantity) };
        Placed { open, at_most: Some(quantity), ..self }
    }

    /// The channel confirmed that the offer has ended.
    pub fn ended(self) -> Placed {
        Placed { life: Life::Off, open: Some(0), at_most: Some(0), ..self }
    }

    /// An order of this offer was collected.
    pub fn sold(self, pieces: i32) -> Placed {
        Placed { open: self.open.map(|open| open.saturating_sub(pieces.max(0)).max(0)), ..self }
    }

    /// What the channel shows is not known any more: it put pieces of a cancelled order back on its own, moved its own
    /// stock, or the settings of the item changed.
    pub fn moved(self) -> Placed {
        Placed { at_most: if self.life == Life::Off { self.at_most } else { None }, ..self }
    }
}

/// A count of pieces as channels take it: 0 to 2 147 483 647.
pub(crate) fn fit(pieces: i64) -> i32 {
    i32::try_from(pieces.max(0)).unwrap_or(i32::MAX)
}
