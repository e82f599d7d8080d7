#!/usr/bin/env python3
"""The whole way with a real Medusa shop, along docs/channels/medusa.md.

With --live it then runs Rust tests against the same shop: those of the connector, the conformance suite, and a gateway that is killed.

Called by ./test; by hand:  .setup/venv/bin/python tests/medusa/run.py [--gateway target/debug/kontor] [--live]
"""

import re
import sys

sys.dont_write_bytecode = True
import medusa  # noqa: E402
import walk  # noqa: E402
from walk import Failed, stays, until  # noqa: E402

SKU = "LAMPE-7"
TRACKING = "00340434161094000002"
CHECKS = [
    "an article reaches the shop with text, price and stock",
    "an order reaches the ERP",
    "payment and parcel reach the shop, the stock is right",
    "a cancellation reaches the shop",
]


def steps(walk):
    shop = medusa.Shop(walk.shop_url)

    def offered():
        return [(v["title"], v["prices"], v["available"], v["published"]) for v in shop.variants(SKU)]

    def available():
        return [v["available"] for v in shop.variants(SKU)]

    def state(number):
        order = shop.order(number)
        parcels = [
            (bool(parcel["shipped_at"]), [label["tracking_number"] for label in parcel["labels"]])
            for parcel in order["fulfillments"]
            if not parcel["canceled_at"]
        ]
        return order["payment_status"], order["fulfillment_status"], parcels

    walk.run("article")
    until("the article is in the shop", offered, [("Tischlampe", {"eur": 49.9}, 12, True)])
    walk.run("product")
    yield CHECKS[0]

    listed = walk.run("order")
    number = walk.environment["NUMBER"]
    if not re.search(rf"{number}\s+2 x {SKU}", listed):
        raise Failed(f"`orders` does not list {number} with 2 x {SKU}: {listed.strip()}")
    until("its pieces are no longer offered", available, [10])
    yield CHECKS[1]

    walk.run("shipped")
    until("the shop knows payment and parcel", lambda: state(number), ("captured", "shipped", [(True, [TRACKING])]))
    until("the stock is right", available, [10])
    # Longer than a poll and a dispatch: nothing may book a second time.
    stays("and stays right", available, [10], 8)
    yield CHECKS[2]

    walk.run("cancel")
    second = walk.environment["SECOND"]
    until("the order is cancelled", lambda: shop.order(second)["status"], "canceled")
    until("its piece is offered again", available, [10])
    yield CHECKS[3]


if __name__ == "__main__":
    sys.exit(walk.main(walk.Guide("Medusa", ("54329", "3300", "8080"), "MEDUSA_API_KEY", steps, CHECKS), __doc__))
