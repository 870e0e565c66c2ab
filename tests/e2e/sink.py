# SPDX-License-Identifier: EUPL-1.2
"""A receiving mail server on loopback that keeps each message's envelope and exact octets."""

import socketserver
import threading
import time


class Received:
    """One accepted message: sender, recipients, ESMTP parameters, and the octets between DATA and the dot."""

    def __init__(self, sender, recipients, parameters, data):
        self.sender = sender
        self.recipients = recipients
        self.parameters = parameters
        self.data = data

    def headers(self, name):
        """Values of all fields called name, unfolded, in order."""
        head = self.data.split(b"\r\n\r\n", 1)[0].decode("utf-8", "surrogateescape")
        values, current = [], None
        for line in head.split("\r\n"):
            if line[:1] in (" ", "\t") and current is not None:
                current += line
                continue
            if current is not None:
                values.append(current)
            current = line
        values.append(current or "")
        wanted = name.lower() + ":"
        return [v[len(wanted):].strip() for v in values if v.lower().startswith(wanted)]

    def body(self):
        parts = self.data.split(b"\r\n\r\n", 1)
        return parts[1] if len(parts) == 2 else b""


class _Session(socketserver.StreamRequestHandler):
    timeout = 60

    def reply(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        sender, recipients, parameters = None, [], ""
        try:
            self.reply("220 sink.test.example ESMTP")
            while True:
                line = self.rfile.readline(65536)
                if not line:
                    return
                verb, _, rest = line.strip().decode("utf-8", "surrogateescape").partition(" ")
                verb = verb.upper()
                if verb == "EHLO":
                    self.wfile.write(b"250-sink.test.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250 PIPELINING\r\n")
                elif verb == "HELO":
                    self.reply("250 sink.test.example")
                elif verb == "MAIL":
                    path, _, parameters = rest.partition(":")[2].strip().partition("> ")
                    sender, recipients = path.strip("<> "), []
                    self.reply("250 2.1.0 ok")
                elif verb == "RCPT":
                    recipients.append(rest.partition(":")[2].strip().partition(">")[0].strip("<> "))
                    self.reply("250 2.1.5 ok")
                elif verb == "DATA":
                    self.reply("354 go on")
                    data = self.read_data()
                    self.server.keep(Received(sender, recipients, parameters, data))
                    sender, recipients = None, []
                    self.reply("250 2.0.0 kept")
                elif verb == "RSET":
                    sender, recipients = None, []
                    self.reply("250 2.0.0 ok")
                elif verb == "NOOP":
                    self.reply("250 2.0.0 ok")
                elif verb == "QUIT":
                    self.reply("221 2.0.0 bye")
                    return
                else:
                    self.reply("502 5.5.1 not here")
        except OSError:
            return

    def read_data(self):
        lines = []
        while True:
            line = self.rfile.readline()
            if line in (b".\r\n", b""):
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)


class Sink(socketserver.ThreadingTCPServer):
    """with Sink() as sink: ... sink.port, sink.wait(count)"""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = self.server_address[1]
        self.received = []
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self.thread.join(5)

    def keep(self, message):
        with self.changed:
            self.received.append(message)
            self.changed.notify_all()

    def find(self, marker):
        """All messages whose octets hold marker (bytes or str)."""
        marker = marker.encode() if isinstance(marker, str) else marker
        with self.changed:
            return [m for m in self.received if marker in m.data]

    def wait(self, marker, count=1, seconds=20):
        """The messages with marker once there are count of them, or those there are when time is up."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                found = self.find(marker)
                left = end - time.monotonic()
                if len(found) >= count or left <= 0:
                    return found
                self.changed.wait(left)
