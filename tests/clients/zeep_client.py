"""The story of run.py with zeep, the SOAP client that Python programs use.   zeep_client.py typed|compat"""

import os
import sys
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape, quoteattr

import lxml.etree
import requests
import xmlschema
import zeep
import zeep.exceptions
from zeep.transports import Transport

URL, SKU = os.environ["KONTOR_URL"], os.environ["KONTOR_SKU"]
USER, PASSWORD = os.environ["KONTOR_USER"], os.environ["KONTOR_PASSWORD"]
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ACCOUNT = 1000
TRACKING = f"T-{SKU}"
NAME = 'Größe "L" & \'fein\' <neu>'
SHORT_TEXT = "  zwei Blanks vorn, ein ß, ein € und <b>Fett</b> &amp; mehr"
LONG_TEXT = "Ein langer Text über Äpfel. " * 2000


def check(what, condition, *seen):
    if not condition:
        print(f"FAILED {what}: {' '.join(repr(s) for s in seen)[:1500]}")
        sys.exit(1)
    print(f"ok {what}")


class Typed:
    """Payloads of the typed face: all the names of its WSDL that this client uses are here."""

    wsdl = "/ws/v1?wsdl"
    echo_arguments = {"request": {}}

    def __init__(self, client):
        self.call = client.service

    @staticmethod
    def records(result):
        """(code, reference, error, report) of each report."""
        # zeep unwraps as long as there is one child only, and gives None for an element without children.
        reports = result.reports if hasattr(result, "reports") else result
        found = (reports.item if reports else None) or []
        return [(r.returnCode, getattr(r, "referenceId", None), r.errorDescription, r) for r in found]

    def echo(self):
        return self.call.echo(**self.echo_arguments)

    def items(self, *rows):
        item = [
            {
                "significantKey": "INTERNAL_ITEM_NUMBER",
                "referenceId": reference,
                "mandatorId": 1,
                "internalItemNumber": sku,
                "identifier": NAME,
                "taxTypeId": tax,
                "textModules": {
                    "item": [
                        {"textModuleType": 15, "translations": {"item": [{"languageCodeIso": "de", "text": text}]}}
                    ]
                },
            }
            for reference, sku, tax, text in rows
        ]
        return self.records(self.call.updateItems(request={"items": {"item": item}}))

    def item_id(self, record):
        return record[3].item.itemId

    def price(self, sku, price):
        prices = {"item": [{"itemNr": sku, "price": price}]}
        return self.records(
            self.call.updatePricelist(
                request={
                    "pricelists": {
                        "item": [
                            {
                                "significantKey": "IDENTIFIER",
                                "mandatorId": 1,
                                "identifier": "default",
                                "fullImport": False,
                                "isoCurrency": "EUR",
                                "roundingId": 1,
                                "gross": True,
                                "validities": {"item": [{"prices": prices}]},
                            }
                        ]
                    }
                }
            )
        )

    def stock(self, sku, count):
        row = {"mandatorId": 1, "warehouseCode": "standard", "stockCount": count, "absolute": True}
        return self.records(
            self.call.updateStockCount(
                request={
                    "items": {
                        "item": [
                            {
                                "significantKey": "INTERNAL_ITEM_NUMBER",
                                "mandatorId": 1,
                                "internalItemNumber": sku,
                                "stockItems": {"item": [row]},
                            }
                        ]
                    }
                }
            )
        )

    def prepare(self, item_id):
        offer = {"mandatorId": 1, "accountId": ACCOUNT, "itemId": item_id}
        return self.records(self.call.prepareOffers(request={"offers": {"item": [offer]}}))

    def offer_id(self, record):
        return record[3].offer.offerId

    def upload(self, offer_id):
        return self.records(
            self.call.uploadOffers(request={"offerIds": {"item": [offer_id]}, "processSynchronous": True})
        )

    def sync(self):
        return self.records(
            self.call.syncPlatformOrders(request={"accountIds": {"item": [ACCOUNT]}, "processSynchronous": True})
        )

    def orders(self):
        """(order id, number at the channel, [(sku, quantity)]) of each order the ERP has not got yet."""
        result = self.call.fetchOrders(
            request={
                "filters": {"item": [{"mandatorId": {"value": 1}, "exportDate": {"isNull": True}}]},
                "ordersPerPage": 50,
                "page": 1,
            }
        )
        check("fetchOrders reports success", result.report.returnCode == 0, result.report)
        return [
            (o.orderId, o.marketplaceOrderId, [(i.internalItemNumber, int(i.quantity)) for i in o.orderItems.item])
            for o in (result.orders.item or [])
        ]

    def shipped(self, *order_ids):
        orders = [
            {
                "significantKey": "ORDER_ID",
                "referenceId": f"s{n}",
                "mandatorId": 1,
                "orderId": order_id,
                "status": "SHIPPED",
                "shippingInformations": {
                    "item": [{"trackingNumber": TRACKING, "shippingProviderIdentifier": "DHL"}]
                },
            }
            for n, order_id in enumerate(order_ids)
        ]
        return self.records(self.call.updateOrderStatus(request={"orders": {"item": orders}}))


