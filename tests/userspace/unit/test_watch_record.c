// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "agent/watch/record.h"
#include "agent/watch/recordlayout.h"
#include "agent/watch/source.h"
#include "watchkit.h"

#define HEAD sizeof(struct cl_record_head)
#define LEAD sizeof(struct cl_record_lead)

static const u32 peers[] = { 9, 2, 4 };

static void put_sample(struct cl_record_writer *w, unsigned int at_ms, u32 seq)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_SAMPLE_NTF };

	m.sample.peer = 2;
	m.sample.seq = seq;
	m.have = CL_NL_BIT(SAMPLE_PEER) | CL_NL_BIT(SAMPLE_SEQ);
	assert_int_equal(cl_record_event(w, KIT_UTC + at_ms * 1000000LL,
					 at_ms * 1000000LL, &m),
			 0);
}

/* A look, two samples, a look, a sample. */
static char *make(void)
{
	char *path = kit_path();
	struct cl_record_writer w;
	struct cl_look l = { 0 };

	assert_int_equal(cl_record_create(&w, path), 0);
	kit_look(&l, 0, peers, 3);
	strcpy(l.error, "daemon: none");
	assert_int_equal(cl_record_look(&w, &l), 0);
	put_sample(&w, 100, 1);
	put_sample(&w, 200, 2);
	kit_look(&l, 1, peers, 2);
	assert_int_equal(cl_record_look(&w, &l), 0);
	put_sample(&w, 1100, 3);
	assert_int_equal(cl_record_finish(&w), 0);
	cl_look_clear(&l);
	return path;
}

static size_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Overwrites bytes of a file. */
static void poke(const char *path, size_t at, const void *data, size_t size)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_equal(fwrite(data, 1, size, f), size);
	fclose(f);
}

/* Reads all; returns the frames, or what went wrong. */
static int read_all(const char *path, struct cl_record_reader *r)
{
	struct cl_record_frame f;
	int n, frames = 0;

	n = cl_record_open(r, path);
	if (n)
		return n;
	while ((n = cl_record_next(r, &f)) > 0)
		frames++;
	cl_record_close(r);
	return n ? n : frames;
}

static void on_event(void *ctx, s64 utc_ns, const struct cl_nl_msg *m)
{
	u32 *seq = ctx;

	assert_true(utc_ns > KIT_UTC);
	assert_int_equal(m->sample.seq, *seq + 1);
	*seq = m->sample.seq;
}

