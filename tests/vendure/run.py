#!/usr/bin/env python3
"""The whole way with a real shop: ERP -> Kontor -> Vendure -> a customer's order -> Kontor -> ERP, and back.

Runs the blocks of docs/VENDURE.md that are marked `<!-- test: NAME -->`, in their order and as they stand there;
only ports, the folder and the programs' places are put in. Between them it looks into the shop through its own API.

With --live it then runs Rust tests against the same shop: those of the connector, the conformance suite, and a gateway
that is killed.

Called by ./test; by hand:  .setup/venv/bin/python tests/vendure/run.py [--gateway target/debug/kontor] [--live]
"""

import argparse
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "clients"))
import vendure  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402

SKU = "NADEL-5"
TRACKING = "00340434161094000001"


class Failed(Exception):
    """A block failed, or the shop does not show what it should."""


def blocks():
    """Name -> (language, text) of the marked blocks of the page."""
    text = (ROOT / "docs" / "VENDURE.md").read_text()
    found = re.findall(r"<!-- test: (\S+) -->\n```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return {name: (language, body) for name, language, body in found}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Walk:
    """Runs the page's shell blocks one after the other, as one person in one terminal would."""

    def __init__(self, work, gateway):
        self.blocks = blocks()
        self.gateway = Path(gateway).resolve()
        self.work = work
        self.environment = os.environ | {"WORK": str(work)}
        self.ports = {port: str(free_port()) for port in ("54329", "3100", "8080")}

    def text(self, name):
        _, text = self.blocks[name]
        for port, own in self.ports.items():
            text = text.replace(f":{port}", f":{own}").replace(f" {port}", f" {own}")
        text = text.replace("target/debug/kontor", shlex.quote(str(self.gateway)))
        return text.replace(".setup/venv/bin/python", shlex.quote(sys.executable) + " -B")

    def run(self, name, seconds=120):
        """Runs a block; what it sets is known to the next one. Returns what it printed."""
        kept = self.work / "environment"
        script = f"set -euo pipefail -o allexport\n{self.text(name)}\nset +o allexport\nenv -0 >{shlex.quote(str(kept))}\n"
        print(f"-- {name}", flush=True)
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output = process.communicate(timeout=seconds)[0].decode(errors="replace")
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)  # the block's own session; servers it started have their own
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(f"the block `{name}` of docs/VENDURE.md took longer than {seconds} s") from None
            raise
        print("".join(f"   {line}\n" for line in output.splitlines()), end="", flush=True)
        if process.returncode != 0:
            last = (output.strip().splitlines() or ["no output"])[-1]
            raise Failed(f"the block `{name}` of docs/VENDURE.md ended with {process.returncode}: {last}")
        pairs = kept.read_bytes().decode(errors="surrogateescape").split("\0")
        self.environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        return output

    def serve(self):
        words = shlex.split(self.text("serve").strip().replace("$WORK", str(self.work)))
        os.environ.update({key: value for key, value in self.environment.items() if key == "VENDURE_PASSWORD"})
        return Gateway(words[0], self.work, words[1:])


def until(what, look, expected, seconds=60):
    """Waits until `look` gives what is expected."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen == expected:
            print(f"   ok {what}", flush=True)
            return
        if time.monotonic() > deadline:
            raise Failed(f"{what}: expected {expected}, the shop shows {seen}")
        time.sleep(0.25)


def stays(what, look, expected, seconds):
    """Looks for a while whether it remains so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        if seen != expected:
            raise Failed(f"{what}: expected {expected}, but then the shop shows {seen}")
        time.sleep(0.25)
    print(f"   ok {what}", flush=True)