class Compat:
    """Payloads of the compat face: an XML document in a string."""

    wsdl = "/ws/connect?wsdl"
    echo_arguments = {"requestData": '<request method="echo" version="1.0.0"/>'}

    def __init__(self, client):
        self.call = client.service

    def send(self, method, body, version="1.0.0", argument="requestData"):
        document = f'<request method="{method}" version="{version}">{body}</request>'
        return ElementTree.fromstring(getattr(self.call, method)(**{argument: document}))

    @staticmethod
    def records(response):
        def value(report, name):  # the reference allows both spellings
            return report.get(name) if report.get(name) is not None else report.findtext(name)

        return [
            (int(value(r, "return_code")), value(r, "reference_id"), r.findtext("error_description"), r)
            for r in response.findall("report")
        ]

    def echo(self):
        return self.call.echo(**self.echo_arguments)

    def items(self, *rows):
        body = "".join(
            f'<item significant_key="internal_item_number" reference_id={quoteattr(reference)}>'
            f"<mandator_id>1</mandator_id><identifier>{escape(NAME)}</identifier>"
            f"<internal_item_number>{escape(sku)}</internal_item_number><tax_type_id>{tax}</tax_type_id>"
            "<text_modules><text_module><text_module_type>15</text_module_type><translation>"
            f"<language_code_iso>de</language_code_iso><text>{escape(text)}</text></translation>"
            "</text_module></text_modules></item>"
            for reference, sku, tax, text in rows
        )
        return self.records(self.send("updateItems", body))

    def item_id(self, record):
        return int(record[3].find(".//item_id").text)

    def price(self, sku, price):
        return self.records(
            self.send(
                "updatePricelist",
                '<pricelist significant_key="identifier"><mandator_id>1</mandator_id><identifier>default</identifier>'
                "<full_import>false</full_import><iso_currency>EUR</iso_currency><rounding_id>1</rounding_id>"
                "<gross>true</gross><validities><validity><prices>"
                f'<entry item_nr={quoteattr(sku)} price="{price}"/>'
                "</prices></validity></validities></pricelist>",
            )
        )

    def stock(self, sku, count):
        return self.records(
            self.send(
                "updateStockCount",
                '<item significant_key="internal_item_number"><mandator_id>1</mandator_id>'
                f"<internal_item_number>{escape(sku)}</internal_item_number><stock_items><stock_item>"
                "<mandator_id>1</mandator_id><warehouse_code>standard</warehouse_code>"
                f"<stock_count>{count}</stock_count><absolute>true</absolute></stock_item></stock_items></item>",
            )
        )

    def prepare(self, item_id):
        return self.records(
            self.send(
                "prepareOffers",
                f"<offer><mandator_id>1</mandator_id><account_id>{ACCOUNT}</account_id><item_id>{item_id}</item_id></offer>",
            )
        )

    def offer_id(self, record):
        return int(record[3].find(".//offer_id").text)

    def upload(self, offer_id):
        return self.records(
            self.send(
                "uploadOffers",
                f"<offers><offer_id>{offer_id}</offer_id></offers><process_synchronous>true</process_synchronous>",
            )
        )

    def sync(self):
        return self.records(
            self.send(
                "syncPlatformOrders",
                f"<accounts><account_id>{ACCOUNT}</account_id></accounts>"
                "<process_synchronous>true</process_synchronous>",
            )
        )

    def orders(self):
        response = self.send(
            "fetchOrders",
            '<filter><mandator_id filter_method="=" filter_value="1"/>'
            '<export_date filter_method="IS" filter_value="NULL"/></filter>'
            "<orders_per_page>50</orders_per_page><page>1</page>",
        )
        check("fetchOrders reports success", self.records(response)[0][0] == 0, ElementTree.tostring(response))
        return [
            (
                int(o.findtext("order_id")),
                o.findtext("marketplace_order_id"),
                [(i.findtext("internal_item_number"), int(float(i.findtext("quantity")))) for i in o.iter("order_item")],
            )
            for o in response.findall("order")
        ]

    def shipped(self, *order_ids):
        body = "".join(
            f'<order significant_key="order_id" reference_id="s{n}"><mandator_id>1</mandator_id>'
            f"<order_id>{order_id}</order_id><status>SHIPPED</status><shipping_informations><shipping_information>"
            f"<tracking_number>{TRACKING}</tracking_number>"
            "<shipping_provider_identifier>DHL</shipping_provider_identifier>"
            "</shipping_information></shipping_informations></order>"
            for n, order_id in enumerate(order_ids)
        )
        return self.records(self.send("updateOrderStatus", body, argument="argRequestData"))


