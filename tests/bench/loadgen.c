/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * loadgen: what a milter costs, asked the way a mail server asks it.
 *
 *   loadgen [-s SESSIONS] [-n MESSAGES] [-k PER_CONNECTION] [-p PID] [-f FROM] [-t TO] SOCKET FILE...
 *
 * Speaks the milter protocol (version 6) to SOCKET ("inet:port@host" or
 * "unix:path"), the FILEs in turn as messages, SESSIONS at once, MESSAGES in
 * all, PER_CONNECTION over each connection. With -p, the CPU time and peak
 * memory of that process and everything below it are read from /proc.
 *
 * Prints one line of key=value: messages, seconds, rate, latency percentiles of
 * the end of message in microseconds, final replies by kind, CPU a message.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK_BYTES = 65535, PACKET_BYTES = 1 << 17, MOST_PROCESSES = 1024 };

struct message {
    char *bytes;
    size_t size;
};

struct load {
    const char *target;
    const char *from, *to;
    struct message *messages;
    size_t message_count;
    unsigned total, per_connection;
    atomic_uint taken;
    uint32_t *latency_us;       /* of message i: DATA's end to the final reply */
    char *reply;                /* its kind */
};

static void fail(const char *what)
{
    fprintf(stderr, "loadgen: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

static int connect_to(const char *target)
{
    int fd = -1;

    if (strncmp(target, "unix:", 5) == 0) {
        struct sockaddr_un where = { .sun_family = AF_UNIX };
        snprintf(where.sun_path, sizeof where.sun_path, "%s", target + 5);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof where) != 0)
            fail(target);
    } else {
        char port[16] = "";
        char host[256] = "127.0.0.1";
        struct sockaddr_in where = { .sin_family = AF_INET };
        if (sscanf(target, "inet:%15[0-9]@%255s", port, host) < 1)
            fail(target);
        if (strcmp(host, "localhost") == 0)
            strcpy(host, "127.0.0.1");
        where.sin_port = htons((uint16_t)atoi(port));
        if (inet_pton(AF_INET, host, &where.sin_addr) != 1)
            fail(host);
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&where, sizeof where) != 0)
            fail(target);
        /* Mail servers write a macro and its command at once; here they go one by one, so do not wait. */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    }
    return fd;
}

static void send_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            fail("send");
        at += sent;
        size -= (size_t)sent;
    }
}

static void receive_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;

    while (size > 0) {
        ssize_t got = recv(fd, at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            fail("the milter closed the connection");
        at += got;
        size -= (size_t)got;
    }
}

/* One packet: 4 octets of length, a command, its data. */
static void put(int fd, char command, const void *data, size_t size)
{
    char packet[PACKET_BYTES];
    uint32_t length = htonl((uint32_t)size + 1);

    memcpy(packet, &length, 4);
    packet[4] = command;
    if (size > 0)
        memcpy(packet + 5, data, size);
    send_all(fd, packet, size + 5);
}

/* The next packet that is a final reply: progress and edits are passed over. */
static char get_reply(int fd)
{
    static const char edits[] = "+-2bhimpqe";
    char data[PACKET_BYTES];
    uint32_t length;

    for (;;) {
        receive_all(fd, &length, 4);
        length = ntohl(length);
        if (length == 0 || length > sizeof data)
            fail("a packet of impossible length");
        receive_all(fd, data, length);
        if (strchr(edits, data[0]) == NULL)
            return data[0];
    }
}

/* The steps the milter wants to hear of, and which of them it will not answer. */
static uint32_t negotiate(int fd)
{
    uint32_t offer[3] = { htonl(6), htonl(0x1ff), htonl(0x1fffff) };
    char data[PACKET_BYTES];
    uint32_t length, steps;

    put(fd, 'O', offer, sizeof offer);
    receive_all(fd, &length, 4);
    length = ntohl(length);
    if (length < 13 || length > sizeof data)
        fail("negotiation");
    receive_all(fd, data, length);
    memcpy(&steps, data + 9, 4);
    return ntohl(steps);
}

/* A step that is only taken when its "no" bit is clear, and answered unless its "no reply" bit is set. */
static char step(int fd, uint32_t steps, uint32_t no, uint32_t quiet, char command, const void *data, size_t size)
{
    if (steps & no)
        return 'c';
    put(fd, command, data, size);
    return steps & quiet ? 'c' : get_reply(fd);
}

static void macro(int fd, char command, const char *pairs, size_t size)
{
    char data[1024];

    data[0] = command;
    memcpy(data + 1, pairs, size);
    put(fd, 'D', data, size + 1);
}

static void open_session(int fd, uint32_t steps)
{
    static const char where[] = "client.test.example\0" "4\x30\x39" "192.0.2.1";
    static const char connect_macros[] = "j\0mta.test.example\0{client_addr}\000192.0.2.1\0{client_port}\00012345";

    macro(fd, 'C', connect_macros, sizeof connect_macros);
    step(fd, steps, 0x1, 0x1000, 'C', where, sizeof where);
    step(fd, steps, 0x2, 0x2000, 'H', "client.test.example", 20);
}

