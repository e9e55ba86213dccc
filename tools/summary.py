#!/usr/bin/env python3
"""Counts what tools/check ran: summary.py LOG…

Each LOG holds one JSON object a line, as meson's testlog.json does: name, result, stdout, stderr.
Prints the output of what failed, the reason of what was skipped, and last
"N passed, N failed, N skipped". A GoogleTest or unittest program counts with its single cases.
"""

import json
import re
import sys

TAIL = 80  # lines of a failed test's output


def gtest_counts(output):
    ran = re.search(r"^\[==========\] (\d+) tests? from .* ran", output, re.M)
    if not ran:
        return None

    def number(word):
        found = re.findall(rf"^\[ *{word} *\] (\d+) tests?[.,]", output, re.M)
        return int(found[-1]) if found else 0

    return number("PASSED"), number("FAILED"), number("SKIPPED")


def unittest_counts(output):
    ran = re.search(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(?: \((.*)\))?$", output, re.M)
    if not ran:
        return None
    words = dict(re.findall(r"(\w+)=(\d+)", ran[2] or ""))
    failed = int(words.get("failures", 0)) + int(words.get("errors", 0))
    skipped = int(words.get("skipped", 0))
    return int(ran[1]) - failed - skipped, failed, skipped


def counts(test):
    """(passed, failed, skipped) of one test; what meson says outweighs what the program says."""
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    cases = gtest_counts(output) or unittest_counts(output)
    if test["result"] == "SKIP":
        return 0, 0, 1
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        return cases if cases and cases[1] == 0 and sum(cases) > 0 else (1, 0, 0)
    if cases and cases[1] > 0:
        return cases
    return 0, 1, 0


def skip_reasons(test):
    lines = [line.strip() for line in (test.get("stdout", "") + test.get("stderr", "")).splitlines()]
    said = [line for line in lines if re.search(r"skip", line, re.I)]
    return "; ".join(said[:3]) or (lines[-1] if lines else "no reason given")


def main(logs):
    total = [0, 0, 0]
    for log in logs:
        with open(log, encoding="utf-8") as lines:
            for test in map(json.loads, lines):
                result = counts(test)
                total = [a + b for a, b in zip(total, result)]
                if result[1]:
                    output = (test.get("stdout", "") + test.get("stderr", "")).splitlines()
                    print(f"\nFAILED: {test['name']} ({test['result']})", *output[-TAIL:], sep="\n  ")
                elif result[2]:
                    print(f"\nskipped: {test['name']}: {skip_reasons(test)}")
    print("\n{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
