// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What clients of the control socket can do, and how they can misbehave.
 */
#include "controlkit.h"

static void put_members(u32 n)
{
	struct cl_member m;

	for (u32 id = 4; id <= n; id++) {
		m = member(id);
		cl_roster_put(agreed()->roster, &m);
	}
}

/* Objects of one datagram after the other, until the end; ids ascend. */
static int hear_members(int fd, bool *interrupted, void (*between)(void))
{
	struct cl_nl_msg m[200];
	struct cl_nl_error e = { .code = LATER };
	int n, all = 0;

	*interrupted = false;
	while (e.code == LATER) {
		n = outcome_of(hear(fd), m, ARRAY_SIZE(m), &e);
		for (int i = 0; i < n; i++)
			assert_int_equal(m[i].member.node, ++all);
		if (between)
			between();
	}
	assert_int_equal(e.code, 0);
	for (const struct nlmsghdr *h = (struct nlmsghdr *)answer_buf;
	     h->nlmsg_type != NLMSG_ERROR;
	     h = (void *)h + NLMSG_ALIGN(h->nlmsg_len))
		if (h->nlmsg_type == NLMSG_DONE) {
			*interrupted = h->nlmsg_flags & NLM_F_DUMP_INTR;
			break;
		}
	return all;
}

static void agree_once(void)
{
	static int times;

	if (!times++)
		agreed()->epoch++;
}

static void test_long_dump(void **state)
{
	const struct cl_nl_msg m = { .cmd = CL_CTL_MEMBER_GET };
	bool interrupted;
	int fd = guest();

	(void)state;
	put_members(2000);
	say(fd, request_of(&m, NLM_F_DUMP));
	assert_int_equal(hear_members(fd, &interrupted, NULL), 2000);
	assert_false(interrupted);
	say(fd, request_of(&m, NLM_F_DUMP));
	assert_int_equal(hear_members(fd, &interrupted, agree_once), 2000);
	assert_true(interrupted);
	close(fd);
}

static void test_who_does_not_read_is_cut_off(void **state)
{
	const struct cl_nl_msg m = { .cmd = CL_CTL_MEMBER_GET };
	int fd = guest();
	int n = 0;

	(void)state;
	put_members(10000);
	say(fd, request_of(&m, NLM_F_DUMP));
	for (int i = 0; i < 200; i++)
		serve();
	assert_true(cl_control_deadline(&control) ==
		    world.now + CL_CONTROL_IDLE_NS);
	world.now += CL_CONTROL_IDLE_NS - 1;
	cl_control_run(&control);
	assert_true(cl_control_deadline(&control) == world.now + 1);
	world.now++;
	cl_control_run(&control);
	assert_true(cl_control_deadline(&control) == CL_CONTROL_NEVER);
	while (hear(fd) > 0)
		n++;
	assert_in_range(n, 1, 99);
	close(fd);
}

static void test_who_is_silent_is_cut_off(void **state)
{
	int fd = client();

	(void)state;
	assert_int_equal(hear(fd), -1);
	world.now += CL_CONTROL_IDLE_NS;
	cl_control_run(&control);
	assert_int_equal(hear(fd), 0);
	close(fd);
}

static void test_clients_are_counted(void **state)
{
	int fd[CL_CONTROL_CLIENTS + 1], n = 0, guests = 0;

	(void)state;
	need_root();
	for (; n <= CL_CONTROL_GUESTS; n++) {
		fd[n] = guest();
		guests += hear(fd[n]) == -1;
	}
	assert_int_equal(guests, CL_CONTROL_GUESTS);
	assert_int_equal(hear(fd[n - 1]), 0);
	close(fd[--n]);
	while (n < CL_CONTROL_CLIENTS) {
		fd[n] = client();
		assert_int_equal(hear(fd[n++]), -1);
	}
	fd[n] = client();
	assert_int_equal(hear(fd[n]), 0);
	close(fd[n]);
	/* Who goes makes room. */
	close(fd[0]);
	serve();
	fd[0] = client();
	assert_int_equal(hear(fd[0]), -1);
	while (n)
		close(fd[--n]);
}

