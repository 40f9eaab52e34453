// SPDX-License-Identifier: GPL-2.0
/*
 * The node's side of what the controller of the virtual-time lab knows of it.
 *
 * The controller reads vtime_clock and writes vtime_phc in the memory of this
 * kernel while it waits for time to go on. So nothing here waits, locks against
 * it or takes time.
 */
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pvclock_gtod.h>
#include <linux/timekeeper_internal.h>
#include <linux/uaccess.h>
#include "vtime.h"

#define PS_PER_NS 1000

/* Read and written by the controller, found by their symbols. */
struct vtime_clock vtime_clock;
struct vtime_phc vtime_phc;
EXPORT_SYMBOL_GPL(vtime_phc);

/* Serialises who changes vtime_clock.page. */
static DEFINE_MUTEX(vtime_page_lock);

static void vtime_base_set(struct vtime_base *base,
			   const struct tk_read_base *tkr, ktime_t offset)
{
	base->ns = ktime_add(tkr->base, offset);
	base->cycles = tkr->cycle_last;
	base->frac = tkr->xtime_nsec;
	base->mult = tkr->mult;
	base->shift = tkr->shift;
}

/* Called with timekeeper_lock whenever the timekeeping core has moved on. */
static int vtime_clock_update(struct notifier_block *nb, unsigned long was_set,
			      void *data)
{
	const struct timekeeper *tk = data;

	vtime_base_set(&vtime_clock.real, &tk->tkr_mono, tk->offs_real);
	vtime_base_set(&vtime_clock.raw, &tk->tkr_raw, 0);
	vtime_clock.tai_s = tk->tai_offset;
	vtime_clock.magic = VTIME_MAGIC;
	return NOTIFY_OK;
}

static struct notifier_block vtime_notifier = {
	.notifier_call = vtime_clock_update,
};

/**
 * vtime_phc_counter() - Free-running counter of the card's clock
 * @local_ns: local time of the node, see vtime_local_ns()
 *
 * Exact: no rounding but that to the granularity. Behind the last knot its line
 * goes on.
 *
 * Return: the counter, ns, a multiple of the granularity; 0 if the card has no
 * clock or @local_ns lies before the first knot.
 */
u64 vtime_phc_counter(u64 local_ns)
{
	u64 local = local_ns * PS_PER_NS, ns, dl, dc;
	u32 low = 0, high = vtime_phc.knots - 1;

	if (vtime_phc.knots < 2 || local < vtime_phc.knot[0].local)
		return 0;
	/* the line from knot[low], the last that is not behind local */
	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (vtime_phc.knot[middle].local <= local)
			low = middle;
		else
			high = middle;
	}
	dl = vtime_phc.knot[high].local - vtime_phc.knot[low].local;
	dc = vtime_phc.knot[high].counter - vtime_phc.knot[low].counter;
	local -= vtime_phc.knot[low].local;
	/* the product has up to 128 bits */
	ns = div_u64(vtime_phc.knot[low].counter +
			     mul_u64_u64_div_u64(local, dc, dl),
		     PS_PER_NS);
	return ns - ns % max(vtime_phc.granularity_ns, 1U);
}
EXPORT_SYMBOL_GPL(vtime_phc_counter);

static void vtime_unpin(struct file *file)
{
	struct page *page = file->private_data;

	if (!page)
		return;
	if (vtime_clock.page == (unsigned long)page_address(page))
		vtime_clock.page = 0;
	unpin_user_page(page);
	file->private_data = NULL;
}

/*
 * A process writes the address of a page that it has mapped: u64, page aligned.
 * The page stays pinned and known to the controller until another is written or
 * the file is closed.
 */
static ssize_t vtime_write(struct file *file, const char __user *buf,
			   size_t len, loff_t *pos)
{
	struct page *page;
	u64 address;
	int ret;

	if (len != sizeof(address))
		return -EINVAL;
	if (copy_from_user(&address, buf, sizeof(address)))
		return -EFAULT;
	if (!address || !PAGE_ALIGNED(address))
		return -EINVAL;
	ret = pin_user_pages_fast(address, 1, FOLL_LONGTERM, &page);
	if (ret < 0)
		return ret;
	mutex_lock(&vtime_page_lock);
	vtime_unpin(file);
	file->private_data = page;
	vtime_clock.page = (unsigned long)page_address(page);
	vtime_clock.pages++;
	mutex_unlock(&vtime_page_lock);
	return len;
}

/* The misc core leaves its device in private_data, which is ours here. */
static int vtime_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return 0;
}

static int vtime_release(struct inode *inode, struct file *file)
{
	mutex_lock(&vtime_page_lock);
	vtime_unpin(file);
	mutex_unlock(&vtime_page_lock);
	return 0;
}

static const struct file_operations vtime_fops = {
	.owner = THIS_MODULE,
	.open = vtime_open,
	.release = vtime_release,
	.write = vtime_write,
	.llseek = noop_llseek,
};

static struct miscdevice vtime_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vtime",
	.fops = &vtime_fops,
};

/* After the clock source of 1 ns has been chosen (fs_initcall). */
static int __init vtime_init(void)
{
	pvclock_gtod_register_notifier(&vtime_notifier);
	return misc_register(&vtime_device);
}
device_initcall(vtime_init);
