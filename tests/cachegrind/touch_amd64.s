# SPDX-License-Identifier: MIT
# A program for tests/cachegrind_guest.sh that makes the data references of the file "touches" and
# no other: not even a stack is used, so that Cachegrind's D1 sees a guest's references alone. The
# guest's 32-bit address space lies at 0x800000000 (a multiple of every cache's size, so that the
# sets are the guest's); %rbx points to its middle because displacements are signed. Reads are
# "add ADDRESS-0x80000000(%rbx),%al", so that no read is dead and optimised away; writes are
# "mov %al,ADDRESS-0x80000000(%rbx)".
	.globl _start
	.text
_start:
	mov $9, %eax			# mmap(0x800000000, 4 GB, read | write,
	movabs $0x800000000, %rdi	#      private | anonymous | fixed | no reserve, -1, 0)
	movabs $0x100000000, %rsi
	mov $3, %edx
	mov $0x4032, %r10d
	mov $-1, %r8
	xor %r9d, %r9d
	syscall
	mov $1, %edi
	cmp $-4096, %rax
	ja 1f
	movabs $0x880000000, %rbx
	xor %eax, %eax
	.include "touches"
	xor %edi, %edi
1:	mov $60, %eax			# exit
	syscall
	.section .note.GNU-stack,"",@progbits
