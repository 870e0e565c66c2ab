# SPDX-License-Identifier: EUPL-1.2
"""A private Sendmail on loopback, unpacked beside the machine's own mail server and never installed."""

import glob
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from postfix import Postfix, free_port

PACKAGES = ("sendmail-bin", "sendmail-base", "sendmail-cf", "libwrap0")

MC = """\
include(`{root}/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(`linux')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
define(`confPID_FILE', `{top}/pid')dnl
define(`STATUS_FILE', `{top}/status')dnl
define(`QUEUE_DIR', `{top}/queue')dnl
define(`ALIAS_FILE', `{top}/aliases')dnl
define(`HELP_FILE', `')dnl
define(`confCT_FILE', `-o {top}/trusted')dnl
define(`confCW_FILE', `-o {top}/names')dnl
define(`confTO_IDENT', `0')dnl
define(`confDOMAIN_NAME', `sm.test.example')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,NonRootSafeAddr')dnl
define(`confDELIVERY_MODE', `background')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`nocanonify')dnl
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}')dnl
INPUT_MAIL_FILTER(`vaguemestre', `S={milter}, F=T, T=C:30s;S:30s;R:300s;E:10m')dnl
MAILER(`smtp')dnl
"""

RUN = ("mount --bind {top}/hosts /etc/hosts && hostname sm.test.example && "
       "exec env LD_LIBRARY_PATH={top}/lib {top}/sendmail -C {top}/sm.cf -bD -q1s")


class Unavailable(Exception):
    """No Sendmail to be had here; the text says why."""


def unpack(top):
    """The packages, fetched by the system's own client and unpacked below top."""
    folder = os.path.join(top, "packages")
    os.makedirs(folder)
    os.chmod(folder, 0o777)
    try:
        done = subprocess.run(["apt-get", "-qq", "download", *PACKAGES], cwd=folder, capture_output=True, timeout=120,
                              check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Unavailable(str(problem)) from problem
    files = glob.glob(folder + "/*.deb")
    if done.returncode != 0 or len(files) != len(PACKAGES):
        raise Unavailable("the packages cannot be downloaded")
    root = os.path.join(top, "root")
    for file in files:
        subprocess.run(["dpkg", "-x", file, root], check=True)
    os.makedirs(top + "/lib")
    # A copy is not set-group-ID, so that it takes the library from here.
    shutil.copyfile(root + "/usr/libexec/sendmail/sendmail", top + "/sendmail")
    os.chmod(top + "/sendmail", 0o755)
    for library in glob.glob(root + "/**/libwrap.so.0*", recursive=True):
        shutil.copy(library, top + "/lib/libwrap.so.0")
    return root


class Sendmail:
    """with Sendmail(sink.port, daemon_port) as mta: mta.send(...), as a Postfix does."""

    def __init__(self, sink_port, milter_port):
        self.top = tempfile.mkdtemp(prefix="vm-sendmail-")
        os.chmod(self.top, 0o755)
        self.port = free_port()
        self.process = None
        try:
            root = unpack(self.top)
            os.makedirs(self.top + "/queue", 0o700)
            for name, text in (("aliases", ""), ("hosts", "127.0.0.1 sm.test.example sm localhost\n"),
                               ("sm.mc", MC.format(root=root, top=self.top, sink=sink_port, port=self.port,
                                                   milter=f"inet:{milter_port}@127.0.0.1"))):
                with open(os.path.join(self.top, name), "w", encoding="ascii") as file:
                    file.write(text)
            with open(self.top + "/sm.cf", "w", encoding="ascii") as file:
                subprocess.run(["m4", f"-D_CF_DIR_={root}/usr/share/sendmail/cf/", self.top + "/sm.mc"], stdout=file,
                               stderr=subprocess.DEVNULL, check=True)
        except BaseException:
            shutil.rmtree(self.top, ignore_errors=True)
            raise

    def __enter__(self):
        self.process = subprocess.Popen(["unshare", "--uts", "--mount", "sh", "-c", RUN.format(top=self.top)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 2).close()
                return self
            except OSError:
                time.sleep(0.2)
        text = self.process.stderr.read1().decode() if self.process.poll() is not None else "no answer"
        self.__exit__()
        raise Unavailable(f"Sendmail does not start here: {text[:200]}")

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
        shutil.rmtree(self.top, ignore_errors=True)

    def held(self):
        """Queue files of messages in quarantine, as text."""
        texts = []
        for path in glob.glob(self.top + "/queue/hf*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        return texts

    connect = Postfix.connect

    def send(self, sender, recipients, data):
        """As a Postfix does; bare line feeds become CRLF, since a Sendmail refuses them."""
        return Postfix.send(self, sender, recipients, data.replace("\n", "\r\n"))
