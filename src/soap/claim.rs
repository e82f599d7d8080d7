//! WS-Security, as far as Kontor knows it: a UsernameToken and a Timestamp. Signatures and encryption are left to TLS.
//!
//! Stacks differ in all that the profile leaves open (order, prefixes, encoding of the nonce, fractions of a second), so
//! reading is tolerant. What is read decides nothing here; whoever knows the users compares it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::SecretString;

use super::envelope;
use super::security::headers;
use super::version::Version;
use super::{Meta, Reply, fault};
use crate::config::Settings;
use crate::domain::{Face, Failure, Reader, code};
use crate::operations;
use crate::xml::{Document, Node};

/// What a message says of its sender. Nothing of it is proven.
#[derive(Debug)]
pub struct Claim {
    /// For the answer, should the claim be refused.
    pub version: Version,
    pub token: Option<UsernameToken>,
    pub timestamp: Option<Timestamp>,
}

#[derive(Debug)]
pub struct UsernameToken {
    pub username: String,
    pub password: Password,
    /// The bytes of the nonce.
    pub nonce: Option<Vec<u8>>,
    pub created: Option<Created>,
}

#[derive(Debug)]
pub enum Password {
    Text(SecretString),
    /// SHA-1 over nonce, creation time as written, and password.
    Digest(Vec<u8>),
}

/// When a token was made.
#[derive(Debug)]
pub struct Created {
    /// As written: that is what the digest is over.
    pub literal: String,
    pub at: DateTime<Utc>,
}

/// From when to when a message holds.
#[derive(Debug)]
pub struct Timestamp {
    pub created: Option<DateTime<Utc>>,
    pub expires: Option<DateTime<Utc>>,
}

/// Reads who claims to have sent a message, from its beginning; for messages without HTTP credentials. Not parsed beyond
/// its Header. `None` if that does not end in the text, unless this is the `whole` message.
///
/// # Errors
/// The fault, when the message cannot be read or its WS-Security header is none.
pub fn claim(settings: &Settings, text: &str, meta: &Meta, whole: bool) -> Result<Option<Claim>, Box<Reply>> {
    let refuse = |failure: &Failure, context: &envelope::Context<'_>| Box::new(fault::reply(failure, context, Reader::on(Face::Typed)));
    let unreadable = |failure| refuse(&failure, &envelope::Context::bare(meta.version));
    let limits = operations::limits(&settings.limits);
    let document = match Document::parse_head(text, "Header", &limits).map_err(unreadable)? {
        Some(document) => document,
        None if whole => Document::parse(text, &limits).map_err(unreadable)?,
        None => return Ok(None),
    };
    let (context, found) = envelope::read(document.root(), meta.version);
    match found {
        Err(failure) if failure.code != code::EMPTY_BODY => return Err(refuse(&failure, &context)),
        _ => {}
    }
    let claim = read(document.root(), context.version);
    claim.map(Some).map_err(|reason| refuse(&Failure::new(code::TOKEN_UNREADABLE, [&reason]), &context))
}

fn read(root: Node<'_>, version: Version) -> Result<Claim, String> {
    let mut headers = headers(root, version);
    let mut claim = Claim { version, token: None, timestamp: None };
    let Some(header) = headers.next() else { return Ok(claim) };
    if headers.next().is_some() {
        return Err("there is a second Security header".to_owned());
    }
    if let Some(token) = single(header, "UsernameToken")? {
        claim.token = Some(username_token(token)?);
    }
    if let Some(timestamp) = single(header, "Timestamp")? {
        let at =
            |name: &str| -> Result<Option<DateTime<Utc>>, String> { single(timestamp, name)?.map(|node| time(node.text())).transpose() };
        claim.timestamp = Some(Timestamp { created: at("Created")?, expires: at("Expires")? });
    }
    Ok(claim)
}

