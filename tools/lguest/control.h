/* SPDX-License-Identifier: GPL-2.0 */
/* Control of named guests: what control.c, status.c and client.c share. */
#ifndef _LAUNCHER_CONTROL_H
#define _LAUNCHER_CONTROL_H

#include <sys/un.h>
#include "launcher.h"

/* The socket of the guest NAME is NAME.sock. */
#define SUFFIX		".sock"

/* What can be asked for: a line. */
#define REQUEST_BRIEF	"brief"
#define REQUEST_STATUS	"status"
#define REQUEST_JSON	"status json"
#define REQUEST_STOP	"stop"
#define REQUEST_FORCE	"stop force"
#define REQUEST_PAUSE	"pause"
#define REQUEST_RESUME	"resume"

/* Bytes of an answer, with its NUL. */
#define ANSWER_MAX	16384

/* What a status is made of. */
struct report {
	struct guest *g;
	const struct options *opt;
	time_t uptime;
};

struct client;

/* control.c */
void control_dir(char *buf, size_t size);
bool control_name_ok(const char *name);
void control_check_name(const char *name);
void control_address(struct sockaddr_un *sun, const char *dir,
		     const char *name);
int control_connect(const struct sockaddr_un *sun, unsigned int seconds);
bool control_is_socket(const struct sockaddr_un *sun);
time_t seconds_now(void);
__printf(2, 3) void answer(struct client *c, const char *fmt, ...);

/* status.c: how a guest is doing */
void status_brief(struct client *c, const struct report *s);
void status_text(struct client *c, const struct report *s);
void status_json(struct client *c, const struct report *s);

#endif /* _LAUNCHER_CONTROL_H */