/* Header fields one by one; returns where the body starts. */
static char send_header(int fd, uint32_t steps, const struct message *message, size_t *body_out)
{
    const char *at = message->bytes, *end = at + message->size;
    char reply = 'c';

    while (at < end && *at != '\n' && *at != '\r' && reply == 'c') {
        char data[CHUNK_BYTES];
        size_t used = 0;
        const char *line_end, *colon = memchr(at, ':', (size_t)(end - at));
        if (colon == NULL || colon - at > 200)
            break;
        memcpy(data, at, (size_t)(colon - at));
        used = (size_t)(colon - at);
        data[used++] = '\0';
        at = colon + 1;
        if (!(steps & 0x100000) && at < end && *at == ' ')
            at++;
        for (;;) {
            line_end = memchr(at, '\n', (size_t)(end - at));
            line_end = line_end == NULL ? end : line_end;
            for (; at < line_end && used < sizeof data - 2; at++)
                if (*at != '\r')
                    data[used++] = *at;
            at = line_end < end ? line_end + 1 : end;
            if (at >= end || (*at != ' ' && *at != '\t'))
                break;
            data[used++] = '\n';
        }
        data[used++] = '\0';
        reply = step(fd, steps, 0x20, 0x80, 'L', data, used);
    }
    if (at < end && *at == '\r')
        at++;
    if (at < end && *at == '\n')
        at++;
    *body_out = (size_t)(at - message->bytes);
    return reply;
}

/* Everything from MAIL to the final reply. */
static char send_message(const struct load *load, int fd, uint32_t steps, const struct message *message,
                         uint32_t *latency_us)
{
    char path[600];
    size_t at;
    uint64_t started = now_us();
    char reply;
    int len;

    len = snprintf(path, sizeof path, "{mail_addr}%c%s", 0, load->from);
    macro(fd, 'M', path, (size_t)len + 1);
    len = snprintf(path, sizeof path, "<%s>", load->from);
    reply = step(fd, steps, 0x4, 0x4000, 'M', path, (size_t)len + 1);
    if (reply == 'c') {
        len = snprintf(path, sizeof path, "<%s>", load->to);
        reply = step(fd, steps, 0x8, 0x8000, 'R', path, (size_t)len + 1);
    }
    macro(fd, 'T', "i\0LOADGEN", 10);
    if (reply == 'c')
        reply = step(fd, steps, 0x200, 0x10000, 'T', "", 0);
    if (reply == 'c')
        reply = send_header(fd, steps, message, &at);
    if (reply == 'c')
        reply = step(fd, steps, 0x40, 0x40000, 'N', "", 0);
    while (reply == 'c' && !(steps & 0x10) && at < message->size) {
        size_t size = message->size - at < CHUNK_BYTES ? message->size - at : CHUNK_BYTES;
        reply = step(fd, steps, 0x10, 0x80000, 'B', message->bytes + at, size);
        at += size;
    }
    if (reply == 'c' || reply == 's') {
        put(fd, 'E', "", 0);
        reply = get_reply(fd);
    } else {
        put(fd, 'A', "", 0);
    }
    *latency_us = (uint32_t)(now_us() - started);
    return reply;
}

static void *run_session(void *data)
{
    struct load *load = data;
    unsigned number = atomic_fetch_add(&load->taken, 1);

    while (number < load->total) {
        int fd = connect_to(load->target);
        uint32_t steps = negotiate(fd);
        open_session(fd, steps);
        for (unsigned i = 0; i < load->per_connection && number < load->total; i++) {
            const struct message *message = &load->messages[number % load->message_count];
            load->reply[number] = send_message(load, fd, steps, message, &load->latency_us[number]);
            number = atomic_fetch_add(&load->taken, 1);
        }
        put(fd, 'Q', "", 0);
        close(fd);
    }
    return NULL;
}

/* Processes below pid, itself first, by the parent each names in /proc. */
static size_t find_tree(int pid, int pids[MOST_PROCESSES])
{
    size_t count = 1;

    pids[0] = pid;
    for (size_t next = 0; next < count; next++) {
        DIR *proc = opendir("/proc");
        struct dirent *entry;
        while (proc != NULL && (entry = readdir(proc)) != NULL && count < MOST_PROCESSES) {
            char path[64], line[512];
            int parent;
            FILE *file;
            int number = atoi(entry->d_name);
            if (number <= 0)
                continue;
            snprintf(path, sizeof path, "/proc/%d/stat", number);
            file = fopen(path, "r");
            if (file == NULL)
                continue;
            if (fgets(line, sizeof line, file) != NULL && strrchr(line, ')') != NULL &&
                sscanf(strrchr(line, ')') + 1, " %*c %d", &parent) == 1 && parent == pids[next])
                pids[count++] = number;
            fclose(file);
        }
        if (proc != NULL)
            closedir(proc);
    }
    return count;
}

