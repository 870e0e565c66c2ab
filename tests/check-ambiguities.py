#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every kind of ambiguity has its cases in tests/cases, and where the payload's encoding could matter,
one in base64, one in quoted-printable and one with a document, each with the label found. In TAP."""

import os
import re
import shlex
import sys

SOURCE = os.environ.get("srcdir", ".")
FORMS = ["base64", "quoted-printable", "document"]

# Kinds with fewer forms: which are left out, and why.
SENDERS = "about the header fields of senders: the body is not touched"
LINES = "base64 has no such octets: junk in it is base64-junk"
LESS = {
    "from-": (FORMS, SENDERS), "address-": (FORMS, SENDERS), "sender-": (FORMS, SENDERS),
    "domain-": (FORMS, SENDERS), "display-": (FORMS, SENDERS),
    "header-8bit": (FORMS, "a field's text"), "header-encoded-word": (FORMS, "a field's text"),
    "message-partial": (FORMS, "the content is elsewhere"),
    "text-bidi": (["document"], "said of text in mail; documents are read in their own order"),
    "alternative-conflict": (["document"], "two texts"),
    "base64-": (["quoted-printable"], "the encoding itself"),
    "qp-": (["base64", "document"], "the encoding itself; a document's octets do not survive it"),
    "uuencode-": (["base64", "quoted-printable"], "an encoding of its own"),
    "body-": (["base64", "document"], LINES), "line-too-long": (["base64", "document"], LINES),
    "charset-": (["document"], "said of text"), "html-": (["document"], "said of a page"),
    "pdf-": (["document"], "is the document"), "document-": (["document"], "is the document"),
}


def kinds():
    with open(os.path.join(SOURCE, "src/facts/ambiguity.c"), encoding="utf-8") as file:
        return re.findall(r'\[AMBIGUITY_\w+\] = "([a-z0-9-]+)"', file.read())


def cases():
    """Kind to the names of the cases that expect it and a label with it."""
    found = {}
    for folder, _, files in os.walk(os.path.join(SOURCE, "tests/cases")):
        if "expect" not in files:
            continue
        with open(os.path.join(folder, "expect"), encoding="utf-8") as file:
            lines = [words for words in (shlex.split(line, comments=True) for line in file) if words]
        labelled = any(words[0] == "label" for words in lines)
        for words in lines:
            if words[0] == "ambiguity":
                found.setdefault(words[1], []).append((os.path.basename(folder), labelled))
    return found


def missing_forms(kind, names):
    left_out = next((forms for start, (forms, _) in LESS.items() if kind.startswith(start)), [])
    return [form for form in FORMS if form not in left_out and
            not any(labelled and form in name for name, labelled in names)]


def main():
    found = cases()
    listed = kinds()
    failed = 0
    print(f"1..{len(listed)}")
    for number, kind in enumerate(listed, 1):
        names = found.get(kind, [])
        problems = missing_forms(kind, names) if names else ["any case"]
        failed += bool(problems)
        print(f"{'not ' if problems else ''}ok {number} - {kind}: {len(names)} cases")
        for problem in problems:
            print(f"# lacks {problem}")
    return 1 if failed or len(listed) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
