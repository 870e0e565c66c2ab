/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A record file of any octets, plain or compressed: read, verified, filtered,
 * printed and turned back into facts.
 */
#include <stdint.h>
#include <stdio.h>

#include "audit/chain.h"
#include "base/arena.h"
#include "ctl/recall.h"
#include "ctl/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct sink {
    FILE *out;
    struct arena *arena;
    json_t *indexes;
};

static bool visit(void *data, const json_t *record, struct span line)
{
    struct sink *sink = data;

    (void)line;
    print_record_line(sink->out, record, true);
    print_record_full(sink->out, record);
    arena_reset(sink->arena);
    recall_facts(record, sink->indexes, sink->arena);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct record_filter any = { .sender = "*" };
    struct sink sink = { fopen("/dev/null", "w"), arena_new(1 << 20), json_object() };
    struct span octets = { (const char *)bytes, size }, line;
    struct line_reader *reader = line_reader_open_memory(octets, NULL);
    struct chain_verifier verifier = { 0 };
    struct chain_head head;
    size_t bad_lines = 0;

    chain_head_parse(octets, (struct span){ 0 }, &head);
    while (reader != NULL && line_reader_next(reader, &line, NULL) == 1) {
        chain_verify(&verifier, line);
        record_line_visit(line, &any, visit, &sink, &bad_lines);
    }
    line_reader_close(&reader);
    json_decref(sink.indexes);
    arena_free(&sink.arena);
    fclose(sink.out);
    return 0;
}
