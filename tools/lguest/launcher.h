/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The launcher of lguest guests, in private. The prototypes, grouped by file,
 * are the map.
 *
 * What a guest says is never trusted: every address and length from it goes
 * through gpa_ptr() or gpa_clamp() at the place where it is used, from a copy
 * that the guest cannot change meanwhile.
 */
#ifndef _LAUNCHER_H
#define _LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <linux/compiler.h>
#include "../../include/uapi/linux/lguest.h"
#include "../../arch/x86/include/uapi/asm/lguest.h"

#define LAUNCHER_VERSION	"1.0"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit status, beside 0 for a guest that powered off. */
enum status {
	STATUS_POWEROFF	= 0,
	STATUS_REBOOT	= 10,
	STATUS_PANIC	= 11,
	STATUS_KILLED	= 12,
	STATUS_HALTED	= 13,
	STATUS_ERROR	= 125,		/* the launcher itself */
	STATUS_SIGNAL	= 128,		/* + number of the signal */
};

/*
 * Where guest physical 0 lies in the launcher: 4M, so that it is above any
 * sane vm.mmap_min_addr and huge pages fit. The program itself is linked at
 * LINK_ADDR (see the Makefile); all between is the guest's.
 */
#define RAM_BASE	0x00400000u
#define RAM_MIN		0x200000u

/* Guest physical memory map, below 640K; the rest is one piece from 1M on. */
#define BOOT_PARAMS_GPA	0x7000u		/* struct boot_params */
#define CMDLINE_GPA	0x8000u		/* and setup_data behind it */
#define CMDLINE_MAX	2048u		/* with the NUL; COMMAND_LINE_SIZE */
#define SETUP_DATA_GPA	0x9000u
#define BOOT_DATA_END	0xa000u
#define LOW_END		0x9a000u	/* end of usable low memory */
#define PEER_GPA	0x9a000u	/* pages shared with other guests, reserved */
#define PEERS_MAX	4u
#define PLATFORM_GPA	0x9e000u	/* struct lguest_platform, reserved */
#define HIGH_START	0x100000u	/* where usable high memory begins */

/**
 * struct device - a device that the guest is told of
 * @type: enum lguest_device_type
 * @key: guest physical key of its DMA
 * @irq: its interrupt
 * @text: what the user calls it
 * @desc: what the guest sees, and may overwrite
 */
struct device {
	uint32_t type;
	uint32_t key;
	uint32_t irq;
	const char *text;
	struct lguest_device_desc *desc;
};

/* Interrupt 0 is the timer's; each device has one of the others. */
#define DEVICES_MAX	(LGUEST_IRQS - 1)

/**
 * struct console - one console device, and what is behind it
 * @device: output goes to its key + 4; NULL: there is none
 * @in: file descriptor of input, or -1
 * @out: file descriptor of output, or -1
 * @is_log: @out is a file of its own, --console FILE
 * @lost: there was no room in it, and that has been told
 */
struct console {
	const struct device *device;
	int in;
	int out;
	bool is_log;
	bool lost;
};

/**
 * struct options - the command line; what is not given is NULL, or 0
 * @kernel: file
 * @initrd: file
 * @append: for the kernel's command line; never NULL
 * @console: where the kernel's console goes
 * @device: control file
 * @name: of the guest
 * @user: user, and perhaps group, to become
 * @ram_size: bytes
 * @quiet: the kernel prints errors only
 * @no_seccomp: without a filter
 * @run: program and arguments to run in the guest
 * @disk: the texts of --disk
 * @disks: entries in use in @disk
 * @net: and of --net
 * @nets: entries in use in @net
 */
struct options {
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *console;
	const char *device;
	const char *name;
	const char *user;
	uint32_t ram_size;
	bool quiet;
	bool no_seccomp;
	char **run;
	const char *disk[DEVICES_MAX];
	unsigned int disks;
	const char *net[DEVICES_MAX];
	unsigned int nets;
};

#define CONSOLES	2		/* kernel; program of --run */

struct disk;
struct net;

/**
 * struct guest - the guest
 * @fd: /dev/lguest
 * @ram: guest physical 0
 * @ram_size: bytes
 * @entry: guest physical address where it starts
 * @image_end: end of what the kernel needs, before it can read a memory map
 * @initrd_max: highest address that the last byte of an initrd may have
 * @initrd: guest physical address of the initrd
 * @initrd_size: bytes; 0: none
 * @is_linux: the kernel is Linux, by its image
 * @is_lost: it is none that knows lguest: see guest_watch()
 * @said_something: it has written to a console
 * @console: what is behind hvc0 and hvc1
 * @platform: what the guest is told of its devices
 * @device: the same, out of its reach
 * @devices: entries in use in @device
 * @disks: list, see disk.c
 * @nets: list, see net.c
 * @button: the device that asks it to power off, or NULL
 */
struct guest {
	int fd;
	uint8_t *ram;
	uint32_t ram_size;
	uint32_t entry;
	uint32_t image_end;
	uint32_t initrd_max;
	uint32_t initrd;
	uint32_t initrd_size;
	bool is_linux;
	bool is_lost;
	bool said_something;
	struct console console[CONSOLES];
	struct lguest_platform *platform;
	struct device device[DEVICES_MAX];
	unsigned int devices;
	struct disk *disks;
	struct net *nets;
	const struct device *button;
};

