// SPDX-License-Identifier: GPL-2.0
/* The launcher of lguest guests: options, and what happens in which order. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "launcher.h"

#define RAM_DEFAULT	(128u << 20)

static const char usage[] =
"Usage: lguest [OPTION]... KERNEL [-- PROGRAM [ARGUMENT]...]\n"
"       lguest list\n"
"       lguest status [--json] NAME\n"
"       lguest stop [--force] NAME\n"
"       lguest pause NAME\n"
"       lguest resume NAME\n"
"Run a 32-bit kernel as a guest of the module lg. KERNEL is a bzImage or an\n"
"ELF image.\n"
"\n"
"  -m, --memory SIZE[M|G]  memory of the guest (128M)\n"
"  -i, --initrd FILE       initial RAM disk\n"
"  -a, --append TEXT       kernel command line; console=hvc0 is added unless\n"
"                          TEXT names a console\n"
"  -c, --console WHERE     the kernel's console: stdio, none, or a file for\n"
"                          its output\n"
"  -r, --run COMMAND       run a shell command in the guest, on stdin and\n"
"                          stdout, and return its exit status; the kernel's\n"
"                          console goes to stderr\n"
"  -d, --disk FILE[,ro][,cow=OVERLAY]\n"
"                          a disk; several are allowed\n"
"  -n, --net tap=NAME|fd=N|peer=PATH[,mac=ADDRESS]\n"
"                          a network device; several are allowed\n"
"  -q, --quiet             the kernel prints errors only\n"
"      --name NAME         so that lguest list, stop, pause, resume and status\n"
"                          find it\n"
"      --user USER[:GROUP] give up the rights of root once all is open\n"
"      --no-seccomp        do without a filter of system calls\n"
"      --device FILE       control file (/dev/lguest)\n"
"  -h, --help\n"
"  -V, --version\n"
"\n"
"\"-- PROGRAM ARGUMENT...\" is like --run, without a shell.\n"
"On a terminal Ctrl-] x ends the guest.\n"
"\n"
"Exit status: 0 the guest powered off, or the status of the command; 10 it\n"
"rebooted, 11 it panicked, 12 the host killed it, 13 it halted for ever;\n"
"125 the launcher failed; 128+n ended by signal n.\n";

/* Options without a letter. */
enum {
	OPT_DEVICE = 256,
	OPT_NAME,
	OPT_USER,
	OPT_NO_SECCOMP,
};

static const struct option long_options[] = {
	{ "memory",	required_argument,	NULL, 'm' },
	{ "initrd",	required_argument,	NULL, 'i' },
	{ "append",	required_argument,	NULL, 'a' },
	{ "console",	required_argument,	NULL, 'c' },
	{ "run",	required_argument,	NULL, 'r' },
	{ "disk",	required_argument,	NULL, 'd' },
	{ "net",	required_argument,	NULL, 'n' },
	{ "quiet",	no_argument,		NULL, 'q' },
	{ "device",	required_argument,	NULL, OPT_DEVICE },
	{ "name",	required_argument,	NULL, OPT_NAME },
	{ "user",	required_argument,	NULL, OPT_USER },
	{ "no-seccomp",	no_argument,		NULL, OPT_NO_SECCOMP },
	{ "help",	no_argument,		NULL, 'h' },
	{ "version",	no_argument,		NULL, 'V' },
	{ }
};

static void add_device(const char **list, unsigned int *count,
		       const char *text)
{
	if (*count == DEVICES_MAX)
		die("too many devices: a guest can have %u", DEVICES_MAX);
	list[(*count)++] = text;
}

