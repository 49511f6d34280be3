/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between an lguest guest and its host.
 *
 * A guest starts in ring 1 with flat segments, paging and interrupts off, and
 * with %esi pointing to a struct boot_params whose hdr.hardware_subarch is
 * X86_SUBARCH_LGUEST. hdr.hardware_subarch_data holds the guest physical
 * address of a struct lguest_platform, which begins with the signature.
 *
 * A hypercall is "int $LGUEST_HYPERCALL" from ring 1 with the number in %eax
 * and arguments in %ebx, %ecx, %edx, %esi. The result, or a negative errno, is
 * in %eax; other registers are kept. From ring 3 the instruction faults.
 * An unknown number gives -EOPNOTSUPP. Addresses are guest physical where it says
 * so and linear otherwise. Documentation/virt/lguest/spec.rst has all the errors; here
 * are those that a guest has to expect.
 */
#ifndef _UAPI_ASM_X86_LGUEST_H
#define _UAPI_ASM_X86_LGUEST_H

#define LGUEST_ABI_VERSION	1

#define LGUEST_HYPERCALL	0x1f	/* interrupt vector */

/*
 * LGUEST_HC_INIT(shared, version): name the shared page of this virtual
 * processor (guest physical, page aligned) and the version of this contract.
 * -EINVAL: not RAM, not aligned; -EPROTO: version not known; -EBUSY: twice.
 */
#define LGUEST_HC_INIT		1
/*
 * LGUEST_HC_LOAD_CR3(root): load a page table root. shared->next_ctx_id and
 * shared->next_tlb_gen say which version of which address space it is; a root
 * for which shared->next_ctx_id is 0 is never kept. A load of the root that is
 * loaded already flushes every user address.
 */
#define LGUEST_HC_LOAD_CR3	2
/*
 * LGUEST_HC_FLUSH(kind, address): forget translations, as a processor's TLB
 * would. LGUEST_FLUSH_ONE: one address (user or kernel), LGUEST_FLUSH_USER: all
 * addresses below shared->kernel_start, LGUEST_FLUSH_ALL: everything, of every
 * address space. LGUEST_FLUSH_QUEUE: the shared->flush_count addresses in
 * shared->flush[].
 */
#define LGUEST_HC_FLUSH		3
#define LGUEST_FLUSH_ONE	1
#define LGUEST_FLUSH_USER	2
#define LGUEST_FLUSH_ALL	3
#define LGUEST_FLUSH_QUEUE	4
/* LGUEST_HC_LOAD_GDT(address, entries): the host takes a copy. */
#define LGUEST_HC_LOAD_GDT	4
/* LGUEST_HC_LOAD_GDT_ENTRY(index, low, high): change the host's copy. */
#define LGUEST_HC_LOAD_GDT_ENTRY 5
/*
 * LGUEST_HC_SWITCH(flags): what a task switch changes, in one call.
 * LGUEST_SWITCH_CR3: LGUEST_HC_LOAD_CR3(shared->next_cr3);
 * LGUEST_SWITCH_TLS: shared->tls[] are the three TLS descriptors, which go to
 * GDT entries shared->tls_index and following.
 */
#define LGUEST_HC_SWITCH	6
#define LGUEST_SWITCH_CR3	1
#define LGUEST_SWITCH_TLS	2
/* LGUEST_HC_LOAD_IDT(address, entries): the host takes a copy. */
#define LGUEST_HC_LOAD_IDT	7
/* LGUEST_HC_LOAD_IDT_ENTRY(index, low, high): change the host's copy. */
#define LGUEST_HC_LOAD_IDT_ENTRY 8
/* LGUEST_HC_SET_STACK(ss, esp): the ring 1 stack for traps from ring 3. */
#define LGUEST_HC_SET_STACK	9
/*
 * LGUEST_HC_IRQ_WINDOW(): shared->irq_pending was found set after interrupts
 * had been enabled: queued flushes are done, pending interrupts delivered.
 */
#define LGUEST_HC_IRQ_WINDOW	10
/*
 * LGUEST_HC_HALT(flag): wait for an interrupt. If @flag is X86_EFLAGS_IF the host sets
 * shared->irq_enabled first, so that no interrupt comes between that and the wait. If
 * shared->irq_enabled is clear then, or there is no shared page yet, the guest ends as
 * halted for ever.
 */
#define LGUEST_HC_HALT		11
/*
 * LGUEST_HC_SET_TIMER(low, high): raise LGUEST_IRQ_TIMER at this absolute time
 * in nanoseconds of shared->time. ~0ULL: never. A time that is past: at once.
 */
