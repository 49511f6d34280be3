/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest may bind 64 keys; memory of the host goes with each, so the next is
 * -ENOSPC, always. Bound twice is -EEXIST, also when the table is full; taking back
 * what is not bound (or was by somebody else, as the launcher's console key is not) is
 * -ENOENT and does not make room. Three rounds: a count that is not taken back right
 * ends early in the second, or never.
 */
#include "micro.h"

#define KEYS	64
#define KEY	0x130000
#define DMAS	0x140000
#define ENOENT	(-2)
#define EEXIST	(-17)
#define ENOSPC	(-28)

.macro BIND key:req, count:req
	movl	\key, %ebx
	HC	LGUEST_HC_BIND_DMA, , $DMAS, $\count, $3
.endm

BEGIN
	movl	$3, %ebp
round:	xorl	%edi, %edi
1:	leal	KEY(, %edi, 4), %edx
	movl	%edx, key
	BIND	key, 1
	CHECK	%eax, 0, "bind"
	BIND	key, 1
	CHECK	%eax, EEXIST, "bind twice"
	incl	%edi
	cmpl	$KEYS, %edi
	jb	1b

	BIND	$(KEY + 2), 1
	CHECK	%eax, ENOSPC, "one too many"
	BIND	$KEY, 1
	CHECK	%eax, EEXIST, "bind twice when full"
	/* Takes back, of the number, and of the room, nothing. */
	movl	$100, %edi
2:	BIND	$(KEY + 2), 0
	CHECK	%eax, ENOENT, "take back what is not bound"
	decl	%edi
	jnz	2b
	BIND	$0x9e040, 0
	CHECK	%eax, ENOENT, "take back what is the console's"
	BIND	$(KEY + 2), 1
	CHECK	%eax, ENOSPC, "still one too many"

	xorl	%edi, %edi
3:	leal	KEY(, %edi, 4), %edx
	movl	%edx, key
	BIND	key, 0
	CHECK	%eax, 0, "take back"
	BIND	key, 0
	CHECK	%eax, ENOENT, "take back twice"
	incl	%edi
	cmpl	$KEYS, %edi
	jb	3b
	decl	%ebp
	jnz	round
	PASS

	.data
key:	.long	0
