#include "check-config.h"

#include <string.h>

#define LEAST_MS 200

/** Visible ASCII, `least` to `most` of it. */
static bool is_visible(const char *text, size_t least, size_t most) {
  if (text == NULL) return false;
  size_t count = 0;
  for (; text[count] != '\0'; count += 1) {
    if (count == most || text[count] <= ' ' || text[count] > '~') return false;
  }
  return count >= least;
}

static bool is_device_id(const char *text) {
  static const char ALLOWED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
  return is_visible(text, 1, 64) && text[strspn(text, ALLOWED)] == '\0';
}

static bool is_language(const char *text) {
  static const char *const KNOWN[] = {"zh", "en", "yue", "ja", "ko"};
  for (size_t at = 0; at < sizeof KNOWN / sizeof *KNOWN; at += 1) {
    if (strcmp(text, KNOWN[at]) == 0) return true;
  }
  return false;
}

static bool is_transport(const sv_transport *transport) {
  return transport->connect != NULL && transport->send != NULL && transport->recv != NULL && transport->close != NULL &&
         transport->now_ms != NULL && transport->random != NULL;
}

bool sv_is_config(const sv_config *config) {
  if (config == NULL || !is_transport(&config->transport) || config->on_event == NULL) return false;
  if (!is_visible(config->host, 1, 127) || config->port == 0 || !is_device_id(config->device_id)) return false;
  if (config->path != NULL && (!is_visible(config->path, 1, 127) || config->path[0] != '/')) return false;
  if (config->token != NULL && !is_visible(config->token, 0, 255)) return false;
  if (config->language != NULL && !is_language(config->language)) return false;
  if (config->dialect != SV_DIALECT_DEVICE && config->dialect != SV_DIALECT_STREAM) return false;
  if (config->sample_rate < 8000 || config->sample_rate > 48000) return false;
  return config->sound != NULL && config->sound_samples >= config->sample_rate * LEAST_MS / 1000;
}
