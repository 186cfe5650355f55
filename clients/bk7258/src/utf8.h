#ifndef SV_UTF8_H
#define SV_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether the bytes are whole characters in their shortest form, without halves of surrogate pairs. */
bool sv_is_utf8(const uint8_t *bytes, size_t count);

/** Writes one character (up to 0x10ffff) as 1 to 4 bytes, and returns how many. */
size_t sv_put_utf8(char *out, uint32_t character);

#endif
