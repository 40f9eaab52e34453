#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Alert rules and dashboard fit the metrics of a running monitor.

promtool judges metrics, rules and the tests of the rules; a Prometheus that scrapes
monitors with records that were made up raises alerts and clears them.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests/userspace" / name) for name in ("monitor", "vtime")]

# From the directories above.
from client import Monitor, make_record  # noqa: E402
from lab import Report  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
RULES = TOP / "agent/monitor/prometheus/clocklink.rules.yml"
CONFIG = TOP / "agent/monitor/prometheus/prometheus.yml"
TESTS = HERE / "alerts.yml"
DASHBOARD = TOP / "agent/monitor/grafana/clocklink.json"
NODES, SECONDS = 6, 8
WAIT_S = 20
# What fires in turn, with which record; None: no monitor runs.
PLAY = [
    (None, {"MonitorDown"}),
    ("cut-off", {"Holdover", "BoundWide", "NoQuorum", "VoterUnreachable"}),
    ("liar", {"NodeIsolated", "MembersIsolated", "ClockOwners",
              "DeviceClockOwners"}),
    ("lost", {"ModuleGone", "DaemonDown"}),
    ("calm", set()),
]
# Faults that the tests of the rules have to find.
PLANTED = {
    "an alert that is too early": ("for: 2m", "for: 1m"),
    "one that never fires": ("clocklink_quorum == 0", "clocklink_quorum == 2"),
    "one that always fires": ("clocklink_holdover_seconds > 0",
                              "clocklink_holdover_seconds >= 0"),
}
SELECTOR = re.compile(r"(?<!\")\b(clocklink[\w:]*)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')


class Prometheus:
    """A server with the rules, which scrapes one address; for a with statement."""

    def __init__(self, program, config, directory):
        self.log = directory / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [program, "--config.file", config, "--storage.tsdb.path", directory / "data",
                 "--web.listen-address", "127.0.0.1:0"], stderr=log)
        found = wait_for(lambda: re.search(
            r'"Listening on" address=(\S+)[\s\S]*is ready to receive', self.log.read_text()))
        if not found:
            self.__exit__()
            raise RuntimeError(f"Prometheus does not start: {self.log.read_text()}")
        self.url = f"http://{found[1]}/api/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(WAIT_S)

    def ask(self, path):
        """Its answer to a question."""
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=WAIT_S) as answer:
            return json.load(answer)["data"]

    def firing(self):
        """The alerts that fire."""
        return [a for a in self.ask("alerts")["alerts"] if a["state"] == "firing"]

    def query(self, expr):
        """The series that an expression has now."""
        return self.ask("query?" + urllib.parse.urlencode({"query": expr}))["result"]


def wait_for(what):
    """What comes of a question at last; its last answer if that is nothing."""
    end = time.monotonic() + WAIT_S
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def promtool(program, *words, text=None):
    """Whether promtool is content, and what it says."""
    done = subprocess.run([program, *words], input=text, capture_output=True, text=True,
                          timeout=60, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def samples_of(text):
    """Names and labels of the samples in a text of metrics."""
    for line in text.splitlines():
        if found := re.match(r"(\w+)(?:\{(.*)\})? ", line):
            yield found[1], dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))


def lost_selectors(expr, samples, recorded):
    """What an expression asks for that no monitor tells: names, labels, their values."""
    for name, matchers in SELECTOR.findall(expr):
        if name in recorded:
            continue
        labels = [labels for known, labels in samples if known == name]
        if not labels:
            yield name
        for label, how, value in MATCHER.findall(matchers):
            if "$" in value:
                continue
            for one in value.split("|") if how == "=~" else [value]:
                if not any(have.get(label) == one for have in labels):
                    yield f"{name}{{{label}{how}{one}}}"


