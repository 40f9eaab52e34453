// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost-user: one request of the guest at a time, each is answered.  While the
 * guest runs no other thread of it touches the rings, and the controller touches
 * them only while the guest waits.  What the guest says is checked: a broken
 * kernel must end its run, not the controller.
 */
#include "card.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "listener.h"

enum {
	VU_GET_FEATURES = 1,
	VU_SET_FEATURES = 2,
	VU_SET_OWNER = 3,
	VU_SET_MEM_TABLE = 5,
	VU_SET_VRING_NUM = 8,
	VU_SET_VRING_ADDR = 9,
	VU_SET_VRING_BASE = 10,
	VU_SET_VRING_KICK = 12,
	VU_SET_VRING_CALL = 13,
	VU_SET_VRING_ERR = 14,
	VU_GET_PROTOCOL_FEATURES = 15,
	VU_SET_PROTOCOL_FEATURES = 16,
	VU_SET_VRING_ENABLE = 18,
	VU_SET_BACKEND_REQ_FD = 21,
	VU_GET_CONFIG = 24,
	VU_SET_CONFIG = 25,
	VU_VRING_KICK = 35,
};

#define VU_VERSION 1
#define VU_REPLY 4
#define VU_NEED_REPLY 8

#define VU_F_PROTOCOL_FEATURES 30
#define VU_PF_REPLY_ACK 3
#define VU_PF_BACKEND_REQ 5
#define VU_PF_CONFIG 9
#define VU_PF_INBAND_NOTIFICATIONS 14

struct vu_header {
	u32 request;
	u32 flags;
	u32 size;
};

struct vu_message {
	struct vu_header h;
	union {
		u64 value;
		struct {
			u32 index;
			u32 num;
		} state;
		struct {
			u32 index;
			u32 num;
			u64 time;
		} kick;
		struct {
			u32 index;
			u32 flags;
			u64 desc;
			u64 used;
			u64 avail;
			u64 log;
		} addr;
		struct {
			u32 num;
			u32 pad;
			struct {
				u64 addr;
				u64 size;
				u64 user;
				u64 offset;
			} region[VT_CARD_REGIONS];
		} mem;
		struct {
			u32 offset;
			u32 size;
			u32 flags;
			u8 data[256];
		} config;
		u8 raw[512];
	};
} __packed;

#define NET_HEADER sizeof(struct virtio_net_hdr_v1)

/**
 * vt_card_open() - make the socket that the guest's driver connects to
 * @c: card; ops, ctx and number are set
 * @path: file name of the socket
 *
 * Return: 0 or -errno.
 */
int vt_card_open(struct vt_card *c, const char *path)
{
	c->sock = -1;
	c->back = -1;
	c->regions = 0;
	memset(c->vq, 0, sizeof(c->vq));
	c->listener = vt_listener(path);
	return c->listener < 0 ? c->listener : 0;
}

/**
 * vt_card_close() - the guest has ended
 * @c: card that was opened
 */
void vt_card_close(struct vt_card *c)
{
	int *fds[] = { &c->listener, &c->sock, &c->back };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	while (c->regions) {
		struct vt_card_region *r = &c->region[--c->regions];

		munmap(r->map, r->len);
	}
}

/**
 * vt_card_accept() - the guest's driver connects
 * @c: card whose listener is readable
 *
 * Return: 0 or -errno.
 */
int vt_card_accept(struct vt_card *c)
{
	c->sock = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC);
	return c->sock < 0 ? -errno : 0;
}

static void *guest(struct vt_card *c, u64 addr, u64 len)
{
	for (unsigned int i = 0; i < c->regions; i++) {
		const struct vt_card_region *r = &c->region[i];

		if (addr >= r->addr && len <= r->len &&
		    addr - r->addr <= r->len - len)
			return r->map + (addr - r->addr);
	}
	return NULL;
}

/* The three parts of a queue, all of them in the guest's memory. */
struct rings {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
};

static bool find_rings(struct vt_card *c, const struct vt_card_vq *q,
		       struct rings *ret)
{
	if (!q->on || !q->num)
		return false;
	ret->desc = guest(c, q->desc, sizeof(*ret->desc) * q->num);
	ret->avail = guest(c, q->avail, sizeof(*ret->avail) + 2 * q->num);
	ret->used = guest(c, q->used,
			  sizeof(*ret->used) +
				  sizeof(struct vring_used_elem) * q->num);
	return ret->desc && ret->avail && ret->used;
}

static bool has_buffer(const struct vt_card_vq *q, const struct rings *r)
{
	return q->last != __atomic_load_n(&r->avail->idx, __ATOMIC_ACQUIRE);
}

static void give_back(const struct vt_card_vq *q, const struct rings *r,
		      u16 head, u32 len)
{
	u16 idx = r->used->idx;

	r->used->ring[idx % q->num].id = head;
	r->used->ring[idx % q->num].len = len;
	__atomic_store_n(&r->used->idx, idx + 1, __ATOMIC_RELEASE);
}

