#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What GnuPG writes: opened where it is only packed or signed, told where it is encrypted, signatures seen."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "e2e"))
from tap import equal, run, true  # noqa: E402
from test_sealed import MARK, call, inspect, is_found, reasons  # noqa: E402

USER = "Jean <jean@gmail.com>"


def made_by_gnupg(folder):
    """Files by name, and what is to come of each: found, reasons, signed."""
    def path(name):
        return os.path.join(folder, name)

    with open(path("note.txt"), "w", encoding="utf-8") as file:
        file.write(f"{MARK}\n- un tiret\n{MARK}\n")
    with open(path("large.txt"), "w", encoding="utf-8") as file:
        file.write(os.urandom(150000).hex() + f"\n{MARK}\n")
    home = path("home")
    os.mkdir(home, 0o700)
    gpg = ["gpg", "-q", "--batch", "--yes", "--homedir", home, "--pinentry-mode", "loopback", "--passphrase", "x"]
    found, told, nothing = (True, [], True), (False, ["encrypted"], False), (False, [], True)
    try:
        call(*gpg, "--quick-gen-key", USER, "default", "default", "never")
        call(*gpg, "-o", path("store.pgp"), "--store", path("note.txt"))
        yield "store.pgp", (True, [], False)
        for name, words, wanted in (
                ("clear.asc", ["--clearsign"], found), ("signed.asc", ["-a", "-s"], found),
                ("detached.sig", ["-b"], nothing), ("detached.asc", ["-a", "-b"], nothing),
                ("password.pgp", ["-c"], told), ("password.asc", ["-a", "-c"], told),
                ("for-jean.gpg", ["-s", "-e", "-r", "jean@gmail.com"], told)):
            call(*gpg, "-o", path(name), *words, path("note.txt"))
            yield name, wanted
        for method in ("zip", "zlib", "bzip2", "none"):
            call(*gpg, "-o", path(method + ".pgp"), "--compress-algo", method, "-z", "9", "-s", path("note.txt"))
            yield method + ".pgp", found
        with open(path("large.txt"), "rb") as file, open(path("pieces.pgp"), "wb") as out:
            out.write(piped([*gpg, "-s", "-z", "0"], file.read()))
        yield "pieces.pgp", found
        call(*gpg, "-o", path("key.asc"), "-a", "--export")
        yield "key.asc", nothing
    finally:
        call("gpgconf", "--homedir", home, "--kill", "all")


def piped(words, content):
    return subprocess.run(words, input=content, capture_output=True, timeout=120, check=True).stdout


def test_what_gnupg_writes():
    with tempfile.TemporaryDirectory() as folder:
        wanted = dict(made_by_gnupg(folder))
        for (name, want), facts in zip(wanted.items(), inspect([os.path.join(folder, name) for name in wanted], [])):
            got = is_found(facts), reasons(facts), bool(facts["signatures"])
            print(f"# {name}: {got}")
            equal(got, want)
            if name == "key.asc":
                true(any(contact["address"] == "jean@gmail.com" for contact in facts["contacts"]), str(facts["contacts"]))
        with open(os.path.join(folder, "signed.asc"), encoding="ascii") as file:
            armour = file.read()
        sum_at = armour.index("\n=") + 2
        with open(os.path.join(folder, "wrong-sum.asc"), "w", encoding="ascii") as file:
            file.write(armour[:sum_at] + ("A" if armour[sum_at] != "A" else "B") + armour[sum_at + 1:])
        with open(os.path.join(folder, "cut.pgp"), "wb") as out, open(os.path.join(folder, "none.pgp"), "rb") as file:
            out.write(file.read()[:120])
        for name, want in (("wrong-sum.asc", True), ("cut.pgp", True)):
            facts = inspect([os.path.join(folder, name)], [])[0]
            equal((is_found(facts), reasons(facts)), (want, ["damaged"]))


if __name__ == "__main__":
    sys.exit(run([test for name, test in sorted(globals().items()) if name.startswith("test_")]))
