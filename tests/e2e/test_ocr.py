#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Words in pictures, through the tool and through the daemon: read, or said not to be, within their limits."""

import base64
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, SOURCE, Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402
from pictures import MARK, convert, draw, postscript, samples, scanned  # noqa: E402
from tap import equal, run, true  # noqa: E402

SENDER, RECIPIENT = "agent@defense.gouv.fr", "a@example.com"
POLICY = f"""\
include("{os.path.abspath(SOURCE)}/etc/labels.d/fr.conf")
ocr = %s
senders {{ approved = {{"defense.gouv.fr"}} }}
destination "anyone" {{ domains = {{"*"}}  ceiling = {{"fr:NON PROTEGE"}} }}
rule "over-ceiling" {{ when = {{label-above-ceiling}}  source = {{image}}  action = reject }}
rule "blind" {{ when = {{uninspectable}}  action = quarantine }}
limits {{ %s }}
"""
TIME_S = 240


def inspect(files, limits="", ocr="true"):
    """NAME to what was judged, for {NAME: octets} of bare files."""
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.conf")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY % (ocr, limits))
        paths = [os.path.join(folder, name) for name in files]
        for path, octets in zip(paths, files.values()):
            with open(path, "wb") as file:
                file.write(octets)
        done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--json", "--policy", policy,
                               "--sender", SENDER, "--recipient", RECIPIENT, "--document", *paths],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_S, check=False)
    true(done.returncode in (0, 1), done.stderr.decode())
    judged = [json.loads(line) for line in done.stdout.splitlines()]
    return {os.path.basename(one["path"]): one for one in judged}


def marks(judged):
    """Where the marking was seen in pictures."""
    return [label["where"] for label in judged["labels"]
            if label["label"] == "fr:" + MARK and label["source"] == "image"]


def reasons(judged):
    return [part["reason"] for part in judged["parts"]]


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def pictures_of_every_format():
    page = draw(postscript())
    files = {"a.png": page, "a.jpg": draw(postscript(), "jpeg"), "a.tif": draw(postscript(), "tiffg4", 200),
             "a.gif": convert(page, "gif"), "a.webp": convert(page, "webp"),
             "small.png": draw(postscript(), "pnggray", 72),
             "inverse.png": convert(page, "png", "-negate"),
             "clear.png": convert(page, "png", "-transparent", "white"),
             "turned.png": convert(page, "png", "-rotate", "180"),
             "aside.png": convert(page, "png", "-rotate", "90"),
             "a.zip": zipped("a.png", page)}
    for name, judged in inspect(files).items():
        true(marks(judged), f"{name}: {judged['labels']}")
        equal(judged["labels"][0]["confidence"], "certain", name)
        equal([r for r in reasons(judged) if r], [], name)
        equal((judged["verdict"], judged["rule"]), ("reject", "over-ceiling"), name)


def each_frame_of_a_tiff():
    first, second = draw(postscript("NOTE")), draw(postscript())
    judged = inspect({"a.tif": convert([first, second], "tif")})["a.tif"]
    true(marks(judged), str(judged["labels"]))
    equal(reasons(judged), [None])


def moving_pictures_stay_unread():
    judged = inspect({"a.gif": convert([draw(postscript("NOTE")), draw(postscript())], "gif")})["a.gif"]
    equal(reasons(judged), ["image-only"])


def grey(page):
    width, height, octets = samples(page)
    return zlib.compress(octets), width, height, b"/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"


def fax(page, device, parameters):
    width, height, _ = samples(page, "pbmraw", 204)
    return (draw(page, device, 204), width, height,
            b"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<<%s/Columns %d>>"
            % (parameters, width))


