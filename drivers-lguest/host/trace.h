/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what a guest does, one by one. "guest" is the second number in the name
 * of the guest's file in debugfs.
 *
 * All of them come from C code where the host is whole: also the first two, though
 * interrupts are off there.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lguest

#if !defined(_LG_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LG_TRACE_H

#include <linux/tracepoint.h>
#include <asm/irq_vectors.h>
#include <asm/trapnr.h>
#include "lg.h"

TRACE_DEFINE_ENUM(LG_DMA_NOBODY);
TRACE_DEFINE_ENUM(LG_DMA_GUEST);
TRACE_DEFINE_ENUM(LG_DMA_THREAD);
TRACE_DEFINE_ENUM(LG_DMA_LAUNCHER);

TRACE_EVENT(lguest_entry,
	    TP_PROTO(const struct lg_vcpu *vcpu),
	    TP_ARGS(vcpu),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, eip)
			     __field(u16, cs)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->eip = vcpu->regs.eip;
			   __entry->cs = vcpu->regs.cs;
	    ),

	    TP_printk("guest=%u vcpu=%u eip=%#x cs=%#x",
		      __entry->guest, __entry->vcpu, __entry->eip, __entry->cs)
);

TRACE_EVENT(lguest_exit,
	    TP_PROTO(const struct lg_vcpu *vcpu),
	    TP_ARGS(vcpu),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, reason)
			     __field(u32, vector)
			     __field(u32, eip)
			     __field(u32, error)
			     __field(u32, cr2)
			     __field(u16, cs)
	    ),

	    TP_fast_assign(u32 trap = vcpu->regs.trap;

			   __entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   /* Interrupts of the host are one reason, whatever their vector. */
			   __entry->reason = trap < FIRST_EXTERNAL_VECTOR ? trap :
					     trap < NR_VECTORS ? FIRST_EXTERNAL_VECTOR :
					     trap & ~0xff;
			   __entry->vector = trap & 0xff;
			   __entry->eip = vcpu->regs.eip;
			   __entry->cs = vcpu->regs.cs;
			   __entry->error = vcpu->regs.error;
			   /* Of the last page fault otherwise, and perhaps the host's. */
			   __entry->cr2 = trap == X86_TRAP_PF ? vcpu->cr2 : 0;
	    ),

	    TP_printk("guest=%u vcpu=%u reason=%s vector=%u eip=%#x cs=%#x error=%#x cr2=%#x",
		      __entry->guest, __entry->vcpu,
		      __print_symbolic(__entry->reason,
				       { X86_TRAP_DE, "#DE" },
				       { X86_TRAP_DB, "#DB" },
				       { X86_TRAP_NMI, "NMI" },
				       { X86_TRAP_BP, "#BP" },
				       { X86_TRAP_OF, "#OF" },
				       { X86_TRAP_BR, "#BR" },
				       { X86_TRAP_UD, "#UD" },
				       { X86_TRAP_NM, "#NM" },
				       { X86_TRAP_DF, "#DF" },
				       { X86_TRAP_TS, "#TS" },
				       { X86_TRAP_NP, "#NP" },
				       { X86_TRAP_SS, "#SS" },
				       { X86_TRAP_GP, "#GP" },
				       { X86_TRAP_PF, "#PF" },
				       { X86_TRAP_MF, "#MF" },
				       { X86_TRAP_AC, "#AC" },
				       { X86_TRAP_MC, "#MC" },
				       { X86_TRAP_XF, "#XF" },
				       { LGUEST_HYPERCALL, "hypercall" },
				       { FIRST_EXTERNAL_VECTOR, "interrupt" },
				       { LG_TRAP_BAD_IRET, "bad_iret" },
				       { LG_TRAP_LOST, "lost" }),
		      __entry->vector, __entry->eip, __entry->cs, __entry->error,
		      __entry->cr2)
);

TRACE_EVENT(lguest_hypercall,
	    TP_PROTO(const struct lg_vcpu *vcpu),
	    TP_ARGS(vcpu),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, nr)
			     __field(u32, a0)
			     __field(u32, a1)
			     __field(u32, a2)
			     __field(u32, a3)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->nr = vcpu->regs.eax;
			   __entry->a0 = vcpu->regs.ebx;
			   __entry->a1 = vcpu->regs.ecx;
			   __entry->a2 = vcpu->regs.edx;
			   __entry->a3 = vcpu->regs.esi;
	    ),

	    TP_printk("guest=%u vcpu=%u nr=%s a0=%#x a1=%#x a2=%#x a3=%#x",
		      __entry->guest, __entry->vcpu,
		      __print_symbolic(__entry->nr,
				       { LGUEST_HC_INIT, "INIT" },
				       { LGUEST_HC_LOAD_CR3, "LOAD_CR3" },
				       { LGUEST_HC_FLUSH, "FLUSH" },
				       { LGUEST_HC_LOAD_GDT, "LOAD_GDT" },
				       { LGUEST_HC_LOAD_GDT_ENTRY, "LOAD_GDT_ENTRY" },
				       { LGUEST_HC_SWITCH, "SWITCH" },
				       { LGUEST_HC_LOAD_IDT, "LOAD_IDT" },
				       { LGUEST_HC_LOAD_IDT_ENTRY, "LOAD_IDT_ENTRY" },
				       { LGUEST_HC_SET_STACK, "SET_STACK" },
				       { LGUEST_HC_IRQ_WINDOW, "IRQ_WINDOW" },
				       { LGUEST_HC_HALT, "HALT" },
				       { LGUEST_HC_SET_TIMER, "SET_TIMER" },
				       { LGUEST_HC_CONSOLE, "CONSOLE" },
				       { LGUEST_HC_SHUTDOWN, "SHUTDOWN" },
				       { LGUEST_HC_BIND_DMA, "BIND_DMA" },
				       { LGUEST_HC_SEND_DMA, "SEND_DMA" }),
		      __entry->a0, __entry->a1, __entry->a2, __entry->a3)
);

