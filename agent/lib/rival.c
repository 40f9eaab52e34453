// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rival is a process of a known name that may set the clock; the system's: CAP_SYS_TIME
 * is in force, in the user namespace of this process.  Some programs say by their arguments that
 * they do not set it.  Everyone may read these files of any process.
 */
#include "rival.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/lib/compiler.h"

#define FILE_SIZE 4096
#define PATH_SIZE 320

/* As the kernel cuts names. */
#define COMM_SIZE 16

/**
 * struct args - a command line
 * @text: the arguments, each with its closing zero, and one more
 */
struct args {
	char text[FILE_SIZE + 2];
};

/**
 * struct program - a program that sets clocks
 * @comm: its name in /proc/PID/comm
 * @system: does it set the system's clock, with these arguments; NULL: never
 * @device: does it set clocks of devices; NULL: never
 */
struct program {
	const char *comm;
	bool (*system)(const struct args *a);
	bool (*device)(const struct args *a);
};

/* Text of a file, with two closing zeros; less than 0: there is none. */
static ssize_t read_file(const char *dir, const char *pid, const char *name,
			 char buf[FILE_SIZE + 2])
{
	char path[PATH_SIZE];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", dir, pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, FILE_SIZE);
	close(fd);
	if (n >= 0)
		memset(buf + n, 0, 2);
	return n;
}

static const char *next_arg(const char *arg)
{
	arg += strlen(arg) + 1;
	return *arg ? arg : NULL;
}

/* What follows an option of one letter, in its argument or in the next one. */
static const char *option(const struct args *a, char letter)
{
	const char *arg = a->text;

	while (arg && (arg = next_arg(arg)))
		if (arg[0] == '-' && arg[1] == letter)
			return arg[2] ? arg + 2 : next_arg(arg);
	return NULL;
}

/*
 * Is there an option of one letter without a value, also behind others, as in -mx?
 * @valued: letters of options that have a value
 */
static bool flag(const struct args *a, char letter, const char *valued)
{
	const char *arg = a->text;
	const char *l;

	while ((arg = next_arg(arg))) {
		if (arg[0] != '-' || arg[1] == '-')
			continue;
		for (l = arg + 1; *l && !strchr(valued, *l); l++)
			if (*l == letter)
				return true;
	}
	return false;
}

static bool chronyd_sets(const struct args *a)
{
	return !flag(a, 'x', "fFlLPrtu");
}

#define PHC2SYS_VALUED "cdfsEPISFRNOLMiunzlt"

/* -a follows ptp4l, -r there: the system's clock as well; else -c, the sink. */
static bool phc2sys_sets(const struct args *a)
{
	const char *sink = option(a, 'c');

	if (flag(a, 'a', PHC2SYS_VALUED))
		return flag(a, 'r', PHC2SYS_VALUED);
	return !sink || !strcmp(sink, "CLOCK_REALTIME");
}

/* With stamps by the kernel it is the system's clock that follows. */
static bool ptp4l_sets(const struct args *a)
{
	const char *arg = a->text;

	if (flag(a, 'S', "fipl"))
		return true;
	while ((arg = next_arg(arg)))
		if (!strncmp(arg, "--time_stamping", 15) &&
		    (strstr(arg, "software") || strstr(arg, "legacy") ||
		     (next_arg(arg) && !strcmp(next_arg(arg), "software"))))
			return true;
	return false;
}

static bool phc2sys_sets_device(const struct args *a)
{
	return !phc2sys_sets(a) || flag(a, 'a', PHC2SYS_VALUED);
}

static bool ptp4l_sets_device(const struct args *a)
{
	return !ptp4l_sets(a);
}

static bool always(const struct args *a)
{
	(void)a;
	return true;
}

/* Names of more than 15 bytes are cut as by the kernel. */
static const struct program programs[] = {
	{ "chronyd", chronyd_sets, NULL },
	{ "ntpd", always, NULL }, /* of ntp, ntpsec, openntpd and busybox */
	{ "openntpd", always, NULL },
	{ "ntpdate", always, NULL },
	{ "ntpclient", always, NULL },
	{ "ntpdig", always, NULL },
	{ "sntp", always, NULL },
	{ "rdate", always, NULL },
	{ "adjtimexd", always, NULL },
	{ "systemd-timesyn", always, NULL },
	{ "phc2sys", phc2sys_sets, phc2sys_sets_device },
	{ "ptp4l", ptp4l_sets, ptp4l_sets_device },
	{ "ptpd", always, NULL },
	{ "ptpd2", always, always },
	{ "sfptpd", always, always },
	{ "gptp", always, always },
	{ "ts2phc", NULL, always },
};

static const struct program *program_of(const char *comm)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (!strcmp(programs[i].comm, comm))
			return &programs[i];
	return NULL;
}

/* Root of a container may set nothing, whatever its capabilities say. */
static bool same_users(const char *proc, const char *pid)
{
	char own[FILE_SIZE + 2], its[FILE_SIZE + 2];

	return read_file(proc, "self", "uid_map", own) < 0 ||
	       read_file(proc, pid, "uid_map", its) < 0 || !strcmp(own, its);
}

static bool may_set(const char *proc, const char *pid)
{
	static const char key[] = "\nCapEff:";
	char text[FILE_SIZE + 2];
	const char *line;

	if (read_file(proc, pid, "status", text) < 0)
		return false;
	line = strstr(text, key);
	return line &&
	       strtoull(line + sizeof(key) - 1, NULL, 16) >> CAP_SYS_TIME & 1 &&
	       same_users(proc, pid);
}

static bool sets(const struct program *p, enum cl_rival_clock clock,
		 const struct args *a)
{
	if (clock == CL_RIVAL_DEVICE)
		return p->device && p->device(a);
	return p->system && (clock == CL_RIVAL_SYSTEM_ANY || p->system(a));
}

static bool is_rival(const char *proc, const char *pid,
		     enum cl_rival_clock clock, char *comm)
{
	const struct program *p;
	struct args args;

	if (read_file(proc, pid, "comm", comm) < 0)
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	p = program_of(comm);
	/* A device's clock is for whoever may write to its file. */
	if (!p || (clock != CL_RIVAL_DEVICE && !may_set(proc, pid)))
		return false;
	/* Who is ending has no arguments any more. */
	if (read_file(proc, pid, "cmdline", args.text) <= 0)
		return false;
	return sets(p, clock, &args);
}

/**
 * cl_rival_find() - who sets a clock
 * @proc: /proc
 * @clock: which one
 * @who: gets their names and processes, as many as fit
 * @size: bytes of @who
 *
 * Return: true if there is somebody, else @who is untouched.
 */
bool cl_rival_find(const char *proc, enum cl_rival_clock clock, char *who,
		   size_t size)
{
	DIR *dir = opendir(proc);
	char comm[FILE_SIZE + 2];
	const struct dirent *e;
	size_t used = 0;
	int n;

	if (!dir)
		return false;
	while ((e = readdir(dir))) {
		if (e->d_name[strspn(e->d_name, "0123456789")] ||
		    !is_rival(proc, e->d_name, clock, comm))
			continue;
		n = snprintf(who + used, size - used, "%s%.*s (process %s)",
			     used ? ", " : "", COMM_SIZE, comm, e->d_name);
		if ((size_t)n >= size - used) {
			who[used] = '\0';
			break;
		}
		used += n;
	}
	closedir(dir);
	return used > 0;
}
