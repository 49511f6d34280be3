// SPDX-License-Identifier: GPL-2.0
/*
 * What the hostile guest does by instructions: accesses, code that is made up, far
 * transfers, segments, flags, the FPU. Most end in a trap.
 */
#include "fuzz_guest.h"

#define INT3		0xcc
#define IRET		0xcf

__u32 run_regs[8], run_target, run_flags, run_esp;

/* An access by ring 1, which may fault. */
void touch(void)
{
	__u32 at = address(), n = below(64);

	switch (below(12)) {
	case 0:
		peek(at);
		break;
	case 1:
		poke(at, at);
		break;
	case 2:
		asm volatile("lock xaddl %%eax, (%0)" : : "r" (at) : "eax", "memory");
		break;
	case 3:
		asm volatile("rep movsb" : "+D" (at), "+c" (n) : "S" (address()) : "memory");
		break;
	case 4:
		run_target = at;
		run_ring1();
	case 5:
		/* Where a table is named that is not mapped it is the end. */
		*(__u16 *)pool = rnd();
		*(__u32 *)((__u8 *)pool + 2) = ADDR(one_in(2) ? (void *)gdt : pool + 1);
		asm volatile("lgdt (%0)" : : "r" (one_in(64) ? at : ADDR(pool)) : "memory");
		break;
	case 6:
		asm volatile("sgdt (%0); sidt (%0)" : : "r" (at) : "memory");
		break;
	case 7:
		asm volatile("fxsave (%0)" : : "r" (at & ~15u) : "memory");
		break;
	case 8:
		asm volatile("fxrstor (%0)" : : "r" (at & ~15u) : "memory");
		break;
	case 9:
		asm volatile("verr %%ax; lar %%eax, %%ecx; lsl %%eax, %%edx; str %%eax; sldt %%eax"
			     : : "a" (selector()) : "ecx", "edx", "cc");
		break;
	case 10:
		/* The stack is there as something is delivered on it. */
		if (!one_in(16))
			at = ADDR(pool) + below(sizeof(pool));
		asm volatile("movl %0, %%esp; int $0x21; int3; pushl %%eax; ud2" : : "r" (at));
		__builtin_unreachable();
	case 11:
		asm volatile("les (%0), %%eax" : : "r" (at) : "eax");
		break;
	}
}

/*
 * Code that is made up, in the code page, and what lies behind it are
 * breakpoints; at the end of the page it runs into one that is not mapped.
 */
static __u8 *code_at;

static void emit(__u32 byte)
{
	/* An IRET finds its frame wherever the code before it has put the stack. */
	if (flags_mask != ~0u && (byte & 0xff) == IRET)
		byte = INT3;
	if (code_at < (__u8 *)code + PAGE)
		*code_at++ = byte;
}

static void emit32(__u32 word)
{
	emit(word);
	emit(word >> 8);
	emit(word >> 16);
	emit(word >> 24);
}

static void emit_modrm(void)
{
	__u32 modrm = rnd();

	emit(modrm);
	if ((modrm & 0xc7) == 0x05)
		emit32(address());
	else if ((modrm & 0xc0) == 0x80)
		emit32(any());
	else
		emit32(rnd());
}

static void emit_instruction(void)
{
	static const __u8 prefix[] = {
		0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65,
	};
	static const __u8 one[] = {
		0xf4, 0xfa, 0xfb, 0xcf, 0xca, 0xcb, 0xcd, 0xcc, 0xce, 0xf1, 0xe4, 0xe5, 0xe6,
		0xe7, 0xec, 0xed, 0xee, 0xef, 0x6c, 0x6d, 0x6e, 0x6f, 0x8e, 0x8c, 0x17, 0x07,
		0x1f, 0x16, 0x06, 0x0e, 0x9a, 0xea, 0xff, 0x9d, 0x9c, 0xc4, 0xc5, 0x62, 0x63,
		0xc8, 0xc9, 0x9b, 0xd9, 0xdb, 0xdd, 0xc2, 0xc3, 0x60, 0x61,
	};
	static const __u8 two[] = {
		0x00, 0x00, 0x01, 0x01, 0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b,
		0x0d, 0x20, 0x21, 0x22, 0x23, 0x24, 0x26, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35,
		0x37, 0x77, 0x78, 0x79, 0xa0, 0xa1, 0xa2, 0xa8, 0xa9, 0xaa, 0xae, 0xae, 0xb2,
		0xb4, 0xb5, 0xc7, 0xff, 0x38, 0x3a, 0x18,
	};
	__u32 i, op;

	for (i = one_in(2) ? 0 : below(5); i; i--)
		emit(PICK(prefix));
	switch (below(5)) {
	case 0:
		for (i = 0; i < 4; i++)
			emit32(rnd());
		break;
	case 1:
	case 2:
		op = PICK(one);
		emit(op);
		if (op == 0xcd)
			emit(one_in(2) ? 0x80 : rnd());
		else if (op == 0x9a || op == 0xea)
			emit32(address());
		else
			emit_modrm();
		emit32(selector());
		break;
	default:
		emit(0x0f);
		op = PICK(two);
		emit(op);
		emit_modrm();
	}
}

