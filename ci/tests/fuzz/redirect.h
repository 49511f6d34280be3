/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Put before every source of the launcher: what would end the process, reach the
 * machine's files or be lost with each run goes to launcher.c here instead.
 */
#ifndef _REDIRECT_H
#define _REDIRECT_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void *fuzz_calloc(size_t n, size_t size);
void *fuzz_realloc(void *p, size_t size);
char *fuzz_strdup(const char *s);
void fuzz_free(void *p);
int fuzz_open(const char *name, int flags, ...);
_Noreturn void fuzz_exit(int status);

#ifndef FUZZ_HARNESS
#define calloc		fuzz_calloc
#define realloc		fuzz_realloc
#define strdup		fuzz_strdup
#define free		fuzz_free
#define open		fuzz_open
#define exit		fuzz_exit
#endif

#ifdef FUZZ_MAIN
#define main		launcher_main
#endif

#endif /* _REDIRECT_H */
