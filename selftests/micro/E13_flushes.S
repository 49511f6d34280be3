/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every kind of flush against every kind of change: another page, fewer rights, no
 * page, another table, a table that becomes a page of 4M and back. Between change
 * and flush the old translation and the new one are both right. After the flush
 * only the new one is. It is done for addresses of either half, before the host
 * knows where the kernel half begins, and after.
 *
 * A broken host forgets too little: a page that the guest has given to somebody
 * else is still there, or still writable.
 */
#include "micro.h"

EXPECT	"time=60"

#define USER_HERE	0x800000
#define KERNEL_HERE	0xc0800000
#define A	0x210000
#define B	0x211000
#define HALF	0x200000		/* where another shadow table may begin */
#define T1	micro_pages
#define T2	(micro_pages + PAGE_SIZE)
#define PDE	0
#define PTE	4
#define NEW_PDE	8
#define NEW_PTE	12
#define ACCESS	16
#define BEFORE	20
#define AFTER	24
#define SIZE	28
#define ALL	(P_PRESENT | P_WRITE | P_USER)
#define DIRTY	(ALL | P_ACCESSED | P_DIRTY)
#define FAULT(e)	(0xf0000 | (e))

BEGIN
	movl	$0xaaaa, A
	movl	$0xbbbb, B
	movl	$0xcccc, 0		/* of the page of 4M */
	movl	$0xcccc, HALF
	movl	$(B + ALL), T2
	movl	$(B + ALL), T2 + HALF / 1024
	PAGING
	movl	%cr4, %eax
	orl	$0x10, %eax		/* PSE */
	movl	%eax, %cr4
	call	all_kinds
	movl	$0xc0000000, micro_shared + SHARED_KERNEL_START
	INTERRUPTS
	call	all_kinds
	/* And with PGE. The kernel half is not flushed by CR3 then. */
	movl	%cr4, %eax
	orl	$0x80, %eax
	movl	%eax, %cr4
	movl	$0, pge_flushes_all
	call	all_kinds
	PASS

/*
 * With the entries fresh, and as they are after use: with A clear the host forgets
 * more than it must.
 */
all_kinds:
	movl	$0, accessed
	call	each_kind
	movl	$P_ACCESSED, accessed
each_kind:
	movl	$kinds, kind
1:	movl	kind, %eax
	cmpl	$0, (%eax)
	je	3f
	movl	$changes, change
2:	movl	$USER_HERE, here
	call	one
	movl	$(USER_HERE + HALF), here
	call	one
	/* What does kind[1] say of the kernel half? */
	movl	kind, %eax
	cmpl	$0, 4(%eax)
	jne	4f
	cmpl	$0, pge_flushes_all
	je	5f
4:	movl	$KERNEL_HERE, here
	call	one
	movl	$(KERNEL_HERE + HALF), here
	call	one
5:	addl	$SIZE, change
	movl	change, %esi
	cmpl	$changes_end, %esi
	jb	2b
	addl	$8, kind
	jmp	1b
3:	ret

one:	movl	change, %esi
	movl	here, %edx
	movl	%edx, %ecx
	shrl	$22, %ecx
	movl	PTE(%esi), %eax
	orl	accessed, %eax
	movl	%eax, T1
	movl	%eax, T1 + HALF / 1024
	movl	PDE(%esi), %eax
	orl	accessed, %eax
	movl	%eax, micro_page_dir(, %ecx, 4)
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	call	access
	movl	change, %esi
	cmpl	BEFORE(%esi), %eax
	jne	bad
	movl	here, %ecx
	shrl	$22, %ecx
	movl	NEW_PTE(%esi), %eax
	orl	accessed, %eax
	movl	%eax, T1
	movl	%eax, T1 + HALF / 1024
	movl	NEW_PDE(%esi), %eax
	orl	accessed, %eax
	movl	%eax, micro_page_dir(, %ecx, 4)
	incl	step
	call	access
	movl	change, %esi
	cmpl	BEFORE(%esi), %eax
	je	1f
	cmpl	AFTER(%esi), %eax
	jne	bad
	/* That access has set A and D of the new one. */
1:	movl	kind, %eax
	call	*(%eax)
	incl	step
	call	access
	movl	change, %esi
	cmpl	AFTER(%esi), %eax
	jne	bad
	movl	$0, step
	ret
bad:	PRINT_HEX "0 at first, 1 after the change, 2 after the flush", step
	PRINT_HEX "address", here
	PRINT_HEX "value read, or 0xf0000 and an error code", %eax
	movl	BEFORE(%esi), %ecx
	PRINT_HEX "before", %ecx
	movl	AFTER(%esi), %ecx
	PRINT_HEX "after", %ecx
	subl	$changes, %esi
	PRINT_HEX "offset of the change", %esi
	movl	kind, %eax
	subl	$kinds, %eax
	PRINT_HEX "offset of the kind", %eax
	FAIL	"not what it should be"

