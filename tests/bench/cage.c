/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long one message takes through the cage, and how much memory its scanners
 * hold: tests/bench/cage SCANNER COUNT REUSE FILE... with the labels of a small plan of
 * its own, no policy. One line a file: octets, microseconds a message, MB/s.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cage/cage.h"

static int copy_to_memory(const char *path, uint64_t *size_out)
{
    int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("message", MFD_CLOEXEC);
    struct stat what;

    if (from < 0 || to < 0 || fstat(from, &what) != 0) {
        perror(path);
        exit(2);
    }
    *size_out = (uint64_t)what.st_size;
    for (off_t left = what.st_size; left > 0;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)left, 0);
        char octets[65536];
        if (n <= 0 && (n = read(from, octets, sizeof octets)) > 0 && write(to, octets, (size_t)n) != n)
            n = -1;
        if (n <= 0) {
            perror(path);
            exit(2);
        }
        left -= n;
    }
    close(from);
    return to;
}

static void measure(struct cage *cage, const char *path, unsigned long count)
{
    struct arena *arena = arena_new(0);
    uint64_t size, begin, best = UINT64_MAX, inside = UINT64_MAX;
    int fd = copy_to_memory(path, &size);
    size_t parts = 0, labels = 0;
    struct err err;

    begin = clock_monotonic_us();
    for (unsigned long i = 0; i < count; i++) {
        uint64_t one = clock_monotonic_us();
        struct facts *facts;

        arena_reset(arena);
        facts = facts_new(arena);
        if (cage_scan(cage, fd, size, SCAN_MESSAGE, SPAN(""), NULL, facts, &err) != 0 ||
            !facts->scanned) {
            fprintf(stderr, "%s: not read\n", path);
            exit(1);
        }
        one = clock_monotonic_us() - one;
        best = one < best ? one : best;
        inside = facts->scan_us < inside ? facts->scan_us : inside;
        parts = facts->parts.count;
        labels = facts->labels.count;
    }
    begin = (clock_monotonic_us() - begin) / count;
    printf("%s: %lu octets, %zu parts, %zu labels, %lu us a message (best %lu, inside %lu), %.0f MB/s\n",
           path, (unsigned long)size, parts, labels, (unsigned long)begin, (unsigned long)best,
           (unsigned long)inside, (double)size / (double)(begin + (begin == 0)));
    close(fd);
    arena_free(&arena);
}

int main(int argc, char **argv)
{
    struct span marks[] = { SPAN("DIFFUSION RESTREINTE"), SPAN("TR\xC3\x88S SECRET") };
    struct label_def labels[] = { { .scheme = SPAN("fr"),
                                    .name = SPAN("DIFFUSION RESTREINTE"),
                                    .rank = 10,
                                    .level = 1,
                                    .strength = LABEL_STRONG,
                                    .marks = { marks, 2, 2 } } };
    const struct scan_plan plan = { .labels = labels, .label_count = 1, .limits = plan_default_limits };
    struct cage_options options = { .children = 1 };
    struct cage *cage;
    struct err err;
    int fd;

    if (argc < 5) {
        fputs("usage: cage SCANNER COUNT REUSE FILE...\n", stderr);
        return 2;
    }
    options.reuse = (unsigned)strtoul(argv[3], NULL, 10);
    fd = cage_spawn(argv[1], &err);
    cage = fd < 0 ? NULL : cage_attach(fd, &plan, &options, &err);
    if (cage == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    for (int i = 4; i < argc; i++)
        measure(cage, argv[i], strtoul(argv[2], NULL, 10));
    cage_free(&cage);
    return 0;
}
