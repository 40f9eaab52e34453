# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks with the simulator of clusters, included by the top Makefile; SEED is
# the first seed, SEEDS their number. bench-failover is done in the lab as well.

.PHONY: bench-raft-faults bench-agent-faults bench-failover bench-size
bench: bench-raft-faults bench-agent-faults bench-failover bench-size

bench-raft-faults:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/cluster-sim >&2
	@$(BENCH_DIR)/raft_faults.py $(BUILD)

bench-agent-faults:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/agent-sim >&2
	@$(BENCH_DIR)/agent_faults.py $(BUILD)

bench-failover:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/agent-sim lab-build >&2
	@$(BENCH_DIR)/failover.py $(BUILD)

bench-size:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/agent-sim >&2
	@$(BENCH_DIR)/size.py $(BUILD)
