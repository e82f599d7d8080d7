//! What a template may say: a small part of Jinja, checked token by token before the engine sees it.
//!
//! The engine's parser, and the values that it makes while it runs, are not safe against every text: long chains and deep
//! nesting overflow the stack, and lists of lists, lazy sums and repeats grow to any size behind the back of its fuel. So
//! the language has none of that: no arithmetic, no lists but constant ones, no calls but those named here. Then every
//! value is a part of the item's data or a text whose bytes the fuel has paid for.

use minijinja::machinery::{Span, Token, Tokenizer};
use minijinja::syntax::SyntaxConfig;

use super::Fault;

/// Characters of a template, as many as `updateTemplates` takes.
const MOST_CHARACTERS: usize = 200_000;
/// `{{ … }}` and `{% … %}` of a template. Each costs the engine a hundred times its bytes.
const MOST_TAGS: usize = 4_000;
/// Tokens between `{{` and `}}`: no expression is nested deeper than it is long.
const MOST_TOKENS: usize = 100;
const MOST_BRACKETS: usize = 8;
/// `for`, `if` and `elif` inside each other.
const MOST_BLOCKS: usize = 24;

/// With how many arguments at most. [`super::engine`] has the same.
pub(crate) const FILTERS: &[(&str, usize)] = &[
    ("abs", 0),
    ("capitalize", 0),
    ("default", 2),
    ("e", 0),
    ("escape", 0),
    ("first", 0),
    ("float", 1),
    ("int", 1),
    ("items", 0),
    ("join", 1),
    ("last", 0),
    ("length", 0),
    ("lines", 0),
    ("list", 0),
    ("lower", 0),
    ("max", 0),
    ("min", 0),
    ("replace", 2),
    ("reverse", 0),
    ("round", 1),
    ("safe", 0),
    ("sort", 0),
    ("split", 2),
    ("string", 0),
    ("title", 0),
    ("trim", 0),
    ("truncate", 1),
    ("upper", 0),
];

pub(crate) const TESTS: &[(&str, usize)] = &[
    ("boolean", 0),
    ("defined", 0),
    ("divisibleby", 1),
    ("endingwith", 1),
    ("even", 0),
    ("mapping", 0),
    ("none", 0),
    ("number", 0),
    ("odd", 0),
    ("sequence", 0),
    ("startingwith", 1),
    ("string", 0),
    ("undefined", 0),
];

pub(crate) const FUNCTIONS: &[(&str, usize)] = &[("range", 2)];

/// Checks a template and names the variables that it looks at.
pub(crate) fn read(source: &str) -> Result<Vec<&str>, Fault> {
    if source.chars().nth(MOST_CHARACTERS).is_some() {
        return Err(Fault { line: 1, text: format!("a template has at most {MOST_CHARACTERS} characters") });
    }
    let mut reader = Reader { variables: Vec::new(), tags: 0, blocks: Vec::new(), tag: None };
    let mut tokens = Tokenizer::new(source, "", false, SyntaxConfig::default());
    loop {
        match tokens.next_token() {
            Ok(Some((token, span))) => reader.take(&token).map_err(|text| at(&span, text))?,
            Ok(None) => return Ok(reader.variables),
            Err(error) => return Err(super::fault(&error)),
        }
    }
}

fn at(span: &Span, text: String) -> Fault {
    Fault { line: usize::from(span.start_line).max(1), text }
}

/// What came before a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing yet, an operator, a comma or an opening bracket: a value follows.
    Operator,
    /// A value ended.
    Value,
    Dot,
    Pipe,
    Is,
    Minus,
    /// The name of a filter, a test or a function with so many arguments at most.
    Name(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// Around a part of an expression.
    Group,
    Index,
    /// A constant list.
    List,
    /// So many more arguments may follow the one that is being read.
    Call {
        more: usize,
    },
    /// `()` behind a name that takes no arguments.
    Empty,
}