static void test_only_root_changes(void **state)
{
	static const u8 changes[] = {
		CL_CTL_SETTINGS_SET, CL_CTL_INIT,    CL_CTL_JOIN,
		CL_CTL_LEAVE,	     CL_CTL_PROMOTE, CL_CTL_DEMOTE,
		CL_CTL_REMOVE,	     CL_CTL_EVICT,   CL_CTL_TRANSFER,
		CL_CTL_NEW_TIME,
	};
	struct cl_nl_error e;
	int fd;

	(void)state;
	need_root();
	fd = guest();
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++) {
		e = order(fd, &(struct cl_nl_msg){ .cmd = changes[i] });
		assert_int_equal(e.code, -EPERM);
		assert_non_null(strstr(e.text, "root"));
	}
	assert_int_equal(asked.calls, 0);
	close(fd);
}

static void test_acts_are_answered_when_they_end(void **state)
{
	static const u8 cmds[] = { CL_CTL_PROMOTE, CL_CTL_DEMOTE, CL_CTL_REMOVE,
				   CL_CTL_EVICT, CL_CTL_TRANSFER };
	struct cl_nl_error e;
	struct cl_nl_msg m;
	int fd;

	(void)state;
	need_root();
	fd = client();
	for (unsigned int i = 0; i < ARRAY_SIZE(cmds); i++) {
		m = act_on(cmds[i], 3);
		say(fd, request_of(&m, NLM_F_ACK));
		assert_int_equal(asked.calls, i + 1);
		assert_int_equal(asked.act, i);
		assert_int_equal(asked.node, 3);
		assert_int_equal(hear(fd), -1);
		world.now += 100 * CL_NS_PER_SEC;
		cl_control_run(&control);
		cl_control_answered(&control, asked.handle + 1, 0, "other");
		serve();
		assert_int_equal(hear(fd), -1);
		cl_control_answered(&control, asked.handle, 0, "done");
		serve();
		outcome_of(hear(fd), NULL, 0, &e);
		assert_int_equal(e.code, 0);
		assert_string_equal(e.text, "");
		cl_control_answered(&control, asked.handle, 0, "again");
		serve();
		assert_int_equal(hear(fd), -1);
	}
	close(fd);
}

static void test_new_time_is_asked_for_here(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_NEW_TIME };
	struct cl_nl_error e;
	int fd;

	(void)state;
	need_root();
	fd = client();
	asked.at_once = 0;
	assert_int_equal(order(fd, &m).code, 0);
	assert_int_equal(asked.calls, 1);
	asked.at_once = LATER;
	say(fd, request_of(&m, NLM_F_ACK));
	cl_control_answered(&control, asked.handle, -EINVAL, "new-time: no");
	serve();
	outcome_of(hear(fd), NULL, 0, &e);
	assert_int_equal(e.code, -EINVAL);
	assert_string_equal(e.text, "no");
	close(fd);
}

static void test_refusals_have_their_words(void **state)
{
	static const struct {
		int result;
		int code;
	} of[] = {
		{ CL_ANSWER_MAJORITY, -EINVAL },  { CL_ANSWER_TAKEN, -EEXIST },
		{ CL_ANSWER_UNKNOWN, -ENOENT },	  { CL_ANSWER_SOON, -EBUSY },
		{ CL_ANSWER_FULL, -ENOSPC },	  { -ETIMEDOUT, -ETIMEDOUT },
		{ CL_ANSWER_REQUESTER, -EACCES },
	};
	struct cl_nl_msg m = act_on(CL_CTL_EVICT, 3);
	struct cl_nl_error e;
	int fd;

	(void)state;
	need_root();
	fd = client();
	for (unsigned int i = 0; i < ARRAY_SIZE(of); i++) {
		asked.at_once = of[i].result;
		e = order(fd, &m);
		assert_int_equal(e.code, of[i].code);
		assert_string_equal(e.text, "at once");
	}
	/* It is known what was asked for. */
	asked.at_once = LATER;
	say(fd, request_of(&m, NLM_F_ACK));
	cl_control_answered(&control, asked.handle, -EINVAL, "evict: no");
	serve();
	outcome_of(hear(fd), NULL, 0, &e);
	assert_string_equal(e.text, "no");
	asked.result = -EBUSY;
	e = order(fd, &m);
	assert_int_equal(e.code, -EBUSY);
	assert_string_equal(e.text, "made up");
	close(fd);
}

