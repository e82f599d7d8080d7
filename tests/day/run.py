#!/usr/bin/env python3
"""A scripted day of a merchant with many channels: two sandboxes, a real Vendure shop, the doubles of those that come from no
registry, one ERP, one Kontor.

Thousands of stock calls, price changes, sales in all channels, parcels, cancellations by the ERP and by buyers, channels
that are away, answers that get lost, and two kills of the gateway. At noon, in the evening and at night all
channels have to show what docs/STOCK.md demands, worked out by rules.py, and each order has to be in the ERP once
and its fate known to its channel. First on PostgreSQL, then a short one on SQLite.

Everything follows from the seed, except for who comes first where several do something at the same time. Where
Vendure cannot run the day goes without it, and says so.

Called by ./test; by hand:  .setup/venv/bin/python tests/day/run.py [--seed N] [--gateway target/debug/kontor]
"""

import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "clients"), str(HERE.parent / "vendure")]
import vendure  # noqa: E402
from calls import Erp, ErpError  # noqa: E402
from channels import Line, Sandbox, Staged, Vendure  # noqa: E402
from day import AWAY, Day, Wrong, articles_of  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from runner import Runner, configuration_head, free_port  # noqa: E402

SANDBOXES, VENDURE = [1000, 1001], 1100
# Doubles in the Rust tests, by account. A Shopify has an address of its own, which no double here can have.
STAGED = {1200: "woocommerce", 1201: "magento", 1202: "shopware"}
# Calls of each of the people at the ERP in half a day.
CALLS = {"PostgreSQL": 100, "SQLite": 40}
# One of the accounts may call its channel less often than it would like to.
LIMITED = """[accounts.rate_limits]
submit = { calls = 5, seconds = 1 }
push_fact = { calls = 10, seconds = 1 }
pull_orders = { calls = 5, seconds = 1 }
"""
CHECKS = [
    "at noon, after outages and a kill, all channels show what the rules demand",
    "in the evening, after more outages and another kill, all channels show what the rules demand",
    "at night each offer shows the one number that its refill threshold leaves",
]


def configuration(folder, port, database, vendure_line, staged):
    """Kontor's configuration; `vendure_line` is None without Vendure."""
    text = configuration_head(port, database, ["standard"], ["prepayment"], "channel_timeout_seconds = 20")
    text += """
[[sub_channels]]
sub_channel_id = 9100
identifier = "Shops"
channel = "Shops"
"""
    account = """
[[accounts]]
account_id = {0}
mandator_id = 1
identifier = "Account {0}"
sub_channel_id = {1}
connector = "{2}"
pricelist = "default"
warehouses = ["standard"]
poll_interval_seconds = 1
[accounts.carriers]
DHL = "DHL"
[accounts.settings]
"""
    for number in SANDBOXES:
        text += account.format(number, 9000, "sandbox") + f'state_path = "{folder}/{number}.json"\n'
        if number == SANDBOXES[0]:
            text += LIMITED
    if vendure_line:
        text += account.format(VENDURE, 9100, "vendure")
        text += f'url = "http://127.0.0.1:{vendure_line.port}"\nusername = "{vendure.KONTOR_USER}"\npassword = "{vendure.KONTOR_PASSWORD}"\n'
    for channel in staged:
        text += account.format(channel.account, 9100, channel.connector) + channel.settings
    return text


class Setting:
    """A gateway for one day, and the channels it works for."""

    def __init__(self, arguments, folder, database, shop_url, tag, seed, calls):
        folder.mkdir()
        self.arguments, self.folder, self.starts = arguments, folder, 0
        self.port = free_port()
        line = Line(int(shop_url.rsplit(":", 1)[1])) if shop_url else None
        self.shops = [Vendure(VENDURE, vendure.Shop(shop_url), line, self.address(tag))] if shop_url else []
        self.gateway = None
        try:
            staged = []
            for account, connector in STAGED.items():
                staged.append(Staged(account, connector))
                self.shops.append(staged[-1])
            channels = [Sandbox(account, self.port, self.address(tag)) for account in SANDBOXES] + self.shops
            accounts = [channel.account for channel in channels]
            (folder / "kontor.toml").write_text(configuration(folder, self.port, database, line, staged))
            erp = Erp(self.port, "erp", "example", accounts)
            self.day = Day(seed, self.address(tag), articles_of(tag, accounts), channels, erp, calls, self.restart)
            self.start()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def address(tag):
        return f"@{tag.lower()}.example.com"

    def start(self):
        self.starts += 1
        self.gateway = Gateway(
            self.arguments.gateway, self.folder / f"start {self.starts}", ["serve", "--config", str(self.folder / "kontor.toml")]
        )
        self.gateway.__enter__()

    def restart(self):
        self.gateway.kill()
        self.start()

    def close(self):
        if self.gateway:
            self.gateway.__exit__()
        for shop in self.shops:
            shop.close()

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("start */gateway.log")))


class Days(Runner):
    def all(self):
        print(f"seed {self.arguments.seed}; the same day again: tests/day/run.py --seed {self.arguments.seed}", flush=True)
        server, shop_url = None, None
        try:
            if "PostgreSQL" not in self.arguments.without:
                server = self.postgres("on PostgreSQL, and with Vendure")
            if server and "Vendure" not in self.arguments.without:
                shop_url = self.shop(server)
            days = [("PostgreSQL", f"{server}postgres")] if server else []
            days += [("SQLite", "kontor.sqlite")] if "SQLite" not in self.arguments.without else []
            for name, database in days:
                self.one(name, database, shop_url)
        finally:
            vendure.stop(self.work / "shop")
            self.stop_postgres(server)
        return int(self.failed)

    def shop(self, server):
        try:
            return vendure.start(self.work / "shop", free_port(), f"{server}vendure")
        except vendure.ShopError as error:
            self.report("left out", "with a Vendure shop", str(error))
            return None

    def one(self, name, database, shop_url):
        left = [f"{name}: {check}" for check in CHECKS]
        seed = f"{self.arguments.seed} {name}"
        began = time.monotonic()
        setting = None
        try:
            calls = self.arguments.calls or CALLS[name]
            setting = Setting(self.arguments, self.work / name, database, shop_url, name[:2].upper(), seed, calls)
            day = setting.day
            day.open_shop()
            for half in (0, 1):
                day.half(half)
                self.report("ok", left.pop(0))
            compared = day.stocktaking()
            self.report("ok", left.pop(0))
            counts = ", ".join(f"{count} {what}" for what, count in day.counts.items())
            print(f"   {name}: {counts}, {day.erp.replayed} answers given again, {compared} numbers compared at night; "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        except (Wrong, ErpError, GatewayError, vendure.ShopError, *AWAY) as error:
            self.report("FAILED", left.pop(0), f"seed {self.arguments.seed}: {error}")
            if setting:
                print("the gateway's log:\n" + "".join(f"    | {line}\n" for line in setting.log().splitlines()[-40:]))
            for check in left:
                self.report("left out", check, "a step before it failed")
        finally:
            if setting:
                setting.close()


if __name__ == "__main__":
    calls = "calls of each of the people at the ERP in half a day"
    sys.exit(Days.main(__doc__, "Day", lambda parser: parser.add_argument("--calls", type=int, help=calls)))
