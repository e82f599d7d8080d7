"""A Medusa shop for tests and for trying Kontor by hand: starting it, its one-time set-up, and its people.

`Shop` speaks the shop's two APIs: the merchant sets it up and looks at products and orders, the customer buys.
Standard library only, so that it runs before anything is installed. Used by the command `shop` and by `run.py`.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "setup"))
import shops  # noqa: E402
from shops import ShopError, stop  # noqa: E402, F401

ADMIN = "merchant@example.com"
ADMIN_PASSWORD = "merchant-secret"
ADDRESS = {
    "first_name": "Erika",
    "last_name": "Müßtermann",
    "company": "Müßtermann & Söhne",
    "address_1": "Große Straße 12",
    "address_2": "Hinterhof",
    "city": "Köln",
    "postal_code": "50667",
    "country_code": "de",
    "phone": "+49 30 1234567",
}
ORDER = (
    "id,display_id,status,payment_status,fulfillment_status,total,items.variant_sku,items.quantity,"
    "fulfillments.canceled_at,fulfillments.shipped_at,fulfillments.labels.tracking_number"
)


class Shop:
    def __init__(self, url):
        self.url = url.rstrip("/")
        self._token = None

    def _call(self, method, path, body, headers, query):
        url = f"{self.url}{path}" + (f"?{urllib.parse.urlencode(query, doseq=True)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"} | headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise ShopError(f"{method} {url}: HTTP {error.code}: {error.read(2000).decode(errors='replace')}") from error

    def admin(self, method, path, body=None, **query):
        """The merchant, who may do everything."""
        if self._token is None:
            login = {"email": ADMIN, "password": ADMIN_PASSWORD}
            self._token = self._call("POST", "/auth/user/emailpass", login, {}, None)["token"]
        return self._call(method, f"/admin/{path}", body, {"Authorization": f"Bearer {self._token}"}, query)

    def store(self, method, path, body=None, **query):
        """A customer in the shop's front end."""
        keys = self.admin("GET", "api-keys", type="publishable")["api_keys"]
        return self._call(method, f"/store/{path}", body, {"x-publishable-api-key": keys[0]["token"]}, query)

    # ---- once -------------------------------------------------------------------------------------------------

    def set_up(self):
        """Currencies, tax, stock, shipping, payment, categories. Does nothing on a shop that has them."""
        if self.admin("GET", "regions")["regions"]:
            return
        create = lambda path, **body: self.admin("POST", path, body)  # noqa: E731
        store = self.admin("GET", "stores")["stores"][0]["id"]
        euro = {"currency_code": "eur", "is_default": True, "is_tax_inclusive": True}
        create(f"stores/{store}", supported_currencies=[euro, {"currency_code": "usd", "is_tax_inclusive": True}])
        create("regions", name="Deutschland", currency_code="eur", countries=["de"], payment_providers=["pp_system_default"])
        rate = {"rate": 19, "code": "VAT19", "name": "VAT 19 %"}
        create("tax-regions", country_code="de", provider_id="tp_system", default_tax_rate=rate)
        channel = self.admin("GET", "sales-channels")["sales_channels"][0]["id"]
        address = {"address_1": "Lagerweg 1", "city": "Berlin", "country_code": "de", "postal_code": "10115"}
        location = create("stock-locations", name="Lager", address=address)["stock_location"]["id"]
        create(f"stock-locations/{location}/sales-channels", add=[channel])
        create(f"stock-locations/{location}/fulfillment-providers", add=["manual_manual"])
        create(f"stock-locations/{location}/fulfillment-sets", name="Versand", type="shipping")
        found = self.admin("GET", f"stock-locations/{location}", fields="fulfillment_sets.id")
        fulfillment = found["stock_location"]["fulfillment_sets"][0]["id"]
        zones = [{"type": "country", "country_code": "de"}]
        zone = create(f"fulfillment-sets/{fulfillment}/service-zones", name="Deutschland", geo_zones=zones)
        profile = create("shipping-profiles", name="Standard", type="default")["shipping_profile"]["id"]
        create(
            "shipping-options",
            name="Paket",
            service_zone_id=zone["fulfillment_set"]["service_zones"][0]["id"],
            shipping_profile_id=profile,
            provider_id="manual_manual",
            price_type="flat",
            type={"label": "Paket", "description": "Paketdienst", "code": "parcel"},
            prices=[{"currency_code": "eur", "amount": 4.9}],
        )
        for handle in ("lampen", "leuchten"):
            create("product-categories", name=handle.capitalize(), handle=handle, is_active=True)

    def key(self):
        """A new secret key, as the merchant gives one to Kontor."""
        return self.admin("POST", "api-keys", {"title": "Kontor", "type": "secret"})["api_key"]["token"]

    # ---- the merchant -------------------------------------------------------------------------------------------

    def variants(self, sku):
        """All variants with this SKU, as plain numbers and texts."""
        fields = "id,sku,title,product.status,prices.amount,prices.currency_code,inventory_items.inventory.location_levels.*"
        return [
            {
                "id": row["id"],
                "sku": row["sku"],
                "title": row["title"],
                "published": row["product"]["status"] == "published",
                "prices": {price["currency_code"]: price["amount"] for price in row["prices"]},
                "available": sum(
                    level["stocked_quantity"] - level["reserved_quantity"]
                    for item in row["inventory_items"]
                    for level in item["inventory"]["location_levels"]
                ),
            }
            for row in self.admin("GET", "product-variants", sku=sku, fields=fields)["variants"]
        ]

    def order(self, number):
        """State, payment and parcels of an order, as the merchant sees them."""
        return self.admin("GET", f"orders/{number}", fields=ORDER)["order"]

    # ---- the customer -------------------------------------------------------------------------------------------

    def place_order(self, sku, quantity, email="erika.mustermann@example.com"):
        """A guest buys: all steps a shop's front end makes. Returns the order's number."""
        found = self.variants(sku)
        if len(found) != 1:
            raise ShopError(f"{len(found)} variants with the SKU {sku}; a customer needs exactly one")
        cart = self.store(
            "POST",
            "carts",
            {
                "region_id": self.store("GET", "regions")["regions"][0]["id"],
                "email": email,
                "items": [{"variant_id": found[0]["id"], "quantity": quantity}],
                "shipping_address": ADDRESS,
                "billing_address": ADDRESS,
            },
        )["cart"]["id"]
        option = self.store("GET", "shipping-options", cart_id=cart)["shipping_options"][0]["id"]
        self.store("POST", f"carts/{cart}/shipping-methods", {"option_id": option})
        payment = self.store("POST", "payment-collections", {"cart_id": cart})["payment_collection"]["id"]
        self.store("POST", f"payment-collections/{payment}/payment-sessions", {"provider_id": "pp_system_default"})
        return self.store("POST", f"carts/{cart}/complete", {})["order"]["id"]


def start(folder, port, database):
    """Starts the shop in `folder` (its log, pictures and process id go there), waits, sets it up. Returns its address."""
    url = f"http://127.0.0.1:{port}"
    environment = {
        "SHOP_PORT": str(port),
        "SHOP_DATABASE": database,
        "SHOP_ADMIN": ADMIN,
        "SHOP_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "MEDUSA_DISABLE_TELEMETRY": "true",
    }
    shops.start("medusa", HERE / "npm" / "index.js", folder, environment, lambda: Shop(url).set_up())
    return url
