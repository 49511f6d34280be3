// SPDX-License-Identifier: GPL-2.0
/*
 * The disks of an lguest guest: lgda, lgdb and so on. A request is one buffer,
 * which is sent to the disk's key: a header, then the data where it lies. The
 * other side sets the buffer's used word when the request is done, in any order,
 * and raises the interrupt.
 *
 * The other side is not trusted: the number of bytes that it reports is not
 * looked at, and of its status only what we know counts as success.
 */
#include <linux/bitmap.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/interrupt.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "bus.h"

#define BLOCK_DEPTH	64		/* requests that may be in flight */
#define BLOCK_SEGMENTS	(LGUEST_DMA_SECTIONS - 1)	/* the header is one */
#define BLOCK_MAX_BYTES	SZ_1M		/* of data, in one request */

#define BLOCK_MAX_PHYSICAL	SZ_64K	/* more than that is not a hint but a mistake */

/**
 * struct lguest_block - a disk
 * @ldev: the device
 * @disk: and what the block layer has of it
 * @tags: its requests
 * @lock: guards what follows; taken in interrupts
 * @sent: tags of the requests that are with the other side
 * @request: the requests, by tag
 * @sg: to collect the sections of one request
 */
struct lguest_block {
	struct lguest_device *ldev;
	struct gendisk *disk;
	struct blk_mq_tag_set tags;
	spinlock_t lock;		/* the sent requests, and @sg */
	DECLARE_BITMAP(sent, BLOCK_DEPTH);
	struct request *request[BLOCK_DEPTH];
	struct scatterlist sg[BLOCK_SEGMENTS];
};

/**
 * struct block_buffer - what belongs to a request
 * @dma: what is sent
 * @header: its first section
 */
struct block_buffer {
	struct lguest_dma dma;
	struct lguest_block_request header;
};

static blk_status_t block_status(u32 status)
{
	switch (status) {
	case LGUEST_BLOCK_OK:
		return BLK_STS_OK;
	case LGUEST_BLOCK_EINVAL:
		return BLK_STS_INVAL;
	case LGUEST_BLOCK_ENOSPC:
		return BLK_STS_NOSPC;
	case LGUEST_BLOCK_EOPNOTSUPP:
		return BLK_STS_NOTSUPP;
	case LGUEST_BLOCK_EROFS:
	case LGUEST_BLOCK_EIO:
	default:
		return BLK_STS_IOERR;
	}
}

static void block_complete(struct request *req)
{
	const struct block_buffer *buf = blk_mq_rq_to_pdu(req);

	blk_mq_end_request(req, block_status(READ_ONCE(buf->header.status)));
}

/* Complete what the other side has done. */
static void block_reap(struct lguest_block *b)
{
	DECLARE_BITMAP(done, BLOCK_DEPTH);
	unsigned long flags;
	unsigned int tag;
	u32 bytes;

	bitmap_zero(done, BLOCK_DEPTH);

	spin_lock_irqsave(&b->lock, flags);
	for_each_set_bit(tag, b->sent, BLOCK_DEPTH) {
		const struct block_buffer *buf = blk_mq_rq_to_pdu(b->request[tag]);

		if (lguest_dma_done(&buf->dma, &bytes)) {
			__clear_bit(tag, b->sent);
			__set_bit(tag, done);
		}
	}
	spin_unlock_irqrestore(&b->lock, flags);

	/* A tag that is not sent any more is ours until it is completed. */
	for_each_set_bit(tag, done, BLOCK_DEPTH)
		blk_mq_complete_request(b->request[tag]);
}

static irqreturn_t block_interrupt(int irq, void *data)
{
	block_reap(data);
	return IRQ_HANDLED;
}

static bool block_fill_header(struct lguest_block_request *header,
			      const struct request *req)
{
	*header = (struct lguest_block_request) {
		.status	= LGUEST_BLOCK_EIO,
	};

	switch (req_op(req)) {
	case REQ_OP_READ:
		header->type = LGUEST_BLOCK_READ;
		header->sector = blk_rq_pos(req);
		return true;
	case REQ_OP_WRITE:
		header->type = LGUEST_BLOCK_WRITE;
		header->sector = blk_rq_pos(req);
		return true;
	case REQ_OP_FLUSH:
		header->type = LGUEST_BLOCK_FLUSH;
		return true;
	case REQ_OP_DISCARD:
		header->type = LGUEST_BLOCK_DISCARD;
		header->sector = blk_rq_pos(req);
		header->count = blk_rq_sectors(req);
		return true;
	default:
		return false;
	}
}

