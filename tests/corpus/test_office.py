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
    text = octets.decode("utf-8", "replace")
    attributes = " ".join(re.findall(r'"([^"<>]*)"', text))
    return urllib.parse.unquote(html.unescape(re.sub(r"<[^>]*>", "", text) + " " + attributes)).lower()


def policy(folder, places):
    path = os.path.join(folder, "policy.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write('scheme "t" {\n')
        for rank, place in enumerate(places):
            file.write('label "%s" { rank = %d level = 1 marks = {"%s"} }\n' % (place, rank + 1, office.mark(place)))
        file.write("}\n")
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
        found = {label["label"].partition(":")[2] for label in got["labels"]}
        for place in places:
            state = "found" if place in found else "MISSED" if office.mark(place).lower() in text else "-"
            cells.append("%s=%s" % (place, state))
            if state != "-":
                self.check(state == "found", "%s as %s: %s" % (name, target, place))
        print("# %-6s %-24s %s" % (name, target, " ".join(cells)))
        self.check(not got["ambiguities"], "%s as %s is not ambiguous %s" % (name, target, got["ambiguities"]))
        unread = [part for part in got["parts"] if not part["inspected"]]
        self.check(not unread, "%s as %s is read whole %s" % (name, target, [part["where"] + " " + part["reason"] for part in unread]))


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
