/* SPDX-License-Identifier: GPL-2.0 */
/* lguest-init, which the launcher puts into a guest for --run. */
	.section .rodata
	.globl lguest_init_start, lguest_init_end
	.balign 16
lguest_init_start:
	.incbin "lguest-init"
lguest_init_end:
	.section .note.GNU-stack, "", @progbits
