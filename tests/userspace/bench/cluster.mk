# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks with the simulator of clusters, included by the top Makefile; SEED is
# the first seed, SEEDS their number.

.PHONY: bench-raft-faults
bench: bench-raft-faults

bench-raft-faults:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/cluster-sim >&2
	@$(BENCH_DIR)/raft_faults.py $(BUILD)
