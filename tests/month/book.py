"""What a person with a pencil would write down: every order with its pieces and its money, and the stock of both warehouses."""

from dataclasses import dataclass, field
from decimal import Decimal

MAIN, SECOND = "main", "second"
WAREHOUSES = {MAIN: 1, SECOND: 2}
PREPAYMENT, ON_DELIVERY, COLLECTION = "prepayment", "cash on delivery", "collection"
PAYMENT_IDS = {PREPAYMENT: 7, ON_DELIVERY: 8, COLLECTION: 9}


@dataclass
class Line:
    key: str  # the channel's number of the position; of a phone sale the item number
    sku: str
    price: Decimal
    ordered: int
    cancelled: int = 0
    shipped: int = 0
    seen_by_shop: int = 0  # pieces that came back
    seen_by_erp: int = 0  # the same pieces, or further ones
    refunded: int = 0
    restocked: int = 0
    position: int | None = None  # Kontor's number of it

    @property
    def returned(self):
        return max(self.seen_by_shop, self.seen_by_erp)

    @property
    def open(self):
        return max(0, self.ordered - self.cancelled - self.shipped)

    def pieces(self):
        return (self.sku, self.ordered, self.cancelled, self.shipped, self.returned, self.refunded)


@dataclass(eq=False)
class Order:
    account: int | None  # None: a phone sale
    number: str  # of the channel, or the ERP's own
    payment: str
    lines: list
    shipping: Decimal = Decimal(0)
    coupon: Decimal = Decimal(0)
    paid: bool = False
    exported: bool = False
    packages: list = field(default_factory=list)
    refunds: list = field(default_factory=list)  # amounts
    order_id: int | None = None
    own: str | None = None
    request: str | None = None  # the buyer's open wish to cancel
    visible: int | None = None  # Kontor's number of it, which buyers write on transfers
    email: str = "caller@example.com"
    refused: bool = False  # the carrier refuses its first address
    paid_later: int = 0  # 1: it was not paid when it came, and is now

    @property
    def open(self):
        return sum(line.open for line in self.lines)

    @property
    def shipped(self):
        return sum(line.shipped for line in self.lines)

    def total(self):
        """As the shop counts: what is cancelled costs nothing, and a cancelled order nothing at all."""
        if not self.open and not self.shipped:
            return Decimal(0)
        return sum((line.price * (line.ordered - line.cancelled) for line in self.lines), self.shipping - self.coupon)

    def known_as(self):
        """The number that the buyer knows."""
        return self.number if self.account else self.visible

    def status(self):
        """Of an order of which nothing is open: the words of docs/ORDERS.md."""
        if not self.shipped:
            return "Cancelled"
        if self.payment == PREPAYMENT:
            return "Shipped/Done"
        if self.payment == COLLECTION:
            return "Collected/Done"
        return "Paid/Done" if self.paid else "Shipped/Open payments"


class Book:
    def __init__(self, skus, stock):
        self.orders = []
        self.stock = {(sku, warehouse): stock for sku in skus for warehouse in WAREHOUSES}

    def move(self, sku, warehouse, pieces):
        self.stock[sku, warehouse] = self.stock.get((sku, warehouse), 0) + pieces

    def reserved(self, sku):
        return sum(line.open for order in self.orders for line in order.lines if line.sku == sku)
