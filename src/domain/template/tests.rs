use std::collections::BTreeMap;

use super::language::{FILTERS, TESTS};
use super::{Form, MOST_BYTES, Value, check, render, uses};

fn values() -> Value {
    let html = Value::from_safe_string("<b>big</b>".into());
    let images: Value = ["a.jpg", "b.jpg"].into_iter().collect();
    Value::from(BTreeMap::from([
        ("name", Value::from("Cup & <saucer>")),
        ("html", html),
        ("images", images),
        ("attributes", Value::from(BTreeMap::from([("Colour", "red"), ("Size", "L")]))),
        ("count", Value::from(3)),
    ]))
}

fn plain(source: &str) -> String {
    check(source).unwrap_or_else(|fault| panic!("{source}: {fault:?}"));
    render(source, Form::Plain, values()).unwrap_or_else(|fault| panic!("{source}: {fault:?}"))
}

#[test]
fn values_are_escaped_unless_they_are_html() {
    assert_eq!(render("<p>{{ name }}{{ html }}</p>", Form::Html, values()).unwrap(), "<p>Cup &amp; &lt;saucer&gt;<b>big</b></p>");
    assert_eq!(render("{{ name }}", Form::Plain, values()).unwrap(), "Cup & <saucer>");
}

#[test]
fn what_is_missing_is_empty() {
    assert_eq!(render("[{{ a.b.c }}{{ x[15] }}]", Form::Html, values()).unwrap(), "[]");
}

#[test]
fn faults_name_the_line() {
    let fault = check("a\n{% if x %}\nb").unwrap_err();
    assert!(fault.line >= 2, "{fault:?}");
    let fault = check("a\nb\n{{ name|nosuch }}").unwrap_err();
    assert_eq!(fault.line, 3);
    assert!(fault.text.contains("nosuch") && fault.text.contains("truncate"), "{fault:?}");
}

/// The engine counts columns in 16 bits.
#[test]
fn a_fault_behind_a_very_long_line_is_a_fault_like_any_other() {
    for broken in ["{% if", "{{ 'a", "{# a"] {
        let source = format!("{}{broken}", "x".repeat(70_000));
        assert_eq!(check(&source).unwrap_err().line, 1, "{broken}");
    }
}

#[test]
fn descriptions_say_what_they_need() {
    for (template, text) in [
        ("{% for image in images %}{{ loop.index }}:{{ image }}{% if not loop.last %}, {% endif %}{% endfor %}", "1:a.jpg, 2:b.jpg"),
        ("{% for name, value in attributes|items %}{{ name }}={{ value }};{% else %}none{% endfor %}", "Colour=red;Size=L;"),
        ("{% if attributes.Colour in [\"red\", 'blue'] and count >= 2 %}yes{% elif count is odd %}odd{% else %}no{% endif %}", "yes"),
        ("{% set both = attributes.Colour ~ \"-\" ~ attributes.Size %}{{ both|upper }}", "RED-L"),
        ("{% set part %}<i>{{ count }}</i>{% endset %}{{ part }}{{ part }}", "<i>3</i><i>3</i>"),
        ("{{ (name if count > 2 else \"-\")|replace(\"Cup\", \"Mug\") }}", "Mug & <saucer>"),
        ("{{ images|join(\" \") }} {{ images[0] }} {{ images.0 }} {{ images[-1] }}", "a.jpg b.jpg a.jpg a.jpg b.jpg"),
        ("{{ name|truncate(4) }}{{ name|truncate(400) }}", "Cup…Cup & <saucer>"),
        ("{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(2, 4) %}{{ i }}{% endfor %}", "01223"),
        ("{{ name is defined }} {{ nothing is not defined }} {{ count is divisibleby 3 }} {{ -1 }}", "True True True -1"),
        ("{{ nothing|default(\"a\", true) }} {{ \"3.456\"|float|round(1) }}", "a 3.5"),
        ("{% raw %}{{ a + b }}{% endraw %}{# {{ c * d }} #} {{- count -}} ", "{{ a + b }}3"),
    ] {
        assert_eq!(plain(template), text, "{template}");
    }
}

#[test]
fn every_name_of_the_language_is_known_to_the_engine() {
    for (name, _) in FILTERS {
        if let Err(fault) = render(&format!("{{{{ name|{name} }}}}"), Form::Plain, values()) {
            assert!(!fault.text.contains("unknown"), "{fault:?}");
        }
    }
    for (name, _) in TESTS {
        if let Err(fault) = render(&format!("{{{{ name is {name} }}}}"), Form::Plain, values()) {
            assert!(!fault.text.contains("unknown"), "{fault:?}");
        }
    }
}

/// Each of these overflowed the stack of the engine, or would.
#[test]
fn chains_and_nesting_are_refused_before_the_engine_sees_them() {
    let blocks = |begin: &str, end: &str, times: usize| format!("{}{}", begin.repeat(times), end.repeat(times));
    let chains = [
        format!("{{{{ {}1 }}}}", "-".repeat(4_859)),
        format!("{{{{ a{} }}}}", "+a".repeat(20_000)),
        format!("{{{{ a{} }}}}", ".a".repeat(20_000)),
        format!("{{{{ a{} }}}}", "|e".repeat(20_000)),
        format!("{{{{ a{} }}}}", "()".repeat(20_000)),
        format!("{{{{ a{} }}}}", "[0]".repeat(20_000)),
        format!("{{{{ a{} }}}}", "~a".repeat(20_000)),
        format!("{{{{ a{} }}}}", " if a else a".repeat(10_000)),
        format!("{{{{ {}a }}}}", "not ".repeat(20_000)),
        format!("{{{{ a{} }}}}", " is not defined".repeat(10_000)),
        format!("{{{{ a{} }}}}", " and a".repeat(10_000)),
        format!("{{{{ {}a{} }}}}", "(".repeat(9_000), ")".repeat(9_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(9_000), "]".repeat(9_000)),
        format!("{{{{ {}{} }}}}", "{1:".repeat(9_000), "1}".repeat(9_000)),
        format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(5_000)),
        blocks("{% if a %}", "{% endif %}", 3_000),
        blocks("{% for a in a %}", "{% endfor %}", 3_000),
        blocks("{% set a %}", "{% endset %}", 3_000),
        blocks("{% with %}", "{% endwith %}", 3_000),
        "{{ a }}".repeat(20_000),
        "x".repeat(200_001),
    ];
    for source in chains {
        let start: String = source.chars().take(40).collect();
        assert!(check(&source).is_err(), "{start}");
        assert!(render(&source, Form::Html, values()).is_err(), "{start}");
        assert!(!uses(&source, "a"), "{start}");
    }
}

