#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""vaguemestre quarantine over a real Postfix: what a rule held is listed with the rule, shown, released."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon  # noqa: E402
from postfix import Postfix, usable  # noqa: E402
from sink import Sink  # noqa: E402
from tap import equal, run, true  # noqa: E402

POLICY = """\
senders { approved = {"defense.gouv.fr"} }
rule "hold-unapproved" { when = {sender-unapproved}  action = quarantine }
"""
MESSAGE = ("From: presse@gmail.com\r\nTo: poste@test.example\r\nSubject: Communique\r\n"
           "Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@gmail.com>\r\n\r\nBonjour.\x1b[31m\r\n")


def tool(mta, *words, want=0):
    done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "quarantine", *words, "--config", mta.etc],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    equal(done.returncode, want, f"{words}: {done.stdout.decode()} {done.stderr.decode()}")
    return (done.stdout + done.stderr).decode()


def held_messages_are_listed_shown_and_released():
    with Sink() as sink, Daemon(POLICY) as daemon, \
            Postfix(sink.port, milters=daemon.milter) as mta:
        code, text = mta.send("presse@gmail.com", "poste@test.example", MESSAGE)
        equal(code, 250, text)
        held = [json.loads(line) for line in tool(mta, "list", "--json", "--record", daemon.audit_file).splitlines()]
        equal(len(held), 1, "held messages")
        queue_id = held[0]["queue_id"]
        equal(held[0]["rule"], "hold-unapproved")
        true("hold-unapproved" in tool(mta, "list", "--record", daemon.audit_file), "the list names the rule")
        true("Bonjour." in tool(mta, "show", queue_id), "the message is shown")
        for wrong in ("ALL", "all", "4NOTHELD"):
            tool(mta, "release", wrong, want=2)
        equal(len(mta.held()), 1, "still held")
        tool(mta, "release", queue_id)
        true(sink.wait("Bonjour."), "the released message arrives")
        equal(mta.held(), [], "held after the release")


if __name__ == "__main__":
    sys.exit(run([held_messages_are_listed_shown_and_released], skip=usable()))
