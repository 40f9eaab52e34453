#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A monitor of a cluster that does not exist, for the web page and its test.

usage: fake_monitor.py [-n NODES] [-p PORT]

Answers as clocklink-monitor does, from numbers that are a function of time and node, so
the same instant is always the same, and serves the page with the same headers.
"""

import argparse
import contextlib
import http.server
import json
import math
import pathlib
import random
import socket
import sys
import threading
import time
import urllib.parse

TOP = pathlib.Path(__file__).resolve().parents[3]
WEB = TOP / "agent/monitor/web"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
NAMES = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota",
         "kappa", "lambda", "mu"]
STATES = ["unsynced", "joining", "synced", "unverified", "holdover", "void", "gone",
          "unknown"]
# What is not there of the own node
MEASURED = ["offset_ns", "offset_age_ns", "freq_ppb", "freq_error_ppb", "error_ns",
            "min_rtt_ns", "excess_ns", "asymmetry_ns", "age_ns", "loss", "lost", "duplicated",
            "reordered", "exchanges", "stamps"]
NOT_OF_PEER = ["offset_age_ns", "loss"]
SORTS = {"bound": "bound_ns", "offset": "offset_ns", "rtt": "min_rtt_ns",
         "excess": "excess_ns"}


def noise(*key):
    """A number about zero of which most are below 1, always the same for a key."""
    return random.Random(repr(key)).gauss(0, 1)


class Cluster:
    """What the cluster does: node 1 answers, node 2 leads, the fourth is slow, the
    seventh lies, the ninth has lost its network."""

    def __init__(self, nodes=12):
        self.start = time.time()
        self.lock = threading.Lock()
        self.time = time.time  # a test may stop it
        self.fixed = {}  # figures of a node that stay
        self.latest = (None, [])
        self.count = nodes
        self.names = {n: NAMES[n - 1] if n <= len(NAMES) else f"host-{n:05d}"
                      for n in range(1, nodes + 1)}
        self.state = "synced"
        self.leader = 2
        self.quorum = True
        self.missing = []
        self.events = []
        for age, what in ((412, ("clock-owner", "info", 1, "system clock: steered by clocklinkd")),
                          (405, ("leader", "info", 2, "beta leads, term 7")),
                          (400, ("state", "info", 1, "joining -> synced")),
                          (188, ("anomaly", "warning", 4,
                                 "unusual jitter: mean queue 231.0 us, usually 19.80 us")),
                          (97, ("peer", "warning", 9, "iota: synced -> holdover")),
                          (41, ("reputation", "warning", 7, "eta: good -> suspicious",
                                "strikes", 18_421, 9_102)),
                          (40, ("reputation", "critical", 7, "eta: suspicious -> isolated",
                                "decision", 103_918, 9_102))):
            self.say(*what, at=self.start - age)

    def say(self, kind, severity, node, text, rule=None, offset_ns=None, limit_ns=None,
            at=None):
        """Something has happened."""
        event = {"number": len(self.events) + 1, "utc_ms": 1000 * (at or self.time()),
                 "kind": kind, "severity": severity, "node": node, "text": text}
        if rule:
            event |= {"rule": rule, "offset_ns": offset_ns, "limit_ns": limit_ns}
        self.events.append(event)

    def own(self, now):
        """Error, bound and hard bound of the own clock."""
        error = 60 * math.sin(now / 47) + 35 * math.sin(now / 7.3) + 25 * noise("own", int(now))
        bound = 3100 + 260 * math.sin(now / 61) + 60 * abs(noise("bound", int(now)))
        return round(error), round(bound), round(bound + 504_000 + 900 * math.sin(now / 90))

    def node(self, n, now):
        """A row of the table."""
        return self.row(n, now) | self.fixed.get(n, {})

    def row(self, n, now):
        """A row by what the node does."""
        step = int(now)
        far = 1 + 3 * (n % 5 == 3)
        row = {"node": n, "name": self.names[n], "self": n == 1, "isolated": False,
               "role": "leader" if n == self.leader else
               "voter" if n <= min(7, self.count) else "follower",
               "state": "synced", "address": f"192.0.2.{n % 250 + 1}:20319",
               "reputation": "good", "rule": None, "weight": 1.0, "warnings": int(n == 1 and self.count >= 9),
               "bound_ns": round(3400 * far + 700 * (n % 3) + 90 * abs(noise("b", n, step)))}
        if n == 1:
            row["bound_ns"] = self.own(now)[1]
            row["state"] = self.state
            return dict.fromkeys(MEASURED) | row
        row |= {"offset_ns": round(190 * math.sin(now / 31 + n) + 120 * noise("o", n, step)),
                "offset_age_ns": round(1e6 * (20 + 80 * abs(math.sin(n * now)))),
                "freq_ppb": round(9_000 * math.sin(n * 12.9898) + noise("f", n, step), 3),
                "freq_error_ppb": round(0.8 + 0.1 * abs(noise("fe", n, step)), 3),
                "error_ns": round(96 * far + 8 * abs(noise("e", n, step))),
                "min_rtt_ns": 1_004_000 * far + 3_117 * (n % 29),
                "excess_ns": round(19_800 * far + 1500 * noise("x", n, step)),
                "asymmetry_ns": round(5_020 * far), "age_ns": round(1e6 * (n * 7 % 100)),
                "loss": 0.0, "lost": 2 * (n % 4), "duplicated": n % 3 // 2, "reordered": n % 5 // 4,
                "exchanges": int(10 * (now - self.start + 600)),
                "stamps": "hardware" if n % 4 == 2 else "software"}
        if n == 4:
            row |= {"excess_ns": round(231_000 + 9000 * noise("x", n, step)), "loss": 0.034,
                    "lost": 212, "warnings": 1, "state": "unverified"}
        if n == 7:
            row |= {"offset_ns": round(103_900 + 900 * noise("o", n, step)), "isolated": True,
                    "reputation": "isolated", "rule": "cusum", "weight": 0.0, "warnings": 1}
        if n == 8:
            row |= {"reputation": "suspicious", "rule": "strikes", "weight": 0.62}
        if n == 9:
            row |= {"state": "holdover", "loss": 1.0, "lost": 970, "age_ns": 97_000_000_000,
                    "bound_ns": 96_300, "offset_ns": None, "warnings": 1}
        if n == 11:
            row |= {"state": "joining", "bound_ns": None, "offset_ns": None}
        return row

    def rows(self, now):
        """All nodes."""
        if self.latest[0] != now:
            self.latest = now, [self.node(n, now) for n in range(1, self.count + 1)]
        return self.latest[1]

    def status(self, now, _query):
        """GET status"""
        error, bound, hard = self.own(now)
        rows = self.rows(now)
        counts = {s: sum(r["state"] == s for r in rows) for s in STATES}
        usable = self.state in ("synced", "unverified", "holdover")
        return {"version": "0.1.0", "utc_ms": 1000 * now, "node": 1, "name": self.names[1],
                "cluster": 0x5ca1ab1e, "role": "leader" if self.leader == 1 else "voter",
                "state": self.state, "bound_ns": bound if usable else None,
                "hard_ns": hard if usable else None, "drift_ppb": 12.4, "error_ns": error,
                "rate_ppb": -4213.507 + noise("r", int(now)), "tai_offset_s": 37,
                "leap": "none", "leader": self.leader,
                "leader_name": self.names.get(self.leader, ""),
                "leader_address": f"192.0.2.{self.leader + 1}:20319", "term": 7,
                "round": int(10 * (now - self.start)) + 4117, "interval_ns": 100_000_000,
                "quorum": self.quorum, "reachable": 6 if self.quorum else 3, "voters": 7,
                "needed": 4, "members": self.count,
                "isolated": sum(r["isolated"] for r in rows),
                "nodes": counts,
                "suspicious": sum(r["reputation"] == "suspicious" for r in rows),
                "warnings": len(self.warnings(now, {})["warnings"]),
                "system_clock": {"state": "steered", "owner": None, "why": None, "device": None,
                                 "offset_ns": round(41 * noise("s", int(now))),
                                 "freq_ppb": -4198.2, "stepped_ns": 0, "yields": 0},
                "device_clock": {"state": "left-alone", "owner": "ts2phc", "device": "eth0",
                                 "why": "ts2phc sets it, its frequency was changed",
                                 "offset_ns": None, "freq_ppb": None, "stepped_ns": -31_207_114,
                                 "yields": 2},
                "scale": self.scale(), "missing": self.missing,
                "sources": {"module": True, "daemon": not self.missing}}

    def scale(self):
        """How cluster time is made: only who leads knows."""
        if self.leader != 1:
            return {"leading": False, "age_ns": 7_203 * 10**9, "persist_ns": 24 * 10**9}
        return {"leading": True, "steps": 7_203, "measured": 6, "age_ns": 7_203 * 10**9,
                "persist_ns": 24 * 10**9, "constant_ns": 48 * 10**9, "mean_ns": -3,
                "freq_ppb": 4213.5, "steer_ppb": 0.02}

    def voters(self, _now, _query):
        """GET voters: all weigh the same but one that lies and one that is new."""
        def voter(n):
            share = {7: "isolated", 6: "trial", 5: "absent"}.get(n, "counts")
            return {"node": n, "name": self.names[n], "self": n == 1, "share": share,
                    "weight": 0.25 * (share == "counts"), "rms_ns": 8 + 3 * n,
                    "residual_ns": 5 - n if self.leader == 1 else None,
                    "freq_ppb": 9_000 * math.sin(n * 12.9898) - 4213.5,
                    "age_ns": (212 if n == 6 else 7_203) * 10**9,
                    "wander_ppb": None if n == 1 else 0.4 + 0.1 * n}

        return {"voters": [voter(n) for n in range(1, min(7, self.count) + 1)]}

    def nodes(self, now, query):
        """GET nodes"""
        rows = self.rows(now)
        total = len(rows)
        text = query.get("filter", "").lower()
        rows = [r for r in rows if text in f"{r['node']} {r['name']} {r['address']}".lower()]
        if query.get("state"):
            rows = [r for r in rows if r["state"] == query["state"]]
        key = SORTS.get(query.get("sort"), query.get("sort", "node"))
        known = [r for r in rows if r.get(key) is not None]
        known.sort(key=lambda r: r[key], reverse=query.get("order") == "desc")
        rows = known + [r for r in rows if r.get(key) is None]
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100))
        return {"total": total, "matched": len(rows), "offset": offset,
                "nodes": rows[offset:offset + limit]}

    def detail(self, n, now):
        """GET nodes/N"""
        row = self.node(n, now)
        lies = row["isolated"]
        row["member"] = {"node": n, "name": row["name"], "role": row["role"], "link": True,
                         "wanted": row["role"] != "follower", "lag": 0,
                         "time_address": row["address"], "stream_address": row["address"],
                         "reputation": row["reputation"]}
        row["peer"] = row["voter"] = None
        if n == 1:
            row["reputation"] = None
        else:
            row["peer"] = {k: row[k] or 0 for k in MEASURED if k not in NOT_OF_PEER} | {
                "node": n, "estimator": "kalman", "wander_ppb": 0.41, "noise_ns": 1_480, "ready": True,
                "requests": row["exchanges"] + row["lost"], "responses": row["exchanges"],
                "stale": 0, "late": 1, "path_changes": 1, "restarts": 0}
            row["reputation"] = {
                "node": n, "name": row["name"], "voter": row["role"] != "follower",
                "state": row["reputation"], "weight": row["weight"],
                "strikes": 3.0 * lies, "strikes_limit": 3.0, "proofs": 6.0 * lies,
                "proofs_limit": 6.0, "cusum": 31.2 * lies, "cusum_limit": 30.0,
                "excess": 12.5 * lies, "excess_limit": 120.0, "seen_ns": 88_000_000,
                "changed_ns": 40_000_000_000 if lies else 400_000_000_000,
                "rule": row["rule"] or "none", "offset_ns": 103_918 * lies, "limit_ns": 9_102}
        row["accusations"] = [
            {"node": n, "accuser": a, "rule": "strikes",
             "offset_ns": 103_918 + 311 * a, "limit_ns": 9_102 + 57 * a, "round": 4021 + a,
             "term": 7} for a in (2, 3, 5)] if lies else []
        return row

    def latency(self, n, now):
        """GET nodes/N/latency: a floor and an exponential queue."""
        floor, mean = (self.node(n, now).get(k, 1) for k in ("min_rtt_ns", "excess_ns"))
        count = int(10 * (now - self.start + 600))
        edges = [(8 + e % 8) << (16 + e // 8) for e in range(40)]

        def below(x):
            return int(count * (1 - math.exp(-(x - floor) / mean))) if x > floor else 0

        def quantile(q):
            return round(floor - mean * math.log(1 - q))

        buckets = [{"le_ns": e, "count": below(e)} for e in edges]
        return {"node": n, "unit": "ns", "count": count, "sum_ns": count * (floor + mean),
                "min_ns": floor, "p50_ns": quantile(.5), "p90_ns": quantile(.9),
                "p99_ns": quantile(.99), "max_ns": quantile(.9999),
                "buckets": buckets + [{"le_ns": None, "count": count}],
                "since_utc_ms": 1000 * (self.start - 600)}

    def history(self, now, query, columns, row_of):
        """Rows of the last span, aligned to steps."""
        span, points = int(query.get("span", 600)), int(query.get("points", 300))
        step = span / points
        first = math.floor(now / step) * step - span + step
        return {"step_ms": 1000 * step, "start_utc_ms": 1000 * first, "columns": columns,
                "rows": [row_of(first + i * step) for i in range(points)]}

    def own_history(self, now, query):
        """GET history"""
        def row(t):
            if self.start - 380 < t < self.start - 360:
                return None
            return [*self.own(t), -4213.5 + noise("r", int(t)),
                    int(noise("l", int(t)) > 2), "synced",
                    round(1_013_000 + 900 * noise("p", int(t))),
                    round(1_094_000 + 7000 * noise("q", int(t)))]

        return self.history(now, query, ["error_ns", "bound_ns", "hard_ns", "rate_ppb", "lost", "state",
                                         "p50_ns", "p99_ns"], row)

    def node_history(self, n, now, query):
        """GET nodes/N/history"""
        def row(t):
            r = self.node(n, t)
            weight = 1.0 if t < self.start - 41 else r["weight"]
            return [r.get("offset_ns") if weight == r["weight"] else
                    round(200 * noise("o", n, int(t))), r["bound_ns"], r.get("excess_ns"),
                    r.get("loss"), weight, r.get("freq_ppb"), r["state"]]

        return {"node": n} | self.history(now, query, [
            "offset_ns", "bound_ns", "excess_ns", "loss", "weight", "freq_ppb", "state"], row)

    def rounds(self, now, query):
        """GET rounds"""
        last = int(now)
        rounds = []
        for second in range(last - int(query.get("limit", 100)) + 1, last + 1):
            lost = int(max(0, 2 * noise("lost", second) - 2))
            asked = 10 * (self.count - 1)
            rounds.append({"utc_ms": 1000 * second + 212, "term": 7, "rounds": 10,
                           "round": int(10 * (second - self.start)) + 4117,
                           "leader": self.leader, "interval_ns": 100_000_000,
                           "bound_ns": round(2600 + 80 * noise("rb", second)),
                           "state": "synced", "requests": asked,
                           "responses": asked - lost, "lost": lost})
        return {"rounds": rounds}

    def events_of(self, _now, query):
        """GET events"""
        limit = int(query.get("limit", 200))
        after = int(query.get("after", max(0, len(self.events) - limit)))
        return {"last": len(self.events), "events": self.events[after:after + limit]}

    def warnings(self, _now, _query):
        """GET warnings"""
        if self.count < 9:
            return {"warnings": []}
        return {"warnings": [
            {"node": 1, "kind": "bound", "since_utc_ms": 1000 * (self.start - 61),
             "strength": 1.0, "text": "bound 2.310 us, limit 5.000 us", "limit_in_s": 340},
            {"node": 4, "kind": "jitter", "since_utc_ms": 1000 * (self.start - 188),
             "strength": 1.4, "text": "mean queue 231.0 us, usually 19.80 us",
             "limit_in_s": None},
            {"node": 7, "kind": "offset", "since_utc_ms": 1000 * (self.start - 40),
             "strength": 1.2, "text": "spread of the offset 104.0 us, usually 190 ns",
             "limit_in_s": None},
            {"node": 9, "kind": "loss", "since_utc_ms": 1000 * (self.start - 97),
             "strength": 1.4, "text": "loss 100.0 %, usually 0.2 %", "limit_in_s": None}]}

    def settings(self, _now, _query):
        """GET settings"""
        return {"instance": {"id": 0, "node": 1, "cluster": 0x5ca1ab1e, "port": 20319, "leader": self.leader,
                             "interval_ns": 100_000_000, "interval_max_ns": 0,
                             "asymmetry_ns": 0, "stamp_noise_ns": 1500, "wander_ppb": 1.0,
                             "max_bound_ns": 5_000, "phc": True, "phc_index": 0,
                             "test": False, "multicast": "none"},
                "round": {"interval_ns": 100_000_000, "probes": 4, "probe_every": 10}}

    def answer(self, path, query):
        """The answer to a path below api/v1, None if there is none."""
        now = self.time()
        parts = path.split("/")
        plain = {"status": self.status, "nodes": self.nodes, "history": self.own_history,
                 "voters": self.voters, "rounds": self.rounds, "events": self.events_of,
                 "warnings": self.warnings, "settings": self.settings}
        if path in plain:
            return plain[path](now, query)
        if parts[0] == "nodes" and len(parts) < 4 and parts[1].isdigit() and \
                1 <= int(parts[1]) <= self.count:
            n = int(parts[1])
            if len(parts) == 2:
                return self.detail(n, now)
            if parts[2] == "latency" and n != 1:
                return self.latency(n, now)
            if parts[2] == "history":
                return self.node_history(n, now, query)
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    """Page and answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Any path."""
        url = urllib.parse.urlsplit(self.path)
        if url.path.startswith("/api/v1/"):
            query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
            with self.server.cluster.lock:
                body = self.server.cluster.answer(url.path[8:], query)
            said = self.headers.get("Authorization")
            if self.server.token and said != f"Bearer {self.server.token}":
                self.reply(401, "application/json", json.dumps({"error": {
                    "code": 401, "where": "Authorization", "text": "the token is needed"}}).encode())
            elif body is None:
                where = url.path[8:]
                self.reply(404, "application/json", json.dumps(
                    {"error": {"code": 404, "where": where, "text": "not found"}}).encode())
            else:
                self.reply(200, "application/json", json.dumps(body).encode())
            return
        path = WEB / "index.html" if url.path == "/" else \
            WEB / url.path.removeprefix("/static/")
        path = path.resolve()
        if path.is_file() and path.is_relative_to(WEB) and path.suffix in TYPES:
            body = path.read_bytes()
            for old, new in self.server.faults.get(path.name, ()):
                if old not in body:
                    raise ValueError(f"{path.name}: there is no {old}")
                body = body.replace(old, new)
            self.reply(200, TYPES[path.suffix], body)
        else:
            self.reply(404, "text/plain", b"not found\n")

    def reply(self, code, kind, body):
        """One answer with the headers of the monitor."""
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'self'")
        # a browser that leaves a view does not wait
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Serves a cluster on a port of loopback, 0: any."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, cluster, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.cluster = cluster
        self.sockets = set()
        self.token = None  # what clients have to know
        self.faults = {}  # what a test changes in the files: name to (old, new)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"

    def process_request(self, request, client_address):
        """Keeps what is open."""
        self.sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        """Forgets what is closed."""
        self.sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """A browser that has gone is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def drop(self):
        """Cuts all connections, as the end of a process does."""
        for request in list(self.sockets):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", "--nodes", type=int, default=12)
    parser.add_argument("-p", "--port", type=int, default=20380)
    options = parser.parse_args()
    with Server(Cluster(options.nodes), options.port) as server:
        print(server.url, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
