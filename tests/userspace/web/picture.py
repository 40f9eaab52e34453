#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture of the web page.

usage: picture.py [-d] [-s WIDTHxHEIGHT] [-w SECONDS] URL FILE

URL is that of a monitor, with the view behind a hash: http://127.0.0.1:20380/#/nodes
"""

import argparse
import pathlib
import time

from browser import Browser

SIZE = "1280x1180"


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-d", "--dark", action="store_true", help="for who prefers dark")
    parser.add_argument("-s", "--size", default=SIZE, help=f"in CSS pixels, default {SIZE}")
    parser.add_argument("-w", "--wait", type=float, default=3, help="let it run so long, s")
    parser.add_argument("url")
    parser.add_argument("file", type=pathlib.Path)
    options = parser.parse_args()
    with Browser(*map(int, options.size.split("x"))) as browser:
        browser.theme("dark" if options.dark else "light")
        browser.open(options.url)
        time.sleep(options.wait)
        browser.picture(options.file)


if __name__ == "__main__":
    main()
