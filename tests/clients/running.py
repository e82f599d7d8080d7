"""Runs the commands of a client, one after the other, each in a session of its own with a time-out."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETUP = Path(os.environ.get("KONTOR_SETUP_DIR", ROOT / ".setup")).resolve()
RUNNING = set()  # the clients' processes, each the leader of a session of its own
STOPPING = threading.Event()


def capabilities():
    """What tests/setup/install found: name -> "yes" or "no: reason"."""
    try:
        lines = (SETUP / "capabilities").read_text().splitlines()
    except OSError:
        sys.exit(f"{sys.argv[0]}: .setup/capabilities is not there; run tests/setup/install")
    return {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines if " " in line}


def run_commands(commands, folder, environment, seconds):
    """Runs all commands within `seconds`; their output goes to `folder`/log. Returns None, or why it failed."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"LC_ALL": "C.UTF-8", "NODE_PATH": str(SETUP / "node" / "node_modules")} | environment
    deadline = time.monotonic() + seconds
    log_path = folder / "log"
    with open(log_path, "a+", errors="replace") as log:
        for command in commands:
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
                return f"{Path(str(command[0])).name} was stopped after {seconds} s"
            finally:
                RUNNING.discard(process)
            if code != 0:
                log.flush()
                lines = [line for line in log_path.read_text(errors="replace").splitlines() if line.strip()]
                failures = [line for line in lines if "FAILED" in line]
                return failures[-1] if failures else f"{Path(str(command[0])).name} ended with {code}: {lines[-1]}"
    return None


def stop_all(*_):
    """For SIGTERM: ends the clients that run."""
    STOPPING.set()
    for process in list(RUNNING):
        os.killpg(process.pid, signal.SIGKILL)
    sys.exit(143)
