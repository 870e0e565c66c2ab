/* SPDX-License-Identifier: EUPL-1.2 */
/* Words, links and files in the attributes of office XML, and files as its text. */
#include "extract/data_uri.h"
#include "office_priv.h"

/* Attributes whose values are names, numbers or references of the format itself. */
static bool is_plain_value(struct span value)
{
    size_t letters = 0, best = 0;

    if ((span_starts_with(value, SPAN("{")) && value.len == 38) || span_starts_with(value, SPAN("rId")))
        return true;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)(value.ptr[i] | 0x20);

        letters = (c >= 'a' && c <= 'z') || (unsigned char)value.ptr[i] >= 0x80 ? letters + 1 : 0;
        if (letters > best)
            best = letters;
    }
    return best < 2;
}

static bool is_plain_name(struct span name)
{
    return span_ends_with_nocase(name, SPAN("style-name")) || span_equals(name, SPAN("value-type")) ||
           span_equals(name, SPAN("Ignorable")) || span_equals(name, SPAN("Requires")) ||
           span_equals(name, SPAN("UnicodeString")) || span_equals(name, SPAN("Indices"));
}

static enum region attribute_region(struct span name, struct span value)
{
    static const struct {
        const char *name;
        enum region region;
    } known[] = {
        { "descr", REGION_ALT },      { "title", REGION_ALT },   { "alt", REGION_ALT },
        { "tooltip", REGION_ALT },    { "prompt", REGION_ALT },  { "promptTitle", REGION_ALT },
        { "error", REGION_ALT },      { "errorTitle", REGION_ALT }, { "name", REGION_NAME },
        { "displayName", REGION_NAME }, { "string", REGION_WATERMARK }, { "instr", REGION_FIELD },
        { "display", REGION_BODY },   { "href", REGION_LINK },   { "Target", REGION_LINK },
        { "string-value", REGION_HIDDEN }, { "author", REGION_NAME }, { "Name", REGION_NAME },
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_equals(name, span_of(known[i].name)))
            return known[i].region;
    return span_find(value, SPAN("://")) < value.len ? REGION_LINK : REGION_CODE;
}

static void read_data_uri(struct sink *sink, struct span uri)
{
    struct nested nested = { .name = SPAN("(data)") };
    struct buf bytes;

    if (!sink_spend(sink, uri.len))
        return;
    buf_init(&bytes, 0);
    if (data_uri_decode(uri, &nested.declared, &bytes) && bytes.len > 0) {
        nested.bytes = buf_span(&bytes);
        sink_nested(sink, &nested);
    }
    buf_fini(&bytes);
}

static void read_value(struct gather *gather, enum region region, struct span value)
{
    if (region == REGION_LINK)
        gather_link(gather, value);
    else
        gather_line(gather, region, value);
}

void office_values_read(const struct office_part *part, struct xml *xml, enum region region)
{
    struct span rest = xml->attributes, name, value;

    while (xml_attribute_next(xml, &rest, &name, &value))
        if (data_uri_is(value))
            read_data_uri(part->sink, value);
        else if (!is_plain_value(value) && !is_plain_name(name))
            read_value(part->gather, region != 0 ? region : attribute_region(name, value), value);
}

void office_binary_read(struct sink *sink, struct span text)
{
    struct nested nested = { .name = SPAN("(binary data)") };
    struct buf bytes;

    if (!sink_spend(sink, text.len))
        return;
    buf_init(&bytes, 0);
    data_uri_base64(text, &bytes);
    nested.bytes = buf_span(&bytes);
    if (bytes.len > 0)
        sink_nested(sink, &nested);
    buf_fini(&bytes);
}
