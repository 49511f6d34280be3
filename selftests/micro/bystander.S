/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The innocent guest that runs beside every test. For ever it sums up a buffer
 * and looks at all that a processor keeps for it: registers, flags, segments, the
 * FPU and SSE registers, CR2 and debug registers. Then it sleeps until its timer
 * wakes it. Each few rounds it prints
 *
 *	alive ROUND SUM
 *
 * in hex, which the runner compares with what it has computed itself
 * (oracle.c). It says "Test result: FAILURE ..." and ends if anything is
 * not as it has to be.
 */
#include "micro.h"

#define WORDS		16384		/* as in oracle.c */
#define SEED		0x600d
#define FACTOR		1664525
#define STEP		1013904223
#define ROUND_NS	4000000
#define ROUNDS		4		/* per line */
#define BUFFER		0x200000	/* below: zero, but for page tables */

BEGIN
	PAGING
	movl	$BUFFER, %edi
	movl	$SEED, %eax
	movl	$WORDS, %ecx
1:	stosl
	imull	$FACTOR, %eax
	addl	$STEP, %eax
	loop	1b

	/* State that nobody else has. */
	movl	$0xb1570001, %eax
	movl	%eax, %dr0
	movl	$0xb1570002, %eax
	movl	%eax, %dr3
	GDT_SET	FREE_ENTRY, DESC_LOW(BUFFER, 0xf), DESC_HIGH(BUFFER, 0xf, D_DATA)
	movl	$(FREE_ENTRY * 8 + 1), %eax
	movl	%eax, %fs
	movl	$UDS, %eax
	movl	%eax, %gs
	fninit
	fldpi
	movl	$1, %eax
	cpuid
	btl	$25, %edx
	jnc	2f
	movl	$0x600, %eax		/* OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	movl	$1, sse
	movups	pattern, %xmm0
	movups	pattern + 4, %xmm3
	movups	pattern + 8, %xmm7
2:	INTERRUPTS
	HANDLER	VECTOR_IRQ, woken

round:
	movl	$0xb1570003, %eax
	movl	%eax, %cr2
	movl	$BUFFER, %esi
	movl	$WORDS, %ecx
	xorl	%edx, %edx
	movl	$0x11111111, %ebx
	movl	$0x22222222, %edi
	movl	$0x33333333, %ebp
1:	lodsl
	addl	%eax, %edx
	roll	$1, %edx
	loop	1b
	movl	%edx, sum

	CHECK	%ebx, 0x11111111, "ebx"
	CHECK	%edi, 0x22222222, "edi"
	CHECK	%ebp, 0x33333333, "ebp"
	CHECK	%esi, (BUFFER + 4 * WORDS), "esi"
	movl	%cs, %eax
	CHECK	%eax, KCS, "cs"
	movl	%ds, %eax
	CHECK	%eax, KDS, "ds"
	movl	%fs, %eax
	CHECK	%eax, (FREE_ENTRY * 8 + 1), "fs"
	CHECK	%fs:0, SEED, "a word at fs"
	movl	%gs, %eax
	CHECK	%eax, UDS, "gs"
	movl	%cr2, %eax
	CHECK	%eax, 0xb1570003, "cr2"
	movl	%dr0, %eax
	CHECK	%eax, 0xb1570001, "dr0"
	movl	%dr3, %eax
	CHECK	%eax, 0xb1570002, "dr3"
	xorl	%eax, %eax		/* known arithmetic flags */
	pushfl
	popl	%eax
	CHECK	%eax, 0x246, "eflags"
	movl	catch_eip, %eax
	CHECK	%eax, 0, "a word that was never written"

	fldpi
	fucomp	%st(1)
	fnstsw	%ax
	andl	$0x4500, %eax
	CHECK	%eax, 0x4000, "st0 is pi"
	fnstcw	word
	CHECK	word, 0x37f, "fpu control word"
	cmpl	$0, sse
	je	2f
	movups	%xmm0, word
	CHECK	word, 0x01234567, "xmm0"
	movups	%xmm3, word
	CHECK	word, 0x89abcdef, "xmm3"
	movups	%xmm7, word
	CHECK	word + 4, 0x76543210, "xmm7"
	stmxcsr	word
	CHECK	word, 0x1f80, "mxcsr"

	/* Sleep until the next round. */
2:	addl	$ROUND_NS, next
	adcl	$0, next + 4
	HC_OK	LGUEST_HC_SET_TIMER, next, next + 4
	movl	$LGUEST_HC_HALT, %eax
	IRQ_ON
halt:	int	$LGUEST_HYPERCALL
	IRQ_OFF
	CHECK	fault_cs, (KCS & ~3), "cs in the frame"
	CHECK	fault_vector, VECTOR_IRQ, "vector"

	incl	rounds
	testl	$(ROUNDS - 1), rounds
	jnz	round
	movl	rounds, %eax
	leal	text + 6, %edi
	call	hex
	movl	sum, %eax
	leal	text + 15, %edi
	call	hex
	HC_OK	LGUEST_HC_CONSOLE, $text, $(text_end - text)
	jmp	round

/* An interrupt that comes before the halt must not be waited for. */
woken:
	xorl	%eax, %eax
	xchgl	%eax, micro_shared + SHARED_IRQS
	CHECK	%eax, (1 << LGUEST_IRQ_TIMER), "interrupts raised"
	cmpl	$halt, FRAME_EIP(%ebp)
	jne	1f
	addl	$2, FRAME_EIP(%ebp)
1:	ret

hex:	movl	$8, %ecx
1:	roll	$4, %eax
	movl	%eax, %edx
	andl	$0xf, %edx
	movb	digits(%edx), %dl
	movb	%dl, (%edi)
	incl	%edi
	loop	1b
	ret

	.data
	.balign	16
pattern: .long	0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210, 0x0f1e2d3c, 0x4b5a6978
	.fill	4, 4, 0
digits:	.ascii	"0123456789abcdef"
text:	.ascii	"alive 00000000 00000000\n"
text_end:
	.balign	8
next:	.quad	0
rounds:	.long	0
sum:	.long	0
sse:	.long	0
word:	.fill	4, 4, 0
