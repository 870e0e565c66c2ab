#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A policy that an authority must sign: certificates and signatures made by openssl(1), refused or taken by the
daemon at its start and at a reload, and told by vaguemestre(1)."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon  # noqa: E402
from fakemta import FakeMTA  # noqa: E402
from tap import equal, run, true  # noqa: E402

SENDER = "agent@defense.gouv.fr"
TOP = tempfile.mkdtemp(prefix="vm-signed-")
POLICY = 'rule "all" { when = {always}  action = tag  headers = "X-Policy: %s" }\nlist "l" { file = "list.txt" }\n'


def at(name):
    return os.path.join(TOP, name)


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, stdin=subprocess.DEVNULL, cwd=TOP)


def make_authority(name, subject):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-utf8",
            "-subj", subject, "-keyout", name + ".key", "-out", name + ".pem")


def tool(*words):
    """Exit status and all it prints."""
    done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def sign(policy, version=None, key="authority", form="PEM"):
    """Manifest and signature beside the policy."""
    status, manifest = tool("config", "manifest", *(["--version", str(version)] if version else []), policy)
    equal(status, 0, manifest)
    with open(policy + ".manifest", "w", encoding="utf-8") as file:
        file.write(manifest)
    openssl("cms", "-sign", "-binary", "-in", policy + ".manifest", "-signer", key + ".pem", "-inkey", key + ".key",
            "-outform", form, "-out", policy + ".manifest.p7s")


class Signed(Daemon):
    """A daemon in a folder of its own whose policy must be signed."""

    def __init__(self, name, text="1", key="authority", version=None, arguments=(), wait=True):
        top = at(name)
        os.makedirs(top, exist_ok=True)
        with open(os.path.join(top, "list.txt"), "w", encoding="utf-8") as file:
            file.write("a@example.org\n")
        self.state = os.path.join(top, "state", "version")
        super().__init__(POLICY % text, top=top, wait=wait,
                         arguments=["-a", at("authority.pem"), "-s", self.state, *arguments])
        if key:
            sign(self.policy_path, version, key)

    def refused(self, why):
        """It must not start, and say so."""
        self.wait_ready = False
        with self:
            true(self.wait_log("(end of log)", 30), "ends:\n" + self.log())
            equal(self.process.wait(10), 1, "exit status")
        true(why in self.log(), f"{why!r} is not in the log:\n{self.log()}")


def tagged(daemon, queue_id):
    """What the rule in force says, by the header it adds, and what is on record."""
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        outcome = mta.send(SENDER, ["a@example.com"], f"From: {SENDER}\nTo: a@example.com\nSubject: x\n"
                           f"Date: Mon, 23 Nov 2026 10:00:00 +0100\nMessage-ID: <{queue_id}@x>\n\nBonjour.\n",
                           queue_id=queue_id)
    headers = dict(outcome.added + [(name, value) for _, name, value in outcome.inserted + outcome.changed])
    return headers["X-Policy"].strip(), daemon.wait_record("verdict", queue_id)


def starts_with_a_good_signature_and_records_the_signer():
    with Signed("good") as daemon:
        said, record = tagged(daemon, "4GOOD")
        equal(said, "1")
        equal((record["policy_version"], record["policy_signer"]), (1, "CN=Officier de sécurité"))
        true(f"policy={record['policy']} version=1 signer=" in daemon.log(), daemon.log())


def refuses_to_start_without_signature():
    Signed("none", key=None).refused("policy.conf.manifest: No such file")


def refuses_to_start_with_the_signature_of_another():
    Signed("other", key="other").refused("the signature does not hold")


def refuses_to_start_when_a_listed_file_was_edited():
    daemon = Signed("edited")
    with open(os.path.join(daemon.top, "list.txt"), "a", encoding="utf-8") as file:
        file.write("b@example.org\n")
    daemon.refused("the policy is not what was signed")


def refuses_to_start_when_a_file_was_added_to_the_policy():
    daemon = Signed("added")
    with open(daemon.policy_path, "a", encoding="utf-8") as file:
        file.write("# a comment\n")
    daemon.refused("the policy is not what was signed")


def reload_keeps_the_old_policy_until_the_new_one_is_signed():
    with Signed("reload") as daemon:
        true(daemon.reload(POLICY % "2", good=False), "unsigned:\n" + daemon.log())
        equal(tagged(daemon, "4OLD")[0], "1")
        sign(daemon.policy_path, form="DER")
        true(daemon.reload(), "signed:\n" + daemon.log())
        said, record = tagged(daemon, "4NEW")
        equal((said, record["policy_version"]), ("2", 2))


def rollback_is_refused_at_reload_and_start_unless_told():
    daemon = Signed("rollback", version=5)
    with daemon:
        daemon.write_policy(POLICY % "older")
        sign(daemon.policy_path, 4)
        true(daemon.reload(good=False), daemon.log())
        true("version 4 of the policy is older than 5" in daemon.log(), daemon.log())
        sign(daemon.policy_path, 5)
        true(daemon.reload(good=False), "another policy of the same version:\n" + daemon.log())
    Signed("rollback", "older", version=4).refused("is older than 5")
    told = Signed("rollback", "older", version=4, arguments=["-r"])
    with told:
        equal(tagged(told, "4BACK")[0], "older")
    told.arguments.remove("-r")
    told.lines = []
    with told:
        equal(tagged(told, "4AGAIN")[0], "older")


def a_damaged_version_note_is_not_taken_for_none():
    daemon = Signed("note")
    os.makedirs(os.path.dirname(daemon.state))
    with open(daemon.state, "w", encoding="utf-8") as file:
        file.write("\n")
    daemon.refused("holds no version of a policy")


def config_check_names_the_signer_or_what_is_wrong():
    daemon = Signed("check", version=3)
    status, text = tool("config", "check", "--authority", at("authority.pem"), daemon.policy_path)
    equal(status, 0, text)
    true("version 3, signed by CN=Officier de sécurité" in text, text)
    status, text = tool("config", "check", "--authority", at("other.pem"), daemon.policy_path)
    equal(status, 1, text)
    true("the signature does not hold" in text, text)


def an_issued_certificate_will_do_and_an_expired_one_will_not():
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Adjoint", "-keyout", "deputy.key", "-out", "deputy.csr")
    openssl("x509", "-req", "-in", "deputy.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-days", "2",
            "-CAcreateserial", "-out", "deputy.pem")
    with Signed("issued", key="deputy") as daemon:
        equal(tagged(daemon, "4ISSUED")[1]["policy_signer"], "CN=Adjoint")
    openssl("x509", "-req", "-in", "deputy.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-days", "-1",
            "-CAcreateserial", "-out", "deputy.pem")
    Signed("expired", key="deputy").refused("certificate has expired")


def main():
    os.chmod(TOP, 0o755)
    make_authority("authority", "/CN=Officier de sécurité")
    make_authority("other", "/CN=Somebody else")
    try:
        return run([starts_with_a_good_signature_and_records_the_signer, refuses_to_start_without_signature,
                    refuses_to_start_with_the_signature_of_another, refuses_to_start_when_a_listed_file_was_edited,
                    refuses_to_start_when_a_file_was_added_to_the_policy,
                    reload_keeps_the_old_policy_until_the_new_one_is_signed,
                    rollback_is_refused_at_reload_and_start_unless_told, a_damaged_version_note_is_not_taken_for_none,
                    config_check_names_the_signer_or_what_is_wrong,
                    an_issued_certificate_will_do_and_an_expired_one_will_not])
    finally:
        shutil.rmtree(TOP, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