/* 0: read; 1: write (and read); 3: read from ring 3 */
access:	movl	here, %edx
	movl	change, %esi
	movl	ACCESS(%esi), %eax
	cmpl	$1, %eax
	je	1f
	ja	3f
	CATCH	2f
	movl	(%edx), %eax
	jmp	2f
1:	CATCH	2f
	movl	%eax, 8(%edx)
	movl	(%edx), %eax
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	4f
	ret
3:	RING3	program
	movl	fault_eax, %eax
	cmpl	$VECTOR_BACK, fault_vector
	jne	4f
	ret
4:	WANT_VECTOR 14, "access"
	movl	fault_cr2, %eax
	andl	$~8, %eax		/* where a write goes to */
	subl	here, %eax
	CHECK	%eax, 0, "CR2 differs by"
	movl	fault_error, %eax
	orl	$0xf0000, %eax
	ret
program:
	movl	here, %edx
	movl	(%edx), %eax
	BACK

by_invlpg:
	movl	here, %edx
	invlpg	(%edx)
	ret
by_one:	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ONE, here
	ret
by_user:
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_USER
	ret
by_all:	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	ret
by_cr3:	movl	%cr3, %eax
	movl	%eax, %cr3
	ret
by_load:
	movl	$0, micro_shared + SHARED_NEXT_CTX
	HC_OK	LGUEST_HC_LOAD_CR3, $micro_page_dir
	ret
by_pge:	movl	%cr4, %eax
	xorl	$0x80, %eax
	movl	%eax, %cr4
	xorl	$0x80, %eax
	movl	%eax, %cr4
	ret
by_pg:	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	ret

	.data
	.balign	4
	/* And: does it flush kernel addresses even with PGE? */
kinds:	.long	by_invlpg, 1, by_one, 1, by_user, 0, by_all, 1, by_cr3, 0
	.long	by_load, 0, by_pge, 1, by_pg, 1, 0
changes:
	/* another page */
	.long	T1 + ALL, A + DIRTY, T1 + ALL, B + ALL, 0, 0xaaaa, 0xbbbb
	.long	T1 + ALL, A + DIRTY, T1 + ALL, B + DIRTY, 1, 0xaaaa, 0xbbbb
	.long	T1 + ALL, A + DIRTY, T1 + ALL, B + DIRTY, 3, 0xaaaa, 0xbbbb
	/* read-only, clean */
	.long	T1 + ALL, A + DIRTY, T1 + ALL, A + DIRTY - P_WRITE, 1, 0xaaaa, FAULT(3)
	.long	T1 + ALL, A + DIRTY, T1 + ALL, A + ALL, 1, 0xaaaa, 0xaaaa
	/* not for ring 3, not there */
	.long	T1 + ALL, A + DIRTY, T1 + ALL, A + DIRTY - P_USER, 3, 0xaaaa, FAULT(5)
	.long	T1 + ALL, A + DIRTY, T1 + ALL, A + DIRTY - P_PRESENT, 0, 0xaaaa, FAULT(0)
	.long	T1 + ALL, A + DIRTY, T1 + ALL, 0, 1, 0xaaaa, FAULT(2)
	.long	T1 + ALL, A + DIRTY, T1 + ALL, 0, 3, 0xaaaa, FAULT(4)
	/* the upper entry: another table, read-only, not for ring 3, not there */
	.long	T1 + ALL, A + DIRTY, T2 + ALL, A + DIRTY, 0, 0xaaaa, 0xbbbb
	.long	T1 + ALL, A + DIRTY, T1 + ALL - P_WRITE, A + DIRTY, 1, 0xaaaa, FAULT(3)
	.long	T1 + ALL, A + DIRTY, T1 + ALL - P_USER, A + DIRTY, 3, 0xaaaa, FAULT(5)
	.long	T1 + ALL, A + DIRTY, T1 + ALL - P_PRESENT, A + DIRTY, 0, 0xaaaa, FAULT(0)
	/* a page of 4M, from a table and back, with fewer rights, gone */
	.long	T1 + ALL, A + DIRTY, DIRTY | P_LARGE, A, 0, 0xaaaa, 0xcccc
	.long	DIRTY | P_LARGE, A + DIRTY, T1 + ALL, A + DIRTY, 0, 0xcccc, 0xaaaa
	.long	DIRTY | P_LARGE, 0, (DIRTY | P_LARGE) - P_WRITE, 0, 1, 0xcccc, FAULT(3)
	.long	DIRTY | P_LARGE, 0, (DIRTY | P_LARGE) - P_USER, 0, 3, 0xcccc, FAULT(5)
	.long	DIRTY | P_LARGE, 0, 0, 0, 0, 0xcccc, FAULT(0)
changes_end:
pge_flushes_all:	.long	1
accessed:	.long	0
step:	.long	0
kind:	.long	0
change:	.long	0
here:	.long	0
