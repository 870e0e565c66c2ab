# SPDX-License-Identifier: EUPL-1.2
"""A scripted mail server: speaks the milter protocol, version 6, octet for octet as it is told to.

Packets are a length (4 octets, most significant first), a command octet and data. Whatever a real mail
server may or may not do (odd names, huge values, silence, hanging up) can be done here.
"""

import socket
import struct

ADD_HEADERS, CHANGE_BODY, ADD_RECIPIENT, DELETE_RECIPIENT, CHANGE_HEADERS, QUARANTINE, CHANGE_SENDER = (
    1 << n for n in range(7))
ALL_ACTIONS, ALL_STEPS = 0x1FF, 0x1FFFFF
NO_HEADER_END, NO_REPLY_HEADER, NO_REPLY_HEADER_END = 0x40, 0x80, 0x40000
NO_REPLY_BODY, LEADING_SPACE = 0x80000, 0x100000

BODY_CHUNK = 65535


class Closed(Exception):
    """The milter hung up."""


class Outcome:
    """What the milter asked for at the end of a message, and its final answer."""

    FINAL = {b"a": "accept", b"c": "accept", b"r": "reject", b"t": "tempfail", b"d": "discard"}

    def __init__(self):
        self.answer = None
        self.reply = ""             # SMTP reply as sent, lines joined by \n
        self.added = []             # (name, value)
        self.inserted = []          # (index, name, value)
        self.changed = []           # (index, name, value); an empty value deletes
        self.recipients_added = []
        self.recipients_deleted = []
        self.sender = None
        self.body = None
        self.hold = None            # the reason
        self.progress = 0
        self.order = []             # command letters as they came

    @property
    def verdict(self):
        """In the words of the product, as far as a mail server can tell."""
        if self.answer == "accept" and self.hold is not None:
            return "quarantine"
        if self.answer == "accept" and self.recipients_deleted:
            return "redirect"
        return self.answer

    def take(self, letter, data):
        """True when it was the final answer."""
        self.order.append(letter.decode())
        texts = data.rstrip(b"\0").decode("utf-8", "surrogateescape").split("\0")
        if letter in self.FINAL:
            self.answer = self.FINAL[letter]
            return True
        if letter == b"y":
            self.reply = data.rstrip(b"\0").decode("utf-8", "surrogateescape").replace("\r\n", "\n")
            self.answer = "reject" if data[:1] == b"5" else "tempfail"
            return True
        if letter == b"p":
            self.progress += 1
        elif letter == b"h":
            name, value = data[:-1].split(b"\0", 1)
            self.added.append((name.decode(), value.decode("utf-8", "surrogateescape")))
        elif letter in (b"m", b"i"):
            index = struct.unpack(">I", data[:4])[0]
            name, value = data[4:-1].split(b"\0", 1)
            item = (index, name.decode(), value.decode("utf-8", "surrogateescape"))
            (self.changed if letter == b"m" else self.inserted).append(item)
        elif letter == b"+" or letter == b"2":
            self.recipients_added.append(texts[0])
        elif letter == b"-":
            self.recipients_deleted.append(texts[0])
        elif letter == b"e":
            self.sender = texts[0]
        elif letter == b"b":
            self.body = (self.body or b"") + data
        elif letter == b"q":
            self.hold = texts[0]
        else:
            raise ValueError(f"unexpected answer {letter!r}")
        return False


