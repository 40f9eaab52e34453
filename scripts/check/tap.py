#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads TAP (cmocka, our scripts) and KTAP (KUnit) without mercy.

usage: tap.py [FILE]      prints the counts; exit status 1 if anything is wrong
       tap.py --self-test

A result counts if it has no subtests. Besides a "not ok", these are failures: a
plan that is missing, doubled or not met, a result out of order, a parent that
says "ok" over a failed subtest, output that ends inside a subtest, no result at
all, a bail-out.
"""

import re
import sys

RESULT = re.compile(r"(ok|not ok)\b *(\d+)?(?: +-)? *([^#]*?)\s*(?:# *(\S+) *(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)\s*(?:#.*)?$")


class Level:
    """One indentation: a plan and its results."""

    def __init__(self, indent):
        self.indent = indent
        self.plan = None
        self.seen = 0
        self.failed = False


class Tap:
    """Counts of one stream of lines.

    passed, failed: numbers of cases; skipped: list of (name, reason);
    errors: list of texts, one per failure and per fault of the stream itself.
    """

    def __init__(self, lines):
        self.passed = 0
        self.failed = 0
        self.skipped = []
        self.errors = []
        self.levels = [Level(0)]
        self.closed = None
        for line in lines:
            self.line(line.rstrip("\r\n"))
        while len(self.levels) > 1:
            self.error("the output ends inside a subtest")
            self.levels.pop()
        self.close(self.levels[0])
        if not self.passed + self.failed + len(self.skipped):
            self.error("no test ran")

    def error(self, text):
        """Notes a fault of the stream; it counts as one failed test."""
        self.failed += 1
        self.errors.append(text)

    def close(self, level):
        """A level is complete: is its plan met?"""
        if level.plan is None:
            self.error("no plan")
        elif level.plan != level.seen:
            self.error(f"planned {level.plan} tests, saw {level.seen}")

    def enter(self, indent):
        """Opens or closes levels so that the last one has this indentation."""
        while self.levels[-1].indent > indent:
            self.closed = self.levels.pop()
            self.close(self.closed)
        if self.levels[-1].indent < indent:
            self.levels.append(Level(indent))
            self.closed = None

    def line(self, line):
        """One line of the stream."""
        text = line.lstrip(" ")
        if text.startswith("Bail out!"):
            self.error(text)
            return
        plan, result = PLAN.match(text), RESULT.match(text)
        if not plan and not result:
            return
        self.enter(len(line) - len(text))
        level = self.levels[-1]
        if plan:
            if level.plan is not None:
                self.error("a second plan")
            level.plan = int(plan[1])
            self.closed = None
        else:
            self.result(level, *result.groups())

    def result(self, level, word, number, name, directive, reason):
        """One result; if a subtest was just closed, it is that one's parent."""
        ok = word == "ok"
        if not ok and not name and directive == "SKIP":
            # so cmocka 1.1 says that a case was skipped: not ok 1 # SKIP name
            ok, name, reason = True, reason, ""
        subtest, self.closed = self.closed, None
        level.seen += 1
        if number is None or int(number) != level.seen:
            self.error(f"{name}: result {number}, expected {level.seen}")
        if subtest:
            if ok and subtest.failed:
                self.error(f"{name}: ok although a subtest failed")
            elif not ok and not subtest.failed:
                self.error(f"{name}: not ok although its subtests passed")
            level.failed |= subtest.failed
        elif ok and (directive or "").upper() == "SKIP":
            self.skipped.append((name, reason))
        elif ok:
            self.passed += 1
        else:
            self.failed += 1
            self.errors.append(f"not ok {number} {name}")
        if not ok:
            level.failed = True


SELF_TEST = [
    # text, passed, failed, skipped
    ("1..2\nok 1 - a\nok 2 - b\n", 2, 0, 0),
    ("TAP version 13\nok 1 - a\n# note\n1..1\n", 1, 0, 0),
    ("1..1\nok 1 - a # SKIP no device\n", 0, 0, 1),
    ("1..2\nok 1 - a\nnot ok 2 - b\n", 1, 1, 0),
    ("1..2\nok 1 - a\n", 1, 1, 0),
    ("1..1\nok 1 - a\nok 2 - b\n", 2, 1, 0),
    ("ok 1 - a\n", 1, 1, 0),
    ("1..1\n1..1\nok 1 - a\n", 1, 1, 0),
    ("1..2\nok 1 - a\nok 3 - b\n", 2, 1, 0),
    ("1..1\nok - a\n", 1, 1, 0),
    ("1..0\n", 0, 1, 0),
    ("", 0, 1, 0),
    ("1..1\nnot ok 1 - a # SKIP no device\n", 0, 1, 0),
    ("1..1\nnot ok 1 # SKIP a\n", 0, 0, 1),
    ("1..1\nok 1 - a\nBail out! dead\n", 1, 1, 0),
    ("KTAP version 1\n1..1\n    # Subtest: s\n    1..2\n    ok 1 a\n    ok 2 b\n"
     "# s: pass:2 fail:0 skip:0 total:2\nok 1 s\n", 2, 0, 0),
    ("KTAP version 1\n1..1\n    # Subtest: s\n    1..2\n    ok 1 a\n    not ok 2 b\n"
     "not ok 1 s\n", 1, 1, 0),
    ("1..1\n    1..2\n    ok 1 a\n    not ok 2 b\nok 1 s\n", 1, 2, 0),
    ("1..1\n    1..2\n    ok 1 a\nok 1 s\n", 1, 1, 0),
    ("1..1\n    1..1\n    ok 1 a\n", 1, 2, 0),
    ("1..2\n    1..1\n    ok 1 a\nok 1 s\n    1..1\n    ok 1 a\nok 2 t\n", 2, 0, 0),
    ("1..1\n    1..1\n    ok 1 a\nnot ok 1 s\n", 1, 1, 0),
]


def self_test():
    """Planted streams: each has to give the counts beside it."""
    bad = 0
    print(f"1..{len(SELF_TEST)}")
    for number, (text, *expected) in enumerate(SELF_TEST, 1):
        tap = Tap(text.splitlines())
        got = [tap.passed, tap.failed, len(tap.skipped)]
        ok = got == expected
        bad += not ok
        print("ok" if ok else "not ok", number, "-",
              text.encode("unicode_escape").decode()[:60].replace("#", "%"))
        if not ok:
            print(f"# counted {got}, expected {expected}: {tap.errors}")
    return bad > 0


def main():
    """The command line."""
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    with open(sys.argv[1] if sys.argv[1:] else 0, errors="replace") as stream:
        tap = Tap(stream)
    for text in tap.errors:
        print(text)
    print(f"{tap.passed} passed, {tap.failed} failed, {len(tap.skipped)} skipped")
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
