// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the micro-guests, each a test, and looks at the host after each.
 *
 *	micro_test [-n COUNT] [-m KB] [-l] [-v] [PATTERN...]
 *
 * COUNT times each image whose name matches a PATTERN (as a shell has them;
 * "C" means "C*"); -l lists them, -v shows what the guests print, -m says how much
 * less free memory there may be at the end. Images are in
 * $MICRO, or the folder micro-guests beside this program; the launcher is $LGUEST,
 * or lguest beside this program, or in the path. Limits of time are multiplied by
 * $SLOW (a number). $NMI is a file to which the number of a CPU is written to send it an
 * NMI, if there is such a thing. It takes root, for the log and the watchpoints.
 *
 * How a guest may end is in its section .expect: see EXPECT in micro/macros.S. That
 * it was killed is no success in itself: the reason must be the expected one, not
 * before the guest has said that it must be killed now, if it says so (DIES), and
 * the host must be as before (oracle.c).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/elf.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../kselftest.h"
#include "launcher.h"
#include "oracle.h"

#define IMAGE_MAX	(256 * 1024)	/* the file, with its symbols */
#define LOADED_MAX	(64 * 1024)
#define OUTPUT_MAX	16384
#define OUTCOMES	8
#define TIME_LIMIT	10
#define MEMORY		4		/* MB */
/* The launcher's exit status when the host has killed the guest. */
#define STATUS_KILLED	12

/* Why a host without PAE kills a guest that turns it on. */
#define REFUSED		"a guest with PAE needs a host with PAE"

/* What DIES in micro/macros.S prints. */
#define DIES		"now it must be killed"

static const char usage[] =
	"Usage: micro_test [-n COUNT] [-m KB] [-l] [-v] [PATTERN...]\n";

struct image {
	char name[256];
	char path[PATH_MAX];
	const char *outcome[OUTCOMES];	/* KEY=VALUE, in data */
	unsigned int outcomes;
	unsigned int time;
	unsigned int memory;
	bool stays;
	bool dies;			/* it says when */
	bool pae;
	const char *args;
	const char *cpu;
	unsigned long watch[ORACLE_WATCHES];
	unsigned int watches;
	char data[2048];		/* the section .expect */
};

struct run {
	char output[OUTPUT_MAX];
	size_t size;
	int status;			/* of waitpid() */
	bool late;
	bool stuck;			/* not even SIGKILL ends it */
	double took;
};

static bool verbose;
static char folder[PATH_MAX];

/* Wait for the end of @pid until @deadline. */
static bool ended(pid_t pid, int *status, double deadline)
{
	for (;;) {
		pid_t r = waitpid(pid, status, WNOHANG);

		if (r == pid)
			return true;
		if (r < 0)
			ksft_exit_fail_perror("waitpid");
		if (now() > deadline)
			return false;
		usleep(2000);
	}
}

/* One guest, from its start to its end, by force if it takes too long. */
static void run_guest(const struct image *img, struct run *run)
{
	double start = now(), deadline = start + img->time * patience();
	struct pollfd p = { .events = POLLIN };
	cpu_set_t all, one;
	char rest[512];
	pid_t pid;

	memset(run, 0, sizeof(*run));
	if (img->stays) {
		/* The launcher inherits it. */
		sched_getaffinity(0, sizeof(all), &all);
		CPU_ZERO(&one);
		CPU_SET(sched_getcpu(), &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	pid = launch(img->path, img->memory, img->args, &p.fd);
	if (img->stays)
		sched_setaffinity(0, sizeof(all), &all);
	for (;;) {
		size_t room = sizeof(run->output) - 1 - run->size;
		double left = deadline - now();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, left * 1000 + 1) == 0) {
			run->late = true;
			break;
		}
		/* What does not fit is thrown away. */
		if (room)
			n = read(p.fd, run->output + run->size, room);
		else
			n = read(p.fd, rest, sizeof(rest));
		if (n <= 0)
			break;
		if (room)
			run->size += n;
	}
	close(p.fd);
	run->late |= !ended(pid, &run->status, deadline);
	if (run->late && kill(pid, SIGKILL) == 0)
		run->stuck = !ended(pid, &run->status, now() + 10 * patience());
	run->took = now() - start;
}

