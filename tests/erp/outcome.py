"""What the gateway and its channel must show after the program of a stack has run."""

import json
import time
import urllib.request
from base64 import b64encode
from decimal import Decimal

import requests
import zeep
from zeep.transports import Transport

SALE = {"MUG-BLUE": "7.90", "SHIRT-L": "17.50"}
DEFAULT = {"MUG-BLUE": "9.90", "MUG-RED": "9.90", "SHIRT-M": "19.90", "SHIRT-L": "19.90", "PLATE": "6.50"}
STOCK = {"MUG-BLUE": 20, "MUG-RED": 20, "SHIRT-M": 12, "SHIRT-L": 12, "PLATE": 30}
OPTIONS = {
    "MUG-BLUE": {"Colour": "Blue"},
    "MUG-RED": {"Colour": "Red"},
    "SHIRT-M": {"Colour": "White", "Size": "M"},
    "SHIRT-L": {"Colour": "White", "Size": "L"},
}
CATEGORY = {"MUG": "kitchen/mugs", "SHIRT": "clothes", "PLATE": "kitchen"}


class Wrong(Exception):
    """The gateway or the channel does not show what it must."""


def same(what, seen, wanted):
    if seen != wanted:
        raise Wrong(f"{what}: {seen} instead of {wanted}")


def items_of(wrapper):
    return (wrapper.item if wrapper else None) or []


class Outcome:
    def __init__(self, url):
        self.url = url
        session = requests.Session()
        session.auth = ("erp", "example")
        self.kontor = zeep.Client(f"{url}/ws/v1?wsdl", transport=Transport(session=session, timeout=30, operation_timeout=60)).service

    def shop(self, path, body=None, method=None):
        login = b64encode(b"admin:example").decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {login}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sandbox/1000{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def fetch(self, operation, records, **more):
        mine = {"filters": {"item": [{"mandatorId": {"value": 1}}]}}
        result = getattr(self.kontor, operation)(request=mine | more)
        same(f"{operation} reports", result.report.returnCode, 0)
        return items_of(result[records])

    # ---- the catalogue --------------------------------------------------------------------------------------

    def articles(self):
        items = {item.internalItemNumber: item for item in self.fetch("fetchItems", "items", imagesAsBase64=True)}
        same("articles", sorted(items), sorted([*DEFAULT, "MUG", "SHIRT"]))
        for sku, options in OPTIONS.items():
            variant = items[sku].variant
            seen = {one.property.identifier: one.value.identifier for one in items_of(variant.attributes)}
            same(f"variant {sku}", (variant.externalVariantParentId, seen), (sku.split("-")[0], options))
        for sku, item in items.items():
            [picture] = items_of(item.imageModules)
            same(f"picture of {sku}", picture.imageBase64[:4], b"\x89PNG")
        same("text", items_of(items_of(items["PLATE"].textModules)[0].translations)[0].text, "Plate, 27 cm & dishwasher safe, made to last.")
        same("categories", sorted(one.externalId for one in self.fetch("fetchCategories", "categories")), ["CLOTHES", "KITCHEN", "MUGS"])

    def prices(self):
        lists = {one.identifier: one for one in self.fetch("fetchPricelist", "pricelists")}
        for name, wanted in (("default", DEFAULT), ("sale", SALE)):
            entries = [price for validity in items_of(lists[name].validities) for price in items_of(validity.prices)]
            same(f"price list {name}", {one.itemNr: one.price for one in entries}, {sku: Decimal(price) for sku, price in wanted.items()})

    def offers(self, refused=()):
        offers = {one.internalItemNumber: one for one in self.fetch("fetchOffers", "offers")}
        running = {sku for sku, offer in offers.items() if offer.offerStatus == "RUNNING"}
        same("offers", (sorted(offers), sorted(running)), (sorted(DEFAULT), sorted(set(DEFAULT) - set(refused))))
        listed = {one["sku"]: one for one in self.shop("/offers")["offers"]}
        for sku in running:
            offer, family = listed[sku], sku.split("-")[0]
            seen = (offer["price"], offer["quantity"], offer["category"], dict(offer["options"]), len(offer["images"]))
            same(f"offer {sku}", seen, ((DEFAULT | SALE)[sku], STOCK[sku], CATEGORY[family], OPTIONS.get(sku, {}), 1))

    # ---- orders ---------------------------------------------------------------------------------------------

    def buy(self, paid, **lines):
        wanted = [{"sku": sku.replace("_", "-"), "quantity": quantity} for sku, quantity in lines.items()]
        number = self.shop("/orders", {"lines": wanted})["order_id"]
        if paid:
            self.pay(number)
        self.wait(number, lambda order: (order.paymentStatusIdentifier == "PAID") == paid)
        return number

    def pay(self, number):
        self.shop(f"/orders/{number}/pay", {})
        self.wait(number, lambda order: order.paymentStatusIdentifier == "PAID")

    def order(self, number):
        return next((one for one in self.fetch("fetchOrders", "orders") if one.marketplaceOrderId == number), None)

    def wait(self, number, condition):
        deadline = time.monotonic() + 30
        while not ((order := self.order(number)) and condition(order)):
            if time.monotonic() > deadline:
                raise Wrong(f"the gateway has not collected order {number}")
            time.sleep(0.1)

    def handled(self, number, lines, parcels, status):
        """`lines`: pieces shipped and cancelled per article; `parcels`: pieces per article of each."""
        order = self.order(number)
        same(f"order {number} is taken over", order.exportDate is not None, True)
        same(f"status of {number}", order.orderStatusIdentifier, status)
        articles = {line.orderItemId: line.internalItemNumber for line in items_of(order.orderItems)}
        seen = {line.internalItemNumber: (line.shippedQuantity, line.cancelledQuantity) for line in items_of(order.orderItems)}
        same(f"pieces of {number}", seen, lines)
        seen = [{articles[one.orderItemId]: one.quantity for one in items_of(packet.contents)} for packet in items_of(order.packets)]
        same(f"parcels of {number}", seen, parcels)
        tracking = [f"TRACK-{order.orderNumber}-{n + 1}" for n in range(len(parcels))]
        same(f"tracking of {number}", [packet.trackingNumber for packet in items_of(order.packets)], tracking)
        deadline = time.monotonic() + 20
        while True:  # the channel learns of it in the background
            shown = self.shop(f"/orders/{number}")
            seen = {line["sku"]: (line["shipped"], line["cancelled"]) for line in shown["lines"]}, [one["tracking_number"] for one in shown["packets"]]
            if seen == (lines, tracking):
                return
            if time.monotonic() > deadline:
                raise Wrong(f"the channel shows {seen} for order {number} instead of {(lines, tracking)}")
            time.sleep(0.1)
