#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The web page shows what the monitor says, in a browser, view by view.

The monitor is one whose figures are known, then clocklink-monitor with a record. Faults
that are planted in the files of the page must be noticed.
"""

import email.message
import importlib.util
import json
import pathlib
import re
import sys
import tempfile
import threading
import time
import types

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests/userspace/vtime"), str(TOP / "tests/userspace/monitor")]

# From the directories above and from this one.
from browser import Browser  # noqa: E402
from client import Monitor, make_record  # noqa: E402
from fake_monitor import WEB, Cluster, Server  # noqa: E402
from lab import Report  # noqa: E402

# Of the known monitor, and of the record that the real one plays.
NODES, RECORDED = 1000, 100
HOSTILE = "<img src=x onerror=boo()><script>"
LONG = "W" * 31
PHONE, DESK = (360, 740), (1280, 900)
VIEWS = ["", "nodes", "node/1", "node/3", "node/7", "voters", "events", "rounds", "settings"]
# Of the known monitor; what the page asks for.
ANSWERS = ["status", "nodes", "nodes/1", "nodes/7", "nodes/9", "nodes/7/latency",
           "nodes/7/history", "history", "voters", "rounds", "events", "warnings", "settings"]
# All that the page loads, in bytes.
BUDGET = 160_000
CONTRAST = 4.5


def text(selector):
    """Script: the text of the first such element, blanks made one."""
    return (f"(document.querySelector({selector!r})?.textContent ?? '')"
            ".replace(/\\s+/g, ' ').trim()")


def fact(label):
    """Script: the value beside a label."""
    return (f"([...document.querySelectorAll('dt')].find(e => e.textContent === {label!r})"
            "?.nextSibling.textContent ?? '').replace(/\\s+/g, ' ')")


def column(number):
    """Script: what a column of the table holds."""
    return (f"[...document.querySelectorAll('tbody tr td:nth-child({number})')]"
            ".map(e => e.textContent.replace(/\\s+/g, ' '))")


class Page:
    """The page, and the monitor that it looks at."""

    def __init__(self, browser, server, report):
        self.browser = browser
        self.server = server
        self.cluster = server.cluster
        self.report = report

    def go(self, view, ready="tbody td, dd"):
        """Opens a view anew and waits until it shows something."""
        self.browser.open("about:blank")
        self.browser.open(f"{self.server.url}#/{view}")
        return self.browser.until(
            f"document.getElementById('pulse')?.textContent.startsWith('live') && "
            f"!!document.querySelector('main :is({ready})')")

    def shows(self, script, expected):
        """Does a script come to have this value?"""
        return self.browser.until(f"({script}) === {expected!r}", 10)

    def check(self, name, script, expected):
        """One result: a script comes to have this value."""
        passed = self.shows(script, expected)
        self.report.check(name, passed, "" if passed else self.browser.run(script), expected)

    def holds(self, name, script):
        """One result: a script comes to be true."""
        self.report.check(name, self.browser.until(script, 10), script)


def check_overview(page):
    """Figures and their units, and what is said in words."""
    page.go("")
    page.check("state", text("h1"), "synced")
    page.check("bound", text(".bound"), "± 3.22 µs")
    for label, value in (("Error", "−87 ns"), ("Hard bound", "1.00 ms"),
                         ("Bound grows by", "12.4 ppb"), ("Rate", "−4.21 ppm"),
                         ("Leader", "beta"), ("Term", "7"), ("TAI − UTC", "37 s"),
                         ("Quorum", "yes 6 of 7 voters, 4 needed"), ("Members", "1,000"),
                         ("Isolated", "1"), ("Suspicious", "1"), ("System clock", "steered"),
                         ("Frequency set", "−4.20 ppm"), ("Clock of eth0", "left-alone"),
                         ("Set by", "ts2phc"), ("Stepped by", "−31.2 ms"), ("Left to others", "2 ×")):
        page.check(f"overview: {label}", fact(label), value)
    page.check("whose view it is", text(".overview > .lead"),
               "Seen by alpha (node 1): offsets, delays and warnings are those of its own links, "
               "judgements its own. How cluster time is made, and what members lack of the log, only "
               "the leader, beta (node 2) at 192.0.2.3, knows: a monitor there would show it.")
    page.check("nodes by state", text(".states li"), "synced997")
    page.holds("warnings", "document.querySelectorAll('.warnings li').length === 4 && "
               "document.querySelector('.warnings').textContent.includes('too much in')")
    page.holds("its title", "document.title.startsWith('synced ± 3.22')")
    page.holds("plots are drawn", """[...document.querySelectorAll('.plot canvas')].length === 3 &&
        [...document.querySelectorAll('.plot canvas')].every(c => {
            const data = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0;
            for (let i = 3; i < data.length; i += 4) n += data[i] > 0;
            return n > 2000; })""")
    page.holds("plots in words", """document.querySelector('.plot').getAttribute('aria-label')
        .includes('target minus clock −87')""")


def check_nodes(page):
    """Cells, sorting, filter, pages; by keys as well."""
    run = page.browser.run
    page.go("nodes")
    page.check("rows of a page", "document.querySelectorAll('tbody tr').length", 50)
    for number, value in ((1, "3"), (3, "voter"), (4, "synced"), (5, "+1.23 ms"), (6, "14.0 µs"),
                          (7, "1.00 ms"), (8, "999 ns"), (9, "<0.1 %"), (10, "good"),
                          (11, "0.50")):
        page.check(f"nodes: column {number}", f"{column(number)}[2]", value)
    page.check("who is isolated, and why", f"{column(10)}[6]", "isolated cusum")
    page.check("what is not known", f"{column(5)}[8]", "–")
    page.check("range", text(".range"), "1–50 of 1,000")
    run("[...document.querySelectorAll('.pager button')][1].click()")
    page.check("next page", f"{column(1)}[0]", "51")
    page.check("range of it", text(".range"), "51–100 of 1,000")
    run("document.querySelectorAll('th .sort')[3].focus()")
    page.browser.press("Enter", text="\r")
    page.check("sorted by offset", "document.querySelectorAll('th')[4].ariaSort", "ascending")
    page.check("least offset first", f"{column(5)}[0]", "−5.00 ms")
    page.browser.press("Enter", text="\r")
    page.check("largest offset first", f"{column(5)}[0]", "+1.23 ms")
    page.check("one entry of what is known of it", "location.hash",
               "#/nodes?sort=offset&order=desc")
    run("{ const i = document.querySelector('input'); i.focus(); i.value = 'host-00042';"
        "i.dispatchEvent(new Event('input')); }")
    page.check("filter", f"{column(1)}.join()", "42")
    page.check("range of the filtered", text(".range"), "1–1 of 1 (1,000 in all)")
    page.go("nodes?state=holdover")
    page.check("those in holdover", f"{column(1)}.join()", "9")
    page.go("nodes?filter=nobody")
    page.check("nobody", text("tbody"), "No node matches.")


def check_node(page):
    """One that lies: figures, distribution, judgement."""
    page.go("node/7")
    page.check("name", text("h1"), "eta")
    page.check("marks", text(".marks"), "syncedisolated1 warning")
    page.holds("its warnings", "document.querySelectorAll('.warnings li').length === 1 && "
               "document.querySelector('.warnings').textContent.includes("
               "'spread of the offset 104.0 us, usually 190 ns')")
    page.check("offset", fact("Offset"), "+105 µs")
    page.check("evidence", text(".meter"), "strikes3.00 of 3")
    page.check("accusers", "[...document.querySelectorAll('[aria-label=Accusations] tbody tr')]"
               ".map(e => e.textContent.replace(/\\s+/g, ' ')).join('|')",
               "|".join(f"node {who}strikes: wrong in three exchanges in a row, beyond what queues can "
                        f"do+105 µs{limit} µs7{number:,}"
                        for who, limit, number in ((2, "9.22", 4023),
                                                   (3, "9.27", 4024),
                                                   (5, "9.39", 4026))))
    page.holds("histogram", "document.querySelectorAll('.histogram .column').length > 2 && "
               "document.querySelectorAll('.histogram .quantile').length === 3")
    page.holds("distribution in words", "/p50 1.0\\d\u00a0ms, p90 1.0\\d/.test("
               "document.querySelector('.histogram').ariaLabel)")
    page.check("its events", "document.querySelectorAll('[aria-label=\"Events of this node\"]"
               " tbody tr').length", 2)
    page.check("all figures", fact("estimator"), "kalman")
    page.go("node/1")
    page.holds("the own node has the plots of its clock",
               "document.querySelectorAll('.plot canvas').length === 3")
    page.browser.open("about:blank")
    page.browser.open(f"{page.server.url}#/node/99999")
    page.check("a node that does not exist", text(".refused"),
               "The monitor says: nodes/99999: not found")
    page.browser.errors.clear()  # the browser tells of each 404


def check_voters(page):
    """Oscillators, as a voter is told of them and as the leader knows them."""
    page.go("voters")
    for number, value in ((1, "1|2|3|4|5|6|7"), (7, "−515 ppb|+2.53 ppm|+4.38 ppm|+4.72 ppm|+3.48 ppm|"
                                                    "+876 ppb|−2.62 ppm"),
                          (3, "counts|counts|counts|counts|absent|on trial|isolated"),
                          (4, "25 %|25 %|25 %|25 %|0 %|0 %|0 %"),
                          (5, "11 ns|14 ns|17 ns|20 ns|23 ns|26 ns|29 ns"), (6, "–|–|–|–|–|–|–"),
                          (8, "–|0.60 ppb/√s|0.70 ppb/√s|0.80 ppb/√s|0.90 ppb/√s|1.00 ppb/√s|"
                              "1.10 ppb/√s")):
        page.check(f"voters: column {number}", f"{column(number)}.join('|')", value)
    page.holds("who has told them", f"{text('.lead')}.startsWith('beta (node 2) makes cluster time and tells')")
    page.holds("and nothing of its loop", "document.querySelector('main .panel').hidden")
    page.cluster.leader = 1
    page.check("the leader has residuals", f"{column(6)}.join('|')",
               "+4 ns|+3 ns|+2 ns|+1 ns|0 ns|−1 ns|−2 ns")
    page.check("and a loop", fact("Time constant"), "48.0 s")
    page.holds("it says so", f"{text('.lead')}.startsWith('This node makes cluster time')")
    page.go("")
    page.holds("the leader's view", f"{text('.overview > .lead')}.endsWith('; it leads and makes cluster time.')")
    page.cluster.leader = 2


def check_events(page):
    """The log: by severity, and what is new comes by itself."""
    run = page.browser.run
    page.go("events")
    page.check("events, newest first", f"{column(5)}[0]", "eta: suspicious -> isolated")
    page.check("why", f"{column(6)}[0]",
               "decision: decided by the voters; off by +104 µs, might be 9.10 µs")
    before = len(page.cluster.events)
    page.cluster.say("quorum", "info", 0, "live event")
    page.check("an event shows up", f"{column(5)}[0]", "live event")
    run("{ const s = document.querySelector('select'); s.value = 'warning';"
        "s.dispatchEvent(new Event('change')); }")
    page.check("those that matter", text(".range"), f"{before - 3} of {before + 1}")
    run("document.getElementById('hold').click()")
    page.cluster.say("quorum", "warning", 0, "while paused")
    time.sleep(2.5)
    page.check("a pause", f"{column(5)}[0]", "eta: suspicious -> isolated")
    run("document.getElementById('hold').click()")
    page.check("it goes on", f"{column(5)}[0]", "while paused")


def check_others(page):
    """Rounds and settings."""
    page.go("rounds")
    page.check("rounds", "document.querySelectorAll('tbody tr').length", 40)
    page.holds("newest round first", f"{column(3)}[0] > {column(3)}[1]")
    page.check("interval of a round", f"{column(7)}[0]", "100 ms")
    page.go("settings")
    for label, value in (("interval", "100 ms"), ("port", "20319"), ("asymmetry", "automatic"),
                         ("cluster", "0x5ca1ab1e"), ("wander", "1.00 ppb/√s")):
        page.check(f"settings: {label}", fact(label), value)


def check_changes(page):
    """Changes of state are said, and seen."""
    page.go("")
    page.cluster.state = "holdover"
    page.cluster.quorum = False
    page.cluster.missing = ["daemon: connection refused"]
    page.check("another state", text("h1"), "holdover")
    page.check("it is said", text("#say"), "Clock holdover. Leader beta. No quorum.")
    page.check("no quorum", fact("Quorum"), "no 3 of 7 voters, 4 needed")
    page.holds("what is missing", "document.querySelector('.missing').textContent"
               ".includes('daemon: connection refused')")
    page.cluster.state = "void"
    page.check("no bound", text(".bound"), "no bound")
    page.cluster.state, page.cluster.quorum, page.cluster.missing = "synced", True, []


def check_token(page):
    """A monitor that wants a token is asked nothing else without it."""
    page.server.token = "right"
    page.browser.open("about:blank")
    page.browser.open(page.server.url)
    page.check("a token is asked for", text("label"),
               "This monitor shows itself to those who know its token.")
    for token, script, expected in (
            ("wrong", text("label"), "The monitor does not take this token."),
            ("right", text("h1"), "synced")):
        page.browser.run(f"document.getElementById('token').value = '{token}'")
        page.browser.run("document.querySelector('form button').click()")
        page.check(f"the {token} one", script, expected)
    page.server.token = None
    page.browser.errors.clear()  # the browser tells of each 401


def is_text(page):
    """Is a name that looks like markup shown as it is, everywhere?"""
    for view, selector in (("nodes?filter=%3Cimg", "td a"), ("node/6", "h1"),
                           ("events", "td:nth-child(5)")):
        page.go(view, selector)
        if not page.browser.until(f"{text(selector)}.includes({HOSTILE!r})", 5) or page.browser.run(
                "document.querySelectorAll('main img, main script').length > 0"):
            return False
    return True


def too_wide(page, views):
    """Those of the views that are wider than the screen of a phone."""
    page.browser.size(*PHONE)
    wide = []
    for view in views:
        page.go(view)
        width = page.browser.run("document.documentElement.scrollWidth")
        if width > PHONE[0]:
            wide.append(f"{view}: {width}")
    page.browser.size(*DESK)
    return wide


def check_contact(page):
    """The monitor goes away and comes back; returns the server that it is then."""
    page.go("")
    port = page.server.server_address[1]
    stop(page.server)
    page.holds("a banner says since when", """!document.getElementById('lost').hidden &&
        / since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC/.test(
            document.getElementById('lost').textContent)""")
    page.holds("it counts", "/attempt in \\d+ s/.test(document.getElementById('lost').textContent)")
    page.check("what was known stays", text("h1"), "synced")
    page.holds("and the content does not move", "getComputedStyle("
               "document.getElementById('lost')).position === 'fixed'")
    page.server = start(page.cluster, port)
    page.holds("contact again", "document.getElementById('lost').hidden")
    page.browser.errors.clear()  # of the refused connections
    return page.server


def files():
    """What the page consists of, but for what others wrote."""
    return [f for f in sorted(WEB.rglob("*")) if f.suffix in (".html", ".js", ".css", ".svg")
            and "vendor" not in f.parts]


def forbidden(name, body):
    """What no file of the page may have."""
    found = re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|"
                       r"new Function|setAttribute\(\"style|@import|https?://(?!www\.w3\.org/)|"
                       r"url\((?!#)", body)
    if name.endswith(".html"):
        found += re.findall(r"<style|\sstyle=|\son\w+=|<script>|(?:src|href)=\"/", body)
    return found


def luminance(colour):
    """Of "#rrggbb", by WCAG 2."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def pale(css):
    """Colours of text that are too near to their grounds."""
    found = []
    for theme in re.findall(r":root {(.*?)}", css, re.S):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", theme))
        for name in ("ink", "muted", "link", "ok", "note", "warn", "bad", "off"):
            for ground in ("ground", "panel"):
                low, high = sorted((luminance(colours[name]), luminance(colours[ground])))
                if (high + 0.05) / (low + 0.05) < CONTRAST:
                    found.append(f"{name} on {ground}")
    return found


