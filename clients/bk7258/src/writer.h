#ifndef SV_WRITER_H
#define SV_WRITER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Text into a buffer of fixed size. What does not fit sets `full`, and nothing more is written. */
typedef struct sv_writer {
  uint8_t *at;
  uint8_t *end;
  bool full;
} sv_writer;

void sv_put_text(sv_writer *writer, const char *text);
void sv_put_u32(sv_writer *writer, uint32_t value);
/** PCM16 little-endian as four hexadecimal digits. */
void sv_put_hex_sample(sv_writer *writer, int16_t sample);

#endif
