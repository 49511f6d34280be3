// SPDX-License-Identifier: GPL-2.0
/* Tests of emulate.c, which includes this file. */
#include <linux/string.h>
#include "guest.h"

/* The registers' values, by number; %ebp and %esp, too, differ from all others. */
#define REG(_n)	(0x1000u * ((_n) + 1))

/* Segments, by index in the GDT. Each has a base of its own. */
enum { SEG_NONE, SEG_CS, SEG_DS, SEG_ES, SEG_SS, SEG_FS, SEG_GS, SEG_CODE16 };
#define BASE(_s) (0x10000000u * (_s))

static struct lg_vcpu *test_vcpu(struct kunit *test, struct lg_guest *g)
{
	struct lg_vcpu *vcpu = g->vcpu[0];
	unsigned int i;

	for (i = SEG_CS; i <= SEG_CODE16; i++) {
		vcpu->gdt[i] = (struct desc_struct){
			.limit0 = 0xffff, .limit1 = 0xf, .g = 1, .p = 1, .s = 1,
			.d = i != SEG_CODE16, .dpl = LG_KERNEL_RPL,
			.type = i == SEG_CS || i == SEG_CODE16 ? 0xb : 0x3,
			.base2 = BASE(i) >> 24,
		};
	}
	vcpu->gdt[SEG_CS].base2 = 0;
	vcpu->regs = (struct lg_regs){
		.eax = REG(0), .ecx = REG(1), .edx = REG(2), .ebx = REG(3),
		.esp = REG(4), .ebp = REG(5), .esi = REG(6), .edi = REG(7),
		.cs = SEG_CS * 8 + 1, .ds = SEG_DS * 8 + 1, .es = SEG_ES * 8 + 1,
		.ss = SEG_SS * 8 + 1, .fs = SEG_FS * 8 + 1, .gs = SEG_GS * 8 + 1,
	};
	vcpu->cr0 = X86_CR0_PE | X86_CR0_ET;
	return vcpu;
}

static void emulate_test_gpr(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	unsigned int n;

	for (n = 0; n < 8; n++)
		KUNIT_EXPECT_EQ(test, *gpr(vcpu, n), REG(n));
	/* The registers of 64-bit code do not lie behind them. */
	KUNIT_EXPECT_PTR_EQ(test, gpr(vcpu, 8), gpr(vcpu, 0));
}

