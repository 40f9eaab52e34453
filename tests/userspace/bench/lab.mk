# SPDX-License-Identifier: GPL-2.0-or-later
#
# Benchmarks in the virtual-time lab, included by the top Makefile; SEED is the first
# seed, SEEDS their number (5), SCENARIO a file to use instead. Runs are kept in
# build/vtime-runs, so that what was interrupted goes on.

LAB_BENCHES := $(addprefix bench-,lan lan-noise lan-normal lan-hw wan wan-gamma wlan \
	loss route converge)

.PHONY: $(LAB_BENCHES) bench-liars lab-build lab-plots
bench: $(LAB_BENCHES) bench-liars

lab-build: vtime
	@scripts/lab/vtime/root $(BUILD)/vtime-root

$(LAB_BENCHES):
	@scripts/setup >&2
	@$(MAKE) -s lab-build >&2
	@$(BENCH_DIR)/lab.py $(BUILD) $(@:bench-%=%)

bench-liars:
	@scripts/setup >&2
	@$(MAKE) -s lab-build >&2
	@$(BENCH_DIR)/liars.py $(BUILD)

# The plots of Documentation/lab.rst
lab-plots:
	@scripts/setup
	@$(MAKE) -s lab-build
	@scripts/lab/vtime/plots.py $(BUILD) Documentation
