#include "writer.h"

#include <string.h>

static void put(sv_writer *writer, const char *text, size_t count) {
  if (writer->full || (size_t)(writer->end - writer->at) < count) {
    writer->full = true;
    return;
  }
  memcpy(writer->at, text, count);
  writer->at += count;
}

void sv_put_text(sv_writer *writer, const char *text) { put(writer, text, strlen(text)); }

void sv_put_u32(sv_writer *writer, uint32_t value) {
  char digits[10];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  put(writer, digits + at, sizeof digits - at);
}

void sv_put_hex_sample(sv_writer *writer, int16_t sample) {
  static const char DIGITS[] = "0123456789abcdef";
  const uint16_t bits = (uint16_t)sample;
  const char text[4] = {DIGITS[bits >> 4 & 15], DIGITS[bits & 15], DIGITS[bits >> 12], DIGITS[bits >> 8 & 15]};
  put(writer, text, sizeof text);
}
