// SPDX-License-Identifier: GPL-2.0
/*
 * xfer: megabytes over one TCP connection, in both directions at once, every
 * byte checked. Lost, repeated and exchanged blocks show, whatever the
 * protocol's own checksums say (offloading leaves those out between guests).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lgtest.h"

#define WORDS	16384			/* of a block: 64K */
#define PER_MB	(1048576 / (WORDS * 4))
#define TIMEOUT	30			/* seconds without a byte */

struct hello {
	uint32_t magic, mb, seed;
};

struct stream {
	int fd;
	uint32_t mb, seed;
	uint64_t done, sum;
	int error;
};

#define MAGIC	0x6c677866

static uint32_t table[WORDS];

static void fill_table(void)
{
	uint32_t i, s = 12345;

	for (i = 0; i < WORDS; i++)
		table[i] = rnd(&s);
}

/* Block @n of the stream of @seed. */
static void make_block(uint32_t *block, uint32_t n, uint32_t seed)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint32_t i, key = (n + 1) * 2654435761u ^ seed;

	pthread_once(&once, fill_table);
	for (i = 0; i < WORDS; i++)
		block[i] = table[i] ^ key;
}

static void *send_all(void *arg)
{
	struct stream *s = arg;
	static __thread uint32_t block[WORDS];
	uint32_t n;

	for (n = 0; n < s->mb * PER_MB; n++) {
		size_t off = 0;

		make_block(block, n, s->seed);
		while (off < sizeof(block)) {
			ssize_t k = send(s->fd, (char *)block + off, sizeof(block) - off,
					 MSG_NOSIGNAL);

			if (k <= 0) {
				s->error = k ? errno : EPIPE;
				return NULL;
			}
			off += k;
			s->done += k;
		}
	}
	shutdown(s->fd, SHUT_WR);
	return NULL;
}

static void *receive_all(void *arg)
{
	struct stream *s = arg;
	static __thread uint32_t block[WORDS], want[WORDS];
	uint32_t n, i;

	for (n = 0; n < s->mb * PER_MB; n++) {
		size_t off = 0;

		while (off < sizeof(block)) {
			ssize_t k = recv(s->fd, (char *)block + off, sizeof(block) - off, 0);

			if (k <= 0) {
				s->error = k ? errno : EPIPE;
				return NULL;
			}
			off += k;
			s->done += k;
		}
		make_block(want, n, s->seed);
		if (memcmp(block, want, sizeof(block))) {
			for (i = 0; block[i] == want[i]; i++)
				;
			wrong("xfer: block %u differs at byte %u: %08x, not %08x", n, i * 4,
			      block[i], want[i]);
			s->error = EBADMSG;
			return NULL;
		}
		for (i = 0; i < WORDS; i += 16)
			s->sum = s->sum * 31 + block[i];
	}
	/* Its end must be where it was said to be. */
	if (recv(s->fd, block, 1, 0) > 0)
		wrong("xfer: more than %u MB came", s->mb);
	return NULL;
}

/* Status 0: all was exchanged. */
static int exchange(int fd, uint32_t mb, uint32_t out_seed, uint32_t in_seed)
{
	struct stream out = { .fd = fd, .mb = mb, .seed = out_seed };
	struct stream in = { .fd = fd, .mb = mb, .seed = in_seed };
	uint64_t start = now_ns(CLOCK_MONOTONIC);
	pthread_t thread;
	double seconds;

	need(!pthread_create(&thread, NULL, send_all, &out));
	receive_all(&in);
	if (in.error)
		shutdown(fd, SHUT_RDWR);
	pthread_join(thread, NULL);
	seconds = (now_ns(CLOCK_MONOTONIC) - start) / 1e9;
	if (in.error || out.error) {
		printf("INFO xfer lost: sent %llu (%s), received %llu (%s)\n",
		       (unsigned long long)out.done, strerror(out.error),
		       (unsigned long long)in.done, strerror(in.error));
		return 1;
	}
	printf("INFO xfer %u MB each way in %.2f s: %.1f MB/s each way, sum %016llx\n", mb,
	       seconds, mb * 1.048576 / seconds, (unsigned long long)in.sum);
	return 0;
}

static void set_up(int fd)
{
	struct timeval tv = { .tv_sec = TIMEOUT };
	unsigned int ms = TIMEOUT * 1000;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

struct client {
	int fd;
	struct hello hello;
};

static atomic_int clients;

/* One client; a second may come while the first has vanished. */
static void *serve(void *arg)
{
	struct client *c = arg;

	exchange(c->fd, c->hello.mb, ~c->hello.seed, c->hello.seed);
	close(c->fd);
	free(c);
	clients--;
	return NULL;
}

static int server(int port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);

	need(listener >= 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	need(!bind(listener, (struct sockaddr *)&addr, sizeof(addr)));
	need(!listen(listener, 5));
	for (;;) {
		struct client *c = calloc(1, sizeof(*c));
		pthread_t thread;

		need(c);
		c->fd = accept(listener, NULL, NULL);
		need(c->fd >= 0);
		set_up(c->fd);
		if (recv(c->fd, &c->hello, sizeof(c->hello), MSG_WAITALL) != sizeof(c->hello) ||
		    c->hello.magic != MAGIC) {
			printf("INFO xfer: a client without a word\n");
			close(c->fd);
			free(c);
			continue;
		}
		/* Somebody says that it is over. */
		if (!c->hello.mb)
			break;
		clients++;
		need(!pthread_create(&thread, NULL, serve, c));
		pthread_detach(thread);
	}
	while (clients)
		usleep(10000);
	return 0;
}

static int client(int port, const char *host, uint32_t mb, uint32_t seed)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct hello hello = { MAGIC, mb, seed };
	int fd, i, rc;

	need(inet_pton(AF_INET, host, &addr.sin_addr) == 1);
	for (i = 0;; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		need(fd >= 0);
		set_up(fd);
		if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			break;
		close(fd);
		if (i == 30) {
			perror(host);
			return 1;
		}
		sleep(1);
	}
	need(send(fd, &hello, sizeof(hello), MSG_NOSIGNAL) == sizeof(hello));
	rc = mb ? exchange(fd, mb, seed, ~seed) : 0;
	close(fd);
	return rc;
}

/* xfer PORT: serves; xfer PORT HOST MB [SEED]: exchanges; 0 MB ends the server */
int xfer_main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	need(argc == 2 || argc == 4 || argc == 5);
	if (argc == 2)
		return server(atoi(argv[1]));
	return client(atoi(argv[1]), argv[2], atoi(argv[3]),
		      argc > 4 ? (uint32_t)atoi(argv[4]) : (uint32_t)now_ns(CLOCK_REALTIME));
}
