/* SPDX-License-Identifier: MIT */
/* System calls: number in $2, arguments in $4..$6, result in $2. Same meaning as the UHI call of
 * that name where there is one. */
#ifndef LIBOS_SYSCALL_H
#define LIBOS_SYSCALL_H

#define SYS_EXIT      1	 /* status */
#define SYS_OPEN      2	 /* path, UHI flags, mode */
#define SYS_CLOSE     3	 /* file */
#define SYS_READ      4	 /* file, buffer, bytes */
#define SYS_WRITE     5	 /* file, buffer, bytes */
#define SYS_SEEK      6	 /* file, offset, whence */
#define SYS_UNLINK    7	 /* path */
#define SYS_ARGUMENTS 9	 /* number of arguments */
#define SYS_ARGUMENT  11 /* n, buffer, bytes: length, or -1 when it does not fit */
#define SYS_GROW      32 /* bytes: old end of the heap, 0 when there is no more */
#define SYS_ROLL_CALL 33 /* see memory.c */
#define SYS_START     34 /* releases the other processors; once */

#endif
