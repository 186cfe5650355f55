#ifndef SV_RING_H
#define SV_RING_H
#include "sensevoice_client.h"

void sv_ring_init(sv_ring *ring, int16_t *samples, uint32_t capacity);
/** Adds at the end; there must be room for `count`. */
void sv_ring_add(sv_ring *ring, const int16_t *samples, uint32_t count);
/** The sample `offset` behind the oldest; `offset` is below `count`. */
int16_t sv_ring_at(const sv_ring *ring, uint32_t offset);
/** Forgets the oldest; at most all there are. */
void sv_ring_drop(sv_ring *ring, uint32_t count);

#endif
