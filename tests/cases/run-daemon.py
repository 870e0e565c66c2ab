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

# What an argument of a case is called by the mail server.
MACROS = {"login": "{auth_authen}", "tls": "{tls_version}", "certificate": "{cert_subject}",
          "daemon": "{daemon_name}", "port": "{daemon_port}"}


BODY_KINDS = ("address", "part", "footer-text", "footer-html", "metadata")


def envelope(case, judged):
    """Sender and recipients as inspect took them."""
    sender = case.values("sender")
    if not sender:
        sender = [s["address"] for s in judged["senders"] if s["where"] == "envelope"] or [""]
    return sender[0].strip("<>"), case.values("recipient") or judged["recipients"]


def send(daemon, case, judged, queue_id):
    sender, recipients = envelope(case, judged)
    client = case.values("client")
    macros = {macro: case.values(word)[0] for word, macro in MACROS.items() if case.values(word)}
    with FakeMTA(daemon.address) as mta:
        mta.connect(address=client[0] if client else "127.0.0.1")
        mta.helo()
        with open(case.message, "rb") as file:
            return mta.send(sender, recipients or ["partner@example.com"], file.read(),
                            macros=macros, queue_id=queue_id)


def told(outcome, judged):
    """What the mail server was told, in the words of inspect: only its edits tell tag and rewrite apart."""
    if outcome.verdict in ("accept", "redirect") and judged["verdict"] in ("tag", "rewrite"):
        return judged["verdict"]
    return outcome.verdict


def edits_told(outcome):
    """The edits the mail server was asked for, as sorted (kind, what) pairs."""
    told_of = [("header", name.lower()) for name, _ in outcome.added]
    told_of += [("header", name.lower()) for _, name, _ in outcome.inserted + outcome.changed]
    told_of += [("recipient-add", address.strip("<>")) for address in outcome.recipients_added]
    told_of += [("recipient-delete", address.strip("<>")) for address in outcome.recipients_deleted]
    told_of += [("sender-set", outcome.sender.strip("<>"))] if outcome.sender is not None else []
    told_of += [("body", "")] if outcome.body is not None else []
    return sorted(set(told_of))


def edits_judged(judged):
    """The same of what inspect announced; a header to delete that is not there is no edit."""
    announced = []
    for edit in judged["edits"]:
        if edit["kind"].startswith("header-"):
            announced.append(("header", edit["name"].lower()))
        elif edit["kind"] in BODY_KINDS:
            announced.append(("body", ""))
        else:
            announced.append((edit["kind"], edit["value"].strip("<>")))
    return sorted(set(announced))


def compare(case, judged, outcome, records):
    problems = []
    if told(outcome, judged) != judged["verdict"]:
        problems.append(f"mail server was told {told(outcome, judged)} {outcome.reply!r}")
    if judged["verdict"] in ("tag", "rewrite", "redirect") and edits_told(outcome) != edits_judged(judged):
        problems.append(f"edits told {edits_told(outcome)}, by inspect {edits_judged(judged)}")
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
