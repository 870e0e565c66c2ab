/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_ZIP_BUILDER_H
#define TESTS_ZIP_BUILDER_H

/* A ZIP archive octet by octet, honest by default, so that a test may lie in one place. */
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct zip_builder {
    struct buf bytes, directory;
    uint16_t entries;
};

enum zip_lie {
    ZIP_HONEST = 0,
    ZIP_NOT_LISTED = 1,         /* local header without a record in the directory */
    ZIP_ONLY_LISTED = 2,        /* record whose local header is not there */
    ZIP_LOCAL_NAME = 4,         /* local header has another name */
    ZIP_LOCAL_ENCRYPTED = 8,    /* flag in the local header alone */
    ZIP_CENTRAL_ENCRYPTED = 16, /* flag in the directory alone */
    ZIP_LOCAL_SIZE = 32,        /* local header claims one octet less */
    ZIP_WITH_DESCRIPTOR = 64    /* honest: sizes behind the data */
};

void zip_builder_init(struct zip_builder *builder);
void zip_builder_fini(struct zip_builder *builder);

/* Add a stored member. lies is a set of enum zip_lie. */
void zip_builder_add(struct zip_builder *builder, const char *name, struct span content, unsigned lies);

/* Write directory and end record; the archive is then in bytes. */
struct span zip_builder_finish(struct zip_builder *builder, const char *comment);

#endif
