// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of a guest that the host moves, replaces, shares, takes back, throws away or
 * loses while the guest runs on it. What counts: the guest sees what the launcher would
 * see, from the moment on that the call returns, and what it writes goes there and
 * nowhere else, such as into a page that has become somebody else's.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "oracle.h"
#include "worker.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

#define PAGE		4096u
#define SHARED_GPA	0x8000
#define ROUNDS		20		/* of what is done again and again */

static struct worker w;

static void *page_at(unsigned int i)
{
	return worker_word(&w, i, 0);
}

/* A word that only this page of this test has. */
static __u32 mark(unsigned int page, unsigned int round)
{
	return 0x51000000 + round * 0x10000 + page;
}

static void new_worker(bool writes)
{
	unsigned int i;

	worker_create(&w);
	for (i = 0; i < WORKER_PAGES; i++)
		*worker_word(&w, i, 0) = mark(i, 0);
	worker_set_write(&w, writes);
	worker_start(&w);
}

static bool sees(unsigned int page, __u32 want)
{
	__u32 got;

	if (!worker_sees(&w, page, &got))
		return false;
	if (got != want)
		ksft_print_msg("page %u: %#x, not %#x\n", page, got, want);
	return got == want;
}

static bool sees_all(unsigned int round)
{
	__u32 i, got;

	if (!worker_sees(&w, 0, &got))
		return false;
	for (i = 0; i < WORKER_PAGES; i++) {
		got = ((__u32 *)(w.vm.ram + WORKER_RESULT_GPA))[i];
		if (got != mark(i, round)) {
			ksft_print_msg("page %u: %#x, not %#x\n", i, got, mark(i, round));
			return false;
		}
	}
	return true;
}

/* The guest's counter in a page goes on from where it is, as the guest does. */
static bool counts(unsigned int page)
{
	const __u32 *count = worker_word(&w, page, 2);
	__u32 before = look(count);

	return worker_rounds(&w, 3) && look(count) - before >= 2;
}

/*
 * Each round counts in every page, so all have the same; but for one, as the guest
 * learns in the middle of a round that it shall write, or not.
 */
static bool none_lost(void)
{
	__u32 i, count, first = *worker_word(&w, 0, 2);

	for (i = 0; i < WORKER_PAGES; i++) {
		count = *worker_word(&w, i, 2);
		if (count - first + 2 > 4) {
			ksft_print_msg("page %u has counted to %u, page 0 to %u\n", i, count,
				       first);
			return false;
		}
	}
	return true;
}

static void test_discard(void)
{
	unsigned int i;
	bool ok = true;

	new_worker(false);
	for (i = 0; i < ROUNDS && ok; i++) {
		ok &= sees(i, mark(i, 0));
		ok &= !madvise(page_at(i), PAGE, MADV_DONTNEED) && sees(i, 0);
		*worker_word(&w, i, 0) = mark(i, 1);
		ok &= sees(i, mark(i, 1));
	}
	oracle_result(ok, "I: pages that are thrown away\n");
	worker_destroy(&w);

	new_worker(true);
	for (i = 0; i < ROUNDS && ok; i++)
		ok &= counts(7) && !madvise(page_at(0), WORKER_PAGES * PAGE, MADV_DONTNEED) &&
		      sees(7, 0) && counts(7);
	oracle_result(ok, "I: all pages are thrown away, and written to\n");
	worker_destroy(&w);
}