static void emulate_test_prefixes(struct kunit *test)
{
	static const struct {
		const char *code;
		u32 len, want;
	} cases[] = {
		{ "\xcd", 0, 0 },
		{ "\xcd\x80", 2, 0 },
		{ "\x66\xcd\x80", 3, 1 },
		{ "\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3\xcd", 12, 11 },
		{ "\x66\x66\x66\x66", 4, 4 },
		{ "\x66\x66\x66\x66", 2, 2 },
		/* Neighbours of prefixes, and what is one in 64-bit code only. */
		{ "\x63", 1, 0 }, { "\x68", 1, 0 }, { "\xf1", 1, 0 }, { "\xf4", 1, 0 },
		{ "\x27", 1, 0 }, { "\x40", 1, 0 }, { "\x48", 1, 0 }, { "\x0f", 1, 0 },
		/* A prefix behind the opcode is none. */
		{ "\x66\xcd\x66", 3, 1 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, prefixes(cases[i].code, cases[i].len),
				    cases[i].want, "case %u", i);
}

static void decode(struct kunit *test, struct insn *insn, u8 *code, const char *bytes, u32 len)
{
	memset(code, 0, MAX_INSN_SIZE + 1);
	memcpy(code, bytes, len);
	KUNIT_ASSERT_EQ(test, 0, insn_decode(insn, code, MAX_INSN_SIZE, INSN_MODE_32));
	KUNIT_EXPECT_EQ(test, (u32)insn->length, len);
}

/* Bytes may be zero: as many as there are. */
#define CODE(_s)	.code = (_s), .len = sizeof(_s) - 1

/* INVLPG (0F 01 /7) with each kind of operand. */
static const struct operand_case {
	const char *name;
	const char *code;
	u32 len;
	u32 addr;	/* 0: none that is handled */
} operand_cases[] = {
	{ "(%eax)", CODE("\x0f\x01\x38"), BASE(SEG_DS) + REG(0) },
	{ "(%edi)", CODE("\x0f\x01\x3f"), BASE(SEG_DS) + REG(7) },
	{ "disp32", CODE("\x0f\x01\x3d\x78\x56\x34\x12"), BASE(SEG_DS) + 0x12345678 },
	{ "8(%ecx)", CODE("\x0f\x01\x79\x08"), BASE(SEG_DS) + REG(1) + 8 },
	{ "-8(%ecx)", CODE("\x0f\x01\x79\xf8"), BASE(SEG_DS) + REG(1) - 8 },
	{ "disp32(%edx)", CODE("\x0f\x01\xba\x00\x00\x00\x80"),
	  BASE(SEG_DS) + REG(2) + 0x80000000 },
	{ "0(%ebp)", CODE("\x0f\x01\x7d\x00"), BASE(SEG_SS) + REG(5) },
	{ "disp32(%ebp)", CODE("\x0f\x01\xbd\x01\x00\x00\x00"), BASE(SEG_SS) + REG(5) + 1 },
	{ "(%esp)", CODE("\x0f\x01\x3c\x24"), BASE(SEG_SS) + REG(4) },
	{ "4(%esp)", CODE("\x0f\x01\x7c\x24\x04"), BASE(SEG_SS) + REG(4) + 4 },
	{ "(%eax,%ebx,1)", CODE("\x0f\x01\x3c\x18"), BASE(SEG_DS) + REG(0) + REG(3) },
	{ "(%eax,%ebx,8)", CODE("\x0f\x01\x3c\xd8"), BASE(SEG_DS) + REG(0) + 8 * REG(3) },
	{ "(%eax,%ebp,2)", CODE("\x0f\x01\x3c\x68"), BASE(SEG_DS) + REG(0) + 2 * REG(5) },
	{ "(%esp,%eax,4)", CODE("\x0f\x01\x3c\x84"), BASE(SEG_SS) + REG(4) + 4 * REG(0) },
	{ "(%eax), index that is none", CODE("\x0f\x01\x3c\x20"), BASE(SEG_DS) + REG(0) },
	{ "disp32(,%esi,4)", CODE("\x0f\x01\x3c\xb5\x10\x00\x00\x00"),
	  BASE(SEG_DS) + 4 * REG(6) + 0x10 },
	{ "0(%ebp,%esi,4)", CODE("\x0f\x01\x7c\xb5\x00"), BASE(SEG_SS) + REG(5) + 4 * REG(6) },
	{ "%es:(%eax)", CODE("\x26\x0f\x01\x38"), BASE(SEG_ES) + REG(0) },
	{ "%cs:(%eax)", CODE("\x2e\x0f\x01\x38"), REG(0) },
	{ "%ss:(%eax)", CODE("\x36\x0f\x01\x38"), BASE(SEG_SS) + REG(0) },
	{ "%ds:0(%ebp)", CODE("\x3e\x0f\x01\x7d\x00"), BASE(SEG_DS) + REG(5) },
	{ "%fs:(%eax)", CODE("\x64\x0f\x01\x38"), BASE(SEG_FS) + REG(0) },
	{ "%gs:(%eax)", CODE("\x65\x0f\x01\x38"), BASE(SEG_GS) + REG(0) },
	{ "a register", CODE("\x0f\x01\xf8"), 0 },
	{ "16-bit addressing", CODE("\x67\x0f\x01\x3f"), 0 },
};

static void operand_case_name(const struct operand_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(operand, operand_cases, operand_case_name);

static void emulate_test_operand(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	const struct operand_case *c = test->param_value;
	u8 code[MAX_INSN_SIZE + 1];
	struct operand o = { };
	struct insn insn;

	decode(test, &insn, code, c->code, c->len);
	KUNIT_EXPECT_EQ(test, find_operand(vcpu, &insn, &o), c->addr != 0);
	KUNIT_EXPECT_EQ(test, o.addr, c->addr);
}

/* Through a null segment there is no access, whatever its RPL. */
static void emulate_test_null_segment(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	u8 code[MAX_INSN_SIZE + 1];
	struct insn insn;
	struct operand o;

	decode(test, &insn, code, "\x0f\x01\x38", 3);
	for (vcpu->regs.ds = 0; vcpu->regs.ds < 4; vcpu->regs.ds++)
		KUNIT_EXPECT_FALSE(test, find_operand(vcpu, &insn, &o));
	/* The high half of what PUSH stores is not part of it. */
	vcpu->regs.ds = 0xffff0003;
	KUNIT_EXPECT_FALSE(test, find_operand(vcpu, &insn, &o));
}

/* Nothing is at any port: as many ones as bytes were asked for. */
static void emulate_test_port(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	static const struct {
		u8 op;
		unsigned int bytes;
		u32 eax;
	} cases[] = {
		{ 0xe4, 4, 0x123456ff }, { 0xec, 4, 0x123456ff }, { 0xec, 2, 0x123456ff },
		{ 0xe5, 4, 0xffffffff }, { 0xed, 4, 0xffffffff }, { 0xed, 2, 0x1234ffff },
		{ 0xe6, 4, 0x12345600 }, { 0xe7, 4, 0x12345600 }, { 0xee, 4, 0x12345600 },
		{ 0xef, 2, 0x12345600 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vcpu->regs.eax = 0x12345600;
		KUNIT_EXPECT_EQ(test, 0, port(vcpu, cases[i].op, cases[i].bytes));
		KUNIT_EXPECT_EQ_MSG(test, vcpu->regs.eax, cases[i].eax, "case %u", i);
	}
}

static int run_bytes(struct kunit *test, struct lg_vcpu *vcpu, const char *bytes, u32 len)
{
	u8 code[MAX_INSN_SIZE + 1];
	struct insn insn;

	memset(code, 0, sizeof(code));
	memcpy(code, bytes, len);
	KUNIT_ASSERT_EQ(test, 0, insn_decode(&insn, code, MAX_INSN_SIZE, INSN_MODE_32));
	return insn.opcode.nbytes == 1 ? one_byte(vcpu, &insn) : two_byte(vcpu, &insn);
}

#define run(_test, _vcpu, _s)	run_bytes(_test, _vcpu, _s, sizeof(_s) - 1)

static void emulate_test_flags_and_halt(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	u32 eip = vcpu->regs.eip;

	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\xfb\x90"));
	KUNIT_EXPECT_TRUE(test, lg_virtual_if(vcpu));
	KUNIT_EXPECT_FALSE(test, vcpu->halted);
	KUNIT_EXPECT_EQ(test, vcpu->regs.eip, eip);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\xfa\xf4"));
	KUNIT_EXPECT_FALSE(test, lg_virtual_if(vcpu));
	KUNIT_EXPECT_FALSE(test, vcpu->halted);
	/* STI and HLT are one. */
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\xfb\xf4"));
	KUNIT_EXPECT_TRUE(test, vcpu->halted);
	KUNIT_EXPECT_EQ(test, vcpu->regs.eip, eip + 1);
	vcpu->halted = false;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\xf4"));
	KUNIT_EXPECT_TRUE(test, vcpu->halted);

	/* With an error code it was something else that faulted. */
	vcpu->regs.error = 8;
	vcpu->halted = false;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\xf4"));
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\xfa"));
	KUNIT_EXPECT_FALSE(test, vcpu->halted);
	KUNIT_EXPECT_TRUE(test, lg_virtual_if(vcpu));
}

/* Of all MSRs there is one bit of one. */
static void emulate_test_msr(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));

	vcpu->cr4 = 0;
	vcpu->regs.ecx = MSR_EFER;
	vcpu->regs.eax = ~0u;
	vcpu->regs.edx = ~0u;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x30"));
	KUNIT_EXPECT_EQ(test, vcpu->efer, (u64)EFER_NX);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x32"));
	KUNIT_EXPECT_EQ(test, vcpu->regs.eax, (u32)EFER_NX);
	KUNIT_EXPECT_EQ(test, vcpu->regs.edx, 0);

	vcpu->regs.ecx = MSR_IA32_SYSENTER_CS;
	vcpu->regs.eax = 0;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x30"));
	KUNIT_EXPECT_EQ(test, vcpu->efer, (u64)EFER_NX);
	vcpu->regs.eax = ~0u;
	vcpu->regs.edx = ~0u;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x32"));
	KUNIT_EXPECT_EQ(test, vcpu->regs.eax, 0);
	KUNIT_EXPECT_EQ(test, vcpu->regs.edx, 0);
}

static void emulate_test_special_registers(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));

	vcpu->cr3 = 0x345000;
	vcpu->guest_cr2 = 0xdeadbeef;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x20\xd1"));	/* cr2, ecx */
	KUNIT_EXPECT_EQ(test, vcpu->regs.ecx, 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x20\xdf"));	/* cr3, edi */
	KUNIT_EXPECT_EQ(test, vcpu->regs.edi, 0x345000);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x22\xd6"));	/* esi, cr2 */
	KUNIT_EXPECT_EQ(test, vcpu->guest_cr2, REG(6));

	/* CR0: bits that are none stay clear, ET stays set. */
	vcpu->regs.eax = X86_CR0_PE | X86_CR0_TS | BIT(10);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x22\xc0"));
	KUNIT_EXPECT_EQ(test, vcpu->cr0, (u32)(X86_CR0_PE | X86_CR0_ET | X86_CR0_TS));
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x06"));		/* clts */
	KUNIT_EXPECT_EQ(test, vcpu->cr0, (u32)(X86_CR0_PE | X86_CR0_ET));
	/* LMSW %ax: the lower four bits, and PE does not go. */
	vcpu->regs.eax = X86_CR0_MP | X86_CR0_TS | X86_CR0_NE;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x01\xf0"));
	KUNIT_EXPECT_EQ(test, vcpu->cr0,
			(u32)(X86_CR0_PE | X86_CR0_ET | X86_CR0_MP | X86_CR0_TS));

	/* CR4: what needs no new shadow. */
	vcpu->regs.eax = X86_CR4_TSD;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x22\xe0"));
	KUNIT_EXPECT_EQ(test, vcpu->cr4, (u32)X86_CR4_TSD);

	/* DR4 is DR6, and a store to DR7 has no effect but to be read again. */
	vcpu->dr[6] = 0xffff0ff0;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x21\xe3"));	/* dr4, ebx */
	KUNIT_EXPECT_EQ(test, vcpu->regs.ebx, 0xffff0ff0);
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x0f\x23\xea"));	/* edx, dr5 */
	KUNIT_EXPECT_EQ(test, vcpu->dr[7], REG(2));
	KUNIT_EXPECT_EQ(test, vcpu->dr[5], 0);
}

