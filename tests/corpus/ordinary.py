# SPDX-License-Identifier: EUPL-1.2
"""Ordinary mail: messages as programs of thirty years write them, and nothing a reader could stumble over.

Each producer below writes the header order, boundaries, encodings and parameters its namesake is
known by. messages() yields (name, octets); the same call gives the same octets.
"""

import base64
import binascii
import io
import quopri
import zipfile
import zlib
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from urllib.parse import quote

DATE = "Mon, 23 Nov 2026 10:11:12 +0100"
SENDER = "Jeanne Dupont <jeanne.dupont@defense.gouv.fr>"
TO = "Bernard Müller <b.mueller@example.com>"

TEXTS = {
    "french": "Bonjour,\n\nLa réunion de mardi est avancée à 14 heures, salle Bâle. Merci d'apporter le\n"
              "relevé des présences et l'état des crédits (≈ 12 000 €).\n\nCordialement,\n-- \nJ. Dupont\n"
              "Bureau des moyens — 01 23 45 67 89\n",
    "latin": "Bonjour,\n\nVeuillez trouver ci-joint l'ordre du jour arrêté hier. La séance débutera à neuf\n"
             "heures précises.\n\nBien à vous,\nJ. Dupont\n",
    "ascii": "Hello,\n\nplease find the agenda attached. See https://www.example.com/?a=1&b=2=3 for the venue.\n\n"
             "> On Monday you wrote:\n>> begin with the budget, then the rest\n\nRegards\nJ.\n",
    "reply": "D'accord.\n\n-----Message d'origine-----\nDe : Bernard Müller\nEnvoyé : lundi 23 novembre 2026 09:00\n"
             "À : Jeanne Dupont\nObjet : réunion\n\nEst-ce confirmé ?\n",
    "disclaimer": "Good morning,\n\nthe minutes are approved.\n\n--------------------------------------------------\n"
                  "This e-mail and any attachment are confidential and intended solely for the addressee.\n"
                  "If you are not the intended recipient, please delete it and tell the sender.\n",
    "long": "Texte d'une seule traite, comme en écrivent les formulaires : " + "un mot après l'autre, " * 200 + "fin.\n",
    "dashes": "Points:\n--\n- one\n-- two\n---\nEnd of list.\n==\nThanks\n",
}
SUBJECTS = ["Réunion de mardi", "Agenda", "Re: Compte rendu n° 12 — crédits", "TR: planning été"]


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def html(text):
    lines = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\n")
    return "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html\"></head><body><p>" + \
        "<br>\n".join(lines) + "</p></body></html>\n"


def word(text, charset="utf-8", encoding="q"):
    """One encoded word, as most programs write it."""
    if text.isascii():
        return text
    octets = text.encode(charset)
    if encoding == "b":
        return "=?%s?B?%s?=" % (charset.upper(), base64.b64encode(octets).decode())
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "=?%s?Q?%s?=" % (charset, "".join(chr(c) if c in safe else "_" if c == 32 else "=%02X" % c for c in octets))


def words(text, charset="utf-8"):
    """Folded over several words, never in the middle of a character."""
    return Header(text, charset, maxlinelen=60).encode(linesep="\n")


def person(text, encoding="q"):
    name, _, address = text.rpartition(" ")
    return "%s %s" % (word(name, "utf-8", encoding), address)


def qp(text, charset="utf-8"):
    return quopri.encodestring(text.encode(charset)).decode()


def b64(octets, width=76):
    coded = base64.b64encode(octets).decode()
    return "\n".join(coded[i:i + width] for i in range(0, len(coded), width)) + "\n"


