//! Links to one page of the console. A link says itself whose it is, what it opens and until when, and is signed with what
//! the user's password is checked with: every process of the installation reads it, and a new password ends it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Stamp;

/// How long a link can be opened.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
/// Characters of the longest link that is read.
const MOST: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub user: String,
    /// Below the console, such as `/orders/7`.
    pub path: String,
    pub ends_at: Stamp,
}

impl Link {
    pub(crate) fn to(user: &str, path: String, now: Stamp) -> Link {
        let millis = i64::try_from(GOOD_FOR.as_millis()).unwrap_or(i64::MAX);
        Link { user: user.to_owned(), path, ends_at: now.plus_millis(millis) }
    }

    /// As it is in an address.
    pub(crate) fn signed(&self, secret: &str) -> String {
        let said = format!("{}\n{}\n{}", self.ends_at.0, self.path, self.user);
        [said.as_bytes(), &mac(secret, &said).finalize().into_bytes()].map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).join(".")
    }

    /// The link, unless it has ended or was not signed with the secret of its user.
    pub(crate) fn read<'s>(text: &str, now: Stamp, secret_of: impl FnOnce(&str) -> Option<&'s str>) -> Option<Link> {
        let (said, signature) = text.split_once('.').filter(|_| text.len() <= MOST)?;
        let said = String::from_utf8(URL_SAFE_NO_PAD.decode(said).ok()?).ok()?;
        let mut parts = said.splitn(3, '\n');
        let ends_at = Stamp(parts.next()?.parse().ok()?);
        let (path, user) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        mac(secret_of(&user)?, &said).verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        (now < ends_at).then_some(Link { user, path, ends_at })
    }
}

fn mac(secret: &str, said: &str) -> Hmac<Sha256> {
    let digest = super::digest::Digest::new(1).field("link", [secret]).finish_bytes();
    // As long as a block of the hash.
    let mut key = [0; 64];
    key.iter_mut().zip(digest).for_each(|(place, byte)| *place = byte);
    <Hmac<Sha256> as hmac::digest::KeyInit>::new(&key.into()).chain_update(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_by_who_has_the_secret_until_it_ends() {
        let link = Link::to("anna", "/orders/7".to_owned(), Stamp(0));
        let text = link.signed("hash");
        let read = |text: &str, now, secret: &'static str| Link::read(text, Stamp(now), |user| (user == "anna").then_some(secret));
        let minutes = |minutes: i64| minutes * 60_000_000;
        assert_eq!(read(&text, minutes(5) - 1, "hash"), Some(link));
        assert_eq!(read(&text, minutes(5), "hash"), None, "it has ended");
        assert_eq!(read(&text, 0, "another hash"), None, "the password is another one");
        let said = URL_SAFE_NO_PAD.encode(format!("{}\n/orders/8\nanna", minutes(5)));
        let forged = format!("{said}.{}", text.split_once('.').unwrap().1);
        for wrong in ["", ".", "a", &forged, &format!("{text}x"), &"a".repeat(2_000)] {
            assert_eq!(read(wrong, 0, "hash"), None, "{wrong}");
        }
    }
}
