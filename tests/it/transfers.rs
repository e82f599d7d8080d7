//! Customers and coupons on their way to channels, from outside: what the shop has, and what becomes of it when the ERP changes
//! its mind, the shop refuses or is down.

use serde_json::{Value, json};

use crate::config::{Config, Shop};
use crate::customers::{buy, update};
use crate::element::Element;
use crate::erp::{Erp, everywhere};
use crate::world::{World, eventually};

const TWO_SHOPS: &[Shop] = &[Shop::FIRST, Shop::SECOND];

/// A coupon of five percent; gives its number.
fn coupon(erp: &Erp, code: &str, compat: &str, typed: &str) -> i32 {
    let compat = format!(
        "<coupon significant_key=\"code\"><mandator_id>1</mandator_id><code>{code}</code><kind>percent</kind><value>5</value>{compat}</coupon>"
    );
    let typed = format!(
        "<coupons><item><significantKey>CODE</significantKey><mandatorId>1</mandatorId><code>{code}</code><kind>PERCENT</kind><value>5</value>{typed}</item></coupons>"
    );
    erp.done("updateCoupons", &compat, &typed).having("coupon_id")[0].number("coupon_id")
}

/// Has coupons or customers sent to an account, and waits for the channel; gives the answer, good or not.
fn sync(erp: &Erp, operation: &str, account: i32, records: &[i32]) -> Element {
    let (noun, ids) = if operation == "syncPlatformCoupons" { ("coupon", "couponIds") } else { ("customer", "customerIds") };
    let compat: String = records.iter().map(|id| format!("<{noun}_id>{id}</{noun}_id>")).collect();
    let typed: String = records.iter().map(|id| format!("<item>{id}</item>")).collect();
    erp.call(
        operation,
        &format!(
            "<accounts><account_id>{account}</account_id></accounts><{noun}s>{compat}</{noun}s><process_synchronous>true</process_synchronous>"
        ),
        &format!("<accountIds><item>{account}</item></accountIds><{ids}>{typed}</{ids}><processSynchronous>true</processSynchronous>"),
    )
}

/// What an answer says: return code, transfers, customer or coupon of each report.
fn reports(answer: &Element) -> Vec<(i32, Option<&str>, Option<&str>)> {
    let of = |report: &'_ &Element, name: &str| report.having(name).first().map(|found| found.must(name).to_owned());
    let reports = answer.having("return_code");
    reports
        .iter()
        .map(|report| {
            let record = of(report, "coupon_id").or_else(|| of(report, "customer_id"));
            let leak = |text: Option<String>| text.map(|text| &*Box::leak(text.into_boxed_str()));
            (report.number("return_code"), leak(of(report, "transfers")), leak(record))
        })
        .collect()
}

fn shop_coupons(world: &World, account: i32) -> Vec<Value> {
    world.shop_get(account, "/coupons")["coupons"].as_array().unwrap().clone()
}

/// The changes of customers and coupons that have not arrived.
fn pending(erp: &Erp) -> Element {
    erp.call(
        "fetchPendingChanges",
        "<filter><mandator_id filter_method=\"=\" filter_value=\"1\"/><kind filter_method=\"=\" filter_value=\"transfer\"/></filter>",
        "<filters><item><mandatorId><value>1</value></mandatorId><kind><value>transfer</value></kind></item></filters>",
    )
}

#[test]
fn a_coupon_goes_to_the_named_account_and_follows_there_until_it_ends() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { shops: TWO_SHOPS, ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        let spring = coupon(&erp, "SPRING", "<valid_to>2030-05-31</valid_to>", "<validTo>2030-05-31</validTo>");
        let other = coupon(&erp, "OTHER", "", "");
        let over = coupon(&erp, "OVER", "<valid_to>2020-05-31</valid_to>", "<validTo>2020-05-31</validTo>");
        let answer = sync(&erp, "syncPlatformCoupons", 1000, &[spring, over]);
        assert_eq!(reports(&answer), [(0, Some("1"), None), (-4029, None, Some(&*over.to_string()))], "{answer:?}");
        let there = shop_coupons(&world, 1000);
        assert_eq!((there.len(), &there[0]["code"], &there[0]["active"]), (1, &json!("SPRING"), &json!(true)), "{there:?}");
        assert_eq!(there[0]["until"], "2030-05-31T22:00:00+00:00", "the last day counts to its end in the mandator's zone");
        assert_eq!(shop_coupons(&world, 1001), Vec::<Value>::new());

        // It ends, under another code, and everybody who has it hears of it; the one that nobody has stays here.
        let renamed = "<significantKey>COUPON_ID</significantKey>";
        let compat = format!(
            "<coupon significant_key=\"coupon_id\"><mandator_id>1</mandator_id><coupon_id>{spring}</coupon_id><code>LATE</code><active>false</active></coupon><coupon significant_key=\"coupon_id\"><mandator_id>1</mandator_id><coupon_id>{other}</coupon_id><active>false</active></coupon>"
        );
        let typed = format!(
            "<coupons><item>{renamed}<couponId>{spring}</couponId><mandatorId>1</mandatorId><code>LATE</code><active>false</active></item><item>{renamed}<couponId>{other}</couponId><mandatorId>1</mandatorId><active>false</active></item></coupons>"
        );
        erp.done("updateCoupons", &compat, &typed);
        eventually("the end of the coupon", || {
            let there = shop_coupons(&world, 1000);
            let ended = there.len() == 1 && there[0]["code"] == "LATE" && there[0]["active"] == false;
            if ended { Ok(()) } else { Err(format!("{there:?}")) }
        });
        let answer = sync(&erp, "syncPlatformCoupons", 1001, &[]);
        assert_eq!(reports(&answer), [(0, Some("0"), None)], "nothing that ended is sent where it never was");
    });
}

