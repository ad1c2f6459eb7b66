# SPDX-License-Identifier: MIT
# Guest programs: every traces/guests/*.c with the libos becomes build/guests/NAME.elf. The bytes of an
# ELF do not depend on the folder it is built in.

B0        = build
MIPS      = mipsel-linux-gnu-
GUESTDIR  = traces/guests
GUESTS   := $(patsubst $(GUESTDIR)/%.c,$(B0)/guests/%.elf,$(sort $(wildcard $(GUESTDIR)/*.c)))
GUESTCC   = $(MIPS)gcc -std=gnu11 -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Werror -I. -g0 \
            -march=mips32r2 -mhard-float -mfp32 -mno-abicalls -fno-pic -G0 -ffreestanding -O2 -nostdlib \
            -fno-math-errno -ffp-contract=off -fno-stack-protector -fno-asynchronous-unwind-tables \
            -fno-tree-loop-distribute-patterns -MMD -MP
LIBOS_KERNEL  = entry kernel memory host string
LIBOS_PROGRAM = thread region heap print file options string
LIBOS_O       = $(B0)/guests/libos

.PHONY: guests guests-bare guest-compiler
guests: guests-bare
guests-bare: $(GUESTS)

guest-compiler:
	@command -v $(MIPS)gcc >/dev/null || { echo "guests: $(MIPS)gcc is missing: apt install gcc-mipsel-linux-gnu" >&2; exit 1; }

$(B0)/guests/%.o: $(GUESTDIR)/%.c $(GUESTDIR)/guests.mk | guest-compiler
	@mkdir -p $(@D)
	@echo '  GUEST $@'
	@$(GUESTCC) -c -o $@ $<

$(B0)/guests/%.o: $(GUESTDIR)/%.S $(GUESTDIR)/guests.mk | guest-compiler
	@mkdir -p $(@D)
	@echo '  GUEST $@'
	@$(GUESTCC) -c -o $@ $<

# The kernel keeps its own copies of the functions that a program has too.
$(LIBOS_O)/kernel.link.o: $(LIBOS_KERNEL:%=$(LIBOS_O)/%.o)
	@$(MIPS)ld -r -o $@.new $^
	@$(MIPS)objcopy --keep-global-symbol=kernel_entry $@.new $@
	@rm -f $@.new

# A guest links against libgcc for 64-bit division; it is compiled for abicalls, which ld would remark on.
$(B0)/guests/%.elf: $(B0)/guests/%.o $(LIBOS_O)/kernel.link.o $(LIBOS_PROGRAM:%=$(LIBOS_O)/%.o) $(GUESTDIR)/libos/guest.ld
	@echo '  GUEST $@'
	@$(GUESTCC) -static -Wl,--build-id=none,-z,max-page-size=4096,--no-warn-mismatch -T $(GUESTDIR)/libos/guest.ld -o $@ $(filter %.o,$^) -lgcc

-include $(wildcard $(B0)/guests/*.d $(LIBOS_O)/*.d)
