//! Checks of templates that the compiler runs.

/// How many arguments a template with numbers takes: one more than the highest number.
pub(crate) const fn argument_count(template: &str) -> usize {
    let mut count = 0;
    while count < 10 && uses_from(template, count) {
        count += 1;
    }
    count
}

/// Whether `{index}` or a higher one is in a template.
const fn uses_from(template: &str, index: usize) -> bool {
    let mut number = index;
    while number < 10 {
        if uses_argument(template, number) {
            return true;
        }
        number += 1;
    }
    false
}

/// Whether `{index}` is in a template. Indices have one digit.
pub(crate) const fn uses_argument(template: &str, index: usize) -> bool {
    let mut rest = template.as_bytes();
    while let [first, tail @ ..] = rest {
        if let (b'{', [digit @ b'0'..=b'9', b'}', ..]) = (*first, tail)
            && (*digit - b'0') as usize == index
        {
            return true;
        }
        rest = tail;
    }
    false
}

/// Whether templates together use each of these names, and no other. `code` is used without a template.
pub(crate) const fn uses_names(templates: &[&str], names: &[&str]) -> bool {
    let mut rest = templates;
    while let [template, others @ ..] = rest {
        if !knows_all(template.as_bytes(), names) {
            return false;
        }
        rest = others;
    }
    let mut rest = names;
    while let [name, others @ ..] = rest {
        if !is_marker(b"code}", name) && !is_used(templates, name) {
            return false;
        }
        rest = others;
    }
    true
}

/// Whether each marker of a template is a field or one of these names.
const fn knows_all(template: &[u8], names: &[&str]) -> bool {
    let mut rest = template;
    while let [first, tail @ ..] = rest {
        if *first == b'{' && !is_prefix(b"field:", tail) {
            let mut left = names;
            let mut known = false;
            while let [name, others @ ..] = left {
                known = known || is_marker(tail, name);
                left = others;
            }
            if !known {
                return false;
            }
        }
        rest = tail;
    }
    true
}

const fn is_used(templates: &[&str], name: &str) -> bool {
    let mut left = templates;
    while let [template, others @ ..] = left {
        let mut rest = template.as_bytes();
        while let [first, tail @ ..] = rest {
            if *first == b'{' && is_marker(tail, name) {
                return true;
            }
            rest = tail;
        }
        left = others;
    }
    false
}

/// Whether `text` begins with the name and a closing brace.
const fn is_marker(text: &[u8], name: &str) -> bool {
    let (mut text, mut name) = (text, name.as_bytes());
    while let [letter, more @ ..] = name {
        match text {
            [same, tail @ ..] if *same == *letter => text = tail,
            _ => return false,
        }
        name = more;
    }
    matches!(text, [b'}', ..])
}

const fn is_prefix(prefix: &[u8], text: &[u8]) -> bool {
    let (mut prefix, mut text) = (prefix, text);
    while let [letter, more @ ..] = prefix {
        match text {
            [same, tail @ ..] if *same == *letter => text = tail,
            _ => return false,
        }
        prefix = more;
    }
    true
}
