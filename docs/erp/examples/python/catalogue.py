"""A catalogue into Kontor, its orders back.   catalogue.py load FOLDER | catalogue.py orders"""

import csv
import os
import sys
import time
import uuid
from decimal import Decimal
from pathlib import Path

import requests
import zeep
from zeep.transports import Transport

URL = os.environ.get("KONTOR_URL", "http://127.0.0.1:8080")
MANDATOR, ACCOUNT, DESCRIPTION, WAREHOUSE = 1, 1000, 15, "standard"
ERP = Path("erp")  # in place of the ERP's database: cursors and orders
DAMAGED = {"SHIRT-L"}  # what the warehouse cannot deliver

session = requests.Session()
session.auth = (os.environ.get("KONTOR_USER", "erp"), os.environ.get("KONTOR_PASSWORD", "example"))
kontor = zeep.Client(f"{URL}/ws/v1?wsdl", transport=Transport(session=session, timeout=30, operation_timeout=60))
types = kontor.type_factory("urn:kontor:v1")  # a class for each type of the WSDL


def items_of(wrapper):
    return (wrapper.item if wrapper else None) or []


# guide: call
def call(operation, request, key=None):
    """Sends one document. If no answer comes, sends the same one with the same key: Kontor books it once."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    for attempt in (1, 2, 3):
        try:
            with kontor.settings(extra_http_headers=headers):
                result = kontor.service[operation](request=request)
            break
        except (requests.Timeout, requests.ConnectionError):  # nobody knows whether it was booked
            if attempt == 3:
                raise
        except zeep.exceptions.Fault as fault:  # the whole call was refused
            if "Server" not in fault.code or attempt == 3:
                raise
        time.sleep(attempt)
    for warning in items_of(getattr(result, "warnings", None)):
        print(f"warning: {operation}: {warning}")
    return result


def write(operation, request, key=None):
    """The reports of the records that Kontor took. Correct a refused record; do not repeat it."""
    result = call(operation, request, key)
    reports = items_of(getattr(result, "reports", result))  # zeep gives the only member of an answer instead of it
    for report in reports:
        if report.returnCode < 0:
            print(f"refused: {operation}: {report.errorDescription} ({report.returnCode})")
    return [report for report in reports if report.returnCode >= 0]
# end


# guide: changes
def changes(operation, records, **more):
    """The records that changed since the last run. The cursor is stored when its page has been booked."""
    cursor = ERP / f"{operation}.cursor"
    while True:
        since = cursor.read_text() if cursor.exists() else ""
        mine = {"item": [{"mandatorId": {"value": MANDATOR}}]}  # not the status: an order that leaves a filter is missed
        result = call(operation, {"filters": mine, "changedSince": since, **more})
        if result.report.returnCode < 0:
            sys.exit(f"{operation}: {result.report.errorDescription}")
        page = items_of(result[records])
        yield from page
        cursor.write_text(result.nextChangedSince)
        if not page:
            return
# end


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def category(row):
    return types.CategoryRecord(
        significantKey="EXTERNAL_ID", mandatorId=MANDATOR, externalId=row["number"],
        externalParentId=row["parent"] or None, identifier=row["name"],
    )  # fmt: skip


# guide: article
def article(row, pictures):
    record = types.ItemRecord(
        significantKey="INTERNAL_ITEM_NUMBER", mandatorId=MANDATOR, internalItemNumber=row["sku"],
        identifier=row["name"], taxTypeId=row["tax"], eanCode=row["ean"] or None,
        externalCategoryId=row["category"] or None,  # a variant without one has its parent's
    )  # fmt: skip
    text = types.Translation(languageCodeIso="en", text=f"{row['name']}, made to last.")
    module = types.TextModule(textModuleType=DESCRIPTION, translations={"item": [text]})
    record.textModules = types.TextModuleBundle(item=[module])
    if row["picture"]:
        picture = types.ImageModule(imageModuleTypeId=1, imageBase64=(pictures / row["picture"]).read_bytes())
        record.imageModules = types.ImageModuleBundle(item=[picture])
    if row["parent"]:  # an article of its own, earlier in the file
        attributes = [
            types.VariantAttribute(property={"identifier": name}, value={"identifier": row[name.lower()]})
            for name in ("Colour", "Size")
            if row[name.lower()]
        ]
        record.variant = types.VariantRecord(externalVariantParentId=row["parent"], attributes={"item": attributes})
    return record
# end


# guide: prices
def pricelist(name, prices):
    entries = [types.PriceEntry(itemNr=sku, price=Decimal(price)) for sku, price in prices]
    return types.PricelistRecord(
        significantKey="IDENTIFIER", mandatorId=MANDATOR, identifier=name, isoCurrency="EUR", roundingId=1, gross=True,
        fullImport=True,  # these prices replace the stored ones
        validities={"item": [types.Validity(prices={"item": entries})]},
    )  # fmt: skip
# end


def stock(row):
    booking = types.StockBooking(mandatorId=MANDATOR, warehouseCode=WAREHOUSE, stockCount=row["stock"], absolute=True)
    return types.StockRecord(
        significantKey="INTERNAL_ITEM_NUMBER", mandatorId=MANDATOR, internalItemNumber=row["sku"],
        stockItems={"item": [booking]},
    )  # fmt: skip


def load(folder):
    write("updateCategories", {"categories": {"item": [category(row) for row in rows(folder / "categories.csv")]}})
    articles = rows(folder / "articles.csv")
    records = [article(row, folder / "pictures") for row in articles]
    stored = {report.item.internalItemNumber for report in write("updateItems", {"items": {"item": records}})}
    sold = [row for row in articles if row["sku"] in stored and row["price"]]  # the parents have no price

    default = pricelist("default", [(row["sku"], row["price"]) for row in sold])
    sale = pricelist("sale", [(row["sku"], row["sale"]) for row in sold if row["sale"]])
    write("updatePricelist", {"pricelists": {"item": [default, sale]}})
    write("updateStockCount", {"items": {"item": [stock(row) for row in sold]}})

    # guide: offers
    wanted = [
        types.PrepareOfferRecord(referenceId=row["sku"], mandatorId=MANDATOR, accountId=ACCOUNT, internalItemNumber=row["sku"])
        for row in sold
    ]
    prepared = write("prepareOffers", {"offers": {"item": wanted}})
    for report in prepared:
        for missing in items_of(report.offer.missingValues):
            print(f"incomplete: {report.referenceId} {missing.name}: {missing.reason}; {missing.remedy}")
    numbers = [report.offer.offerId for report in prepared]
    write("uploadOffers", {"offerIds": {"item": numbers}, "processSynchronous": True})
    for message in changes("fetchUploadMessages", "messages"):
        what = f"{message.severity} {message.code}, offer {message.offerId or '-'}"
        print(f"message: {what}: {message.text}; {message.remedy or 'nothing to do'}")
    # end
    print(f"loaded: {len(stored)} articles, {len(numbers)} offers")


# guide: orders
def report_status(order, status, key=None, **details):
    update = types.OrderStatusUpdate(
        significantKey="ORDER_ID", mandatorId=MANDATOR, orderId=order.orderId, status=status, **details
    )
    write("updateOrderStatus", {"orders": {"item": [update]}}, key)


def ship(order, number, contents):
    """The same parcel with the same contents is a repeat, so a crash between two parcels does no harm."""
    contents = [types.OrderContent(orderItemId=line, quantity=pieces) for line, pieces in contents if pieces]
    parcel = types.OrderPacket(
        externalPacketNumber=f"LS-{order.orderNumber}-{number}", trackingNumber=f"TRACK-{order.orderNumber}-{number}",
        shippingProviderIdentifier="DHL", contents={"item": contents},
    )  # fmt: skip
    report_status(order, "SHIPPED", shippingInformations={"item": [parcel]})


def process(order):
    lines = items_of(order.orderItems)
    text = "".join(f"{line.internalItemNumber};{line.quantity};{line.price}\n" for line in lines)
    (ERP / f"order-{order.orderId}.csv").write_text(text)  # insert or update: an order that changes comes again
    if order.exportDate is None:
        report_status(order, "FETCHED")
    paid = order.workflow != "PREPAYMENT" or order.paymentStatusIdentifier == "PAID"
    if not paid or not any(line.openQuantity for line in lines):
        return
    for line in lines:
        if line.internalItemNumber in DAMAGED and line.openQuantity:
            # Nothing in the document tells a repeat from a second cancellation, so the key must survive a crash.
            key = f"cancel-{order.orderId}-{line.orderItemId}-{line.cancelledQuantity}"
            pieces = types.OrderItemCancellation(orderItemId=line.orderItemId, quantity=line.openQuantity)
            report_status(order, "CANCELED", key, orderItems={"item": [pieces]})
    kept = [line for line in lines if line.internalItemNumber not in DAMAGED and line.quantity > line.cancelledQuantity]
    contents = [(line.orderItemId, line.quantity - line.cancelledQuantity) for line in kept]
    if sum(pieces for _, pieces in contents) > 1:  # one piece today, the others tomorrow
        (first, pieces), *others = contents
        ship(order, 1, [(first, 1)])
        ship(order, 2, [(first, pieces - 1), *others])
    elif contents:
        ship(order, 1, contents)
    print(f"processed: {order.marketplaceOrderId}")


def orders():
    for order in changes("fetchOrders", "orders", ordersPerPage=100):
        process(order)
# end


if __name__ == "__main__":
    ERP.mkdir(exist_ok=True)
    load(Path(sys.argv[2])) if sys.argv[1] == "load" else orders()
