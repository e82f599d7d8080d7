//! gzip: bodies inflated no further than their bytes are worth, and answers compressed.

use std::borrow::Cow;
use std::io::{self, Cursor, ErrorKind, Read, Write};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use crate::domain::{Failure, code};

/// Answers up to this size are not worth compressing.
const PLAIN_BYTES: usize = 1024;

/// Members of a gzip body: each costs a new decoder, even an empty one. Tools that compress in blocks write one for
/// 64 KiB.
const MOST_MEMBERS: usize = 4_096;

/// Bytes that every body may inflate to, however well it compresses.
const UNWEIGHED: usize = 1 << 20;

/// Bytes that are inflated between two looks at what they come from.
const PIECE: usize = 64 << 10;

/// Whether a `Content-Encoding` is gzip.
///
/// # Errors
/// `UNSUPPORTED_ENCODING`.
pub(super) fn is_gzip(content_encoding: &str) -> Result<bool, Failure> {
    match content_encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        other => Err(Failure::new(code::UNSUPPORTED_ENCODING, [other])),
    }
}

/// A body that is inflated piece by piece, and can go on where it stopped.
pub(super) struct Inflating<B> {
    /// `None`: it is read to its end.
    member: Option<GzDecoder<Cursor<B>>>,
    members: usize,
    /// Bytes of the whole body.
    sent: usize,
    out: Vec<u8>,
}

impl<B: AsRef<[u8]>> Inflating<B> {
    pub(super) fn new(body: B) -> Inflating<B> {
        let sent = body.as_ref().len();
        Inflating { member: Some(GzDecoder::new(Cursor::new(body))), members: 1, sent, out: Vec::new() }
    }

    /// Goes on until there are so many bytes, or to the end. True: that is all.
    ///
    /// # Errors
    /// `UNDECODABLE_BODY`; `INFLATES_TOO_MUCH` beyond `ratio` bytes for each that was read, as soon as that shows.
    pub(super) fn go_on(&mut self, most: usize, ratio: usize) -> Result<bool, Failure> {
        // All that may come: a buffer that grows automatically takes twice as much, and is copied each time.
        self.out.reserve_exact(most.saturating_sub(self.out.len()).min(ratio.saturating_mul(self.sent).saturating_add(UNWEIGHED + PIECE)));
        while self.goes_on(most) {
            let read = self.piece(most).map_err(|error| Failure::new(code::UNDECODABLE_BODY, ["gzip", &error.to_string()]))?;
            if self.out.len() > read.saturating_mul(ratio).saturating_add(UNWEIGHED) {
                return Err(Failure::new(code::INFLATES_TOO_MUCH, [&ratio.to_string(), &UNWEIGHED.to_string()]));
            }
        }
        Ok(self.member.is_none())
    }

    /// What there is by now.
    pub(super) fn inflated(self) -> Vec<u8> {
        self.out
    }

    fn goes_on(&self, most: usize) -> bool {
        self.member.is_some() && self.out.len() < most
    }

    /// The next bytes, or the next member. Gives how many bytes of the body are read.
    fn piece(&mut self, most: usize) -> io::Result<usize> {
        let Some(mut member) = self.member.take() else { return Ok(0) };
        let room = most.saturating_sub(self.out.len()).min(PIECE);
        let more = member.by_ref().take(u64::try_from(room).unwrap_or(u64::MAX)).read_to_end(&mut self.out)?;
        let read = usize::try_from(member.get_ref().position()).unwrap_or(usize::MAX);
        if more > 0 {
            self.member = Some(member);
            return Ok(read);
        }
        let rest = member.into_inner();
        if rest.get_ref().as_ref().len() > read {
            if self.members == MOST_MEMBERS {
                return Err(io::Error::other(format!("it has more than {MOST_MEMBERS} members")));
            }
            self.members += 1;
            self.member = Some(GzDecoder::new(rest));
        }
        Ok(read)
    }
}

/// The first bytes of a message, at most so many, of whose body only the beginning may be there. True: there is more.
///
/// # Errors
/// `UNSUPPORTED_ENCODING`, `UNDECODABLE_BODY`.
pub(super) fn unpack_start<'b>(start: &'b [u8], content_encoding: &str, most: usize) -> Result<(Cow<'b, [u8]>, bool), Failure> {
    if !is_gzip(content_encoding)? {
        return Ok((Cow::Borrowed(start.get(..most).unwrap_or(start)), start.len() > most));
    }
    let mut inflating = Inflating::new(start);
    while inflating.goes_on(most) {
        match inflating.piece(most) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(Failure::new(code::UNDECODABLE_BODY, ["gzip", &error.to_string()])),
        }
    }
    let out = inflating.inflated();
    let more = out.len() >= most;
    Ok((Cow::Owned(out), more))
}

