// SPDX-License-Identifier: GPL-2.0
/* Pipes, sockets, descriptors passed, epoll. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lgtest.h"

#define TOTAL (2u << 20)

static void sender(int fd, uint32_t seed)
{
	static uint32_t buf[3000];
	uint32_t sizes = seed;
	size_t done = 0;

	while (done < TOTAL) {
		size_t n = 1 + rnd(&sizes) % 3000, i, off = 0;

		if (n * 4 > TOTAL - done)
			n = (TOTAL - done) / 4;
		for (i = 0; i < n; i++)
			buf[i] = rnd(&seed);
		while (off < n * 4) {
			ssize_t k = write(fd, (char *)buf + off, n * 4 - off);

			need(k > 0);
			off += k;
		}
		done += n * 4;
	}
}

static uint32_t receiver(int fd)
{
	static char buf[10007];
	uint32_t h = 2166136261u;
	size_t done = 0;

	while (done < TOTAL) {
		ssize_t n = read(fd, buf, sizeof(buf)), i;

		need(n > 0);
		for (i = 0; i < n; i++)
			h = (h ^ (unsigned char)buf[i]) * 16777619u;
		done += n;
	}
	return h;
}

static void transfer(const char *what, int rd, int wr)
{
	uint32_t h;
	int status;
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		close(rd);
		sender(wr, 12345);
		_exit(0);
	}
	h = receiver(rd);
	need(waitpid(pid, &status, 0) == pid && !status);
	printf("RESULT ipc %s %08x\n", what, h);
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(fd >= 0);
	need(!ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		perror("lo");
	close(fd);
}

static void test_tcp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0), c, s;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(!bind(l, (void *)&a, sizeof(a)) && !listen(l, 1));
	need(!getsockname(l, (void *)&a, &len));
	c = socket(AF_INET, SOCK_STREAM, 0);
	need(!connect(c, (void *)&a, sizeof(a)));
	s = accept(l, NULL, NULL);
	need(s >= 0);
	transfer("tcp", s, c);
	close(c);
	close(s);
	close(l);
}

static void test_udp(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int r = socket(AF_INET, SOCK_DGRAM, 0), w = socket(AF_INET, SOCK_DGRAM, 0);
	uint32_t seed = 9, h = 0;
	char buf[1400];
	int i;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(!bind(r, (void *)&a, sizeof(a)) && !getsockname(r, (void *)&a, &len));
	for (i = 0; i < 200; i++) {
		size_t n = 1 + rnd(&seed) % sizeof(buf);
		ssize_t got;

		memset(buf, i, n);
		need(sendto(w, buf, n, 0, (void *)&a, sizeof(a)) == (ssize_t)n);
		got = recv(r, buf, sizeof(buf), 0);
		need(got == (ssize_t)n);
		h = hash(buf, got, h);
	}
	printf("RESULT ipc udp %08x\n", h);
	close(r);
	close(w);
}

/* A descriptor passed through a socket, used in the other process. */
static void test_rights(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 'x', text[16] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cm;
	int sv[2], p[2], fd, status;
	pid_t pid;

	need(!socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) && !pipe(p));
	pid = fork();
	if (!pid) {
		need(recvmsg(sv[1], &m, 0) == 1);
		cm = CMSG_FIRSTHDR(&m);
		need(cm && cm->cmsg_type == SCM_RIGHTS);
		memcpy(&fd, CMSG_DATA(cm), sizeof(fd));
		need(write(fd, "passed", 6) == 6);
		_exit(0);
	}
	cm = CMSG_FIRSTHDR(&m);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &p[1], sizeof(int));
	need(sendmsg(sv[0], &m, 0) == 1);
	need(waitpid(pid, &status, 0) == pid && !status);
	need(read(p[0], text, sizeof(text)) == 6);
	printf("RESULT ipc rights %s\n", text);
}

/* 20 pipes and an eventfd in one epoll, 20 writers. */
static void test_epoll(void)
{
	int ep = epoll_create1(0), i, left = 20, efd = eventfd(0, 0);
	struct epoll_event ev = { .events = EPOLLIN };
	uint32_t sum = 0;
	uint64_t v, total = 0;

	for (i = 0; i < 20; i++) {
		int p[2];

		need(!pipe(p));
		ev.data.u32 = p[0];
		need(!epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
		if (!fork()) {
			for (uint32_t k = 1; k <= 50; k++) {
				need(write(p[1], &k, 4) == 4);
				v = 1;
				need(write(efd, &v, 8) == 8);
				if ((int)k % 10 == i % 10)
					usleep(500);
			}
			_exit(0);
		}
		close(p[1]);
	}
	while (left) {
		int n = epoll_wait(ep, &ev, 1, 10000);
		uint32_t k;

		need(n == 1);
		if (read(ev.data.u32, &k, 4) == 4) {
			sum += k;
		} else {
			/* Other children still hold the pipe's reading end. */
			left--;
			need(!epoll_ctl(ep, EPOLL_CTL_DEL, ev.data.u32, NULL));
			close(ev.data.u32);
		}
	}
	while (wait(NULL) > 0)
		;
	need(read(efd, &v, 8) == 8);
	total += v;
	printf("RESULT ipc epoll %u %u\n", sum, (unsigned int)total);
}

static void test_pingpong(void)
{
	int a[2], b[2], i, v = 0, status;
	pid_t pid;

	need(!pipe(a) && !pipe(b));
	pid = fork();
	if (!pid) {
		for (i = 0; i < 5000; i++) {
			need(read(a[0], &v, 4) == 4);
			v = v * 3 + 1;
			need(write(b[1], &v, 4) == 4);
		}
		_exit(0);
	}
	for (i = 0; i < 5000; i++) {
		v ^= i;
		need(write(a[1], &v, 4) == 4);
		need(read(b[0], &v, 4) == 4);
	}
	need(waitpid(pid, &status, 0) == pid && !status);
	printf("RESULT ipc pingpong %08x\n", v);
}

int ipc_main(int argc, char **argv)
{
	int p[2];

	need(!pipe(p));
	transfer("pipe", p[0], p[1]);
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	transfer("unix", p[0], p[1]);
	loopback_up();
	test_tcp();
	test_udp();
	test_rights();
	test_epoll();
	test_pingpong();
	return 0;
}