static void test_replace(void)
{
	unsigned int i;
	__u32 *p, *old, count;
	bool ok = true;

	/* It stands meanwhile: there is no memory for a moment. */
	new_worker(true);
	for (i = 1; i < ROUNDS && ok; i++) {
		ok &= counts(3);
		worker_stop(&w);
		old = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		*p = mark(3, i);
		ok &= mremap(page_at(3), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, old) == old;
		ok &= mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			     page_at(3)) == page_at(3);
		count = old[2];
		worker_start(&w);
		ok &= sees(3, mark(3, i)) && counts(3);
		/* The page that it had has a rest. */
		ok &= old[0] == mark(3, i - 1) && old[2] == count;
		munmap(old, PAGE);
	}
	oracle_result(ok, "I: pages that are moved away and replaced\n");
	worker_destroy(&w);

	/* A mapping over it does both at once: there is always memory. */
	new_worker(true);
	for (i = 1, ok = true; i < ROUNDS && ok; i++) {
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		*p = mark(5, i);
		ok &= counts(5);
		ok &= mremap(p, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page_at(5)) == page_at(5);
		ok &= sees(5, mark(5, i)) && counts(5) && p[2] > 1;
		munmap(p, PAGE);
	}
	oracle_result(ok, "I: pages that are mapped over\n");
	worker_destroy(&w);
}

static void test_file(void)
{
	int fd = memfd_create("memory_test", MFD_CLOEXEC);
	unsigned int i;
	bool ok = true;
	__u32 *other;

	new_worker(true);
	if (fd < 0 || ftruncate(fd, 4 * PAGE))
		ksft_exit_fail_perror("memfd");
	other = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mmap(page_at(0), 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	for (i = 1; i < ROUNDS && ok; i++) {
		other[1024] = mark(1, i);
		ok &= sees(1, mark(1, i)) && counts(1);
		ok &= other[1024 + 2] == *worker_word(&w, 1, 2) || counts(1);
		ok &= !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE);
		ok &= sees(1, 0) && counts(1) && other[1024 + 2] > 0;
	}
	oracle_result(ok, "I: holes in a file that is memory\n");

	/* Behind the end of a file there is nothing: the end of the guest. */
	ok = !ftruncate(fd, PAGE);
	ok &= worker_ends(&w) && w.vm.exit.reason == LGUEST_EXIT_KILLED &&
	      strstr(w.vm.exit.text, "no memory behind guest frame");
	oracle_result(ok, "I: a file that is cut: %s\n", w.vm.exit.text);
	worker_destroy(&w);
	munmap(other, 4 * PAGE);
	close(fd);
}

static void test_gone(void)
{
	bool ok;

	new_worker(true);
	ok = counts(1) && !munmap(page_at(1), PAGE);
	ok &= worker_ends(&w) && w.vm.exit.reason == LGUEST_EXIT_KILLED &&
	      strstr(w.vm.exit.text, "no memory behind guest frame 0x101");
	oracle_result(ok, "I: memory that is unmapped: %s\n", w.vm.exit.text);
	worker_destroy(&w);

	/* Read-only is good for reading, and no more. */
	new_worker(false);
	ok = sees(2, mark(2, 0)) && !mprotect(page_at(2), PAGE, PROT_READ);
	ok &= sees(2, mark(2, 0)) && sees_all(0);
	/* So is a page that was never written: the zero page. */
	ok &= !madvise(page_at(2), PAGE, MADV_DONTNEED) && sees(2, 0);
	worker_set_write(&w, true);
	ok &= worker_ends(&w) && w.vm.exit.reason == LGUEST_EXIT_KILLED &&
	      *worker_word(&w, 2, 2) == 0;
	oracle_result(ok, "I: memory that is read-only: %s\n", w.vm.exit.text);
	worker_destroy(&w);
}

/* How often is @text in the kernel's log? */
static int logged(const char *text)
{
	static char log[1 << 20];
	int len = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, log, sizeof(log) - 1), n = 0;
	const char *p = log;

	log[len > 0 ? len : 0] = '\0';
	while ((p = strstr(p, text))) {
		n++;
		p++;
	}
	return len < 0 ? -1 : n;
}

/*
 * Nothing, closely below a stack. The kernel complains of who wants to have such a page,
 * once an hour: that must not be us, for what a launcher does.
 */
