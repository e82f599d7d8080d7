"""Starts and stops one Kontor gateway for a test, in a folder of its own and on a port of its own."""

import re
import shutil
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path


class GatewayError(Exception):
    """The gateway did not start; the text holds the end of its log."""


class Gateway:
    """`with Gateway(binary, folder, arguments) as url:` — the address is in `url`, the log in `folder`/gateway.log."""

    def __init__(self, binary, folder, arguments, wait=60):
        self.binary, self.folder, self.arguments, self.wait = Path(binary).resolve(), Path(folder), arguments, wait
        self.log_path = self.folder / "gateway.log"
        self.process = None
        self.url = None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def __enter__(self):
        if not self.binary.is_file():
            raise GatewayError(f"{self.binary} is not there; build it with `cargo build`")
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [self.binary, *self.arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            deadline = time.monotonic() + self.wait
            while not self._answers():
                if self.process.poll() is not None:
                    raise GatewayError(f"the gateway ended with {self.process.returncode}:\n{self.log()[-3000:]}")
                if time.monotonic() > deadline:
                    raise GatewayError(f"the gateway does not answer after {self.wait} s:\n{self.log()[-3000:]}")
                time.sleep(0.05)
        except BaseException:
            self.__exit__()
            raise
        return self.url

    def _answers(self):
        if self.url is None:
            found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", self.log())
            if not found:
                return False
            self.url = found.group(1)
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self):
        """Ends it at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def create_database(server):
    """A database of its own on the test server; the server is thrown away afterwards."""
    name = f"kontor_{uuid.uuid4().hex[:12]}"
    psql = shutil.which("psql")
    if not psql:
        raise GatewayError("psql not found")
    subprocess.run(
        [psql, "-q", "-X", "-d", server, "-c", f"CREATE DATABASE {name}"],
        check=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return server.rsplit("/", 1)[0] + f"/{name}"