def png():
    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + binascii.crc32(kind + body).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0") + \
        chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def docx(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (
            ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
             '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
             '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
             'wordprocessingml.document.main+xml"/></Types>'),
            ("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
             '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
             'officeDocument" Target="word/document.xml"/></Relationships>'),
            ("word/document.xml", '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
             '<w:body><w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>' % text)):
            info = zipfile.ZipInfo(name, (2026, 11, 23, 10, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body)
    return out.getvalue()


DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ICS = ("BEGIN:VCALENDAR\nPRODID:-//Example//NONSGML//FR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\n"
       "UID:0001@defense.gouv.fr\nDTSTAMP:20261123T090000Z\nDTSTART:20261124T130000Z\nDTEND:20261124T140000Z\n"
       "SUMMARY:Réunion de mardi\nORGANIZER;CN=Jeanne Dupont:mailto:jeanne.dupont@defense.gouv.fr\n"
       "ATTENDEE;CN=Bernard:mailto:b.mueller@example.com\nEND:VEVENT\nEND:VCALENDAR\n")


def outlook(subject, text, files):
    """Outlook of the desktop: mixed around alternative, names both as name and filename."""
    outer, inner = "----=_NextPart_000_0012_01DD1C3A.5B0E2F10", "----=_NextPart_001_0013_01DD1C3A.5B0E2F10"
    head = ("From: %s\nTo: <b.mueller@example.com>\nSubject: %s\nDate: %s\nMessage-ID: <000b01dd$1@defense.gouv.fr>\n"
            "MIME-Version: 1.0\nContent-Type: multipart/mixed;\n\tboundary=\"%s\"\nX-Mailer: Microsoft Outlook 16.0\n"
            "Thread-Index: AdrLx0m1b2V0aGluZw==\nContent-Language: fr\n\nThis is a multipart message in MIME format.\n\n"
            % (SENDER, word(subject, "iso-8859-1") if latin(subject) else word(subject, "utf-8", "b"), DATE, outer))
    body = "--%s\nContent-Type: multipart/alternative;\n\tboundary=\"%s\"\n\n\n" % (outer, inner)
    for kind, content in (("plain", text), ("html", html(text))):
        body += "--%s\nContent-Type: text/%s;\n\tcharset=\"utf-8\"\nContent-Transfer-Encoding: quoted-printable\n\n%s\n" % (
            inner, kind, qp(content))
    body += "--%s--\n\n" % inner
    for name, kind, octets in files:
        body += ("--%s\nContent-Type: %s;\n\tname=\"%s\"\nContent-Transfer-Encoding: base64\nContent-Disposition: "
                 "attachment;\n\tfilename=\"%s\"\n\n%s\n" % (outer, kind, word(name, "iso-8859-1"), word(name, "iso-8859-1"), b64(octets)))
    return head + body + "--%s--\n" % outer


def latin(text):
    try:
        text.encode("iso-8859-1")
        return True
    except UnicodeEncodeError:
        return False


def exchange(subject, text, files):
    outer, inner = "_004_PR0P264MB0001ABCDEF0123456789_", "_000_PR0P264MB0001ABCDEF0123456789_"
    head = ("Received: from PR0P264MB0001.FRAP264.PROD.OUTLOOK.COM\n (2603:10a6:102:1::2) by MR1P264MB0002.FRAP264.PROD.OUTLOOK.COM\n"
            " with HTTPS; %s\nFrom: Jeanne Dupont <jeanne.dupont@defense.gouv.fr>\nTo: %s\nSubject: %s\nThread-Topic: %s\n"
            "Thread-Index: AQHbPXg=\nDate: %s\nMessage-ID:\n <PR0P264MB0001@PR0P264MB0001.FRAP264.PROD.OUTLOOK.COM>\n"
            "Accept-Language: fr-FR, en-US\nContent-Language: fr-FR\nX-MS-Has-Attach: %s\nX-MS-TNEF-Correlator:\n"
            "x-ms-exchange-messagesentrepresentingtype: 1\nContent-Type: multipart/mixed;\n\tboundary=\"%s\"\nMIME-Version: 1.0\n\n"
            % (DATE, person(TO, "b"), word(subject, "utf-8", "b"), word(subject, "utf-8", "b"), DATE, "yes" if files else "", outer))
    body = "--%s\nContent-Type: multipart/alternative;\n\tboundary=\"%s\"\n\n" % (outer, inner)
    for kind, content in (("plain", text), ("html", html(text))):
        body += "--%s\nContent-Type: text/%s; charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n\n%s\n" % (
            inner, kind, b64(crlf(content).encode()))
    body += "--%s--\n\n" % inner
    for name, kind, octets in files:
        coded = word(name, "utf-8", "b")
        body += ("--%s\nContent-Type: %s; name=\"%s\"\nContent-Description: %s\nContent-Disposition: attachment; filename=\"%s\"; "
                 "size=%d;\n\tcreation-date=\"Mon, 23 Nov 2026 09:00:00 GMT\";\n\tmodification-date=\"Mon, 23 Nov 2026 09:00:00 GMT\"\n"
                 "Content-Transfer-Encoding: base64\n\n%s\n" % (outer, kind, coded, coded, coded, len(octets), b64(octets)))
    return head + body + "--%s--\n" % outer


def thunderbird(subject, text, files):
    """Flowed text; file names by RFC 2231 in the disposition, by RFC 2047 in the type."""
    mark = "------------0aB1cD2eF3gH4iJ5kL6mN7oP"
    head = "Message-ID: <1b2c3d4e-0000-4000-8000-000000000000@defense.gouv.fr>\nDate: %s\nMIME-Version: 1.0\n" \
           "User-Agent: Mozilla Thunderbird\nContent-Language: fr, en-US\nTo: %s\nFrom: %s\nSubject: %s\n" % (
               DATE, person(TO), SENDER, words(subject))
    if not files:
        return head + "Content-Type: text/plain; charset=UTF-8; format=flowed\nContent-Transfer-Encoding: 8bit\n\n" + text
    body = "Content-Type: multipart/mixed; boundary=\"%s\"\n\nThis is a multi-part message in MIME format.\n--%s\n" \
           "Content-Type: text/plain; charset=UTF-8; format=flowed\nContent-Transfer-Encoding: 8bit\n\n%s\n" % (mark, mark, text)
    for name, kind, octets in files:
        body += "--%s\nContent-Type: %s; name=\"%s\"\nContent-Disposition: attachment; %s\nContent-Transfer-Encoding: base64\n\n%s" % (
            mark, kind, word(name, "utf-8", "b"), rfc2231(name), b64(octets, 72))
    return head + body + "\n--%s--\n" % mark


def rfc2231(name):
    if name.isascii():
        return 'filename="%s"' % name
    coded = "UTF-8''" + quote(name)
    if len(coded) < 40:
        return "filename*=" + coded
    pieces = [coded[i:i + 39] for i in range(0, len(coded), 39)]
    return "\n ".join("filename*%d*=%s;" % (i, piece) for i, piece in enumerate(pieces)).rstrip(";")


def gmail(subject, text, files):
    outer, inner = "000000000000d1e2f3064a5b6c7d", "000000000000d1e2f2064a5b6c7b"
    head = "MIME-Version: 1.0\nDate: %s\nMessage-ID: <CAB=x+1@mail.gmail.com>\nSubject: %s\nFrom: Jeanne Dupont <jeanne.dupont@defense.gouv.fr>\n" \
           "To: %s\n" % (DATE, word(subject, "utf-8", "b"), person(TO, "b"))
    alternative = "Content-Type: multipart/alternative; boundary=\"%s\"\n\n" % inner
    for kind, content in (("plain", text), ("html", "<div dir=\"ltr\">%s</div>\n" % html(text))):
        alternative += "--%s\nContent-Type: text/%s; charset=\"UTF-8\"\nContent-Transfer-Encoding: quoted-printable\n\n%s\n" % (
            inner, kind, qp(content))
    alternative += "--%s--\n" % inner
    if not files:
        return head + alternative
    body = "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n%s" % (outer, outer, alternative)
    for n, (name, kind, octets) in enumerate(files):
        coded = word(name, "utf-8", "b")
        body += "--%s\nContent-Type: %s; name=\"%s\"\nContent-Disposition: attachment; filename=\"%s\"\nContent-Transfer-Encoding: base64\n" \
                "Content-ID: <f_m%d>\nX-Attachment-Id: f_m%d\n\n%s" % (outer, kind, coded, coded, n, n, b64(octets))
    return head + body + "--%s--" % outer


def apple(subject, text, files):
    outer = "Apple-Mail=_3C5D9A10-0B1C-4D2E-8F30-112233445566"
    inner = "Apple-Mail=_77889900-AABB-4CCD-9EEF-001122334455"
    head = "From: %s\nContent-Type: multipart/alternative;\n\tboundary=\"%s\"\nMime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))\n" \
           "Subject: %s\nMessage-Id: <3C5D9A10@defense.gouv.fr>\nDate: %s\nTo: %s\nX-Mailer: Apple Mail (2.3826.200.121)\n\n\n" % (
               SENDER, outer, words(subject), DATE, person(TO))
    body = "--%s\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/plain;\n\tcharset=utf-8\n\n%s\n" % (outer, qp(text))
    body += "--%s\nContent-Type: multipart/mixed;\n\tboundary=\"%s\"\n\n\n--%s\nContent-Transfer-Encoding: quoted-printable\n" \
            "Content-Type: text/html;\n\tcharset=utf-8\n\n%s\n" % (outer, inner, inner, qp(html(text)))
    for name, kind, octets in files:
        body += "--%s\nContent-Disposition: attachment;\n\t%s\nContent-Type: %s;\n\tx-unix-mode=0644;\n\tname=\"%s\"\n" \
                "Content-Transfer-Encoding: base64\n\n%s\n" % (inner, rfc2231(name).replace("UTF-8", "utf-8"), kind, word(name), b64(octets))
    return head + body + "--%s--\n\n--%s--\n" % (inner, outer)


def mutt(subject, text, files):
    mark = "IS0zKkzwUGydFO0o"
    head = "Date: %s\nFrom: %s\nTo: %s\nSubject: %s\nMessage-ID: <aZ0x@defense.gouv.fr>\nReferences: <a@b.example>\n <c@d.example>\n" \
           "MIME-Version: 1.0\n" % (DATE, SENDER, person(TO), words(subject))
    plain = "Content-Type: text/plain; charset=utf-8\nContent-Disposition: inline\nContent-Transfer-Encoding: 8bit\n%s\n\n" + text
    tail = "In-Reply-To: <c@d.example>\nUser-Agent: Mutt/2.2.9 (2022-11-12)\n"
    if not files:
        return head + plain % tail.rstrip("\n")
    body = "Content-Type: multipart/mixed; boundary=\"%s\"\nContent-Disposition: inline\n%s\n\n--%s\n%s\n" % (
        mark, tail, mark, plain.replace("%s\n\n", "\n"))
    for name, kind, octets in files:
        body += "--%s\nContent-Type: %s\nContent-Disposition: attachment; %s\nContent-Transfer-Encoding: base64\n\n%s\n" % (
            mark, kind, rfc2231(name), b64(octets))
    return head + body + "--%s--\n" % mark


def notes(subject, text, files):
    """Lotus Notes: blanks in the boundary, ISO-8859-1, its own order of fields."""
    outer, inner = "=_mixed 004C5B2CC1258C1A_=", "=_alternative 004C5B2CC1258C1A_="
    subject = subject.replace("—", "-")
    text = text.replace("—", "-").replace("≈", "env.").replace("€", "EUR")
    head = "To: <b.mueller@example.com>\nMIME-Version: 1.0\nSubject: %s\nX-KeepSent: 5E2C1B7A:4C5B2C-C1258C1A; type=4; name=$KeepSent\n" \
           "X-Mailer: Lotus Notes Release 8.5.3 September 15, 2011\nMessage-ID: <OF5E2C1B7A.4C5B2C-ONC1258C1A@defense.gouv.fr>\n" \
           "From: jeanne.dupont@defense.gouv.fr\nDate: %s\nX-MIMETrack: Serialize by Router on GW1/SRV(Release 8.5.3|September 15, 2011) at\n 23/11/2026 10:11:12\n" \
           "Content-Type: multipart/mixed; boundary=\"%s\"\n\nMessage MIME\n" % (words(subject, "iso-8859-1"), DATE, outer)
    body = "--%s\nContent-Type: multipart/alternative; boundary=\"%s\"\n\n\n" % (outer, inner)
    for kind, content in (("plain", text), ("html", html(text))):
        body += "--%s\nContent-Type: text/%s; charset=\"ISO-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n\n%s\n" % (
            inner, kind, qp(content, "iso-8859-1"))
    body += "--%s--\n" % inner
    for name, kind, octets in files:
        body += "--%s\nContent-Type: %s; name=\"%s\"\nContent-Disposition: attachment; filename=\"%s\"\nContent-Transfer-Encoding: base64\n\n%s\n" % (
            outer, kind, word(name, "iso-8859-1"), word(name, "iso-8859-1"), b64(octets, 72))
    return head + body + "--%s--\n" % outer


def alternative_of(name, boundary, extra, preamble="", encoding="quoted-printable"):
    """Programs that differ in little but their boundary and their pride in themselves."""
    def write(subject, text, files):
        head = "Date: %s\nTo: %s\nFrom: %s\nSubject: %s\nMessage-ID: <%s@defense.gouv.fr>\n%sMIME-Version: 1.0\n" \
               "Content-Type: multipart/mixed;\n boundary=\"%s\"\n\n%s" % (
                   DATE, person(TO), SENDER, words(subject), name, extra, boundary, preamble)
        body = ""
        for kind, content in (("plain", text), ("html", html(text))):
            coded = qp(content) if encoding == "quoted-printable" else b64(crlf(content).encode()) if encoding == "base64" else content
            body += "--%s\nContent-Type: text/%s; charset=utf-8\nContent-Transfer-Encoding: %s\n\n%s\n" % (boundary, kind, encoding, coded)
        for file, kind, octets in files:
            body += "--%s\nContent-Type: %s; name=%s\nContent-Disposition: attachment; filename=%s\nContent-Transfer-Encoding: base64\n\n%s\n" % (
                boundary, kind, '"%s"' % word(file), '"%s"' % word(file), b64(octets))
        return head + body + "--%s--\n" % boundary
    return write


PREAMBLE = "This is a multi-part message in MIME format.\n\n"
OTHERS = {
    "phpmailer": alternative_of("phpmailer", "b1_Qm9uam91ckNlY2lFc3RVblRlc3Q", "X-Mailer: PHPMailer 6.9.1 (https://github.com/PHPMailer/PHPMailer)\n", PREAMBLE),
    "swift": alternative_of("swift", "_=_swift_v4_1700000000_0a1b2c3d_=_", "", ""),
    "javamail": alternative_of("javamail", "----=_Part_0_1234567890.1700000000000", "", "", "base64"),
    "dotnet": alternative_of("dotnet", "--boundary_0_0a1b2c3d-0000-1111-2222-333344445555", "", ""),
    "evolution": alternative_of("evolution", "=-Vm9sdXRpb24xMjM0NTY3", "User-Agent: Evolution 3.46.4-2\n", "\n"),
    "kmail": alternative_of("kmail", "nextPart2345678.QWERTYUIOP", "User-Agent: KMail/5.22\n", PREAMBLE, "8bit"),
    "roundcube": alternative_of("roundcube", "=_0a1b2c3d4e5f60718293a4b5c6d7e8f9", "User-Agent: Roundcube Webmail/1.6\nX-Sender: jeanne.dupont@defense.gouv.fr\n"),
    "squirrelmail": alternative_of("squirrel", "----=_20261123101112_12345", "User-Agent: SquirrelMail/1.4.23\nX-Priority: 3 (Normal)\nImportance: Normal\n", "", "8bit"),
    "zimbra": alternative_of("zimbra", "=_0a1b2c3d-1e2f-4a5b-8c9d-0e1f2a3b4c5d", "X-Originating-IP: [192.0.2.1]\nX-Mailer: Zimbra 8.8.15_GA\nThread-Topic: x\n"),
    "eudora": alternative_of("eudora", "=====================_12345678==_", "X-Mailer: QUALCOMM Windows Eudora Version 7.1.0.9\n"),
    "pine": alternative_of("pine", "-1463811741-1804289383-1700000000=:12345", "User-Agent: Alpine 2.26\n",
                           "  This message is in MIME format.  The first part should be readable text,\n  while the remaining parts are likely unreadable without MIME-aware tools.\n\n"),
    "outlook-express": alternative_of("oe", "----=_NextPart_000_0005_01C12345.67890ABC", "X-Priority: 3\nX-MSMail-Priority: Normal\nX-Mailer: Microsoft Outlook Express 6.00.2900.5512\nX-MimeOLE: Produced By Microsoft MimeOLE V6.00.2900.5512\n", PREAMBLE),
    "thebat": alternative_of("thebat", "----------0A1B2C3D4E5F60718", "X-Mailer: The Bat! (v9.3.4) Professional\nX-Priority: 3 (Normal)\n"),
    "horde": alternative_of("horde", "=_Ab12Cd34Ef56Gh78Ij90Kl1", "User-Agent: Horde Application Framework 5\n", "This message is in MIME format.\n\n"),
    "groupwise": alternative_of("groupwise", "=__Part0A1B2C3D.0__=", "X-Mailer: Novell GroupWise Internet Agent 18.4\n",
                                "This is a MIME message. If you are reading this text, you may want to \nconsider changing to a mail reader or gateway that understands how to \nproperly handle MIME multipart messages.\n\n"),
    "sogo": alternative_of("sogo", "----=_=-_OpenGroupware_org_NGMime-1234-1700000000.123456-0------", "User-Agent: SOGoMail 5.8.0\n"),
    "amazon": alternative_of("ses", "----=_Part_123456_1234567.1700000000000", "Feedback-ID: 1.eu-west-1.abc=:AmazonSES\nX-SES-Outgoing: 2026.11.23-54.240.1.1\n"),
    "blackberry": alternative_of("bb", "part123-boundary-456-789-012", "X-Priority: Normal\nSensitivity: Normal\n", "", "base64"),
}


def with_email_package(subject, text, files):
    """Python's own package, old interface and new, writes these; nothing is imitated."""
    new = EmailMessage()
    new["From"], new["To"], new["Subject"], new["Date"] = SENDER, TO, subject, DATE
    new["Message-ID"] = "<python@defense.gouv.fr>"
    new.set_content(text)
    new.add_alternative(html(text), subtype="html")
    for name, kind, octets in files:
        new.add_attachment(octets, *kind.split("/"), filename=name)
    if files:
        new.set_boundary("===============0000000000000000001==")
    list(new.iter_parts())[0].set_boundary("===============0000000000000000002==") if files else \
        new.set_boundary("===============0000000000000000003==")
    old = MIMEMultipart(boundary="===============0123456789012345678==")
    old["From"], old["To"], old["Subject"], old["Date"] = SENDER, TO, Header(subject, "utf-8"), DATE
    old.attach(MIMEText(text, "plain", "utf-8"))
    for name, kind, octets in files:
        part = MIMEApplication(octets, kind.split("/")[1])
        part.add_header("Content-Disposition", "attachment", filename=name)
        old.attach(part)
    return [("new", new.as_bytes()), ("old", old.as_bytes())]


def single(head, text, charset="ascii", end="\n"):
    octets = ("From: %s\nTo: b.mueller@example.com\nDate: %s\n%s\n%s" % (SENDER, DATE, head, text)).encode(charset)
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if end == "\r\n" else octets


def bounce():
    return ("Return-Path: <>\nFrom: MAILER-DAEMON@gw.defense.gouv.fr (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n"
            "To: jeanne.dupont@defense.gouv.fr\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; "
            "report-type=delivery-status;\n\tboundary=\"4ABC123.1700000000/gw.defense.gouv.fr\"\nContent-Transfer-Encoding: 8bit\n"
            "Message-Id: <20261123.4ABD@gw.defense.gouv.fr>\nDate: " + DATE + "\n\nThis is a MIME-encapsulated message.\n\n"
            "--4ABC123.1700000000/gw.defense.gouv.fr\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n"
            "This is the mail system at host gw.defense.gouv.fr.\n\n<x@example.com>: host mx.example.com[192.0.2.7] said: 550 5.1.1 unknown\n\n"
            "--4ABC123.1700000000/gw.defense.gouv.fr\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\n"
            "Reporting-MTA: dns; gw.defense.gouv.fr\nX-Postfix-Queue-ID: 4ABC123\nArrival-Date: " + DATE + "\n\n"
            "Final-Recipient: rfc822; x@example.com\nAction: failed\nStatus: 5.1.1\n\n"
            "--4ABC123.1700000000/gw.defense.gouv.fr\nContent-Description: Undelivered Message\nContent-Type: message/rfc822\n"
            "Content-Transfer-Encoding: 8bit\n\nReturn-Path: <jeanne.dupont@defense.gouv.fr>\nFrom: jeanne.dupont@defense.gouv.fr\n"
            "To: x@example.com\nSubject: Agenda\nDate: " + DATE + "\n\nHello\n\n--4ABC123.1700000000/gw.defense.gouv.fr--\n").encode()


def receipt():
    return single("Subject: Lu : Agenda\nMIME-Version: 1.0\nContent-Type: multipart/report;\n\treport-type=disposition-notification;\n"
                  "\tboundary=\"_000_b_\"\n", "--_000_b_\nContent-Type: text/plain; charset=\"us-ascii\"\n\nYour message was read.\n\n--_000_b_\n"
                  "Content-Type: message/disposition-notification\n\nReporting-UA: gw; Outlook\nFinal-Recipient: rfc822;jeanne.dupont@defense.gouv.fr\n"
                  "Original-Message-ID: <1@example.com>\nDisposition: automatic-action/MDN-sent-automatically; displayed\n\n--_000_b_--\n")


def digest():
    text = "".join("--===============77==\n\nFrom: a%d@example.org\nSubject: Topic %d\nMessage-ID: <%d@example.org>\nDate: %s\n\nText %d\n\n"
                   % (i, i, i, DATE, i) for i in range(3))
    return single("Subject: liste Digest, Vol 3\nMIME-Version: 1.0\nPrecedence: list\nList-Id: <liste.example.org>\n"
                  "Content-Type: multipart/mixed; boundary=\"===============88==\"\n",
                  "--===============88==\nContent-Type: text/plain; charset=\"us-ascii\"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n"
                  "Content-Description: liste Digest, Vol 3\n\nSend submissions to liste@example.org\n\n--===============88==\n"
                  "Content-Type: multipart/digest; boundary=\"===============77==\"\nMIME-Version: 1.0\n\n" + text +
                  "--===============77==--\n\n--===============88==--\n")


def list_footer():
    return single("Subject: [liste] Agenda\nMIME-Version: 1.0\nList-Unsubscribe: <mailto:liste-leave@example.org>\nSender: liste-bounces@defense.gouv.fr\n"
                  "Content-Type: multipart/mixed; boundary=\"===============5==\"\n",
                  "--===============5==\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + b64(TEXTS["french"].encode()) +
                  "\n--===============5==\nContent-Type: text/plain; charset=\"us-ascii\"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n"
                  "Content-Disposition: inline\n\n_______________________________________________\nliste mailing list\nliste@example.org\n\n"
                  "--===============5==--\n")


def invitation(producer):
    mark = "000000000000abc" if producer == "google" else "_000_MR1P264MB0002_"
    return single("Subject: Invitation\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=\"%s\"\n" % mark,
                  "--%s\nContent-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n\n%s\n--%s\nContent-Type: text/calendar; "
                  "charset=\"utf-8\"; method=REQUEST\nContent-Transfer-Encoding: %s\n\n%s\n--%s--\n" % (
                      mark, b64("Réunion".encode()), mark, "7bit" if producer == "google" else "base64",
                      crlf(ICS).replace("é", "e") if producer == "google" else b64(crlf(ICS).encode()), mark), end="\r\n")


def forwarded():
    inner = single("Subject: Agenda\nMessage-ID: <in@example.com>\n", TEXTS["ascii"]).decode()
    return single("Subject: Fwd: Agenda\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"------------A1\"\n",
                  "This is a multi-part message in MIME format.\n--------------A1\nContent-Type: text/plain; charset=UTF-8\n\nVoir ci-dessous.\n"
                  "--------------A1\nContent-Type: message/rfc822; charset=UTF-8; name=\"Agenda.eml\"\nContent-Disposition: attachment; filename=\"Agenda.eml\"\n"
                  "Content-Transfer-Encoding: 7bit\n\n" + inner + "\n--------------A1--\n")


def pgp_armour():
    """A signature packet (RFC 9580, 5.2) of no key, whole in its length and its sum (6.1.1)."""
    packet = bytes([0x88, 20, 4, 0, 22, 8, 0, 0, 0, 0]) + b"ab" + bytes([0, 8, 1, 0, 0, 8, 1, 0, 0, 0])
    crc = 0xB704CE
    for octet in packet:
        crc ^= octet << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return (f"-----BEGIN PGP SIGNATURE-----\n\n{base64.b64encode(packet).decode()}\n"
            f"={base64.b64encode(crc.to_bytes(3, 'big')).decode()}\n-----END PGP SIGNATURE-----\n")


def pgp_signed():
    return single("Subject: Agenda\nMIME-Version: 1.0\nContent-Type: multipart/signed; micalg=pgp-sha512;\n\tprotocol=\"application/pgp-signature\"; boundary=\"7JfCtLOvnd9MIVvH\"\n",
                  "--7JfCtLOvnd9MIVvH\nContent-Type: text/plain; charset=us-ascii\n\n" + TEXTS["ascii"] + "\n--7JfCtLOvnd9MIVvH\n"
                  "Content-Type: application/pgp-signature; name=\"signature.asc\"\n\n" + pgp_armour() +
                  "\n--7JfCtLOvnd9MIVvH--\n")


def related():
    return single("Subject: Logo\nMIME-Version: 1.0\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"rel\"\n",
                  "--rel\nContent-Type: text/html; charset=us-ascii\nContent-Transfer-Encoding: 7bit\n\n<html><body><img src=\"cid:logo@x\"> Hello</body></html>\n"
                  "--rel\nContent-Type: image/png; name=\"image001.png\"\nContent-ID: <logo@x>\nContent-Disposition: inline; filename=\"image001.png\"\n"
                  "Content-Transfer-Encoding: base64\n\n" + b64(png()) + "--rel--\n")


def singles():
    """One part or none of the machinery: old mailers, scripts, and the rules' own edges."""
    latin1, french, ascii_text = TEXTS["latin"], TEXTS["french"], TEXTS["ascii"]
    yield "plain-no-mime", single("Subject: Agenda\n", ascii_text)
    yield "plain-crlf", single("Subject: Agenda\n", ascii_text, end="\r\n")
    yield "eight-bit-no-mime", single("Subject: Réunion\n", latin1, "iso-8859-1")
    yield "utf8-no-mime", single("Subject: Réunion\n", french, "utf-8")
    yield "utf8-raw-subject", single("Subject: Réunion — été\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", french, "utf-8")
    yield "content-type-text", single("Subject: x\nContent-Type: text\n", ascii_text)
    yield "x-sun", single("Subject: x\nX-Mailer: exmh version 2.9.0\n", ascii_text)
    yield "php-html", single("Subject: Confirmation\nX-Mailer: PHP/5.6.40\nContent-type: text/html; charset=iso-8859-1\n", html(latin1), "iso-8859-1")
    yield "php-mime-last", single("Subject: Confirmation\nMIME-Version: 1.0\nContent-type: text/html; charset=UTF-8\n", html(french), "utf-8")
    yield "windows-as-latin1", single("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n",
                                      "L'\u0153uvre \u2013 5 \u20ac\n", "cp1252")
    yield "lower-case-qp", single("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: Quoted-Printable\n",
                                  "R=e9union =e0 14 h=\n eures\n")
    yield "base64-one-line", single("Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: BASE64\n",
                                    base64.b64encode(french.encode() * 30).decode())
    yield "one-very-long-line", single("Subject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
                                       html(TEXTS["long"]).replace("\n", ""), "utf-8")
    yield "empty-body", single("Subject: vide\n", "")
    yield "header-only", b"From: jeanne.dupont@defense.gouv.fr\r\nSubject: vide\r\n"
    yield "mbox-line", b"From jeanne@defense.gouv.fr Mon Nov 23 10:11:12 2026\n" + single("Subject: x\nStatus: RO\nX-Status: A\n", ascii_text)
    yield "no-recipient", single("Subject: x\n", ascii_text).replace(b"To: b.mueller@example.com", b"To: undisclosed-recipients:;")
    yield "old-name-comment", single("Subject: x\n", ascii_text).replace(SENDER.encode(), b"jeanne.dupont@defense.gouv.fr (Jeanne Dupont)")
    yield "quoted-comma", single("Subject: x\n", ascii_text).replace(SENDER.encode(), b'"DUPONT, Jeanne (DIRISI)" <jeanne.dupont@defense.gouv.fr>')
    yield "name-is-address", single("Subject: x\n", ascii_text).replace(SENDER.encode(), b'"jeanne.dupont@defense.gouv.fr" <jeanne.dupont@defense.gouv.fr>')
    yield "word-comma", single("Subject: x\n", ascii_text).replace(SENDER.encode(), b"=?utf-8?Q?DUPONT=2C_Ren=C3=A9e?= <renee.dupont@defense.gouv.fr>")
    yield "iso-2022-jp", single("Subject: =?ISO-2022-JP?B?GyRCMnE1RBsoQg==?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset=ISO-2022-JP\nContent-Transfer-Encoding: 7bit\n",
                                "\u4f1a\u8b70\n", "iso-2022-jp")
    yield "koi8-r", single("Subject: =?koi8-r?B?98HWzs8=?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n",
                           "\u043f\u0440\u0438\u0432\u0435\u0442\n", "koi8-r")
    yield "gb2312", single("Subject: =?gb2312?B?u+HS6Q==?=\nMIME-Version: 1.0\nContent-Type: text/plain; charset=\"gb2312\"\nContent-Transfer-Encoding: base64\n",
                           b64("\u4f1a\u8bae".encode("gb2312")))
    yield "received-and-signed", single("Received: from a.example (a.example [192.0.2.1])\n\tby gw.defense.gouv.fr (Postfix) with ESMTPS id 4ABC\n\tfor <x@y.example>; " + DATE +
                                        "\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=defense.gouv.fr; s=m;\n\tt=1700000000; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\th=From:To:Subject; b=AAAA\n\t BBBB=\n"
                                        "ARC-Seal: i=1; a=rsa-sha256; d=example; cv=none; b=AA==\nAuthentication-Results: gw; spf=pass (x) smtp.mailfrom=a@b.example\nSubject: x\n", ascii_text)
    yield "resent", single("Resent-Date: " + DATE + "\nResent-From: jeanne.dupont@defense.gouv.fr\nResent-To: c@example.com\nSubject: x\n", ascii_text)
    yield "fold-in-name", single("Subject: =?utf-8?Q?Un_sujet_assez_long_pour_tenir_sur_deux_lignes_?=\n\t=?utf-8?Q?=C3=A9t=C3=A9?=\n", ascii_text)
    yield "space-behind-delimiter", single("Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n", "--q  \n\none\n--q\t\n\ntwo\n--q--  \n")
    yield "no-final-newline", single("Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=q\n", "--q\n\none\n--q--")
    yield "empty-part-header", single("Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"q\"\n", "--q\n\none\n--q\nContent-Type: text/plain\n\n\n--q--\n")
    yield "footer-behind-parts", single("Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"q\"\n", "--q\n\none\n--q--\n\nSent through a list.\n")
    yield "signed-text", single("Subject: x\n", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nBonjour\n" + pgp_armour())
    yield "uuencoded", single("Subject: x\n", "Hello,\n\nbegin 644 a.txt\n-5$]-0D],02!B;&5U90``\n`\nend\n\nbye\n")
    yield "bounce", bounce()
    yield "bounce-qmail", single("Subject: failure notice\n", "Hi. This is the qmail-send program at example.com.\n\n<x@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                                 "--- Below this line is a copy of the message.\n\nReturn-Path: <a@b.example>\nFrom: a@b.example\nSubject: y\n\ntext\n")
    yield "receipt", receipt()
    yield "digest", digest()
    yield "list-footer", list_footer()
    yield "invitation-outlook", invitation("outlook")
    yield "invitation-google", invitation("google")
    yield "forwarded", forwarded()
    yield "pgp-signed", pgp_signed()
    yield "related", related()


def nineties():
    """Habits of the first years of MIME, and of gateways to what was before it; archives are full of them."""
    text, latin1 = TEXTS["ascii"], TEXTS["latin"]
    mime = "Mime-Version: 1.0\n"
    yield "date-of-1998", single("Subject: x\n", text).replace(DATE.encode(), b"Mon, 5 Jan 98 09:08:07 EST")
    yield "date-with-comment", single("Subject: x\n", text).replace(DATE.encode(), b"05 Jan 1998 09:08:07 +0100 (MET)")
    yield "apparently-to", single("Subject: x\nApparently-To: b.mueller@example.com\nContent-Length: 12\nX-Lines: 3\n", text)
    yield "in-reply-to-phrase", single('In-Reply-To: Your message of "Sun, 4 Jan 1998 10:00:00 EST."\n <199801041500.KAA01234@host.example>\n'
                                       "Subject: Re: x\n", text)
    yield "metamail", single("Subject: x\nMIME-Version: 1.0 (produced by metamail 2.7)\nContent-Type: text/plain; charset=us-ascii (Plain text)\n", text)
    yield "pine-capitals", single("Subject: x\nMIME-Version: 1.0\nContent-Type: TEXT/PLAIN; charset=US-ASCII\n", text)
    yield "x-unknown", single("Subject: x\nMIME-Version: 1.0\nContent-Type: TEXT/PLAIN; charset=X-UNKNOWN\nContent-Transfer-Encoding: QUOTED-PRINTABLE\n",
                              qp(latin1, "iso-8859-1"))
    yield "netscape", single("Subject: x\nX-Mailer: Mozilla 4.7 [fr] (Win98; I)\nX-Accept-Language: fr\n" + mime +
                             'Content-Type: multipart/mixed; boundary="------------A1B2C3D4E5F60718293A4B5C"\n',
                             "This is a multi-part message in MIME format.\n--------------A1B2C3D4E5F60718293A4B5C\n"
                             "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n" + latin1 +
                             '\n--------------A1B2C3D4E5F60718293A4B5C\nContent-Type: text/x-vcard; charset=us-ascii;\n name="jdupont.vcf"\n'
                             "Content-Transfer-Encoding: 7bit\nContent-Description: Card for Jeanne Dupont\nContent-Disposition: attachment;\n"
                             ' filename="jdupont.vcf"\n\nbegin:vcard \nn:Dupont;Jeanne\nx-mozilla-html:FALSE\nversion:2.1\n'
                             "email;internet:jeanne.dupont@defense.gouv.fr\nfn:Jeanne Dupont\nend:vcard\n\n"
                             "--------------A1B2C3D4E5F60718293A4B5C--\n", "iso-8859-1")
    yield "enriched", single("Subject: x\n" + mime + "Content-Type: text/enriched; charset=us-ascii\n", "<bold>Hello</bold>\n\nSee you.\n")
    yield "utf-7", single("Subject: x\n" + mime + "Content-Type: text/plain; charset=UTF-7\n", "R+AOk-union\n")
    yield "ccmail", single("Subject: x\nX-Mailer: ccMail Link to SMTP R8.00.01\n" + mime + 'Content-Type: text/plain; charset=US-ASCII\n'
                           'Content-Transfer-Encoding: 7bit\nContent-Description: "cc:Mail Note Part"\n', text)
    yield "x400-gateway", single("X400-Originator: jeanne.dupont@defense.gouv.fr\nX400-MTS-Identifier: [/PRMD=DEF/ADMD=ATLAS/C=FR/;1998]\n"
                                 "X400-Content-Type: P2-1984 (2)\nImportance: normal\nSensitivity: Company-Confidential\n"
                                 "Conversion: Allowed\nSubject: x\n", text).replace(b"Company-Confidential", b"Personal")
    yield "digest-of-1988", single("Subject: Info-List Digest V1 #2\n", "Info-List Digest\n\n----------------------------------------------------------------------\n\n"
                                   "Date: Mon, 4 Jan 88 10:00:00 EST\nFrom: a@b.example\nSubject: first\n\nHello.\n\n------------------------------\n\n"
                                   "End of Info-List Digest\n***********************\n")
    yield "partial-octets", single("Subject: x\n" + mime + 'Content-Type: application/octet-stream; name="A.TXT"; type=text; x-mac-type="54455854"\n'
                                   "Content-Transfer-Encoding: base64\n", b64(text.encode()))
    yield "tabs-and-blanks", single("Subject:\tx\nMIME-Version:1.0\nContent-Type:text/plain;charset=us-ascii\nX-Empty: \n", text)


def messages():
    yield from singles()
    yield from nineties()
    file_sets = {
        "none": [],
        "text": [("notes.txt", "text/plain", TEXTS["ascii"].encode())],
        "accents": [("Compte rendu été.csv", "text/csv", "jour;présents\n23;12\n".encode())],
        "office": [("ordre du jour.docx", DOCX_TYPE, docx("Ordre du jour de la réunion")), ("image001.png", "image/png", png())],
    }
    producers = {"outlook": outlook, "exchange": exchange, "thunderbird": thunderbird, "gmail": gmail, "apple": apple,
                 "mutt": mutt, "notes": notes, **OTHERS}
    keys = list(TEXTS)
    for p, (producer, write) in enumerate(producers.items()):
        for f, (set_name, files) in enumerate(file_sets.items()):
            for t in range(3):
                key = keys[(p + f + 2 * t) % len(keys)]
                subject = SUBJECTS[(p + f + t) % len(SUBJECTS)]
                text = write(subject, TEXTS[key], files)
                ends = crlf(text) if t != 1 else text
                yield "%s-%s-%s" % (producer, set_name, key), ends.encode()
    for set_name, files in file_sets.items():
        for kind, octets in with_email_package(SUBJECTS[0], TEXTS["french"], files):
            yield "python-%s-%s" % (kind, set_name), octets
