//! A small merchant with three channels, for random days. What the gateway knows moves only through the functions of
//! this module; what the channels show moves only through what reaches them and through buyers.

use proptest::prelude::*;

use super::{Decision, Figures, Life, Placed, control};

const CHANNELS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    /// The ERP says how many there are.
    Set(i64),
    /// The ERP books a difference.
    Book(i64),
    /// A buyer orders in a channel, if it shows enough.
    Buy(usize, i32),
    /// The channel's orders are collected.
    Collect(usize),
    /// An order is cancelled, in the channel or by the ERP; the channel puts the pieces back.
    Cancel(usize),
    /// The oldest order is shipped.
    Ship,
    /// The dispatcher sends to a channel what it must, and this is what becomes of the call.
    Tell(usize, Answer),
    /// The settings of the item change.
    Settings { safety: i64, minimum: i64, placing: Option<i32> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Given,
    /// The channel did it, and nobody heard of it: a time-out, or a kill.
    Lost,
    /// It never came there.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order {
    channel: usize,
    pieces: i32,
    collected: bool,
}

#[derive(Debug, Clone, Default)]
struct Channel {
    // What the channel really shows.
    runs: bool,
    shows: i32,
    // What the gateway knows.
    placed: Placed,
    dirty: bool,
}

#[derive(Debug, Clone)]
struct Merchant {
    stock: i64,
    safety: i64,
    minimum: i64,
    placing: Option<i32>,
    channels: Vec<Channel>,
    orders: Vec<Order>,
}

impl Merchant {
    fn new(placing: Option<i32>, refill_from: Option<i32>) -> Merchant {
        let channel = Channel { placed: Placed { refill_from, ..Placed::default() }, dirty: true, ..Channel::default() };
        Merchant { stock: 0, safety: 0, minimum: 0, placing, channels: vec![channel; CHANNELS], orders: Vec::new() }
    }

    fn figures(&self, channel: usize) -> Figures {
        Figures {
            stock: self.stock,
            reserved: self.orders.iter().filter(|order| order.collected).map(|order| i64::from(order.pieces)).sum(),
            safety: self.safety,
            minimum: self.minimum,
            placing: self.placing,
            primary: channel == 0,
        }
    }

    fn mark_all(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.dirty = true);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Set(stock) => {
                self.stock = *stock;
                self.mark_all();
            }
            Step::Book(difference) => {
                self.stock += difference;
                self.mark_all();
            }
            Step::Settings { safety, minimum, placing } => {
                (self.safety, self.minimum, self.placing) = (*safety, *minimum, *placing);
                self.channels.iter_mut().for_each(|channel| channel.placed = channel.placed.moved());
                self.mark_all();
            }
            Step::Buy(at, pieces) => {
                let channel = &mut self.channels[*at];
                if channel.runs && channel.shows >= *pieces {
                    channel.shows -= pieces;
                    self.orders.push(Order { channel: *at, pieces: *pieces, collected: false });
                }
            }
            Step::Collect(at) => {
                for order in self.orders.iter_mut().filter(|order| order.channel == *at && !order.collected) {
                    order.collected = true;
                    let channel = &mut self.channels[*at];
                    channel.placed = channel.placed.sold(order.pieces);
                }
                self.mark_all();
            }
            Step::Cancel(at) => {
                if let Some(order) = self.orders.get(*at).copied() {
                    self.orders.remove(*at);
                    let channel = &mut self.channels[order.channel];
                    channel.shows += order.pieces;
                    channel.placed = channel.placed.moved();
                    self.mark_all();
                }
            }
            Step::Ship => {
                if let Some(at) = self.orders.iter().position(|order| order.collected) {
                    self.stock -= i64::from(self.orders.remove(at).pieces);
                    self.mark_all();
                }
            }
            Step::Tell(at, answer) => self.tell(*at, *answer),
        }
    }

    fn tell(&mut self, at: usize, answer: Answer) {
        let figures = self.figures(at);
        let channel = &mut self.channels[at];
        if !channel.dirty {
            return;
        }
        let (announced, told) = match control(&figures, &channel.placed) {
            Decision::Keep => {
                channel.dirty = false;
                return;
            }
            Decision::End => (channel.placed.ending(), None),
            Decision::Offer(quantity) | Decision::Relist(quantity) => {
                let announces = figures.announces(&channel.placed, quantity);
                (if announces { channel.placed.announced(quantity) } else { channel.placed }, Some(quantity))
            }
        };
        channel.placed = announced;
        if answer == Answer::Failed {
            return;
        }
        match told {
            // A quantity alone does not list what has ended; a listing does.
            Some(quantity) if channel.runs || announced.life != Life::Running => (channel.runs, channel.shows) = (true, quantity),
            Some(_) => {}
            None => channel.runs = false,
        }
        if answer == Answer::Given {
            channel.dirty = false;
            channel.placed = match told {
                Some(quantity) => Placed { life: Life::Running, ..announced }.confirmed(quantity),
                None => announced.ended(),
            };
        }
    }

    /// Everything is collected and sent, and nothing goes wrong any more.
    fn come_to_rest(&mut self) {
        for at in 0..CHANNELS {
            self.step(&Step::Collect(at));
        }
        for at in 0..CHANNELS {
            self.step(&Step::Tell(at, Answer::Given));
        }
    }
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![3 => Just(Answer::Given), 1 => Just(Answer::Lost), 1 => Just(Answer::Failed)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (-3..40_i64).prop_map(Step::Set),
        1 => (-10..10_i64).prop_map(Step::Book),
        4 => (0..CHANNELS, 1..4).prop_map(|(channel, pieces)| Step::Buy(channel, pieces)),
        2 => (0..CHANNELS).prop_map(Step::Collect),
        1 => (0..4_usize).prop_map(Step::Cancel),
        1 => Just(Step::Ship),
        6 => (0..CHANNELS, answer()).prop_map(|(channel, answer)| Step::Tell(channel, answer)),
        1 => (0..6_i64, 0..4_i64, proptest::option::of(1..15))
            .prop_map(|(safety, minimum, placing)| Step::Settings { safety, minimum, placing }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn at_rest_no_channel_offers_more_than_rule_1_allows_and_no_stale_value_stands(
        placing in proptest::option::of(1..15),
        refill_from in proptest::option::of(0..10),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut merchant = Merchant::new(placing, refill_from);
        steps.iter().for_each(|step| merchant.step(step));
        merchant.come_to_rest();
        for (at, channel) in merchant.channels.iter().enumerate() {
            let figures = merchant.figures(at);
            let most = figures.upload_quantity();
            prop_assert_eq!(channel.runs, !figures.ends(), "rules 5 and 6, channel {}: {:?} {:?}", at, figures, channel);
            prop_assert!(!channel.runs || channel.shows <= most, "rule 1, channel {}: {:?} {:?}", at, figures, channel);
            let follows = figures.placing.is_none() || refill_from.is_none() || refill_from.is_some_and(|from| from > 0 && channel.shows <= from);
            prop_assert!(!channel.runs || !follows || channel.shows == most, "rule 2, channel {}: {:?} {:?}", at, figures, channel);
        }
    }
}
