/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A scanner that was taken over: the same template, cage and child as the real
 * one, but what it does with a message is what the message says. It reports the
 * error it got as the subject ("refused 13"), or "done" when it succeeded.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "proc/template.h"
#include "wire/wire.h"

enum { CHILD_FD = 3, TEMPLATE_FD = 3 };

static int read_file(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static int write_file(void)
{
    return open("/tmp/vaguemestre-rogue", O_WRONLY | O_CREAT, 0600);
}

static int write_proc(void)
{
    return open("/proc/self/mem", O_RDWR);
}

static int list_root(void)
{
    return open("/", O_RDONLY | O_DIRECTORY);
}

static int make_temporary(void)
{
    return open("/tmp", O_TMPFILE | O_RDWR, 0600);
}

static int remove_file(void)
{
    return unlink("/tmp/vaguemestre-rogue");
}

static int stat_file(void)
{
    struct stat unused;

    return stat("/etc/passwd", &unused);
}

static int change_mode(void)
{
    return chmod("/tmp", 01777);
}

static int open_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int open_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int connect_anywhere(void)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };

    return connect(CHILD_FD, (struct sockaddr *)&to, sizeof to);
}

static int start_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? -1 : 0;
}

static int start_program(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static int trace_parent(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int kill_parent(void)
{
    return kill(getppid(), SIGKILL);
}

static int kill_by_thread(void)
{
    return (int)syscall(SYS_tgkill, getppid(), getppid(), SIGKILL);
}

static int become_another(void)
{
    return setuid(65534);
}

static int lift_limit(void)
{
    return (int)syscall(SYS_prlimit64, 0, 9 /* RLIMIT_AS */, NULL, NULL);
}

static int map_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED ? -1 : 0;
}

static int turn_to_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int use_io_uring(void)
{
    return (int)syscall(SYS_io_uring_setup, 8, NULL);
}

static int load_bpf(void)
{
    return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int take_memory(void)
{
    for (int i = 0; i < 1000; i++) {
        char *piece = malloc(16 << 20);
        if (piece == NULL)
            return -1;
        memset(piece, i | 1, 16 << 20);
    }
    return 0;
}

static int spin(void)
{
    volatile unsigned i = 0;

    while (i < 2)
        i = 1 - i;
    return 0;
}

static int fault(void)
{
    return *(volatile int *)strtoul("8", NULL, 10);
}

static int give_up(void)
{
    abort();
}

static int end_silently(void)
{
    _exit(0);
}

static int exhaust_stack(void)
{
    volatile char page[4096];

    page[0] = 1;
    return page[0] == 1 ? exhaust_stack() + page[0] : 0;
}

/* Answers that are none; the true report follows them, too late. */
static int answer_garbage(void)
{
    return write(CHILD_FD, "\x08\0\0\0garbage!", 12) < 0 ? -1 : 0;
}

static int answer_half(void)
{
    return write(CHILD_FD, "\xFF\xFF\0\0half", 8) < 0 ? -1 : 0;
}

static int answer_too_much(void)
{
    return write(CHILD_FD, "\xFF\xFF\xFF\x7F" "aaaa", 8) < 0 ? -1 : 0;
}

static int answer_with_descriptor(void)
{
    int fd = CHILD_FD;

    return wire_send(CHILD_FD, SPAN("x"), &fd, 1, WIRE_FOREVER) == WIRE_OK ? 0 : -1;
}

static const struct {
    const char *name;
    int (*act)(void);
} deeds[] = {
    { "read-file", read_file },
    { "write-file", write_file },
    { "write-proc", write_proc },
    { "list-root", list_root },
    { "make-temporary", make_temporary },
    { "remove-file", remove_file },
    { "stat-file", stat_file },
    { "change-mode", change_mode },
    { "open-socket", open_socket },
    { "open-local-socket", open_local_socket },
    { "connect", connect_anywhere },
    { "start-process", start_process },
    { "start-program", start_program },
    { "trace-parent", trace_parent },
    { "kill-parent", kill_parent },
    { "kill-by-thread", kill_by_thread },
    { "become-another", become_another },
    { "lift-limit", lift_limit },
    { "map-code", map_code },
    { "turn-to-code", turn_to_code },
    { "io-uring", use_io_uring },
    { "bpf", load_bpf },
    { "take-memory", take_memory },
    { "spin", spin },
    { "fault", fault },
    { "abort", give_up },
    { "end-silently", end_silently },
    { "exhaust-stack", exhaust_stack },
    { "answer-garbage", answer_garbage },
    { "answer-half", answer_half },
    { "answer-too-much", answer_too_much },
    { "answer-with-descriptor", answer_with_descriptor },
};

static void *prepare(const struct scan_plan *plan)
{
    return (void *)plan;
}

static struct span act(struct span deed, struct arena *arena)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (span_equals(deed, span_of(deeds[i].name))) {
            errno = 0;
            return deeds[i].act() < 0 ? arena_printf(arena, "refused %d", errno) : SPAN("done");
        }
    return SPAN("no such deed");
}

/*
 * One picture and one letter. As the scanner it leaves the picture and finds the
 * letter wanting; as the reader of pictures (which has its own time) it does the
 * deed, and says of the letter what is good for it.
 */
static void look_at_picture(const struct scan_plan *plan, struct span deed, struct facts *facts)
{
    const bool reads_pictures = plan->limits.time_ms == plan->ocr.time_ms;
    struct part_fact *letter = facts_add_part(facts), *picture = facts_add_part(facts);
    struct label_fact *label;

    if (letter == NULL || picture == NULL)
        return;
    letter = &facts->parts.items[0]; /* the list may have moved */
    *letter = (struct part_fact){ .where = SPAN("1"),
                                  .reason = reads_pictures ? UNINSPECTABLE_NONE
                                                           : UNINSPECTABLE_ENCRYPTED };
    *picture = (struct part_fact){ .where = SPAN("2"), .reason = UNINSPECTABLE_IMAGE_ONLY };
    if (reads_pictures && !span_equals(deed, SPAN("leave")))
        picture->reason = UNINSPECTABLE_NONE;
    if (reads_pictures)
        act(deed, facts->arena);
    if ((label = facts_add_label(facts)) != NULL)
        *label = (struct label_fact){ .label = LABEL_UNKNOWN,
                                      .confidence = CONFIDENCE_CERTAIN,
                                      .source = reads_pictures ? SOURCE_IMAGE : SOURCE_TEXT,
                                      .where = SPAN("2"),
                                      .text = deed };
}

static bool scan(void *prepared, const struct scan_job *job, struct facts *facts)
{
    facts->subject = act(job->bytes, facts->arena);
    if (span_starts_with(job->bytes, SPAN("picture ")))
        look_at_picture(prepared, span_slice(job->bytes, 8, job->bytes.len), facts);
    if (span_equals(job->bytes, SPAN("behave")))
        facts->subject = SPAN("behaved");
    facts->scanned = true;
    return false;
}

int main(void)
{
    static const struct template_work work = { prepare, scan, NULL, NULL, "no memory" };

    return template_run(TEMPLATE_FD, &work);
}
