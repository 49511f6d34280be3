/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that end with a page, or lie across its end. Of one that ends with
 * it nothing behind may be looked at: the next page need not be there. One that
 * goes on in a page that is not there gives a page fault for that page, in the
 * fetch, before anything of it has been done. One that goes on in a page that is
 * there is put together from both, wherever these are in memory.
 *
 * A broken host reads 15 bytes at %eip and gives up (or kills the guest) if it
 * cannot, or reads them from memory that is next to the page by chance.
 */
#include "micro.h"

#define HERE	0x200000	/* these two pages are neighbours only here */
#define NEXT	(HERE + PAGE_SIZE)

BEGIN
	/* Behind the first page the frame of the other is not the next one. */
	PAGING
	SET_PTE	NEXT, ((HERE + 4 * PAGE_SIZE) | P_PRESENT | P_WRITE | P_USER)
	movl	$forms, %esi
1:	movzbl	(%esi), %edx		/* its length */
	testl	%edx, %edx
	jz	done
	movl	%edx, split
2:	movl	%esi, at
	/* split bytes of it in the first page */
	movl	$NEXT, %edi
	subl	split, %edi
	movl	%edi, start
	movzbl	(%esi), %ecx
	incl	%esi
	rep movsb
	movl	$16, %ecx
	movb	$0x47, %al		/* inc %edi */
	rep stosb
	movb	$0xc3, (%edi)

	/* As it is. */
	CATCH	3f
	xorl	%edi, %edi
	movl	%cr0, %eax
	xorl	%edx, %edx
	call	*start
3:	NO_CATCH
	WANT_NO_FAULT "across a page end"
	CHECK	%edi, 16, "INCs done behind it"

	/* And without the page behind. */
	SET_PTE	NEXT, 0
	/* Bochs goes by what it has decoded before, unless that is written to. */
	movl	start, %eax
	lock orb $0, (%eax)
	CATCH	3f
	xorl	%edi, %edi
	movl	%cr0, %eax
	xorl	%edx, %edx
	call	*start
3:	NO_CATCH
	/* QEMU's TCG looks at the ring first, and not at what is missing. */
	cmpl	$13, fault_vector
	jne	4f
	IF_TCG	tcg
	movl	at, %esi
	PRINT_HEX "opcode", (%esi)
	PRINT_HEX "bytes of it in the first page", split
	PRINT_HEX "eip", fault_eip
	/* The first byte that is missing, or the instruction behind. */
4:	WANT_FAULT 14, 0, "with the next page not there"
	CHECK	fault_cr2, NEXT, "with the next page not there: CR2"
	movl	at, %esi
	movl	start, %eax
	movzbl	(%esi), %ecx
	cmpl	%ecx, split
	jne	4f
	movl	$NEXT, %eax		/* it has been done */
4:	subl	fault_eip, %eax
	CHECK	%eax, 0, "with the next page not there: eip"
tcg:	SET_PTE	NEXT, ((HERE + 4 * PAGE_SIZE) | P_PRESENT | P_WRITE | P_USER)

	movl	at, %esi
	decl	split
	jnz	2b
	movzbl	(%esi), %ecx
	leal	1(%esi, %ecx), %esi
	jmp	1b

	/* A page behind that leads out of RAM is no reason to die. */
done:	SET_PTE	NEXT, (0xfffff000 | P_PRESENT | P_WRITE | P_USER)
	movb	$0xcb, NEXT - 1		/* retf */
	CATCH	1f
	pushl	$(KCS & ~3)
	pushl	$good
	movl	$(NEXT - 1), %eax
	jmp	*%eax
1:	NO_CATCH
	WANT_NO_FAULT "retf at the end of the last page"
	FAIL	"it went on behind it"
good:	PASS

	.section .rodata
forms:	.byte	1, 0xfa				/* cli */
	.byte	2, 0xe4, 0x80			/* in */
	.byte	3, 0x0f, 0x22, 0xc0		/* mov %eax, %cr0 */
	.byte	7, 0x0f, 0x01, 0x3d, 0, 0, 0x30, 0	/* invlpg 0x300000 */
	.byte	4, 0x2e, 0x0f, 0x20, 0xc0	/* mov %cr0, %eax */
	.byte	0

	.bss
	.balign	4
at:	.skip	4
start:	.skip	4
split:	.skip	4
