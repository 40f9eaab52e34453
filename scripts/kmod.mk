# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module, included by the top Makefile. Each variant is built in a directory
# of its own from links to the sources, so that several kernels and flavours
# exist side by side and the source tree stays clean:
#
#   release    for KDIR
#   vm         the same for the VM lab's kernel 6.1
#   test       for that one, with synthetic oscillators
#   vm-6.12, test-6.12 and so on for the other series of $(VM_SERIES)
#   um         for the User Mode Linux kernel

kdir-release = $(KDIR)
kdir-um = $(UM_KDIR)
args-um := ARCH=um

# $(call vm_suffix,SERIES): what the names of a series' variants end in
vm_suffix = $(patsubst -6.1,,-$1)

# $(call vm_variants,SERIES,SUFFIX): both variants for one series; its kernel is looked
# for (and fetched) once, when first needed
define vm_variants
kdir-vm$2 = $$(eval kdir-vm$2 := $$(shell scripts/lab/vm/kernel -k $1 headers))$$(kdir-vm$2)
kdir-test$2 = $$(kdir-vm$2)
args-test$2 := CLOCKLINK_TEST=1
endef
$(foreach series,$(sort 6.1 $(VM_SERIES)),\
	$(eval $(call vm_variants,$(series),$(call vm_suffix,$(series)))))

# modules of the VM lab, all series
VM_MODULES := $(foreach series,$(VM_SERIES),$(foreach variant,vm test,\
	$(BUILD)/kmod-$(variant)$(call vm_suffix,$(series))/clocklink.ko))

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

include scripts/lab/nic/nic.mk