static void test_below_stack(void)
{
	int before = logged("no longer grows the stack");
	struct vm vm;
	bool ok;

	new_worker(true);
	ok = before >= 0 && counts(1) && !munmap(page_at(0), 2 * PAGE);
	ok &= mmap(page_at(2), PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_GROWSDOWN | MAP_FIXED, -1, 0) == page_at(2);
	ok &= worker_ends(&w) && w.vm.exit.reason == LGUEST_EXIT_KILLED &&
	      strstr(w.vm.exit.text, "no memory behind guest frame 0x10");
	worker_destroy(&w);
	vm_create(&vm, -1, 0);
	ok &= !munmap(vm.ram + SHARED_GPA, 2 * PAGE);
	ok &= mmap(vm.ram + SHARED_GPA + PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		   MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0) != MAP_FAILED;
	ok &= vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0) == -EFAULT;
	vm_destroy(&vm);
	ok &= logged("no longer grows the stack") == before;
	oracle_result(ok, "I: no memory, and a stack above\n");
}

/* The page that is shared with the host must be memory that can be written. */
static void test_shared(void)
{
	struct vm vm;
	bool ok;

	vm_create(&vm, -1, 0);
	ok = !munmap(vm.ram + SHARED_GPA, PAGE);
	ok &= vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0) == -EFAULT;
	ok &= mmap(vm.ram + SHARED_GPA, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0) != MAP_FAILED;
	ok &= vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0) == -EFAULT;
	ok &= !mprotect(vm.ram + SHARED_GPA, PAGE, PROT_READ | PROT_WRITE);
	ok &= !vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0);
	oracle_result(ok, "I: a shared page that is not there, or read-only\n");
	vm_destroy(&vm);
}

/* VmPin of this process, in KB. */
static long pinned(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmPin: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

/* That page is pinned: it counts, for who may not lock memory, too. */
static void test_pinned(void)
{
	const struct rlimit none = { 0, 0 };
	struct vm vm;
	int status;
	bool ok;
	pid_t pid;

	vm_create(&vm, -1, 0);
	ok = pinned() == 0;
	ok &= !vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0);
	ok &= pinned() == PAGE / 1024;
	vm_destroy(&vm);
	ok &= pinned() == 0;
	oracle_result(ok, "I: the shared page is counted while it is pinned\n");

	pid = vm_fork();
	if (!pid) {
		vm_create(&vm, -1, 0);
		ok = !setrlimit(RLIMIT_MEMLOCK, &none) && !setresuid(65534, 65534, 65534);
		ok &= vm_call(&vm, LGUEST_HC_INIT, SHARED_GPA, LGUEST_ABI_VERSION, 0, 0) == -ENOMEM;
		vm_destroy(&vm);
		_exit(!ok || pinned());
	}
	ok = waitpid(pid, &status, 0) == pid && !status;
	oracle_result(ok, "I: a user that may not lock memory has no shared page\n");
}

/* After fork() both have the same pages, until one of them writes. */
static void test_fork(void)
{
	int i, status, wrong = 0;
	bool ok = true;
	pid_t pid;

	new_worker(true);
	for (i = 0; i < ROUNDS / 2; i++) {
		ok &= counts(9);
		pid = vm_fork();
		if (!pid) {
			const __u32 *count = worker_word(&w, 9, 2);
			__u32 before = look(count);

			usleep(30000);
			if (look(count) != before)
				_exit(1);
			/* And the other way round. */
			*worker_word(&w, 9, 0) = 0xbad;
			usleep(10000);
			_exit(0);
		}
		ok &= counts(9);
		waitpid(pid, &status, 0);
		wrong += status != 0;
		ok &= sees(9, mark(9, 0));
	}
	oracle_result(ok && !wrong, "I: a child has its own pages: %d of %d do not\n", wrong, i);
	worker_destroy(&w);
}

