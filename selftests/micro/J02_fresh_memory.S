/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RAM that nobody has loaded anything to is zero: 16 MB of it here, from behind the
 * image on, and below 1 MB all but what the launcher says it put there. First it is
 * read, which gets the zero page, then written, which gets pages that other programs
 * had before.
 *
 * Anything else would be memory of the host, of a guest before this one, or what the
 * launcher did not clear.
 */
#include "micro.h"

	EXPECT	"memory=16"
	EXPECT	"time=20"

#define END	0x1000000

/* From \from up to \to: all zero, or FAIL. */
.macro ZERO from:req, to:req, text:req
	movl	$(\from), %edi
	movl	$(((\to) - (\from)) / 4), %ecx
	xorl	%eax, %eax
	repe scasl
	je	.Lzero\@
	subl	$4, %edi
	PRINT_HEX "address", %edi
	PRINT_HEX "word", (%edi)
	FAIL	"\text"
.Lzero\@:
.endm

BEGIN
	ZERO	0, 0x7000, "below the boot parameters"
	ZERO	0xa000, 0x9a000, "low memory"
	ZERO	0x9a000, 0x9e000, "pages for peers"
	/* Behind the last of 32 devices, and all but the first are none. */
	ZERO	(0x9e040 + 64), 0x9f000, "the page of devices"
	ZERO	0x9f000, 0x100000, "up to 1 MB"
	ZERO	0x120000, END, "behind the image"

	/* One word in each page is written. The rest of it is still zero. */
	movl	$0x120000, %edi
1:	movl	$-1, 0x800(%edi)
	addl	$PAGE_SIZE, %edi
	cmpl	$END, %edi
	jb	1b
	movl	$0x120000, %ebx
	xorl	%eax, %eax
2:	movl	%ebx, %edi
	movl	$(0x800 / 4), %ecx
	repe scasl
	jne	3f
	addl	$4, %edi
	movl	$(0x7fc / 4), %ecx
	repe scasl
	jne	3f
	addl	$PAGE_SIZE, %ebx
	cmpl	$END, %ebx
	jb	2b
	PASS

3:	subl	$4, %edi
	PRINT_HEX "address", %edi
	PRINT_HEX "word", (%edi)
	FAIL	"a page that was given for writing"
