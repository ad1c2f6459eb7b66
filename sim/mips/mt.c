/* SPDX-License-Identifier: MIT */
/*
 * See mt.h. "MIPS32 Architecture For Programmers Volume IV-f: The MIPS MT Application-Specific
 * Extension", MD00378. With one TC for each VPE, fixed, TCBind cannot be changed, FORK never finds
 * a free TC and YIELD never another to go on with. TCStatus shares fields with Status and EntryHi:
 * they are kept there, and put together when TCStatus is read. Yield qualifier inputs, gating
 * storage and shadow sets do not exist. MVPControl is one register for all VPEs.
 */
#include "sim/mips/mt.h"
#include "sim/mips/cp0.h"
#include "sim/mips/exception.h"
#include "sim/mips/execute.h"

#define MVPCONTROL_EVP	   0x1u
#define MVPCONTROL_VPC	   0x2u
#define MVPCONTROL_STLB	   0x4u
#define MVPCONTROL_CPA	   0x8u
#define MVPCONF0_PVPE	   10
#define VPECONTROL_WRITE   0x003080ffu /* YSI GSI TE TargTC */
#define VPECONTROL_YSI	   0x00200000u
#define VPECONTROL_EXCPT   16
#define VPECONTROL_TE	   0x00008000u
#define VPECONTROL_TARGTC  0x000000ffu
#define VPECONF0_XTC	   0x1fe00000u
#define VPECONF0_MVP	   0x2u
#define VPECONF0_VPA	   0x1u
#define VPECONF1_WRITE	   0x0ff3fcffu
#define TCSTATUS_DT	   0x00100000u
#define TCSTATUS_DA	   0x00008000u
#define TCSTATUS_A	   0x00002000u
#define TCSTATUS_OWN	   (TCSTATUS_DT | TCSTATUS_DA | TCSTATUS_A | TCSTATUS_IXMT)
#define TCSTATUS_CU	   0x30000000u /* TCU1, TCU0: at the place of Status.CU */
#define TCSTATUS_KSU_SHIFT 11
#define TCSTATUS_ASID	   0xffu
#define STATUS_KSU	   0x18u
#define STATUS_OF_TC	   0xf1000018u /* of Status: per TC, not written through the VPE's */
#define TCBIND_TBE	   0x00020000u
#define TCBIND_CURTC	   21
#define SRSCONF_M	   0x80000000u
#define SRSCONF_NONE	   0x3fe /* the shadow set is not there */

enum { THREAD_UNDERFLOW = 0, THREAD_OVERFLOW = 1, YIELD_QUALIFIER = 2, YIELD_SCHEDULER = 4 };

/* Numbers of MFTR and MTTR's register spaces (u = 1). */
enum { SPACE_GPR = 0, SPACE_AUXILIARY = 1, SPACE_FPR = 2, SPACE_FCR = 3 };
enum { AUXILIARY_LO = 0, AUXILIARY_HI = 1 };

void mt_reset(struct cpu *cpu)
{
	const struct cpu_config *config = &cpu->set->config;
	uint32_t sets = SRSCONF_NONE << 20 | SRSCONF_NONE << 10 | SRSCONF_NONE;

	if (!mt_has(cpu))
		return;
	cpu->set->mvp_control = MVPCONTROL_EVP;
	cpu->cp0[CP0_MVPCONF0] = (config->processors - 1) << MVPCONF0_PVPE |
				 (config->processors - 1); /* nothing can be allocated */
	cpu->cp0[CP0_VPECONF0] = cpu->number == 0 ? VPECONF0_MVP | VPECONF0_VPA : 0;
	cpu->cp0[CP0_TCSTATUS] = cpu->number == 0 ? TCSTATUS_A : 0;
	cpu->cp0[CP0_TCHALT] = cpu->number != 0;
	cpu->cp0[CP0_TCBIND] = cpu->number << TCBIND_CURTC | cpu->number;
	for (unsigned reg = CP0_SRSCONF0; reg < CP0_SRSCONF4; reg++)
		cpu->cp0[reg] = SRSCONF_M | sets;
	cpu->cp0[CP0_SRSCONF4] = sets;
}

bool mt_owns(unsigned reg)
{
	switch (reg / 8) {
	case 0:
		return reg >= CP0_MVPCONTROL && reg <= CP0_MVPCONF1;
	case 1:
		return reg != CP0_RANDOM;
	case 2:
		return reg != CP0_ENTRYLO0;
	case 6:
		return reg >= CP0_SRSCONF0 && reg <= CP0_SRSCONF4;
	default:
		return false;
	}
}

static bool runs(const struct cpu *cpu)
{
	const struct cpus *set = cpu->set;

	return !mt_has(cpu) || ((set->mvp_control & MVPCONTROL_EVP || set->single == cpu->number) &&
				cpu->cp0[CP0_VPECONF0] & VPECONF0_VPA &&
				cpu->cp0[CP0_TCSTATUS] & TCSTATUS_A && !cpu->cp0[CP0_TCHALT]);
}