/// What is between `{{` and `}}`, or `{%` and `%}`.
struct Tag<'s> {
    /// `None` in `{{ … }}`; empty before the first word of `{% … %}`.
    statement: Option<&'s str>,
    tokens: usize,
    brackets: Vec<Bracket>,
    before: Before,
    /// The last word.
    last: &'s str,
    /// `{% set … = … %}`, or the `in` of a `for`.
    assigned: bool,
}

struct Reader<'s> {
    variables: Vec<&'s str>,
    tags: usize,
    /// The open statements, with how many levels each adds: an `elif` is one inside the `if`.
    blocks: Vec<usize>,
    tag: Option<Tag<'s>>,
}

impl<'s> Reader<'s> {
    fn take(&mut self, token: &Token<'s>) -> Result<(), String> {
        match token {
            Token::TemplateData(_) => Ok(()),
            Token::VariableStart => self.begin(None),
            Token::BlockStart => self.begin(Some("")),
            Token::VariableEnd | Token::BlockEnd => self.end(),
            token => {
                let Some(tag) = &mut self.tag else { return Err(format!("unexpected {token}")) };
                tag.tokens += 1;
                if tag.tokens > MOST_TOKENS {
                    return Err(format!("an expression has at most {MOST_TOKENS} parts; use {{% set %}} for some of them"));
                }
                match (token, tag.statement) {
                    (Token::Ident(word), Some("")) => self.statement(word),
                    (Token::Ident(word), _) => {
                        tag.last = word;
                        if tag.word(word)? {
                            self.variables.push(word);
                        }
                        Ok(())
                    }
                    _ => tag.sign(token),
                }
            }
        }
    }

    fn begin(&mut self, statement: Option<&'s str>) -> Result<(), String> {
        self.tags += 1;
        if self.tags > MOST_TAGS {
            return Err(format!("a template has at most {MOST_TAGS} placeholders and statements"));
        }
        self.tag = Some(Tag { statement, tokens: 0, brackets: Vec::new(), before: Before::Operator, last: "", assigned: false });
        Ok(())
    }

    fn statement(&mut self, word: &'s str) -> Result<(), String> {
        match word {
            "for" | "if" => self.blocks.push(1),
            "elif" => match self.blocks.last_mut() {
                Some(levels) => *levels += 1,
                None => self.blocks.push(1),
            },
            "endfor" | "endif" | "endset" => {
                self.blocks.pop();
            }
            "else" | "set" => {}
            _ => return Err(format!("there is no statement \"{word}\"; there are for, if, elif, else and set")),
        }
        if let Some(tag) = &mut self.tag {
            tag.statement = Some(word);
        }
        self.check_blocks()
    }

    fn end(&mut self) -> Result<(), String> {
        let opens = self.tag.take().is_some_and(|tag| tag.statement == Some("set") && !tag.assigned);
        if opens {
            // {% set x %}…{% endset %}
            self.blocks.push(1);
        }
        self.check_blocks()
    }

    fn check_blocks(&self) -> Result<(), String> {
        if self.blocks.iter().sum::<usize>() > MOST_BLOCKS {
            return Err(format!("statements are nested at most {MOST_BLOCKS} deep; each elif counts, too"));
        }
        Ok(())
    }
}

fn named(list: &[(&str, usize)], word: &str, what: &str) -> Result<Before, String> {
    let found = list.iter().find(|(name, _)| *name == word);
    found.map(|(_, arguments)| Before::Name(*arguments)).ok_or_else(|| {
        let names: Vec<&str> = list.iter().map(|(name, _)| *name).collect();
        format!("there is no {what} \"{}\"; there are {}", super::short(word, 40), names.join(", "))
    })
}

