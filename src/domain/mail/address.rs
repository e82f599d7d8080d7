//! Addresses that mails may go to.

use url::Host;

/// Characters of an address and of the part before the @ (RFC 5321, 4.5.3.1).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
/// Punctuation before the @ (RFC 5322, `atext`). Quoted local parts are left out: shops do not take them, and they hide what
/// is meant.
const PUNCTUATION: &str = "!#$%&'*+-/=?^_`{|}~.";

/// An address as it is sent to: in ASCII, its domain in small letters and, if it has umlauts, in their IDNA form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailAddress {
    pub(crate) local: String,
    pub(crate) domain: String,
}

/// Why a text is no address that a mail can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressFault {
    #[error("has no @, or several")]
    NotOneAt,
    #[error("is longer than an address can be")]
    TooLong,
    /// It would need SMTPUTF8, which hardly any server of a buyer has.
    #[error("has other characters before the @ than plain letters, digits and punctuation")]
    Local,
    #[error("has no domain behind the @ that mails can go to")]
    Domain,
}

impl EmailAddress {
    pub(crate) fn parse(text: &str) -> Result<EmailAddress, AddressFault> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(AddressFault::NotOneAt)?;
        if domain.contains('@') {
            return Err(AddressFault::NotOneAt);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || PUNCTUATION.contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || dots || !local.chars().all(plain) {
            return Err(AddressFault::Local);
        }
        let Ok(Host::Domain(domain)) = Host::parse(domain) else {
            return Err(AddressFault::Domain);
        };
        // A mail from the internet cannot go to a name without a dot. Such names, and underscores, are slips.
        let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !domain.contains('.') || !domain.split('.').all(label) {
            return Err(AddressFault::Domain);
        }
        if local.len() > LONGEST_LOCAL || local.len() + 1 + domain.len() > LONGEST {
            return Err(AddressFault::TooLong);
        }
        Ok(EmailAddress { local: local.to_owned(), domain })
    }

    /// Whether it is in one of these domains, or below one. `*` stands for one label: `marketplace.amazon.*`.
    pub(crate) fn is_in(&self, domains: &[String]) -> bool {
        domains.iter().any(|domain| is_below(&self.domain, domain))
    }
}

fn is_below(domain: &str, above: &str) -> bool {
    let mut labels = domain.rsplit('.');
    above.rsplit('.').all(|wanted| labels.next().is_some_and(|label| wanted == "*" || wanted.eq_ignore_ascii_case(label)))
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressFault, EmailAddress};

    fn fault(text: &str) -> AddressFault {
        EmailAddress::parse(text).unwrap_err()
    }

    #[test]
    fn ordinary_addresses_are_taken_and_umlauts_behind_the_at_are_written_in_ascii() {
        for (text, sent_to) in [
            ("jane.doe+shop@example.com", "jane.doe+shop@example.com"),
            (" Jane@Example.COM ", "Jane@example.com"),
            ("info@bücher.example", "info@xn--bcher-kva.example"),
            ("o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().to_string(), sent_to);
        }
    }

    #[test]
    fn what_could_reach_another_or_nobody_is_no_address() {
        for text in ["", "jane", "a@b@example.com"] {
            assert_eq!(fault(text), AddressFault::NotOneAt, "{text}");
        }
        for text in [
            "jürgen@example.com",
            "a b@example.com",
            "a\r\nBcc: x@example.com",
            ".a@example.com",
            "a..b@example.com",
            "@example.com",
            "\"a\"@example.com",
            "a,b@example.com",
            "<a@example.com",
        ] {
            assert_eq!(fault(text), AddressFault::Local, "{text}");
        }
        for text in [
            "a@localhost",
            "a@127.0.0.1",
            "a@[::1]",
            "a@",
            "a@exa mple.com",
            "a@example.com>",
            "a@example..com",
            "a@example.com\r\nRCPT TO:<b>",
        ] {
            assert_eq!(fault(text), AddressFault::Domain, "{text}");
        }
        assert_eq!(fault(&format!("{}@example.com", "a".repeat(65))), AddressFault::TooLong);
        assert_eq!(fault(&format!("a@{}.com", vec!["a".repeat(60); 5].join("."))), AddressFault::TooLong);
    }

    #[test]
    fn relay_addresses_are_known_by_their_domain() {
        let relays = ["marketplace.amazon.*".to_owned(), "members.ebay.com".to_owned()];
        for (text, relayed) in [
            ("abc@marketplace.amazon.de", true),
            ("abc@marketplace.amazon.com", true),
            ("abc@x.members.eBay.com", true),
            ("abc@amazon.de", false),
            ("abc@notmembers.ebay.com", false),
            ("abc@ebay.com", false),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().is_in(&relays), relayed, "{text}");
        }
    }
}
