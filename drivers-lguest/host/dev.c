// SPDX-License-Identifier: GPL-2.0
/*
 * The control file /dev/lguest: one open file is one guest. write() takes a
 * command, read() runs a virtual processor; include/uapi/linux/lguest.h says
 * what each of them takes and gives.
 *
 * Locking: LGUEST_INITIALISE holds guest->lock, so it happens once; what else
 * needs a guest looks at guest->initialised, so that no command sees half of it.
 * A run holds vcpu->lock. What a thread may have to wait for in user memory
 * is never waited for under a lock that cannot be given up (killable).
 */
#include <linux/cleanup.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "lg.h"

/* Any command; all begin with the command word. */
union lg_command {
	u32 command;
	struct lguest_initialise initialise;
	struct lguest_interrupt interrupt;
	struct lguest_get_dma get_dma;
	struct lguest_break brk;
	struct lguest_listen listen;
	struct lguest_take_dma take_dma;
};

/* The size that a command must have; 0: there is no such command. */
static size_t lg_command_size(u32 command)
{
	switch (command) {
	case LGUEST_INITIALISE:
		return sizeof(struct lguest_initialise);
	case LGUEST_INTERRUPT:
		return sizeof(struct lguest_interrupt);
	case LGUEST_GET_DMA:
		return sizeof(struct lguest_get_dma);
	case LGUEST_BREAK:
		return sizeof(struct lguest_break);
	case LGUEST_LISTEN:
		return sizeof(struct lguest_listen);
	case LGUEST_TAKE_DMA:
		return sizeof(struct lguest_take_dma);
	default:
		return 0;
	}
}

/* The file may have been inherited; RAM is only where it was opened. */
static int lg_dev_owner(struct lg_guest *g)
{
	return g->mm == current->mm ? 0 : -EIO;
}

/* Ready for what needs a guest, by someone who may: 0, or why not. */
static int lg_dev_ready(struct lg_guest *g)
{
	/* Pairs with the release in lg_cmd_initialise(): there is RAM, and a processor. */
	if (!smp_load_acquire(&g->initialised))
		return -ENXIO;
	return lg_dev_owner(g);
}

static int lg_dev_alive(struct lg_guest *g)
{
	int err = lg_dev_ready(g);

	if (err)
		return err;
	return READ_ONCE(g->dead) ? -ESHUTDOWN : 0;
}

/* All sums are of 64 bit values below 2^32 once the first tests are passed. */
static bool lg_initialise_ok(const struct lguest_initialise *init)
{
	if (init->flags || memchr_inv(init->reserved, 0, sizeof(init->reserved)))
		return false;
	if (!init->ram_size || init->ram_size > LG_MAX_RAM ||
	    !IS_ALIGNED(init->ram_size, PAGE_SIZE))
		return false;
	if (init->ram_base >= TASK_SIZE ||
	    !IS_ALIGNED(init->ram_base, PAGE_SIZE) ||
	    init->ram_size > TASK_SIZE - init->ram_base)
		return false;
	return init->entry < init->ram_size &&
	       init->boot_params < init->ram_size;
}

static int lg_cmd_initialise(struct lg_guest *g,
			     const struct lguest_initialise *init)
{
	int err;

	ACQUIRE(mutex_kill, lock)(&g->lock);
	err = ACQUIRE_ERR(mutex_kill, &lock);
	if (err)
		return err;
	if (g->initialised)
		return -EBUSY;
	if (!lg_initialise_ok(init))
		return -EINVAL;
	err = lg_dev_owner(g);
	if (err)
		return err;
	err = lg_guest_initialise(g, init);
	if (err)
		return err;
	/* Pairs with lg_dev_ready(), which read() calls without the lock. */
	smp_store_release(&g->initialised, true);
	wake_up_poll(&g->poll_wait, EPOLLIN | EPOLLRDNORM);
	return 0;
}

static int lg_cmd_interrupt(struct lg_guest *g,
			    const struct lguest_interrupt *cmd)
{
	int err;

	if (cmd->irq >= LGUEST_IRQS ||
	    memchr_inv(cmd->reserved, 0, sizeof(cmd->reserved)))
		return -EINVAL;
	err = lg_dev_alive(g);
	if (err)
		return err;
	lg_irq_raise(g->vcpu[0], cmd->irq);
	return 0;
}

