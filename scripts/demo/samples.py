# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run printed: samples of the truth, status of the nodes, events."""

import json
import math

USABLE = ("synced", "unverified", "holdover")
SETTLED_S = 20.0


class Node:
    """All that was seen of one node.

    points holds (t_s, error_ns, bound_ns) of every usable reading, violations
    counts them by name.
    """

    def __init__(self, number):
        self.number = number
        self.role = "-"
        self.clock = "-"
        self.state = "-"
        self.offset_ns = None
        self.rounds = None
        self.loss = None
        self.points = []
        self.violations = {}
        self.violating_samples = 0

    def add_sample(self, sample, t_s):
        """Takes one line of clocklink-truth."""
        self.state = sample["state"]
        if "error_ns" not in sample:
            return
        self.points.append((t_s, sample["error_ns"], sample["bound_ns"]))
        for name in sample["violations"]:
            self.violations[name] = self.violations.get(name, 0) + 1
        self.violating_samples += bool(sample["violations"])

    def add_status(self, status):
        """Takes what "clocklinkctl --json status" said."""
        instance, peers = status["instance"], status["peers"]
        self.role = instance["role"]
        if instance.get("phc_index", -1) >= 0:
            self.clock = f"/dev/ptp{instance['phc_index']}"
        self.offset_ns = status["clock"]["error_ns"]
        self.rounds = instance["round"]
        lost = sum(p["lost"] for p in peers)
        came = sum(p[k] for p in peers
                   for k in ("responses", "answered", "updates"))
        self.loss = lost / (lost + came) if lost else 0.0

    def errors_after(self, t_s):
        """Magnitudes of the true error from t_s on, ns."""
        return [abs(e) for t, e, _ in self.points if t >= t_s]

    def summary(self):
        """The figures of the final table; None without a usable reading."""
        if not self.points:
            return None
        errors = self.errors_after(SETTLED_S)
        return {
            "node": self.number,
            "role": self.role,
            "state": self.state,
            "synced_after_s": round(self.points[0][0], 3),
            "samples": len(self.points),
            "error_rms_ns": round(rms(errors), 1),
            "error_p99_ns": quantile(errors, 0.99),
            "error_max_ns": max(errors, default=math.nan),
            "bound_median_ns": quantile([p[2] for p in self.points], 0.5),
            "violating_samples": self.violating_samples,
            "violations": self.violations,
        }


class Run:
    """One run of the demo; times are counted from the event "start".

    leaders holds (t_s, node) whenever another node is seen to lead.
    """

    def __init__(self):
        self.nodes = {}
        self.events = []
        self.leaders = []
        self.start_s = None
        self.now_s = 0.0
        self.ended = False

    def node(self, number):
        return self.nodes.setdefault(number, Node(number))

    def followers(self):
        """Nodes other than the leader, in order."""
        return [n for _, n in sorted(self.nodes.items())
                if n.role != "leader"]

    def add_line(self, line):
        """Takes one line of the guest.

        Returns False if it is not one of ours: a message for people.
        """
        try:
            record = json.loads(line)
            t_s = record["t_s"]
        except (ValueError, KeyError, TypeError):
            return False
        if record.get("event") == "start":
            self.start_s = t_s
        t_s -= self.start_s if self.start_s is not None else t_s
        if "event" in record:
            self.ended = record["event"] == "end"
            self.events.append((t_s, record))
        elif "status" in record:
            status = record["status"]
            self.node(status["instance"]["node"]).add_status(status)
        else:
            number = record["node"]
            self.node(number).add_sample(record, t_s)
            self.now_s = t_s
            if record.get("leads") and (
                    not self.leaders or self.leaders[-1][1] != number):
                self.leaders.append((t_s, number))
        return True

    def told(self, what):
        """The events of one kind, as (t_s, node)."""
        return [(t_s, e["node"]) for t_s, e in self.events
                if e["event"] == what]

    def changes(self):
        """Of each leader that was killed: (t_s, node, next, seconds until).

        The last two are None if no other one was seen to lead.
        """
        found = []
        for t_s, node in self.told("killed"):
            after = [(t, n) for t, n in self.leaders if t > t_s and n != node]
            found.append((t_s, node, after[0][1], after[0][0] - t_s) if after
                         else (t_s, node, None, None))
        return found

    def isolations(self):
        """Of each liar: (t_s, node, seconds until it was isolated or None)."""
        isolated = self.told("isolated")
        return [(t_s, node, min((t - t_s for t, n in isolated
                                 if n == node and t >= t_s), default=None))
                for t_s, node in self.told("lies")]


def rms(values):
    """Root of the mean square; NaN of nothing."""
    if not values:
        return math.nan
    return math.sqrt(sum(v * v for v in values) / len(values))


def quantile(values, share):
    """The smallest value that at least this share does not exceed."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
