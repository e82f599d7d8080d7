"""A Vendure shop for tests and for trying Kontor by hand: starting it, its one-time set-up, and its people.

`Shop` speaks the shop's two GraphQL APIs: the merchant looks at products and orders, the customer buys.
Standard library only, so that it runs before anything is installed. Used by the command `shop` and by `run.py`.
"""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "setup"))
import shops  # noqa: E402
from shops import ShopError, stop  # noqa: E402, F401

ADMIN = "superadmin"
ADMIN_PASSWORD = "superadmin"
# What Kontor logs in as: an administrator who may keep catalogue, orders, customers and promotions, and nothing else.
KONTOR_USER = "kontor@example.com"
KONTOR_PASSWORD = "kontor-secret"
KONTOR_PERMISSIONS = [
    "ReadCatalog", "CreateCatalog", "UpdateCatalog", "DeleteCatalog",
    "ReadOrder", "UpdateOrder", "ReadSettings", "ReadStockLocation",
    "CreateCustomer", "ReadCustomer", "UpdateCustomer", "CreateCustomerGroup", "ReadCustomerGroup", "UpdateCustomerGroup",
    "CreatePromotion", "ReadPromotion", "UpdatePromotion",
]  # fmt: skip


class Api:
    """One GraphQL endpoint with a session of its own."""

    def __init__(self, url):
        self.url = url
        self.token = None

    def __call__(self, query, _timeout=30, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=_timeout) as response:
                self.token = response.headers.get("vendure-auth-token") or self.token
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise ShopError(f"{self.url}: HTTP {error.code}: {error.read(2000).decode(errors='replace')}") from error
        if answer.get("errors"):
            raise ShopError(f"{self.url}: {json.dumps(answer['errors'])[:2000]}")
        # Vendure answers an expected refusal as a member of a union, with an errorCode.
        for field, value in answer["data"].items():
            if isinstance(value, dict) and value.get("errorCode"):
                raise ShopError(f"{field}: {value['errorCode']}: {value.get('message')}")
        return answer["data"]