static void emulate_test_no_real_mode(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, 1);
	struct lg_vcpu *vcpu = test_vcpu(test, g);

	vcpu->regs.eax = X86_CR0_ET;
	KUNIT_EXPECT_LT(test, run(test, vcpu, "\x0f\x22\xc0"), 0);
	KUNIT_EXPECT_TRUE(test, g->dead);
	KUNIT_EXPECT_TRUE(test, vcpu->cr0 & X86_CR0_PE);
}

#ifndef CONFIG_X86_PAE
static void emulate_test_pae_needs_pae(struct kunit *test)
{
	struct lg_guest *g = lg_test_guest(test, 1);
	struct lg_vcpu *vcpu = test_vcpu(test, g);

	vcpu->regs.eax = X86_CR4_PAE;
	KUNIT_EXPECT_LT(test, run(test, vcpu, "\x0f\x22\xe0"), 0);
	KUNIT_EXPECT_TRUE(test, g->dead);
	KUNIT_EXPECT_FALSE(test, vcpu->cr4 & X86_CR4_PAE);
}
#endif

static void emulate_test_not_ours(struct kunit *test)
{
	static const struct {
		const char *code;
		u32 len;
	} cases[] = {
		{ CODE("\x90") },			/* nop */
		{ CODE("\x66\xcf") },			/* iretw */
		{ CODE("\x66\xcb") },			/* lretw */
		{ CODE("\x66\x17") },			/* pop %ss, of 16 bits */
		{ CODE("\x8e\x10") },			/* mov (%eax), %ss */
		{ CODE("\x8e\xd8") },			/* mov %eax, %ds */
		{ CODE("\x0f\x0b") },			/* ud2 */
		{ CODE("\x0f\x00\xd0") },		/* lldt, not null */
		{ CODE("\x0f\x00\x10") },		/* lldt (%eax) */
		{ CODE("\x0f\x00\xc0") },		/* sldt */
		{ CODE("\x0f\x01\xf8") },		/* swapgs */
	};
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));
	struct lg_regs was = vcpu->regs;
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ret = run_bytes(test, vcpu, cases[i].code, cases[i].len);
		KUNIT_EXPECT_EQ_MSG(test, ret, LG_NOT_OURS, "case %u", i);
		KUNIT_EXPECT_MEMEQ(test, &vcpu->regs, &was, sizeof(was));
	}
}

