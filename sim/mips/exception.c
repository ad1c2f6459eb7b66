/* SPDX-License-Identifier: MIT */
/*
 * See exception.h. "MIPS32 Architecture For Programmers Volume III", rev. 2, chapter 5: with EXL
 * set, EPC and Cause.BD are kept and a refill goes through the general vector. Debug mode (SDBBP)
 * is as much as the reference machine has: DEPC, Debug.DM, its vector.
 */
#include "sim/mips/exception.h"
#include "sim/mips/memory.h"

#define VECTOR_GENERAL	 0x180u
#define VECTOR_INTERRUPT 0x200u
#define VECTOR_DEBUG	 0xbfc00480u

void report_mode(struct cpu *cpu)
{
	uint32_t status = cpu->cp0[CP0_STATUS];
	uint32_t ksu = status >> STATUS_KSU_SHIFT & 3;
	uint32_t mode = (ksu > MODE_USER ? MODE_USER : ksu) |
			(status & (STATUS_EXL | STATUS_ERL) ? MODE_EXL : 0);
	uint32_t asid = cpu->cp0[CP0_ENTRYHI] & 0xff;

	if (!cpu->observer || (mode == cpu->reported_mode && asid == cpu->reported_asid))
		return;
	cpu->reported_mode = mode;
	cpu->reported_asid = asid;
	observe(cpu, RECORD_MODE, asid, mode);
}

void status_changed(struct cpu *cpu)
{
	uint32_t status = cpu->cp0[CP0_STATUS];
	uint32_t ksu = status >> STATUS_KSU_SHIFT & 3;

	if (status & STATUS_ERL)
		cpu->mode = 3;
	else if (status & STATUS_EXL || cpu->cp0[CP0_DEBUG] & DEBUG_DM)
		cpu->mode = MODE_KERNEL;
	else
		cpu->mode = ksu > MODE_USER ? MODE_USER : ksu;
	cpu->soft = &cpu->softs[cpu->mode];
	cpu->cp0_usable = cpu->mode == MODE_KERNEL || cpu->mode == 3 || status & STATUS_CU0;
	cpu->fpu_usable = status & STATUS_CU1;
	cpu->fpu_full = status & STATUS_FR;
	if (interrupt_due(cpu))
		cpu->attention_at = 0;
	report_mode(cpu);
}

void set_entryhi(struct cpu *cpu, uint32_t value)
{
	uint32_t old = cpu->cp0[CP0_ENTRYHI];

	cpu->cp0[CP0_ENTRYHI] = value & 0xffffe0ff;
	if ((old ^ value) & 0xff) {
		memory_flush_mapped(cpu);
		report_mode(cpu);
	}
}

uint32_t interrupts_pending(const struct cpu *cpu)
{
	uint32_t cause = cpu->cp0[CP0_CAUSE];

	return (cause & 0x300) | (uint32_t)cpu->lines << 10 | (cause & CAUSE_TI ? 0x8000 : 0);
}

bool interrupt_due(const struct cpu *cpu)
{
	uint32_t status = cpu->cp0[CP0_STATUS];

	return (status & (STATUS_IE | STATUS_EXL | STATUS_ERL)) == STATUS_IE &&
	       !(cpu->cp0[CP0_DEBUG] & DEBUG_DM) && !(cpu->cp0[CP0_TCSTATUS] & TCSTATUS_IXMT) &&
	       interrupts_pending(cpu) & status & STATUS_IM;
}

/* Offset of the interrupt vector: 0x180, 0x200, or one of eight. */
static uint32_t interrupt_offset(const struct cpu *cpu)
{
	uint32_t spacing = cpu->cp0[CP0_INTCTL] >> 5 & 31;
	uint32_t pending = (interrupts_pending(cpu) & cpu->cp0[CP0_STATUS] & STATUS_IM) >> 8;

	if (!(cpu->cp0[CP0_CAUSE] & CAUSE_IV))
		return VECTOR_GENERAL;
	if (cpu->cp0[CP0_STATUS] & STATUS_BEV || spacing == 0 || pending == 0)
		return VECTOR_INTERRUPT;
	return VECTOR_INTERRUPT + (31 - __builtin_clz(pending)) * (spacing << 5);
}

