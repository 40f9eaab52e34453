// SPDX-License-Identifier: GPL-2.0-or-later
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/um_timetravel.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/lib/compiler.h"
#include "kernel/vtime.h"
#include "listener.h"

/* A kernel connects within milliseconds, on a loaded host too. */
#define CONNECT_TIMEOUT_MS 30000
#define ARGS_MAX 32
#define FNV_PRIME 0x100000001b3ULL

static void digest_add(struct vt_node *n, const void *data, size_t len)
{
	const u8 *b = data;

	while (len--)
		n->digest = (n->digest ^ *b++) * FNV_PRIME;
}

static int tell(struct vt_node *n, const struct um_timetravel_msg *m,
		unsigned int count)
{
	n->messages += count;
	/* If the kernel has ended, reading the socket will tell. */
	if (send(n->time, m, count * sizeof(*m), MSG_NOSIGNAL) < 0)
		return errno == EPIPE || errno == ECONNRESET ? 0 : -errno;
	return 0;
}

static int answer(struct vt_node *n, u32 seq, u64 time)
{
	const struct um_timetravel_msg m = {
		.op = UM_TIMETRAVEL_ACK,
		.seq = seq,
		.time = time,
	};

	return tell(n, &m, 1);
}

static void advance(struct vt_node *n, s64 local)
{
	s64 global = vt_osc_global_ps(&n->osc, local);

	if (local > n->now_local)
		n->now_local = local;
	if (global > n->now)
		n->now = global;
}

static void set_now(struct vt_node *n, s64 global)
{
	if (global <= n->now)
		return;
	n->now = global;
	n->now_local = vt_osc_local_ns(&n->osc, global);
}

static void set_wish(struct vt_node *n, u64 local)
{
	if (local >= (u64)S64_MAX) {
		n->wish = VT_NEVER;
		return;
	}
	n->wish_local = local;
	n->wish = vt_osc_global_ps(&n->osc, local);
}

/* How far it may run on its own by its clock, ns. */
static s64 free_until(const struct vt_node *n)
{
	s64 local = vt_osc_local_ns(&n->osc, n->limit);

	return local > n->now_local ? local : n->now_local;
}

static void node_kick(void *ctx, u64 local)
{
	advance(ctx, local);
}

/* The node is at its present time; its driver does not run on meanwhile. */
static void node_sent(void *ctx, const u8 *frame, size_t len)
{
	struct vt_node *n = ctx;
	s64 back;

	n->frames++;
	n->bytes += len;
	digest_add(n, &n->now, sizeof(n->now));
	digest_add(n, frame, len);
	back = n->ops->sent(n->ctx, n, frame, len);
	if (back < n->horizon)
		n->horizon = back;
	if (back < n->limit)
		n->limit = back;
}

/* An answer may come back sooner than it was allowed to run. */
static u64 node_kicked(void *ctx)
{
	struct vt_node *n = ctx;
	s64 local = free_until(n);

	if (!n->free_local || local >= n->free_local)
		return 0;
	n->free_local = local;
	return local;
}

static const struct vt_card_ops node_card_ops = {
	.kick = node_kick,
	.sent = node_sent,
	.kicked = node_kicked,
};

struct args {
	char text[ARGS_MAX][4096];
	char *list[ARGS_MAX + 1];
	unsigned int n;
};

static void __printf(2, 3) add(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->text[a->n], sizeof(a->text[a->n]), fmt, ap);
	va_end(ap);
	a->list[a->n] = a->text[a->n];
	a->list[++a->n] = NULL;
}

/* In the child.  Sockets are named relative to the run's directory. */
static void exec_kernel(const struct vt_node *n)
{
	static struct args arg, env;
	const struct vt_machine *m = n->machine;
	char log[32];
	int in, out;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	snprintf(log, sizeof(log), "n%u.log", n->id);
	in = open("/dev/null", O_RDONLY);
	out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(out, 2) < 0)
		_exit(127);
	add(&arg, "linux");
	add(&arg, "mem=64M");
	add(&arg, "rootfstype=hostfs");
	add(&arg, "rootflags=%s", m->root);
	add(&arg, "ro");
	add(&arg, "quiet");
	add(&arg, "init=/init");
	add(&arg, "con=null");
	add(&arg, "con0=null,fd:1");
	add(&arg, "time-travel=ext:%u:time.sock", n->id);
	add(&arg, "virtio_uml.device=net.%u:1", n->id);
	add(&arg, "virtio_net.napi_tx=0");
	add(&arg, "uml_dir=./");
	add(&arg, "umid=n%u", n->id);
	add(&arg, "ipv6.disable_ipv6=1");
	add(&arg, "panic=-1");
	add(&arg, "NODE=%u", n->id);
	add(&arg, "NODES=%u", m->nodes);
	add(&arg, "PROGRAM=%s", n->program);
	add(&arg, "SCENARIO=%s", m->scenario);
	/* A fixed environment: the host's must not reach the guest's memory. */
	if (m->preload) {
		add(&env, "LD_PRELOAD=%s", m->preload);
		add(&env, "VTIME_SEED=%llu",
		    (unsigned long long)(m->seed * 1000 + n->id + 1));
	}
	if (getenv("TMPDIR"))
		add(&env, "TMPDIR=%s", getenv("TMPDIR"));
	personality(ADDR_NO_RANDOMIZE);
	execve(m->kernel, arg.list, env.list);
	fprintf(stderr, "%s: %m\n", m->kernel);
	_exit(127);
}

