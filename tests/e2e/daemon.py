# SPDX-License-Identifier: EUPL-1.2
"""vaguemestred under test: a policy, a folder and a port of its own, stopped and removed at the end."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from postfix import free_port

BUILD = os.environ.get("builddir", os.path.join(os.path.dirname(__file__), "..", ".."))
SOURCE = os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "..", ".."))

SETTINGS = """\
listen = "{listen}"
user = "{user}"
audit_file = "{top}/audit/audit.jsonl"
spool_directory = "{top}/spool"
"""


def unprivileged_user():
    """"nobody", unless the programs stand where nobody but root may go: then there is no root to give up."""
    path = os.path.abspath(BUILD)
    while path != "/":
        if not os.stat(path).st_mode & 0o001:
            return "root"
        path = os.path.dirname(path)
    return "nobody"


class Daemon:
    """with Daemon(policy) as daemon: daemon.port, daemon.reload(policy), daemon.log(), daemon.records()"""

    def __init__(self, policy, listen=None, user=None, settings="", top=None, limits=None, wait=True, env=None,
                 arguments=()):
        self.top = top or tempfile.mkdtemp(prefix="vm-daemon-")
        self.keep = top is not None
        os.chmod(self.top, 0o755)
        self.port = free_port()
        self.listen = listen or f"inet:{self.port}@127.0.0.1"
        self.user = user = user or unprivileged_user()
        self.settings = settings
        self.policy_path = os.path.join(self.top, "policy.conf")
        self.write_policy(policy)
        for folder in ("audit", "spool"):
            path = os.path.join(self.top, folder)
            os.makedirs(path, exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(path, user, None)
        self.limits = limits
        self.arguments = list(arguments)
        self.env = {"PATH": "/usr/bin:/bin", **(env or {})}
        self.wait_ready = wait
        self.process = None
        self.lines = []
        self.changed = threading.Condition()

    @property
    def address(self):
        """What a socket connects to."""
        return ("127.0.0.1", self.port) if self.listen.startswith("inet:") else self.listen.partition(":")[2]

    @property
    def milter(self):
        """What stands in smtpd_milters."""
        return f"inet:127.0.0.1:{self.port}" if self.listen.startswith("inet:") else self.listen

    def write_policy(self, policy):
        text = SETTINGS.format(top=self.top, listen=self.listen, user=self.user) + self.settings + policy
        part = self.policy_path + ".part"
        with open(part, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(part, self.policy_path)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        program = os.path.join(BUILD, "src", "vaguemestred")
        self.process = subprocess.Popen([program, "-f", "-c", self.policy_path, *self.arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        preexec_fn=self.limits, env=self.env)
        threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True).start()
        if self.wait_ready and not self.wait_log(" ready ", 60):
            raise RuntimeError("vaguemestred did not start:\n" + self.log())
        return self

    def _read(self, stream):
        for line in stream:
            with self.changed:
                self.lines.append(line.decode("utf-8", "replace"))
                self.changed.notify_all()
        with self.changed:
            self.lines.append("(end of log)\n")
            self.changed.notify_all()

    def log(self):
        with self.changed:
            return "".join(self.lines)

    def wait_log(self, text, seconds=20, count=1):
        """True once text stands count times in what the daemon logged."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                if sum(text in line for line in self.lines) >= count:
                    return True
                left = end - time.monotonic()
                if left <= 0 or self.lines and self.lines[-1] == "(end of log)\n":
                    return False
                self.changed.wait(left)

    def reload(self, policy=None, good=True):
        """Replace the policy; True once the daemon says what came of it."""
        if policy is not None:
            self.write_policy(policy)
        text = "reload state=in-force" if good else "reload state=old-policy-stays"
        before = sum(text in line for line in self.lines)
        self.process.send_signal(signal.SIGHUP)
        return self.wait_log(text, count=before + 1)

    def roles(self):
        """The running roles of this daemon: {"milter": pid, "audit": pid, "scanner": [template, children...], "ocr": [...]}."""
        found = {"scanner": [], "ocr": []}
        for pid in self._below(self.process.pid):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if b"-R" in words:
                found[words[words.index(b"-R") + 1].decode()] = pid
            else:
                found["ocr" if words[0].endswith(b"-ocr") else "scanner"].append(pid)
        return found

    def _below(self, pid):
        below = []
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                    for child in file.read().split():
                        below.append(int(child))
                        below += self._below(int(child))
        except OSError:
            pass
        return below

    @property
    def audit_file(self):
        return os.path.join(self.top, "audit", "audit.jsonl")

    def records(self, kind=None):
        try:
            with open(self.audit_file, encoding="utf-8") as file:
                records = [json.loads(line) for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []
        return [r for r in records if kind is None or r.get("kind") == kind]

    def wait_record(self, kind, queue_id, seconds=10):
        """The record, once it is there (the one after an action is not waited for), else None."""
        end = time.monotonic() + seconds
        while True:
            for record in self.records(kind):
                if record.get("queue_id") == queue_id:
                    return record
            if time.monotonic() > end:
                return None
            time.sleep(0.05)

    def stop(self, seconds=30):
        """SIGTERM; the exit status, or None when it had to be killed."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
            return None

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.stop()
        if not self.keep:
            shutil.rmtree(self.top, ignore_errors=True)
