//! How long an address has to wait after wrong passwords. It is the address that waits, for one user or for all; never a
//! user alone, or an attacker could lock the ERP out.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use super::Code;

/// Failures are forgotten after this time without another. Longer than the longest pause.
const FORGOTTEN: Duration = Duration::from_secs(900);
/// Addresses, and users at addresses, that are remembered at most; then the oldest is forgotten.
const MOST: usize = 10_000;
/// Failures without a pause, and the longest pause. Many users may share an address, behind a proxy for one.
const OF_A_USER: Patience = Patience { free: 5, longest: Duration::from_secs(300) };
const OF_AN_ADDRESS: Patience = Patience { free: 30, longest: Duration::from_secs(60) };

struct Patience {
    free: u32,
    longest: Duration,
}

impl Patience {
    /// One second after the first failure that is not free, then twice as long with each.
    fn pause(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(more) => Duration::from_secs(1_u64.checked_shl(more).unwrap_or(u64::MAX)).min(self.longest),
        }
    }
}

/// Who guesses: an address, or the network that one line of IPv6 usually has for itself.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address => address,
    }
}

#[derive(Default)]
pub(super) struct Pauses {
    users: Table<(IpAddr, Code)>,
    addresses: Table<IpAddr>,
}

impl Pauses {
    /// How long a login of this user from this address has to wait still.
    pub(super) fn left(&self, address: IpAddr, user: Code, now: Instant) -> Duration {
        let network = network(address);
        self.users.left(&(network, user), now).max(self.addresses.left(&network, now))
    }

    /// A wrong password, or an unknown user.
    pub(super) fn failed(&mut self, address: IpAddr, user: Code, now: Instant) {
        let network = network(address);
        self.users.failed((network, user), &OF_A_USER, now);
        self.addresses.failed(network, &OF_AN_ADDRESS, now);
    }

    /// The right one. The address stays as it is: who has one password may still guess others.
    pub(super) fn succeeded(&mut self, address: IpAddr, user: Code) {
        self.users.0.remove(&(network(address), user));
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
    until: Instant,
}

struct Table<K>(HashMap<K, Failures>);

impl<K> Default for Table<K> {
    fn default() -> Table<K> {
        Table(HashMap::new())
    }
}

impl<K: Eq + Hash + Clone> Table<K> {
    fn left(&self, key: &K, now: Instant) -> Duration {
        self.0.get(key).map_or(Duration::ZERO, |failures| failures.until.saturating_duration_since(now))
    }

    fn failed(&mut self, key: K, patience: &Patience, now: Instant) {
        let is_old = |failures: &Failures| now.saturating_duration_since(failures.last) >= FORGOTTEN;
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.0.retain(|_, failures| !is_old(failures));
        }
        if self.0.len() >= MOST
            && !self.0.contains_key(&key)
            && let Some(oldest) = self.0.iter().min_by_key(|(_, failures)| failures.last).map(|(key, _)| key.clone())
        {
            self.0.remove(&oldest);
        }
        let before = self.0.get(&key).filter(|failures| !is_old(failures)).map_or(0, |failures| failures.count);
        let count = before.saturating_add(1);
        self.0.insert(key, Failures { count, last: now, until: now + patience.pause(count) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, last])
    }

    const ERP: Code = [1; 32];
    const OTHER: Code = [2; 32];

    #[test]
    fn the_pause_grows_with_each_failure_up_to_a_limit() {
        let seconds = |failures| OF_A_USER.pause(failures).as_secs();
        let pauses: Vec<u64> = [0, 5, 6, 7, 8, 13, 14, 15, 1000].map(seconds).to_vec();
        assert_eq!(pauses, [0, 0, 1, 2, 4, 128, 256, 300, 300]);
        assert_eq!(OF_AN_ADDRESS.pause(31).as_secs(), 1);
        assert_eq!(OF_AN_ADDRESS.pause(u32::MAX).as_secs(), 60);
    }

    #[test]
    fn a_user_is_paused_at_the_address_that_guesses_and_nowhere_else() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        (0..10).for_each(|_| pauses.failed(address(1), ERP, now));
        assert_eq!(pauses.left(address(1), ERP, now).as_secs(), 16);
        assert_eq!(pauses.left(address(1), ERP, now + Duration::from_secs(16)), Duration::ZERO);
        assert_eq!(pauses.left(address(2), ERP, now), Duration::ZERO, "another address of the same user");
        assert_eq!(pauses.left(address(1), OTHER, now), Duration::ZERO, "another user at the same address");
        pauses.succeeded(address(1), ERP);
        assert_eq!(pauses.left(address(1), ERP, now), Duration::ZERO);
    }

    #[test]
    fn an_address_that_guesses_many_users_is_paused_for_all() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        (0..40).for_each(|n| pauses.failed(address(1), [n; 32], now));
        assert_eq!(pauses.left(address(1), [99; 32], now).as_secs(), 60);
        pauses.succeeded(address(1), [0; 32]);
        assert_eq!(pauses.left(address(1), [99; 32], now).as_secs(), 60, "one right password does not open the way to others");
        assert_eq!(pauses.left(address(2), [99; 32], now), Duration::ZERO);
    }

    #[test]
    fn failures_are_forgotten_after_a_quarter_of_an_hour() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        (0..10).for_each(|_| pauses.failed(address(1), ERP, now));
        pauses.failed(address(1), ERP, now + FORGOTTEN);
        assert_eq!(pauses.left(address(1), ERP, now + FORGOTTEN), Duration::ZERO);
    }

    #[test]
    fn the_tables_do_not_grow_beyond_their_limit() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        for n in 0..=u32::try_from(MOST).expect("a small number") {
            let address = IpAddr::from(n.to_be_bytes());
            pauses.failed(address, ERP, now + Duration::from_micros(n.into()));
        }
        assert_eq!((pauses.users.0.len(), pauses.addresses.0.len()), (MOST, MOST));
        assert!(!pauses.addresses.0.contains_key(&IpAddr::from([0, 0, 0, 0])), "the oldest is forgotten");
    }

    #[test]
    fn addresses_of_one_line_count_as_one() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
    }
}