void run_code(void)
{
	__u32 i, flags = 2;

	for (i = 0; i < 16; i++)
		code[0].word[i] = 0xcccccccc;
	for (i = 1008; i < 1024; i++)
		code[0].word[i] = 0xcccccccc;
	code_at = (__u8 *)code;
	if (one_in(4))
		code_at += PAGE - below(20);
	run_target = (__u32)code_at;
	emit_instruction();
	if (one_in(4))
		emit_instruction();
	while (code_at < (__u8 *)code + 64)
		emit(0xcc);

	for (i = 0; i < 8; i++)
		run_regs[i] = one_in(3) ? any() : address();
	if (one_in(4))
		run_regs[2] = below(32);		/* %ecx counts */
	if (one_in(16))
		flags |= FLAG_TF;
	if (one_in(16))
		flags |= rnd();
	run_flags = flags & flags_mask;
	run_esp = one_in(4) ? address() : ADDR(&user_stack) + PAGE;
	if (one_in(4) && shared) {
		shared->irq_enabled = FLAG_IF;
		set_timer(TIMER_NS);
	}
	if (one_in(3))
		run_ring1();
	/* Ring 3 can be interrupted, always: then the timer gets us out. */
	set_timer(TIMER_NS);
	run_ring3();
}

/* A frame for IRET, or another far transfer. */
void run_transfer(void)
{
	__u32 flags = one_in(2) ? rnd() : 0x202 | 1u << below(22);

	run_regs[0] = one_in(8) ? address() : ADDR(stubs);
	run_regs[1] = one_in(2) ? selector() : CODE & ~(below(4));
	run_regs[2] = flags & flags_mask;
	run_regs[3] = one_in(4) ? address() : ADDR(&user_stack) + PAGE;
	run_regs[4] = one_in(2) ? selector() : USER_DATA;
	if (one_in(3)) {
		run_regs[0] = ADDR(code);
		run_regs[1] = USER_CODE;
		code[0].word[0] = 0x80cd80cd;
	}
	if (shared && one_in(3))
		shared->irqs |= rnd();
	switch (below(6)) {
	case 0:
		asm volatile("pushl %0; pushl %1; lret"
			     : : "r" (run_regs[1]), "r" (run_regs[0]));
		break;
	case 1:
		asm volatile("lcall *(%0)" : : "r" (run_regs) : "memory");
		break;
	case 2:
		asm volatile("ljmp *(%0)" : : "r" (run_regs) : "memory");
		break;
	default:
		run_frame();
	}
}

void load_segment(void)
{
	__u32 sel = selector(), at = ADDR(pool);

	switch (below(5)) {
	case 0:
		asm volatile("movl %0, %%ds; movl (%1), %%eax" : : "r" (sel), "r" (at) : "eax");
		break;
	case 1:
		asm volatile("movl %0, %%es; stosb" : : "r" (sel), "D" (pool), "a" (0) : "memory");
		break;
	case 2:
		asm volatile("movl %0, %%fs; movl %%fs:(%1), %%eax"
			     : : "r" (sel), "r" (at) : "eax");
		break;
	case 3:
		asm volatile("movl %0, %%gs; movl %%gs:(%1), %%eax"
			     : : "r" (sel), "r" (at) : "eax");
		break;
	case 4:
		asm volatile("movl %0, %%ss; pushl %%eax" : : "r" (sel));
		break;
	}
	/* A call, so that the host loads all of them anew. */
	asm volatile("int %0" : : "i" (LGUEST_HYPERCALL), "a" (LGUEST_HC_IRQ_WINDOW) : "memory");
	/* Back to what the compiler counts on. */
	asm volatile("jmp trap");
	__builtin_unreachable();
}

/* Numbers and control words of the FPU that raise something. */
void use_fpu(void)
{
	__u32 cw = rnd(), mxcsr = one_in(4) ? rnd() : rnd() & 0xffbf;

	asm volatile("fninit; fldcw %0; fldz; fld1; fdivp; fsqrt; fildl %1; fwait"
		     : : "m" (cw), "m" (mxcsr));
	asm volatile("ldmxcsr %0; cvtsi2ss %0, %%xmm0; sqrtss %%xmm0, %%xmm1; divss %%xmm0, %%xmm1"
		     : : "m" (mxcsr));
}

void change_flags(void)
{
	__u32 flags = one_in(2) ? rnd() : 1u << below(22);

	asm volatile("pushl %0; popfl; nop; pushl $2; popfl" : : "r" (flags) : "cc", "memory");
	if (one_in(2))
		asm volatile("sti");
	else
		asm volatile("cli");
}
