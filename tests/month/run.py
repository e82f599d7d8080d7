#!/usr/bin/env python3
"""A scripted month of orders: three accounts, two warehouses, one ERP, one Kontor.

Buyers order, correct, cancel, ask to cancel and send back; the ERP ships in parts and from either warehouse, cancels
pieces and whole orders, books returns, sells by telephone and at the till; articles come later than the orders for them;
channels give money back; the gateway is killed in the middle of the work. At the end of each week, and of the month,
what the ERP sees, what the channels show, the stock of both warehouses and a book that was kept beside them (book.py)
have to be equal, to the piece and to the cent. On PostgreSQL and on SQLite.

Everything follows from the seed, except for the moment of a kill.

Called by ./test; by hand:  .setup/venv/bin/python tests/month/run.py [--seed N] [--gateway target/debug/kontor]
"""

import random
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("clients", "vendure", "day")]
from back_office import Erp  # noqa: E402
from calls import ErpError  # noqa: E402
from channels import Sandbox  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from month import DAYS, WAREHOUSES_OF, WHOLE_SHIPMENTS, Month, Wrong  # noqa: E402
from runner import Runner, configuration_head, free_port  # noqa: E402

AWAY = (OSError,)


def configuration(folder, port, database):
    text = configuration_head(port, database, ["main", "second"], ["prepayment", "cash on delivery", "collection"])
    for account, warehouses in WAREHOUSES_OF.items():
        names = ", ".join(f'"{name}"' for name in warehouses)
        text += f"""
[[accounts]]
account_id = {account}
mandator_id = 1
identifier = "Account {account}"
sub_channel_id = 9000
connector = "sandbox"
pricelist = "default"
warehouses = [{names}]
poll_interval_seconds = 2
[accounts.carriers]
DHL = "DHL"
[accounts.settings]
state_path = "{folder}/{account}.json"
"""
        if account == WHOLE_SHIPMENTS:
            text += 'lacks = ["ships_in_part"]\n'
    return text


class Setting:
    """A gateway for one month."""

    def __init__(self, arguments, folder, database, seed):
        folder.mkdir()
        self.arguments, self.folder, self.starts, self.port = arguments, folder, 0, free_port()
        (folder / "kontor.toml").write_text(configuration(folder, self.port, database))
        erp = Erp(self.port, "erp", "example", list(WAREHOUSES_OF))
        shops = {account: Sandbox(account, self.port) for account in WAREHOUSES_OF}
        self.month = Month(random.Random(seed), erp, shops, self.restart)
        self.start()

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
        self.gateway.__exit__()

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("start */gateway.log")))


class Months(Runner):
    def all(self):
        print(f"seed {self.arguments.seed}; the same month again: tests/month/run.py --seed {self.arguments.seed}", flush=True)
        server = self.postgres() if "PostgreSQL" not in self.arguments.without else None
        try:
            if server:
                self.one("PostgreSQL", f"{server}postgres")
            if "SQLite" not in self.arguments.without:
                self.one("SQLite", "kontor.sqlite")
        finally:
            self.stop_postgres(server)
        return int(self.failed)

    def one(self, name, database):
        check = f"{name}: after a month ERP, channels, stock and the book are equal to the piece and the cent"
        began, day, setting = time.monotonic(), 0, None
        try:
            setting = Setting(self.arguments, self.work / name, database, f"{self.arguments.seed} {name}")
            month = setting.month
            month.open_shop()
            for day in range(1, DAYS + 1):
                month.day(day)
                if day % 7 == 0:
                    month.compare()
            month.last_day()
            compared = month.compare()
            self.report("ok", check)
            counts = ", ".join(f"{count} {what}" for what, count in month.counts.items())
            print(f"   {name}: {counts}; {compared} values compared at the end; {time.monotonic() - began:.0f} s", flush=True)
        except (Wrong, ErpError, GatewayError, *AWAY) as error:
            self.report("FAILED", check, f"seed {self.arguments.seed}, day {day}: {error}")
            if setting:
                print("the gateway's log:\n" + "".join(f"    | {line}\n" for line in setting.log().splitlines()[-40:]))
        finally:
            if setting:
                setting.close()


if __name__ == "__main__":
    sys.exit(Months.main(__doc__, "Month"))
