// SPDX-License-Identifier: GPL-2.0
/*
 * Privileged instructions of ring 1. They carry the decompressor and the first
 * code of a kernel, which know nothing of the host, and the rare spots that
 * have no hook later. Instructions that only read, such as SGDT, do not fault.
 */
#include <asm/debugreg.h>
#include <asm/inat.h>
#include <asm/insn.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/trapnr.h>
#include "lg.h"

/* What software can change of DR6. */
#define DR6_WRITABLE	(DR_TRAP_BITS | DR_STEP | 0xa000)

#define CR4_ALLOWED	(X86_CR4_VME | X86_CR4_PVI | X86_CR4_TSD | X86_CR4_DE | \
			 X86_CR4_PSE | X86_CR4_PAE | X86_CR4_MCE | X86_CR4_PGE | X86_CR4_PCE | \
			 X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | X86_CR4_UMIP)
#define CR0_ALLOWED	(X86_CR0_PE | X86_CR0_MP | X86_CR0_EM | X86_CR0_TS | \
			 X86_CR0_ET | X86_CR0_NE | X86_CR0_WP | X86_CR0_AM | \
			 X86_CR0_NW | X86_CR0_CD | X86_CR0_PG)

/* Register by its number in an instruction. */
static u32 *gpr(struct lg_vcpu *vcpu, unsigned int n)
{
	struct lg_regs *r = &vcpu->regs;
	u32 *const regs[8] = {
		&r->eax, &r->ecx, &r->edx, &r->ebx, &r->esp, &r->ebp, &r->esi, &r->edi,
	};

	return regs[n & 7];
}

/* An operand in memory. */
struct operand {
	u32 seg;
	u32 offset;
	u32 addr;	/* linear */
	bool stack;	/* through SS */
};

/* 32-bit addressing only. */
static bool find_operand(struct lg_vcpu *vcpu, struct insn *insn, struct operand *o)
{
	unsigned int mod = X86_MODRM_MOD(insn->modrm.value);
	unsigned int rm = X86_MODRM_RM(insn->modrm.value);
	u32 seg = vcpu->regs.ds, ea = 0;
	bool stack = false;
	insn_byte_t p;

	if (mod == 3 || insn->addr_bytes != 4)
		return false;
	if (rm == 4) {
		unsigned int base = X86_SIB_BASE(insn->sib.value);
		unsigned int index = X86_SIB_INDEX(insn->sib.value);

		if (base != 5 || mod != 0)
			ea = *gpr(vcpu, base);
		if (index != 4)
			ea += *gpr(vcpu, index) << X86_SIB_SCALE(insn->sib.value);
		stack = base == 4 || (base == 5 && mod != 0);
	} else if (rm != 5 || mod != 0) {
		ea = *gpr(vcpu, rm);
		stack = rm == 5;
	}
	if (stack)
		seg = vcpu->regs.ss;
	ea += insn->displacement.value;

	for_each_insn_prefix(insn, p) {
		switch (p) {
		case 0x26:
			seg = vcpu->regs.es;
			break;
		case 0x2e:
			seg = vcpu->regs.cs;
			break;
		case 0x36:
			seg = vcpu->regs.ss;
			break;
		case 0x3e:
			seg = vcpu->regs.ds;
			break;
		case 0x64:
			seg = vcpu->regs.fs;
			break;
		case 0x65:
			seg = vcpu->regs.gs;
			break;
		default:
			continue;
		}
		stack = p == 0x36;
	}
	/* Through a null segment there is no access: the fault is the guest's. */
	if (!(seg & 0xfffc))
		return false;
	*o = (struct operand){ seg, ea, lg_segment_base(vcpu, seg) + ea, stack };
	return true;
}

static int set_cr0(struct lg_vcpu *vcpu, u32 value)
{
	u32 changed;

	/* Bits that are none stay clear; to set them is no fault. */
	value &= CR0_ALLOWED;
	changed = vcpu->cr0 ^ value;
	if (!(value & X86_CR0_PE))
		return lg_kill_at(vcpu, "CR0.PE cleared: no real mode");
	if ((value & (X86_CR0_NW | X86_CR0_CD)) == X86_CR0_NW)
		return lg_refuse(vcpu, X86_TRAP_GP);
	vcpu->cr0 = value | X86_CR0_ET;
	if (lg_pae(vcpu) && (changed & (X86_CR0_CD | X86_CR0_NW)))
		changed |= X86_CR0_PG;		/* loads PDPTEs, too */
	return changed & X86_CR0_PG ? lg_shadow_mode_changed(vcpu) : 0;
}

