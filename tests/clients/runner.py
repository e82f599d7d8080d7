"""What the scripted runs have in common: their arguments, their results, and a PostgreSQL of their own."""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Argon2id of the password "example".
HASH = "$argon2id$v=19$m=19456,t=2,p=1$fDFBmRH3V3UvkKMWg2ZteQ$BlF0CLPGbXtBQoE8UR86brRZnp9FirPA8EEQHCuNCO8"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configuration_head(port, database, warehouses, payment_methods, dispatch=""):
    """The beginning of a configuration with one mandator; `payment_methods` have the numbers from 7 on."""
    text = f"""
[server]
listen = "127.0.0.1:{port}"
[database]
url = "{database}"
[dispatch]
wait_ms = 20
lease_seconds = 5
retry_ladder_seconds = [1]
jitter = 0.0
{dispatch}
[[users]]
name = "erp"
password_hash = "{HASH}"
role = "erp"
[[users]]
name = "admin"
password_hash = "{HASH}"
role = "admin"
[[mandators]]
mandator_id = 1
identifier = "Example Ltd"
language = "en"
time_zone = "Europe/Berlin"
[[pricelists]]
mandator_id = 1
identifier = "default"
currency = "EUR"
[[sub_channels]]
sub_channel_id = 9000
identifier = "Sandbox"
channel = "Sandbox"
"""
    for number, code in enumerate(warehouses, 1):
        text += f'[[warehouses]]\nwarehouse_id = {number}\nmandator_id = 1\ncode = "{code}"\n'
    for number, name in enumerate(payment_methods, 7):
        text += f'[[payment_methods]]\npayment_method_id = {number}\nidentifier = "{name}"\n'
    return text



class Runner:
    def __init__(self, arguments, work, title):
        self.arguments, self.work, self.title, self.failed = arguments, work, title, False

    @classmethod
    def main(cls, doc, title, more=lambda parser: None):
        """Reads the command line and runs `all` of the class in a folder; the exit code."""
        parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
        parser.add_argument("--work", type=Path, help="a folder for databases and logs (default: a temporary one)")
        parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
        parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000), help="repeat that run")
        parser.add_argument("--without", action="append", default=[], choices=["PostgreSQL", "SQLite", "Vendure"])
        more(parser)
        arguments = parser.parse_args()
        os.environ.setdefault("KONTOR_LOG", "warn,kontor::app=info")  # a line for each of thousands of calls helps nobody
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
        with tempfile.TemporaryDirectory(prefix=f"kontor-{title.lower()}.") as temporary:
            os.chmod(temporary, 0o755)  # PostgreSQL may run as another user
            work = (arguments.work or Path(temporary)).resolve() / title.lower()
            work.mkdir()
            return cls(arguments, work, title).all()

    def report(self, verdict, name, reason=""):
        self.failed |= verdict == "FAILED"
        print(f"{verdict:9} {name}" + (f": {reason}" if reason else ""), flush=True)
        if self.arguments.results:
            with open(self.arguments.results, "a") as out:
                out.write(f"{verdict}\t{self.title}: {name}\t{' '.join(reason.split())[:300]}\n")

    def postgres(self, what="on PostgreSQL"):
        """URL of a new server; None where there can be none."""
        try:
            started = subprocess.run(
                [ROOT / "tests/setup/postgres", "start", self.work / "postgres", "0"],
                check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=240,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            self.report("left out", what, f"the server does not start: {error}")
            return None
        return started.stdout.decode().strip()

    def stop_postgres(self, server):
        if server:
            subprocess.run([ROOT / "tests/setup/postgres", "stop", self.work / "postgres"], check=False)
