"""The ERP of the month: what the one of the day does, and orders in parts."""

import base64
import http.client
from decimal import Decimal

from calls import MANDATOR, NAMESPACE, ErpError, every, text, xml
from calls import Erp as DayErp

PAGE = 20


def entries(element, name):
    """The items of the list of that name, which an element has itself."""
    found = element.find(f"{{{NAMESPACE}}}{name}")
    return [] if found is None else found.findall(f"{{{NAMESPACE}}}item")


def number(element, path):
    value = text(element, path)
    return int(value) if value else None


def pieces(item):
    words = ("quantity", "cancelledQuantity", "shippedQuantity", "returnedQuantity", "refundedQuantity")
    return (text(item, "internalItemNumber"), *(int(text(item, word) or 0) for word in words))


def view(order):
    """What the month looks at of an order in an answer of `fetchOrders`."""
    items = entries(order, "orderItems")
    return {
        "id": int(text(order, "orderId")),
        "visible": number(order, "orderNumber"),
        "own": text(order, "externalOrderNumber1"),
        "account": number(order, "accountId"),
        "number": text(order, "marketplaceOrderId"),
        "status": text(order, "orderStatusIdentifier"),
        "total": Decimal(text(order, "totalAmount") or 0),
        "refunded": Decimal(text(order, "refundedAmount") or 0),
        "positions": [(int(text(item, "orderItemId")), text(item, "marketplaceOrderItemId"), pieces(item)) for item in items],
        "reserved": {
            (int(text(item, "orderItemId")), text(held, "warehouseCode")): int(text(held, "quantity"))
            for item in items
            for held in entries(item, "reservations")
        },
        "parcels": [text(packet, "trackingNumber") for packet in entries(order, "packets") if text(packet, "trackingNumber")],
        "changes": [text(change, "orderChangeId") for change in entries(order, "orderChanges")],
    }


