// SPDX-License-Identifier: GPL-2.0
/* Small tools of the scenarios. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/kexec.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
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
