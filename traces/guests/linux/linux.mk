# SPDX-License-Identifier: MIT
# Linux guests: `make guests-linux` fetches Debian packages for mipsel and makes build/linux/vmlinux,
# vmlinuz, initrd.img and root.img of them (README.md here). `make guests` makes the bare guests and then these,
# if their packages can be had; if not it says so in one line, and is content.
LINUX       = $(B0)/linux
LINUXDIR    = $(GUESTDIR)/linux
LINUX_IMAGES   = $(LINUX)/vmlinuz $(LINUX)/vmlinux $(LINUX)/initrd.img $(LINUX)/root.img
# Guests of the bare board that are Linux programs too, on a port of their libos.
LINUX_PORTED   = raytrace scene
LINUX_PORT     = $(LINUXDIR)/libos/port.c $(GUESTDIR)/libos/print.c $(GUESTDIR)/libos/file.c $(GUESTDIR)/libos/options.c
LINUX_PROGRAMS = $(patsubst $(LINUXDIR)/programs/%.c,$(LINUX)/programs/%,$(wildcard $(LINUXDIR)/programs/*.c)) \
                 $(LINUX_PORTED:%=$(LINUX)/programs/%)
LINUX_FILES    = $(shell find $(LINUXDIR)/workloads -type f ! -name README.md)
# All files of the images have this date: the release of Debian 12.
LINUX_DATE  = SOURCE_DATE_EPOCH=1686355200
LINUXCC     = $(MIPS)gcc -std=gnu11 -O2 -g0 -Wall -Wextra -Werror -I. -MMD -MP -MF $@.d

.PHONY: guests-linux linux-images
guests:
	@if sh $(LINUXDIR)/fetch.sh $(LINUX); then $(MAKE) --no-print-directory linux-images; fi

guests-linux: packages-guests+linux
	@sh $(LINUXDIR)/fetch.sh $(LINUX)
	@$(MAKE) --no-print-directory linux-images

# A kernel for eight processors, of the same source.
.PHONY: guests-smp
guests-smp: packages-guests+smp
	@sh $(LINUXDIR)/smp.sh $(LINUX)/smp

linux-images: $(LINUX_IMAGES)

# The kernel as it is in its package, an ELF that unpacks itself, and what it unpacks to, which boots sooner.
$(LINUX)/vmlinuz: $(LINUX)/packages.txt
	@echo '  LINUX $@'
	@dpkg-deb --fsys-tarfile $(LINUX)/packages/linux-image-*.deb | tar -xO --wildcards './boot/vmlinuz-*' >$@.new
	@mv $@.new $@

$(LINUX)/vmlinux: $(LINUX)/vmlinuz $(LINUXDIR)/kernel.sh
	@echo '  LINUX $@'
	@sh $(LINUXDIR)/kernel.sh $(LINUX)/vmlinuz $@

$(LINUX)/initrd.img: $(LINUX)/packages.txt $(LINUXDIR)/initrd.sh $(LINUXDIR)/init
	@echo '  LINUX $@'
	@$(LINUX_DATE) sh $(LINUXDIR)/initrd.sh $(LINUX)/packages $@

$(LINUX)/root.img: $(LINUX)/packages.txt $(LINUXDIR)/packages $(LINUXDIR)/root.sh $(LINUXDIR)/guest_init $(LINUX_PROGRAMS) $(LINUX_FILES)
	@echo '  LINUX $@'
	@$(LINUX_DATE) sh $(LINUXDIR)/root.sh $(LINUX)/packages $(LINUX)/programs $@

$(LINUX)/programs/mark: LINUXCC += -static -nostdlib -ffreestanding -fno-pic -mno-abicalls -G0
$(LINUX)/programs/%: $(LINUXDIR)/programs/%.c $(LINUXDIR)/linux.mk | guest-compiler
	@mkdir -p $(@D)
	@echo '  GUEST $@'
	@$(LINUXCC) -Wl,--build-id=none -o $@.new $< -lm && mv $@.new $@

$(LINUX_PORTED:%=$(LINUX)/programs/%): LINUXCC += -D_GNU_SOURCE -march=mips32r2 -ffreestanding -fno-math-errno \
	-ffp-contract=off -include $(LINUXDIR)/libos/port.h
$(LINUX_PORTED:%=$(LINUX)/programs/%): $(LINUX)/programs/%: $(GUESTDIR)/%.c $(LINUX_PORT) $(LINUXDIR)/libos/port.h \
		$(GUESTDIR)/libos/libos.h $(LINUXDIR)/linux.mk | guest-compiler
	@mkdir -p $(@D)
	@echo '  GUEST $@'
	@$(LINUXCC) -Wl,--build-id=none -o $@.new $< $(LINUX_PORT) && mv $@.new $@

-include $(wildcard $(LINUX)/programs/*.d)