/*
 * Where the result of a command goes, if it can be written: a bad address must be
 * found before a buffer is taken, there is no way back.
 */
static void __user *lg_result(u64 addr, size_t size)
{
	void __user *result = u64_to_user_ptr(addr);

	/* u64_to_user_ptr() drops the upper half. */
	if (addr > ULONG_MAX || clear_user(result, size))
		return NULL;
	return result;
}

static int lg_cmd_get_dma(struct lg_guest *g, const struct lguest_get_dma *cmd)
{
	struct lguest_dma_buffer buf;
	void __user *result;
	int err;

	err = lg_dev_alive(g);
	if (err)
		return err;
	result = lg_result(cmd->result, sizeof(buf));
	if (!result)
		return -EFAULT;
	err = lg_dma_get(g, cmd->key, &buf);
	if (err)
		return err;
	return copy_to_user(result, &buf, sizeof(buf)) ? -EFAULT : 0;
}

static int lg_cmd_listen(struct lg_guest *g, const struct lguest_listen *cmd)
{
	int err;

	if (cmd->reserved || cmd->eventfd < -1)
		return -EINVAL;
	err = lg_dev_alive(g);
	return err ? err : lg_dma_listen(g, cmd->key, cmd->eventfd);
}

static int lg_cmd_take_dma(struct lg_guest *g, const struct lguest_take_dma *cmd)
{
	struct lguest_sent sent;
	void __user *result;
	size_t len;
	int err;

	err = lg_dev_alive(g);
	if (err)
		return err;
	result = lg_result(cmd->result, sizeof(sent));
	if (!result)
		return -EFAULT;
	err = lg_dma_take_sent(g, cmd->key, &sent);
	if (err)
		return err;
	len = offsetof(struct lguest_sent, dma[sent.count]);
	return copy_to_user(result, &sent, len) ? -EFAULT : 0;
}

static int lg_cmd_break(struct lg_guest *g, const struct lguest_break *cmd)
{
	struct lg_vcpu *vcpu;
	int err;

	if (cmd->vcpu >= LG_MAX_VCPUS ||
	    memchr_inv(cmd->reserved, 0, sizeof(cmd->reserved)))
		return -EINVAL;
	err = lg_dev_alive(g);
	if (err)
		return err;
	vcpu = g->vcpu[cmd->vcpu];
	if (!vcpu)
		return -EINVAL;
	WRITE_ONCE(vcpu->break_requested, true);
	lg_vcpu_kick(vcpu);
	return 0;
}

static ssize_t lg_dev_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *ppos)
{
	struct lg_guest *g = file->private_data;
	union lg_command cmd;
	int err;

	if (count < sizeof(cmd.command) || count > sizeof(cmd))
		return -EINVAL;
	if (copy_from_user(&cmd, buf, count))
		return -EFAULT;
	if (count != lg_command_size(cmd.command))
		return -EINVAL;

	switch (cmd.command) {
	case LGUEST_INITIALISE:
		err = lg_cmd_initialise(g, &cmd.initialise);
		break;
	case LGUEST_INTERRUPT:
		err = lg_cmd_interrupt(g, &cmd.interrupt);
		break;
	case LGUEST_GET_DMA:
		err = lg_cmd_get_dma(g, &cmd.get_dma);
		break;
	case LGUEST_BREAK:
		err = lg_cmd_break(g, &cmd.brk);
		break;
	case LGUEST_LISTEN:
		err = lg_cmd_listen(g, &cmd.listen);
		break;
	case LGUEST_TAKE_DMA:
		err = lg_cmd_take_dma(g, &cmd.take_dma);
		break;
	default:
		err = -EINVAL;
	}
	return err ? err : count;
}

static ssize_t lg_give(struct iov_iter *to, const void *data, size_t len)
{
	return copy_to_iter(data, len, to) == len ? len : -EFAULT;
}

static ssize_t lg_read_info(struct iov_iter *to)
{
	struct lguest_info info = {
		.version	= LGUEST_API_VERSION,
		.max_vcpus	= LG_MAX_VCPUS,
		.features	= LGUEST_FEATURE_DMA | LGUEST_FEATURE_SHARED_DMA |
				  LGUEST_FEATURE_LISTEN,
		.max_ram	= LG_MAX_RAM,
		.window		= lg_window_start(),
	};

	if (iov_iter_count(to) < sizeof(info))
		return -EINVAL;
	return lg_give(to, &info, sizeof(info));
}

