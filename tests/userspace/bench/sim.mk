# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks in the simulator, included by the top Makefile; SEED is the first
# seed, SEEDS their number.

SIM_BENCHES := bench-bound bench-holdover bench-mesh bench-link

.PHONY: $(SIM_BENCHES) sim-build
bench: $(SIM_BENCHES)

sim-build: $(BUILD)/sim

# Some cases are repeated in the lab.
bench-bound: BENCH_NEEDS := lab-build

$(SIM_BENCHES):
	@scripts/setup >&2
	@$(MAKE) -s sim-build $(BENCH_NEEDS) >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)

# Warnings of links: simulator and lab
.PHONY: bench-anomaly
bench: bench-anomaly

bench-anomaly:
	@scripts/setup >&2
	@$(MAKE) -s sim-build lab-build $(BUILD)/bench/anomaly-replay >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)
