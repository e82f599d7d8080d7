//! What everybody else does at a channel: buyers, the merchant, and bad weather. Each connector's folder has a stage for its
//! channel, so that the scenarios can be written once.

use crate::connectors::{Connector, OfferChange};
use crate::domain::Decimal;

/// Something that happens in the channel while a call is under way.
pub(crate) type Act = Box<dyn FnOnce() + Send>;

/// What goes wrong with one exchange between a connector and its channel. Where a channel is no HTTP server, the nearest
/// thing that can happen there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The channel does the work; its answer never arrives.
    LostAnswer,
    /// The channel does the work; its answer breaks off in the middle.
    Cut,
    /// 503, nothing is done.
    Down,
    /// 429, nothing is done.
    Throttled { retry_after: Option<u64> },
    /// A page for people instead of an answer, with status 200. Nothing is done.
    Html,
    /// The channel has forgotten the session or token that the connector uses.
    SessionEnded,
    /// The work of this exchange is done, then the process is gone: no answer, and no further exchange.
    Crash,
}

impl Fault {
    pub(crate) const ALL: [Fault; 8] = [
        Fault::LostAnswer,
        Fault::Cut,
        Fault::Down,
        Fault::Throttled { retry_after: None },
        Fault::Throttled { retry_after: Some(7200) },
        Fault::Html,
        Fault::SessionEnded,
        Fault::Crash,
    ];
}

/// An offer as buyers see it; an ended one as the merchant does.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) external_number: String,
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) price: Decimal,
    /// What buyers may order now.
    pub(crate) quantity: i32,
    pub(crate) running: bool,
    /// Names of the files, in their order.
    pub(crate) pictures: Vec<String>,
    pub(crate) ean: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) weight_in_gram: Option<Decimal>,
    pub(crate) attributes: Vec<(String, String)>,
    /// What distinguishes it from the other variants of its parent: property and value.
    pub(crate) options: Vec<(String, String)>,
    /// The same for all variants of one parent.
    pub(crate) family: Option<String>,
}

/// What buyers and merchant do with an order after it was placed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed {
    Pays,
    Cancels,
    /// A line (by SKU) has so many pieces from now on.
    Orders(String, i32),
    /// The buyer asks to cancel everything.
    AsksToCancel,
    /// Money that the shop was asked to give back has gone, where somebody has to say so.
    SettlesRefunds,
}

/// What the merchant does with an offer behind Kontor's back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Edit {
    Price(Decimal),
    Title(String),
    Quantity(i32),
    SwitchesOff,
    Renames(String),
    Deletes,
}

/// An order as the channel shows it to the merchant.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ShownOrder {
    pub(crate) paid: bool,
    pub(crate) cancelled: bool,
    pub(crate) lines: Vec<ShownLine>,
    pub(crate) packages: Vec<ShownPackage>,
    /// Money that went back.
    pub(crate) refunded: Decimal,
    /// The merchant's answers to requests of the buyer.
    pub(crate) accepted: usize,
    pub(crate) declined: usize,
    /// Documents that hang at the order, by name.
    pub(crate) documents: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ShownLine {
    pub(crate) sku: String,
    pub(crate) ordered: i32,
    pub(crate) cancelled: i32,
    pub(crate) shipped: i32,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ShownPackage {
    pub(crate) tracking: Vec<String>,
    /// SKU and pieces.
    pub(crate) contents: Vec<(String, i32)>,
}

/// What becomes of the next tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskFate {
    /// The channel works on it during so many questions.
    Takes(u32),
    /// The channel accepts it, does nothing, and knows nothing of it afterwards.
    Forgotten,
}

/// The stages of a connector; an error where its channel does not run here: how to get it.
pub(crate) type Opened = Result<Vec<Box<dyn Stage>>, &'static str>;

/// What a connector's folder gives to the suite, as `pub(crate) const STAGE`.
pub(crate) struct StageEntry {
    /// The channel as it is by itself, then with other settings that change how it works.
    pub(crate) open: fn() -> Opened,
    /// It takes nothing to open another one.
    pub(crate) is_double: bool,
    /// Scenarios that cannot be brought about at this channel, and why. Whatever a capability excludes is not among them.
    pub(crate) untried: &'static [(&'static str, &'static str)],
}

/// What a stage cannot bring about is in [`StageEntry::untried`], so that nobody asks for it.
pub(crate) trait Stage: Send + Sync {
    /// For reports: what is special about it.
    fn name(&self) -> String;

    /// A connector as a new process makes it: it remembers nothing.
    fn connector(&self) -> Box<dyn Connector>;

    /// What `[accounts.settings]` says, where a Kontor in a process of its own reaches the channel.
    fn settings(&self) -> Option<String> {
        None
    }

    /// Everything under this SKU, ended offers included.
    fn offers(&self, sku: &str) -> Vec<Shown>;

    /// Somebody orders SKUs and pieces without having paid; gives the number of the order.
    fn buys(&self, lines: &[(&str, i32)]) -> String;

    fn happens(&self, order_id: &str, deed: &Deed);

    fn order(&self, order_id: &str) -> ShownOrder;

    fn edits(&self, sku: &str, edit: &Edit);

    /// The merchant lists something that Kontor knows nothing of, with pieces to buy.
    fn lists_by_hand(&self, sku: &str, title: &str);

    /// The same change, but one that the channel's rules forbid; only this row of a call.
    fn spoils(&self, change: OfferChange) -> OfferChange;

    /// The channel's clock goes wrong by so many minutes.
    fn clock_is_off(&self, minutes: i32);

    /// Whether such a thing can happen at this channel at all. What cannot is in [`StageEntry::untried`] where a scenario is about it.
    fn can_meet(&self, _fault: Fault) -> bool {
        true
    }

    /// The exchange after `passing` more ones meets a fault.
    fn strikes(&self, fault: Fault, passing: usize);

    /// Another pair of hands at the same channel, for what happens meanwhile.
    fn actor(&self) -> Box<dyn Stage>;

    /// Something happens in the channel before the exchange after `passing` more ones. Gives it back where one exchange is
    /// one call of the trait: whoever makes the calls does it then.
    fn meanwhile(&self, act: Act, passing: usize) -> Option<Act>;

    /// Good weather again; whether the fault was met, or the act was done.
    fn clears(&self) -> bool;

    /// Only where the channel works by tasks.
    fn tasks_go(&self, fate: TaskFate);

    /// The buyer of an order writes a message; gives its number. Only where the channel has messages, as the one below.
    fn writes(&self, _order_id: &str, _text: &str) -> String {
        panic!("{}: nobody can write messages here", self.name())
    }

    /// The messages about an order: text, whether the merchant wrote it, whether it was read.
    fn messages(&self, _order_id: &str) -> Vec<(String, bool, bool)> {
        panic!("{}: there are no messages here", self.name())
    }

    /// The buyer of an order opens a dispute; gives its number. Only where the channel has disputes.
    fn disputes(&self, _order_id: &str) -> String {
        panic!("{}: nobody can open disputes here", self.name())
    }

    fn closes_dispute(&self, _number: &str) {
        panic!("{}: there are no disputes here", self.name())
    }

    /// The buyer of an order gives it stars, from 1 to 5. Only where the channel has feedback.
    fn rates(&self, _order_id: &str, _stars: i32) {
        panic!("{}: there is no feedback here", self.name())
    }

    /// Orders of which the channel tells in more than one exchange.
    fn crowd(&self) -> usize;

    /// A picture that the channel can fetch, or that a connector can: its address, and the name under which the channel
    /// shows it.
    fn picture(&self, name: &str) -> String;
}
