/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/**
 * DOC: The control file
 *
 * The contract between a launcher and the module lg: the device /dev/lguest.
 *
 * One open file is one guest. A write() is a command: one structure of this
 * file, of exactly its size, that begins with an enum lguest_command. It
 * returns the size of the structure.
 *
 * A read() at file position n runs virtual processor n, until it needs the
 * launcher, and then stores a struct lguest_exit. A read() at position
 * LGUEST_INFO_POS stores a struct lguest_info and is allowed at any time; one at
 * LGUEST_STATS_POS stores a struct lguest_stats. No read() moves the position.
 *
 * poll() reports POLLIN from LGUEST_INITIALISE until a read() has told that the
 * guest is dead, and POLLHUP as soon as it is.
 *
 * Errors of open(), write() and read():
 *
 * EINVAL
 *	unknown command, wrong size, reserved field not zero, value out of range,
 *	a virtual processor that is not there; read(): fewer bytes than the
 *	structure has, a position that is none; open(): by a kernel thread
 * EFAULT
 *	an address in the structure, or the structure, cannot be accessed;
 *	LGUEST_GET_DMA: nor can the guest's memory be pinned
 * ENOMEM
 *	open(), LGUEST_INITIALISE, LGUEST_LISTEN, LGUEST_GET_DMA: no memory.
 *	LGUEST_INITIALISE: or all guests' RAM is too much: 8 bytes a page of it
 *	come from half of the host's vmalloc space
 * ENXIO
 *	commands, read() of a run or of LGUEST_STATS_POS: LGUEST_INITIALISE has
 *	to be first
 * EBUSY
 *	LGUEST_INITIALISE came already; read(): another read() runs this virtual
 *	processor
 * EIO
 *	the caller's address space is not the one that opened the file (but at
 *	LGUEST_INFO_POS)
 * EBADF
 *	LGUEST_LISTEN: not an eventfd
 * EEXIST
 *	LGUEST_LISTEN: somebody listens there already
 * ENOSPC
 *	LGUEST_LISTEN: too many keys
 * ENOENT
 *	LGUEST_GET_DMA: nothing is bound to that key; LGUEST_LISTEN with eventfd
 *	-1, LGUEST_TAKE_DMA: nobody listens there
 * ENOBUFS
 *	LGUEST_GET_DMA: the buffer whose turn it is, is in use
 * EINTR
 *	read(): a signal came whose handler has no SA_RESTART; LGUEST_INITIALISE,
 *	LGUEST_GET_DMA: one that kills
 * EOPNOTSUPP
 *	read() by io_uring or AIO: it is for a thread that waits
 * ESHUTDOWN
 *	the guest is dead
 */
#ifndef _UAPI_LINUX_LGUEST_H
#define _UAPI_LINUX_LGUEST_H

#include <linux/types.h>

#define LGUEST_API_VERSION	1

/* pread() at this position asks what the module can do. */
#define LGUEST_INFO_POS		0x100000
/* And at this one what the guest did: a struct lguest_stats. */
#define LGUEST_STATS_POS	0x200000

/* Features, as bits of lguest_info.features. */
#define LGUEST_FEATURE_DMA	(1ULL << 0)	/* guest and launcher */
#define LGUEST_FEATURE_SHARED_DMA (1ULL << 1)	/* guest and guest */
#define LGUEST_FEATURE_LISTEN	(1ULL << 2)	/* LGUEST_LISTEN and LGUEST_TAKE_DMA */

/**
 * struct lguest_info - what the module can do
 * @version: LGUEST_API_VERSION of the module
 * @max_vcpus: number of virtual processors that a guest may have
 * @features: LGUEST_FEATURE_* bits
 * @max_ram: largest ram_size that LGUEST_INITIALISE takes, in bytes
 * @window: first linear address that no guest may use
 * @reserved: zero
 */
struct lguest_info {
	__u32 version;
	__u32 max_vcpus;
	__u64 features;
	__u64 max_ram;
	__u32 window;
	__u32 reserved[9];
};

/**
 * enum lguest_command - the first word of what is written
 * @LGUEST_INITIALISE: 1, struct lguest_initialise
 * @LGUEST_INTERRUPT: 2, struct lguest_interrupt
 * @LGUEST_GET_DMA: 3, struct lguest_get_dma
 * @LGUEST_BREAK: 4, struct lguest_break
 * @LGUEST_LISTEN: 5, struct lguest_listen
 * @LGUEST_TAKE_DMA: 6, struct lguest_take_dma
 */
