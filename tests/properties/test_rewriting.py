#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Edits of generated messages through the daemon: what no edit is about keeps its octets, two other parsers
find the result sound, a second pass changes nothing, and signatures of what was not edited still hold."""

import base64
import email
import email.policy
import os
import quopri
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import tap  # noqa: E402
from daemon import Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402

SEED, MESSAGES = 20261123, 60
BASE = """
scheme "fr" { label "SECRET" { rank = 30  level = 3  marks = {"SECRET"} } }
senders { approved = {"defense.gouv.fr"} }
destination "anyone" { domains = {"*"}  ceiling = {"none"} }
"""
CONTACTS = 'contact_map = {"emapresse@gmail.com -> presse@defense.gouv.fr"}'
EDITS = {
    "footer": 'rule "a" { when = {always}  action = rewrite  footer = "Diffusé par la DICoD\\n" }',
    "contacts": f'rule "a" {{ when = {{contact-unapproved}}  action = rewrite  {CONTACTS} }}',
    "notice": 'rule "a" { when = {label-above-ceiling}  action = rewrite  notice = standard }',
    "header": 'rule "a" { when = {always}  action = rewrite  headers = {"X-Vu: à l\'étage"}'
              '           remove_headers = {"X-*-Interne", "Received: *intradef*"}  label_header = {"SIO-Label"}'
              '           subject_mark = "[%{label_name}]" }',
    "all": 'rule "a" { when = {label-above-ceiling}  action = rewrite  notice = standard }\n'
           f'rule "b" {{ when = {{always}}  action = rewrite  {CONTACTS}  footer = "Œuvre de la DICoD\\n"'
           '            remove_headers = {"User-Agent"} }',
}
WORDS = ["Réunion", "à", "14", "heures", "le", "plan", "est", "joint", "merci", "=", "élève", "voir", "suite"]
BODY_KINDS = ("address", "part", "footer-text", "footer-html")
MIME_PARSER = """
use MIME::Parser; my $parser = MIME::Parser->new; $parser->output_to_core(1); $parser->extract_nested_messages(0);
for my $file (@ARGV) { my $entity = $parser->parse_open($file); my $results = $parser->results;
  print "$file: ", join(" ", $results->errors, $results->warnings), "\\n" if $results->errors || $results->warnings; }
