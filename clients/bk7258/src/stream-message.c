#include "stream-message.h"

#include <string.h>

#include "json.h"
#include "scores.h"

static void read_error(sv_json *json, sv_stream_message *message) {
  sv_json_enter(json);
  for (const char *key; (key = sv_json_key(json)) != NULL;) {
    if (strcmp(key, "code") == 0) message->code = sv_json_text(json);
    else if (strcmp(key, "message") == 0) message->message = sv_json_text(json);
    else sv_json_skip(json);
  }
}

/** A result, or what is known of one. */
static void read_result(sv_json *json, sv_reply *reply) {
  sv_json_enter(json);
  for (const char *key; (key = sv_json_key(json)) != NULL;) {
    if (strcmp(key, "text") == 0) {
      reply->text = sv_json_text(json);
    } else if (strcmp(key, "emotionScores") == 0) {
      sv_read_emotion_scores(json, reply->emotion_scores);
      reply->has_scores = true;
    } else if (strcmp(key, "language") == 0) {
      reply->language = sv_json_text(json);
    } else if (strcmp(key, "languageScores") == 0) {
      sv_read_language_scores(json, reply->language_scores);
    } else if (strcmp(key, "confidence") == 0) {
      reply->confidence = sv_read_share(json);
    } else {
      sv_json_skip(json);
    }
  }
  reply->emotion = sv_most_probable(reply->emotion_scores);
}

static void read_event(sv_json *json, sv_stream_message *message) {
  sv_json_enter(json);
  for (const char *key; (key = sv_json_key(json)) != NULL;) {
    if (strcmp(key, "type") == 0) message->event = sv_json_text(json);
    else if (strcmp(key, "result") == 0 || strcmp(key, "partial") == 0) read_result(json, &message->reply);
    else if (strcmp(key, "error") == 0) read_error(json, message);
    else if (strcmp(key, "startSamples") == 0) message->start_samples = sv_json_u32(json);
    else if (strcmp(key, "samples") == 0) message->samples = sv_json_u32(json);
    else sv_json_skip(json);
  }
}

bool sv_read_stream_message(char *text, size_t count, sv_stream_message *message) {
  memset(message, 0, sizeof *message);
  message->type = message->session = message->code = message->message = message->event = "";
  message->reply.text = "";
  message->reply.language = "nospeech";
  sv_json json;
  sv_json_init(&json, text, count);
  sv_json_enter(&json);
  for (const char *key; (key = sv_json_key(&json)) != NULL;) {
    if (strcmp(key, "type") == 0) {
      message->type = sv_json_text(&json);
    } else if (strcmp(key, "number") == 0) {
      message->number = sv_json_u32(&json);
    } else if (strcmp(key, "event") == 0) {
      read_event(&json, message);
    } else if (strcmp(key, "nextSequence") == 0) {
      message->next_sequence = sv_json_u32(&json);
      message->has_next_sequence = true;
    } else if (strcmp(key, "session") == 0) {
      message->session = sv_json_text(&json);
    } else if (strcmp(key, "resumed") == 0) {
      message->resumed = sv_json_bool(&json);
    } else if (strcmp(key, "error") == 0) {
      read_error(&json, message);
    } else if (strcmp(key, "retryAfterMs") == 0) {
      message->retry_after_ms = sv_json_u32(&json);
    } else {
      sv_json_skip(&json);
    }
  }
  return sv_json_is_over(&json) && message->type[0] != '\0';
}
