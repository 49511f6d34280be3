/* SPDX-License-Identifier: GPL-2.0 */
/* How a micro-guest ends: prints %ecx bytes of text at %ebx, and powers off. */
end:
	movl	$LGUEST_HC_CONSOLE, %eax
	int	$LGUEST_HYPERCALL
	movl	$LGUEST_HC_SHUTDOWN, %eax
	movl	$LGUEST_SHUTDOWN_POWEROFF, %ebx
	xorl	%ecx, %ecx
	int	$LGUEST_HYPERCALL
1:	jmp	1b
