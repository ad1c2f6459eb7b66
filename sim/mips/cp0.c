/* SPDX-License-Identifier: MIT */
/*
 * See cp0.h. "MIPS32 Architecture For Programmers Volume III", rev. 2, chapter 8. The processor
 * presents itself as a 24Kf with a TLB of the configured size, vectored interrupts and UserLocal,
 * but without MIPS16. Watch, performance and trace registers do not exist.
 */
#include "sim/mips/cp0.h"
#include "sim/mips/exception.h"
#include "sim/mips/mt.h"
#include "sim/mips/tlb.h"

#define STATUS_WRITE 0x3478ff1fu /* CU1 CU0 FR BEV TS SR NMI IM KSU ERL EXL IE */
#define CAUSE_WRITE  0x08c00300u /* DC IV WP IP1 IP0 */
#define SYNCI_STEP   32u
#define CONFIG3_MT   0x0004u
#define CONFIG3_VINT 0x0020u
#define CONFIG3_ULRI 0x2000u

/* As the reference machine's, but with UserLocal and without DSP and MIPS16. */
static const struct model {
	uint32_t prid, config3, fir;
} models[] = {
	[CPU_24KF] = {0x00019300, CONFIG3_ULRI, 0x00739300},
	[CPU_34KF] = {0x00019500, CONFIG3_ULRI | CONFIG3_VINT | CONFIG3_MT, 0x00739500},
};

void cp0_reset(struct cpu *cpu)
{
	const struct model *model = &models[cpu->set->config.model];
	uint32_t *cp0 = cpu->cp0;
	uint32_t entries = cpu->set->config.tlb_entries;

	cp0[CP0_RANDOM] = entries - 1;
	cp0[CP0_STATUS] = STATUS_CU1 | STATUS_CU0;
	cp0[CP0_INTCTL] = 7u << 29; /* the timer is on line 7 */
	cp0[CP0_PRID] = model->prid;
	cp0[CP0_EBASE] = 0x80000000u | cpu->number;
	cp0[CP0_CONFIG] = 0x80000483u; /* M, release 2, TLB; KSEG0 cached, as YAMON leaves it */
	cp0[CP0_CONFIG1] = 0x80000000u | (entries - 1) << 25 | 3u << 19 | 1u << 16 | 3u << 10 |
			   1u << 7 | 1; /* 2-way caches of 64 sets of 16 bytes; FPU */
	cp0[CP0_CONFIG2] = 0x80000000u;
	cp0[CP0_CONFIG3] = model->config3;
	cpu->fpu.fir = model->fir;
	mt_reset(cpu);
	cpu->timer_at = UINT64_MAX;
	cp0_write(cpu, CP0_COMPARE, 0, 0);
}

static uint32_t count_now(const struct cpu *cpu, uint64_t now)
{
	if (cpu->cp0[CP0_CAUSE] & CAUSE_DC)
		return cpu->cp0[CP0_COUNT];
	return (uint32_t)(now / cpu->set->config.count_insns + cpu->count_base);
}

/* When Count next becomes equal to Compare. */
static void set_timer(struct cpu *cpu, uint64_t now)
{
	uint64_t per = cpu->set->config.count_insns;
	uint64_t delta = (uint32_t)(cpu->cp0[CP0_COMPARE] - count_now(cpu, now));

	if (cpu->cp0[CP0_CAUSE] & CAUSE_DC)
		cpu->timer_at = UINT64_MAX;
	else
		cpu->timer_at = (now / per + (delta ? delta : 1ull << 32)) * per;
	cpu->attention_at = 0;
}

void cp0_timer_fired(struct cpu *cpu)
{
	cpu->cp0[CP0_CAUSE] |= CAUSE_TI;
	cpu->timer_at += (uint64_t)cpu->set->config.count_insns << 32;
}

static void set_count(struct cpu *cpu, uint32_t value, uint64_t now)
{
	cpu->cp0[CP0_COUNT] = value;
	cpu->count_base = value - now / cpu->set->config.count_insns;
	set_timer(cpu, now);
}

uint32_t cp0_read(struct cpu *cpu, unsigned reg, uint64_t now)
{
	return reg == CP0_RANDOM ? cpu_tlb_random(cpu) : cp0_peek(cpu, reg, now);
}

