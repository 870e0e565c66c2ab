# SPDX-License-Identifier: EUPL-1.2
"""Archives that no program of Debian writes, octet by octet from the descriptions of their formats: one stored member."""

import struct
import zlib


def rar4(name, content, sealed=False, sealed_names=False):
    """RAR 1.5 to 4 (technote.txt): marker, archive header, file header, end."""
    def block(kind, flags, body):
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    file = struct.pack("<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0x5A000000, 20, 0x30, len(name),
                       0o100644) + name + (b"saltsalt" if sealed else b"")
    return (b"Rar!\x1A\x07\x00" + block(0x73, 0x80 if sealed_names else 0, b"\0" * 6)
            + block(0x74, 0x8000 | (0x404 if sealed else 0), file) + content + block(0x7B, 0x4000, b""))


def vint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def rar5(name, content, sealed_names=False):
    """RAR 5 (techspec.htm): headers of numbers seven bits an octet, each behind its CRC."""
    def block(*parts):
        body = b"".join(part if isinstance(part, bytes) else vint(part) for part in parts)
        head = vint(len(body)) + body
        return struct.pack("<I", zlib.crc32(head)) + head

    sealed = block(4, 0, 0, 0, b"\x0F" + b"s" * 16) if sealed_names else b""
    return (b"Rar!\x1A\x07\x01\x00" + sealed + block(1, 0, 0)
            + block(2, 2, len(content), 4, len(content), 0o100644, struct.pack("<I", zlib.crc32(content)), 0, 1, len(name),
                    name) + content + block(5, 0, 0))


def lha(name, content):
    """LHA, header level 0, method -lh0-."""
    crc = 0
    for octet in content:
        crc ^= octet
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    head = (b"-lh0-" + struct.pack("<IIIBBB", len(content), len(content), 0x5A000000, 0x20, 0, len(name)) + name
            + struct.pack("<H", crc))
    return bytes([len(head), sum(head) & 0xFF]) + head + content + b"\0"


def rpm(name, packed_cpio):
    """RPM 3: lead, signature and header with one entry each, payload."""
    def header(tag):
        text = name + b"\0"
        return b"\x8E\xAD\xE8\x01\0\0\0\0" + struct.pack(">IIIIII", 1, len(text), tag, 6, 0, 1) + text

    lead = struct.pack(">4sBBHH66sHH16x", b"\xED\xAB\xEE\xDB", 3, 0, 0, 1, name, 1, 5)
    signature = header(1000)
    return lead + signature + b"\0" * (-len(signature) % 8) + header(1000) + packed_cpio


def zipped(name, content, method, packed):
    """ZIP with a member packed elsewhere."""
    fields = struct.pack("<HHHHHIIIHH", 63, 0, method, 0, 0x21, zlib.crc32(content), len(packed), len(content), len(name), 0)
    local = b"PK\3\4" + fields + name + packed
    central = b"PK\1\2" + struct.pack("<H", 63) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
