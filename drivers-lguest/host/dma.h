/* SPDX-License-Identifier: GPL-2.0 */
/* DMA, in private: dma.c says who binds and sends, port.c copies between guests. */
#ifndef _LG_DMA_H
#define _LG_DMA_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/path.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct inode;
struct lg_guest;
struct lg_vcpu;
struct mm_struct;
struct page;

/**
 * struct lg_place - where a key lies in a file that launchers share
 * @inode: of the file; NULL: the memory is not shared
 * @path: keeps it. Not the open file, which may hold on to ours by what it is:
 *	then neither would ever be closed
 * @index: page of the file
 * @offset: in that page
 */
struct lg_place {
	struct inode *inode;
	struct path path;
	pgoff_t index;
	u32 offset;
};

/**
 * struct lg_port - buffers bound to a key
 * @ref: the guest's table has one, and everybody who looks at it
 * @dmas: guest physical address of the array of struct lguest_dma
 * @count: how many
 * @irq: raised when one has been filled
 * @lock: guards @next and @dead; no memory is touched that could be away
 * @next: the buffer to be filled next
 * @dead: unbound: no buffer may be taken any more
 * @mm: where the buffers are; kept by mmgrab()
 * @ram_base: user address of guest physical 0 there
 * @ram_size: bytes
 * @guest: whose it is; NULL when that is gone. Under lg_ports_lock
 * @node: in lg_ports, if @place.inode, from lg_port_publish() on
 * @place: where other guests see the key
 */
struct lg_port {
	struct kref ref;
	u32 dmas;
	u32 count;
	u32 irq;
	spinlock_t lock;		/* the cursor */
	u32 next;
	bool dead;
	struct mm_struct *mm;
	unsigned long ram_base;
	u32 ram_size;
	struct lg_guest *guest;
	struct hlist_node node;
	struct lg_place place;
};

/**
 * struct lg_taken - a buffer that has been marked as taken
 * @dma: its guest physical address
 * @pages: pinned: where the struct lguest_dma is. So that it can be given back
 *	even if the sender is being killed, when nothing can be pinned any more
 * @n: 1 or 2 of them
 */
struct lg_taken {
	u32 dma;
	struct page *pages[2];
	int n;
};

struct lg_port *lg_port_create(struct lg_guest *g, u32 key, u32 dmas, u32 count, u32 irq);
void lg_port_put(struct lg_port *p);
/*
 * Take the next buffer, if it is free: 0, -ENOBUFS, -ENOENT: the port is dead;
 * or the memory cannot be had. To be put: the mark stays.
 */
int lg_port_take(struct lg_port *p, struct lg_taken *t);
void lg_taken_put(struct lg_taken *t);
/* Other guests find it from here on: 0, or -EEXIST; and do not any more. */
int lg_port_publish(struct lg_port *p);
void lg_port_withdraw(struct lg_port *p);
/*
 * The port that another guest has bound to @key, with a reference; NULL: there
 * is none; or -EINTR.
 */
struct lg_port *lg_port_find(struct lg_guest *g, u32 key);
/* Copy the buffer at @dma of @g, which runs here, to the other guest's port. */
int lg_port_send(struct lg_port *p, struct lg_guest *g, u32 dma);

#endif /* _LG_DMA_H */
