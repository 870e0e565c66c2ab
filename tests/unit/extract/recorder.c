/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdio.h>
#include <string.h>

#include "recorder.h"

static const char *region_word(enum region region)
{
    static const char *const words[] = {
        [REGION_BODY] = "body", [REGION_HEADER] = "header", [REGION_FOOTER] = "footer",
        [REGION_WATERMARK] = "watermark", [REGION_TITLE] = "title", [REGION_NOTE] = "note",
        [REGION_COMMENT] = "comment", [REGION_STAMP] = "stamp", [REGION_FIELD] = "field",
        [REGION_ALT] = "alt", [REGION_NAME] = "name", [REGION_HIDDEN] = "hidden",
        [REGION_DELETED] = "deleted", [REGION_CODE] = "code", [REGION_LINK] = "link",
    };
    return words[region];
}

static const char *unit_word(enum place_unit unit)
{
    static const char *const words[] = {
        [UNIT_NONE] = "none", [UNIT_PAGE] = "page", [UNIT_SHEET] = "sheet",
        [UNIT_SLIDE] = "slide", [UNIT_LINE] = "line",
    };
    return words[unit];
}

static struct recorder *self(struct sink *sink)
{
    return (struct recorder *)sink;
}

static void end_line(struct recorder *recorder)
{
    if (recorder->line.len == 0)
        return;
    buf_printf(&recorder->log, "[%s %s", region_word(recorder->place.region),
               recorder->part[0] == '\0' ? "-" : recorder->part);
    if (recorder->place.unit > UNIT_NONE)
        buf_printf(&recorder->log, " %s=%u", unit_word(recorder->place.unit), recorder->place.number);
    if ((recorder->look & LOOK_CAPITALS) != 0)
        buf_printf(&recorder->log, " caps");
    if ((recorder->look & LOOK_QUOTED) != 0)
        buf_printf(&recorder->log, " quoted");
    buf_printf(&recorder->log, "] ");
    buf_append(&recorder->log, buf_span(&recorder->line));
    buf_append_byte(&recorder->log, '\n');
    buf_clear(&recorder->line);
}

static void on_place(struct sink *sink, const struct place *place)
{
    struct recorder *recorder = self(sink);

    end_line(recorder);
    recorder->place = *place;
    recorder->look = 0;
    snprintf(recorder->part, sizeof recorder->part, "%.*s", SPAN_ARG(place->part));
}

static void on_look(struct sink *sink, unsigned look)
{
    self(sink)->look = look;
}

static void on_text(struct sink *sink, struct span utf8)
{
    struct recorder *recorder = self(sink);

    for (size_t i = 0; i < utf8.len; i++) {
        if (utf8.ptr[i] == '\n')
            end_line(recorder);
        else
            buf_append_byte(&recorder->line, utf8.ptr[i]);
    }
}

static void on_property(struct sink *sink, enum property_kind kind, struct span name, struct span value)
{
    static const char *const words[] = {
        [PROPERTY_DOCUMENT] = "document", [PROPERTY_CUSTOM] = "custom", [PROPERTY_XMP] = "xmp",
        [PROPERTY_LABEL_XML] = "label-xml", [PROPERTY_LABEL_DER] = "label-der",
        [PROPERTY_LABEL_ID] = "label-id",
    };
    buf_printf(&self(sink)->log, "property %s %.*s=%.*s\n", words[kind], SPAN_ARG(name), SPAN_ARG(value));
}

static bool on_wants_images(struct sink *sink)
{
    (void)sink;
    return true;
}

/* Pictures are read when the log is told to say so. */
static bool on_image(struct sink *sink, struct span file)
{
    struct recorder *recorder = self(sink);

    end_line(recorder);
    buf_printf(&recorder->log, "image page=%u %zu\n", recorder->place.number, file.len);
    return recorder->reads_images;
}

