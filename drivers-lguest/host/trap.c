// SPDX-License-Identifier: GPL-2.0
/*
 * Why the guest left, and what it gets to see of it.
 */
#define pr_fmt(fmt) "lg: " fmt

#include <linux/kernel.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <asm/irq_vectors.h>
#include <asm/segment.h>
#include <asm/traps.h>
#include "lg.h"
#include "trace.h"

static bool in_ring1(const struct lg_vcpu *vcpu)
{
	return (vcpu->regs.cs & 3) == LG_KERNEL_RPL;
}

/* The virtual interrupt flag of ring 1. */
bool lg_virtual_if(struct lg_vcpu *vcpu)
{
	if (!vcpu->shared)
		return vcpu->boot_irqs;
	return READ_ONCE(vcpu->shared->irq_enabled) & X86_EFLAGS_IF;
}

void lg_set_virtual_if(struct lg_vcpu *vcpu, bool on)
{
	vcpu->boot_irqs = on;
	if (vcpu->shared)
		WRITE_ONCE(vcpu->shared->irq_enabled, on ? X86_EFLAGS_IF : 0);
}

/**
 * lg_descriptor - the descriptor that a selector names
 * @vcpu: whose GDT
 * @selector: the lower half counts
 *
 * Return: it; NULL if it would be in an LDT or behind what a guest has.
 */
const struct desc_struct *lg_descriptor(const struct lg_vcpu *vcpu, u32 selector)
{
	u32 index = (selector & 0xffff) >> 3;

	if ((selector & SEGMENT_TI_MASK) || index >= GDT_ENTRIES)
		return NULL;
	return &vcpu->gdt[index];
}

/**
 * lg_segment_base - the base of a segment of the guest's GDT
 * @vcpu: whose
 * @selector: as loaded
 *
 * Return: the base; 0 for null and others that cannot be looked up.
 */
u32 lg_segment_base(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d ? get_desc_base(d) : 0;
}

/* The bits of %esp that count: a stack may have 16 bits. */
static u32 stack_mask(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d && !d->d ? 0xffff : ~0u;
}

/* What %esp is on that stack after a move up (or, with a negative number, down). */
static u32 moved_stack(const struct lg_vcpu *vcpu, u32 selector, u32 esp, u32 bytes)
{
	u32 mask = stack_mask(vcpu, selector);

	return (esp & ~mask) | ((esp + bytes) & mask);
}

/* The linear address of the word that %esp points to. */
u32 lg_stack_address(const struct lg_vcpu *vcpu, u32 selector, u32 esp)
{
	return lg_segment_base(vcpu, selector) + (esp & stack_mask(vcpu, selector));
}

void lg_stack_pop(struct lg_vcpu *vcpu, u32 bytes)
{
	struct lg_regs *r = &vcpu->regs;

	r->esp = moved_stack(vcpu, r->ss, r->esp, bytes);
}

/* Are @bytes at %esp within the segment? (None of ring 1's expands down.) */
bool lg_stack_holds(const struct lg_vcpu *vcpu, u32 selector, u32 esp, u32 bytes)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);
	u64 last = (u64)(esp & stack_mask(vcpu, selector)) + bytes - 1;

	return d && last <= lg_desc_last_byte(d);
}

/* Can @bytes at @offset be read through the segment? */
bool lg_segment_reads(const struct lg_vcpu *vcpu, u32 selector, u32 offset, u32 bytes)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);
	u32 last = offset + bytes - 1;

	if (!d || !d->p || last < offset || (d->type & 0xa) == 0x8)
		return false;
	/* Data that expands down lies above its limit. */
	if ((d->type & 0xc) == 0x4)
		return offset > lg_desc_last_byte(d) && (d->d || last <= 0xffff);
	return last <= lg_desc_last_byte(d);
}

/* Is %eip within the code segment? */
bool lg_code_holds(const struct lg_vcpu *vcpu, u32 selector, u32 eip)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d && eip <= lg_desc_last_byte(d);
}