/* Selectors of RPL 0 are what code for ring 0 says; others fault as they should. */
static void emulate_test_load_ss(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));

	vcpu->regs.eax = SEG_DS * 8;
	KUNIT_EXPECT_EQ(test, 0, run(test, vcpu, "\x8e\xd0"));
	KUNIT_EXPECT_EQ(test, vcpu->regs.ss, SEG_DS * 8 + LG_KERNEL_RPL);
	vcpu->regs.eax = SEG_ES * 8 + 3;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	vcpu->regs.eax = SEG_CS * 8;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	vcpu->regs.eax = SEG_NONE;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	vcpu->regs.eax = GDT_ENTRIES * 8;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	vcpu->regs.eax = SEG_DS * 8 + SEGMENT_TI_MASK;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	vcpu->gdt[SEG_ES].dpl = 3;
	vcpu->regs.eax = SEG_ES * 8;
	KUNIT_EXPECT_EQ(test, LG_NOT_OURS, run(test, vcpu, "\x8e\xd0"));
	KUNIT_EXPECT_EQ(test, vcpu->regs.ss, SEG_DS * 8 + LG_KERNEL_RPL);
}

static void emulate_test_code32(struct kunit *test)
{
	struct lg_vcpu *vcpu = test_vcpu(test, lg_test_guest(test, 1));

	KUNIT_EXPECT_TRUE(test, in_code32(vcpu));
	vcpu->regs.cs = SEG_CODE16 * 8 + 1;
	KUNIT_EXPECT_FALSE(test, in_code32(vcpu));
	vcpu->regs.cs = SEG_CS * 8 + SEGMENT_TI_MASK + 1;
	KUNIT_EXPECT_FALSE(test, in_code32(vcpu));
}