/* The header and the data, at their places in memory. */
static void block_fill_dma(struct lguest_block *b, struct lguest_dma *dma,
			   const struct lguest_block_request *header,
			   struct request *req)
{
	struct scatterlist *sg;
	unsigned int i, n = 0;

	lockdep_assert_held(&b->lock);

	if (req_op(req) == REQ_OP_READ || req_op(req) == REQ_OP_WRITE) {
		sg_init_table(b->sg, BLOCK_SEGMENTS);
		n = blk_rq_map_sg(req, b->sg);
	}

	dma->used = 0;
	dma->sections = 1 + n;
	dma->section[0].addr = virt_to_phys((void *)header);
	dma->section[0].len = sizeof(*header);
	for_each_sg(b->sg, sg, n, i) {
		dma->section[1 + i].addr = sg_phys(sg);
		dma->section[1 + i].len = sg->length;
	}
}

/*
 * The lock is held over the call, so that an interrupt that completes the request
 * finds it among those that have been sent, and nobody completes it whom the host
 * has refused.
 */
static blk_status_t block_send(struct lguest_block *b, struct request *req,
			       bool *done)
{
	struct block_buffer *buf = blk_mq_rq_to_pdu(req);
	unsigned long flags;
	bool idle;
	u32 bytes;
	long err;

	spin_lock_irqsave(&b->lock, flags);
	block_fill_dma(b, &buf->dma, &buf->header, req);
	err = lguest_send_dma(b->ldev->desc.key, &buf->dma);
	idle = bitmap_empty(b->sent, BLOCK_DEPTH);
	if (!err) {
		/* Without a thread that serves the disk it is done now. */
		*done = lguest_dma_done(&buf->dma, &bytes);
		b->request[req->tag] = req;
		if (!*done)
			__set_bit(req->tag, b->sent);
	}
	spin_unlock_irqrestore(&b->lock, flags);

	if (!err)
		return BLK_STS_OK;
	/*
	 * It does not keep up. The queue is run again when a request completes;
	 * or after a while, if there is none.
	 */
	if (err == -ENOBUFS)
		return idle ? BLK_STS_RESOURCE : BLK_STS_DEV_RESOURCE;

	dev_err_ratelimited(&b->ldev->dev, "request refused: error %ld\n", err);
	return BLK_STS_IOERR;
}

static blk_status_t block_queue_rq(struct blk_mq_hw_ctx *hctx,
				   const struct blk_mq_queue_data *bd)
{
	struct lguest_block *b = hctx->queue->queuedata;
	struct request *req = bd->rq;
	struct block_buffer *buf = blk_mq_rq_to_pdu(req);
	blk_status_t status;
	bool done = false;

	if (!block_fill_header(&buf->header, req))
		return BLK_STS_NOTSUPP;

	blk_mq_start_request(req);
	status = block_send(b, req, &done);
	if (done)
		blk_mq_complete_request(req);
	return status;
}

/*
 * The launcher may be paused for as long as somebody likes, and it goes on to use
 * the memory of the request; so there is nothing to do but to wait for it.
 */
static enum blk_eh_timer_return block_timeout(struct request *req)
{
	block_reap(req->q->queuedata);
	return blk_mq_rq_state(req) == MQ_RQ_IN_FLIGHT ? BLK_EH_RESET_TIMER :
							 BLK_EH_DONE;
}

static const struct blk_mq_ops block_mq_ops = {
	.queue_rq	= block_queue_rq,
	.complete	= block_complete,
	.timeout	= block_timeout,
};

static const struct block_device_operations block_fops = {
	.owner		= THIS_MODULE,
};

/* What the launcher says of the disk is checked here, once. */
static int block_read_limits(const struct lguest_device *ldev,
			     struct queue_limits *lim)
{
	const struct lguest_block_config *config = &ldev->desc.config.block;
	u32 size = config->block_size;
	u32 physical = config->physical_block_size;

