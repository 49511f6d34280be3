/* SPDX-License-Identifier: GPL-2.0 */
/* Exercise 8: from one program to the other, registers, segments and flags */
#include "micro.h"
	.globl exchange
exchange:
	movl %ebp, %esi
	movl $other, %edi
	movl $19, %ecx
1:	movl (%esi), %eax
	xchgl %eax, (%edi)
	movl %eax, (%esi)
	addl $4, %esi
	addl $4, %edi
	loop 1b
	ret
