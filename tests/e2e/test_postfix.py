#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Through a real Postfix: each verdict seen where it takes effect, in the sink, the queue or the reply."""

import atexit
import os
import signal
import smtplib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from daemon import Daemon                           # noqa: E402
from policies import BASE, POLICY, message          # noqa: E402
from postfix import Postfix, free_port, usable      # noqa: E402
from sink import Sink                               # noqa: E402
from tap import Skip, equal, run, true              # noqa: E402

OFFICER = "a@defense.gouv.fr"
SHARED = {}


def clean_up():
    """Whichever tests were asked for."""
    for name in ("mta", "sink", "daemon"):
        if name in SHARED:
            SHARED[name].__exit__()


def rig():
    """One daemon, sink and Postfix for all tests that leave them as they were."""
    if "mta" not in SHARED:
        atexit.register(clean_up)
        SHARED["daemon"] = Daemon(POLICY).__enter__()
        SHARED["sink"] = Sink().__enter__()
        SHARED["mta"] = Postfix(SHARED["sink"].port, SHARED["daemon"].milter).__enter__()
    return SHARED["daemon"], SHARED["sink"], SHARED["mta"]


def deliver(name, sender, recipients="b@example.org", text=None, **options):
    """Send a message with name in it; the SMTP reply and what arrived."""
    _, sink, mta = rig()
    code, reply = mta.send(sender, recipients, text or message(sender, subject=name), **options)
    arrived = sink.wait(name) if code == 250 else []
    return code, reply, arrived


def test_accepted_mail_arrives_untouched():
    code, _, arrived = deliver("m-accept", OFFICER)
    equal(code, 250)
    equal(len(arrived), 1)
    equal(arrived[0].body().rstrip(), "Bonjour,\r\n\r\nvoici la suite.".encode())
    equal(arrived[0].sender, OFFICER)


def test_unapproved_sender_is_refused_in_two_languages():
    code, reply, _ = deliver("m-reject", "emapresse@gmail.com")
    equal(code, 550)
    true("5.7.1 Message refuse" in reply and "5.7.1 Message refused" in reply, reply)


def test_sender_in_the_header_counts_too():
    code, reply, _ = deliver("m-from", OFFICER, text=message("emapresse@gmail.com", subject="m-from"))
    equal(code, 550)
    true("(From)" in reply, reply)


def test_replies_survive_postfix():
    code, reply, _ = deliver("m-digits", "digits@defense.gouv.fr")
    equal(code, 550)
    true("3 files of 100% blocked" in reply, reply)
    code, reply, _ = deliver("m-later", "later@defense.gouv.fr")
    equal(code, 451)
    true("100% later" in reply, reply)


def test_tag_reaches_the_sink():
    _, _, arrived = deliver("m-tag", "tag@defense.gouv.fr")
    equal(arrived[0].headers("Subject-Note"), ["one"])
    equal(arrived[0].headers("X-Mark"), ["vu par =?UTF-8?B?bCfDqXRhZ2U=?="])


def test_rewrite_leaves_one_field_of_each_name():
    text = message("clean@defense.gouv.fr", subject="m-clean",
                   extra="X-Internal: 1\nX-Kept: a\nX-Other: o\nX-Internal: 2\nX-Kept: b\nX-Kept: c\nX-Internal: 3\n")
    _, _, arrived = deliver("m-clean", "clean@defense.gouv.fr", text=text)
    equal(arrived[0].headers("X-Internal"), [])
    equal(arrived[0].headers("X-Kept"), ["new"])
    equal(arrived[0].headers("X-Other"), ["o"])


def test_renamed_sender_in_envelope_and_header():
    _, _, arrived = deliver("m-renamed", "old@defense.gouv.fr")
    equal(arrived[0].sender, "new@defense.gouv.fr")
    true("new@defense.gouv.fr" in arrived[0].headers("From")[0], arrived[0].headers("From"))


def test_redirect_reaches_nobody_else():
    _, sink, _ = rig()
    code, _, arrived = deliver("m-redirect", "redirect@defense.gouv.fr", ["B@Example.ORG", "c@example.net"])
    equal(code, 250)
    equal([m.recipients for m in arrived], [["officer@defense.gouv.fr"]])
    time.sleep(0.5)
    equal(len(sink.find("m-redirect")), 1)


