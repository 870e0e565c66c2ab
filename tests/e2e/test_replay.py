#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""vaguemestre replay of messages in full: files, mbox, Maildir, and what a real Postfix holds."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon  # noqa: E402
from postfix import Postfix, usable  # noqa: E402
from sink import Sink  # noqa: E402
from tap import Skip, equal, run, true  # noqa: E402

OLD = """
scheme "fr" { label "SECRET" { rank = 30  level = 3  marks = {"SECRET"} } }
senders { approved = {"defense.gouv.fr"} }
destination "anyone" { domains = {"*"}  ceiling = {"none"} }
rule "sender" { when = {sender-unapproved}  action = quarantine }
"""
NEW = OLD + 'rule "label" { when = {label-above-ceiling}  action = reject }\n'


def message(number, sender="a@defense.gouv.fr", body="Bonjour."):
    return (f"From: {sender}\nTo: b@example.org\nSubject: essai {number}\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
            f"Message-ID: <{number}@defense.gouv.fr>\n\n{body}\n")


class Stored:
    """A folder with policies and mail: 1 and 3 are marked, 2 is plain, 4 comes from elsewhere."""

    def __enter__(self):
        self.top = tempfile.mkdtemp(prefix="vm-replay-")
        self.messages = [message(1, body="SECRET\n\nLe plan."), message(2), message(3, body="From ici\n\nSECRET\n\nLe plan."),
                         message(4, sender="x@gmail.com")]
        self.old, self.new = self.write("old.conf", OLD), self.write("new.conf", NEW)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def write(self, name, text):
        path = os.path.join(self.top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def replay(self, *words, policy=None, want=1):
        """Changes and totals."""
        done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "replay", "--json", "--policy",
                               policy or self.new, *words], capture_output=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        equal(done.returncode, want, done.stdout.decode() + done.stderr.decode())
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[:-1], lines[-1]


def single_files_are_judged_in_full():
    with Stored() as mail:
        paths = [mail.write(f"{n}.eml", text) for n, text in enumerate(mail.messages, 1)]
        changes, totals = mail.replay("--messages", *paths)
        equal([(c["queue_id"], c["before"], c["now"], c["rule"]) for c in changes],
              [(paths[0], "accept", "reject", "label"), (paths[2], "accept", "reject", "label"),
               (paths[3], "accept", "quarantine", "sender")])
        equal((totals["messages"], totals["changed"], totals["undecided"]), (4, 3, 0))


def an_old_policy_says_what_messages_were():
    with Stored() as mail:
        paths = [mail.write(f"{n}.eml", text) for n, text in enumerate(mail.messages, 1)]
        _, totals = mail.replay("--was", mail.old, "--messages", *paths)
        equal(totals["changes"], {"accept -> reject": 2})
        equal((totals["rules_before"], totals["rules_now"]), ({"sender": 1}, {"sender": 1, "label": 2}))
        mail.replay("--was", mail.old, "--messages", *paths, policy=mail.old, want=0)


def an_mbox_is_cut_at_its_lines():
    with Stored() as mail:
        text = "".join(f"From a@x Mon Nov 23 10:00:00 2026\n{m.replace(chr(10) + 'From ', chr(10) + '>From ')}\n"
                       for m in mail.messages)
        path = mail.write("mbox", text)
        changes, totals = mail.replay("--messages", path)
        equal(totals["messages"], 4)
        equal([c["queue_id"] for c in changes], [f"{path}:1", f"{path}:3", f"{path}:4"])


def a_maildir_is_read_but_for_what_is_not_delivered():
    with Stored() as mail:
        for number, text in enumerate(mail.messages):
            mail.write(f"Maildir/{('cur', 'new')[number % 2]}/{number}", text)
        mail.write("Maildir/tmp/9", mail.messages[0])
        _, totals = mail.replay("--messages", os.path.join(mail.top, "Maildir"))
        equal((totals["messages"], totals["changed"]), (4, 3))


def what_cannot_be_read_is_told():
    with Stored() as mail:
        _, totals = mail.replay("--messages", os.path.join(mail.top, "nothing"), want=2)
        equal(totals["messages"], 0)


def held_messages_are_judged_with_their_envelope():
    skip = usable()
    if skip:
        raise Skip(skip)
    with Stored() as mail, Sink() as sink, Daemon(OLD) as daemon, Postfix(sink.port, milters=daemon.milter) as mta:
        for number in (1, 2):
            equal(mta.send("x@gmail.com", "b@example.org", message(number).replace("\n", "\r\n"))[0], 250)
        equal(len(mta.held()), 2)
        mail.replay("--held", "--config", mta.etc, policy=mail.old, want=0)
        free = mail.write("free.conf", OLD.replace('"defense.gouv.fr"', '"defense.gouv.fr", "gmail.com"'))
        changes, totals = mail.replay("--held", "--config", mta.etc, policy=free)
        equal((totals["messages"], totals["changes"]), (2, {"quarantine -> accept": 2}))
        true({c["queue_id"] for c in changes} == {entry["queue_id"] for entry in mta.held()}, str(changes))


if __name__ == "__main__":
    sys.exit(run([single_files_are_judged_in_full, an_old_policy_says_what_messages_were, an_mbox_is_cut_at_its_lines,
                  a_maildir_is_read_but_for_what_is_not_delivered, what_cannot_be_read_is_told,
                  held_messages_are_judged_with_their_envelope]))
