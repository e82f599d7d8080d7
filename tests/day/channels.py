"""The channels of the day as their buyers see them, and what goes wrong with them."""

import base64
import http.client
import json
import os
import re
import socket
import subprocess
import threading
from pathlib import Path

from vendure import ShopError

ROOT = Path(__file__).resolve().parents[2]

# Only an administrator may use a sandbox outside the demo.
ADMIN = "Basic " + base64.b64encode(b"admin:example").decode()


class Mailed:
    """Buyers say in their address what is to become of the order; `tag` ends the addresses of one day."""

    # A real shop takes its time for an order.
    buyers_of_ten_calls = 1

    def fate(self, order):
        """None for an order of another day."""
        return order["email"].split("-", 1)[0] if order["email"].endswith(self.tag) else None


class Sandbox(Mailed):
    """A scripted shop; it lives in the gateway, so it is away while that is."""

    buyers_of_ten_calls = 5

    def __init__(self, account, port, tag=""):
        self.account, self.port, self.tag = account, port, tag

    def ask(self, method, path, body=None):
        """(status, answer). Raises OSError or HTTPException while the gateway is away."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, f"/sandbox/{self.account}{path}", text, {"Authorization": ADMIN})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def get(self, path):
        status, answer = self.ask("GET", path)
        if status != 200:
            raise OSError(f"sandbox {self.account}{path}: {status} {answer}")
        return answer

    def buy(self, sku, pieces, email):
        """The order's number; None where it is not on offer."""
        status, order = self.ask("POST", "/orders", {"email": email, "lines": [{"sku": sku, "quantity": pieces}]})
        return order["order_id"] if status == 201 else None

    def cancel(self, number):
        self.ask("POST", f"/orders/{number}/cancel")

    def fault(self, **faults):
        status, answer = self.ask("POST", "/faults", faults)
        if status != 200:
            raise OSError(f"sandbox {self.account}: {answer}")

    def heal(self):
        self.ask("DELETE", "/faults")

    def shown(self, _skus=()):
        """SKU -> (pieces that buyers may order, price); an ended offer has none and no price."""
        offers = self.get("/offers")["offers"]
        return {o["sku"]: (o["quantity"], o["price"]) if o["running"] else (0, None) for o in offers}

    def orders(self):
        """Number -> what the shop knows of the order."""
        return {
            order["order_id"]: {
                "email": order["email"],
                "sku": order["lines"][0]["sku"],
                "pieces": order["lines"][0]["quantity"],
                "state": {"cancelled": "cancelled", "shipped": "shipped"}.get(order["status"], "open"),
                "tracking": [packet["tracking_number"] for packet in order["packets"]],
                "facts": [fact["kind"] for fact in order["facts"] if fact["applied"]],
            }
            for order in self.get("/orders")["orders"]
        }


class Vendure(Mailed):
    """A real shop. Buyers and merchant reach it directly, Kontor through a line that can be cut."""

    def __init__(self, account, shop, line, tag):
        self.account, self.shop, self.line, self.tag = account, shop, line, tag

    def buy(self, sku, pieces, email):
        variants = self.shop.variants(sku)
        if sum(variant["on_hand"] - variant["allocated"] for variant in variants) < pieces:
            return None
        try:
            return self.shop.place_order(sku, pieces, email)
        except ShopError:
            return None  # sold out meanwhile

    def cancel(self, number):
        self.shop.cancel(number)

    def heal(self):
        self.line.join()

    def close(self):
        self.line.close()

    def shown(self, skus):
        shown = {}
        for variant in self.shop.variants(*skus):
            if variant["sku"] in shown:
                raise OSError(f"the shop has {variant['sku']} twice")
            pieces = max(0, variant["on_hand"] - variant["allocated"]) if variant["enabled"] else 0
            shown[variant["sku"]] = (pieces, f"{variant['cents'] / 100:.2f}")
        return shown

    def orders(self):
        """The orders of this day: another one may have used the shop before."""
        states = {"Cancelled": "cancelled", "Shipped": "shipped"}
        return {
            order["code"]: {
                "email": order["customer"]["emailAddress"],
                "sku": order["lines"][0]["productVariant"]["sku"],
                "pieces": order["lines"][0]["orderPlacedQuantity"],
                "state": states.get(order["state"], "open"),
                "tracking": [parcel["trackingCode"] for parcel in order["fulfillments"] or []],
            }
            for order in self.shop.placed_orders()
            if order["customer"]["emailAddress"].endswith(self.tag)
        }