static ssize_t lg_read_stats(struct lg_guest *g, struct iov_iter *to)
{
	struct lguest_stats stats = { .count = LGUEST_STATS };
	int err;

	BUILD_BUG_ON(ARRAY_SIZE(stats.value) < LGUEST_STATS);

	if (iov_iter_count(to) < sizeof(stats))
		return -EINVAL;
	err = lg_dev_ready(g);
	if (err)
		return err;
	lg_stats_sum(g, stats.value);
	return lg_give(to, &stats, sizeof(stats));
}

/* With vcpu->lock held: run, and tell the launcher why that ended. */
static ssize_t lg_read_run(struct lg_vcpu *vcpu, struct iov_iter *to)
{
	struct lg_guest *g = vcpu->guest;
	size_t len = sizeof(vcpu->exit);
	ssize_t ret;

	if (READ_ONCE(g->dead_told))
		return -ESHUTDOWN;
	ret = lg_vcpu_run(vcpu);
	if (ret)
		return ret;
	/* Most exits have no text, and are many. */
	if (!vcpu->exit.text[0])
		len = offsetof(struct lguest_exit, text);
	ret = lg_give(to, &vcpu->exit, len);
	/* A reader with a bad address may ask again. */
	if (ret > 0 && vcpu->exit.reason >= LGUEST_EXIT_HALTED)
		WRITE_ONCE(g->dead_told, true);
	return ret;
}

static ssize_t lg_dev_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct lg_guest *g = iocb->ki_filp->private_data;
	loff_t pos = iocb->ki_pos;
	struct lg_vcpu *vcpu;
	ssize_t ret;
	int err;

	/*
	 * A run takes as long as it likes and does the thread's pending work, so it is
	 * for a thread that has come for that and holds nothing: not for io_uring, which
	 * reads with the ring's lock held if the file is non-blocking.
	 */
	if (!is_sync_kiocb(iocb))
		return -EOPNOTSUPP;
	if (pos == LGUEST_INFO_POS)
		return lg_read_info(to);
	if (pos == LGUEST_STATS_POS)
		return lg_read_stats(g, to);
	if (pos < 0 || pos >= LG_MAX_VCPUS || iov_iter_count(to) < sizeof(vcpu->exit))
		return -EINVAL;
	err = lg_dev_ready(g);
	if (err)
		return err;
	vcpu = g->vcpu[pos];
	if (!vcpu)
		return -EINVAL;
	/* One thread runs a processor; a second one is the launcher's mistake. */
	if (!mutex_trylock(&vcpu->lock))
		return -EBUSY;
	/*
	 * read() holds no reference if this thread is the only one with these files
	 * (fdget()), and among the work that a run does may be the close of this one.
	 */
	get_file(iocb->ki_filp);
	ret = lg_read_run(vcpu, to);
	mutex_unlock(&vcpu->lock);
	fput(iocb->ki_filp);
	return ret;
}

static __poll_t lg_dev_poll(struct file *file, poll_table *wait)
{
	struct lg_guest *g = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &g->poll_wait, wait);
	/* Only a hint: read() looks again, with the acquire. */
	if (READ_ONCE(g->initialised) && !READ_ONCE(g->dead_told))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(g->dead))
		mask |= EPOLLHUP;
	return mask;
}

static int lg_dev_open(struct inode *inode, struct file *file)
{
	struct lg_guest *g;

	/* The guest's RAM will be in the opener's memory: a kernel thread has none. */
	if (!current->mm)
		return -EINVAL;
	g = lg_guest_create();
	if (!g)
		return -ENOMEM;
	file->private_data = g;
	return 0;
}

static int lg_dev_release(struct inode *inode, struct file *file)
{
	lg_guest_destroy(file->private_data);
	return 0;
}

static const struct file_operations lg_dev_fops = {
	.owner		= THIS_MODULE,
	.open		= lg_dev_open,
	.release	= lg_dev_release,
	.read_iter	= lg_dev_read,
	.write		= lg_dev_write,
	.poll		= lg_dev_poll,
	.llseek		= no_seek_end_llseek,
};

static struct miscdevice lg_dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "lguest",
	.fops	= &lg_dev_fops,
};

int __init lg_dev_init(void)
{
	return misc_register(&lg_dev);
}

void lg_dev_exit(void)
{
	misc_deregister(&lg_dev);
}
