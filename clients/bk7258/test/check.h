/* What a test needs: CHECK tells what failed, DONE what was counted, and chance is the same in every run. */
#ifndef SV_CHECK_H
#define SV_CHECK_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned checks;

#define CHECK(what)                                                                            \
  do {                                                                                         \
    checks += 1;                                                                               \
    if (!(what)) {                                                                             \
      printf("not ok %s:%d: %s\n", __FILE__, __LINE__, #what);                                 \
      exit(1);                                                                                 \
    }                                                                                          \
  } while (0)

#define DONE(name) printf("ok   %s: %u checks\n", name, checks)

/** xorshift32; below `limit`. */
static uint32_t chance(uint32_t limit) {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return limit == 0 ? 0 : state % limit;
}

#endif