def test_copy_reaches_both():
    _, sink, _ = rig()
    deliver("m-copy", "copy@defense.gouv.fr")
    arrived = sink.wait("m-copy", 2)
    equal(sorted(r for m in arrived for r in m.recipients), ["archive@defense.gouv.fr", "b@example.org"])


def test_held_mail_waits_with_its_reason():
    _, sink, mta = rig()
    code, _ = mta.send("hold@defense.gouv.fr", "b@example.org", message("hold@defense.gouv.fr", subject="m-hold"))
    equal(code, 250)
    held = [entry for entry in mta.held() if entry["sender"] == "hold@defense.gouv.fr"]
    equal(len(held), 1)
    true(b"X-Vaguemestre-Hold:" in mta.content(held[0]["queue_id"]), "the reason")
    equal(sink.find("m-hold"), [])
    mta.command("postsuper", "-H", held[0]["queue_id"])
    mta.command("postqueue", "-f")
    equal(len(sink.wait("m-hold")), 1, "released")


def test_discarded_mail_is_gone_and_on_record():
    daemon, sink, mta = rig()
    code, text = mta.send("drop@defense.gouv.fr", "b@example.org", message("drop@defense.gouv.fr", subject="m-drop"))
    equal(code, 250)
    queue_id = text.split()[-1]
    equal(daemon.wait_record("verdict", queue_id)["verdict"], "discard")
    time.sleep(0.5)
    equal(sink.find("m-drop"), [])
    equal([e for e in mta.queue() if e["sender"] == "drop@defense.gouv.fr"], [])


def test_label_above_the_ceiling():
    text = message(OFFICER, subject="m-label", body="DIFFUSION RESTREINTE\n\nLe plan.\n")
    code, reply, _ = deliver("m-label", OFFICER, text=text)
    equal(code, 550)
    true("DIFFUSION RESTREINTE" in reply and "Le plan" not in reply, reply)
    code, _, arrived = deliver("m-label", OFFICER, "x@interieur.gouv.fr", text=text)
    equal((code, len(arrived)), (250, 1), "under the ceiling there")


def test_two_messages_in_one_session():
    _, sink, mta = rig()
    session = mta.connect()
    for sender, name, want in (("x@gmail.com", "m-two-1", 550), (OFFICER, "m-two-2", 250),
                               ("later@defense.gouv.fr", "m-two-3", 451), (OFFICER, "m-two-4", 250)):
        try:
            session.sendmail(sender, ["b@example.org"], message(sender, subject=name))
            code = 250
        except smtplib.SMTPDataError as refusal:
            code = refusal.smtp_code
        equal(code, want, name)
    session.mail("x@gmail.com")
    session.rset()
    session.sendmail(OFFICER, ["b@example.org"], message(OFFICER, subject="m-two-5"))
    session.quit()
    for name in ("m-two-2", "m-two-4", "m-two-5"):
        equal(len(sink.wait(name)), 1, name)


def test_local_submission_is_judged():
    daemon, sink, mta = rig()
    for sender, name in (("root@test.example", "m-local-ok"), ("root@gmail.com", "m-local-bad")):
        mta.command("sendmail", "-f", sender, "-i", "b@example.org", input=message(sender, subject=name).encode())
    equal(len(sink.wait("m-local-ok")), 1)
    true(mta.wait_log("from=<root@gmail.com>"), "judged")
    time.sleep(0.5)
    # The refusal becomes a bounce to the sender; the message itself does not arrive.
    equal([m for m in sink.find("m-local-bad") if m.sender == "root@gmail.com"], [])
    record = [r for r in daemon.records("verdict") if r["senders"][0]["address"] == "root@test.example"][0]
    equal(record["client"]["local"], True)


def test_login_and_client_reach_the_record():
    daemon, _, mta = rig()
    code, text = mta.send(OFFICER, "b@example.org", message(OFFICER, subject="m-login"), login="alice", client="127.0.0.9")
    equal(code, 250)
    record = daemon.wait_record("verdict", text.split()[-1])
    equal((record["login"], record["client"]["address"]), ("alice", "127.0.0.9"))


