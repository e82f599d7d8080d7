//! Bodies: received within bounds of size and time, and decoded to text.

use std::pin::pin;
use std::time::{Duration, Instant};

use actix_web::body::{BodyStream, MessageBody};
use actix_web::dev::Payload;
use encoding_rs::{DecoderResult, Encoding, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::budget::Charge;
use super::pace::Pace;
use crate::config::Limits;
use crate::domain::{Failure, code};

/// A body from the network, or why it could not be had.
pub(super) enum Received {
    Whole(Vec<u8>),
    /// Larger than the limit. As much again was read off, so that most clients get to see the answer.
    TooLarge,
    /// The client broke off, or took too long.
    Broken(&'static str),
    /// There is no memory for it.
    NoRoom(Failure),
}

pub(super) fn too_large(limits: &Limits) -> Failure {
    Failure::new(code::TOO_LARGE, [&limits.body_bytes.to_string(), "body_bytes"])
}

/// What is done with a body that is received.
pub(super) enum Keep<'c> {
    Nothing,
    Uncharged,
    /// The charge grows with it.
    Charged(&'c mut Charge),
}

/// The beginning of a body.
#[derive(Default)]
pub(super) struct Start {
    pub bytes: Vec<u8>,
    /// There is no more.
    pub ended: bool,
}

/// Reads on until there are at least so many bytes, within the limits of time and pace.
///
/// # Errors
/// Why the client's bytes do not come.
pub(super) async fn receive_start(payload: &mut Payload, start: &mut Start, most: usize, limits: &Limits) -> Result<(), &'static str> {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(limits.request_seconds);
    let mut pace = Pace::new(limits, begun);
    let mut stream = pin!(BodyStream::new(payload));
    while start.bytes.len() < most && !start.ended {
        let deadline = end.min(pace.deadline());
        match tokio::time::timeout_at(deadline.into(), std::future::poll_fn(|cx| stream.as_mut().poll_next(cx))).await {
            Ok(None) => start.ended = true,
            Ok(Some(Ok(chunk))) => {
                pace.moved(chunk.len(), Instant::now());
                start.bytes.extend_from_slice(&chunk);
            }
            Ok(Some(Err(_))) => return Err(CLOSED),
            Err(_) if deadline == end => return Err(TOO_LATE),
            Err(_) => return Err(TOO_SLOW),
        }
    }
    Ok(())
}

/// Why a body does not come to its end.
const CLOSED: &str = "the connection was closed before its end";
const TOO_LATE: &str = "it took longer than limits.request_seconds";
const TOO_SLOW: &str = "it came more slowly than limits.slow_bytes in limits.slow_seconds";

/// Reads a body to its end, within the limits of size, time and pace. `body` was received already.
pub(super) async fn receive(
    payload: &mut Payload,
    mut body: Vec<u8>,
    declared: Option<u64>,
    limits: &Limits,
    mut keep: Keep<'_>,
) -> Received {
    let limit = limits.body_bytes;
    let too_large = declared.is_some_and(|declared| usize::try_from(declared).map_or(true, |n| n > limit));
    let start = Instant::now();
    let end = start + Duration::from_secs(limits.request_seconds);
    let mut pace = Pace::new(limits, start);
    let mut stream = pin!(BodyStream::new(payload));
    let mut length = body.len();
    loop {
        let deadline = end.min(pace.deadline());
        let next = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx));
        let chunk = match tokio::time::timeout_at(deadline.into(), next).await {
            Ok(None) => break,
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(_))) => return Received::Broken(CLOSED),
            Err(_) if deadline == end => return Received::Broken(TOO_LATE),
            Err(_) => return Received::Broken(TOO_SLOW),
        };
        pace.moved(chunk.len(), Instant::now());
        length = length.saturating_add(chunk.len());
        if length > limit.saturating_mul(2) {
            break;
        }
        if too_large || length > limit {
            body = Vec::new();
            continue;
        }
        match &mut keep {
            Keep::Nothing => continue,
            Keep::Uncharged => {}
            Keep::Charged(charge) => {
                if let Err(failure) = charge.hold(length).await {
                    return Received::NoRoom(failure);
                }
            }
        }
        body.extend_from_slice(&chunk);
    }
    if too_large || length > limit { Received::TooLarge } else { Received::Whole(body) }
}

/// What carrying out a message needs, in bytes: the text, its inner document, the tree of each element, and the rows that
/// become of them. Measured: 30 MB of `updateItems` take 128 MB.
pub(super) fn cost(text: &str) -> usize {
    const EACH: usize = 96;
    let references = memchr::memchr_iter(b'&', text.as_bytes());
    let escaped = references.filter(|at| text.as_bytes().get(at + 1..).is_some_and(is_less_than)).count();
    let tags = memchr::memchr_iter(b'<', text.as_bytes()).count().saturating_add(escaped);
    text.len().saturating_mul(2).saturating_add(tags.saturating_mul(EACH))
}