static void test_what_was_written_is_played(void **state)
{
	char *path = make(), error[CL_SOURCE_ERROR_SIZE];
	struct cl_look l = { 0 };
	struct cl_source *s;
	u32 seq = 0;

	(void)state;
	assert_int_equal(cl_source_play(&s, path, CL_PLAY_FAST, error), 0);
	assert_int_equal(cl_source_events(s, on_event, &seq), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(cl_source_look(s, &l), 0);
	assert_int_equal(l.n_peers, 3);
	assert_int_equal(l.peers[2].node, 9);
	assert_int_equal(l.peers[2].min_rtt_ns, 900);
	assert_int_equal(l.clock.bound_ns, 1000);
	assert_int_equal(l.utc_ns, KIT_UTC);
	assert_string_equal(l.error, "daemon: none");
	assert_int_equal(cl_source_events(s, on_event, &seq), 0);
	assert_int_equal(seq, 2);
	assert_int_equal(cl_source_look(s, &l), 0);
	assert_int_equal(l.n_peers, 2);
	assert_int_equal(l.clock.bound_ns, 1001);
	assert_string_equal(l.error, "");
	/* The sample behind it was not taken and is passed over. */
	assert_int_equal(cl_source_look(s, &l), -ENODATA);
	assert_int_equal(l.n_peers, 2);
	assert_string_equal(s->error, "");
	cl_look_clear(&l);
	cl_source_close(s);
	unlink(path);
}

static void test_the_pace_is_that_of_the_record(void **state)
{
	char *path = make(), error[CL_SOURCE_ERROR_SIZE];
	struct pollfd pfd = { .events = POLLIN };
	struct cl_look l = { 0 };
	struct cl_source *s;
	u32 seq = 0;

	(void)state;
	assert_int_equal(cl_source_play(&s, path, CL_PLAY_PACED, error), 0);
	pfd.fd = cl_source_fd(s);
	assert_int_equal(poll(&pfd, 1, 1000), 1);
	assert_int_equal(cl_source_look(s, &l), 0);
	assert_int_equal(cl_source_look(s, &l), -EAGAIN);
	assert_int_equal(cl_source_events(s, on_event, &seq), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(poll(&pfd, 1, 10), 0);
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	assert_int_equal(cl_source_events(s, on_event, &seq), 0);
	assert_true(seq >= 1);
	cl_look_clear(&l);
	cl_source_close(s);
	unlink(path);
}

/* A record that is gone goes byte by byte into a file that is played meanwhile. */
static void test_what_is_appended_is_played(void **state)
{
	FILE *from = fopen(make(), "r"), *to;
	char *path = kit_path(), error[CL_SOURCE_ERROR_SIZE];
	struct cl_look l = { 0 };
	struct cl_source *s;
	u32 seq = 0, looks = 0;
	int c, err;

	(void)state;
	assert_non_null(from);
	to = fopen(path, "w");
	assert_non_null(to);
	for (size_t i = 0; i < HEAD; i++)
		putc(getc(from), to);
	fflush(to);
	assert_int_equal(cl_source_play(&s, path, CL_PLAY_GROWING, error), 0);
	while ((c = getc(from)) != EOF) {
		putc(c, to);
		fflush(to);
		assert_int_equal(cl_source_events(s, on_event, &seq), 0);
		err = cl_source_look(s, &l);
		assert_true(!err || err == -ENODATA);
		looks += !err;
		assert_string_equal(s->error, "");
	}
	assert_int_equal(looks, 2);
	assert_int_equal(seq, 3);
	assert_int_equal(l.n_peers, 2);
	assert_int_equal(l.clock.bound_ns, 1001);
	/* A frame that makes no sense ends it. */
	for (size_t i = 0; i < LEAD; i++)
		putc(0xff, to);
	fclose(to);
	assert_int_equal(cl_source_events(s, on_event, &seq), -EBADMSG);
	assert_int_equal(cl_source_events(s, on_event, &seq), 0);
	assert_int_equal(cl_source_look(s, &l), -ENODATA);
	assert_non_null(strstr(s->error, path));
	fclose(from);
	cl_look_clear(&l);
	cl_source_close(s);
	unlink(path);
}

static void test_a_torn_end_is_cut_off(void **state)
{
	struct cl_record_reader r;
	char *path = make();
	size_t size = size_of(path);
	int frames = read_all(path, &r);

	(void)state;
	assert_int_equal(r.torn, 0);
	assert_true(frames > 10);
	for (size_t cut = 1; cut < LEAD + 30; cut += 7) {
		assert_int_equal(truncate(path, size - cut), 0);
		assert_int_equal(read_all(path, &r), frames - 1);
		assert_true(r.torn > 0);
		assert_int_equal(r.offset + r.torn, size - cut);
	}
	unlink(path);
}

/* One byte or field at @at becomes @value; it has to be refused with these words. */
static void refused(size_t at, const void *value, size_t size, int err,
		    const char *words)
{
	struct cl_record_reader r;
	char *path = make();
	int ret;

	poke(path, at, value, size);
	ret = read_all(path, &r);
	if (ret != err || !strstr(r.error, words) || !strstr(r.error, path))
		fail_msg("%d: %s", ret, r.error);
	unlink(path);
}

static void test_bad_bytes_are_refused(void **state)
{
	static const u32 version = 2;
	static const u64 late = 1ULL << 62, negative = 1ULL << 63;
	static const u16 length = 2000, kind = 7, object = CL_RECORD_OBJECT;

	(void)state;
	refused(3, "x", 1, -EINVAL, "offset 0: no record");
	refused(16, &version, 4, -EPROTO, "version 2, known is 1");
	refused(HEAD, &negative, 8, -EBADMSG, "offset 24: time goes back");
	refused(HEAD + 8, &late, 8, -EBADMSG, "time goes back");
	refused(HEAD + 16, &kind, 2, -EBADMSG, "kind 7");
	refused(HEAD + 16, &object, 2, -EBADMSG, "outside of a look");
	refused(HEAD + 18, &length, 2, -EBADMSG, "2000 bytes, at most 0");
	refused(HEAD + LEAD + 18, &length, 2, -EBADMSG, "at most 1024");
	refused(HEAD + LEAD + 16, "\x01", 1, -EBADMSG, "does not end");
	refused(HEAD + 2 * LEAD, "\x08", 1, -EBADMSG, "offset 44: a message");
}

static void test_an_unknown_message_is_passed_over(void **state)
{
	struct cl_record_reader r;
	char *path = make();
	int frames = read_all(path, &r);

	(void)state;
	/* the command of the first object */
	poke(path, HEAD + 2 * LEAD + NLMSG_HDRLEN, "\x7f", 1);
	assert_int_equal(read_all(path, &r), frames - 1);
	unlink(path);
}

static void test_a_file_is_not_overwritten(void **state)
{
	struct cl_record_writer w;
	char *path = make(), error[CL_SOURCE_ERROR_SIZE];
	struct cl_source *s;
	size_t size = size_of(path);

	(void)state;
	assert_int_equal(cl_record_create(&w, path), -EEXIST);
	assert_non_null(strstr(w.error, path));
	assert_int_equal(size_of(path), size);
	unlink(path);
	assert_int_equal(cl_source_play(&s, path, CL_PLAY_FAST, error),
			 -ENOENT);
	assert_non_null(strstr(error, path));
}

static void test_time_does_not_go_back(void **state)
{
	struct cl_nl_msg m = { .cmd = CLOCKLINK_CMD_SAMPLE_NTF };
	struct cl_record_writer w;
	char *path = kit_path();

	(void)state;
	assert_int_equal(cl_record_create(&w, path), 0);
	put_sample(&w, 200, 1);
	assert_int_equal(cl_record_event(&w, KIT_UTC, 100, &m), -EINVAL);
	assert_int_equal(cl_record_finish(&w), 0);
	unlink(path);
}

static void test_a_full_disk_leaves_whole_frames(void **state)
{
	struct cl_record_writer w;
	int full;

	(void)state;
	if (access("/dev/full", W_OK))
		skip();
	assert_int_equal(cl_record_create(&w, kit_path()), 0);
	put_sample(&w, 100, 1);
	full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_int_equal(dup2(full, w.fd), w.fd);
	close(full);
	assert_int_equal(cl_record_flush(&w), -EINVAL); /* of ftruncate() */
	assert_int_equal(w.used, 0);
	assert_int_equal(w.written, HEAD);
	assert_int_equal(cl_record_finish(&w), 0);
	unlink(w.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_played),
		cmocka_unit_test(test_the_pace_is_that_of_the_record),
		cmocka_unit_test(test_what_is_appended_is_played),
		cmocka_unit_test(test_a_torn_end_is_cut_off),
		cmocka_unit_test(test_bad_bytes_are_refused),
		cmocka_unit_test(test_an_unknown_message_is_passed_over),
		cmocka_unit_test(test_a_file_is_not_overwritten),
		cmocka_unit_test(test_time_does_not_go_back),
		cmocka_unit_test(test_a_full_disk_leaves_whole_frames),
	};

	return cmocka_run_group_tests(tests, NULL, kit_clean);
}
