/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that sleeps 60 times, while others use the same registers, finds in them what
 * it left there, and nothing of others: values in all of x87 and SSE, and after an
 * FNINIT no pointer to anybody's last x87 instruction. Some AMD processors, and QEMU,
 * do not load that pointer: there the host executes an instruction of its own first
 * (X86_BUG_FXSAVE_LEAK), always the same; so an address of the host's kernel may show,
 * but one of another guest or program must not.
 */
#include "micro.h"

	EXPECT	"cpu=sse"

#define SLEEPS	60
#define STEP_NS	2000000

#define PAGE_OFFSET	0xc0000000

.macro OWN_OR_HOST value:req, text:req
	cmpl	$PAGE_OFFSET, \value
	jae	.Lhost\@
	CHECK	\value, 0, "\text"
.Lhost\@:
.endm

BEGIN
	movl	$0x600, %eax
	movl	%eax, %cr4
	INTERRUPTS
	fninit
	fldpi
	fldl2e
	fldl2t
	fldlg2
	fldln2
	fld1
	fldz
	fldpi
i = 0
.irp reg, xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7
	movups	pattern + 4 * i, %\reg
	i = i + 1
.endr
	movl	$0x7f80, word		/* round to zero */
	ldmxcsr	word
	fxsave	before

sleep:	addl	$STEP_NS, next
	adcl	$0, next + 4
	HC_OK	LGUEST_HC_SET_TIMER, next, next + 4
	HANDLER	VECTOR_IRQ, woken
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	fxsave	after
	movl	$before, %esi
	movl	$after, %edi
	movl	$(288 / 4), %ecx
	repe cmpsl
	jne	differs
	decl	sleeps
	jnz	sleep

	/* Others run here meanwhile; an empty FPU has no pointers. */
	movl	$SLEEPS, sleeps
1:	fninit
	HC_OK	LGUEST_HC_FLUSH, $LGUEST_FLUSH_ALL
	fnstenv	env
	OWN_OR_HOST env + 12, "instruction pointer after fninit"
	OWN_OR_HOST env + 20, "data pointer after fninit"
	CHECK_BITS env + 8, 0xffff, 0xffff, "tags after fninit"
	decl	sleeps
	jnz	1b
	PASS

differs:
	subl	$(after + 4), %edi
	PRINT_HEX "offset", %edi
	PRINT_HEX "was", before(%edi)
	PRINT_HEX "is", after(%edi)
	FAIL	"a register has changed"

woken:	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	/* It may come before the halt, which then must not wait. */
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	2f
	addl	$2, FRAME_EIP(%ebp)
2:	ret

	.data
	.balign	16
before:	.skip	512
after:	.skip	512
pattern: .long	0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210, 0x0f1e2d3c, 0x4b5a6978
	.long	0x11111111, 0x22222222, 0x33333333, 0x44444444, 0x55555555
env:	.skip	28
word:	.long	0
sleeps:	.long	SLEEPS
	.balign	8
next:	.quad	0