"""


class Part:
    """A part as octets, whether an edit may be about it, and whether it is a text."""

    def __init__(self, octets, editable=False):
        self.octets, self.editable = octets, editable


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def words(self, address):
        lines = [" ".join(self.random.choices(WORDS, k=self.random.randint(1, 14)))
                 for _ in range(self.random.randint(1, 6))]
        if address:
            lines.insert(self.random.randrange(len(lines) + 1), "Contact : emapresse@gmail.com, bureau 7")
        return "\r\n".join(lines) + "\r\n"

    def encode(self, text, charset):
        """Transfer encoding and octets of a text."""
        octets = text.encode(charset, "replace")
        wide = charset.startswith("utf-16")
        kind = "base64" if wide else self.random.choice(["quoted-printable", "base64", "8bit"])
        if charset in ("us-ascii", "iso-2022-jp"):
            kind = self.random.choice(["7bit", "quoted-printable"])
        if kind == "base64":
            octets = base64.encodebytes(octets).replace(b"\n", b"\r\n")
        elif kind == "quoted-printable":
            octets = quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        return kind, octets

    def text(self, subtype="plain", address=False):
        charset = self.random.choice(["utf-8", "iso-8859-1", "us-ascii", "windows-1252", "utf-16le", "iso-2022-jp"])
        text = self.words(address)
        flowed = ""
        if subtype == "html":
            text = f"<html><body><p>{text}</p></body></html>\r\n"
        elif self.random.random() < 0.3:
            flowed = "; format=flowed" + self.random.choice(["", "; delsp=yes"])
        kind, octets = self.encode(text, charset)
        head = f"Content-Type: text/{subtype}; charset={charset}{flowed}\r\nContent-Transfer-Encoding: {kind}\r\n\r\n"
        return Part(head.encode() + octets, True)

    def attachment(self):
        self.count += 1
        kind = self.random.randrange(5)
        name = f"piece-{self.count}"
        if kind == 0:
            octets = base64.encodebytes(self.words(False).encode("utf-8")).replace(b"\n", b"\r\n")
            return Part(f'Content-Type: application/x-releve; name="{name}.bin"\r\nContent-Disposition: attachment\r\n'
                        "Content-Transfer-Encoding: base64\r\n\r\n".encode() + octets)
        if kind == 1:
            return Part(f'Content-Type: text/csv; name="{name}.csv"\r\nContent-Disposition: attachment\r\n\r\n'
                        f"a;b\r\n{self.count};2\r\n".encode())
        if kind == 2:
            return Part("Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n".encode() +
                        self.header(f"dedans {self.count}") + b"\r\nDedans =3D \r\n--=_none\r\n")
        if kind == 3:
            return Part(f'Content-Type: text/plain; name="{name}.txt"\r\n'
                        f'Content-Disposition: attachment; filename="{name}.txt"\r\n\r\nSECRET\r\n\r\nLe plan.\r\n'.encode(), True)
        return Part(f'Content-Type: text/vcard; charset=utf-8; name="{name}.vcf"\r\nContent-Disposition: attachment\r\n\r\n'
                    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Presse\r\nEMAIL:emapresse@gmail.com\r\nEND:VCARD\r\n".encode(), True)

    def multipart(self, subtype, parts):
        """Pieces in order: fixed octets and parts."""
        self.count += 1
        boundary = f"=_{self.count}_{self.random.randrange(10**8)}"
        pieces = [f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()]
        if self.random.random() < 0.5:
            pieces.append(b"This is a multi-part message in MIME format.\r\n")
        for part in parts:
            pieces += [f"--{boundary}\r\n".encode(), *(part if isinstance(part, list) else [part]), b"\r\n"]
        return pieces + [f"--{boundary}--\r\n".encode()]

    @staticmethod
    def header(subject):
        return (f"From: Agent <agent@defense.gouv.fr>\r\nTo: b@partner.example\r\nSubject: {subject}\r\n"
                f"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <{subject.replace(' ', '-')}@defense.gouv.fr>\r\n"
                "Received: from poste-1.intradef.gouv.fr by gw; Mon, 23 Nov 2026 10:00:00 +0100\r\n"
                "Received: from mx.example.net by gw; Mon, 23 Nov 2026 09:00:00 +0100\r\n"
                "X-Poste-Interne: 7\r\nUser-Agent: Outil 3\r\n").encode()

    def body(self):
        address = self.random.random() < 0.5
        text = self.text(address=address)
        shape = self.random.randrange(5)
        if shape == 0:
            return [text]
        inner = self.multipart("alternative", [text, self.text("html", address)]) if shape in (1, 2) else [text]
        if shape == 1:
            return inner
        return self.multipart("mixed", [inner] + [self.attachment() for _ in range(self.random.randint(1, 3))])

    def message(self, number):
        """The message in pieces; the first is the header but for the body's own fields."""
        return [self.header(f"essai {number}") + b"MIME-Version: 1.0\r\n", *self.body()]


def octets_of(pieces):
    return b"".join(piece.octets if isinstance(piece, Part) else piece for piece in pieces)


def split(message):
    """Fields as (name, rest of the field with its folds and line end), and the body."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            fields[-1][1] += b"\r\n" + line
        else:
            name, _, value = line.partition(b":")
            fields.append([name, value])
    return fields, body


def edited(message, outcome):
    """The message as a mail server makes it of the milter's answers."""
    fields, body = split(message)
    for index, name, value in outcome.changed:
        same = [field for field in fields if field[0].lower() == name.lower().encode()]
        if value == "":
            fields.remove(same[index - 1])
        elif index > len(same):
            fields.append([name.encode(), value.replace("\n", "\r\n").encode()])
        else:
            same[index - 1][:] = [name.encode(), value.replace("\n", "\r\n").encode()]
    fields += [[name.encode(), value.replace("\n", "\r\n").encode()] for name, value in outcome.added]
    head = b"".join(name + b":" + value + b"\r\n" for name, value in fields)
    return head + b"\r\n" + (body if outcome.body is None else outcome.body)


def send(daemon, message, number):
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        return mta.send("agent@defense.gouv.fr", ["b@partner.example"], message, queue_id=f"4PROP{number}")


def edits_of(outcome):
    return outcome.changed + outcome.added + ([("body",)] if outcome.body is not None else [])


