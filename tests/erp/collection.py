"""The collection in contrib/http: up to date, and every call of it is one that a gateway understands."""

import base64
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from gateway import Gateway

FOLDER = Path(__file__).resolve().parent.parent.parent / "contrib" / "http"


def complaint(gateway, place):
    """None, or what is wrong."""
    check = subprocess.run([sys.executable, "-B", FOLDER / "generate.py", "--check"], capture_output=True, text=True, timeout=60)
    if check.returncode:
        return check.stderr.strip()
    with Gateway(gateway, place, ["serve", "--demo", "--listen", "127.0.0.1:0", "--database", str(place / "kontor.sqlite")]) as url:
        sent = [send(url, *call) for name in ("typed.http", "compat.http") for call in calls(FOLDER / name)]
    wrong = [one for one in sent if one]
    return f"{len(wrong)} of {len(sent)} calls: {wrong[0]}" if wrong else None


def calls(path):
    """Title, path, headers and body of each request, read as the clients do."""
    variables, text = {}, path.read_text()
    for name, value in re.findall(r"^@(\w+) = (.*)$", text, re.M):
        variables[name] = value
    for part in re.split(r"^### ", text, flags=re.M)[1:]:
        title, request = part.split("\n", 1)
        filled = re.sub(r"\{\{(\w+)\}\}", lambda found: variables[found[1]], request)
        head, body = filled.split("\n\n", 1)
        first, *headers = head.splitlines()
        yield title, first.removeprefix(f"POST {variables['host']}"), dict(line.split(": ", 1) for line in headers), body


def send(url, title, path, headers, body):
    """None, or why the call is none."""
    login = headers["Authorization"].removeprefix("Basic ").replace(" ", ":", 1)
    headers = headers | {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    request = urllib.request.Request(url + path, body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60):
            return None
    except urllib.error.HTTPError as error:
        return f"{title}: {error.code} {error.read().decode(errors='replace')[:300]}"
