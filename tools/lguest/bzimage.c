// SPDX-License-Identifier: GPL-2.0
/* A bzImage, by the 32-bit boot protocol (Documentation/arch/x86/boot.rst). */
#include <asm/bootparam.h>
#include <string.h>
#include "launcher.h"

#define HDR_OFFSET	0x1f1		/* of struct setup_header in the file */
#define HDR_START	0x202		/* the jump at 0x200 counts from here */
#define HDR_MAGIC	0x53726448	/* "HdrS" */
#define BOOT_FLAG	0xaa55
#define SECTOR		512u

static void bzimage_check(const struct image *img,
			  const struct setup_header *hdr)
{
	if (hdr->version < 0x020a)
		die("kernel %s: boot protocol %u.%02u is too old; 2.10 is needed",
		    img->name, hdr->version >> 8, hdr->version & 0xff);
	if (hdr->xloadflags & XLF_KERNEL_64)
		die("kernel %s: a 64-bit kernel; lguest runs 32-bit kernels",
		    img->name);
	if (!(hdr->loadflags & LOADED_HIGH))
		die("kernel %s: a zImage; lguest needs a bzImage", img->name);
}

bool bzimage_load(struct guest *g, const struct image *img)
{
	struct setup_header hdr;
	uint64_t setup_size, code_size, end;
	size_t len;

	if (img->size < HDR_OFFSET + sizeof(hdr))
		return false;
	image_read(img, HDR_OFFSET, &hdr, sizeof(hdr));
	if (hdr.boot_flag != BOOT_FLAG || hdr.header != HDR_MAGIC)
		return false;
	bzimage_check(img, &hdr);

	setup_size = ((hdr.setup_sects ? hdr.setup_sects : 4) + 1) * SECTOR;
	code_size = (uint64_t)hdr.syssize * 16;
	/* syssize is rounded up, the file need not be. */
	if (!code_size || setup_size + code_size - 15 > img->size)
		die("kernel %s: the file is truncated", img->name);
	if (code_size > img->size - setup_size)
		code_size = img->size - setup_size;

	/*
	 * The code goes to 1M like on a PC. It moves itself to where it wants
	 * to be unpacked, which is the preferred address or, if it was loaded
	 * higher, there; init_size bytes from there on must be memory.
	 */
	image_load(g, img, setup_size, HIGH_START, code_size);
	end = hdr.pref_address > HIGH_START ? hdr.pref_address : HIGH_START;
	/* The address is of 64 bits and the sum must not wrap. */
	end = (end < g->ram_size ? end : g->ram_size) + hdr.init_size;
	if (end < HIGH_START + code_size)
		end = HIGH_START + code_size;
	if (end > g->ram_size)
		die("kernel %s: needs %llu MB of memory to start, the guest has %u MB",
		    img->name, (unsigned long long)(end + 0xfffff) >> 20,
		    g->ram_size >> 20);
	g->entry = HIGH_START;
	g->image_end = end;
	g->initrd_max = hdr.initrd_addr_max;

	/*
	 * The header is as long as the jump over it says; what an older kernel
	 * has behind it is code.
	 */
	len = HDR_START - HDR_OFFSET + (hdr.jump >> 8);
	if (len < sizeof(hdr))
		memset((char *)&hdr + len, 0, sizeof(hdr) - len);
	boot_set_header(g, &hdr);
	g->is_linux = true;
	return true;
}