class Judge(zeep.Plugin):
    """Holds each message of the typed face, request and answer, against the schema in the WSDL."""

    def __init__(self):
        wsdl = lxml.etree.fromstring(requests.get(URL + Typed.wsdl, timeout=30).content)
        schema = wsdl.find(".//{http://www.w3.org/2001/XMLSchema}schema")
        self.schema = xmlschema.XMLSchema(lxml.etree.tostring(schema).decode())

    def _look(self, envelope, what):
        for body in envelope.find(f"{{{ENVELOPE}}}Body"):
            if body.tag != f"{{{ENVELOPE}}}Fault":
                error = next(self.schema.iter_errors(body), None)
                check(f"{what} is valid", error is None, str(error))

    def egress(self, envelope, headers, operation, binding_options):
        self._look(envelope, f"the request of {operation.name}")
        return envelope, headers

    def ingress(self, envelope, headers, operation):
        self._look(envelope, f"the answer of {operation.name}")
        return envelope, headers


def connect(face, password, plugins=()):
    session = requests.Session()
    session.auth = (USER, password)
    transport = Transport(session=session, timeout=30, operation_timeout=60)
    return zeep.Client(URL + face.wsdl, transport=transport, plugins=list(plugins))


def codes(records):
    return [record[0] for record in records]


