/* SPDX-License-Identifier: MIT */
/*
 * Loads a guest. A segment goes to its physical address p_paddr; one in KSEG0 or KSEG1 means the
 * physical address below it, as QEMU's MIPS boards take it, so an image may link user segments at
 * low virtual addresses and place them by LMA. The program starts at e_entry, which must be a word
 * of a loaded segment seen through KSEG0 or KSEG1: nothing else is mapped after reset.
 *
 * The file is hostile until proven otherwise: every offset is checked in 64 bits, segments must not
 * overlap and their number is limited, so that loading takes no longer than filling RAM once.
 */
#include "sim/board/elf.h"

#include <elf.h>
#include <string.h>

#define MAX_SEGMENTS 64

#define KSEG0	      0x80000000u
#define KSEG2	      0xc0000000u
#define PHYSICAL_MASK 0x1fffffffu

/* e_flags of executables that need more than a MIPS32 Release 2 processor */
#define FLAGS_ABI2	0x00000020u
#define FLAGS_MICROMIPS 0x02000000u
#define FLAGS_MIPS16	0x04000000u

static uint32_t physical(uint32_t address)
{
	return address >= KSEG0 && address < KSEG2 ? address & PHYSICAL_MASK : address;
}

static const char *wrong_class(const unsigned char *ident)
{
	if (ident[EI_CLASS] != ELFCLASS32)
		return ident[EI_CLASS] == ELFCLASS64 ? "a 64-bit ELF file"
						     : "an ELF file of unknown class";
	if (ident[EI_DATA] != ELFDATA2LSB)
		return ident[EI_DATA] == ELFDATA2MSB ? "a big-endian ELF file"
						     : "an ELF file of unknown byte order";
	return NULL;
}

static const char *wrong_type(unsigned type)
{
	switch (type) {
	case ET_REL:
		return "an object file that is not linked";
	case ET_DYN:
		return "position-independent (linked as PIE or shared library)";
	case ET_CORE:
		return "a core dump";
	default:
		return "not an executable";
	}
}

/* The processor that the file needs, when it is none of ours (MIPS I, II, 32, 32 Release 2). */
static const char *wrong_architecture(uint32_t flags)
{
	static const char *const names[16] = {
		[2] = "MIPS III",
		[3] = "MIPS IV",
		[4] = "MIPS V",
		[6] = "MIPS64",
		[8] = "MIPS64 Release 2",
		[9] = "MIPS32 Release 6",
		[10] = "MIPS64 Release 6",
	};
	unsigned architecture = flags >> 28;

	if (flags & FLAGS_MICROMIPS)
		return "microMIPS";
	if (flags & FLAGS_MIPS16)
		return "MIPS16";
	if (flags & FLAGS_ABI2)
		return "the N32 ABI";
	if (architecture > 10)
		return "an unknown MIPS architecture";
	return names[architecture];
}

static int check_header(const void *file, size_t bytes, Elf32_Ehdr *h, struct error *err)
{
	const char *wrong;

	if (bytes < SELFMAG || memcmp(file, ELFMAG, SELFMAG))
		return error_set(err, "not an ELF file; wanted a 32-bit little-endian MIPS "
				      "executable");
	if (bytes < sizeof(*h))
		return error_set(err, "truncated: %zu bytes, the ELF header alone has %zu", bytes,
				 sizeof(*h));
	memcpy(h, file, sizeof(*h));
	wrong = wrong_class(h->e_ident);
	if (wrong)
		return error_set(err, "%s; wanted a 32-bit little-endian MIPS executable", wrong);
	if (h->e_machine != EM_MIPS)
		return error_set(err,
				 "an ELF file for another machine (number %u); wanted MIPS "
				 "(number %u)",
				 h->e_machine, EM_MIPS);
	if (h->e_type != ET_EXEC)
		return error_set(err, "%s; wanted an executable linked at a fixed address",
				 wrong_type(h->e_type));
	wrong = wrong_architecture(h->e_flags);
	if (wrong)
		return error_set(err, "built for %s; wanted MIPS32 Release 2 or older", wrong);
	if (!h->e_phnum)
		return error_set(err, "no program header, so nothing to load");
	if (h->e_phentsize != sizeof(Elf32_Phdr))
		return error_set(err, "program headers of %u bytes; wanted %zu", h->e_phentsize,
				 sizeof(Elf32_Phdr));
	if ((uint64_t)h->e_phoff + (uint64_t)h->e_phnum * sizeof(Elf32_Phdr) > bytes)
		return error_set(err, "truncated: the program headers end at byte %llu of %zu",
				 (unsigned long long)h->e_phoff +
					 (unsigned long long)h->e_phnum * sizeof(Elf32_Phdr),
				 bytes);
	return 0;
}

