#!/usr/bin/env python3
"""The whole way with a real Vendure shop, along docs/channels/vendure.md.

With --live it then runs Rust tests against the same shop: those of the connector, the conformance suite, and a gateway that is killed.

Called by ./test; by hand:  .setup/venv/bin/python tests/vendure/run.py [--gateway target/debug/kontor] [--live]
"""

import re
import sys

sys.dont_write_bytecode = True
import vendure  # noqa: E402
import walk  # noqa: E402
from walk import Failed, stays, until  # noqa: E402

SKU = "NADEL-5"
TRACKING = "00340434161094000001"
CHECKS = [
    "an article reaches the shop with text, price and stock",
    "an order reaches the ERP",
    "payment and parcel reach the shop, the stock is right",
    "a cancellation reaches the shop",
]


def steps(walk):
    shop = vendure.Shop(walk.shop_url)

    def offered():
        return [(v["product"], v["cents"], v["currency"], v["on_hand"] - v["allocated"], v["enabled"]) for v in shop.variants(SKU)]

    def stock():
        return [(v["on_hand"], v["allocated"]) for v in shop.variants(SKU)]

    def state(number):
        order = shop.order(number)
        parcels = [(f["state"], f["method"], f["trackingCode"]) for f in order["fulfillments"]]
        return order["state"], [payment["state"] for payment in order["payments"]], parcels

    walk.run("article")
    until("the article is in the shop", offered, [("Häkelnadel 5 mm", 1990, "EUR", 12, True)])
    description = [v["description"] for v in shop.variants(SKU)]
    if description != ["Aus Birkenholz, <b>geölt</b>."]:
        raise Failed(f"the text in the shop is {description}")
    walk.run("product")
    yield CHECKS[0]

    listed = walk.run("order")
    number = walk.environment["NUMBER"]
    if not re.search(rf"{number}\s+2 x {SKU}", listed):
        raise Failed(f"`orders` does not list {number} with 2 x {SKU}: {listed.strip()}")
    until("its pieces are no longer offered", offered, [("Häkelnadel 5 mm", 1990, "EUR", 10, True)])
    yield CHECKS[1]

    walk.run("shipped")
    shipped = ("Shipped", ["Settled"], [("Shipped", "DHL", TRACKING)])
    until("the shop knows payment and parcel", lambda: state(number), shipped)
    until("the stock is right", stock, [(10, 0)])
    # Longer than a poll and a dispatch: nothing may book a second time.
    stays("and stays right", stock, [(10, 0)], 8)
    yield CHECKS[2]

    walk.run("cancel")
    second = walk.environment["SECOND"]
    until("the order is cancelled", lambda: state(second)[0], "Cancelled")
    until("its piece is offered again", stock, [(10, 0)])
    yield CHECKS[3]


if __name__ == "__main__":
    sys.exit(walk.main(walk.Guide("Vendure", ("54329", "3100", "8080"), "VENDURE_PASSWORD", steps, CHECKS), __doc__))
