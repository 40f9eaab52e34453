// SPDX-License-Identifier: GPL-2.0-or-later
#include "hwdev.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

/*
 * Which of their ports carries a packet is not known, and each port may have a
 * clock of its own.
 */
static const char *const many_ports[] = { "bonding", "bridge", "team" };

/**
 * cl_hwdev_judge() - may a device be used
 * @caps: what it can
 * @now: what it is set to
 *
 * What somebody else has set is never changed, not even to more.
 *
 * Return: the verdict.
 */
enum cl_hwdev_verdict cl_hwdev_judge(const struct cl_hwdev_caps *caps,
				     const struct hwtstamp_config *now)
{
	if (!caps->all || caps->phc_index < 0)
		return CL_HWDEV_UNSUPPORTED;
	if (now->tx_type == HWTSTAMP_TX_ON &&
	    now->rx_filter == HWTSTAMP_FILTER_ALL)
		return CL_HWDEV_READY;
	if (now->tx_type == HWTSTAMP_TX_OFF &&
	    now->rx_filter == HWTSTAMP_FILTER_NONE)
		return CL_HWDEV_TAKE;
	return CL_HWDEV_IN_USE;
}

/**
 * cl_hwdev_same() - are two settings the same
 * @a: setting
 * @b: setting
 *
 * Return: true if they are.
 */
bool cl_hwdev_same(const struct hwtstamp_config *a,
		   const struct hwtstamp_config *b)
{
	return a->tx_type == b->tx_type && a->rx_filter == b->rx_filter;
}

static int call(int fd, const char *name, unsigned long cmd, void *arg)
{
	struct ifreq ifr = { .ifr_data = arg };

	memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	return ioctl(fd, cmd, &ifr) ? -errno : 0;
}

static bool has_many_ports(int fd, const char *name)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (call(fd, name, SIOCETHTOOL, &info))
		return false;
	for (size_t i = 0; i < sizeof(many_ports) / sizeof(*many_ports); i++)
		if (!strcmp(info.driver, many_ports[i]))
			return true;
	return false;
}

/**
 * cl_hwdev_caps() - what can a device do
 * @fd: any socket
 * @name: its name
 * @ret: the answer; of a device without time stamps: nothing
 *
 * Return: 0; -ENODEV if there is no such device, -errno else.
 */
int cl_hwdev_caps(int fd, const char *name, struct cl_hwdev_caps *ret)
{
	struct ethtool_ts_info info = { .cmd = ETHTOOL_GET_TS_INFO };
	int err;

	*ret = (struct cl_hwdev_caps){ .phc_index = -1 };
	err = call(fd, name, SIOCETHTOOL, &info);
	if (err)
		return err == -EOPNOTSUPP ? 0 : err;
	if (has_many_ports(fd, name))
		return 0;
	ret->phc_index = info.phc_index;
	ret->all = info.tx_types & (1U << HWTSTAMP_TX_ON) &&
		   info.rx_filters & (1U << HWTSTAMP_FILTER_ALL);
	return 0;
}

/**
 * cl_hwdev_get() - what is a device set to
 * @fd: any socket
 * @name: its name
 * @ret: the setting
 *
 * Return: 0 or -errno.
 */
int cl_hwdev_get(int fd, const char *name, struct hwtstamp_config *ret)
{
	memset(ret, 0, sizeof(*ret));
	return call(fd, name, SIOCGHWTSTAMP, ret);
}

/**
 * cl_hwdev_set() - set a device
 * @fd: any socket
 * @name: its name
 * @config: the setting; what the driver has made of it comes back
 *
 * Return: 0 or -errno.
 */
int cl_hwdev_set(int fd, const char *name, struct hwtstamp_config *config)
{
	return call(fd, name, SIOCSHWTSTAMP, config);
}
