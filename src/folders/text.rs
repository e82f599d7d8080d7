//! The characters of a file that somebody else wrote.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A byte order mark wins, then what an XML declaration says. What is not UTF-8 is Windows-1252.
///
/// # Errors
/// The bytes are not what their beginning says.
pub(crate) fn text_of(bytes: &[u8]) -> Result<String, String> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match declared(bytes) {
            Some(encoding) if encoding != UTF_8 => encoding,
            _ if std::str::from_utf8(bytes).is_ok() => UTF_8,
            _ => WINDOWS_1252,
        },
    };
    let (text, _, broken) = encoding.decode(bytes);
    if broken {
        return Err(format!("the file is not {}, as its beginning says", encoding.name()));
    }
    Ok(text.into_owned())
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let head: String = head.iter().map(|byte| char::from(*byte)).collect();
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next()?;
    Encoding::for_label(value.split(quote).nth(1)?.as_bytes())
}
