/* SPDX-License-Identifier: EUPL-1.2 */
#include "proc/template.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cage/template.h"
#include "sandbox/sandbox.h"
#include "wire/plan.h"

enum { CHILD_FD = 3 };

struct template_child {
    uint64_t id;
    pid_t pid;          /* 0: free place */
};

struct template {
    const struct template_work *work;
    int fd, signal_fd;
    struct arena *arena;            /* of the plan */
    const struct scan_plan *plan;
    void *prepared;
    uint32_t wanted, reuse;
    struct template_child children[TEMPLATE_MAX_CHILDREN];
    uint64_t last_id;
};

/* Send news with one text; false when the safe side has gone. */
static bool tell(int fd, enum template_news kind, const char *text)
{
    enum wire_result result;
    struct buf news;

    buf_init(&news, 0);
    wire_put_u8(&news, kind);
    wire_put_span(&news, span_slice(span_of(text), 0, TEMPLATE_TEXT_BYTES));
    result = wire_send(fd, buf_span(&news), NULL, 0, WIRE_FOREVER);
    buf_fini(&news);
    return result == WIRE_OK;
}

/* What libraries would otherwise look up in files once the cage is closed. */
static void settle_surroundings(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setenv("TZ", "UTC0", 1);
    tzset();
    setlocale(LC_CTYPE, "C.UTF-8");
    /* Some libraries print what they dislike about a document. */
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
}

/* Hear the order to start and prepare for it. On failure, *why says what to tell. */
static bool begin(struct template *template, const char **why)
{
    struct template_start start;
    struct wire_in in, plan;
    struct buf order;
    bool begun = false;

    buf_init(&order, WIRE_MESSAGE_BYTES);
    if (wire_receive(template->fd, &order, WIRE_MESSAGE_BYTES, NULL, NULL, WIRE_FOREVER) ==
        WIRE_OK) {
        in = wire_in_of(buf_span(&order));
        if (wire_get_u8(&in) == ORDER_START && template_get_start(&in, &start)) {
            template->wanted = start.children;
            template->reuse = start.reuse;
            plan = wire_in_of(start.plan);
            template->plan = plan_decode(&plan, template->arena);
            begun = template->plan != NULL;
        }
    }
    buf_fini(&order);
    if (!begun) {
        *why = "the order to start cannot be read";
        return false;
    }
    settle_surroundings();
    template->prepared = template->work->prepare(template->plan);
    *why = template->work->cannot;
    return template->prepared != NULL;
}

static bool watch_children(struct template *template)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return false;
    signal(SIGPIPE, SIG_IGN);
    template->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return template->signal_fd >= 0;
}

/* A child may use this much processor time over all its messages; it leaves by itself before. */
static uint32_t cpu_seconds(const struct plan_limits *limits)
{
    return 10 * (limits->time_ms / 1000 + 2);
}

/* In the new process: into the cage, then serve. Never returns. */
static void become_child(struct template *template, int fd, pid_t parent)
{
    const struct plan_limits *limits = &template->plan->limits;
    const struct sandbox_options options = { .memory_bytes = limits->memory_bytes,
                                             .cpu_seconds = cpu_seconds(limits) };
    struct err err;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent ||
        dup2(fd, CHILD_FD) != CHILD_FD || close_range(CHILD_FD + 1, ~0U, 0) != 0)
        _exit(1);
    if (sandbox_enter(SANDBOX_SCANNER, &options, NULL, &err) != 0)
        _exit(1);
    child_serve(CHILD_FD, template->work, template->prepared, limits, template->reuse,
                options.cpu_seconds);
    _exit(0);
}

static bool send_child(struct template *template, const struct template_child *child, int fd)
{
    enum wire_result result;
    struct buf news;

    buf_init(&news, 0);
    wire_put_u8(&news, NEWS_CHILD);
    wire_put_u64(&news, child->id);
    result = wire_send(template->fd, buf_span(&news), &fd, 1, WIRE_FOREVER);
    buf_fini(&news);
    return result == WIRE_OK;
}

/* One more child in the free place. false: the safe side has gone. */
static bool add_child(struct template *template, struct template_child *child)
{
    const pid_t self = getpid();
    bool sent;
    int fds[2];

    if (wire_pair(fds, NULL) != 0)
        return true; /* no descriptor now: tried again at the next turn */
    child->pid = fork();
    if (child->pid == 0)
        become_child(template, fds[1], self);
    close(fds[1]);
    if (child->pid < 0)
        child->pid = 0;
    child->id = ++template->last_id;
    sent = child->pid == 0 || send_child(template, child, fds[0]);
    close(fds[0]);
    return sent;
}

static bool fill(struct template *template)
{
    for (uint32_t i = 0; i < template->wanted; i++)
        if (template->children[i].pid == 0 && !add_child(template, &template->children[i]))
            return false;
    return true;
}

static void reap(struct template *template)
{
    struct signalfd_siginfo ignored;
    pid_t pid;

    while (read(template->signal_fd, &ignored, sizeof ignored) > 0)
        ;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        for (uint32_t i = 0; i < template->wanted; i++)
            if (template->children[i].pid == pid)
                template->children[i].pid = 0;
}

/* false when the safe side has gone, or says what it should not. */
static bool obey(struct template *template)
{
    struct wire_in in;
    struct buf order;
    uint64_t id = 0;
    bool understood = false;

    buf_init(&order, 0);
    if (wire_receive(template->fd, &order, WIRE_FRAME_BYTES, NULL, NULL, WIRE_FOREVER) == WIRE_OK) {
        in = wire_in_of(buf_span(&order));
        understood = wire_get_u8(&in) == ORDER_KILL;
        id = wire_get_u64(&in);
        understood = understood && wire_is_done(&in);
    }
    buf_fini(&order);
    for (uint32_t i = 0; understood && i < template->wanted; i++)
        if (template->children[i].id == id && template->children[i].pid > 0)
            kill(template->children[i].pid, SIGKILL);
    return understood;
}

static void serve(struct template *template)
{
    enum { RETRY_MS = 1000 };

    while (fill(template)) {
        struct pollfd fds[] = { { .fd = template->fd, .events = POLLIN },
                                { .fd = template->signal_fd, .events = POLLIN } };

        if (poll(fds, 2, RETRY_MS) < 0 && errno != EINTR)
            return;
        if (fds[1].revents != 0)
            reap(template);
        if (fds[0].revents != 0 && !obey(template))
            return;
    }
}

static void end_children(struct template *template)
{
    for (uint32_t i = 0; i < template->wanted; i++)
        if (template->children[i].pid > 0)
            kill(template->children[i].pid, SIGKILL);
}

/* Everything that needs rights is done once this has succeeded. */
static bool get_ready(struct template *template, struct err *missing, struct err *err)
{
    const char *why = "no memory";

    if (template->arena != NULL && begin(template, &why) && watch_children(template))
        return sandbox_enter(SANDBOX_TEMPLATE, NULL, missing, err) == 0;
    err_set(err, "%s", why);
    return false;
}

int template_run(int fd, const struct template_work *work)
{
    struct template template = { .work = work, .fd = fd, .arena = arena_new(0) };
    struct err missing, err;

    if (!get_ready(&template, &missing, &err)) {
        tell(fd, NEWS_FAILED, err.text);
        return 1;
    }
    if (!tell(fd, NEWS_READY, missing.text))
        return 1;
    serve(&template);
    end_children(&template);
    return 0;
}
