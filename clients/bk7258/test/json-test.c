#include <math.h>
#include <string.h>

#include "check.h"
#include "device-reply.h"
#include "json.h"
#include "stream-message.h"

static const char REPLY[] =
    "{ \"new\": {\"a\":[1,{\"b\":null},[]],\"c\":{}}, \"final\":true,\"confidence\":9.5e-1,\"text\":\"\\u8bed\\u97f3 \\\"\\ud83d\\ude00\\\"\\n\","
    "\"emotion\":\"happy\",\"language_scores\":{\"xx\":0.1,\"en\":0.75,\"zh\":0.25},\"latency_ms\":42,"
    "\"emotion_scores\":{\"sad\":0,\"happy\":0.75,\"neutral\":0.125,\"angry\":0.125,\"surprised\":0},\"language\":\"en\"}";
static const char EVENT[] =
    "{\"event\":{\"result\":{\"text\":\"3 1\",\"tokens\":[{\"text\":\"3\",\"startMs\":1}],\"emotionScores\":{\"fearful\":0.5,"
    "\"disgusted\":0.25,\"angry\":0.125,\"happy\":0.125},\"language\":\"en\",\"confidence\":1},\"type\":\"result\"},\"type\":"
    "\"event\",\"number\":7}";

/** In memory of exactly this size, so that ASan sees one byte too many. */
static char *exact(const char *text, size_t count) {
  char *const copy = malloc(count == 0 ? 1 : count);
  memcpy(copy, text, count);
  return copy;
}

static bool skips(const char *text) {
  char *const copy = exact(text, strlen(text));
  sv_json json;
  sv_json_init(&json, copy, strlen(text));
  sv_json_skip(&json);
  const bool over = sv_json_is_over(&json);
  free(copy);
  return over;
}

static bool is_text(const char *text, const char *wanted) {
  char *const copy = exact(text, strlen(text));
  sv_json json;
  sv_json_init(&json, copy, strlen(text));
  const bool same = strcmp(sv_json_text(&json), wanted) == 0 && sv_json_is_over(&json);
  free(copy);
  return same;
}

static float number(const char *text) {
  char *const copy = exact(text, strlen(text));
  sv_json json;
  sv_json_init(&json, copy, strlen(text));
  const float value = sv_json_number(&json);
  const bool over = sv_json_is_over(&json);
  free(copy);
  return over ? value : NAN;
}

static uint32_t whole(const char *text) {
  char *const copy = exact(text, strlen(text));
  sv_json json;
  sv_json_init(&json, copy, strlen(text));
  const uint32_t value = sv_json_u32(&json);
  const bool over = sv_json_is_over(&json);
  free(copy);
  return over ? value : 12345;
}

