#include "ring.h"

#include <string.h>

void sv_ring_init(sv_ring *ring, int16_t *samples, uint32_t capacity) {
  ring->samples = samples;
  ring->capacity = capacity;
  ring->read = 0;
  ring->count = 0;
}

/** `offset` is at most `capacity`, and the sum must not wrap where the memory is more than half of 32 bits. */
static uint32_t index_of(const sv_ring *ring, uint32_t offset) {
  const uint32_t to_end = ring->capacity - ring->read;
  return offset < to_end ? ring->read + offset : offset - to_end;
}

void sv_ring_add(sv_ring *ring, const int16_t *samples, uint32_t count) {
  const uint32_t write = index_of(ring, ring->count);
  const uint32_t to_end = ring->capacity - write;
  const uint32_t first = count < to_end ? count : to_end;
  memcpy(ring->samples + write, samples, first * sizeof *samples);
  memcpy(ring->samples, samples + first, (count - first) * sizeof *samples);
  ring->count += count;
}

int16_t sv_ring_at(const sv_ring *ring, uint32_t offset) { return ring->samples[index_of(ring, offset)]; }

void sv_ring_drop(sv_ring *ring, uint32_t count) {
  const uint32_t dropped = count < ring->count ? count : ring->count;
  ring->read = index_of(ring, dropped);
  ring->count -= dropped;
}