#[test]
fn a_refused_coupon_is_reported_waits_and_goes_when_it_is_corrected() {
    everywhere(|database, face| {
        let world = World::demo(database);
        let erp = Erp::on(&world, face);
        let (good, bad) = (coupon(&erp, "GOOD", "", ""), coupon(&erp, "BAD", "", ""));
        world.sandbox("/faults", &json!({ "refuse": [{ "sku": "BAD", "code": "CODE", "text": "no such codes here" }] }));
        let answer = sync(&erp, "syncPlatformCoupons", 1000, &[]);
        assert_eq!(reports(&answer), [(0, Some("2"), None), (-6001, None, Some(&*bad.to_string()))], "{answer:?}");
        assert!(format!("{answer:?}").contains("coupon BAD is not in the channel as it is here: no such codes here"), "{answer:?}");
        assert_eq!(shop_coupons(&world, 1000).len(), 1, "the other one is not held up: {good}");
        let waiting = pending(&erp);
        let change = waiting.having("change_id")[0];
        assert_eq!(
            (change.must("coupon_code"), change.must("topic"), change.must("status").to_lowercase()),
            ("BAD", "coupon", "parked".into())
        );
        coupon(&erp, "BAD", "<name>again</name>", "<name>again</name>");
        eventually("the second refusal", || {
            let refused = format!("{:?}", pending(&erp)).to_lowercase().contains("parked");
            if refused { Ok(()) } else { Err(String::new()) }
        });
        world.sandbox("/faults", &json!({ "refuse": [] }));
        let id = change.must("change_id");
        let retried = erp.done(
            "retryChanges",
            &format!("<change><mandator_id>1</mandator_id><change_id>{id}</change_id></change>"),
            &format!("<changes><item><mandatorId>1</mandatorId><changeId>{id}</changeId></item></changes>"),
        );
        assert_eq!(retried.having("retried")[0].must("retried"), "1");
        eventually("the coupon in the shop", || {
            let there = shop_coupons(&world, 1000);
            if there.len() == 2 { Ok(()) } else { Err(format!("{there:?}")) }
        });
        assert!(pending(&erp).having("change_id").is_empty());
    });
}

#[test]
fn a_customer_of_a_channel_follows_the_erp_there_and_no_other_account_hears_of_him() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { shops: TWO_SHOPS, ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        erp.list("MUG", "9.90", 9);
        let id = buy(&world, &erp, 1000, "Bonn").number("customer_id");
        let untouched = sync(&erp, "syncPlatformCustomers", 1000, &[id]);
        assert_eq!(reports(&untouched), [(0, Some("0"), None), (-4028, None, Some(&*id.to_string()))], "the channel's own words");
        erp.done(
            "updateCustomerGroups",
            "<customer_group><mandator_id>1</mandator_id><identifier>trade</identifier></customer_group>",
            "<customerGroups><item><mandatorId>1</mandatorId><identifier>trade</identifier></item></customerGroups>",
        );
        let (compat, typed) = ("customer_group_identifier", "customerGroupIdentifier");
        update(&erp, id, &format!("<{compat}>trade</{compat}><city>Paris</city>"), &format!("<{typed}>trade</{typed}><city>Paris</city>"));
        assert_eq!(reports(&sync(&erp, "syncPlatformCustomers", 1001, &[])), [(0, Some("0"), None)]);
        assert_eq!(reports(&sync(&erp, "syncPlatformCustomers", 1000, &[])), [(0, Some("1"), None)]);
        let there = |account| world.shop_get(account, "/customers")["customers"].clone();
        let customer = &there(1000)["ada@example.org"];
        assert_eq!((&customer["group"], &customer["customer"]["city"]), (&json!("trade"), &json!("Paris")), "{customer}");
        update(&erp, id, "<last_name>King</last_name>", "<lastName>King</lastName>");
        eventually("the new name in the shop", || {
            let customer = there(1000)["ada@example.org"].clone();
            if customer["customer"]["last_name"] == "King" { Ok(()) } else { Err(customer.to_string()) }
        });
        assert_eq!(there(1001), json!({}));
    });
}

#[test]
fn what_a_shop_that_is_down_does_not_take_is_pending_and_arrives_once() {
    everywhere(|database, face| {
        let world = World::configured(database, &Config { dispatch: "synchronous_wait_seconds = 1", ..Config::default() }.text());
        let erp = Erp::on(&world, face);
        coupon(&erp, "SPRING", "", "");
        world.sandbox("/faults", &json!({ "down": true }));
        let answer = sync(&erp, "syncPlatformCoupons", 1000, &[]);
        assert_eq!((answer.having("pending_changes").len(), reports(&answer)), (1, vec![(0, Some("1"), None)]), "{answer:?}");
        // The first answer that the shop gives is lost.
        world.sandbox("/faults", &json!({ "down": false, "die": { "calls": 1 } }));
        eventually("the coupon in the shop, and nothing pending", || {
            let (there, left) = (shop_coupons(&world, 1000), pending(&erp));
            if there.len() == 1 && left.having("change_id").is_empty() { Ok(()) } else { Err(format!("{there:?} {left:?}")) }
        });
        let strange = erp.call(
            "syncPlatformCoupons",
            "<accounts><account_id>4711</account_id></accounts>",
            "<accountIds><item>4711</item></accountIds>",
        );
        assert_eq!(reports(&strange)[0].0, -4006, "{strange:?}");
    });
}
