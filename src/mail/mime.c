/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/mime.h"

#include "mail_priv.h"

/*
 * Octets looked at for delimiters, in message lengths: each level of nesting looks
 * at its content once, each further reading of it once more. Readings of readings
 * would grow without end; what this does not reach is said to be too many.
 */
enum { WORK_FACTOR = 40, WORK_FREE_BYTES = 1 << 20 };

struct builder {
    struct arena *arena;
    struct mime_tree *tree;
    struct mime_limits limits;
    uint64_t work_left;
};

/* One way of splitting a multipart. */
struct split {
    uint32_t parent;
    struct span content, boundary;
    bool lenient;
    size_t earlier, earlier_end;    /* what the way before this one listed, in order of place */
};

static void stop(struct builder *builder, enum uninspectable reason)
{
    if (builder->tree->stopped == UNINSPECTABLE_NONE)
        builder->tree->stopped = reason;
}

static struct mime_part *add_part(struct builder *builder)
{
    struct mime_tree *tree = builder->tree;
    struct mime_part *parts;

    if (tree->count >= builder->limits.parts) {
        stop(builder, UNINSPECTABLE_TOO_MANY);
        return NULL;
    }
    parts = arena_grow(builder->arena, tree->parts, tree->count, &tree->capacity, sizeof *parts);
    if (parts == NULL) {
        stop(builder, UNINSPECTABLE_TOO_MANY);
        return NULL;
    }
    tree->parts = parts;
    return &parts[tree->count++];
}

/* Was this very piece listed by the way before? Both go through the content from front to end. */
static bool is_known(const struct builder *builder, struct split *split, struct span octets)
{
    const struct mime_part *parts = builder->tree->parts;

    while (split->earlier < split->earlier_end && parts[split->earlier].octets.ptr < octets.ptr)
        split->earlier++;
    return split->earlier < split->earlier_end &&
           parts[split->earlier].octets.ptr == octets.ptr &&
           parts[split->earlier].octets.len == octets.len;
}

static bool is_digest(const struct mime_part *part)
{
    for (size_t i = 0; i < part->type_count; i++)
        if (span_equals(part->types[i], SPAN("multipart/digest")))
            return true;
    return false;
}

/* One boundary is another's beginning: a delimiter of the one may be read as one of the other. */
static bool overlaps(struct span a, struct span b)
{
    return span_starts_with(a, b) || span_starts_with(b, a);
}

static void judge_nesting(struct builder *builder, uint32_t index)
{
    struct mime_part *part = &builder->tree->parts[index];

    for (uint32_t up = part->parent; up != MIME_NO_PARENT; up = builder->tree->parts[up].parent) {
        const struct mime_part *above = &builder->tree->parts[up];
        for (size_t i = 0; i < part->boundary_count; i++)
            for (size_t j = 0; j < above->boundary_count; j++)
                if (overlaps(part->boundaries[i], above->boundaries[j]))
                    ambiguity_set_add(&part->seen, AMBIGUITY_BOUNDARY_NESTED);
    }
}

static void set_contents(struct mime_part *part)
{
    part->contents[part->content_count++] = part->header.body;
    if (part->header.second_body.ptr != NULL)
        part->contents[part->content_count++] = part->header.second_body;
}

/* What stands before the numbers of a part's children. */
static struct span prefix_of(struct builder *builder, const struct mime_part *part)
{
    if (part->parent == MIME_NO_PARENT)
        return builder->tree->prefix;
    return arena_printf(builder->arena, "%.*s.", SPAN_ARG(part->where));
}

static struct span child_where(struct builder *builder, struct mime_part *parent)
{
    return arena_printf(builder->arena, "%.*s%u", SPAN_ARG(prefix_of(builder, parent)),
                        ++parent->children);
}

static void add_child(struct builder *builder, struct split *split, struct span octets)
{
    uint32_t parent = split->parent;
    struct mime_part *part;
    bool in_digest;

    if (is_known(builder, split, octets))
        return;
    part = add_part(builder);
    if (part == NULL)
        return;
    part->parent = parent;
    part->depth = builder->tree->parts[parent].depth + 1;
    part->where = child_where(builder, &builder->tree->parts[parent]);
    part->octets = octets;
    in_digest = is_digest(&builder->tree->parts[parent]);
    header_parse(builder->arena, octets, builder->tree->ends, false, &part->header);
    set_contents(part);
    mime_read_fields(builder->arena, part, in_digest);
    judge_nesting(builder, (uint32_t)(builder->tree->count - 1));
}

