#include "sha1.h"

#include <string.h>

static uint32_t rotated(uint32_t value, unsigned bits) { return (value << bits) | (value >> (32 - bits)); }

static void add_block(uint32_t state[5], const uint8_t block[64]) {
  uint32_t words[80];
  for (int at = 0; at < 16; at += 1) {
    const uint8_t *from = block + 4 * at;
    words[at] = (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
  }
  for (int at = 16; at < 80; at += 1) {
    words[at] = rotated(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int at = 0; at < 80; at += 1) {
    uint32_t mixed, constant;
    if (at < 20) {
      mixed = (b & c) | (~b & d);
      constant = 0x5a827999;
    } else if (at < 40) {
      mixed = b ^ c ^ d;
      constant = 0x6ed9eba1;
    } else if (at < 60) {
      mixed = (b & c) | (b & d) | (c & d);
      constant = 0x8f1bbcdc;
    } else {
      mixed = b ^ c ^ d;
      constant = 0xca62c1d6;
    }
    const uint32_t next = rotated(a, 5) + mixed + e + constant + words[at];
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

void sv_sha1(const uint8_t *bytes, size_t count, uint8_t digest[20]) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  size_t at = 0;
  for (; count - at >= 64; at += 64) add_block(state, bytes + at);
  uint8_t block[64] = {0};
  const size_t rest = count - at;
  memcpy(block, bytes + at, rest);
  block[rest] = 0x80;
  if (rest >= 56) {
    add_block(state, block);
    memset(block, 0, sizeof block);
  }
  const uint64_t bits = (uint64_t)count * 8;
  for (int byte = 0; byte < 8; byte += 1) block[56 + byte] = (uint8_t)(bits >> (56 - 8 * byte));
  add_block(state, block);
  for (int byte = 0; byte < 20; byte += 1) digest[byte] = (uint8_t)(state[byte / 4] >> (24 - 8 * (byte % 4)));
}
