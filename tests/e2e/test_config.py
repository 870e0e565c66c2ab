#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""vaguemestre config check against what surrounds a policy: its record, and a real Postfix's configuration."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD  # noqa: E402
from tap import Skip, equal, run, true  # noqa: E402

TOP = tempfile.mkdtemp(prefix="vm-config-")
POLICY = """\
listen = "inet:8894@localhost"
audit_file = "{top}/audit.jsonl"
message_limit = 20M
exception "idle"   {{ sender = "a@x.example"  allows = {{no-tls}}  owner = "o"  reason = "r"  expires = "2099-01-01" }}
exception "nearly" {{ sender = "b@x.example"  allows = {{no-tls}}  owner = "o"  reason = "r"  expires = "2099-01-01"
                     uses = 10 }}
rule "met"   {{ when = {{ambiguous}}  action = reject }}
rule "never" {{ sender = "nobody.example"  action = reject }}
"""
MAIN = {"compatibility_level": "3.6", "myhostname": "gw.example", "mydomain": "example", "inet_interfaces": "loopback-only",
        "mynetworks": "127.0.0.0/8", "inet_protocols": "ipv4", "queue_directory": TOP + "/queue", "smtpd_milters": "inet:127.0.0.1:8894",
        "non_smtpd_milters": "$smtpd_milters", "message_size_limit": "10000000"}
MASTER = "smtp inet n - n - - smtpd\n"


def check(*words):
    """Exit status and the lines it prints."""
    done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), "config", "check", *words,
                           os.path.join(TOP, "policy.conf")], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def postfix(master=MASTER, **changed):
    """config check --postfix over a configuration that is good but for what is changed."""
    if shutil.which("postconf") is None:
        raise Skip("Postfix is not installed")
    folder = os.path.join(TOP, "postfix")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "main.cf"), "w", encoding="utf-8") as file:
        file.writelines(f"{name} = {value}\n" for name, value in {**MAIN, **changed}.items())
    with open(os.path.join(folder, "master.cf"), "w", encoding="utf-8") as file:
        file.write(master)
    return check("--postfix", folder)


def doubted(text, master=MASTER, **changed):
    """Exactly one doubt, and it says this."""
    status, said = postfix(master, **changed)
    doubts = [line for line in said.splitlines() if line.startswith("postfix: warning: ")]
    equal(len(doubts), 1, said)
    true(text in doubts[0], f"{text!r} is not in {doubts[0]!r}")
    equal(status, 1, said)


def a_good_postfix_leaves_no_doubt():
    status, said = postfix()
    true("postfix:" not in said, said)
    equal(status, 0, said)


def a_lost_milter_must_defer():
    doubted("fails open", milter_default_action="accept")
    doubted("default_action is not tempfail",
            smtpd_milters="{ inet:localhost:8894, default_action = accept }", non_smtpd_milters="inet:localhost:8894")


def every_way_in_must_lead_to_the_daemon():
    doubted("comes by SMTP is not judged", smtpd_milters="inet:localhost:8891", non_smtpd_milters="inet:localhost:8894")
    doubted("sendmail(1) is not judged", non_smtpd_milters="")
    doubted("no mail is judged", receive_override_options="no_milters")
    doubted("may exempt clients", smtpd_milter_maps="cidr:/etc/postfix/exempt")
    doubted("submission/inet/smtpd_milters",
            MASTER + "submission inet n - n - - smtpd\n -o smtpd_milters=\n")
    doubted("submission/inet/milter_default_action",
            MASTER + "submission inet n - n - - smtpd\n -o milter_default_action=accept\n")


def a_unix_socket_is_known_by_both_its_names():
    with open(os.path.join(TOP, "policy.conf"), encoding="utf-8") as file:
        kept = file.read()
    try:
        with open(os.path.join(TOP, "policy.conf"), "w", encoding="utf-8") as file:
            file.write(kept.replace("inet:8894@localhost", f"unix:{TOP}/queue/vm/sock"))
        for name in ("unix:vm/sock", f"unix:{TOP}/queue/vm/sock"):
            equal(postfix(smtpd_milters=name)[0], 0, name)
        doubted("comes by SMTP", smtpd_milters="unix:vm/other", non_smtpd_milters="unix:vm/sock")
    finally:
        with open(os.path.join(TOP, "policy.conf"), "w", encoding="utf-8") as file:
            file.write(kept)


def limits_and_macros_must_fit():
    doubted("speaks version 6", milter_protocol="2")
    doubted("content_timeout", milter_content_timeout="240s")
    doubted("message_limit", message_size_limit="0")
    doubted("nobody is logged in", milter_mail_macros="{mail_addr}")
    doubted("comes without TLS", milter_helo_macros="{cert_subject}")


def a_folder_that_is_none_is_trouble():
    equal(check("--postfix", os.path.join(TOP, "nowhere"))[0], 2)


def record_lines():
    base = {"kind": "verdict", "time": "2026-11-20T10:00:00.000000Z", "rules_unmet": []}
    yield {**base, "rules": [{"name": "met", "mode": "enforce"}]}
    yield {**base, "rules": [], "rules_unmet": [{"name": "met", "exception": "nearly"}]}
    yield {**base, "time": "2020-01-01T10:00:00.000000Z", "rules": [{"name": "never", "mode": "enforce"}]}


def rules_and_exceptions_nobody_needs_are_named():
    record = os.path.join(TOP, "audit.jsonl")
    with open(record, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in record_lines())
    status, said = check("--since", "2026-11-01")
    equal(status, 1, said)
    true('policy.conf:8: warning: rule "never" was met by none of 2 messages since 2026-11-01' in said, said)
    true('warning: exception "idle" excused none of 2 messages' in said, said)
    true('"met"' not in said and '"nearly"' not in said, said)
    status, said = check("--log", record, "--since", "2019-01-01")
    true('rule "never"' not in said and 'exception "idle"' in said, said)
    with open(record + ".uses", "w", encoding="utf-8") as file:
        json.dump({"seq": 9, "uses": [{"name": "nearly", "total": 9, "day": 1, "today": 1}]}, file)
    true('exception "nearly" was used 9 times of 10' in check("--since", "2026-11-01")[1], "nearly spent")
    equal(check("--since", "soon")[0], 2)


def main():
    with open(os.path.join(TOP, "policy.conf"), "w", encoding="utf-8") as file:
        file.write(POLICY.format(top=TOP))
    try:
        return run([a_good_postfix_leaves_no_doubt, a_lost_milter_must_defer, every_way_in_must_lead_to_the_daemon,
                    a_unix_socket_is_known_by_both_its_names, limits_and_macros_must_fit,
                    a_folder_that_is_none_is_trouble, rules_and_exceptions_nobody_needs_are_named])
    finally:
        shutil.rmtree(TOP, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
