/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One Internet message: its header fields to the reading, its parts decoded and
 * walked. A part that readers may take in several ways is read in each of them;
 * the first, which most take, is the one that is listed.
 */
#include "mail/encoded_word.h"
#include "mail/mime.h"
#include "scan_priv.h"

enum {
    VALUE_BYTES = 998,          /* of a header fact and the subject */
    HEAD_BYTES = 512,           /* by which text is told from other octets */
    BLOCKS_MAX = 1000           /* uuencoded files in one text */
};

struct message {
    struct scan *scan;
    struct arena *scratch;      /* the part tree, for as long as the message is read */
    struct buf decoded;
    struct buf other;           /* another reading, to compare */
    const struct mime_tree *tree;   /* that is read */
    struct span prefix;
    unsigned depth;
};

static void read_tree(struct message *message, const struct mime_tree *tree, unsigned level);

/* prefix and text in the facts' arena, where findings may keep it. */
static struct span join(struct message *message, struct span prefix, const char *middle,
                        struct span text)
{
    return arena_printf(message->scan->facts->arena, "%.*s%s%.*s", SPAN_ARG(prefix), middle,
                        SPAN_ARG(text));
}

/* The prefix of a part's header fields: "2.", or the message's own. */
static struct span header_prefix(struct message *message, const struct mime_part *part)
{
    if (part->parent == MIME_NO_PARENT)
        return message->prefix;
    return join(message, part->where, ".", SPAN(""));
}

/* Where a reader decodes encoded words, a broken one is ambiguous; elsewhere "=?" is just text. */
static bool shows_encoded_words(struct span name)
{
    static const struct span names[] = { SPAN("Subject"), SPAN("Comments"), SPAN("Keywords"),
                                         SPAN("Content-Description"), SPAN("To"), SPAN("Cc") };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (span_equals_nocase(name, names[i]))
            return true;
    return false;
}

static void keep_top_field(struct message *message, const struct header_field *field,
                           struct span value)
{
    struct facts *facts = message->scan->facts;
    struct header_fact *fact;

    value = walk_keep_text(message->scan, value, VALUE_BYTES);
    if (span_equals_nocase(field->name, SPAN("Subject")) && facts->subject.ptr == NULL)
        facts->subject = value;
    if (span_equals_nocase(field->name, SPAN("Message-ID")) && facts->message_id.ptr == NULL)
        facts->message_id = value;
    if (facts->headers.count >= FACTS_HEADERS_MAX)
        return;
    fact = facts_add_header(facts);
    if (fact == NULL)
        return;
    fact->name = walk_keep_text(message->scan, field->name, VALUE_BYTES);
    fact->value = value;
}

/* A DKIM signature is made on what any edit would change. */
static void note_dkim(struct message *message, struct span where)
{
    struct signature_fact *fact = facts_add_signature(message->scan->facts);

    if (fact != NULL)
        *fact = (struct signature_fact){ .where = where, .kind = SPAN("dkim") };
}

static void read_field(struct message *message, struct span prefix, bool is_top,
                       const struct header_field *field)
{
    struct scan *scan = message->scan;
    struct span where = join(message, prefix, "header:", walk_keep_text(scan, field->name, 256));
    struct ambiguity_set seen = { 0 };
    struct span value = header_decode(message->scratch, field, &seen);

    if (ambiguity_set_has(&seen, AMBIGUITY_HEADER_ENCODED_WORD) && shows_encoded_words(field->name))
        walk_ambiguity(scan, AMBIGUITY_HEADER_ENCODED_WORD, where);
    if (is_top && span_equals_nocase(field->name, SPAN("DKIM-Signature")) &&
        scan->facts->signatures.count < scan->plan->limits.findings)
        note_dkim(message, where);
    if (is_top)
        keep_top_field(message, field, value);
    reading_header(scan->reading, where, scan->documents, field->name, value, field->value);
}

