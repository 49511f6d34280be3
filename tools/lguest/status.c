// SPDX-License-Identifier: GPL-2.0
/* How a guest is doing: for a list, for people, and for programs. */
#include <string.h>
#include <unistd.h>
#include "control.h"

static const char * const stat_name[LGUEST_STATS] = { LGUEST_STAT_NAMES };

static const char *type_name(uint32_t type)
{
	switch (type) {
	case LGUEST_DEVICE_CONSOLE:
		return "console";
	case LGUEST_DEVICE_BLOCK:
		return "disk";
	case LGUEST_DEVICE_NET:
		return "net";
	case LGUEST_DEVICE_BUTTON:
		return "button";
	default:
		return "unknown";
	}
}

static const char *state(void)
{
	return guest_is_paused() ? "paused" : "running";
}

/* Counts that have a name here; a newer module has more. */
static unsigned int get_stats(const struct guest *g, struct lguest_stats *stats)
{
	ssize_t n = pread(g->fd, stats, sizeof(*stats), LGUEST_STATS_POS);

	if (n != sizeof(*stats))
		return 0;
	return stats->count < LGUEST_STATS ? stats->count : LGUEST_STATS;
}

/* One line: state, process, megabytes, seconds. */
void status_brief(struct client *c, const struct report *s)
{
	answer(c, "%s %d %u %lld\n", state(), getpid(), s->g->ram_size >> 20,
	       (long long)s->uptime);
}

void status_text(struct client *c, const struct report *s)
{
	const struct guest *g = s->g;
	struct lguest_stats stats;
	unsigned int i, count;

	answer(c, "name    %s\nstate   %s\nprocess %d\nuptime  %lld s\n",
	       s->opt->name, state(), getpid(), (long long)s->uptime);
	answer(c, "memory  %u MB\nkernel  %s\n", g->ram_size >> 20,
	       s->opt->kernel);
	for (i = 0; i < g->devices; i++)
		answer(c, "device  %-8s irq %-2u %s\n",
		       type_name(g->device[i].type), g->device[i].irq,
		       g->device[i].text);
	count = get_stats(g, &stats);
	for (i = 0; i < count; i++)
		answer(c, "count   %-14s %llu\n", stat_name[i],
		       (unsigned long long)stats.value[i]);
}

/* File names may have any bytes; those that are no UTF-8 are the file's. */
static void json_string(struct client *c, const char *text)
{
	const char *p;

	answer(c, "\"");
	for (p = text; *p; p++) {
		if (*p == '"' || *p == '\\')
			answer(c, "\\%c", *p);
		else if ((unsigned char)*p < ' ' || *p == '\177')
			answer(c, "\\u%04x", *p);
		else
			answer(c, "%c", *p);
	}
	answer(c, "\"");
}

void status_json(struct client *c, const struct report *s)
{
	const struct guest *g = s->g;
	struct lguest_stats stats;
	unsigned int i, count;

	answer(c, "{\"name\": \"%s\", \"state\": \"%s\", \"pid\": %d, \"uptime\": %lld, ",
	       s->opt->name, state(), getpid(), (long long)s->uptime);
	answer(c, "\"memory\": %u, \"kernel\": ", g->ram_size);
	json_string(c, s->opt->kernel);
	answer(c, ", \"devices\": [");
	for (i = 0; i < g->devices; i++) {
		answer(c, "%s{\"type\": \"%s\", \"irq\": %u, \"name\": ",
		       i ? ", " : "", type_name(g->device[i].type),
		       g->device[i].irq);
		json_string(c, g->device[i].text);
		answer(c, "}");
	}
	answer(c, "], \"exits\": {");
	count = get_stats(g, &stats);
	for (i = 0; i < count; i++)
		answer(c, "%s\"%s\": %llu", i ? ", " : "", stat_name[i],
		       (unsigned long long)stats.value[i]);
	answer(c, "}}\n");
}
