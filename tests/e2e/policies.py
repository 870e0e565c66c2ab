# SPDX-License-Identifier: EUPL-1.2
"""Policies of the end-to-end tests: one rule for each action, chosen by the sender."""

BASE = """
scheme "fr" {
    label "NON PROTEGE" { rank = 0  level = 0  marks = {"NON PROTEGE"} }
    label "DIFFUSION RESTREINTE" { rank = 10  level = 1  marks = {"DIFFUSION RESTREINTE"} }
}
senders { approved = {"defense.gouv.fr", "test.example"} }
destination "administration" { domains = {".gouv.fr"}  ceiling = {"fr:DIFFUSION RESTREINTE"} }
destination "anyone" { domains = {"*"}  ceiling = {"fr:NON PROTEGE"} }
"""

RULES = """
rule "copied"  { sender = {"copy@defense.gouv.fr"}  action = copy  to = {"archive@defense.gouv.fr"} }
rule "tagged"  { sender = {"tag@defense.gouv.fr"}  action = tag
                 headers = {"X-Mark: vu par l'étage", "Subject-Note: one"} }
rule "cleaned" { sender = {"clean@defense.gouv.fr"}  action = rewrite
                 headers = {"X-Kept: new"}  remove_headers = {"X-Internal"} }
rule "renamed" { sender = {"old@defense.gouv.fr"}  action = rewrite
                 sender_map = {"old@defense.gouv.fr -> new@defense.gouv.fr"} }
rule "moved"   { sender = {"redirect@defense.gouv.fr"}  action = redirect  to = {"officer@defense.gouv.fr"} }
rule "held"    { sender = {"hold@defense.gouv.fr"}  action = quarantine }
rule "later"   { sender = {"later@defense.gouv.fr"}  action = tempfail  reply = "451 4.7.1 100% later" }
rule "dropped" { sender = {"drop@defense.gouv.fr"}  action = discard }
rule "digits"  { sender = {"digits@defense.gouv.fr"}  action = reject  reply = "550 5.7.1 3 files of 100% blocked" }
rule "unapproved-sender" { when = {sender-unapproved}  action = reject }
rule "over-ceiling" { when = {label-above-ceiling}  action = reject }
"""

POLICY = BASE + RULES


def message(sender, subject="test", body="Bonjour,\n\nvoici la suite.\n", extra=""):
    return (f"From: {sender}\nTo: someone@example.org\nSubject: {subject}\nMIME-Version: 1.0\n"
            f"Date: Mon, 23 Nov 2026 10:00:00 +0000\nMessage-ID: <{subject}@defense.gouv.fr>\n"
            f"Content-Type: text/plain; charset=utf-8\n{extra}\n{body}")
