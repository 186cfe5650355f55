#include "json-text.h"

#include <stddef.h>
#include <stdint.h>

#include "utf8.h"

#define REPLACEMENT 0xfffd
#define NO_NUMBER UINT32_MAX

static uint32_t hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return (uint32_t)(digit - '0');
  const char letter = (char)(digit | 32);
  return letter >= 'a' && letter <= 'f' ? (uint32_t)(letter - 'a') + 10 : NO_NUMBER;
}

static uint32_t four_digits(const char *at, const char *end) {
  if (end - at < 4) return NO_NUMBER;
  uint32_t value = 0;
  for (int index = 0; index < 4; index += 1) {
    const uint32_t digit = hex_digit(at[index]);
    if (digit == NO_NUMBER) return NO_NUMBER;
    value = value << 4 | digit;
  }
  return value;
}

/** Behind `\u`. Returns NO_NUMBER when there are no digits. */
static uint32_t take_unicode(char **at, char *end) {
  const uint32_t first = four_digits(*at, end);
  if (first == NO_NUMBER) return NO_NUMBER;
  *at += 4;
  // A zero would end the string for whoever reads it as C does.
  if (first == 0) return REPLACEMENT;
  if (first < 0xd800 || first >= 0xe000) return first;
  if (first >= 0xdc00 || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') return REPLACEMENT;
  const uint32_t second = four_digits(*at + 2, end);
  if (second == NO_NUMBER || second < 0xdc00 || second >= 0xe000) return REPLACEMENT;
  *at += 6;
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/** Behind a backslash. Returns NO_NUMBER for an escape that JSON does not know. */
static uint32_t take_escape(char **at, char *end) {
  if (*at == end) return NO_NUMBER;
  const char letter = *(*at)++;
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return (uint32_t)letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'u':
      return take_unicode(at, end);
    default:
      return NO_NUMBER;
  }
}

char *sv_unescape(char **at, char *end) {
  char *const text = *at;
  char *out = text;
  while (*at < end) {
    const char letter = *(*at)++;
    if (letter == '"') {
      *out = '\0';
      return text;
    }
    if ((unsigned char)letter < 0x20) return NULL;
    if (letter != '\\') {
      *out++ = letter;
      continue;
    }
    const uint32_t character = take_escape(at, end);
    if (character == NO_NUMBER) return NULL;
    // An escape is never shorter than its character in UTF-8, so this stays behind what is read.
    out += sv_put_utf8(out, character);
  }
  return NULL;
}