/* Non-conforming code of ring 1, by selector? */
bool lg_kernel_code(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d && d->p && d->s && d->dpl == LG_KERNEL_RPL && (d->type & 0xc) == 0x8;
}

/* Writable data of ring 1: what its stack may be in. */
bool lg_kernel_data(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d && d->p && d->s && d->dpl == LG_KERNEL_RPL && (d->type & 0xa) == 0x2;
}

/**
 * lg_inject - deliver an interrupt or exception to the guest
 * @vcpu: whose registers and stack change
 * @vector: entry of its IDT
 * @has_error: push @error
 * @error: error code
 *
 * The frame says IF=1 for ring 3, where interrupts are always on, and the
 * virtual flag for ring 1. For ring 1 it holds a CS of RPL 0: the IRET that
 * consumes it faults, so that the host can restore the flag.
 *
 * Return: 0, or -errno if the guest was killed for having no way to take it.
 */
int lg_inject(struct lg_vcpu *vcpu, u8 vector, bool has_error, u32 error)
{
	const gate_desc *gate = &vcpu->idt[vector];
	struct lg_regs *r = &vcpu->regs;
	bool from_user = !in_ring1(vcpu);
	u32 frame[6], *top = frame + ARRAY_SIZE(frame);
	u32 esp, ss, size;
	struct lg_fault fault;
	int err;

	if (!gate->bits.p || !lg_kernel_code(vcpu, gate->segment) ||
	    !lg_code_holds(vcpu, gate->segment, gate_offset(gate)) ||
	    (gate->bits.type != GATE_INTERRUPT && gate->bits.type != GATE_TRAP))
		return lg_kill_at(vcpu,
				  "triple fault: no handler for vector %u (error %#x, cr2 %#x)",
				  vector, error, vcpu->guest_cr2);

	if (from_user) {
		ss = vcpu->ss1;
		esp = vcpu->esp1;
		*--top = r->ss;
		*--top = r->esp;
		*--top = (r->eflags & LG_EFLAGS_GUEST) | X86_EFLAGS_FIXED | X86_EFLAGS_IF;
		*--top = r->cs;
	} else {
		ss = r->ss;
		esp = r->esp;
		*--top = (r->eflags & LG_EFLAGS_GUEST) | X86_EFLAGS_FIXED |
			 (lg_virtual_if(vcpu) ? X86_EFLAGS_IF : 0);
		*--top = r->cs & ~3;
	}
	*--top = r->eip;
	if (has_error)
		*--top = error;

	size = (frame + ARRAY_SIZE(frame) - top) * sizeof(u32);
	esp = moved_stack(vcpu, ss, esp, -size);
	err = 1;
	if (lg_stack_holds(vcpu, ss, esp, size))
		err = lg_gva_write(vcpu, lg_stack_address(vcpu, ss, esp), top, size, 0, &fault);
	if (err > 0)
		return lg_kill_at(vcpu,
				  "double fault: stack at %#x not writable for vector %u (error %#x, cr2 %#x)",
				  esp & stack_mask(vcpu, ss), vector, error, vcpu->guest_cr2);
	if (err)
		return lg_kill_at(vcpu, "stack at %#x is not in memory for vector %u",
				  esp, vector);

	trace_lguest_inject(vcpu, vector, error);
	r->ss = (ss & ~3) | LG_KERNEL_RPL;
	r->esp = esp;
	r->cs = (gate->segment & ~3) | LG_KERNEL_RPL;
	r->eip = gate_offset(gate);
	r->eflags &= ~(X86_EFLAGS_TF | X86_EFLAGS_NT | X86_EFLAGS_RF);
	if (gate->bits.type == GATE_INTERRUPT)
		lg_set_virtual_if(vcpu, false);
	return 0;
}