def check_files(report):
    """Nothing inline, nothing from elsewhere, no markup from text, not much of it."""
    found = [(f.name, w) for f in files() for w in forbidden(f.name, f.read_text())]
    report.check("nothing that the policy or safety forbid", not found, *found)
    report.check("such things would be found", all(forbidden("x.html", b) for b in (
        "<p onclick=x>", '<p style="color: red">', "<script>x", '<img src="/x">',
        "a.innerHTML = b", "fetch('https://example.org')", "eval(x)")))
    css = (WEB / "style.css").read_text()
    report.check("contrast of text", css.count(":root {") == 2 and not pale(css), pale(css))
    report.check("too little would be found", pale(css.replace("--muted: #59636d", "--muted: #99a3ad")))
    size = sum(f.stat().st_size for f in WEB.rglob("*.*"))
    report.check("size", size < BUDGET, size)


class Playing(Monitor):
    """clocklink-monitor with a record of a cluster, at its end."""

    cluster = None

    @property
    def url(self):
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path):
        """An answer of the API."""
        return self.ask(f"/api/v1/{path}").json()


def check_known(report, made):
    """The known monitor answers as the document of the API says."""
    spec = importlib.util.spec_from_file_location(
        "monitor_test", TOP / "tests/userspace/monitor/monitor-test.py")
    monitor_test = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(monitor_test)
    document = monitor_test.Document(json.loads((WEB.parent / "openapi.json").read_text()))
    headers = email.message.Message()
    headers["Content-Type"] = "application/json"
    for path in ANSWERS:
        body = made.answer(path, {})
        faults = [document.faults(f"/api/v1/{path}", types.SimpleNamespace(
            status=200, headers=headers, body=json.dumps(b))) for b in (body, body | {"more": 1})]
        report.check(f"{path} is as the API has it", not faults[0] and faults[1], *faults[0])


