# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks in the simulator, included by the top Makefile; SEED is the first
# seed, SEEDS their number.

.PHONY: bench-bound bench-holdover
bench: bench-bound bench-holdover

bench-bound:
	@scripts/setup >&2
	@$(MAKE) -s lab-build $(BUILD)/sim >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)

bench-holdover:
	@scripts/setup >&2
	@$(MAKE) -s $(BUILD)/sim >&2
	@$(BENCH_DIR)/$(@:bench-%=%).py $(BUILD)