static bool vector_has_error(u8 vector)
{
	switch (vector) {
	case X86_TRAP_DF:
	case X86_TRAP_TS:
	case X86_TRAP_NP:
	case X86_TRAP_SS:
	case X86_TRAP_GP:
	case X86_TRAP_PF:
	case X86_TRAP_AC:
		return true;
	default:
		return false;
	}
}

int lg_inject_fault(struct lg_vcpu *vcpu, const struct lg_fault *fault)
{
	vcpu->stats[LGUEST_STAT_INJECT_TRAP]++;
	if (fault->vector == X86_TRAP_PF) {
		vcpu->guest_cr2 = fault->cr2;
		if (vcpu->shared)
			vcpu->shared->cr2 = fault->cr2;
	}
	return lg_inject(vcpu, fault->vector, vector_has_error(fault->vector), fault->error);
}

int lg_refuse_fault(struct lg_vcpu *vcpu, const struct lg_fault *fault)
{
	return lg_inject_fault(vcpu, fault) ?: LG_REFLECTED;
}

int lg_refuse(struct lg_vcpu *vcpu, u8 vector)
{
	const struct lg_fault fault = { .vector = vector };

	return lg_refuse_fault(vcpu, &fault);
}

/* The guest sees the exception that the CPU saw. */
static int reflect(struct lg_vcpu *vcpu)
{
	struct lg_fault fault = {
		.vector = vcpu->regs.trap,
		.error = vcpu->regs.error,
	};

	return lg_inject_fault(vcpu, &fault);
}

/*
 * A data segment register that ring 3 may not have is null there, as the IRET
 * of the processor would leave it.
 */
static u32 user_data_selector(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);
	bool conforming = d && d->s && (d->type & 0xc) == 0xc;

	return d && (d->dpl == LG_USER_RPL || conforming) ? selector : 0;
}

/*
 * Is %eip behind the end of the segment, and that not where the host has cut it? Such an
 * end is in the page before the window.
 */
static bool behind_own_end(const struct lg_vcpu *vcpu, u32 selector, u32 eip)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return !lg_code_holds(vcpu, selector, eip) &&
	       lg_window_start() - (get_desc_base(d) + lg_desc_last_byte(d) + 1) >= PAGE_SIZE;
}

/* Code that ring 3 may run, by selector? */
static bool user_code(const struct lg_vcpu *vcpu, u32 selector)
{
	const struct desc_struct *d = lg_descriptor(vcpu, selector);

	return d && d->p && d->s && (d->type & 0x8) &&
	       (d->dpl == LG_USER_RPL || (d->type & 0x4));
}

/* What the processor finds wrong with the SS of an IRET to ring 3. */
static bool bad_user_stack(const struct lg_vcpu *vcpu, const u32 *frame,
			   struct lg_fault *fault)
{
	u32 ss = frame[4] & 0xffff;
	const struct desc_struct *d = lg_descriptor(vcpu, ss);

	*fault = (struct lg_fault){ .vector = X86_TRAP_GP, .error = ss & ~3 };
	if ((ss & 3) != LG_USER_RPL || !d || !d->s || (d->type & 0xa) != 0x2 ||
	    d->dpl != LG_USER_RPL)
		return true;
	fault->vector = X86_TRAP_SS;
	return !d->p;
}

/**
 * lg_complete_iret - do what the IRET at the guest's %eip wants
 * @vcpu: in ring 1, with the frame on its stack
 *
 * To ring 3 it is the host's because of hide_user_cs(), or because %eip is behind where
 * the host has cut the segment: that is to be seen in ring 3, as a page fault would be.
 *
 * Return: LG_JUMPED; LG_REFLECTED; LG_NOT_OURS if the frame is bad and the guest shall
 * see the fault of the IRET; -errno.
 */
