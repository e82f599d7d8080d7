#!/usr/bin/env python3
"""The console in a real browser (Chromium): a person logs in, finds an order, ships it, reads why an offer shows what it shows, tries
again what is stuck, and logs out; light and dark, on a phone, by keyboard, in English and German. The browser's log must stay empty:
a page that breaks the policy of the console (Content-Security-Policy) says so there.

Called by ./test; by hand:  .setup/venv/bin/python tests/console/run.py [--gateway target/debug/kontor] [--images docs/images]
"""

import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in ("clients", "vendure", "day")]
from calls import MANDATOR, Erp, ErpError  # noqa: E402
from channels import Sandbox  # noqa: E402
from gateway import Gateway, GatewayError  # noqa: E402
from playwright.sync_api import Error as BrowserError  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402
from runner import Runner  # noqa: E402

ACCOUNT = 1000
ARTICLES = [
    ("MUG-BLUE", "Stoneware mug, blue, 350 ml", "4006381333931", "12.90", 40),
    ("MUG-SAND", "Stoneware mug, sand, 350 ml", "4006381333948", "12.90", 25),
    ("TEAPOT-1", "Cast-iron teapot, 0.8 l", "4006381333955", "49.00", 12),
    ("PLATE-27", "Dinner plate, 27 cm", "4006381333962", "15.50", 60),
    ("BOWL-S", "Cereal bowl <small> & \"deep\"", "4006381333979", "9.80", 3),
]
DESKTOP = {"width": 1180, "height": 800}
PHONE = {"width": 390, "height": 780}


def until(what, done, seconds=60):
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


class Console(Runner):
    def all(self):
        checks = [
            "who is not logged in sees the login, and a wrong password says so",
            "the overview says that all is well, with plots and a card for each account",
            "an order is found by the number of its channel, shipped, and the shop knows",
            "the page of an article says what each account shows, and why",
            "what is stuck is grouped with its cause, and goes again by a button",
            "the settings and the audit show no secrets, and what was done",
            "every page fits on a phone, light and dark, in English and German",
            "a page can be used by keyboard alone",
            "the journal says what the ERP sent, and rehearses it",
            "who logs out is logged out",
            "the tour of the demo goes from an empty shop to a shipped order, without a login, and fits on a phone",
            "the browser has nothing to complain of",
        ]
        folder = self.work / "gateway"
        folder.mkdir()
        arguments = ["serve", "--demo", "--listen", "127.0.0.1:0", "--database", str(folder / "console.sqlite")]
        name = checks[0]
        try:
            with Gateway(self.arguments.gateway, folder, arguments) as url, sync_playwright() as browsers:
                browser = browsers.chromium.launch(executable_path=self.arguments.chromium, args=["--no-sandbox"])
                story = Story(browser, url, self.arguments.images).steps()
                for name in checks:
                    next(story)
                    self.report("ok", name)
                browser.close()
        except (AssertionError, BrowserError, ErpError, GatewayError, OSError, StopIteration) as error:
            self.report("FAILED", name, str(error) or repr(error))
        return 1 if self.failed else 0


