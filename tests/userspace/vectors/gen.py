#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""C tables from the estimator vectors.

usage: gen.py OUTPUT

NAME.csv: T1..T4 of each exchange, ns.  NAME.expect.csv: state of the filter
and of the corridor after some of them, and the true offset.  OUTPUT then holds,
for each NAME, arrays NAME_in[][4], NAME_out[][7] (filter) and NAME_ph[][6]
(corridor), and X-macros KALMAN_VECTORS(X) and PARABOLIC_VECTORS(X).  A suite may
leave some of the tables unused.
"""

import csv
import pathlib
import re
import sys

COLUMNS = ("n", "kf_th", "kf_y", "kf_P00", "kf_P01", "kf_P11", "true_th")
CORRIDOR = ("n", "ph_t_tick", "ph_th", "ph_y", "ph_d", "true_th")


def rows(path):
    with open(path, encoding="ascii") as f:
        return list(csv.DictReader(x for x in f if not x.startswith("#")))


def parameters(path):
    with open(path, encoding="ascii") as f:
        first = f.readline()
    return [int(re.search(rf"\b{key}=(\d+)", first)[1])
            for key in ("C", "q2", "sigma_ts2")]


def table(out, name, width, lines):
    out.write(f"static const s64 {name}[][{width}]\n"
              "\t__attribute__((unused)) = {\n")
    for line in lines:
        out.write("\t{ " + ", ".join(f"{x}LL" for x in line) + " },\n")
    out.write("};\n\n")


def main():
    here = pathlib.Path(__file__).resolve().parent
    output = pathlib.Path(sys.argv[1])
    names = []
    output.parent.mkdir(parents=True, exist_ok=True)
    with open(output, "w", encoding="ascii") as out:
        out.write("/* Made by tests/userspace/vectors/gen.py. */\n\n")
        for path in sorted(here.glob("vec_*.expect.csv")):
            name = path.name.removesuffix(".expect.csv")
            stamps = rows(here / f"{name}.csv")
            table(out, f"{name}_in", 4,
                  [[r[f"T{i}"] for i in range(1, 5)] for r in stamps])
            table(out, f"{name}_out", len(COLUMNS),
                  [[r[c] for c in COLUMNS] for r in rows(path)])
            table(out, f"{name}_ph", len(CORRIDOR),
                  [[r[c] for c in CORRIDOR] for r in rows(path)])
            names.append((name, *parameters(path)))
        out.write("/* X(name, q2, sigma_ts2) */\n#define KALMAN_VECTORS(X)")
        for name, _, q2, sigma_ts2 in names:
            out.write(f" \\\n\tX({name}, {q2}, {sigma_ts2})")
        out.write("\n\n/* X(name, C) */\n#define PARABOLIC_VECTORS(X)")
        for name, curvature, _, _ in names:
            out.write(f" \\\n\tX({name}, {curvature})")
        out.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
