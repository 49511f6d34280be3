/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that looks at its memory for ever, for worker.h: of each page the first word
 * is copied to a list of results, and one is added to the third, if that is wanted. It
 * is copied to guest memory, so it must not depend on where it is.
 */
#include "worker.h"

	.section .rodata
	.globl worker_guest, worker_guest_end
worker_guest:
	movl	$WORKER_DATA_GPA, %esi
	movl	$WORKER_RESULT_GPA, %edi
	movl	$WORKER_PAGES, %ecx
1:	movl	(%esi), %eax
	movl	%eax, (%edi)
	cmpl	$0, WORKER_WRITE_GPA
	je	2f
	incl	8(%esi)
2:	addl	$4096, %esi
	addl	$4, %edi
	loop	1b
	lock; incl WORKER_ROUNDS_GPA
	jmp	worker_guest
worker_guest_end:
	.section .note.GNU-stack, "", @progbits