static int set_cr4(struct lg_vcpu *vcpu, u32 value)
{
	u32 changed = vcpu->cr4 ^ value;

	if ((value & X86_CR4_PAE) && !IS_ENABLED(CONFIG_X86_PAE))
		return lg_kill_at(vcpu, "CR4.PAE set: a guest with PAE needs a host with PAE");
	if (value & ~CR4_ALLOWED)
		return lg_refuse(vcpu, X86_TRAP_GP);
	vcpu->cr4 = value;
	return changed & (X86_CR4_PSE | X86_CR4_PAE | X86_CR4_PGE) ?
	       lg_shadow_mode_changed(vcpu) : 0;
}

/* No MSR but EFER is there, and of that only NXE. None reaches the processor. */
static u64 read_msr(const struct lg_vcpu *vcpu)
{
	return vcpu->regs.ecx == MSR_EFER ? vcpu->efer : 0;
}

static int write_msr(struct lg_vcpu *vcpu, u64 value)
{
	if (vcpu->regs.ecx != MSR_EFER || vcpu->efer == (value & EFER_NX))
		return 0;
	vcpu->efer = value & EFER_NX;
	return lg_pae(vcpu) ? lg_shadow_renew(vcpu) : 0;
}

/* MOV to and from control and debug registers: 0F 20 ... 0F 23. */
static int move_special(struct lg_vcpu *vcpu, u8 op, struct insn *insn)
{
	unsigned int n = X86_MODRM_REG(insn->modrm.value);
	u32 *reg = gpr(vcpu, X86_MODRM_RM(insn->modrm.value));

	/* DR4 and DR5 are other names of DR6 and DR7, if CR4.DE does not take them away. */
	if ((op & 1) && (n == 4 || n == 5)) {
		if (vcpu->cr4 & X86_CR4_DE)
			return lg_refuse(vcpu, X86_TRAP_UD);
		n += 2;
	}
	if (op == 0x21) {
		*reg = vcpu->dr[n];
		return 0;
	}
	if (op == 0x23) {
		/* Remembered, and without effect: breakpoints are the host's. */
		vcpu->dr[n] = n == 6 ? (*reg & DR6_WRITABLE) | DR6_RESERVED : *reg;
		return 0;
	}

	switch (n) {
	case 0:
		if (op == 0x22)
			return set_cr0(vcpu, *reg);
		*reg = vcpu->cr0;
		return 0;
	case 2:
		if (op == 0x22) {
			vcpu->guest_cr2 = *reg;
			if (vcpu->shared)
				vcpu->shared->cr2 = *reg;
		} else {
			*reg = vcpu->guest_cr2;
		}
		return 0;
	case 3:
		if (op == 0x22)
			return lg_shadow_load_cr3(vcpu, *reg, 0, 0);
		*reg = vcpu->cr3;
		return 0;
	case 4:
		if (op == 0x22)
			return set_cr4(vcpu, *reg);
		*reg = vcpu->cr4;
		return 0;
	}
	return lg_refuse(vcpu, X86_TRAP_UD);
}

/* 0F 01: LGDT, LIDT, LMSW, INVLPG with a memory operand. */
static int group7(struct lg_vcpu *vcpu, struct insn *insn)
{
	unsigned int op = X86_MODRM_REG(insn->modrm.value);
	struct lg_fault fault;
	struct desc_ptr ptr;
	struct operand o;
	int err;

	if (op == 6 && X86_MODRM_MOD(insn->modrm.value) == 3)
		return set_cr0(vcpu, (vcpu->cr0 & ~0xe) |
				 (*gpr(vcpu, X86_MODRM_RM(insn->modrm.value)) & 0xe));
	if (!find_operand(vcpu, insn, &o))
		return LG_NOT_OURS;

	switch (op) {
	case 2:
	case 3:
		if (!lg_segment_reads(vcpu, o.seg, o.offset, sizeof(ptr)))
			return lg_refuse(vcpu, o.stack ? X86_TRAP_SS : X86_TRAP_GP);
		err = lg_gva_read(vcpu, o.addr, &ptr, sizeof(ptr), 0, &fault);
		if (err > 0)
			return lg_refuse_fault(vcpu, &fault);
		if (err)
			return lg_kill_at(vcpu, "operand at %#x is not in memory", o.addr);
		if (insn->opnd_bytes == 2)
			ptr.address &= 0xffffff;
		if (op == 2)
			err = lg_load_gdt(vcpu, ptr.address, (ptr.size + 1) / 8);
		else
			err = lg_load_idt(vcpu, ptr.address, (ptr.size + 1) / 8);
		if (err == -ENOMEM)
			return lg_kill_at(vcpu, "no memory of the host for its descriptor table");
		if (err)
			return lg_kill_at(vcpu, "descriptor table at %#x is not in memory",
					  (u32)ptr.address);
		return 0;
	case 7:
		lg_shadow_flush_one(vcpu, o.addr);
		return 0;
	}
	return LG_NOT_OURS;
}