enum lguest_command {
	LGUEST_INITIALISE	= 1,
	LGUEST_INTERRUPT	= 2,
	LGUEST_GET_DMA		= 3,
	LGUEST_BREAK		= 4,
	LGUEST_LISTEN		= 5,
	LGUEST_TAKE_DMA		= 6,
};

/**
 * struct lguest_initialise - make the guest
 * @command: LGUEST_INITIALISE
 * @flags: zero
 * @ram_base: address in the caller where the guest's physical memory begins;
 *	a multiple of the page size. Where the guest has DMA buffers it must be
 *	anonymous memory or that of a tmpfs or memfd, not of another file, not
 *	MAP_HUGETLB, and not a userfaultfd's (LGUEST_GET_DMA: EFAULT)
 * @ram_size: bytes of guest physical memory; a multiple of the page size, from 64 KB
 *	to lguest_info.max_ram, and all of it below the end of user space
 * @entry: guest physical address where virtual processor 0 starts, in ring 1,
 *	with paging off and flat segments; below @ram_size
 * @boot_params: value of %esi at the start; a guest physical address below
 *	@ram_size
 * @reserved: zero
 */
struct lguest_initialise {
	__u32 command;
	__u32 flags;
	__u64 ram_base;
	__u64 ram_size;
	__u32 entry;
	__u32 boot_params;
	__u32 reserved[8];
};

/**
 * struct lguest_interrupt - raise an interrupt in the guest
 * @command: LGUEST_INTERRUPT
 * @irq: number, below LGUEST_IRQS (asm/lguest.h)
 * @reserved: zero
 */
struct lguest_interrupt {
	__u32 command;
	__u32 irq;
	__u32 reserved[2];
};

/**
 * struct lguest_get_dma - take a free buffer that the guest has bound
 * @command: LGUEST_GET_DMA
 * @key: guest physical address that the buffers are bound to
 * @result: address of a struct lguest_dma_buffer that is filled in; cleared if
 *	there is none
 *
 * Buffers are handed out in the order of the array that was bound, round and
 * round. The one handed out is marked LGUEST_DMA_TAKEN, and is not handed out
 * again before the guest has freed it: the launcher copies its data into the
 * sections, stores LGUEST_DMA_USED | length in the used word of the struct
 * lguest_dma, and raises the interrupt.
 */
struct lguest_get_dma {
	__u32 command;
	__u32 key;
	__u64 result;
};

/**
 * struct lguest_dma_buffer - what LGUEST_GET_DMA found
 * @dma: guest physical address of the struct lguest_dma (asm/lguest.h)
 * @irq: the interrupt to raise when it has been filled
 */
struct lguest_dma_buffer {
	__u32 dma;
	__u32 irq;
};

/**
 * struct lguest_listen - have a thread serve what is sent to a key
 * @command: LGUEST_LISTEN
 * @key: guest physical address
 * @eventfd: an eventfd that is signalled for each buffer that is sent there; -1:
 *	listen no more, what has not been taken is lost
 * @reserved: zero
 *
 * What is sent to the key does not make the read() return that runs the guest,
 * but waits to be taken. When LGUEST_SENT_MAX buffers wait, senders get ENOBUFS.
 * A key that another guest has bound in shared memory goes to that guest first.
 */
struct lguest_listen {
	__u32 command;
	__u32 key;
	__s32 eventfd;
	__u32 reserved;
};

#define LGUEST_SENT_MAX		256

/**
 * struct lguest_take_dma - take what was sent to a key
 * @command: LGUEST_TAKE_DMA
 * @key: guest physical address that LGUEST_LISTEN has named
 * @result: address of a struct lguest_sent that is filled in
 *
 * It does not wait: the count may be 0. When the launcher is done with a buffer
 * it stores LGUEST_DMA_USED | length in its used word, and raises the interrupt
 * of the device when it has done some. The address is as the guest gave it: only
 * that the structure lies in RAM has been checked.
 */
struct lguest_take_dma {
	__u32 command;
	__u32 key;
	__u64 result;
};

