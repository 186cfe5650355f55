/* A device without a microphone: streams a WAV file to a companion, and prints what comes back, a line an event. */
#include <stdlib.h>
#include <string.h>

#include "posix.h"
#include "wav.h"

/** What a microphone gives at once. */
#define PUSH_MS 20
/** Two seconds at 48 kHz. */
#define SOUND_SAMPLES 96000

typedef struct options {
  const char *file;
  const char *host;
  const char *device;
  const char *token;
  const char *language;
  uint16_t port;
  sv_dialect dialect;
  bool fast;
  /** How long answers are waited for once the sound is over. */
  uint32_t patience_ms;
} options;

static const char USAGE[] =
    "usage: sensevoice-device [--host H] [--port N] [--device ID] [--token T] [--language L] [--dialect a|b] [--fast]\n"
    "                         [--patience MS] FILE.wav\n"
    "\n"
    "  --fast      as fast as the server takes it, not as it was spoken\n"
    "  --patience  how long answers are waited for after the sound (30000)\n";

static bool finished;

static void print_reply(const sv_reply *reply) {
  printf("%s\t%s\t%s\t%.2f\t%s\n", reply->final ? "final" : "partial", reply->language,
         reply->has_scores ? sv_emotion_name(reply->emotion) : "-", (double)reply->confidence, reply->text);
}

static void on_event(void *user, const sv_event *event) {
  (void)user;
  static const char *const DISCONNECTED[] = {"unreachable", "refused",  "bad upgrade", "lost",
                                             "silence",     "protocol", "too big",     "closed"};
  static const char *const DROPPED[] = {"overrun", "unanswered", "session", "server"};
  switch (event->type) {
    case SV_EVENT_CONNECTED:
      printf("connected\t%s\n", event->as.connected.resumed ? "resumed" : "new");
      break;
    case SV_EVENT_DISCONNECTED:
      printf("disconnected\t%s\t%u\t%u\t", DISCONNECTED[event->as.disconnected.reason],
             (unsigned)event->as.disconnected.http_status, (unsigned)event->as.disconnected.close_code);
      if (event->as.disconnected.will_retry) printf("again in %lu ms\n", (unsigned long)event->as.disconnected.retry_ms);
      else printf("stopped\n");
      break;
    case SV_EVENT_REPLY:
      if (event->as.reply.text[0] != '\0') print_reply(&event->as.reply);
      break;
    case SV_EVENT_ERROR:
      printf("error\t%s\t%s\n", event->as.error.code, event->as.error.message);
      break;
    case SV_EVENT_DROPPED:
      printf("dropped\t%s\t%lu\n", DROPPED[event->as.dropped.reason], (unsigned long)event->as.dropped.samples);
      break;
    case SV_EVENT_FINISHED:
      printf("finished\n");
      finished = true;
      break;
  }
  fflush(stdout);
}

static bool read_number(const char *text, unsigned long most, unsigned long *number) {
  char *end;
  *number = strtoul(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0' && *number <= most;
}

static bool read_options(int count, char **words, options *wanted) {
  for (int at = 1; at < count; at += 1) {
    const char *const name = words[at];
    if (strcmp(name, "--fast") == 0) {
      wanted->fast = true;
      continue;
    }
    if (strncmp(name, "--", 2) != 0) {
      if (wanted->file != NULL) return false;
      wanted->file = name;
      continue;
    }
    if (at + 1 == count) return false;
    const char *const value = words[++at];
    unsigned long number;
    if (strcmp(name, "--host") == 0) {
      wanted->host = value;
    } else if (strcmp(name, "--device") == 0) {
      wanted->device = value;
    } else if (strcmp(name, "--token") == 0) {
      wanted->token = value;
    } else if (strcmp(name, "--language") == 0) {
      wanted->language = value;
    } else if (strcmp(name, "--dialect") == 0 && (strcmp(value, "a") == 0 || strcmp(value, "b") == 0)) {
      wanted->dialect = value[0] == 'a' ? SV_DIALECT_DEVICE : SV_DIALECT_STREAM;
    } else if (strcmp(name, "--port") == 0 && read_number(value, 65535, &number)) {
      wanted->port = (uint16_t)number;
    } else if (strcmp(name, "--patience") == 0 && read_number(value, 3600000, &number)) {
      wanted->patience_ms = (uint32_t)number;
    } else {
      return false;
    }
  }
  return wanted->file != NULL;
}

/** Sound that is due by now, or as much as there is room for. */
static bool push_due(sv_client *client, sv_wav *wav, uint32_t push_samples, bool fast, uint32_t *due_ms, uint32_t now_ms) {
  int16_t samples[48000 * PUSH_MS / 1000];
  while (fast ? sv_free_samples(client) >= push_samples : (int32_t)(now_ms - *due_ms) >= 0) {
    const uint32_t count = sv_wav_read(wav, samples, push_samples);
    if (count == 0) return false;
    sv_push(client, samples, count);
    *due_ms += PUSH_MS;
  }
  return true;
}

static int stream(sv_client *client, sv_posix *port, sv_wav *wav, const options *wanted) {
  const sv_transport *const transport = &client->transport;
  const uint32_t push_samples = wav->sample_rate * PUSH_MS / 1000;
  uint32_t due_ms = transport->now_ms(transport->context);
  uint32_t ended_ms = 0;
  bool ended = false;
  while (!finished) {
    const uint32_t now_ms = transport->now_ms(transport->context);
    if (!ended && !push_due(client, wav, push_samples, wanted->fast, &due_ms, now_ms)) {
      ended = true;
      ended_ms = now_ms;
      sv_end(client);
    }
    if (sv_poll(client) == SV_STATE_STOPPED) return 2;
    if (ended && now_ms - ended_ms > wanted->patience_ms) {
      printf("given up\n");
      return 3;
    }
    if (!finished) sv_posix_wait(port, 10);
  }
  return 0;
}

int main(int count, char **words) {
  static sv_client client;
  static int16_t sound[SOUND_SAMPLES];
  options wanted = {NULL, "127.0.0.1", "device", NULL, NULL, 8790, SV_DIALECT_DEVICE, false, 30000};
  if (!read_options(count, words, &wanted)) {
    fputs(USAGE, stderr);
    return 1;
  }
  sv_wav wav;
  const char *const wrong = sv_wav_open(&wav, wanted.file);
  if (wrong != NULL) {
    fprintf(stderr, "%s: %s\n", wanted.file, wrong);
    return 1;
  }
  sv_posix port;
  if (!sv_posix_init(&port)) {
    fputs("there is no source of random bytes\n", stderr);
    return 1;
  }
  const sv_config config = {
      .transport = sv_posix_transport(&port),
      .host = wanted.host,
      .port = wanted.port,
      .device_id = wanted.device,
      .token = wanted.token,
      .sample_rate = wav.sample_rate,
      .language = wanted.language,
      .dialect = wanted.dialect,
      .sound = sound,
      .sound_samples = SOUND_SAMPLES,
      .on_event = on_event,
  };
  int code = 1;
  if (sv_init(&client, &config) == SV_OK) {
    code = stream(&client, &port, &wav, &wanted);
    sv_stop(&client);
  } else {
    fputs("an option is out of its range, or the file's rate is not within 8 to 48 kHz\n", stderr);
  }
  sv_posix_free(&port);
  fclose(wav.file);
  return code;
}
