#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The daemon against a scripted mail server: what goes over the milter socket, octet for octet."""

import os
import resource
import signal
import socket
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import Daemon                                               # noqa: E402
from fakemta import Closed, FakeMTA, LEADING_SPACE, NO_REPLY_BODY, NO_REPLY_HEADER  # noqa: E402
from policies import BASE, POLICY, message                              # noqa: E402
from tap import Skip, equal, run, true                                  # noqa: E402

OFFICER = "a@defense.gouv.fr"
SHARED = {}


def daemon():
    """One daemon for all tests that leave it as it was."""
    if "daemon" not in SHARED:
        SHARED["daemon"] = Daemon(POLICY)
        SHARED["daemon"].__enter__()
    return SHARED["daemon"]


def session(target=None, **connect):
    mta = FakeMTA((target or daemon()).address)
    mta.connect(**connect)
    mta.helo()
    return mta


def send(sender=OFFICER, recipients="b@example.org", text=None, **options):
    with session() as mta:
        return mta.send(sender, recipients, text or message(sender), **options)


def pause(target, stop=True):
    """Stop (or continue) the scanner's children, so that every scan takes as long as we like."""
    before, now = None, sorted(target.roles()["scanner"])
    while now != before or len(now) < 2:    # a daemon that is just ready still forks
        time.sleep(0.3)
        before, now = now, sorted(target.roles()["scanner"])
    template, *children = now
    for pid in children:
        os.kill(pid, signal.SIGSTOP if stop else signal.SIGCONT)
    return template, children


def test_negotiates_the_least():
    with session() as mta:
        true(mta.steps & LEADING_SPACE, "values must come with their blanks")
        true(not mta.steps & (NO_REPLY_HEADER | NO_REPLY_BODY), "over TCP every step is answered")
        true(not mta.steps & 0x200, "DATA is asked for")
        true(not mta.steps & 0x10000, "DATA is answered")
        equal(mta.actions & 0x80, 0, "parameters of recipients are not needed")
        true("{client_name}" in mta.macro_lists[0], "asks for the client's name")


def test_refuses_a_mail_server_that_cannot_edit():
    mta = FakeMTA(daemon().address, actions=None)
    mta.put(b"O", struct.pack(">III", 6, 0x01, 0x1FFFFF))
    try:
        letter, _ = mta.get()
        equal(letter, b"r", "answer to a poor offer")
    except Closed:
        pass
    mta.socket.close()


def test_accepts_and_records():
    before = len(daemon().records("verdict"))
    outcome = send(queue_id="4accept")
    equal(outcome.verdict, "accept")
    equal(outcome.order, ["c"], "no edits")
    record = daemon().records("verdict")[before]
    equal(record["queue_id"], "4accept")
    equal(record["verdict"], "accept")
    true(daemon().wait_record("applied", "4accept"), "a second record says applied")


def test_many_messages_on_one_connection():
    with session() as mta:
        equal(mta.send("digits@defense.gouv.fr", "b@example.org", message("digits@defense.gouv.fr")).verdict, "reject")
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")
        equal(mta.send("x@gmail.com", "b@example.org", message("x@gmail.com")).verdict, "reject")
        equal(mta.send("later@defense.gouv.fr", "b@example.org", message("later@defense.gouv.fr")).verdict, "tempfail")
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")


def test_replies_are_sound():
    outcome = send("digits@defense.gouv.fr")
    true(outcome.reply.startswith("550 5.7.1 ") and outcome.reply.endswith("3 files of 100%% blocked"), outcome.reply)
    outcome = send("later@defense.gouv.fr")
    true(outcome.reply.startswith("451 4.7.1 ") and outcome.reply.endswith("100%% later"), outcome.reply)
    outcome = send("x@gmail.com")
    true(outcome.reply.startswith("550-5.7.1 ") and "\n550 5.7.1 " in outcome.reply, outcome.reply)
    true(all(len(line) < 512 for line in outcome.reply.split("\n")), "SMTP lines")


def test_tags_encode_what_is_not_ascii():
    outcome = send("tag@defense.gouv.fr")
    equal(dict(outcome.added)["Subject-Note"], " one")
    true(dict(outcome.added)["X-Mark"].startswith(" vu par =?UTF-8?B?"), dict(outcome.added)["X-Mark"])
    outcome = send("tag@defense.gouv.fr", arguments=("SMTPUTF8",))
    equal(dict(outcome.added)["X-Mark"], " vu par l'étage")


