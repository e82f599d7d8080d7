"""A proxy between a program and the gateway: it keeps every call, loses answers, and is too busy for a call."""

import hashlib
import http.client
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

READING = ("fetch", "explain", "echo")
LEFT_OUT = {"connection", "transfer-encoding", "keep-alive", "content-length", "expect", "accept-encoding"}

BUSY = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode>
<faultstring>KONTOR-9003: too many calls are waiting</faultstring><detail><gatewayFault xmlns="urn:kontor:v1">
<errorCode>KONTOR-9003</errorCode><errorText>too many calls are waiting</errorText></gatewayFault></detail>
</s:Fault></s:Body></s:Envelope>"""


@dataclass
class Call:
    operation: str
    key: str
    digest: str  # of the document
    since: str  # the cursor in it
    lost: bool
    replayed: bool


class Post:
    """`with Post(url, ["CANCELED"], ["FETCHED"]) as url:`

    It loses the first answer to a document with each word of `lose`, and refuses the first document with each of `busy`.
    """

    def __init__(self, target, lose, busy):
        self.target, self.lose, self.busy = urlsplit(target), list(lose), list(busy)
        self.calls, self.lock = [], threading.Lock()

    def __enter__(self):
        post = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_GET(self):
                post.forward(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.own = f"127.0.0.1:{self.server.server_address[1]}"
        return f"http://{self.own}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def forward(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if self.take(self.busy, body):
            self.answer(handler, 503, [("Content-Type", "text/xml; charset=utf-8"), ("Retry-After", "1")], BUSY)
            return
        onward = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        try:
            headers = {name: value for name, value in handler.headers.items() if name.lower() not in LEFT_OUT}
            onward.request(handler.command, handler.path, body, headers)
            answer = onward.getresponse()
            content = answer.read()
        finally:
            onward.close()
        if handler.command == "GET":  # the WSDL must name the proxy, not the gateway
            content = content.replace(self.target.netloc.encode(), self.own.encode())
        elif answer.status != 401 and self.keep(handler, body, answer):
            handler.close_connection = True  # without a byte of the answer
            return
        self.answer(handler, answer.status, answer.getheaders(), content)

    @staticmethod
    def answer(handler, status, headers, content):
        handler.send_response(status)
        for name, value in headers:
            if name.lower() not in LEFT_OUT:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def take(self, words, body):
        """The first of the words that the document has, once."""
        with self.lock:
            word = next((word for word in words if word.encode() in body), None)
            if word:
                words.remove(word)
        return word

    def keep(self, handler, body, answer):
        """Whether the answer gets lost."""
        found = re.search(rb"Body[^<]*>\s*<(?:\w+:)?(\w+)", body)
        operation = found[1].decode() if found else "?"
        key = handler.headers.get("Idempotency-Key") or ""
        replayed = answer.getheader("X-Replayed") == "1"
        since = re.search(rb"changedSince>([^<]*)<", body)
        lost = bool(self.take(self.lose, body))
        self.calls.append(Call(operation, key, hashlib.sha256(body).hexdigest(), since[1].decode() if since else "", lost, replayed))
        return lost

    def writing(self):
        return [call for call in self.calls if not call.operation.startswith(READING)]

    def complaint(self):
        """None, or which rule of docs/erp/README.md about keys the program broke."""
        documents = {}
        for call in self.writing():
            if not call.key:
                return f"{call.operation} came without a key"
            if documents.setdefault(call.key, call.digest) != call.digest:
                return f"{call.operation} came with the key of another document"
        for number, call in enumerate(self.calls):
            again = [one for one in self.calls[number + 1 :] if (one.key, one.digest) == (call.key, call.digest)]
            if call.lost and not any(one.replayed for one in again):
                return f"{call.operation} was not repeated with its key after its answer got lost"
        if self.lose or self.busy:
            return f"no call with {', '.join(self.lose + self.busy)} came"
        return None
