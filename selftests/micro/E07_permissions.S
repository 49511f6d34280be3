/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All rights in both levels, against reads and writes of both rings and fetches of
 * ring 3. Ring 3 needs US in both, a write RW in both, ring 1, too (CR0.WP counts
 * as set). The error code has P, W/R and U/S, and without NX no bit for fetches;
 * CR2 is the address. So says the processor's manual, for every combination.
 *
 * A broken host keeps the rights of the lower level only, or of the first access
 * that filled the shadow; or its table, shared by upper entries, shares the rights.
 */
#include "micro.h"

#define HERE	0x800000
#define FRAME	0x200000
#define ADDRESS	(HERE + 3 * PAGE_SIZE + 0x124)

BEGIN
	PAGING
	movb	$0xcd, FRAME + 0x124		/* int $VECTOR_BACK */
	movb	$VECTOR_BACK, FRAME + 0x125
	/* Each twice, with and without having been there before. */
	movl	$0, number
1:	movl	number, %eax
	movl	%eax, %edx
	andl	$3, %edx
	leal	micro_pages + P_PRESENT(, %edx, 2), %edx
	movl	%edx, micro_page_dir + (HERE >> 22) * 4
	movl	%eax, %edx
	shrl	$1, %edx
	andl	$6, %edx
	orl	$(FRAME + P_PRESENT), %edx
	movl	%edx, micro_pages + 3 * 4
	btl	$7, %eax
	jc	2f
	movl	%cr3, %edx
	movl	%edx, %cr3
2:	shrl	$4, %eax
	andl	$7, %eax
	movl	accesses(, %eax, 4), %eax
	call	*%eax
	incl	number
	cmpl	$(5 << 4), number
	jne	3f
	/* Again: only what changes is flushed. */
	movl	$0x80, number
3:	cmpl	$(0x80 + (5 << 4)), number
	jb	1b

	/* Not present, in either level. */
	movl	$(micro_pages + 7), micro_page_dir + (HERE >> 22) * 4
	movl	$(FRAME + 6), micro_pages + 3 * 4
	movl	%cr3, %edx
	movl	%edx, %cr3
	TRY	movl ADDRESS, %eax
	WANT_FAULT 14, 0, "read, not present"
	TRY	movl %eax, ADDRESS
	WANT_FAULT 14, 2, "write, not present"
	RING3	write
	WANT_FAULT 14, 6, "write from ring 3, not present"
	RING3	fetch
	WANT_FAULT 14, 4, "fetch in ring 3, not present"
	CHECK	fault_cr2, ADDRESS, "CR2"
	movl	$(micro_pages + 6), micro_page_dir + (HERE >> 22) * 4
	movl	%cr3, %edx
	movl	%edx, %cr3
	RING3	read
	WANT_FAULT 14, 4, "read from ring 3, no table"
	CHECK	fault_cr2, ADDRESS, "CR2"
	PASS

/* Did it end as it should? %ebx: bits that both entries need; %ecx: error code */
look:	movl	micro_page_dir + (HERE >> 22) * 4, %edx
	andl	micro_pages + 3 * 4, %edx
	andl	%ebx, %edx
	cmpl	%ebx, %edx
	jne	1f
	cmpl	$NO_FAULT, fault_vector
	je	2f
	cmpl	$VECTOR_BACK, fault_vector
	je	2f
1:	cmpl	%ebx, %edx
	je	bad
	cmpl	$14, fault_vector
	jne	bad
	cmpl	fault_error, %ecx
	jne	bad
	cmpl	$ADDRESS, fault_cr2
	jne	bad
2:	ret
bad:	PRINT_HEX "access", number
	PRINT_HEX "upper entry", (micro_page_dir + (HERE >> 22) * 4)
	PRINT_HEX "entry", (micro_pages + 3 * 4)
	PRINT_HEX "vector", fault_vector
	PRINT_HEX "error code", fault_error
	PRINT_HEX "error code expected if there is a fault", %ecx
	PRINT_HEX "CR2", fault_cr2
	FAIL	"rights"

/* A read leaves nothing for a write to be remembered by, and so on. */
flush:	btl	$7, number
	jnc	1f
	invlpg	ADDRESS
1:	ret

read1:	call	flush
	TRY	movl ADDRESS, %eax
	movl	$0, %ebx
	movl	$1, %ecx
	jmp	look
write1:	call	flush
	TRY	movl $(0xcd + (VECTOR_BACK << 8)), ADDRESS
	movl	$P_WRITE, %ebx
	movl	$3, %ecx
	jmp	look
read3:	call	flush
	RING3	read
	movl	$P_USER, %ebx
	movl	$5, %ecx
	jmp	look
write3:	call	flush
	RING3	write
	movl	$(P_USER | P_WRITE), %ebx
	movl	$7, %ecx
	jmp	look
fetch3:	call	flush
	RING3	fetch
	movl	$P_USER, %ebx
	movl	$5, %ecx
	jmp	look

read:	movl	ADDRESS, %eax
	BACK
write:	movl	$(0xcd + (VECTOR_BACK << 8)), ADDRESS
	BACK
fetch:	movl	$ADDRESS, %eax
	jmp	*%eax

	.section .rodata
	.balign	4
accesses:
	.long	read1, write1, read3, write3, fetch3
	.data
	.balign	4
	/* 0-3: rights of both; 4-6: access; 7: second time */
number:	.long	0
