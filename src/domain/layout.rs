//! How text is laid out for people: shortened to one line, and rows as columns.

/// One line of at most `widest` characters.
pub(crate) fn short(text: &str, widest: usize) -> String {
    // Most are like this, and nothing of it changes.
    if text.len() <= widest && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(visible).collect();
    match line.char_indices().nth(widest) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// What others wrote must not move the cursor of a terminal, or turn the text around.
fn visible(c: char) -> char {
    match c {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// Rows as lines whose cells are below each other.
pub(crate) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{columns, short};

    #[test]
    fn cells_stand_below_each_other_and_lines_have_no_tail() {
        let rows = [["a", "Größe", "x"], ["bcd", "b", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    Größe  x\nbcd  b\n");
    }

    #[test]
    fn a_long_or_broken_text_becomes_a_short_line() {
        assert_eq!(short("one\n two", 60), "one two");
        assert_eq!(short("äöüß", 3), "äöü…");
    }
}
