#!/usr/bin/env python3
"""The example ERPs of docs/erp/examples, one per stack, each against a gateway of its own.

 1. The program loads the catalogue while the channel refuses one article. One record of the catalogue is faulty.
    It must name both, and everything else must be in the gateway and in the channel: articles with pictures,
    variants, categories, two price lists, stock, offers.
 2. The channel takes everything; the program loads the catalogue again.
 3. Two buyers order; one has paid. The program reads the orders: the paid one must be shipped in two parcels with
    one position cancelled, the other taken over only.
 4. The other buyer pays. The program must ship that order too, and nothing of the first again.
 5. A run without changes must write nothing.

The answers of two calls get lost on the way, and for two the gateway is too busy (503); the program must repeat them,
those that got lost with their key, and nothing may count twice.
This also compares the code in docs/erp/catalogue.md with the programs, and sends every call of contrib/http to a demo.

Called by ./test; by hand:  .setup/venv/bin/python tests/erp/run.py [--gateway target/debug/kontor] [NAME ...]
where NAME is the beginning of a stack's name. With --write the code in the guides is written anew.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "clients"), str(HERE.parent / "interop")]
import collection  # noqa: E402
import documents  # noqa: E402
from gateway import Gateway, create_database  # noqa: E402
from outcome import Outcome, Wrong, same  # noqa: E402
from post import Post  # noqa: E402
from running import ROOT, capabilities, run_commands, stop_all  # noqa: E402
from stacks import profile_warnings  # noqa: E402

EXAMPLES = ROOT / "docs" / "erp" / "examples"
SECONDS = 300  # for each step of a program, generation and compilation included
LOST = ["updateStockCount", "CANCELED"]  # the answers to the first documents with these words
BUSY = ["updatePricelist", "FETCHED"]  # the first documents for which the gateway is too busy


# Name, what it needs of .setup/capabilities, databases. The slow ones first: two run at a time.
STACKS = [
    ("java", "jaxws", ("sqlite",)),
    ("dotnet", "mono", ("sqlite",)),
    ("python", "zeep", ("sqlite", "postgres")),
    ("php", "php", ("sqlite",)),
    ("node", "node", ("sqlite",)),
]


def commands(stack, url):
    """What its README says: the commands that generate and compile, and the one that runs the program."""
    block = (EXAMPLES / stack / "README.md").read_text().split("```sh\n")[1].split("```")[0]
    *prepare, run = block.replace("http://127.0.0.1:8080", url).strip().splitlines()
    installing = ("apt-get", "npm", "pip")
    program = [sys.executable if word == "python" else word for word in shlex.split(run.split(" load ")[0])]
    if run.split(" && ")[0] != f"{run.split(' load ')[0]} load ../catalogue":
        raise Wrong(f"{stack}/README.md does not end with the program's two commands")
    return [["sh", "-c", line] for line in prepare if not line.startswith(installing)], program


# ---- the story --------------------------------------------------------------------------------------------------


class Story:
    """One program with one gateway; `step` runs it and gives what it printed."""

    def __init__(self, program, folder, post, posted):
        self.program, self.folder, self.post = program, folder, post
        self.environment = {"KONTOR_URL": posted, "KONTOR_USER": "erp", "KONTOR_PASSWORD": "example"}

    def step(self, *arguments):
        before = self.log()
        wrong = run_commands([[*self.program, *arguments]], self.folder, self.environment, SECONDS)
        if wrong:
            raise Wrong(f"{arguments[0]}: {wrong}")
        return self.log()[len(before) :]

    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""


def says(printed, *wanted):
    for pattern in wanted:
        if not re.search(pattern, printed):
            raise Wrong(f"the program did not say {pattern!r}: {' | '.join(printed.splitlines()[:12])}")
    unwanted = re.search(r"^warning: .*$", printed, re.M)
    if unwanted:
        raise Wrong(f"Kontor ignored something: {unwanted[0]}")


def tell(story, outcome):
    load = ("load", "../catalogue")
    outcome.shop("/faults", {"refuse": [{"sku": "PLATE", "code": "E1", "text": "the picture is too small"}]})
    printed = story.step(*load)
    says(printed, r"refused: updateItems: .*SAUCER.*taxTypeId", r"message: ERROR E1, offer [1-9].*too small", r"loaded: 7 articles, 5 offers")
    outcome.articles()
    outcome.prices()
    outcome.offers(refused=["PLATE"])
    outcome.shop("/faults", method="DELETE")
    before = len(story.post.calls)
    says(story.step(*load), r"refused: updateItems: .*SAUCER", r"loaded: 7 articles, 5 offers")
    again = [call.since for call in story.post.calls[before:] if call.operation == "fetchUploadMessages"]
    same("cursors of messages that are empty in the second run", again.count(""), 0)
    outcome.prices()
    outcome.offers()

    first = outcome.buy(True, MUG_BLUE=2, SHIRT_L=1, PLATE=1)
    second = outcome.buy(False, MUG_RED=1)
    says(story.step("orders"), f"processed: {first}")
    shipped = {"MUG-BLUE": (2, 0), "SHIRT-L": (0, 1), "PLATE": (1, 0)}, [{"MUG-BLUE": 1}, {"MUG-BLUE": 1, "PLATE": 1}], "Shipped/Done"
    outcome.handled(first, *shipped)
    outcome.handled(second, {"MUG-RED": (0, 0)}, [], "New order")
    outcome.pay(second)
    says(story.step("orders"), f"processed: {second}")
    outcome.handled(first, *shipped)
    outcome.handled(second, {"MUG-RED": (1, 0)}, [{"MUG-RED": 1}], "Shipped/Done")

    before = len(story.post.calls)
    story.step("orders")
    seen = [(call.operation, bool(call.since)) for call in story.post.calls[before:]]
    same("calls of a run without changes, and whether they had a cursor", set(seen), {("fetchOrders", True)})
    if complaint := story.post.complaint():
        raise Wrong(complaint)


def try_stack(stack, gateway, place, database):
    # Not what a run by hand has left there.
    leftovers = shutil.ignore_patterns(*(EXAMPLES / ".gitignore").read_text().split())
    for name in (stack, "catalogue"):
        shutil.copytree(EXAMPLES / name, place / name, ignore=leftovers)
    folder = place / stack
    arguments = ["serve", "--config", EXAMPLES / "kontor.toml", "--listen", "127.0.0.1:0", "--database", database]
    with Gateway(gateway, place / "gateway", arguments) as url:
        post = Post(url, LOST, BUSY)
        with post as posted:
            try:
                prepare, program = commands(stack, url)
                if wrong := run_commands([*prepare, profile_warnings], folder, {}, SECONDS):
                    return wrong
                tell(Story(program, folder, post, posted), Outcome(url))
            except Wrong as wrong:
                return str(wrong)
    return None


def main():
    signal.signal(signal.SIGTERM, stop_all)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for databases, code and logs (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    parser.add_argument("--write", action="store_true", help="write the code in the guides instead of comparing it")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only the stacks whose name begins so")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kontor-erp.") as temporary:
        return run(arguments, (arguments.work or Path(temporary)).resolve() / "erp")


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
    server = os.environ.get("KONTOR_TEST_POSTGRES")
    shutil.rmtree(work, ignore_errors=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        running = {}
        for name, needs, databases in STACKS:
            if arguments.names and not any(name.startswith(one) for one in arguments.names):
                continue
            for database in databases:
                title, place = f"ERP in {name}, {database}", work / f"{name}-{database}"
                if there.get(needs, "no: unknown") != "yes":
                    report("left out", title, there.get(needs, "no: unknown").removeprefix("no: "))
                elif database == "postgres" and not server:
                    report("left out", title, "no PostgreSQL (KONTOR_TEST_POSTGRES is not set)")
                else:
                    where = create_database(server) if database == "postgres" else str(place / "gateway" / "kontor.sqlite")
                    running[pool.submit(timed, name, arguments.gateway, place, where)] = (title, place / name / "log")
        for done in concurrent.futures.as_completed(running):
            title, log = running[done]
            complaint, seconds = done.result()
            report("FAILED", title, f"{complaint} ({seconds} s)", log) if complaint else report("ok", title, f"{seconds} s")
    if not arguments.names:
        wrong = attempt(collection.complaint, arguments.gateway, work / "collection")
        report("FAILED", "calls in contrib/http", wrong) if wrong else report("ok", "calls in contrib/http")
    stale = documents.guides(arguments.write, ["catalogue.md"])
    report("FAILED", "code in docs/erp/catalogue.md", "; ".join(stale)) if stale else report("ok", "code in docs/erp/catalogue.md")
    return 1 if "FAILED" in results else 0


def attempt(check, *arguments):
    try:
        return check(*arguments)
    except Exception as error:  # a check that breaks the runner must not take the others with it
        return f"{type(error).__name__}: {error}".splitlines()[0]


def timed(*arguments):
    """The complaint about a stack, and the seconds it took."""
    began = time.monotonic()
    complaint = attempt(try_stack, *arguments)
    return complaint, round(time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