uint32_t cp0_peek(const struct cpu *cpu, unsigned reg, uint64_t now)
{
	if (mt_has(cpu) && mt_owns(reg))
		return mt_read(cpu, reg);
	switch (reg) {
	case CP0_COUNT:
		return count_now(cpu, now);
	case CP0_CAUSE:
		return (cpu->cp0[reg] & ~CAUSE_IP) | interrupts_pending(cpu);
	default:
		return cpu->cp0[reg];
	}
}

uint32_t cp0_page_mask(uint32_t value)
{
	uint32_t ones = value >> 13 & 0xffff;

	return ones & (ones + 1) || __builtin_popcount(ones) & 1 ? 0 : ones << 13;
}

/* Only some bits are the guest's. */
static void set_bits(struct cpu *cpu, unsigned reg, uint32_t value, uint32_t mask)
{
	cpu->cp0[reg] = (cpu->cp0[reg] & ~mask) | (value & mask);
}

static void set_cause(struct cpu *cpu, uint32_t value, uint64_t now)
{
	uint32_t count = count_now(cpu, now);
	uint32_t old = cpu->cp0[CP0_CAUSE];

	set_bits(cpu, CP0_CAUSE, value, CAUSE_WRITE);
	if ((old ^ value) & CAUSE_DC)
		set_count(cpu, count, now);
	status_changed(cpu);
}

void cp0_write(struct cpu *cpu, unsigned reg, uint32_t value, uint64_t now)
{
	uint32_t *cp0 = cpu->cp0;

	if (mt_has(cpu) && mt_owns(reg)) {
		mt_write(cpu, reg, value, true);
		return;
	}
	switch (reg) {
	case CP0_INDEX:
		set_bits(cpu, reg, value % cpu->set->config.tlb_entries, 63);
		break;
	case CP0_ENTRYLO0:
	case CP0_ENTRYLO1:
		cp0[reg] = value & 0x03ffffff;
		break;
	case CP0_CONTEXT:
		set_bits(cpu, reg, value, 0xff800000);
		break;
	case CP0_PAGEMASK:
		cp0[reg] = cp0_page_mask(value);
		break;
	case CP0_WIRED:
		cp0[reg] = value % cpu->set->config.tlb_entries;
		break;
	case CP0_HWRENA:
		cp0[reg] = value & 0x2000000f;
		break;
	case CP0_COUNT:
		set_count(cpu, value, now);
		break;
	case CP0_ENTRYHI:
		set_entryhi(cpu, value);
		break;
	case CP0_COMPARE:
		cp0[reg] = value;
		cp0[CP0_CAUSE] &= ~CAUSE_TI;
		set_timer(cpu, now);
		break;
	case CP0_STATUS:
		set_bits(cpu, reg, value, STATUS_WRITE);
		status_changed(cpu);
		break;
	case CP0_INTCTL:
		set_bits(cpu, reg, value, 0x3e0);
		break;
	case CP0_CAUSE:
		set_cause(cpu, value, now);
		break;
	case CP0_EBASE:
		set_bits(cpu, reg, value, 0x3ffff000);
		break;
	case CP0_CONFIG:
		set_bits(cpu, reg, value, 7); /* K0 */
		break;
	case CP0_USERLOCAL:
	case CP0_EPC:
	case CP0_DEPC:
	case CP0_TAGLO:
	case CP0_DATALO:
	case CP0_ERROREPC:
	case CP0_DESAVE:
		cp0[reg] = value;
		break;
	default:
		break; /* read-only, or not there */
	}
}

uint32_t cp0_set_interrupts(struct cpu *cpu, bool on)
{
	uint32_t old = cpu->cp0[CP0_STATUS];

	cpu->cp0[CP0_STATUS] = on ? old | STATUS_IE : old & ~STATUS_IE;
	status_changed(cpu);
	return old;
}

int cp0_read_hardware(struct cpu *cpu, unsigned rd, uint64_t now, uint32_t *value)
{
	if (!cpu->cp0_usable && !(cpu->cp0[CP0_HWRENA] >> rd & 1))
		return -1;
	switch (rd) {
	case 0:
		*value = cpu->number;
		return 0;
	case 1:
		*value = SYNCI_STEP;
		return 0;
	case 2:
		*value = count_now(cpu, now);
		return 0;
	case 3:
		*value = 1;
		return 0;
	case 29:
		*value = cpu->cp0[CP0_USERLOCAL];
		return 0;
	default:
		return -1;
	}
}
