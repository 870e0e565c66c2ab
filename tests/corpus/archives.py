# SPDX-License-Identifier: EUPL-1.2
"""Archives and documents that no program of Debian writes, octet by octet from the descriptions of their formats."""

import hashlib
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


def compound(streams):
    """A compound file ([MS-CFB] version 3): streams by name, "storage/stream" where they are in one. All in whole sectors."""
    streams = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    storages = sorted({name.split("/")[0] for name in streams if "/" in name})
    rows = [("Root Entry", 5, 0)] + [(name, 1, 0) for name in storages] + [(name, 2, 0) for name in streams]
    index = {name: number for number, (name, _, _) in enumerate(rows)}
    children = {number: [] for number in range(len(rows))}
    for name in [*storages, *streams]:
        children[index[name.split("/")[0]] if "/" in name else 0].append(index[name])
    sectors, chain, starts = [], [], {}
    for name, content in streams.items():
        starts[name] = len(sectors)
        parts = [content[at:at + 512].ljust(512, b"\0") for at in range(0, len(content), 512)]
        chain += [len(sectors) + at + 1 for at in range(len(parts) - 1)] + [0xFFFFFFFE]
        sectors += parts
    nothing, right = 0xFFFFFFFF, {}
    for members in children.values():
        right.update(zip(members, members[1:]))
    directory = b""
    for number, (name, kind, _) in enumerate(rows):
        label = name.split("/")[-1].encode("utf-16-le") + b"\0\0"
        child = children[number][0] if children[number] else nothing
        directory += label.ljust(64, b"\0") + struct.pack("<HBBIII16sIQQIII", len(label), kind, 1, nothing,
                                                          right.get(number, nothing), child, b"", 0, 0, 0,
                                                          starts.get(name, 0xFFFFFFFE), len(streams.get(name, b"")), 0)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    first_directory = len(sectors)
    for at in range(0, len(directory), 512):
        sectors.append(directory[at:at + 512])
        chain.append(len(sectors) if at + 512 < len(directory) else 0xFFFFFFFE)
    tables = 1
    while (len(sectors) + tables) * 4 > tables * 512:
        tables += 1
    fat_at = len(sectors)
    chain += [0xFFFFFFFD] * tables
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * 512, b"\xFF")
    difat = [fat_at + number for number in range(tables)] + [nothing] * (109 - tables)
    header = (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + bytes(16)
              + struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first_directory, 0, 4096, 0xFFFFFFFE, 0,
                            0xFFFFFFFE, 0) + struct.pack("<109I", *difat))
    return header + b"".join(sectors) + fat


def rc4(key, octets):
    state, other, out = list(range(256)), 0, bytearray()
    for at in range(256):
        other = (other + state[at] + key[at % len(key)]) & 255
        state[at], state[other] = state[other], state[at]
    at = other = 0
    for octet in octets:
        at = (at + 1) & 255
        other = (other + state[at]) & 255
        state[at], state[other] = state[other], state[at]
        out.append(octet ^ state[(state[at] + state[other]) & 255])
    return bytes(out)


def sealed_xls(text, password, key_bits):
    """A workbook of one cell under RC4 of CryptoAPI ([MS-OFFCRYPTO] 2.3.5, [MS-XLS] 2.2.10)."""
    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def key(block):
        made = hashlib.sha1(base + struct.pack("<I", block)).digest()[:key_bits // 8]
        return made + bytes(11) if key_bits == 40 else made

    salt, verifier = b"0123456789abcdef", b"fedcba9876543210"
    base = hashlib.sha1(salt + password.encode("utf-16-le")).digest()
    check = rc4(key(0), verifier + hashlib.sha1(verifier).digest())
    provider = "Microsoft Enhanced Cryptographic Provider v1.0\0".encode("utf-16-le")
    terms = struct.pack("<IIIIIIII", 4, 0, 0x6801, 0x8004, key_bits, 1, 0, 0) + provider
    seal = (struct.pack("<HHHII", 1, 2, 2, 4, len(terms)) + terms + struct.pack("<I", 16) + salt + check[:16]
            + struct.pack("<I", 20) + check[16:])
    front = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + record(0x2F, seal)
    cell = struct.pack("<HHHHB", 0, 0, 0, len(text), 0) + text.encode("latin-1")
    clear = front + record(0x204, cell) + record(0x0A, b"")
    blocks = b"".join(rc4(key(at // 1024), clear[at:at + 1024]) for at in range(0, len(clear), 1024))
    at = len(front)
    book = front + clear[at:at + 4] + blocks[at + 4:at + 4 + len(cell)] + clear[at + 4 + len(cell):]
    return compound({"Workbook": book})