def test_header_edits_go_from_high_to_low():
    text = message("clean@defense.gouv.fr", extra="X-Internal: 1\nX-Kept: a\nx-internal: 2\nX-KEPT: b\nX-Kept: c\n")
    outcome = send("clean@defense.gouv.fr", text=text)
    removed = [i for i, name, value in outcome.changed if name.lower() == "x-internal" and value == ""]
    equal(removed, [2, 1], "deletions")
    kept = [(i, value) for i, name, value in outcome.changed if name == "X-Kept"]
    equal(kept, [(3, ""), (2, ""), (1, " new")], "one is left")


def test_redirect_names_recipients_to_the_letter():
    with session() as mta:
        mta.mail("redirect@defense.gouv.fr")
        mta.rcpt("<B@Example.ORG>", verbatim=True)
        mta.rcpt("<c@example.net>", verbatim=True)
        mta.data()
        mta.content(message("redirect@defense.gouv.fr"))
        outcome = mta.end()
    equal(outcome.recipients_deleted, ["<B@Example.ORG>", "<c@example.net>"])
    equal(outcome.recipients_added, ["<officer@defense.gouv.fr>"])
    equal(outcome.answer, "accept")


def test_sender_is_replaced_in_envelope_and_header():
    outcome = send("old@defense.gouv.fr")
    equal(outcome.sender, "<new@defense.gouv.fr>")
    true(any(name == "From" and "new@defense.gouv.fr" in value for _, name, value in outcome.changed), "From")


def test_hold_carries_its_reason_in_a_field():
    text = message("hold@defense.gouv.fr", extra="X-Vaguemestre-Hold: forged\nX-Vaguemestre-Hold: twice\n")
    outcome = send("hold@defense.gouv.fr", text=text)
    equal(outcome.verdict, "quarantine")
    reasons = [(i, bool(v)) for i, n, v in outcome.changed if n == "X-Vaguemestre-Hold"]
    equal(reasons, [(2, False), (1, True)], "the forged ones are gone")


def test_abort_and_reset_forget_the_message():
    with session() as mta:
        mta.mail("x@gmail.com")
        mta.rcpt("b@example.org")
        mta.data()
        mta.header("From", " x@gmail.com")
        mta.abort()
        mta.mail("x@gmail.com")
        mta.abort()
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")


def test_mail_twice_without_abort():
    with session() as mta:
        mta.mail("x@gmail.com")
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")


def test_callbacks_out_of_order_never_pass():
    for letters in ("E", "BE", "TE", "LE"):
        mta = FakeMTA(daemon().address, timeout=2)
        try:
            for letter in letters[:-1]:
                mta.put(letter.encode(), b"X\0 y\0" if letter == "L" else b"")
            outcome = mta.ask(letters[-1].encode())
            true(outcome.answer != "accept", f"{letters} was accepted")
        except (Closed, OSError, ValueError):
            pass
        finally:
            mta.socket.close()
    equal(send().verdict, "accept", "still alive")


def test_connections_that_end_at_any_stage():
    for stage in range(7):
        mta = FakeMTA(daemon().address, actions=None)
        steps = [mta.negotiate, mta.connect, mta.helo, lambda m=mta: m.mail(OFFICER),
                 lambda m=mta: m.rcpt("b@example.org"), mta.data, lambda m=mta: m.header("From", " x")]
        for step in steps[:stage]:
            step()
        mta.socket.close()
    equal(send().verdict, "accept", "still alive")


def test_odd_octets_are_judged_not_lost():
    cases = {
        "nul": message(OFFICER, body="a\0b\n"),
        "bare-cr": message(OFFICER).replace("voici", "vo\rici"),
        "8bit": message(OFFICER).encode() + b"\xff\xfe\xe9\n",
        "8bit-header": message(OFFICER, extra="X-Odd: \udce9\udcff\n").encode("utf-8", "surrogateescape"),
        "no-header": "\nonly a body\n",
        "no-body": message(OFFICER, body=""),
        "empty": "",
    }
    for name, text in cases.items():
        before = len(daemon().records("verdict"))
        outcome = send(text=text, queue_id="4" + name)
        true(outcome.answer is not None, name)
        equal(len(daemon().records("verdict")), before + 1, f"{name}: records")
    with session() as mta:      # no body callback at all
        mta.mail(OFFICER)
        mta.rcpt("b@example.org")
        mta.data()
        mta.header("From", " " + OFFICER)
        mta.end_of_header()
        true(mta.end().answer is not None, "no body callback")