#define LGUEST_HC_SET_TIMER	12
/* LGUEST_HC_CONSOLE(address, length): early output; guest physical, in RAM. */
#define LGUEST_HC_CONSOLE	13
/*
 * LGUEST_HC_SHUTDOWN(kind, text): does not return. @text is the guest physical
 * address of a NUL terminated string, or 0. For a reboot it is the argument of
 * LINUX_REBOOT_CMD_RESTART2, if there was one.
 */
#define LGUEST_HC_SHUTDOWN	14
#define LGUEST_SHUTDOWN_POWEROFF 1
#define LGUEST_SHUTDOWN_REBOOT	2
#define LGUEST_SHUTDOWN_PANIC	3
/*
 * LGUEST_HC_BIND_DMA(key, dmas, count, irq): offer @count buffers, an array of
 * struct lguest_dma at guest physical address @dmas, to whoever sends to @key (a
 * guest physical address). @irq is raised when one has been filled. @count 0
 * takes the offer back. -EEXIST: bound already; -ENOENT: not bound; -EINVAL:
 * not RAM, not aligned, too many; -ENOSPC: too many keys; -ENOMEM: the host has no
 * memory; -EINTR: the launcher is being killed.
 *
 * A key in memory that launchers share is known to all their guests: it is the
 * place in the file that counts, not the address.
 */
#define LGUEST_HC_BIND_DMA	15
/*
 * LGUEST_HC_SEND_DMA(key, dma): send the buffer at guest physical address @dma
 * to @key. Its used word must be 0.
 *
 * If another guest has bound the key, the host copies: byte by byte through the
 * sections of both sides, until one of them is full; at most LGUEST_DMA_MAX
 * bytes. Both used words tell how many that were, the sender's before the call
 * returns. If a launcher's thread listens there, it sets the used word of the
 * buffer later, and raises the interrupt that its device says. If nobody does,
 * the launcher is asked, and the word is set when the call returns.
 *
 * -EINVAL: not RAM; -ENOBUFS: the receiver has no free buffer, or does not keep
 * up: try again later.
 */
#define LGUEST_HC_SEND_DMA	16

/* Bits of shared->irq_pending. */
#define LGUEST_PENDING_IRQ	1	/* set by the host: an interrupt waits */
#define LGUEST_PENDING_FLUSH	2	/* set by the guest: shared->flush[] is not empty */

#define LGUEST_IRQS		32	/* interrupt numbers 0 ... 31 */
#define LGUEST_IRQ_TIMER	0	/* number of the timer's interrupt */

#define LGUEST_FLUSH_MAX	33	/* entries of shared->flush[] */

#define LGUEST_TLS_ENTRIES	3

#define LGUEST_SIGNATURE	"lguest\x07\x02"	/* 8 bytes, not terminated */

#define LGUEST_DMA_SECTIONS	16
#define LGUEST_DMA_USED		0x80000000u
#define LGUEST_DMA_TAKEN	0x40000000u
#define LGUEST_DMA_MAX		0x20000u	/* bytes from guest to guest at once */

/* Sizes and places that assembly needs. */
#define LGUEST_SHARED_IRQ_ENABLED	0
#define LGUEST_SHARED_IRQ_PENDING	4
#define LGUEST_SHARED_CR2		8
#define LGUEST_SHARED_FAULT		292

#ifndef __ASSEMBLER__

#include <linux/types.h>

/**
 * struct lguest_user_fault - a page fault of ring 3, as a processor pushes it
 * @error: error code
 * @eip: where the program was
 * @cs: its code segment
 * @eflags: its flags
 * @esp: its stack
 * @ss: and the segment of that
 *
 * The address is in lguest_shared.cr2.
 */
struct lguest_user_fault {
	__u32 error;
	__u32 eip;
	__u32 cs;
	__u32 eflags;
	__u32 esp;
	__u32 ss;
};