/* Stack segment with an RPL of 0: what ring 0 code says and ring 1 means. */
static int load_ss(struct lg_vcpu *vcpu, u32 selector)
{
	if ((selector & 3) || !lg_kernel_data(vcpu, selector))
		return LG_NOT_OURS;
	vcpu->regs.ss = (selector & 0xfff8) | LG_KERNEL_RPL;
	return 0;
}

/* RETF to a CS with an RPL of 0. */
static int far_return(struct lg_vcpu *vcpu, u32 release)
{
	struct lg_regs *r = &vcpu->regs;
	struct lg_fault fault;
	u32 frame[2];

	if (!lg_stack_holds(vcpu, r->ss, r->esp, sizeof(frame)))
		return lg_refuse(vcpu, X86_TRAP_SS);
	if (lg_gva_read(vcpu, lg_stack_address(vcpu, r->ss, r->esp), frame,
			sizeof(frame), 0, &fault))
		return LG_NOT_OURS;
	if ((frame[1] & 3) || !lg_kernel_code(vcpu, frame[1]))
		return LG_NOT_OURS;
	if (!lg_code_holds(vcpu, frame[1], frame[0]))
		return lg_refuse(vcpu, X86_TRAP_GP);
	r->cs = (frame[1] & 0xfff8) | LG_KERNEL_RPL;
	r->eip = frame[0];
	r->eflags &= ~X86_EFLAGS_RF;
	lg_stack_pop(vcpu, sizeof(frame) + release);
	return LG_JUMPED;
}

/* IN and OUT: there is nothing at any port. */
static int port(struct lg_vcpu *vcpu, u8 op, unsigned int bytes)
{
	if (op & 2)			/* OUT */
		return 0;
	if (!(op & 1))
		vcpu->regs.eax |= 0xff;
	else if (bytes == 2)
		vcpu->regs.eax |= 0xffff;
	else
		vcpu->regs.eax = ~0;
	return 0;
}

static int one_byte(struct lg_vcpu *vcpu, struct insn *insn)
{
	u8 op = insn->opcode.bytes[0];
	struct lg_fault fault;
	u32 sel, esp;
	int err;

	/* The short forms have other frames. */
	if (insn->opnd_bytes != 4 && (op == 0xca || op == 0xcb || op == 0x17))
		return LG_NOT_OURS;

	switch (op) {
	case 0xcf:
		if (insn->opnd_bytes != 4)
			return LG_NOT_OURS;
		return lg_complete_iret(vcpu);
	case 0xca:
		return far_return(vcpu, insn->immediate.value & 0xffff);
	case 0xcb:
		return far_return(vcpu, 0);
	case 0x8e:
		if (X86_MODRM_REG(insn->modrm.value) != 2 ||
		    X86_MODRM_MOD(insn->modrm.value) != 3)
			return LG_NOT_OURS;
		return load_ss(vcpu, *gpr(vcpu, X86_MODRM_RM(insn->modrm.value)));
	case 0x17:
		if (lg_gva_read(vcpu, lg_stack_address(vcpu, vcpu->regs.ss, vcpu->regs.esp),
				&sel, sizeof(sel), 0, &fault))
			return LG_NOT_OURS;
		/* Popped from the old stack. */
		esp = vcpu->regs.esp;
		lg_stack_pop(vcpu, sizeof(sel));
		err = load_ss(vcpu, sel);
		if (err)
			vcpu->regs.esp = esp;
		return err;
	}

	/* The rest faults with the error code 0. */
	if (vcpu->regs.error)
		return LG_NOT_OURS;
	switch (op) {
	case 0xf4:
		/* A single step that is due ends it at once. */
		vcpu->halted = !(vcpu->regs.eflags & X86_EFLAGS_TF);
		return 0;
	case 0xfa:
		lg_set_virtual_if(vcpu, false);
		return 0;
	case 0xfb:
		lg_set_virtual_if(vcpu, true);
		/*
		 * STI holds interrupts off for one instruction more, so that
		 * with HLT behind it no wake-up is lost: do both at once.
		 */
		if (insn->kaddr[insn->length] == 0xf4 &&
		    !(vcpu->regs.eflags & X86_EFLAGS_TF) &&
		    lg_code_holds(vcpu, vcpu->regs.cs, vcpu->regs.eip + insn->length)) {
			vcpu->regs.eip++;
			vcpu->halted = true;
		}
		return 0;
	case 0xe4 ... 0xe7:
	case 0xec ... 0xef:
		return port(vcpu, op, insn->opnd_bytes);
	}
	return LG_NOT_OURS;
}

