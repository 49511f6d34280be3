// SPDX-License-Identifier: GPL-2.0
/* Small tools of the scenarios. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/kexec.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "lgtest.h"

/*
 * Whole lines in one write, so that two guests' lines do not mix. With a FILE,
 * a copy goes there with this machine's clock in front of each line.
 */
int tag_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "?";
	FILE *times = argc > 2 ? fopen(argv[2], "w") : NULL;
	char line[1024], out[1200];

	while (fgets(line, sizeof(line) - 1, stdin)) {
		size_t len = strcspn(line, "\r\n");
		int n;

		line[len] = 0;
		if (times) {
			fprintf(times, "%llu %s\n",
				(unsigned long long)now_ns(CLOCK_BOOTTIME), line);
			fflush(times);
		}
		n = snprintf(out, sizeof(out), "%s| %s\n", name, line);
		if (write(1, out, n) != n)
			return 1;
	}
	return 0;
}

int drain_main(int argc, char **argv)
{
	tcdrain(1);
	usleep(50000);
	return 0;
}

/*
 * The leader of the terminal's session, as a shell is. "start": the command starts in
 * the background, and wants the terminal. It stops, and a signal ends it. "end": it
 * starts in the foreground; when it has said READY it is sent to the background, as by
 * Ctrl-Z and bg, and ends there by itself: it does not stop.
 */
static void terminal_leader(bool end, int ready, char **command)
{
	int status, how = end ? 0 : SIGTERM;
	pid_t pid;
	char c;

	signal(SIGTTOU, SIG_IGN);
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		setpgid(0, 0);
		if (end)
			tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		execvp(command[0], command);
		_exit(127);
	}
	setpgid(pid, pid);
	if (end) {
		need(read(ready, &c, 1) == 1);
		kill(pid, SIGSTOP);
	}
	need(waitpid(pid, &status, WUNTRACED) == pid);
	if (!WIFSTOPPED(status) || WSTOPSIG(status) != (end ? SIGSTOP : SIGTTOU))
		wrong("terminal: it did not stop: status %x", status);
	need(!tcsetpgrp(0, getpgrp()));
	if (!end)
		kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	need(waitpid(pid, &status, WUNTRACED) == pid);
	if (WIFSTOPPED(status))
		wrong("terminal: it stopped again, by signal %d", WSTOPSIG(status));
	else if (WIFSIGNALED(status) ? WTERMSIG(status) != how : WEXITSTATUS(status) != how)
		wrong("terminal: it ended with status %x", status);
	kill(pid, SIGKILL);
	_exit(wrong_count() != 0);
}

int terminal_main(int argc, char **argv)
{
	int master, slave, ready[2], status;
	char buf[512], seen[8] = "";
	pid_t pid;
	ssize_t n;
	int i;

	need(argc > 2);
	master = posix_openpt(O_RDWR | O_NOCTTY);
	need(master >= 0 && !grantpt(master) && !unlockpt(master) && !pipe(ready));
	pid = fork();
	need(pid >= 0);
	if (!pid) {
		setsid();
		slave = open(ptsname(master), O_RDWR);
		need(slave >= 0);
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		close(slave);
		close(master);
		terminal_leader(!strcmp(argv[1], "end"), ready[0], argv + 2);
	}
	/* Until nobody has the other end any more. */
	while ((n = read(master, buf, sizeof(buf))) > 0) {
		need(write(1, buf, n) == n);
		for (i = 0; i < n; i++) {
			memmove(seen, seen + 1, 5);
			seen[4] = buf[i];
			if (!memcmp(seen, "READY", 5))
				need(write(ready[1], "!", 1) == 1);
		}
	}
	need(waitpid(pid, &status, 0) == pid);
	return status != 0;
}

/* kexec: no kernel can be loaded here, neither to be executed nor for a crash */
int kexec_main(int argc, char **argv)
{
	static char page[4096];
	struct kexec_segment segment = {
		.buf = page, .bufsz = sizeof(page), .mem = (void *)0x2000000, .memsz = sizeof(page),
	};

	if (!syscall(SYS_kexec_load, 0x2000000, 1, &segment, 0))
		wrong("kexec: a kernel was loaded");
	else if (errno != EOPNOTSUPP)
		wrong("kexec: %s", strerror(errno));
	return 0;
}

/* nobody PROGRAM ARGS...: without rights */
int nobody_main(int argc, char **argv)
{
	need(argc > 1);
	need(!setgid(65534) && !setuid(65534));
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}

/* tap NAME PROGRAM ARGS...: without rights, with a TAP device as descriptor 3 */
int tap_main(int argc, char **argv)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR);

	need(argc > 2);
	need(fd >= 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", argv[1]);
	need(!ioctl(fd, TUNSETIFF, &ifr));
	need(fd == 3 || dup2(fd, 3) == 3);
	return nobody_main(argc - 1, argv + 1);
}

/*
 * frame PID: the guest's RAM is the largest mapping of its launcher. Where in the host's
 * memory is a page of it, a present one?
 */
int frame_main(int argc, char **argv)
{
	unsigned long begin, end, from = 0, to = 0;
	char name[64], line[256];
	uint64_t entry;
	FILE *maps;
	int pages;

	need(argc > 1);
	snprintf(name, sizeof(name), "/proc/%d/maps", atoi(argv[1]));
	need((maps = fopen(name, "r")));
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &begin, &end) == 2 && end - begin > to - from) {
			from = begin;
			to = end;
		}
	}
	fclose(maps);
	snprintf(name, sizeof(name), "/proc/%d/pagemap", atoi(argv[1]));
	need((pages = open(name, O_RDONLY)) >= 0);
	/* The guest's own first pages may be anything: begin with its image, at 1 MB. */
	for (from += 0x100000; from < to; from += 4096) {
		need(pread(pages, &entry, sizeof(entry), (uint64_t)from / 4096 * 8) ==
		     sizeof(entry));
		if (entry >> 63) {
			printf("%#llx\n", (unsigned long long)(entry & ((1ull << 55) - 1)) << 12);
			return 0;
		}
	}
	return 1;
}
