use super::*;

fn read(body: &[u8], content_type: &str) -> Result<String, i32> {
    to_text(body.to_vec(), content_type).map_err(|failure| failure.code.number)
}

fn utf_16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn the_encoding_is_found_by_mark_header_declaration_and_else_is_utf_8() {
    let latin = b"<a>\xFC\x80</a>";
    for (body, content_type, text) in [
        ("<a>ü</a>".as_bytes().to_vec(), "", "<a>ü</a>"),
        ("<a>ü</a>".as_bytes().to_vec(), "text/xml; charset=\"utf-8\"", "<a>ü</a>"),
        ("<a>ü</a>".as_bytes().to_vec(), "text/xml;action=x; CHARSET = UTF8 ", "<a>ü</a>"),
        (latin.to_vec(), "text/xml; charset=ISO-8859-1", "<a>ü€</a>"),
        (latin.to_vec(), "text/xml; charset='windows-1252'", "<a>ü€</a>"),
        (b"<a>\xFC\xA4</a>".to_vec(), "text/xml; charset=ISO-8859-15", "<a>ü€</a>"),
        (b"<?xml version='1.0' encoding='iso-8859-15'?>\xA4".to_vec(), "", "<?xml version='1.0' encoding='iso-8859-15'?>€"),
        (b"<?xml version='1.0' encoding = 'iso-8859-1'?>\xFC".to_vec(), "text/xml", "<?xml version='1.0' encoding = 'iso-8859-1'?>ü"),
        ("<?xml version='1.0' encoding=\"utf-16\"?>ü".as_bytes().to_vec(), "", "<?xml version='1.0' encoding=\"utf-16\"?>ü"),
        (utf_16("<a>ü€</a>", true), "", "<a>ü€</a>"),
        (utf_16("<a>ü€</a>", false), "", "<a>ü€</a>"),
        (utf_16("<a>ü</a>", true), "text/xml; charset=utf-16", "<a>ü</a>"),
        (utf_16("\u{FEFF}<a>ü</a>", true), "text/xml; charset=utf-8", "<a>ü</a>"),
        (utf_16("\u{FEFF}<a>ü</a>", false), "text/xml", "<a>ü</a>"),
    ] {
        assert_eq!(read(&body, content_type).as_deref(), Ok(text), "{content_type}");
    }
    assert_eq!(read(b"\xEF\xBB\xBF<a/>", "text/xml; charset=iso-8859-1").as_deref(), Ok("\u{FEFF}<a/>"));
}

#[test]
fn what_does_not_fit_its_encoding_is_refused_and_never_replaced() {
    assert_eq!(read(b"<a>\xFC</a>", ""), Err(1008));
    assert_eq!(read(b"\xFE\xFF\0<\0", ""), Err(1008));
    assert_eq!(read(b"\xFF\xFE<\0\x00\xD8", ""), Err(1008));
    assert_eq!(read(b"<a/>", "text/xml; charset=koi8-r"), Err(1007));
    assert_eq!(read(b"<?xml version='1.0' encoding='ebcdic'?>", ""), Err(1007));
}

#[test]
fn only_content_types_of_envelopes_are_taken() {
    for good in ["text/xml", "TEXT/XML;charset=utf-8", "application/soap+xml; action=\"x\"", "application/xml"] {
        assert!(check_media(good).is_ok(), "{good}");
    }
    for bad in ["text/plain", "application/x-www-form-urlencoded", "multipart/related; type=x", "application/json", "*"] {
        assert_eq!(check_media(bad).map_err(|failure| failure.code.number), Err(1006), "{bad}");
    }
    assert_eq!(check_media("").map_err(|failure| failure.code.number), Err(1022));
}

#[test]
fn a_message_is_charged_by_its_bytes_and_tags_whether_escaped_or_not() {
    assert_eq!(cost(""), 0);
    assert_eq!(cost("plain text"), 20);
    assert_eq!(cost("<a/><b/>"), 16 + 2 * 96);
    assert_eq!(cost("&lt;a/>&amp;"), 24 + 96);
    for escaped in ["&#60;", "&#0060;", "&#x3c;", "&#x3C;", "&#x003C;"] {
        assert_eq!(cost(escaped), 2 * escaped.len() + 96, "{escaped}");
    }
    for other in ["&#600;", "&#6;", "&#62;", "&#x60;", "&#x3", "&#", "&", "&l"] {
        assert_eq!(cost(other), 2 * other.len(), "{other}");
    }
}
