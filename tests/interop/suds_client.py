"""The script of run.py with suds-community."""

import base64
import datetime
import os

import suds
import suds.client
import suds.transport
import suds.transport.http

URL, USER, PASSWORD = os.environ["KONTOR_URL"], os.environ["KONTOR_USER"], os.environ["KONTOR_PASSWORD"]
SKU, NAME, TEXT, LONG = (os.environ[f"KONTOR_{name}"] for name in ("SKU", "NAME", "TEXT", "LONG"))
IMAGE = os.environ["KONTOR_IMAGE"]
ORDER, ORDER_ITEM, TRACKING = (os.environ[f"KONTOR_{name}"] for name in ("ORDER", "ORDER_ITEM", "TRACKING"))


# guide: connect
def connect(user, password):
    # Without `cache=None` suds keeps WSDLs on disk for a day.
    client = suds.client.Client(f"{URL}/ws/v1?wsdl", cache=None, timeout=60)
    client.set_options(transport=suds.transport.http.HttpAuthenticated(username=user, password=password, timeout=60))
    return client.service


def items_of(wrapper):
    """suds leaves `item` out of a list without elements."""
    return list(getattr(wrapper, "item", None) or [])


def reports(result):
    return items_of(getattr(result, "reports", None))
# end


def article(sku, tax_type=3, **more):
    return {
        "significantKey": "INTERNAL_ITEM_NUMBER",
        "referenceId": sku,
        "mandatorId": 1,
        "internalItemNumber": sku,
        "identifier": NAME,
        "taxTypeId": tax_type,
        **more,
    }


def text(kind, content):
    # suds leaves text alone that looks like an entity (`&amp;`), so it is given to it with its & written out.
    return {"textModuleType": kind, "translations": {"item": [{"languageCodeIso": "de", "text": escaped(content)}]}}


def escaped(content):
    return suds.sax.text.Raw(content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def send_articles(kontor, *articles):
    return reports(kontor.updateItems({"items": {"item": list(articles)}}))


def send_price(kontor, sku, price):
    prices = {"item": [{"itemNr": sku, "price": price}]}
    pricelist = {"significantKey": "IDENTIFIER", "mandatorId": 1, "identifier": "default", "validities": {"item": [{"prices": prices}]}}
    return reports(kontor.updatePricelist({"pricelists": {"item": [pricelist]}}))


def send_stock(kontor, sku, count):
    booking = {"mandatorId": 1, "warehouseCode": "standard", "stockCount": count, "absolute": True}
    record = {"mandatorId": 1, "internalItemNumber": sku, "stockItems": {"item": [booking]}}
    return reports(kontor.updateStockCount({"items": {"item": [record]}}))


def fetch_articles(kontor, *skus):
    condition = {"mandatorId": {"value": 1}, "internalItemNumber": {"values": {"item": list(skus)}}}
    result = kontor.fetchItems({"filters": {"item": [condition]}, "itemsPerPage": 100, "page": 1, "imagesAsBase64": True})
    return items_of(getattr(result, "items", None))


def fetch_order(kontor, number):
    kontor.syncPlatformOrders({"accountIds": {"item": [1000]}, "processSynchronous": True})
    condition = {"mandatorId": {"value": 1}, "marketplaceOrderId": {"value": number}}
    result = kontor.fetchOrders({"filters": {"item": [condition]}, "ordersPerPage": 50, "page": 1})
    return items_of(result.orders)[0]


def send_shipped(kontor, order_id, tracking):
    parcel = {"trackingNumber": tracking, "shippingProviderIdentifier": "DHL"}
    order = {
        "significantKey": "ORDER_ID",
        "mandatorId": 1,
        "orderId": order_id,
        "status": "SHIPPED",
        "shippingInformations": {"item": [parcel]},
    }
    return reports(kontor.updateOrderStatus({"orders": {"item": [order]}}))


def codes(records):
    return [record.returnCode for record in records]


def check(name, right, seen=""):
    print(f"{name}: ok" if right else f"{name}: FAILED: {str(seen)[:300]!r}", flush=True)


def main():
    kontor = connect(USER, PASSWORD)
    echoed = kontor.echo({"text": NAME})
    check("connect", echoed.text == NAME, echoed)

    image = {"imageModuleTypeId": 1, "imageBase64": IMAGE}  # suds knows Base64 as a string only
    texts = {"textModules": {"item": [text(15, TEXT), text(16, LONG)]}}
    one = send_articles(kontor, article(SKU, listPrice="1234567.8901", imageModules={"item": [image]}, **texts))
    check("one", codes(one) == [0] and one[0].item.internalItemNumber == SKU, one)
    found = fetch_articles(kontor, SKU)[0]
    read = {module.textModuleType: str(module.translations.item[0].text) for module in found.textModules.item}
    check("texts", (found.identifier, read) == (NAME, {15: TEXT, 16: LONG}), (found.identifier, read))
    print("note: texts: text that looks like an entity has to be given as Raw, with its & written out")
    check("amounts", str(found.listPrice) == "1234567.8901", found.listPrice)
    check("image", found.imageModules.item[0].imageBase64 == IMAGE, found.imageModules)
    check("zero", send_articles(kontor) == [] and fetch_articles(kontor, f"{SKU}-none") == [])

    skus = [f"{SKU}-{n:02}" for n in range(25)]
    many = send_articles(kontor, *map(article, skus))
    back = fetch_articles(kontor, *skus)
    check("many", [r.referenceId for r in many] == skus == sorted(i.internalItemNumber for i in back), many)
    mixed = send_articles(kontor, article(f"{SKU}-a"), article(f"{SKU}-b", tax_type=99), article(f"{SKU}-c"))
    good = [code == 0 for code in codes(mixed)] == [True, False, True]
    check("bad record", good and mixed[1].errorDescription, mixed)
    sent = codes(send_price(kontor, SKU, "12.34")) + codes(send_stock(kontor, SKU, 12))
    check("price and stock", sent == [0, 0], sent)

    try:
        send_articles(connect(os.environ["KONTOR_READER"], PASSWORD), article(SKU))
        check("fault", False, "a user who may only read has written")
    except suds.WebFault as error:
        code = error.fault.detail.gatewayFault.errorCode
        check("fault", code in error.fault.faultstring and error.fault.faultcode.endswith("Client"), error.fault)

    order = fetch_order(kontor, ORDER)
    positions = [(line.internalItemNumber, line.quantity, str(line.price)) for line in items_of(order.orderItems)]
    shipped = send_shipped(kontor, order.orderId, TRACKING)
    check("order", positions == [(f"{ORDER_ITEM}-{n}", n, "9.90") for n in (1, 2)] and codes(shipped) == [0], (positions, shipped))

    try:
        connect(USER, "wrong").echo({})
        check("password", False, "it was accepted")
    except suds.transport.TransportError as error:
        check("password", error.httpcode == 401, error)
    except Exception as error:  # suds raises a plain exception that holds status and reason
        check("password", error.args and error.args[0] == (401, "Unauthorized"), repr(error))


main()