/* What nobody has written to is the zero page, until the guest writes. */
static void test_zero(void)
{
	unsigned int i, bad = 0;
	const __u8 *zero;
	bool ok;

	worker_create(&w);
	worker_start(&w);
	ok = sees(11, 0);
	worker_set_write(&w, true);
	ok &= counts(11) && counts(WORKER_PAGES - 1);
	zero = mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < 16 * PAGE; i++)
		bad += zero[i] != 0;
	/* The launcher's own write counts for the guest as well. */
	*worker_word(&w, 11, 0) = mark(11, 1);
	ok &= sees(11, mark(11, 1));
	oracle_result(ok && !bad, "I: pages that were never written: %u bytes changed\n", bad);
	munmap((void *)zero, 16 * PAGE);
	worker_destroy(&w);
}

static long read_number(const char *name)
{
	char text[32] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	if (fd >= 0)
		close(fd);
	return atol(text);
}

#define KSM	"/sys/kernel/mm/ksm/"

/* What the host had there before, and gets back at the end. */
static struct {
	const char *name;
	long value;
} ksm[] = {
	{ .name = KSM "sleep_millisecs" }, { .name = KSM "pages_to_scan" }, { .name = KSM "run" },
};

static void restore_ksm(void)
{
	char number[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ksm); i++) {
		snprintf(number, sizeof(number), "%ld", ksm[i].value);
		write_file(ksm[i].name, number);
	}
}

/* Equal pages become one, and several again when the guest writes to some. */
static void test_ksm(void)
{
	double deadline = now() + 20 * patience();
	long before, shared;
	unsigned int i;
	bool ok = true;

	if (access(KSM "run", W_OK)) {
		ksft_test_result_skip("I: pages that are merged: no KSM\n");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(ksm); i++)
		ksm[i].value = read_number(ksm[i].name);
	atexit(restore_ksm);
	ok &= write_file(KSM "run", "1");
	write_file(KSM "sleep_millisecs", "1");
	write_file(KSM "pages_to_scan", "2000");
	new_worker(false);
	for (i = 0; i < WORKER_PAGES; i++)
		*worker_word(&w, i, 0) = mark(0, 1);
	before = read_number(KSM "pages_sharing");
	ok &= !madvise(page_at(0), WORKER_PAGES * PAGE, MADV_MERGEABLE);
	do {
		usleep(10000);
		shared = read_number(KSM "pages_sharing") - before;
	} while (shared < WORKER_PAGES / 2 && now() < deadline);
	ok &= shared >= WORKER_PAGES / 2;
	for (i = 0; i < WORKER_PAGES && ok; i += 37)
		ok &= sees(i, mark(0, 1));
	/* All are written to, each a copy of its own then. */
	worker_set_write(&w, true);
	ok &= counts(0) && counts(100);
	worker_set_write(&w, false);
	ok &= worker_rounds(&w, 2) && none_lost();
	write_file(KSM "run", "2");
	ok &= sees(1, mark(0, 1));
	write_file(KSM "run", "0");
	oracle_result(ok, "I: pages that are merged: %ld were\n", shared);
	worker_destroy(&w);
}

static void test_compaction(void)
{
	unsigned int i;
	bool ok = true;

	if (access("/proc/sys/vm/compact_memory", W_OK)) {
		ksft_test_result_skip("I: pages that are moved: no compaction, or not root\n");
		return;
	}
	new_worker(true);
	for (i = 0; i < ROUNDS && ok; i++)
		ok &= write_file("/proc/sys/vm/compact_memory", "1") && sees_all(0) && counts(i);
	oracle_result(ok, "I: pages that are moved by compaction\n");
	worker_destroy(&w);
}

#define SWAP		"/dev/ram1"
#define SWAP_SIZE	0x800000

static bool swapping;

/* The RAM disk gives back the pages that it has for what was written to it. */
static void end_swap(void)
{
	__u64 all[2] = { 0, SWAP_SIZE };
	int fd;

	if (!swapping)
		return;
	swapoff(SWAP);
	fd = open(SWAP, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKDISCARD, all))
		ksft_print_msg("discard " SWAP ": %s\n", strerror(errno));
	close(fd);
	swapping = false;
}