/* Lines of diagnostics; what a guest prints is shown as printable text. */
static void show(const char *title, const char *text)
{
	char line[200];
	size_t n;

	while (*text) {
		for (n = 0; *text && *text != '\n'; text++)
			if (*text != '\r' && n < sizeof(line) - 1)
				line[n++] = *text < ' ' || *text > '~' ? '?' : *text;
		line[n] = '\0';
		text += *text == '\n';
		ksft_print_msg("%s: %s\n", title, line);
	}
}

/* The text of the last line that begins with @start, or NULL. */
static const char *last_line(const char *text, const char *start)
{
	const char *found = NULL, *p = text;
	size_t len = strlen(start);

	for (;;) {
		if (!strncmp(p, start, len))
			found = p + len;
		p = strchr(p, '\n');
		if (!p++)
			return found;
	}
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* @text up to the end of its line. */
static const char *line_of(const char *text)
{
	static char line[200];

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(text, "\r\n"), text);
	return line;
}

static bool allowed(const struct image *img, const char *key, const char *got)
{
	unsigned int i;
	size_t len = strlen(key);

	for (i = 0; i < img->outcomes; i++) {
		const char *o = img->outcome[i];

		if (!strncmp(o, key, len) && o[len] == '=' && strstr(got, o + len + 1))
			return true;
	}
	return false;
}

static bool allowed_status(const struct image *img, int status, const char *output)
{
	unsigned int i;

	for (i = 0; i < img->outcomes; i++) {
		const char *o = img->outcome[i];
		char *text;

		if (!starts(o, "status=") || strtol(o + 7, &text, 10) != status)
			continue;
		text += *text == ' ';
		if (strstr(output, text))
			return true;
	}
	return false;
}

/* Its own mapping of memory shows it: large pages have 2 MB, not 4. */
static bool host_has_pae(void)
{
	static int has = -1;
	char line[128];
	FILE *f;

	if (has < 0) {
		f = fopen("/proc/meminfo", "re");
		if (!f)
			ksft_exit_fail_perror("/proc/meminfo");
		has = 0;
		while (fgets(line, sizeof(line), f))
			has |= !strncmp(line, "DirectMap2M:", 12);
		fclose(f);
	}
	return has;
}

/* KSFT_PASS, KSFT_SKIP or KSFT_FAIL, and why. */
static int judge(const struct image *img, const struct run *run, char *why, size_t size)
{
	const char *result = last_line(run->output, "Test result: ");
	const char *reason = last_line(run->output, "lguest: the guest was killed: ");
	int status = WEXITSTATUS(run->status);

	if (run->stuck) {
		snprintf(why, size, "CRASH: the launcher cannot be killed");
		return KSFT_FAIL;
	}
	if (run->late) {
		snprintf(why, size, "CRASH: no end within %.0f s", img->time * patience());
		return KSFT_FAIL;
	}
	if (WIFSIGNALED(run->status)) {
		snprintf(why, size, "CRASH: the launcher got signal %d", WTERMSIG(run->status));
		return KSFT_FAIL;
	}
	/* What the guest found wrong before it was killed counts. */
	if (result && !starts(result, "SUCCESS") && !starts(result, "SKIP")) {
		snprintf(why, size, "%s", line_of(result));
		return KSFT_FAIL;
	}
	if (status == 0 && result && starts(result, "SKIP")) {
		snprintf(why, size, "%s", line_of(result + strlen("SKIP")));
		return KSFT_SKIP;
	}
	if (status == 0 && result) {
		if (allowed(img, "result", "SUCCESS"))
			return KSFT_PASS;
		snprintf(why, size, "SUCCESS, but it must end in another way");
		return KSFT_FAIL;
	}
	if (status == STATUS_KILLED && reason) {
		if (img->pae && !host_has_pae() && strstr(line_of(reason), REFUSED)) {
			snprintf(why, size, " the host has no PAE, and refuses");
			return KSFT_SKIP;
		}
		if (img->dies && !strstr(run->output, DIES)) {
			snprintf(why, size, "CRASH: killed too early: %s", line_of(reason));
			return KSFT_FAIL;
		}
		if (!result && allowed(img, "killed", line_of(reason)))
			return KSFT_PASS;
		snprintf(why, size, "CRASH: killed: %s", line_of(reason));
		return KSFT_FAIL;
	}
	if (status && allowed_status(img, status, run->output))
		return KSFT_PASS;
	snprintf(why, size, "CRASH: status %d, and no result", status);
	return KSFT_FAIL;
}