static void read_header(struct message *message, const struct mime_part *part)
{
    struct span prefix = header_prefix(message, part);
    bool is_top = part->parent == MIME_NO_PARENT && message->prefix.len == 0;

    if (part->parent == MIME_NO_PARENT)
        senders_read(message->scan, &part->header, message->prefix);
    message->scan->documents++;
    for (size_t i = 0; i < part->header.count; i++) {
        if (budget_is_spent(&message->scan->budget))
            return;
        read_field(message, prefix, is_top, &part->header.fields[i]);
    }
}

static bool is_header_kind(enum ambiguity kind)
{
    return kind >= AMBIGUITY_HEADER_MALFORMED && kind <= AMBIGUITY_HEADER_NO_SEPARATOR;
}

static void call_all(struct message *message, const struct mime_part *part,
                     struct ambiguity_set seen)
{
    enum ambiguity kind;

    while (ambiguity_set_take(&seen, &kind)) {
        struct span where = part->where;
        if (part->parent == MIME_NO_PARENT && is_header_kind(kind))
            where = join(message, message->prefix, "header", SPAN(""));
        else if (where.len == 0)
            where = SPAN("body");
        walk_ambiguity(message->scan, kind, where);
    }
}

/* Decode into buf within the budget. A part that stands as it is costs no copy. */
static struct span decode(struct message *message, enum transfer_encoding encoding,
                          enum transfer_reading reading, struct span content, struct buf *buf,
                          struct ambiguity_set *seen)
{
    if (encoding == TRANSFER_IDENTITY || encoding == TRANSFER_UNKNOWN)
        return content;
    buf_clear(buf);
    /* What did not fit is lost to the reading: the message is too large, not clean. */
    if (!transfer_decode(encoding, reading, content, buf, seen) &&
        message->scan->budget.spent == UNINSPECTABLE_NONE)
        message->scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
    budget_spend(&message->scan->budget, buf->len);
    return buf_span(buf);
}

/* The part tree goes before the findings do: what they may keep is in the facts' arena. */
static struct span keep_where(struct message *message, const struct mime_part *part)
{
    return part->where.len > 0 ? arena_copy(message->scan->facts->arena, part->where)
                               : SPAN("body");
}

/* The first part of a multipart/signed (RFC 1847), when this part is its second and last. */
static const struct mime_part *signed_part(const struct message *message, const struct mime_part *part)
{
    const struct mime_tree *tree = message->tree;
    const struct mime_part *first = NULL;
    size_t count = 0;

    if (part->parent == MIME_NO_PARENT || part->shape != MIME_SINGLE ||
        !span_equals(tree->parts[part->parent].types[0], SPAN("multipart/signed")) ||
        tree->parts[part->parent].children != 2)
        return NULL;
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->parts[i].parent != part->parent || tree->parts[i].shape == MIME_FILLING)
            continue;
        if (count++ == 0)
            first = &tree->parts[i];
        else if (&tree->parts[i] != part)
            return NULL;
    }
    return first == part ? NULL : first;
}

/* Is the part, or the multipart it is the signature of, all of the message, in every reading? */
static bool is_whole_message(const struct message *message, const struct mime_part *part, bool detached)
{
    const struct mime_part *root = &message->tree->parts[0];

    return message->prefix.len == 0 && message->depth == 0 && part->content_count == 1 &&
           part->encoding_count == 1 && root->content_count == 1 && root->type_count == 1 &&
           root->boundary_count <= 1 && (detached ? part->parent == 0 : part == root);
}

static struct stream stream_of(struct message *message, const struct mime_part *part,
                               struct span bytes, bool reread)
{
    const struct mime_part *content = signed_part(message, part);

    return (struct stream){
        .bytes = bytes,
        .where = keep_where(message, part),
        .name = part->name_count > 0 ? part->names[0] : (struct span){ NULL, 0 },
        .declared = part->types[0],
        .charset = part->charset_count > 0 ? part->charsets[0] : (struct span){ NULL, 0 },
        .depth = message->depth,
        .is_mime_part = true,
        .reread = reread,
        .signed_content = content == NULL ? (struct span){ NULL, 0 } : content->octets,
        .is_whole_message = is_whole_message(message, part, content != NULL),
    };
}

