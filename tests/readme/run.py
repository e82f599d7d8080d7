#!/usr/bin/env python3
"""Runs README.md and docs/DEMO.md: every block marked `<!-- test: NAME -->`, in order and as it is printed, against a fresh demo.

Put in is only the real address for 127.0.0.1:8080; KONTOR_URL tells `kontor call` the same, and PATH leads to the program.
The block `start` is the program itself. README.md has at most 200 lines. A block has to end with 0, and the lines of a ```text block right behind it have to appear in what
it prints, in their order. Python and PHP blocks are left out, with a reason, where zeep or php-soap is not installed.

Called by ./test; by hand:  .setup/venv/bin/python tests/readme/run.py [--gateway target/debug/kontor]
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "clients"))
from gateway import Gateway, GatewayError  # noqa: E402

ADDRESS = "127.0.0.1:8080"
PAGES = ["README.md", "docs/DEMO.md"]
MOST_LINES = 200
START = f"cargo run --release -- serve --demo\n"
# Blocks that only look. What they look at follows the call before, a moment later at worst.
LOOKING = {"fetch", "shipped"}
# The loop, which has to be there whole: (name of the block, what its output has to hold whatever the page says).
LOOP = {
    "article": "report ok",
    "stock": "report ok",
    "list": "report ok",
    "buy": '"order_id"',
    "fetch": "order_id=",
    "ship": "report ok",
    "price": "report ok",
    "buy again": '"order_id"',
    "fetched": "report ok",
    "ship in parts": "report ok",
    "shipped": '"tracking_number":"00340434161094000003"',
}


class Failed(Exception):
    """A block does not do what the page says."""


def blocks(page):
    """(name, language, text, expected lines) of the marked blocks."""
    pattern = r"<!-- test: ([^\n]+) -->\n```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?"
    found = re.findall(pattern, page, re.DOTALL | re.MULTILINE)
    return [(name, language, text, [line.strip() for line in expected.splitlines()]) for name, language, text, expected in found]


def lacking(language):
    """Why blocks of this language cannot run here; empty: they can."""
    if language == "python":
        probe, reason = [sys.executable, "-c", "import zeep"], "zeep is not installed (pip install zeep)"
    elif language == "php":
        if not shutil.which("php"):
            return "php is not installed (Debian packages php-cli php-soap php-xml)"
        probe = ["php", "-r", "exit(class_exists('SoapClient') && function_exists('simplexml_load_string') ? 0 : 1);"]
        reason = "php lacks soap or simplexml (Debian packages php-soap php-xml)"
    else:
        return ""
    return "" if subprocess.run(probe, capture_output=True, timeout=60).returncode == 0 else reason


def command(language, text, folder):
    if language == "python":
        return [sys.executable, "-B", "-c", text]
    if language == "php":
        script = folder / "block.php"
        script.write_text(text)
        # The WSDL cache lives for a day: without switching it off, yesterday's contract would be used.
        return ["php", "-d", "soap.wsdl_cache_enabled=0", "-d", "display_errors=stderr", str(script)]
    return ["bash", "-euo", "pipefail", "-c", text]


def missing(expected, output):
    """The first expected line that does not follow the ones before it."""
    at = 0
    for line in expected:
        found = output.find(line, at)
        if found < 0:
            return line
        at = found + len(line)
    return None


def run_block(name, language, text, expected, folder, environment):
    attempts = 40 if name in LOOKING else 1
    for attempt in range(attempts):
        done = subprocess.run(
            command(language, text, folder),
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        output = done.stdout.decode(errors="replace")
        lack = missing(expected, output) or (LOOP[name] if LOOP.get(name, "") not in output else None)
        if done.returncode == 0 and lack is None:
            return
        if attempt + 1 < attempts:
            time.sleep(0.25)
    print("".join(f"   {line}\n" for line in output.splitlines()[-30:]), end="")
    if done.returncode != 0:
        raise Failed(f"the block `{name}` ended with {done.returncode}")
    raise Failed(f"the block `{name}` does not print: {lack}")


def check_page(found):
    lines = len((ROOT / "README.md").read_text().splitlines())
    if lines > MOST_LINES:
        raise Failed(f"README.md has {lines} lines; at most {MOST_LINES} are read")
    names = [name for name, *_ in found]
    if [name for name in names if name in LOOP] != list(LOOP):
        raise Failed(f"the page's blocks are {', '.join(names)}; expected the loop {', '.join(LOOP)}")
    if names[0] != "start" or found[0][2] != START:
        raise Failed(f"the first block has to be `start`, and only say: {START.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", type=Path, default=ROOT / "target" / "debug" / "kontor", help="the program to test")
    parser.add_argument("--work", type=Path, help="a folder for database and log (default: a temporary one)")
    parser.add_argument("--results", type=Path, help="append the results to this file, for ./test")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    with tempfile.TemporaryDirectory(prefix="kontor-readme.") as temporary:
        work = (arguments.work or Path(temporary)).resolve() / "readme"
        return run(arguments, work)


def run(arguments, work):
    failures = 0

    def report(verdict, name, reason=""):
        nonlocal failures
        failures += verdict == "FAILED"
        print(f"{verdict:9} {name}" + (f": {reason}" if reason else ""), flush=True)
        if arguments.results:
            with open(arguments.results, "a") as out:
                out.write(f"{verdict}\treadme: {name}\t{' '.join(reason.split())[:300]}\n")

    # One check for all shell blocks, because each builds on those before it; one for each other language.
    loop = "the calls to copy"
    gateway = Gateway(arguments.gateway, work, ["serve", "--demo", "--listen", "127.0.0.1:0"])
    try:
        found = [block for page in PAGES for block in blocks((ROOT / page).read_text())]
        check_page(found)
        with gateway as url:
            path = f"{gateway.binary.resolve().parent}{os.pathsep}{os.environ['PATH']}"
            environment = os.environ | {"KONTOR_URL": url, "PATH": path}
            for name, language, text, expected in found[1:]:
                reason = lacking(language)
                if reason:
                    report("left out", language, reason)
                    continue
                print(f"-- {name}", flush=True)
                text = text.replace(ADDRESS, url.removeprefix("http://"))
                try:
                    run_block(name, language, text, expected, work, environment)
                except subprocess.TimeoutExpired:
                    raise Failed(f"the block `{name}` took longer than 120 s") from None
                if language != "sh":
                    report("ok", language)
        report("ok", loop)
    except (Failed, GatewayError, OSError) as error:
        report("FAILED", loop, str(error))
        if gateway.log_path.exists():
            print("the gateway's log:\n" + "".join(f"    | {line}\n" for line in gateway.log().splitlines()[-40:]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