fn username_token(node: Node<'_>) -> Result<UsernameToken, String> {
    let username = single(node, "Username")?.map(|name| name.text().trim().to_owned()).filter(|name| !name.is_empty());
    let username = username.ok_or("the UsernameToken has no Username")?;
    let password = single(node, "Password")?.ok_or("the UsernameToken has no Password")?;
    let nonce = single(node, "Nonce")?.map(|nonce| {
        let text = nonce.text().trim();
        // Some clients send the bytes themselves instead of their Base64.
        BASE64_STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
    });
    let created = single(node, "Created")?
        .map(|created| time(created.text()).map(|at| Created { literal: created.text().trim().to_owned(), at }))
        .transpose()?;
    let kind = password.attribute("Type").unwrap_or_default().trim();
    let password = match kind.rsplit('#').next().unwrap_or_default() {
        "" | "PasswordText" => Password::Text(password.text().to_owned().into()),
        "PasswordDigest" => {
            if nonce.is_none() || created.is_none() {
                return Err("a PasswordDigest needs Nonce and Created".to_owned());
            }
            Password::Digest(BASE64_STANDARD.decode(password.text().trim()).map_err(|_| "the PasswordDigest is no Base64")?)
        }
        other => return Err(format!("the password type \"{other}\" is not known")),
    };
    Ok(UsernameToken { username, password, nonce, created })
}

/// The only child with a name.
fn single<'d>(node: Node<'d>, name: &str) -> Result<Option<Node<'d>>, String> {
    let mut found = node.children().filter(|child| child.name() == name);
    let first = found.next();
    match found.next() {
        Some(_) => Err(format!("{name} occurs more than once")),
        None => Ok(first),
    }
}