/**
 * struct lguest_shared - what a virtual processor and the host share: a page
 * @irq_enabled: the interrupt flag of ring 1: 0 or X86_EFLAGS_IF. The guest
 *	clears it before it returns to ring 3, where interrupts are always on;
 *	so a trap from ring 3 finds it clear. The host clears it when it
 *	delivers through an interrupt gate.
 * @irq_pending: LGUEST_PENDING_* bits; a guest that has set @irq_enabled and
 *	finds this not zero calls LGUEST_HC_IRQ_WINDOW
 * @cr2: address of the last page fault that the host delivered
 * @callback_vector: IDT entry through which interrupts are delivered
 * @irqs: bitmap of interrupts that are raised; the host sets bits, the guest
 *	clears them (both with locked instructions)
 * @irqs_masked: bitmap of interrupts that the guest does not want delivered
 * @kernel_start: first address of the guest kernel's half of every address
 *	space; a multiple of 4M (PAGE_OFFSET in Linux)
 * @user_cs: selector of ring 3 code to which @irq_pending must not get lost:
 *	see the specification; 0 for none
 * @next_cr3: for LGUEST_HC_SWITCH
 * @tls_index: for LGUEST_HC_SWITCH
 * @next_ctx_id: identity of the address space of the next CR3 load
 * @next_tlb_gen: and its generation
 * @tlb_gen: generation that the loaded address space is known to be coherent
 *	with: the guest advances it as it flushes; the host sets it to
 *	@next_tlb_gen as it loads CR3
 * @tls: for LGUEST_HC_SWITCH
 * @flush_count: entries in use in @flush
 * @flush: queued flushes of single user addresses
 * @tsc_khz: frequency of the time stamp counter
 * @wall_sec: seconds since 1970 at the time 0 of @time
 * @wall_nsec: and nanoseconds
 * @time: the clock: a struct pvclock_vcpu_time_info, 32 bytes
 * @fault_entry: offset, in the segment of the IDT's gate for page faults, of code
 *	that takes page faults of ring 3 from @fault; 0: the guest wants all of them
 *	through its IDT. Such a fault may be spurious: see the specification.
 * @fault: for that code
 */
struct lguest_shared {
	__u32 irq_enabled;
	__u32 irq_pending;
	__u32 cr2;
	__u32 callback_vector;
	__u32 irqs;
	__u32 irqs_masked;
	__u32 kernel_start;
	__u32 user_cs;
	__u32 next_cr3;
	__u32 tls_index;
	__u64 next_ctx_id;
	__u64 next_tlb_gen;
	__u64 tlb_gen;
	__u64 tls[LGUEST_TLS_ENTRIES];
	__u32 flush_count;
	__u32 flush[LGUEST_FLUSH_MAX];
	__u32 tsc_khz;
	__u32 wall_nsec;
	__u64 wall_sec;
	__u8 time[32] __attribute__((__aligned__(32)));
	__u32 fault_entry;
	struct lguest_user_fault fault;
};

/**
 * struct lguest_dma_section - a piece of memory
 * @addr: guest physical address
 * @len: bytes
 */
struct lguest_dma_section {
	__u32 addr;
	__u32 len;
};

/**
 * struct lguest_dma - a buffer
 * @used: 0: free. LGUEST_DMA_USED | bytes: a transfer has put @bytes into it
 *	(or, for one that was sent, taken from it). LGUEST_DMA_TAKEN: somebody
 *	is about to fill it. Buffers bound to one key are filled in the order of
 *	the array, round and round, each when it is free and its turn comes.
 *	A buffer that is marked as taken when its key is unbound is still being
 *	filled until it is marked as used.
 * @sections: entries in use in @section
 * @section: its parts, in order
 */
struct lguest_dma {
	__u32 used;
	__u32 sections;
	struct lguest_dma_section section[LGUEST_DMA_SECTIONS];
};

/**
 * enum lguest_device_type - what a device is
 * @LGUEST_DEVICE_NONE: 0, the end of the list
 * @LGUEST_DEVICE_CONSOLE: 1; input: bind to key; output: send to key + 4
 * @LGUEST_DEVICE_BLOCK: 2; requests: send to key
 * @LGUEST_DEVICE_NET: 3; receive: bind to key; send to config.net.tx_key
 * @LGUEST_DEVICE_BUTTON: 4; its interrupt asks the guest to power off
 */
enum lguest_device_type {
	LGUEST_DEVICE_NONE	= 0,
	LGUEST_DEVICE_CONSOLE	= 1,
	LGUEST_DEVICE_BLOCK	= 2,
	LGUEST_DEVICE_NET	= 3,
	LGUEST_DEVICE_BUTTON	= 4,
};

/* Features of a block device. */
#define LGUEST_BLOCK_F_RO	1	/* writes fail with LGUEST_BLOCK_EROFS */
#define LGUEST_BLOCK_F_FLUSH	2	/* it has a cache that must be flushed */
#define LGUEST_BLOCK_F_DISCARD	4

/**
 * struct lguest_block_config - a disk
 * @sectors: size, in units of 512 bytes
 * @block_size: what requests must be a multiple of, in bytes
 * @physical_block_size: what they better are a multiple of, in bytes
 * @max_discard: sectors that one discard may have
 * @reserved: zero
 */
struct lguest_block_config {
	__u64 sectors;
	__u32 block_size;
	__u32 physical_block_size;
	__u32 max_discard;
	__u32 reserved[7];
};

