"""A real mail server (aiosmtpd) on 127.0.0.1 with a certificate of its own, and bad days."""

import asyncio
import email
import email.policy
import logging
import ssl
import subprocess
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# Of aiosmtpd about itself, and about the server without TLS, which is there on purpose.
warnings.filterwarnings("ignore", module="aiosmtpd")
logging.getLogger("mail.log").setLevel(logging.ERROR)

LOGIN = ("kontor", "mail-secret")


def certificates(folder):
    """A certificate authority, and a certificate of it for 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    ca, key, request, signed = (folder / name for name in ("ca.pem", "key.pem", "request.pem", "server.pem"))
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth\n")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    openssl(*new, "/CN=Kontor test CA", "-x509", "-days", 30, "-keyout", folder / "ca-key.pem", "-out", ca)
    openssl(*new, "/CN=127.0.0.1", "-keyout", key, "-out", request)
    openssl(
        "x509", "-req", "-in", request, "-CA", ca, "-CAkey", folder / "ca-key.pem", "-CAcreateserial", "-days", 30,
        "-extfile", extensions, "-out", signed,
    )  # fmt: skip
    return ca, key, signed


class Post:
    """What the server took, and how it behaves: `mood` is one of MOODS."""

    MOODS = ("well", "greylists", "full", "hangs", "loses answers")

    def __init__(self):
        self.lock = threading.Lock()
        self.mood, self.mails, self.refused, self.greylisted = "well", [], set(), set()
        # Moods that a mail has met.
        self.met = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        with self.lock:
            mood = self.mood
            new = address not in self.greylisted
            self.greylisted.add(address)
        if mood == "hangs":
            self.met.add(mood)
            await asyncio.sleep(30)
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        if mood == "greylists" and new:
            self.met.add(mood)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        with self.lock:
            mood = self.mood
            if mood == "full":
                self.met.add(mood)
                return "452 4.3.1 no room"
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append((tuple(envelope.rcpt_tos), bool(session.authenticated), bool(session.ssl), mail))
        if mood == "loses answers":
            self.met.add(mood)
            server.transport.abort()
        return "250 OK"

    def taken(self):
        with self.lock:
            return list(self.mails)


class Server:
    """The server on a port that stays the same while it comes and goes."""

    def __init__(self, folder, port):
        self.ca, key, signed = certificates(folder)
        self.port, self.post, self.controller = port, Post(), None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(signed, key)

    def start(self, tls=True):
        def login(server, session, envelope, mechanism, data):
            good = (data.login.decode(), data.password.decode()) == LOGIN
            return AuthResult(success=good, handled=False)

        more = {"tls_context": self.context, "require_starttls": True} if tls else {}
        deadline = time.monotonic() + 30
        while True:
            self.controller = Controller(
                self.post, hostname="127.0.0.1", port=self.port, authenticator=login, auth_required=True, auth_require_tls=tls, **more
            )
            try:
                self.controller.start()
                return
            except OSError:
                # The port of the one before may be in use a moment longer.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def stop(self):
        if self.controller:
            self.controller.stop(no_assert=True)
            self.controller = None
