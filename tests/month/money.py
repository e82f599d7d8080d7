"""Statements of the merchant's bank, in MT940, and what the book says of each booking."""

import collections
import itertools
import os
import subprocess
import time
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from book import PREPAYMENT

ACCOUNT = "DE65999900010000123456"
GIFT = Decimal("3.21")


@dataclass
class Booking:
    mark: str  # a word of its text that no other booking has
    amount: Decimal
    text: str
    state: str = "ASSIGNED"  # as it has to be in the end
    orders: dict = field(default_factory=dict)  # order -> amount, by the number of Kontor


def word(number):
    """A number in letters, so that nobody takes it for that of an order."""
    return "mark" + "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")


class Bank:
    def __init__(self, folder):
        self.folder, self.balance, self.bookings = folder, Decimal("1000.00"), []
        self.numbers, self.marks = itertools.count(1), itertools.count(1)

    def booking(self, amount, text, **more):
        mark = word(next(self.marks))
        return Booking(mark, amount, f"{text} {mark}", **more)

    def statement(self, bookings):
        """A file with these bookings; its path."""
        number, today = next(self.numbers), date.today()
        lines = [":20:MONTH", f":25:{ACCOUNT}", f":28C:{number}/1", f":60F:{self._money(today, self.balance)}"]
        for place, booking in enumerate(bookings, 1):
            amount = f"{booking.amount:.2f}".replace(".", ",")
            lines += [f":61:{today:%y%m%d%m%d}C{amount}NTRFNONREF//S{number}-{place}", f":86:{booking.text}"]
            self.balance += booking.amount
        lines += [f":62F:{self._money(today, self.balance)}", "-", ""]
        self.bookings += bookings
        path = self.folder / f"statement-{number}.sta"
        path.write_bytes("\r\n".join(lines).encode())
        return path

    @staticmethod
    def _money(day, amount):
        return f"C{day:%y%m%d}EUR{amount:.2f}".replace(".", ",")


