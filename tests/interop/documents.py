"""What the documents take from here: the table of docs/INTEROP.md, and the code in the guides of docs/erp."""

import re
import textwrap

from stacks import HERE

ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "INTEROP.md"
GUIDES = ROOT / "docs" / "erp"
BEGIN, END = "<!-- table: begin, written by tests/interop/run.py --write -->", "<!-- table: end -->"


class Table:
    """A row per stack: name, version, one verdict per check, and what the stack cannot do."""

    def __init__(self, checks):
        self.checks = checks
        try:
            text = PAGE.read_text()
        except OSError:
            text = ""
        found = re.search(re.escape(BEGIN) + r"\n(.*?)" + re.escape(END), text, re.S)
        lines = found[1].splitlines() if found else []
        self.kept = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
        self.new = {}

    def row(self, name, version, outcome):
        cells = [name, version, *(outcome.verdicts.get(check, "-") for check in self.checks), "; ".join(outcome.notes)]
        row = "| " + " | ".join(re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in cells) + " |"
        self.new[name] = row
        return row

    def difference(self, row):
        """None, or how the row differs from the kept one. Another version of the stack is no difference."""
        name, _, *results = row.split(" | ")
        kept = self.kept.get(name.removeprefix("| "))
        if kept is None:
            return "docs/INTEROP.md has no row for it"
        if kept.split(" | ")[2:] != results:
            return f"docs/INTEROP.md has another result: {kept}; now: {row}"
        return None

    def write(self, order):
        head = ["stack", "version", *self.checks, "remarks"]
        rows = self.kept | self.new
        lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
        lines += [rows[name] for name in order if name in rows]
        text = PAGE.read_text()
        table = BEGIN + "\n" + "\n".join(lines) + "\n" + END
        PAGE.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: table, text, flags=re.S))


def part(path, name):
    """The lines of a client between `guide: NAME` and `end`."""
    found = re.search(rf"^[ \t]*(?:#|//) guide: {re.escape(name)}\n(.*?)^[ \t]*(?:#|//) end$", path.read_text(), re.S | re.M)
    return textwrap.dedent(found[1]).strip("\n") if found else None


def guides(write, pages=("*.md",)):
    """Compares (or writes) every block of code that follows a `<!-- code: FILE PART ... -->`; gives what is wrong."""
    stale = []
    for page in sorted(page for pattern in pages for page in GUIDES.glob(pattern)):
        text = page.read_text()

        def replace(found, page=page):
            path, *names = found[1].split()
            parts = [part(ROOT / path, name) if (ROOT / path).is_file() else None for name in names]
            if None in parts:
                stale.append(f"{page.name}: {found[1]} is not there")
                return found[0]
            code = "\n\n".join(parts)
            if code != found[3] and not write:
                stale.append(f"{page.name}: the code differs from {found[1]}")
            return f"<!-- code: {found[1]} -->\n```{found[2]}\n{code}\n```"

        fresh = re.sub(r"<!-- code: ([^>]+?) -->\n```(\w*)\n(.*?)\n?```", replace, text, flags=re.S)
        if write:
            page.write_text(fresh)
    return stale
