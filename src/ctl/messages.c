/* SPDX-License-Identifier: EUPL-1.2 */
#include "messages.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "quarantine.h"
#include "records.h"

enum { FOLDER_DEPTH = 8, HELD_RECIPIENTS = 1000 };

/* What is read, and where it goes. */
struct reading {
    uint64_t most_bytes;
    message_fn *each;
    void *data;
    bool ended;         /* each() wants no more */
};

static void hand_over(struct reading *reading, const char *name, const struct buf *message)
{
    if (!reading->ended && message->len > 0)
        reading->ended = !reading->each(reading->data, name, buf_span(message), NULL);
}

/* Only as much as is judged: one octet too many says "too large". */
static void take(const struct reading *reading, struct buf *message, struct span line)
{
    uint64_t room = reading->most_bytes + 1 - message->len;

    buf_append(message, span_slice(line, 0, line.len < room ? line.len : (size_t)room));
}

/* A line that an mbox wrote as ">From " was "From ". */
static struct span without_quote(struct span line)
{
    size_t quotes = 0;

    while (quotes < line.len && line.ptr[quotes] == '>')
        quotes++;
    return quotes > 0 && span_starts_with(span_slice(line, quotes, line.len), SPAN("From "))
               ? span_slice(line, 1, line.len)
               : line;
}

/* One message, or as many as its "From " lines begin when the first line is one. */
static void read_lines(struct reading *reading, const char *path, FILE *file)
{
    bool is_mbox = false, first = true, after_blank = false;
    unsigned number = 0;
    struct buf message;
    char *name = NULL, *line = NULL;
    size_t size = 0;
    ssize_t got;

    buf_init(&message, 0);
    while (!reading->ended && (got = getline(&line, &size, file)) >= 0) {
        struct span text = { line, (size_t)got };
        bool begins = (first || (is_mbox && after_blank)) && span_starts_with(text, SPAN("From "));

        is_mbox = is_mbox || (first && begins);
        first = false;
        after_blank = span_trim(text).len == 0;
        if (!begins) {
            take(reading, &message, is_mbox ? without_quote(text) : text);
            continue;
        }
        if (name != NULL)
            hand_over(reading, name, &message);
        free(name);
        if (asprintf(&name, "%s:%u", path, ++number) < 0)
            name = NULL;
        buf_clear(&message);
    }
    hand_over(reading, name != NULL ? name : path, &message);
    free(name);
    free(line);
    buf_fini(&message);
}

static int read_file(struct reading *reading, const char *path)
{
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        complain("%s: %s", path, strerror(errno));
        return -1;
    }
    read_lines(reading, path, file);
    fclose(file);
    return 0;
}

static int is_shown(const struct dirent *entry)
{
    /* A Maildir's "tmp" holds what is not delivered yet. */
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "tmp") != 0;
}

static int read_path(struct reading *reading, const char *path, unsigned depth)
{
    struct dirent **entries = NULL;
    struct stat status;
    int count, result = 0;

    if (stat(path, &status) != 0) {
        complain("%s: %s", path, strerror(errno));
        return -1;
    }
    if (S_ISREG(status.st_mode))
        return read_file(reading, path);
    if (!S_ISDIR(status.st_mode)) {
        complain("%s: neither a file nor a folder", path);
        return -1;
    }
    count = depth == 0 ? -1 : scandir(path, &entries, is_shown, alphasort);
    if (count < 0) {
        complain("%s: %s", path, depth == 0 ? "folders too deep" : strerror(errno));
        return -1;
    }
    for (int i = 0; i < count; i++) {
        char *inner = NULL;

        if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) < 0)
            inner = NULL;
        if (!reading->ended && (inner == NULL || read_path(reading, inner, depth - 1) != 0))
            result = -1;
        free(inner);
        free(entries[i]);
    }
    free(entries);
    return result;
}

int messages_each(const char *path, uint64_t most_bytes, message_fn *each, void *data)
{
    struct reading reading = { most_bytes, each, data, false };

    return read_path(&reading, path, FOLDER_DEPTH);
}

static bool read_held(const char *config, const char *id, const json_t *entry, struct reading *reading)
{
    const json_t *list = json_object_get(entry, "recipients"), *recipient;
    const char *recipients[HELD_RECIPIENTS], *sender = member_text(entry, "sender");
    struct envelope_options envelope = { .sender = strcmp(sender, "MAILER-DAEMON") == 0 ? "<>" : sender,
                                         .recipients = recipients };
    struct buf message;
    size_t i;
    bool good;

    json_array_foreach(list, i, recipient)
        if (envelope.recipient_count < HELD_RECIPIENTS)
            recipients[envelope.recipient_count++] = member_text(recipient, "address");
    buf_init(&message, reading->most_bytes + 1);
    good = quarantine_read(config, id, &message) == 0;
    if (good)
        reading->ended = !reading->each(reading->data, id, buf_span(&message), &envelope);
    buf_fini(&message);
    return good;
}

int messages_each_held(const char *config, uint64_t most_bytes, message_fn *each, void *data)
{
    struct reading reading = { most_bytes, each, data, false };
    json_t *held = quarantine_held(config);
    int result = held == NULL ? -1 : 0;
    const char *id;
    const json_t *entry;

    json_object_foreach(held, id, entry)
        if (!reading.ended && !read_held(config, id, entry, &reading))
            result = -1;
    json_decref(held);
    return result;
}
