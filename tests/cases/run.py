#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Every case through "vaguemestre inspect --json": one process for all that share a policy and arguments."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402

LIMIT_S = 300
BATCH = 200


def inspect(policy, arguments, paths):
    """PATH to JSON object."""
    command = [os.path.join(cases.BUILD, "src", "vaguemestre"), "inspect", "--json", "--policy", policy,
               *arguments, "--", *paths]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False)
    found = {}
    for line in done.stdout.splitlines():
        judged = json.loads(line)
        found[judged["path"]] = judged
    for line in done.stderr.decode("utf-8", "replace").splitlines():
        print("# " + line)
    want = 2 if len(found) < len(set(paths)) else int(any(j["verdict"] != "accept" for j in found.values()))
    if done.returncode != want:
        print(f"# exit status {done.returncode}, want {want}: {command[:6]}")
        return {}
    return found


def judge_all(todo):
    """Message path to JSON object over all cases."""
    groups = {}
    for case in todo:
        groups.setdefault((case.policy, tuple(case.arguments())), []).append(case.message)
    judged = {}
    for (policy, arguments), paths in groups.items():
        for at in range(0, len(paths), BATCH):
            judged.update(inspect(policy, list(arguments), paths[at:at + BATCH]))
    return judged


def main():
    only = sys.argv[1:]
    todo = [case for case in cases.load() if not only or any(word in case.name for word in only)]
    judged = judge_all(todo)
    failed = 0
    print(f"1..{len(todo)}")
    for number, case in enumerate(todo, 1):
        got = judged.get(case.message)
        problems = ["was not judged"] if got is None else cases.check(case, got)
        print(f"{'not ' if problems else ''}ok {number} - {case.name}")
        failed += bool(problems)
        for line in problems + (cases.summary(got) if problems and got else []):
            print("# " + line.encode("unicode_escape").decode())
    return 1 if failed or not todo else 0


if __name__ == "__main__":
    sys.exit(main())
