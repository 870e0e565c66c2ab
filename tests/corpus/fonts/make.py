#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Made the samples in this folder: PDF pages whose text only the embedded font program can name.

Needs fontTools, DejaVu Sans (TrueType) and Nimbus Sans (URW, CFF and Type 1); the samples are kept, so the tests
need neither. "nameless" and "cid-identity" name nothing: their text must be told unread.
"""

import io
import os
import re
import struct
import sys

from fontTools import cffLib, subset, t1Lib
from fontTools.ttLib import TTFont

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = "DIFFUSION RESTREINTE"
TRUETYPE = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
CFF = "/usr/share/fonts/opentype/urw-base35/NimbusSans-Regular.otf"
TYPE1 = "/usr/share/fonts/type1/urw-base35/NimbusSans-Regular.t1"


def subset_font(path, names=True):
    """A font with the letters of TEXT alone."""
    options = subset.Options(glyph_names=names, layout_features=[], notdef_outline=True, hinting=False)
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM", "name", "OS/2"]
    font = TTFont(path, recalcTimestamp=False)
    tool = subset.Subsetter(options)
    tool.populate(text=TEXT)
    tool.subset(font)
    return font


def octets(font):
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def glyph_codes(font):
    """TEXT as two-octet glyph numbers."""
    cmap = font.getBestCmap()
    return b"".join(struct.pack(">H", font.getGlyphID(cmap[ord(c)])) for c in TEXT)


def cff_octets(font):
    return font.reader["CFF "] if font.reader and "CFF " not in font.tables else font["CFF "].compile(font)


def pdf(name, font_dict, streams, shown):
    """A page that shows those octets; font_dict may point to streams as objects 10, 11…"""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R "
                  b"/Resources << /Font << /F 5 0 R >> >> >>",
               5: font_dict.encode()}
    content = b"BT /F 12 Tf 20 100 Td <" + shown.hex().encode() + b"> Tj ET"
    for number, (extra, data) in {4: ("", content), **streams}.items():
        objects[number] = b"<< %s /Length %d >>\nstream\n%s\nendstream" % (extra.encode(), len(data), data)
    out, places = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(places):
        out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    out += b"trailer\n<< /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, table)
    with open(os.path.join(HERE, name + ".pdf"), "wb") as file:
        file.write(out)


def composite(subtype, key, extra="", ordering="Identity", more=""):
    return (f"<< /Type /Font /Subtype /Type0 /BaseFont /AAAAAA+Sample /Encoding /Identity-H {more} /DescendantFonts [ "
            f"<< /Type /Font /Subtype /{subtype} /BaseFont /AAAAAA+Sample /DW 600 {extra} "
            f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> "
            f"/FontDescriptor << /Type /FontDescriptor /FontName /AAAAAA+Sample /Flags 4 /{key} 10 0 R >> >> ] >>")


def simple(subtype, key, more=""):
    return (f"<< /Type /Font /Subtype /{subtype} /BaseFont /AAAAAA+Sample /FirstChar 1 /LastChar 20 "
            f"/Widths [{' '.join(['600'] * 20)}] {more} "
            f"/FontDescriptor << /Type /FontDescriptor /FontName /AAAAAA+Sample /Flags 4 /{key} 10 0 R >> >>")


def renumbered():
    """TEXT as the codes 1, 2, 3… in the order its letters first come."""
    letters = sorted(set(TEXT), key=TEXT.index)
    return letters, bytes(letters.index(c) + 1 for c in TEXT)


def truetype_samples():
    font = subset_font(TRUETYPE)
    whole, shown = octets(font), glyph_codes(font)
    pdf("identity-cmap", composite("CIDFontType2", "FontFile2"), {10: ("", whole)}, shown)
    del font["cmap"]
    pdf("identity-post", composite("CIDFontType2", "FontFile2"), {10: ("", octets(font))}, shown)
    bare = subset_font(TRUETYPE, names=False)
    del bare["cmap"]
    pdf("identity-nameless", composite("CIDFontType2", "FontFile2"), {10: ("", octets(bare))}, shown)
    letters, codes = renumbered()
    font = subset_font(TRUETYPE)
    cmap = font.getBestCmap()
    numbers = b"\0\0" + b"".join(struct.pack(">H", font.getGlyphID(cmap[ord(c)])) for c in letters)
    pdf("cid-to-gid", composite("CIDFontType2", "FontFile2", "/CIDToGIDMap 11 0 R"),
        {10: ("", octets(font)), 11: ("", numbers)}, b"".join(b"\0" + bytes([c]) for c in codes))
    replaced = (b"begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
                b"1 beginbfrange <0000> <00FF> <FFFD> endbfrange endcmap")
    replaced = replaced.replace(b"<0000> <00FF> <FFFD>", b"<0000> <00FF> [ " + b"<FFFD> " * 256 + b"]")
    pdf("to-unicode-replacement", composite("CIDFontType2", "FontFile2", more="/ToUnicode 11 0 R"),
        {10: ("", whole), 11: ("", replaced)}, shown)
    for name, keep in (("symbolic-post", True), ("symbolic-nameless", False)):
        font = subset_font(TRUETYPE, names=keep)
        by_letter = subset_font(TRUETYPE).getBestCmap()
        order = font.getGlyphOrder()
        index = {c: subset_font(TRUETYPE).getGlyphID(by_letter[ord(c)]) for c in letters}
        table = font["cmap"].tables[0]
        table.platformID, table.platEncID = 3, 0
        table.cmap = {0xF000 + i + 1: order[index[c]] for i, c in enumerate(letters)}
        font["cmap"].tables = [table]
        pdf(name, simple("TrueType", "FontFile2"), {10: ("", octets(font))}, codes)


def cff_samples():
    font = subset_font(CFF)
    pdf("opentype-cff", composite("CIDFontType0", "FontFile3"), {10: ("/Subtype /OpenType", octets(font))},
        glyph_codes(font))
    program = TTFont(io.BytesIO(octets(font))).reader["CFF "]
    pdf("cff-charset", composite("CIDFontType0", "FontFile3"), {10: ("/Subtype /CIDFontType0C", program)},
        glyph_codes(font))
    letters, codes = renumbered()
    for name, rename in (("cff-encoding", False), ("cff-nameless", True)):
        font = subset_font(CFF)
        cmap = font.getBestCmap()
        top = font["CFF "].cff.topDictIndex[0]
        top.Encoding = [".notdef"] + [cmap[ord(c)] for c in letters] + [".notdef"] * (255 - len(letters))
        data = TTFont(io.BytesIO(octets(font))).reader["CFF "]
        if rename:
            data = rename_glyphs(data, [cmap[ord(c)] for c in letters])
        pdf(name, simple("Type1", "FontFile3"), {10: ("/Subtype /Type1C", data)}, codes)


def rename_glyphs(data, names):
    """The same program with its glyphs called g1, g2…"""
    cff = cffLib.CFFFontSet()
    cff.decompile(io.BytesIO(data), TTFont(), isCFF2=False)
    top = cff.topDictIndex[0]
    new = {name: f"g{i + 1}" for i, name in enumerate(names)}
    top.charset = [new.get(name, name) for name in top.charset]
    strings = top.CharStrings
    strings.charStrings = {new.get(name, name): at for name, at in strings.charStrings.items()}
    top.Encoding = [new.get(name, name) for name in top.Encoding]
    out = io.BytesIO()
    cff.compile(out, TTFont(), isCFF2=False)
    return out.getvalue()


def cid_keyed(name, ordering, shown):
    """A CFF program whose charset is CIDs: the name-keyed one with a ROS operator and a charset of numbers."""
    count = len(set(TEXT)) + 1
    def index(items):
        if not items:
            return b"\0\0"
        places, data = [1], b""
        for item in items:
            data += item
            places.append(len(data) + 1)
        return struct.pack(">HB", len(items), 2) + b"".join(struct.pack(">H", p) for p in places) + data
    def number(value):
        return b"\x1d" + struct.pack(">i", value)
    cids = sorted({shown[i] * 256 + shown[i + 1] for i in range(0, len(shown), 2)})
    charset = b"\0" + b"".join(struct.pack(">H", c) for c in cids)
    glyphs = index([b"\x0e"] * count)
    strings = index([b"Adobe", ordering.encode()])
    top = number(391) + number(392) + number(0) + b"\x0c\x1e" + number(0) + b"\x0f" + number(0) + b"\x11"
    before = len(b"\1\0\4\2" + index([b"Sample"]) + index([top]) + strings + b"\0\0")
    top = (number(391) + number(392) + number(0) + b"\x0c\x1e" + number(before) + b"\x0f"
           + number(before + len(charset)) + b"\x11")
    data = b"\1\0\4\2" + index([b"Sample"]) + index([top]) + strings + b"\0\0" + charset + glyphs
    pdf(name, composite("CIDFontType0", "FontFile3", ordering=ordering),
        {10: ("/Subtype /CIDFontType0C", data)}, shown)


def type1_sample():
    font = t1Lib.T1Font(TYPE1)
    letters, codes = renumbered()
    names = {"D": "D", " ": "space"}
    encoding = b"/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n"
    for i, letter in enumerate(letters):
        encoding += b"dup %d /%s put\n" % (i + 1, names.get(letter, letter).encode())
    encoding += b"readonly def\n"
    data = re.sub(rb"/Encoding StandardEncoding def\s", lambda _: encoding, bytes(font.data), count=1)
    clear = data.index(b"eexec") + 6
    pdf("type1-encoding", simple("Type1", "FontFile"),
        {10: (f"/Length1 {clear} /Length2 512 /Length3 0", data[:clear + 512])}, codes)


def main():
    truetype_samples()
    cff_samples()
    cid_keyed("cid-identity", "Identity", b"".join(b"\0" + bytes([ord(c) - 31]) for c in TEXT))
    cid_keyed("cid-japan1", "Japan1", b"".join(b"\0" + bytes([ord(c) - 31]) for c in TEXT))
    type1_sample()
    return 0


if __name__ == "__main__":
    sys.exit(main())