def test_marking_cut_by_chunks_is_found():
    body = "x" * 70 + "\n"
    body = body * 2000 + "\nDIFFUSION RESTREINTE\n\n" + body
    with session() as mta:
        mta.mail(OFFICER)
        mta.rcpt("b@example.org")
        mta.data()
        head, _, _ = message(OFFICER).partition("\n\n")
        for line in head.split("\n"):
            name, _, value = line.partition(":")
            mta.header(name, value)
        mta.end_of_header()
        octets = body.replace("\n", "\r\n").encode()
        cut = octets.index(b"RESTREINTE") + 4
        mta.body(octets[:cut])
        mta.body(octets[cut:])
        outcome = mta.end()
    equal(outcome.verdict, "reject")
    true("DIFFUSION RESTREINTE" in outcome.reply, outcome.reply)


def test_huge_headers():
    text = message(OFFICER, extra="X-Long: " + "a" * 59000 + "\n")
    true(send(text=text).answer is not None, "60 kB field")
    text = message(OFFICER, extra="X-N: 1\n" * 20000)
    true(send(text=text).answer is not None, "20000 fields")


def test_too_many_edits_defer():
    text = message("clean@defense.gouv.fr", extra="X-Internal: 1\n" * 3000)
    outcome = send("clean@defense.gouv.fr", text=text)
    equal(outcome.answer, "tempfail")


def test_local_submission_is_told_from_a_client():
    with session(host="localhost", address="127.0.0.1", port=0) as mta:
        mta.mail("root@test.example", verbatim=True)
        mta.rcpt("b@example.org", verbatim=True)
        mta.data("4local")
        mta.content(message("root@test.example"))
        equal(mta.end("4local").verdict, "accept")
    with session(host="localhost", address="127.0.0.1", port=0) as mta:
        mta.send("root@test.example", "b@example.org", message("root@test.example"), queue_id="4forged")
    records = {r["queue_id"]: r for r in daemon().records("verdict")}
    equal(records["4local"]["client"]["local"], True)
    equal(records["4local"]["client"]["address"], "")
    equal(records["4forged"]["client"]["local"], False, "brackets mean a client")


def test_session_facts_reach_the_record():
    mta = FakeMTA(daemon().address)
    mta.connect("gw.test.example", "2001:db8::7", macros={"{daemon_name}": "submission", "{daemon_port}": "587"})
    mta.helo("gw", {"{tls_version}": "TLSv1.3", "{cipher}": "AES", "{cert_subject}": "gw", "{cert_issuer}": "CA"})
    mta.send(OFFICER, "b@example.org", message(OFFICER), macros={"{auth_authen}": "alice"}, queue_id="4facts")
    mta.close()
    record = [r for r in daemon().records("verdict") if r["queue_id"] == "4facts"][0]
    client = record["client"]
    equal(client["address"].replace("IPv6:", ""), "2001:db8::7")
    equal((client["tls_version"], client["tls_subject"], client["tls_issuer"]), ("TLSv1.3", "gw", "CA"))
    equal((client["daemon_name"], client["daemon_port"], record["login"]), ("submission", "587", "alice"))


def test_unverified_names_do_not_count():
    for host, macros in (("[192.0.2.1]", {}), ("unknown", {}), ("claimed", {"{client_resolve}": "FORGED"})):
        mta = FakeMTA(daemon().address)
        mta.connect(host, macros=macros)
        mta.helo()
        mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4name")
        mta.close()
    equal({r["client"]["name"] for r in daemon().records("verdict") if r["queue_id"] == "4name"}, {""})


