// SPDX-License-Identifier: GPL-2.0
/* Load a kernel, or any other program for a bare machine, by what it is. */
#include <string.h>
#include "launcher.h"

void loader_load(struct guest *g, const char *name)
{
	struct image img;

	image_open(&img, "kernel", name);
	if (!elf_load(g, &img) && !bzimage_load(g, &img))
		die("kernel %s: neither a bzImage nor an ELF image", name);
	image_close(&img);
	if (!gpa_ok(g, g->entry, 1))
		die("kernel %s: its entry point 0x%x is outside of the memory",
		    name, g->entry);
}