/* A swap area on a RAM disk that nobody uses, by hand: version 1, no label. */
static bool make_swap(void)
{
	static __u8 header[PAGE];
	int fd = open(SWAP, O_RDWR | O_EXCL | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	((__u32 *)header)[256] = 1;
	((__u32 *)header)[257] = SWAP_SIZE / PAGE - 1;	/* the last page */
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	ok = pwrite(fd, header, PAGE, 0) == PAGE && !fsync(fd);
	close(fd);
	swapping = ok && !swapon(SWAP, 0);
	return swapping;
}

static void test_swap(void)
{
	unsigned int i;
	bool ok = true;
	long out;

	if (!make_swap()) {
		ksft_test_result_skip("I: pages that are swapped out: no swap on " SWAP "\n");
		return;
	}
	atexit(end_swap);
	new_worker(true);
	out = 0;
	for (i = 0; i < ROUNDS && ok; i++) {
		unsigned char there[WORKER_PAGES];
		unsigned int k;

		ok &= !madvise(page_at(0), WORKER_PAGES * PAGE, MADV_PAGEOUT);
		mincore(page_at(0), WORKER_PAGES * PAGE, there);
		for (k = 0; k < WORKER_PAGES; k++)
			out += !(there[k] & 1);
		ok &= sees_all(0) && counts(i);
	}
	/* All of them have counted the same: none was lost. */
	worker_set_write(&w, false);
	ok &= worker_rounds(&w, 2) && none_lost();
	oracle_result(ok && out, "I: pages that are swapped out: %ld were away\n", out);
	worker_destroy(&w);
	end_swap();
}

static sigjmp_buf poisoned;

static void on_poison(int sig)
{
	(void)sig;
	siglongjmp(poisoned, 1);
}

static sig_atomic_t told;

static void on_told(int sig)
{
	(void)sig;
	told = 1;
}

/* It counts as if this thread had used the page, who is told by a SIGBUS. */
static int poison(void *page)
{
	struct sigaction sa = { .sa_handler = on_told }, old;
	int ret;

	told = 0;
	sigaction(SIGBUS, &sa, &old);
	ret = madvise(page, PAGE, MADV_HWPOISON);
	sigaction(SIGBUS, &old, NULL);
	return ret;
}

/* The launcher touches a page of its guest's, which may be gone: true if so. */
static bool is_poisoned(const __u32 *word)
{
	struct sigaction sa = { .sa_handler = on_poison }, old;
	bool gone = false;

	sigaction(SIGBUS, &sa, &old);
	if (sigsetjmp(poisoned, 1))
		gone = true;
	else
		look(word);
	sigaction(SIGBUS, &old, NULL);
	return gone;
}

/*
 * A page that the hardware has lost: it is taken away from the guest that uses it, and
 * the guest cannot go on without. The launcher learns of it, and is hurt if it looks.
 */
static void test_poison(void)
{
	static const char * const what[] = { "written to", "read" };
	unsigned int i, page;
	bool ok;

	for (i = 0; i < ARRAY_SIZE(what); i++) {
		page = 20 + i;
		new_worker(i == 0);
		ok = i == 0 ? counts(page) : sees(page, mark(page, 0));
		if (poison(page_at(page))) {
			ksft_test_result_skip("I: a lost page that is %s: %s\n", what[i],
					      errno == EINVAL ? "no CONFIG_MEMORY_FAILURE" :
								strerror(errno));
			worker_destroy(&w);
			continue;
		}
		ok &= worker_ends(&w) && w.vm.exit.reason == LGUEST_EXIT_KILLED &&
		      strstr(w.vm.exit.text, "no memory behind guest frame 0x11");
		ok &= told && is_poisoned(worker_word(&w, page, 0));
		/* The one beside it is as it was. */
		ok &= *worker_word(&w, page + 2, 0) == mark(page + 2, 0);
		oracle_result(ok, "I: a lost page that is %s: %s\n", what[i], w.vm.exit.text);
		worker_destroy(&w);
	}
}

static void test_churn(void)
{
	const __u32 *rounds;
	unsigned int i;
	bool ok = true;
	__u32 before;

	/* All at once, as fast as it goes: no look in between. */
	new_worker(true);
	rounds = (__u32 *)(w.vm.ram + WORKER_ROUNDS_GPA);
	before = look(rounds);
	srand(1);
	for (i = 0; i < 4000; i++) {
		unsigned int from = rand() % WORKER_PAGES, n = rand() % (WORKER_PAGES - from) + 1;

		switch (rand() % 5) {
		case 0:
			ok &= !madvise(page_at(from), n * PAGE, MADV_DONTNEED);
			break;
		case 1:
			ok &= mmap(page_at(from), n * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
			break;
		case 2:
			madvise(page_at(from), n * PAGE, MADV_COLD);
			break;
		case 3:
			madvise(page_at(from), n * PAGE, MADV_FREE);
			break;
		case 4:
			*worker_word(&w, from, 0) = i;
			break;
		}
	}
	ok &= worker_rounds(&w, 3);
	*worker_word(&w, 1, 0) = mark(1, 2);
	ok &= sees(1, mark(1, 2));
	oracle_result(ok, "I: 4000 changes, and %u rounds of the guest\n",
		      look(rounds) - before);
	worker_destroy(&w);
}

#define IDLE	"/sys/kernel/mm/page_idle/bitmap"

/* Where the bit of the page at @addr is in that file; 0: no such page, or not root. */
static off_t idle_word(const void *addr, __u64 *bit)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	__u64 entry = 0, frame;

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), (uintptr_t)addr / PAGE * sizeof(entry)) !=
	    sizeof(entry))
		entry = 0;
	close(fd);
	frame = entry & ((1ull << 55) - 1);
	if (!(entry >> 63))
		return 0;
	*bit = 1ull << (frame % 64);
	return frame / 64 * 8;
}

