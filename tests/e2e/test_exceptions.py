#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Exceptions with a limit of use, under a daemon: each use counted and on record, over reloads, restarts, rotations
and a lost audit writer; what was not let go is no use."""

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402
from tap import equal, run, true  # noqa: E402

PRESS = "presse@gmail.com"
POLICY = """\
senders {{ approved = {{"defense.gouv.fr"}} }}
exception "press" {{
    sender = "presse@gmail.com"  allows = {{sender-unapproved}}  {limit}
    owner = "bureau médias"  reason = "T-1"  expires = "2099-12-31"
}}
rule "unapproved" {{ when = {{sender-unapproved}}  action = reject  code = 550 }}
rule "refused"    {{ recipient = {{"closed.example"}}  action = reject }}
"""


def policy(limit):
    return POLICY.format(limit=limit)


def send(daemon, number, recipient="a@example.com"):
    """The outcome of one message of the press office."""
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        return mta.send(PRESS, [recipient], f"From: {PRESS}\nTo: {recipient}\nSubject: x\n"
                        f"Date: Mon, 23 Nov 2026 10:00:00 +0100\nMessage-ID: <{number}@x>\n\nBonjour.\n",
                        queue_id=f"4USE{number}")


def verdicts(daemon, numbers, **more):
    return [send(daemon, n, **more).verdict for n in numbers]


def the_limit_holds_and_the_refusal_says_so():
    with Daemon(policy("uses = 2")) as daemon:
        equal(verdicts(daemon, range(3)), ["accept", "accept", "reject"])
        records = daemon.records("verdict")
        equal([r.get("exceptions") for r in records], [["press"], ["press"], None])
        because = records[2]["rules"][0]["because"]
        true(any('exception "press" does not apply: its uses are spent' in line for line in because), because)
        true("exception name=press owner=\"bureau médias\" uses_left=0" in daemon.log() or
             "uses_left=0" in daemon.log(), daemon.log())


def the_day_has_a_limit_of_its_own():
    with Daemon(policy("uses = 20  uses_a_day = 1")) as daemon:
        equal(verdicts(daemon, range(2)), ["accept", "reject"])
        true("its uses of the day are spent" in json.dumps(daemon.records("verdict")[1]), "says the day")


def counts_outlive_reload_restart_and_rotation():
    daemon = Daemon(policy("uses = 4"))
    with daemon:
        equal(verdicts(daemon, [1]), ["accept"])
        true(daemon.reload(policy("uses = 4  uses_a_day = 9")), daemon.log())
        equal(verdicts(daemon, [2]), ["accept"])
        os.rename(daemon.audit_file, daemon.audit_file + ".1")
        daemon.process.send_signal(signal.SIGUSR1)
        true(daemon.wait_log("reopened"), daemon.log())
        equal(verdicts(daemon, [3]), ["accept"])
        equal(daemon.stop(), 0, "exit status")
        daemon.lines = []
        daemon.start()
        equal(verdicts(daemon, [4, 5]), ["accept", "reject"])


def counts_come_from_the_record_where_their_file_is_gone_or_old():
    daemon = Daemon(policy("uses = 3"))
    with daemon:
        equal(verdicts(daemon, [1]), ["accept"])
        with open(daemon.audit_file + ".uses", encoding="utf-8") as file:
            old = file.read()
        equal(verdicts(daemon, [2]), ["accept"])
        daemon.stop()
        with open(daemon.audit_file + ".uses", "w", encoding="utf-8") as file:
            file.write(old)
        daemon.lines = []
        daemon.start()
        equal(verdicts(daemon, [3]), ["accept"])
        daemon.stop()
        os.unlink(daemon.audit_file + ".uses")
        daemon.lines = []
        daemon.start()
        equal(verdicts(daemon, [4]), ["reject"])


def damaged_counts_leave_nothing():
    daemon = Daemon(policy("uses = 3"))
    with open(daemon.audit_file + ".uses", "w", encoding="utf-8") as file:
        file.write("{}")
    with daemon:
        equal(verdicts(daemon, [1]), ["reject"])
        true("damaged" in daemon.log(), daemon.log())


def a_message_that_another_rule_refuses_is_no_use():
    with Daemon(policy("uses = 1")) as daemon:
        equal(verdicts(daemon, [1, 2], recipient="a@closed.example"), ["reject", "reject"])
        equal(verdicts(daemon, [3, 4]), ["accept", "reject"])


def many_at_once_do_not_pass_the_limit():
    with Daemon(policy("uses = 7")) as daemon:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(lambda n: send(daemon, n).verdict, range(32)))
        equal(outcomes.count("accept"), 7)


def a_lost_audit_writer_loses_no_count():
    with Daemon(policy("uses = 2")) as daemon:
        equal(verdicts(daemon, [1]), ["accept"])
        os.kill(daemon.roles()["audit"], signal.SIGKILL)
        true(daemon.wait_log("ended"), daemon.log())
        end = time.monotonic() + 30
        while (verdict := send(daemon, 2).verdict) == "tempfail" and time.monotonic() < end:
            time.sleep(0.05)
        equal([verdict, *verdicts(daemon, [3])], ["accept", "reject"])


def the_log_reminds_of_exceptions_that_end():
    with Daemon(policy("uses = 2").replace("2099-12-31", "2020-12-31")) as daemon:
        true(daemon.wait_log("exception name=press"), daemon.log())
        true("expires=2020-12-31 state=expired" in daemon.log(), daemon.log())


def inspect_knows_the_counts():
    with Daemon(policy("uses = 1")) as daemon:
        message = os.path.join(daemon.top, "m.eml")
        with open(message, "w", encoding="utf-8") as file:
            file.write(f"From: {PRESS}\nTo: a@example.com\nSubject: x\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
                       "Message-ID: <i@x>\n\nBonjour.\n")

        def inspected():
            done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--json", "--policy",
                                   daemon.policy_path, message], capture_output=True, timeout=60, check=False)
            return json.loads(done.stdout)["verdict"]
        equal(inspected(), "accept")
        equal(verdicts(daemon, [1]), ["accept"])
        equal(inspected(), "reject")


if __name__ == "__main__":
    sys.exit(run([the_limit_holds_and_the_refusal_says_so, the_day_has_a_limit_of_its_own,
                  counts_outlive_reload_restart_and_rotation,
                  counts_come_from_the_record_where_their_file_is_gone_or_old, damaged_counts_leave_nothing,
                  a_message_that_another_rule_refuses_is_no_use, many_at_once_do_not_pass_the_limit,
                  a_lost_audit_writer_loses_no_count, the_log_reminds_of_exceptions_that_end,
                  inspect_knows_the_counts]))
