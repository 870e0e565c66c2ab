# SPDX-License-Identifier: EUPL-1.2
"""Have LibreOffice store documents behind a password.

seal_office.py PROFILE PASSWORD SOURCE=TARGET=FILTER... ; run by the Python that has LibreOffice's module."""

import subprocess
import sys
import time

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException

TRIES = 200
PIPE = "vaguemestre-seal"


def value(name, content, kind=PropertyValue):
    made = kind()
    made.Name, made.Value = name, content
    return made


def lock(kind, password):
    """The formats of Microsoft 2007 want the password another way."""
    if "XML" not in kind:
        return value("Password", password)
    terms = (value("CryptoType", "Standard", NamedValue), value("OOXPassword", password, NamedValue))
    return value("EncryptionData", uno.Any("[]com.sun.star.beans.NamedValue", terms))


def connect():
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(TRIES):
        try:
            return resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    sys.exit("LibreOffice does not answer")


def main(profile, password, *orders):
    office = subprocess.Popen(["soffice", f"-env:UserInstallation=file://{profile}", "--headless",
                               f"--accept=pipe,name={PIPE};urp;"], stdin=subprocess.DEVNULL)
    try:
        context = connect()
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        for order in orders:
            source, target, kind = order.split("=")
            document = desktop.loadComponentFromURL(f"file://{source}", "_blank", 0, (value("Hidden", True),))
            document.storeToURL(f"file://{target}", (value("FilterName", kind), lock(kind, password)))
            document.close(True)
        desktop.terminate()
        office.wait(20)
    finally:
        office.kill()


main(*sys.argv[1:])
