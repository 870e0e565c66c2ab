#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The daemon among its surroundings: what it tells systemd and the log, the key of its record, an older kernel."""

import ctypes
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon            # noqa: E402
from fakemta import FakeMTA                 # noqa: E402
from policies import POLICY, message        # noqa: E402
from tap import Skip, equal, run, true      # noqa: E402

OFFICER = "a@defense.gouv.fr"


def send(daemon, sender=OFFICER, queue_id="4TEST"):
    with FakeMTA(daemon.address) as mta:
        mta.connect()
        mta.helo()
        return mta.send(sender, "b@example.org", message(sender), queue_id=queue_id)


def tool(*words):
    """Exit status and all that vaguemestre(1) prints."""
    done = subprocess.run([os.path.join(BUILD, "src", "vaguemestre"), *words], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


class Manager:
    """The socket systemd would listen on."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="vm-notify-")
        os.chmod(self.folder, 0o755)
        self.path = self.folder + "/notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        os.unlink(self.path)
        os.rmdir(self.folder)

    def hear(self, seconds=20):
        """The next message's lines, [] when there is none in time."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode().splitlines()
        except TimeoutError:
            return []

    def wait(self, line):
        """All that came up to a message with this line."""
        heard = []
        while not heard or line not in heard[-1]:
            heard.append(self.hear())
            true(heard[-1], f"{line} never came: {heard}")
        return heard


def test_systemd_hears_of_start_reload_and_stop():
    with Manager() as manager:
        with Daemon(POLICY, env={"NOTIFY_SOCKET": manager.path}) as daemon:
            equal(manager.wait("READY=1"), [["READY=1"]], "ready comes first, and once")
            for policy, good in ((POLICY, True), (POLICY + "no such thing\n", False)):
                true(daemon.reload(policy, good), "reload")
                told = manager.wait("RELOADING=1")[-1]
                true(any(re.fullmatch(r"MONOTONIC_USEC=[0-9]+", line) for line in told), told)
                manager.wait("READY=1")
            equal(daemon.stop(), 0)
            manager.wait("STOPPING=1")


def test_pid_file_in_a_folder_of_roots():
    with tempfile.TemporaryDirectory(prefix="vm-run-") as folder:
        os.chmod(folder, 0o755)
        path = folder + "/pid"
        with Daemon(POLICY, arguments=("-p", path)) as daemon:
            with open(path, encoding="ascii") as file:
                equal(int(file.read()), daemon.process.pid)
            daemon.stop()
        equal(os.path.exists(path) and os.path.getsize(path), 0 if daemon.user != "root" and os.geteuid() == 0 else False)


def test_watchdog_follows_the_milter():
    with Manager() as manager:
        env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"}
        with Daemon(POLICY, env=env) as daemon:
            for _ in range(20):         # would take longer than anybody waits at a fixed period
                manager.wait("WATCHDOG=1")
            milter = daemon.roles()["milter"]
            os.kill(milter, signal.SIGSTOP)
            time.sleep(0.5)
            while manager.hear(0.05):
                pass
            equal(manager.hear(2), [], "a milter that hangs is not vouched for")
            os.kill(milter, signal.SIGCONT)
            manager.wait("WATCHDOG=1")


def test_log_line_and_record_carry_one_number():
    with Daemon(POLICY) as daemon:
        for number in range(3):
            send(daemon, queue_id=f"4JOIN{number}")
        records = {r["queue_id"]: r["seq"] for r in daemon.records("verdict")}
        equal(len(records), 3)
        for queue_id, sequence in records.items():
            true(daemon.wait_log(f"verdict id={queue_id} record={sequence} "), f"{queue_id}: {daemon.log()}")
        os.kill(daemon.roles()["audit"], signal.SIGKILL)
        true(daemon.wait_log("ended role=audit"), "noticed")
        outcomes = set()
        while "accept" not in outcomes:
            outcomes.add(send(daemon, queue_id="4LOST").answer)
        true(outcomes <= {"accept", "tempfail"}, outcomes)
        if "tempfail" in outcomes:
            true(daemon.wait_log("verdict id=4LOST record=none action=tempfail"), "without a record, it says so")


def test_a_forged_chain_is_seen_with_the_key():
    key = tempfile.NamedTemporaryFile(prefix="vm-key-")
    key.write(b"one key of the security officer\n")
    key.flush()
    setting = f'audit_key_file = "{key.name}"\n'
    with Daemon(POLICY, settings=setting) as daemon:
        send(daemon, queue_id="4KEYED")
        os.kill(daemon.roles()["audit"], signal.SIGKILL)    # the next writer has the key as well
        true(daemon.wait_log("ended role=audit"), "noticed")
        while send(daemon).answer != "accept":
            time.sleep(0.1)
        send(daemon, "x@gmail.com", queue_id="4REFUSED")
        for pid in (daemon.process.pid, daemon.roles()["audit"]):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                true(b"one key" not in file.read(), "the key is no argument")
        daemon.stop()
        true("one key" not in daemon.log() and b"one key" not in open(daemon.audit_file, "rb").read(), "nor told")
        status, text = tool("audit", "verify", "--key", key.name, daemon.audit_file)
        equal((status, ": 0 problems" in text), (0, True), text)
        status, text = tool("audit", "verify", "--policy", daemon.policy_path)
        equal((status, ": 0 problems" in text), (0, True), "the policy says where the key is: " + text)
        status, text = tool("audit", "verify", daemon.audit_file)
        equal((status, "or the key is another" in text), (1, True), text)
        # Whoever may write the files has the daemon's own code compute a whole new chain, without the key.
        with open(daemon.audit_file, "rb") as file:
            lines = [line for line in file.read().splitlines() if b"4REFUSED" not in line]
    with Daemon(POLICY) as forger:
        for number in range(len(lines)):
            send(forger, queue_id=f"4F{number}")
        forger.stop()
        equal(tool("audit", "verify", forger.audit_file)[0], 0, "whole in itself")
        status, text = tool("audit", "verify", "--key", key.name, forger.audit_file)
        equal((status, "edited" in text), (1, True), text)


def test_a_key_everybody_may_read_is_refused():
    with tempfile.NamedTemporaryFile(prefix="vm-key-") as key:
        for mode, octets, problem in ((0o644, b"one key of the security officer\n", "everybody has a right"),
                                      (0o600, b"short\n", "16 to 1024 octets")):
            os.chmod(key.name, mode)
            os.truncate(key.name, 0)
            os.pwrite(key.fileno(), octets, 0)
            refused = Daemon(POLICY, settings=f'audit_key_file = "{key.name}"\n', wait=False)
            try:
                refused.start()
                equal(refused.process.wait(30), 1)
                true(refused.wait_log(problem) or problem in refused.log(), refused.log())
            finally:
                refused.__exit__()


def without_landlock():
    """As on a kernel before 5.13: landlock_create_ruleset (444 on every processor) is not implemented."""
    errno_38, allow = 0x00050000 | 38, 0x7FFF0000
    program = b"".join(struct.pack("HBBI", *step) for step in (
        (0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, errno_38), (0x06, 0, 0, allow)))
    octets = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("HxxxxxxP", 4, ctypes.addressof(octets))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, filter_program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no filter")


def test_a_kernel_without_landlock_is_told_once_a_role():
    with Daemon(POLICY) as usual:
        if "missing=Landlock" in usual.log():
            raise Skip("this kernel has no Landlock in the first place")
    with Daemon(POLICY, limits=without_landlock) as daemon:
        equal((send(daemon).verdict, send(daemon, "x@gmail.com").verdict), ("accept", "reject"), "judges all the same")
        for role in ("parent", "milter", "audit", "scanner"):
            equal(daemon.log().count(f"sandbox role={role} missing=Landlock"), 1, role)


if __name__ == "__main__":
    names = [value for name, value in list(globals().items()) if name.startswith("test_")]
    sys.exit(run(names))
