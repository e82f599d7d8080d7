"""The ERP of the day: calls of the typed face, each repeated under its key until it is answered."""

import base64
import http.client
import itertools
import threading
import time
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NAMESPACE = "urn:kontor:v1"
MANDATOR = 1


class ErpError(Exception):
    """Kontor refused something, or did not answer any more."""


def xml(name, value):
    """A value as an element: a dict has children, a list has items."""
    if isinstance(value, dict):
        inner = "".join(xml(child, of) for child, of in value.items())
    elif isinstance(value, list):
        inner = "".join(xml("item", of) for of in value)
    elif isinstance(value, bool):
        inner = str(value).lower()
    else:
        inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"


def text(element, path):
    return element.findtext("/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/")))


def every(element, name):
    """The items of all lists of that name."""
    return [item for found in element.iter(f"{{{NAMESPACE}}}{name}") for item in found.findall(f"{{{NAMESPACE}}}item")]


class Erp:
    _keys = itertools.count()

    def __init__(self, port, user, password, accounts, patience=120):
        self.port, self.accounts, self.patience = port, accounts, patience
        self.login = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.local = threading.local()
        self.replayed = 0

    def call(self, operation, request):
        """Sends until it is answered: a gateway that was killed comes back, and knows the key."""
        body = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{operation} xmlns="{NAMESPACE}">{xml("request", request)}</{operation}></soap:Body></soap:Envelope>'
        ).encode()
        headers = {
            "Authorization": self.login,
            "Content-Type": "text/xml; charset=utf-8",
            "Idempotency-Key": f"day-{next(self._keys)}",
        }
        deadline = time.monotonic() + self.patience
        while True:
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("POST", "/ws/v1", body, headers)
                response = connection.getresponse()
                answer = response.read()
                break
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if time.monotonic() > deadline:
                    raise ErpError(f"{operation} was not answered for {self.patience} s: {error!r}") from error
                time.sleep(0.02)
        if response.status != 200:
            raise ErpError(f"{operation}: HTTP {response.status}: {answer.decode(errors='replace')[:500]}")
        self.replayed += response.getheader("X-Replayed") is not None
        result = ElementTree.fromstring(answer)
        codes = [code.text for code in result.iter(f"{{{NAMESPACE}}}returnCode")]
        if not codes or any(code != "0" for code in codes):
            raise ErpError(f"{operation}: {answer.decode(errors='replace')[:800]}")
        return result

    def articles(self, articles):
        """Hands articles over with prices and what controls their offers."""
        self.call("updateItems", {"items": [self._article(article) for article in articles]})
        self.prices(articles)

    def _article(self, article):
        item = {
            "significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": article.sku,
            "identifier": f"Article {article.sku}", "taxTypeId": 3,
        }  # fmt: skip
        if article.minimum or article.safety:
            item |= {"minimumStock": article.minimum, "safetyStock": article.safety}
        return item | {"specificItemData": self._block(article)}

    def _block(self, article):
        """The platform block of an article. Every account has its own part of it."""
        parts = []
        for account in self.accounts:
            settings = {"primary": int(account == article.primary)}
            settings |= {} if article.placing is None else {"placing_count": article.placing}
            settings |= {} if article.refill is None else {"refill_count": article.refill}
            parts.append(xml("account_specific", {"account_id": account, "listing_settings": settings}))
        return f"<any_item_data><account_specific_data>{''.join(parts)}</account_specific_data></any_item_data>"

    def prices(self, articles):
        prices = [{"itemNr": article.sku, "price": article.price} for article in articles]
        pricelist = {
            "significantKey": "IDENTIFIER", "mandatorId": MANDATOR, "identifier": "default",
            "validities": [{"prices": prices}],
        }  # fmt: skip
        self.call("updatePricelist", {"pricelists": [pricelist]})

    def stock(self, bookings):
        """Books (SKU, count, absolute) in one call."""
        items = [
            self._of(sku) | {"stockItems": [{"warehouseCode": "standard", "stockCount": count, "absolute": absolute}]}
            for sku, count, absolute in bookings
        ]
        self.call("updateStockCount", {"items": items})

    def limits(self, article):
        self.call("updateStockCount", {"items": [
            self._of(article.sku) | {"safetyStock": article.safety, "minimumStock": article.minimum, "stockItems": []}
        ]})  # fmt: skip

    @staticmethod
    def _of(sku):
        return {"significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": sku}

    def offer(self, articles):
        """Lists articles in all accounts."""
        offers = [
            {"mandatorId": MANDATOR, "accountId": account, "internalItemNumber": article.sku}
            for account in self.accounts
            for article in articles
        ]
        prepared = self.call("prepareOffers", {"offers": offers})
        numbers = [number.text for number in prepared.iter(f"{{{NAMESPACE}}}offerId")]
        self.call("uploadOffers", {"offerIds": numbers})

    def collect(self):
        self.call("syncPlatformOrders", {"accountIds": self.accounts, "processSynchronous": True})

    def orders(self, new):
        """The orders that were not taken over yet, or all."""
        filters = {"mandatorId": {"value": MANDATOR}} | ({"exportDate": {"isNull": True}} if new else {})
        found = []
        for page in itertools.count(1):
            answer = self.call("fetchOrders", {"filters": [filters], "ordersPerPage": 100, "page": page})
            orders = every(answer, "orders")
            found += [
                {
                    "id": text(order, "orderId"),
                    "account": int(text(order, "accountId")),
                    "number": text(order, "marketplaceOrderId"),
                    "status": int(text(order, "orderStatusId")),
                    "email": text(order, "customer/email"),
                    "sku": text(order, "orderItems/item/internalItemNumber"),
                    "pieces": int(text(order, "orderItems/item/quantity")),
                }
                for order in orders
            ]
            if len(orders) < 100:
                return found

    def report(self, order, status, **more):
        entry = {"significantKey": "ORDER_ID", "mandatorId": MANDATOR, "orderId": order["id"], "status": status}
        self.call("updateOrderStatus", {"orders": [entry | more]})