static int check_segment(const Elf32_Phdr *p, unsigned number, size_t bytes, uint32_t ram_bytes,
			 struct error *err)
{
	uint32_t start = physical(p->p_paddr);

	if ((uint64_t)p->p_offset + p->p_filesz > bytes)
		return error_set(err, "truncated: segment %u ends at byte %llu of %zu", number,
				 (unsigned long long)p->p_offset + p->p_filesz, bytes);
	if (p->p_filesz > p->p_memsz)
		return error_set(err, "segment %u has %u bytes in the file and only %u in memory",
				 number, p->p_filesz, p->p_memsz);
	if ((uint64_t)start + p->p_memsz > ram_bytes)
		return error_set(err,
				 "segment %u needs physical 0x%08x..0x%llx, RAM ends at "
				 "0x%x; see --ram",
				 number, start, (unsigned long long)start + p->p_memsz, ram_bytes);
	return 0;
}

int elf_load(const void *file, size_t bytes, uint8_t *ram, uint32_t ram_bytes, uint32_t *entry,
	     struct error *err)
{
	Elf32_Phdr loaded[MAX_SEGMENTS];
	unsigned segments = 0;
	uint32_t start;
	Elf32_Ehdr h;

	if (check_header(file, bytes, &h, err))
		return -1;
	for (unsigned i = 0; i < h.e_phnum; i++) {
		Elf32_Phdr p;

		memcpy(&p, (const char *)file + h.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		if (check_segment(&p, i, bytes, ram_bytes, err))
			return -1;
		if (segments == MAX_SEGMENTS)
			return error_set(err, "more than %d loadable segments", MAX_SEGMENTS);
		p.p_paddr = physical(p.p_paddr);
		for (unsigned j = 0; j < segments; j++)
			if (p.p_paddr < loaded[j].p_paddr + loaded[j].p_memsz &&
			    loaded[j].p_paddr < p.p_paddr + p.p_memsz)
				return error_set(err,
						 "segment %u overlaps another at physical "
						 "0x%08x",
						 i, p.p_paddr);
		loaded[segments++] = p;
		memcpy(ram + p.p_paddr, (const char *)file + p.p_offset, p.p_filesz);
		memset(ram + p.p_paddr + p.p_filesz, 0, p.p_memsz - p.p_filesz);
	}
	if (!segments)
		return error_set(err, "no loadable segment");
	start = physical(h.e_entry);
	if (h.e_entry % 4 || h.e_entry < KSEG0 || h.e_entry >= KSEG2)
		return error_set(err,
				 "entry 0x%08x; wanted a word address in KSEG0 or KSEG1 "
				 "(0x80000000..0xbfffffff)",
				 h.e_entry);
	for (unsigned j = 0; j < segments; j++)
		if (start >= loaded[j].p_paddr && start - loaded[j].p_paddr < loaded[j].p_memsz) {
			*entry = h.e_entry;
			return 0;
		}
	return error_set(err, "entry 0x%08x lies in no loaded segment", h.e_entry);
}

void elf_extent(const void *file, uint32_t *first, uint32_t *end)
{
	Elf32_Ehdr h;

	memcpy(&h, file, sizeof(h));
	*first = UINT32_MAX;
	*end = 0;
	for (unsigned i = 0; i < h.e_phnum; i++) {
		Elf32_Phdr p;
		uint32_t start;

		memcpy(&p, (const char *)file + h.e_phoff + i * sizeof(p), sizeof(p));
		if (p.p_type != PT_LOAD || !p.p_memsz)
			continue;
		start = physical(p.p_paddr);
		*first = start < *first ? start : *first;
		*end = start + p.p_memsz > *end ? start + p.p_memsz : *end;
	}
}