def test_unix_socket_is_quiet_and_private():
    top = tempfile.mkdtemp(prefix="vm-sock-")
    os.chmod(top, 0o777)
    with Daemon(POLICY, listen=f"unix:{top}/sock", settings='socket_mode = "0600"\n') as other:
        equal(os.stat(f"{top}/sock").st_mode & 0o777, 0o600)
        with session(other) as mta:
            true(mta.steps & NO_REPLY_HEADER and mta.steps & NO_REPLY_BODY, "no answers needed")
            for sender, verdict in ((OFFICER, "accept"), ("x@gmail.com", "reject"), (OFFICER, "accept")):
                equal(mta.send(sender, "b@example.org", message(sender)).verdict, verdict)
        second = Daemon(POLICY, listen=f"unix:{top}/sock", wait=False)
        second.start()
        equal(second.process.wait(30), 1, "a second daemon does not take the socket over")
        second.__exit__()
        with session(other) as mta:
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")
    true(not os.path.exists(f"{top}/sock"), "the socket is gone")
    os.unlink(f"{top}/sock.lock")
    os.rmdir(top)


def test_message_above_the_limit_is_a_failure_not_a_pass():
    with Daemon(POLICY, settings='message_limit = 64K\nspool_memory = 4K\n') as small:
        with session(small) as mta:
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER, body="x\n" * 20000)).verdict, "accept",
                  "through a file of the spool")
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER, body="x\n" * 40000)).verdict, "tempfail")
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")
        equal(os.listdir(os.path.join(small.top, "spool")), [], "nothing is left in the spool")


def test_scanner_killed_in_the_middle_of_a_scan():
    with Daemon(POLICY) as victim:
        with session(victim) as mta:
            mta.send(OFFICER, "b@example.org", message(OFFICER))
            _, children = pause(victim)
            answer = []
            thread = threading.Thread(
                target=lambda: answer.append(mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4kill")))
            thread.start()
            time.sleep(0.3)
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            thread.join(60)
            true(answer and answer[0].answer in ("tempfail", "accept"), "an answer")
            # Killed while it read: deferred. Killed before: read by the next child.
            record = [r for r in victim.records("verdict") if r["queue_id"] == "4kill"][0]
            equal(record["scanned"], answer[0].answer == "accept")
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept", "the next message")


def test_scanner_template_killed_comes_back():
    with Daemon(POLICY) as victim:
        template = sorted(victim.roles()["scanner"])[0]
        os.kill(template, signal.SIGKILL)
        true(victim.wait_log("ended role=scanner"), "noticed")
        end = time.monotonic() + 30
        outcome = None
        while time.monotonic() < end:
            with session(victim) as mta:
                outcome = mta.send(OFFICER, "b@example.org", message(OFFICER))
            if outcome.verdict == "accept":
                break
            equal(outcome.answer, "tempfail", "meanwhile")
            time.sleep(0.2)
        equal(outcome.verdict, "accept")


def test_hanging_scanner_is_a_timeout():
    with Daemon(POLICY + "limits { time = 1s }\n") as victim:
        with session(victim) as mta:
            pause(victim)
            outcome = mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4hang")
            equal(outcome.answer, "tempfail")
            true(outcome.progress >= 1, "the mail server is told to wait")
            true("pq".find("".join(outcome.order)[:1]) == 0, "progress comes before everything")
            record = [r for r in victim.records("verdict") if r["queue_id"] == "4hang"][0]
            equal(record["scan_failure"], "timeout")


def test_content_timeout_ends_a_running_scan():
    """Far below what one scan may take, and with scanners that never answer."""
    with Daemon(POLICY + "limits { time = 600s }\n", settings="content_timeout = 1s\n") as late, session(late) as mta:
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept", "in time")
        pause(late)
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4late").answer, "tempfail")
        equal(late.wait_record("verdict", "4late")["scan_failure"], "timeout")


def test_slow_scans_do_not_hold_up_others():
    """A burst of ends of message that take long, and of commands that do not, as libmilter's pool likes it least."""
    with Daemon(POLICY + "limits { time = 60s }\n") as busy:
        slow, instant = [session(busy) for _ in range(10)], [session(busy) for _ in range(10)]
        for mta in slow + instant:
            mta.mail(OFFICER)
            mta.rcpt("b@example.org")
        for mta in slow:
            mta.data()
            mta.content(message(OFFICER))
        pause(busy)
        time.sleep(1)                           # the pool's spare threads end
        for one, other in zip(slow, instant):
            one.put(b"E")
            other.put(b"R", b"<c@example.org>\0")
        for mta in instant:
            mta.socket.settimeout(15)       # far below what the slow ones take
            equal(mta.get()[0], b"c", "an instant answer")
        for mta in slow:
            mta.socket.setblocking(False)
            try:
                while mta.get()[0] == b"p":
                    pass
                true(False, "the slow ones should still be at work")
            except BlockingIOError:
                mta.socket.settimeout(90)
        for pid in busy.roles()["scanner"]:
            os.kill(pid, signal.SIGCONT)
        for mta in slow:
            answer = mta.get()[0]
            while answer == b"p":
                answer = mta.get()[0]
            equal(answer, b"c", "and then the slow ones")
        for mta in slow + instant:
            mta.close()


def test_audit_writer_killed_defers_then_recovers():
    with Daemon(POLICY) as victim:
        with session(victim) as mta:
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")
            os.kill(victim.roles()["audit"], signal.SIGSTOP)
            answer = []
            thread = threading.Thread(
                target=lambda: answer.append(mta.send(OFFICER, "b@example.org", message(OFFICER))))
            thread.start()
            time.sleep(0.5)
            equal(answer, [], "no answer without a record")
            os.kill(victim.roles()["audit"], signal.SIGKILL)
            thread.join(30)
            equal(answer[0].answer, "tempfail")
            end = time.monotonic() + 20
            while mta.send(OFFICER, "b@example.org", message(OFFICER)).answer != "accept":
                true(time.monotonic() < end, "the audit writer does not come back")
                time.sleep(0.2)


def test_the_setting_for_a_lost_record_is_obeyed():
    with Daemon(POLICY + "failure { audit = reject }\n") as strict, session(strict) as mta:
        os.kill(strict.roles()["audit"], signal.SIGSTOP)
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).answer, "reject")
        os.kill(strict.roles()["audit"], signal.SIGCONT)