impl Tag<'_> {
    /// True: the word is the name of a variable.
    fn word(&mut self, word: &str) -> Result<bool, String> {
        let constant = matches!(word, "true" | "True" | "false" | "False" | "none" | "None");
        self.inside(constant)?;
        let mut variable = false;
        self.before = match (self.before, word) {
            (Before::Dot, _) => Before::Value,
            (Before::Pipe, _) => named(FILTERS, word, "filter")?,
            (Before::Is, "not") => Before::Is,
            (Before::Is, _) => named(TESTS, word, "test")?,
            (_, "is") => Before::Is,
            (_, "in") => {
                self.assigned |= self.statement == Some("for") && self.brackets.is_empty();
                Before::Operator
            }
            (_, "if" | "else" | "and" | "or" | "not") => Before::Operator,
            (_, "recursive") => return Err("loops are not recursive".to_owned()),
            (_, word) => match FUNCTIONS.iter().find(|(name, _)| *name == word) {
                Some((_, arguments)) => Before::Name(*arguments),
                None => {
                    variable = !constant;
                    Before::Value
                }
            },
        };
        Ok(variable)
    }

    /// What may be in the innermost bracket.
    fn inside(&self, constant: bool) -> Result<(), String> {
        match self.brackets.last() {
            Some(Bracket::List) if !constant => Err("a list in a template has constants only".to_owned()),
            Some(Bracket::Empty) => Err("too many arguments".to_owned()),
            _ => Ok(()),
        }
    }

    fn sign(&mut self, token: &Token<'_>) -> Result<(), String> {
        let ends = matches!(self.before, Before::Value | Before::Name(_));
        let number = matches!(token, Token::Int(_) | Token::Int128(_) | Token::Float(_));
        if self.before == Before::Minus && !number {
            return Err("a template does not calculate; a minus stands before a number only".to_owned());
        }
        self.before = match token {
            Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => {
                self.inside(true)?;
                Before::Value
            }
            Token::ParenOpen | Token::BracketOpen => return self.open(token),
            Token::ParenClose | Token::BracketClose => {
                self.brackets.pop();
                Before::Value
            }
            Token::Comma => return self.comma(),
            Token::Minus if !ends => {
                self.inside(true)?;
                Before::Minus
            }
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::FloorDiv | Token::Mod | Token::Pow => {
                return Err(format!("a template does not calculate: there is no {token}; ~ joins texts"));
            }
            Token::Assign if self.statement == Some("set") && self.brackets.is_empty() && !self.assigned => {
                self.assigned = true;
                Before::Operator
            }
            Token::Dot | Token::Pipe | Token::Tilde | Token::Eq | Token::Ne | Token::Gt | Token::Gte | Token::Lt | Token::Lte => {
                self.inside(false)?;
                match token {
                    Token::Dot => Before::Dot,
                    Token::Pipe => Before::Pipe,
                    _ => Before::Operator,
                }
            }
            token => return Err(format!("there is no {token} here")),
        };
        Ok(())
    }

    fn open(&mut self, token: &Token<'_>) -> Result<(), String> {
        self.inside(false)?;
        if self.brackets.len() >= MOST_BRACKETS {
            return Err(format!("brackets are nested at most {MOST_BRACKETS} deep"));
        }
        self.brackets.push(match (token, self.before) {
            (Token::ParenOpen, Before::Name(0)) => Bracket::Empty,
            (Token::ParenOpen, Before::Name(most)) => Bracket::Call { more: most.saturating_sub(1) },
            (Token::ParenOpen, Before::Value) => {
                return Err(format!("\"{}\" cannot be called; range, filters and tests can", super::short(self.last, 40)));
            }
            (Token::ParenOpen, _) => Bracket::Group,
            (_, Before::Value) => Bracket::Index,
            _ => Bracket::List,
        });
        self.before = Before::Operator;
        Ok(())
    }

    fn comma(&mut self) -> Result<(), String> {
        match self.brackets.last_mut() {
            Some(Bracket::List) => {}
            Some(Bracket::Call { more }) if *more > 0 => *more -= 1,
            Some(Bracket::Call { .. }) => return Err("too many arguments".to_owned()),
            None if self.statement == Some("for") && !self.assigned => {}
            _ => return Err("unexpected `,`: there are no tuples".to_owned()),
        }
        self.before = Before::Operator;
        Ok(())
    }
}