def length(ns, sign=""):
    """As the page writes a length of time, or with "+" a difference."""
    size, units = abs(ns), ((1e9, "s"), (1e6, "ms"), (1e3, "µs"))
    scale, unit = next(((s, u) for s, u in units if size >= 0.9995 * s), (1, "ns"))
    size /= scale
    digits = 0 if scale == 1 or size >= 99.95 else 1 if size >= 9.995 else 2
    return f"{'−' if ns < 0 else sign if ns else ''}{size:.{digits}f} {unit}"


def check_real(page, real):
    """Each view shows what the monitor itself answers, of a record."""
    page.server = real
    now = real.get("status")
    page.go("")
    page.check("real: state", text("h1"), now["state"])
    page.check("real: bound", text(".bound"), f"± {length(now['bound_ns'])}")
    page.check("real: leader", fact("Leader"), now["leader_name"])
    page.check("real: members", fact("Members"), str(RECORDED))
    page.holds("real: plots know their figures", "[...document.querySelectorAll('.plot')]"
               ".every(p => p.ariaLabel && !p.ariaLabel.includes('not known'))")
    page.go("nodes?sort=offset&order=desc&limit=25")
    rows = real.get("nodes?sort=offset&order=desc&limit=25")["nodes"]
    page.check("real: offsets", f"{column(5)}.join('|')",
               "|".join(length(r["offset_ns"], "+") for r in rows))
    page.check("real: names", f"{column(2)}.join('|')", "|".join(r["name"] for r in rows))
    liar = real.get(f"nodes/{rows[0]['node']}")
    page.go(f"node/{liar['node']}")
    page.check("real: a liar", text(".marks .tone-bad"), "isolated")
    page.check("real: its accusers", "document.querySelectorAll('[aria-label=Accusations] "
               "tbody tr').length", len(liar["accusations"]))
    latency = real.get(f"nodes/{liar['node']}/latency")
    page.holds("real: distribution", f"document.querySelector('.histogram').ariaLabel.includes("
               f"'p50 {length(latency['p50_ns'])}'.replace(' m', '\u00a0m'))")
    page.go("voters")
    page.check("real: voters", f"{column(4)}.join('|')", "25 %|25 %|25 %|25 %|0 %")
    page.go("events")
    page.check("real: events", "document.querySelectorAll('tbody tr').length",
               len(real.get("events")["events"]))
    page.go("rounds")
    page.check("real: rounds", f"{column(3)}[0]", f"{real.get('rounds')['rounds'][-1]['round']:,}")
    page.go("settings")
    page.check("real: port", fact("port"), "20319")
    wide = too_wide(page, VIEWS)
    page.report.check(f"real: all views fit {PHONE[0]} pixels", not wide, *wide)


