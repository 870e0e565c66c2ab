#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What mail servers do with filters that nobody expects, and us on the right side of it.

HACKING.md lists all such surprises and where each is tested; here are those that want a Postfix of their own set-up.
"""

import atexit
import grp
import os
import re
import shutil
import signal
import smtplib
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import Daemon, unprivileged_user                    # noqa: E402
from fakemta import FakeMTA                                     # noqa: E402
from policies import POLICY, message                      # noqa: E402
from postfix import Postfix, usable                             # noqa: E402
from sink import Sink                                           # noqa: E402
from tap import equal, run, true                          # noqa: E402

OFFICER = "a@defense.gouv.fr"
LIMIT = 100 << 10
RULES = POLICY + """
rule "contact" { when = {contact-unapproved}  action = rewrite
                 contact_map = {"emapresse@gmail.com -> presse@defense.gouv.fr"} }
rule "big" { sender = {"big@defense.gouv.fr"}  action = tag  headers = {%s} }
""" % ", ".join(f'"X-Big-{n}: {800 * "x"}"' for n in range(5))
CANONICAL = "inline:{ {emapresse@gmail.com=a@defense.gouv.fr}, {b@defense.gouv.fr=b@gmail.com} }"
SHARED = {}


def clean_up():
    """Whichever tests were asked for."""
    for name in ("mta", "sink", "daemon"):
        if name in SHARED:
            SHARED[name].__exit__()


def rig():
    """One daemon, sink and Postfix with all its habits for the tests that need no other set-up."""
    if "mta" not in SHARED:
        atexit.register(clean_up)
        SHARED["daemon"] = Daemon(RULES).__enter__()
        SHARED["sink"] = Sink().__enter__()
        SHARED["mta"] = Postfix(SHARED["sink"].port, SHARED["daemon"].milter, canonical_maps=CANONICAL,
                                always_bcc="archive@test.example").__enter__()
    return SHARED["daemon"], SHARED["sink"], SHARED["mta"]


def long_text(octets):
    line = "Bonjour, voici la suite du dossier que vous attendiez.\n"
    return line * (octets // (len(line) + 1))


def test_a_body_is_replaced_in_one_run():
    """Anything between two calls that replace the body, a sign of life too, makes Postfix give up (surprise 6)."""
    text = message(OFFICER, subject="n-large", body="emapresse@gmail.com\n" + long_text(3 << 20) + "emapresse@gmail.com\n")
    daemon, sink, mta = rig()
    equal(mta.send(OFFICER, "b@example.org", text)[0], 250)
    arrived = sink.wait("n-large")
    equal(len(arrived), 1)
    want = text.partition("\n\n")[2].replace("emapresse@gmail.com", "presse@defense.gouv.fr")
    got, want = arrived[0].body().rstrip(), want.replace("\n", "\r\n").encode().rstrip()
    equal(len(got), len(want), "octets")
    true(got == want, "the body")
    with FakeMTA(daemon.address) as fake:
        fake.connect()
        fake.helo()
        order = "".join(fake.send(OFFICER, "b@example.org", text).order)
    true(re.fullmatch(r"p*[^pb]*b{40,}c", order), order)


def test_canonical_rewriting_hides_no_sender():
    """The envelope is shown as before it, the From field as after it (surprise 8): both are judged."""
    _, _, mta = rig()
    code, text = mta.send("emapresse@gmail.com", "b@example.org", message("emapresse@gmail.com", subject="n-launder"))
    equal((code, "(envelope)" in text), (550, True), "approved by the map alone: " + text)
    code, text = mta.send("b@defense.gouv.fr", "b@example.org", message("b@defense.gouv.fr", subject="n-spoil"))
    equal((code, "(From)" in text), (550, True), "made unapproved by the map: " + text)
    equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject="n-same"))[0], 250)


def test_recipients_postfix_adds_itself():
    """No filter sees them and no redirect takes them off (surprise 9): the manual says so, the record claims no more."""
    daemon, sink, mta = rig()
    code, text = mta.send("redirect@defense.gouv.fr", ["b@example.org"],
                          message("redirect@defense.gouv.fr", subject="n-bcc"))
    equal(code, 250)
    arrived = sink.wait("n-bcc")
    equal(sorted(r for m in arrived for r in m.recipients), ["archive@test.example", "officer@defense.gouv.fr"])
    equal(daemon.wait_record("verdict", text.split()[-1])["recipients"], ["b@example.org"])


def test_edits_near_the_size_limit():
    """They count (surprise 10): the sender is told, nothing is lost in silence; with room in cleanup it passes."""
    sender = "big@defense.gouv.fr"
    with Daemon(RULES) as daemon, Sink() as sink, \
            Postfix(sink.port, daemon.milter, message_size_limit=str(LIMIT)) as mta:
        text = message(sender, subject="n-limit")
        text += long_text(LIMIT - 1500 - len(text))
        code, reply = mta.send(sender, "b@example.org", text)
        equal((code, reply[:5]), (552, "5.3.4"), reply)
        equal(mta.queue() + sink.find("n-limit"), [], "refused, and nothing of it left behind")
        mta.command("postconf", "-P", f"cleanup/unix/message_size_limit={2 * LIMIT}")
        mta.command("postfix", "reload")
        end = time.monotonic() + 20         # the old processes finish first
        while code != 250 and time.monotonic() < end:
            code, reply = mta.send(sender, "b@example.org", text)
        equal(code, 250, reply)
        equal([len(m.headers("X-Big-4")[0]) for m in sink.wait("n-limit")], [800])
        equal(mta.send(sender, "b@example.org", text + long_text(4096))[0], 552, "above the limit all the same")


def test_a_session_after_a_lost_filter():
    """All that follows in it is deferred (surprise 11), nothing passes; the next session is judged again."""
    daemon, sink, mta = rig()
    session = mta.connect()
    session.sendmail(OFFICER, ["b@example.org"], message(OFFICER, subject="n-before"))
    os.kill(daemon.roles()["milter"], signal.SIGKILL)
    true(daemon.wait_log("ended role=milter"), "noticed")
    for number in range(3):
        try:
            session.sendmail(OFFICER, ["b@example.org"], message(OFFICER, subject="n-after"))
            code = 250
        except smtplib.SMTPResponseException as refusal:
            code = refusal.smtp_code
        except smtplib.SMTPRecipientsRefused as refusal:
            code = refusal.recipients["b@example.org"][0]
        equal(code, 451, f"message {number}")
    session.close()
    equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject="n-next"))[0], 250)
    equal(len(sink.wait("n-next")), 1)
    equal(sink.find("n-after"), [])


def test_a_unix_socket_postfix_can_reach():
    """Made with the mode and group of the policy whatever the umask, gone at the end (surprise 12)."""
    top = tempfile.mkdtemp(prefix="vm-unix-")
    try:
        shutil.chown(top, unprivileged_user(), "postfix")
        os.chmod(top, 0o750)
        settings = 'socket_group = "postfix"\nsocket_mode = "0660"\n'
        with Daemon(POLICY, listen=f"unix:{top}/sock", settings=settings, limits=lambda: os.umask(0o077)) as daemon, \
                Sink() as sink, Postfix(sink.port, daemon.milter) as mta:
            info = os.stat(top + "/sock")
            equal((info.st_mode & 0o777, info.st_gid), (0o660, grp.getgrnam("postfix").gr_gid))
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject="n-unix"))[0], 250)
            equal(mta.send("x@gmail.com", "b@example.org", message("x@gmail.com"))[0], 550)
            milter = daemon.roles()["milter"]
            daemon.process.kill()           # leaves its socket behind
            daemon.process.wait(10)
            true(os.path.exists(top + "/sock"), "a stale socket")
            end = time.monotonic() + 30     # its milter ends what it has at work
            while os.path.exists(f"/proc/{milter}") and time.monotonic() < end:
                time.sleep(0.1)
            with Daemon(POLICY, listen=f"unix:{top}/sock", settings=settings):
                equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject="n-again"))[0], 250, "replaced")
            equal(os.listdir(top), ["sock.lock"])
    finally:
        shutil.rmtree(top)


def test_stops_cleanly():
    daemon, _, mta = rig()
    mta.__exit__()
    equal(daemon.stop(), 0)


if __name__ == "__main__":
    names = [value for name, value in list(globals().items()) if name.startswith("test_")]
    sys.exit(run(names, usable()))