static void reads_values(void) {
  CHECK(skips("[]") && skips(" { } ") && skips("[1,-0.5e+3,\"a\",true,false,null,{\"a\":[{}]}]") && skips("0"));
  static const char *const WRONG[] = {"",      "[",       "[1",        "[1,]",   "[,1]",    "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
                                      "{,}",   "{a:1}",   "\"",        "\"\\\"", "\"\\x\"", "01",      "1.",       ".5",
                                      "1e",    "-",       "+1",        "tru",    "nul",     "[1 2]",   "1 2",      "]",
                                      "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "{]", "[}",  "--1",     "NaN",      "1e+"};
  for (size_t at = 0; at < sizeof WRONG / sizeof *WRONG; at += 1) CHECK(!skips(WRONG[at]));
  CHECK(is_text("\"a\\/\\b\\f\\r\\t\\\\\"", "a/\b\f\r\t\\"));
  CHECK(is_text("\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac"));
  CHECK(is_text("\"\\ud800x\"", "\xef\xbf\xbdx") && is_text("\"\\udc00\"", "\xef\xbf\xbd") && is_text("\"\\u0000\"", "\xef\xbf\xbd"));
  CHECK(number("0") == 0 && number("-2.5") == -2.5f && number("1e2") == 100 && number("25E-2") == 0.25f);
  CHECK(fabsf(number("0.123456789012345678901234567890") - 0.123456789f) < 1e-6f);
  CHECK(isinf(number("1e999")) && number("1e-999") == 0 && isnan(number("1x")));
  CHECK(whole("0") == 0 && whole("4294967295") == UINT32_MAX && whole("99999999999") == UINT32_MAX);
  CHECK(whole("-1") == 12345 && whole("1.5") == 12345 && whole("\"1\"") == 12345);
  char deep[200];
  memset(deep, '[', 32);
  memset(deep + 32, ']', 32);
  deep[64] = '\0';
  CHECK(skips(deep));
  memset(deep, '[', 199);
  deep[199] = '\0';
  CHECK(!skips(deep));
}

static void reads_replies(void) {
  sv_device_message message;
  char *copy = exact(REPLY, sizeof REPLY - 1);
  CHECK(sv_read_device_message(copy, sizeof REPLY - 1, &message));
  const sv_reply *const reply = &message.reply;
  CHECK(strcmp(reply->text, "\xe8\xaf\xad\xe9\x9f\xb3 \"\xf0\x9f\x98\x80\"\n") == 0);
  CHECK(reply->final && reply->has_scores && !reply->truncated && reply->latency_ms == 42);
  CHECK(reply->emotion == SV_HAPPY && reply->emotion_scores[SV_HAPPY] == 0.75f && reply->emotion_scores[SV_ANGRY] == 0.125f);
  CHECK(strcmp(reply->language, "en") == 0 && reply->language_scores[SV_ZH] == 0.25f && reply->language_scores[SV_KO] == 0);
  CHECK(fabsf(reply->confidence - 0.95f) < 1e-6f);
  free(copy);

  static const char CUT[] = "{\"text\":\"a\",\"truncated\":[\"text\"]}";
  copy = exact(CUT, sizeof CUT - 1);
  CHECK(sv_read_device_message(copy, sizeof CUT - 1, &message));
  CHECK(message.reply.truncated && !message.reply.has_scores && !message.reply.final && message.reply.emotion == SV_NEUTRAL);
  free(copy);

  static const char ERROR[] = "{\"error\":\"too many\",\"code\":\"busy\",\"retry_after_ms\":1000}";
  copy = exact(ERROR, sizeof ERROR - 1);
  CHECK(sv_read_device_message(copy, sizeof ERROR - 1, &message));
  CHECK(strcmp(message.error, "too many") == 0 && strcmp(message.code, "busy") == 0 && message.retry_after_ms == 1000);
  free(copy);
}

static void reads_events(void) {
  sv_stream_message message;
  char *const copy = exact(EVENT, sizeof EVENT - 1);
  CHECK(sv_read_stream_message(copy, sizeof EVENT - 1, &message));
  CHECK(strcmp(message.type, "event") == 0 && strcmp(message.event, "result") == 0 && message.number == 7);
  CHECK(strcmp(message.reply.text, "3 1") == 0 && message.reply.emotion == SV_SURPRISED);
  CHECK(message.reply.emotion_scores[SV_SURPRISED] == 0.5f && message.reply.emotion_scores[SV_ANGRY] == 0.375f);
  free(copy);
}

static void refuses_pieces(void) {
  for (size_t count = 0; count < sizeof REPLY - 1; count += 1) {
    sv_device_message message;
    char *const copy = exact(REPLY, count);
    CHECK(!sv_read_device_message(copy, count, &message));
    free(copy);
  }
  for (size_t count = 0; count < sizeof EVENT - 1; count += 1) {
    sv_stream_message message;
    char *const copy = exact(EVENT, count);
    CHECK(!sv_read_stream_message(copy, count, &message));
    free(copy);
  }
}

static void survives_noise(void) {
  static const char LETTERS[] = "{}[]\",:\\u0123456789abcdeft.-+ \x01\xff";
  unsigned refused = 0;
  for (int round = 0; round < 100000; round += 1) {
    char *const copy = exact(round % 2 == 0 ? REPLY : EVENT, round % 2 == 0 ? sizeof REPLY - 1 : sizeof EVENT - 1);
    const size_t count = round % 2 == 0 ? sizeof REPLY - 1 : sizeof EVENT - 1;
    for (uint32_t change = 0; change <= chance(4); change += 1) copy[chance((uint32_t)count)] = LETTERS[chance(sizeof LETTERS - 1)];
    sv_device_message reply;
    sv_stream_message event;
    const bool is_read = round % 2 == 0 ? sv_read_device_message(copy, count, &reply) : sv_read_stream_message(copy, count, &event);
    if (!is_read) refused += 1;
    else if (round % 2 == 0 && reply.error == NULL) {
      for (int at = 0; at < SV_EMOTIONS; at += 1) CHECK(reply.reply.emotion_scores[at] >= 0 && reply.reply.emotion_scores[at] <= 1);
    }
    free(copy);
  }
  CHECK(refused > 10000 && refused < 100000);
}

int main(void) {
  reads_values();
  reads_replies();
  reads_events();
  refuses_pieces();
  survives_noise();
  DONE("json");
  return 0;
}
