#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Write html_entity_table.c: the named character references of the HTML standard.

Python's html.entities.html5 carries the standard's list. Run by hand when that
list changes (it has not since 2014): ./html_entity_table.py > html_entity_table.c
"""
import html.entities

names = {}
for name, text in html.entities.html5.items():
    bare = not name.endswith(";")
    key = name.rstrip(";")
    known = names.get(key, (False, text))
    names[key] = (known[0] or bare, text)

rows = []
for name in sorted(names):
    bare, text = names[name]
    points = [ord(c) for c in text] + [0]
    rows.append('{"%s",%d,0x%X,0x%X},' % (name, bare, points[0], points[1]))

print("/* SPDX-License-Identifier: EUPL-1.2 */")
print("/* Made by html_entity_table.py: change that. */")
print('#include "extract/html_entity.h"\n')
print("/* clang-format off */")
print("const struct html_entity html_entities[] = {")
line = ""
for row in rows:
    if len(line) + len(row) > 110:
        print("    " + line)
        line = ""
    line += row
print("    " + line)
print("};")
print("const size_t html_entity_count = sizeof html_entities / sizeof html_entities[0];")
