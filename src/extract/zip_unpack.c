/* SPDX-License-Identifier: EUPL-1.2 */
#include <libdeflate.h>
#include <zlib.h>

#include "extract/zip.h"
#include "extract/zip_layout.h"

#include "cipher.h"
#include "zip_methods.h"

/* How far one step of unpacking goes before the budget is asked again. */
enum { STEP_BYTES = 256 * 1024 };

static void report_damage(const struct zip *zip, const struct zip_member *member)
{
    sink_uninspectable(zip->sink, UNINSPECTABLE_DAMAGED, member->name);
}

/* Deflate cannot do better than 1032 to 1; a larger claim is a lie. */
static bool is_plausible(const struct zip_member *member)
{
    return member->size_known && member->unpacked_bytes != 0 &&
           member->unpacked_bytes <= (uint64_t)member->data.len * 1032 + 64;
}

/* The fast way, for a member that is as large as it claims; else nothing is changed. */
static bool inflate_at_once(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    struct libdeflate_decompressor *decompressor;
    size_t taken = 0, made = 0, claimed = (size_t)member->unpacked_bytes;
    enum libdeflate_result result;
    char *to;

    if (!is_plausible(member) || !sink_spend(zip->sink, claimed) || (to = buf_reserve(room, claimed)) == NULL)
        return false;
    decompressor = libdeflate_alloc_decompressor();
    if (decompressor == NULL)
        return false;
    result = libdeflate_deflate_decompress_ex(decompressor, member->data.ptr, member->data.len, to, claimed,
                                              &taken, &made);
    libdeflate_free_decompressor(decompressor);
    if (result != LIBDEFLATE_SUCCESS || taken != member->data.len)
        return false;
    room->len = made;
    return true;
}

/* One step of room, if the budget has it. */
static char *next_room(const struct zip *zip, struct buf *room)
{
    return sink_spend(zip->sink, STEP_BYTES) ? buf_reserve(room, STEP_BYTES) : NULL;
}

/* Step by step, whatever size the headers claim; false when the data is broken or cut. */
static bool inflate_by_steps(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    z_stream stream = { .next_in = (z_const Bytef *)member->data.ptr };
    size_t left = member->data.len;
    int result = Z_OK;

    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    while (result == Z_OK) {
        size_t step = STEP_BYTES;
        char *to = next_room(zip, room);

        if (to == NULL)
            break;
        for (stream.next_out = (Bytef *)to; step > 0 && result == Z_OK;) {
            uInt in = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
            uInt out = step > UINT32_MAX ? UINT32_MAX : (uInt)step;

            stream.avail_in = in;
            stream.avail_out = out;
            result = inflate(&stream, Z_NO_FLUSH);
            left -= in - stream.avail_in;
            step -= out - stream.avail_out;
            room->len += out - stream.avail_out;
        }
    }
    inflateEnd(&stream);
    if (result == Z_STREAM_END && left > 0) {
        struct nested rest = { .bytes = span_slice(member->data, member->data.len - left, member->data.len),
                               .name = SPAN("(behind the compressed data)") };

        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_TRAILING_DATA, member->name);
        sink_nested(zip->sink, &rest);
    }
    return result == Z_STREAM_END;
}

/* Unpack what is not sealed; false when not all came out. */
static bool unpack_plain(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    switch (member->method) {
    case ZIP_METHOD_STORED: return sink_spend(zip->sink, member->data.len) && buf_append(room, member->data);
    case ZIP_METHOD_DEFLATED:
        return inflate_at_once(zip, member, room) || (!sink_spent(zip->sink) && inflate_by_steps(zip, member, room));
    case ZIP_METHOD_DEFLATE64: return zip_inflate64(zip->sink, member->data, room);
    default: return zip_library_knows(member) && zip_unpack_by_library(zip->sink, member, room);
    }
}

static bool is_sum(const struct zip_member *member, struct span content)
{
    return !member->size_known || libdeflate_crc32(0, content.ptr, content.len) == member->crc;
}

/* Under one password. The old cipher's check lets wrong ones pass, so the content is asked too. */
static bool try_password(const struct zip *zip, const struct zip_member *member, struct span password,
                         struct buf *packed, struct buf *room)
{
    struct zip_member plain;

    if (!sink_spend(zip->sink, member->data.len) || !zip_unseal(member, password, packed, &plain))
        return false;
    buf_clear(room);
    return unpack_plain(zip, &plain, room) && (member->method == ZIP_METHOD_AES || is_sum(member, buf_span(room)));
}

/* The policy's passwords, each as UTF-8 and as older programs write it. */
static bool unpack_sealed(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    struct buf packed, latin1;
    struct span password;
    bool opens = false;

    buf_init(&packed, 0);
    buf_init(&latin1, 0);
    for (size_t i = 0; !opens && !sink_spent(zip->sink) && (password = sink_password(zip->sink, i)).len > 0; i++) {
        buf_clear(&latin1);
        opens = try_password(zip, member, password, &packed, room) ||
                (cipher_latin1(password, &latin1) && try_password(zip, member, buf_span(&latin1), &packed, room));
    }
    buf_fini(&latin1);
    buf_fini(&packed);
    if (opens)
        sink_opened(zip->sink);
    else if (!sink_spent(zip->sink))
        sink_uninspectable(zip->sink, UNINSPECTABLE_ENCRYPTED, member->name);
    return opens;
}

static bool is_known(const struct zip_member *member)
{
    return member->method == ZIP_METHOD_DEFLATED || member->method == ZIP_METHOD_DEFLATE64 || zip_library_knows(member);
}

/* What came out against what the headers promised. */
static void check_content(const struct zip *zip, const struct zip_member *member, struct span content)
{
    if (member->size_known && content.len != member->unpacked_bytes)
        sink_ambiguity(zip->sink, AMBIGUITY_ARCHIVE_HEADER_CONFLICT, member->name);
    if ((member->flags & ZIP_FLAG_ENCRYPTED) == 0 && !is_sum(member, content))
        report_damage(zip, member);
}

/* What came out before the data broke counts too. */
static bool unpack(const struct zip *zip, const struct zip_member *member, struct buf *room)
{
    if ((member->flags & ZIP_FLAG_ENCRYPTED) != 0)
        return unpack_sealed(zip, member, room);
    if (!unpack_plain(zip, member, room) && !sink_spent(zip->sink))
        sink_uninspectable(zip->sink, is_known(member) ? UNINSPECTABLE_DAMAGED : UNINSPECTABLE_UNSUPPORTED, member->name);
    return room->len > 0;
}

bool zip_unpack(const struct zip *zip, const struct zip_member *member, struct buf *room, struct span *out)
{
    buf_clear(room);
    *out = (struct span){ NULL, 0 };
    if (member->data.len == 0)
        return false;
    if (member->method == ZIP_METHOD_STORED && (member->flags & ZIP_FLAG_ENCRYPTED) == 0) {
        if (!sink_spend(zip->sink, member->data.len))
            return false;
        *out = member->data;
    } else {
        if (!unpack(zip, member, room))
            return false;
        *out = buf_span(room);
    }
    if (!sink_spent(zip->sink))
        check_content(zip, member, *out);
    return out->len > 0;
}