void mt_update(struct cpus *set)
{
	for (unsigned i = 0; i < set->config.processors; i++) {
		struct cpu *cpu = &set->cpu[i];

		cpu->stopped = !runs(cpu);
		cpu->attention_at = 0;
	}
}

bool cpu_active(const struct cpu *cpu)
{
	return !cpu->stopped;
}

void cpu_activate(struct cpu *cpu)
{
	if (!mt_has(cpu))
		return;
	cpu->cp0[CP0_VPECONF0] |= VPECONF0_VPA;
	cpu->cp0[CP0_TCSTATUS] |= TCSTATUS_A;
	cpu->cp0[CP0_TCHALT] = 0;
	mt_update(cpu->set);
}

/* ---- registers ---- */

uint32_t mt_read(const struct cpu *cpu, unsigned reg)
{
	uint32_t status = cpu->cp0[CP0_STATUS];

	switch (reg) {
	case CP0_MVPCONTROL:
		return cpu->set->mvp_control;
	case CP0_TCSTATUS:
		return cpu->cp0[reg] | (status & TCSTATUS_CU) |
		       (status & STATUS_KSU) >> STATUS_KSU_SHIFT << TCSTATUS_KSU_SHIFT |
		       (cpu->cp0[CP0_ENTRYHI] & TCSTATUS_ASID);
	case CP0_TCRESTART:
		return cpu->pc;
	default:
		return cpu->cp0[reg];
	}
}

static void set_bits(uint32_t *reg, uint32_t value, uint32_t mask)
{
	*reg = (*reg & ~mask) | (value & mask);
}

static void write_mvp_control(struct cpu *cpu, uint32_t value)
{
	struct cpus *set = cpu->set;
	uint32_t mask = 0;

	if (cpu->cp0[CP0_VPECONF0] & VPECONF0_MVP)
		mask |= MVPCONTROL_CPA | MVPCONTROL_VPC | MVPCONTROL_EVP;
	if (set->mvp_control & MVPCONTROL_VPC)
		mask |= MVPCONTROL_STLB;
	set_bits(&set->mvp_control, value, mask);
	set->single = cpu->number;
}

static void write_tc_status(struct cpu *cpu, uint32_t value)
{
	uint32_t *cp0 = cpu->cp0;

	set_bits(&cp0[CP0_TCSTATUS], value, TCSTATUS_OWN);
	set_bits(&cp0[CP0_STATUS],
		 (value & TCSTATUS_CU) | (value >> TCSTATUS_KSU_SHIFT << STATUS_KSU_SHIFT),
		 TCSTATUS_CU | STATUS_KSU);
	set_entryhi(cpu, (cp0[CP0_ENTRYHI] & ~TCSTATUS_ASID) | (value & TCSTATUS_ASID));
}

/* A processor that writes its own goes on where it is; a halted one will go on there. */
static void write_tc_restart(struct cpu *cpu, uint32_t value, bool own)
{
	if (!own) {
		cpu->pc = value;
		if (cpu->waiting)
			idle_end(cpu, 0);
	}
	cpu->linked = false;
	cpu->cp0[CP0_LLADDR] = 0;
}

void mt_write(struct cpu *cpu, unsigned reg, uint32_t value, bool own)
{
	uint32_t *cp0 = cpu->cp0;
	uint32_t mask;

	switch (reg) {
	case CP0_MVPCONTROL:
		write_mvp_control(cpu, value);
		break;
	case CP0_VPECONTROL:
		set_bits(&cp0[reg], value, VPECONTROL_WRITE);
		break;
	case CP0_VPECONF0:
		mask = VPECONF0_MVP | VPECONF0_VPA;
		if (own && !(cp0[reg] & VPECONF0_MVP))
			mask = 0;
		else if (own && cp0[reg] & VPECONF0_VPA)
			mask |= VPECONF0_XTC;
		set_bits(&cp0[reg], value, mask);
		break;
	case CP0_VPECONF1:
		if (cpu->set->mvp_control & MVPCONTROL_VPC)
			set_bits(&cp0[reg], value, VPECONF1_WRITE);
		break;
	case CP0_VPESCHEDULE:
	case CP0_VPESCHEFBACK:
	case CP0_TCCONTEXT:
	case CP0_TCSCHEDULE:
	case CP0_TCSCHEFBACK:
		cp0[reg] = value;
		break;
	case CP0_VPEOPT:
		cp0[reg] = value & 0xffff;
		break;
	case CP0_TCSTATUS:
		write_tc_status(cpu, value);
		break;
	case CP0_TCBIND:
		set_bits(&cp0[reg], value, TCBIND_TBE);
		break;
	case CP0_TCRESTART:
		write_tc_restart(cpu, value, own);
		break;
	case CP0_TCHALT:
		cp0[reg] = value & 1;
		break;
	case CP0_SRSCONF0:
	case CP0_SRSCONF1:
	case CP0_SRSCONF2:
	case CP0_SRSCONF3:
	case CP0_SRSCONF4: /* a set that is not there cannot be had by writing ones */
		cp0[reg] |= value & 0x3fffffff;
		break;
	default:
		return; /* read-only */
	}
	mt_update(cpu->set);
	status_changed(cpu);
}

