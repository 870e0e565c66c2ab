#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What Vaguemestre costs beside a milter that does nothing, both measured in this run.

    bench.py [--quick] [--through-postfix]

Drives each milter with loadgen over the same messages, in turn, and prints a table: messages a second, time
of one message, CPU of the whole process tree a message, peak memory, and the ratio to the do-nothing milter.
With --through-postfix (root), also what a real Postfix gets through either of them.
"""

import argparse
import base64
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from daemon import BUILD, SOURCE, Daemon  # noqa: E402
from postfix import Postfix, free_port, usable  # noqa: E402
from sink import Sink  # noqa: E402

LOADGEN = os.path.join(BUILD, "tests", "bench", "loadgen")
NOOP = os.path.join(BUILD, "tests", "bench", "noop")

SENTENCE = "Le compte rendu de la réunion de lundi est joint ; merci de le relire avant jeudi et de répondre à tous. "


def mail(*parts):
    """An Internet message of (media type, file name, octets) parts, base64 with CRLF, as clients send it."""
    head = (b"From: Bureau <bureau@defense.gouv.fr>\r\nTo: <poste@test.example>\r\nSubject: Compte rendu\r\n"
            b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@defense.gouv.fr>\r\nMIME-Version: 1.0\r\n")
    out = [head + b'Content-Type: multipart/mixed; boundary="=_bench"\r\n\r\n']
    for kind, name, octets in parts:
        out.append(b"--=_bench\r\nContent-Type: " + kind.encode())
        if name:
            out.append(f'; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"'.encode())
        out.append(b"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        out.append(base64.encodebytes(octets).replace(b"\n", b"\r\n"))
    out.append(b"--=_bench--\r\n")
    return b"".join(out)


def plain(size):
    lines = "\r\n".join(textwrap.wrap(SENTENCE * (size // len(SENTENCE) + 1), 76)).encode()[:size - size % 2]
    lines = lines[:lines.rindex(b"\r\n")]
    return (b"From: Bureau <bureau@defense.gouv.fr>\r\nTo: <poste@test.example>\r\nSubject: Compte rendu\r\n"
            b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@defense.gouv.fr>\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + lines + b"\r\n")


def office(folder, kind, paragraphs):
    """A document that LibreOffice wrote."""
    source = os.path.join(folder, f"text-{kind}.fodt")
    body = "".join(f"<text:p>{SENTENCE} ({i})</text:p>" for i in range(paragraphs))
    with open(source, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?><office:document '
                   'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                   'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3" '
                   'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
                   + body + "</office:text></office:body></office:document>")
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", kind,
                    "--outdir", folder, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=180)
    with open(os.path.join(folder, f"text-{kind}.{kind}"), "rb") as file:
        return file.read()


def zipped(folder, name, octets):
    path = os.path.join(folder, "made.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, octets)
    with open(path, "rb") as file:
        return file.read()


def message_set(folder, quick):
    """{name: (octets, how many to send)}"""
    messages = {"2 KB text": (plain(2000), 20000), "100 KB text": (plain(100_000), 4000)}
    if shutil.which("soffice"):
        docx = office(folder, "docx", 3000)
        nested = zipped(folder, "inner.zip", zipped(folder, "note.docx", docx))
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        messages[f"docx {len(docx) >> 10} KB"] = mail((word, "note.docx", docx)), 2000
        messages["zip in zip, docx"] = mail(("application/zip", "envoi.zip", nested)), 2000
        pdf = office(folder, "pdf", 400)
        messages[f"PDF {len(pdf) >> 10} KB"] = mail(("application/pdf", "note.pdf", pdf)), 1000
    messages["20 MB binary"] = mail(("application/octet-stream", "data.bin", os.urandom(15 << 20))), 40
    divisor = 10 if quick else 1
    return {name: (octets, max(4, count // divisor)) for name, (octets, count) in messages.items()}


def load(socket, pid, path, count, sessions=4):
    done = subprocess.run([LOADGEN, "-s", str(sessions), "-n", str(count), "-p", str(pid), "-f",
                           "bureau@defense.gouv.fr", "-t", "poste@test.example", socket, path],
                          check=True, capture_output=True, timeout=600)
    return {key: float(value) for key, _, value in (word.partition("=") for word in done.stdout.decode().split())}


class Noop:
    def __init__(self, listen=None):
        self.port = free_port()
        self.socket = listen or f"inet:{self.port}@127.0.0.1"
        self.milter = listen or f"inet:127.0.0.1:{self.port}"

    def __enter__(self):
        self.process = subprocess.Popen([NOOP, self.socket], umask=0)  # the mail server may connect to its unix socket
        time.sleep(0.5)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def policy():
    with open(os.path.join(HERE, "policy.conf"), encoding="utf-8") as file:
        return file.read().replace("@etc@", os.path.join(os.path.abspath(SOURCE), "etc"))


def direct(folder, quick):
    print(f"{'message':22} {'milter':12} {'msg/s':>8} {'p50 us':>8} {'p99 us':>9} {'CPU us':>9} {'MiB':>6}  ratio")
    with Daemon(policy()) as daemon, Noop() as noop:
        for name, (octets, count) in message_set(folder, quick).items():
            path = os.path.join(folder, "message.eml")
            with open(path, "wb") as file:
                file.write(octets)
            load(daemon.listen, daemon.process.pid, path, max(4, count // 20))
            rows = {"do-nothing": load(noop.socket, noop.process.pid, path, count),
                    "vaguemestre": load(daemon.listen, daemon.process.pid, path, count)}
            for milter, row in rows.items():
                ratio = row["rate"] / rows["do-nothing"]["rate"]
                print(f"{name:22} {milter:12} {row['rate']:8.0f} {row['p50_us']:8.0f} {row['p99_us']:9.0f} "
                      f"{row['cpu_us']:9.0f} {row['peak_kib'] / 1024:6.0f}  {ratio:.2f}", flush=True)
            row = rows["vaguemestre"]
            if row["accepted"] < count:
                print(f"  not accepted: rejected={row['rejected']:.0f} deferred={row['deferred']:.0f}")


def burst(folder):
    """Ten sessions that need long, two hundred that need nothing, at once: how long do the short ones wait?"""
    slow, fast = (os.path.join(folder, name) for name in ("slow.eml", "fast.eml"))
    with open(slow, "wb") as file:
        file.write(mail(("application/octet-stream", "data.bin", os.urandom(30 << 20))))
    with open(fast, "wb") as file:
        file.write(plain(2000))
    with Daemon(policy()) as daemon:
        alone = load(daemon.listen, daemon.process.pid, fast, 200, 20)
        heavy = subprocess.Popen([LOADGEN, "-s", "10", "-n", "20", daemon.listen, slow], stdout=subprocess.PIPE)
        time.sleep(0.3)
        beside = load(daemon.listen, daemon.process.pid, fast, 200, 20)
        heavy.communicate(timeout=300)
    print(f"\nburst: 2 KB messages beside ten sessions of 40 MB: p50 {beside['p50_us'] / 1000:.1f} ms, "
          f"p99 {beside['p99_us'] / 1000:.1f} ms, longest {beside['max_us'] / 1000:.1f} ms; alone p50 "
          f"{alone['p50_us'] / 1000:.1f} ms, longest {alone['max_us'] / 1000:.1f} ms")


def smtp_rate(mta, path, count):
    started = time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-s", "4", "-m", str(count), "-d", "-f", "bureau@defense.gouv.fr", "-t",
                    "poste@test.example", "-F", path, f"127.0.0.1:{mta.port}"], check=True, timeout=300)
    return count / (time.monotonic() - started)


def through_postfix(folder, quick):
    """smtp-source through a private Postfix with either milter, over TCP and a unix socket, in turn, three times."""
    path = os.path.join(folder, "2k.eml")
    with open(path, "wb") as file:
        file.write(plain(2000).replace(b"\r\n", b"\n"))
    os.chmod(folder, 0o711)
    sockets = os.path.join(folder, "sockets")
    os.mkdir(sockets)
    os.chmod(sockets, 0o777)
    own, other = (f"unix:{sockets}/{name}" for name in ("vaguemestre", "noop"))
    count, rates = (500 if quick else 3000), {}
    with Sink() as sink, Daemon(policy()) as tcp, Noop() as noop_tcp, Noop(other) as noop_unix, \
            Daemon(policy(), listen=own, settings='socket_mode = "0666"\n') as unix:
        for _ in range(3):
            for name, milter in (("do-nothing TCP", noop_tcp.milter), ("vaguemestre TCP", tcp.milter),
                                 ("do-nothing unix", noop_unix.milter), ("vaguemestre unix", unix.milter)):
                with Postfix(sink.port, milters=milter, default_transport="discard:", relayhost="") as mta:
                    rates.setdefault(name, []).append(smtp_rate(mta, path, count))
    print("\nthrough Postfix, 2 KB, 4 sessions, median of three:")
    for kind in ("TCP", "unix"):
        noop, vaguemestre = (sorted(rates[f"{name} {kind}"])[1] for name in ("do-nothing", "vaguemestre"))
        print(f"  {kind:4}: do-nothing {noop:.0f} msg/s, vaguemestre {vaguemestre:.0f} msg/s, "
              f"ratio {vaguemestre / noop:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages")
    parser.add_argument("--through-postfix", action="store_true", help="also with a private Postfix (root)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vm-bench-") as folder:
        direct(folder, options.quick)
        burst(folder)
        if options.through_postfix and usable() is None:
            through_postfix(folder, options.quick)


if __name__ == "__main__":
    main()
