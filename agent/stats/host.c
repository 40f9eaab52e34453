// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/lib/hwdev.h"
#include "agent/lib/rival.h"

#define CLOCKSOURCE_DIR "/sys/devices/system/clocksource/clocksource0/"

/* First line of a file; "" if it cannot be read. */
static void read_line(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");

	buf[0] = '\0';
	if (!f)
		return;
	if (!fgets(buf, size, f))
		buf[0] = '\0';
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
}

static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = line; (at = strstr(at, word)); at += len)
		if ((at == line || at[-1] == ' ') &&
		    (at[len] == ' ' || !at[len]))
			return true;
	return false;
}

static void look_clocksource(struct cl_host *h)
{
	char offered[256];

	read_line(CLOCKSOURCE_DIR "current_clocksource", h->clocksource,
		  sizeof(h->clocksource));
	read_line(CLOCKSOURCE_DIR "available_clocksource", offered,
		  sizeof(offered));
	h->tsc_offered = has_word(offered, "tsc");
}

static void look_owners(struct cl_host *h)
{
	if (!cl_rival_find("/proc", false, h->owners, sizeof(h->owners)))
		return;
	h->n_owners = 1;
	for (const char *c = h->owners; (c = strchr(c, ',')); c++)
		h->n_owners++;
}

/* A device that is gone meanwhile is left out. */
static void look_link(struct cl_host *h, int fd, u32 ifindex)
{
	struct cl_host_link *l = &h->links[h->n_links];
	struct cl_hwdev_caps caps;
	struct ifreq ifr = { .ifr_ifindex = ifindex };

	if (ioctl(fd, SIOCGIFNAME, &ifr))
		return;
	memset(l, 0, sizeof(*l));
	l->ifindex = ifindex;
	memcpy(l->name, ifr.ifr_name, sizeof(l->name));
	l->name[sizeof(l->name) - 1] = '\0';
	if (ioctl(fd, SIOCGIFMTU, &ifr))
		return;
	l->mtu = ifr.ifr_mtu;
	l->stamps = !cl_hwdev_caps(fd, l->name, &caps) && caps.all &&
		    caps.phc_index >= 0;
	h->n_links++;
}

static bool has_link(const struct cl_host *h, u32 ifindex)
{
	for (unsigned int i = 0; i < h->n_links; i++)
		if (h->links[i].ifindex == ifindex)
			return true;
	return false;
}

static void look_links(struct cl_host *h, const struct cl_look *l)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (size_t i = 0; fd >= 0 && i < l->n_peers; i++)
		if (l->peers[i].ifindex && h->n_links < CL_HOST_LINKS &&
		    !has_link(h, l->peers[i].ifindex))
			look_link(h, fd, l->peers[i].ifindex);
	if (fd >= 0)
		close(fd);
}

/**
 * cl_host_look() - ask the host
 * @ret: what it says
 * @l: whose peers tell which network devices matter
 *
 * What cannot be asked is left empty.
 */
void cl_host_look(struct cl_host *ret, const struct cl_look *l)
{
	memset(ret, 0, sizeof(*ret));
	look_clocksource(ret);
	look_owners(ret);
	look_links(ret, l);
}