static bool make_idle(int fd, const void *addr)
{
	__u64 bit;
	off_t pos = idle_word(addr, &bit);

	return pos && pwrite(fd, &bit, sizeof(bit), pos) == sizeof(bit);
}

static bool is_idle(int fd, const void *addr)
{
	__u64 bit, word = 0;
	off_t pos = idle_word(addr, &bit);

	return pos && pread(fd, &word, sizeof(word), pos) == sizeof(word) && (word & bit);
}

/* The host asks which pages are in use: those of the guest's are, others are not. */
static void test_idle(void)
{
	int fd = open(IDLE, O_RDWR | O_CLOEXEC);
	unsigned int i;
	bool ok = true;

	if (fd < 0) {
		ksft_test_result_skip("I: pages in use: " IDLE ": %s\n", strerror(errno));
		return;
	}
	worker_create(&w);
	for (i = 0; i < WORKER_PAGES; i++)
		*worker_word(&w, i, 0) = mark(i, 0);
	/* Before the guest runs nobody uses them. */
	ok &= make_idle(fd, page_at(7)) && is_idle(fd, page_at(7));
	worker_set_write(&w, true);
	worker_start(&w);
	for (i = 0; i < ROUNDS && ok; i++) {
		ok &= worker_rounds(&w, 2) && !is_idle(fd, page_at(7));
		ok &= make_idle(fd, page_at(7));
	}
	ok &= counts(7);
	worker_destroy(&w);
	close(fd);
	oracle_result(ok, "I: pages in use are not idle: %u rounds\n", i);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	if (access(VM_DEVICE, F_OK))
		ksft_exit_skip("no " VM_DEVICE "\n");
	ksft_set_plan(22);
	oracle_start();
	test_discard();
	test_replace();
	test_file();
	test_gone();
	test_below_stack();
	test_shared();
	test_pinned();
	test_fork();
	test_zero();
	test_ksm();
	test_compaction();
	test_swap();
	test_idle();
	test_poison();
	test_churn();
	oracle_result(oracle_finish(ORACLE_SLACK), "host\n");
	ksft_finished();
}
