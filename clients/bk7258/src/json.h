#ifndef SV_JSON_H
#define SV_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Reads JSON once, from front to end, without memory of its own: strings are unescaped where they stand, so the text is
 * used up by reading. The first fault sets `failed`; from then on every call does nothing, and what it returns means
 * nothing.
 *
 *   sv_json_enter(&json);
 *   for (const char *key; (key = sv_json_key(&json)) != NULL;) {
 *     if (strcmp(key, "text") == 0) text = sv_json_text(&json); else sv_json_skip(&json);
 *   }
 *   if (!sv_json_is_over(&json)) ...
 */
typedef struct sv_json {
  char *at;
  char *end;
  /** A value is behind us, so a comma or an end comes next. */
  bool comma;
  bool failed;
} sv_json;

/** `text` is UTF-8 and is changed. */
void sv_json_init(sv_json *json, char *text, size_t count);
/** Goes into an object; fails when the next value is none. */
void sv_json_enter(sv_json *json);
/** The next key of this object, its value is next; NULL at its end. */
const char *sv_json_key(sv_json *json);
/** A string, ended by a zero, never NULL. A zero inside of it, and half a surrogate pair, become U+FFFD. */
const char *sv_json_text(sv_json *json);
/** A number. What is too large is infinite. */
float sv_json_number(sv_json *json);
/** A whole number from 0; what is over 32 bits is UINT32_MAX. */
uint32_t sv_json_u32(sv_json *json);
bool sv_json_bool(sv_json *json);
/** Any value, up to 32 deep. */
void sv_json_skip(sv_json *json);
/** Everything was read, without a fault. */
bool sv_json_is_over(sv_json *json);

#endif