static int two_byte(struct lg_vcpu *vcpu, struct insn *insn)
{
	u8 op = insn->opcode.bytes[1];
	u64 msr;

	switch (op) {
	case 0x00:			/* LLDT, LTR */
		switch (X86_MODRM_REG(insn->modrm.value)) {
		case 2:
			if (X86_MODRM_MOD(insn->modrm.value) != 3 ||
			    (*gpr(vcpu, X86_MODRM_RM(insn->modrm.value)) & 0xfffc))
				return LG_NOT_OURS;	/* only the null LDT */
			return 0;
		case 3:
			return 0;
		}
		return LG_NOT_OURS;
	case 0x01:
		return group7(vcpu, insn);
	case 0x06:			/* CLTS */
		vcpu->cr0 &= ~X86_CR0_TS;
		return 0;
	case 0x08:			/* INVD, WBINVD: caches are the host's */
	case 0x09:
		return 0;
	case 0x20 ... 0x23:
		return move_special(vcpu, op, insn);
	case 0x30:			/* WRMSR */
		return write_msr(vcpu, (u64)vcpu->regs.edx << 32 | vcpu->regs.eax);
	case 0x32:			/* RDMSR */
		msr = read_msr(vcpu);
		vcpu->regs.eax = msr;
		vcpu->regs.edx = msr >> 32;
		return 0;
	}
	return LG_NOT_OURS;
}

/* How many of the first bytes are prefixes? insn_decode() takes four kinds at most. */
static u32 prefixes(const u8 *code, u32 len)
{
	u32 n;

	for (n = 0; n < len; n++) {
		switch (code[n]) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64 ... 0x67:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			continue;
		}
		break;
	}
	return n;
}

/* How many bytes can be read at %eip; those that cannot are zero. */
static u32 read_code(struct lg_vcpu *vcpu, u8 code[MAX_INSN_SIZE + 1])
{
	u32 addr = lg_segment_base(vcpu, vcpu->regs.cs) + vcpu->regs.eip;
	u32 len = MAX_INSN_SIZE;
	struct lg_fault fault;

	memset(code, 0, MAX_INSN_SIZE + 1);
	/* The bytes behind a short instruction may lie in a page that is not there. */
	if (lg_gva_read(vcpu, addr, code, len, 0, &fault)) {
		len = PAGE_SIZE - offset_in_page(addr);
		if (len >= MAX_INSN_SIZE || lg_gva_read(vcpu, addr, code, len, 0, &fault))
			return 0;
	}
	return len;
}

/* Decode what is at %eip. */
static int fetch(struct lg_vcpu *vcpu, u8 code[MAX_INSN_SIZE + 1], struct insn *insn)
{
	u32 len = read_code(vcpu, code), n;

	if (!len)
		return -EFAULT;
	/* MOV to and from CR and DR: always a register, whatever mod says. */
	n = prefixes(code, len);
	if (n + 2 < len && code[n] == 0x0f && (code[n + 1] & 0xfc) == 0x20)
		code[n + 2] |= 0xc0;
	return insn_decode(insn, code, len, INSN_MODE_32);
}

/* Bytes of the INT n at %eip, with any number of prefixes; 0 if there is none. */
u32 lg_int_length(struct lg_vcpu *vcpu)
{
	u8 code[MAX_INSN_SIZE + 1];
	struct insn insn;
	u32 n;

	fetch(vcpu, code, &insn);
	n = prefixes(code, MAX_INSN_SIZE);
	return code[n] == 0xcd ? n + 2 : 0;
}

/* In 16-bit code the same bytes mean other operands. */
static bool in_code32(const struct lg_vcpu *vcpu)
{
	const struct desc_struct *d = lg_descriptor(vcpu, vcpu->regs.cs);

	return d && d->d;
}

