#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every case, unchanged, through vaguemestred with a scripted mail server: what the mail server is told
and what is on record must be what "vaguemestre inspect" says of the same message."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]
import cases  # noqa: E402
import run  # noqa: E402
from daemon import Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402


def envelope(case, judged):
    """Sender and recipients as inspect took them."""
    sender = case.values("sender")
    if not sender:
        sender = [s["address"] for s in judged["senders"] if s["where"] == "envelope"] or [""]
    return sender[0].strip("<>"), case.values("recipient") or judged["recipients"]


def send(daemon, case, judged, queue_id):
    sender, recipients = envelope(case, judged)
    login, client = case.values("login"), case.values("client")
    with FakeMTA(daemon.address) as mta:
        mta.connect(address=client[0] if client else "127.0.0.1")
        mta.helo()
        with open(case.message, "rb") as file:
            return mta.send(sender, recipients or ["partner@example.com"], file.read(),
                            macros={"{auth_authen}": login[0]} if login else None, queue_id=queue_id)


def told(outcome, judged):
    """What the mail server was told, in the words of inspect: edits tell tag and rewrite from accept."""
    edited = outcome.added or outcome.inserted or outcome.changed or outcome.sender or outcome.body is not None \
        or outcome.recipients_added
    if outcome.verdict == "accept" and judged["verdict"] in ("tag", "rewrite") and edited:
        return judged["verdict"]
    return outcome.verdict


def compare(case, judged, outcome, records):
    problems = []
    if told(outcome, judged) != judged["verdict"]:
        problems.append(f"mail server was told {told(outcome, judged)} {outcome.reply!r}")
    if len(records) != 1:
        return problems + [f"{len(records)} verdict records"]
    for member in ("verdict", "rule", "would"):
        if records[0][member] != judged[member]:
            problems.append(f"{member} is {records[0][member]} on record, {judged[member]} by inspect")
    if judged["verdict"] in ("reject", "tempfail") and outcome.reply[:3] != judged["reply"][:3]:
        problems.append(f"reply {outcome.reply!r}, by inspect {judged['reply']!r}")
    return problems


def judge_policy(policy, todo, judged, results):
    with Daemon(f'include("{policy}")\n') as daemon:
        for number, case in enumerate(todo):
            queue_id = f"4CASE{number:05d}"
            try:
                outcome = send(daemon, case, judged[case.message], queue_id)
            except (OSError, EOFError, ValueError) as problem:
                results[case.name] = [f"the session broke: {problem!r}"]
                continue
            records = [r for r in daemon.records("verdict") if r["queue_id"] == queue_id]
            results[case.name] = compare(case, judged[case.message], outcome, records)


def main():
    only = sys.argv[1:]
    todo = [case for case in cases.load() if not case.is_document() and
            (not only or any(word in case.name for word in only))]
    judged = run.judge_all(todo)
    results, policies = {}, {}
    for case in todo:
        if case.only_inspect():
            results[case.name] = []
        elif case.message in judged:
            policies.setdefault(case.policy, []).append(case)
        else:
            results[case.name] = ["was not judged by inspect"]
    print(f"1..{len(todo)}", flush=True)
    for policy, group in policies.items():
        judge_policy(policy, group, judged, results)
    for number, case in enumerate(todo, 1):
        problems = results[case.name]
        skip = f" # SKIP {case.only_inspect()}" if case.only_inspect() else ""
        print(f"{'not ' if problems else ''}ok {number} - {case.name} through the daemon{skip}")
        for line in problems:
            print("# " + line.encode("unicode_escape").decode())
    return 1 if not todo or any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
