#!/usr/bin/env python3
"""Mails to buyers, from the order to a real mail server (aiosmtpd) over TLS with a login, on both databases.

Buyers order in a sandbox, the ERP ships in two packages, cancels and pays back, while the server greylists, is full, hangs, is
away, offers no TLS, and loses its answers, and the gateway is killed. In the end each event of each order was mailed under one
Message-ID, and only to its buyer. On PostgreSQL two gateways send at the same time.

Called by ./test; by hand:  .setup/venv/bin/python tests/mail/run.py [--seed N] [--gateway target/debug/kontor]
"""

import collections
import http.client
import random
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("clients", "vendure", "day", "month")]
from back_office import Erp  # noqa: E402
from calls import MANDATOR, ErpError  # noqa: E402
from channels import Sandbox  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from runner import Runner, configuration_head, free_port  # noqa: E402
from smtp import LOGIN, Post, Server  # noqa: E402

ACCOUNT = 1000
EVENTS = ["confirmed", "paid", "shipped", "cancelled", "refunded"]
SUBJECTS = {
    "confirmed": "Ihre Bestellung {} bei Tassenshop",
    "paid": "Zahlung zu Ihrer Bestellung {} erhalten",
    "shipped": "Ihre Bestellung {} ist unterwegs",
    "cancelled": "Ihre Bestellung {} ist storniert",
}


class Wrong(Exception):
    """Something is not as it has to be."""


def until(what, done, seconds=90):
    deadline = time.monotonic() + seconds
    while True:
        found = done()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: not within {seconds} s")
        time.sleep(0.1)