/**
 * struct lguest_sent - what LGUEST_TAKE_DMA found
 * @count: entries in use in @dma
 * @dma: guest physical addresses of struct lguest_dma, in the order in which
 *	they were sent
 */
struct lguest_sent {
	__u32 count;
	__u32 dma[63];
};

/**
 * struct lguest_break - make a run return
 * @command: LGUEST_BREAK
 * @vcpu: the virtual processor whose current, or else next, read() returns
 *	with LGUEST_EXIT_BREAK
 * @reserved: zero
 */
struct lguest_break {
	__u32 command;
	__u32 vcpu;
	__u32 reserved[2];
};

/**
 * enum lguest_exit_reason - why a read() returned
 * @LGUEST_EXIT_DMA: 1, a buffer was sent to a key without a receiver
 * @LGUEST_EXIT_CONSOLE: 2, early output
 * @LGUEST_EXIT_BREAK: 3, LGUEST_BREAK
 * @LGUEST_EXIT_HALTED: 16, halted with interrupts off
 * @LGUEST_EXIT_SHUTDOWN: 17, it asked to end
 * @LGUEST_EXIT_KILLED: 18, it did what it must not
 *
 * The guest is dead after the last three; a further read() gives ESHUTDOWN.
 */
enum lguest_exit_reason {
	LGUEST_EXIT_DMA		= 1,
	LGUEST_EXIT_CONSOLE	= 2,
	LGUEST_EXIT_BREAK	= 3,
	LGUEST_EXIT_HALTED	= 16,
	LGUEST_EXIT_SHUTDOWN	= 17,
	LGUEST_EXIT_KILLED	= 18,
};

#define LGUEST_EXIT_TEXT	256	/* bytes of text, with the final NUL */

/**
 * struct lguest_exit - what a read() that ran the guest returns
 * @reason: enum lguest_exit_reason
 * @reserved: zero
 * @dma: for LGUEST_EXIT_DMA
 * @dma.key: guest physical address that was sent to
 * @dma.dma: guest physical address of the struct lguest_dma; the launcher
 *	stores LGUEST_DMA_USED | length there and runs the guest again
 * @console: for LGUEST_EXIT_CONSOLE
 * @console.addr: guest physical address of the text; checked to be RAM
 * @console.len: bytes
 * @shutdown: for LGUEST_EXIT_SHUTDOWN
 * @shutdown.kind: LGUEST_SHUTDOWN_* (asm/lguest.h)
 * @words: room for other reasons
 * @text: for LGUEST_EXIT_SHUTDOWN the guest's text (unprintable bytes are
 *	replaced), for LGUEST_EXIT_KILLED the host's reason
 *
 * The count that read() returns may leave out @text when it is empty.
 */
struct lguest_exit {
	__u32 reason;
	__u32 reserved;
	union {
		struct {
			__u32 key;
			__u32 dma;
		} dma;
		struct {
			__u32 addr;
			__u32 len;
		} console;
		struct {
			__u32 kind;
			__u32 pad;
		} shutdown;
		__u32 words[14];
	};
	char text[LGUEST_EXIT_TEXT];
};

/**
 * enum lguest_stat - what is counted, since the guest was made
 * @LGUEST_STAT_ENTRY: world switches
 * @LGUEST_STAT_INTERRUPT: host interrupts that came in the guest
 * @LGUEST_STAT_NMI: NMIs and machine checks in the guest
 * @LGUEST_STAT_NMI_SWITCHER: and in the switcher
 * @LGUEST_STAT_HYPERCALL: hypercalls
 * @LGUEST_STAT_PAGE_FAULT: page faults, of which
 * @LGUEST_STAT_FILL: the shadow was filled
 * @LGUEST_STAT_REFLECT: or the guest got them
 * @LGUEST_STAT_REFLECT_SWITCHER: faults that the guest got without an exit
 * @LGUEST_STAT_EMULATE: privileged instructions
 * @LGUEST_STAT_IRET: iret instructions that the host completed
 * @LGUEST_STAT_INJECT_IRQ: virtual interrupts
 * @LGUEST_STAT_INJECT_TRAP: other traps that the guest got
 * @LGUEST_STAT_LOAD_CR3: address spaces loaded, of which
 * @LGUEST_STAT_CR3_REUSED: the shadow was still good
 * @LGUEST_STAT_FLUSH_ONE: flushes of one address
 * @LGUEST_STAT_FLUSH_USER: of all user addresses
 * @LGUEST_STAT_FLUSH_ALL: of everything
 * @LGUEST_STAT_HALT: times that it waited for an interrupt
 * @LGUEST_STAT_USER_EXIT: returns to the launcher
 * @LGUEST_STAT_DMA_COPIED: buffers sent to other guests
 * @LGUEST_STAT_DMA_QUEUED: buffers sent to threads that listen
 * @LGUEST_STAT_DMA_NO_BUFFER: buffers nobody had room for
 * @LGUEST_STATS: how many there are
 */
