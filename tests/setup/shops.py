"""Starts and stops a real shop for the tests: one program in a folder of its own, which has its log and process id.

Standard library only, so that it runs before anything is installed. Used by `tests/vendure` and `tests/medusa`.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

SETUP = Path(os.environ.get("KONTOR_SETUP_DIR", Path(__file__).resolve().parent.parent.parent / ".setup"))


class ShopError(Exception):
    """The shop refused something; the text says what and where to look."""


def start(name, script, folder, environment, set_up, wait=240):
    """Starts `script` with the packages of .setup/NAME in `folder`, waits for its READY, and sets the shop up."""
    folder = Path(folder)
    packages = SETUP / name
    if not (packages / "node_modules").is_dir():
        raise ShopError(f"{name} is not installed; run tests/setup/install")
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "shop.pid").exists():
        raise ShopError(f"{folder}/shop.pid is there: a shop was started in it; stop that one first")
    log_path = folder / "shop.log"
    with open(log_path, "wb") as log:
        process = subprocess.Popen(
            ["node", str(script)],
            cwd=folder,
            env=os.environ | environment | {"SHOP_PACKAGES": str(packages.resolve()), "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (folder / "shop.pid").write_text(f"{process.pid} {_started(process.pid)}\n")
    try:
        deadline = time.monotonic() + wait
        while "\nREADY" not in log_path.read_text(errors="replace"):
            if process.poll() is not None:
                raise ShopError(f"the shop ended at once:\n{log_path.read_text(errors='replace')[-3000:]}")
            if time.monotonic() > deadline:
                raise ShopError(f"the shop is not ready after {wait} s; its log is {log_path}")
            time.sleep(0.2)
        set_up()
    except BaseException:
        stop(folder)
        raise


def stop(folder, wait=20):
    """Stops the shop that `start` started in `folder`, and only that. Returns whether one was running."""
    pid_file = Path(folder) / "shop.pid"
    try:
        pid, began = pid_file.read_text().split()
    except (OSError, ValueError):
        return False
    pid = int(pid)
    running = _started(pid) == began
    if running:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + wait
        while _started(pid) == began and not _is_zombie(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            time.sleep(0.1)
    pid_file.unlink(missing_ok=True)
    return running


def _started(pid):
    """When that process began, in the kernel's ticks: a process id alone may have been given away again."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return None


def _is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