static void test_members_by_name_or_id(void **state)
{
	struct cl_nl_msg m = act_on_name(CL_CTL_EVICT, "n2");
	struct cl_nl_error e;
	int fd;

	(void)state;
	need_root();
	fd = client();
	asked.at_once = 0;
	assert_int_equal(order(fd, &m).code, 0);
	assert_int_equal(asked.node, 2);
	m = (struct cl_nl_msg){ .cmd = CL_CTL_TRANSFER };
	assert_int_equal(order(fd, &m).code, 0);
	assert_int_equal(asked.node, 0);
	asked.calls = 0;
	m = act_on_name(CL_CTL_EVICT, "n9");
	e = order(fd, &m);
	assert_int_equal(e.code, -ENOENT);
	assert_non_null(strstr(e.text, "'n9'"));
	m = act_on(CL_CTL_TRANSFER, 9);
	e = order(fd, &m);
	assert_int_equal(e.code, -ENOENT);
	assert_non_null(strstr(e.text, "node 9"));
	m = (struct cl_nl_msg){ .cmd = CL_CTL_DEMOTE };
	assert_int_equal(order(fd, &m).code, -EINVAL);
	m = act_on_name(CL_CTL_DEMOTE, "n2");
	m.act.have |= CL_CTL_BIT(ACT_NODE);
	m.act.node = 2;
	assert_int_equal(order(fd, &m).code, -EINVAL);
	assert_int_equal(asked.calls, 0);
	close(fd);
}

static void test_who_goes_is_forgotten(void **state)
{
	struct cl_nl_msg m = act_on(CL_CTL_EVICT, 3);
	u64 first_handle;
	int fd;

	(void)state;
	need_root();
	fd = client();
	say(fd, request_of(&m, NLM_F_ACK));
	first_handle = asked.handle;
	close(fd);
	serve();
	assert_true(cl_control_deadline(&control) == CL_CONTROL_NEVER);
	fd = client();
	say(fd, request_of(&m, NLM_F_ACK));
	assert_true(asked.handle != first_handle);
	cl_control_answered(&control, first_handle, 0, "done");
	serve();
	assert_int_equal(hear(fd), -1);
	close(fd);
}

static struct cl_nl_error join_at(int fd, const char *contacts)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_JOIN };

	m.join.have = CL_CTL_BIT(JOIN_CONTACTS) | CL_CTL_BIT(JOIN_VOTE);
	m.join.vote = true;
	strcpy(m.join.contacts, contacts);
	return order(fd, &m);
}

static void test_contacts_are_addresses(void **state)
{
	static const u8 mapped[16] = { [10] = 255, 255, 10, 0, 0, 2 };
	static const char *const bad[] = {
		"",
		" ",
		"n2",
		"10.0.0.2 x",
		"10.0.0.2:0",
		"fe80::1",
		"1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1",
	};
	struct cl_nl_error e;
	int fd;

	(void)state;
	need_root();
	fd = client();
	asked.at_once = 0;
	assert_int_equal(join_at(fd, "10.0.0.2  [2001:db8::1]:77").code, 0);
	assert_int_equal(asked.contacts, 2);
	assert_true(asked.vote);
	assert_memory_equal(&asked.contact[0].addr, mapped, 16);
	assert_int_equal(asked.contact[0].port, 20319);
	assert_int_equal(asked.contact[1].port, 77);
	assert_int_equal(asked.contact[1].addr.s6_addr[0], 0x20);
	asked.calls = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		e = join_at(fd, bad[i]);
		assert_int_equal(e.code, -EINVAL);
		assert_non_null(strstr(e.text, "contacts: "));
	}
	assert_non_null(strstr(join_at(fd, "10.0.0.2 x").text, "'x'"));
	assert_int_equal(asked.calls, 0);
	close(fd);
}

