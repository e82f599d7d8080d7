//! Texts of strangers that are kept for people: without secrets.

/// In place of a secret.
const HIDDEN: &str = "***";
/// What follows a name with one of these in it is a secret.
const SECRET_NAMES: [&str; 11] =
    ["password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "authorization", "credential", "signature", "cookie"];

/// The text without what follows the names of secrets, be it JSON (also inside of a text), GraphQL, a form or XML. Linear, and
/// without taking the text apart: it may be cut off, and belongs to a stranger.
pub(crate) fn without_secrets(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut names: Vec<(usize, usize)> =
        SECRET_NAMES.iter().flat_map(|name| lower.match_indices(name).map(|(at, name)| (at, at + name.len()))).collect();
    names.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, end) in names {
        if start < copied {
            continue;
        }
        if let Some((from, to)) = value_behind(text, end) {
            out.push_str(text.get(copied..from).unwrap_or_default());
            out.push_str(HIDDEN);
            copied = to;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    // PostgreSQL has no place for it in texts.
    if out.contains('\0') { out.replace('\0', " ") } else { out }
}

/// Where the value begins and ends whose name goes on here.
fn value_behind(text: &str, name: usize) -> Option<(usize, usize)> {
    let rest = text.get(name..)?.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
    let rest = rest.trim_start_matches(['\\', '"', '\'']).trim_start();
    // A document in a text.
    if let Some(value) = rest.strip_prefix("&gt;") {
        let length = value.find("&lt;").unwrap_or(value.len());
        let from = text.len() - value.len();
        return value.get(..length).is_some_and(|value| !value.trim().is_empty()).then_some((from, from + length));
    }
    let between = rest.chars().next().filter(|c| ":=>".contains(*c))?;
    let rest = rest.get(1..)?.trim_start();
    let quote = rest.trim_start_matches('\\').chars().next().filter(|c| "\"'".contains(*c));
    let escapes = rest.len() - rest.trim_start_matches('\\').len();
    let (value, length) = match quote {
        _ if between == '>' => (rest, rest.find('<')),
        // It ends with the same quote behind as many backslashes; behind another number of them it is part of the value.
        Some(quote) => {
            let value = rest.get(escapes + 1..)?;
            let ends = |at: &usize| {
                let before = value.get(..*at).unwrap_or_default();
                before.len() - before.trim_end_matches('\\').len() == escapes
            };
            (value, value.match_indices(quote).map(|(at, _)| at).find(ends).map(|at| at - escapes))
        }
        None if rest.starts_with('[') => (rest, rest.find(']').map(|at| at + 1)),
        None if rest.starts_with('{') => return None,
        None => (rest, rest.find([',', '&', ';', '}', ']', ')', '<', '"', '\n'])),
    };
    let (from, length) = (text.len() - value.len(), length.unwrap_or(value.len()));
    // Behind the end of an element there is nothing.
    let is_empty = value.get(..length).is_none_or(|value| value.trim().is_empty());
    (!is_empty).then_some((from, from + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        for (said, kept) in [
            (r#"{"variables":{"username":"erp","passWord" : "p\"q"}}"#, r#"{"variables":{"username":"erp","passWord" : "***"}}"#),
            (r#"[{"api_key":7,"items":[{"access-token":"t"}]}]"#, r#"[{"api_key":***,"items":[{"access-token":"***"}]}]"#),
            (r#"{"data":"{\"client_secret\":\"s\",\"a\":1}"}"#, r#"{"data":"{\"client_secret\":\"***\",\"a\":1}"}"#),
            (
                r#"mutation { login(username: "erp", password: "p") { id } }"#,
                r#"mutation { login(username: "erp", password: "***") { id } }"#,
            ),
            (r#"{"tokens":["a","b"],"token":{"expires":5}}"#, r#"{"tokens":***,"token":{"expires":5}}"#),
            ("grant_type=x&client_secret=s&scope=a", "grant_type=x&client_secret=***&scope=a"),
            ("<Password>p</Password><Name>n</Name>", "<Password>***</Password><Name>n</Name>"),
            ("&lt;password&gt;p&lt;/password&gt;&lt;name&gt;n", "&lt;password&gt;***&lt;/password&gt;&lt;name&gt;n"),
            ("<login secret='s' name='n'/>", "<login secret='***' name='n'/>"),
            (r#"{"password":"cut of"#, r#"{"password":"***"#),
            ("a page about passwords", "a page about passwords"),
        ] {
            assert_eq!(without_secrets(said), kept);
        }
    }
}
