// SPDX-License-Identifier: GPL-2.0
/*
 * Clocklink: one time for a cluster.
 */
#include <linux/module.h>
#include <linux/version.h>

#include "instance.h"
#include "netlink.h"
#include "page.h"
#include "peer.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "clocklink needs Linux 6.1 or newer"
#endif

static int __init clocklink_init(void)
{
	int err;

	err = cl_page_init();
	if (err)
		return err;
	err = cl_peer_cache_init();
	if (err)
		goto err_page;
	err = cl_instance_init();
	if (err)
		goto err_cache;
	err = cl_netlink_init();
	if (err)
		goto err_instance;
	return 0;

err_instance:
	cl_instance_exit();
err_cache:
	cl_peer_cache_exit();
err_page:
	cl_page_exit();
	return err;
}

static void __exit clocklink_exit(void)
{
	cl_netlink_exit();
	cl_instance_exit();
	cl_peer_cache_exit();
	cl_page_exit();
}

module_init(clocklink_init);
module_exit(clocklink_exit);
MODULE_DESCRIPTION("Cluster clock");
MODULE_AUTHOR("The Clocklink authors");
MODULE_LICENSE("GPL");
