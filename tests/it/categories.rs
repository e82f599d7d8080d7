//! Item groups, from outside.

use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::World;

/// A group in the words of either face: its key fields and its parent.
fn group(fields: (&str, &str), parent: Option<&str>) -> (String, String) {
    let (compat, typed) = fields;
    let parent = |name: &str| parent.map(|parent| format!("<{name}>{parent}</{name}>")).unwrap_or_default();
    (
        format!("<category {compat}{}</category>", parent("external_parent_id")),
        format!("<item>{typed}{}</item>", parent("externalParentId")),
    )
}

fn by_number(name: &str, parent: Option<&str>) -> (String, String) {
    let compat = format!(
        "significant_key=\"external_id\"><mandator_id>1</mandator_id><identifier>{name}</identifier><external_id>{name}</external_id>"
    );
    let typed = format!("<mandatorId>1</mandatorId><identifier>{name}</identifier><externalId>{name}</externalId>");
    group((&compat, &typed), parent)
}

fn renumbered(id: i32, name: &str, parent: Option<&str>) -> (String, String) {
    let compat = format!(
        "significant_key=\"category_id\"><category_id>{id}</category_id><mandator_id>1</mandator_id><external_id>{name}</external_id>"
    );
    let typed = format!(
        "<significantKey>CATEGORY_ID</significantKey><categoryId>{id}</categoryId><mandatorId>1</mandatorId><externalId>{name}</externalId>"
    );
    group((&compat, &typed), parent)
}

fn send(erp: &Erp<'_>, groups: &[(String, String)]) -> Element {
    let compat: String = groups.iter().map(|(compat, _)| compat.as_str()).collect();
    let typed: String = groups.iter().map(|(_, typed)| typed.as_str()).collect();
    erp.read(&erp.send(&erp.document("updateCategories", &compat, &format!("<categories>{typed}</categories>")), &[]))
}

fn codes(answer: &Element) -> Vec<i32> {
    answer.having("return_code").into_iter().map(|report| report.number("return_code")).collect()
}

/// All groups with their parents.
fn tree(erp: &Erp<'_>) -> Vec<(String, String)> {
    let answer = erp.read(&erp.sent(&erp.document(
        "fetchCategories",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>",
    )));
    let groups = answer.having("external_id").into_iter();
    let mut groups: Vec<(String, String)> = groups
        .map(|group| (group.must("external_id").to_owned(), group.get("external_parent_id").unwrap_or_default().to_owned()))
        .collect();
    groups.sort();
    groups
}

#[test]
fn a_tree_comes_in_any_order_and_is_renumbered_and_moved_in_one_call() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let answer = send(&erp, &[by_number("cups", Some("kitchen")), by_number("kitchen", None)]);
        assert_eq!(codes(&answer), [0, 0], "{database:?}: {answer:?}");
        // The second group gets another number and goes below a new one that takes its old number.
        let answer = send(&erp, &[renumbered(2, "old", Some("kitchen")), by_number("kitchen", None)]);
        assert_eq!(codes(&answer), [0, 0], "{database:?}: {answer:?}");
        let pair = |group: &str, parent: &str| (group.to_owned(), parent.to_owned());
        assert_eq!(tree(&erp), [pair("cups", "old"), pair("kitchen", ""), pair("old", "kitchen")]);
        let answer = send(&erp, &[by_number("kitchen", Some("cups")), by_number("lost", Some("nowhere"))]);
        assert_eq!(codes(&answer), [-3013, -4004], "{database:?}: {answer:?}");
        assert_eq!(tree(&erp), [pair("cups", "old"), pair("kitchen", ""), pair("old", "kitchen")]);
    });
}
