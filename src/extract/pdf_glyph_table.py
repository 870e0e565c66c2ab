#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Prints pdf_glyph_table.c: what the glyphs show that font programs know by number (needs fontTools)."""

import re

from fontTools import agl
from fontTools.cffLib import cffStandardStrings
from fontTools.ttLib.standardGlyphOrder import standardGlyphOrder

HEAD = """/* SPDX-License-Identifier: EUPL-1.2 */
/* Made by pdf_glyph_table.py. 0: no character. */
#include "pdf_program.h"
"""


def rune(name):
    """The character of a glyph name; small capitals, old figures and the like count as what they are made of."""
    if name == "nonmarkingreturn":
        return 0x20
    for part in (name, re.sub("(small|oldstyle|superior|inferior)$", "", name)):
        text = agl.toUnicode(part)
        if len(text) == 1 and not 0xE000 <= ord(text) <= 0xF8FF:
            return ord(text)
    return 0


def table(name, names):
    print(f"\nconst uint16_t {name}[{len(names)}] = {{")
    for at in range(0, len(names), 12):
        print("    " + " ".join(f"0x{rune(one):04X}," for one in names[at:at + 12]))
    print("};")


print(HEAD, end="")
table("pdf_cff_strings", cffStandardStrings)
table("pdf_mac_glyphs", standardGlyphOrder)
