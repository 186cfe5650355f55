#include "json.h"

#include <string.h>

#include "json-text.h"

#define MOST_DEEP 32

void sv_json_init(sv_json *json, char *text, size_t count) {
  json->at = text;
  json->end = text + count;
  json->comma = false;
  json->failed = false;
}

/** The next character that is no space; 0 at the end and after a fault. */
static char next_of(sv_json *json) {
  if (json->failed) return '\0';
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r')) {
    json->at += 1;
  }
  return json->at < json->end ? *json->at : '\0';
}

static bool take(sv_json *json, char wanted) {
  if (next_of(json) != wanted || json->failed || json->at == json->end) {
    json->failed = true;
    return false;
  }
  json->at += 1;
  return true;
}

void sv_json_enter(sv_json *json) {
  take(json, '{');
  json->comma = false;
}

/** To the next value of an object or an array; false at its end. */
static bool advance(sv_json *json, char close) {
  if (next_of(json) == close && !json->failed) {
    json->at += 1;
    json->comma = true;
    return false;
  }
  if (json->comma) take(json, ',');
  return !json->failed;
}

const char *sv_json_key(sv_json *json) {
  if (!advance(json, '}')) return NULL;
  const char *key = sv_json_text(json);
  return take(json, ':') ? key : NULL;
}

const char *sv_json_text(sv_json *json) {
  if (!take(json, '"')) return "";
  const char *text = sv_unescape(&json->at, json->end);
  json->comma = true;
  json->failed = text == NULL;
  return text == NULL ? "" : text;
}

static bool is_digit(const sv_json *json) { return json->at < json->end && *json->at >= '0' && *json->at <= '9'; }

/** The digits of a whole number: one zero, or any that do not begin with one. */
static void whole_digits(sv_json *json, void (*each)(void *sum, unsigned digit), void *sum) {
  if (json->failed || !is_digit(json)) {
    json->failed = true;
    return;
  }
  if (*json->at == '0') {
    json->at += 1;
    if (is_digit(json)) json->failed = true;
    return;
  }
  for (; is_digit(json); json->at += 1) each(sum, (unsigned)(*json->at - '0'));
}

typedef struct decimal {
  uint32_t digits;
  int32_t exponent;
} decimal;

/** Nine digits are more than a float holds; those behind them only count. */
static void add_digit(void *sum, unsigned digit) {
  decimal *value = sum;
  if (value->digits < 100000000) value->digits = value->digits * 10 + digit;
  else value->exponent += 1;
}

static void add_exponent(void *sum, unsigned digit) {
  int32_t *exponent = sum;
  if (*exponent < 1000) *exponent = *exponent * 10 + (int32_t)digit;
}

float sv_json_number(sv_json *json) {
  decimal value = {0, 0};
  const bool negative = next_of(json) == '-';
  if (negative) json->at += 1;
  whole_digits(json, add_digit, &value);
  if (!json->failed && json->at < json->end && *json->at == '.') {
    json->at += 1;
    if (!is_digit(json)) json->failed = true;
    for (; is_digit(json); json->at += 1) {
      add_digit(&value, (unsigned)(*json->at - '0'));
      value.exponent -= 1;
    }
  }
  if (!json->failed && json->at < json->end && (*json->at | 32) == 'e') {
    json->at += 1;
    const bool down = json->at < json->end && *json->at == '-';
    if (json->at < json->end && (*json->at == '-' || *json->at == '+')) json->at += 1;
    int32_t exponent = 0;
    if (!is_digit(json)) json->failed = true;
    for (; is_digit(json); json->at += 1) add_exponent(&exponent, (unsigned)(*json->at - '0'));
    value.exponent += down ? -exponent : exponent;
  }
  json->comma = true;
  float result = (float)value.digits;
  for (int round = 0; round < 60 && value.exponent != 0; round += 1) {
    result = value.exponent > 0 ? result * 10 : result / 10;
    value.exponent += value.exponent > 0 ? -1 : 1;
  }
  return negative ? -result : result;
}

static void add_u32(void *sum, unsigned digit) {
  uint32_t *value = sum;
  const bool fits = *value < UINT32_MAX / 10 || (*value == UINT32_MAX / 10 && digit <= UINT32_MAX % 10);
  *value = fits ? *value * 10 + digit : UINT32_MAX;
}

uint32_t sv_json_u32(sv_json *json) {
  uint32_t value = 0;
  next_of(json);
  whole_digits(json, add_u32, &value);
  if (!json->failed && json->at < json->end && (*json->at == '.' || (*json->at | 32) == 'e')) json->failed = true;
  json->comma = true;
  return value;
}

static bool take_word(sv_json *json, const char *word) {
  const size_t count = strlen(word);
  if (next_of(json) != word[0] || (size_t)(json->end - json->at) < count) return false;
  if (memcmp(json->at, word, count) != 0) return false;
  json->at += count;
  json->comma = true;
  return true;
}

bool sv_json_bool(sv_json *json) {
  if (take_word(json, "true")) return true;
  if (!take_word(json, "false")) json->failed = true;
  return false;
}

void sv_json_skip(sv_json *json) {
  bool is_array[MOST_DEEP];
  int depth = 0;
  for (;;) {
    const char first = next_of(json);
    if (first == '{' || first == '[') {
      if (depth == MOST_DEEP) json->failed = true;
      if (json->failed) return;
      is_array[depth++] = first == '[';
      json->at += 1;
      json->comma = false;
    } else if (first == '"') {
      sv_json_text(json);
    } else if (first == 't' || first == 'f') {
      sv_json_bool(json);
    } else if (first == 'n') {
      if (!take_word(json, "null")) json->failed = true;
    } else {
      sv_json_number(json);
    }
    for (;;) {
      if (json->failed || depth == 0) return;
      if (is_array[depth - 1] ? advance(json, ']') : sv_json_key(json) != NULL) break;
      depth -= 1;
    }
  }
}

bool sv_json_is_over(sv_json *json) {
  next_of(json);
  return !json->failed && json->at == json->end;
}