class FakeMTA:
    """One milter connection: with FakeMTA(("127.0.0.1", 8894)) as mta: outcome = mta.send(...)"""

    def __init__(self, address, actions=ALL_ACTIONS, steps=ALL_STEPS, timeout=60):
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else
                                    socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self.socket.settimeout(timeout)
        if self.socket.family != socket.AF_UNIX:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect(address)
        self.actions = self.steps = 0
        self.macro_lists = {}
        if actions is not None:
            self.negotiate(actions, steps)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.put(b"Q")
        except OSError:
            pass
        self.socket.close()

    def put(self, letter, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + letter + data)

    def _read(self, count):
        octets = b""
        while len(octets) < count:
            piece = self.socket.recv(count - len(octets))
            if not piece:
                raise Closed()
            octets += piece
        return octets

    def get(self):
        length = struct.unpack(">I", self._read(4))[0]
        packet = self._read(length)
        return packet[:1], packet[1:]

    def negotiate(self, actions=ALL_ACTIONS, steps=ALL_STEPS):
        self.put(b"O", struct.pack(">III", 6, actions, steps))
        letter, data = self.get()
        if letter != b"O":
            raise ValueError(f"answer to negotiation: {letter!r}")
        _, self.actions, self.steps = struct.unpack(">III", data[:12])
        rest = data[12:]
        while len(rest) > 4:
            stage = struct.unpack(">I", rest[:4])[0]
            names, rest = rest[4:].split(b"\0", 1)
            self.macro_lists[stage] = names.decode()

    def macros(self, command, values):
        data = b"".join(k.encode() + b"\0" + v.encode("utf-8", "surrogateescape") + b"\0"
                        for k, v in values.items())
        self.put(b"D", command + data)

    def ask(self, letter, data=b""):
        """Send a command that is answered; returns an Outcome of one answer."""
        self.put(letter, data)
        outcome = Outcome()
        while not outcome.take(*self.get()):
            pass
        return outcome

    def connect(self, host="client.test.example", address="192.0.2.1", port=40000, macros=None):
        self.macros(b"C", {"j": "mta.test.example", "{daemon_name}": "mta.test.example",
                           "{client_name}": host, **(macros or {})})
        if address is None:
            return self.ask(b"C", host.encode() + b"\0U")
        family = b"6" if ":" in address else b"4"
        return self.ask(b"C", host.encode() + b"\0" + family + struct.pack(">H", port) + address.encode() + b"\0")

    def helo(self, name="client.test.example", macros=None):
        self.macros(b"H", macros or {})
        return self.ask(b"H", name.encode() + b"\0")

    @staticmethod
    def _path(address):
        return address if address.startswith("<") else f"<{address}>"

    def mail(self, sender, arguments=(), macros=None, verbatim=False):
        path = sender if verbatim else self._path(sender)
        self.macros(b"M", {"{mail_addr}": path.strip("<>"), **(macros or {})})
        data = b"\0".join(a.encode("utf-8", "surrogateescape") for a in (path, *arguments)) + b"\0"
        return self.ask(b"M", data)

    def rcpt(self, recipient, macros=None, verbatim=False):
        path = recipient if verbatim else self._path(recipient)
        self.macros(b"R", {"{rcpt_addr}": path.strip("<>"), **(macros or {})})
        return self.ask(b"R", path.encode("utf-8", "surrogateescape") + b"\0")

    def data(self, queue_id="4TEST"):
        self.macros(b"T", {"i": queue_id})
        return self.ask(b"T")

    def header(self, name, value):
        """value with its leading blank, folds as a bare newline."""
        name = name.encode() if isinstance(name, str) else name
        value = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        if not self.steps & LEADING_SPACE and value.startswith(b" "):
            value = value[1:]
        letter, data = b"L", name + b"\0" + value + b"\0"
        if self.steps & NO_REPLY_HEADER:
            return self.put(letter, data)
        return self.ask(letter, data)

    def end_of_header(self):
        if self.steps & NO_HEADER_END:
            return None
        if self.steps & NO_REPLY_HEADER_END:
            return self.put(b"N")
        return self.ask(b"N")

    def body(self, octets):
        for at in range(0, len(octets), BODY_CHUNK):
            if self.steps & NO_REPLY_BODY:
                self.put(b"B", octets[at:at + BODY_CHUNK])
            else:
                self.ask(b"B", octets[at:at + BODY_CHUNK])

    def end(self, queue_id="4TEST"):
        self.macros(b"E", {"i": queue_id})
        return self.ask(b"E")

    def abort(self):
        self.put(b"A")

    def content(self, message):
        """Header and body of a message (octets with CRLF or LF line ends) as a mail server would show them."""
        message = message.encode() if isinstance(message, str) else message
        message = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head, separator, body = message.partition(b"\r\n\r\n")
        if message.startswith(b"\r\n"):
            head, separator, body = b"", b"\r\n", message[2:]
        fields = []
        for line in head.split(b"\r\n") if head else []:
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1][1] += b"\n" + line
                continue
            name, colon, value = line.partition(b":")
            if not colon:       # as mail servers do: here the header ends
                break
            fields.append([name.rstrip(b" \t"), value])
        for name, value in fields:
            self.header(name, value)
        self.end_of_header()
        self.body(body)

    def send(self, sender, recipients, message, arguments=(), macros=None, queue_id="4TEST"):
        """MAIL to the end of one message; the first answer that is no "go on" ends it."""
        outcome = self.mail(sender, arguments, macros)
        if outcome.answer != "accept":
            return outcome
        for recipient in [recipients] if isinstance(recipients, str) else recipients:
            outcome = self.rcpt(recipient)
            if outcome.answer != "accept":
                return outcome
        outcome = self.data(queue_id)
        if outcome.answer != "accept":
            return outcome
        self.content(message)
        return self.end(queue_id)
