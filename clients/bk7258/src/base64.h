#ifndef SV_BASE64_H
#define SV_BASE64_H
#include <stddef.h>
#include <stdint.h>

/** Writes 4 characters for each 3 bytes begun, and a zero. */
void sv_base64(const uint8_t *bytes, size_t count, char *text);

#endif
