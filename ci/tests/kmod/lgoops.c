// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that uses an error pointer. First where it is asked whether it may read there,
 * then where it is not: loading the module is an oops, of which the kernel has to tell.
 * In a guest the address is beyond the limit of its segments: #GP, and no page fault.
 */
#define pr_fmt(fmt) "lgoops: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/uaccess.h>

static int __init lgoops_init(void)
{
	static const unsigned long at[] = { -12, -4096, -3, 0xffe00000, 0xffbffffe };
	int *p = ERR_PTR(-ENOMEM);
	unsigned int i;
	u32 value;

	for (i = 0; i < ARRAY_SIZE(at); i++)
		pr_info("%#lx: %ld\n", at[i],
			copy_from_kernel_nofault(&value, (void *)at[i], sizeof(value)));
	OPTIMIZER_HIDE_VAR(p);
	pr_info("read %d\n", READ_ONCE(*p));
	return -EIO;
}
module_init(lgoops_init);

MODULE_DESCRIPTION("A use of an error pointer");
MODULE_LICENSE("GPL");