int lg_complete_iret(struct lg_vcpu *vcpu)
{
	struct lg_regs *r = &vcpu->regs;
	u32 top = lg_stack_address(vcpu, r->ss, r->esp);
	struct lg_fault fault;
	u32 frame[5];		/* eip, cs, eflags, esp, ss */
	u32 cs;
	int err;

	if (!lg_stack_holds(vcpu, r->ss, r->esp, 3 * sizeof(u32)))
		return lg_refuse(vcpu, X86_TRAP_SS);
	err = lg_gva_read(vcpu, top, frame, 3 * sizeof(u32), 0, &fault);
	if (err > 0)
		return lg_refuse_fault(vcpu, &fault);
	if (err)
		return lg_kill_at(vcpu, "iret frame at %#x is not in memory", r->esp);

	/* The upper half of the word may hold flags of the guest's own. */
	cs = frame[1] & 0xffff;
	if ((cs & 3) <= LG_KERNEL_RPL) {
		/* Ring 1 cannot leave for virtual 8086 mode, whatever it was asked for. */
		if ((frame[2] & X86_EFLAGS_VM) || !lg_kernel_code(vcpu, cs))
			return LG_NOT_OURS;
		if (!lg_code_holds(vcpu, cs, frame[0]))
			return lg_refuse(vcpu, X86_TRAP_GP);
		lg_stack_pop(vcpu, 3 * sizeof(u32));
		r->cs = (cs & ~3) | LG_KERNEL_RPL;
		r->eip = frame[0];
		r->eflags = frame[2];
		lg_set_virtual_if(vcpu, frame[2] & X86_EFLAGS_IF);
		vcpu->stats[LGUEST_STAT_IRET]++;
		return LG_JUMPED;
	}
	if (cs != vcpu->user_cs || !user_code(vcpu, cs) ||
	    (!vcpu->user_cs_hidden && r->error))
		return LG_NOT_OURS;
	if (!lg_stack_holds(vcpu, r->ss, r->esp, sizeof(frame)))
		return lg_refuse(vcpu, X86_TRAP_SS);

	err = lg_gva_read(vcpu, top, frame, sizeof(frame), 0, &fault);
	if (err > 0)
		return lg_refuse_fault(vcpu, &fault);
	if (err)
		return lg_kill_at(vcpu, "iret frame at %#x is not in memory", r->esp);
	if (bad_user_stack(vcpu, frame, &fault))
		return lg_refuse_fault(vcpu, &fault);
	if (behind_own_end(vcpu, cs, frame[0]))
		return lg_refuse(vcpu, X86_TRAP_GP);

	r->cs = cs;
	r->eip = frame[0];
	r->eflags = frame[2];
	r->esp = frame[3];
	r->ss = frame[4] & 0xffff;
	r->ds = user_data_selector(vcpu, r->ds);
	r->es = user_data_selector(vcpu, r->es);
	r->fs = user_data_selector(vcpu, r->fs);
	r->gs = user_data_selector(vcpu, r->gs);
	/* As the guest itself does before it returns to ring 3. */
	lg_set_virtual_if(vcpu, false);
	vcpu->stats[LGUEST_STAT_IRET]++;
	return LG_JUMPED;
}

/* May INT n use the guest's gate? Ring 1 is the guest's ring 0: it may call any. */
static bool gate_open(const struct lg_vcpu *vcpu, u8 vector, struct lg_fault *fault)
{
	const gate_desc *gate = &vcpu->idt[vector];

	*fault = (struct lg_fault){ .vector = X86_TRAP_GP, .error = vector * 8 + 2 };
	if (!in_ring1(vcpu) && gate->bits.dpl != 3)
		return false;
	/* Gates, also of 16 bits and for tasks. */
	if (!gate->bits.p && (gate->bits.type & 7) >= GATE_TASK && gate->bits.type != 0xd)
		fault->vector = X86_TRAP_NP;
	return gate->bits.p;
}

/* INT n whose gate in the CPU's table does not take it: what of the guest's? */
static int software_interrupt(struct lg_vcpu *vcpu, u8 vector)
{
	struct lg_fault fault;

	if (!gate_open(vcpu, vector, &fault))
		return lg_inject_fault(vcpu, &fault);
	/* It may have prefixes. */
	vcpu->regs.eip += lg_int_length(vcpu) ?: 2;
	/* The fault set it; this is none any more. */
	vcpu->regs.eflags &= ~X86_EFLAGS_RF;
	vcpu->stats[LGUEST_STAT_INJECT_TRAP]++;
	return lg_inject(vcpu, vector, false, 0);
}

