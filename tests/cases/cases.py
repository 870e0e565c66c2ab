# SPDX-License-Identifier: EUPL-1.2
"""The cases: a folder each, with message.eml, expect, and where needed policy.conf and args (see README)."""

import fnmatch
import os
import shlex

SOURCE = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("builddir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ROOT = os.path.join(os.path.abspath(SOURCE), "tests", "cases")
CONFIDENCES = ["possible", "likely", "certain"]


class Case:
    def __init__(self, folder):
        self.name = os.path.relpath(folder, ROOT)
        self.message = os.path.join(folder, "message.eml")
        self.policy = _nearest(folder, "policy.conf")
        self.expect = _lines(os.path.join(folder, "expect"))
        self.args = _lines(os.path.join(folder, "args")) if os.path.exists(os.path.join(folder, "args")) else []

    def arguments(self):
        """The same as options of "vaguemestre inspect"."""
        return [word for words in self.args for word in ["--" + words[0], *words[1:]]]

    def values(self, key):
        return [words[1] for words in self.args if words[0] == key]

    def only_inspect(self):
        """Why no mail server would hand this message over as it is, or None."""
        return next((words[1] for words in self.expect if words[0] == "only-inspect"), None)

    def is_document(self):
        return any(words[0] == "document" for words in self.args)


def _nearest(folder, name):
    """The file of that name in the folder or the nearest one around it: the top has one."""
    while not os.path.exists(os.path.join(folder, name)):
        folder = os.path.dirname(folder)
    return os.path.join(folder, name)


def _lines(path):
    with open(path, encoding="utf-8") as file:
        return [words for words in (shlex.split(line, comments=True) for line in file) if words]


def load():
    """All cases, by name. A case is any folder below here that has an "expect"."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders.sort()
        if "expect" in files:
            found.append(Case(folder))
    return sorted(found, key=lambda case: case.name)


def _label_matches(label, name, confidence):
    """Is the label of this name (or glob), and at least this sure?"""
    rank = CONFIDENCES.index(label["confidence"])
    return fnmatch.fnmatchcase(label["label"] or "unknown", name) and rank >= CONFIDENCES.index(confidence)


def _state(sender):
    return "malformed" if sender.get("malformed") else "null" if sender.get("null_sender") else \
        "approved" if sender["approved"] else "unapproved"


def _check_label(got, words):
    name, confidence, rest = words[0], words[1], words[2:]
    labels = [label for label in got["labels"] if _label_matches(label, name, confidence)]
    for word in rest:
        if word in ("quoted", "obfuscated"):
            labels = [label for label in labels if label.get(word)]
        else:
            labels = [label for label in labels
                      if label["source"] == word or fnmatch.fnmatchcase(label["where"], word)]
    return labels


def _check_no_label(got, words):
    name, confidence = (words[0], words[1]) if len(words) > 1 else ("*", words[0])
    return not [label for label in got["labels"] if _label_matches(label, name, confidence)]


CHECKS = {
    "only-inspect": lambda got, w: len(w) == 1,
    "verdict": lambda got, w: got["verdict"] == w[0],
    "would": lambda got, w: got["would"] == w[0],
    "rule": lambda got, w: got["rule"] == (None if w[0] == "none" else w[0]),
    "met": lambda got, w: w[0] in [rule["name"] for rule in got["rules"]],
    "unmet": lambda got, w: w[0] not in [rule["name"] for rule in got["rules"]],
    "because": lambda got, w: any(w[0] in line for rule in got["rules"] for line in rule["because"]),
    "exception": lambda got, w: w[0] in [rule.get("exception") for rule in got["rules"] + got["rules_unmet"]],
    "reply": lambda got, w: w[0] in (got["reply"] or ""),
    "no-reply": lambda got, w: w[0] not in (got["reply"] or ""),
    "label": _check_label,
    "no-label": _check_no_label,
    "sender": lambda got, w: any(s["address"] == w[0] and _state(s) == w[1] and (len(w) < 3 or s["where"] == w[2])
                                 for s in got["senders"]),
    "contact": lambda got, w: any(c["address"] == w[0] and c["approved"] == (w[1] == "approved")
                                  for c in got["contacts"]),
    "no-contact": lambda got, w: not [c for c in got["contacts"] if not w or c["address"] == w[0]],
    "part": lambda got, w: any(p["detected"] == w[0] and (p["reason"] or "none") == w[1] for p in got["parts"]),
    "uninspectable": lambda got, w: w[0] in [p["reason"] for p in got["parts"]],
    "no-uninspectable": lambda got, w: all(p["inspected"] for p in got["parts"]),
    "mismatch": lambda got, w: any(p.get("mismatch") and p["detected"] == w[0] for p in got["parts"]),
    "active": lambda got, w: any(p.get("active") and p["detected"] == w[0] for p in got["parts"]),
    "opened": lambda got, w: any(p.get("opened") and p["detected"] == w[0] for p in got["parts"]),
    "signature": lambda got, w: w[0] in [s["kind"] for s in got["signatures"]],
    "ambiguity": lambda got, w: w[0] in [a["kind"] for a in got["ambiguities"]],
    "no-ambiguity": lambda got, w: not [a for a in got["ambiguities"] if not w or a["kind"] == w[0]],
    "edit": lambda got, w: any(e["kind"] == w[0] and e["name"] == w[1] and (len(w) < 3 or w[2] in e.get("value", ""))
                               for e in got["edits"]),
    "no-edit": lambda got, w: not got["edits"],
}


def check(case, got):
    """What differs between what is expected and got, as lines."""
    problems = []
    if not any(words[0] == "verdict" for words in case.expect):
        problems.append("expect names no verdict")
    for words in case.expect:
        if words[0] not in CHECKS:
            problems.append(f"unknown word in expect: {words[0]}")
        elif not CHECKS[words[0]](got, words[1:]):
            problems.append("want " + shlex.join(words))
    return problems


def summary(got):
    """What was found instead, short, for the report of a failure."""
    return [f"got verdict {got['verdict']} by {got['rule']}",
            "got senders " + "; ".join(f"{s['where']} {s['address']} {_state(s)}" for s in got["senders"]),
            "got labels " + "; ".join(f"{x['label']} {x['confidence']} {x['source']} {x['where']}"
                                      for x in got["labels"]),
            "got contacts " + "; ".join(f"{c['address']} {c['approved']}" for c in got["contacts"]),
            "got parts " + "; ".join(f"{p['where']} {p['detected']} {p['reason']}" for p in got["parts"]),
            "got ambiguities " + "; ".join(f"{a['kind']} {a['where']}" for a in got["ambiguities"]),
            "got rules " + "; ".join(f"{r['name']} {r['because']}" for r in got["rules"]),
            "got edits " + "; ".join(f"{e['kind']} {e['name']} {e.get('value', '')}" for e in got["edits"])]
