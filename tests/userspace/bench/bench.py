# SPDX-License-Identifier: GPL-2.0-or-later
"""One benchmark line: JSON on standard output and in build/bench."""

import json
import os


class Bench:
    """Writes the lines of one benchmark.

    Standard output and FILE get the same lines.
    """

    def __init__(self, name, path):
        self.name = name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # A reader of the file wants to see each line as soon as it is known.
        self.file = open(path, "w", encoding="utf-8", buffering=1)
        self.all_met = True

    def line(self, metric, unit, ours, peers, goal, conditions, n,
             larger_is_better=False):
        """One metric.

        ratio is best peer / ours, or ours / best peer if larger is better, so
        above 1 we are ahead.  goal is (kind, value): kind "ratio" demands that
        ratio is at least value, "value" that ours is not worse than value.
        """
        pick = max if larger_is_better else min
        best = pick(peers, key=peers.get)
        ratio = ours / peers[best] if larger_is_better else peers[best] / ours
        kind, value = goal
        if kind == "ratio":
            met = ratio >= value
        else:
            met = ours >= value if larger_is_better else ours <= value
        self.all_met &= met
        text = json.dumps({
            "bench": self.name, "metric": metric, "unit": unit, "ours": ours,
            "peers": peers, "best_peer": best, "ratio": round(ratio, 3),
            "goal": round(value, 3), "goal_of": kind, "met": met,
            "conditions": conditions, "n": n,
            "seed": int(os.environ.get("SEED", "1")),
        })
        print(text, flush=True)
        self.file.write(text + "\n")
