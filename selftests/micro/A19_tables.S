/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LOAD_GDT and LOAD_IDT with tables that are not in memory, end at the end of the
 * RAM, wrap around, or are larger than the host keeps. What does not work must say
 * -EFAULT and leave the old table in use; entry 0 of the GDT is null whatever the
 * table says; what lies behind entry 31 is ignored.
 */
#include "micro.h"

#define EFAULT	14

.macro GDT_IS text:req
	READ_ACCESS $UCS
	CHECK	%eax, 0xc0fb00, "the GDT after \text: LAR"
.endm

.macro IDT_IS text:req
	TRY	ud2
	WANT_VECTOR 6, "a trap after \text"
.endm

.macro GDT_BAD address:req, entries:req
	HC	LGUEST_HC_LOAD_GDT, $(\address), $(\entries)
	CHECK	%eax, -EFAULT, "LOAD_GDT \address \entries"
	GDT_IS	"\address"
.endm

.macro IDT_BAD address:req, entries:req
	HC	LGUEST_HC_LOAD_IDT, $(\address), $(\entries)
	CHECK	%eax, -EFAULT, "LOAD_IDT \address \entries"
	IDT_IS	"\address"
.endm

BEGIN
	GDT_BAD	RAM_SIZE, 1
	GDT_BAD	(RAM_SIZE - 8), 2
	GDT_BAD	0xfffffffc, 32
	GDT_BAD	0xfffffff8, 0xffffffff
	GDT_BAD	WINDOW, 32
	GDT_BAD	0x80000000, 0x20000001

	/* More than there is room for: the first 32 count. */
	movl	$DESC_LOW(0, 0xfffff), micro_gdt
	movl	$DESC_HIGH(0, 0xfffff, D_DATA | D_DPL(3)), micro_gdt + 4
	HC_OK	LGUEST_HC_LOAD_GDT, $micro_gdt, $0xffffffff
	GDT_IS	"a table of 2^32 entries"
	xorl	%ecx, %ecx
	larl	%ecx, %eax
	jz	not_null
	movl	$0x100, %ecx
	larl	%ecx, %eax
	jz	not_null
	HC	LGUEST_HC_LOAD_GDT_ENTRY, $0, $DESC_LOW(0, 0xfffff), $DESC_HIGH(0, 0xfffff, D_DATA)
	CHECK	%eax, -22, "LOAD_GDT_ENTRY 0"
	HC	LGUEST_HC_LOAD_GDT_ENTRY, $32, $DESC_LOW(0, 0xfffff), $DESC_HIGH(0, 0xfffff, D_DATA)
	CHECK	%eax, -22, "LOAD_GDT_ENTRY 32"
	HC	LGUEST_HC_LOAD_GDT_ENTRY, $0xffffffff, $0, $0
	CHECK	%eax, -22, "LOAD_GDT_ENTRY 2^32 - 1"
	HC	LGUEST_HC_LOAD_IDT_ENTRY, $256, $0, $0
	CHECK	%eax, -22, "LOAD_IDT_ENTRY 256"

	HC_OK	LGUEST_HC_LOAD_IDT, $micro_idt, $0xffffffff
	IDT_IS	"a table of 2^32 entries"
	IDT_BAD	RAM_SIZE, 1
	IDT_BAD	(RAM_SIZE - 8 * 16), 256
	IDT_BAD	0xfffffffc, 256
	IDT_BAD	WINDOW, 256
	IDT_BAD	0xfffffff8, 0xffffffff
	PASS

not_null:
	FAIL	"a descriptor where none can be"