/* @result: what lg_shadow_fault() returned. */
TRACE_EVENT(lguest_page_fault,
	    TP_PROTO(const struct lg_vcpu *vcpu, int result),
	    TP_ARGS(vcpu, result),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, addr)
			     __field(u32, error)
			     __field(u32, eip)
			     __field(u8, result)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->addr = vcpu->cr2;
			   __entry->error = vcpu->regs.error;
			   __entry->eip = vcpu->regs.eip;
			   __entry->result = result < 0 ? 2 : result;
	    ),

	    TP_printk("guest=%u vcpu=%u addr=%#x error=%#x eip=%#x result=%s",
		      __entry->guest, __entry->vcpu, __entry->addr, __entry->error,
		      __entry->eip,
		      __print_symbolic(__entry->result, { 0, "filled" }, { 1, "told" },
				       { 2, "failed" }))
);

TRACE_EVENT(lguest_inject,
	    TP_PROTO(const struct lg_vcpu *vcpu, u8 vector, u32 error),
	    TP_ARGS(vcpu, vector, error),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, error)
			     __field(u32, eip)
			     __field(u8, vector)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->vector = vector;
			   __entry->error = error;
			   __entry->eip = vcpu->regs.eip;
	    ),

	    TP_printk("guest=%u vcpu=%u vector=%u error=%#x eip=%#x",
		      __entry->guest, __entry->vcpu, __entry->vector,
		      __entry->error, __entry->eip)
);

TRACE_EVENT(lguest_flush,
	    TP_PROTO(const struct lg_vcpu *vcpu, u32 kind, u32 addr),
	    TP_ARGS(vcpu, kind, addr),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, kind)
			     __field(u32, addr)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->kind = kind;
			   __entry->addr = addr;
	    ),

	    TP_printk("guest=%u vcpu=%u kind=%s addr=%#x",
		      __entry->guest, __entry->vcpu,
		      __print_symbolic(__entry->kind,
				       { LGUEST_FLUSH_ONE, "one" },
				       { LGUEST_FLUSH_USER, "user" },
				       { LGUEST_FLUSH_ALL, "all" }),
		      __entry->addr)
);

TRACE_EVENT(lguest_dma_bind,
	    TP_PROTO(const struct lg_vcpu *vcpu, int result),
	    TP_ARGS(vcpu, result),

	    TP_STRUCT__entry(__field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, key)
			     __field(u32, dmas)
			     __field(u32, count)
			     __field(u32, irq)
			     __field(int, result)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->key = vcpu->regs.ebx;
			   __entry->dmas = vcpu->regs.ecx;
			   __entry->count = vcpu->regs.edx;
			   __entry->irq = vcpu->regs.esi;
			   __entry->result = result;
	    ),

	    TP_printk("guest=%u vcpu=%u key=%#x dmas=%#x count=%u irq=%u result=%d",
		      __entry->guest, __entry->vcpu, __entry->key, __entry->dmas,
		      __entry->count, __entry->irq, __entry->result)
);

/* @bytes: what the sender's sections say; @result: lg_dma_send()'s */
TRACE_EVENT(lguest_dma_send,
	    TP_PROTO(const struct lg_vcpu *vcpu, u32 key, u64 bytes, enum lg_dma_to to,
		     int result),
	    TP_ARGS(vcpu, key, bytes, to, result),

	    TP_STRUCT__entry(__field(u64, bytes)
			     __field(u32, guest)
			     __field(u32, vcpu)
			     __field(u32, key)
			     __field(u32, to)
			     __field(int, result)
	    ),

	    TP_fast_assign(__entry->guest = vcpu->guest->serial;
			   __entry->vcpu = vcpu->id;
			   __entry->key = key;
			   __entry->bytes = bytes;
			   __entry->to = to;
			   __entry->result = min(result, 0);
	    ),

	    TP_printk("guest=%u vcpu=%u key=%#x bytes=%llu to=%s result=%d",
		      __entry->guest, __entry->vcpu, __entry->key, __entry->bytes,
		      __print_symbolic(__entry->to,
				       { LG_DMA_NOBODY, "nobody" },
				       { LG_DMA_GUEST, "guest" },
				       { LG_DMA_THREAD, "thread" },
				       { LG_DMA_LAUNCHER, "launcher" }),
		      __entry->result)
);

#endif /* _LG_TRACE_H */

/* This part must be outside protection. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
