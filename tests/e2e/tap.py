# SPDX-License-Identifier: EUPL-1.2
"""The test protocol: each test is a function, its name the description, an exception its failure."""

import sys
import traceback


def run(tests, skip=None):
    """Run each function; exit status 1 when one failed. skip: a reason not to run any."""
    if skip:
        print(f"1..0 # SKIP {skip}")
        return 0
    only = sys.argv[1:]
    tests = [t for t in tests if not only or t.__name__ in only]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except BaseException as problem:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
            if isinstance(problem, KeyboardInterrupt):
                break
    return 1 if failed else 0


class Skip(Exception):
    """Raised by a test that cannot be run here."""


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)
