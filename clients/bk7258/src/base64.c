#include "base64.h"

void sv_base64(const uint8_t *bytes, size_t count, char *text) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < count; at += 3) {
    const size_t left = count - at;
    const uint32_t second = left > 1 ? bytes[at + 1] : 0;
    const uint32_t third = left > 2 ? bytes[at + 2] : 0;
    const uint32_t group = (uint32_t)bytes[at] << 16 | second << 8 | third;
    *text++ = DIGITS[group >> 18];
    *text++ = DIGITS[group >> 12 & 63];
    *text++ = left > 1 ? DIGITS[group >> 6 & 63] : '=';
    *text++ = left > 2 ? DIGITS[group & 63] : '=';
  }
  *text = '\0';
}
