/* SPDX-License-Identifier: EUPL-1.2 */
/* A caged child: job in, report out. Whatever goes wrong here ends it, and the safe side draws the conclusion. */
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "proc/template.h"
#include "wire/job.h"
#include "wire/report.h"
#include "wire/revision.h"

enum {
    COPY_BYTES = 64 << 10,          /* a smaller message is read, which costs less than mapping it */
    FACTS_BYTES = 64 << 20,         /* all facts of one message */
    LARGE_BYTES = 8 << 20           /* a child that held so much starts afresh rather than stay large */
};

struct desk {
    const struct template_work *work;
    void *prepared;
    const struct plan_limits *limits;
    struct arena *arena;
    struct buf order, report, small;
};

/* The octets of the message, in the desk's buffer or mapped; a null pointer when they cannot be had. */
static struct span open_message(struct desk *desk, int fd, uint64_t size)
{
    char *bytes;

    if (size > COPY_BYTES) {
        bytes = size > SIZE_MAX ? MAP_FAILED
                                : mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        return (struct span){ bytes == MAP_FAILED ? NULL : bytes, (size_t)size };
    }
    buf_clear(&desk->small);
    bytes = buf_reserve(&desk->small, COPY_BYTES);
    if (bytes == NULL || pread(fd, bytes, (size_t)size, 0) != (ssize_t)size)
        return (struct span){ NULL, 0 };
    return (struct span){ bytes, (size_t)size };
}

static void close_message(struct span bytes)
{
    if (bytes.len > COPY_BYTES)
        munmap((void *)bytes.ptr, bytes.len);
}

static bool nearly_spent(uint32_t cpu_seconds, const struct plan_limits *limits)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec + 2 * (limits->time_ms / 1000 + 1) >= cpu_seconds;
}

/* Put the edited header before a body that was edited too, or in the answer alone. */
static bool revise_fields(const struct desk *desk, struct span bytes, const struct revision *revision,
                          struct revised *revised, struct buf *message)
{
    const bool whole = revised->result == REVISE_DONE;
    size_t rest_at = 0;
    struct buf made;
    bool good;

    buf_init(&made, WIRE_MESSAGE_BYTES - WIRE_FRAME_BYTES);
    good = desk->work->revise_header(desk->arena, whole ? buf_span(message) : bytes, revision, &made,
                                     &rest_at);
    revised->body_at = made.len + (whole ? revised->body_at - rest_at : 0);
    revised->rest_at = whole ? bytes.len : rest_at;
    if (whole)
        buf_append(&made, span_slice(buf_span(message), rest_at, message->len));
    good = good && !made.failed;
    buf_fini(message);
    *message = made;
    return good;
}

/* Edit a message and leave the answer in desk->report; false when the order is none. */
static bool revise(struct desk *desk, const struct job *job, struct span bytes, bool leaving)
{
    struct wire_in in = wire_in_of(job->revision);
    struct revised revised = { .result = REVISE_UNCHANGED, .rest_at = bytes.len };
    struct revision revision;
    struct buf message;
    size_t body_at = 0;

    if (desk->work->revise == NULL || !revision_decode(&in, desk->arena, &revision) ||
        !wire_is_done(&in))
        return false;
    buf_init(&message, WIRE_MESSAGE_BYTES - WIRE_FRAME_BYTES);
    if (revision_edits_body(&revision))
        revised.result = desk->work->revise(desk->arena, bytes, &revision, &message, &body_at,
                                            &revised.type);
    revised.body_at = body_at;
    if (revision.field_count > 0 &&
        (revised.result == REVISE_DONE || revised.result == REVISE_UNCHANGED) &&
        !revise_fields(desk, bytes, &revision, &revised, &message))
        message.failed = true;
    if (message.failed)
        revised = (struct revised){ .result = REVISE_IMPOSSIBLE };
    else
        revised.message = buf_span(&message);
    revised_encode(job->id, leaving, &revised, &desk->report);
    buf_fini(&message);
    return true;
}

/* Read a message and leave what was found in desk->report. Returns whether the child must be replaced. */
static bool scan(struct desk *desk, const struct job *job, struct span bytes, bool leaving,
                 struct facts *facts)
{
    leaving = desk->work->scan(desk->prepared,
                               &(struct scan_job){ .kind = job->kind,
                                                   .bytes = bytes,
                                                   .name = job->name,
                                                   .time_ms = job->time_ms },
                               facts) ||
              leaving || arena_used_bytes(desk->arena) > LARGE_BYTES;
    report_encode(job->id, leaving, desk->limits, facts, &desk->report);
    return leaving;
}

/* One message; false when the child must end without a word. */
static bool read_one(struct desk *desk, int fd, bool last, uint32_t cpu_seconds, bool *leaving_out)
{
    size_t fds = 1;
    struct wire_in in;
    struct facts *facts;
    struct job job;
    struct span bytes;
    bool answered = true;
    int message_fd;

    if (wire_receive(fd, &desk->order, WIRE_FRAME_BYTES, &message_fd, &fds, WIRE_FOREVER) !=
            WIRE_OK ||
        fds != 1)
        return false;
    in = wire_in_of(buf_span(&desk->order));
    arena_reset(desk->arena);
    facts = facts_new(desk->arena);
    if (!job_decode(&in, &job) || facts == NULL)
        return false;
    bytes = open_message(desk, message_fd, job.size);
    close(message_fd);
    if (bytes.ptr == NULL)
        return false;
    buf_clear(&desk->report);
    *leaving_out =
        last || job.size > LARGE_BYTES || nearly_spent(cpu_seconds, desk->limits);
    if (job.kind == SCAN_REVISION)
        answered = revise(desk, &job, bytes, *leaving_out);
    else
        *leaving_out = scan(desk, &job, bytes, *leaving_out, facts);
    close_message(bytes);
    return answered && !desk->report.failed &&
           wire_send(fd, buf_span(&desk->report), NULL, 0, WIRE_FOREVER) == WIRE_OK;
}

/*
 * Read a message that says nothing before the first that counts: a new process
 * pays for each page it touches first, and nobody waits for it yet.
 */
static void warm_up(struct desk *desk)
{
    const struct scan_job job = { .kind = SCAN_MESSAGE,
                                  .bytes = SPAN("From: a@example.org\r\nSubject: x\r\n"
                                                "Content-Type: text/plain; charset=utf-8\r\n\r\n"
                                                "x\r\n") };
    struct facts *facts = facts_new(desk->arena);

    if (facts == NULL)
        return;
    desk->work->scan(desk->prepared, &job, facts);
    report_encode(0, false, desk->limits, facts, &desk->report);
    buf_reserve(&desk->order, WIRE_FRAME_BYTES);
    buf_reserve(&desk->small, COPY_BYTES);
}

void child_serve(int fd, const struct template_work *work, void *prepared,
                 const struct plan_limits *limits, uint32_t reuse, uint32_t cpu_seconds)
{
    struct desk desk = { .work = work,
                         .prepared = prepared,
                         .limits = limits,
                         .arena = arena_new(FACTS_BYTES) };
    bool leaving = desk.arena == NULL;

    buf_init(&desk.order, 0);
    buf_init(&desk.report, WIRE_MESSAGE_BYTES);
    buf_init(&desk.small, 0);
    if (!leaving)
        warm_up(&desk);
    for (uint32_t i = 1; !leaving; i++)
        if (!read_one(&desk, fd, i >= reuse, cpu_seconds, &leaving))
            break;
    buf_fini(&desk.small);
    buf_fini(&desk.report);
    buf_fini(&desk.order);
    arena_free(&desk.arena);
}