def test_full_disk_defers_then_recovers():
    if os.geteuid() != 0:
        raise Skip("mounting a small file system needs root")
    top = tempfile.mkdtemp(prefix="vm-full-")
    os.makedirs(top + "/audit")
    if os.system(f"mount -t tmpfs -o size=128k,mode=777 tmpfs {top}/audit") != 0:
        os.rmdir(top + "/audit")
        os.rmdir(top)
        raise Skip("no tmpfs may be mounted here")
    try:
        with Daemon(POLICY, top=top) as full, session(full) as mta:
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")
            with open(top + "/audit/ballast", "wb") as ballast:
                try:
                    while True:
                        os.write(ballast.fileno(), b"x" * 4096)
                except OSError:
                    pass
            answers = [mta.send(OFFICER, "b@example.org", message(OFFICER)).answer for _ in range(8)]
            true("tempfail" in answers, answers)
            first = answers.index("tempfail")
            equal(set(answers[first:]), {"tempfail"}, "nothing passes without a record")
            os.unlink(top + "/audit/ballast")
            equal(mta.send(OFFICER, "b@example.org", message(OFFICER)).answer, "accept", "with room again")
            true(full.wait_log("audit state=recovered"), "says so")
    finally:
        os.system(f"umount {top}/audit")
        os.system(f"rm -r {top}")


def test_rotation_continues_the_chain():
    with Daemon(POLICY) as rotated, session(rotated) as mta:
        mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4before")
        os.rename(rotated.audit_file, rotated.audit_file + ".1")
        rotated.process.send_signal(signal.SIGUSR1)
        true(rotated.wait_log("audit state=reopened"), "noticed")
        mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4after")
        kinds = [r["kind"] for r in rotated.records()]
        equal(kinds[0], "continues")
        true("verdict" in kinds, "the new file goes on")


