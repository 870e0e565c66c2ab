/* SPDX-License-Identifier: EUPL-1.2 */
/* Optional content: which layers a viewer does not show at first (ISO 32000-2, 8.11). */
#include "pdf_priv.h"

static void add_layers(struct pdf_reader *reader, struct pdf_array *groups)
{
    for (size_t i = 0; groups != NULL && i < groups->count && reader->layer_count < PDF_MAX_LAYERS; i++) {
        struct pdf_dict *group = pdf_dict_of(pdf_at(&reader->file, groups, i));
        if (group != NULL)
            reader->layers[reader->layer_count++] = group;
    }
}

void pdf_layers_read(struct pdf_reader *reader, struct pdf_dict *root)
{
    struct pdf_file *file = &reader->file;
    struct pdf_dict *properties = pdf_get_dict(file, root, SPAN("OCProperties"));
    struct pdf_dict *start = pdf_get_dict(file, properties, SPAN("D"));

    reader->layer_count = 0;
    reader->layers_start_off = span_equals(pdf_get_name(file, start, SPAN("BaseState")), SPAN("OFF"));
    add_layers(reader, pdf_get_array(file, start, reader->layers_start_off ? SPAN("ON") : SPAN("OFF")));
}

static bool group_is_hidden(const struct pdf_reader *reader, const struct pdf_dict *group)
{
    for (size_t i = 0; i < reader->layer_count; i++)
        if (reader->layers[i] == group)
            return !reader->layers_start_off;
    return reader->layers_start_off;
}

/* A membership dictionary (8.11.2.2): visibility expressions are not computed, any hidden group counts. */
static bool membership_is_hidden(struct pdf_reader *reader, struct pdf_dict *membership)
{
    struct pdf_file *file = &reader->file;
    struct pdf_value groups = pdf_get(file, membership, SPAN("OCGs"));
    struct span policy = pdf_get_name(file, membership, SPAN("P"));
    size_t hidden = 0, count = groups.kind == PDF_ARRAY ? groups.array->count : 1;

    for (size_t i = 0; i < count && i < PDF_MAX_LAYERS; i++) {
        struct pdf_dict *group = pdf_dict_of(groups.kind == PDF_ARRAY ? pdf_at(file, groups.array, i) : groups);
        hidden += group != NULL && group_is_hidden(reader, group);
    }
    if (span_equals(policy, SPAN("AllOn")))
        return hidden > 0;
    if (span_equals(policy, SPAN("AnyOff")))
        return hidden == 0 && count > 0;
    if (span_equals(policy, SPAN("AllOff")))
        return hidden < count;
    return hidden == count && count > 0;
}

bool pdf_layer_is_hidden(struct pdf_reader *reader, struct pdf_dict *layer)
{
    bool hidden = span_equals(pdf_get_name(&reader->file, layer, SPAN("Type")), SPAN("OCMD"))
                      ? membership_is_hidden(reader, layer)
                      : group_is_hidden(reader, layer);

    if (hidden && !reader->told_layer) {
        reader->told_layer = true;
        sink_ambiguity(reader->file.sink, AMBIGUITY_PDF_HIDDEN_LAYER, SPAN(""));
    }
    return hidden;
}
