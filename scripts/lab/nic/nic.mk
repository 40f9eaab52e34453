# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network devices with time stamps of their own for the labs, test use only, included
# by scripts/kmod.mk, whose variables it uses: nic_pair for the VM lab (all series) and
# for the User Mode Linux kernel, nic_virtual for the virtual-time lab.

nic-module-vtime := nic_virtual
nic-module = $(or $(nic-module-$*),nic_pair)
nic-sources := $(wildcard scripts/lab/nic/*.[ch] scripts/lab/nic/Kbuild)

NIC_MODULES := $(foreach series,$(VM_SERIES),\
	$(BUILD)/nic-vm$(call vm_suffix,$(series))/nic_pair.ko)
VM_MODULES += $(NIC_MODULES)

$(BUILD)/nic-%/.links: FORCE
	$(if $(kdir-$*),,$(error no kernel headers for the network device of $*))
	@scripts/link-sources $(@D) '$(kdir-$*) $(args-$*)' scripts/lab/nic

nic-build = $(MAKE) -C $(kdir-$*) M=$(abspath $(@D)) MODULE=$(nic-module) \
	VTIME=$(abspath scripts/lab/vtime/kernel) W=1 $(args-$*) modules

$(BUILD)/nic-%/nic_pair.ko: $(BUILD)/nic-%/.links $(nic-sources)
	$(nic-build)
	@touch $@

$(BUILD)/nic-%/nic_virtual.ko: $(BUILD)/nic-%/.links $(nic-sources)
	$(nic-build)
	@touch $@

vtime: $(BUILD)/nic-vtime/nic_virtual.ko

.PRECIOUS: $(BUILD)/nic-%/.links $(BUILD)/nic-%/nic_pair.ko $(BUILD)/nic-%/nic_virtual.ko
