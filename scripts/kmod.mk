# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module, included by the top Makefile. Each variant is built in a directory
# of its own from links to the sources, so that several kernels and flavours
# exist side by side and the source tree stays clean:
#
#   release   for KDIR
#   vm        the same for the kernel of the VM lab
#   test      for the VM lab, with synthetic oscillators
#   um        KUnit suites for the User Mode Linux kernel

kdir-release = $(KDIR)
kdir-vm = $(VM_KDIR)
kdir-test = $(VM_KDIR)
kdir-um = $(UM_KDIR)
args-test := CLOCKLINK_TEST=1
args-um := ARCH=um

.PHONY: module
module: $(BUILD)/kmod-release/clocklink.ko

kmod-sources := $(shell find kmod uapi -name '*.[ch]' -o -name Kbuild)

# Changes only if the list of sources, the kernel or the arguments do. With
# another kernel everything is built anew.
$(BUILD)/kmod-%/.links: FORCE
	$(if $(kdir-$*),,$(error no kernel headers for the $* module: set KDIR))
	@scripts/link-sources $(@D) '$(kdir-$*) $(args-$*)' kmod

# W=1 builds are free of warnings; kbuild itself knows what is to be done
$(BUILD)/kmod-%/clocklink.ko: $(BUILD)/kmod-%/.links $(kmod-sources)
	$(MAKE) -C $(kdir-$*) M=$(abspath $(@D)) UAPI=$(abspath uapi) W=1 \
		$(args-$*) modules
	@touch $@

.PRECIOUS: $(BUILD)/kmod-%/.links $(BUILD)/kmod-%/clocklink.ko
