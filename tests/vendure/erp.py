#!/usr/bin/env python3
"""The smallest ERP there is: each command is one or a few calls of Kontor's typed SOAP interface.

  erp.py article SKU NAME PRICE STOCK [TEXT]   hand over an article with its price and stock (default: no text)
  erp.py stock SKU COUNT                       set the stock
  erp.py collect ACCOUNT                       let Kontor look for new orders in the account now
  erp.py orders                                list the orders that the ERP has not taken over yet
  erp.py order-id NUMBER                       print Kontor's id of the order with that number at the channel
  erp.py paid ORDER_ID                         report an order as paid
  erp.py shipped ORDER_ID TRACKING CARRIER     report an order as shipped
  erp.py cancel ORDER_ID                       report an order as cancelled

Kontor's address and the login come from KONTOR_URL (default http://127.0.0.1:8080), KONTOR_USER (erp) and
KONTOR_PASSWORD (example). Runs with the Python that has zeep: .setup/venv/bin/python.
"""

import os
import sys

import requests
import zeep
import zeep.exceptions
from zeep.transports import Transport

MANDATOR = 1


class ErpError(Exception):
    """Kontor refused a record."""


class Erp:
    def __init__(self, url, user, password):
        session = requests.Session()
        session.auth = (user, password)
        transport = Transport(session=session, timeout=30, operation_timeout=60)
        self.call = zeep.Client(f"{url}/ws/v1?wsdl", transport=transport).service

    @staticmethod
    def good(result):
        """The reports of a writing call, all of them good."""
        reports = result.reports if hasattr(result, "reports") else result  # zeep unwraps a single child
        reports = (reports.item if reports else None) or []
        for report in reports:
            if report.returnCode != 0:
                raise ErpError(f"{report.returnCode}: {report.errorDescription}")
        return reports

    def article(self, sku, name, price, stock, text=None):
        article = {
            "significantKey": "INTERNAL_ITEM_NUMBER",
            "mandatorId": MANDATOR,
            "internalItemNumber": sku,
            "identifier": name,
            "taxTypeId": 3,
        }
        if text:
            translation = {"languageCodeIso": "de", "text": text}
            article["textModules"] = {"item": [{"textModuleType": 15, "translations": {"item": [translation]}}]}
        self.good(self.call.updateItems(request={"items": {"item": [article]}}))
        self.price(sku, price)
        self.stock(sku, stock)

    def price(self, sku, price):
        prices = {"item": [{"itemNr": sku, "price": price}]}
        pricelist = {
            "significantKey": "IDENTIFIER",
            "mandatorId": MANDATOR,
            "identifier": "default",
            "fullImport": False,
            "isoCurrency": "EUR",
            "roundingId": 1,
            "gross": True,
            "validities": {"item": [{"prices": prices}]},
        }
        self.good(self.call.updatePricelist(request={"pricelists": {"item": [pricelist]}}))

    def stock(self, sku, count):
        stock = {"mandatorId": MANDATOR, "warehouseCode": "standard", "stockCount": int(count), "absolute": True}
        article = {
            "significantKey": "INTERNAL_ITEM_NUMBER",
            "mandatorId": MANDATOR,
            "internalItemNumber": sku,
            "stockItems": {"item": [stock]},
        }
        self.good(self.call.updateStockCount(request={"items": {"item": [article]}}))

    def collect(self, account):
        self.good(
            self.call.syncPlatformOrders(request={"accountIds": {"item": [int(account)]}, "processSynchronous": True})
        )

    def orders(self):
        orders, page = [], 1
        while True:
            result = self.call.fetchOrders(
                request={
                    "filters": {"item": [{"mandatorId": {"value": MANDATOR}, "exportDate": {"isNull": True}}]},
                    "ordersPerPage": 100,
                    "page": page,
                }
            )
            if result.report.returnCode != 0:
                raise ErpError(f"{result.report.returnCode}: {result.report.errorDescription}")
            found = (result.orders.item if result.orders else None) or []
            orders += found
            if len(found) < 100:
                return orders
            page += 1

    def order_id(self, number):
        found = [order.orderId for order in self.orders() if order.marketplaceOrderId == number]
        if len(found) != 1:
            raise ErpError(f"{len(found)} new orders have the number {number}")
        return found[0]

    def report(self, order_id, status, **more):
        order = {"significantKey": "ORDER_ID", "mandatorId": MANDATOR, "orderId": int(order_id), "status": status}
        self.good(self.call.updateOrderStatus(request={"orders": {"item": [order | more]}}))

    def shipped(self, order_id, tracking, carrier):
        parcel = {"trackingNumber": tracking, "shippingProviderIdentifier": carrier}
        self.report(order_id, "SHIPPED", shippingInformations={"item": [parcel]})


def show(order):
    lines = ", ".join(f"{int(line.quantity)} x {line.internalItemNumber}" for line in order.orderItems.item)
    return f"{order.orderId}  {order.marketplaceOrderId}  {lines}"


COMMANDS = {
    "article": (4, 5, lambda erp, *a: erp.article(*a)),
    "stock": (2, 2, lambda erp, *a: erp.stock(*a)),
    "collect": (1, 1, lambda erp, *a: erp.collect(*a)),
    "orders": (0, 0, lambda erp: "\n".join(show(order) for order in erp.orders())),
    "order-id": (1, 1, lambda erp, number: str(erp.order_id(number))),
    "paid": (1, 1, lambda erp, order: erp.report(order, "PAID")),
    "shipped": (3, 3, lambda erp, *a: erp.shipped(*a)),
    "cancel": (1, 1, lambda erp, order: erp.report(order, "CANCELED")),
}


def main(arguments):
    least, most, run = COMMANDS.get(arguments[0] if arguments else "", (0, -1, None))
    if not least <= len(arguments) - 1 <= most:
        asked = arguments[:1] in (["--help"], ["-h"])
        print(__doc__.strip(), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        erp = Erp(
            os.environ.get("KONTOR_URL", "http://127.0.0.1:8080"),
            os.environ.get("KONTOR_USER", "erp"),
            os.environ.get("KONTOR_PASSWORD", "example"),
        )
        answer = run(erp, *arguments[1:])
    except (ErpError, zeep.exceptions.Error, requests.RequestException) as error:
        print(f"erp: {error}", file=sys.stderr)
        return 1
    if answer:
        print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
