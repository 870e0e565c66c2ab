#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every place of an office document: each marking that LibreOffice wrote into a file is found in it.

Whether it did is asked of Python's zipfile, not of our reader. Prints a table, format by place:
"found", "-" where the producer left the place out, "MISSED".
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import office  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("builddir", os.path.join(HERE, "..", ".."))
TOOL = os.path.join(BUILD, "src", "vaguemestre")
LIMIT_S = 300


def convert(folder, source, target):
    extension, _, converter = target.partition(":")
    produced = os.path.splitext(source)[0] + "." + extension
    if produced == source:
        return source
    wanted = extension + (":" + converter if converter else "")
    subprocess.run(["soffice", "--headless", "--norestore", "-env:UserInstallation=file://" + os.path.join(folder, "profile"),
                    "--convert-to", wanted, "--outdir", os.path.dirname(source), source],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    return produced if os.path.exists(produced) else None


def written_text(path):
    """All text of a file without its tags, lower case."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            octets = b"\n".join(archive.read(name) for name in archive.namelist())
    else:
        with open(path, "rb") as file:
            octets = file.read()
        if octets.startswith(b"\xd0\xcf\x11\xe0"):
            octets += b"\n" + b"\n".join(octets[from_:].decode("utf-16-le", "replace").encode() for from_ in (0, 1))
    text = octets.decode("utf-8", "replace")
    attributes = " ".join(re.findall(r'"([^"<>]*)"', text))
    return urllib.parse.unquote(html.unescape(re.sub(r"<[^>]*>", "", text) + " " + attributes)).lower()


def policy(folder, places):
    path = os.path.join(folder, "policy.conf")
    with open(path, "w", encoding="utf-8") as file:
        for place in places:
            file.write('scheme "%s" { label "X" { rank = 1 level = 1 marks = {"%s"} } }\n' % (place, office.mark(place)))
    return path


def judged(conf, path):
    done = subprocess.run([TOOL, "inspect", "--json", "--document", "--policy", conf, path],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    return json.loads(done.stdout)


class Table:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, passed, what):
        self.count += 1
        self.failed += not passed
        print("%s %d - %s" % ("ok" if passed else "not ok", self.count, what), flush=True)

    def family(self, folder, name, source, places, targets):
        conf = policy(folder, places)
        flat = os.path.join(folder, name + "." + targets[0])
        with open(flat, "w", encoding="utf-8") as file:
            file.write(source())
        for target in targets:
            path = convert(folder, flat, target)
            if path is None:
                self.check(False, "%s as %s could not be made" % (name, target))
                continue
            self.one(conf, path, name, target, places)

    def one(self, conf, path, name, target, places):
        got, text, cells = judged(conf, path), written_text(path), []
        found = {}
        for label in got["labels"]:
            found.setdefault(label["label"].partition(":")[0], []).append(label)
        for place in places:
            state = "found" if place in found else "MISSED" if office.mark(place).lower() in text else "-"
            cells.append("%s=%s" % (place, state))
            if state != "-":
                self.check(state == "found", "%s as %s: %s" % (name, target, place))
            if state == "found" and target.partition(":")[0] not in office.FLOWING:
                self.told(name, target, place, found[place])
        print("# %-6s %-24s %s" % (name, target, " ".join(cells)))
        self.check(not got["ambiguities"], "%s as %s is not ambiguous %s" % (name, target, got["ambiguities"]))
        unread = [part for part in got["parts"] if not part["inspected"]]
        self.check(not unread, "%s as %s is read whole %s" % (name, target, [part["where"] + " " + part["reason"] for part in unread]))


    def told(self, name, target, place, labels):
        """The place is called what it is; letters shown in capitals count as such."""
        region = office.REGIONS.get(place)
        if region is not None and place not in office.PLAIN.get(target.partition(":")[0], ()):
            spots = [label["where"] for label in labels]
            self.check(any(spot.endswith("," + region) for spot in spots),
                       "%s as %s: %s is told as %s %s" % (name, target, place, region, spots))
        if place == "caps":
            self.check(any(label["confidence"] != "possible" for label in labels),
                       "%s as %s: capitals by formatting %s" % (name, target, labels))


def main():
    if shutil.which("soffice") is None:
        print("1..0 # SKIP no LibreOffice here")
        return 0
    table = Table()
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        for family in office.FAMILIES:
            table.family(folder, *family)
    print("1..%d" % table.count)
    return 1 if table.failed else 0


if __name__ == "__main__":
    sys.exit(main())
