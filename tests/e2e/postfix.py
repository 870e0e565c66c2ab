# SPDX-License-Identifier: EUPL-1.2
"""A private Postfix on loopback: its own folder, ports and processes, all gone at the end.

Needs root, as Postfix's master does. Nothing of the machine's own mail set-up is read or changed.
"""

import json
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

MASTER = """\
postlog   unix-dgram n - n - 1 postlogd
127.0.0.1:{port} inet n - n - {sessions} smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {top}/spool
data_directory = {top}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {top}/log/maillog
maillog_file_prefixes = {top}/log
myhostname = mta.test.example
mydomain = test.example
myorigin = test.example
mydestination =
local_transport = error:no local delivery
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_recipient_restrictions =
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_client_connection_count_limit = 0
default_process_limit = {processes}
relayhost = [127.0.0.1]:{sink}
default_transport = smtp:[127.0.0.1]:{sink}
smtp_dns_support_level = disabled
smtp_host_lookup = native
milter_default_action = tempfail
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def usable():
    """None where a private Postfix can be run, else the reason why not, for a TAP skip."""
    if os.geteuid() != 0:
        return "a private Postfix needs root"
    if shutil.which("postfix", path="/usr/sbin:/usr/bin:/sbin") is None:
        return "Postfix is not installed"
    return None


class Postfix:
    """with Postfix(sink.port, milters="inet:127.0.0.1:8894") as mta: mta.send(...)"""

    def __init__(self, sink_port, milters="", sessions=300, **settings):
        self.top = tempfile.mkdtemp(prefix="vm-postfix-")
        self.port = free_port()
        self.etc = os.path.join(self.top, "etc")
        os.chmod(self.top, 0o755)
        for folder in ("etc", "spool", "data", "log"):
            os.mkdir(os.path.join(self.top, folder))
        owner = pwd.getpwnam("postfix")
        os.chown(os.path.join(self.top, "data"), owner.pw_uid, owner.pw_gid)
        main = MAIN.format(top=self.top, sink=sink_port, processes=sessions)
        settings = {"smtpd_milters": milters, "non_smtpd_milters": "$smtpd_milters", **settings}
        main += "".join(f"{name} = {value}\n" for name, value in settings.items())
        self.write("main.cf", main)
        self.write("master.cf", MASTER.format(port=self.port, sessions=sessions))
        self.write("dynamicmaps.cf", "")

    def write(self, name, text):
        with open(os.path.join(self.etc, name), "w", encoding="utf-8") as file:
            file.write(text)

    def command(self, *argv, **options):
        """Run one of Postfix's commands (postqueue, postsuper, postcat, postconf, postfix) on this instance."""
        program, rest = argv[0], argv[1:]
        flag = "-C" if program == "sendmail" else "-c"
        return subprocess.run(["/usr/sbin/" + program, flag, self.etc, *rest], capture_output=True,
                              timeout=60, check=False, **options)

    def __enter__(self):
        self.command("postfix", "check")
        done = self.command("postfix", "start")
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 2).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"Postfix did not start: {done.stderr.decode()} {self.log()[-2000:]}")

    def __exit__(self, *_):
        pid_file = os.path.join(self.top, "spool", "pid", "master.pid")
        pid = None
        try:
            with open(pid_file, encoding="ascii") as file:
                pid = int(file.read())
        except (OSError, ValueError):
            pass
        self.command("postfix", "stop")
        if pid is not None:
            end = time.monotonic() + 10
            while time.monotonic() < end:
                try:
                    os.kill(pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.1)
            else:
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.top, ignore_errors=True)

    def log(self):
        try:
            with open(os.path.join(self.top, "log", "maillog"), encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_log(self, text, seconds=15):
        """True once text stands in the mail log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.log():
                return True
            time.sleep(0.1)
        return False

    def queue(self):
        """The queue as postqueue -j tells it: a list of dicts."""
        out = self.command("postqueue", "-j").stdout.decode()
        return [json.loads(line) for line in out.splitlines() if line.strip()]

    def held(self):
        return [entry for entry in self.queue() if entry["queue_name"] == "hold"]

    def content(self, queue_id):
        """A queued message's header and body octets."""
        return self.command("postcat", "-bhq", queue_id).stdout

    def connect(self, login=None, client=None, timeout=60):
        """An SMTP session; login and client are set by XCLIENT."""
        session = smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.test.example", timeout=timeout)
        session.ehlo()
        attributes = []
        if client is not None:
            attributes += [f"ADDR={client}", "NAME=client.test.example"]
        if login is not None:
            attributes.append(f"LOGIN={login}")
        if attributes:
            session.docmd("XCLIENT", " ".join(attributes))
            session.ehlo()
        return session

    def send(self, sender, recipients, data, login=None, client=None, options=()):
        """Send octets as they are; the last reply as (code, text). Line ends become CRLF, dots are stuffed."""
        recipients = [recipients] if isinstance(recipients, str) else recipients
        data = data.encode() if isinstance(data, str) else data
        session = self.connect(login, client)
        try:
            code, text = session.mail(sender, list(options))
            if code != 250:
                return code, text.decode()
            for recipient in recipients:
                code, text = session.rcpt(recipient)
                if code not in (250, 251):
                    return code, text.decode()
            try:
                code, text = session.data(data)
            except smtplib.SMTPResponseException as refusal:
                code, text = refusal.smtp_code, refusal.smtp_error
            return code, text.decode("utf-8", "replace")
        finally:
            try:
                session.quit()
            except smtplib.SMTPException:
                session.close()