	if (!is_power_of_2(size) || size < SECTOR_SIZE || size > SZ_4K) {
		dev_err(&ldev->dev, "block size %u is not supported\n", size);
		return -EINVAL;
	}
	if (!config->sectors || config->sectors > LLONG_MAX >> SECTOR_SHIFT ||
	    config->sectors & ((size >> SECTOR_SHIFT) - 1)) {
		dev_err(&ldev->dev, "%llu sectors do not make a disk of blocks of %u bytes\n",
			config->sectors, size);
		return -EINVAL;
	}
	if (!is_power_of_2(physical) || physical < size ||
	    physical > BLOCK_MAX_PHYSICAL)
		physical = size;

	*lim = (struct queue_limits) {
		.logical_block_size	= size,
		.physical_block_size	= physical,
		.max_hw_sectors		= BLOCK_MAX_BYTES >> SECTOR_SHIFT,
		.max_segments		= BLOCK_SEGMENTS,
		.max_segment_size	= BLOCK_MAX_BYTES,
	};
	if (ldev->desc.features & LGUEST_BLOCK_F_FLUSH)
		lim->features |= BLK_FEAT_WRITE_CACHE;
	if (ldev->desc.features & LGUEST_BLOCK_F_DISCARD)
		lim->max_hw_discard_sectors =
			round_down(config->max_discard, size >> SECTOR_SHIFT);
	return 0;
}

/* No more than LGUEST_MAX_DEVICES: lgda ... lgdz, lgdaa ... */
static void block_name(char *name, unsigned int n)
{
	if (n < 26)
		snprintf(name, DISK_NAME_LEN, "lgd%c", 'a' + n);
	else
		snprintf(name, DISK_NAME_LEN, "lgd%c%c", 'a' + n / 26 - 1,
			 'a' + n % 26);
}

static int block_add_disk(struct lguest_block *b, struct queue_limits *lim)
{
	struct lguest_device *ldev = b->ldev;
	struct gendisk *disk;
	int err;

	disk = blk_mq_alloc_disk(&b->tags, lim, b);
	if (IS_ERR(disk))
		return PTR_ERR(disk);

	b->disk = disk;
	block_name(disk->disk_name, ldev->nth);
	disk->fops = &block_fops;
	set_capacity(disk, ldev->desc.config.block.sectors);
	if (ldev->desc.features & LGUEST_BLOCK_F_RO)
		set_disk_ro(disk, true);

	/* From here on there are requests, to read the partition table. */
	err = device_add_disk(&ldev->dev, disk, NULL);
	if (err)
		put_disk(disk);
	return err;
}

static int block_probe(struct lguest_device *ldev)
{
	struct queue_limits lim;
	struct lguest_block *b;
	int err;

	err = block_read_limits(ldev, &lim);
	if (err)
		return err;

	b = kzalloc_obj(*b);
	if (!b)
		return -ENOMEM;
	b->ldev = ldev;
	spin_lock_init(&b->lock);

	b->tags.ops = &block_mq_ops;
	b->tags.nr_hw_queues = 1;
	b->tags.queue_depth = BLOCK_DEPTH;
	b->tags.numa_node = NUMA_NO_NODE;
	b->tags.cmd_size = sizeof(struct block_buffer);
	err = blk_mq_alloc_tag_set(&b->tags);
	if (err)
		goto free;

	err = request_irq(ldev->irq, block_interrupt, 0, dev_name(&ldev->dev), b);
	if (err)
		goto free_tags;

	err = block_add_disk(b, &lim);
	if (err)
		goto free_irq;

	dev_set_drvdata(&ldev->dev, b);
	return 0;

free_irq:
	free_irq(ldev->irq, b);
free_tags:
	blk_mq_free_tag_set(&b->tags);
free:
	kfree(b);
	return err;
}

/* What is in flight ends first, which needs the interrupt. */
static void block_remove(struct lguest_device *ldev)
{
	struct lguest_block *b = dev_get_drvdata(&ldev->dev);

	del_gendisk(b->disk);
	free_irq(ldev->irq, b);
	put_disk(b->disk);
	blk_mq_free_tag_set(&b->tags);
	kfree(b);
}

static struct lguest_driver block_driver = {
	.driver.name	= "lguest_block",
	.type		= LGUEST_DEVICE_BLOCK,
	.probe		= block_probe,
	.remove		= block_remove,
};
module_lguest_driver(block_driver);

static_assert(LGUEST_DEVICE_BLOCK == 2);
MODULE_ALIAS("lguest:t2");
MODULE_DESCRIPTION("Disks of an lguest guest");
MODULE_LICENSE("GPL");