/* Files a person or an old mailer put into the text (uuencode, yEnc): found by those who look. */
static void read_blocks(struct message *message, const struct mime_part *part, struct span text)
{
    struct span rest = text, name, block;
    enum transfer_encoding encoding;

    for (unsigned n = 1; n <= BLOCKS_MAX && !budget_is_spent(&message->scan->budget) &&
                         transfer_find_block(&rest, &encoding, &name, &block);
         n++) {
        struct ambiguity_set seen = { 0 };
        struct stream stream = stream_of(message, part, (struct span){ NULL, 0 }, false);
        struct buf file;

        buf_init(&file, message->scan->plan->limits.expanded_bytes);
        stream.bytes = decode(message, encoding, READING_TOLERANT, block, &file, &seen);
        stream.name = walk_keep_text(message->scan, name, VALUE_BYTES);
        stream.declared = stream.charset = (struct span){ NULL, 0 };
        stream.where = stream.name.len > 0
                           ? join(message, part->where, "!", stream.name)
                           : arena_printf(message->scan->facts->arena, "%.*s!%u",
                                          SPAN_ARG(part->where), n);
        stream.is_mime_part = stream.is_whole_message = false;
        stream.signed_content = (struct span){ NULL, 0 };
        stream.depth++;
        call_all(message, part, seen);
        walk_stream(message->scan, &stream);
        buf_fini(&file);
    }
}

/* BinHex in the text: a container, which its own reader knows by the type. */
static void read_binhex(struct message *message, const struct mime_part *part, struct span text)
{
    struct span rest = text, block;

    for (unsigned n = 1; n <= BLOCKS_MAX && !budget_is_spent(&message->scan->budget) &&
                         transfer_find_binhex(&rest, &block);
         n++) {
        struct stream stream = stream_of(message, part, block, false);

        stream.name = stream.charset = (struct span){ NULL, 0 };
        stream.declared = SPAN("application/mac-binhex40");
        stream.where = arena_printf(message->scan->facts->arena, "%.*s!binhex%u", SPAN_ARG(part->where), n);
        stream.is_mime_part = false;
        stream.depth++;
        walk_stream(message->scan, &stream);
    }
}

/* The same octets under the types, charsets and names that other readers see. */
static void reread(struct message *message, const struct mime_part *part, struct span bytes)
{
    struct stream stream = stream_of(message, part, bytes, true);

    stream.name = (struct span){ NULL, 0 };
    for (size_t i = 1; i < part->type_count; i++) {
        stream.declared = part->types[i];
        walk_stream(message->scan, &stream);
    }
    stream.declared = part->types[0];
    for (size_t i = 1; i < part->charset_count; i++) {
        stream.charset = part->charsets[i];
        walk_stream(message->scan, &stream);
    }
}

static void read_names(struct message *message, const struct mime_part *part)
{
    for (size_t i = 1; i < part->name_count; i++)
        reading_filename(message->scan->reading, keep_where(message, part), message->scan->documents,
                         walk_keep_text(message->scan, part->names[i], VALUE_BYTES));
}

/* By its type, or since no octet at its beginning says otherwise. */
static bool is_text(const struct mime_part *part, struct span bytes)
{
    const struct span head = span_slice(bytes, 0, HEAD_BYTES);

    return span_starts_with(part->types[0], SPAN("text/")) || span_find_byte(head, '\0') == head.len;
}

/* A file in base64 that no header field speaks of: a person who saves it decodes it. */
static void read_bare_base64(struct message *message, const struct mime_part *part, struct span text)
{
    struct stream stream;

    if (!transfer_is_bare_base64(text))
        return;
    stream = stream_of(message, part,
                       decode(message, TRANSFER_BASE64, READING_TOLERANT, text, &message->other, NULL), true);
    if (is_text(part, stream.bytes))
        stream.declared = (struct span){ NULL, 0 };
    walk_stream(message->scan, &stream);
}

