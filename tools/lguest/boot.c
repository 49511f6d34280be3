// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel finds at its start: the boot parameters with the memory map,
 * the command line and a seed for its random numbers. A program that is no
 * Linux finds the same and may ignore it.
 */
#include <asm/bootparam.h>
#include <string.h>
#include <sys/random.h>
#include "launcher.h"

#define BOOT_VERSION	0x020f		/* boot protocol for a bare vmlinux */
#define BOOT_FLAG	0xaa55
#define HDR_MAGIC	0x53726448	/* "HdrS" */
#define LOADER_UNKNOWN	0xff
#define SEED_SIZE	32

/* struct setup_data, type SETUP_RNG_SEED; older headers lack the type. */
#define SEED_TYPE	9
struct seed {
	__u64 next;
	__u32 type;
	__u32 len;
	__u8 data[SEED_SIZE];
};

static struct boot_params *boot_params(struct guest *g)
{
	return gpa_ptr(g, BOOT_PARAMS_GPA, sizeof(struct boot_params));
}

/* Take over the header of a bzImage; an ELF image has none. */
void boot_set_header(struct guest *g, const struct setup_header *hdr)
{
	struct boot_params *bp = boot_params(g);

	if (hdr) {
		bp->hdr = *hdr;
		return;
	}
	bp->hdr.boot_flag = BOOT_FLAG;
	bp->hdr.header = HDR_MAGIC;
	bp->hdr.version = BOOT_VERSION;
	bp->hdr.cmdline_size = CMDLINE_MAX - 1;
}

static void boot_add_memory(struct boot_params *bp, uint32_t start,
			    uint32_t end, uint32_t type)
{
	struct boot_e820_entry *e = &bp->e820_table[bp->e820_entries++];

	e->addr = start;
	e->size = end - start;
	e->type = type;
}

static void boot_set_cmdline(struct guest *g, struct boot_params *bp,
			     const char *cmdline)
{
	size_t len = strlen(cmdline);
	uint32_t max = CMDLINE_MAX - 1;

	if (bp->hdr.cmdline_size && bp->hdr.cmdline_size < max)
		max = bp->hdr.cmdline_size;
	if (len > max)
		die("kernel command line too long: %zu bytes, at most %u", len,
		    max);
	memcpy(gpa_ptr(g, CMDLINE_GPA, len + 1), cmdline, len + 1);
	bp->hdr.cmd_line_ptr = CMDLINE_GPA;
}

/* A guest has no devices that are random; without a seed it waits for some. */
static void boot_set_seed(struct guest *g, struct boot_params *bp)
{
	struct seed *seed = gpa_ptr(g, SETUP_DATA_GPA, sizeof(*seed));

	if (getrandom(seed->data, SEED_SIZE, GRND_NONBLOCK) != SEED_SIZE)
		return;
	seed->next = 0;
	seed->type = SEED_TYPE;
	seed->len = SEED_SIZE;
	bp->hdr.setup_data = SETUP_DATA_GPA;
}

void boot_finish(struct guest *g, const char *cmdline)
{
	struct boot_params *bp = boot_params(g);

	/* No screen: screen_info stays zero. */
	boot_add_memory(bp, 0, LOW_END, 1);
	boot_add_memory(bp, LOW_END, HIGH_START, 2);
	boot_add_memory(bp, HIGH_START, g->ram_size, 1);

	boot_set_cmdline(g, bp, cmdline);
	boot_set_seed(g, bp);
	bp->hdr.type_of_loader = LOADER_UNKNOWN;
	bp->hdr.code32_start = g->entry;
	bp->hdr.ramdisk_image = g->initrd;
	bp->hdr.ramdisk_size = g->initrd_size;
	bp->hdr.hardware_subarch = X86_SUBARCH_LGUEST;
	bp->hdr.hardware_subarch_data = PLATFORM_GPA;
}
