// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of a guest that is to run one program (lguest --run): it
 * runs it on the second console, hvc1, and reboots with its exit status as the
 * text of the reboot, which the guest kernel hands to the launcher.
 *
 * The launcher puts /.lguest/run beside it: strings, each with its NUL. First
 * "tty", or "raw" if no person sits in front; then TERM=...; then the program
 * and its arguments.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/compiler.h>

#define RUN_FILE	"/.lguest/run"
#define PREFIX		"lguest-init: "
#define ARGS_MAX	1024
#define PATH		"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* As a shell says it. */
#define STATUS_NOT_EXECUTABLE	126
#define STATUS_NOT_FOUND	127
#define STATUS_SIGNAL		128

static char run[128 * 1024];
static char *args[ARGS_MAX + 1];

static __noreturn void end(const char *text)
{
	syscall(__NR_sync);
	_sys_reboot(LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		    LINUX_REBOOT_CMD_RESTART2, (void *)text);
	/* A kernel that cannot reboot: its panic tells the launcher. */
	exit(1);
}

static __noreturn void end_status(int status)
{
	static char text[64];

	snprintf(text, sizeof(text), PREFIX "exit %d", status);
	end(text);
}

/* Split RUN_FILE; returns the number of strings. */
static int read_run(void)
{
	ssize_t n, len = 0;
	int fd, count = 0;
	char *p;

	fd = open(RUN_FILE, O_RDONLY);
	if (fd < 0)
		end(PREFIX "cannot open " RUN_FILE);
	while ((n = read(fd, run + len, sizeof(run) - len)) > 0)
		len += n;
	close(fd);
	if (n < 0 || !len || len == sizeof(run) || run[len - 1])
		end(PREFIX "cannot read " RUN_FILE);
	for (p = run; p < run + len; p += strlen(p) + 1) {
		if (count == ARGS_MAX)
			end(PREFIX "too many arguments");
		args[count++] = p;
	}
	return count;
}

static void mount_all(void)
{
	/* What the initial RAM disk has already, or lacks, is no error. */
	mkdir("/dev", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 01777);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
}

/* Bytes pass as they are; only an end of input can be told, as Ctrl-D. */
static void make_raw(int fd)
{
	struct termios t;

	if (ioctl(fd, TCGETS, &t))
		return;
	t.c_iflag &= ~(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP);
	t.c_oflag &= ~OPOST;
	t.c_lflag &= ~(ECHO | ECHONL | ISIG | IEXTEN);
	t.c_lflag |= ICANON;
	memset(t.c_cc, 0, sizeof(t.c_cc));
	t.c_cc[VEOF] = 4;
	ioctl(fd, TCSETS, &t);
}

/* The program's console becomes descriptors 0, 1 and 2. */
static void open_console(void)
{
	int fd = open("/dev/hvc1", O_RDWR);

	if (fd < 0)
		end(PREFIX "cannot open /dev/hvc1");
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
	if (!strcmp(args[0], "raw"))
		make_raw(0);
	/* The launcher waits for this before it hands over any input. */
	write(1, "", 1);
}

/* Run the program; returns only if that fails, with the status to give. */
static int exec_program(char **argv, char **envp)
{
	static char path[4096];
	const char *dir = PATH, *next;
	int len, error = ENOENT;

	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, envp);
		error = errno;
		dir = "";
	}
	for (; *dir; dir = *next ? next + 1 : next) {
		next = strchr(dir, ':');
		if (!next)
			next = dir + strlen(dir);
		len = next - dir;
		if (len + 1 + strlen(argv[0]) >= sizeof(path))
			continue;
		memcpy(path, dir, len);
		path[len] = '/';
		strcpy(path + len + 1, argv[0]);
		execve(path, argv, envp);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	fprintf(stderr, "lguest-init: %s: %s\n", argv[0],
		error == ENOENT ? "not found" : "cannot be executed");
	return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

int main(void)
{
	char *envp[4] = { "PATH=" PATH, "HOME=/" };
	pid_t child, pid;
	int status;

	mount_all();
	if (read_run() < 3)
		end(PREFIX "nothing to run");
	envp[2] = args[1];
	open_console();

	child = fork();
	if (child < 0)
		end(PREFIX "cannot fork");
	if (!child) {
		setsid();
		ioctl(0, TIOCSCTTY, 0);
		exit(exec_program(args + 2, envp));
	}
	/* Reap what the program leaves behind, too. */
	do {
		pid = waitpid(-1, &status, 0);
	} while (pid != child && (pid > 0 || errno == EINTR));
	if (pid != child)
		end(PREFIX "lost the program");

	/* Let all output reach the launcher first: tcdrain(). */
	ioctl(1, TCSBRK, 1);
	end_status(WIFEXITED(status) ? WEXITSTATUS(status) :
				       STATUS_SIGNAL + WTERMSIG(status));
}
