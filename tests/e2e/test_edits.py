#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Each kind of edit through a real Postfix and a real Sendmail: envelope, header and body at the sink are what
"vaguemestre inspect" announced for the same message; a DKIM signer behind us signs what then verifies."""

import contextlib
import email
import email.header
import email.policy
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tap                                          # noqa: E402
from daemon import Daemon                           # noqa: E402
from postfix import Postfix, free_port, usable      # noqa: E402
from sendmail import Sendmail, Unavailable          # noqa: E402
from sink import Sink                               # noqa: E402

POLICY = """
scheme "fr" {
    label "NON PROTEGE" { rank = 0  level = 0  marks = {"NON PROTEGE"} }
    label "DIFFUSION RESTREINTE" { rank = 10  level = 1  marks = {"DIFFUSION RESTREINTE"} }
    label "SECRET" { rank = 30  level = 3  marks = {"SECRET"} }
}
senders { approved = {"defense.gouv.fr"} }
destination "anyone" { domains = {"*"}  ceiling = {"fr:DIFFUSION RESTREINTE"} }
broken_signatures = remove
rule "sender"   { sender = {"gmail.com"}  action = rewrite  sender_map = {"gmail.com -> presse@defense.gouv.fr"} }
rule "added"    { subject = {"*added*"}  action = tag  headers = {"X-Vu: à l'étage", "X-Deux: 2"} }
rule "removed"  { subject = {"*removed*"}  action = rewrite
                  remove_headers = {"X-Interne-*", "Received: *intradef*", "User-Agent"} }
rule "mark"     { subject = {"*marked*"}  action = tag  subject_mark = "[%{label_name}]"
                  label_header = {"X-Protective-Marking", "SIO-Label"} }
rule "contact"  { subject = {"*contact*"}  action = rewrite
                  contact_map = {"emapresse@gmail.com -> presse@defense.gouv.fr"} }
rule "footer"   { subject = {"*footer*"}  action = rewrite  footer = "Diffusé par la DICoD\\n" }
rule "notice"   { subject = {"*notice*"}  when = {label-above-ceiling}  action = rewrite  notice = standard }
rule "copied"   { subject = {"*copied*"}  action = copy  to = {"archive@defense.gouv.fr"} }
rule "moved"    { subject = {"*moved*"}  action = redirect  to = {"officer@defense.gouv.fr"} }
"""
TRACE = ("X-Interne-Poste: 7\r\nX-Interne-Bureau: b\r\nUser-Agent: Outil 3\r\n"
         "Received: from poste-1.intradef.gouv.fr by gw; Mon, 23 Nov 2026 10:00:00 +0100\r\n"
         "Received: from mx.example.net by gw; Mon, 23 Nov 2026 09:00:00 +0100\r\n"
         "Received: from poste-2.intradef.gouv.fr by gw; Mon, 23 Nov 2026 08:00:00 +0100\r\n")
PLAIN = "Content-Type: text/plain; charset=us-ascii\r\n\r\nDIFFUSION RESTREINTE\r\n\r\nContact : emapresse@gmail.com\r\n"
PARTS = ('Content-Type: multipart/mixed; boundary="=_b"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n'
         "Content-Transfer-Encoding: quoted-printable\r\n\r\nR=E9union : emapresse=40gmail.com\r\n\r\n--=_b\r\n"
         'Content-Type: text/plain; name="plan.txt"\r\nContent-Disposition: attachment; filename="plan.txt"\r\n\r\n'
         "SECRET\r\n\r\nLe plan.\r\n\r\n--=_b\r\nContent-Type: text/csv\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "YTtiDQoxOzINCg==\r\n--=_b--\r\n")
PRESS = "emapresse@gmail.com"
# kind, sender, what follows the header's own fields, and what the texts of the result must hold
KINDS = [
    ("added", "a@defense.gouv.fr", TRACE + PLAIN, ()),
    ("removed", "a@defense.gouv.fr", TRACE + PLAIN, ()),
    ("marked", "a@defense.gouv.fr", PLAIN, ()),
    ("sender", PRESS, PLAIN, ()),
    ("contact", "a@defense.gouv.fr", PARTS.replace("SECRET", "x"), ("Réunion : presse@defense.gouv.fr",)),
    ("footer", "a@defense.gouv.fr", PLAIN, ("Diffusé par la DICoD", "Contact : emapresse@gmail.com")),
    ("notice", "a@defense.gouv.fr", PARTS, ("plan.txt", "SHA-256", "To obtain it")),
    ("copied", "a@defense.gouv.fr", PLAIN, ()),
    ("moved", "a@defense.gouv.fr", PLAIN, ()),
    ("marked contact footer removed copied", PRESS, TRACE + PARTS.replace("SECRET", "DIFFUSION RESTREINTE"),
     ("presse@defense.gouv.fr", "Diffusé par la DICoD")),
]
ADDED_BY_SERVERS = ("received", "return-path", "dkim-signature", "x-sendmail-milter")


def message(kind, sender, rest, name="Service de presse"):
    return (f"From: {name} <{sender}>\r\nTo: b@example.org\r\nSubject: essai {kind}\r\nMIME-Version: 1.0\r\n"
            f"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <{kind.replace(' ', '-')}@defense.gouv.fr>\r\n{rest}")


def shown(value):
    """A field's value as a reader shows it."""
    text = str(email.header.make_header(email.header.decode_header(" ".join(value.split()))))
    return " ".join(text.replace('"', "").split())


