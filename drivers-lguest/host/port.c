// SPDX-License-Identifier: GPL-2.0
/*
 * DMA from guest to guest. Two launchers map the same file, and their guests
 * meet at a place in it: the one has bound buffers there, the other one sends.
 * As a futex does, the host knows the place by the file and the offset in it.
 *
 * The copy runs in the sender's thread. It waits for the sender's memory before it
 * takes anything of the receiver's, since the sender's launcher may make that last
 * as long as it likes. Then it pins the receiver's pages, a few at a time, and
 * copies without waiting: what of the sender's has gone away since is not sent. For
 * the receiver's memory it waits as long as a swap device takes, and for the lock of
 * that memory, which the receiver's launcher can hold: a signal that kills the sender
 * ends that. No lock is held while it copies.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/highmem.h>
#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/once.h>
#include <linux/pagemap.h>
#include <linux/path.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/userfaultfd_k.h>
#include "dma.h"
#include "lg.h"

/* Pages of the receiver that are pinned at once. */
#define LG_PORT_PINS	16

/* How often others may be faster in taking a buffer. */
#define LG_TAKE_TRIES	16

/* Ports in shared memory, by place. */
static DEFINE_HASHTABLE(lg_ports, 8);
static DEFINE_SPINLOCK(lg_ports_lock);
static unsigned int lg_ports_count;

/**
 * struct lg_sections - the sections of one buffer, and a place in them
 * @count: entries in @section
 * @i: the current one
 * @done: bytes of that which are behind us
 * @section: copied from the guest, who may change its own
 */
struct lg_sections {
	u32 count;
	u32 i;
	u32 done;
	struct lguest_dma_section section[LGUEST_DMA_SECTIONS];
};

static void lg_sections_start(struct lg_sections *s, const struct lguest_dma *dma)
{
	s->count = min_t(u32, dma->sections, LGUEST_DMA_SECTIONS);
	s->i = 0;
	s->done = 0;
	memcpy(s->section, dma->section, sizeof(s->section));
}

/*
 * Where is guest physical @key in a file that others may map? Only who may write
 * to the file is known there: reading is no right to be heard. A descriptor to read
 * only gives no VM_SHARED, and a seal against writes no VM_MAYWRITE.
 */
static int lg_place_find(struct lg_guest *g, u32 key, struct lg_place *place)
{
	const vm_flags_t write = VM_SHARED | VM_MAYWRITE;
	unsigned long addr = g->ram_base + key;
	struct vm_area_struct *vma;

	place->inode = NULL;
	if (mmap_read_lock_killable(g->mm))
		return -EINTR;
	vma = vma_lookup(g->mm, addr);
	if (vma && vma->vm_file && (vma->vm_flags & write) == write &&
	    S_ISREG(file_inode(vma->vm_file)->i_mode)) {
		place->inode = file_inode(vma->vm_file);
		place->path = vma->vm_file->f_path;
		path_get(&place->path);
		place->index = linear_page_index(vma, addr);
		place->offset = offset_in_page(addr);
	}
	mmap_read_unlock(g->mm);
	return 0;
}

static void lg_place_put(struct lg_place *place)
{
	if (place->inode)
		path_put(&place->path);
}

/* Each launcher has opened the file itself: it is the inode that is the same. */
static bool lg_place_same(const struct lg_place *a, const struct lg_place *b)
{
	return a->inode == b->inode && a->index == b->index &&
	       a->offset == b->offset;
}

static u32 lg_place_hash(const struct lg_place *place)
{
	static u32 seed;

	get_random_once(&seed, sizeof(seed));
	return jhash_3words(hash_ptr(place->inode, 32), place->index,
			    place->offset, seed);
}

struct lg_port *lg_port_create(struct lg_guest *g, u32 key, u32 dmas, u32 count, u32 irq)
{
	struct lg_port *p = kzalloc_obj(*p, GFP_KERNEL_ACCOUNT);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	err = lg_place_find(g, key, &p->place);
	if (err) {
		kfree(p);
		return ERR_PTR(err);
	}
	kref_init(&p->ref);
	spin_lock_init(&p->lock);
	p->dmas = dmas;
	p->count = count;
	p->irq = irq;
	p->guest = g;
	p->mm = g->mm;
	mmgrab(p->mm);
	p->ram_base = g->ram_base;
	p->ram_size = g->ram_pages << PAGE_SHIFT;
	return p;
}

