"""The script of run.py with zeep."""

import base64
import os
from decimal import Decimal

import requests
import zeep
import zeep.exceptions
from zeep.transports import Transport
from zeep.wsse.username import UsernameToken

URL, USER, PASSWORD = os.environ["KONTOR_URL"], os.environ["KONTOR_USER"], os.environ["KONTOR_PASSWORD"]
SKU, NAME, TEXT, LONG = (os.environ[f"KONTOR_{name}"] for name in ("SKU", "NAME", "TEXT", "LONG"))
IMAGE = base64.b64decode(os.environ["KONTOR_IMAGE"])
ORDER, ORDER_ITEM, TRACKING = (os.environ[f"KONTOR_{name}"] for name in ("ORDER", "ORDER_ITEM", "TRACKING"))


# guide: connect
def connect(user, password):
    session = requests.Session()
    session.auth = (user, password)
    transport = Transport(session=session, timeout=30, operation_timeout=60)
    return zeep.Client(f"{URL}/ws/v1?wsdl", transport=transport).service


# Where an answer has one member only, zeep gives that member; a list without elements is None.
def reports(result):
    wrapper = result.reports if hasattr(result, "reports") else result
    return (wrapper.item if wrapper else None) or []


def items_of(wrapper):
    return (wrapper.item if wrapper else None) or []
# end


# guide: article
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
    return {"textModuleType": kind, "translations": {"item": [{"languageCodeIso": "de", "text": content}]}}


def send_articles(kontor, *articles):
    return reports(kontor.updateItems(request={"items": {"item": list(articles)}}))


def send_price(kontor, sku, price):
    prices = {"item": [{"itemNr": sku, "price": price}]}
    pricelist = {"significantKey": "IDENTIFIER", "mandatorId": 1, "identifier": "default", "validities": {"item": [{"prices": prices}]}}
    return reports(kontor.updatePricelist(request={"pricelists": {"item": [pricelist]}}))


def send_stock(kontor, sku, count):
    booking = {"mandatorId": 1, "warehouseCode": "standard", "stockCount": count, "absolute": True}
    record = {"mandatorId": 1, "internalItemNumber": sku, "stockItems": {"item": [booking]}}
    return reports(kontor.updateStockCount(request={"items": {"item": [record]}}))


def fetch_articles(kontor, *skus):
    numbers = {"values": {"item": list(skus)}}
    result = kontor.fetchItems(
        request={
            "filters": {"item": [{"mandatorId": {"value": 1}, "internalItemNumber": numbers}]},
            "itemsPerPage": 100,
            "page": 1,
            "imagesAsBase64": True,
        }
    )
    return items_of(result.items)
# end


# guide: order
def fetch_order(kontor, number):
    kontor.syncPlatformOrders(request={"accountIds": {"item": [1000]}, "processSynchronous": True})
    condition = {"mandatorId": {"value": 1}, "marketplaceOrderId": {"value": number}}
    result = kontor.fetchOrders(request={"filters": {"item": [condition]}, "ordersPerPage": 50, "page": 1})
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
    return reports(kontor.updateOrderStatus(request={"orders": {"item": [order]}}))
# end


def codes(records):
    return [record.returnCode for record in records]


def check(name, right, seen=""):
    print(f"{name}: ok" if right else f"{name}: FAILED: {str(seen)[:300]!r}", flush=True)


def echo_with_token(*arguments, **options):
    """The answer, or the code of the fault."""
    token = UsernameToken(*arguments, **options)
    try:
        return zeep.Client(f"{URL}/ws/v1?wsdl", wsse=token).service.echo(request={"text": NAME})
    except zeep.exceptions.Fault as fault:
        return fault.code.rpartition(":")[2]


def tokens_work():
    text = [echo_with_token(USER, PASSWORD), echo_with_token(USER, "wrong"), echo_with_token("digester", PASSWORD)]
    digest = [
        echo_with_token(user, password, use_digest=True)
        for user, password in (("digester", PASSWORD), ("digester", "wrong"), (USER, PASSWORD))
    ]
    expected = [NAME, "FailedAuthentication", "FailedAuthentication"]
    print(f"tokens: {text} {digest}")
    return text == expected and digest == expected


def main():
    kontor = connect(USER, PASSWORD)
    check("connect", kontor.echo(request={"text": NAME}) == NAME)

    image = {"imageModuleTypeId": 1, "imageBase64": IMAGE}
    texts = {"textModules": {"item": [text(15, TEXT), text(16, LONG)]}}
    full = article(SKU, listPrice=Decimal("1234567.8901"), imageModules={"item": [image]}, **texts)
    one = send_articles(kontor, full)
    check("one", codes(one) == [0] and one[0].item.internalItemNumber == SKU, one)
    found = fetch_articles(kontor, SKU)[0]
    read = {module.textModuleType: module.translations.item[0].text for module in found.textModules.item}
    check("texts", (found.identifier, read) == (NAME, {15: TEXT, 16: LONG}), (found.identifier, read))
    check("amounts", found.listPrice == Decimal("1234567.8901"), found.listPrice)
    check("image", found.imageModules.item[0].imageBase64 == IMAGE, found.imageModules)
    check("zero", send_articles(kontor) == [] and fetch_articles(kontor, f"{SKU}-none") == [])

    skus = [f"{SKU}-{n:02}" for n in range(25)]
    many = send_articles(kontor, *map(article, skus))
    back = fetch_articles(kontor, *skus)
    check("many", [r.referenceId for r in many] == skus == sorted(i.internalItemNumber for i in back), many)
    mixed = send_articles(kontor, article(f"{SKU}-a"), article(f"{SKU}-b", tax_type=99), article(f"{SKU}-c"))
    good = [code == 0 for code in codes(mixed)] == [True, False, True]
    check("bad record", good and mixed[1].errorDescription, mixed)
    sent = codes(send_price(kontor, SKU, Decimal("12.34"))) + codes(send_stock(kontor, SKU, 12))
    check("price and stock", sent == [0, 0], sent)

    try:
        send_articles(connect(os.environ["KONTOR_READER"], PASSWORD), article(SKU))
        check("fault", False, "a user who may only read has written")
    except zeep.exceptions.Fault as fault:
        code = fault.detail.findtext(".//{urn:kontor:v1}errorCode")
        check("fault", code and code in fault.message and fault.code.endswith("Client"), (code, fault.message))

    order = fetch_order(kontor, ORDER)
    positions = [(line.internalItemNumber, line.quantity, line.price) for line in order.orderItems.item]
    expected = [(f"{ORDER_ITEM}-{n}", n, Decimal("9.90")) for n in (1, 2)]
    shipped = send_shipped(kontor, order.orderId, TRACKING)
    check("order", positions == expected and codes(shipped) == [0], (positions, shipped))

    try:
        connect(USER, "wrong").echo(request={})
        check("password", False, "it was accepted")
    except zeep.exceptions.Fault as fault:  # a 401 with a fault inside
        check("password", "KONTOR-1001" in fault.message and tokens_work(), fault)


main()
