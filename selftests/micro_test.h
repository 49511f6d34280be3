/* SPDX-License-Identifier: GPL-2.0 */
/* The runner of micro-guests: micro_test.c runs them, micro_oracle.c watches the host. */
#ifndef MICRO_TEST_H
#define MICRO_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define BYSTANDER	"bystander"	/* the image that runs beside the tests */

/* micro_test.c */
pid_t launch(const char *image, unsigned int memory, const char *args, int *output);
double seconds(void);			/* monotonic */
extern double patience;			/* what all limits of time are multiplied by */

/*
 * micro_oracle.c. What is wrong with the host is said by oracle_complain(), as
 * lines of diagnostics; the functions return whether there was nothing.
 */
#define ORACLE_WATCHES	3

void oracle_start(const char *image);	/* of the bystander */
bool oracle_watch(const unsigned long *address, unsigned int count);
bool oracle_look(void);			/* after a run: does not wait */
bool oracle_examine(void);		/* after a test: waits for signs of life */
/* From now on nothing may be lost; it has @run run a guest on each CPU first. */
void oracle_baseline(void (*run)(const void *image), const void *image);
bool oracle_finish(unsigned long runs, long slack);	/* of memory, in kB */

#endif /* MICRO_TEST_H */