class Counter:
    """Somebody who hands statements to Kontor, and decides what is not sure."""

    def __init__(self, month, bank, gateway, configuration, watched):
        self.month, self.bank, self.watched = month, bank, watched
        self.kinds = collections.deque(["exact", "short", "over", "double", "together"])  # the last one was the last that happened
        self.command = [str(gateway), "payments", "import", "--config", str(configuration), "--mandator", "1"]

    def day(self, kill):
        """What buyers paid today. With `kill`, the gateway is killed while it reads the statement in its folder."""
        month, dice = self.month, self.month.dice
        waiting = [
            order for order in month.book.orders
            if order.payment == PREPAYMENT and order.exported and not order.paid and order.open and order.total() > GIFT and not order.request
        ]  # fmt: skip
        bookings, rests, decisions = [], [], []
        while waiting and dice.random() < 0.8:
            order = waiting.pop(dice.randrange(len(waiting)))
            self.kinds.rotate(-1)
            kind = self.kinds[-1]
            if kind == "together" and not waiting:
                # Two orders for one transfer come another day.
                self.kinds.rotate(1)
                kind = "exact"
            if kind == "short":
                first, rest = self.in_two(order)
                bookings.append(first)
                decisions.append((first, order, None))
                rests.append(rest)
            elif kind == "over":
                bookings.append(self.too_much(order))
                decisions.append((bookings[-1], order, "ASSIGNED"))
            elif kind == "double":
                bookings += [self.exact(order), self.again(order)]
                decisions.append((bookings[-1], None, "NO_ORDER"))
            elif kind == "together":
                bookings.append(self.together(order, waiting.pop(dice.randrange(len(waiting)))))
            else:
                bookings.append(self.exact(order))
        if not bookings and not kill:
            return
        for order in {order.visible: order for order in month.book.orders if any(order.visible in one.orders for one in bookings)}.values():
            order.paid, order.paid_later = True, 1
        bookings.append(self.bank.booking(GIFT, "a gift of a friend", state="NO_ORDER"))
        decisions.append((bookings[-1], None, "NO_ORDER"))
        statements = [self.bank.statement(bookings)]
        self.through_the_folder(statements[0]) if kill else self.bring(statements[0])
        for booking, order, state in decisions:
            self.decide(booking, order, state)
        if rests:
            statements.append(self.bank.statement(rests))
            self.bring(statements[1])
        for path in statements:
            if self.bring(path) != 0:
                raise self.month.wrong(f"{path.name} was imported twice")
            month.counts["statements"] += 1
            month.counts["statements imported twice"] += 1

    def exact(self, order):
        self.month.counts["payments"] += 1
        return self.bank.booking(order.total(), f"order {order.visible}", orders={order.visible: order.total()})

    def again(self, order):
        self.month.counts["double payments"] += 1
        return self.bank.booking(order.total(), f"order {order.visible}", state="NO_ORDER")

    def in_two(self, order):
        self.month.counts["short payments"] += 1
        first = Decimal("1.11")
        rest = order.total() - first
        return [self.bank.booking(part, f"order {order.visible}", orders={order.visible: part}) for part in (first, rest)]

    def too_much(self, order):
        self.month.counts["overpayments"] += 1
        return self.bank.booking(order.total() + Decimal("0.50"), f"order {order.visible}", orders={order.visible: order.total()})

    def together(self, *orders):
        self.month.counts["collective payments"] += 1
        parts = {order.visible: order.total() for order in orders}
        numbers = " and ".join(f"order {number}" for number in parts)
        return self.bank.booking(sum(parts.values()), numbers, orders=parts)

    # ---- to Kontor ------------------------------------------------------------------------------------------------

    def bring(self, path):
        """Imports a file; how many payments were new."""
        done = subprocess.run([*self.command, str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise self.month.wrong(f"{path.name}: {done.stdout}{done.stderr}")
        return int(done.stdout.split(" new payments")[0].rsplit(" ", 1)[1])

    def through_the_folder(self, path):
        """Puts a file where the gateway looks, and kills it when it may have begun."""
        there = self.watched / path.name
        unfinished = there.with_suffix(".part")
        unfinished.write_bytes(path.read_bytes())
        long_ago = time.time() - 60
        os.utime(unfinished, (long_ago, long_ago))
        unfinished.rename(there)
        time.sleep(self.month.dice.uniform(0, 2.2))
        self.month.restart()
        self.month.counts["kills"] += 1
        self.month.until("the statement in the folder", lambda: there.name if there.exists() else None)

    def decide(self, booking, order, state):
        """Says of a payment that waits which order it is for, or that it is for none."""
        payment = self.payments()[booking.mark]
        if payment["state"] != "WAITING":
            raise self.month.wrong(f"{booking.text} does not wait: {payment}")
        entry = {"significantKey": "PAYMENT_ID", "mandatorId": 1, "paymentId": payment["id"]}
        if order:
            amount = booking.orders[order.visible]
            assigned = {"significantKey": "ORDER_ID", "mandatorId": 1, "orderId": order.order_id, "assignedAmount": amount}
            self.month.erp.call("updatePayments", {"payments": [entry | {"orders": [assigned]}]})
        if state:
            self.month.erp.call("updatePayments", {"payments": [entry | {"paymentStatusIdentifier": state}]})

    def payments(self):
        return {next(part for part in one["text"].split() if part.startswith("mark")): one for one in self.month.erp.payments()}

    def compare(self):
        """Every booking is a payment, once, to the cent, and for whom it is."""
        found, wrong = self.month.erp.payments(), self.month.wrong
        if len(found) != len(self.bank.bookings):
            raise wrong(f"{len(found)} payments, the bank has {len(self.bank.bookings)} bookings")
        seen = self.payments()
        for booking in self.bank.bookings:
            one = seen.get(booking.mark)
            expected = (booking.amount, booking.state, booking.orders)
            if one is None or (one["amount"], one["state"], one["orders"]) != expected:
                raise wrong(f"payment \"{booking.text}\": {one}, the book says {expected}")
        return 3 * len(found)