def expressions(dashboard):
    """All that the dashboard asks for."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield target["expr"]


def check_tools(report, tool, directory, texts):
    """What promtool says of it."""
    for name, text in texts.items():
        report.check(f"promtool likes the metrics, {name}", *promtool(
            tool, "check", "metrics", text=text))
    broken = texts["calm"].replace("# TYPE clocklink_term gauge", "# TYPE clocklink_term x")
    report.check("noticed: metrics that are wrong",
                 not promtool(tool, "check", "metrics", text=broken)[0])
    report.check("the rules are sound", *promtool(tool, "check", "rules", RULES))
    report.check("so is the example", *promtool(tool, "check", "config", CONFIG))
    report.check("each alert fires and clears", *promtool(tool, "test", "rules", TESTS))
    tests = yaml.safe_load(TESTS.read_text())
    tests["rule_files"] = ["rules.yml"]
    (directory / "tests.yml").write_text(yaml.safe_dump(tests))
    for name, (old, new) in PLANTED.items():
        rules = RULES.read_text()
        (directory / "rules.yml").write_text(rules.replace(old, new, 1))
        fine, said = promtool(tool, "test", "rules", directory / "tests.yml")
        report.check(f"noticed: {name}", old in rules and not fine, said)


def check_words(report, alerts):
    """Each alert says what to do, and is tested."""
    tested = TESTS.read_text()
    bad = [a["alert"] for a in alerts if a["alert"] not in tested or
           a["labels"]["severity"] not in ("info", "warning", "critical") or
           not a["annotations"]["summary"] or
           not re.search('"(clocklink|systemctl)', a["annotations"]["description"])]
    report.check(f"{len(alerts)} alerts are tested and say what to do", not bad, bad)


def check_names(report, rules, dashboard, texts):
    """Rules and dashboard ask for what there is."""
    samples = [s for text in texts.values() for s in samples_of(text)]
    recorded = {r["record"] for r in rules if "record" in r}
    ask = {"rules": [r["expr"] for r in rules], "dashboard": list(expressions(dashboard)) +
           [v["query"]["query"] for v in dashboard["templating"]["list"] if v["type"] == "query"]}
    for name, exprs in ask.items():
        bad = [lost for e in exprs for lost in lost_selectors(e, samples, recorded)]
        report.check(f"{name}: {len(exprs)} expressions ask for what there is", not bad, bad)
    wrong = ["clocklink_terms", 'clocklink_up{source="moon"}', 'clocklink_up{sauce!="module"}',
             'clocklink_state{clocklink_state=~"synced|fine"}', "clocklink:nothing"]
    report.check("noticed: what there is not",
                 all(list(lost_selectors(e, samples, recorded)) for e in wrong))


def empty_panels(prometheus, dashboard):
    """Expressions of the dashboard that Prometheus has nothing for, or does not take."""
    for expr in expressions(dashboard):
        expr = re.sub(r"\$(cluster|instance|peer)", ".*", expr).replace("$__rate_interval", "1m")
        try:
            if not prometheus.query(expr):
                yield f"nothing: {expr}"
        except urllib.error.HTTPError as error:
            yield f"{error.read().decode()}: {expr}"


def check_dashboard(report, prometheus, dashboard):
    """Prometheus understands each expression and has something for it."""
    bad = []

    def is_full():
        # rates want two scrapes, what is recorded of them one evaluation more
        bad[:] = empty_panels(prometheus, dashboard)
        return not bad
    report.check("each panel shows something", wait_for(is_full), *bad)
    ids = [p["id"] for p in dashboard["panels"]]
    report.check("panels have numbers of their own", len(ids) == len(set(ids)))


def check_live(report, program, directory, records, dashboard):
    """Alerts that a Prometheus raises; the rules are its own but for the time to wait."""
    (directory / RULES.name).write_text(re.sub(r"for: \w+", "for: 1s", RULES.read_text()))
    with Monitor(records["calm"]) as monitor:
        port = monitor.port
    config = yaml.safe_load(CONFIG.read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    path = directory / "prometheus.yml"
    path.write_text(yaml.safe_dump(config))
    with Prometheus(program, path, directory) as prometheus:
        def check_phase(name, alerts):
            wanted = {f"Clocklink{alert}" for alert in alerts}
            seen = []

            def is_so():
                seen[:] = prometheus.firing()
                return {a["labels"]["alertname"] for a in seen} == wanted
            found = wait_for(is_so)
            words = [text for a in seen for text in a["annotations"].values()]
            report.check(f"{name or 'no monitor'}: {' '.join(sorted(alerts)) or 'no alert'}",
                         found and not any("error expanding" in text for text in words), *seen)

        for name, alerts in PLAY:
            if not name:
                check_phase(name, alerts)
                continue
            with Monitor(records[name], "--listen", f"127.0.0.1:{port}"):
                check_phase(name, alerts)
                if name == "cut-off":
                    check_dashboard(report, prometheus, dashboard)


def main():
    """The test."""
    report = Report()
    root = subprocess.run([TOP / "scripts/fetch", "prometheus"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()
    programs = pathlib.Path(root) / "usr/bin"
    dashboard = json.loads(DASHBOARD.read_text())
    rules = [r for g in yaml.safe_load(RULES.read_text())["groups"] for r in g["rules"]]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        records, texts = {}, {}
        for plot in ("liar", "lost", "calm", "cut-off"):
            records[plot] = make_record(directory / plot, NODES, SECONDS,
                                        *[plot] * (plot != "liar"))
            with Monitor(records[plot]) as monitor:
                texts[plot] = monitor.ask("/metrics").body.decode()
        check_tools(report, programs / "promtool", directory, texts)
        check_words(report, [r for r in rules if "alert" in r])
        check_names(report, rules, dashboard, texts)
        check_live(report, programs / "prometheus", directory, records, dashboard)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
