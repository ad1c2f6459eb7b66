# SPDX-License-Identifier: MIT
# make paper: guests are run and recorded, the traces replayed at the points of plots/paper/*.yaml, and
# everything drawn into build/paper/index.html. Sizes are for ten minutes on four cores; larger ones:
#   make paper RAYTRACE='-w 512 -h 512' WORKLOAD=paper
PAPER    := build/paper
TRACES   := build/traces
RADIX    ?= -n 1048576
RAYTRACE ?= -w 384 -h 384
SCENE    ?= -l 5 -u 160
PROBE    ?= -n 48
PROBES   := private readshared collapse writeshared migratory phase
FIGURE5  := pmake engineering raytrace database
WORKLOAD ?= middle
RUN      := build/discosim

.PHONY: paper paper-pages
paper: packages-build+guests+plots
	@if $(MAKE) --no-print-directory guests-linux; then linux=yes; else linux=; \
		echo 'paper: without Figure 5, for the Linux images could not be had' >&2; fi; \
	$(MAKE) --no-print-directory -j$(JOBS) WITH_LINUX=$$linux paper-pages

paper-pages: $(PAPER)/index.html
	@echo "done: $(PAPER)/index.html"

# record OPTIONS GUEST: records $@; what the guest printed (its own check of its result) lies beside it.
define record
@mkdir -p $(@D)
@echo '  TRACE $@'
@$(RUN) capture -q --roi $(1) >$@.out || { cat $@.out >&2; exit 1; }
endef

# The arguments are part of what a trace depends on: the file is rewritten when they change.
$(TRACES)/%.args: FORCE
	@mkdir -p $(@D)
	@echo '$(ARGS)' | cmp -s - $@ || echo '$(ARGS)' >$@
$(TRACES)/radix.args: ARGS = $(RADIX)
$(TRACES)/raytrace.args: ARGS = $(RAYTRACE)
$(TRACES)/scene.args: ARGS = $(SCENE)
$(TRACES)/probe.args: ARGS = $(PROBE)

$(TRACES)/radix.trace: build/guests/radix.elf $(TRACES)/radix.args $(RUN)
	$(call record,-c 8 -o $@ $< $(RADIX))
$(TRACES)/balls.scene: build/guests/scene.elf $(TRACES)/scene.args $(RUN)
	@$(RUN) run -q --root $(TRACES) $< $(SCENE) balls.scene >$@.out
$(TRACES)/raytrace.trace: build/guests/raytrace.elf $(TRACES)/balls.scene $(TRACES)/raytrace.args $(RUN)
	$(call record,-c 16 --root $(TRACES) -o $@ $< $(RAYTRACE) balls.scene balls.ppm)
$(PROBES:%=$(TRACES)/%.trace): $(TRACES)/%.trace: build/guests/probe.elf $(TRACES)/probe.args $(RUN)
	$(call record,-c 8 -o $@ $< $(PROBE) $*)

# The workloads of Debian's Linux, from boot to power-off; only their regions are recorded.
$(TRACES)/linux.args: ARGS = $(WORKLOAD)
$(FIGURE5:%=$(TRACES)/linux-%.trace): $(TRACES)/linux-%.trace: $(LINUX_IMAGES) $(TRACES)/linux.args $(RUN)
	$(call record,--board malta --initrd $(LINUX)/initrd.img --disk $(LINUX)/root.img -o $@ \
		$(LINUX)/vmlinux nokaslr console=ttyS0 workload=$* size=$(WORKLOAD) </dev/null)
	@grep -q '^workload $* $(WORKLOAD): exit status 0' $@.out || { tail -n 20 $@.out >&2; rm -f $@; exit 1; }

# One sweep after the other: each uses all cores, and resumes what an earlier make left.
$(PAPER)/placement.h5: plots/paper/placement.yaml $(TRACES)/radix.trace $(TRACES)/raytrace.trace $(PAPER)/probes.h5
	@$(RUN) sweep --replace $< -o $@
$(PAPER)/probes.h5: plots/paper/probes.yaml $(PROBES:%=$(TRACES)/%.trace)
	@mkdir -p $(@D)
	@$(RUN) sweep --replace $< -o $@

$(PAPER)/figure5.h5: plots/paper/figure5.yaml $(FIGURE5:%=$(TRACES)/linux-%.trace) $(PAPER)/placement.h5
	@$(RUN) sweep --replace $< -o $@

# With WITH_LINUX=yes the page has Figure 5 too, else a line that says why not.
$(PAPER)/index.html: $(PAPER)/placement.h5 $(PAPER)/probes.h5 $(if $(WITH_LINUX),$(PAPER)/figure5.h5) \
		plots/index.sh plots/paper/probes_expected.csv $(RUN)
	@sh plots/index.sh $(RUN) $(PAPER) $(PAPER)/placement.h5 $(PAPER)/probes.h5 $(if $(WITH_LINUX),$(PAPER)/figure5.h5)