/* Text before, between or behind the parts. What looks like a part is read as one besides. */
static void add_filling(struct builder *builder, struct split *split, struct span octets,
                        bool is_preamble)
{
    struct mime_part *parent = &builder->tree->parts[split->parent], *part;
    struct span where;
    size_t header;

    if (span_trim(octets).len == 0)
        return;
    if (mime_looks_like_content(octets, &header)) {
        ambiguity_set_add(&parent->seen, is_preamble ? AMBIGUITY_PREAMBLE_CONTENT
                                                     : AMBIGUITY_EPILOGUE_CONTENT);
        if (header < octets.len)
            add_child(builder, split, span_slice(octets, header, octets.len));
        parent = &builder->tree->parts[split->parent];
    }
    where = arena_printf(builder->arena, "%.*s%s", SPAN_ARG(prefix_of(builder, parent)),
                         is_preamble ? "preamble" : "epilogue");
    part = add_part(builder);
    if (part == NULL)
        return;
    *part = (struct mime_part){
        .where = where, .shape = MIME_FILLING, .parent = split->parent, .octets = octets,
        .contents = { octets }, .content_count = 1, .types = { SPAN("text/plain") },
        .type_count = 1, .encodings = { TRANSFER_IDENTITY }, .encoding_count = 1,
    };
    part->depth = builder->tree->parts[split->parent].depth + 1;
}

/* Cut content at its delimiters. false when there is none. */
static bool split_once(struct builder *builder, struct split *split, bool *loose_out)
{
    struct boundary_scan scan = { .content = split->content, .boundary = split->boundary,
                                  .ends = builder->tree->ends, .lenient = split->lenient };
    struct mime_tree *tree = builder->tree;
    struct delimiter delimiter = { 0 };
    bool in_part = false, closed = false, found = false;
    size_t start = 0;

    while (tree->stopped == UNINSPECTABLE_NONE && boundary_next(&scan, &delimiter)) {
        struct span piece = span_slice(split->content, start, delimiter.before);
        if (in_part)
            add_child(builder, split, piece);
        else
            add_filling(builder, split, piece, !closed);
        if (closed && !delimiter.closing)
            ambiguity_set_add(&tree->parts[split->parent].seen, AMBIGUITY_EPILOGUE_CONTENT);
        found = true;
        in_part = !delimiter.closing;
        closed |= delimiter.closing;
        start = delimiter.next;
    }
    *loose_out = scan.passed_loose;
    if (!found)
        return false;
    if (in_part) {
        ambiguity_set_add(&tree->parts[split->parent].seen, AMBIGUITY_BOUNDARY_UNTERMINATED);
        add_child(builder, split, span_slice(split->content, start, split->content.len));
    } else {
        add_filling(builder, split, span_slice(split->content, start, split->content.len), false);
    }
    return true;
}

static bool spend(struct builder *builder, size_t bytes)
{
    if (bytes > builder->work_left) {
        stop(builder, UNINSPECTABLE_TOO_MANY);
        return false;
    }
    builder->work_left -= bytes;
    return true;
}

/* Under one boundary: as strict readers cut it, and as lenient ones do where that differs. */
static bool split_under(struct builder *builder, uint32_t parent, struct span content,
                        struct span boundary)
{
    struct split split = { .parent = parent, .content = content, .boundary = boundary };
    size_t first = builder->tree->count;
    bool found, loose = false, ignored;

    if (!spend(builder, content.len))
        return true;
    found = split_once(builder, &split, &loose);
    if (!loose || !spend(builder, content.len))
        return found;
    ambiguity_set_add(&builder->tree->parts[parent].seen, AMBIGUITY_BOUNDARY_LOOSE);
    split.lenient = true;
    split.earlier = first;
    split.earlier_end = builder->tree->count;
    return split_once(builder, &split, &ignored) || found;
}

/* What readers guess where no boundary is given: the first line that begins with "--". */
static struct span guess_boundary(struct span content)
{
    struct span rest = content, line;

    while (span_next(&rest, '\n', &line))
        if (span_starts_with(line, SPAN("--")) && span_trim(line).len > 2 && line.len <= 74)
            return span_trim(span_slice(line, 2, line.len));
    return (struct span){ NULL, 0 };
}