/* A flag that /proc/cpuinfo has. */
static bool cpu_has(const char *flag)
{
	static char text[8192];
	char word[64];
	FILE *f;

	if (!*text) {
		f = fopen("/proc/cpuinfo", "re");
		if (!f)
			ksft_exit_fail_perror("/proc/cpuinfo");
		while (fgets(text, sizeof(text), f) && !starts(text, "flags"))
			;
		fclose(f);
		text[strcspn(text, "\n")] = ' ';
	}
	snprintf(word, sizeof(word), " %s ", flag);
	return strstr(text, word);
}

static void take_expectation(struct image *img, const char *text)
{
	if (starts(text, "result=") || starts(text, "killed=") || starts(text, "status=")) {
		if (img->outcomes == OUTCOMES)
			ksft_exit_fail_msg("%s: too many outcomes\n", img->name);
		img->outcome[img->outcomes++] = text;
	} else if (starts(text, "time=")) {
		img->time = atoi(text + 5);
	} else if (starts(text, "memory=")) {
		img->memory = atoi(text + 7);
	} else if (starts(text, "args=")) {
		img->args = text + 5;
	} else if (!strcmp(text, "stays")) {
		img->stays = true;
	} else if (!strcmp(text, "dies")) {
		img->dies = true;
	} else if (!strcmp(text, "pae")) {
		img->pae = true;
	} else if (starts(text, "cpu=")) {
		img->cpu = text + 4;
	} else if (starts(text, "watch=") && img->watches < ORACLE_WATCHES) {
		img->watch[img->watches++] = strtoul(text + 6, NULL, 0);
	} else {
		ksft_exit_fail_msg("%s: .expect says '%s'?\n", img->name, text);
	}
}

/* What the image says of itself. */
static void read_image(struct image *img)
{
	static union {
		struct elf32_hdr head;
		char bytes[IMAGE_MAX];
	} file;
	const struct elf32_shdr *sections, *names;
	const struct elf32_phdr *segments;
	unsigned int loaded = 0;
	ssize_t size;
	int fd, i;

	fd = open(img->path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, file.bytes, IMAGE_MAX);
	if (size < (ssize_t)sizeof(file.head))
		ksft_exit_fail_msg("%s: cannot be read: %s\n", img->path, strerror(errno));
	close(fd);
	if (size == IMAGE_MAX || memcmp(file.bytes, ELFMAG, SELFMAG) ||
	    file.head.e_shoff + file.head.e_shnum * sizeof(*sections) > (size_t)size ||
	    file.head.e_phoff + file.head.e_phnum * sizeof(*segments) > (size_t)size)
		ksft_exit_fail_msg("%s: not an image\n", img->path);

	segments = (void *)(file.bytes + file.head.e_phoff);
	for (i = 0; i < file.head.e_phnum; i++)
		if (segments[i].p_type == PT_LOAD)
			loaded += segments[i].p_filesz;
	if (loaded > LOADED_MAX)
		ksft_exit_fail_msg("%s: %u bytes are too much\n", img->name, loaded);

	img->time = TIME_LIMIT;
	img->memory = MEMORY;
	sections = (void *)(file.bytes + file.head.e_shoff);
	names = &sections[file.head.e_shstrndx];
	for (i = 0; i < file.head.e_shnum; i++) {
		const struct elf32_shdr *s = &sections[i];
		const char *text = img->data;

		if (strcmp(file.bytes + names->sh_offset + s->sh_name, ".expect"))
			continue;
		if (s->sh_size >= sizeof(img->data) || s->sh_offset + s->sh_size > (size_t)size)
			ksft_exit_fail_msg("%s: bad section .expect\n", img->name);
		memcpy(img->data, file.bytes + s->sh_offset, s->sh_size);
		for (; text < img->data + s->sh_size; text += strlen(text) + 1)
			take_expectation(img, text);
	}
	if (!img->outcomes)
		img->outcome[img->outcomes++] = "result=SUCCESS";
}

/* Tests begin with the letter of a class and a number. */
static int is_test(const struct dirent *d)
{
	return d->d_name[0] >= 'A' && d->d_name[0] <= 'Z' && d->d_name[1] >= '0' &&
	       d->d_name[1] <= '9' && !strchr(d->d_name, '.');
}

