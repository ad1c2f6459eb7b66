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
VERSION := $(shell cat .version 2>/dev/null)
override CFLAGS  := -std=gnu11 $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS)
override CPPFLAGS := -I. -I$(B)/gen -D_GNU_SOURCE $(CPPFLAGS)
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
LDLIBS   = $(shell pkg-config --libs $(PKGS)) -lhdf5_serial_hl -ldl -lpthread -lm

# The program: every .c of these folders. tests/ and traces/guests/ are built by their own rules.
SRC  := $(sort $(wildcard sim/*.c sim/*/*.c models/*.c traces/*.c policies/*.c analysis/*.c))
GEN  := $(B)/gen/registry.c
OBJ  := $(SRC:%.c=$(B)/%.o) $(GEN:%.c=%.o)
LIBOBJ := $(filter-out $(B)/sim/main.o,$(OBJ))
UNIT := $(sort $(wildcard tests/unit/*.c))

.PHONY: all check bench paper fuzz install clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:
all: $(B)/discosim

$(B)/discosim: $(OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(B)/libdiscosim.a: $(LIBOBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c Makefile
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# What is registered is what lies in the folder (policies, figures); the list is rewritten when it changes.
$(B)/gen/registry.c: FORCE
	@mkdir -p $(@D)
	@sh sim/registry.sh > $@.new && { cmp -s $@.new $@ || mv $@.new $@; rm -f $@.new; }

$(B)/tests/unit/%: tests/unit/%.c $(B)/libdiscosim.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(shell pkg-config --cflags cmocka) -MMD -MP -MF $@.d \
		-o $@ $< $(B)/libdiscosim.a $(LDFLAGS) $(LDLIBS) $(shell pkg-config --libs cmocka)

clean:
	rm -rf build

-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d)
