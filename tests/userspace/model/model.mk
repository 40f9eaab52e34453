# SPDX-License-Identifier: GPL-2.0-or-later
#
# Models for spin, included by the top Makefile.

.PHONY: model
model:
	@nice tests/userspace/model/raft.sh $(BUILD)/model
