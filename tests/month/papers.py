"""Labels, invoices, credit notes and mails of the month, and what the book says of them."""

import collections
import itertools
import re
import zlib
from decimal import Decimal
from xml.etree import ElementTree

CII = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
PARCEL = re.compile(r"Tracking number: (\S+)")


def e_invoice(pdf):
    """Number, type and total of the e-invoice in a PDF."""
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            content = zlib.decompress(packed)
        except zlib.error:
            content = packed
        if b"CrossIndustryInvoice" not in content or b"ExchangedDocument" not in content:
            continue
        root = ElementTree.fromstring(content[: content.rindex(b">") + 1])
        head = next(one for one in root if one.tag.endswith("ExchangedDocument"))
        # With the cent by which net amounts and taxes miss what the buyer pays.
        total = sum(Decimal(one.text) for name in ("GrandTotalAmount", "RoundingAmount") for one in root.iter(f"{CII}{name}"))
        return head.findtext(f"{CII}ID"), head.findtext(f"{CII}TypeCode"), total
    return None


class Papers:
    def __init__(self, month):
        self.month = month
        self.numbers = itertools.count(1)
        self.labels = {}  # the ERP's number -> (state, tracking number)
        self.invoices, self.credit_notes = {}, {}  # number -> total
        self.invoiced = {}  # order -> number of its invoice
        self.credits = []  # (order, number of the credit entry, amount) of which no note was made yet

    # ---- labels ---------------------------------------------------------------------------------------------------

    def label(self, order):
        """A label of everything that is open: its number and tracking number. Some are refused first, or not wanted after all."""
        number = self.order_label(order)
        record = self.until(number, "made", "refused")
        if record["state"] == "refused":
            if "REFUSE" not in record["messages"]:
                raise self.month.wrong(f"label {number}: {record}")
            self.month.counts["refused addresses"] += 1
            self.month.erp.address(order, "Bonn")
            self.month.erp.labels("confirmShippingLabels", self.entry(number) | {"labelAction": "RETRY"})
            record = self.until(number, "made")
        if self.month.dice.random() < 0.15:
            self.month.erp.labels("confirmShippingLabels", self.entry(number) | {"labelAction": "CANCEL"})
            self.until(number, "cancelled")
            self.labels[number] = ("cancelled", record["tracking"])
            self.month.counts["labels given back"] += 1
            number = self.order_label(order)
            record = self.until(number, "made")
        self.labels[number] = ("made", record["tracking"])
        return number, record["tracking"]

    def order_label(self, order):
        number = f"L-{next(self.numbers)}"
        label = {
            "mandatorId": 1, "order": {"significantKey": "ORDER_ID", "orderId": order.order_id}, "externalLabelNumber": number,
            "weight": 500,
        }  # fmt: skip
        for _ in range(2):  # the second time it is a repeat
            self.month.erp.labels("createShippingLabels", label)
        self.month.counts["labels"] += 1
        return number

    @staticmethod
    def entry(number):
        return {"significantKey": "EXTERNAL_LABEL_NUMBER", "mandatorId": 1, "externalLabelNumber": number}

    def until(self, number, *states):
        found = {}

        def look():
            found.update(self.month.erp.shipping_labels(number)[0])
            return None if found["state"] in states else str(found)

        self.month.until(f"label {number}", look)
        return found

    def confirm(self, number):
        for _ in range(2):
            self.month.erp.labels("confirmShippingLabels", self.entry(number))
        self.labels[number] = ("confirmed", self.labels[number][1])

    # ---- invoices -------------------------------------------------------------------------------------------------

    def day(self):
        """Invoices of a third of what is shipped whole, and notes of the credits."""
        for order in self.month.book.orders:
            if order.exported and order.shipped and not order.open and order not in self.invoiced and order.visible % 3 == 0:
                numbers = {self.month.erp.paper(order, documentType="INVOICE") for _ in range(2)}
                if len(numbers) != 1:
                    raise self.month.wrong(f"order {order.own} has the invoices {numbers}")
                self.invoiced[order] = number = numbers.pop()
                self.invoices[number] = order.total()
                self.month.counts["invoices"] += 1
        for order, credit, amount in self.credits:
            if order in self.invoiced:
                number = self.month.erp.paper(order, documentType="CREDIT_NOTE", externalCreditNumber=credit)
                self.credit_notes[number] = amount
                self.month.counts["credit notes"] += 1
        self.credits.clear()

    # ---- the end --------------------------------------------------------------------------------------------------

    def compare(self):
        return self.compare_labels() + self.compare_papers()

    def compare_labels(self):
        found = {one["number"]: one for one in self.month.erp.shipping_labels()}
        seen = {number: (one["state"], one["tracking"]) for number, one in found.items()}
        if seen != self.labels:
            raise self.month.wrong(f"labels {seen}, the book says {self.labels}")
        numbers = [tracking for _, tracking in seen.values()]
        if len(set(numbers)) != len(numbers):
            raise self.month.wrong(f"two labels have one number: {numbers}")
        for one in found.values():
            if one["files"] != 1:
                raise self.month.wrong(f"label {one['number']} has {one['files']} files")
        return 3 * len(seen)

    def compare_papers(self):
        for kind, code, ours in (("invoice", "380", self.invoices), ("credit note", "381", self.credit_notes)):
            found = self.month.erp.papers(kind)
            if len(found) != len(ours):
                raise self.month.wrong(f"{len(found)} papers of the kind {kind}, the book has {len(ours)}")
            seen = {}
            for content in found:
                number, type_code, total = e_invoice(content) or (None, None, None)
                seen[number] = (type_code, total)
            expected = {number: (code, total) for number, total in ours.items()}
            if seen != expected:
                differing = {number: (seen.get(number), expected.get(number)) for number in seen | expected if seen.get(number) != expected.get(number)}
                raise self.month.wrong(f"{kind}: {differing}")
            counted = sorted(int(number.rsplit("-", 1)[1]) for number in ours)
            if counted != list(range(1, len(ours) + 1)):
                raise self.month.wrong(f"{kind}: numbers {counted}")
        return 2 * (len(self.invoices) + len(self.credit_notes))


class Letterbox:
    """What the mail server took, compared with the book."""

    def __init__(self, month, server, waiting):
        self.month, self.server, self.waiting = month, server, waiting

    def compare(self):
        by_id = collections.defaultdict(set)
        for recipients, _, _, mail in self.server.post.taken():
            subject, body = mail["Subject"], mail.get_body().get_content()
            what = PARCEL.search(body).group(1) if subject.endswith("is on its way") else subject
            by_id[mail["Message-ID"]].add((recipients[0], what))
        if any(len(told) != 1 for told in by_id.values()):
            raise self.month.wrong(f"one Message-ID for several mails: {[told for told in by_id.values() if len(told) > 1]}")
        arrived = collections.Counter(told for tolds in by_id.values() for told in tolds)
        expected, possible = collections.Counter(), collections.Counter()
        for order in self.month.book.orders:
            expected.update((order.email, parcel) for parcel in order.packages)
            for _ in range(order.paid_later):
                # The payment of an order that was cancelled before the mail went is not mailed.
                (expected if order.shipped or order.open else possible)[order.email, f"Payment received for your order {order.known_as()}"] += 1
        missing, more = expected - arrived, arrived - expected - possible
        if missing or more:
            raise self.month.wrong(f"mails that are missing: {dict(missing)}; that are too many: {dict(more)}")
        return len(by_id)