def steps(walk):
    """The story. Yields the name of each check when it is passed."""
    shop = vendure.Shop(f"http://127.0.0.1:{walk.ports['3100']}")

    def offered():
        return [(v["product"], v["cents"], v["currency"], v["on_hand"] - v["allocated"], v["enabled"]) for v in shop.variants(SKU)]

    def stock():
        return [(v["on_hand"], v["allocated"]) for v in shop.variants(SKU)]

    def state(number):
        order = shop.order(number)
        parcels = [(f["state"], f["method"], f["trackingCode"]) for f in order["fulfillments"]]
        return order["state"], [payment["state"] for payment in order["payments"]], parcels

    walk.run("article")
    until("the article is in the shop", offered, [("Häkelnadel 5 mm", 1990, "EUR", 12, True)])
    description = [v["description"] for v in shop.variants(SKU)]
    if description != ["Aus Birkenholz, <b>geölt</b>."]:
        raise Failed(f"the text in the shop is {description}")
    walk.run("product")
    yield "an article reaches the shop with text, price and stock"

    listed = walk.run("order")
    number = walk.environment["NUMBER"]
    if not re.search(rf"{number}\s+2 x {SKU}", listed):
        raise Failed(f"`orders` does not list {number} with 2 x {SKU}: {listed.strip()}")
    until("its pieces are no longer offered", offered, [("Häkelnadel 5 mm", 1990, "EUR", 10, True)])
    yield "an order reaches the ERP"

    walk.run("shipped")
    shipped = ("Shipped", ["Settled"], [("Shipped", "DHL", TRACKING)])
    until("the shop knows payment and parcel", lambda: state(number), shipped)
    until("the stock is right", stock, [(10, 0)])
    # Longer than a poll and a dispatch: nothing may book a second time.
    stays("and stays right", stock, [(10, 0)], 8)
    yield "payment and parcel reach the shop, the stock is right"

    walk.run("cancel")
    second = walk.environment["SECOND"]
    until("the order is cancelled", lambda: state(second)[0], "Cancelled")
    until("its piece is offered again", stock, [(10, 0)])
    yield "a cancellation reaches the shop"


CHECKS = [
    "the shop starts, and kontor check logs in",
    "an article reaches the shop with text, price and stock",
    "an order reaches the ERP",
    "payment and parcel reach the shop, the stock is right",
    "a cancellation reaches the shop",
]
LIVE = {
    "the connector's own tests against the shop": ["--lib", "connectors::vendure::live", "--", "--ignored"],
    "the conformance suite against the shop": ["--lib", "connectors::suite::every_connector", "--", "--nocapture"],
    "a gateway that is killed, on both databases": ["--test", "it", "real_shop", "--", "--ignored"],
}


def live(walk, name):
    """Rust tests that need a running shop. Those with a database of their own use the shop's server."""
    server = f"postgres://postgres@127.0.0.1:{walk.ports['54329']}/postgres"
    environment = os.environ | {
        "KONTOR_TEST_VENDURE": f"http://127.0.0.1:{walk.ports['3100']}",
        "KONTOR_SUITE": "vendure",
        "KONTOR_TEST_POSTGRES": server,
    }
    try:
        done = subprocess.run(
            ["cargo", "test", *LIVE[name]], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1200,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Failed("cargo test took longer than 1200 s") from None
    output = done.stdout.decode(errors="replace")
    print("".join(f"   {line}\n" for line in output.splitlines()[-80:]), end="", flush=True)
    if done.returncode != 0 or not re.search(r"test result: ok\. [1-9]", output):
        raise Failed(f"cargo test ended with {done.returncode}, or no test was found")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for databases and logs (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    parser.add_argument("--live", action="store_true", help="also the connector's own tests (builds them)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    with tempfile.TemporaryDirectory(prefix="kontor-vendure.") as temporary:
        os.chmod(temporary, 0o755)  # PostgreSQL may run as another user
        work = (arguments.work or Path(temporary)).resolve() / "vendure"
        work.mkdir()
        return run(arguments, work)


def run(arguments, work):
    left = CHECKS + (list(LIVE) if arguments.live else [])

    def report(verdict, name, reason=""):
        left.remove(name)
        print(f"{verdict:9} {name}" + (f": {reason}" if reason else ""), flush=True)
        if arguments.results:
            with open(arguments.results, "a") as out:
                out.write(f"{verdict}\tVendure: {name}\t{' '.join(reason.split())[:300]}\n")

    walk = Walk(work, arguments.gateway)
    gateway = None
    try:
        walk.run("shop", 400)
        (work / "kontor.toml").write_text(walk.text("config"))
        walk.run("check")
        report("ok", left[0])
        gateway = walk.serve()
        with gateway:
            for name in steps(walk):
                report("ok", name)
        for name in LIVE if arguments.live else ():
            live(walk, name)
            report("ok", name)
    except (Failed, GatewayError, vendure.ShopError, OSError, KeyError) as error:
        report("FAILED", left[0], str(error) if not isinstance(error, KeyError) else f"{error} is missing")
        if gateway and gateway.log_path.exists():
            print("the gateway's log:\n" + "".join(f"    | {line}\n" for line in gateway.log().splitlines()[-40:]))
        while left:
            report("left out", left[0], "a step before it failed")
        return 1
    finally:
        try:
            walk.run("stop")
        except Failed as error:
            print(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
