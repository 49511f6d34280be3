/* SPDX-License-Identifier: GPL-2.0 */
/* Exercise 1: the entries of the E820 map, their end, and how many bytes are RAM */
#include "micro.h"
	EXPECT	"memory=8"
BEGIN
	movzbl	0x71e8, %ecx
	movl	$0x72d0, %esi
1:	cmpl	$1, 16(%esi)
	jne	2f
	movl	8(%esi), %eax
	addl	%eax, bytes
	addl	(%esi), %eax
	cmpl	last, %eax
	jb	2f
	movl	%eax, last
2:	addl	$20, %esi
	loop	1b
	PRINT_HEX "bytes", bytes
	CHECK	last, 0x800000, "the end"
	CHECK	bytes, 0x79a000, "bytes"
	PASS
	.data
last:	.long	0
bytes:	.long	0