/*
 * INT3 and INTO, or INT 3 and INT 4, which the gates in the CPU's table take: %eip is
 * behind. If the guest's gate does not, the fault is at the instruction.
 */
static int breakpoint(struct lg_vcpu *vcpu, u8 vector)
{
	struct lg_regs *r = &vcpu->regs;
	struct lg_fault fault, unread;
	u8 op = 0;

	if (!gate_open(vcpu, vector, &fault)) {
		if (lg_gva_read(vcpu, lg_segment_base(vcpu, r->cs) + r->eip - 1, &op, 1, 0,
				&unread))
			op = 0;
		r->eip -= op == 0xcc || op == 0xce ? 1 : 2;
		r->eflags |= X86_EFLAGS_RF;
		return lg_inject_fault(vcpu, &fault);
	}
	vcpu->stats[LGUEST_STAT_INJECT_TRAP]++;
	return lg_inject(vcpu, vector, false, 0);
}

static int general_protection(struct lg_vcpu *vcpu)
{
	u32 error = vcpu->regs.error;
	int err;

	/* The IDT bit without the EXT bit: the guest executed INT n. */
	if ((error & 3) == 2)
		return software_interrupt(vcpu, error >> 3);
	if (!in_ring1(vcpu))
		return reflect(vcpu);

	err = lg_emulate(vcpu);
	return err == LG_NOT_OURS ? reflect(vcpu) : err;
}

static int not_present(struct lg_vcpu *vcpu)
{
	int err;

	/* Code that cannot be read: see hide_user_cs(). */
	if (in_ring1(vcpu) && vcpu->user_cs_hidden &&
	    (vcpu->regs.error & ~3) == (vcpu->user_cs & ~3)) {
		err = lg_emulate(vcpu);		/* the IRET */
		if (err != LG_NOT_OURS)
			return err;
	}
	return reflect(vcpu);
}

/* Where the switcher is to tell the guest of faults from now on. */
static void look_at_fault_entry(struct lg_vcpu *vcpu)
{
	u32 entry = vcpu->shared ? READ_ONCE(vcpu->shared->fault_entry) : 0;

	if (entry == vcpu->fault_entry)
		return;
	vcpu->fault_entry = entry;
	vcpu->idt_changed = true;	/* the switcher's copy is with those */
}

static int page_fault(struct lg_vcpu *vcpu)
{
	struct lg_fault fault;
	u32 error = vcpu->regs.error;
	int err;

	vcpu->stats[LGUEST_STAT_PAGE_FAULT]++;
	look_at_fault_entry(vcpu);
	err = lg_shadow_fault(vcpu, vcpu->cr2, error, &fault);
	trace_lguest_page_fault(vcpu, err);
	if (!err)
		vcpu->stats[LGUEST_STAT_FILL]++;
	if (err <= 0)
		return err;
	/*
	 * A supervisor's access in ring 3 is the processor pushing the frame
	 * of a direct int 0x80: there is no stack to tell the guest on.
	 */
	if (!in_ring1(vcpu) && !(error & X86_PF_USER))
		return lg_kill_at(vcpu, "double fault: ring 1 stack at %#x not writable",
				  vcpu->cr2);
	if ((error & (X86_PF_WRITE | X86_PF_PROT)) == X86_PF_WRITE &&
	    (fault.error & (X86_PF_PROT | X86_PF_RSVD)) == X86_PF_PROT)
		lg_shadow_expect_flush(vcpu, vcpu->cr2, error);
	vcpu->stats[LGUEST_STAT_REFLECT]++;
	return lg_inject_fault(vcpu, &fault);
}