def scans():
    """NAME to a PDF that has the marking in its only page's picture."""
    page = postscript()
    width, height, lines = samples(page, "pbmraw")
    _, _, grey_samples = samples(page)
    _, _, colours = samples(page, "ppmraw")
    bits, eight = b"/ColorSpace/DeviceGray/BitsPerComponent 1", b"/BitsPerComponent 8/Filter/FlateDecode"
    inverse = bytes(255 - value for value in grey_samples)
    black = zlib.compress(bytes(width * height))
    return {"jpeg.pdf": scanned([(draw(page, "jpeg"), width, height, b"/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode")]),
            "jpx.pdf": scanned([(convert(draw(page), "jp2"), width, height, b"/Filter/JPXDecode")]),
            "grey.pdf": scanned([grey(page)]),
            "bits.pdf": scanned([(zlib.compress(lines), width, height, bits + b"/Decode[1 0]/Filter/FlateDecode")]),
            "plain.pdf": scanned([(lines, width, height, bits)]),
            "mask.pdf": scanned([(zlib.compress(lines), width, height, b"/ImageMask true/Filter/FlateDecode")]),
            "colour.pdf": scanned([(zlib.compress(colours), width, height, b"/ColorSpace/DeviceRGB" + eight)]),
            "calibrated.pdf": scanned([(zlib.compress(colours), width, height, b"/ColorSpace[/CalRGB<<>>]" + eight)]),
            "ink.pdf": scanned([(zlib.compress(inverse), width, height, b"/ColorSpace[/Separation/Black/DeviceGray<<>>]" + eight)]),
            "cmyk.pdf": scanned([(zlib.compress(b"".join(b"\0\0\0%c" % v for v in inverse)), width, height,
                                  b"/ColorSpace/DeviceCMYK" + eight)]),
            "indexed.pdf": scanned([(zlib.compress(bytes(v >> 7 for v in grey_samples)), width, height,
                                     b"/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]" + eight)]),
            "soft.pdf": scanned([(black, width, height, b"/ColorSpace/DeviceGray/SMask 6 0 R" + eight)],
                                b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray%s/Length %d>>stream\n%s\nendstream"
                                % (width, height, eight, len(zlib.compress(inverse)), zlib.compress(inverse))),
            "fax4.pdf": scanned([fax(page, "faxg4", b"/K -1")]),
            "fax3.pdf": scanned([fax(page, "faxg3", b"/K 0/EndOfLine true")]),
            "ghostscript.pdf": draw(page, "pdfimage8"), "ghostscript24.pdf": draw(page, "pdfimage24")}


def scanned_pages():
    for name, judged in inspect(scans(), "ratio = 10000").items():
        true(marks(judged), f"{name}: {judged['labels']} {judged['parts']}")
        true(all(where.endswith("#page=1") for where in marks(judged)), f"{name}: {marks(judged)}")
        equal(reasons(judged), [None], name)
        equal((judged["verdict"], judged["rule"]), ("reject", "over-ceiling"), name)


def each_page_has_its_own_place():
    pages = scanned([grey(postscript("NOTE")), grey(postscript()), (b"x", 400, 120, b"/Filter/JBIG2Decode")])
    judged = inspect({"a.pdf": pages})["a.pdf"]
    true(marks(judged) and all(where.endswith("#page=2") for where in marks(judged)), str(judged["labels"]))
    equal([(part["where"], part["reason"]) for part in judged["parts"]],
          [("1", "image-only"), ("1!page=3", "image-only")])


def without_ocr_nothing_is_read():
    judged = inspect({"a.png": draw(postscript())}, ocr="false")["a.png"]
    equal((judged["labels"], reasons(judged), judged["verdict"]), ([], ["image-only"], "quarantine"))


def plain_words_and_no_words_pass():
    blank = convert(draw(postscript("NOTE", rows=())), "png", "-threshold", "-1")
    for name, judged in inspect({"note.png": draw(postscript("NOTE")), "blank.png": blank}).items():
        equal((judged["labels"], reasons(judged), judged["verdict"]), ([], [None], "accept"), name)