/// Whether an `Accept-Encoding` offers gzip.
pub(super) fn accepts_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            let weight = part.split_once('=').filter(|(q, _)| q.trim().eq_ignore_ascii_case("q"));
            weight.is_some_and(|(_, value)| value.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0))
        });
        (name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip")) && !refused
    })
}

/// The compressed answer, if that is worth it.
pub(super) fn compress(body: &str) -> Option<Vec<u8>> {
    if body.len() <= PLAIN_BYTES {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body.as_bytes()).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    /// The whole of it, or the refusal's number and what was inflated by then.
    fn inflate(body: Vec<u8>, most: usize, ratio: usize) -> Result<Vec<u8>, (i32, usize)> {
        let mut inflating = Inflating::new(body);
        match inflating.go_on(most, ratio) {
            Ok(true) => Ok(inflating.inflated()),
            Ok(false) => Err((0, inflating.out.len())),
            Err(failure) => Err((failure.code.number, inflating.out.len())),
        }
    }

    #[test]
    fn gzip_is_undone_as_far_as_there_is_room_and_goes_on_where_it_stopped() {
        assert_eq!(inflate(zip(b"<a/>"), 5, 1).as_deref(), Ok(&b"<a/>"[..]));
        assert_eq!(inflate(zip(b"<a/>"), 3, 1), Err((0, 3)));
        assert_eq!(inflate([zip(b"<a>"), zip(b""), zip(b"</a>")].concat(), 10, 1).as_deref(), Ok(&b"<a></a>"[..]));
        let long: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut inflating = Inflating::new([zip(&long[..700_000]), zip(&long[700_000..])].concat());
        for most in [1, 1, 100, 70_000, 700_001, 1_199_999] {
            assert!(inflating.go_on(most, 20).is_ok_and(|ended| !ended) && inflating.out.len() == most, "{most}");
        }
        assert!(inflating.go_on(1_200_001, 20).is_ok_and(|ended| ended) && inflating.inflated() == long);
    }

    #[test]
    fn what_is_no_gzip_is_refused() {
        for broken in [zip(b"<a/>")[..15].to_vec(), b"<a/>".to_vec(), Vec::new(), [zip(b"<a/>"), b"x".to_vec()].concat()] {
            assert!(matches!(inflate(broken, 100, 1), Err((1008, _))));
        }
        assert_eq!(inflate(zip(b"").repeat(MOST_MEMBERS), 100, 1), Ok(Vec::new()));
        assert_eq!(inflate(zip(b"").repeat(MOST_MEMBERS + 1), 100, 1), Err((1008, 0)));
        for (encoding, is) in [
            ("gzip", Some(true)),
            (" X-GZIP", Some(true)),
            ("identity", Some(false)),
            ("", Some(false)),
            ("br", None),
            ("gzip, gzip", None),
        ] {
            assert_eq!(is_gzip(encoding).ok(), is, "{encoding}");
        }
    }

    #[test]
    fn a_body_that_inflates_to_more_than_its_bytes_are_worth_is_refused_as_soon_as_that_shows() {
        let blanks = zip(&[b' '; 50_000_000]);
        let Err((1023, inflated)) = inflate(blanks.clone(), usize::MAX, 200) else { panic!("not refused") };
        assert!(inflated < UNWEIGHED * 5 / 4 + PIECE, "{inflated} bytes were inflated");
        // Behind bytes that are worth something they may go that much further.
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        });
        let noise: Vec<u8> = noise.take(10_000).collect();
        let Err((1023, further)) = inflate([zip(&noise), blanks.clone()].concat(), usize::MAX, 200) else { panic!("not refused") };
        assert!(further - inflated > 10_000 * 199 && further - inflated < 10_000 * 260, "{further}, {inflated}");
        assert_eq!(inflate(zip(&[b' '; UNWEIGHED]), usize::MAX, 20).map(|all| all.len()), Ok(UNWEIGHED), "the first MiB is free");
        assert_eq!(inflate(blanks, usize::MAX, 1_032).map(|all| all.len()), Ok(50_000_000), "gzip knows no more");
    }

    #[test]
    fn gzip_is_used_only_if_offered() {
        for offer in ["gzip", "deflate, GZIP;q=0.5", "x-gzip", "gzip; q=1.0"] {
            assert!(accepts_gzip(offer), "{offer}");
        }
        for offer in ["", "deflate", "gzip;q=0", "gzip; Q = 0.000", "compress, identity", "*"] {
            assert!(!accepts_gzip(offer), "{offer}");
        }
        assert!(compress("short").is_none());
    }
}