static int accept_kernel(struct vt_node *n, int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	struct um_timetravel_msg m;

	if (poll(&p, 1, CONNECT_TIMEOUT_MS) <= 0)
		return -ETIMEDOUT;
	n->time = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (n->time < 0)
		return -errno;
	if (recv(n->time, &m, sizeof(m), MSG_WAITALL) != sizeof(m) ||
	    m.op != UM_TIMETRAVEL_START)
		return -EPROTO;
	return answer(n, m.seq, 0);
}

/*
 * The card's clock is a function of the node's own: both are linear between full
 * seconds of true time.
 */
static int write_phc(const struct vt_node *n)
{
	static struct vtime_phc p;
	struct iovec local = { &p, sizeof(p) };
	struct iovec remote = { (void *)n->machine->phc_addr, sizeof(p) };

	p.knots = n->osc.knots < VTIME_PHC_KNOTS ? n->osc.knots :
						   VTIME_PHC_KNOTS;
	p.granularity_ns = n->phc_granularity_ns;
	p.read_ns = n->phc_read_ns;
	for (u32 i = 0; i < p.knots; i++) {
		p.knot[i].local = vt_osc_local_ps(&n->osc, i * VT_PS_PER_SEC);
		p.knot[i].counter = vt_osc_local_ps(&n->phc, i * VT_PS_PER_SEC);
	}
	if (process_vm_writev(n->pid, &local, 1, &remote, 1, 0) != sizeof(p))
		return -errno;
	return 0;
}

/**
 * vt_node_start() - boot
 * @n: node that is down; its fields up to @tod_error are set
 * @now: present, global ps
 *
 * It is busy when this returns.  The working directory is that of the run.
 *
 * Return: 0 or -errno.
 */
int vt_node_start(struct vt_node *n, s64 now)
{
	char path[32];
	int listener, err;

	snprintf(path, sizeof(path), "net.%u", n->id);
	n->card.ops = &node_card_ops;
	n->card.ctx = n;
	n->card.number = n->id + 1;
	err = vt_card_open(&n->card, path);
	if (err)
		return err;
	listener = vt_listener("time.sock");
	if (listener < 0)
		return listener;
	n->now = now;
	n->now_local = vt_osc_local_ns(&n->osc, now);
	n->horizon = now;
	n->limit = now;
	n->free_local = 0;
	n->wish = VT_NEVER;
	n->waiting = false;
	n->interrupt = false;
	n->paused = false;
	n->end = VT_END_RUNNING;
	n->pid = fork();
	if (!n->pid)
		exec_kernel(n);
	err = n->pid < 0 ? -errno : accept_kernel(n, listener);
	close(listener);
	if (!err && n->has_phc)
		err = write_phc(n);
	return err;
}

/* It has ended, and so has what it had. */
static void gone(struct vt_node *n, enum vt_node_end end)
{
	n->pid = 0;
	n->end = end;
	close(n->time);
	n->time = -1;
	vt_card_close(&n->card);
	vt_inbox_clear(&n->inbox);
}

/**
 * vt_node_kill() - stop it at once
 * @n: node; nothing happens if it is down
 * @end: why
 */
void vt_node_kill(struct vt_node *n, enum vt_node_end end)
{
	if (n->pid <= 0)
		return;
	kill(-n->pid, SIGKILL);
	waitpid(n->pid, NULL, 0);
	gone(n, end);
}

/* The socket is at its end: power-off, or a panic (which aborts). */
static void node_ended(struct vt_node *n)
{
	int status = 0;

	waitpid(n->pid, &status, 0);
	kill(-n->pid, SIGKILL);
	gone(n, WIFEXITED(status) && !WEXITSTATUS(status) ? VT_END_EXITED :
							    VT_END_FAILED);
}

