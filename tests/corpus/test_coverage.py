#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Format by place: a marking in every place that a format has, all documents judged in one run of the tool.

Prints one line a format: "found", "gap" where vaguemestre-formats(7) owns up to it, "-" where the format has no
such place, "MISSED" otherwise. A gap of the manual that is none any more fails too.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import places_office  # noqa: E402
import places_pages  # noqa: E402

SOURCE = os.path.abspath(os.environ.get("srcdir", os.path.join(HERE, os.pardir, os.pardir)))
BUILD = os.path.abspath(os.environ.get("builddir", SOURCE))
LIMIT_S = 120
FORMATS = {**places_office.FORMATS, **places_pages.FORMATS}
TOLD = {"pdf": {"pdf-hidden-layer", "pdf-revisions"}}    # what the places themselves amount to
CAPITALS = ("caps", "small-caps", "style-caps")     # written in small letters: found as a marking by its formatting alone


def mark(place):
    """The marking of a place: words that stand nowhere else."""
    return f"ZULU {place.upper().replace('-', ' ')} QUEBEC"


def write(folder):
    """All documents; what each holds: format to place to the kind of text it must be told as, or None."""
    held = {}
    for name, writer in FORMATS.items():
        places = held.setdefault(name, {})

        def m(place, kind=None, places=places):
            places[place] = kind
            return mark(place)

        octets = writer(m)
        with open(os.path.join(folder, "d." + name), "wb") as file:
            file.write(octets)
    return held


def judge(folder, held):
    policy = os.path.join(folder, "policy.conf")
    with open(policy, "w", encoding="utf-8") as file:
        for place in sorted({place for places in held.values() for place in places}):
            file.write(f'scheme "{place}" {{ label "X" {{ rank = 1 level = 1 marks = {{"{mark(place)}"}} }} }}\n')
    command = [os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--json", "--document", "--policy", policy]
    done = subprocess.run(command + [os.path.join(folder, "d." + name) for name in held], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=LIMIT_S, check=False)
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    if len(facts) != len(held):
        raise SystemExit(done.stderr.decode())
    return {os.path.basename(fact["path"])[2:]: fact for fact in facts}


def gaps():
    """The cells that the manual lists: ".It Li FORMAT : PLACE"."""
    with open(os.path.join(SOURCE, "doc", "man", "vaguemestre-formats.7"), encoding="utf-8") as file:
        return set(re.findall(r"^\.It Li (\S+) : (\S+)$", file.read(), re.M))


class Table:
    def __init__(self):
        self.count = self.failed = 0
        self.gaps = gaps()
        self.shown = set()

    def check(self, passed, what):
        self.count += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.count} - {what}", flush=True)

    def cell(self, name, place, kind, labels):
        """found, gap or MISSED; a finding of the wrong kind, or of capitals not seen as such, is a miss."""
        spots = [label["where"] for label in labels]
        found = bool(labels) and (kind is None or any(spot.endswith("," + kind) for spot in spots))
        if place in CAPITALS:
            found = any(label["confidence"] != "possible" for label in labels)
        gap = (places_office.FAMILY.get(name, name), place)
        if gap in self.gaps:
            self.shown.add(gap)
            self.check(not found, f"{name}: {place} is a gap, as the manual says")
            return "gap"
        self.check(found, f"{name}: {place}" + (f" is told as {kind} {spots}" if kind else ""))
        return "found" if found else "MISSED"

    def row(self, name, places, fact):
        by_place = {}
        for label in fact["labels"]:
            by_place.setdefault(label["label"].partition(":")[0], []).append(label)
        cells = [f"{place}={self.cell(name, place, kind, by_place.get(place, []))}" for place, kind in places.items()]
        print(f"# {name:14} {' '.join(cells)}")
        reasons = [(part["where"], part["reason"]) for part in fact["parts"] if part["reason"]]
        self.check(not reasons, f"{name} is read whole {reasons}")
        kinds = {ambiguity["kind"] for ambiguity in fact["ambiguities"]}
        self.check(kinds == TOLD.get(name, set()), f"{name}: ambiguities {kinds}")


def main():
    table = Table()
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        held = write(folder)
        for name, fact in judge(folder, held).items():
            table.row(name, held[name], fact)
    table.check(table.gaps == table.shown, f"gaps of the manual that no document shows: {table.gaps - table.shown}")
    print(f"1..{table.count}")
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