def fields_of(octets):
    head = octets.split(b"\r\n\r\n", 1)[0].decode("utf-8", "surrogateescape")
    return [(name.lower(), shown(value)) for name, _, value in
            (line.partition(":") for line in head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n"))]


def announced(daemon, path, sender, recipients):
    """What inspect says will be done."""
    tool = os.path.join(os.environ.get("builddir", os.path.join(os.path.dirname(__file__), "..", "..")), "src", "vaguemestre")
    arguments = [word for recipient in recipients for word in ("--recipient", recipient)]
    done = subprocess.run([tool, "inspect", "--json", "--policy", daemon.policy_path, "--sender", sender, *arguments, path],
                          capture_output=True, timeout=60, check=False)
    return json.loads(done.stdout)


def fields_after(fields, edits):
    """The fields that those edits leave, a server's own and the order apart."""
    for edit in edits:
        name, same = edit["name"].lower(), [f for f in fields if f[0] == edit["name"].lower()]
        if edit["kind"] == "header-delete":
            gone = [same[int(edit["value"]) - 1]] if edit["value"] else same
            fields = [f for f in fields if not any(f is g for g in gone)]
        elif edit["kind"] in ("header-set", "header-add"):
            if edit["kind"] == "header-set":
                fields = [f for f in fields if f[0] != name]
            fields = fields + [(name, shown(edit["value"]))]
    return sorted(fields)


def envelope_after(sender, recipients, edits):
    for edit in edits:
        value = edit.get("value", "").strip("<>")
        if edit["kind"] == "sender-set":
            sender = value
        elif edit["kind"] == "recipient-add":
            recipients = recipients + [value]
        elif edit["kind"] == "recipient-delete":
            recipients = [r for r in recipients if r.lower() != value.lower()]
    return sender, sorted(recipients)


def texts_of(octets):
    parsed = email.message_from_bytes(octets, policy=email.policy.default)
    return "\n".join(part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text")


def without_servers(fields, ours):
    """Fields that no mail server put in: a trace field counts when it was in the message we sent."""
    return sorted(f for f in fields if f[0] not in ADDED_BY_SERVERS or f in ours)


class Gateway:
    """One daemon, one mail server and one sink."""

    def __init__(self, server, signer_port=None):
        self.server, self.signer_port, self.stack = server, signer_port, contextlib.ExitStack()

    def __enter__(self):
        self.sink = self.stack.enter_context(Sink())
        self.daemon = self.stack.enter_context(Daemon(POLICY))
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        if self.server is Sendmail:
            self.mta = self.stack.enter_context(Sendmail(self.sink.port, self.daemon.port))
        else:
            behind = f", inet:127.0.0.1:{self.signer_port}" if self.signer_port else ""
            self.mta = self.stack.enter_context(Postfix(self.sink.port, milters=self.daemon.milter + behind))
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)

    def arrive(self, sender, recipients, data, marker, options=()):
        if self.server is Sendmail:
            code, text = self.mta.send(sender, recipients, data.replace("\r\n", "\n"))
        else:
            code, text = self.mta.send(sender, recipients, data, options=options)
        tap.equal(code, 250, text + self.daemon.log())
        arrived = self.sink.wait(marker)
        tap.true(arrived, f"{marker} did not arrive: {self.daemon.log()}")
        return arrived

    def check(self, kind, sender, rest, texts):
        recipients = ["b@example.org", "c@example.net"]
        data = message(kind, sender, rest)
        path = os.path.join(self.folder, "message.eml")
        with open(path, "wb") as file:
            file.write(data.encode())
        judged = announced(self.daemon, path, sender, recipients)
        tap.true(judged["edits"], f"edits of {kind}")
        arrived = self.arrive(sender, recipients, data, f"<{kind.replace(' ', '-')}@defense.gouv.fr>")
        want_sender, want_recipients = envelope_after(sender, recipients, judged["edits"])
        tap.equal({mail.sender for mail in arrived}, {want_sender}, "envelope sender")
        tap.equal(sorted({r for mail in arrived for r in mail.recipients}), want_recipients, "recipients")
        ours = fields_of(data.encode())
        want = without_servers(fields_after(ours, judged["edits"]), ours)
        tap.equal(without_servers(fields_of(arrived[0].data), ours), want, "header")
        if not any(edit["kind"] in ("address", "part", "footer-text") for edit in judged["edits"]):
            tap.equal(arrived[0].body(), data.encode().split(b"\r\n\r\n", 1)[1], "body")
        for text in texts:
            tap.true(text in texts_of(arrived[0].data), f"{text!r} in {texts_of(arrived[0].data)!r}")
        if kind != "notice" and "=_b" in rest:
            tap.true(b"YTtiDQoxOzINCg==\r\n--=_b--" in arrived[0].data, "untouched part")


def kind_tests(gate, server):
    for kind, sender, rest, texts in KINDS:
        def one(kind=kind, sender=sender, rest=rest, texts=texts):
            gate.check(kind, sender, rest, texts)
        one.__name__ = f"{server}_{kind.replace(' ', '_')}_as_announced"
        yield one


def postfix_tests(gate):
    def internationalised_mail_keeps_its_addresses_and_raw_header():
        sender, recipient = "hélène@gmail.com", "étage@example.org"
        data = message("utf8 marked", sender, PLAIN, "Hélène").replace("b@example.org", recipient)
        code, text = smtputf8(gate.mta, sender, recipient, data.encode())
        tap.equal(code, 250, str(text) + gate.daemon.log())
        mail = gate.sink.wait("<utf8-marked@defense.gouv.fr>")[0]
        tap.equal((mail.sender, mail.recipients), ("presse@defense.gouv.fr", [recipient]))
        tap.equal(shown(mail.headers("From")[0]), "Hélène <presse@defense.gouv.fr>")
        tap.true(mail.headers("Subject")[0].startswith("[DIFFUSION RESTREINTE] essai"), str(mail.headers("Subject")))
        tap.equal(mail.headers("To"), [recipient])

    return [*kind_tests(gate, "postfix"), internationalised_mail_keeps_its_addresses_and_raw_header]


def smtputf8(mta, sender, recipient, octets):
    session = mta.connect()
    try:
        session.command_encoding = "utf-8"
        session.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"])
        code, text = session.rcpt(recipient)
        return session.data(octets) if code == 250 else (code, text)
    finally:
        session.close()


@contextlib.contextmanager
def opendkim(folder):
    """A private OpenDKIM that signs; yields its port and the configuration of a verifier of what it signed."""
    port = free_port()
    subprocess.run(["opendkim-genkey", "-b", "2048", "-d", "defense.gouv.fr", "-s", "s", "-D", folder], check=True,
                   capture_output=True, timeout=60)
    with open(folder + "/s.txt", encoding="ascii") as file:
        key = "".join(file.read().split('"')[1::2])
    for name, text in (("keys", f"s._domainkey.defense.gouv.fr {key}\n"),
                       ("sign", f"Domain defense.gouv.fr\nSelector s\nKeyFile {folder}/s.private\nMode s\n"
                                f"Socket inet:{port}@127.0.0.1\nBackground no\nRequireSafeKeys no\n"
                                "Canonicalization relaxed/simple\nInternalHosts 127.0.0.0/8\n"),
                       ("verify", f"Mode v\nTestPublicKeys {folder}/keys\nSocket inet:{port}@127.0.0.1\n")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)
    process = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", folder + "/sign"], stderr=subprocess.DEVNULL)
    try:
        yield port, folder + "/verify"
    finally:
        process.terminate()
        process.wait(20)


def a_signer_behind_the_edits_verifies_at_the_sink():
    if not os.path.exists("/usr/sbin/opendkim"):
        raise tap.Skip("OpenDKIM is not installed")
    with tempfile.TemporaryDirectory() as folder, opendkim(folder) as (port, verifier), Gateway(Postfix, port) as gate:
        for kind, sender, rest, _ in KINDS:
            stale = "DKIM-Signature: v=1; a=rsa-sha256; d=defense.gouv.fr; s=old; h=From:Subject; bh=AA==; b=AA==\r\n"
            data = message(kind, sender, stale + rest)
            mail = gate.arrive(sender, ["b@example.org"], data, f"<{kind.replace(' ', '-')}@defense.gouv.fr>")[0]
            path = os.path.join(folder, "arrived.eml")
            with open(path, "wb") as file:
                file.write(mail.data)
            done = subprocess.run(["/usr/sbin/opendkim", "-x", verifier, "-t", path], capture_output=True, timeout=60,
                                  check=False)
            told = (done.stdout + done.stderr).decode()
            tap.true("d=defense.gouv.fr" in told and "succeeded" in told, f"{kind}: {told} {mail.data!r}")


def main():
    skip = usable()
    if skip:
        return tap.run([], skip)
    with contextlib.ExitStack() as stack:
        tests = postfix_tests(stack.enter_context(Gateway(Postfix)))
        try:
            tests += kind_tests(stack.enter_context(Gateway(Sendmail)), "sendmail")
        except Unavailable as reason:
            print(f"# Sendmail: {reason}")
        return tap.run([*tests, a_signer_behind_the_edits_verifies_at_the_sink])


if __name__ == "__main__":
    sys.exit(main())