/* Instructions at the start and at the end of a guest's memory. */
static void emulate_test_int_length(struct kunit *test)
{
	static const struct {
		const char *code;
		u32 len, want;
	} cases[] = {
		{ CODE("\xcd\x80"), 2 },
		{ CODE("\x66\xcd\x80"), 3 },
		{ CODE("\x2e\x2e\x2e\x2e\x2e\x2e\xcd\x21"), 8 },
		{ CODE("\xf0\xcd\x80"), 3 },
		{ CODE("\xcc"), 0 },
		{ CODE("\xce"), 0 },
		{ CODE("\x0f\xcd"), 0 },
		{ CODE("\x90\xcd\x80"), 0 },
	};
	struct lg_vcpu *vcpu;
	struct lg_guest *g;
	unsigned int i;

	if (!lg_window_start())
		kunit_skip(test, "lg has not started on this machine");
	g = lg_test_guest_ram(test, 1);
	vcpu = test_vcpu(test, g);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		vcpu->regs.eip = 0;
		lg_test_put(test, g, 0, cases[i].code, cases[i].len);
		KUNIT_EXPECT_EQ_MSG(test, lg_int_length(vcpu), cases[i].want, "case %u", i);
		vcpu->regs.eip = PAGE_SIZE - cases[i].len;
		lg_test_put(test, g, vcpu->regs.eip, cases[i].code, cases[i].len);
		KUNIT_EXPECT_EQ_MSG(test, lg_int_length(vcpu), cases[i].want,
				    "case %u, at the end", i);
	}
}

