// SPDX-License-Identifier: GPL-2.0
#include "page.h"

#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/device.h"
#include "compat/mm.h"
#include "instant.h"

static DEFINE_MUTEX(page_lock); /* protects page_idr */
static DEFINE_IDR(page_idr); /* pages whose instance lives, by id */
static dev_t page_devt;
static struct cdev page_cdev;

/* Reading the time is for everybody. */
static char *page_devnode(CL_CLASS_CONST struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0444;
	return NULL;
}

/* For the rule that makes /dev/clocklink. */
static int page_uevent(CL_CLASS_CONST struct device *dev,
		       struct kobj_uevent_env *env)
{
	const struct cl_page *page = dev_get_drvdata(dev);

	return add_uevent_var(env, "CLOCKLINK_INITIAL=%d", page->initial);
}

static struct class page_class = {
	.name = "clocklink",
	.devnode = page_devnode,
	.dev_uevent = page_uevent,
};

static void page_free(struct kref *ref)
{
	struct cl_page *page = container_of(ref, struct cl_page, ref);

	free_pages_exact(page->data, CL_PAGE_BYTES);
	kfree(page);
}

/* The node opened decides which page it is, not the opener's namespace. */
static int page_open(struct inode *inode, struct file *file)
{
	struct cl_page *page;

	mutex_lock(&page_lock);
	page = idr_find(&page_idr, iminor(inode) - MINOR(page_devt));
	if (page)
		kref_get(&page->ref);
	mutex_unlock(&page_lock);
	if (!page)
		return -ENXIO;
	file->private_data = page;
	return nonseekable_open(inode, file);
}

static int page_release(struct inode *inode, struct file *file)
{
	struct cl_page *page = file->private_data;

	kref_put(&page->ref, page_free);
	return 0;
}

/*
 * All of it or its beginning.  Read-only for good: VM_MAYWRITE is cleared, so that
 * mprotect() cannot add the write bit later.
 */
static int page_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct cl_page *page = file->private_data;
	unsigned long size = vma->vm_end - vma->vm_start, at;
	int err;

	if (vma->vm_pgoff || size > CL_PAGE_BYTES)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
	for (at = 0; at < size; at += PAGE_SIZE) {
		err = vm_insert_page(vma, vma->vm_start + at,
				     virt_to_page((void *)page->data + at));
		if (err)
			return err;
	}
	return 0;
}

static long page_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct clocklink_stamp stamp;
	struct cl_instant i;

	if (cmd != CLOCKLINK_IOC_STAMP)
		return -ENOTTY;
	cl_instant_now(&i);
	stamp = (struct clocklink_stamp){
		.raw = i.raw,
		.monotonic = i.monotonic,
		.realtime = i.realtime,
		.set = i.set,
	};
	if (copy_to_user((void __user *)arg, &stamp, sizeof(stamp)))
		return -EFAULT;
	return 0;
}

/* The owner makes an open page pin the module. */
static const struct file_operations page_fops = {
	.owner = THIS_MODULE,
	.open = page_open,
	.release = page_release,
	.mmap = page_mmap,
	.unlocked_ioctl = page_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/**
 * cl_page_create() - make a page and reserve its number
 * @initial: it is that of the initial network namespace
 *
 * Context: process.
 * Return: the page, zeroed; -ENOSPC if there are CL_PAGES_MAX, -ENOMEM.
 */
struct cl_page *cl_page_create(bool initial)
{
	struct cl_page *page;
	int err = -ENOMEM;

	page = kzalloc(sizeof(*page), GFP_KERNEL_ACCOUNT);
	if (!page)
		return ERR_PTR(-ENOMEM);
	kref_init(&page->ref);
	page->initial = initial;
	page->data = alloc_pages_exact(CL_PAGE_BYTES,
				       GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!page->data)
		goto err_free;

	mutex_lock(&page_lock);
	err = idr_alloc(&page_idr, NULL, 0, CL_PAGES_MAX, GFP_KERNEL);
	mutex_unlock(&page_lock);
	if (err < 0)
		goto err_page;
	page->id = err;
	return page;

err_page:
	free_pages_exact(page->data, CL_PAGE_BYTES);
err_free:
	kfree(page);
	return ERR_PTR(err);
}

/**
 * cl_page_show() - make the device node
 * @page: page whose contents are valid
 *
 * Context: process.
 * Return: 0 or an error of the device core.
 */
int cl_page_show(struct cl_page *page)
{
	struct device *dev;

	mutex_lock(&page_lock);
	idr_replace(&page_idr, page, page->id);
	mutex_unlock(&page_lock);
	dev = device_create(&page_class, NULL, page_devt + page->id, page,
			    "clocklink%u", page->id);
	return PTR_ERR_OR_ZERO(dev);
}

/**
 * cl_page_destroy() - remove the device node and the instance's reference
 * @page: page, shown or not; its last contents have been written
 *
 * Files that are open keep the page.
 *
 * Context: process.
 */
void cl_page_destroy(struct cl_page *page)
{
	device_destroy(&page_class, page_devt + page->id);
	mutex_lock(&page_lock);
	idr_remove(&page_idr, page->id);
	mutex_unlock(&page_lock);
	kref_put(&page->ref, page_free);
}

/**
 * cl_page_init() - register the device class and its numbers
 *
 * Return: 0 or -errno.
 */
int __init cl_page_init(void)
{
	int err;

	err = class_register(&page_class);
	if (err)
		return err;
	err = alloc_chrdev_region(&page_devt, 0, CL_PAGES_MAX, "clocklink");
	if (err)
		goto err_class;
	cdev_init(&page_cdev, &page_fops);
	page_cdev.owner = THIS_MODULE;
	err = cdev_add(&page_cdev, page_devt, CL_PAGES_MAX);
	if (err)
		goto err_region;
	return 0;

err_region:
	unregister_chrdev_region(page_devt, CL_PAGES_MAX);
err_class:
	class_unregister(&page_class);
	return err;
}

/**
 * cl_page_exit() - the reverse; there is no page left
 */
void cl_page_exit(void)
{
	cdev_del(&page_cdev);
	unregister_chrdev_region(page_devt, CL_PAGES_MAX);
	class_unregister(&page_class);
	idr_destroy(&page_idr);
}