static void lg_port_free(struct kref *ref)
{
	struct lg_port *p = container_of(ref, struct lg_port, ref);

	lg_place_put(&p->place);
	mmdrop(p->mm);
	kfree(p);
}

void lg_port_put(struct lg_port *p)
{
	kref_put(&p->ref, lg_port_free);
}

/* The port at @place of a guest other than @g. */
static struct lg_port *lg_port_lookup(const struct lg_place *place,
				      const struct lg_guest *g)
{
	struct lg_port *p;

	lockdep_assert_held(&lg_ports_lock);
	hash_for_each_possible(lg_ports, p, node, lg_place_hash(place))
		if (p->guest != g && !READ_ONCE(p->guest->dead) &&
		    lg_place_same(&p->place, place))
			return p;
	return NULL;
}

int lg_port_publish(struct lg_port *p)
{
	if (!p->place.inode)
		return 0;
	guard(spinlock)(&lg_ports_lock);
	if (lg_port_lookup(&p->place, NULL))
		return -EEXIST;
	hash_add(lg_ports, &p->node, lg_place_hash(&p->place));
	WRITE_ONCE(lg_ports_count, lg_ports_count + 1);
	return 0;
}

void lg_port_withdraw(struct lg_port *p)
{
	/* Somebody may have found it already, and is about to take a buffer. */
	scoped_guard(spinlock, &p->lock)
		p->dead = true;

	guard(spinlock)(&lg_ports_lock);
	p->guest = NULL;
	if (hash_hashed(&p->node)) {
		hash_del(&p->node);
		WRITE_ONCE(lg_ports_count, lg_ports_count - 1);
	}
}

struct lg_port *lg_port_find(struct lg_guest *g, u32 key)
{
	struct lg_place place;
	struct lg_port *p;
	int err;

	/* Most guests talk to their launcher only. */
	if (!READ_ONCE(lg_ports_count))
		return NULL;
	err = lg_place_find(g, key, &place);
	if (err)
		return ERR_PTR(err);
	if (!place.inode)
		return NULL;
	scoped_guard(spinlock, &lg_ports_lock) {
		p = lg_port_lookup(&place, g);
		if (p)
			kref_get(&p->ref);
	}
	lg_place_put(&place);
	return p;
}

/* Raise the port's interrupt, if its guest is still there: it is until withdrawn. */
static void lg_port_raise(struct lg_port *p)
{
	guard(spinlock)(&lg_ports_lock);
	if (p->guest)
		lg_irq_raise(p->guest->vcpu[0], p->irq);
}

static bool lg_port_ok(const struct lg_port *p, u32 gpa, u32 len)
{
	return (u64)gpa + len <= p->ram_size;
}

/*
 * Pin up to @max pages of the receiver, from @gpa on. A file or a userfaultfd could
 * make the sender wait for a program, and with some files it could not even be
 * killed, so it has to be anonymous or shared memory without. The lock is held all
 * the time: what has been looked at is what is pinned.
 */
static long lg_port_pin_locked(struct lg_port *p, unsigned long addr, u32 max,
			       struct page **pages)
{
	struct vm_area_struct *vma = vma_lookup(p->mm, addr);

	if (!vma || userfaultfd_armed(vma) ||
	    (vma->vm_file && !shmem_mapping(vma->vm_file->f_mapping)))
		return -EFAULT;
	max = min_t(unsigned long, max, (vma->vm_end - addr) >> PAGE_SHIFT);
	return pin_user_pages_remote(p->mm, addr, max, FOLL_WRITE, pages, NULL);
}

static int lg_port_pin(struct lg_port *p, u32 gpa, u32 max, struct page **pages)
{
	unsigned long addr = (p->ram_base + gpa) & PAGE_MASK;
	long n = -EINTR;

	if (!mmget_not_zero(p->mm))
		return -ENOENT;
	if (!mmap_read_lock_killable(p->mm)) {
		n = lg_port_pin_locked(p, addr, max, pages);
		mmap_read_unlock(p->mm);
	}
	/* If this is the last one, it is not for us to tear all down. */
	mmput_async(p->mm);
	return n ?: -EFAULT;
}