/**
 * enum lguest_block_type - what is asked of a disk
 * @LGUEST_BLOCK_READ: 0
 * @LGUEST_BLOCK_WRITE: 1
 * @LGUEST_BLOCK_FLUSH: 2, what was written before is to be on the disk
 * @LGUEST_BLOCK_DISCARD: 3, count sectors are not needed any more
 */
enum lguest_block_type {
	LGUEST_BLOCK_READ	= 0,
	LGUEST_BLOCK_WRITE	= 1,
	LGUEST_BLOCK_FLUSH	= 2,
	LGUEST_BLOCK_DISCARD	= 3,
};

/**
 * enum lguest_block_status - how a request ended
 * @LGUEST_BLOCK_OK: 0
 * @LGUEST_BLOCK_EIO: 1
 * @LGUEST_BLOCK_EINVAL: 2, not a request, or past the end
 * @LGUEST_BLOCK_EROFS: 3
 * @LGUEST_BLOCK_ENOSPC: 4
 * @LGUEST_BLOCK_EOPNOTSUPP: 5
 */
enum lguest_block_status {
	LGUEST_BLOCK_OK		= 0,
	LGUEST_BLOCK_EIO	= 1,
	LGUEST_BLOCK_EINVAL	= 2,
	LGUEST_BLOCK_EROFS	= 3,
	LGUEST_BLOCK_ENOSPC	= 4,
	LGUEST_BLOCK_EOPNOTSUPP	= 5,
};

/**
 * struct lguest_block_request - section 0 of what is sent to a disk
 * @type: enum lguest_block_type
 * @status: enum lguest_block_status; set by the other side
 * @sector: where, in units of 512 bytes
 * @count: sectors, of a discard; zero otherwise
 * @reserved: zero
 *
 * That section has exactly this size; without it nothing is done, and no status is
 * set. The other sections are the data, in order. Requests may complete in any
 * order; the used word of one that has is LGUEST_DMA_USED.
 */
struct lguest_block_request {
	__u32 type;
	__u32 status;
	__u64 sector;
	__u32 count;
	__u32 reserved;
};

/* Features of a network device. */
#define LGUEST_NET_F_CSUM	1	/* packets without a checksum, both ways */
#define LGUEST_NET_F_TSO	2	/* TCP segments of up to 64K, both ways */
#define LGUEST_NET_F_PEER	4	/* the other side is a guest, by shared memory */

/**
 * struct lguest_net_config - a network device
 * @mac: its address
 * @link: 1: there is somebody on the other side. The launcher changes it, and
 *	raises the interrupt
 * @pad: zero
 * @tx_key: what packets are sent to
 * @reserved: zero
 *
 * A received buffer may be used with less than a packet, or nothing: it is to be
 * offered again. The used word of a packet that was sent counts all of it with its
 * header, or 0 if nobody took it. Every packet, in both directions, begins with a
 * struct virtio_net_hdr (10 bytes, little-endian; linux/virtio_net.h) that says what
 * the receiver still has to do for it.
 */
struct lguest_net_config {
	__u8 mac[6];
	__u8 link;
	__u8 pad;
	__u32 tx_key;
	__u32 reserved[9];
};

/**
 * struct lguest_device_desc - a device that the launcher offers
 * @type: enum lguest_device_type
 * @features: depends on the type; zero for a console
 * @key: guest physical address that its DMA is bound to
 * @irq: number of its interrupt
 * @config: depends on the type; zero for a console
 */
struct lguest_device_desc {
	__u32 type;
	__u32 features;
	__u32 key;
	__u32 irq;
	union {
		__u32 words[12];
		struct lguest_block_config block;
		struct lguest_net_config net;
	} config;
};

#define LGUEST_MAX_DEVICES	32

/**
 * struct lguest_platform - what boot_params.hdr.hardware_subarch_data points to
 * @signature: LGUEST_SIGNATURE
 * @version: LGUEST_ABI_VERSION
 * @size: bytes of this structure; a guest that knows a shorter one takes that much
 * @reserved: zero
 * @device: the devices, up to the first of type LGUEST_DEVICE_NONE
 *
 * It lies in a page of RAM of its own that the memory map calls reserved, in the first
 * megabyte: Linux looks at it by the page tables that it has begun with.
 */
struct lguest_platform {
	__u8 signature[8];
	__u32 version;
	__u32 size;
	__u32 reserved[12];
	struct lguest_device_desc device[LGUEST_MAX_DEVICES];
};

#endif /* __ASSEMBLER__ */
#endif /* _UAPI_ASM_X86_LGUEST_H */
