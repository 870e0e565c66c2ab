#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Scanners that are killed, stopped, or orphaned under a daemon: that message is a failure, the next is judged."""

import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import SOURCE, Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402
from tap import equal, run, true  # noqa: E402

POLICY = f"""\
include("{os.path.abspath(SOURCE)}/etc/labels.d/fr.conf")
senders {{ approved = {{"defense.gouv.fr"}} }}
destination "anyone" {{ domains = {{"*"}}  ceiling = {{"fr:NON PROTEGE"}} }}
rule "over-ceiling" {{ when = {{label-above-ceiling}}  confidence = likely  action = reject }}
limits {{ time = 1s }}
"""
SENDER, RECIPIENT = "agent@defense.gouv.fr", "a@example.com"


def send(daemon, body="Bonjour.\n", queue_id="4TEST"):
    """The outcome of one message."""
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        return mta.send(SENDER, [RECIPIENT],
                        f"From: {SENDER}\nTo: {RECIPIENT}\nSubject: x\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
                        f"Message-ID: <{queue_id}@defense.gouv.fr>\n\n{body}", queue_id=queue_id)


def wait_gone(pids):
    """Those of pids that still run some seconds later."""
    end = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{pid}") for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


class Sending(threading.Thread):
    """One message on its way."""

    def __init__(self, daemon, queue_id):
        super().__init__(daemon=True)
        self.outcome, self.daemon_under_test, self.queue_id = None, daemon, queue_id

    def run(self):
        self.outcome = send(self.daemon_under_test, queue_id=self.queue_id)

    def end(self):
        self.join(30)
        true(self.outcome is not None, "no answer at all")
        return self.outcome.verdict


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def start():
    """A daemon with one scanner at work, so with two ready: all of them can be told apart and waited for."""
    return Daemon(POLICY, settings="scanners = 1\n")


def children(daemon):
    """The caged readers, once the template has them all."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = daemon.roles()["scanner"][1:]
        if len(found) == 2:
            return found
        time.sleep(0.05)
    raise AssertionError("no scanner children")


def record_of(daemon, queue_id):
    """What was written of a message, whatever is written beside."""
    found = [r for r in daemon.records() if r.get("queue_id") == queue_id and "scan_failure" in r]
    true(found, f"no record of {queue_id}: {daemon.records()}")
    return found[0]


def scanner_killed_mid_scan():
    with start() as daemon:
        equal(send(daemon, queue_id="4A").verdict, "accept")
        readers = children(daemon)
        signal_all(readers, signal.SIGSTOP)
        sending = Sending(daemon, "4B")
        sending.start()
        time.sleep(0.3)
        signal_all(readers, signal.SIGKILL)
        equal(sending.end(), "tempfail")
        equal(record_of(daemon, "4B")["scan_failure"], "crashed")
        for number in range(5):
            equal(send(daemon, queue_id=f"4C{number}").verdict, "accept")
        equal(send(daemon, "DIFFUSION RESTREINTE\n", "4D").verdict, "reject")


def scanner_that_hangs():
    with start() as daemon:
        readers = children(daemon)
        signal_all(readers, signal.SIGSTOP)
        sending = Sending(daemon, "4B")
        sending.start()
        equal(sending.end(), "tempfail")
        equal(record_of(daemon, "4B")["scan_failure"], "timeout")
        signal_all(readers, signal.SIGCONT)
        equal(send(daemon, queue_id="4C").verdict, "accept")
        true(len([pid for pid in readers if os.path.exists(f"/proc/{pid}")]) < len(readers),
             "the one that hung is still there")


def template_killed():
    with start() as daemon:
        template = daemon.roles()["scanner"][0]
        readers = children(daemon)
        os.kill(template, signal.SIGKILL)
        end, verdict = time.monotonic() + 30, None
        while verdict != "accept" and time.monotonic() < end:
            verdict = send(daemon, queue_id="4B").verdict
            true(verdict in ("accept", "tempfail"), verdict)
        equal(verdict, "accept")
        true(record_of(daemon, "4B") is not None, "a record")
        equal(wait_gone(readers), [], "orphans")
        true(daemon.roles()["scanner"][0] != template, "another template")


def nothing_is_left_behind():
    with start() as daemon:
        everybody = [daemon.process.pid, daemon.roles()["milter"], *daemon.roles()["scanner"], *children(daemon)]
        daemon.process.kill()
        daemon.process.wait(20)
        equal(wait_gone(everybody), [])


sys.exit(run([scanner_killed_mid_scan, scanner_that_hangs, template_killed, nothing_is_left_behind]))