/// Whether a reference, from behind its `&`, stands for `<`: by its name, or by its number with any zeros before it.
fn is_less_than(reference: &[u8]) -> bool {
    let Some(number) = reference.strip_prefix(b"#") else { return reference.starts_with(b"lt;") };
    let (digits, wanted) = number.strip_prefix(b"x").map_or((number, &b"60;"[..]), |digits| (digits, b"3c;"));
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = digits.get(zeros..zeros + wanted.len());
    digits.is_some_and(|digits| digits.eq_ignore_ascii_case(wanted))
}

/// Refuses content types that hold no envelope. `text/plain` is refused although it might: browsers send it across
/// sites without asking, with the credentials they remember; so do they without any content type.
pub(super) fn check_media(content_type: &str) -> Result<(), Failure> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "" => Err(Failure::new(code::NO_MEDIA, [])),
        "text/xml" | "application/soap+xml" | "application/xml" | "application/xop+xml" => Ok(()),
        _ => Err(Failure::new(code::UNSUPPORTED_MEDIA, [&essence])),
    }
}

/// The text of an envelope. Byte order mark, then the charset of the `Content-Type`, then the XML declaration, else UTF-8.
///
/// # Errors
/// `UNSUPPORTED_ENCODING`, `UNDECODABLE_BODY`. No byte is ever replaced.
pub(super) fn to_text(body: Vec<u8>, content_type: &str) -> Result<String, Failure> {
    let (encoding, mark) = encoding_of(&body, content_type)?;
    if encoding == UTF_8 {
        // Without a copy; the parser skips the mark.
        return String::from_utf8(body).map_err(|error| {
            let at = error.utf8_error().valid_up_to() + 1;
            Failure::new(code::UNDECODABLE_BODY, ["UTF-8", &format!("byte {at} does not fit")])
        });
    }
    let bytes = body.get(mark..).unwrap_or_default();
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => Err(Failure::new(code::UNDECODABLE_BODY, [encoding.name(), "half a character is missing"])),
    }
}

/// The text of the beginning of an envelope, up to a character that is not whole.
///
/// # Errors
/// As [`to_text`].
pub(super) fn to_text_start(start: &[u8], content_type: &str) -> Result<String, Failure> {
    let (encoding, mark) = encoding_of(start, content_type)?;
    let bytes = start.get(mark..).unwrap_or_default();
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or_default();
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, false) {
        (DecoderResult::Malformed(..), read) => {
            Err(Failure::new(code::UNDECODABLE_BODY, [encoding.name(), &format!("byte {read} does not fit")]))
        }
        _ => Ok(text),
    }
}

/// The encoding, and the length of a byte order mark.
fn encoding_of(body: &[u8], content_type: &str) -> Result<(&'static Encoding, usize), Failure> {
    if let Some(found) = Encoding::for_bom(body) {
        return Ok(found);
    }
    let encoding = match charset(content_type) {
        Some(label) => known(label, body)?,
        None => declared(body)?,
    };
    Ok((encoding, 0))
}

/// The charset parameter, quoted or not, in any case.
fn charset(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.next().map(|(_, value)| value.trim().trim_matches(['"', '\''])).filter(|value| !value.is_empty())
}

fn known(label: &str, body: &[u8]) -> Result<&'static Encoding, Failure> {
    let utf_16 = |encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    match Encoding::for_label(label.as_bytes()) {
        // "UTF-16" tells no byte order, and some clients name the wrong one: the first "<" does.
        Some(encoding) if utf_16(encoding) => Ok(utf_16_order(body).unwrap_or(encoding)),
        Some(encoding) if [UTF_8, WINDOWS_1252, ISO_8859_15].contains(&encoding) => Ok(encoding),
        _ => Err(Failure::new(code::UNSUPPORTED_ENCODING, [label])),
    }
}

fn utf_16_order(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [0, b'<', ..] => Some(UTF_16BE),
        [b'<', 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// What the first bytes and the XML declaration tell.
fn declared(body: &[u8]) -> Result<&'static Encoding, Failure> {
    if let Some(encoding) = utf_16_order(body) {
        return Ok(encoding);
    }
    let head = body.get(..200).unwrap_or(body);
    let head = String::from_utf8_lossy(head);
    let declaration = head.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(inside, _)| inside);
    let value = declaration.and_then(|inside| inside.split_once("encoding")).map(|(_, rest)| rest.trim_start());
    let value = value.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start);
    let label = value.and_then(|rest| rest.strip_prefix(['"', '\''])).and_then(|rest| rest.split(['"', '\'']).next());
    match label {
        Some(label) => match known(label, body)? {
            // It could be read as bytes, so it lies: .NET declares the encoding of its strings.
            encoding if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
            encoding => Ok(encoding),
        },
        None => Ok(UTF_8),
    }
}

#[cfg(test)]
mod tests;
