#!/usr/bin/env python3
"""The count of tools/check: summary_test.py CHECKOUT"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(sys.argv.pop(1)).resolve()


def gtest(passed, failed=0, skipped=0):
    ran = passed + failed + skipped
    lines = [f"[==========] {ran} tests from 2 test suites ran. (3 ms total)",
             f"[  PASSED  ] {passed} tests."]
    if skipped:
        lines += [f"[  SKIPPED ] {skipped} tests, listed below:", "[  SKIPPED ] A.b"]
    if failed:
        lines += [f"[  FAILED  ] {failed} tests, listed below:", "[  FAILED  ] A.c"]
    return "\n".join(lines) + "\n"


def summary(*tests):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        for test in tests:
            log.write(json.dumps({"name": "a test", "stdout": "", "stderr": ""} | test) + "\n")
        log.flush()
        done = subprocess.run([TOP / "tools/summary.py", log.name], capture_output=True,
                              text=True, check=False)
    return done.stdout.splitlines(), done.returncode


class Summary(unittest.TestCase):
    def assert_summary(self, tests, line, status):
        lines, returned = summary(*tests)
        self.assertEqual((lines[-1], returned), (line, status))

    def test_plain_programs_count_one_each(self):
        self.assert_summary([{"result": "OK"}, {"result": "OK"}], "2 passed, 0 failed, 0 skipped", 0)

    def test_cases_count_singly(self):
        self.assert_summary([{"result": "OK", "stdout": gtest(5, skipped=2)}],
                            "5 passed, 0 failed, 2 skipped", 0)
        self.assert_summary(
            [{"result": "OK", "stderr": "...\nRan 7 tests in 0.1s\n\nOK (skipped=1)\n"}],
            "6 passed, 0 failed, 1 skipped", 0)

    def test_failed_cases_fail(self):
        self.assert_summary([{"result": "FAIL", "stdout": gtest(5, failed=2)}],
                            "5 passed, 2 failed, 0 skipped", 1)
        self.assert_summary(
            [{"result": "FAIL",
              "stderr": "Ran 7 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"}],
            "4 passed, 3 failed, 0 skipped", 1)

    def test_a_crash_after_good_cases_fails(self):
        self.assert_summary([{"result": "FAIL", "stdout": gtest(5)}],
                            "0 passed, 1 failed, 0 skipped", 1)
        for result in ("TIMEOUT", "ERROR", "INTERRUPT", "UNEXPECTEDPASS"):
            self.assert_summary([{"result": result}], "0 passed, 1 failed, 0 skipped", 1)

    def test_nothing_ran_is_a_failure(self):
        self.assert_summary([], "0 passed, 0 failed, 0 skipped", 1)

    def test_the_output_of_a_failure_and_the_reason_of_a_skip_are_shown(self):
        lines, _ = summary({"result": "FAIL", "name": "bad", "stdout": "expected 1, got 2\n"},
                           {"result": "SKIP", "name": "odd", "stdout": "skipped: no display\n"})
        self.assertIn("FAILED: bad (FAIL)", lines)
        self.assertIn("  expected 1, got 2", lines)
        self.assertIn("skipped: odd: skipped: no display", lines)


if __name__ == "__main__":
    unittest.main()
