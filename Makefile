# SPDX-License-Identifier: MIT
# discosim: `make` builds build/discosim; `make help` lists the rest.
# Variants live beside each other: `make SAN=asan` builds under build/asan/.

PREFIX  ?= /usr/local
CC      ?= cc
SAN     ?=
B       ?= build$(if $(SAN),/$(SAN))
PKGS     = hdf5-serial blosc libxxhash libcyaml jansson gsl

OPT     ?= -O2 -g
WARN     = -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Werror
SANFLAGS = $(if $(filter asan,$(SAN)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all \
           -fno-omit-frame-pointer)$(if $(filter tsan,$(SAN)),-fsanitize=thread)
comma   := ,
override CFLAGS  := -std=gnu11 $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS)
override CPPFLAGS := -I. -I$(B)/gen -D_GNU_SOURCE $(CPPFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LDLIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lhdf5_serial_hl -ldl -lpthread -lm

# The program: every .c of these folders. tests/ and traces/guests/ are built by their own rules.
SRC  := $(sort $(wildcard sim/*.c sim/*/*.c models/*.c traces/*.c policies/*.c analysis/*.c))
GEN  := $(B)/gen/registry.c
OBJ  := $(SRC:%.c=$(B)/%.o) $(GEN:%.c=%.o)
LIBOBJ := $(filter-out $(B)/sim/main.o,$(OBJ))
UNIT := $(sort $(wildcard tests/unit/*.c))

.PHONY: all check check-linux bench paper fuzz install clean help packages-% needed FORCE
.DELETE_ON_ERROR:
.SECONDARY:
all: $(B)/discosim

help:
	@echo 'make            build build/discosim (SAN=asan or SAN=tsan: beside it, under build/asan, build/tsan)'
	@echo 'make paper      guests, captures, sweeps, figures and tables into build/paper/index.html'
	@echo 'make check      everything that proves it works (unit tests, QEMU, sanitizers, scripts)'
	@echo 'make check-linux  the same for Linux: boots it, runs the workloads, compares with QEMU'
	@echo 'make bench      speeds, as ratios against peers in the same run'
	@echo 'make fuzz       the fuzzers, SECONDS_EACH=60 each'
	@echo 'make guests     the MIPS programs, into build/guests; the Linux images too if their packages can be had'
	@echo 'make guests-linux  the Linux images alone, into build/linux (150 MB from the package archive)'
	@echo 'make guests-smp  a Linux kernel for 8 processors, into build/linux/smp (6 minutes; 140 MB from there)'
	@echo 'make install    into PREFIX=/usr/local'
	@echo 'paper, check, bench and fuzz install missing Debian packages, saying so first'

# What a target needs of the system: packages-build+guests and so on.
packages-%:
	@sh .ci/install $(subst +, ,$*)

needed:
	@pkg-config --exists $(PKGS) 2>/dev/null || { \
		echo "libraries are missing: $(PKGS); 'make packages-build' installs them (Debian)" >&2; exit 1; }
$(OBJ): | needed

$(B)/discosim: $(OBJ)
	@echo '  LINK $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(B)/libdiscosim.a: $(LIBOBJ)
	@rm -f $@
	@echo '  AR   $@'
	@$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '  CC   $@'
	@$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c Makefile
	@$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# What is registered is what lies in the folder (policies, figures); the list is rewritten when it changes.
$(B)/gen/registry.c: FORCE
	@mkdir -p $(@D)
	@sh sim/registry.sh > $@.new && { cmp -s $@.new $@ || mv $@.new $@; rm -f $@.new; }

$(B)/tests/unit/%: tests/unit/%.c $(B)/libdiscosim.a
	@mkdir -p $(@D)
	@echo '  TEST $@'
	@$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(shell pkg-config --cflags cmocka) -MMD -MP -MF $@.d \
		-o $@ $< $(B)/libdiscosim.a $(LDFLAGS) $(LDLIBS) $(shell pkg-config --libs cmocka)

$(B)/tests/bench/%: tests/bench/%.c $(B)/libdiscosim.a
	@mkdir -p $(@D)
	@echo '  BENCH $@'
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(B)/libdiscosim.a $(LDFLAGS) $(LDLIBS)

UNIT_BIN    := $(UNIT:%.c=$(B)/%)
SCRIPTS     := $(filter-out tests/run.sh tests/linux_%,$(sort $(wildcard tests/*.sh tests/*.py)))
LINUX_TESTS := $(sort $(wildcard tests/linux_*.sh tests/linux_*.py))
FUZZ        := $(sort $(wildcard tests/fuzz/*.c))
JOBS        ?= $(shell nproc)

unit: $(UNIT_BIN)
unit-all: $(B)/discosim $(UNIT_BIN)

# Each as a make of its own, so that pkg-config is asked again after an install.
check: packages-build+guests+plots+check
	@$(MAKE) --no-print-directory -j$(JOBS) unit-all guests-bare
	@$(MAKE) --no-print-directory -j$(JOBS) SAN=asan unit-all
	@sh tests/run.sh build $(UNIT:%.c=build/%) $(UNIT:%.c=build/asan/%) $(SCRIPTS)

# What needs the Linux images, which are made from Debian's mipsel packages.
check-linux: packages-build+guests+check+linux
	@$(MAKE) --no-print-directory -j$(JOBS) all guests-bare
	@$(MAKE) --no-print-directory guests-linux
	@sh tests/run.sh build $(LINUX_TESTS)

bench: packages-build+guests+bench
	@$(MAKE) --no-print-directory -j$(JOBS) all guests-bare build/tests/bench/models
	@sh tests/bench/run.sh

install: $(B)/discosim
	install -D -m 755 $(B)/discosim $(DESTDIR)$(PREFIX)/bin/discosim
	install -D -m 644 policies/policy.h $(DESTDIR)$(PREFIX)/include/discosim/policies/policy.h
	install -D -m 644 sim/base/param.h $(DESTDIR)$(PREFIX)/include/discosim/sim/base/param.h
	install -D -m 644 sim/base/error.h $(DESTDIR)$(PREFIX)/include/discosim/sim/base/error.h

# libFuzzer programs, one per tests/fuzz/*.c, with clang and its own sanitized objects.
FUZZ_BIN := $(FUZZ:tests/fuzz/%.c=build/fuzz/%)
SECONDS_EACH ?= 60
fuzz: packages-build+fuzz
	@$(MAKE) --no-print-directory -j$(JOBS) fuzz-bin
	@for f in $(FUZZ_BIN); do mkdir -p $$f.corpus; echo "$$f ($(SECONDS_EACH) s)"; \
		$$f -max_total_time=$(SECONDS_EACH) -rss_limit_mb=4096 -print_final_stats=1 \
		-artifact_prefix=$$f. $$f.corpus >$$f.log 2>&1 || { tail -n 40 $$f.log; exit 1; }; \
		grep -E 'number_of_executed_units|new_units_added' $$f.log; done
fuzz-bin: $(FUZZ_BIN)
FUZZ_CFLAGS = -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -w
build/fuzz/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@clang $(CPPFLAGS) $(PKG_CFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<
build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(patsubst %.c,build/fuzz/obj/%.o,$(filter-out sim/main.c,$(SRC))) \
		build/fuzz/obj/$(GEN:.c=.o)
	@echo '  FUZZ $@'
	@clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

clean:
	rm -rf build

include traces/guests/guests.mk traces/guests/linux/linux.mk plots/paper.mk
-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d) $(SRC:%.c=build/fuzz/obj/%.d) $(FUZZ:%.c=build/fuzz/obj/%.d)
