#!/usr/bin/env python3
"""Real SOAP clients against a freshly started gateway, as an ERP developer would use them.

Each client is a program of its own in its own language. It reads the WSDL from the running gateway (or generates
code from it), and goes through the same story with an item number of its own:

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
import threading
import time
import uuid
from pathlib import Path

sys.dont_write_bytecode = True
import generated  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SETUP = Path(os.environ.get("KONTOR_SETUP_DIR", ROOT / ".setup")).resolve()
SECONDS = 300  # for one client, generation and compilation included
USER, PASSWORD = "erp", "demo"
RUNNING = set()  # the clients' processes, each the leader of a session of its own
STOPPING = threading.Event()


def python(url, folder, face):
    return [[sys.executable, "-B", HERE / "zeep_client.py", face]]


def php(url, folder, face):
    # The WSDL cache lives in /tmp for a day: without switching it off, yesterday's contract would be tested.
    return [["php", "-d", "soap.wsdl_cache_enabled=0", "-d", "display_errors=stderr", HERE / "php_client.php", face]]


def node(url, folder, face):
    return [["node", HERE / "node_client.js", face]]


# Name, what it needs of .setup/capabilities, face, databases, commands.
CLIENTS = [
    ("zeep typed", "zeep", "typed", ("sqlite", "postgres"), python),
    ("zeep compat", "zeep", "compat", ("sqlite", "postgres"), python),
    ("php typed", "php", "typed", ("sqlite",), php),
    ("php compat", "php", "compat", ("sqlite",), php),
    ("node typed", "node", "typed", ("sqlite",), node),
    (".NET typed", "mono", "typed", ("sqlite",), generated.dotnet),
    ("JAX-WS typed", "jaxws", "typed", ("sqlite",), generated.jaxws),
]


def capabilities():
    try:
        lines = (SETUP / "capabilities").read_text().splitlines()
    except OSError:
        sys.exit("tests/clients/run.py: .setup/capabilities is not there; run tests/setup/install")
    return {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines if " " in line}


def run_client(name, face, commands, url, folder, sku):
    """Runs the client's commands one after the other. Returns None, or why it failed."""
    folder.mkdir(parents=True)
    environment = os.environ | {
        "KONTOR_URL": url,
        "KONTOR_USER": USER,
        "KONTOR_PASSWORD": PASSWORD,
        "KONTOR_SKU": sku,
        "NODE_PATH": str(SETUP / "node" / "node_modules"),
        "LC_ALL": "C.UTF-8",
    }
    deadline = time.monotonic() + SECONDS
    log_path = folder / "log"
    with open(log_path, "w+", errors="replace") as log:
        for command in commands(url, folder, face):
            if STOPPING.is_set():
                return "stopped from outside"
            if callable(command):  # a check between two commands, on what they printed
                log.flush()
                complaint = command(log_path.read_text(errors="replace"))
                if complaint:
                    return complaint
                continue
            log.write(f"$ {' '.join(Path(str(part)).name for part in command)}\n")
            log.flush()
            try:
                process = subprocess.Popen(
                    [str(part) for part in command],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                return f"{command[0]}: {error}"
            RUNNING.add(process)
            try:
                code = process.wait(max(1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # its own session, so its own children and nobody else's
                process.wait()
                return f"{Path(str(command[0])).name} was stopped after {SECONDS} s"
            finally:
                RUNNING.discard(process)
            if code != 0:
                log.flush()
                lines = [line for line in log_path.read_text(errors="replace").splitlines() if line.strip()]
                failures = [line for line in lines if line.startswith("FAILED")]
                return failures[-1] if failures else f"{Path(str(command[0])).name} ended with {code}: {lines[-1]}"
    return None


def create_database(server):
    """A database of its own on the test server; the server is thrown away afterwards."""
    name = f"clients_{uuid.uuid4().hex[:12]}"
    psql = shutil.which("psql")
    if not psql:
        raise GatewayError("psql not found")
    subprocess.run(
        [psql, "-q", "-X", "-d", server, "-c", f"CREATE DATABASE {name}"],
        check=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return server.rsplit("/", 1)[0] + f"/{name}"


def stop_all(*_):
    STOPPING.set()
    for process in list(RUNNING):
        os.killpg(process.pid, signal.SIGKILL)
    sys.exit(143)


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
                    # Heavy generators first would be faster; a fixed order is easier to read.
                    sku = f"IT-{database[:2].upper()}-{number + 1}"
                    running[pool.submit(run_client, title, face, commands, url, own, sku)] = (title, own / "log")
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
