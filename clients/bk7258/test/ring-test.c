#include "ring.h"

#include "check.h"

#define CANARY 0x5a5a

/** Any order of adding and dropping gives back the same samples in the same order, and touches nothing else. */
static void keeps_order(uint32_t capacity) {
  int16_t *const memory = malloc((capacity + 2) * sizeof *memory);
  memory[0] = memory[capacity + 1] = CANARY;
  sv_ring ring;
  sv_ring_init(&ring, memory + 1, capacity);
  uint32_t added = 0, dropped = 0;
  for (int round = 0; round < 2000; round += 1) {
    int16_t samples[64];
    uint32_t count = chance(65);
    if (count > capacity - ring.count) count = capacity - ring.count;
    for (uint32_t at = 0; at < count; at += 1) samples[at] = (int16_t)((added + at) & 0x7fff);
    sv_ring_add(&ring, samples, count);
    added += count;
    CHECK(ring.count == added - dropped);
    for (uint32_t at = 0; at < ring.count; at += 1) {
      if (sv_ring_at(&ring, at) != (int16_t)((dropped + at) & 0x7fff)) CHECK(!"the samples are in order");
    }
    const uint32_t wanted = chance(70);
    const uint32_t before = ring.count;
    sv_ring_drop(&ring, wanted);
    dropped += wanted < before ? wanted : before;
    CHECK(ring.count == added - dropped);
  }
  CHECK(added > 10 * capacity);
  CHECK(memory[0] == CANARY && memory[capacity + 1] == CANARY);
  free(memory);
}

int main(void) {
  keeps_order(1);
  keeps_order(63);
  keeps_order(64);
  keeps_order(1000);
  DONE("ring");
  return 0;
}
