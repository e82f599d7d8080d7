"""Thirty days of three accounts, two warehouses and one ERP. See run.py."""

import collections
import itertools
import threading
import time
from decimal import Decimal

from book import COLLECTION, MAIN, ON_DELIVERY, PAYMENT_IDS, PREPAYMENT, SECOND, WAREHOUSES, Book, Line, Order
from papers import Papers

DAYS = 30
SKUS = [f"M-{number:02}" for number in range(1, 9)]
PRICES = {sku: Decimal(790 + 315 * index) / 100 for index, sku in enumerate(SKUS)}
BY_HAND = Decimal("5.55")  # the price of what the merchant puts on sale himself
TROUBLE = Decimal("0.37")
STOCK = 60  # of each article in each warehouse
WAREHOUSES_OF = {1000: [MAIN, SECOND], 1001: [SECOND], 1002: [SECOND, MAIN]}
WHOLE_SHIPMENTS = 1002  # the account whose channel takes whole shipments only
KILLS = (4, 11, 18, 25)
FOLDER_DAYS = (6, 20)  # the gateway is killed while it reads a statement
AWAY = range(12, 15)  # days on which the mail server is away
CITIES = ["Bonn", "Bonn", "LOSE", "DOWN"]  # of the last two the carrier loses an answer, or is not reached at first
COUPONS = ["SAVE2", "SPRING", "LATE"]


class Wrong(Exception):
    """Something is not in the books as it happened."""


def eventually(what, look, seconds=60):
    """Waits until `look` gives None; what it last gave is the reason."""
    deadline = time.monotonic() + seconds
    while (reason := look()) is not None:
        if time.monotonic() > deadline:
            raise Wrong(f"{what}: {reason}")
        time.sleep(0.1)


