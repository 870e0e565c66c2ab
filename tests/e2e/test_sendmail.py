#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The main verdicts through a real Sendmail, which reads several edits otherwise than Postfix."""

import os
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import Daemon                           # noqa: E402
from policies import POLICY, message                # noqa: E402
from postfix import usable                          # noqa: E402
from sendmail import Sendmail, Unavailable          # noqa: E402
from sink import Sink                               # noqa: E402
from tap import equal, run, true                    # noqa: E402

OFFICER = "a@defense.gouv.fr"
SHARED = {}


def deliver(name, sender, recipients="b@example.org", text=None):
    code, reply = SHARED["mta"].send(sender, recipients, text or message(sender, subject=name))
    return code, reply, SHARED["sink"].wait(name) if code == 250 else []


def test_accepted_mail_arrives():
    code, _, arrived = deliver("s-accept", OFFICER)
    equal((code, len(arrived)), (250, 1))
    true(b"voici la suite." in arrived[0].body(), "the body")


def test_refusals_keep_code_and_text():
    code, reply, _ = deliver("s-reject", "x@gmail.com")
    equal(code, 550)
    true("5.7.1 Message refuse" in reply and "5.7.1 Message refused" in reply, reply)
    code, reply, _ = deliver("s-digits", "digits@defense.gouv.fr")
    equal(code, 550)
    true("3 files of 100% blocked" in reply, reply)
    code, reply, _ = deliver("s-later", "later@defense.gouv.fr")
    equal(code, 451)
    true("100% later" in reply, reply)


def test_tag_and_rewrite_as_with_postfix():
    _, _, arrived = deliver("s-tag", "tag@defense.gouv.fr")
    equal(arrived[0].headers("Subject-Note"), ["one"])
    text = message("clean@defense.gouv.fr", subject="s-clean",
                   extra="X-Internal: 1\nX-Kept: a\nX-Other: o\nX-Internal: 2\nX-Kept: b\nX-Kept: c\nX-Internal: 3\n")
    _, _, arrived = deliver("s-clean", "clean@defense.gouv.fr", text=text)
    equal((arrived[0].headers("X-Internal"), arrived[0].headers("X-Kept"), arrived[0].headers("X-Other")),
          ([], ["new"], ["o"]))
    _, _, arrived = deliver("s-renamed", "old@defense.gouv.fr")
    equal(arrived[0].sender, "new@defense.gouv.fr")


def test_redirect_reaches_nobody_else():
    _, _, arrived = deliver("s-redirect", "redirect@defense.gouv.fr", ["B@Example.ORG", "c@example.net"])
    time.sleep(1)
    equal([m.recipients for m in SHARED["sink"].find("s-redirect")], [["officer@defense.gouv.fr"]])
    equal(len(arrived), 1)


def test_held_mail_stays_with_its_reason():
    code, _ = SHARED["mta"].send("hold@defense.gouv.fr", "b@example.org", message("hold@defense.gouv.fr", subject="s-hold"))
    equal(code, 250)
    time.sleep(2)
    equal(SHARED["sink"].find("s-hold"), [])
    held = SHARED["mta"].held()
    equal(len(held), 1)
    true("X-Vaguemestre-Hold" in held[0] and any(line.startswith("q") for line in held[0].splitlines()), "the reason")


def test_discarded_mail_is_gone():
    code, _ = SHARED["mta"].send("drop@defense.gouv.fr", "b@example.org", message("drop@defense.gouv.fr", subject="s-drop"))
    equal(code, 250)
    time.sleep(1)
    equal(SHARED["sink"].find("s-drop"), [])


def test_label_above_the_ceiling():
    text = message(OFFICER, subject="s-label", body="DIFFUSION RESTREINTE\n\nLe plan.\n")
    equal(deliver("s-label", OFFICER, text=text)[0], 550)


def test_every_message_is_on_record_with_its_queue_number():
    true(all(record["queue_id"] for record in SHARED["daemon"].records("verdict")), "queue numbers")


def test_killed_milter_defers():
    os.kill(SHARED["daemon"].roles()["milter"], signal.SIGKILL)
    end = time.monotonic() + 30
    while True:
        code, _, _ = deliver("s-revived", OFFICER)
        if code == 250:
            break
        true(code // 100 == 4 and time.monotonic() < end, f"code {code}")
        time.sleep(0.3)


def main():
    reason = usable()
    if reason is None and not all(shutil.which(p) for p in ("apt-get", "dpkg", "m4", "unshare")):
        reason = "a Sendmail cannot be unpacked here"
    if reason:
        return run([], reason)
    names = [value for name, value in list(globals().items()) if name.startswith("test_")]
    with Daemon(POLICY) as daemon, Sink() as sink:
        try:
            with Sendmail(sink.port, daemon.port) as mta:
                SHARED.update(daemon=daemon, sink=sink, mta=mta)
                return run(names)
        except Unavailable as problem:
            return run([], str(problem))


if __name__ == "__main__":
    sys.exit(main())
