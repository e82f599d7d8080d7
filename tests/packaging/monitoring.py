"""Compares what the dashboard and the alarms ask for with what a gateway shows at /metrics."""

import base64
import contextlib
import json
import re
import sys
import time
import urllib.request
from pathlib import Path

import promql_parser
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("clients", "vendure", "day", "month")]
from back_office import Erp  # noqa: E402
from calls import ErpError  # noqa: E402
from channels import Sandbox  # noqa: E402
from gateway import Gateway  # noqa: E402
from runner import configuration_head, free_port  # noqa: E402

ACCOUNT = 1000
DASHBOARD = ROOT / "contrib/grafana/dashboard.json"
ALERTS = ROOT / "contrib/prometheus/alerts.yml"
# Prometheus itself makes these for each target.
OF_PROMETHEUS = {"up": {"job", "instance"}}
# Prometheus adds these to everything that it reads.
OF_TARGETS = {"job", "instance"}
# Values that Grafana puts in.
VARIABLES = {"$__rate_interval": "5m", "$account": ".*"}
# Labels that have a few values, of which those that are asked for must be shown. Accounts are the admin's.
WORDS = {"state", "status", "outcome", "call", "face"}


def shown(work, gateway):
    """Name of a metric -> label -> values, of a gateway in which everything happened that is counted."""
    work.mkdir()
    port = free_port()
    configuration = work / "kontor.toml"
    configuration.write_text(f"""{configuration_head(port, "kontor.sqlite", ["standard"], ["prepayment"])}
[[accounts]]
account_id = {ACCOUNT}
mandator_id = 1
identifier = "Sandbox"
sub_channel_id = 9000
connector = "sandbox"
pricelist = "default"
language = "de"
warehouses = ["standard"]
poll_interval_seconds = 1
""")
    with Gateway(gateway, work, ["serve", "--config", str(configuration)]) as url:
        erp = Erp(port, "erp", "example", [ACCOUNT])
        erp.article("MUG")
        erp.prices({"MUG": "12.90"})
        erp.stock([("MUG", "standard", 5, True)])
        erp.offer(["MUG"])
        assert Sandbox(ACCOUNT, port).buy("MUG", 1, "eva@example.com"), "the sandbox sells the mug"
        erp.collect()
        with contextlib.suppress(ErpError):
            erp.call("updateNothing", {})  # a fault
        login = "Basic " + base64.b64encode(b"admin:example").decode()
        request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": login})
        deadline = time.monotonic() + 60
        while True:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode()
            # The last to come, and by the worker of the account.
            if "kontor_account_no_order_since_timestamp_seconds{" in text or time.monotonic() > deadline:
                return samples(text)
            time.sleep(0.1)


def samples(text):
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels = re.match(r"(\w+)(?:\{(.*)\})? \S+$", line).groups()
        of = found.setdefault(name, {})
        for label, value in re.findall(r'(\w+)="([^"]*)"', labels or ""):
            of.setdefault(label, set()).add(value)
    return found


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def alarms():
    """The names of all alarms."""
    return {rule["alert"] for rule in rules()}


def expressions():
    """(where, PromQL, texts that name labels) of everything in both files. Raises AssertionError at a file of another shape."""
    board = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids)), "two panels of the dashboard have one id"
    names = {variable["name"] for variable in board["templating"]["list"]}
    for panel in board["panels"]:
        assert panel["datasource"]["uid"] == "${datasource}", f"{panel['title']}: another data source"
        for target in panel["targets"]:
            asked = set(re.findall(r"\$(?!__)(\w+)", target["expr"]))
            assert asked <= names, f"{panel['title']}: the dashboard has no variable {asked - names}"
            yield f"dashboard, {panel['title']}", target["expr"], re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
            yield f"dashboard, variable {variable['name']}", f"sum by ({label}) ({metric})", []
    assert len(alarms()) == len(rules()), "two alarms have one name"
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
        promql_parser.parse_duration(rule.get("for", "1s"))
        texts = " ".join(rule["annotations"].values())
        yield f"alarm {rule['alert']}", rule["expr"], re.findall(r"\$labels\.(\w+)", texts)


def selectors(node):
    """All selectors in an expression, and all labels by which it groups or matches."""
    found, labels = [], set()
    if isinstance(node, promql_parser.VectorSelector):
        return [node], labels
    modifier = getattr(node, "modifier", None)
    for part in (modifier, getattr(modifier, "matching", None)):
        labels |= set(getattr(part, "labels", None) or [])
    parts = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param", "vector_selector")]
    for part in parts + list(getattr(node, "args", None) or []):
        if part is not None:
            more, named = selectors(part)
            found, labels = found + more, labels | named
    return found, labels


def faults(known):
    """What dashboard and alarms ask for and `known` does not have, and what nobody asks for."""
    found, asked = [], set()
    for where, text, named in expressions():
        for variable, value in VARIABLES.items():
            text = text.replace(variable, value)
        try:
            used, grouped = selectors(promql_parser.parse(text))
        except ValueError as error:
            found.append(f"{where}: {error}")
            continue
        have = set()
        for selector in used:
            asked.add(selector.name)
            if selector.name in OF_PROMETHEUS:
                have |= OF_PROMETHEUS[selector.name]
                continue
            if selector.name not in known:
                found.append(f"{where}: there is no metric {selector.name}")
                continue
            labels = known[selector.name]
            have |= labels.keys() | OF_TARGETS
            for matcher in selector.matchers.matchers:
                if matcher.name not in labels:
                    found.append(f"{where}: {selector.name} has no label {matcher.name}")
                elif matcher.name in WORDS:
                    for word in matcher.value.split("|"):
                        if word not in labels[matcher.name]:
                            found.append(f"{where}: {selector.name} has no {matcher.name}={word}")
        for label in sorted((grouped | set(named)) - have):
            found.append(f"{where}: nothing in it has a label {label}")
        # What an aggregation leaves out is empty in a text.
        if grouped and (lost := set(named) - grouped):
            found.append(f"{where}: its result has no label {', '.join(sorted(lost))}")
    bases = {re.sub("_(bucket|sum|count)$", "", name) for name in asked}
    for name in sorted(known):
        if re.sub("_(bucket|sum|count)$", "", name) not in bases:
            found.append(f"neither the dashboard nor an alarm shows {name}")
    return found, len(asked)
