#!/usr/bin/env python3
"""How pages and bookings grow with the number of articles.

growth.py measure KONTOR [ARTICLES ...] > figures.csv     fills a demo gateway of its own, step by step (default 10000 100000 1000000)
growth.py plot figures.csv > growth.svg                   draws the figures

Each figure is the median of the calls, in milliseconds, as a client on the same machine sees them. Nothing but the standard library is
needed. The database is in a folder of its own under TMPDIR, and takes about 1.5 KB per article.
"""

import base64
import csv
import http.client
import math
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

NS = "urn:kontor:v1"
CALLS = 15
PAGE = 250
AT_A_TIME = 10_000
MANDATOR = "<filters><item><mandatorId><value>1</value></mandatorId></item></filters>"
OFFERS = "<filters><item><mandatorId><value>1</value></mandatorId><accountId><value>1000</value></accountId></item></filters>"


class Gateway:
    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="kontor-growth-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        database = os.path.join(self.folder.name, "kontor.db")
        with open(os.path.join(self.folder.name, "log"), "wb") as log:
            command = [os.path.abspath(program), "serve", "--demo", "--listen", f"127.0.0.1:{self.port}", "--database", database]
            self.process = subprocess.Popen(command, cwd=self.folder.name, stdout=log, stderr=log)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the gateway does not start")

    def call(self, operation, request):
        body = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{operation} xmlns="{NS}"><request>{request}</request></{operation}></soap:Body></soap:Envelope>'
        )
        login = base64.b64encode(b"erp:demo").decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        begun = time.perf_counter()
        self.connection.request("POST", "/ws/v1", body.encode(), headers)
        response = self.connection.getresponse()
        answer = response.read()
        took = (time.perf_counter() - begun) * 1000
        refused = re.search(rb"<returnCode>-\d+</returnCode>.{0,400}", answer, re.S)
        if response.status != 200 or refused:
            raise SystemExit(f"{operation}: {response.status} {refused and refused[0] or answer[:500]}")
        return took, answer

    def stop(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait(60)
        self.folder.cleanup()


def items(numbers):
    return "".join(
        f"<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><internalItemNumber>A-{n}</internalItemNumber>"
        f"<identifier>Article {n}</identifier><taxTypeId>3</taxTypeId></item>"
        for n in numbers
    )


def bookings(numbers, count):
    return "".join(
        f"<item><significantKey>INTERNAL_ITEM_NUMBER</significantKey><mandatorId>1</mandatorId><internalItemNumber>A-{n}</internalItemNumber>"
        f"<stockItems><item><warehouseCode>standard</warehouseCode><stockCount>{count}</stockCount><absolute>true</absolute></item></stockItems></item>"
        for n in numbers
    )


def offers(numbers):
    return "".join(
        f"<item><mandatorId>1</mandatorId><accountId>1000</accountId><internalItemNumber>A-{n}</internalItemNumber></item>" for n in numbers
    )


def grow(gateway, begin, end):
    for at in range(begin, end, AT_A_TIME):
        numbers = range(at, min(at + AT_A_TIME, end))
        gateway.call("updateItems", f"<items>{items(numbers)}</items>")
        gateway.call("updateStockCount", f"<items>{bookings(numbers, 1)}</items>")
        gateway.call("prepareOffers", f"<offers>{offers(numbers)}</offers>")
        print(f"{numbers[-1] + 1} articles", file=sys.stderr)


def measured(gateway, articles):
    """Name of a call, and what it took."""
    step = max(1, articles // 1000)

    def median(operation, request):
        return statistics.median(gateway.call(operation, request(n))[0] for n in range(CALLS))

    counts = iter(range(2, 10**6))
    spread = range(0, articles, step)[:1000]
    yield "updateStockCount, 1 000 records", median("updateStockCount", lambda n: f"<items>{bookings(spread, next(counts))}</items>")
    for operation, size, filters in (
        ("fetchItems", "itemsPerPage", MANDATOR),
        ("fetchStockCount", "itemsPerPage", MANDATOR),
        ("fetchOffers", "offersPerPage", OFFERS),
    ):
        first = f"{filters}<{size}>{PAGE}</{size}><page>1</page>"
        gateway.call("updateStockCount", f"<items>{bookings([0], 77)}</items>")
        yield f"{operation}, first page of all", gateway.call(operation, first)[0]
        yield f"{operation}, page 1 again", median(operation, lambda n: first)
        yield f"{operation}, a page deep inside", median(operation, lambda n: f"{filters}<{size}>{PAGE}</{size}><page>{articles // PAGE - n}</page>")
        cursor = re.search(rb"<nextChangedSince>([^<]*)", gateway.call(operation, f"{filters}<{size}>{PAGE}</{size}><changedSince></changedSince>")[1])
        since = cursor[1].decode() if cursor else ""
        yield f"{operation}, page behind a cursor", median(operation, lambda n: f"{filters}<{size}>{PAGE}</{size}><changedSince>{since}</changedSince>")


def measure(program, sizes):
    gateway, begin = Gateway(program), 0
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["call", "articles", "milliseconds"])
    try:
        for articles in sizes:
            grow(gateway, begin, articles)
            begin = articles
            for call, took in measured(gateway, articles):
                out.writerow([call, articles, f"{took:.2f}"])
                sys.stdout.flush()
    finally:
        gateway.stop()


COLOURS = ["#1b6ca8", "#c0392b", "#27864e", "#8e44ad", "#b9770e", "#16807a", "#555555", "#d35498", "#5b7c1f", "#2c3e93", "#a04000", "#7f8c8d", "#117864"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 460, 60, 330, 20, 50


def plot(path):
    curves = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            curves.setdefault(row["call"], []).append((int(row["articles"]), float(row["milliseconds"])))
    points = [point for curve in curves.values() for point in curve]
    low_x, high_x = (math.log10(f(x for x, _ in points)) for f in (min, max))
    low_y, high_y = math.floor(math.log10(min(y for _, y in points))), math.ceil(math.log10(max(y for _, y in points)))

    def x(articles):
        return LEFT + (math.log10(articles) - low_x) / ((high_x - low_x) or 1) * (WIDTH - LEFT - RIGHT)

    def y(took):
        return HEIGHT - BOTTOM - (math.log10(took) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low_y, high_y + 1):
        at = y(10**power)
        out.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g} ms</text>')
    for articles in sorted({articles for articles, _ in points}):
        out.append(f'<text x="{x(articles):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{articles:,}</text>'.replace(",", " "))
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">articles, each with stock and an offer</text>')
    last = sorted((curve[-1][1], call) for call, curve in curves.items())
    for place, (_, call) in enumerate(reversed(last)):
        colour = COLOURS[place % len(COLOURS)]
        line = " ".join(f"{x(articles):.1f},{y(took):.1f}" for articles, took in curves[call])
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x(articles):.1f}" cy="{y(took):.1f}" r="3" fill="{colour}"/>' for articles, took in curves[call]]
        label = TOP + 14 + 20 * place
        out.append(f'<path d="M{WIDTH - RIGHT + 14} {label - 4}h18" stroke="{colour}" stroke-width="3"/>')
        out.append(f'<text x="{WIDTH - RIGHT + 38}" y="{label}">{call}: {curves[call][-1][1]:.3g} ms</text>')
    print("\n".join([*out, "</svg>"]))


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "measure":
        measure(sys.argv[2], [int(size) for size in sys.argv[3:]] or [10_000, 100_000, 1_000_000])
    elif len(sys.argv) == 3 and sys.argv[1] == "plot":
        plot(sys.argv[2])
    else:
        raise SystemExit(__doc__)
