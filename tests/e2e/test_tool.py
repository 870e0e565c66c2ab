#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""vaguemestre(1) over a record that a running daemon wrote: search, totals, verification, replay."""

import gzip
import json
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, SOURCE, Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402
from tap import equal, run, true  # noqa: E402

POLICY = """\
include("{labels}/fr.conf")
senders {{ approved = {{"defense.gouv.fr"}} }}
destination "anyone" {{ domains = {{"*"}}  ceiling = {{"fr:NON PROTEGE"}} }}
rule "watch-contacts" {{ when = {{contact-unapproved}}  action = quarantine  mode = observe }}
rule "unapproved-sender" {{ when = {{sender-unapproved}}  action = reject }}
{more}
"""
CEILING = 'rule "over-ceiling" { when = {label-above-ceiling}  confidence = likely  action = quarantine }'
MARKED = "DIFFUSION RESTREINTE\n\nProgramme de la visite.\n\nDIFFUSION RESTREINTE\n"
MAILS = [  # queue id, sender, recipient, body, verdict
    ("4AAA", "agent@defense.gouv.fr", "a@example.com", "Bonjour.\n", "accept"),
    ("4BBB", "presse@gmail.com", "b@example.com", "Bonjour.\n", "reject"),
    ("4CCC", "agent@defense.gouv.fr", "c@example.com", MARKED, "accept"),
    ("4DDD", "agent@defense.gouv.fr", "d@example.com", "Ecrire : presse.em@gmail.com\n", "accept"),
]


def policy(more=""):
    return POLICY.format(labels=os.path.join(os.path.abspath(SOURCE), "etc", "labels.d"), more=more)


def message(sender, recipient, body):
    return (f"From: {sender}\nTo: {recipient}\nSubject: Objet a taire\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
            f"Message-ID: <{time.monotonic_ns()}@defense.gouv.fr>\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}")


def tool(*words, want=0):
    """What the tool prints; its exit status must be as wanted."""
    done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False)
    if done.returncode != want:
        raise AssertionError(f"{words}: exit status {done.returncode}, want {want}\n"
                             f"{done.stdout.decode()[-2000:]}\n{done.stderr.decode()[-2000:]}")
    return (done.stdout + done.stderr).decode()


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


