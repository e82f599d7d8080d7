#!/usr/bin/env python3
"""The typed contract with every SOAP stack that can be had: the same script of checks with each of them.

Each stack has one small client here, which reads or generates from the WSDL of a gateway of its own, that was just
started, and prints a line per check, `check: ok`, `check: FAILED: what was seen` or `check: n/a: what the stack cannot
do`, and `note: check: text` for what is worth knowing of a check that is ok:

  connect          WSDL read, code generated and compiled; `echo` gives back umlauts, quotes and markup
  one, many, zero  one record, 25 records, no record: sent and fetched, a report for each in order
  texts            name, a text with leading blanks, quotes, markup and an entity as text, one of 5 000 characters
  amounts          a list price of 1234567.8901
  image            a PNG in Base64, there and back
  bad record       three articles of which one is refused, with a reason; the others are stored
  price and stock  a price and a stock, until the offer stands in the channel
  fault            a user who may only read writes: code, text and typed detail of the fault
  order            an order with two positions, collected, fetched, and reported as shipped
  password         a wrong one is refused

The runner looks at the sandbox channel afterwards (check `channel`): the offer with its texts untouched, price and
stock, and the order with its tracking number. All results are one table, kept in docs/INTEROP.md; a difference fails.

Called by ./test; by hand:  .setup/venv/bin/python tests/interop/run.py [--gateway target/debug/kontor] [NAME ...]
where NAME is the beginning of a stack's name. With --write the table and the code in the guides are written anew.
"""

import argparse
import base64
import concurrent.futures
import json
import re
import shutil
import signal
import struct
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
import documents  # noqa: E402
from stacks import HERE, STACKS  # noqa: E402

sys.path.insert(0, str(HERE.parent / "vendure"))
from erp import Erp  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from running import ROOT, capabilities, run_commands, stop_all  # noqa: E402

SECONDS = 900  # for one stack, generation and compilation included
USER, READER, ADMIN, PASSWORD = "erp", "reader", "admin", "example"
CHECKS = ["connect", "one", "many", "zero", "texts", "amounts", "image", "bad record", "price and stock", "fault", "order", "password"]
SKU, ORDER_ITEM, TRACKING = "TASSE-1", "BECHER", "00340434161094042557"
NAME = "Größe \"L\" & 'fein' <neu>"
TEXT = "  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr"
LONG = ("Ein langer Text über Äpfel, Birnen & <Quitten>. " * 200)[:4999] + "."


def picture():
    """A PNG of 16 by 16 pixels whose bytes are no text."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\0" + bytes((x * 7 + y * 13) % 256 for x in range(48)) for y in range(16))
    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def channel(url, path, body=None, wait=0):
    """Asks the sandbox channel; repeats for `wait` seconds as long as it does not know the thing."""
    login = base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
    request = urllib.request.Request(f"{url}/sandbox/1000{path}", data=body and json.dumps(body).encode(), headers=headers)
    deadline = time.monotonic() + wait
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 404 or time.monotonic() > deadline:
                raise GatewayError(f"the channel answers {error.code} to {path}") from error
            time.sleep(0.1)


def place_order(url):
    """What a buyer wants has to be on offer first. Returns the order's number at the channel."""
    erp = Erp(url, USER, PASSWORD)
    for number in (1, 2):
        erp.article(f"{ORDER_ITEM}-{number}", f"Becher für Äpfel {number}", "9.90", 50)
    for number in (1, 2):
        channel(url, f"/offers/{ORDER_ITEM}-{number}", wait=30)
    return channel(url, "/orders", {"lines": [{"sku": f"{ORDER_ITEM}-{n}", "quantity": n} for n in (1, 2)]})["order_id"]


def look_at_channel(url, order):
    """None, or what is wrong at the channel."""
    deadline = time.monotonic() + 20
    while True:
        offer = channel(url, f"/offers/{SKU}", wait=20)
        seen = (offer["title"], offer["description"], float(offer["price"]), offer["quantity"])
        bought = channel(url, f"/orders/{order}")
        if seen == (NAME, TEXT, 12.34, 12) and bought["status"] == "shipped" and TRACKING in json.dumps(bought):
            return None
        if time.monotonic() > deadline:
            return f"offer {seen}, order {bought['status']}"
        time.sleep(0.1)