/*
 * The switcher's own IRET faulted: the guest's %cs or %ss went bad under it, or the host
 * emulated the last instruction of its code segment.
 */
static int bad_iret(struct lg_vcpu *vcpu)
{
	struct lg_regs *r = &vcpu->regs;
	struct lg_fault fault = {
		.vector = r->trap & 0xff,
		.error = r->error,
	};

	r->eflags |= X86_EFLAGS_RF;
	if (in_ring1(vcpu) && fault.vector == X86_TRAP_GP && !fault.error &&
	    !lg_code_holds(vcpu, r->cs, r->eip))
		return lg_inject_fault(vcpu, &fault);
	if (in_ring1(vcpu))
		return lg_kill_at(vcpu, "cs %#x or ss %#x is no longer valid in ring 1",
				  r->cs, r->ss);
	return lg_inject_fault(vcpu, &fault);
}

/* Of its alignment, or of a LOCK that the host wants to see: not so the next time. */
static int alignment_check(struct lg_vcpu *vcpu)
{
	bool checked = (vcpu->regs.cs & 3) == LG_USER_RPL &&
		       (vcpu->regs.eflags & X86_EFLAGS_AC);

	if (!checked && boot_cpu_has(X86_FEATURE_SPLIT_LOCK_DETECT))
		return 0;
	return reflect(vcpu);
}

/**
 * lg_handle_exit - deal with what ended the guest's slice
 * @vcpu: with regs and cr2 as the guest left them; preemptible
 *
 * Return: 0 to run on, LG_TO_LAUNCHER if vcpu->exit is for the launcher, or
 * -errno if the guest is dead.
 */
int lg_handle_exit(struct lg_vcpu *vcpu)
{
	u32 trap = vcpu->regs.trap;

	/* With a descriptor of the table that was replaced: try it again. */
	if (unlikely(vcpu->kept_cs.index | vcpu->kept_ss.index) &&
	    lg_drop_kept(vcpu) && trap >= X86_TRAP_TS && trap <= X86_TRAP_GP)
		return 0;

	switch (trap) {
	case X86_TRAP_NMI:
	case X86_TRAP_MC:
		vcpu->stats[LGUEST_STAT_NMI]++;
		return 0;		/* was the host's */
	case X86_TRAP_PF:
		return page_fault(vcpu);
	case X86_TRAP_GP:
		return general_protection(vcpu);
	case X86_TRAP_NP:
		return not_present(vcpu);
	case X86_TRAP_BP:
	case X86_TRAP_OF:
		return breakpoint(vcpu, trap);
	case X86_TRAP_DE:
	case X86_TRAP_DB:
	case X86_TRAP_BR:
	case X86_TRAP_UD:
	case X86_TRAP_NM:
	case X86_TRAP_TS:
	case X86_TRAP_SS:
	case X86_TRAP_MF:
	case X86_TRAP_XF:
		return reflect(vcpu);
	case X86_TRAP_AC:
		return alignment_check(vcpu);
	case LGUEST_HYPERCALL:
		vcpu->stats[LGUEST_STAT_HYPERCALL]++;
		return lg_hypercall(vcpu);
	}

	if (trap >= FIRST_EXTERNAL_VECTOR && trap < NR_VECTORS) {
		vcpu->stats[LGUEST_STAT_INTERRUPT]++;
		return 0;		/* was the host's */
	}
	if ((trap & ~0xff) == LG_TRAP_BAD_IRET)
		return bad_iret(vcpu);
	if ((trap & ~0xff) == LG_TRAP_LOST) {
		pr_err_ratelimited("trap %u inside the switcher at %#x, error %#x\n",
				   trap & 0xff, vcpu->regs.ebx, vcpu->regs.edx);
		return lg_kill(vcpu->guest, "trap %u inside the switcher at %#x, error %#x",
			       trap & 0xff, vcpu->regs.ebx, vcpu->regs.edx);
	}
	return lg_kill_at(vcpu, "trap %u (error %#x)", trap, vcpu->regs.error);
}