enum lguest_stat {
	LGUEST_STAT_ENTRY,
	LGUEST_STAT_INTERRUPT,
	LGUEST_STAT_NMI,
	LGUEST_STAT_NMI_SWITCHER,
	LGUEST_STAT_HYPERCALL,
	LGUEST_STAT_PAGE_FAULT,
	LGUEST_STAT_FILL,
	LGUEST_STAT_REFLECT,
	LGUEST_STAT_REFLECT_SWITCHER,
	LGUEST_STAT_EMULATE,
	LGUEST_STAT_IRET,
	LGUEST_STAT_INJECT_IRQ,
	LGUEST_STAT_INJECT_TRAP,
	LGUEST_STAT_LOAD_CR3,
	LGUEST_STAT_CR3_REUSED,
	LGUEST_STAT_FLUSH_ONE,
	LGUEST_STAT_FLUSH_USER,
	LGUEST_STAT_FLUSH_ALL,
	LGUEST_STAT_HALT,
	LGUEST_STAT_USER_EXIT,
	LGUEST_STAT_DMA_COPIED,
	LGUEST_STAT_DMA_QUEUED,
	LGUEST_STAT_DMA_NO_BUFFER,
	LGUEST_STATS
};

/* Their names in debugfs and in the launcher: initialisers of an array. */
#define LGUEST_STAT_NAMES						\
	[LGUEST_STAT_ENTRY]		= "entry",			\
	[LGUEST_STAT_INTERRUPT]		= "interrupt",			\
	[LGUEST_STAT_NMI]		= "nmi",			\
	[LGUEST_STAT_NMI_SWITCHER]	= "nmi_switcher",		\
	[LGUEST_STAT_HYPERCALL]		= "hypercall",			\
	[LGUEST_STAT_PAGE_FAULT]	= "page_fault",			\
	[LGUEST_STAT_FILL]		= "fill",			\
	[LGUEST_STAT_REFLECT]		= "reflect",			\
	[LGUEST_STAT_REFLECT_SWITCHER]	= "reflect_switcher",		\
	[LGUEST_STAT_EMULATE]		= "emulate",			\
	[LGUEST_STAT_IRET]		= "iret",			\
	[LGUEST_STAT_INJECT_IRQ]	= "inject_irq",			\
	[LGUEST_STAT_INJECT_TRAP]	= "inject_trap",		\
	[LGUEST_STAT_LOAD_CR3]		= "load_cr3",			\
	[LGUEST_STAT_CR3_REUSED]	= "cr3_reused",			\
	[LGUEST_STAT_FLUSH_ONE]		= "flush_one",			\
	[LGUEST_STAT_FLUSH_USER]	= "flush_user",			\
	[LGUEST_STAT_FLUSH_ALL]		= "flush_all",			\
	[LGUEST_STAT_HALT]		= "halt",			\
	[LGUEST_STAT_USER_EXIT]		= "user_exit",			\
	[LGUEST_STAT_DMA_COPIED]	= "dma_copied",			\
	[LGUEST_STAT_DMA_QUEUED]	= "dma_queued",			\
	[LGUEST_STAT_DMA_NO_BUFFER]	= "dma_no_buffer"

/**
 * struct lguest_stats - what pread() at LGUEST_STATS_POS stores
 * @count: entries that the module fills: its LGUEST_STATS
 * @reserved: zero
 * @value: by enum lguest_stat
 */
struct lguest_stats {
	__u32 count;
	__u32 reserved;
	__u64 value[32];
};

#endif /* _UAPI_LINUX_LGUEST_H */