/**
 * lg_kill_at - lg_kill() for what the instruction at %eip did, or met
 * @vcpu: its vCPU
 * @fmt: the reason; where the instruction is, and its bytes, are added to it
 *
 * For a trap, or an interrupt that has no handler, it is the next instruction.
 * Not under a spinlock: it reads the guest's memory.
 *
 * Return: -ESHUTDOWN, for the caller to return.
 */
int lg_kill_at(struct lg_vcpu *vcpu, const char *fmt, ...)
{
	struct va_format text = { .fmt = fmt };
	u8 code[MAX_INSN_SIZE + 1];
	struct insn insn;
	va_list args;
	u32 len;

	len = read_code(vcpu, code);
	/* Where it ends is known of those that can be decoded. */
	if (in_code32(vcpu) && insn_decode(&insn, code, len, INSN_MODE_32) >= 0)
		len = insn.length;
	va_start(args, fmt);
	text.va = &args;
	lg_kill(vcpu->guest, "%pV, at eip %#x, cs %#x%s%*ph", &text, vcpu->regs.eip,
		vcpu->regs.cs, len ? ": " : "", len, code);
	va_end(args);
	return -ESHUTDOWN;
}

/* Loads of SS hold the single-step trap back. */
static bool loads_ss(const struct insn *insn)
{
	return insn->opcode.nbytes == 1 &&
	       (insn->opcode.bytes[0] == 0x8e || insn->opcode.bytes[0] == 0x17);
}

/*
 * An IRET without prefixes? It is what faults most by far, and with the selector as its
 * error code; to have it decoded would cost as much as all the rest of its exit.
 */
static bool is_plain_iret(struct lg_vcpu *vcpu)
{
	u32 addr = lg_segment_base(vcpu, vcpu->regs.cs) + vcpu->regs.eip;
	struct lg_fault fault;
	u8 op;

	return vcpu->regs.error && !lg_gva_read(vcpu, addr, &op, 1, 0, &fault) && op == 0xcf;
}

/**
 * lg_emulate - emulate the instruction that faulted in ring 1
 * @vcpu: with the #GP (or #NP) as regs.trap
 *
 * Return: 0, LG_TO_LAUNCHER or -errno as lg_handle_exit(), or LG_NOT_OURS: the
 * guest shall see the fault.
 */
int lg_emulate(struct lg_vcpu *vcpu)
{
	struct lg_regs *r = &vcpu->regs;
	bool stepped = r->eflags & X86_EFLAGS_TF;
	u8 code[MAX_INSN_SIZE + 1];
	struct insn insn;
	int err;

	vcpu->stats[LGUEST_STAT_EMULATE]++;
	if (!in_code32(vcpu))
		return LG_NOT_OURS;
	/* What lies behind the end of the segment is not executed. */
	if (!lg_code_holds(vcpu, r->cs, r->eip)) {
		err = lg_refuse(vcpu, X86_TRAP_GP);
		goto done;
	}
	if (is_plain_iret(vcpu)) {
		err = lg_complete_iret(vcpu);
		goto done;
	}
	if (fetch(vcpu, code, &insn) < 0)
		return LG_NOT_OURS;
	if (!lg_code_holds(vcpu, r->cs, r->eip + insn.length - 1)) {
		err = lg_refuse(vcpu, X86_TRAP_GP);
		goto done;
	}
	/* Nothing here takes LOCK; LOCK MOV CR0 is CR8 on some processors. */
	if (memchr(code, 0xf0, prefixes(code, MAX_INSN_SIZE)))
		return LG_NOT_OURS;

	if (insn.vex_prefix.nbytes)
		err = LG_NOT_OURS;
	else if (insn.opcode.nbytes == 1)
		err = one_byte(vcpu, &insn);
	else if (insn.opcode.nbytes == 2 && insn.opcode.bytes[0] == 0x0f && !r->error)
		err = two_byte(vcpu, &insn);
	else
		err = LG_NOT_OURS;

	if (!err) {
		r->eip += insn.length;
		/* The fault set it. */
		r->eflags &= ~X86_EFLAGS_RF;
		stepped = stepped && !loads_ss(&insn);
		err = LG_JUMPED;
	}
done:
	if (err == LG_REFLECTED)
		return 0;
	if (err != LG_JUMPED)
		return err;
	/* An instruction like others for who steps through the code. */
	if (!stepped)
		return 0;
	vcpu->dr[6] |= DR_STEP;
	return lg_inject(vcpu, X86_TRAP_DB, false, 0);
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/emulate_kunit.c"
#endif