static void debug_enter(struct cpu *cpu, uint32_t at, bool in_slot)
{
	cpu->cp0[CP0_DEPC] = in_slot ? at - 4 : at;
	cpu->cp0[CP0_DEBUG] = (cpu->cp0[CP0_DEBUG] & ~(DEBUG_DBD | 0x3f)) | DEBUG_DM | 2 |
			      (in_slot ? DEBUG_DBD : 0);
	cpu->pc = VECTOR_DEBUG;
	cpu->steps++;
	cpu->exceptions++;
	status_changed(cpu);
}

void exception_enter(struct cpu *cpu, uint32_t at, bool in_slot)
{
	const struct bus *bus = &cpu->set->bus;
	const struct fault *f = &cpu->fault;
	uint32_t *cp0 = cpu->cp0;
	uint32_t epc = in_slot ? at - 4 : at;
	bool nested = cp0[CP0_STATUS] & STATUS_EXL;
	bool refill = f->refill && !nested;
	uint32_t offset = refill ? 0 : VECTOR_GENERAL;
	uint32_t interrupts = 0;

	observer_room(cpu);
	if (f->code == EXC_DEBUG) {
		debug_enter(cpu, at, in_slot);
		return;
	}
	if (f->code == EXC_INTERRUPT) {
		offset = interrupt_offset(cpu);
		interrupts = (interrupts_pending(cpu) & cp0[CP0_STATUS] & STATUS_IM) >> 8;
	}
	if (!nested) {
		cp0[CP0_EPC] = epc;
		cp0[CP0_CAUSE] = (cp0[CP0_CAUSE] & ~CAUSE_BD) | (in_slot ? CAUSE_BD : 0);
	}
	cp0[CP0_CAUSE] = (cp0[CP0_CAUSE] & ~0x3000007cu) | (uint32_t)f->code << 2 |
			 (uint32_t)f->coprocessor << 28;
	if (f->has_address)
		cp0[CP0_BADVADDR] = f->address;
	if (f->has_page) { /* after an address error it means nothing, but is set all the same */
		cp0[CP0_CONTEXT] = (cp0[CP0_CONTEXT] & 0xff800000) | (f->address >> 9 & 0x7ffff0);
		cp0[CP0_ENTRYHI] = (cp0[CP0_ENTRYHI] & 0xff) | (f->address & 0xffffe000);
	}
	cpu->refills += refill;
	cpu->steps++;
	cpu->exceptions++;
	cpu->pc =
		(cp0[CP0_STATUS] & STATUS_BEV ? 0xbfc00200 : cp0[CP0_EBASE] & 0xbffff000) + offset;
	if (cpu->observer) {
		observe(cpu, RECORD_EXCEPTION, epc,
			f->code | (refill ? EXC_REFILL : 0) | (in_slot ? EXC_DELAY_SLOT : 0) |
				interrupts << 8);
		observe(cpu, RECORD_OPERAND,
			f->code == EXC_SYSCALL ? cpu->gpr[2] : cp0[CP0_BADVADDR], 0);
	}
	if (bus->exception)
		bus->exception(bus->board, cpu, f->code, epc, cpu->pc);
	cp0[CP0_STATUS] |= STATUS_EXL;
	status_changed(cpu);
}

void interrupt_enter(struct cpu *cpu, uint32_t at)
{
	cpu->fault = (struct fault){.code = EXC_INTERRUPT};
	exception_enter(cpu, at, false);
}

void exception_return(struct cpu *cpu)
{
	uint32_t *status = &cpu->cp0[CP0_STATUS];

	if (*status & STATUS_ERL) {
		cpu->pc = cpu->cp0[CP0_ERROREPC];
		*status &= ~STATUS_ERL;
	} else {
		cpu->pc = cpu->cp0[CP0_EPC];
		*status &= ~STATUS_EXL;
	}
	cpu->linked = false;
	if (cpu->observer)
		observe(cpu, RECORD_ERET, cpu->pc, 0);
	status_changed(cpu);
}

void debug_return(struct cpu *cpu)
{
	cpu->pc = cpu->cp0[CP0_DEPC];
	cpu->cp0[CP0_DEBUG] &= ~DEBUG_DM;
	status_changed(cpu);
}
