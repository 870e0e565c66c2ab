#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every #include "room/..." of every source against tests/layers.txt, as TAP."""

import os
import re
import sys

TOP = os.environ.get("srcdir", ".")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/[^"]+"')


def allowed():
    rooms = {}
    with open(os.path.join(TOP, "tests", "layers.txt"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                room, _, others = line.partition(":")
                rooms[room.strip()] = set(others.split())
    return rooms


def sources(room):
    for root in ("src", "include"):
        for folder, _, names in os.walk(os.path.join(TOP, root, room)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.join(folder, name)


def wrong_includes(room, rooms):
    for path in sources(room):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                found = INCLUDE.match(line)
                if found and found[1] in rooms and found[1] != room and found[1] not in rooms[room]:
                    yield f"{os.path.relpath(path, TOP)}:{number}: {room} may not include {found[1]}/"


def has_circle(rooms):
    done = set()
    while True:
        ready = {room for room in rooms if room not in done and rooms[room] <= done}
        if not ready:
            return sorted(set(rooms) - done)
        done |= ready


def main():
    rooms = allowed()
    folders = sorted(name for name in os.listdir(os.path.join(TOP, "src"))
                     if os.path.isdir(os.path.join(TOP, "src", name)) and name != ".deps")
    failed = 0
    print(f"1..{len(folders) + 1}")
    circle = has_circle(rooms)
    print(f"{'not ok' if circle else 'ok'} 1 - the rooms build on each other without a circle {circle or ''}")
    for number, room in enumerate(folders, 2):
        wrong = list(wrong_includes(room, rooms)) if room in rooms else [f"src/{room} is not in layers.txt"]
        for line in wrong:
            print("# " + line)
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {room}")
    return 1 if failed or circle else 0


sys.exit(main())