/* One buffer of the guest: a chain of descriptors. */
struct chain {
	struct vt_card *card;
	const struct vt_card_vq *q;
	const struct vring_desc *desc;
	u16 next;
	bool more;
	u32 steps;
};

static void *chain_part(struct chain *ch, u32 *ret_len)
{
	const struct vring_desc *d = &ch->desc[ch->next % ch->q->num];

	ch->more = d->flags & VRING_DESC_F_NEXT && ++ch->steps < ch->q->num;
	ch->next = d->next;
	*ret_len = d->len;
	return guest(ch->card, d->addr, d->len);
}

/* Return: bytes of the chain in @buf, 0 if it is bad. */
static size_t gather(struct chain *ch, u8 *buf, size_t room)
{
	size_t len = 0;
	u32 part_len;
	u8 *part;

	do {
		part = chain_part(ch, &part_len);
		if (!part || part_len > room - len)
			return 0;
		memcpy(buf + len, part, part_len);
		len += part_len;
	} while (ch->more);
	return len;
}

/* Return: false if the chain is bad or too short. */
static bool scatter(struct chain *ch, const u8 *buf, size_t len)
{
	u32 part_len;
	u8 *part;

	do {
		part = chain_part(ch, &part_len);
		if (!part)
			return false;
		if (part_len > len)
			part_len = len;
		memcpy(part, buf, part_len);
		buf += part_len;
		len -= part_len;
	} while (len && ch->more);
	return !len;
}

static int take_sent(struct vt_card *c)
{
	struct vt_card_vq *q = &c->vq[VT_CARD_TX];
	u8 buf[NET_HEADER + VT_CARD_FRAME_MAX];
	struct rings r;
	size_t len;

	if (!find_rings(c, q, &r))
		return 0;
	while (has_buffer(q, &r)) {
		u16 head = r.avail->ring[q->last++ % q->num];
		struct chain ch = { c, q, r.desc, head, true, 0 };

		len = gather(&ch, buf, sizeof(buf));
		if (len <= NET_HEADER)
			return -EPROTO;
		give_back(q, &r, head, 0);
		c->ops->sent(c->ctx, buf + NET_HEADER, len - NET_HEADER);
	}
	return 0;
}

/**
 * vt_card_put() - a frame arrives
 * @c: card of a guest that waits
 * @frame: the frame
 * @len: its bytes, at most VT_CARD_FRAME_MAX
 *
 * Return: whether it was taken, and whether an interrupt has to follow.
 */
enum vt_card_put vt_card_put(struct vt_card *c, const u8 *frame, size_t len)
{
	struct virtio_net_hdr_v1 h = { .num_buffers = 1 };
	struct vt_card_vq *q = &c->vq[VT_CARD_RX];
	u8 buf[NET_HEADER + VT_CARD_FRAME_MAX];
	struct rings r;
	u16 head;

	if (c->back < 0 || len > VT_CARD_FRAME_MAX || !find_rings(c, q, &r) ||
	    !has_buffer(q, &r))
		return VT_CARD_LOST;
	memcpy(buf, &h, NET_HEADER);
	memcpy(buf + NET_HEADER, frame, len);
	head = r.avail->ring[q->last++ % q->num];
	if (!scatter(&(struct chain){ c, q, r.desc, head, true, 0 }, buf,
		     NET_HEADER + len))
		len = 0; /* goes back to the guest as an empty buffer */
	give_back(q, &r, head, len ? NET_HEADER + len : 0);
	return r.avail->flags & VRING_AVAIL_F_NO_INTERRUPT ? VT_CARD_QUIET :
							     VT_CARD_CALL;
}