static void on_nested(struct sink *sink, const struct nested *nested)
{
    struct recorder *recorder = self(sink);
    struct extract_input input = { nested->bytes, nested->name, nested->declared, nested->charset };
    const struct extractor *format = extract_recognise(&input);
    struct place outside = recorder->place;
    char part[sizeof recorder->part];

    end_line(recorder);
    buf_printf(&recorder->log, "nested %.*s %zu\n", SPAN_ARG(nested->name), nested->bytes.len);
    if (!recorder->recurse || format == NULL || recorder->depth >= 8)
        return;
    memcpy(part, recorder->part, sizeof part);
    recorder->depth++;
    format->read(&input, sink);
    recorder->depth--;
    end_line(recorder);
    outside.part = span_of(part);
    on_place(sink, &outside);
}

static void on_ambiguity(struct sink *sink, enum ambiguity kind, struct span part)
{
    buf_printf(&self(sink)->log, "ambiguity %s %.*s\n", ambiguity_name(kind), SPAN_ARG(part));
}

static void on_uninspectable(struct sink *sink, enum uninspectable reason, struct span part)
{
    buf_printf(&self(sink)->log, "uninspectable %s %.*s\n", uninspectable_name(reason), SPAN_ARG(part));
}

static void on_detected(struct sink *sink, struct span type)
{
    buf_printf(&self(sink)->log, "detected %.*s\n", SPAN_ARG(type));
}

static void on_signature(struct sink *sink, struct span kind, struct span signer)
{
    buf_printf(&self(sink)->log, "signature %.*s %.*s\n", SPAN_ARG(kind), SPAN_ARG(signer));
}

static void on_active(struct sink *sink)
{
    buf_printf(&self(sink)->log, "active\n");
}

static bool on_spend(struct sink *sink, uint64_t unpacked_bytes)
{
    struct recorder *recorder = self(sink);

    if (unpacked_bytes > recorder->budget_bytes - recorder->spent_bytes) {
        recorder->spent_bytes = recorder->budget_bytes;
        return false;
    }
    recorder->spent_bytes += unpacked_bytes;
    return true;
}

static bool on_spent(struct sink *sink)
{
    return self(sink)->spent_bytes == self(sink)->budget_bytes;
}

static struct span on_password(struct sink *sink, size_t index)
{
    const char *const *passwords = self(sink)->passwords;

    for (size_t i = 0; passwords != NULL && passwords[i] != NULL; i++)
        if (i == index)
            return span_of(passwords[i]);
    return (struct span){ NULL, 0 };
}

static void on_opened(struct sink *sink)
{
    buf_printf(&self(sink)->log, "opened\n");
}

static void on_leave(struct sink *sink)
{
    self(sink)->leaving = true;
}

void recorder_init(struct recorder *recorder)
{
    static const struct sink_calls calls = {
        on_place, on_look, on_text, on_property, on_nested, on_wants_images, on_image, on_ambiguity, on_uninspectable,
        on_detected, on_signature, on_active, on_spend, on_spent, on_password,
        on_opened, on_leave,
    };
    *recorder = (struct recorder){ .sink = { &calls }, .budget_bytes = 64u << 20,
                                   .place = { .region = REGION_BODY, .unit = UNIT_NONE } };
    buf_init(&recorder->log, 0);
    buf_init(&recorder->line, 0);
}

void recorder_fini(struct recorder *recorder)
{
    buf_fini(&recorder->log);
    buf_fini(&recorder->line);
}

enum extract_result recorder_read_input(struct recorder *recorder, const struct extract_input *input)
{
    const struct extractor *format = extract_recognise(input);
    enum extract_result result = EXTRACT_FAILED;

    if (format == NULL)
        buf_printf(&recorder->log, "unrecognised\n");
    else
        result = format->read(input, &recorder->sink);
    end_line(recorder);
    buf_append_byte(&recorder->log, '\0');
    recorder->log.len--;
    return result;
}

enum extract_result recorder_read(struct recorder *recorder, struct span bytes)
{
    struct extract_input input = { .bytes = bytes };

    return recorder_read_input(recorder, &input);
}

bool recorder_has_line(const struct recorder *recorder, const char *line)
{
    struct span rest = buf_span(&recorder->log), piece;

    while (span_next(&rest, '\n', &piece))
        if (span_equals(piece, span_of(line)))
            return true;
    return false;
}

bool recorder_has(const struct recorder *recorder, const char *text)
{
    struct span log = buf_span(&recorder->log);

    return span_find(log, span_of(text)) < log.len;
}