def check_untouched(pieces, before, after):
    """All octets of the body that no edit may be about stand in the result, in their order, and at its ends."""
    fixed = [b""]
    at = len(pieces[0])
    body_at = before.index(b"\r\n\r\n") + 4
    for piece in pieces[1:]:
        octets = piece.octets if isinstance(piece, Part) else piece
        if isinstance(piece, Part) and piece.editable:
            fixed.append(b"")
        else:
            fixed[-1] += octets[max(0, body_at - at):]
        at += len(octets)
    body, place = split(after)[1], 0
    tap.true(body.startswith(fixed[0]) and body.endswith(fixed[-1]), f"ends of {body!r}")
    for octets in fixed:
        found = body.find(octets, place)
        tap.true(found >= 0, f"{octets!r} is not in {body!r}")
        place = found + len(octets)


def check_sound(message):
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    for part in parsed.walk():
        tap.equal(part.defects, [], message.decode("utf-8", "replace"))
        for name, value in part.items():
            tap.equal(getattr(value, "defects", ()), (), f"{name}: {value}")
        if part.get_content_maintype() == "text":
            part.get_content()
    for line in message.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        tap.true(len(line) <= 998 and (b"=?" not in line or len(line) <= 76), f"line {line!r}")


def mime_tools(messages):
    """What MIME::Parser has to say of these, as text."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, message in enumerate(messages):
            paths.append(os.path.join(folder, f"{number}.eml"))
            with open(paths[-1], "wb") as file:
                file.write(message)
        done = subprocess.run(["perl", "-e", MIME_PARSER, *paths], capture_output=True, timeout=120, check=False)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def passes(name):
    """Every message through one set of edits, twice."""
    generator, results, changed = Generator(SEED), [], 0
    with Daemon(BASE + EDITS[name]) as daemon:
        for number in range(MESSAGES):
            pieces = generator.message(number)
            message = octets_of(pieces)
            outcome = send(daemon, message, number)
            tap.equal(outcome.verdict, "accept", f"message {number} of {name}: {message!r} {daemon.log()[-500:]}")
            after = edited(message, outcome)
            check_untouched(pieces, message, after)
            check_sound(after)
            changed += after != message
            again = send(daemon, after, number + MESSAGES)
            tap.equal((again.verdict, edits_of(again)), ("accept", []), f"second pass of {number}: {after!r}")
            results.append(after)
    tap.true(changed >= MESSAGES // 8, f"only {changed} messages were edited")
    return results


def signed_message(folder):
    """A message with an S/MIME signature, and the certificate to verify it by."""
    key, certificate, text = (os.path.join(folder, name) for name in ("key.pem", "cert.pem", "text"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Agent",
                    "-addext", "keyUsage=digitalSignature", "-addext", "extendedKeyUsage=emailProtection",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    with open(text, "wb") as file:
        file.write(b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                   + "Réunion : emapresse@gmail.com\r\n".encode())
    made = subprocess.run(["openssl", "cms", "-sign", "-signer", certificate, "-inkey", key, "-in", text, "-crlfeol"],
                          check=True, capture_output=True, timeout=60).stdout
    signed = made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Generator.header("signe") + signed, certificate


def verifies(message, certificate):
    return subprocess.run(["openssl", "cms", "-verify", "-CAfile", certificate], input=message, check=False,
                          capture_output=True, timeout=60).returncode == 0


def tests():
    def edit_sets():
        for name in EDITS:
            def one(name=name):
                tap.equal(mime_tools(passes(name)), "", "MIME::Parser")
            one.__name__ = f"{MESSAGES}_messages_through_the_edits_{name}"
            yield one

    def signatures_hold_when_only_other_fields_are_edited():
        with tempfile.TemporaryDirectory() as folder, Daemon(BASE + EDITS["header"]) as daemon:
            message, certificate = signed_message(folder)
            tap.true(verifies(message, certificate), "the signature as it was made")
            outcome = send(daemon, message, 1)
            after = edited(message, outcome)
            tap.equal(outcome.verdict, "accept", daemon.log())
            tap.true(b"X-Poste-Interne" not in after and outcome.body is None, str(outcome.changed))
            tap.true(verifies(after, certificate), "the signature behind the edits")

    def signed_text_is_held_whole():
        with tempfile.TemporaryDirectory() as folder, Daemon(BASE + EDITS["contacts"]) as daemon:
            message, _ = signed_message(folder)
            outcome = send(daemon, message, 1)
            tap.equal((outcome.verdict, outcome.body), ("quarantine", None), daemon.log())

    return [*edit_sets(), signatures_hold_when_only_other_fields_are_edited, signed_text_is_held_whole]


if __name__ == "__main__":
    sys.exit(tap.run(tests()))
