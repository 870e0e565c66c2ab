#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""How fast the record of a day is searched and judged again: 100,000 records made from the cases' verdicts."""

import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cases"))
import cases  # noqa: E402
import run  # noqa: E402

RECORDS = 100_000
TOOL = os.path.join(cases.BUILD, "src", "vaguemestre")
POLICY = os.path.join(cases.ROOT, "policy.conf")


def write_record(path):
    judged = list(run.judge_all([case for case in cases.load() if case.policy == POLICY]).values())
    with open(path, "w", encoding="utf-8") as file:
        for number in range(RECORDS):
            members = {key: value for key, value in judged[number % len(judged)].items()
                       if key not in ("path", "elapsed_us")}
            members.update(queue_id=f"4Q{number:06d}", rules_unmet=[])
            head = {"seq": number + 1, "time": f"2026-11-23T{number * 24 // RECORDS:02d}:00:00.000000Z",
                    "prev": "0" * 64, "kind": "verdict"}
            file.write(json.dumps({**head, **members, "hash": "0" * 64}, ensure_ascii=False,
                                  separators=(",", ":")) + "\n")


def timed(what, *words):
    started = time.monotonic()
    done = subprocess.run([TOOL, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=600, check=False)
    seconds = time.monotonic() - started
    print(f"{what:34} {seconds:6.2f} s {RECORDS / seconds:10.0f} records/s", flush=True)
    return done.returncode


def main():
    with tempfile.TemporaryDirectory(prefix="vm-replay-") as folder:
        path, new = os.path.join(folder, "audit.jsonl"), os.path.join(folder, "new.conf")
        write_record(path)
        with open(new, "w", encoding="utf-8") as file:
            file.write(f'include("{POLICY}")\nrule "all" {{ when = {{always}}  action = quarantine }}\n')
        print(f"\n{RECORDS} records, {os.path.getsize(path) >> 20} MiB")
        results = [timed("replay under another policy", "replay", "--summary", "--policy", new, path) == 1,
                   timed("log, one message by its id", "log", "--id", "4Q050000", path) == 0,
                   timed("log counts", "log", "counts", path) == 0, timed("report", "report", path) == 0]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
