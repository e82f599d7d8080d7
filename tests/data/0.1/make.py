#!/usr/bin/env python3
"""Makes the databases of version 0.1 and the answers that its program gives from them. See README.md beside it.

    make.py KONTOR [POSTGRES]

KONTOR is a program of version 0.1, POSTGRES the URL of a database on a server where databases may be created; without it
only the SQLite files are made.
"""
import atexit
import base64
import html
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent.parent / "golden"
CONFIG = (HERE / "kontor.toml").read_text()
LOGIN = "Basic " + base64.b64encode(b"erp:demo").decode()


class Gateway:
    """A running program."""

    def __init__(self, program, folder, database, config):
        path = folder / "kontor.toml"
        path.write_text(config)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        arguments = ["serve", "--config", path, "--listen", f"127.0.0.1:{port}", "--database", database]
        print(f"gateway on {database}", flush=True)
        self.process = subprocess.Popen([program, *map(str, arguments)], cwd=folder, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                return self.http("/health", None) and None
            except OSError:
                time.sleep(0.1)
        sys.exit("the program does not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def http(self, path, body):
        headers = {"Authorization": LOGIN, "Content-Type": "text/xml; charset=utf-8"}
        request = urllib.request.Request(self.base + path, body.encode() if body else None, headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {body}: {error} {error.read().decode()}")

    def compat(self, operation, document):
        argument = "requestData"
        envelope = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<k:{operation} xmlns:k="urn:kontor:connect"><{argument}>{html.escape(document, quote=False)}</{argument}>'
            f"</k:{operation}></soap:Body></soap:Envelope>"
        )
        return self.http("/ws/connect", envelope)

    def typed(self, operation, content):
        return self.http(
            "/ws/v1",
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{operation} xmlns="urn:kontor:v1"><request>{content}</request></{operation}></soap:Body></soap:Envelope>',
        )

    def update(self, operation, records):
        answer = self.compat(operation, f'<request method="{operation}" version="1.0.0">{records}</request>')
        answer = html.unescape(answer)
        if 'return_code="0"' not in answer or re.search('return_code="[^0]', answer):
            sys.exit(f"{operation}: {answer}")
        return answer

    def shop(self, account, path, content):
        return self.http(f"/sandbox/{account}{path}", json.dumps(content))


def fetches():
    """The answers that are kept: name, operation, request on the compat face, request on the typed face."""
    for operation in ["fetchMandators", "fetchSubChannels"]:
        yield operation, operation, "", ""
    by_mandator = [
        "fetchAccounts", "fetchWarehouses", "fetchCategories", "fetchAccountCategories", "fetchDeliveryTimes",
        "fetchDeliveryChargeCategories", "fetchShippingGroups", "fetchTextModuleTypes", "fetchImageModuleTypes",
        "fetchTemplates", "fetchItems", "fetchPricelist", "fetchStockCount", "fetchStockReservations", "fetchOffers",
        "fetchUploadMessages", "fetchOfferState", "fetchPendingChanges", "fetchOrders",
    ]
    for operation in by_mandator:
        for mandator in [1, 2]:
            yield (
                f"{operation} of mandator {mandator}",
                operation,
                f'<filter><mandator_id filter_method="=" filter_value="{mandator}"/></filter>',
                f"<filters><item><mandatorId><value>{mandator}</value></mandatorId></item></filters>",
            )
    yield (
        "fetchItems with pictures",
        "fetchItems",
        '<filter><mandator_id filter_method="=" filter_value="1"/></filter><images_as_base64>true</images_as_base64>',
        "<filters><item><mandatorId><value>1</value></mandatorId></item></filters><imagesAsBase64>true</imagesAsBase64>",
    )
    for account, mandator, numbers in [
        (1000, 1, ["MUG", "MUG-BL", "PLATE", "RICH", "RICH-ID", "BARE", "WORDS", "CHILD"]),
        (1001, 1, ["MUG", "MUG-BL", "PLATE", "RICH", "RICH-ID", "BARE", "WORDS", "CHILD"]),
        (2000, 2, ["RICH"]),
    ]:
        for number in numbers:
            yield (
                f"explainOffer of {number} in {account}",
                "explainOffer",
                f"<mandator_id>{mandator}</mandator_id><account_id>{account}</account_id>"
                f"<internal_item_number>{number}</internal_item_number>",
                f"<mandatorId>{mandator}</mandatorId><accountId>{account}</accountId>"
                f"<internalItemNumber>{number}</internalItemNumber>",
            )


def answers(gateway, face):
    """All answers in one text."""
    text = ""
    for name, operation, compat, typed in fetches():
        if face == "compat":
            request = f'<request method="{operation}" version="1.0.0">{compat}</request>'
            answer = gateway.compat(operation, request)
        else:
            request = typed
            answer = gateway.typed(operation, request)
        text += f"=== {name}\n{request}\n---\n{answer}\n"
    return text


def settle(gateway):
    """Waits until everything that can be sent has been."""
    for _ in range(50):
        answer = html.unescape(gateway.compat(
            "fetchPendingChanges",
            '<request method="fetchPendingChanges" version="1.0.0"><filter><mandator_id filter_method="=" filter_value="1"/>'
            '<status filter_method="=" filter_value="PENDING"/></filter></request>',
        ))
        if 'total_records="0"' in answer:
            return
        time.sleep(0.1)
    print("some changes stay pending", answer, flush=True)


def play_golden(gateway):
    """The samples of tests/golden, up to where they take everything away again."""
    for line in (GOLDEN / "order.txt").read_text().splitlines():
        line = line.strip()
        if line.startswith("# what is left of it all"):
            return
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "settled":
            settle(gateway)
        elif word == "buy":
            gateway.shop(1000, "/orders", json.loads(rest))
        else:
            operation, case = word.split("/")
            gateway.compat(operation, (GOLDEN / operation / f"{case}.compat.request.xml").read_text().strip())


PICTURE = base64.b64encode(bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")).decode()


def block(platform, accounts):
    inner = "".join(f"<account_specific><account_id>{id}</account_id>{content}</account_specific>" for id, content in accounts)
    return f"<{platform}><odd a='1'>&amp;<b/></odd><account_specific_data>{inner}</account_specific_data></{platform}>"


def listing(primary, placing, refill):
    return (
        f"<listing_settings><primary>{primary}</primary><placing_count>{placing}</placing_count>"
        f"<refill_count>{refill}</refill_count></listing_settings>"
    )


def texts(modules):
    each = "".join(
        f"<text_module><text_module_type>{kind}</text_module_type>"
        + "".join(f"<translation><language_code_iso>{code}</language_code_iso><text>{html.escape(text)}</text></translation>" for code, text in words)
        + "</text_module>"
        for kind, words in modules
    )
    return f"<text_modules>{each}</text_modules>"


def item(number, name, more, mandator=1):
    return (
        f'<item significant_key="internal_item_number"><mandator_id>{mandator}</mandator_id><identifier>{name}</identifier>'
        f"<internal_item_number>{number}</internal_item_number><tax_type_id>3</tax_type_id>{more}</item>"
    )


def stock(number, counts, mandator=1):
    each = "".join(
        f"<stock_item><mandator_id>{mandator}</mandator_id><warehouse_code>{code}</warehouse_code><stock_count>{count}</stock_count>"
        "<absolute>true</absolute></stock_item>"
        for code, count in counts
    )
    return (
        f'<item significant_key="internal_item_number"><mandator_id>{mandator}</mandator_id>'
        f"<internal_item_number>{number}</internal_item_number><stock_items>{each}</stock_items></item>"
    )


def prepare(gateway, account, numbers, mandator=1):
    """Gives the numbers of the offers."""
    answer = gateway.update("prepareOffers", "".join(
        f"<offer><mandator_id>{mandator}</mandator_id><account_id>{account}</account_id>"
        f"<internal_item_number>{number}</internal_item_number></offer>"
        for number in numbers
    ))
    return re.findall("<offer_id>([0-9]+)<", answer)


def offers(operation, gateway, ids):
    gateway.update(operation, "<offers>" + "".join(f"<offer_id>{id}</offer_id>" for id in ids) + "</offers>")


EVERY_FIELD = (
    "<vendor_item_number>V-1</vendor_item_number><ean_code>4006381333931</ean_code><match_code>rich &amp; ripe</match_code>"
    "<list_price>1234567.8901</list_price><weight>1.5</weight><weight_unit_id>405</weight_unit_id><volume>0.0001</volume>"
    "<volume_unit_id>200</volume_unit_id><piece>12</piece><piece_unit_id>500</piece_unit_id><base_price_type_id>5</base_price_type_id>"
    "<external_category_id>kitchen</external_category_id><active>true</active>"
    "<external_delivery_charge_category_id>parcel</external_delivery_charge_category_id>"
    "<delivery_time_identifier>3-5 days</delivery_time_identifier><vendor_id>9</vendor_id><external_vendor_id>pottery</external_vendor_id>"
    "<is_adult_product>true</is_adult_product><isbn>978-3</isbn><upc_code>012345678905</upc_code><length>12</length><width>8.5</width>"
    "<height>10</height><distance_unit_id>110</distance_unit_id><package_length>14</package_length><package_width>10</package_width>"
    "<package_height>12</package_height><package_distance_unit_id>110</package_distance_unit_id><package_weight>0.4</package_weight>"
    "<package_weight_unit_id>405</package_weight_unit_id><packaging_unit>box of 6</packaging_unit><safety_stock>3</safety_stock>"
    "<minimum_stock>1</minimum_stock>"
)
PICTURES = (
    "<image_modules><image_module><image_module_type_id>1</image_module_type_id><image_url>https://images.example/a.jpg?x=1&amp;y=2"
    "</image_url><is_local>false</is_local></image_module><image_module><image_module_type_id>2</image_module_type_id>"
    f"<image_base64>{PICTURE}</image_base64><is_local>true</is_local></image_module></image_modules>"
)
ATTRIBUTES = (
    '<item_attributes><item_attribute significant_key="attribute_identifier"><attribute_identifier>Material</attribute_identifier>'
    '<attribute_data_type>STRING</attribute_data_type><item_attribute_values><item_attribute_value significant_key='
    '"attribute_value_identifier"><attribute_value_identifier>Ton</attribute_value_identifier><translations><translation>'
    "<language_code_iso>en</language_code_iso><text>Clay</text></translation></translations></item_attribute_value>"
    "<item_attribute_value><attribute_value_id>7</attribute_value_id></item_attribute_value></item_attribute_values></item_attribute>"
    '<item_attribute significant_key="attribute_id"><attribute_id>5</attribute_id><item_attribute_values><item_attribute_value>'
    "<attribute_value_identifier>x</attribute_value_identifier></item_attribute_value></item_attribute_values></item_attribute></item_attributes>"
)
VARIANT = (
    "<variant><external_variant_parent_id>RICH</external_variant_parent_id><variant_standard>true</variant_standard><attributes>"
    "<attribute><property><identifier>Farbe</identifier><translation><language_code_iso>en</language_code_iso><text>Colour</text>"
    "</translation></property><value><identifier>Blau</identifier><translation><language_code_iso>en</language_code_iso>"
    "<text>Blue</text></translation></value></attribute></attributes></variant>"
)


def play_more(gateway):
    """What the samples leave out."""
    gateway.update("updateCategories", (
        '<category significant_key="external_id"><mandator_id>1</mandator_id><identifier>Kitchen</identifier>'
        "<external_id>kitchen</external_id>" + texts([(15, [("de", "Für die Küche"), ("en", "For the kitchen")])])
        + "<image_modules><image_module><image_module_type_id>3</image_module_type_id><image_url>https://images.example/k.jpg</image_url>"
        "</image_module></image_modules></category>"
        '<category significant_key="external_id"><mandator_id>1</mandator_id><identifier>Cups</identifier>'
        "<external_id>cups</external_id><external_parent_id>kitchen</external_parent_id></category>"
    ))
    gateway.update("updateCategories", (
        '<category significant_key="external_id"><mandator_id>2</mandator_id><identifier>Alles</identifier><external_id>kitchen</external_id></category>'
    ))
    for operation, record, name, more in [
        ("updateDeliveryTimes", "delivery_time", "identifier", "<delivery_time_in_days>9</delivery_time_in_days>"),
        ("updateTextModuleTypes", "text_module_type", "identifier", "<is_html>false</is_html><max_length>500</max_length>"),
        ("updateImageModuleTypes", "image_module_type", "identifier", ""),
        ("updateDeliveryChargeCategories", "delivery_charge_category", "identifier", "<external_id>another</external_id>"),
        ("updateTemplates", "template", "template_identifier", "<content>&lt;b&gt;{{ item.identifier }}&lt;/b&gt; {{ item.weight }} {{ texts.15 }}</content>"),
    ]:
        for mandator in [1, 2]:
            gateway.update(operation, f'<{record}><mandator_id>{mandator}</mandator_id><{name}>another</{name}>{more}</{record}>')
    blocks = block("ebay_item_data", [(1000, "<title>Reich</title>" + listing(1, 8, 3)), (1001, "<shop_price>99.95</shop_price>" + listing(0, 4, 0))])
    template = block("x_item_data", [(1000, "<template_id>1</template_id><marketplace_category_id>m-7</marketplace_category_id>")])
    template += block("y_item_data", [(1001, "<template_identifier>another</template_identifier>" + listing("true", 2, 1))])
    gateway.update("updateItems", (
        item("RICH", "Rich", EVERY_FIELD + texts([
            (14, [("de", "Reicher Titel"), ("en", "Rich title")]), (15, [("de", "<p>Reich & schön</p>"), ("en", "<p>Rich</p>")]),
        ]) + PICTURES + ATTRIBUTES + f"<specific_item_data>{blocks}</specific_item_data>")
        + item("RICH-ID", "Rich by number", "<delivery_time_id>1</delivery_time_id><delivery_charge_category_id>1</delivery_charge_category_id>"
               f"<external_category_id>cups</external_category_id><weight>250</weight><weight_unit_id>400</weight_unit_id><specific_item_data>{template}</specific_item_data>")
        + item("BARE", "Bare", "")
        + item("OFF", "Switched off", "<active>false</active>")
        # Only their texts speak of times, charges and templates.
        + item("WORDS", "Words", texts([(15, [("de", "delivery_time_id delivery_charge_category_id template_id"), ("en", "delivery_time_identifier")])]))
        + item("CHILD", "Child", VARIANT)
    ))
    gateway.update("updateItems", item("RICH", "Reich", EVERY_FIELD.replace("4006381333931", "4006381333948"), 2))
    # What was set and is cleared again.
    gateway.update("updateItems", item("WORDS", "Words", "<weight>5</weight><isbn>1</isbn><delivery_time_id>2</delivery_time_id>"))
    gateway.update("updateItems", item("WORDS", "Words", "<weight/><isbn/><delivery_time_id/>"))
    prices = (
        '<pricelist significant_key="identifier"><mandator_id>1</mandator_id><identifier>clearance</identifier><validities>'
        '<validity><identifier>Century</identifier><valid_from>2001-01-01</valid_from><valid_to>2099-12-31</valid_to><prices>'
        '<entry item_nr="BARE" price="4.44"/></prices></validity>'
        '<validity><prices><entry item_nr="BARE" price="5.55"/><entry item_nr="CHILD" price="3"/></prices></validity></validities></pricelist>'
        '<pricelist significant_key="identifier"><mandator_id>1</mandator_id><identifier>default</identifier><validities><validity><prices>'
    )
    prices += "".join(f'<entry item_nr="{number}" price="{price}"/>' for number, price in [("RICH", "19.99"), ("RICH-ID", "7"), ("BARE", "6.66"), ("WORDS", "1.01"), ("CHILD", "2")])
    gateway.update("updatePricelist", prices + "</prices></validity></validities></pricelist>")
    gateway.update("updatePricelist", (
        '<pricelist significant_key="identifier"><mandator_id>2</mandator_id><identifier>netto</identifier><validities><validity><prices>'
        '<entry item_nr="RICH" price="16.80"/></prices></validity></validities></pricelist>'
    ))
    gateway.update("updateStockCount", "".join([
        stock("RICH", [("standard", 20), ("outlet", 5)]), stock("RICH-ID", [("standard", 9)]), stock("BARE", [("standard", 30), ("outlet", 2)]),
        stock("WORDS", [("standard", 10)]), stock("CHILD", [("standard", 4)]),
    ]))
    gateway.update("updateStockCount", stock("RICH", [("nord", 7)], 2))
    gateway.update("updateAccountCategories", (
        '<account_category significant_key="external_id"><mandator_id>1</mandator_id><account_id>1001</account_id><identifier>Cups</identifier>'
        "<external_id>c-1</external_id><mapped_categories><category><external_category_id>cups</external_category_id></category></mapped_categories></account_category>"
        '<account_category significant_key="external_id"><mandator_id>1</mandator_id><account_id>1001</account_id><identifier>Old</identifier>'
        "<external_id>c-2</external_id><external_parent_id>c-1</external_parent_id><active>false</active></account_category>"
    ))
    gateway.update("updateItemAccountCategoryMapping", (
        '<item significant_key="internal_item_number"><mandator_id>1</mandator_id><internal_item_number>RICH</internal_item_number>'
        "<account_id>1001</account_id><account_categories><account_category><external_id>c-1</external_id></account_category>"
        "<account_category><external_id>c-2</external_id></account_category></account_categories></item>"
    ))
    ids = prepare(gateway, 1000, ["RICH", "RICH-ID", "BARE", "CHILD"])
    scheduled = "".join(f"<offer_id>{id}</offer_id>" for id in prepare(gateway, 1001, ["PLATE"]))
    gateway.update("uploadOffers", f"<offers>{scheduled}</offers><release_at>2099-01-01T08:00:00</release_at>")
    prepare(gateway, 1000, ["WORDS"])
    ids += prepare(gateway, 1001, ["MUG-BL", "RICH", "RICH-ID", "BARE", "WORDS", "CHILD"])
    offers("uploadOffers", gateway, ids + prepare(gateway, 2000, ["RICH"], 2))
    settle(gateway)
    offers("endOffers", gateway, [ids[2]])
    settle(gateway)


def orders(gateway):
    answer = html.unescape(gateway.compat(
        "fetchOrders", '<request method="fetchOrders" version="1.0.0"><filter><mandator_id filter_method="=" filter_value="1"/></filter></request>'
    ))
    return re.findall("<marketplace_order_id>([^<]*)<", answer)


def collected(gateway, count):
    for _ in range(200):
        if len(orders(gateway)) >= count:
            return
        time.sleep(0.1)
    sys.exit("the orders are not collected")


def play_trouble(gateway, hold):
    """Orders in several states, one that cannot be stored, and a channel that is down in the end."""
    known = len(orders(gateway))
    for sku, payment in [("RICH", "prepayment"), ("RICH", "cash on delivery"), ("CHILD", "prepayment"), ("RICH-ID", "prepayment")]:
        gateway.shop(1000, "/orders", {
            "lines": [{"sku": sku, "quantity": 1}], "payment": payment, "email": f"{sku.lower()}@example.com",
            "address": {"last_name": "Kunde", "street": "Weg", "house_number": "1", "postal_code": "10115", "city": "Berlin", "country_code_iso": "DE"},
        })
    collected(gateway, known + 4)
    settle(gateway)
    numbers = orders(gateway)[-4:]
    status = lambda number, word, more="": gateway.update("updateOrderStatus", (
        f'<order significant_key="marketplace_order_id"><mandator_id>1</mandator_id><marketplace_order_id>{number}</marketplace_order_id>'
        f"<status>{word}</status>{more}</order>"
    ))
    status(numbers[0], "ACKNOWLEDGED")
    status(numbers[0], "PAID")
    status(numbers[1], "CANCELED", "<cancelation_reason>1</cancelation_reason>")
    time.sleep(1.5)
    hold(True)
    gateway.shop(1000, "/orders", {"lines": [{"sku": "RICH", "quantity": 2}], "note": "cannot be stored"})
    for _ in range(200):
        held = html.unescape(gateway.compat(
            "fetchPendingChanges", '<request method="fetchPendingChanges" version="1.0.0"><filter><mandator_id filter_method="=" filter_value="1"/></filter></request>'
        ))
        if "<kind>order<" in held:
            break
        time.sleep(0.1)
    else:
        sys.exit("no order is held")
    gateway.shop(1000, "/faults", {"down": True})
    gateway.shop(1001, "/faults", {"down": True})
    shipped = (
        "<shipping_informations><shipping_information><tracking_number>0034</tracking_number><shipping_provider_identifier>DHL"
        "</shipping_provider_identifier><shipping_date>2026-01-20T10:00:00</shipping_date></shipping_information></shipping_informations>"
    )
    status(numbers[0], "SHIPPED", shipped)
    status(numbers[2], "PAID")
    gateway.update("updateStockCount", stock("RICH-ID", [("standard", 2)]) + stock("WORDS", [("outlet", 6)]))
    offers("uploadOffers", gateway, prepare(gateway, 1000, ["WORDS"]))
    gateway.update("updateItems", item("RICH", "Rich", texts([(15, [("de", "<p>Neu</p>")])])))
    time.sleep(3)


HOLD_SQLITE = "CREATE TRIGGER hold BEFORE INSERT ON orders BEGIN SELECT RAISE(ABORT, 'the fixture holds it'); END"
HOLD_POSTGRES = (
    "CREATE FUNCTION hold() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'the fixture holds it'; END $$ LANGUAGE plpgsql;"
    "CREATE TRIGGER hold BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION hold()"
)


def make(program, kind, database, statement):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        database = database or str(folder / "kontor.sqlite")
        gateway = Gateway(program, folder, database, CONFIG)
        atexit.register(gateway.process.kill)
        play_golden(gateway)
        print("samples played", flush=True)
        play_more(gateway)
        play_trouble(gateway, lambda _: statement(database, HOLD_POSTGRES if kind == "postgres" else HOLD_SQLITE))
        gateway.stop()
        statement(database, "DROP TRIGGER hold ON orders; DROP FUNCTION hold()" if kind == "postgres" else "DROP TRIGGER hold")
        gateway = Gateway(program, folder, database, CONFIG.replace("active = true", "active = false"))
        for face in ["compat", "typed"]:
            (HERE / f"answers.{kind}.{face}.txt").write_text(answers(gateway, face))
        gateway.stop()
        for account in [1000, 1001, 2000]:
            out = HERE / f"offers.{kind}.{account}.xml"
            arguments = ["export", "offers", "--config", str(folder / "kontor.toml"), "--account", str(account), "--database", database, "--output", str(out)]
            subprocess.run([program, *arguments], check=True, cwd=folder)
        return pathlib.Path(database).read_bytes() if kind == "sqlite" else None


def sqlite_statement(database, text):
    subprocess.run(["sqlite3", "-cmd", ".timeout 10000", database, text], check=True, stdout=subprocess.DEVNULL)


def main():
    program = pathlib.Path(sys.argv[1]).resolve()

    content = make(program, "sqlite", None, sqlite_statement)
    out = HERE / "kontor.sqlite"
    out.write_bytes(content)
    sqlite_statement(str(out), "PRAGMA journal_mode = DELETE; VACUUM")
    if len(sys.argv) < 3:
        return
    server = sys.argv[2]
    base = server.rsplit("/", 1)[0]
    name = "kontor_data_0_1"
    psql = lambda url, text: subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", text], check=True)
    psql(server, f"DROP DATABASE IF EXISTS {name}")
    psql(server, f"CREATE DATABASE {name}")
    make(program, "postgres", f"{base}/{name}", psql)
    dump = subprocess.run(
        ["pg_dump", "--no-owner", "--no-privileges", "--no-comments", "--rows-per-insert=50", f"{base}/{name}"],
        check=True, capture_output=True, text=True,
    ).stdout
    # What only psql understands, and a setting that older servers do not know.
    dump = re.sub(r"(?m)^(\\(un)?restrict .*|SET transaction_timeout.*)\n", "", dump)
    (HERE / "kontor.postgres.sql").write_text(dump)
    psql(server, f"DROP DATABASE {name}")


main()
