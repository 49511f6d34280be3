/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the host is, for all tests: oracle.c. What is wrong with it is said in lines of
 * diagnostics; functions return whether there was nothing.
 */
#ifndef _ORACLE_H
#define _ORACLE_H

#include <stdbool.h>
#include "../kselftest.h"

/*
 * What free memory may be less at the end, in kB: it varies by itself. A page lost with
 * each guest shows from some 400 guests on.
 */
#define ORACLE_SLACK	1536
#define ORACLE_WATCHES	3
#define BYSTANDER	"bystander"	/* the image that runs beside the tests */

/*
 * From now on the host is watched, and a guest computes beside the tests. What cannot be
 * looked at is told, and why.
 */
void oracle_start(void);
bool oracle_watch(const unsigned long *address, unsigned int count);
bool oracle_look(void);			/* after a run: does not wait */
bool oracle_examine(void);		/* after a test: waits for signs of life */
bool oracle_judge(bool ok);		/* both, and the test itself is @ok */
/* Each file that includes kselftest.h counts results of its own: so no function. */
#define oracle_result(ok, fmt, ...) \
	ksft_test_result(oracle_judge(ok), fmt, ##__VA_ARGS__)
bool oracle_finish(long slack);		/* of memory, in kB */

/*
 * What a test does that a look at the host would take for a fault, and nothing beyond:
 * so many guests are other processes' now (this one's are counted); no guest may run
 * beside the tests for a reason, until that is NULL.
 */
void oracle_expect(unsigned int guests);
void oracle_alone(const char *why);
/* Guests on this host but for the one beside the tests; -1: that is not to be seen. */
long oracle_guests(void);

#endif /* _ORACLE_H */
