#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Client certificates through a real Postfix: a bound domain is honoured with the right one only."""

import contextlib
import os
import smtplib
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon                           # noqa: E402
from policies import message                        # noqa: E402
from postfix import Postfix, free_port, usable      # noqa: E402
from sink import Sink                               # noqa: E402
from tap import equal, run, true                    # noqa: E402

POLICY = """
senders { approved = {"named.gouv.fr", "pinned.gouv.fr", "free.gouv.fr"} }
server "by-name"        { domains = {"named.gouv.fr"}   certificates = {"relay*.gouv.fr"} }
server "by-fingerprint" { domains = {"pinned.gouv.fr"}  daemons = {"relays"} }
rule "unapproved-sender" { when = {sender-unapproved}  action = reject }
"""

LISTENER = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o milter_macro_daemon_name=relays
  -o smtpd_tls_security_level=encrypt
  -o smtpd_client_restrictions=permit_tls_clientcerts,reject
  -o relay_clientcerts=inline:{{{{{print}=relay}}}}
"""


class Authority:
    """A private certification authority in a folder; each certificate is NAME.pem beside NAME.key."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.openssl("req", "-x509", "-keyout", self.path(name, "key"), "-out", self.path(name), *self.about(name))

    def path(self, name, kind="pem"):
        return f"{self.folder}/{name}.{kind}"

    @staticmethod
    def about(subject):
        return "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={subject}"

    @staticmethod
    def openssl(*words):
        done = subprocess.run(["openssl", *words], capture_output=True, check=False)
        equal(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def issue(self, name, subject):
        self.openssl("req", "-new", "-keyout", self.path(name, "key"), "-out", self.path(name, "csr"),
                     *self.about(subject))
        self.openssl("x509", "-req", "-days", "2", "-in", self.path(name, "csr"), "-out", self.path(name), "-CA",
                     self.path(self.name), "-CAkey", self.path(self.name, "key"), "-CAcreateserial")

    def fingerprint(self, name):
        return self.openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", self.path(name)).strip().split("=")[1]


def send(port, sender, authority=None, name=None):
    """Reply code and text; with an authority under TLS, with a name showing that certificate."""
    session = smtplib.SMTP("127.0.0.1", port, local_hostname="client.test.example", timeout=60)
    try:
        session.ehlo()
        if authority is not None:
            context = ssl._create_unverified_context()   # who the server is does not matter here
            if name is not None:
                context.load_cert_chain(authority.path(name), authority.path(name, "key"))
            session.starttls(context=context)
            session.ehlo()
        for code, text in (session.mail(sender), session.rcpt("b@example.org")):
            if code != 250:
                return code, text.decode()
        try:
            code, text = session.data(message(sender).encode())
        except smtplib.SMTPResponseException as refusal:
            code, text = refusal.smtp_code, refusal.smtp_error
        return code, text.decode()
    finally:
        session.close()


def tests(folder, daemon, mta, relays):
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    ours.issue("server", "mta.test.example")
    ours.issue("relay", "relay1.gouv.fr")
    ours.issue("other", "relay1.example.org")
    theirs.issue("forged", "relay1.gouv.fr")
    theirs.issue("pinned", "anything")
    with open(mta.etc + "/master.cf", "a", encoding="ascii") as file:
        file.write(LISTENER.format(port=relays, print=theirs.fingerprint("pinned")))

    def a_name_in_a_verified_certificate():
        equal(send(mta.port, "a@named.gouv.fr", ours, "relay"), (250, "2.0.0 Ok: queued as " +
              daemon.records("verdict")[-1]["queue_id"]))
        record = daemon.records("verdict")[-1]
        equal((record["client"]["tls_subject"], record["client"]["tls_issuer"]), ("relay1.gouv.fr", "ours"))

    def no_other_certificate_will_do():
        for what, authority, name in (("no TLS", None, None), ("no certificate", ours, None),
                                      ("another name", ours, "other"), ("another authority", theirs, "forged")):
            code, text = send(mta.port, "a@named.gouv.fr", authority, name)
            equal(code, 550, f"{what}: {text}")
            true("a@named.gouv.fr" in text, text)

    def other_domains_need_none():
        equal(send(mta.port, "a@free.gouv.fr")[0], 250)

    def a_fingerprint_by_a_listener_of_its_own():
        equal(send(relays, "a@pinned.gouv.fr", theirs, "pinned")[0], 250)
        equal(daemon.records("verdict")[-1]["client"]["daemon_name"], "relays")
        equal(send(relays, "a@pinned.gouv.fr", ours, "relay")[0], 554, "another fingerprint: refused by Postfix")
        equal(send(mta.port, "a@pinned.gouv.fr", theirs, "pinned")[0], 550, "another listener: refused by us")

    return [test for test in locals().values() if callable(test)]


def main():
    skip = usable()
    if skip:
        return run([], skip)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vm-ca-"))
        sink, daemon = stack.enter_context(Sink()), stack.enter_context(Daemon(POLICY))
        mta = Postfix(sink.port, daemon.milter, smtpd_tls_security_level="may", smtpd_tls_ask_ccert="yes",
                      smtpd_tls_CAfile=f"{folder}/ours.pem", smtpd_tls_cert_file=f"{folder}/server.pem",
                      smtpd_tls_key_file=f"{folder}/server.key", smtpd_tls_fingerprint_digest="sha256")
        todo = tests(folder, daemon, mta, free_port())
        stack.enter_context(mta)
        return run(todo)


sys.exit(main())
