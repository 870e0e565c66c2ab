/* SPDX-License-Identifier: EUPL-1.2 */
#include "extract/extract.h"

void sink_place(struct sink *sink, const struct place *place)
{
    sink->calls->place(sink, place);
}

void sink_look(struct sink *sink, unsigned look)
{
    sink->calls->look(sink, look);
}

void sink_text(struct sink *sink, struct span utf8)
{
    sink->calls->text(sink, utf8);
}

void sink_property(struct sink *sink, enum property_kind kind, struct span name, struct span value)
{
    sink->calls->property(sink, kind, name, value);
}

void sink_nested(struct sink *sink, const struct nested *nested)
{
    sink->calls->nested(sink, nested);
}

bool sink_wants_images(struct sink *sink)
{
    return sink->calls->wants_images(sink);
}

bool sink_image(struct sink *sink, struct span file)
{
    return sink->calls->image(sink, file);
}

void sink_ambiguity(struct sink *sink, enum ambiguity kind, struct span part)
{
    sink->calls->ambiguity(sink, kind, part);
}

void sink_uninspectable(struct sink *sink, enum uninspectable reason, struct span part)
{
    sink->calls->uninspectable(sink, reason, part);
}

void sink_detected(struct sink *sink, struct span type)
{
    sink->calls->detected(sink, type);
}

void sink_signature(struct sink *sink, struct span kind, struct span signer)
{
    sink->calls->signature(sink, kind, signer);
}

void sink_active(struct sink *sink)
{
    sink->calls->active(sink);
}

bool sink_spend(struct sink *sink, uint64_t unpacked_bytes)
{
    return sink->calls->spend(sink, unpacked_bytes);
}

bool sink_spent(struct sink *sink)
{
    return sink->calls->spent(sink);
}

struct span sink_password(struct sink *sink, size_t index)
{
    return sink->calls->password(sink, index);
}

void sink_opened(struct sink *sink)
{
    sink->calls->opened(sink);
}

void sink_leave(struct sink *sink)
{
    sink->calls->leave(sink);
}
