/* SPDX-License-Identifier: GPL-2.0 */
/* The launcher and images of guests for it, and how long a test may wait. */
#ifndef _LAUNCHER_H
#define _LAUNCHER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* What find_launcher() has found. */
extern char launcher[PATH_MAX];

/* $LGUEST, or lguest beside this program, or in the path; false: there is none. */
bool find_launcher(void);
/* @name in $MICRO, or in the folder micro-guests beside this program. */
bool find_guest(char path[PATH_MAX], const char *name);
/* Start a guest of @memory MB; its output and the launcher's come from *output. */
pid_t launch(const char *image, unsigned int memory, const char *args, int *output);
/* Seconds of a clock that does not stop; times that a test may take. */
double now(void);
double patience(void);

#endif /* _LAUNCHER_H */