/// A time without zone is UTC, as the profile wants it.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let with_zone = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    let at = with_zone.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc()));
    at.map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        format!("\"{shown}\" is no time")
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::soap::fixture;
    use crate::soap::security::{WSSE, WSU};
    use crate::soap::version::SOAP_11;

    const TYPE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";

    fn claim_in(security: &str) -> Result<Claim, String> {
        let text = format!(
            "<e:Envelope xmlns:e='{SOAP_11}' xmlns:s='{WSSE}' xmlns:u='{WSU}'><e:Header>{security}</e:Header><e:Body><echo/></e:Body></e:Envelope>"
        );
        let claim = claim(&fixture::settings(), &text, &Meta::default(), true).map_err(|reply| reply.body);
        claim.map(|claim| claim.expect("a whole message"))
    }

    fn token(inside: &str) -> Result<UsernameToken, String> {
        let claim = claim_in(&format!("<s:Security e:mustUnderstand='1'><s:UsernameToken>{inside}</s:UsernameToken></s:Security>"))?;
        Ok(claim.token.expect("a token"))
    }

    #[test]
    fn a_token_is_read_in_the_ways_of_different_stacks() {
        for (inside, nonce, created) in [
            ("<s:Username> erp </s:Username><s:Password>a:b </s:Password>", None, None),
            (&*format!("<s:Password Type='{TYPE}#PasswordText'>a:b </s:Password>\n<s:Username>erp</s:Username>"), None, None),
            (
                "<s:Username>erp</s:Username><s:Password>a:b </s:Password><s:Nonce>YWJj</s:Nonce><u:Created>2026-01-02T03:04:05.678Z</u:Created>",
                Some("abc"),
                Some("2026-01-02T03:04:05.678Z"),
            ),
            (
                "<s:Username>erp</s:Username><s:Password>a:b </s:Password><s:Nonce>raw!</s:Nonce><u:Created>2026-01-02T04:04:05.678000+01:00</u:Created>",
                Some("raw!"),
                Some("2026-01-02T04:04:05.678000+01:00"),
            ),
            (
                "<s:Username>erp</s:Username><s:Password>a:b </s:Password><u:Created>2026-01-02T03:04:05.678</u:Created>",
                None,
                Some("2026-01-02T03:04:05.678"),
            ),
        ] {
            let token = token(inside).expect("a token");
            let Password::Text(password) = &token.password else { panic!("{token:?}") };
            assert_eq!((token.username.as_str(), password.expose_secret()), ("erp", "a:b "), "{inside}");
            assert_eq!(token.nonce.as_deref(), nonce.map(str::as_bytes), "{inside}");
            assert_eq!(token.created.as_ref().map(|created| created.literal.as_str()), created, "{inside}");
            assert!(token.created.is_none_or(|created| created.at.timestamp_millis() == 1_767_323_045_678), "{inside}");
        }
        let digest = format!(
            "<s:Username>erp</s:Username><s:Password Type='{TYPE}#PasswordDigest'>AAEC</s:Password><s:Nonce>YWJj</s:Nonce><u:Created>2026-01-02T03:04:05Z</u:Created>"
        );
        assert!(matches!(token(&digest).expect("a token").password, Password::Digest(bytes) if bytes == [0, 1, 2]));
    }

    #[test]
    fn a_header_that_cannot_be_used_is_named() {
        let user = "<s:Username>erp</s:Username>";
        let digest = format!("<s:Password Type='{TYPE}#PasswordDigest'>AAEC</s:Password>");
        for (inside, words) in [
            ("<s:Password>x</s:Password>".to_owned(), "no Username"),
            ("<s:Username> </s:Username><s:Password>x</s:Password>".to_owned(), "no Username"),
            (user.to_owned(), "no Password"),
            (format!("{user}{user}<s:Password/>"), "Username occurs more than once"),
            (format!("{user}<s:Password/><s:Password/>"), "Password occurs more than once"),
            (format!("{user}{digest}"), "needs Nonce and Created"),
            (format!("{user}{digest}<s:Nonce>YWJj</s:Nonce>"), "needs Nonce and Created"),
            (format!("{user}{digest}<s:Nonce>YWJj</s:Nonce><u:Created>yesterday</u:Created>"), "&quot;yesterday&quot; is no time"),
            (
                format!(
                    "{user}<s:Password Type='{TYPE}#PasswordDigest'>-</s:Password><s:Nonce>YWJj</s:Nonce><u:Created>2026-01-02T03:04:05Z</u:Created>"
                ),
                "no Base64",
            ),
            (format!("{user}<s:Password Type='urn:x#Hash'>x</s:Password>"), "&quot;Hash&quot; is not known"),
        ] {
            let refused = token(&inside).expect_err(&inside);
            assert!(refused.contains(words), "{inside}: {refused}");
            assert!(refused.contains("<faultcode xmlns:wss=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">wss:InvalidSecurity</faultcode>"), "{refused}");
        }
        assert!(claim_in("<s:Security/><s:Security/>").is_err_and(|refused| refused.contains("a second Security header")));
        assert!(claim_in("<s:Security><s:UsernameToken/><s:UsernameToken/></s:Security>").is_err());
    }

    #[test]
    fn what_is_not_there_or_not_for_us_is_no_claim() {
        for header in [
            "",
            "<s:Security/>",
            "<s:Security e:actor='urn:other'><s:UsernameToken/></s:Security>",
            "<x:Security xmlns:x='urn:x'><s:UsernameToken/></x:Security>",
        ] {
            assert!(claim_in(header).is_ok_and(|claim| claim.token.is_none()), "{header}");
        }
        assert!(claim(&fixture::settings(), "<broken", &Meta::default(), true).is_err());
        assert!(claim(&fixture::settings(), "<broken", &Meta::default(), false).is_ok_and(|claim| claim.is_none()));
    }

    #[test]
    fn a_timestamp_is_read_with_and_without_its_end() {
        let stamp = |inside: &str| {
            claim_in(&format!("<s:Security><u:Timestamp>{inside}</u:Timestamp></s:Security>")).map(|claim| claim.timestamp.expect("one"))
        };
        let whole = stamp("<u:Created>2026-01-02T03:04:05Z</u:Created><u:Expires>2026-01-02T03:09:05Z</u:Expires>").expect("read");
        assert_eq!(whole.expires.zip(whole.created).map(|(to, from)| to - from), Some(TimeDelta::minutes(5)));
        assert!(stamp("").is_ok_and(|stamp| stamp.created.is_none() && stamp.expires.is_none()));
        assert!(stamp("<u:Expires>soon</u:Expires>").is_err());
    }
}
