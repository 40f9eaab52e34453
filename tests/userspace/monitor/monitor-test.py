#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every answer of a running monitor is what its OpenAPI document says.

The monitor plays records that were made up. Documents that are changed by hand must be
found not to fit.
"""

import copy
import gzip
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

import jsonschema

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests/userspace/vtime")]

# From the directories above and from this one.
from client import BUILD, Monitor, certificate, make_record, refusal  # noqa: E402
from lab import Report  # noqa: E402

NODES, SECONDS = 12, 60
LIAR = NODES
TOKEN = "correct-horse-battery-staple"
BAD_QUERIES = [
    "nodes?limit=0", "nodes?limit=1001", "nodes?limit=x", "nodes?offset=-1",
    "nodes?sort=height", "nodes?order=up", "nodes?state=fine", "nodes?color=red",
    "nodes?limit=1&limit=2", "history?span=1", "history?points=0", "rounds?limit=99999",
    "events?after=-3", "status?x=1", "nodes/2?x", "nodes/2/history?span=1e3",
]
LOST_PATHS = ["/", "//", "/api", "/api/v1/", "/api/v1/nodes/", "/api/v1/nodes/0",
              "/api/v1/nodes/02", "/api/v1/nodes/4294967298", "/api/v1/nodes/x/latency",
              "/api/v1/nodes/2/", "/api/v1/nodes/77", "/api/v1/nodes/77/history",
              "/static/", "/static/../main.c", "/api/v1/%00", "/%2e%2e/etc/passwd"]


class Document:
    """The OpenAPI document, and what it says of an answer."""

    def __init__(self, doc):
        self.doc = doc

    def operation(self, path, method="get"):
        """The operation that a path belongs to."""
        path = path.split("?")[0]
        for pattern, item in self.doc["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", pattern), path):
                return item.get(method)
        return None

    def faults(self, path, answer):
        """What of an answer is not as it says."""
        operation = self.operation(path)
        if operation is None:
            return [f"{path} is not in the document"]
        said = operation["responses"].get(str(answer.status))
        if said is None:
            return [f"status {answer.status} is not in the document"]
        if "$ref" in said:
            said = self.doc["components"]["responses"][said["$ref"].rsplit("/", 1)[1]]
        kind = answer.headers.get_content_type()
        if kind not in said.get("content", {}):
            return [f"type {kind} is not in the document"]
        if kind != "application/json":
            return []
        schema = {**said["content"][kind]["schema"], "components": self.doc["components"]}
        found = jsonschema.Draft202012Validator(schema).iter_errors(json.loads(answer.body))
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in found]


def refs(value):
    """All references in a part of the document."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref":
                yield part
            else:
                yield from refs(part)
    elif isinstance(value, list):
        for part in value:
            yield from refs(part)