def test_bounces_pass():
    code, _, arrived = deliver("m-bounce", "", text=message("MAILER-DAEMON@test.example", subject="m-bounce"))
    equal((code, len(arrived)), (250, 1))


def test_smtputf8():
    sender = "josé@defense.gouv.fr"
    _, sink, mta = rig()
    session = mta.connect()
    equal(session.docmd("MAIL", f"FROM:<{OFFICER}> SMTPUTF8")[0], 250)
    session.rcpt("b@example.org")
    code, _ = session.data(message(sender, subject="m-utf8 é").encode())
    session.quit()
    equal(code, 250)
    equal(len(sink.wait("m-utf8")), 1)


def test_odd_octets_are_judged():
    _, _, mta = rig()
    for name, text in (("nul", b"a\0b"), ("cr", b"a\rb"), ("8bit", b"\xe9\xff"), ("dots", b".\r\n..\r\n")):
        code, _ = mta.send(OFFICER, "b@example.org", message(OFFICER, subject="m-odd").encode() + text)
        true(code in (250, 451, 550), f"{name}: {code}")
    equal(mta.send(OFFICER, "b@example.org", b"")[0] // 100 in (2, 4, 5), True)
    equal(deliver("m-after-odd", OFFICER)[0], 250, "and the next one")


def test_two_hundred_sessions_at_once():
    _, sink, mta = rig()
    sessions = [mta.connect() for _ in range(200)]
    problems = []

    def one(index, session):
        try:
            session.sendmail(OFFICER, ["b@example.org"], message(OFFICER, subject=f"m-many-{index}-x"))
            session.quit()
        except (smtplib.SMTPException, OSError) as problem:
            problems.append(problem)
    threads = [threading.Thread(target=one, args=item) for item in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    equal(problems, [])
    equal(len(sink.wait("m-many-", 200, 60)), 200)


def test_reload_under_load_loses_nothing():
    daemon, sink, mta = rig()
    tag = BASE + 'rule "mark" { when = {always}  action = tag  headers = {"X-Gen: %s", "X-Gen-Too: %s"} }\n'
    replies, stop = [], threading.Event()

    def load(worker):
        session, count = mta.connect(), 0
        while not stop.is_set():
            session.sendmail(OFFICER, ["b@example.org"], message(OFFICER, subject=f"m-load-{worker}-{count}"))
            count += 1
        session.quit()
        replies.append(count)
    try:
        true(daemon.reload(tag % (0, 0)), "first")
        threads = [threading.Thread(target=load, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for generation in range(1, 6):
            true(daemon.reload(tag % (generation, generation)), f"reload {generation}")
        stop.set()
        for thread in threads:
            thread.join(60)
        equal(len(replies), 4, "no session was refused")
        arrived = sink.wait("m-load-", sum(replies), 60)
        equal(len(arrived), sum(replies), "every accepted message arrived")
        seen = set()
        for mail in arrived:
            equal(mail.headers("X-Gen"), mail.headers("X-Gen-Too"), "one policy, whole")
            equal(len(mail.headers("X-Gen")), 1, "judged")
            seen.update(mail.headers("X-Gen"))
        true(len(seen) > 1, f"several policies were in force: {seen}")
    finally:
        stop.set()
        true(daemon.reload(POLICY), "back")


def send_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:      # one of a policy gone by, ended in the meantime
            pass


def test_killed_in_the_middle_defers():
    daemon, sink, mta = rig()
    # Templates as well, so that none starts a fresh child in the meantime; again for those just started.
    scanners = daemon.roles()["scanner"]
    send_all(scanners, signal.SIGSTOP)
    scanners = daemon.roles()["scanner"]
    send_all(scanners, signal.SIGSTOP)
    result = []
    thread = threading.Thread(target=lambda: result.append(
        mta.send(OFFICER, "b@example.org", message(OFFICER, subject="m-killed"))))
    thread.start()
    time.sleep(0.5)
    os.kill(daemon.roles()["milter"], signal.SIGKILL)
    thread.join(60)
    send_all(scanners, signal.SIGCONT)
    equal(result[0][0], 451)
    time.sleep(0.5)
    equal(sink.find("m-killed"), [], "nothing passes")
    equal(deliver("m-revived", OFFICER)[0], 250, "and on it goes")


def test_daemon_down_defers():
    with Sink() as sink, Postfix(sink.port, f"inet:127.0.0.1:{free_port()}") as mta:
        equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject="m-down"))[0], 451)
        equal(sink.find("m-down"), [])


def signer(folder):
    """A private OpenDKIM that signs for defense.gouv.fr; its process and port."""
    port = free_port()
    if subprocess.run(["opendkim-genkey", "-b", "1024", "-d", "defense.gouv.fr", "-s", "s", "-D", folder],
                      capture_output=True, check=False).returncode != 0:
        raise Skip("opendkim-genkey cannot be run")
    with open(folder + "/conf", "w", encoding="ascii") as file:
        file.write(f"Domain defense.gouv.fr\nSelector s\nKeyFile {folder}/s.private\nMode s\n"
                   f"Socket inet:{port}@127.0.0.1\nBackground no\nRequireSafeKeys no\n"
                   "Canonicalization relaxed/relaxed\nInternalHosts 127.0.0.0/8\n")
    process = subprocess.Popen(["/usr/sbin/opendkim", "-f", "-x", folder + "/conf"], stderr=subprocess.DEVNULL)
    return process, port


def test_before_and_after_a_signer():
    if not os.path.exists("/usr/sbin/opendkim"):
        raise Skip("OpenDKIM is not installed")
    with tempfile.TemporaryDirectory() as folder, Sink() as sink, Daemon(POLICY) as daemon:
        process, port = signer(folder)
        try:
            orders = (f"{daemon.milter}, inet:127.0.0.1:{port}", f"inet:127.0.0.1:{port}, {daemon.milter}")
            for number, milters in enumerate(orders):
                with Postfix(sink.port, milters) as mta:
                    equal(mta.send(OFFICER, "b@example.org", message(OFFICER, subject=f"m-sign-{number}"))[0], 250)
                    mail = sink.wait(f"m-sign-{number}")[0]
                    equal(len(mail.headers("DKIM-Signature")), 1)
                    equal(mta.send("x@gmail.com", "b@example.org", message("x@gmail.com"))[0], 550)
                    mta.send("tag@defense.gouv.fr", "b@example.org",
                             message("tag@defense.gouv.fr", subject=f"m-signtag-{number}"))
                    mail = sink.wait(f"m-signtag-{number}")[0]
                    equal((len(mail.headers("DKIM-Signature")), mail.headers("Subject-Note")), (1, ["one"]))
                    mta.send("hold@defense.gouv.fr", "b@example.org",
                             message("hold@defense.gouv.fr", subject=f"m-signhold-{number}"))
                    mta.command("postsuper", "-H", mta.held()[0]["queue_id"])
                    mta.command("postqueue", "-f")
                    mail = sink.wait(f"m-signhold-{number}")[0]     # no filter sees it behind a hold, or on release
                    equal((len(mail.headers("DKIM-Signature")), len(mail.headers("X-Vaguemestre-Hold"))), (number, 1))
        finally:
            process.terminate()
            process.wait(20)


def test_every_verdict_is_on_record():
    daemon, _, mta = rig()
    tool = os.path.join(os.environ.get("builddir", "."), "src", "vaguemestre")
    queued = {line.split(": ")[1] for line in mta.log().splitlines() if "postfix/qmgr" in line and "from=<a@" in line}
    recorded = {record["queue_id"] for record in daemon.records("verdict")}
    equal(queued - recorded, set(), "passed without a record")
    done = subprocess.run([tool, "audit", "verify", daemon.audit_file], capture_output=True, check=False)
    equal(done.returncode, 0, done.stdout + done.stderr)


def test_stops_cleanly():
    daemon, _, mta = rig()
    mta.__exit__()
    equal(daemon.stop(), 0)


if __name__ == "__main__":
    names = [value for name, value in list(globals().items()) if name.startswith("test_")]
    sys.exit(run(names, usable()))
