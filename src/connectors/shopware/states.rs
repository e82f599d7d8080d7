//! The state machines of orders, deliveries and payments. A merchant may add states and transitions, and an impossible transition is an
//! error: so the ways out of a state are read before it is left.

use serde::Deserialize;
use serde_json::json;

use super::super::Outcome;
use super::super::rule::Failure;
use super::Shopware;
use super::orders::State;
use crate::domain::message::channel;

/// What has a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    Order,
    Delivery,
    Transaction,
}

impl Machine {
    fn entity(self) -> &'static str {
        match self {
            Machine::Order => "order",
            Machine::Delivery => "order_delivery",
            Machine::Transaction => "order_transaction",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transition {
    action_name: String,
    to_state_name: String,
}

impl Shopware {
    /// Moves something into one of some states, unless it is there. `None`: it is; else why it cannot be.
    pub(super) fn moves(&self, machine: Machine, id: &str, now: &State, to: &[&str]) -> Result<Option<Outcome>, Failure> {
        if to.contains(&now.technical_name.as_str()) {
            return Ok(None);
        }
        let ways: Vec<Transition> =
            self.api.get(&["_action", "state-machine", machine.entity(), id, "state"], &[])?.part("/transitions")?;
        let Some(way) = to.iter().find_map(|to| ways.iter().find(|way| way.to_state_name == *to)) else {
            let possible: Vec<&str> = ways.iter().map(|way| way.action_name.as_str()).collect();
            let wanted = to.first().copied().unwrap_or_default();
            let text = format!(
                "{} is in the state {} and cannot become {wanted}; possible there: {}",
                machine.entity(),
                now.technical_name,
                possible.join(", ")
            );
            return Ok(Some(Outcome::Refused(channel::record_refused("STATE", text))));
        };
        let path = ["_action", machine.entity(), id, "state", way.action_name.as_str()];
        self.api.post(&path, &[], &json!({ "sendMail": self.settings.mails }))?;
        Ok(None)
    }
}
