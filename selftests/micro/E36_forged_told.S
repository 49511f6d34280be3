/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the switcher notes of the page faults that it tells a guest of lies where a
 * segment that wraps around lets ring 1 write (see E15_window_write.S). Here that says
 * that it has told a guest that has not even named a shared page of many: the host must
 * not look for what that page would tell it. Later it is forged again, for a guest
 * that has named one but no entry: its faults come through the IDT.
 *
 * A broken host follows a null pointer, writes where the shared page would be, or
 * enters the guest at an address and with a segment that are another's.
 */
#include "micro.h"

#define WRAPS	(FREE_ENTRY * 8 + 1)
#define BASE	0x10000
#define HERE	0x800000
#define RIGHTS	(P_PRESENT | P_WRITE | P_USER)

BEGIN
	movb	$0x8e, micro_idt + 14 * 8 + 5
	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $256
	GDT_SET	FREE_ENTRY, DESC_LOW(BASE, 0xfffff), DESC_HIGH(BASE, 0xfffff, D_DATA | D_DPL(1))
	movl	$(micro_pages + RIGHTS), micro_page_dir + (HERE >> 22) * 4
	PAGING
	/* The regs page: the last that can be written. */
	movl	$WINDOW, page
1:	CATCH	2f
	movl	$WRAPS, %eax
	movl	%eax, %es
	movl	page, %edi
	lock orl $0, %es:-BASE(%edi)
2:	NO_CATCH
	cmpl	$NO_FAULT, fault_vector
	jne	3f
	movl	%edi, regs
3:	addl	$PAGE_SIZE, page
	jnz	1b
	cmpl	$0, regs
	jne	4f
	ERROR	"no page of the window can be written"

4:	call	forge
	call	look
	INTERRUPTS
	call	forge
	call	look
	call	forge
	HC	999
	CHECK	%eax, -95, "unknown hypercall"
	PASS

/* The page that it was told of last; then how many faults it was told of. */
forge:	movl	$WRAPS, %eax
	movl	%eax, %es
	movl	regs, %edi
	subl	$BASE, %edi
	movl	$0, %es:(%edi)
	movl	$-1, %es:4(%edi)
	movl	$KDS, %eax
	movl	%eax, %es
	ret

look:	RING3	program
	WANT_FAULT 14, 6, "a write to a page that is not there"
	CHECK	fault_cr2, HERE, "CR2"
	CHECK	fault_cs, UCS, "cs"
	ret

program:
	movl	%eax, HERE
	BACK

	.data
	.balign	4
page:	.long	0
regs:	.long	0