class Month:
    wrong = Wrong

    def __init__(self, dice, erp, shops, restart):
        self.dice, self.erp, self.shops, self.restart = dice, erp, shops, restart
        self.book = Book(SKUS, STOCK)
        self.counts = collections.Counter()
        self.cursor = ""  # of the ERP's reading of orders
        self.own = itertools.count(1)
        self.parcels = itertools.count(1)
        self.credits = itertools.count(1)
        self.late = []  # item numbers that do not exist yet
        self.groups = {"G-1": "retail", "G-2": "trade"}  # by the ERP's own number
        self.customers = {}  # (account, e-mail address) -> [last name, own number of the group, cities]
        self.coupons = {}  # code -> (limit, active)
        self.coupons_there = set()  # codes that the shops got: those that were active when coupons were sent
        self.refusing = True  # nobody gave an address yet that the carrier refuses
        self.papers = Papers(self)
        # What run.py puts here: the merchant's bank with its counter, the mail server, and what it took.
        self.counter = self.post = self.letterbox = None

    # ---- the days -------------------------------------------------------------------------------------------------

    def open_shop(self):
        for sku in SKUS:
            self.erp.article(sku)
        self.erp.prices(PRICES)
        self.erp.stock([(sku, warehouse, STOCK, True) for sku in SKUS for warehouse in WAREHOUSES])
        self.erp.offer(SKUS)
        self.erp.groups(self.groups)
        for shop in self.shops.values():
            eventually("the offers", lambda shop=shop: None if len(shop.get("/offers")["offers"]) == len(SKUS) else "missing")

    def day(self, day):
        self.goods()
        self.buyers()
        self.telephone()
        self.before_the_export()
        self.read()
        self.take_over()
        self.post_office(day)
        self.counter.day(day in FOLDER_DAYS)
        killer = threading.Timer(self.dice.uniform(0.05, 0.4), self.restart) if day in KILLS else None
        if killer:
            killer.start()
            self.counts["kills"] += 1
        self.work()
        if killer:
            killer.join()
        self.channels_change_their_mind()
        self.read()
        self.decide()
        self.after_the_sale()
        self.read()
        self.customers_and_coupons(day)
        self.heard()
        self.papers.day()
        if self.late and self.dice.random() < 0.5:
            self.late_article()

    def post_office(self, day):
        """For an hour, nobody takes mails."""
        if day == AWAY.start:
            self.post.stop()
        if day == AWAY.stop:
            self.post.start()

    def until(self, what, look):
        eventually(what, look)

    def last_day(self):
        """Nothing stays open: what is left is shipped or cancelled, and paid."""
        while self.late:
            self.late_article()
        for order in self.book.orders:
            if order.open:
                self.cancel(order, whole=True) if self.dice.random() < 0.3 and not order.refused else self.ship(order, whole=True)
            if order.payment == ON_DELIVERY and order.shipped and not order.paid:
                self.pay(order)
        self.read()
        self.heard()
        self.papers.day()
        kinds = ["payments", "short payments", "overpayments", "double payments", "collective payments", "refused addresses", "labels given back"]
        kinds += ["invoices", "credit notes", "statements imported twice"]
        if missing := [kind for kind in kinds if not self.counts[kind]]:
            raise Wrong(f"the month had no {missing}")

    # ---- goods ----------------------------------------------------------------------------------------------------

    def goods(self):
        for _ in range(3):
            sku, warehouse, pieces = self.dice.choice(SKUS), self.dice.choice(list(WAREHOUSES)), self.dice.randint(1, 12)
            self.erp.stock([(sku, warehouse, pieces, False)])
            self.book.move(sku, warehouse, pieces)
        # Twins: three customers at the till buy the same, one after the other, and nobody sends a key.
        sku = self.dice.choice(SKUS)
        for _ in range(3):
            self.erp.till(sku, MAIN)
            self.book.move(sku, MAIN, -1)
            self.counts["sales at the till"] += 1

    def late_article(self):
        sku = self.late.pop(0)
        self.erp.article(sku)
        self.erp.stock([(sku, SECOND, 20, True)])
        self.book.move(sku, SECOND, 20)
        self.counts["late articles"] += 1

    # ---- buyers ---------------------------------------------------------------------------------------------------

    def buyers(self):
        for account, shop in self.shops.items():
            for _ in range(self.dice.randint(1, 2)):
                wish = [(sku, self.dice.randint(1, 3)) for sku in self.dice.sample(SKUS, self.dice.randint(1, 3))]
                if self.dice.random() < 0.05:
                    wish.append((self.by_hand(shop), 2))
                payment = self.dice.choice([PREPAYMENT, PREPAYMENT, ON_DELIVERY, COLLECTION])
                body = {
                    "payment": payment, "paid": payment == PREPAYMENT and self.dice.random() < 0.5,
                    "email": f"buyer{self.dice.randint(1, 20)}@example.com",
                    "lines": [{"sku": sku, "quantity": pieces} for sku, pieces in wish],
                    "shipping": self.dice.choice(["0", "4.90"]), "coupons": self.dice.choice([[], [{"code": "SAVE2", "amount": "2.00"}]]),
                }  # fmt: skip
                status, answer = shop.ask("POST", "/orders", body)
                if status == 409:
                    self.counts["sold out"] += 1
                    continue
                if status != 201:
                    raise Wrong(f"the shop of {account} refuses an order: {status} {answer}")
                lines = [Line(line["line_id"], line["sku"], PRICES.get(line["sku"], BY_HAND), line["quantity"]) for line in answer["lines"]]
                coupon = sum((Decimal(coupon["amount"]) for coupon in body["coupons"]), Decimal(0))
                order = Order(account, answer["order_id"], payment, lines, Decimal(body["shipping"]), coupon, body["paid"], email=body["email"])
                self.book.orders.append(order)
                self.counts["orders"] += 1

    def by_hand(self, shop):
        """The merchant puts an article on sale that the ERP creates later."""
        sku = f"LATE-{len(self.late) + self.counts['late articles'] + 1}"
        status, answer = shop.ask("POST", f"/offers/{sku}", {"price": str(BY_HAND), "quantity": 20, "running": True})
        if status != 200:
            raise Wrong(f"the shop refuses an offer by hand: {status} {answer}")
        self.late.append(sku)
        return sku

    def telephone(self):
        if self.dice.random() < 0.4:
            return
        own, payment = f"T-{next(self.own)}", self.dice.choice(list(PAYMENT_IDS))
        sku, pieces = self.dice.choice(SKUS), self.dice.randint(1, 4)
        city, self.refusing = "REFUSE" if self.refusing else self.dice.choice(CITIES), False
        self.erp.sell(own, PAYMENT_IDS[payment], sku, pieces, PRICES[sku], city)
        order = Order(None, own, payment, [Line(sku, sku, PRICES[sku], pieces)], own=own, exported=True, refused=city == "REFUSE")
        self.book.orders.append(order)
        self.counts["phone sales"] += 1

    def before_the_export(self):
        """Buyers correct what the ERP has not seen."""
        for order in [order for order in self.book.orders if order.account and not order.exported]:
            if self.dice.random() < 0.25:
                if order.order_id is None and self.dice.random() < 0.5:
                    self.erp.collect()  # Kontor has it, the ERP does not
                self.change(order)

    def change(self, order):
        line = self.dice.choice(order.lines)
        fewer = line.ordered - 1
        if fewer < max(line.cancelled + line.shipped, 1):
            return
        self.ask(order, "change", {"lines": [{"line_id": line.key, "quantity": fewer}]})
        line.ordered = fewer
        self.counts["corrections by buyers"] += 1

    # ---- the ERP reads --------------------------------------------------------------------------------------------

    def read(self):
        """Reads on what changed, and looks whether each order is as the book says."""
        self.erp.collect()
        known = {(order.account, order.number): order for order in self.book.orders if order.account}
        mine = {order.own: order for order in self.book.orders if order.own}
        while True:
            found, self.cursor = self.erp.changed_orders(self.cursor)
            if not found:
                return
            for entry in found:
                order = mine.get(entry["own"]) or known.get((entry["account"], entry["number"]))
                if order is None:
                    raise Wrong(f"order {entry} was never placed")
                order.order_id, order.visible = entry["id"], entry["visible"]
                for line, (position, key, _) in zip(order.lines, entry["positions"]):
                    if order.account and line.key != key:
                        raise Wrong(f"order {order.number}: position {key} instead of {line.key}")
                    line.position = position
                if entry["changes"]:
                    self.erp.accept(order, entry["changes"])
                    self.counts["changes accepted"] += len(entry["changes"])

    def take_over(self):
        for order in self.book.orders:
            if order.exported or order.order_id is None:
                continue
            order.own = f"ERP-{next(self.own)}"
            self.erp.number(order)
            self.report(order, "FETCHED")
            order.exported = True
            if self.dice.random() < 0.5:
                self.report(order, "ACKNOWLEDGED")

    # ---- the ERP works --------------------------------------------------------------------------------------------

    def pay(self, order):
        """The ERP knows of money that the bank does not."""
        self.report(order, "PAID")
        order.paid, order.paid_later = True, 1

    def report(self, order, status, **more):
        self.erp.report(order, status, **more)

    def work(self):
        for order in self.book.orders:
            if not order.exported or not order.open:
                continue
            if order.payment == PREPAYMENT and not order.paid:
                if self.dice.random() < 0.2:
                    self.pay(order)
                continue
            luck = self.dice.random()
            if order.refused:
                self.ship(order, whole=True)
            elif luck < 0.35:
                self.ship(order)
            elif luck < 0.5:
                self.ship(order, whole=True)
            elif luck < 0.6:
                self.cancel(order)
            elif luck < 0.65 and not order.shipped:
                self.cancel(order, whole=True)
            elif luck < 0.7:
                self.cancel_for_kontor_only(order)

    def exists(self, line):
        return line.sku not in self.late

    def ship(self, order, whole=False):
        """A parcel with some pieces of some positions, from warehouses that the ERP names; or everything that is open."""
        if any(line.open and not self.exists(line) for line in order.lines):
            return
        parcel = f"P-{next(self.parcels)}"
        if order.refused or whole and self.dice.random() < 0.6:
            # Nobody names contents: the pieces leave where they are reserved.
            label = None
            if order.refused or self.dice.random() < 0.6:
                label, parcel = self.papers.label(order)
            reserved = self.erp.reservations(order)
            if sum(reserved.values()) != order.open:
                raise Wrong(f"order {order.own}: {order.open} pieces are open, reserved are {reserved}")
            if label:
                self.papers.confirm(label)
            else:
                self.report(order, "SHIPPED", shippingInformations=[{"trackingNumber": parcel, "shippingProviderIdentifier": "DHL"}])
            for (position, warehouse), pieces in reserved.items():
                line = next(line for line in order.lines if line.position == position)
                self.book.move(line.sku, warehouse, -pieces)
                line.shipped += pieces
        else:
            contents = []
            for line in order.lines:
                pieces = line.open if whole else self.dice.randint(0, line.open)
                if pieces:
                    warehouse = self.dice.choice(WAREHOUSES_OF.get(order.account, [MAIN]))
                    contents.append({"orderItemId": line.position, "quantity": pieces, "warehouseCode": warehouse})
                    self.book.move(line.sku, warehouse, -pieces)
                    line.shipped += pieces
            if not contents:
                return
            package = {"externalPacketNumber": parcel, "trackingNumber": parcel, "contents": contents}
            self.report(order, "SHIPPED", shippingInformations=[package])
            if self.dice.random() < 0.2:  # the ERP is not sure, and says it again
                self.report(order, "SHIPPED", shippingInformations=[package])
                self.counts["parcels reported twice"] += 1
        order.packages.append(parcel)
        self.counts["parcels"] += 1
        self.settle(order)

    def cancel(self, order, whole=False):
        if whole:
            self.report(order, "CANCELED")
            for line in order.lines:
                line.cancelled += line.open
        else:
            line = self.dice.choice([line for line in order.lines if line.open])
            pieces = self.dice.randint(1, line.open)
            self.report(order, "CANCELED", orderItems=[{"orderItemId": line.position, "quantity": pieces}])
            line.cancelled += pieces
        self.counts["cancellations by the ERP"] += 1
        self.settle(order)

    def settle(self, order):
        if not order.open:
            order.request = None

    def cancel_for_kontor_only(self, order):
        """First in Kontor, then told to the channel by adjustOrders."""
        line = self.dice.choice([line for line in order.lines if line.open])
        line.cancelled += 1
        self.erp.correct(order, line, cancelledQuantity=line.cancelled)
        if order.account:
            self.erp.adjust(order)
        self.counts["cancellations by the ERP"] += 1
        self.settle(order)

    # ---- the channels ---------------------------------------------------------------------------------------------

    def ask(self, order, what, body):
        status, answer = self.shops[order.account].ask("POST", f"/orders/{order.number}/{what}", body)
        if status != 200:
            raise Wrong(f"the shop of {order.account} refuses {what} of {order.number}: {status} {answer}")
        return answer

    def heard(self):
        """Waits until the channels have heard everything."""
        eventually("what is still to be said to the channels", lambda: self.erp.changes_on_their_way() or None)

    def channels_change_their_mind(self):
        self.heard()
        for order in self.book.orders:
            if not order.account or not order.exported or not order.open or order.request:
                continue
            luck = self.dice.random()
            if luck < 0.06:
                self.change(order)
            elif luck < 0.1 and not order.shipped:
                self.ask(order, "cancel", {})
                for line in order.lines:
                    line.cancelled += line.open
                self.counts["cancellations by buyers"] += 1
            elif luck < 0.16:
                line = self.dice.choice([line for line in order.lines if line.open])
                answer = self.ask(order, "requests", {"lines": [{"line_id": line.key, "quantity": 1}], "reason": "changed my mind"})
                order.request = answer["requests"][-1]["request_id"]
                self.counts["requests to cancel"] += 1

    def decide(self):
        """The ERP follows a request to cancel, ships nevertheless, or the buyer withdraws it."""
        for order in self.book.orders:
            if not order.request:
                continue
            luck = self.dice.random()
            if luck < 0.4:
                self.cancel(order, whole=True)
            elif luck < 0.7:
                self.ship(order, whole=True)
            else:
                self.ask(order, f"requests/{order.request}/withdraw", {})
            order.request = None

    def after_the_sale(self):
        self.heard()
        for order in self.book.orders:
            luck = self.dice.random()
            sent = [line for line in order.lines if line.shipped > line.returned]
            if not order.account or not sent or luck > 0.2 or self.waits(order):
                continue
            line = self.dice.choice(sent)
            if luck < 0.05:
                line.seen_by_shop += 1
                self.ask(order, "returns", {"lines": [{"line_id": line.key, "quantity": 1}]})
                self.counts["returns by the channel"] += 1
            elif luck < 0.08:
                # What the shop said came back, or one piece more; all of it that is not in stock yet goes there.
                line.seen_by_erp = line.returned if line.returned > line.restocked else line.returned + 1
                warehouse = self.dice.choice(list(WAREHOUSES))
                back, line.restocked = line.returned - line.restocked, line.returned
                self.erp.correct(order, line, returnedQuantity=line.returned, restock=True, warehouseCode=warehouse)
                self.book.move(line.sku, warehouse, back)
                self.counts["returns by the ERP"] += 1
            elif not order.paid or sum(order.refunds, line.price) > order.total():
                continue
            elif luck > 0.12:
                self.credit(order, line)
            elif line.refunded < line.returned:
                line.refunded += 1
                self.ask(order, "refunds", {"lines": [{"line_id": line.key, "quantity": 1}]})
                order.refunds.append(line.price)
                self.counts["refunds by the channel"] += 1

    @staticmethod
    def waits(order):
        """Its channel has not heard yet of what is shipped."""
        return order.account == WHOLE_SHIPMENTS and order.open > 0

    def credit(self, order, line):
        """The ERP gives money back: for a piece that came back, or something for the trouble."""
        number = f"CR-{next(self.credits)}"
        if line.refunded < line.returned:
            self.erp.credit(order, number, orderItems=[{"orderItemId": line.position, "quantity": 1}])
            line.refunded += 1
            order.refunds.append(line.price)
        else:
            self.erp.credit(order, number, creditAmount=TROUBLE, currencyCodeIso="EUR")
            order.refunds.append(TROUBLE)
        self.papers.credits.append((order, number, order.refunds[-1]))
        self.counts["refunds by the ERP"] += 1

    # ---- customers and coupons ------------------------------------------------------------------------------------

    def customers_and_coupons(self, day):
        """The ERP corrects buyers, renames a group and changes coupons; the channels that have them follow."""
        buyers = self.erp.customers()
        key = self.dice.choice(sorted(key for key in buyers if key[0] and key[1]))
        name, group, city = f"Buyer {day}", self.dice.choice(sorted(self.groups)), self.dice.choice(["Bonn", "Rome", "Oslo"])
        self.erp.customer(buyers[key][0], name, self.groups[group], city)
        cities = self.customers.get(key, [None, None, []])[2]
        address = (name, city)
        self.customers[key] = [name, group, cities if address in cities else [*cities, address]]
        code = self.dice.choice(COUPONS)
        self.coupons[code] = (day, self.dice.random() < 0.8)
        self.erp.coupon(code, *self.coupons[code])
        if day % 10 == 5:
            group = self.dice.choice(sorted(self.groups))
            self.groups[group] = f"{group} since {day}"
            self.erp.groups(self.groups)
            self.counts["groups renamed"] += 1
        if day % 3 == 0:
            self.send_customers_and_coupons()
        self.counts["customers changed"] += 1
        self.counts["coupons changed"] += 1

    def send_customers_and_coupons(self):
        self.erp.send_customers_and_coupons()
        # What ended before a shop had it is not sent there.
        self.coupons_there |= {code for code, (_, active) in self.coupons.items() if active}

    # ---- the end --------------------------------------------------------------------------------------------------

    def compare(self):
        """ERP view, channel view, stock and the book. Gives the number of values compared."""
        self.heard()
        self.erp.collect()
        self.send_customers_and_coupons()
        self.heard()
        compared = self.compare_orders() + self.compare_channels() + self.compare_stock() + self.compare_customers()
        return compared + self.counter.compare() + self.papers.compare()

    def compare_mails(self):
        """Each mail that the book knows was taken, once."""
        eventually("the mails", lambda: self.letterbox.waiting() or None)
        return self.letterbox.compare()

    def compare_customers(self):
        """What the ERP made of buyers and coupons is in Kontor and in the shops, and nothing else is."""
        compared, known = 0, self.erp.customers()
        for account, shop in self.shops.items():
            placed = {one["email"]: one for one in shop.get("/customers")["customers"].values()}
            ours = {email: values for (of, email), values in self.customers.items() if of == account}
            if set(placed) != set(ours):
                raise Wrong(f"shop {account} has the customers {sorted(placed)}, the book {sorted(ours)}")
            for email, (name, group, addresses) in ours.items():
                seen = placed[email]
                found = (seen["customer"]["last_name"], seen["group"], [(one["last_name"], one["city"]) for one in seen["addresses"]])
                expected = (name, self.groups[group], addresses)
                if found != expected or known[account, email][1:] != expected[:2]:
                    raise Wrong(f"customer {email} of {account}: {found}, in Kontor {known[account, email]}, the book says {expected}")
                compared += 5
            coupons = {one["code"]: one for one in shop.get("/coupons")["coupons"]}
            seen = {code: (one["coupon"]["usage_limit"], one["active"]) for code, one in coupons.items()}
            ours = {code: coupon for code, coupon in self.coupons.items() if code in self.coupons_there}
            if seen != ours:
                raise Wrong(f"coupons of shop {account}: {seen}, the book says {ours}")
            compared += 2 * len(seen)
        return compared

    def compare_orders(self):
        views = {entry["id"]: entry for entry in self.erp.all_orders()}
        if len(views) != len(self.book.orders):
            raise Wrong(f"the ERP sees {len(views)} orders, {len(self.book.orders)} were placed")
        compared = 0
        for order in self.book.orders:
            view = views[order.order_id]
            seen = [pieces for _, _, pieces in view["positions"]]
            expected = [line.pieces() for line in order.lines]
            self.same(order, "positions in the ERP", seen, expected)
            self.same(order, "open pieces reserved", sum(view["reserved"].values()), sum(line.open for line in order.lines if self.exists(line)))
            self.same(order, "parcels in the ERP", sorted(view["parcels"]), sorted(order.packages))
            self.same(order, "money back in the ERP", view["refunded"], sum(order.refunds, Decimal(0)))
            if order.account:
                self.same(order, "total in the ERP", view["total"], order.total())
            if not order.open:
                self.same(order, "status", view["status"], order.status())
            compared += len(expected) * 6 + 4
        return compared

    def compare_channels(self):
        compared = 0
        for account, shop in self.shops.items():
            placed = {order["order_id"]: order for order in shop.get("/orders")["orders"]}
            ours = [order for order in self.book.orders if order.account == account]
            if len(placed) != len(ours):
                raise Wrong(f"shop {account} has {len(placed)} orders, the book {len(ours)}")
            for order in ours:
                view = placed[order.number]
                # What the ERP booked as returned is its own affair.
                fields = ("sku", "quantity", "cancelled", "shipped", "refunded")
                seen = [tuple(line[name] for name in fields) for line in view["lines"]]
                waits = self.waits(order)
                shipped = [0 if waits else line.shipped for line in order.lines]
                expected = [(line.sku, line.ordered, line.cancelled, left, line.refunded) for line, left in zip(order.lines, shipped)]
                self.same(order, "positions in the shop", seen, expected)
                seen = sorted({packet["tracking_number"] for packet in view["packets"]})
                self.same(order, "parcels in the shop", seen, [] if waits else sorted(order.packages))
                refunded = sum((Decimal(refund["amount"]) for refund in view["refunds"]), Decimal(0))
                self.same(order, "money back in the shop", refunded, sum(order.refunds, Decimal(0)))
                wrong = [fact for fact in view["facts"] if not fact["applied"] or fact["out_of_order"]]
                self.same(order, "facts that did not fit", wrong, [])
                compared += len(expected) * 5 + 2
        return compared

    def compare_stock(self):
        seen = self.erp.stock_count()
        for (sku, warehouse), pieces in self.book.stock.items():
            if seen.get((sku, warehouse), (0, 0))[0] != pieces:
                raise Wrong(f"stock of {sku} in {warehouse}: {seen.get((sku, warehouse))}, the book says {pieces}")
        for sku in {sku for sku, _ in self.book.stock}:
            reserved = sum(seen.get((sku, warehouse), (0, 0))[1] for warehouse in WAREHOUSES)
            if reserved != self.book.reserved(sku):
                raise Wrong(f"{reserved} pieces of {sku} are reserved, {self.book.reserved(sku)} are open")
        return 2 * len(self.book.stock)

    @staticmethod
    def same(order, what, seen, expected):
        if seen != expected:
            raise Wrong(f"order {order.own or order.number} of {order.account}: {what}: {seen}, the book says {expected}")
