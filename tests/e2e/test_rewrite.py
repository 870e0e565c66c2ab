#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Edits of the body through a real Postfix: what arrives, what stays as it was, what is held instead."""

import base64
import contextlib
import email
import email.policy
import sys

import tap
from daemon import Daemon
from postfix import Postfix, usable
from sink import Sink

POLICY = """
scheme "fr" { label "SECRET" { rank = 30  level = 3  marks = {"SECRET"} } }
senders { approved = {"defense.gouv.fr"} }
destination "anyone" { domains = {"*"}  ceiling = {"none"} }
rule "label"   { when = {label-above-ceiling}  source = {"text"}  action = rewrite
                 notice = "Piece retiree / part removed: %{label}" }
rule "contact" { when = {contact-unapproved}  action = rewrite
                 sender_map = {"gmail.com -> presse@defense.gouv.fr"}
                 contact_map = {"emapresse@gmail.com -> presse@defense.gouv.fr"} }
rule "sender"  { when = {sender-unapproved}  action = rewrite
                 sender_map = {"gmail.com -> presse@defense.gouv.fr"} }
"""

HEAD = ("From: Presse <presse@defense.gouv.fr>\r\nTo: b@test.example\r\nMessage-ID: <{0}@defense.gouv.fr>\r\n"
        "Subject: essai {0}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n")

ATTACHMENT = ("--=_b\r\nContent-Type: text/csv; name=\"releve.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
              "YTtiDQoxOzINCg==\r\n--=_b--\r\n")


def alternative(marker):
    return (HEAD.format(marker) + 'Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n--=_b\r\n'
            "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "Contact presse =E0 l'=E9coute : emapresse@gmail.com\r\n" + ATTACHMENT)


class Gateway:
    """One daemon, one Postfix and one sink for all tests of this file."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.sink = self.stack.enter_context(Sink())
        self.daemon = self.stack.enter_context(Daemon(POLICY))
        self.mta = self.stack.enter_context(Postfix(self.sink.port, milters=self.daemon.milter))
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def send(self, data):
        return self.mta.send("presse@defense.gouv.fr", "b@test.example", data)

    def pass_through(self, data, marker):
        """Send it and get what arrived."""
        code, text = self.send(data)
        tap.equal(code, 250, text + self.daemon.log())
        arrived = self.sink.wait(marker)
        tap.equal(len(arrived), 1, self.daemon.log())
        return arrived[0]


def tests(gate):
    def an_address_in_text_is_replaced_and_nothing_else():
        got = gate.pass_through(alternative("edit"), "essai edit")
        want = alternative("edit").split("\r\n\r\n", 1)[1]
        tap.equal(got.body().decode("ascii"), want.replace("emapresse@gmail.com", "presse@defense.gouv.fr"))

    def another_parser_reads_the_edited_text_in_its_charset():
        got = gate.pass_through(alternative("charset"), "essai charset")
        part = list(email.message_from_bytes(got.data, policy=email.policy.default).iter_parts())[0]
        tap.equal(part.get_content().strip(), "Contact presse à l'écoute : presse@defense.gouv.fr")

    def the_record_names_the_edit():
        gate.pass_through(alternative("record"), "essai record")
        edits = [e for r in gate.daemon.records() if r.get("senders") for e in r["edits"]]
        tap.true(any(e["name"] == "emapresse@gmail.com" for e in edits), str(edits))

    def signed_text_is_held_as_it_is():
        signed = (HEAD.format("signed") + 'Content-Type: multipart/signed; micalg=sha-256; boundary="=_s"; '
                  'protocol="application/pgp-signature"\r\n\r\n--=_s\r\nContent-Type: text/plain\r\n\r\n'
                  "emapresse@gmail.com\r\n--=_s\r\nContent-Type: application/pgp-signature\r\n\r\n"
                  "-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----\r\n--=_s--\r\n")
        tap.equal(gate.send(signed)[0], 250)
        held = [gate.mta.content(entry["queue_id"]) for entry in gate.mta.held()]
        tap.true(any(b"essai signed" in octets and b"emapresse@gmail.com" in octets for octets in held), str(held))

    def an_address_in_utf_16_is_replaced_in_utf_16():
        wide = HEAD.format("utf16") + "Content-Type: text/plain; charset=utf-16le\r\n" + \
            "Content-Transfer-Encoding: base64\r\n\r\n" + \
            base64.b64encode("Contact : emapresse@gmail.com".encode("utf-16le")).decode() + "\r\n"
        got = gate.pass_through(wide, "essai utf16")
        tap.equal(base64.b64decode(got.body()).decode("utf-16le"), "Contact : presse@defense.gouv.fr")

    def what_an_edit_cannot_reach_is_not_let_through():
        hidden = HEAD.format("unknown") + "Content-Type: text/plain; charset=no-such\r\n\r\n" + \
            "Contact : emapresse@gmail.com\r\n"
        tap.equal(gate.send(hidden)[0], 250)
        tap.true(any(b"essai unknown" in gate.mta.content(entry["queue_id"]) for entry in gate.mta.held()), "held")

    def a_notice_takes_the_place_of_a_part_above_the_ceiling():
        got = gate.pass_through(HEAD.format("whole") + "Content-Type: text/html\r\n\r\n<p>SECRET</p><p>le plan</p>\r\n",
                                "essai whole")
        tap.true(b"le plan" not in got.data and b"fr:SECRET" in got.body(), str(got.data))
        tap.equal(got.headers("Content-Type"), ["text/plain; charset=utf-8"])
        tap.equal(got.headers("Content-Transfer-Encoding"), ["quoted-printable"])

    return [test for test in locals().values() if callable(test)]


def main():
    skip = usable()
    if skip:
        return tap.run([], skip)
    with Gateway() as gate:
        return tap.run(tests(gate))


sys.exit(main())
