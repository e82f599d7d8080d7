"""A bare Debian root to install packages into: made once by mmdebstrap, kept as an archive, unpacked for each run."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path


class NoRoot(Exception):
    """There can be no bare Debian here; the text says why."""


# Making a root and entering it needs root, or a sudo that asks no password.
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


def lacking():
    """Why there can be no bare Debian here; empty: there can."""
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap not found (Debian package mmdebstrap)"
    if AS_ROOT and subprocess.run([*AS_ROOT, "true"], capture_output=True, stdin=subprocess.DEVNULL, timeout=30).returncode:
        return "it needs root, or a sudo that asks no password"
    return ""


def signal(pid, sign):
    """To a process that Root.enter made, which another user may own."""
    subprocess.run([*AS_ROOT, "kill", f"-{sign}", str(pid)], stdin=subprocess.DEVNULL, check=False, timeout=30)


def _release():
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line).get("VERSION_CODENAME", "stable")


def _mirror(release):
    """Where apt gets this release from here; empty: mmdebstrap's own default."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages", "Component: main"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    ).stdout  # fmt: skip
    found = (line.split(" ", 1) for line in listed.splitlines() if " " in line)
    return next((uri for codename, uri in found if codename == release), "")


def archive(folder, packages):
    """The archive of a root with apt and these packages; made if it is not there yet. Raises NoRoot."""
    release = _release()
    name = hashlib.sha256(" ".join([release, *sorted(packages)]).encode()).hexdigest()[:12]
    path = folder / f"{release}-{name}.tar"
    if path.is_file():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{path.stem}.{os.getpid()}.tar"
    command = [*AS_ROOT, "mmdebstrap", "--variant=apt", f"--include={','.join(packages)}", release, str(made)]
    mirror = _mirror(release)
    try:
        done = subprocess.run(
            command + ([mirror] if mirror else []), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
        )
    except subprocess.TimeoutExpired:
        raise NoRoot("mmdebstrap did not end in ten minutes") from None
    if done.returncode:
        raise NoRoot(f"mmdebstrap cannot make one: {' '.join(done.stderr.splitlines()[-3:])}")
    made.rename(path)
    return path


class Root:
    """`with Root(archive, folder) as root:` — an unpacked root, gone at the end."""

    def __init__(self, tar, folder):
        self.tar, self.folder = tar, folder

    def __enter__(self):
        self.folder.mkdir(parents=True)
        # Devices cannot be made everywhere, and are not needed beyond /dev/null.
        subprocess.run(
            [*AS_ROOT, "tar", "-C", self.folder, "--numeric-owner", "--exclude=./dev/*", "-xpf", self.tar], check=True, timeout=120
        )
        # Not -m: without /proc, mknod cannot set rights.
        self.sh("mknod /dev/null c 1 3; chmod 666 /dev/null")
        return self

    def __exit__(self, *_):
        # Nothing is mounted there, so nothing of the machine is removed with it.
        subprocess.run([*AS_ROOT, "rm", "-rf", "--one-file-system", self.folder], check=False, timeout=120)

    def enter(self, *words):
        """The command that runs `words` in there, as root."""
        path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
        return [*AS_ROOT, "chroot", str(self.folder), "env", "-i", path, "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *words]

    def run(self, script, text="", seconds=120):
        """Runs a script of Bash as root; (exit code, what it printed)."""
        done = subprocess.run(
            self.enter("bash", "-ec", script), input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds
        )
        return done.returncode, done.stdout

    def sh(self, script, text="", seconds=120):
        """The same; it has to succeed."""
        code, output = self.run(script, text, seconds)
        if code:
            raise AssertionError(f"`{script}` ended with {code}: {output[-1500:]}")
        return output

    def bring(self, path, name):
        """Copies a file of the machine to /tmp of the root."""
        subprocess.run([*AS_ROOT, "cp", path, self.folder / "tmp" / name], check=True, timeout=60)