static void parse_options(struct options *opt, int argc, char **argv)
{
	static char *shell[4] = { "/bin/sh", "-c" };
	int c;

	/* "+": options end at KERNEL, so that PROGRAM may have its own. */
	while ((c = getopt_long(argc, argv, "+m:i:a:c:r:d:n:qhV", long_options,
				NULL)) >= 0) {
		switch (c) {
		case 'm':
			opt->ram_size = memory_parse_size(optarg);
			break;
		case 'i':
			opt->initrd = optarg;
			break;
		case 'a':
			opt->append = optarg;
			break;
		case 'c':
			opt->console = optarg;
			break;
		case 'r':
			shell[2] = optarg;
			opt->run = shell;
			break;
		case 'q':
			opt->quiet = true;
			break;
		case 'd':
			add_device(opt->disk, &opt->disks, optarg);
			break;
		case 'n':
			add_device(opt->net, &opt->nets, optarg);
			break;
		case OPT_DEVICE:
			opt->device = optarg;
			break;
		case OPT_NAME:
			opt->name = optarg;
			break;
		case OPT_USER:
			opt->user = optarg;
			break;
		case OPT_NO_SECCOMP:
			opt->no_seccomp = true;
			break;
		case 'h':
			fputs(usage, stdout);
			process_exit(0);
		case 'V':
			puts("lguest " LAUNCHER_VERSION);
			process_exit(0);
		default:
			die("see lguest --help");
		}
	}
	if (optind == argc)
		die("which kernel? See lguest --help");
	opt->kernel = argv[optind++];
	if (optind == argc)
		return;
	if (strcmp(argv[optind], "--") || !argv[optind + 1])
		die("'%s' after KERNEL: options come before it, a program to run after '--'",
		    argv[optind]);
	if (opt->run)
		die("either --run or a program after '--'");
	opt->run = &argv[optind + 1];
}

static bool names_console(const char *cmdline)
{
	const char *p = cmdline;

	while ((p = strstr(p, "console="))) {
		if (p == cmdline || p[-1] == ' ')
			return true;
		p++;
	}
	return false;
}

static void make_cmdline(char *buf, size_t size, const struct options *opt)
{
	int n;

	n = snprintf(buf, size, "%s%s%s%s",
		     names_console(opt->append) ? "" : "console=hvc0 ",
		     opt->quiet ? "quiet " : "",
		     opt->run ? "rdinit=/.lguest/init " : "", opt->append);
	if (n < 0 || (size_t)n >= size)
		die("kernel command line too long: at most %zu bytes",
		    size - 1);
	/* No blank at the end. */
	while (n && buf[n - 1] == ' ')
		buf[--n] = '\0';
}

/* All that the guest finds when it starts. */
static void setup(struct guest *g, const struct options *opt)
{
	char cmdline[CMDLINE_MAX];
	unsigned int i;
	bool terminal;

	make_cmdline(cmdline, sizeof(cmdline), opt);
	memory_map(g, opt->ram_size);
	loader_load(g, opt->kernel);
	platform_init(g);
	terminal = console_setup(g, opt);
	for (i = 0; i < opt->disks; i++)
		disk_setup(g, opt->disk[i]);
	for (i = 0; i < opt->nets; i++)
		net_setup(g, opt->net[i]);
	initrd_load(g, opt->initrd, opt->run, terminal);
	boot_finish(g, cmdline);
	if (opt->name)
		control_setup(g, opt);
}

int main(int argc, char **argv)
{
	struct options opt = {
		.append		= "",
		.device		= "/dev/lguest",
		.ram_size	= RAM_DEFAULT,
	};
	static struct guest g = { .fd = -1 };
	struct user user;

	process_check_stdio();
	client_run(argc, argv);
	process_ignore_signals();
	parse_options(&opt, argc, argv);
	process_close_others(&opt);
	if (opt.user)
		process_parse_user(&user, opt.user);
	setup(&g, &opt);

	device_open(&g, opt.device);
	device_check_ram(opt.ram_size);
	guest_start(&g);
	launcher_set_guest(&g);
	if (opt.user)
		process_set_user(&user);
	process_drop_rights();
	console_start(&g);
	disk_start(&g);
	net_start(&g);
	control_start();
	guest_watch(&g);
	if (!opt.no_seccomp)
		sandbox_start();
	launcher_end(guest_run(&g, &opt));
}
