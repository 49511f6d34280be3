// SPDX-License-Identifier: GPL-2.0
/*
 * What one side may learn from what the other one left behind: registers that a guest
 * starts with, while those of the launcher's thread hold secrets, and the other way
 * round; words that the module hands out and nobody has set.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../kselftest.h"
#include "oracle.h"
#include "vm.h"
#include "leak_test.h"

#define SECRET		0x5ec4e7a5u	/* what the launcher has everywhere */
#define BOOT_PARAMS	0x2468
#define FXSAVE_SIZE	512
#define FXSAVE_USED	288		/* header, 8 x87 and 8 SSE registers */

/* What FXSAVE stores, and FXRSTOR loads. */
struct fxsave {
	alignas(16) __u16 control;
	__u16 status;
	__u8 tags;
	__u8 reserved;
	__u16 opcode;
	__u32 ip[2];
	__u32 dp[2];
	__u32 mxcsr;
	__u32 mask;
	__u8 st[8][16];
	__u8 xmm[8][16];
	__u8 rest[FXSAVE_SIZE - FXSAVE_USED];
};

static struct vm vm;
static struct fxsave mine, after;
static bool sse;

static __u32 state(unsigned int i)
{
	return ((__u32 *)(vm.ram + STATE_GPA))[i];
}

static bool is(const char *what, __u32 got, __u32 want)
{
	if (got != want)
		ksft_print_msg("%s: %#x, not %#x\n", what, got, want);
	return got == want;
}

static bool all_zero(const char *what, const void *p, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (((const __u8 *)p)[i]) {
			ksft_print_msg("%s: byte %zu is %#x\n", what, i, ((const __u8 *)p)[i]);
			return false;
		}
	}
	return true;
}

static bool has_sse(void)
{
	char line[4096];
	bool found = false;
	FILE *f = fopen("/proc/cpuinfo", "re");

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, "flags", 5) && strstr(line, " sse ");
	if (f)
		fclose(f);
	return found;
}

/*
 * Run the guest with secrets in all registers that there are, and look what is in them
 * afterwards. The system call is made here: the C library would use some of them.
 */
static long run_with_secrets(int fd, struct lguest_exit *e)
{
	unsigned int i;
	long ret;

	for (i = 0; i < sizeof(mine.st); i += 4)
		*(__u32 *)(mine.st[0] + i) = SECRET;
	for (i = 0; i < sizeof(mine.xmm); i += 4)
		*(__u32 *)(mine.xmm[0] + i) = SECRET + i;
	/* Numbers of x87 with all bits, in all of its registers. */
	mine.control = 0x37f;
	mine.tags = 0xff;
	mine.mxcsr = 0x1f80;
	/* pread64(fd, e, sizeof(*e), 0): the position is in %esi and %edi. */
	asm volatile("fxrstor %[mine]\n\t"
		     "int $0x80\n\t"
		     "fxsave %[after]"
		     : "=a" (ret), [after] "=m" (after)
		     : "a" (180), "b" (fd), "c" (e), "d" (sizeof(*e)), "S" (0), "D" (0),
		       [mine] "m" (mine)
		     : "memory", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)",
		       "st(7)");
	asm volatile("fninit");
	return ret;
}

static void create(void)
{
	struct lguest_initialise init = {
		.command	= LGUEST_INITIALISE,
		.ram_size	= VM_RAM,
		.entry		= VM_CODE_GPA,
		.boot_params	= BOOT_PARAMS,
	};
	struct fxsave *own;
	int i;

	vm.fd = open(VM_DEVICE, O_RDWR | O_CLOEXEC);
	vm.ram = mmap(NULL, VM_RAM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm.fd < 0 || vm.ram == MAP_FAILED)
		ksft_exit_fail_perror(VM_DEVICE);
	memcpy(vm.ram + VM_CODE_GPA, leak_guest, leak_guest_end - leak_guest);
	own = (struct fxsave *)(vm.ram + OWN_GPA);
	own->control = 0x27f;
	own->tags = 0x81;
	own->mxcsr = 0x1fa0;
	for (i = 0; i < 8; i++) {
		memset(own->st[i], 0x30 + i, 10);
		memset(own->xmm[i], 0x40 + i, 16);
	}
	init.ram_base = (uintptr_t)vm.ram;
	i = vm_command(&vm, &init, sizeof(init));
	if (i)
		ksft_exit_fail_msg("initialise: %s\n", strerror(-i));
}

/* x87 and SSE registers, without what some processors do not store. */
static bool same_fpu(const char *what, const struct fxsave *a, const struct fxsave *b)
{
	bool ok = is("control word", a->control, b->control);
	int i;

	ok &= is("tags", a->tags, b->tags);
	for (i = 0; i < 8; i++)
		ok &= !memcmp(a->st[i], b->st[i], 10);
	if (sse) {
		ok &= is("mxcsr", a->mxcsr, b->mxcsr);
		ok &= !memcmp(a->xmm, b->xmm, sizeof(a->xmm));
	}
	if (!ok)
		ksft_print_msg("%s: registers differ\n", what);
	return ok;
}