/* MOV to and from CR and DR has no memory operand, whatever mod says. */
static void emulate_test_fetch(struct kunit *test)
{
	u8 code[MAX_INSN_SIZE + 1];
	struct lg_vcpu *vcpu;
	struct lg_guest *g;
	struct insn insn;

	if (!lg_window_start())
		kunit_skip(test, "lg has not started on this machine");
	g = lg_test_guest_ram(test, 1);
	vcpu = test_vcpu(test, g);
	lg_test_put(test, g, 0, "\x0f\x20\x05", 3);
	KUNIT_EXPECT_EQ(test, 0, fetch(vcpu, code, &insn));
	KUNIT_EXPECT_EQ(test, (u32)insn.length, 3);
	KUNIT_EXPECT_EQ(test, (u32)code[2], 0xc5);
	lg_test_put(test, g, 0, "\x0f\x1f\x05", 3);
	KUNIT_EXPECT_EQ(test, 0, fetch(vcpu, code, &insn));
	KUNIT_EXPECT_EQ(test, (u32)insn.length, 7);
	/* The last byte of all is enough for this one. */
	vcpu->regs.eip = PAGE_SIZE - 1;
	lg_test_put(test, g, vcpu->regs.eip, "\xf4", 1);
	KUNIT_EXPECT_EQ(test, 0, fetch(vcpu, code, &insn));
	KUNIT_EXPECT_EQ(test, (u32)insn.length, 1);
	/* The immediate of this one is not there. */
	lg_test_put(test, g, vcpu->regs.eip, "\xe4", 1);
	KUNIT_EXPECT_LT(test, fetch(vcpu, code, &insn), 0);
	vcpu->regs.eip = PAGE_SIZE;
	KUNIT_EXPECT_LT(test, fetch(vcpu, code, &insn), 0);
}

static struct kunit_case emulate_tests[] = {
	KUNIT_CASE(emulate_test_gpr),
	KUNIT_CASE(emulate_test_prefixes),
	KUNIT_CASE_PARAM(emulate_test_operand, operand_gen_params),
	KUNIT_CASE(emulate_test_null_segment),
	KUNIT_CASE(emulate_test_port),
	KUNIT_CASE(emulate_test_flags_and_halt),
	KUNIT_CASE(emulate_test_msr),
	KUNIT_CASE(emulate_test_special_registers),
	KUNIT_CASE(emulate_test_no_real_mode),
#ifndef CONFIG_X86_PAE
	KUNIT_CASE(emulate_test_pae_needs_pae),
#endif
	KUNIT_CASE(emulate_test_not_ours),
	KUNIT_CASE(emulate_test_load_ss),
	KUNIT_CASE(emulate_test_code32),
	KUNIT_CASE(emulate_test_int_length),
	KUNIT_CASE(emulate_test_fetch),
	{ }
};

static struct kunit_suite emulate_suite = {
	.name = "lguest_emulate",
	.test_cases = emulate_tests,
};

kunit_test_suite(emulate_suite);
