//! A configuration to test with: the demo's world with a second company, more users, quick retries and a shop that
//! survives restarts on either database.

/// Argon2id of `demo`, as in the demo.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$mnALCTjaNq+jr2BqxcKxdg$lNr0m6n0rx6titvhqwpJb9Z9TSmuUEwM0gYxcnYiBKM";

/// What a test sets otherwise; all keys are lines of TOML.
#[derive(Default)]
pub(crate) struct Config {
    pub database: &'static str,
    pub limits: &'static str,
    pub replay: &'static str,
    pub dispatch: &'static str,
    /// The accounts; [`Shop::FIRST`] when none is named.
    pub shops: &'static [Shop],
}

/// An account at the scripted shop.
#[derive(Clone, Copy)]
pub(crate) struct Shop {
    pub account_id: i32,
    pub identifier: &'static str,
    /// Before its order numbers.
    pub prefix: &'static str,
    /// More keys of the account.
    pub keys: &'static str,
    /// Its tables.
    pub tables: &'static str,
}

impl Shop {
    pub(crate) const FIRST: Shop = Shop { account_id: 1000, identifier: "Sandbox", prefix: "SB-", keys: "", tables: "" };
    pub(crate) const SECOND: Shop = Shop { account_id: 1001, identifier: "Other", prefix: "OT-", keys: "", tables: "" };

    fn text(&self) -> String {
        let Shop { account_id, identifier, prefix, keys, tables } = self;
        format!(
            r#"[[accounts]]
account_id = {account_id}
mandator_id = 1
identifier = "{identifier}"
sub_channel_id = 9000
connector = "sandbox"
pricelist = "default"
warehouses = ["standard"]
language = "en"
poll_interval_seconds = 1
order_number_prefix = "{prefix}"
{keys}
[accounts.carriers]
DHL = "dhl"
[accounts.settings]
state_path = "{{folder}}/shop-{account_id}.json"
{tables}
"#
        )
    }
}

impl Config {
    pub(crate) fn text(&self) -> String {
        let Config { database, limits, replay, dispatch, shops } = self;
        let shops: &[Shop] = if shops.is_empty() { &[Shop::FIRST] } else { shops };
        let user = |name: &str, role: &str, more: &str| {
            format!("[[users]]\nname = \"{name}\"\npassword_hash = \"{HASH}\"\nrole = \"{role}\"\n{more}\n")
        };
        let users = [
            user("erp", "erp", ""),
            user("admin", "admin", ""),
            user("clerk", "read", ""),
            user("second", "erp", "mandators = [2]"),
            user("repeating", "erp", "replay_by_content = false"),
            user("strict", "erp", "strict = true"),
            user("token", "erp", "ws_security = \"text\""),
        ];
        format!(
            r#"
[server]
public_url = "http://127.0.0.1:0"
workers = 2
[database]
url = "unused.sqlite"
{database}
[limits]
{limits}
[replay]
{replay}
[dispatch]
retry_ladder_seconds = [1]
lease_seconds = 5
jitter = 0.0
{dispatch}
{users}
[[mandators]]
mandator_id = 1
identifier = "First"
language = "en"
time_zone = "Europe/Berlin"
[[mandators]]
mandator_id = 2
identifier = "Second"
language = "en"
time_zone = "Europe/Berlin"
[[warehouses]]
warehouse_id = 1
mandator_id = 1
code = "standard"
[[warehouses]]
warehouse_id = 2
mandator_id = 2
code = "standard"
[[pricelists]]
mandator_id = 1
identifier = "default"
currency = "EUR"
[[sub_channels]]
sub_channel_id = 9000
identifier = "Sandbox"
channel = "Sandbox"
[[payment_methods]]
payment_method_id = 7
identifier = "prepayment"
[[payment_methods]]
payment_method_id = 8
identifier = "cash on delivery"
[[payment_methods]]
payment_method_id = 9
identifier = "collection"
{shops}
"#,
            users = users.concat(),
            shops = shops.iter().map(Shop::text).collect::<String>()
        )
    }
}