void lg_taken_put(struct lg_taken *t)
{
	unpin_user_pages_dirty_lock(t->pages, t->n, true);
}

/* Change the word of state, which lies in the first page: it is aligned. */
static bool lg_taken_cmpxchg(struct lg_taken *t, u32 old, u32 new)
{
	void *map = kmap_local_page(t->pages[0]) + offset_in_page(t->dma);
	u32 *used = map + offsetof(struct lguest_dma, used);
	bool done = cmpxchg(used, old, new) == old;	/* also a barrier */

	kunmap_local(map);
	return done;
}

/* With its pages pinned: -EAGAIN if it is not the next one any more. */
static int lg_port_mark(struct lg_port *p, u32 next, struct lg_taken *t)
{
	guard(spinlock)(&p->lock);
	if (p->dead)
		return -ENOENT;
	if (p->next != next)
		return -EAGAIN;
	if (!lg_taken_cmpxchg(t, 0, LGUEST_DMA_TAKEN))
		return -ENOBUFS;
	p->next = (next + 1) % p->count;
	return 0;
}

static int lg_port_try_take(struct lg_port *p, struct lg_taken *t)
{
	u32 next = READ_ONCE(p->next);
	int want, err = -EFAULT;

	t->dma = p->dmas + next * sizeof(struct lguest_dma);
	want = PFN_UP(offset_in_page(t->dma) + sizeof(struct lguest_dma));
	t->n = lg_port_pin(p, t->dma, want, t->pages);
	if (t->n < 0)
		return t->n;
	if (t->n == want)
		err = lg_port_mark(p, next, t);
	if (err)
		lg_taken_put(t);
	return err;
}

int lg_port_take(struct lg_port *p, struct lg_taken *t)
{
	unsigned int tries;
	int err;

	for (tries = 0; tries < LG_TAKE_TRIES; tries++) {
		err = lg_port_try_take(p, t);
		if (err != -EAGAIN)
			return err;
	}
	return -ENOBUFS;
}

static void lg_port_give_back(struct lg_port *p, struct lg_taken *t, u32 len)
{
	/* A guest that has changed the word meanwhile wants it so. */
	lg_taken_cmpxchg(t, LGUEST_DMA_TAKEN, LGUEST_DMA_USED | len);
	lg_taken_put(t);
	lg_port_raise(p);
}

/* What is wrong with the sections of a receiver is the receiver's problem. */
static int lg_port_read_sections(struct lg_port *p, struct lg_taken *t,
				 struct lg_sections *s)
{
	u32 offset = offset_in_page(t->dma);
	struct lguest_dma copy;
	u32 i, first = min_t(u32, sizeof(copy), PAGE_SIZE - offset);

	memcpy_from_page((char *)&copy, t->pages[0], offset, first);
	if (t->n == 2)
		memcpy_from_page((char *)&copy + first, t->pages[1], 0,
				 sizeof(copy) - first);
	lg_sections_start(s, &copy);
	for (i = 0; i < s->count; i++)
		if (!lg_port_ok(p, s->section[i].addr, s->section[i].len))
			return -EFAULT;
	return 0;
}

/* What the sender sends, checked, and brought into memory. */
static int lg_port_sender_sections(struct lg_guest *g, u32 dma, struct lg_sections *s)
{
	u32 i, len, rest = LGUEST_DMA_MAX;
	struct lguest_dma copy;

	if (lg_gpa_read(g, dma, &copy, sizeof(copy)))
		return -EINVAL;
	lg_sections_start(s, &copy);
	for (i = 0; i < s->count; i++)
		if (!lg_gpa_ok(g, s->section[i].addr, s->section[i].len))
			return -EINVAL;
	for (i = 0; i < s->count; i++) {
		len = min(s->section[i].len, rest);
		rest -= len;
		if (fault_in_readable(lg_gpa_user(g, s->section[i].addr), len))
			return -EINVAL;
	}
	return 0;
}