uint32_t mt_enable_vpes(struct cpu *cpu, bool on)
{
	struct cpus *set = cpu->set;
	uint32_t old = set->mvp_control;

	if (cpu->cp0[CP0_VPECONF0] & VPECONF0_MVP) { /* others have no say */
		set->mvp_control = on ? old | MVPCONTROL_EVP : old & ~MVPCONTROL_EVP;
		set->single = cpu->number;
		mt_update(set);
	}
	return old;
}

uint32_t mt_enable_threads(struct cpu *cpu, bool on)
{
	uint32_t old = cpu->cp0[CP0_VPECONTROL];

	cpu->cp0[CP0_VPECONTROL] = on ? old | VPECONTROL_TE : old & ~VPECONTROL_TE;
	return old;
}

/* ---- other threads ---- */

/* The processor that VPEControl.TargTC names, or NULL. */
static struct cpu *target(struct cpu *cpu)
{
	uint32_t number = cpu->cp0[CP0_VPECONTROL] & VPECONTROL_TARGTC;

	if (number >= cpu->set->config.processors)
		return NULL;
	if (number != cpu->number && !(cpu->cp0[CP0_VPECONF0] & VPECONF0_MVP))
		return NULL;
	return &cpu->set->cpu[number];
}

/* The word of an FPU register as MFC1 or MFHC1 of the target would have it. */
static uint32_t *fpr_word(struct cpu *cpu, struct thread_register r)
{
	if (!r.high)
		return &cpu->fpu.reg[r.number].word[0];
	return cpu->fpu_full ? &cpu->fpu.reg[r.number].word[1]
			     : &cpu->fpu.reg[r.number | 1].word[0];
}

bool mt_names(struct thread_register r)
{
	return r.is_cp0 || r.select == SPACE_GPR || r.select == SPACE_FPR ||
	       r.select == SPACE_FCR || (r.select == SPACE_AUXILIARY && r.number <= AUXILIARY_HI);
}

uint32_t mt_move_from(struct cpu *cpu, struct thread_register r, uint64_t now)
{
	struct cpu *other = target(cpu);

	if (!other)
		return UINT32_MAX;
	if (r.is_cp0)
		return cp0_read(other, r.number * 8 + r.select, other == cpu ? now : other->steps);
	switch (r.select) {
	case SPACE_GPR:
		return other->gpr[r.number];
	case SPACE_AUXILIARY:
		return r.number == AUXILIARY_LO ? other->lo : other->hi;
	case SPACE_FPR:
		return *fpr_word(other, r);
	default:
		return fp_control(&other->fpu, r.number);
	}
}

static void write_cp0(struct cpu *cpu, struct cpu *other, unsigned reg, uint32_t value,
		      uint64_t now)
{
	if (other != cpu)
		observer_room(other); /* it may have to report its new mode */
	if (mt_owns(reg)) {	      /* MVPControl is everybody's */
		mt_write(reg == CP0_MVPCONTROL ? cpu : other, reg, value, other == cpu);
		return;
	}
	if (reg == CP0_STATUS)
		value = (value & ~STATUS_OF_TC) | (other->cp0[reg] & STATUS_OF_TC);
	cp0_write(other, reg, value, other == cpu ? now : other->steps);
}

void mt_move_to(struct cpu *cpu, struct thread_register r, uint64_t now, uint32_t value)
{
	struct cpu *other = target(cpu);

	if (!other)
		return;
	if (r.is_cp0)
		write_cp0(cpu, other, r.number * 8 + r.select, value, now);
	else if (r.select == SPACE_GPR)
		other->gpr[r.number ? r.number : GPR_SINK] = value;
	else if (r.select == SPACE_AUXILIARY)
		*(r.number == AUXILIARY_LO ? &other->lo : &other->hi) = value;
	else if (r.select == SPACE_FPR)
		*fpr_word(other, r) = value;
	else
		fp_set_control(&other->fpu, r.number, value);
}

/* ---- threads ---- */

static void thread_exception(struct cpu *cpu, unsigned why)
{
	set_bits(&cpu->cp0[CP0_VPECONTROL], why << VPECONTROL_EXCPT, 7u << VPECONTROL_EXCPT);
	cpu->fault = (struct fault){.code = EXC_THREAD};
}

void mt_fork(struct cpu *cpu)
{
	thread_exception(cpu, THREAD_OVERFLOW);
}

int mt_yield(struct cpu *cpu, int32_t qualifier)
{
	if (qualifier > 0) {
		thread_exception(cpu, YIELD_QUALIFIER);
	} else if (qualifier == 0) {
		thread_exception(cpu, THREAD_UNDERFLOW);
	} else if (qualifier != -2 && cpu->cp0[CP0_VPECONTROL] & VPECONTROL_YSI &&
		   cpu->cp0[CP0_TCSTATUS] & TCSTATUS_DT) {
		thread_exception(cpu, YIELD_SCHEDULER);
	} else {
		return 0;
	}
	return -1;
}