/* What strict readers, and those that read on past padding, make of what tolerant ones decode otherwise. */
static void read_other_ways(struct message *message, const struct mime_part *part,
                            enum transfer_encoding encoding, struct span content,
                            struct span tolerant)
{
    static const enum transfer_reading ways[] = { READING_STRICT, READING_THROUGH };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct stream stream;
        struct span bytes =
            decode(message, encoding, ways[i], content, &message->other, NULL);

        if (bytes.len == 0 || span_equals(bytes, tolerant))
            continue;
        stream = stream_of(message, part, bytes, true);
        stream.name = (struct span){ NULL, 0 };
        walk_stream(message->scan, &stream);
    }
}

/* One content under one encoding. */
static void read_content(struct message *message, const struct mime_part *part,
                         struct span content, enum transfer_encoding encoding, bool is_first)
{
    struct ambiguity_set seen = { 0 };
    struct span bytes =
        decode(message, encoding, READING_TOLERANT, content, &message->decoded, &seen);
    struct stream stream = stream_of(message, part, bytes, !is_first);

    if (!is_first)
        stream.name = (struct span){ NULL, 0 };
    walk_stream(message->scan, &stream);
    reread(message, part, bytes);
    if (is_text(part, bytes)) {
        read_blocks(message, part, bytes);
        read_binhex(message, part, bytes);
        read_bare_base64(message, part, bytes);
    }
    if (transfer_needs_more(encoding, &seen))
        read_other_ways(message, part, encoding, content, bytes);
    call_all(message, part, seen);
}

/* Encoded against the rules: decoded, it may be the multipart it says it is. */
static void read_encoded_multipart(struct message *message, const struct mime_part *part,
                                   struct span content, enum transfer_encoding encoding,
                                   unsigned level)
{
    const struct plan_limits *limits = &message->scan->plan->limits;
    const struct mime_limits mime = { .parts = limits->parts, .depth = limits->depth };
    struct mime_tree tree;
    struct buf octets;

    if (encoding == TRANSFER_IDENTITY || encoding == TRANSFER_UNKNOWN)
        return;
    buf_init(&octets, limits->expanded_bytes);
    mime_parse_decoded(message->scratch, part,
                       decode(message, encoding, READING_TOLERANT, content, &octets, NULL), &mime,
                       &tree);
    read_tree(message, &tree, level + 1);
    buf_fini(&octets);
}

static void read_part(struct message *message, const struct mime_part *part, unsigned level)
{
    /* Filling is no part, and a multipart is its children, unless it has none. */
    bool is_first = part->shape == MIME_SINGLE ||
                    (part->shape == MIME_MULTIPART && part->children == 0);

    for (size_t c = 0; c < part->content_count; c++)
        for (size_t e = 0; e < part->encoding_count; e++) {
            if (part->shape != MIME_MULTIPART || part->also_single)
                read_content(message, part, part->contents[c], part->encodings[e], is_first);
            is_first = false;
            if (part->shape == MIME_MULTIPART)
                read_encoded_multipart(message, part, part->contents[c], part->encodings[e],
                                       level);
        }
    read_names(message, part);
}

/* Parts are missing: said as a part that was not read. */
static void note_stopped(struct message *message, enum uninspectable reason)
{
    struct part_fact *fact = facts_add_part(message->scan->facts);

    if (fact == NULL)
        return;
    fact->where = message->prefix.len > 0 ? walk_keep_text(message->scan, message->prefix, 4096)
                                          : SPAN("body");
    fact->detected = SPAN("unknown");
    fact->reason = reason;
}