class Story:
    def __init__(self, browser, url, images):
        self.url, self.images, self.complaints = url, images, []
        port = int(url.rsplit(":", 1)[1])
        self.erp, self.shop = Erp(port, "erp", "demo", [ACCOUNT]), Sandbox(ACCOUNT, port)
        self.browser = browser
        self.page = self.new_page()

    def new_page(self, **more):
        page = self.browser.new_context(viewport=DESKTOP, **more).new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def go(self, path):
        self.page.goto(f"{self.url}/console{path}")

    def picture(self, name):
        if self.images:
            self.images.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=self.images / f"console-{name}.png")

    def sees(self, *texts):
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def sell(self):
        """Articles, prices, stock and offers, and orders for some of them."""
        items = [
            {"significantKey": "INTERNAL_ITEM_NUMBER", "mandatorId": MANDATOR, "internalItemNumber": sku, "identifier": name,
             "eanCode": ean, "taxTypeId": 3}
            for sku, name, ean, _, _ in ARTICLES
        ]  # fmt: skip
        self.erp.call("updateItems", {"items": items})
        self.price({sku: price for sku, _, _, price, _ in ARTICLES})
        self.erp.stock([(sku, count, True) for sku, _, _, _, count in ARTICLES])
        offers = [{"mandatorId": MANDATOR, "accountId": ACCOUNT, "internalItemNumber": sku} for sku, *_ in ARTICLES]
        prepared = self.erp.call("prepareOffers", {"offers": offers})
        self.erp.call("uploadOffers", {"offerIds": [number.text for number in prepared.iter("{urn:kontor:v1}offerId")]})
        until("all is on offer", lambda: len([shown for shown in self.shop.shown().values() if shown[1]]) == len(ARTICLES))
        numbers = [self.shop.buy(sku, pieces, f"{name}@example.com") for sku, pieces, name in
                   [("MUG-BLUE", 2, "erika"), ("TEAPOT-1", 1, "max"), ("BOWL-S", 1, "ann"), ("PLATE-27", 6, "ole")]]  # fmt: skip
        self.erp.collect()
        return numbers

    def price(self, prices):
        rows = [{"itemNr": sku, "price": price} for sku, price in prices.items()]
        self.erp.call("updatePricelist", {"pricelists": [
            {"significantKey": "IDENTIFIER", "mandatorId": MANDATOR, "identifier": "default", "validities": [{"prices": rows}]}
        ]})  # fmt: skip

    def log_in(self, password):
        self.page.fill("input[name=user]", "admin")
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")

    def steps(self):
        numbers = self.sell()
        page = self.page
        self.go("/orders")
        expect(page).to_have_url(f"{self.url}/console/login?next=%2Forders")
        self.picture("login")
        self.log_in("wrong")
        expect(page.get_by_role("alert")).to_be_visible()
        self.complaints.clear()  # a refused login is a 403, which the browser mentions
        self.log_in("demo")
        expect(page).to_have_url(f"{self.url}/console/orders")
        self.sees(*(str(number) for number in numbers))
        self.picture("orders")
        yield
        self.go("")
        self.sees("All is well", "Sandbox")
        expect(page.locator("figure.plot")).to_have_count(3)
        yield
        page.fill("input[name=q]", str(numbers[0]))
        page.keyboard.press("Enter")
        self.sees("MUG-BLUE", "Collected by Kontor")
        order = page.url.removeprefix(f"{self.url}/console")
        page.locator("summary", has_text="Ship what is open").click()
        page.fill("input[name=carrier]", "DHL")
        page.fill("input[name=tracking]", "JJD0001")
        page.locator("form[action$=shipped] button").click()
        expect(page.get_by_role("status")).to_contain_text("done")
        self.sees("DHL JJD0001")
        until("the shop knows the package", lambda: self.shop.orders()[numbers[0]]["tracking"] == ["JJD0001"])
        self.go(order)
        self.picture("order")
        yield
        self.go("/find?q=BOWL-S")
        self.sees('Cereal bowl <small> & "deep"', "Reserved", "9.80")
        item = page.url.removeprefix(f"{self.url}/console")
        page.locator("main a[href*='/console/offers/']").first.click()
        self.sees("What is shown in Sandbox", "Calls to the channel")
        offer = page.url.removeprefix(f"{self.url}/console")
        self.picture("offer")
        yield
        self.shop.fault(refuse=[{"sku": sku, "code": "PRICE_BAND", "text": "the price is out of bounds"} for sku in ("MUG-BLUE", "MUG-SAND")])
        self.price({"MUG-BLUE": "99.00", "MUG-SAND": "99.00"})

        def stuck():
            self.go("/stuck")
            return "2 × PRICE_BAND" in page.inner_text("main")

        until("two changes are stuck", stuck)
        self.picture("stuck")
        self.go("")
        self.sees("stuck")
        self.picture("trouble")
        self.go("/stuck")
        self.shop.heal()
        page.get_by_role("button", name="Try these again").first.click()
        expect(page.get_by_role("status")).to_contain_text("done")
        until("nothing is stuck", lambda: self.go("/stuck") or "Nothing is stuck" in page.inner_text("main"))
        yield
        self.go("/settings")
        self.sees("Sandbox", "erp")
        assert "argon2" not in page.content()
        self.go("/audit")
        self.sees("Ship what is open", "Try again", "Log in")
        yield
        self.fits(["", "/stuck", "/orders", "/items", "/offers", "/messages", "/calls", "/audit", "/settings", "/find", order, item, offer])
        yield
        self.go("/orders")
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.getAttribute('href') || ''").startswith("/console/orders/"):
                break
        page.keyboard.press("Enter")
        self.sees("What happened")
        yield
        self.go("/calls")
        page.select_option("select[name=operation]", "updatePricelist")
        page.get_by_role("button", name="Show").click()
        page.locator("main td a").last.click()
        self.sees("updatePricelist", "MUG-BLUE")
        self.picture("call")
        page.get_by_role("button", name="Rehearse").click()
        self.sees("What it would say now", "0 Failures")
        yield
        page.get_by_role("button", name="Log out").click()
        expect(page).to_have_url(f"{self.url}/console/login")
        self.go("/orders")
        expect(page.locator("input[name=password]")).to_be_visible()
        yield
        self.tour()
        yield
        assert not self.complaints, self.complaints
        yield

    def tour(self):
        page = self.page
        page.goto(self.url)
        page.get_by_role("button", name="Load the sample catalogue").click()
        expect(page.get_by_role("status")).to_contain_text("done")
        until("the catalogue is in the shop", lambda: len(self.shop.shown()) >= 100)
        page.get_by_role("link", name="Open the shop").first.click()
        row = page.locator("tr", has_text="TEAPOT-SAGE")
        # A browser loads what is far below only when somebody scrolls there.
        row.scroll_into_view_if_needed()
        until("its picture is there", lambda: row.locator("img").evaluate("picture => picture.naturalWidth") > 100)
        self.picture("shop")
        row.get_by_role("button", name="Buy one").click()
        expect(page.locator(".good")).to_contain_text("is placed")
        page.get_by_role("link", name="back to the start").click()
        until("the order is collected", lambda: page.reload() and "to be shipped" in page.locator(".hits li").first.inner_text())
        self.picture("tour")
        page.locator(".hits li").first.get_by_role("button", name="Ship what is open").click()
        expect(page.get_by_role("status")).to_contain_text("done")
        expect(page.locator(".hits li").first).to_contain_text("shipped, done")
        page.set_viewport_size(PHONE)
        for path in ("/", "/?language=de"):
            page.goto(self.url + path)
            wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
            assert wide <= 0, f"the tour is {wide} pixels too wide on a phone"
        page.set_viewport_size(DESKTOP)

    def fits(self, paths):
        page = self.page
        state = page.context.storage_state()
        for scheme in ("light", "dark"):
            for language, word in (("en", "Overview"), ("de", "Übersicht")):
                self.page = self.new_page(color_scheme=scheme, storage_state=state)
                self.go(f"?language={language}")
                expect(self.page.locator("nav").first).to_contain_text(word)
                for size in (PHONE, DESKTOP):
                    self.page.set_viewport_size(size)
                    for path in paths:
                        self.go(path)
                        wide = self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
                        assert wide <= 0, f"{path} is {wide} pixels too wide at {size['width']} ({scheme}, {language})"
                        if (path, scheme, size, language) == ("", "dark", DESKTOP, "en"):
                            self.picture("overview-dark")
                        if (path, scheme, size, language) == ("", "light", DESKTOP, "en"):
                            self.picture("overview")
                        if (path, scheme, size, language) == (paths[-3], "dark", PHONE, "de"):
                            self.picture("phone")
                self.page.context.close()
        self.page = page


def more(parser):
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    parser.add_argument("--images", type=Path, help="write screenshots into this folder")


if __name__ == "__main__":
    sys.exit(Console.main(__doc__, "Console", more))