class Erp(DayErp):
    def article(self, sku):
        item = {
            "significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": sku,
            "identifier": f"Article {sku}", "taxTypeId": 3,
        }  # fmt: skip
        self.call("updateItems", {"items": [item]})

    def prices(self, prices):
        entry = {
            "significantKey": "IDENTIFIER", "mandatorId": MANDATOR, "identifier": "default",
            "validities": [{"prices": [{"itemNr": sku, "price": price} for sku, price in prices.items()]}],
        }  # fmt: skip
        self.call("updatePricelist", {"pricelists": [entry]})

    def offer(self, skus):
        offers = [
            {"mandatorId": MANDATOR, "accountId": account, "internalItemNumber": sku} for account in self.accounts for sku in skus
        ]
        prepared = self.call("prepareOffers", {"offers": offers})
        numbers = [found.text for found in prepared.iter(f"{{{NAMESPACE}}}offerId")]
        self.call("uploadOffers", {"offerIds": numbers, "processSynchronous": True})

    @staticmethod
    def _booking(sku, warehouse, count, absolute):
        of = {"significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": sku}
        return of | {"stockItems": [{"warehouseCode": warehouse, "stockCount": count, "absolute": absolute}]}

    def stock(self, bookings):
        self.call("updateStockCount", {"items": [self._booking(*booking) for booking in bookings]})

    def till(self, sku, warehouse):
        """One piece less, without a key. The answer is read, so that the next equal sale is another one."""
        request = xml("request", {"items": [self._booking(sku, warehouse, -1, False)]})
        body = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<updateStockCount xmlns="{NAMESPACE}">{request}</updateStockCount></soap:Body></soap:Envelope>'
        ).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", "/ws/v1", body, {"Authorization": self.login, "Content-Type": "text/xml; charset=utf-8"})
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        if response.status != 200 or "<returnCode>0<" not in answer or response.getheader("X-Replayed"):
            raise ErpError(f"a sale at the till: HTTP {response.status}: {answer[:500]}")

    # ---- orders ---------------------------------------------------------------------------------------------------

    @staticmethod
    def _key(order):
        if order.order_id is None:
            return {"significantKey": "EXTERNAL_ORDER_NUMBER_1", "mandatorId": MANDATOR, "externalOrderNumber1": order.own}
        return {"significantKey": "ORDER_ID", "mandatorId": MANDATOR, "orderId": order.order_id}

    @staticmethod
    def _address(city):
        return {
            "lastName": "Caller", "street": "Harbour", "houseNumber": "1", "postalCode": "53111", "city": city, "countryCodeIso": "DE",
        }  # fmt: skip

    def sell(self, own, payment, sku, count, price, city):
        """A phone sale that the ERP has taken over already."""
        self.call("updateOrders", {"orders": [{
            "significantKey": "EXTERNAL_ORDER_NUMBER_1", "mandatorId": MANDATOR, "externalOrderNumber1": own,
            "currencyCodeIso": "EUR", "subChannelId": 4100, "paymentMethodId": payment,
            "customer": {"email": "caller@example.com"}, "invoiceAddress": self._address("Bonn"), "deliveryAddress": self._address(city),
            "orderItems": [{"internalItemNumber": sku, "quantity": count, "price": price, "taxRate": 19}],
        }]})  # fmt: skip

    def _orders(self, request):
        filters = {"filters": [{"mandatorId": {"value": MANDATOR}}], "ordersPerPage": PAGE}
        return self.call("fetchOrders", filters | request)

    def changed_orders(self, cursor):
        """What changed since, and the cursor for the next reading."""
        answer = self._orders({"changedSince": cursor})
        following = next(answer.iter(f"{{{NAMESPACE}}}nextChangedSince")).text
        return [view(order) for order in every(answer, "orders")], following

    def all_orders(self):
        found, page = [], 1
        while True:
            orders = every(self._orders({"page": page}), "orders")
            found += [view(order) for order in orders]
            if len(orders) < PAGE:
                return found
            page += 1

    def reservations(self, order):
        found = self.call("fetchOrders", {"filters": [{"mandatorId": {"value": MANDATOR}, "orderIds": {"value": order.order_id}}]})
        return view(every(found, "orders")[0])["reserved"]

    def number(self, order):
        self.call("updateOrders", {"orders": [self._key(order) | {"externalOrderNumber1": order.own}]})

    def accept(self, order, changes):
        self.call("updateOrders", {"orders": [self._key(order) | {"acceptedChangeIds": changes}]})

    def correct(self, order, line, **fields):
        self.call("updateOrders", {"orders": [self._key(order) | {"orderItems": [{"orderItemId": line.position} | fields]}]})

    def adjust(self, order):
        self.call("adjustOrders", {"orders": [self._key(order)], "processSynchronous": True})

    def credit(self, order, number, **more):
        """Twice: the second time it is known."""
        for _ in range(2):
            self.call("createCreditEntry", {"creditEntries": [self._key(order) | {"externalCreditNumber": number} | more]})

    def report(self, order, status, **more):
        self.call("updateOrderStatus", {"orders": [self._key(order) | {"status": status} | more]})

    def address(self, order, city):
        self.call("updateOrders", {"orders": [self._key(order) | {"deliveryAddress": self._address(city)}]})

    # ---- payments, labels and papers ------------------------------------------------------------------------------

    def _pages(self, operation, name, size, **filters):
        """All records of a fetch, page by page."""
        found, page = [], 1
        while True:
            answer = self.call(operation, {"filters": [{"mandatorId": {"value": MANDATOR}} | filters], size: PAGE, "page": page})
            records = every(answer, name)
            found += records
            if len(records) < PAGE:
                return found
            page += 1

    def payments(self):
        return [
            {
                "id": number(one, "paymentId"),
                "amount": Decimal(text(one, "paymentAmount")),
                "state": text(one, "paymentStatusIdentifier"),
                "text": text(one, "purpose"),
                "orders": {number(order, "orderNumber"): Decimal(text(order, "assignedAmount")) for order in entries(one, "orders")},
            }
            for one in self._pages("fetchPayments", "payments", "paymentsPerPage")
        ]

    def labels(self, operation, label):
        self.call(operation, {"shippingLabels": [label]})

    def shipping_labels(self, own=None):
        """All labels, or the one with this number."""
        narrowed = {"externalLabelNumber": {"value": own}} if own else {}
        return [
            {
                "number": text(one, "externalLabelNumber"),
                "state": text(one, "labelStatus").lower(),
                "tracking": text(one, "trackingNumber"),
                "messages": " ".join(message.text for message in entries(one, "labelMessages")),
                "files": sum(bool(text(file, "base64Doc")) for file in entries(one, "documents")),
            }
            for one in self._pages("fetchShippingLabels", "shippingLabels", "labelsPerPage", **narrowed)
        ]

    def paper(self, order, **document):
        """Has a paper made; its number."""
        answer = self.call("createOrderDocuments", {"orders": [self._key(order) | {"documents": [document]}]})
        return next(answer.iter(f"{{{NAMESPACE}}}externalDocumentNumber")).text

    def papers(self, kind):
        """The files of all papers of a kind."""
        orders = self._pages("fetchOrderDocuments", "orders", "ordersPerPage")
        documents = [one for order in orders for one in entries(order, "documents")]
        wanted = kind.upper().replace(" ", "_")
        return [base64.b64decode(text(one, "base64Doc")) for one in documents if text(one, "documentType") == wanted]

    # ---- customers and coupons ------------------------------------------------------------------------------------

    def customers(self):
        """(account, e-mail address) -> number, last name and group of every buyer."""
        found, page = {}, 1
        while True:
            answer = self.call(
                "fetchCustomers", {"filters": [{"mandatorId": {"value": MANDATOR}}], "customersPerPage": PAGE, "page": page}
            )
            customers = every(answer, "customers")
            for one in customers:
                key = (number(one, "accountId"), text(one, "email"))
                found[key] = (number(one, "customerNumber"), text(one, "lastName"), text(one, "customerGroupIdentifier"))
            if len(customers) < PAGE:
                return found
            page += 1

    def groups(self, names):
        """Groups by the ERP's own numbers, so that they can be renamed."""
        groups = [
            {"significantKey": "EXTERNAL_ID", "mandatorId": MANDATOR, "externalId": own, "identifier": name}
            for own, name in names.items()
        ]
        self.call("updateCustomerGroups", {"customerGroups": groups})

    def customer(self, key, name, group, city):
        address = {"lastName": name, "street": "Harbour", "city": city, "countryCodeIso": "DE"}
        self.call("updateCustomers", {"customers": [{
            "significantKey": "CUSTOMER_NUMBER", "mandatorId": MANDATOR, "customerNumber": key, "lastName": name,
            "customerGroupIdentifier": group, "shippingAddresses": [address],
        }]})  # fmt: skip

    def coupon(self, code, limit, active):
        self.call("updateCoupons", {"coupons": [{
            "mandatorId": MANDATOR, "code": code, "kind": "AMOUNT", "value": 2, "currencyCodeIso": "EUR",
            "usageLimit": limit, "active": active,
        }]})  # fmt: skip

    def send_customers_and_coupons(self):
        for operation in ("syncPlatformCustomers", "syncPlatformCoupons"):
            self.call(operation, {"accountIds": self.accounts, "processSynchronous": True})

    # ---- what is in the books -------------------------------------------------------------------------------------

    def changes_on_their_way(self, **more):
        answer = self.call("fetchPendingChanges", {"filters": [{"mandatorId": {"value": MANDATOR}} | more]})
        return [
            f"{text(change, 'topic')} of {text(change, 'marketplaceOrderId') or text(change, 'internalItemNumber')}: {text(change, 'lastError')}"
            for change in every(answer, "changes")
        ]

    def stock_count(self):
        """(SKU, warehouse) -> (pieces, reserved of them)."""
        answer = self.call("fetchStockCount", {"filters": [{"mandatorId": {"value": MANDATOR}}]})
        return {
            (text(item, "internalItemNumber"), text(stock, "warehouseCode")): (
                int(text(stock, "stockCount")), int(text(stock, "reservedCount")),
            )
            for item in every(answer, "items")
            for stock in entries(item, "stockItems")
        }  # fmt: skip
