// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/daemon/sensor.h"
#include "fakeio.h"
#include "unit.h"

/* struct fixture - a sensor in a file */
struct fixture {
	struct fakeio f;
	struct cl_sensor s;
	char path[64];
};

static void show(struct fixture *x, const char *text)
{
	FILE *f = fopen(x->path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int setup(void **state)
{
	static struct fixture x;

	fakeio_init(&x.f);
	snprintf(x.path, sizeof(x.path), "/tmp/clocklink-sensor-%d", getpid());
	show(&x, "41250\n");
	cl_sensor_init(&x.s, &x.f.io, x.path);
	*state = &x;
	return 0;
}

static int teardown(void **state)
{
	unlink(((struct fixture *)*state)->path);
	return 0;
}

/* The next reading. */
static void reading(struct fixture *x)
{
	assert_true(cl_sensor_deadline(&x->s) < CL_SENSOR_NEVER);
	x->f.now = cl_sensor_deadline(&x->s);
	cl_sensor_run(&x->s);
}

static void test_readings_are_told(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(cl_sensor_deadline(&x->s), CL_SENSOR_NEVER);
	cl_sensor_settings(&x->s, true);
	reading(x);
	assert_int_equal(x->f.temperatures, 1);
	assert_int_equal(x->f.mk, 41250);
	assert_int_equal(cl_sensor_deadline(&x->s) - x->f.now,
			 CL_SENSOR_INTERVAL_NS);
	/* Settings that change do not hurry it. */
	cl_sensor_settings(&x->s, true);
	cl_sensor_run(&x->s);
	assert_int_equal(x->f.temperatures, 1);
	show(x, "-500");
	reading(x);
	assert_int_equal(x->f.mk, -500);
	cl_sensor_settings(&x->s, false);
	assert_int_equal(cl_sensor_deadline(&x->s), CL_SENSOR_NEVER);
	assert_int_equal(x->f.lines, 0);
}

static void test_bad_readings_log_once(void **state)
{
	static const char *const bad[] = { "", "warm\n", "1e4\n", "200001\n",
					   "999999999999999999999999999\n" };
	struct fixture *x = *state;

	cl_sensor_settings(&x->s, true);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		show(x, bad[i]);
		reading(x);
	}
	assert_int_equal(x->f.temperatures, 0);
	assert_int_equal(x->f.lines, 1);
	assert_non_null(strstr(x->f.line, x->path));
	show(x, "20000");
	reading(x);
	assert_int_equal(x->f.lines, 2);
	unlink(x->path);
	reading(x);
	reading(x);
	assert_int_equal(x->f.lines, 3);
	assert_non_null(strstr(x->f.line, "No such file"));
}

static void test_an_engine_that_fails(void **state)
{
	struct fixture *x = *state;

	x->f.fail = -19;
	cl_sensor_settings(&x->s, true);
	reading(x);
	reading(x);
	assert_int_equal(x->f.temperatures, 2);
	assert_int_equal(x->f.lines, 1);
	assert_non_null(strstr(x->f.line, "error 19"));
}

static void test_no_sensor(void **state)
{
	struct fixture *x = *state;

	cl_sensor_init(&x->s, &x->f.io, NULL);
	cl_sensor_settings(&x->s, true);
	assert_int_equal(cl_sensor_deadline(&x->s), CL_SENSOR_NEVER);
	cl_sensor_run(&x->s);
	assert_int_equal(x->f.temperatures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_readings_are_told, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_bad_readings_log_once,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_engine_that_fails,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_sensor, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("sensor", tests, NULL, NULL);
}
