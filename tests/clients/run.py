#!/usr/bin/env python3
"""Both faces and both databases with two real SOAP clients. tests/interop has the typed face with all stacks.

Each client is a program of its own in its own language. It reads the WSDL from the running gateway, and goes through
the same story with an item number of its own:

 1. echo.
 2. Items: no record, many records of which one is bad (its own negative report, the others good), one record.
    The texts hold umlauts, quotes, markup, leading blanks, and one is long.
 3. A price in the list `default`, a stock of 12 pieces, an offer in account 1000 prepared and uploaded.
 4. A buyer orders 2 pieces at the sandbox channel; the ERP lets the gateway collect the order, fetches it, reports
    it shipped with a tracking number, and the channel knows the number.
 5. A request with an unknown version is a fault (typed face) or a negative report (compat face).
 6. A wrong password is answered with 401.

Called by ./test; by hand:  .setup/venv/bin/python tests/clients/run.py [--gateway target/debug/kontor] [NAME ...]
where NAME is the beginning of a client's name, such as `zeep` or `php typed`.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from gateway import Gateway, GatewayError, create_database  # noqa: E402
from running import ROOT, capabilities, run_commands, stop_all  # noqa: E402

HERE = Path(__file__).resolve().parent
SECONDS = 300  # for one client
USER, PASSWORD = "erp", "demo"


def python(face):
    return [[sys.executable, "-B", HERE / "zeep_client.py", face]]


def php(face):
    # The WSDL cache lives in /tmp for a day: without switching it off, yesterday's contract would be tested.
    return [["php", "-d", "soap.wsdl_cache_enabled=0", "-d", "display_errors=stderr", HERE / "php_client.php", face]]


# Name, what it needs of .setup/capabilities, face, databases, commands.
CLIENTS = [
    ("zeep typed", "zeep", "typed", ("sqlite", "postgres"), python),
    ("zeep compat", "zeep", "compat", ("sqlite", "postgres"), python),
    ("php typed", "php", "typed", ("sqlite",), php),
    ("php compat", "php", "compat", ("sqlite",), php),
]


def run_client(commands, face, url, folder, sku):
    environment = {"KONTOR_URL": url, "KONTOR_USER": USER, "KONTOR_PASSWORD": PASSWORD, "KONTOR_SKU": sku}
    return run_commands(commands(face), folder, environment, SECONDS)


def main():
    signal.signal(signal.SIGTERM, stop_all)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for databases and logs (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only the clients whose name begins so")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kontor-clients.") as temporary:
        return run(arguments, (arguments.work or Path(temporary)).resolve() / "clients")


def run(arguments, work):
    there = capabilities()
    server = os.environ.get("KONTOR_TEST_POSTGRES")
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

    for database in ("sqlite", "postgres"):
        wanted = []
        for name, needs, face, databases, commands in CLIENTS:
            if database not in databases or (arguments.names and not any(name.startswith(n) for n in arguments.names)):
                continue
            title = f"{name}, {database}"
            if there.get(needs, "no: unknown") != "yes":
                report("left out", title, there.get(needs, "no: unknown").removeprefix("no: "))
            elif database == "postgres" and not server:
                report("left out", title, "no PostgreSQL (KONTOR_TEST_POSTGRES is not set)")
            else:
                wanted.append((title, face, commands))
        if not wanted:
            continue
        folder = work / database
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(parents=True)
            where = create_database(server) if database == "postgres" else str(folder / "kontor.sqlite")
            gateway = Gateway(
                arguments.gateway, folder, ["serve", "--demo", "--listen", "127.0.0.1:0", "--database", where]
            )
            # Two at a time: they share one gateway, so they also show that one client's calls leave another's alone.
            with gateway as url, concurrent.futures.ThreadPoolExecutor(2) as pool:
                running = {}
                for number, (title, face, commands) in enumerate(wanted):
                    own = folder / title.split(",")[0].replace(" ", "-").strip(".")
                    sku = f"IT-{database[:2].upper()}-{number + 1}"
                    running[pool.submit(run_client, commands, face, url, own, sku)] = (title, own / "log")
                for done in concurrent.futures.as_completed(running):
                    title, log = running[done]
                    complaint = done.exception() or done.result()
                    report("FAILED", title, str(complaint), log) if complaint else report("ok", title)
                if gateway.process.poll() is not None:
                    report("FAILED", f"the gateway lives, {database}", f"it ended with {gateway.process.returncode}")
        except (GatewayError, OSError, subprocess.SubprocessError) as error:
            for title, *_ in wanted:
                report("FAILED", title, str(error).splitlines()[0])
            print(error, flush=True)
    if "FAILED" in results:
        return 1
    return 0 if results else sys.exit("no client has such a name")


if __name__ == "__main__":
    sys.exit(main())
