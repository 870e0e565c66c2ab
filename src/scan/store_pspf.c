/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The Australian Email Protective Marking Standard: "VER=2018.4, NS=gov.au,
 * SEC=OFFICIAL:Sensitive, CAVEAT=..., ORIGIN=...", and "[SEC=...]" in a subject. A
 * commercial product writes the same with its customer's NS and codes for SEC.
 */
#include "reading_priv.h"

enum { MAX_PAIRS = 64, MAX_CAVEATS = 16 };

struct marking {
    struct span ns, sec, dlm;
    struct span caveats[MAX_CAVEATS];
    size_t caveat_count;
};

/* Cut the next pair at a comma that no backslash stands before. */
static bool next_pair(struct span *rest, struct span *pair_out)
{
    size_t end = 0;

    if (rest->len == 0)
        return false;
    while (end < rest->len && rest->ptr[end] != ',')
        end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 2 : 1;
    *pair_out = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end + 1, rest->len);
    return true;
}

static struct marking parse(struct span value)
{
    struct marking marking = { .sec = SPAN("") };
    struct span pair;

    for (unsigned i = 0; i < MAX_PAIRS && next_pair(&value, &pair); i++) {
        size_t equals = span_find_byte(pair, '=');
        struct span key = span_trim(span_slice(pair, 0, equals));
        struct span of = span_trim(span_slice(pair, equals + 1, pair.len));

        if (span_equals_nocase(key, SPAN("NS")))
            marking.ns = of;
        else if (span_equals_nocase(key, SPAN("SEC")))
            marking.sec = of;
        else if (span_equals_nocase(key, SPAN("DLM")))
            marking.dlm = of;
        else if (span_equals_nocase(key, SPAN("CAVEAT")) && marking.caveat_count < MAX_CAVEATS)
            marking.caveats[marking.caveat_count++] = of;
    }
    return marking;
}

/* "RI:REL AUS/GBR" is spelled out as people write it; other caveats are marks as they stand. */
static void report_caveat(struct reading *reading, const struct store_place *place,
                          struct span caveat)
{
    size_t colon = span_find_byte(caveat, ':');
    struct span value = colon < caveat.len ? span_slice(caveat, colon + 1, caveat.len) : caveat;
    struct buf spelled;

    if (store_identified(reading, place, SPAN("caveat"), value))
        return;
    value = span_trim(value);
    buf_init(&spelled, 0);
    if (span_starts_with_nocase(value, SPAN("REL ")))
        buf_printf(&spelled, "RELEASABLE TO %.*s", SPAN_ARG(span_slice(value, 4, value.len)));
    else
        buf_append(&spelled, value);
    (void)store_marking(reading, place, buf_span(&spelled));
    buf_fini(&spelled);
}

static void report(struct reading *reading, const struct store_place *place,
                   const struct marking *marking)
{
    struct span value = marking->sec;
    struct buf own;

    if (marking->dlm.len > 0 && !store_identified(reading, place, SPAN("dlm"), marking->dlm))
        store_unknown(reading, place, marking->dlm);
    for (size_t i = 0; i < marking->caveat_count; i++)
        report_caveat(reading, place, marking->caveats[i]);
    if (marking->sec.len == 0)
        return;
    if (marking->ns.len == 0 || span_ends_with_nocase(marking->ns, SPAN("gov.au"))) {
        store_label(reading, place, SPAN("pspf"), value, SPAN(""));
        return;
    }
    buf_init(&own, 0);
    buf_printf(&own, "%.*s/%.*s", SPAN_ARG(marking->ns), SPAN_ARG(marking->sec));
    /* Under a name of its own it may be a marking in words, as our rules write it. */
    if (!store_identified(reading, place, SPAN("pspf"), buf_span(&own)) &&
        !store_marking(reading, place, value))
        store_unknown(reading, place, buf_span(&own));
    buf_fini(&own);
}

void store_pspf(struct reading *reading, const struct store_place *place, struct span value)
{
    struct marking marking = parse(value);

    if (marking.sec.len == 0 && marking.dlm.len == 0)
        store_unknown(reading, place, value);
    else
        report(reading, place, &marking);
}

bool store_pspf_subject(struct reading *reading, const struct store_place *place, struct span subject)
{
    static const struct span openings[] = { { "[SEC=", 5 }, { "[DLM=", 5 }, { "[SEC =", 6 } };

    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        size_t at = span_find_nocase(subject, openings[i]);
        struct span rest = span_slice(subject, at + 1, subject.len);
        struct marking marking;

        if (at == subject.len)
            continue;
        marking = parse(span_slice(rest, 0, span_find_byte(rest, ']')));
        report(reading, place, &marking);
        return true;
    }
    return false;
}