/* What is left of the current section; *gpa is where. 0: no more. */
static u32 lg_sections_rest(struct lg_sections *s, u32 *gpa)
{
	while (s->i < s->count && s->done == s->section[s->i].len) {
		s->i++;
		s->done = 0;
	}
	if (s->i == s->count)
		return 0;
	*gpa = s->section[s->i].addr + s->done;
	return s->section[s->i].len - s->done;
}

/*
 * Fill @len bytes from @off of a page of the receiver, as far as there is data. It
 * is an error if that is not in memory.
 */
static int lg_port_fill_page(struct lg_guest *g, struct lg_sections *from,
			     struct page *page, u32 off, u32 len)
{
	u32 gpa, n, done = 0;
	void *map = kmap_local_page(page);
	unsigned long left = 0;

	pagefault_disable();
	while (done < len && !left) {
		n = min(lg_sections_rest(from, &gpa), len - done);
		if (!n)
			break;
		left = __copy_from_user_inatomic(map + off + done,
						 lg_gpa_user(g, gpa), n);
		from->done += n;
		done += n;
	}
	pagefault_enable();
	kunmap_local(map);
	return left ? -EFAULT : done;
}

/* The next pages of the receiver: how many bytes were copied, 0 at the end. */
static int lg_port_copy_some(struct lg_port *p, struct lg_guest *g,
			     struct lg_sections *from, struct lg_sections *to,
			     u32 max)
{
	struct page *pages[LG_PORT_PINS];
	u32 gpa, src, len, off, part, done = 0;
	int i, n, ret = 0;

	len = min(lg_sections_rest(to, &gpa), max);
	if (!len || !lg_sections_rest(from, &src))
		return 0;
	off = offset_in_page(gpa);
	n = lg_port_pin(p, gpa, min_t(u32, PFN_UP(off + len), LG_PORT_PINS), pages);
	if (n < 0)
		return n;
	for (i = 0; i < n && done < len; i++) {
		part = min_t(u32, len - done, PAGE_SIZE - off);
		ret = lg_port_fill_page(g, from, pages[i], off, part);
		if (ret < 0)
			break;
		done += ret;
		off = 0;
		if (ret < part)
			break;
	}
	unpin_user_pages_dirty_lock(pages, n, true);
	to->done += done;
	return ret < 0 ? ret : done;
}

static int lg_port_copy(struct lg_port *p, struct lg_guest *g, struct lg_taken *t,
			struct lg_sections *from)
{
	struct lg_sections to;
	u32 done = 0;
	int ret;

	ret = lg_port_read_sections(p, t, &to);
	while (!ret && done < LGUEST_DMA_MAX) {
		ret = lg_port_copy_some(p, g, from, &to, LGUEST_DMA_MAX - done);
		if (ret <= 0)
			break;
		done += ret;
		ret = fatal_signal_pending(current) ? -EINTR : 0;
		cond_resched();
	}
	return ret < 0 ? ret : done;
}

/**
 * lg_port_send - send from guest to guest
 * @p: port of the receiver
 * @g: the sender; the caller is its launcher
 * @dma: guest physical address of the buffer to send; checked to be RAM
 *
 * Return: 0: both sides know how much was copied, which is nothing if the
 * receiver's buffer was bad, or if the sender's was swapped out just now;
 * -ENOBUFS; -EINVAL: the sender's buffer was bad.
 */
int lg_port_send(struct lg_port *p, struct lg_guest *g, u32 dma)
{
	struct lg_sections from;
	struct lg_taken taken;
	int err, len = 0;
	u32 used;

	err = lg_port_sender_sections(g, dma, &from);
	if (err)
		return err;
	err = lg_port_take(p, &taken);
	if (err == -ENOBUFS || err == -EINTR)
		return err;
	if (!err) {
		/* Half of something is nothing; but the buffer goes back. */
		len = max(lg_port_copy(p, g, &taken, &from), 0);
		lg_port_give_back(p, &taken, len);
	}
	used = LGUEST_DMA_USED | len;
	return lg_gpa_write(g, dma + offsetof(struct lguest_dma, used), &used,
			    sizeof(used)) ? -EINVAL : 0;
}

#ifdef CONFIG_LGUEST_KUNIT_TEST
#include "tests/port_kunit.c"
#endif