class Outcome:
    """What a stack did: a verdict for each check, notes, or why it did not get that far."""

    def __init__(self, name):
        self.name, self.verdicts, self.notes, self.complaint, self.seconds = name, {}, [], None, 0

    def read(self, log):
        for line in log.splitlines():
            found = re.match(r"(note: )?(" + "|".join(CHECKS) + r"): (.*)$", line.strip())
            if found and found[1]:
                self.notes.append(f"{found[2]}: {found[3]}")
            elif found:
                verdict, _, reason = found[3].partition(": ")
                self.verdicts[found[2]] = verdict
                if reason:
                    self.notes.append(f"{found[2]}: {reason}")

    def failures(self):
        wanted = [*CHECKS, "channel"]
        return [f"{check} {self.verdicts.get(check, 'was not reached')}" for check in wanted if self.verdicts.get(check) not in ("ok", "n/a")]


def try_stack(name, commands, gateway, folder):
    outcome = Outcome(name)
    began = time.monotonic()
    log = folder / "log"
    try:
        folder.mkdir(parents=True)
        for name in ("kontor.toml", "digest-password"):
            shutil.copy(HERE / name, folder / name)
        with Gateway(gateway, folder, ["serve", "--config", folder / "kontor.toml"]) as url:
            order = place_order(url)
            environment = {
                "KONTOR_URL": url, "KONTOR_USER": USER, "KONTOR_READER": READER, "KONTOR_PASSWORD": PASSWORD,
                "KONTOR_SKU": SKU, "KONTOR_NAME": NAME, "KONTOR_TEXT": TEXT, "KONTOR_LONG": LONG,
                "KONTOR_IMAGE": base64.b64encode(picture()).decode(), "KONTOR_ORDER": order,
                "KONTOR_ORDER_ITEM": ORDER_ITEM, "KONTOR_TRACKING": TRACKING,
            }  # fmt: skip
            outcome.complaint = run_commands(commands(url, folder), folder, environment, SECONDS)
            outcome.read(log.read_text(errors="replace"))
            if not outcome.complaint:
                wrong = look_at_channel(url, order)
                outcome.verdicts["channel"] = "FAILED" if wrong else "ok"
                if wrong:
                    outcome.notes.append(f"channel: {wrong}")
    except Exception as error:  # a stack that breaks the runner must not take the others with it
        outcome.complaint = f"{type(error).__name__}: {error}".splitlines()[0]
    outcome.seconds = round(time.monotonic() - began)
    return outcome


def main():
    signal.signal(signal.SIGTERM, stop_all)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for databases, code and logs (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    parser.add_argument("--write", action="store_true", help="write the table and the guides instead of comparing them")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only the stacks whose name begins so")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kontor-interop.") as temporary:
        return run(arguments, (arguments.work or Path(temporary)).resolve() / "interop")


def run(arguments, work):
    results = []

    def report(verdict, name, reason="", log=None):
        results.append(verdict)
        print(f"{verdict:9} {name}" + (f": {reason}" if reason else ""), flush=True)
        if verdict == "FAILED" and log and log.exists():
            for line in log.read_text(errors="replace").splitlines()[-40:]:
                print(f"    | {line[:400]}", flush=True)
        if arguments.results:
            with open(arguments.results, "a") as out:
                out.write(f"{verdict}\t{name}\t{reason[:300]}\n".replace("\r", ""))

    there = capabilities()
    shutil.rmtree(work, ignore_errors=True)
    table = documents.Table([*CHECKS, "channel"])
    wanted = [stack for stack in STACKS if not arguments.names or any(stack[0].startswith(n) for n in arguments.names)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = {}
        for name, needs, version, commands in wanted:
            if there.get(needs, "no: unknown") != "yes":
                report("left out", f"interop {name}", there.get(needs, "no: unknown").removeprefix("no: "))
                continue
            folder = work / re.sub(r"\W+", "-", name).strip("-")
            running[pool.submit(try_stack, name, commands, arguments.gateway, folder)] = (name, version, folder / "log")
        for done in concurrent.futures.as_completed(running):
            name, version, log = running[done]
            outcome = done.result()
            row = table.row(name, version(), outcome)
            problems = [outcome.complaint] if outcome.complaint else outcome.failures()
            difference = None if arguments.write else table.difference(row)
            took = f"{outcome.seconds} s"
            if problems:
                report("FAILED", f"interop {name}", f"{'; '.join(problems)} ({took})", log)
            elif difference:
                report("FAILED", f"interop {name}", f"{difference} ({took})")
            else:
                report("ok", f"interop {name}", took)
    if arguments.write and "FAILED" not in results:
        table.write([stack[0] for stack in STACKS])
    stale = documents.guides(arguments.write)
    report("FAILED", "code in docs/erp", "; ".join(stale)) if stale else report("ok", "code in docs/erp")
    return 1 if "FAILED" in results else 0


if __name__ == "__main__":
    sys.exit(main())