def check_faults(page):
    """Faults in the page are noticed by what should notice them."""
    for name, old, new, view, script, expected in (
            ("units.js", b'[1e3, "\xc2\xb5s"]', b'[1e3, "ms"]', "", text(".bound"), "± 3.22 µs"),
            ("nodes.js", b'{ sort: key, order,', b'{ sort: key, order: "asc",',
             "nodes?sort=offset&order=asc", f"{column(5)}[0]", "+1.23 ms")):
        page.server.faults = {name: [(old, new)]}
        page.go(view)
        page.browser.run("document.querySelectorAll('th .sort')[3]?.click()")
        time.sleep(0.5)
        page.report.check(f"a fault in {name} is noticed",
                          page.browser.run(script) != expected)
    page.server.faults = {"dom.js": [
        (b'return [el("bdi", {}, value.name)];',
         b'{ const e = el("bdi"); e.innerHTML = value.name; return [e]; }')]}
    page.report.check("names taken for markup are noticed", not is_text(page))
    page.server.faults = {"style.css": [(b"overflow-wrap: anywhere", b"overflow-wrap: normal")]}
    page.report.check("what is too wide is noticed", too_wide(page, ["node/3"]))
    page.browser.errors.clear()
    page.server.faults = {"plot.js": [(b"row?.[column]", b"row[column]")]}
    page.go("")
    page.browser.until("false", 1)
    page.report.check("a fault of a script is noticed", page.browser.errors)
    page.server.faults = {}
    page.browser.errors.clear()