/**
 * struct dma - a buffer of the guest, as it was at one moment
 * @buffer: the original, in guest memory
 * @iov: its sections, as far as they are RAM, without empty ones
 * @at: first entry that has not been used up by dma_skip() and dma_file()
 * @end: end of the entries
 * @len: bytes that are left in them
 * @whole: all that the guest named was RAM
 */
struct dma {
	struct lguest_dma *buffer;
	struct iovec iov[LGUEST_DMA_SECTIONS];
	unsigned int at;
	unsigned int end;
	uint64_t len;
	bool whole;
};

/* Whose rights the launcher keeps. */
struct user {
	unsigned int uid;
	unsigned int gid;
};

/* A file to load from. */
struct image {
	const char *name;
	int fd;
	uint64_t size;
};

struct setup_header;

/* process.c: messages, threads, and the end */
__noreturn __printf(1, 2) void die(const char *fmt, ...);
__printf(1, 2) void note(const char *fmt, ...);
__noreturn void launcher_end(int status);
__noreturn void process_exit(int status);
void launcher_set_guest(struct guest *g);
void thread_start(void *(*function)(void *), void *arg);
void process_parse_user(struct user *u, const char *text);
void process_set_user(const struct user *u);
void process_drop_rights(void);
void process_check_stdio(void);
void process_ignore_signals(void);
void process_close_others(const struct options *opt);

/* seccomp.c: what the launcher may still ask the kernel for */
void sandbox_start(void);
bool sandbox_is_on(void);

/* memory.c: guest physical memory, and files read into it */
uint32_t memory_parse_size(const char *text);
void memory_map(struct guest *g, uint32_t size);
bool gpa_ok(const struct guest *g, uint64_t gpa, uint64_t len);
void *gpa_ptr(const struct guest *g, uint64_t gpa, uint64_t len);
uint32_t gpa_clamp(const struct guest *g, uint32_t gpa, uint32_t len);
void image_open(struct image *img, const char *what, const char *name);
void image_close(struct image *img);
void image_read(const struct image *img, uint64_t off, void *buf, size_t len);
void image_load(struct guest *g, const struct image *img, uint64_t off,
		uint64_t gpa, uint64_t len);

/* loader.c, bzimage.c, elf.c: kernels, and what else starts like one */
void loader_load(struct guest *g, const char *name);
bool bzimage_load(struct guest *g, const struct image *img);
bool elf_load(struct guest *g, const struct image *img);

/* boot.c: what the kernel finds at the start */
void boot_set_header(struct guest *g, const struct setup_header *hdr);
void boot_finish(struct guest *g, const char *cmdline);

/* init-blob.S: lguest-init, for --run */
extern const uint8_t lguest_init_start[], lguest_init_end[];

/* initrd.c */
void initrd_load(struct guest *g, const char *name, char *const *run,
		 bool terminal);

/* platform.c: the devices that the guest is told of */
void platform_init(struct guest *g);
struct device *platform_add(struct guest *g, uint32_t type, const char *text);

/* dma.c: buffers that the guest names */
bool dma_open(struct guest *g, struct dma *d, uint32_t gpa);
void dma_skip(struct dma *d, uint64_t len);
uint32_t dma_fill(struct dma *d, const void *from, size_t len);
int dma_file(struct dma *d, int fd, uint64_t off, uint64_t len, bool to_file);
void dma_done(struct dma *d, uint32_t used);

/* console.c: consoles, and the terminal */
bool console_setup(struct guest *g, const struct options *opt);
void console_start(struct guest *g);
void console_text(struct guest *g, const uint8_t *text, size_t len);
bool console_send(struct guest *g, uint32_t key, uint32_t gpa);
void terminal_restore(void);

/* disk.c */
void disk_setup(struct guest *g, const char *text);
void disk_start(struct guest *g);
bool disk_end(struct guest *g);
bool file_lock(int fd, bool write, off_t start, off_t len);

/* overlay.c: what differs from the image, in a file of its own */
struct overlay *overlay_open(const char *name, int base, const char *base_name,
			     uint64_t size);
int overlay_transfer(struct overlay *o, struct dma *dma, uint64_t pos,
		     bool write);
int overlay_flush(struct overlay *o);

/* net.c */
void net_setup(struct guest *g, const char *text);
void net_start(struct guest *g);
unsigned int net_inherited(const char *text);
bool net_is_peer(const struct guest *g, uint32_t key);

/* control.c, client.c: the control socket of a named guest, and its use */
void control_setup(struct guest *g, const struct options *opt);
void control_start(void);
void control_end(void);
void client_run(int argc, char **argv);

/* run.c: the device, and running the guest */
void device_open(struct guest *g, const char *name);
void device_check_ram(uint32_t size);
bool device_has(uint64_t feature);
void guest_start(struct guest *g);
/* See to it that a kernel that does not know lguest does not stay for ever. */
void guest_watch(struct guest *g);
int guest_run(struct guest *g, const struct options *opt);
bool guest_pause(struct guest *g, unsigned int ms);
void guest_resume(void);
bool guest_is_paused(void);
int guest_get_dma(struct guest *g, uint32_t key, struct lguest_dma_buffer *buf);
int guest_listen(struct guest *g, uint32_t key);
bool guest_take_dma(struct guest *g, uint32_t key, struct lguest_sent *sent);
void guest_interrupt(struct guest *g, uint32_t irq);

#endif /* _LAUNCHER_H */