def main():
    kind = {"typed": Typed, "compat": Compat}[sys.argv[1]]
    client = connect(kind, PASSWORD, [Judge()] if kind is Typed else [])
    face = kind(client)
    check("the WSDL names the address it came from", client.service._binding_options["address"].startswith(URL + "/ws/"))

    face.echo()
    print("ok echo")

    check("no record, no report", face.items() == [])
    records = face.items(
        ("r1", SKU, 3, SHORT_TEXT), ("r2", f"{SKU}-bad", 99, "x"), ("r3", f"{SKU}-long", 3, LONG_TEXT)
    )
    check("one report per record, in order", [r[1] for r in records] == ["r1", "r2", "r3"], records)
    check("the bad record alone fails", [c < 0 for c in codes(records)] == [False, True, False], records)
    check("and says why", bool(records[1][2]), records[1])
    records = face.items(("r1", SKU, 3, SHORT_TEXT))
    check("one record, one report", codes(records) == [0], records)
    item_id = face.item_id(records[0])

    check("price", codes(face.price(SKU, "9.90")) == [0])
    check("stock", codes(face.stock(SKU, 12)) == [0])
    records = face.prepare(item_id)
    check("prepareOffers", codes(records) == [0], records)
    records = face.upload(face.offer_id(records[0]))
    check("uploadOffers", codes(records) == [0], records)

    sandbox = f"{URL}/sandbox/{ACCOUNT}"
    answer = requests.get(f"{sandbox}/offers/{SKU}", timeout=30)
    check("the offer reached the channel", answer.ok, answer.text)
    offer = answer.json()
    seen = (offer["title"], offer["description"], float(offer["price"]), offer["quantity"], offer["running"])
    check("with texts untouched", seen == (NAME, SHORT_TEXT, 9.9, 12, True), seen)
    answer = requests.post(f"{sandbox}/orders", json={"lines": [{"sku": SKU, "quantity": 2}]}, timeout=30)
    check("a buyer orders", answer.ok, answer.status_code, answer.text)
    number = answer.json()["order_id"]
    records = face.sync()
    check("syncPlatformOrders", codes(records) and all(c == 0 for c in codes(records)), records)
    mine = [o for o in face.orders() if o[1] == number]
    check("fetchOrders brings the order once", len(mine) == 1, number, mine)
    check("with its position", mine[0][2] == [(SKU, 2)], mine)
    records = face.shipped(mine[0][0], 2_000_000_000)
    check("shipped, and an unknown order fails alone", [c < 0 for c in codes(records)] == [False, True], records)
    answer = requests.get(f"{sandbox}/orders/{number}", timeout=30)
    order = answer.json()
    check("the channel knows the parcel", order["status"] == "shipped" and TRACKING in answer.text, order)

    # Something that the gateway has to understand and does not: the one fault that a client can cause on purpose.
    header = lxml.etree.Element("{urn:example}Unknown", {f"{{{ENVELOPE}}}mustUnderstand": "1"})
    try:
        client.service.echo(**face.echo_arguments, _soapheaders=[header])
        check("a header that nobody understands is a fault", False)
    except zeep.exceptions.Fault as fault:
        check("a header that nobody understands is a fault", "MustUnderstand" in fault.code, fault.code, fault.message)

    if kind is Typed:
        # zeep sends what the WSDL allows; a document that is none goes by hand.
        answer = requests.post(
            f"{URL}/ws/v1",
            data=f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>'
            '<updateItems xmlns="urn:kontor:v1"><request><items><item></request></updateItems></s:Body></s:Envelope>',
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
            auth=(USER, PASSWORD),
            timeout=30,
        )
        check("broken XML is a fault", answer.status_code == 500 and "Fault" in answer.text, answer.text)
    else:
        try:
            records = face.records(face.send("updateItems", "", version="9.9.9"))
            check("an unknown version fails", len(records) == 1 and records[0][0] < 0, records)
        except zeep.exceptions.Fault as fault:
            check("an unknown version is a fault", "9.9.9" in (fault.message or ""), fault.message)

    stranger = connect(kind, "wrong")
    statuses = []
    stranger.transport.session.hooks["response"].append(lambda response, **_: statuses.append(response.status_code))
    try:
        kind(stranger).echo()
    except zeep.exceptions.Error as error:  # the answer holds a fault with the reason, which zeep prefers
        check("a wrong password is refused", statuses[-1] == 401, statuses, error.message)
    else:
        check("a wrong password is refused", False)


main()