static int time_message(struct vt_node *n)
{
	struct um_timetravel_msg m;
	ssize_t len = recv(n->time, &m, sizeof(m), MSG_WAITALL);

	if (len < 0 && errno != ECONNRESET)
		return -errno;
	if (len != sizeof(m)) {
		node_ended(n);
		return 0;
	}
	n->messages++;
	switch (m.op) {
	case UM_TIMETRAVEL_WAIT:
		set_wish(n, m.time);
		n->waiting = true;
		n->free_local = 0;
		return 0;
	case UM_TIMETRAVEL_UPDATE:
		advance(n, m.time);
		return answer(n, m.seq, 0);
	case UM_TIMETRAVEL_GET:
		return answer(n, m.seq, n->now_local);
	case UM_TIMETRAVEL_GET_TOD:
		return answer(n, m.seq,
			      n->machine->tod_base + n->tod_error +
				      n->now_local);
	default:
		return -EPROTO;
	}
}

/**
 * vt_node_fd() - descriptor to poll
 * @n: node
 * @which: which one
 *
 * Return: the descriptor, -1 if there is none now.
 */
int vt_node_fd(const struct vt_node *n, enum vt_node_fd which)
{
	switch (which) {
	case VT_FD_TIME:
		return n->time;
	case VT_FD_LISTENER:
		return n->card.sock < 0 ? n->card.listener : -1;
	default:
		return n->card.sock;
	}
}

/**
 * vt_node_message() - handle one message of the kernel
 * @n: node that is up
 * @which: the descriptor that is readable
 *
 * Return: 0 or -errno, -EPROTO if the kernel does what none does.  A kernel that
 * has ended is no error: @n->pid is 0 then.
 */
int vt_node_message(struct vt_node *n, enum vt_node_fd which)
{
	int err;

	switch (which) {
	case VT_FD_TIME:
		return time_message(n);
	case VT_FD_LISTENER:
		return vt_card_accept(&n->card);
	default:
		n->messages++;
		err = vt_card_request(&n->card);
	}
	if (err == -EPIPE || err == -ECONNRESET) {
		node_ended(n);
		return 0;
	}
	return err;
}

/**
 * vt_node_next() - when something happens in a node
 * @n: node
 *
 * Return: earliest time at which it may do something, global ps; VT_NEVER.
 */
s64 vt_node_next(const struct vt_node *n)
{
	s64 next = vt_inbox_next(&n->inbox);

	if (!n->pid || n->paused)
		return VT_NEVER;
	if (n->wish < next)
		next = n->wish;
	return next > n->now ? next : n->now;
}

/* Its card gets the next frame; what the kernel does about it comes with run(). */
static void deliver(struct vt_node *n)
{
	struct vt_frame *f = vt_inbox_take(&n->inbox);

	set_now(n, f->at);
	switch (vt_card_put(&n->card, f->data, f->len)) {
	case VT_CARD_LOST:
		n->lost++;
		break;
	case VT_CARD_CALL:
		n->interrupt = true;
		n->received++;
		break;
	case VT_CARD_QUIET:
		n->received++;
		break;
	}
	free(f);
}

static int run(struct vt_node *n)
{
	s64 arrival = vt_inbox_next(&n->inbox);
	struct um_timetravel_msg m[2];
	unsigned int count = 0;
	s64 ahead;

	if (!n->interrupt && n->wish > n->now) {
		n->now = n->wish;
		n->now_local = n->wish_local;
	}
	n->limit = arrival < n->horizon ? arrival : n->horizon;
	ahead = free_until(n);
	if (ahead > n->now_local) {
		n->free_local = ahead;
		m[count++] = (struct um_timetravel_msg){
			.op = UM_TIMETRAVEL_FREE_UNTIL,
			.time = n->free_local,
		};
	}
	m[count++] = (struct um_timetravel_msg){
		.op = UM_TIMETRAVEL_RUN,
		.seq = n->interrupt ? 1 << VT_CARD_RX : 0,
		.time = n->now_local,
	};
	n->wish = VT_NEVER;
	n->interrupt = false;
	n->waiting = false;
	return tell(n, m, count);
}

/**
 * vt_node_step() - let it do what comes next
 * @n: node that is up, not busy
 *
 * It is busy afterwards, or nothing more happens before @n->horizon.
 *
 * Return: 0 or -errno.
 */
int vt_node_step(struct vt_node *n)
{
	while (!vt_node_busy(n) && vt_node_next(n) < n->horizon) {
		if (vt_inbox_next(&n->inbox) > n->wish)
			return run(n);
		deliver(n);
		if (n->interrupt)
			return run(n);
	}
	return 0;
}