/* What carries the text of a message: a calendar beside it says something else. */
static bool shows_text(const struct mime_part *part)
{
    return span_equals(part->types[0], SPAN("text/plain")) ||
           span_equals(part->types[0], SPAN("text/html")) ||
           span_equals(part->types[0], SPAN("multipart/related")) ||
           span_equals(part->types[0], SPAN("multipart/mixed"));
}

static void note_alternatives(struct message *message, const struct mime_tree *tree, uint32_t index)
{
    const struct mime_part *parent = &tree->parts[index];
    struct span children[ALTERNATIVE_CHILDREN];
    size_t count = 0;

    if (!span_equals(parent->types[0], SPAN("multipart/alternative")) ||
        message->scan->alternatives.met++ >= ALTERNATIVES_MAX)
        return;
    for (size_t i = index + 1; i < tree->count && count < ALTERNATIVE_CHILDREN; i++)
        if (tree->parts[i].parent == index && tree->parts[i].shape != MIME_FILLING &&
            shows_text(&tree->parts[i]))
            children[count++] = keep_where(message, &tree->parts[i]);
    alternative_note(message->scan, keep_where(message, parent), children, count);
}

static void read_tree(struct message *message, const struct mime_tree *tree, unsigned level)
{
    const struct mime_tree *around = message->tree;

    if (tree->stopped != UNINSPECTABLE_NONE)
        note_stopped(message, tree->stopped);
    if (level > message->scan->plan->limits.depth) {
        note_stopped(message, UNINSPECTABLE_TOO_DEEP);
        return;
    }
    message->tree = tree;
    for (size_t i = 0; i < tree->count; i++) {
        const struct mime_part *part = &tree->parts[i];

        call_all(message, part, part->seen);
        note_alternatives(message, tree, (uint32_t)i);
        if (part->shape != MIME_FILLING && (i > 0 || level == 0))
            read_header(message, part);
        /* The root of a decoded tree is read as what it is by whoever decoded it. */
        if (i > 0 || level == 0)
            read_part(message, part, level);
    }
    message->tree = around;
}

bool message_looks_so(const struct stream *stream)
{
    static const struct span first_fields[] = {
        SPAN("Received:"), SPAN("Return-Path:"), SPAN("From:"), SPAN("To:"), SPAN("Subject:"),
        SPAN("Date:"), SPAN("Message-ID:"), SPAN("MIME-Version:"), SPAN("Delivered-To:"),
        SPAN("X-Mozilla-Status:"), SPAN("Reply-To:"), SPAN("Sender:"), SPAN("DKIM-Signature:"),
    };

    if (span_equals(stream->declared, SPAN("message/rfc822")) ||
        span_equals(stream->declared, SPAN("message/global")))
        return true;
    if (span_starts_with(stream->declared, SPAN("text/")) &&
        !span_ends_with_nocase(stream->name, SPAN(".eml")))
        return false;
    for (size_t i = 0; i < sizeof first_fields / sizeof first_fields[0]; i++)
        if (span_starts_with_nocase(stream->bytes, first_fields[i]))
            return true;
    return false;
}

void message_read(struct scan *scan, struct span bytes, struct span prefix, unsigned depth)
{
    const struct plan_limits *limits = &scan->plan->limits;
    const struct mime_limits mime = { .parts = limits->parts, .depth = limits->depth };
    struct message message = { .scan = scan, .prefix = prefix, .depth = depth };
    struct mime_tree tree;

    message.scratch = arena_new(limits->memory_bytes / 8);
    if (message.scratch == NULL) {
        scan->budget.spent = UNINSPECTABLE_TOO_LARGE;
        return;
    }
    buf_init(&message.decoded, limits->expanded_bytes);
    buf_init(&message.other, limits->expanded_bytes);
    mime_parse(message.scratch, bytes, prefix, &mime, &tree);
    read_tree(&message, &tree, 0);
    if (arena_is_full(message.scratch))
        note_stopped(&message, UNINSPECTABLE_TOO_LARGE);
    buf_fini(&message.decoded);
    buf_fini(&message.other);
    arena_free(&message.scratch);
}