static void split_part(struct builder *builder, uint32_t index)
{
    /* A copy of what is needed: the array moves as it grows. */
    struct mime_part part = builder->tree->parts[index];
    bool found = false;

    if (part.depth >= builder->limits.depth) {
        stop(builder, UNINSPECTABLE_TOO_DEEP);
        builder->tree->parts[index].also_single = true;
        return;
    }
    for (size_t c = 0; c < part.content_count; c++) {
        struct span guess = part.boundary_count == 0 ? guess_boundary(part.contents[c])
                                                     : (struct span){ NULL, 0 };
        for (size_t b = 0; b < part.boundary_count; b++)
            found |= split_under(builder, index, part.contents[c], part.boundaries[b]);
        if (guess.len > 0)
            found |= split_under(builder, index, part.contents[c], guess);
    }
    if (!found && part.contents[0].len > 0)
        ambiguity_set_add(&builder->tree->parts[index].seen, AMBIGUITY_BOUNDARY_MISSING);
    if (!found || part.boundary_count == 0)
        builder->tree->parts[index].also_single = true;
}

/* MIME fields in a message that does not say it is MIME: RFC 2045 (4) and most readers differ. */
static void judge_version(struct mime_part *root)
{
    if (header_next(&root->header, SPAN("MIME-Version"), NULL) != NULL)
        return;
    if (root->shape == MIME_MULTIPART || root->encodings[0] != TRANSFER_IDENTITY) {
        ambiguity_set_add(&root->seen, AMBIGUITY_MIME_VERSION_MISSING);
        root->also_single = root->shape == MIME_MULTIPART;
        for (size_t i = 0; i < root->encoding_count; i++)
            if (root->encodings[i] == TRANSFER_IDENTITY)
                return;
        if (root->encoding_count < MIME_ENCODINGS)
            root->encodings[root->encoding_count++] = TRANSFER_IDENTITY;
    }
}

static bool is_line_text(const struct mime_part *part)
{
    return part->shape == MIME_FILLING || part->encodings[0] != TRANSFER_BASE64;
}

static void build(struct builder *builder)
{
    struct mime_tree *tree = builder->tree;

    for (uint32_t i = 0; i < tree->count; i++) {
        if (tree->parts[i].shape == MIME_MULTIPART)
            split_part(builder, i);
        else if (is_line_text(&tree->parts[i]))
            mime_judge_lines(tree->parts[i].contents[0], tree->ends, &tree->parts[i].seen);
    }
}

static struct builder new_builder(struct arena *arena, struct span message,
                                  const struct mime_limits *limits, struct mime_tree *out)
{
    *out = (struct mime_tree){ .stopped = UNINSPECTABLE_NONE, .ends = line_ends_of(message) };
    return (struct builder){ .arena = arena, .tree = out, .limits = *limits,
                             .work_left = (uint64_t)message.len * WORK_FACTOR + WORK_FREE_BYTES };
}

void mime_parse(struct arena *arena, struct span message, struct span prefix,
                const struct mime_limits *limits, struct mime_tree *out)
{
    struct builder builder = new_builder(arena, message, limits, out);
    struct mime_part *root = add_part(&builder);

    if (root == NULL)
        return;
    root->parent = MIME_NO_PARENT;
    root->octets = message;
    root->where = out->prefix = prefix;
    header_parse(arena, message, out->ends, true, &root->header);
    set_contents(root);
    mime_read_fields(arena, root, false);
    judge_version(root);
    if (root->shape == MIME_SINGLE)
        root->where = child_where(&builder, root);
    build(&builder);
}

void mime_parse_decoded(struct arena *arena, const struct mime_part *part, struct span decoded,
                        const struct mime_limits *limits, struct mime_tree *out)
{
    struct builder builder = new_builder(arena, decoded, limits, out);
    struct mime_part *root = add_part(&builder);

    if (root == NULL)
        return;
    *root = *part;
    out->prefix = part->parent == MIME_NO_PARENT ? part->where : prefix_of(&builder, part);
    root->parent = MIME_NO_PARENT;
    root->octets = root->contents[0] = decoded;
    root->content_count = 1;
    root->encodings[0] = TRANSFER_IDENTITY;
    root->encoding_count = 1;
    root->seen = (struct ambiguity_set){ 0 };
    build(&builder);
}
