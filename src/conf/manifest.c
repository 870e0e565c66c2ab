/* SPDX-License-Identifier: EUPL-1.2 */
/* The text that an authority signs, written; to check one, it is written again and compared. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/hash.h"
#include "manifest.h"

static const char title[] = "vaguemestre-policy 1";

/* The name of a file as seen from the policy's folder. */
static struct span relative_name(const struct bundle *bundle, struct span name)
{
    struct span folder = bundle_first(bundle)->name;

    while (folder.len > 0 && folder.ptr[folder.len - 1] != '/')
        folder.len--;
    return folder.len > 0 && span_starts_with(name, folder)
               ? span_slice(name, folder.len, name.len)
               : name;
}

static int write_lines(const struct bundle *bundle, uint64_t version, struct span date,
                       struct buf *out, struct err *err)
{
    const struct bundle_file *file;

    buf_printf(out, "%s\nversion %" PRIu64 "\ndate %.*s\n", title, version, SPAN_ARG(date));
    for (size_t i = 0; (file = bundle_nth(bundle, i)) != NULL; i++) {
        uint8_t digest[HASH_BYTES];
        char hex[HASH_HEX_CHARS + 1];

        if (file->missing) {
            err_set(err, "%.*s: %.*s", SPAN_ARG(file->name), SPAN_ARG(file->content));
            return -1;
        }
        if (hash_sha256(file->content, digest) != 0)
            out->failed = true;
        hash_to_hex(digest, hex);
        buf_printf(out, "sha256 %s %.*s\n", hex, SPAN_ARG(relative_name(bundle, file->name)));
    }
    if (out->failed) {
        err_set(err, "no memory");
        return -1;
    }
    return 0;
}

int manifest_write(const struct bundle *bundle, uint64_t version, int64_t now_us, struct buf *out,
                   struct err *err)
{
    char date[28];

    clock_format(now_us, date);
    return write_lines(bundle, version, span_of(date), out, err);
}

/* The rest of the next line when it begins with this word. */
static bool take_line(struct span *rest, struct span word, struct span *out)
{
    struct span line;

    if (!span_next(rest, '\n', &line) || !span_starts_with(line, word))
        return false;
    *out = span_slice(line, word.len, line.len);
    return true;
}

bool manifest_read_head(struct span text, uint64_t *version_out, struct span *date_out)
{
    struct span rest = text, value;
    int64_t date_us;
    char date[28];

    if (!take_line(&rest, span_of(title), &value) || value.len > 0 ||
        !take_line(&rest, SPAN("version "), &value) || !span_to_u64(value, version_out) ||
        *version_out == 0 || !take_line(&rest, SPAN("date "), date_out) ||
        date_out->len >= sizeof date)
        return false;
    snprintf(date, sizeof date, "%.*s", SPAN_ARG(*date_out));
    return clock_parse(date, &date_us) == 0;
}

/* The first line in which they differ, for the words of the error. */
static void say_difference(struct span want, struct span got, struct err *err)
{
    struct span want_line = SPAN(""), got_line = SPAN("");
    bool more = true;

    while (more && span_equals(want_line, got_line)) {
        more = span_next(&want, '\n', &want_line);
        more = span_next(&got, '\n', &got_line) || more;
    }
    err_set(err, "the policy is not what was signed: the manifest says \"%.*s\", the files are \"%.*s\"",
            SPAN_ARG(got_line), SPAN_ARG(want_line));
}

int manifest_check(const struct bundle *bundle, struct span text, uint64_t *version_out,
                   struct err *err)
{
    struct span date;
    struct buf want;
    int status;

    if (!manifest_read_head(text, version_out, &date)) {
        err_set(err, "the manifest does not begin with \"%s\", a version and a date", title);
        return -1;
    }
    buf_init(&want, 0);
    status = write_lines(bundle, *version_out, date, &want, err);
    if (status == 0 && !span_equals(buf_span(&want), text)) {
        say_difference(buf_span(&want), text, err);
        status = -1;
    }
    buf_fini(&want);
    return status;
}
