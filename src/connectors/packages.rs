//! The packages of an order in a shop that has no place for them: they are kept as JSON in data of the order, where a repeat finds them, too.
//! Pure.

use serde::{Deserialize, Serialize};

use crate::domain::order::{Content, Packet};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Package {
    /// Of the fact, with Kontor's number of the package.
    pub key: String,
    pub packet_id: i32,
    #[serde(default)]
    pub tracking: Vec<String>,
    #[serde(default)]
    pub carrier: Option<String>,
    #[serde(default)]
    pub contents: Vec<Pieces>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pieces {
    pub line_id: String,
    pub quantity: i32,
}

/// What a shipment makes of an order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shipped {
    /// All packages; `None`: the order has them.
    pub packages: Option<Vec<Package>>,
    /// Nothing is left to ship.
    pub complete: bool,
    /// Carriers and tracking numbers that the fact names.
    pub tracking: Vec<(Option<String>, String)>,
}

fn number(packet: &Packet) -> Option<String> {
    packet.tracking_number.as_deref().map(str::trim).filter(|number| !number.is_empty()).map(str::to_owned)
}

fn pieces(contents: &[Content]) -> Vec<Pieces> {
    let named = contents.iter().filter_map(|content| Some(Pieces { line_id: content.line_id.clone()?, quantity: content.quantity }));
    named.filter(|pieces| pieces.quantity > 0).collect()
}

fn left(lines: &[Pieces], packages: &[Package]) -> Vec<Pieces> {
    let in_packages = |line_id: &str| -> i32 {
        let all = packages.iter().flat_map(|package| &package.contents).filter(|pieces| pieces.line_id == line_id);
        all.fold(0, |sum, pieces| sum.saturating_add(pieces.quantity))
    };
    let of_line = lines.iter().map(|line| {
        let quantity = line.quantity.saturating_sub(in_packages(&line.line_id));
        Pieces { line_id: line.line_id.clone(), quantity }
    });
    of_line.filter(|pieces| pieces.quantity > 0).collect()
}

/// Packets are taken over once, by the key of their fact. Those that are reported together share what is in them: the first one has it.
/// Facts of version 0.1 name no pieces: they mean everything that is left.
///
/// `lines`: the pieces of an order, `before`: the packages that it has.
pub(crate) fn ship(lines: &[Pieces], before: &[Package], packets: &[Packet], together: &[Content], key: &str) -> Shipped {
    let mut packages = before.to_vec();
    let mut shared = match together {
        [] if packets.iter().all(|packet| packet.contents.is_empty() && !packet.again) => left(lines, before),
        together => pieces(together),
    };
    for (at, packet) in packets.iter().enumerate() {
        if packet.again {
            let known = packages.iter_mut().find(|package| package.packet_id == packet.packet_id && packet.packet_id != 0);
            if let (Some(package), Some(number)) = (known, number(packet))
                && !package.tracking.contains(&number)
            {
                package.tracking.push(number);
                package.carrier = packet.carrier.clone().or(package.carrier.take());
            }
            continue;
        }
        // Facts of version 0.1 have no numbers of packages.
        let own = format!("{key}:{}:{at}", packet.packet_id);
        if packages.iter().any(|package| package.key == own) {
            shared.clear();
            continue;
        }
        let contents = if packet.contents.is_empty() { std::mem::take(&mut shared) } else { pieces(&packet.contents) };
        let tracking = number(packet).into_iter().collect();
        packages.push(Package { key: own, packet_id: packet.packet_id, tracking, carrier: packet.carrier.clone(), contents });
    }
    let complete = left(lines, &packages).is_empty();
    let tracking = packets.iter().filter_map(|packet| Some((packet.carrier.clone(), number(packet)?))).collect();
    Shipped { packages: (packages != before).then_some(packages), complete, tracking }
}