static int write_all(int fd, const void *buf, size_t len)
{
	ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int set_memory(struct vt_card *c, const struct vu_message *m,
		      const int *fds, unsigned int nr_fds)
{
	if (m->mem.num > nr_fds || m->mem.num > VT_CARD_REGIONS)
		return -EPROTO;
	for (c->regions = 0; c->regions < m->mem.num; c->regions++) {
		struct vt_card_region *r = &c->region[c->regions];

		r->addr = m->mem.region[c->regions].addr;
		r->len = m->mem.region[c->regions].size;
		r->map = mmap(NULL, r->len, PROT_READ | PROT_WRITE, MAP_SHARED,
			      fds[c->regions],
			      m->mem.region[c->regions].offset);
		if (r->map == MAP_FAILED)
			return -errno;
	}
	return 0;
}

static int set_queue(struct vt_card *c, const struct vu_message *m)
{
	struct vt_card_vq *q;

	/* All of these structures start with the index. */
	if (m->state.index >= VT_CARD_QUEUES)
		return -EPROTO;
	q = &c->vq[m->state.index];
	switch (m->h.request) {
	case VU_SET_VRING_NUM:
		if (!m->state.num || m->state.num & (m->state.num - 1) ||
		    m->state.num > 32768)
			return -EPROTO;
		q->num = m->state.num;
		break;
	case VU_SET_VRING_ADDR:
		q->desc = m->addr.desc;
		q->used = m->addr.used;
		q->avail = m->addr.avail;
		break;
	case VU_SET_VRING_BASE:
		q->last = m->state.num;
		break;
	case VU_SET_VRING_ENABLE:
		q->on = m->state.num;
		break;
	}
	return 0;
}

static int kicked(struct vt_card *c, struct vu_message *m)
{
	int err = 0;

	if (m->h.size != sizeof(m->kick))
		return -EPROTO;
	c->ops->kick(c->ctx, m->kick.time);
	if (m->kick.index == VT_CARD_TX)
		err = take_sent(c);
	if (err)
		return err;
	m->value = c->ops->kicked(c->ctx);
	m->h.size = sizeof(m->value);
	return 1;
}

/* Return: 1 if @m holds an answer, 0 if the answer is 0, else -errno. */
static int handle(struct vt_card *c, struct vu_message *m, int *fds,
		  unsigned int nr_fds)
{
	switch (m->h.request) {
	case VU_VRING_KICK:
		return kicked(c, m);
	case VU_GET_FEATURES:
		m->value = 1ULL << VIRTIO_F_VERSION_1 |
			   1ULL << VU_F_PROTOCOL_FEATURES |
			   1ULL << VIRTIO_NET_F_MAC;
		m->h.size = sizeof(m->value);
		return 1;
	case VU_GET_PROTOCOL_FEATURES:
		m->value = 1 << VU_PF_REPLY_ACK | 1 << VU_PF_BACKEND_REQ |
			   1 << VU_PF_CONFIG | 1 << VU_PF_INBAND_NOTIFICATIONS;
		m->h.size = sizeof(m->value);
		return 1;
	case VU_GET_CONFIG:
		memset(m->config.data, 0, sizeof(m->config.data));
		m->config.data[0] = 0x02;
		m->config.data[5] = c->number;
		return 1;
	case VU_SET_FEATURES:
		return m->value >> VIRTIO_F_VERSION_1 & 1 ? 0 : -EPROTO;
	case VU_SET_MEM_TABLE:
		return set_memory(c, m, fds, nr_fds);
	case VU_SET_VRING_NUM:
	case VU_SET_VRING_ADDR:
	case VU_SET_VRING_BASE:
	case VU_SET_VRING_ENABLE:
		return set_queue(c, m);
	case VU_SET_BACKEND_REQ_FD:
		if (nr_fds != 1)
			return -EPROTO;
		c->back = fds[0];
		fds[0] = -1; /* ours now */
		return 0;
	case VU_SET_OWNER:
	case VU_SET_PROTOCOL_FEATURES:
	case VU_SET_CONFIG:
	case VU_SET_VRING_KICK:
	case VU_SET_VRING_CALL:
	case VU_SET_VRING_ERR:
		return 0;
	}
	return -EPROTO;
}

static int read_request(struct vt_card *c, struct vu_message *m, int *fds,
			unsigned int *ret_fds)
{
	char control[CMSG_SPACE(VT_CARD_REGIONS * sizeof(int))];
	struct iovec io = { &m->h, sizeof(m->h) };
	struct msghdr mh = { .msg_iov = &io,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(c->sock, &mh, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	struct cmsghdr *cm;

	*ret_fds = 0;
	if (n < 0)
		return -errno;
	if (n != sizeof(m->h))
		return -EPIPE;
	for (cm = CMSG_FIRSTHDR(&mh); cm; cm = CMSG_NXTHDR(&mh, cm)) {
		size_t len = cm->cmsg_len - CMSG_LEN(0);

		if (cm->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(fds, CMSG_DATA(cm), len);
		*ret_fds = len / sizeof(int);
	}
	if (m->h.size > sizeof(m->raw))
		return -EPROTO;
	if (!m->h.size)
		return 0;
	n = recv(c->sock, m->raw, m->h.size, MSG_WAITALL);
	if (n < 0)
		return -errno;
	return (size_t)n == m->h.size ? 0 : -EPIPE;
}

/**
 * vt_card_request() - do what the guest's driver asks for
 * @c: card whose sock is readable
 *
 * Return: 0 or -errno, -EPIPE if the guest has ended, -EPROTO if it does what
 * no driver does.
 */
int vt_card_request(struct vt_card *c)
{
	int fds[VT_CARD_REGIONS] = { -1, -1 };
	struct vu_message m = {};
	unsigned int nr_fds;
	int err;

	err = read_request(c, &m, fds, &nr_fds);
	if (!err)
		err = handle(c, &m, fds, nr_fds);
	for (unsigned int i = 0; i < nr_fds; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (err < 0)
		return err;
	if (!err) {
		if (!(m.h.flags & VU_NEED_REPLY))
			return 0;
		m.value = 0;
		m.h.size = sizeof(m.value);
	}
	m.h.flags = VU_VERSION | VU_REPLY;
	return write_all(c->sock, &m, sizeof(m.h) + m.h.size);
}