def check_document(report, doc):
    """It is complete in itself."""
    lost = []
    for ref in refs(doc):
        at = doc
        for part in ref.removeprefix("#/").split("/"):
            at = at.get(part, {})
        if not at:
            lost.append(ref)
    report.check("all references lead somewhere", not lost, lost)
    for name, schema in doc["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        if "properties" in schema and schema.get("additionalProperties") is not False:
            lost.append(name)
    report.check("schemas are valid and closed", not lost, lost)
    ids = [op["operationId"] for item in doc["paths"].values() for op in item.values()]
    report.check("operations have names", len(ids) == len(set(ids)) and doc["openapi"] == "3.1.0")
    used = {ref.rsplit("/", 1)[1] for ref in refs(doc)}
    unused = set(doc["components"]["schemas"]) - used
    report.check("every schema is used", not unused, unused)


def paths_of(doc, node):
    """All paths, with a node, and with each parameter at its edges."""
    for pattern, item in doc["paths"].items():
        path = pattern.replace("{id}", str(node))
        yield path
        for param in item["get"].get("parameters", []):
            schema = param["schema"]
            if param["in"] != "query":
                continue
            values = schema.get("enum") or [schema.get("minimum", "node-0000"),
                                            schema.get("maximum", "")]
            for value in values:
                yield f"{path}?{param['name']}={value}"


def check_answers(report, name, document, monitor, node=2):
    """All that can be asked for is answered as the document says."""
    bad, asked = [], 0
    for path in paths_of(document.doc, node):
        answer = monitor.ask(path)
        asked += 1
        bad += [f"{path}: {fault}" for fault in document.faults(path, answer)]
        if path != "/healthz" and answer.status != 200:
            bad.append(f"{path}: status {answer.status}")
        head = monitor.ask(path, "HEAD")
        if head.body or (head.status, head.headers.get_content_type()) != (
                answer.status, answer.headers.get_content_type()):
            bad.append(f"HEAD {path}: {head.status}")
    report.check(f"{name}: {asked} requests are answered as the document says",
                 not bad and asked >= 50, *bad[:20])


def check_refusals(report, document, monitor):
    """What is not allowed is refused, with words."""
    bad = []
    for query in BAD_QUERIES:
        answer = monitor.ask(f"/api/v1/{query}")
        faults = document.faults(f"/api/v1/{query}", answer)
        if answer.status != 400 or faults:
            bad.append((query, answer.status, answer.body, faults))
    report.check(f"{len(BAD_QUERIES)} bad queries", not bad, bad)
    bad = [path for path in LOST_PATHS[1:]
           if monitor.ask(path).status != 404 or "error" not in (monitor.ask(path).json() or {})]
    report.check(f"{len(LOST_PATHS) - 1} paths that lead nowhere", not bad, bad)
    bad = []
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        answer = monitor.ask("/api/v1/status", method)
        if answer.status != 405 or answer.headers["Allow"] != "GET, HEAD" or \
                document.faults("/api/v1/status", answer):
            bad.append((method, answer.status))
    report.check("only GET and HEAD", not bad, bad)
    answer = monitor.ask("/api/v1/status", body=b"x" * 100)
    report.check("a body is refused", answer.status == 400 and
                 not document.faults("/api/v1/status", answer), answer.body)
    answer = monitor.ask("/api/v1/status", headers={"Host": "evil.example"})
    report.check("a name of the world outside is refused", answer.status == 421 and
                 not document.faults("/api/v1/status", answer), answer.body)
    names = [monitor.ask("/api/v1/status", headers={"Host": host}).status
             for host in ("localhost", "LOCALHOST:80", "127.0.0.1:9779", "[::1]:9779")]
    report.check("names of this host are not", names == [200] * 4, names)


def raw(monitor, data):
    """What comes back for some bytes, soon."""
    with socket.create_connection(("127.0.0.1", monitor.port), timeout=1) as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            return s.recv(100)
        except OSError:
            return b""


def is_served(monitor):
    """Does it come to answer, once it has noticed that others have gone?"""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            return monitor.ask("/healthz").status == 200
        except OSError:
            time.sleep(0.1)
    return False


def check_attacks(report, monitor):
    """Garbage, large heads and many clients."""
    line = raw(monitor, b"GET /api/v1/status HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 60000 +
               b"\r\n\r\n")
    report.check("a large head is refused", b" 200 " not in line, line)
    line = raw(monitor, b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n")
    report.check("a long path is refused", b" 200 " not in line, line)
    for data in (b"\0" * 1000, b"\x16\x03\x01" + bytes(range(256)), b"GET\r\n\r\n" * 50,
                 b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        raw(monitor, data)
    report.check("garbage does not end it", is_served(monitor))
    crowd = []
    for _ in range(400):
        s = socket.socket()
        s.settimeout(0.01)
        try:
            s.connect(("127.0.0.1", monitor.port))
            s.sendall(b"GET / HTTP/1.1\r\n")
        except OSError:
            pass
        crowd.append(s)
    for s in crowd:
        s.close()
    report.check("a crowd that says nothing does not either",
                 is_served(monitor) and monitor.process.poll() is None)


def check_figures(report, monitor):
    """What the record says is what is told."""
    status = monitor.ask("/api/v1/status").json()
    report.check("status", (status["leader"], status["term"], status["members"],
                            status["isolated"], status["nodes"]["synced"], status["state"],
                            status["leader_address"]) ==
                 (3, 2, NODES, 1, NODES, "synced", "10.0.0.3:20319"), status)
    events = monitor.ask("/api/v1/events").json()["events"]
    told = [(e["kind"], e["severity"], e["node"]) for e in events]
    wanted = [("leader", "info", 2), ("leader", "info", 3), ("reputation", "warning", LIAR),
              ("reputation", "critical", LIAR)]
    report.check("events", all(told.count(w) == 1 for w in wanted), told)
    owners = [e["text"] for e in events if e["kind"] == "clock-owner"]
    report.check("who sets clocks", owners == [
        "system's clock left-alone: chronyd (process 77) sets it",
        "PTP clock of eth0 left-alone: ts2phc (process 77) sets it"], owners)
    number = events[-2]["number"]
    after = monitor.ask(f"/api/v1/events?after={number}").json()["events"]
    report.check("events after another one", [e["number"] for e in after] == [number + 1], after)
    delay = monitor.ask("/api/v1/nodes/2/latency").json()
    counts = [b["count"] for b in delay["buckets"]]
    report.check("latency", delay["count"] == 4 * SECONDS == counts[-1] and
                 counts == sorted(counts) and delay["buckets"][-1]["le_ns"] is None and
                 1_000_000 <= delay["min_ns"] <= delay["p50_ns"] <= delay["p99_ns"] <=
                 delay["max_ns"] < 1_200_000, delay)
    history = monitor.ask("/api/v1/nodes/2/history?span=20&points=10").json()
    offsets = [row[history["columns"].index("offset_ns")] for row in history["rows"]]
    report.check("history", history["step_ms"] == 2000 and len(offsets) == 10 and
                 all(abs(v) <= 200 for v in offsets), history)
    liar = monitor.ask(f"/api/v1/nodes/{LIAR}").json()
    report.check("a node with all that is said of it",
                 liar["isolated"] and len(liar["accusations"]) == 3 and
                 liar["reputation"]["state"] == "isolated" and liar["member"]["accusers"] == 3)
    alone = {"state": "left-alone", "offset_ns": None, "freq_ppb": None, "stepped_ns": 0, "yields": 1}
    report.check("clocks of the host", (status["system_clock"], status["device_clock"]) == (
        alone | {"owner": "chronyd", "why": "chronyd (process 77) sets it", "device": None},
        alone | {"owner": "ts2phc", "why": "ts2phc (process 77) sets it", "device": "eth0"}), status)
    voters = monitor.ask("/api/v1/voters").json()["voters"]
    report.check("voters", len(voters) == 5 and voters[1] == {
        "node": 2, "name": "node-00002", "self": False, "share": "counts", "weight": 0.25,
        "rms_ns": 12, "residual_ns": None, "freq_ppb": -2000.0,
        "age_ns": (SECONDS - 1) * 10**9, "wander_ppb": 1.002} and
        (voters[0]["self"], voters[0]["wander_ppb"], voters[4]["share"]) == (True, None, "trial"),
        voters)
    rounds = monitor.ask("/api/v1/rounds?limit=3").json()["rounds"]
    report.check("rounds", [r["rounds"] for r in rounds] == [4] * 3 and
                 rounds[-1]["bound_ns"] == 5000, rounds)


def check_sorting(report, monitor):
    """Each way to sort, in both orders, and pages that together are all."""
    fields = {"node": "node", "name": "name", "state": "state", "offset": "offset_ns",
              "bound": "bound_ns", "rtt": "min_rtt_ns", "excess": "excess_ns",
              "loss": "loss", "reputation": "reputation"}
    bad = []
    for sort, field in fields.items():
        for order in ("asc", "desc"):
            nodes = monitor.ask(f"/api/v1/nodes?sort={sort}&order={order}").json()["nodes"]
            known = [n[field] for n in nodes if n[field] is not None]
            if known != sorted(known, reverse=order == "desc") or len(nodes) != NODES or \
                    [n[field] for n in nodes[len(known):]] != [None] * (NODES - len(known)):
                bad.append((sort, order, known))
    report.check("every way to sort", not bad, bad)
    ids = [n["node"] for offset in range(0, NODES, 5) for n in
           monitor.ask(f"/api/v1/nodes?offset={offset}&limit=5").json()["nodes"]]
    report.check("pages", ids == list(range(1, NODES + 1)), ids)
    found = {text: monitor.ask(f"/api/v1/nodes?filter={text}").json()["matched"]
             for text in ("7", "node-0001", "10.0.0.9", "NODE-00002", "nothing")}
    report.check("filter", list(found.values()) == [1, 3, 1, 1, 0], found)


def check_assets(report, monitor):
    """The page: the same bytes in both encodings, and a name by which it is known."""
    bad = []
    top = TOP / "agent/monitor/web"
    for file in sorted(f for f in top.rglob("*") if f.is_file()):
        path = "/" if file.name == "index.html" else f"/static/{file.relative_to(top)}"
        plain = monitor.ask(path)
        packed = monitor.ask(path, headers={"Accept-Encoding": "gzip"})
        same = monitor.ask(path, headers={"If-None-Match": plain.headers["ETag"]})
        other = monitor.ask(path, headers={"If-None-Match": '"0"'})
        if not (plain.body == file.read_bytes() == gzip.decompress(packed.body) and
                packed.headers["Content-Encoding"] == "gzip" and
                (same.status, same.body, other.status) == (304, b"", 200) and
                plain.headers["X-Content-Type-Options"] == "nosniff" and
                "default-src 'self'" in plain.headers["Content-Security-Policy"]):
            bad.append(path)
    report.check("files of the page", not bad, bad)


def metric_faults(text, openmetrics):
    """What is wrong with a text of metrics."""
    family, kind, seen, last = None, None, set(), None
    sample = re.compile(r'([a-z_]+)(\{([a-z_]+="(\\.|[^"\\])*",?)+\})? (\S+)')
    lines = text.splitlines()
    if openmetrics != (lines[-1] == "# EOF"):
        yield "EOF"
    for line in lines[:-1] if openmetrics else lines:
        if line.startswith("# TYPE "):
            family, kind = line.split()[2:]
            if family in seen:
                yield f"{family} comes twice"
            seen.add(family)
            continue
        if line.startswith("# "):
            if line.split()[2] != family:
                yield line
            continue
        found = sample.fullmatch(line)
        if not found or not found[1].startswith(family):
            yield line
            continue
        value = float(found[5])
        end = found[1].removeprefix(family)
        if kind == "histogram" and end == "_bucket":
            if "8.192e-06" not in line and last is not None and value < last:
                yield f"not cumulative: {line}"
            last = value
        elif openmetrics and end != {"counter": "_total", "info": "_info"}.get(kind, "") and \
                not (kind == "histogram" and end in ("_sum", "_count")):
            yield f"{kind}: {line}"


def check_metrics(report, monitor):
    """Both formats are well formed and say the same."""
    new = monitor.ask("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    old = monitor.ask("/metrics")
    for answer, openmetrics, name in ((new, True, "OpenMetrics"), (old, False, "0.0.4")):
        faults = list(metric_faults(answer.body.decode(), openmetrics))
        report.check(f"metrics, {name}", not faults, *faults[:10])
    samples = [{line for line in a.body.decode().splitlines() if line[0] != "#"}
               for a in (new, old)]
    report.check("both have the same samples", samples[0] == samples[1] and
                 len(samples[0]) > 300, samples[0] ^ samples[1])
    wanted = ['clocklink_state{clocklink_state="synced"} 1', "clocklink_members 12",
              'clocklink_peer_delay_seconds_count{node="2",name="node-00002"} 240',
              'clocklink_up{source="daemon"} 1',
              'clocklink_device_clock_owner{device="eth0",clocklink_device_clock_owner='
              '"left-alone"} 1', 'clocklink_device_clock_yields_total{device="eth0"} 1',
              'clocklink_voter_weight_ratio{node="2",name="node-00002"} 0.25',
              'clocklink_voter_rms_seconds{node="2",name="node-00002"} 1.2e-08',
              'clocklink_voter_frequency_ratio{node="2",name="node-00002"} -2e-06',
              'clocklink_peer_wander_ratio{node="2",name="node-00002"} 1.002e-09']
    report.check("figures in it", samples[0].issuperset(wanted),
                 set(wanted) - samples[0])


def check_secrets(report, directory, record):
    """TLS and token, and refusals to start without them."""
    cert, key, context = certificate(directory)
    token = directory / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    tls = ["--tls-cert", cert, "--tls-key", key]
    with Monitor(record, *tls, "--token-file", token, tls=context) as monitor:
        wrong = [monitor.ask("/api/v1/status", headers=h) for h in
                 ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN},
                  {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "})]
        report.check("no token, no answer", [a.status for a in wrong] == [401] * 5 and
                     all("Bearer" in a.headers["WWW-Authenticate"] for a in wrong))
        good = {"Authorization": f"Bearer {TOKEN}", "Host": "time.example"}
        report.check("with it there is one",
                     monitor.ask("/api/v1/status", headers=good).status == 200 and
                     monitor.ask("/metrics", headers=good).status == 200)
        report.check("the page comes without", monitor.ask("/").status == 200)
        report.check("no answer without TLS",
                     b" 200 " not in raw(monitor, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(cert)
        old.set_ciphers("ALL:@SECLEVEL=0")
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            with socket.create_connection(("127.0.0.1", monitor.port), timeout=10) as s, \
                    old.wrap_socket(s, server_hostname="127.0.0.1"):
                refused = False
        except (ssl.SSLError, OSError):
            refused = True
        report.check("nor by TLS 1.1", refused)
    report.check("it ends by SIGTERM", monitor.status == 0, monitor.status)
    check_starts(report, directory, record, tls, token)


def check_starts(report, directory, record, tls, token):
    """It does not start, and says why."""
    empty, bad = directory / "empty", directory / "bad"
    empty.write_text("")
    empty.chmod(0o600)
    bad.write_text("clocklink-record" * 10)
    public = directory / "public"
    public.write_text(TOKEN)
    public.chmod(0o644)
    play = ["--play", record, "--listen"]
    cases = [
        ([*play, "0.0.0.0:0"], 2, "--tls-cert, --tls-key and --token-file"),
        ([*play, "[::]:0", *tls], 2, "--token-file"),
        ([*play, "0.0.0.0:0", "--token-file", token], 2, "--tls-cert"),
        ([*play, "127.0.0.1:0", "--tls-cert", tls[1]], 2, "belong together"),
        ([*play, "localhost:0"], 2, "localhost"),
        ([*play, "127.0.0.1"], 2, "127.0.0.1"),
        ([*play, "127.0.0.1:0", "--metrics-peers", "-1"], 2, "--metrics-peers"),
        (["--pace"], 2, "--play"),
        (["--follow"], 2, "--play"),
        (["--nonsense"], 2, "--nonsense"),
        ([*play, "127.0.0.1:0", "--token-file", public], 1, "others may read"),
        ([*play, "127.0.0.1:0", "--token-file", empty], 1, "no token"),
        ([*play, "127.0.0.1:0", "--token-file", directory / "none"], 1, "No such file"),
        ([*play, "127.0.0.1:0", "--tls-cert", tls[3], "--tls-key", tls[1]], 1, "is --tls-key that"),
        ([*play, "127.0.0.1:0", "--tls-cert", empty, "--tls-key", tls[3]], 1, "no PEM"),
        (["--listen", "127.0.0.1:0", "--play", bad], 1, "offset 0"),
        (["--listen", "127.0.0.1:0", "--play", empty], 1, "no record"),
        ([*play, "127.0.0.1:1", "--listen", "192.0.2.7:0", *tls, "--token-file", token], 1,
         "192.0.2.7"),
    ]
    for options, status, words in cases:
        done = refusal(*map(str, options))
        report.check(f"refused: {words}", done[0] == status and words in done[1], done)


def check_judge(report, document, monitor):
    """The test notices documents that do not fit."""
    answer = monitor.ask("/api/v1/nodes/2")
    for name, change in {
            "a missing key": lambda s: s["NodeDetail"]["required"].append("height"),
            "a key too many": lambda s: s["NodeDetail"]["properties"].pop("voter"),
            "another type": lambda s: s["Peer"]["properties"].update(node={"type": "string"}),
            "another word": lambda s: s["State"].update(enum=["fine"])}.items():
        doc = copy.deepcopy(document.doc)
        change(doc["components"]["schemas"])
        report.check(f"noticed: {name}", Document(doc).faults("/api/v1/nodes/2", answer))
    broken = "# TYPE a gauge\n# HELP a x\nb 1\n"
    report.check("noticed: a metric of no family", list(metric_faults(broken, False)))


def check_follow(report, directory, record):
    """What is appended to a record is shown."""
    def last(monitor):
        return monitor.ask("/api/v1/status").json()["utc_ms"]

    data = pathlib.Path(record).read_bytes()
    growing = directory / "growing"
    growing.write_bytes(data[:len(data) // 2])
    with Monitor(record) as whole, Monitor(growing, "--follow") as monitor:
        begin, end = last(monitor), last(whole)
        with growing.open("ab") as file:
            file.write(data[len(data) // 2:])
        until = time.monotonic() + 10
        while last(monitor) != end and time.monotonic() < until:
            time.sleep(0.2)
        report.check("a record that grows is followed", begin < last(monitor) == end, begin, end)


def check_limit(report, directory):
    """A record does not fill the disk: it ends at a whole look, and says so."""
    long, short = make_record(directory / "long", 200, 8), directory / "short"
    done = subprocess.run(
        [BUILD / "clocklink-stats", "--play", long, "--interval", "100ms", "--limit", "1",
         "record", short], capture_output=True, text=True, timeout=60, check=False)
    size = short.stat().st_size
    with Monitor(short) as monitor:
        nodes = monitor.ask("/api/v1/nodes").json()["total"]
    report.check("a record ends at its limit", (done.returncode, nodes) == (0, 200) and
                 10**6 <= size < 1.5e6 and "ends, it has 1 MB" in done.stderr, size, done)


def main():
    """The test."""
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        record = make_record(directory / "record", NODES, SECONDS)
        with Monitor(record) as monitor:
            doc = json.loads((TOP / "agent/monitor/openapi.json").read_text())
            document = Document(doc)
            report.check("the document is served",
                         monitor.ask("/api/v1/openapi.json").json() == doc)
            check_document(report, doc)
            check_answers(report, "a cluster", document, monitor)
            check_figures(report, monitor)
            check_sorting(report, monitor)
            check_refusals(report, document, monitor)
            check_assets(report, monitor)
            check_metrics(report, monitor)
            check_judge(report, document, monitor)
            check_attacks(report, monitor)
        lost = make_record(directory / "lost", 5, 8, "lost")
        with Monitor(lost) as monitor:
            bad = [f for path in ("/api/v1/status", "/api/v1/nodes", "/api/v1/settings",
                                  "/healthz", "/metrics", "/api/v1/history", "/api/v1/rounds")
                   for f in document.faults(path, monitor.ask(path))]
            report.check("neither module nor daemon: as the document says", not bad, *bad)
            status = monitor.ask("/api/v1/status").json()
            report.check("and that is told", status["state"] == "gone" and status["missing"] and
                         monitor.ask("/healthz").status == 503)
        check_secrets(report, directory, record)
        check_follow(report, directory, record)
        check_limit(report, directory)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
