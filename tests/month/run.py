#!/usr/bin/env python3
"""A scripted month of orders: three accounts, two warehouses, one ERP, one Kontor.

Buyers order, correct, cancel, ask to cancel and send back; the ERP ships in parts and from either warehouse, cancels
pieces and whole orders, books returns, sells by telephone and at the till; articles come later than the orders for them;
channels give money back; buyers pay late, twice, too little, too much, and two orders at once, and each statement of the bank is
imported twice; parcels get labels, one address is refused; there are invoices, credit notes, and mails to a mail server that is away
for three days; the gateway is killed in the middle of the work. At the end of each week, and of the month, what the ERP sees, what the
channels show, the stock of both warehouses and a book that was kept beside them (book.py) have to be equal, to the piece and
to the cent, with one label for each parcel, and one mail for each event. On PostgreSQL and on SQLite.

Everything follows from the seed, except for the moment of a kill.

Called by ./test; by hand:  .setup/venv/bin/python tests/month/run.py [--seed N] [--gateway target/debug/kontor]
"""

import random
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("clients", "vendure", "day", "mail")]
from back_office import Erp  # noqa: E402
from calls import ErpError  # noqa: E402
from channels import Sandbox  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from money import Bank, Counter  # noqa: E402
from month import DAYS, WAREHOUSES_OF, WHOLE_SHIPMENTS, Month, Wrong  # noqa: E402
from papers import Letterbox  # noqa: E402
from runner import Runner, configuration_head, free_port  # noqa: E402
from smtp import LOGIN, Server  # noqa: E402

AWAY = (OSError,)


OFFICE = """
[[sellers]]
mandator_id = 1
name = "Example Ltd"
street = "Harbour 1"
postal_code = "53111"
city = "Bonn"
country = "DE"
vat_id = "DE123456789"
[[carriers]]
identifier = "parcels"
mandator_id = 1
carrier = "sandbox"
shipping_provider = "DHL"
[payments]
look_seconds = 1
[[payments.folders]]
path = "{folder}/statements"
mandator_id = 1
[mail]
host = "127.0.0.1"
port = {port}
ca_file = "{ca}"
username = "{login[0]}"
password = "{login[1]}"
timeout_seconds = 5
per_minute = 6000
retry_ladder_seconds = [1]
"""


def configuration(folder, port, database, server):
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
    text += OFFICE.format(folder=folder, port=server.port, ca=server.ca, login=LOGIN)
    for account in [*WAREHOUSES_OF, None]:
        of = f"account_id = {account}\n" if account else ""
        text += f'[[mail.senders]]\nmandator_id = 1\n{of}from = "shop@example.com"\nevents = ["paid", "shipped"]\n'
    return text


class Setting:
    """A gateway for one month."""

    def __init__(self, arguments, folder, database, seed):
        folder.mkdir()
        self.arguments, self.folder, self.starts, self.port = arguments, folder, 0, free_port()
        (folder / "statements").mkdir()
        self.server = Server(folder / "mail", free_port())
        self.server.start()
        self.configuration = folder / "kontor.toml"
        self.configuration.write_text(configuration(folder, self.port, database, self.server))
        erp = Erp(self.port, "erp", "example", list(WAREHOUSES_OF))
        shops = {account: Sandbox(account, self.port) for account in WAREHOUSES_OF}
        self.month = Month(random.Random(seed), erp, shops, self.restart)
        self.month.post, self.month.letterbox = self.server, Letterbox(self.month, self.server, self.waiting_mails)
        self.month.counter = Counter(self.month, Bank(folder), arguments.gateway, self.configuration, folder / "statements")
        self.start()

    def start(self):
        self.starts += 1
        self.gateway = Gateway(
            self.arguments.gateway, self.folder / f"start {self.starts}", ["serve", "--config", str(self.configuration)]
        )
        self.gateway.__enter__()

    def restart(self):
        self.gateway.kill()
        self.start()

    def close(self):
        self.gateway.__exit__()
        self.server.stop()

    def waiting_mails(self):
        """Lines of `kontor mail list` about mails that are not settled."""
        done = subprocess.run(
            [str(self.arguments.gateway), "mail", "list", "--config", str(self.configuration)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        return done.stdout.splitlines()[1:]

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
        check = f"{name}: after a month ERP, channels, stock and the book are equal to the piece and the cent, with one label and one mail each"
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
            compared = month.compare() + month.compare_mails()
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