#[test]
fn the_deepest_template_of_the_language_is_compiled() {
    let expression = format!("{}a{}", "(".repeat(8), ")".repeat(8));
    let chain = "a~".repeat(40);
    let nested = format!("{}{{{{ {chain}{expression} }}}}{}", "{% if a|default(1) %}".repeat(24), "{% endif %}".repeat(24));
    assert_eq!(plain(&nested), "");
}

/// Each of these makes large values out of small ones.
#[test]
fn nothing_grows_behind_the_back_of_the_fuel() {
    let straight = |line: &str| format!("{{% set a = 'xxxxxxxxxx' %}}{}{{{{ a|length }}}}", line.repeat(60));
    let bombs = [
        "{% set ns=namespace(a=[1]) %}{% for i in range(40) %}{% set ns.a=ns.a|chain(ns.a) %}{% endfor %}{{ ns.a|length }}".to_owned(),
        straight("{% set a = a ~ a %}"),
        straight("{% set a %}{{ a }}{{ a }}{% endset %}"),
        straight("{% set a = a + a %}"),
        straight("{% set a = [a, a] %}"),
        straight("{% set a = (a, a) %}"),
        straight("{% set a = {'x': a, 'y': a} %}"),
        straight("{% set a = a|replace('', a) %}"),
        straight("{% set a = a|join(a) %}"),
        straight("{% set a = a * 1000 %}"),
        straight("{% set a, b = a, a %}"),
        "{% set a = [1] %}".to_owned() + &"{% set a = a + a %}".repeat(40) + "{{ a|length }}",
        "{{ 'x' * 1000000000 }}".to_owned(),
        "{{ [1] * 100000000 }}".to_owned(),
        "{{ '%1000000000s'|format(1) }}".to_owned(),
        "{{ 'x'|indent(1000000000) }}".to_owned(),
        "{{ 2 ** 100000 }}".to_owned(),
        "{% for i in range(100000) %}x{% endfor %}".to_owned(),
        "{% for a in range(900) %}{% for b in range(900) %}x{% endfor %}{% endfor %}".to_owned(),
        "{% for i in images recursive %}{{ loop(images) }}{% endfor %}".to_owned(),
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}".to_owned(),
        "{% filter upper %}x{% endfilter %}".to_owned(),
        "{{ images|sort(attribute=name) }}".to_owned(),
        "{{ images|map('default', images) }}".to_owned(),
        "{{ range(1, 2, 3) }}".to_owned(),
        "{{ loop.cycle() }}".to_owned(),
        "{{ images[::-1] }}".to_owned(),
        "{{ f(*images) }}".to_owned(),
        "{{ debug() }}".to_owned(),
        "{% include '/etc/passwd' %}".to_owned(),
        "{% extends 'x' %}".to_owned(),
        "{% do x() %}".to_owned(),
        "{% autoescape false %}x{% endautoescape %}".to_owned(),
    ];
    for bomb in bombs {
        assert!(render(&bomb, Form::Html, values()).is_err(), "{bomb}");
    }
}

#[test]
fn a_page_has_a_limit() {
    let row = "y".repeat(1_000);
    let long = format!("{{% for a in range(100) %}}{row}{{% endfor %}}");
    assert_eq!(plain(&long).len(), 100_000);
    let too_long = format!("{{% for a in range(1000) %}}{row}.{{% endfor %}}");
    let fault = render(&too_long, Form::Plain, values()).unwrap_err();
    assert!(fault.text.contains(&MOST_BYTES.to_string()), "{fault:?}");
}

#[test]
fn a_template_tells_what_it_looks_at() {
    assert!(uses("{{ price.amount }}", "price"));
    assert!(uses("{% if price %}{% endif %}", "price"));
    assert!(!uses("{{ item.price }}", "price"));
    assert!(!uses("price {{ 'price' }}", "price"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]

    /// What the language lets through, the engine survives.
    #[test]
    fn nothing_that_is_let_through_breaks_the_engine(parts in proptest::collection::vec(proptest::sample::select(PARTS.split('·').collect::<Vec<_>>()), 0..60)) {
        let source = parts.concat();
        if let Ok(text) = render(&source, Form::Html, values()) {
            assert!(text.len() <= MOST_BYTES);
        }
        if let Err(fault) = render(&source, Form::Html, values()) {
            assert!(!fault.text.contains("cannot handle"), "{source}: {fault:?}");
        }
    }
}

const PARTS: &str = "{{·}}·{%·%}· name · images · if · for · in · set · else · elif · endif · endfor · endset ·~·|·join·(·)·[·]·,·=·==·'x'· 1 ·.·-· is · not · and ·upper·default·range·{% if name %}·{% for x in images %}·{% endfor %}·{% endif %}·{{ name|·{% set name = name ~·loop·{#·#}·length·\n·split";