def test_reload_swaps_whole_and_keeps_the_old_on_error():
    with Daemon(POLICY) as changed, session(changed) as mta:
        mta.mail("x@gmail.com")                     # begins under the first policy
        mta.rcpt("b@example.org")
        true(changed.reload(BASE), "in force")
        mta.data()
        mta.content(message("x@gmail.com"))
        equal(mta.end().verdict, "reject", "ends under the policy it began with")
        equal(mta.send("x@gmail.com", "b@example.org", message("x@gmail.com")).verdict, "accept", "then the new one")
        true(changed.reload(BASE + 'rule "broken" { action = perhaps }\n', good=False), "refused")
        true("perhaps" in changed.log(), "the log says what is wrong")
        equal(mta.send("x@gmail.com", "b@example.org", message("x@gmail.com")).verdict, "accept", "the old one stays")
        changed.settings = 'audit_sync = false\nsyslog_facility = local3\n'
        true(changed.reload(BASE), "in force, as far as it can be")
        for setting in ("audit_sync", "syslog_facility"):
            true(f"reload needs-restart={setting}" in changed.log(), setting)


def test_term_finishes_what_is_at_work():
    with Daemon(POLICY + "limits { time = 60s }\n") as ending:
        mta = session(ending)
        mta.send(OFFICER, "b@example.org", message(OFFICER))
        pause(ending)
        answer = []
        thread = threading.Thread(
            target=lambda: answer.append(mta.send(OFFICER, "b@example.org", message(OFFICER), queue_id="4term")))
        thread.start()
        time.sleep(0.5)
        ending.process.terminate()
        true(ending.wait_log("stop state=begun"), "begins to stop")
        pause(ending, stop=False)
        thread.join(30)
        equal(answer[0].verdict, "accept")
        equal(ending.process.wait(30), 0)
        true(ending.wait_record("applied", "4term"), "its records are complete")


def test_milter_killed_is_replaced():
    with Daemon(POLICY) as victim:
        mta = session(victim)
        mta.mail(OFFICER)
        os.kill(victim.roles()["milter"], signal.SIGKILL)
        try:
            mta.rcpt("b@example.org")
            true(False, "an answer from the dead")
        except (Closed, ConnectionError):
            pass
        with session(victim) as again:              # waits in the socket's queue meanwhile
            equal(again.send(OFFICER, "b@example.org", message(OFFICER)).verdict, "accept")


def test_parent_killed_takes_all_along():
    victim = Daemon(POLICY)
    with victim:
        pids = [p for p in victim.roles().values() if isinstance(p, int)] + victim.roles()["scanner"]
        victim.process.kill()
        victim.process.wait(10)
        end = time.monotonic() + 20
        while time.monotonic() < end and any(os.path.exists(f"/proc/{p}/stat") and
                                             open(f"/proc/{p}/stat").read().split()[2] != "Z" for p in pids):
            time.sleep(0.1)
        for pid in pids:
            true(not os.path.exists(f"/proc/{pid}/stat") or
                 open(f"/proc/{pid}/stat").read().split()[2] == "Z", f"{pid} outlived the parent")


def test_out_of_descriptors_defers_and_recovers():
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with Daemon(POLICY, limits=few) as poor:
        held = []
        try:
            while len(held) < 80:
                held.append(FakeMTA(poor.address, timeout=2))
        except (OSError, Closed):
            pass
        # libmilter gives up when accept() fails too often; then a fresh milter has taken the later ones.
        true(held and (len(held) < 80 or "ended role=milter" in poor.log()),
             f"{len(held)} sessions served with 64 descriptors\n{poor.log()}")
        try:
            held[0].connect()
            held[0].helo()
            true(held[0].send(OFFICER, "b@example.org", message(OFFICER)).answer == "tempfail", "no spool, no pass")
        except (OSError, Closed):
            pass
        for mta in held:
            mta.socket.close()
        end = time.monotonic() + 30
        while True:
            try:
                with session(poor) as mta:
                    if mta.send(OFFICER, "b@example.org", message(OFFICER)).verdict == "accept":
                        break
            except (OSError, Closed):
                pass
            true(time.monotonic() < end, "does not recover")
            time.sleep(0.2)


def test_no_policy_no_start():
    bad = Daemon('rule "x" { when = {sender-unaproved}  action = reject }\n', wait=False)
    bad.start()
    equal(bad.process.wait(30), 1)
    true(bad.wait_log("sender-unaproved") or "sender-unaproved" in bad.log(), "says what is wrong")
    bad.__exit__()


def test_stops_cleanly():
    equal(daemon().stop(), 0)
    true("stop state=done" in daemon().log(), "says so")
    daemon().__exit__()


if __name__ == "__main__":
    names = [value for name, value in list(globals().items()) if name.startswith("test_")]
    sys.exit(run(names))