class Record:
    """A folder with a record of MAILS, made once by a real daemon."""

    made = None

    def __init__(self):
        if Record.made is None:
            Record.made = tempfile.mkdtemp(prefix="vm-record-")
            with Daemon(policy()) as daemon:
                for queue_id, sender, recipient, body, _ in MAILS:
                    with FakeMTA(daemon.address) as mta:
                        mta.connect()
                        mta.helo()
                        mta.send(sender, [recipient], message(sender, recipient, body), queue_id=queue_id)
                daemon.stop()
                for name in ("audit.jsonl", "audit.jsonl.head"):
                    shutil.copy(os.path.join(daemon.top, "audit", name), Record.made)
        self.top = tempfile.mkdtemp(prefix="vm-tool-")
        self.path = os.path.join(self.top, "audit.jsonl")
        for name in os.listdir(Record.made):
            shutil.copy(os.path.join(Record.made, name), self.top)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top)

    def lines(self):
        with open(self.path, "rb") as file:
            return file.read().splitlines(keepends=True)

    def write(self, lines, name="audit.jsonl"):
        with open(os.path.join(self.top, name), "wb") as file:
            file.writelines(lines)

    def file(self, name, text):
        path = os.path.join(self.top, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def a_record_lists_what_was_judged():
    with Record() as record:
        listed = objects(tool("log", "--json", record.path))
        equal([(r["queue_id"], r["verdict"]) for r in listed], [(m[0], m[4]) for m in MAILS])
        true("unapproved-sender" in tool("log", record.path), "the rule stands in the list")


def a_record_is_filtered():
    with Record() as record:
        for words, ids in [(["--verdict", "reject"], ["4BBB"]), (["--sender", "*@gmail.com"], ["4BBB"]),
                           (["--recipient", "c@example.com"], ["4CCC"]), (["--label", "fr:*"], ["4CCC"]),
                           (["--rule", "watch-contacts"], ["4DDD"]), (["--id", "4AAA"], ["4AAA"]),
                           (["--since", "1h"], ["4AAA", "4BBB", "4CCC", "4DDD"])]:
            found = objects(tool("log", "--json", *words, record.path))
            equal([r["queue_id"] for r in found], ids, " ".join(words))
        tool("log", "--until", "2020-01-01", record.path, want=1)


def one_message_is_shown_in_full():
    with Record() as record:
        text = tool("log", "show", "4CCC", record.path)
        true("fr:DIFFUSION RESTREINTE" in text and "kind: applied" in text, text)
        tool("log", "show", "4ZZZ", record.path, want=1)


def no_message_text_is_on_record():
    with Record() as record:
        octets = b"".join(record.lines())
        for text in (b"Objet a taire", b"Programme", b"Bonjour"):
            true(text not in octets, f"{text!r} is on record")


def totals_add_up():
    with Record() as record:
        totals = json.loads(tool("log", "counts", "--json", record.path))
        equal(totals["verdicts"], {"accept": 3, "reject": 1})
        equal(totals["observed"], {"watch-contacts": 1})
        days = json.loads(tool("report", "--json", record.path))
        equal(sum(day["messages"] for day in days.values()), 4)
        true("watch-contacts" in tool("report", record.path), "observed rules are reported")


def rotated_and_compressed_files_are_one_record():
    with Record() as record:
        lines = record.lines()
        with gzip.open(record.path + ".2.gz", "wb") as file:
            file.writelines(lines[:3])
        with lzma.open(record.path + ".1.xz", "wb") as file:
            file.writelines(lines[3:6])
        record.write(lines[6:])
        conf = record.file("policy.conf", policy() + f'audit_file = "{record.path}"\n')
        found = objects(tool("log", "--json", "--policy", conf))
        equal([r["queue_id"] for r in found], [m[0] for m in MAILS])
        true(": 0 problems" in tool("audit", "verify", "--policy", conf), "verifies over rotations")


def an_untouched_record_verifies():
    with Record() as record:
        true(": 0 problems" in tool("audit", "verify", record.path), "no problems")
        tool("audit", "verify", "--expect", "9", record.path)


def tampering_is_named():
    with Record() as record:
        lines = record.lines()
        for what, changed in [("edited", [line.replace(b"accept", b"reject") for line in lines]),
                              ("missing", lines[:2] + lines[3:]),
                              ("misplaced", lines[:2] + [lines[3], lines[2]] + lines[4:]),
                              ("no-record", lines[:2] + [b"{}\n"] + lines[2:]),
                              ("truncated", lines[:-1])]:
            record.write(changed)
            true(what in tool("audit", "verify", record.path, want=1), what)
        record.write(lines)
        os.unlink(record.path + ".head")
        true("truncated" in tool("audit", "verify", "--expect", "1000", record.path, want=1), "expected records")


def replay_tells_what_a_new_policy_would_change():
    with Record() as record:
        same = record.file("same.conf", policy())
        tool("replay", "--policy", same, record.path)
        new = record.file("new.conf", policy(CEILING))
        changes = objects(tool("replay", "--json", "--policy", new, record.path, want=1))
        equal([(c["queue_id"], c["before"], c["now"], c["rule"]) for c in changes[:-1]],
              [("4CCC", "accept", "quarantine", "over-ceiling")])
        equal(changes[-1]["changed"], 1)
        equal(changes[-1]["rules_now"]["over-ceiling"], 1)
        true("DIFFUSION RESTREINTE" in tool("replay", "--policy", new, record.path, want=1), "the reason is told")


def inspect_judges_the_other_paths_when_one_is_missing():
    with Record() as record:
        conf = record.file("policy.conf", policy())
        mail = record.file("m.eml", message("agent@defense.gouv.fr", "a@example.com", "Bonjour.\n"))
        text = tool("inspect", "--json", "--policy", conf, "/nowhere.eml", mail, want=2)
        true('"verdict":"accept"' in text and "/nowhere.eml: " in text, text)
        tool("inspect", "--policy", conf, mail)
        tool("inspect", "--policy", conf, "--sender", "x@gmail.com", mail, want=1)


def inspect_explains_itself():
    with Record() as record:
        conf = record.file("policy.conf", policy(CEILING))
        mail = record.file("m.eml", message("agent@defense.gouv.fr", "a@example.com", MARKED))
        text = tool("inspect", "--policy", conf, mail, want=1)
        for words in ("quarantine", 'rule "over-ceiling"', "policy.conf:", "met", "not met", "unapproved-sender",
                      "fr:DIFFUSION RESTREINTE", "approved"):
            true(words in text, f"{words} not in {text}")
        true("\033" not in text, "no colour where there is no terminal")


def inspect_judges_without_its_rights():
    """Seen from outside while it waits for a message; what the role refuses is in tests/unit/sandbox."""
    with Record() as record:
        conf = record.file("policy.conf", policy())
        process = subprocess.Popen([os.path.join(BUILD, "src", "vaguemestre"), "inspect", "--json", "--policy", conf, "-"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        end, status = time.monotonic() + 60, {}
        while status.get("Seccomp") != "2" and time.monotonic() < end:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                status = dict(line.split(":\t") for line in file.read().splitlines() if ":\t" in line)
            time.sleep(0.02)
        equal((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))
        out, _ = process.communicate(message("agent@defense.gouv.fr", "a@example.com", "Bonjour.\n").encode(), timeout=60)
        equal((process.returncode, json.loads(out)["verdict"]), (0, "accept"))


def wrong_words_get_the_right_ones_suggested():
    for words, hint in [(["inspct"], '"inspect"'), (["inspect", "--sendr", "x"], "--sender"),
                        (["log", "--verdict", "rejct", "/dev/null"], '"reject"'),
                        (["log", "--since", "demain", "/dev/null"], "2026-11-23"),
                        (["inspect"], "PATH"), (["config", "chek"], '"check"'), (["replay"], "--policy"),
                        (["quarantine", "release"], "ID"), (["inspect", "--sender"], "ADDR")]:
        true(hint in tool(*words, want=2), f"{words}: {hint}")
    true("usage:" in tool("--help") and "--recipient" in tool("inspect", "--help"), "help")


def config_check_tells_good_from_bad():
    with Record() as record:
        true("0 errors" in tool("config", "check", record.file("good.conf", policy())), "good")
        bad = record.file("bad.conf", policy('rule "x" { when = {sender-unaproved}  action = rejct }'))
        text = tool("config", "check", bad, want=1)
        true(f"{bad}:" in text and "sender-unapproved" in text, text)
        tool("config", "check", "/nowhere.conf", want=2)
        true("audit_file" in tool("config", "show", record.file("good.conf", policy())), "show")


def clean_up():
    if Record.made is not None:
        shutil.rmtree(Record.made)


if __name__ == "__main__":
    try:
        status = run([a_record_lists_what_was_judged, a_record_is_filtered, one_message_is_shown_in_full,
                      no_message_text_is_on_record, totals_add_up, rotated_and_compressed_files_are_one_record,
                      an_untouched_record_verifies, tampering_is_named, replay_tells_what_a_new_policy_would_change,
                      inspect_judges_the_other_paths_when_one_is_missing, inspect_explains_itself, inspect_judges_without_its_rights,
                      wrong_words_get_the_right_ones_suggested, config_check_tells_good_from_bad])
    finally:
        clean_up()
    sys.exit(status)