class Town:
    """One or two gateways, one mail server, one shop."""

    def __init__(self, arguments, folder, database, gateways, seed):
        folder.mkdir()
        self.arguments, self.folder, self.random, self.starts = arguments, folder, random.Random(seed), 0
        self.ports = [free_port() for _ in range(gateways)]
        self.server = Server(folder / "server", free_port())
        self.configurations = []
        for port in self.ports:
            self.configurations.append(folder / f"kontor-{port}.toml")
            self.configurations[-1].write_text(self.configuration(port, database))
        self.running = {}
        self.server.start()
        for port in self.ports:
            self.start(port)
        self.erp = Erp(self.ports[0], "erp", "example", [ACCOUNT])
        self.shop = Sandbox(ACCOUNT, self.ports[0])

    def configuration(self, port, database):
        text = configuration_head(port, database, ["main"], ["prepayment"])
        return f"""{text}
[[accounts]]
account_id = {ACCOUNT}
mandator_id = 1
identifier = "Sandbox"
sub_channel_id = 9000
connector = "sandbox"
pricelist = "default"
language = "de"
warehouses = ["main"]
poll_interval_seconds = 1
[accounts.settings]
state_path = "{self.folder}/shop.json"
[mail]
host = "127.0.0.1"
port = {self.server.port}
ca_file = "{self.server.ca}"
username = "{LOGIN[0]}"
password = "{LOGIN[1]}"
timeout_seconds = 5
per_minute = 6000
retry_ladder_seconds = [1]
[[mail.senders]]
mandator_id = 1
account_id = {ACCOUNT}
from = "shop@example.com"
from_name = "Tassenshop"
events = {EVENTS}
"""

    def start(self, port):
        self.starts += 1
        configuration = self.configurations[self.ports.index(port)]
        gateway = Gateway(self.arguments.gateway, self.folder / f"start {self.starts}", ["serve", "--config", str(configuration)])
        gateway.__enter__()
        self.running[port] = gateway

    def kill(self, port):
        self.running[port].kill()
        self.start(port)

    def close(self):
        for gateway in self.running.values():
            gateway.__exit__()
        self.server.stop()

    def command(self, *arguments):
        done = subprocess.run(
            [str(self.arguments.gateway), *arguments, "--config", str(self.configurations[0])],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if done.returncode:
            raise Wrong(f"kontor {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def listed(self, *more):
        """State -> numbers of the mails in it, as `kontor mail list` shows them."""
        states = collections.defaultdict(list)
        for line in self.command("mail", "list", "--limit", "1000", *more).splitlines()[1:]:
            number = line.split()[0]
            state = next(state for state in ("waiting", "sent", "refused", "gave up", "left out") if f"  {state}  " in line)
            states[state].append(number)
        return states

    def buy(self, buyers):
        """Number of the order -> address of its buyer."""
        orders = {self.shop.buy("MUG", 3, buyer): buyer for buyer in buyers}
        wanted = set(orders)
        until("the orders arrive", lambda: wanted <= {order["number"] for order in self.erp.all_orders()})
        return orders

    def of(self, number):
        return next(order for order in self.erp.all_orders() if order["number"] == number)

    def ship(self, number, packet, pieces=None):
        order = self.of(number)
        package = {"trackingNumber": packet, "externalPacketNumber": packet, "shippingProviderIdentifier": "DHL"}
        if pieces:
            package |= {"contents": [{"orderItemId": order["positions"][0][0], "quantity": pieces}]}
        self.report(order, "SHIPPED", shippingInformations=[package])

    def report(self, order, status, **more):
        entry = {"significantKey": "ORDER_ID", "mandatorId": MANDATOR, "orderId": order["id"], "status": status}
        self.erp.call("updateOrderStatus", {"orders": [entry | more]})


class Mails(Runner):
    def all(self):
        print(f"seed {self.arguments.seed}", flush=True)
        server = self.postgres() if "PostgreSQL" not in self.arguments.without else None
        try:
            if server:
                self.one("PostgreSQL, two gateways", f"{server}postgres", 2)
            if "SQLite" not in self.arguments.without:
                self.one("SQLite", "kontor.sqlite", 1)
        finally:
            self.stop_postgres(server)
        return int(self.failed)

    def one(self, name, database, gateways):
        check = f"{name}: each event is mailed once, whatever the mail server does"
        town = None
        try:
            town = Town(self.arguments, self.work / name, database, gateways, f"{self.arguments.seed} {name}")
            count, repeats = self.play(town)
            self.report("ok", check)
            print(f"   {name}: {count} mails, {repeats} of them came twice after a lost answer or a kill", flush=True)
        except (Wrong, ErpError, GatewayError, OSError, http.client.HTTPException) as error:
            self.report("FAILED", check, f"seed {self.arguments.seed}: {error!r}")
            for log in sorted(self.work.glob(f"{name}/start */gateway.log")):
                print(f"{log.parent.name}:\n" + "".join(f"    | {line}\n" for line in log.read_text().splitlines()[-20:]))
        finally:
            if town:
                town.close()

    def play(self, town):
        town.erp.article("MUG")
        town.erp.prices({"MUG": "12.90"})
        town.erp.stock([("MUG", "main", 500, True)])
        town.erp.offer(["MUG"])
        post, wanted = town.server.post, []
        buyers = iter(f"buyer-{n}@example.com" for n in range(1000))
        if "mail server: ok" not in town.command("check", "--connect"):
            raise Wrong("kontor check --connect does not find the mail server")

        for arguments, wanted_text in (
            (["shipped", "--account", str(ACCOUNT)], "Subject: Ihre Bestellung S-100001 ist unterwegs"),
            (["refunded"], "Not sent: nobody sends these mails"),
        ):
            shown = town.command("mail", "preview", *arguments)
            if wanted_text not in shown:
                raise Wrong(f"kontor mail preview {arguments}: {shown}")

        def day(orders, shipped=True):
            """Orders that are confirmed and, shipped in two packages, mailed twice more."""
            orders = town.buy(orders)
            for number, buyer in orders.items():
                wanted.append((buyer, SUBJECTS["confirmed"].format(number)))
                if shipped:
                    for packet, pieces in (("1", 1), ("2", None)):
                        town.ship(number, f"{number}-{packet}", pieces)
                        wanted.append((buyer, SUBJECTS["shipped"].format(number)))
            return orders

        some = lambda count: [next(buyers) for _ in range(count)]  # noqa: E731
        day(some(2))
        for mood in Post.MOODS[1:]:
            post.mood = mood
            day(some(2))
            until(f"a mail that meets a server that {mood}", lambda mood=mood: mood in post.met)
            post.mood = "well"
        # An hour in which nobody answers, then one in which the server offers no TLS: nothing may go in clear text.
        town.server.stop()
        day(some(3))
        town.kill(town.random.choice(town.ports))
        before = len(post.taken())
        town.server.start(tls=False)
        time.sleep(3)
        if len(post.taken()) != before:
            raise Wrong("a mail was sent without TLS")
        town.server.stop()
        town.server.start()
        # Paid later, and cancelled as a whole.
        for number, buyer in day(some(2), shipped=False).items():
            town.report(town.of(number), "PAID")
            wanted.append((buyer, SUBJECTS["paid"].format(number)))
            # What is cancelled before its mails went gets only the one about that.
            until("the mails went", lambda: not town.listed()["waiting"])
            town.report(town.of(number), "CANCELED")
            wanted.append((buyer, SUBJECTS["cancelled"].format(number)))
        # Kills while mails are under way.
        post.mood = "greylists"
        for _ in range(4):
            day(some(2))
            town.kill(town.random.choice(town.ports))
        post.mood = "well"
        # An address that does not exist any more, and comes back.
        gone = next(buyers)
        post.refused.add(gone)
        day([gone], shipped=False)
        until("the refused mail is listed", lambda: town.listed()["refused"])
        post.refused.clear()
        town.command("mail", "retry", "--all-stuck")
        until("all mails are settled", lambda: not town.listed()["waiting"] and not town.listed()["refused"])
        return self.compare(town, wanted)

    def compare(self, town, wanted):
        by_id = collections.defaultdict(list)
        for recipients, logged_in, encrypted, mail in town.server.post.taken():
            if not (logged_in and encrypted):
                raise Wrong(f"without login or TLS: {mail['Subject']}")
            if len(recipients) != 1 or mail["To"].addresses[0].addr_spec != recipients[0]:
                raise Wrong(f"{mail['Subject']} went to {recipients}, its head says {mail['To']}")
            by_id[mail["Message-ID"]].append((recipients[0], mail["Subject"]))
        for number, told in by_id.items():
            if len(set(told)) != 1:
                raise Wrong(f"{number} is the Message-ID of several mails: {told}")
        arrived = collections.Counter(told[0] for told in by_id.values())
        missing = collections.Counter(wanted) - arrived
        more = arrived - collections.Counter(wanted)
        if missing or more:
            raise Wrong(f"missing: {dict(missing)}; too many: {dict(more)}")
        repeats = sum(len(told) - 1 for told in by_id.values())
        if not repeats:
            raise Wrong("no mail came twice, although the server lost answers: the test did not meet it")
        return len(by_id), repeats


if __name__ == "__main__":
    sys.exit(Mails.main(__doc__, "Mail"))
