#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Ordinary mail (ordinary.py) is not called ambiguous, carries no label at "likely", and is read to its end."""

import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ordinary  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("builddir", os.path.join(HERE, "..", ".."))
TOOL = os.path.join(BUILD, "src", "vaguemestre")
POLICY = os.path.join(HERE, "..", "cases", "policy.conf")
BATCH, LIMIT_S = 100, 300


def smime_signed(folder):
    """Clear-signed and opaque, by OpenSSL itself."""
    key, cert, text = (os.path.join(folder, name) for name in ("key.pem", "cert.pem", "text"))
    with open(text, "w", encoding="ascii") as file:
        file.write("Content-Type: text/plain\n\nHello\n")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                           "/CN=Jeanne/emailAddress=jeanne.dupont@defense.gouv.fr", "-keyout", key, "-out", cert, "-days", "2"],
                          capture_output=True, timeout=60, check=False)
    if made.returncode != 0:
        return
    for name, options in (("clear", []), ("opaque", ["-nodetach"])):
        signed = subprocess.run(["openssl", "cms", "-sign", "-crlfeol", *options, "-in", text, "-signer", cert, "-inkey", key, "-from",
                                 "jeanne.dupont@defense.gouv.fr", "-to", "b@example.com", "-subject", "Agenda"],
                                capture_output=True, timeout=60, check=True)
        yield "smime-" + name, signed.stdout


def write_all(folder):
    paths = {}
    for name, octets in [*ordinary.messages(), *smime_signed(folder)]:
        path = os.path.join(folder, name + ".eml")
        assert path not in paths, name
        with open(path, "wb") as file:
            file.write(octets)
        paths[path] = name
    return paths


def judge(paths):
    for at in range(0, len(paths), BATCH):
        done = subprocess.run([TOOL, "inspect", "--json", "--policy", POLICY, *paths[at:at + BATCH]],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
        for line in done.stdout.splitlines():
            yield json.loads(line)


def complaints(got):
    for ambiguity in got["ambiguities"]:
        yield "ambiguity %s at %s" % (ambiguity["kind"], ambiguity["where"])
    for label in got["labels"]:
        if label["confidence"] != "possible":
            yield "label %s %s at %s" % (label["label"], label["confidence"], label["where"])
    for part in got["parts"]:
        if not part["inspected"] and not part["detected"].startswith(("pgp", "pkcs")):
            yield "part %s (%s) not read: %s" % (part["where"], part["detected"], part["reason"])
    for sender in got["senders"]:
        if sender.get("malformed"):
            yield "sender %s malformed" % sender["address"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        paths = write_all(folder)
        judged = {got["path"]: got for got in judge(list(paths))}
    print("1..%d" % len(paths))
    failed = 0
    for number, (path, name) in enumerate(paths.items(), 1):
        wrong = list(complaints(judged[path])) if path in judged else ["was not judged"]
        failed += bool(wrong)
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        for line in wrong:
            print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
