"""The scripted day: what the ERP, the buyers and bad luck do, and what has to be true when all is quiet."""

import http.client
import random
import threading
import time

from channels import Staged
from rules import Article, kinds

AWAY = (OSError, http.client.HTTPException)
# Order status in Kontor that an order ends in.
IN_KONTOR = {"open": 100, "shipped": 140, "cancelled": 200}
# People at the ERP.
LANES = 6
ARTICLES_OF_A_KIND = 3
# How long the channels may take to come to rest.
REST = 120


class Wrong(Exception):
    """Something is not as the rules demand."""


class Day:
    """One day of a merchant with his articles in all `channels`. `tag` ends the buyers' addresses, and tells the
    orders of this day from others in the same shop."""

    def __init__(self, seed, tag, articles, channels, erp, calls, restart):
        self.seed, self.tag, self.channels, self.erp, self.restart = seed, tag, channels, erp, restart
        self.channel = {channel.account: channel for channel in channels}
        self.articles = {article.sku: article for article in articles}
        self.calls = calls  # of each lane, in half a day
        self.lock = threading.Lock()
        self.done = 0
        self.settled = {}  # (account, order number) -> what the ERP made of it
        self.failed = None
        self.counts = {"stock calls": 0, "price changes": 0, "orders": 0}

    # ---- the ERP -----------------------------------------------------------------------------------------------

    def open_shop(self):
        dice = random.Random(f"{self.seed} opening")
        for article in self.articles.values():
            article.stock = dice.randint(15, 50)
        everything = list(self.articles.values())
        self.erp.articles(everything)
        self.erp.stock([(article.sku, article.stock, True) for article in everything])
        self.erp.offer(everything)

    def lane(self, number, half):
        """One of the ERP's people: nobody else books these articles or works on their orders."""
        dice = random.Random(f"{self.seed} lane {number} {half}")
        mine = [article for n, article in enumerate(self.articles.values()) if n % LANES == number]
        for step in range(self.calls):
            draw = dice.random()
            article = dice.choice(mine)
            if draw < 0.45:
                self.book([article], dice, absolute=False)
            elif draw < 0.75:
                self.book([article], dice, absolute=True)
            elif draw < 0.80:
                self.book(mine, dice, absolute=dice.random() < 0.5)
            elif draw < 0.92:
                article.price = f"{dice.randint(100, 9999) / 100:.2f}"
                self.erp.prices([article])
                self.count("price changes")
            elif article.safety or article.minimum:
                article.safety, article.minimum = dice.randint(0, 9), dice.randint(0, 4)
                self.erp.limits(article)
            if step % 20 == 19:
                self.work_off(mine)
            with self.lock:
                self.done += 1

    def book(self, articles, dice, absolute):
        bookings = []
        for article in articles:
            # Low ones often, so that offers end and come back.
            count = dice.choice((dice.randint(0, 6), dice.randint(0, 60))) if absolute else dice.randint(-4, 5)
            article.stock = count if absolute else article.stock + count
            bookings.append((article.sku, count, absolute))
        self.erp.stock(bookings)
        self.count("stock calls")

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def work_off(self, mine):
        """Takes over the new orders of these articles."""
        skus = {article.sku for article in mine}
        for order in self.erp.orders(new=True):
            fate = self.channel[order["account"]].fate(order)
            if order["sku"] not in skus or fate in (None, "unknown"):
                continue
            self.erp.report(order, "FETCHED")
            self.count("orders")
            if fate == "ship":
                self.erp.report(order, "PAID")
                parcel = {"trackingNumber": f"T-{order['number']}", "shippingProviderIdentifier": "DHL"}
                self.erp.report(order, "SHIPPED", shippingInformations=[parcel])
                self.articles[order["sku"]].stock -= order["pieces"]
                self.settled[order["account"], order["number"]] = "shipped"
            elif fate == "cancel":
                self.erp.report(order, "CANCELED")
                self.settled[order["account"], order["number"]] = "cancelled"

    # ---- the buyers ----------------------------------------------------------------------------------------------

    def buyers(self, channel, half, lanes):
        """Buyers of a channel, spread over the day. Whether an order arrived whose answer got lost is for the channel
        to tell."""
        dice = random.Random(f"{self.seed} buyers {channel.account} {half}")
        buyers = self.calls * channel.buyers_of_ten_calls // 10
        regrets = []
        for n in range(buyers):
            self.wait_for(n / buyers, lanes)
            fate = dice.choices(("ship", "cancel", "regret", "stay"), (5, 2, 2, 2))[0]
            sku, pieces = dice.choice(list(self.articles)), dice.randint(1, 3)
            try:
                number = channel.buy(sku, pieces, f"{fate}-{channel.account}-{half}-{n}{self.tag}")
                if number and fate == "regret":
                    regrets.append(number)
                if regrets and dice.random() < 0.3:
                    channel.cancel(regrets[0])
                    regrets.pop(0)
            except AWAY:
                pass

    # ---- bad luck --------------------------------------------------------------------------------------------------

    def misfortune(self, half):
        """(share of the calls done, what happens then) of half a day."""
        one, other, *shops = self.channels
        staged = [shop for shop in shops if isinstance(shop, Staged)]

        def all_of(channels, deed):
            def happens():
                for channel in channels:
                    deed(channel)

            return happens

        cut, heal = all_of(shops, lambda shop: shop.line.cut()), all_of(shops, lambda shop: shop.heal())

        def strike(fault):
            return all_of(staged, lambda shop: shop.strike(fault))

        if half == 0:
            return [
                (0.10, lambda: one.fault(down=True)),
                (0.15, strike("lost_answer")),
                (0.25, lambda: other.fault(throttle={"calls": 3, "retry_after_seconds": 1})),
                (0.30, strike("session_ended")),
                (0.35, one.heal),
                (0.40, cut),
                (0.50, self.restart),
                (0.60, lambda: other.fault(die={"calls": 3})),
                (0.75, heal),
                (0.80, lambda: one.fault(delay_ms=80, die={"calls": 2})),
                (0.90, strike("html")),
            ]
        return [
            (0.10, lambda: other.fault(down=True)),
            (0.15, strike("throttled")),
            (0.20, lambda: one.fault(die={"calls": 5})),
            (0.30, strike("cut")),
            (0.35, cut),
            (0.45, self.restart),
            (0.55, other.heal),
            (0.70, heal),
            (0.80, strike("down")),
            (0.85, lambda: other.fault(throttle={"calls": 2, "retry_after_seconds": 2})),
        ]

    # ---- the clock -------------------------------------------------------------------------------------------------

    def half(self, half):
        """Half a day, until all is quiet again."""
        self.done = 0
        lanes = [self.thread(self.lane, number, half) for number in range(LANES)]
        buyers = [self.thread(self.buyers, channel, half, lanes) for channel in self.channels]
        for share, happens in self.misfortune(half):
            self.wait_for(share, lanes)
            happens()
        for thread in lanes + buyers:
            thread.join()
        if self.failed:
            raise self.failed
        for channel in self.channels:
            channel.heal()
        self.come_to_rest()

    def wait_for(self, share, lanes):
        """Until so much of the half day's calls are done, or nobody makes any more."""
        while self.done < share * self.calls * LANES and any(lane.is_alive() for lane in lanes):
            time.sleep(0.01)

    def thread(self, work, *arguments):
        def run():
            try:
                work(*arguments)
            except BaseException as error:
                self.failed = self.failed or error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def come_to_rest(self):
        """All orders are taken over, then the channels have to show what the rules demand."""
        deadline = time.monotonic() + REST
        while True:
            self.erp.collect()
            self.work_off(list(self.articles.values()))
            wrong = self.wrong()
            if not wrong:
                break
            if time.monotonic() > deadline:
                raise Wrong(f"{len(wrong)} things are wrong: " + "; ".join(wrong[:12]))
            time.sleep(0.5)

    def stocktaking(self):
        """At night: nothing is left of any article, then there is new stock, and each channel has a buyer for each
        article with a refill threshold. Now the rules leave one number only. Gives how many of them were compared."""
        dice = random.Random(f"{self.seed} night")
        for counts in (lambda: 0, lambda: dice.randint(25, 45)):
            reserved = self.reserved()
            for article in self.articles.values():
                article.stock = reserved[article.sku] + counts()
            self.erp.stock([(article.sku, article.stock, True) for article in self.articles.values()])
            most = {}
            for channel in self.channels:
                for sku, article in self.articles.items():
                    most[channel.account, sku] = article.most(channel.account, reserved[sku])
            self.until_shown(most)
        compared = 2 * len(most)
        shown = most
        for channel in self.channels:
            for sku, article in self.articles.items():
                pieces = dice.randint(1, 4)
                if article.exact() or shown[channel.account, sku] < pieces:
                    continue
                if channel.buy(sku, pieces, f"stay-{channel.account}-night-{sku}{self.tag}"):
                    shown[channel.account, sku] -= pieces
            reserved = self.reserved()
            for (account, sku), pieces in shown.items():
                shown[account, sku] = self.articles[sku].after_sale(account, reserved[sku], pieces)
            self.erp.collect()
            self.until_shown(shown)
            compared += len(shown)
        self.come_to_rest()
        return compared

    def until_shown(self, expected):
        deadline = time.monotonic() + REST
        while True:
            shown = {
                (channel.account, sku): pieces
                for channel in self.channels
                for sku, (pieces, _) in channel.shown(list(self.articles)).items()
            }
            wrong = [f"{key[1]} shows {shown.get(key, 0)} in {key[0]}, not {n} ({self.articles[key[1]]})"
                     for key, n in expected.items() if shown.get(key, 0) != n]  # fmt: skip
            if not wrong:
                return
            if time.monotonic() > deadline:
                raise Wrong(f"{len(wrong)} of {len(expected)} offers are wrong: " + "; ".join(wrong[:12]))
            time.sleep(0.3)

    # ---- what has to be true -----------------------------------------------------------------------------------------

    def reserved(self):
        """RB by SKU: what the channels have sold and the ERP has neither shipped nor anybody cancelled."""
        reserved = dict.fromkeys(self.articles, 0)
        for channel in self.channels:
            for number, order in channel.orders().items():
                if (channel.account, number) not in self.settled and order["state"] != "cancelled":
                    reserved[order["sku"]] += order["pieces"]
        return reserved

    def wrong(self):
        """Everything that is not as it has to be, as sentences."""
        return self.wrong_offers() + self.wrong_orders()

    def wrong_offers(self):
        reserved = self.reserved()
        wrong = []
        for channel in self.channels:
            shown = channel.shown(list(self.articles))
            for sku, article in self.articles.items():
                pieces, price = shown.get(sku, (0, None))
                if not article.may_show(channel.account, reserved[sku], pieces):
                    most = article.most(channel.account, reserved[sku])
                    wrong.append(f"{sku} shows {pieces} in {channel.account}, not {most} ({article}, reserved {reserved[sku]})")
                if price is not None and price != article.price:
                    wrong.append(f"{sku} costs {price} in {channel.account}, not {article.price}")
        return wrong

    def wrong_orders(self):
        wrong = []
        known = {}
        for order in self.erp.orders(new=False):
            if self.channel[order["account"]].fate(order) is None:
                continue
            key = (order["account"], order["number"])
            if key in known:
                wrong.append(f"order {key} is in the ERP twice")
            known[key] = order
        sold = {(channel.account, number): o for channel in self.channels for number, o in channel.orders().items()}
        wrong += [f"order {key} is not in the ERP" for key in sold.keys() - known.keys()]
        wrong += [f"order {key} was never placed" for key in known.keys() - sold.keys()]
        for key in sold.keys() & known.keys():
            order = sold[key]
            expected = self.settled.get(key, "cancelled" if order["state"] == "cancelled" else "open")
            if order["state"] != expected:
                wrong.append(f"order {key} is {order['state']} in the channel, not {expected}")
            if known[key]["status"] != IN_KONTOR[expected]:
                wrong.append(f"order {key} has the status {known[key]['status']} in Kontor, not {IN_KONTOR[expected]}")
            if order["tracking"] != ([f"T-{key[1]}"] if expected == "shipped" else []):
                wrong.append(f"order {key} has the parcels {order['tracking']}")
            facts = order.get("facts", [])
            if len(facts) != len(set(facts)):
                wrong.append(f"order {key} was told {facts}")
        return wrong


def articles_of(tag, accounts):
    """A few articles with each kind of settings."""
    return [
        Article(f"{tag}-{row}{n}", price=f"{10 + n}.00", **settings)
        for row in range(ARTICLES_OF_A_KIND)
        for n, settings in enumerate(kinds(accounts))
    ]