static void test_settings_are_those_of_the_state(void **state)
{
	struct cl_nl_msg m = look(CL_CTL_SETTINGS_GET);
	int fd;

	(void)state;
	assert_true(m.instance.interval_ns ==
		    agreed()->common[CL_COMMON_INTERVAL]);
	assert_int_equal(m.instance.probes, agreed()->common[CL_COMMON_PROBES]);
	assert_int_equal(__builtin_popcountll(m.have), CL_COMMON_N);
	need_root();
	fd = client();
	asked.at_once = 0;
	m.cmd = CL_CTL_SETTINGS_SET;
	m.have = CL_NL_BIT(INSTANCE_INTERVAL) | CL_NL_BIT(INSTANCE_PROBE_EVERY);
	m.instance.interval_ns = 7;
	m.instance.probe_every = 3;
	assert_int_equal(order(fd, &m).code, 0);
	assert_int_equal(asked.entry.kind, CL_ENTRY_SETTINGS);
	assert_int_equal(asked.entry.change.have,
			 1 << CL_COMMON_INTERVAL | 1 << CL_COMMON_PROBE_EVERY);
	assert_int_equal(asked.entry.change.value[CL_COMMON_INTERVAL], 7);
	assert_int_equal(asked.entry.change.value[CL_COMMON_PROBE_EVERY], 3);
	close(fd);
}

static void test_without_cluster(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_STATUS_GET };
	struct cl_nl_error e;
	int fd = client();
	int n;

	(void)state;
	membership.phase = CL_MEMBERSHIP_ALONE;
	membership.outside = true;
	e = order(fd, &m);
	assert_int_equal(e.code, -ENODEV);
	assert_non_null(strstr(e.text, "of no cluster"));
	m.cmd = CL_CTL_MEMBER_GET;
	e = ask(fd, &m, NLM_F_DUMP, NULL, 0, &n);
	assert_int_equal(e.code, -ENODEV);
	need_root();
	m = act_on(CL_CTL_EVICT, 3);
	assert_int_equal(order(fd, &m).code, -ENODEV);
	asked.at_once = 0;
	m = (struct cl_nl_msg){ .cmd = CL_CTL_INIT };
	assert_int_equal(order(fd, &m).code, 0);
	assert_int_equal(asked.calls, 1);
	membership.phase = CL_MEMBERSHIP_JOINING;
	assert_int_equal(look(CL_CTL_STATUS_GET).status.phase,
			 CL_CTL_PHASE_JOINING);
	assert_int_equal(list(CL_CTL_MEMBER_GET, &m, 1), 0);
	m = act_on(CL_CTL_EVICT, 3);
	assert_int_equal(order(fd, &m).code, -EAGAIN);
	membership.phase = CL_MEMBERSHIP_FAILED;
	assert_int_equal(order(fd, &m).code, -EIO);
	assert_int_equal(asked.calls, 1);
	close(fd);
}

/* A node of no cluster has a clock, too. */
static void test_system_clock(void **state)
{
	struct cl_ctl_sysclock s;

	(void)state;
	membership.phase = CL_MEMBERSHIP_ALONE;
	s = look(CL_CTL_SYSCLOCK_GET).sysclock;
	assert_string_equal(s.state, "waiting");
	assert_non_null(strstr(s.why, "no cluster time"));
	assert_false(cl_ctl_has(&s, SYSCLOCK_OFFSET));
	assert_false(cl_ctl_has(&s, SYSCLOCK_OWNER));
	systime.sysclock.owner.state = CL_OWNER_STEERED;
	*systime.sysclock.owner.why = '\0';
	systime.sysclock.offset_ns = -12;
	systime.sysclock.set.freq = 65536;
	s = look(CL_CTL_SYSCLOCK_GET).sysclock;
	assert_string_equal(s.state, "steered");
	assert_int_equal(s.offset_ns, -12);
	assert_int_equal(s.freq_ppt, 1000000);
	assert_false(cl_ctl_has(&s, SYSCLOCK_WHY));
	systime.on = false;
	s = look(CL_CTL_SYSCLOCK_GET).sysclock;
	assert_string_equal(s.state, "off");
	assert_int_equal(s.have, CL_CTL_BIT(SYSCLOCK_STATE));
}