static bool wanted(const char *name, char **patterns)
{
	char pattern[256];

	if (!*patterns)
		return true;
	for (; *patterns; patterns++) {
		snprintf(pattern, sizeof(pattern), "%s*", *patterns);
		if (!fnmatch(*patterns, name, 0) || !fnmatch(pattern, name, 0))
			return true;
	}
	return false;
}

static struct image *find_images(char **patterns, unsigned int *count)
{
	struct dirent **entries;
	struct image *list;
	int i, n;

	n = scandir(folder, &entries, is_test, alphasort);
	if (n < 0)
		ksft_exit_fail_msg("%s: %s\n", folder, strerror(errno));
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		ksft_exit_fail_perror("calloc");
	*count = 0;
	for (i = 0; i < n; i++) {
		struct image *img = &list[*count];

		if (!wanted(entries[i]->d_name, patterns))
			continue;
		snprintf(img->name, sizeof(img->name), "%s", entries[i]->d_name);
		if (snprintf(img->path, sizeof(img->path), "%s%s", folder, img->name) >= PATH_MAX)
			ksft_exit_fail_msg("%s: too long\n", folder);
		read_image(img);
		(*count)++;
	}
	return list;
}

static void test(const struct image *img, unsigned int times)
{
	static struct run run;
	char why[256] = "";
	double longest = 0;
	bool host_ok = true;
	int result = KSFT_PASS;
	unsigned int i;

	if (img->cpu && !cpu_has(img->cpu)) {
		ksft_test_result_skip("%s the processor has no %s\n", img->name, img->cpu);
		return;
	}
	if (img->watches && !oracle_watch(img->watch, img->watches)) {
		ksft_test_result_skip("%s no watchpoints on this host\n", img->name);
		return;
	}
	for (i = 0; i < times && result == KSFT_PASS && host_ok; i++) {
		run_guest(img, &run);
		result = judge(img, &run, why, sizeof(why));
		if (run.took > longest)
			longest = run.took;
		if (result == KSFT_FAIL || verbose)
			show(img->name, run.output);
		host_ok = oracle_look();
	}
	host_ok &= oracle_examine();

	if (result == KSFT_FAIL || !host_ok) {
		if (!host_ok)
			ksft_print_msg("%s: the host is not as it was\n", img->name);
		if (times > 1)
			ksft_print_msg("%s: in run %u\n", img->name, i);
		ksft_test_result_fail("%s %s\n", img->name, why);
	} else if (result == KSFT_SKIP) {
		ksft_test_result_skip("%s%s\n", img->name, why);
	} else {
		ksft_print_msg("%s: %.2f s\n", img->name, longest);
		ksft_test_result_pass("%s\n", img->name);
	}
}

int main(int argc, char **argv)
{
	unsigned int i, count, times = 1;
	char bystander[PATH_MAX];
	struct image *list;
	bool only_list = false;
	long slack = ORACLE_SLACK;
	int c;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt(argc, argv, "n:m:lv")) >= 0) {
		switch (c) {
		case 'n':
			times = atoi(optarg);
			break;
		case 'm':
			slack = atol(optarg);
			break;
		case 'l':
			only_list = true;
			break;
		case 'v':
			verbose = true;
			break;
		default:
			fputs(usage, stderr);
			return KSFT_FAIL;
		}
	}

	if (!only_list)
		ksft_print_header();
	if (!find_guest(folder, ""))
		ksft_exit_fail_msg("%s: %s\n", folder, strerror(errno));
	list = find_images(argv + optind, &count);
	if (only_list) {
		for (i = 0; i < count; i++)
			puts(list[i].name);
		return 0;
	}
	if (!find_launcher())
		ksft_exit_skip("no launcher: set LGUEST\n");
	if (access("/dev/lguest", R_OK | W_OK))
		ksft_exit_skip("/dev/lguest: %s\n", strerror(errno));
	if (access("/dev/kmsg", R_OK))
		ksft_exit_skip("/dev/kmsg: %s\n", strerror(errno));
	if (!find_guest(bystander, BYSTANDER))
		ksft_exit_fail_msg("no image " BYSTANDER " in %s\n", folder);
	if (getuid())
		ksft_exit_skip("only root sees all of the host\n");
	if (!count || !times)
		ksft_exit_fail_msg("no test to run\n");

	ksft_set_plan(count + 1);
	oracle_start();
	for (i = 0; i < count; i++)
		test(&list[i], times);
	ksft_test_result(oracle_finish(slack), "host\n");
	ksft_finished();
}