static void test_start(void)
{
	static const char * const zero[] = {
		"eax", "ebx", "ecx", "edx", NULL, "edi", "ebp", "esp"
	};
	struct fxsave *found;
	struct lguest_exit e;
	struct vm other;
	unsigned int i;
	bool ok = true;
	long ret;

	create();
	memset(&e, 0xa5, sizeof(e));
	ret = run_with_secrets(vm.fd, &e);
	if (ret < 0 || e.reason != LGUEST_EXIT_CONSOLE)
		ksft_exit_fail_msg("the guest does not run: %ld\n", ret);

	for (i = 0; i < ARRAY_SIZE(zero); i++)
		if (zero[i])
			ok &= is(zero[i], state(i), 0);
	ok &= is("esi", state(4), BOOT_PARAMS);
	oracle_result(ok, "J: general registers at the start\n");
	ok = is("eflags", state(8), 0x202);
	oracle_result(ok, "J: flags at the start\n");
	ok = is("cs", state(9), 0x11) && is("ss", state(10), 0x19) && is("ds", state(11), 0x19) &&
	     is("es", state(12), 0x19) && is("fs", state(13), 0) && is("gs", state(14), 0);
	oracle_result(ok, "J: segments at the start\n");

	found = (struct fxsave *)(vm.ram + FPU_GPA);
	ok = is("control word", found->control, 0x37f) && is("status word", found->status, 0) &&
	     is("tags", found->tags, 0);
	for (i = 0; i < 8; i++)
		ok &= all_zero("st", found->st[i], 10);
	oracle_result(ok, "J: x87 registers at the start\n");
	if (sse) {
		ok = is("mxcsr", found->mxcsr, 0x1f80) &&
		     all_zero("xmm", found->xmm, sizeof(found->xmm));
		oracle_result(ok, "J: SSE registers at the start\n");
	} else {
		ksft_test_result_skip("J: SSE registers at the start: there are none\n");
	}
	oracle_result(same_fpu("the launcher", &after, &mine),
		      "J: the launcher's registers after a run\n");

	/* What read() stored is what the header says, and no more. */
	ok = is("bytes", ret, offsetof(struct lguest_exit, text)) &&
	     is("reserved", e.reserved, 0) && is("address", e.console.addr, STATE_GPA) &&
	     is("length", e.console.len, 1) &&
	     all_zero("words", e.words + 2, sizeof(e.words) - 8);
	for (i = 0; i < sizeof(e.text); i++)
		ok &= (__u8)e.text[i] == 0xa5;
	oracle_result(ok, "J: words of an exit that have no meaning\n");

	/* Another guest in between; then the first one goes on. */
	vm_create(&other, -1, 0);
	vm_call(&other, LGUEST_HC_FLUSH, LGUEST_FLUSH_ALL, 0, 0, 0);
	memset(&e, 0xa5, sizeof(e));
	ret = run_with_secrets(vm.fd, &e);
	ok = ret > 0 && e.reason == LGUEST_EXIT_SHUTDOWN;
	ok &= is("ebx", state(15), 0x0badcafe) && is("ebp", state(16), 0x0badcaff) &&
	      is("edi", state(17), FPU_GPA);
	ok &= same_fpu("the guest", found, (struct fxsave *)(vm.ram + OWN_GPA));
	oracle_result(ok, "J: a guest's registers after others have run\n");
	ok = all_zero("words", e.words + 2, sizeof(e.words) - 8) && is("pad", e.shutdown.pad, 0);
	oracle_result(ok, "J: words of the last exit\n");
	vm_destroy(&other);
	vm_destroy(&vm);
}

static void test_structures(void)
{
	struct lguest_dma_buffer buf;
	struct lguest_stats stats;
	struct lguest_info info;
	struct lguest_sent sent;
	struct lguest_listen listen = { .command = LGUEST_LISTEN, .key = 0x7000 };
	struct lguest_take_dma take = {
		.command = LGUEST_TAKE_DMA, .key = 0x7000, .result = (uintptr_t)&sent,
	};
	struct lguest_get_dma get = {
		.command = LGUEST_GET_DMA, .key = 0x7000, .result = (uintptr_t)&buf,
	};
	bool ok;

	vm_create(&vm, -1, 0);
	memset(&info, 0xa5, sizeof(info));
	ok = pread(vm.fd, &info, sizeof(info), LGUEST_INFO_POS) == sizeof(info) &&
	     all_zero("info", info.reserved, sizeof(info.reserved));
	memset(&stats, 0xa5, sizeof(stats));
	ok &= pread(vm.fd, &stats, sizeof(stats), LGUEST_STATS_POS) == sizeof(stats) &&
	      all_zero("stats", stats.value + LGUEST_STATS,
		       sizeof(stats.value) - LGUEST_STATS * sizeof(stats.value[0])) &&
	      is("stats", stats.reserved, 0);
	oracle_result(ok, "J: what is reserved in information and counters\n");

	/* Results are cleared, also when there is nothing to tell. */
	listen.eventfd = eventfd(0, EFD_CLOEXEC);
	ok = !vm_command(&vm, &listen, sizeof(listen));
	memset(&sent, 0xa5, sizeof(sent));
	ok &= !vm_command(&vm, &take, sizeof(take)) && all_zero("sent", &sent, sizeof(sent));
	vm_call(&vm, LGUEST_HC_SEND_DMA, 0x7000, 0x8000, 0, 0);
	memset(&sent, 0xa5, sizeof(sent));
	ok &= !vm_command(&vm, &take, sizeof(take)) && is("count", sent.count, 1) &&
	      is("address", sent.dma[0], 0x8000) &&
	      all_zero("sent", sent.dma + 1, sizeof(sent.dma) - 4);
	memset(&buf, 0xa5, sizeof(buf));
	ok &= vm_command(&vm, &get, sizeof(get)) == -ENOENT &&
	      all_zero("buffer", &buf, sizeof(buf));
	close(listen.eventfd);
	vm_destroy(&vm);
	oracle_result(ok, "J: results of commands\n");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	if (access(VM_DEVICE, F_OK))
		ksft_exit_skip("no " VM_DEVICE "\n");
	sse = has_sse();
	ksft_set_plan(12);
	oracle_start();
	test_start();
	test_structures();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
