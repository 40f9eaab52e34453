/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface of libFuzzer, and a property that a fuzzer watches.
 */
#ifndef _CL_TESTS_FUZZ_H
#define _CL_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
			       unsigned int seed);

#define CHECK(good)                                                       \
	do {                                                              \
		if (good)                                                 \
			break;                                            \
		fprintf(stderr, "%s:%d: CHECK(%s)\n", __FILE__, __LINE__, \
			#good);                                           \
		abort();                                                  \
	} while (0)

#endif /* _CL_TESTS_FUZZ_H */
