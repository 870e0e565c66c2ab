/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre config: is a policy file good, and what does it come to?
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "conf/conf.h"
#include "conf/diff.h"
#include "ctl_priv.h"

#define DEFAULT_POLICY SYSCONFDIR "/policy.conf"

static int config_check(const char *path)
{
    struct err err = { "" };
    struct bundle *bundle = bundle_read(path, &err);
    struct conf *conf = bundle == NULL ? NULL : conf_parse(bundle, clock_realtime_us());
    int status = EXIT_TROUBLE;

    if (conf == NULL) {
        complain("%s", bundle == NULL ? err.text : "no memory");
    } else {
        diagnostics_print(stdout, conf);
        printf("%s: %zu errors, %zu warnings\n", path, conf->error_count,
               conf->diagnostic_count - conf->error_count);
        status = conf->error_count == 0 && conf->policy != NULL ? EXIT_GOOD : EXIT_FINDING;
    }
    conf_free(&conf);
    bundle_free(&bundle);
    return status;
}

static void show_text(const char *name, struct span value)
{
    printf("%s = \"", name);
    print_safe(stdout, value);
    puts("\"");
}

static void show_number(const char *name, uint64_t value)
{
    printf("%s = %" PRIu64 "\n", name, value);
}

static int config_show(const char *path)
{
    struct ruleset ruleset;
    const struct settings *settings;
    uint8_t digest[HASH_BYTES];
    char hex[HASH_HEX_CHARS + 1];

    if (ruleset_load(path, &ruleset) != 0)
        return EXIT_TROUBLE;
    settings = &ruleset.conf->settings;
    bundle_digest(ruleset.bundle, digest);
    hash_to_hex(digest, hex);
    printf("# policy %s\n", hex);
    show_text("listen", settings->listen);
    show_text("socket_mode", settings->socket_mode);
    show_text("socket_group", settings->socket_group);
    show_text("user", settings->user);
    show_text("audit_file", settings->audit_file);
    show_text("audit_key_file", settings->audit_key_file);
    printf("audit_sync = %s\n", settings->audit_sync ? "true" : "false");
    show_text("spool_directory", settings->spool_directory);
    show_number("spool_memory_bytes", settings->spool_memory_bytes);
    show_number("message_limit_bytes", settings->message_limit_bytes);
    show_number("scanners", settings->scanners);
    show_number("content_timeout_ms", settings->content_timeout_ms);
    show_text("syslog_facility", settings->syslog_facility);
    ruleset_fini(&ruleset);
    return EXIT_GOOD;
}

/* Both must be good policies: what has errors is not in force anywhere. */
static int config_diff(const char *old_path, const char *new_path)
{
    struct ruleset old, new;
    struct arena *arena;
    struct span_list lines = { 0 };

    if (ruleset_load(old_path, &old) != 0)
        return EXIT_TROUBLE;
    if (ruleset_load(new_path, &new) != 0) {
        ruleset_fini(&old);
        return EXIT_TROUBLE;
    }
    arena = arena_new(0);
    if (arena != NULL)
        conf_diff(old.bundle, new.bundle, arena, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        print_safe(stdout, lines.items[i]);
        putchar('\n');
    }
    arena_free(&arena);
    ruleset_fini(&new);
    ruleset_fini(&old);
    return lines.count == 0 ? EXIT_GOOD : EXIT_FINDING;
}

static int run(const struct options *options)
{
    static const char *const actions[] = { "check", "show", "diff" };
    const char *path = options->path_count > 1 ? options->paths[1] : NULL;
    bool is_diff = options->path_count > 0 && strcmp(options->paths[0], "diff") == 0;

    if (options->path_count == 0 || (!is_diff && options->path_count > 2) ||
        (is_diff && options->path_count != 3)) {
        complain("config: give \"check\" or \"show\" and at most one FILE, or \"diff\", OLD and NEW");
        return EXIT_TROUBLE;
    }
    if (!option_word_is_known("config action", options->paths[0], actions, 3))
        return EXIT_TROUBLE;
    if (is_diff)
        return config_diff(options->paths[1], options->paths[2]);
    if (strcmp(options->paths[0], "check") == 0)
        return config_check(path == NULL ? DEFAULT_POLICY : path);
    return config_show(path);
}

int config_main(int argc, char **argv)
{
    struct options options = { .command = "config", .arguments = "check [FILE] | show [FILE] | diff OLD NEW",
                               .summary = "check: every error and warning of a policy, at once.\n"
                                          "show: the settings in force, defaults included.\n"
                                          "diff: what NEW changes of OLD, in words; 1 when anything does.\n"
                                          "Exit status: 0 good, 1 the policy has errors, 2 could not run.\n" };

    return options_run(&options, argc, argv, run);
}