class Staged:
    """A channel on which the Rust tests play buyers and merchant. Kontor reaches it through a line that can be cut."""

    buyers_of_ten_calls = 2

    def __init__(self, account, connector):
        self.account, self.connector = account, connector
        self.fates = {}
        self.lock = threading.Lock()
        test = ("connectors::suite::serve::the_day_plays_on_a_stage", "--", "--exact", "--ignored", "--nocapture")
        self.process = subprocess.Popen(
            ["cargo", "test", "--quiet", "--lib", *test], cwd=ROOT, env=os.environ | {"KONTOR_SUITE": connector},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        settings = self.ask("settings")
        port = re.search(r"http://127\.0\.0\.1:(\d+)", settings)[1]
        self.line = Line(int(port))
        self.settings = settings.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self.line.port}")

    def ask(self, what, **more):
        with self.lock:
            self.process.stdin.write(json.dumps({"do": what} | more) + "\n")
            self.process.stdin.flush()
            # Beside the answers comes what the test program says.
            for line in self.process.stdout:
                if line.startswith("> "):
                    answer = json.loads(line[2:])
                    if "fault" in answer:
                        raise OSError(f"the stage of {self.connector} cannot do {what} {more}")
                    return answer["answer"]
        raise OSError(f"the stage of {self.connector} is gone")

    def buy(self, sku, pieces, email):
        number = self.ask("buys", sku=sku, pieces=pieces)
        if number:
            self.fates[number] = email.split("-", 1)[0]
        return number

    def fate(self, order):
        """An order may be in the ERP before its buyer knows the number; it is nobody else's."""
        return self.fates.get(order["number"], "unknown")

    def cancel(self, number):
        self.ask("cancels", order=number)

    def strike(self, fault):
        """The exchange after two more ones goes wrong."""
        self.ask("strikes", fault=fault, passing=2)

    def heal(self):
        self.line.join()
        self.ask("clears")

    def shown(self, skus):
        shown = {}
        for sku, offers in self.ask("offers", skus=skus).items():
            if len(offers) > 1:
                raise OSError(f"{self.connector} has {sku} {len(offers)} times")
            if offers and offers[0]["running"]:
                shown[sku] = (offers[0]["quantity"], f"{float(offers[0]['price']):.2f}")
        return shown

    def orders(self):
        return {number: self._order(order) for number, order in self.ask("orders", numbers=list(self.fates)).items()}

    @staticmethod
    def _order(order):
        (line,) = order["lines"]
        state = "shipped" if line["shipped"] == line["ordered"] else "open"
        return {
            "sku": line["sku"],
            "pieces": line["ordered"],
            "state": "cancelled" if order["cancelled"] or line["cancelled"] == line["ordered"] else state,
            "tracking": order["tracking"],
        }

    def close(self):
        self.line.close()
        self.process.stdin.close()
        self.process.wait(30)


class Line:
    """A TCP line to a server that can be cut and joined again."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.whole = True
        self.open = set()
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        with self.lock:
            self.whole = False
            for end in self.open:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def join(self):
        with self.lock:
            self.whole = True

    def close(self):
        self.cut()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(here,), daemon=True).start()

    def _carry(self, here):
        try:
            there = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            here.close()
            return
        there.settimeout(None)
        with self.lock:
            if not self.whole:
                here.close()
                there.close()
                return
            self.open |= {here, there}
        back = threading.Thread(target=self._copy, args=(there, here), daemon=True)
        back.start()
        self._copy(here, there)
        back.join()
        with self.lock:
            self.open -= {here, there}
        here.close()
        there.close()

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