def what_cannot_be_made_out_stays_unread():
    page = draw(postscript())
    files = {"blurred.png": convert(page, "png", "-blur", "0x3"), "cut.png": page[:len(page) // 2],
             "broken.jpg": b"\xff\xd8\xff\xe0" + bytes(500) + b"\xff\xd9"}
    for name, judged in inspect(files).items():
        true("image-only" in reasons(judged) or "damaged" in reasons(judged), name)
        equal(judged["verdict"], "quarantine", name)


def each_limit_has_its_reason():
    one, two = draw(postscript()), draw(postscript("NOTE"))
    both = convert([one, two], "tif")
    judged = inspect({"a.tif": both}, "ocr_pictures = 1")["a.tif"]
    true(marks(judged), "what was read before the limit counts")
    equal(reasons(judged), ["image-only"])
    equal(reasons(inspect({"a.png": one}, "ocr_pixels = 10000")["a.png"]), ["image-only"])
    large = draw(postscript(rows=["La note fixe les conditions de livraison."] * 60, width=600, height=1500), resolution=200)
    judged = inspect({"a.png": large}, "ocr_time = 100ms")["a.png"]
    equal((reasons(judged), judged["verdict"]), (["timeout"], "quarantine"))


def mail(picture, queue_id):
    return (f"From: {SENDER}\nTo: {RECIPIENT}\nSubject: x\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
            f"Message-ID: <{queue_id}@defense.gouv.fr>\nMIME-Version: 1.0\nContent-Type: image/png; name=a.png\n"
            "Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(picture).decode())


def send(daemon, picture, queue_id="4TEST"):
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        return mta.send(SENDER, [RECIPIENT], mail(picture, queue_id), queue_id=queue_id).verdict


def reasons_on_record(daemon, queue_id):
    return [part["reason"] for record in daemon.records() if record.get("queue_id") == queue_id
            for part in record.get("parts", [])]


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def the_daemon_reads_them_too():
    with Daemon(POLICY % ("true", "")) as daemon:
        equal(send(daemon, draw(postscript())), "reject")
        equal(send(daemon, draw(postscript("NOTE"))), "accept")
        true(daemon.reload(POLICY % ("false", "")), "reload")
        equal(send(daemon, draw(postscript())), "quarantine")
        true(wait_for(lambda: not daemon.roles()["ocr"]), "readers of a policy gone by")
        true(daemon.reload(POLICY % ("true", "")), "reload")
        equal(send(daemon, draw(postscript())), "reject")


def readers_that_die_or_hang_are_a_fact():
    with Daemon(POLICY % ("true", "ocr_time = 2s")) as daemon:
        picture = draw(postscript())
        equal(send(daemon, picture, "4A"), "reject")
        for number, name, reason in ((signal.SIGKILL, "4B", "crashed"), (signal.SIGSTOP, "4C", "timeout")):
            true(wait_for(lambda: len(daemon.roles()["ocr"]) >= 3), "a template and its readers")
            readers = daemon.roles()["ocr"][1:]
            for reader in readers:
                os.kill(reader, signal.SIGSTOP)
            if number == signal.SIGKILL:
                timer = threading.Timer(0.5, lambda: [os.kill(reader, signal.SIGKILL) for reader in readers])  # noqa: B023
                timer.start()
            equal(send(daemon, picture, name), "quarantine", reason)
            equal(reasons_on_record(daemon, name), [reason])
            true(wait_for(lambda: send(daemon, picture, "4D") == "reject"), f"after {reason} pictures are read again")
        os.kill(daemon.roles()["ocr"][0], signal.SIGKILL)
        true(wait_for(lambda: send(daemon, picture, "4E") == "reject"), "a new template is started")


def without_the_program_nothing_starts():
    # Not where the daemon's own user could not go, and beside no vaguemestre-ocr.
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.conf")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY % ("true", "") + f'audit_file = "{folder}/audit"\nspool_directory = "{folder}"\n')
        for name in ("vaguemestre", "vaguemestred", "vaguemestre-scanner"):
            shutil.copy(os.path.join(BUILD, "src", name), folder)
        for command, status in ((["vaguemestre", "inspect", "--policy", policy, policy], 2),
                                (["vaguemestred", "-f", "-c", policy], 1)):
            done = subprocess.run([os.path.join(folder, command[0]), *command[1:]], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=TIME_S, check=False)
            equal(done.returncode, status, command[0])
            true(b"no vaguemestre-ocr" in done.stderr, done.stderr.decode())


MISSING = None if os.access(os.path.join(BUILD, "src", "vaguemestre-ocr"), os.X_OK) else "built without OCR"
sys.exit(run([pictures_of_every_format, each_frame_of_a_tiff, moving_pictures_stay_unread, scanned_pages, each_page_has_its_own_place,
              without_ocr_nothing_is_read, plain_words_and_no_words_pass, what_cannot_be_made_out_stays_unread,
              each_limit_has_its_reason, the_daemon_reads_them_too, readers_that_die_or_hang_are_a_fact,
              without_the_program_nothing_starts], MISSING))
