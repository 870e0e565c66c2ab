/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_ZIP_H
#define EXTRACT_ZIP_H

/*
 * ZIP archives (APPNOTE.TXT 6.3.10), read as every reader might.
 *
 * A ZIP tells its content twice: in the central directory at its end, and in the
 * local header before each member. Readers believe one or the other. Here the
 * union of both is listed, and each place where they differ is an ambiguity:
 * members only one of them knows, headers that contradict, names twice, several
 * directories, octets before, between or behind what the directory claims.
 *
 * Deflated members are unpacked by libdeflate and zlib, Deflate64 and decryption
 * with a known password are ours, the other methods libarchive's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "extract/extract.h"

enum { ZIP_MEMBERS_MAX = 100000 };

struct zip_member {
    struct span name;           /* UTF-8, as shown to a person */
    struct span stored_name;    /* octets as written */
    struct span comment;
    struct span data;           /* packed octets */
    struct span local_header, central_header;   /* central empty when only the local one exists */
    uint16_t flags, method;
    uint32_t crc;
    uint64_t unpacked_bytes;    /* as claimed */
    bool size_known;            /* false: only unpacking tells */
    bool is_folder;
    bool taken;                 /* for the caller: already read */
};

struct zip {
    struct sink *sink;
    struct arena *arena;
    struct span bytes;
    struct zip_member *members;
    size_t count, capacity;
    size_t base;                /* octets before the archive; offsets count from here */
    struct span comment;
};

/* Whether the octets begin like a ZIP, or end like one (behind a self-extractor). */
bool zip_looks_like(struct span bytes);

/* Whether an end record with its comment reaches to the very last octet. */
bool zip_closes(struct span bytes);

/*
 * List the members and tell sink of ambiguities and of what is missing. false
 * when not one member could be found (the sink was told). zip_fini() always.
 */
bool zip_init(struct zip *zip, struct span bytes, struct sink *sink);
void zip_fini(struct zip *zip);

/* The member of that name, the first of several; NULL when there is none. */
struct zip_member *zip_find(const struct zip *zip, struct span name);

/*
 * Unpack a member. *out is a view into the archive for stored members, else into
 * room, which is cleared before; valid while both are. false when nothing came
 * out. The sink is told of encryption, damage, unknown methods; the budget is
 * asked before octets are produced.
 */
bool zip_unpack(const struct zip *zip, const struct zip_member *member, struct buf *room, struct span *out);

#endif
