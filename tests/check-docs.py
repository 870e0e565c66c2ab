#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The table of settings = the manual = the sample policy, in TAP."""
import os
import re
import subprocess
import sys

SRC = os.environ.get("srcdir", ".")
BUILD = os.environ.get("builddir", ".")
MANUAL = os.path.join(SRC, "doc/man/vaguemestre-policy.conf.5")
SAMPLE = os.path.join(SRC, "etc/policy.conf")

count = 0
failed = 0


def check(good, name, *details):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        for detail in details:
            print(f"# {detail}")


def read_table():
    lines = subprocess.run([os.path.join(BUILD, "tests/list_settings")], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    settings, facts, placeholders = {}, [], []
    for line in lines:
        kind, *fields = line.split("\t")
        if kind == "section":
            settings.setdefault(fields[0], {})
        elif kind == "setting":
            section = "The file itself" if fields[0] == "-" else fields[0]
            settings.setdefault(section, {})[fields[1]] = fields[3]
        elif kind == "fact":
            facts.append(fields[0])
        else:
            placeholders = fields[0].split()
    return settings, facts, placeholders


def read_manual():
    """Each .Ss of the manual: its items, in order, with the words of each."""
    sections, section, item = {}, None, None
    for line in open(MANUAL, encoding="utf-8"):
        if line.startswith((".Ss ", ".Sh ")):
            section, item = line[4:].strip(), None
            sections[section] = {}
        elif line.startswith(".It Cm ") and section:
            item = line.split()[2]
            sections[section][item] = ""
        elif line.startswith(".El"):
            item = None
        elif item:
            sections[section][item] += line
    return sections


def manual_section(manual, name):
    """"label" stands in the title of "scheme", so the last name before the braces counts."""
    for title, items in manual.items():
        names = re.findall(r"(\w+)(?: Qq NAME)? \{", title)
        if title == name or (names and names[-1] == name):
            return items
    return {}


def default_in(words):
    found = re.search(r"^Default: (.*)\.$", words, re.M)
    return found.group(1) if found else "-"


def same_default(table, manual):
    """Paths depend on where it is installed; only what follows that place is compared."""
    shorten = lambda text: re.sub(r"^/.*?/(log|spool)/", r"/\1/", text)
    return shorten(table) == shorten(manual)


def main():
    settings, facts, placeholders = read_table()
    manual = read_manual()
    text = open(MANUAL, encoding="utf-8").read()
    sample = open(SAMPLE, encoding="utf-8").read()

    for section, names in settings.items():
        items = manual_section(manual, section)
        check(set(items) == set(names), f"manual lists the settings of {section}",
              f"only in the table: {sorted(set(names) - set(items))}",
              f"only in the manual: {sorted(set(items) - set(names))}")
        wrong = [f"{name}: table {default}, manual {default_in(items[name])}"
                 for name, default in names.items()
                 if name in items and not same_default(default, default_in(items[name]))]
        check(not wrong, f"manual tells the defaults of {section}", *wrong)
        missing = [name for name in names if not re.search(rf"\b{name}\b", sample)]
        check(not missing, f"sample shows the settings of {section}", *missing)
    check(list(manual.get("Facts", {})) == facts, "manual lists the facts",
          f"table: {facts}", f"manual: {list(manual.get('Facts', {}))}")
    missing = [name for name in placeholders if f"%{{{name}}}" not in text]
    check(not missing, "manual lists the placeholders", *missing)
    tool = subprocess.run([os.path.join(BUILD, "src/vaguemestre"), "config", "check", SAMPLE],
                          capture_output=True, text=True)
    check(tool.returncode == 0 and " 0 warnings" in tool.stdout,
          "sample is a policy without error or warning", *tool.stdout.splitlines())
    print(f"1..{count}")
    return 1 if failed else 0


sys.exit(main())
