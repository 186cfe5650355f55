#include "utf8.h"

bool sv_is_utf8(const uint8_t *bytes, size_t count) {
  size_t at = 0;
  while (at < count) {
    const uint8_t first = bytes[at++];
    if (first < 0x80) continue;
    size_t more;
    uint32_t character, least;
    if ((first & 0xe0) == 0xc0) {
      more = 1;
      character = first & 0x1fu;
      least = 0x80;
    } else if ((first & 0xf0) == 0xe0) {
      more = 2;
      character = first & 0x0fu;
      least = 0x800;
    } else if ((first & 0xf8) == 0xf0) {
      more = 3;
      character = first & 0x07u;
      least = 0x10000;
    } else {
      return false;
    }
    if (count - at < more) return false;
    for (; more > 0; more -= 1) {
      const uint8_t next = bytes[at++];
      if ((next & 0xc0) != 0x80) return false;
      character = character << 6 | (next & 0x3fu);
    }
    if (character < least || character > 0x10ffff) return false;
    if (character >= 0xd800 && character < 0xe000) return false;
  }
  return true;
}

size_t sv_put_utf8(char *out, uint32_t character) {
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  size_t more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  static const uint8_t MARKS[] = {0, 0xc0, 0xe0, 0xf0};
  out[0] = (char)(MARKS[more] | character >> (6 * more));
  for (size_t at = 1; at <= more; at += 1) out[at] = (char)(0x80 | (character >> (6 * (more - at)) & 0x3f));
  return more + 1;
}