/* CPU microseconds of the tree, reaped children included; peak_kib_out sums each one's peak. */
static uint64_t tree_cpu_us(int pid, uint64_t *peak_kib_out)
{
    int pids[MOST_PROCESSES];
    size_t count = find_tree(pid, pids);
    uint64_t ticks = 0;

    *peak_kib_out = 0;
    for (size_t i = 0; i < count; i++) {
        char path[64], line[512];
        unsigned long user, system;
        long child_user, child_system;
        unsigned long peak;
        FILE *file;
        snprintf(path, sizeof path, "/proc/%d/stat", pids[i]);
        file = fopen(path, "r");
        if (file != NULL) {
            if (fgets(line, sizeof line, file) != NULL && strrchr(line, ')') != NULL &&
                sscanf(strrchr(line, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &user,
                       &system, &child_user, &child_system) == 4)
                ticks += user + system + (uint64_t)child_user + (uint64_t)child_system;
            fclose(file);
        }
        snprintf(path, sizeof path, "/proc/%d/status", pids[i]);
        file = fopen(path, "r");
        while (file != NULL && fgets(line, sizeof line, file) != NULL)
            if (sscanf(line, "VmHWM: %lu kB", &peak) == 1)
                *peak_kib_out += peak;
        if (file != NULL)
            fclose(file);
    }
    return ticks * (1000000U / (uint64_t)sysconf(_SC_CLK_TCK));
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static struct message read_message(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct message message = { NULL, 0 };
    long end;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0)
        fail(path);
    rewind(file);
    message.bytes = malloc((size_t)end + 1);
    if (message.bytes == NULL || fread(message.bytes, 1, (size_t)end, file) != (size_t)end)
        fail(path);
    message.size = (size_t)end;
    fclose(file);
    return message;
}

static void report(struct load *load, uint64_t elapsed_us, int pid, uint64_t cpu_us, uint64_t peak_kib)
{
    unsigned replies[256] = { 0 };
    uint64_t bytes = 0;
    unsigned n = load->total;

    for (unsigned i = 0; i < n; i++) {
        replies[(unsigned char)load->reply[i]]++;
        bytes += load->messages[i % load->message_count].size;
    }
    qsort(load->latency_us, n, sizeof *load->latency_us, by_size);
    printf("messages=%u seconds=%.3f rate=%.1f mb_per_s=%.1f p50_us=%u p90_us=%u p99_us=%u max_us=%u "
           "accepted=%u rejected=%u deferred=%u discarded=%u",
           n, (double)elapsed_us / 1e6, n * 1e6 / (double)elapsed_us, (double)bytes / (double)elapsed_us,
           load->latency_us[n / 2], load->latency_us[(uint64_t)n * 90 / 100],
           load->latency_us[(uint64_t)n * 99 / 100], load->latency_us[n - 1], replies['a'] + replies['c'],
           replies['r'] + replies['y'], replies['t'], replies['d']);
    if (pid > 0)
        printf(" cpu_us=%.1f peak_kib=%llu", (double)cpu_us / n, (unsigned long long)peak_kib);
    printf("\n");
}

int main(int argc, char **argv)
{
    struct load load = { .from = "sender@test.example", .to = "recipient@test.example", .total = 1000,
                         .per_connection = 100 };
    unsigned sessions = 4;
    uint64_t started, elapsed, cpu_before = 0, cpu_after = 0, peak_kib = 0;
    pthread_t *threads;
    int pid = 0, option;

    while ((option = getopt(argc, argv, "s:n:k:p:f:t:")) != -1)
        switch (option) {
        case 's': sessions = (unsigned)atoi(optarg); break;
        case 'n': load.total = (unsigned)atoi(optarg); break;
        case 'k': load.per_connection = (unsigned)atoi(optarg); break;
        case 'p': pid = atoi(optarg); break;
        case 'f': load.from = optarg; break;
        case 't': load.to = optarg; break;
        default: return 2;
        }
    if (argc - optind < 2 || sessions == 0 || load.total == 0 || load.per_connection == 0) {
        fprintf(stderr, "usage: loadgen [-s SESSIONS] [-n MESSAGES] [-k PER_CONNECTION] [-p PID] [-f FROM] "
                        "[-t TO] SOCKET FILE...\n");
        return 2;
    }
    load.target = argv[optind++];
    load.message_count = (size_t)(argc - optind);
    load.messages = calloc(load.message_count, sizeof *load.messages);
    load.latency_us = calloc(load.total, sizeof *load.latency_us);
    load.reply = calloc(load.total, 1);
    threads = calloc(sessions, sizeof *threads);
    if (load.messages == NULL || load.latency_us == NULL || load.reply == NULL || threads == NULL)
        fail("memory");
    for (size_t i = 0; i < load.message_count; i++)
        load.messages[i] = read_message(argv[optind + (int)i]);

    if (pid > 0)
        cpu_before = tree_cpu_us(pid, &peak_kib);
    started = now_us();
    for (unsigned i = 0; i < sessions; i++)
        if (pthread_create(&threads[i], NULL, run_session, &load) != 0)
            fail("thread");
    for (unsigned i = 0; i < sessions; i++)
        pthread_join(threads[i], NULL);
    elapsed = now_us() - started;
    if (pid > 0)
        cpu_after = tree_cpu_us(pid, &peak_kib);
    report(&load, elapsed, pid, cpu_after - cpu_before, peak_kib);
    return 0;
}
