"""A walk along a guide with a real shop: ERP -> Kontor -> shop -> a customer's order -> Kontor -> ERP, and back.

Runs the blocks of a page that are marked `<!-- test: NAME -->`, in their order and as they stand there; only ports, the folder and the
programs' places are put in. Used by `tests/vendure/run.py` and `tests/medusa/run.py`, which look into the shop between the blocks.
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

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "clients"))
from gateway import Gateway, GatewayError  # noqa: E402
from shops import ShopError  # noqa: E402


class Failed(Exception):
    """A block failed, or the shop does not show what it should."""


class Guide:
    """One shop: its page, and what is checked along it."""

    def __init__(self, name, ports, secret, steps, checks):
        self.word = name.lower()
        self.name = name
        self.page = f"docs/channels/{self.word}.md"
        # Those of the page: PostgreSQL, the shop, Kontor.
        self.ports = ports
        # The variable from which the page's configuration takes the shop's secret.
        self.secret = secret
        # The story. Yields the name of each check when it is passed.
        self.steps = steps
        self.checks = ["the shop starts, and kontor check logs in", *checks]
        self.live = {
            "the connector's own tests against the shop": ["--lib", f"connectors::{self.word}::live", "--", "--ignored"],
            "the conformance suite against the shop": ["--lib", "connectors::promises", "--", "--nocapture"],
            "a gateway that is killed, on both databases": ["--test", "it", f"real_shop::{self.word}", "--", "--ignored"],
        }

    def blocks(self):
        """Name -> text of the marked blocks of the page."""
        text = (ROOT / self.page).read_text()
        return dict(re.findall(r"<!-- test: (\S+) -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Walk:
    """Runs the page's shell blocks one after the other, as one person in one terminal would."""

    def __init__(self, guide, work, gateway):
        self.guide = guide
        self.blocks = guide.blocks()
        self.gateway = Path(gateway).resolve()
        self.work = work
        self.environment = os.environ | {"WORK": str(work)}
        self.ports = {port: str(free_port()) for port in guide.ports}
        self.shop_url = f"http://127.0.0.1:{self.ports[guide.ports[1]]}"

    def text(self, name):
        text = self.blocks[name]
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
                raise Failed(f"the block `{name}` of {self.guide.page} took longer than {seconds} s") from None
            raise
        print("".join(f"   {line}\n" for line in output.splitlines()), end="", flush=True)
        if process.returncode != 0:
            last = (output.strip().splitlines() or ["no output"])[-1]
            raise Failed(f"the block `{name}` of {self.guide.page} ended with {process.returncode}: {last}")
        pairs = kept.read_bytes().decode(errors="surrogateescape").split("\0")
        self.environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        return output

    def serve(self):
        words = shlex.split(self.text("serve").strip().replace("$WORK", str(self.work)))
        os.environ.update({key: value for key, value in self.environment.items() if key == self.guide.secret})
        return Gateway(words[0], self.work, words[1:])

    def live(self, name):
        """Rust tests that need a running shop. Those with a database of their own use the shop's server."""
        environment = os.environ | {
            f"KONTOR_TEST_{self.guide.word.upper()}": self.shop_url,
            "KONTOR_SUITE": self.guide.word,
            "KONTOR_TEST_POSTGRES": f"postgres://postgres@127.0.0.1:{self.ports[self.guide.ports[0]]}/postgres",
        }
        try:
            done = subprocess.run(
                ["cargo", "test", *self.guide.live[name]], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Failed("cargo test took longer than 1800 s") from None
        output = done.stdout.decode(errors="replace")
        print("".join(f"   {line}\n" for line in output.splitlines()[-80:]), end="", flush=True)
        if done.returncode != 0 or not re.search(r"test result: ok\. [1-9]", output):
            raise Failed(f"cargo test ended with {done.returncode}, or no test was found")


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


def main(guide, doc):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for databases and logs (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    parser.add_argument("--live", action="store_true", help="also the Rust tests that need the shop (builds them)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    with tempfile.TemporaryDirectory(prefix=f"kontor-{guide.word}.") as temporary:
        os.chmod(temporary, 0o755)  # PostgreSQL may run as another user
        work = (arguments.work or Path(temporary)).resolve() / guide.word
        work.mkdir()
        return run(guide, arguments, work)


def run(guide, arguments, work):
    left = guide.checks + (list(guide.live) if arguments.live else [])

    def report(verdict, name, reason=""):
        left.remove(name)
        print(f"{verdict:9} {name}" + (f": {reason}" if reason else ""), flush=True)
        if arguments.results:
            with open(arguments.results, "a") as out:
                out.write(f"{verdict}\t{guide.name}: {name}\t{' '.join(reason.split())[:300]}\n")

    walk = Walk(guide, work, arguments.gateway)
    gateway = None
    try:
        walk.run("shop", 400)
        (work / "kontor.toml").write_text(walk.text("config"))
        walk.run("check")
        report("ok", left[0])
        gateway = walk.serve()
        with gateway:
            for name in guide.steps(walk):
                report("ok", name)
        for name in guide.live if arguments.live else ():
            walk.live(name)
            report("ok", name)
    except (Failed, GatewayError, ShopError, OSError, KeyError) as error:
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