def start(cluster, port=0):
    """A monitor in a thread."""
    server = Server(cluster, port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05},
                     daemon=True).start()
    return server


def stop(server):
    """Ends it as a process that dies ends."""
    server.shutdown()
    server.server_close()
    server.drop()


def cluster():
    """A cluster at one instant, with figures that are known."""
    made = Cluster(NODES)
    now = time.time()
    made.time = lambda: now
    made.own = lambda _now: (-87, 3217, 999_960)
    made.fixed = {3: {"offset_ns": 1_234_567, "bound_ns": 13_996, "min_rtt_ns": 999_960,
                      "excess_ns": 999, "loss": 0.0004, "weight": 0.5},
                  5: {"offset_ns": -4_999_900}, 7: {"offset_ns": 104_700}}
    return made


def main():
    """Returns the exit status."""
    report = Report()
    check_files(report)
    server = start(cluster())
    check_known(report, server.cluster)
    with Browser(*DESK) as browser:
        page = Page(browser, server, report)
        for check in (check_overview, check_nodes, check_node, check_voters, check_events,
                      check_others, check_changes, check_token):
            check(page)
        made = page.cluster
        made.names[6] = made.names[7] = HOSTILE
        made.names[3] = made.names[1] = LONG
        made.latest = (None, [])
        made.say("peer", "info", 6, HOSTILE)
        report.check("markup in names is text", is_text(page))
        wide = too_wide(page, VIEWS)
        report.check(f"all views fit {PHONE[0]} pixels", not wide, *wide)
        server = check_contact(page)
        check_faults(page)
        with tempfile.TemporaryDirectory() as folder:
            with Playing(make_record(f"{folder}/record", RECORDED, 60)) as real:
                check_real(page, real)
        ours = (server.url, real.url, "about:")
        outside = [r for r in browser.requests if not r.startswith(ours)]
        report.check("nothing is asked of others", browser.requests and not outside, *outside[:5])
        report.check("the console is clean", not browser.errors, *browser.errors[:5])
    stop(server)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
