"""What docs/STOCK.md demands of the channels, worked out again without Kontor: the day is judged by it."""

from dataclasses import dataclass


@dataclass
class Article:
    """An article as its ERP knows it; the abbreviations are those of docs/STOCK.md."""

    sku: str
    stock: int = 0  # LB
    safety: int = 0  # SB
    minimum: int = 0  # MB
    placing: int | None = None  # GEM
    refill: int | None = None  # AM
    primary: int | None = None  # account
    price: str = "10.00"

    def most(self, account, reserved):
        """TEM; 0 where the offer has to end (rules 1, 5, 7, 8)."""
        available = self.stock - reserved
        if available <= self.minimum or (account != self.primary and available <= self.safety):
            return 0
        left = available - self.minimum
        return left if self.placing is None else min(self.placing, left)

    def exact(self):
        """Whether the rules leave one number only. With a refill threshold it depends on who bought when."""
        return self.placing is None or self.refill is None

    def may_show(self, account, reserved, shown):
        """Whether a channel at rest may show that many (rules 1 to 4)."""
        most = self.most(account, reserved)
        if self.exact() or self.refill:
            return shown == most or (not self.exact() and self.refill < shown < most)
        return shown <= most  # sold down and never refilled

    def after_sale(self, account, reserved, shown):
        """What a channel comes to show after one sale somewhere, which left it at `shown` and which `reserved` counts."""
        most = self.most(account, reserved)
        return most if self.exact() or shown <= self.refill and self.refill else min(shown, most)


def kinds(accounts):
    """The settings that the articles of the day have, in turn."""
    first, second, last = accounts[0], accounts[1], accounts[-1]
    return [
        {},
        {"safety": 5, "minimum": 2, "primary": first},
        {"placing": 10, "primary": last},
        {"placing": 10, "refill": 8, "minimum": 3},
        {"placing": 6, "refill": 0},
        {"placing": 12, "refill": 6, "safety": 4, "primary": second},
        {"minimum": 4, "safety": 9},
        {"placing": 8, "refill": 3, "safety": 6, "minimum": 1, "primary": last},
    ]
