/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ESSSecurityLabel: a SET of policy OID, classification, privacy mark, categories,
 * in whatever order (DER sorts by tag), so members are told by their tags. Labels of
 * X.411 are the same with an optional policy. equivalentLabels is a SEQUENCE of them.
 */
#include "reading_priv.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0C,
    TAG_PRINTABLE = 0x13,
    TAG_TELETEX = 0x14,
    TAG_IA5 = 0x16,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    MAX_MEMBERS = 64,
    MAX_LABELS = 16,
    TAG_CATEGORY_TYPE = 0x80,
    TAG_CATEGORY_VALUE = 0xA1,
    MAX_CATEGORIES = 64,
    MAX_ARCS = 64
};

/* ACP 145: security categories of type "enumerated permissive", 2.16.840.1.101.2.1.8.3.1. */
static const char enumerated_permissive[] = "\x60\x86\x48\x01\x65\x02\x01\x08\x03\x01";

struct tlv {
    unsigned char tag;
    struct span content;
};

/* The next element of *rest; false when there is none or it does not fit. */
static bool next_tlv(struct span *rest, struct tlv *out)
{
    const unsigned char *at = (const unsigned char *)rest->ptr;
    size_t header = 2, len = 0;

    if (rest->len < 2 || (at[0] == 0 && at[1] == 0) || (at[0] & 0x1F) == 0x1F)
        return false;
    out->tag = at[0];
    if (at[1] < 0x80) {
        len = at[1];
    } else if (at[1] == 0x80) {
        /* Indefinite: to an end mark, which next_tlv() of the content stops at. */
        len = rest->len - header;
    } else {
        unsigned octets = at[1] & 0x7FU;

        header += octets;
        if (octets > 4 || rest->len < header)
            return false;
        for (unsigned i = 0; i < octets; i++)
            len = len << 8 | at[2 + i];
    }
    if (len > rest->len - header)
        return false;
    out->content = span_slice(*rest, header, header + len);
    *rest = span_slice(*rest, header + len, rest->len);
    return true;
}

static void append_arcs(struct buf *out, struct span oid)
{
    uint64_t arc = 0;
    unsigned arcs = 0;

    for (size_t i = 0; i < oid.len && arcs < MAX_ARCS; i++) {
        unsigned char octet = (unsigned char)oid.ptr[i];

        arc = (arc & (UINT64_MAX >> 7)) << 7 | (octet & 0x7FU);
        if ((octet & 0x80) != 0)
            continue;
        if (arcs == 0) {
            unsigned top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
            buf_printf(out, "%u.%llu", top, (unsigned long long)(arc - 40ULL * top));
        } else {
            buf_printf(out, ".%llu", (unsigned long long)arc);
        }
        arc = 0;
        arcs++;
    }
}

/* Unsigned and small, or -1 (the standard has 0 to 256). */
static long classification_of(struct span integer)
{
    long value = 0;

    if (integer.len == 0 || integer.len > 3)
        return -1;
    for (size_t i = 0; i < integer.len; i++)
        value = value << 8 | (unsigned char)integer.ptr[i];
    return value;
}

/* SEQUENCE of the tag set's OID and a SET OF INTEGER: nations by number (ISO 3166), for one. */
static void list_permitted(struct span value, struct buf *out)
{
    struct tlv sequence, member, number;

    if (!next_tlv(&value, &sequence))
        return;
    for (unsigned i = 0; i < MAX_MEMBERS && next_tlv(&sequence.content, &member); i++)
        for (unsigned n = 0; member.tag == TAG_SET && n < MAX_CATEGORIES &&
                             next_tlv(&member.content, &number); n++)
            if (number.tag == TAG_INTEGER)
                buf_printf(out, "%s%ld", out->len == 0 ? "RELEASABLE TO " : ", ",
                           classification_of(number.content));
}

/* Who it is for, as a marking would say it. Categories that restrict are the policy's own affair. */
static void read_categories(struct reading *reading, const struct store_place *place,
                            struct span categories)
{
    struct buf release;
    struct tlv category, type, value;

    buf_init(&release, 4096);
    for (unsigned i = 0; i < MAX_CATEGORIES && next_tlv(&categories, &category); i++)
        if (next_tlv(&category.content, &type) && type.tag == TAG_CATEGORY_TYPE &&
            next_tlv(&category.content, &value) && value.tag == TAG_CATEGORY_VALUE &&
            span_equals(type.content, span_of(enumerated_permissive)))
            list_permitted(value.content, &release);
    if (release.len > 0)
        (void)store_marking(reading, place, buf_span(&release));
    buf_fini(&release);
}

static void read_label(struct reading *reading, const struct store_place *place, struct span members)
{
    struct span privacy = SPAN(""), categories = SPAN("");
    long classification = -1;
    struct buf name;
    struct tlv member;
    bool known = false;

    buf_init(&name, 4096);
    for (unsigned i = 0; i < MAX_MEMBERS && next_tlv(&members, &member); i++) {
        if (member.tag == TAG_OID && name.len == 0)
            append_arcs(&name, member.content);
        else if (member.tag == TAG_INTEGER)
            classification = classification_of(member.content);
        else if (member.tag == TAG_UTF8 || member.tag == TAG_PRINTABLE ||
                 member.tag == TAG_TELETEX || member.tag == TAG_IA5)
            privacy = member.content;
        else if (member.tag == TAG_SET)
            categories = member.content;
    }
    buf_append_byte(&name, ':');
    if (classification >= 0)
        buf_printf(&name, "%ld", classification);
    known = store_identified(reading, place, SPAN("oid"), buf_span(&name));
    if (privacy.len > 0 && store_marking(reading, place, privacy))
        known = true;
    if (!known)
        store_unknown(reading, place, buf_span(&name));
    read_categories(reading, place, categories);
    buf_fini(&name);
}

void store_ess(struct reading *reading, const struct store_place *place, struct span ber)
{
    struct tlv outer, inner;

    if (!next_tlv(&ber, &outer) || (outer.tag != TAG_SET && outer.tag != TAG_SEQUENCE)) {
        store_unknown(reading, place, SPAN("unreadable security label"));
        return;
    }
    if (outer.tag == TAG_SET && outer.content.len > 0 &&
        ((unsigned char)outer.content.ptr[0] == TAG_SET)) {
        /* The attribute's SET OF around its one value. */
        struct span values = outer.content;
        if (next_tlv(&values, &inner))
            outer = inner;
    }
    if (outer.tag == TAG_SET) {
        read_label(reading, place, outer.content);
        return;
    }
    for (unsigned i = 0; i < MAX_LABELS && next_tlv(&outer.content, &inner); i++)
        if (inner.tag == TAG_SET)
            read_label(reading, place, inner.content);
}
