#include "device-reply.h"

#include <string.h>

#include "json.h"
#include "scores.h"

bool sv_read_device_message(char *text, size_t count, sv_device_message *message) {
  memset(message, 0, sizeof *message);
  sv_reply *const reply = &message->reply;
  reply->language = "nospeech";
  message->code = "";
  sv_json json;
  sv_json_init(&json, text, count);
  sv_json_enter(&json);
  for (const char *key; (key = sv_json_key(&json)) != NULL;) {
    if (strcmp(key, "text") == 0) {
      reply->text = sv_json_text(&json);
    } else if (strcmp(key, "emotion_scores") == 0) {
      sv_read_emotion_scores(&json, reply->emotion_scores);
      reply->has_scores = true;
    } else if (strcmp(key, "language") == 0) {
      reply->language = sv_json_text(&json);
    } else if (strcmp(key, "language_scores") == 0) {
      sv_read_language_scores(&json, reply->language_scores);
    } else if (strcmp(key, "confidence") == 0) {
      reply->confidence = sv_read_share(&json);
    } else if (strcmp(key, "latency_ms") == 0) {
      reply->latency_ms = sv_json_u32(&json);
    } else if (strcmp(key, "final") == 0) {
      reply->final = sv_json_bool(&json);
    } else if (strcmp(key, "truncated") == 0) {
      sv_json_skip(&json);
      reply->truncated = true;
    } else if (strcmp(key, "error") == 0) {
      message->error = sv_json_text(&json);
    } else if (strcmp(key, "code") == 0) {
      message->code = sv_json_text(&json);
    } else if (strcmp(key, "retry_after_ms") == 0) {
      message->retry_after_ms = sv_json_u32(&json);
    } else {
      sv_json_skip(&json);
    }
  }
  reply->emotion = sv_most_probable(reply->emotion_scores);
  return sv_json_is_over(&json) && (reply->text != NULL || message->error != NULL);
}