class Shop:
    def __init__(self, url, user=ADMIN, password=ADMIN_PASSWORD):
        self.url = url.rstrip("/")
        self._user, self._password = user, password
        self._admin = None

    @property
    def admin(self):
        if self._admin is None:
            api = Api(f"{self.url}/admin-api")
            api(
                """mutation ($user: String!, $password: String!) { login(username: $user, password: $password) {
                     ... on CurrentUser { id } ... on ErrorResult { errorCode message } } }""",
                user=self._user,
                password=self._password,
            )
            self._admin = api
        return self._admin

    # ---- once -------------------------------------------------------------------------------------------------

    def set_up(self):
        """Country, tax, currency, shipping, payment, Kontor's login. Does nothing on a shop that has them."""
        if self.admin("{ paymentMethods { totalItems } }")["paymentMethods"]["totalItems"]:
            return
        create = self.admin
        country = create(
            """mutation { createCountry(input: {code: "DE", enabled: true,
                 translations: [{languageCode: de, name: "Deutschland"}]}) { id } }"""
        )["createCountry"]["id"]
        zone = create(
            """mutation ($members: [ID!]) { createZone(input: {name: "Europe", memberIds: $members}) { id } }""",
            members=[country],
        )["createZone"]["id"]
        create(
            """mutation { updateGlobalSettings(input: {availableLanguages: [de, en]}) {
                 ... on GlobalSettings { id } ... on ErrorResult { errorCode message } } }"""
        )
        channel = create("{ activeChannel { id } }")["activeChannel"]["id"]
        create(
            """mutation ($id: ID!, $zone: ID!) { updateChannel(input: {id: $id, defaultTaxZoneId: $zone,
                 defaultShippingZoneId: $zone, pricesIncludeTax: true, defaultCurrencyCode: EUR,
                 availableLanguageCodes: [de, en], defaultLanguageCode: de,
                 availableCurrencyCodes: [EUR]}) { ... on Channel { id } ... on ErrorResult { errorCode message } } }""",
            id=channel,
            zone=zone,
        )
        tax = create(
            """mutation { createTaxCategory(input: {name: "Standard", isDefault: true}) { id } }"""
        )["createTaxCategory"]["id"]
        create(
            """mutation ($tax: ID!, $zone: ID!) { createTaxRate(input: {name: "VAT 19 %", value: 19, enabled: true,
                 categoryId: $tax, zoneId: $zone}) { id } }""",
            tax=tax,
            zone=zone,
        )
        create(
            """mutation { createShippingMethod(input: {code: "parcel", fulfillmentHandler: "manual-fulfillment",
                 translations: [{languageCode: de, name: "Paket", description: "Paketdienst"}],
                 checker: {code: "default-shipping-eligibility-checker",
                           arguments: [{name: "orderMinimum", value: "0"}]},
                 calculator: {code: "default-shipping-calculator",
                              arguments: [{name: "rate", value: "490"}, {name: "includesTax", value: "include"},
                                          {name: "taxRate", value: "19"}]}}) { id } }"""
        )
        create(
            """mutation { createPaymentMethod(input: {code: "prepayment", enabled: true,
                 translations: [{languageCode: de, name: "Vorkasse", description: ""}],
                 handler: {code: "dummy-payment-handler",
                           arguments: [{name: "automaticSettle", value: "false"}]}}) { id } }"""
        )
        # Where the merchant keeps categories and attributes.
        for code, values in (("category", ["lampen", "leuchten"]), ("material", []), ("farbe", [])):
            create(
                """mutation ($input: CreateFacetInput!) { createFacet(input: $input) { id } }""",
                input={
                    "code": code,
                    "isPrivate": False,
                    "translations": [{"languageCode": "de", "name": code}],
                    "values": [{"code": value, "translations": [{"languageCode": "de", "name": value}]} for value in values],
                },
            )
        role = create(
            """mutation ($permissions: [Permission!]!) { createRole(input: {code: "erp", description: "Kontor",
                 permissions: $permissions}) { id } }""",
            permissions=KONTOR_PERMISSIONS,
        )["createRole"]["id"]
        create(
            """mutation ($user: String!, $password: String!, $roles: [ID!]!) { createAdministrator(input: {
                 firstName: "Kontor", lastName: "Gateway", emailAddress: $user, password: $password,
                 roleIds: $roles}) { id } }""",
            user=KONTOR_USER,
            password=KONTOR_PASSWORD,
            roles=[role],
        )

    # ---- the merchant -------------------------------------------------------------------------------------------

    def create_product(self, sku, name, cents, stock):
        """What a connector does for a new article; here to try the shop without one."""
        tax = self.admin("{ taxCategories { items { id isDefault } } }")["taxCategories"]["items"][0]["id"]
        location = self.admin("{ stockLocations { items { id } } }")["stockLocations"]["items"][0]["id"]
        product = self.admin(
            """mutation ($name: String!, $slug: String!) { createProduct(input: {enabled: true, translations: [
                 {languageCode: de, name: $name, slug: $slug, description: ""}]}) { id } }""",
            name=name,
            slug=sku.lower(),
        )["createProduct"]["id"]
        self.admin(
            """mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }""",
            input=[
                {
                    "productId": product,
                    "sku": sku,
                    "price": cents,
                    "taxCategoryId": tax,
                    "trackInventory": "TRUE",
                    "translations": [{"languageCode": "de", "name": name}],
                    "stockLevels": [{"stockLocationId": location, "stockOnHand": stock}],
                }
            ],
        )

    def variants(self, *skus):
        """All variants with these SKUs (Vendure accepts doubles without a word), as plain numbers and texts."""
        rows = self.admin(
            """query ($skus: [String!]) { productVariants(options: {filter: {sku: {in: $skus}}}) { items {
                 id sku name enabled priceWithTax currencyCode trackInventory
                 stockLevels { stockOnHand stockAllocated }
                 product { id name description enabled } } } }""",
            skus=skus,
        )["productVariants"]["items"]
        return [
            {
                "id": row["id"],
                "sku": row["sku"],
                "name": row["name"],
                "product": row["product"]["name"],
                "description": row["product"]["description"],
                "enabled": row["enabled"] and row["product"]["enabled"],
                "cents": row["priceWithTax"],
                "currency": row["currencyCode"],
                "on_hand": sum(level["stockOnHand"] for level in row["stockLevels"]),
                "allocated": sum(level["stockAllocated"] for level in row["stockLevels"]),
            }
            for row in rows
        ]

    def order(self, code):
        """State, payments and parcels of an order, as the merchant sees them."""
        rows = self.admin(
            """query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items {
                 id code state totalWithTax lines { quantity orderPlacedQuantity productVariant { sku } }
                 payments { state amount method } fulfillments { state method trackingCode } } } }""",
            code=code,
        )["orders"]["items"]
        if len(rows) != 1:
            raise ShopError(f"{len(rows)} orders with the code {code}")
        return rows[0]

    def placed_orders(self):
        """All orders that customers placed, as the merchant sees them."""
        orders, page = [], 100
        while True:
            found = self.admin(
                """query ($take: Int, $skip: Int) { orders(options: {filter: {active: {eq: false}}, sort: {id: ASC},
                     take: $take, skip: $skip}) { items {
                     code state customer { emailAddress } lines { orderPlacedQuantity productVariant { sku } }
                     fulfillments { state trackingCode } } } }""",
                take=page,
                skip=len(orders),
            )["orders"]["items"]
            orders += found
            if len(found) < page:
                return orders

    def cancel(self, code):
        """The merchant cancels an order in the shop."""
        found = self.admin(
            "query ($code: String!) { orders(options: {filter: {code: {eq: $code}}}) { items { id } } }", code=code
        )["orders"]["items"]
        self.admin(
            """mutation ($id: ID!) { cancelOrder(input: {orderId: $id, cancelShipping: true}) {
                 ... on Order { id } ... on ErrorResult { errorCode message } } }""",
            id=found[0]["id"],
        )

    # ---- the customer -------------------------------------------------------------------------------------------

    def place_order(self, sku, quantity, email="erika.mustermann@example.com"):
        """A guest buys: all steps a shop's front end makes. Returns the order's code."""
        found = self.variants(sku)
        if len(found) != 1:
            raise ShopError(f"{len(found)} variants with the SKU {sku}; a customer needs exactly one")
        shop = Api(f"{self.url}/shop-api")
        error = "... on ErrorResult { errorCode message }"
        shop(
            f"""mutation ($id: ID!, $n: Int!) {{ addItemToOrder(productVariantId: $id, quantity: $n) {{
                  ... on Order {{ code }} {error} }} }}""",
            id=found[0]["id"],
            n=quantity,
        )
        shop(
            f"""mutation ($email: String!) {{ setCustomerForOrder(input: {{title: "Frau", firstName: "Erika",
                  lastName: "Müßtermann", emailAddress: $email, phoneNumber: "+49 30 1234567"}}) {{
                  ... on Order {{ code }} {error} }} }}""",
            email=email,
        )
        address = {
            "fullName": "Erika Müßtermann",
            "company": "Müßtermann & Söhne",
            "streetLine1": "Große Straße 12",
            "streetLine2": "Hinterhof",
            "city": "Köln",
            "postalCode": "50667",
            "countryCode": "DE",
            "phoneNumber": "+49 30 1234567",
        }
        for step in ("setOrderShippingAddress", "setOrderBillingAddress"):
            shop(
                f"mutation ($input: CreateAddressInput!) {{ {step}(input: $input) {{ ... on Order {{ code }} {error} }} }}",
                input=address,
            )
        method = shop("{ eligibleShippingMethods { id code } }")["eligibleShippingMethods"][0]["id"]
        shop(
            f"mutation ($id: [ID!]!) {{ setOrderShippingMethod(shippingMethodId: $id) {{ ... on Order {{ code }} {error} }} }}",
            id=[method],
        )
        shop(
            f"""mutation {{ transitionOrderToState(state: "ArrangingPayment") {{ ... on Order {{ code }}
                  ... on OrderStateTransitionError {{ errorCode message transitionError }} }} }}"""
        )
        placed = shop(
            f"""mutation {{ addPaymentToOrder(input: {{method: "prepayment", metadata: {{}}}}) {{
                  ... on Order {{ code state }} {error} }} }}"""
        )["addPaymentToOrder"]
        return placed["code"]


# ---- the process --------------------------------------------------------------------------------------------------


def start(folder, port, database):
    """Starts the shop in `folder` (its log and process id go there), waits, sets it up. Returns its address."""
    url = f"http://127.0.0.1:{port}"
    environment = {
        "SHOP_PORT": str(port),
        "SHOP_DATABASE": database,
        "SHOP_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "VENDURE_DISABLE_TELEMETRY": "true",
    }
    shops.start("vendure", HERE / "npm" / "index.js", folder, environment, lambda: Shop(url).set_up())
    return url
