// SPDX-License-Identifier: GPL-2.0
/*
 * Generate definitions needed by assembly language modules.
 * This code generates raw asm output which is post-processed to extract
 * and format the required data.
 */
#define COMPILE_OFFSETS

#include <linux/kbuild.h>
#include <asm/trap_pf.h>
#include "switcher.h"

static void __used switcher(void)
{
	OFFSET(STATE_guest_cr3, lg_state_page, guest_cr3);
	OFFSET(STATE_guest_cr4, lg_state_page, guest_cr4);
	OFFSET(STATE_host_cr3, lg_state_page, host_cr3);
	OFFSET(STATE_host_cr4, lg_state_page, host_cr4);
	OFFSET(STATE_host_esp, lg_state_page, host_esp);
	OFFSET(STATE_nmi_count, lg_state_page, nmi_count);
	OFFSET(STATE_mce_count, lg_state_page, mce_count);
	OFFSET(STATE_fault_entry, lg_state_page, fault_entry);
	OFFSET(STATE_fault_cs, lg_state_page, fault_cs);
	OFFSET(STATE_fault_error, lg_state_page, fault_error);
	OFFSET(STATE_stop_msr, lg_state_page, stop_msr);
	OFFSET(STATE_stopped, lg_state_page, stopped);
	OFFSET(STATE_sp1, lg_state_page, tss.sp1);
	OFFSET(STATE_ss1, lg_state_page, tss.ss1);
	OFFSET(STATE_enter_far, lg_state_page, enter_far);
	OFFSET(STATE_leave_far, lg_state_page, leave_far);
	OFFSET(STATE_guest_gdt_ptr, lg_state_page, guest_gdt_ptr);
	OFFSET(STATE_bridge_gdt_ptr, lg_state_page, bridge_gdt_ptr);
	OFFSET(STATE_host_gdt_ptr, lg_state_page, host_gdt_ptr);
	OFFSET(STATE_guest_idt_ptr, lg_state_page, guest_idt_ptr);
	OFFSET(STATE_host_idt_ptr, lg_state_page, host_idt_ptr);
	OFFSET(STATE_bridge_gdt, lg_state_page, bridge_gdt);
	BLANK();
	OFFSET(REGS_PAGE_told_page, lg_regs_page, told_page);
	OFFSET(REGS_PAGE_told, lg_regs_page, told);
	DEFINE(PF_PROT, X86_PF_PROT);
	DEFINE(PF_WRITE, X86_PF_WRITE);
	DEFINE(PF_USER, X86_PF_USER);
	DEFINE(PF_INSTR, X86_PF_INSTR);
	BLANK();
	OFFSET(REGS_trap, lg_regs, trap);
	DEFINE(REGS_size, sizeof(struct lg_regs));
}