static void test_clock_of_a_device(void **state)
{
	struct cl_ctl_sysclock s;

	(void)state;
	s = look(CL_CTL_PHCCLOCK_GET).sysclock;
	assert_string_equal(s.state, "waiting");
	assert_string_equal(s.device, "eth0");
	assert_non_null(strstr(s.why, "measured"));
	assert_false(cl_ctl_has(&s, SYSCLOCK_OFFSET));
	cl_owner_take(&phctime.clock.owner);
	phctime.clock.offset_ns = -7;
	phctime.clock.freq = -65536;
	s = look(CL_CTL_PHCCLOCK_GET).sysclock;
	assert_string_equal(s.state, "steered");
	assert_int_equal(s.offset_ns, -7);
	assert_int_equal(s.freq_ppt, -1000000);
	phctime.device = NULL;
	s = look(CL_CTL_PHCCLOCK_GET).sysclock;
	assert_string_equal(s.state, "off");
	assert_int_equal(s.have, CL_CTL_BIT(SYSCLOCK_STATE));
}

static void test_bad_requests_name_what_is_wrong(void **state)
{
	struct cl_nl_msg m = { .cmd = CL_CTL_STATUS_GET };
	struct nlmsghdr *h = (struct nlmsghdr *)request_buf;
	struct cl_nl_error e;
	int fd = client();

	(void)state;
	request_of(&m, 0)->nlmsg_type = CL_CTL_TYPE + 1;
	say(fd, h);
	outcome_of(hear(fd), NULL, 0, &e);
	assert_int_equal(e.code, -EOPNOTSUPP);
	m.cmd = CLOCKLINK_CMD_CLOCK_GET;
	assert_int_equal(order(fd, &m).code, -EOPNOTSUPP);
	m.cmd = CL_CTL_MEMBER_GET;
	assert_int_equal(order(fd, &m).code, -EOPNOTSUPP);
	m = act_on(CL_CTL_EVICT, 3);
	mnl_attr_put_u32(request_of(&m, 0), CL_CTL_A_ACT_NODE, 4);
	say(fd, h);
	outcome_of(hear(fd), NULL, 0, &e);
	assert_int_equal(e.code, -EINVAL);
	assert_string_equal(e.attr, "node");
	m = (struct cl_nl_msg){ .cmd = CL_CTL_STATUS_GET };
	m.status.have = CL_CTL_BIT(STATUS_TERM);
	assert_int_equal(order(fd, &m).code, -EINVAL);
	m.have = 0;
	request_of(&m, 0)->nlmsg_len += 2;
	say(fd, h);
	outcome_of(hear(fd), NULL, 0, &e);
	assert_int_equal(e.code, -EBADMSG);
	assert_int_equal(asked.calls, 0);
	/* What is no message at all. */
	assert_int_equal(send(fd, h, NLMSG_HDRLEN, 0), NLMSG_HDRLEN);
	serve();
	assert_int_equal(hear(fd), 0);
	close(fd);
	fd = client();
	request_of(&m, 0)->nlmsg_len = 1000;
	assert_int_equal(send(fd, h, 20, 0), 20);
	serve();
	assert_int_equal(hear(fd), 0);
	close(fd);
}

static void test_file_is_open_to_all_and_goes(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0666);
	cl_control_close(&control);
	assert_int_equal(stat(path, &st), -1);
	/* One that was left behind is in nobody's way. */
	assert_int_equal(mknod(path, S_IFREG | 0600, 0), 0);
	assert_int_equal(open_control(), 0);
	assert_int_equal(look(CL_CTL_STATUS_GET).status.node, 1);
	cl_control_close(&control);
	assert_int_equal(cl_control_open(&control, &membership, &world.io,
					 &systime, &phctime, "/nowhere/sock"),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(long_dump),
		TEST(who_does_not_read_is_cut_off),
		TEST(who_is_silent_is_cut_off),
		TEST(clients_are_counted),
		TEST(only_root_changes),
		TEST(acts_are_answered_when_they_end),
		TEST(new_time_is_asked_for_here),
		TEST(refusals_have_their_words),
		TEST(members_by_name_or_id),
		TEST(who_goes_is_forgotten),
		TEST(contacts_are_addresses),
		TEST(settings_are_those_of_the_state),
		TEST(without_cluster),
		TEST(system_clock),
		TEST(clock_of_a_device),
		TEST(bad_requests_name_what_is_wrong),
		TEST(file_is_open_to_all_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
