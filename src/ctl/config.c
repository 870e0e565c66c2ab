/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vaguemestre config: is a policy file good, and what does it come to?
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "conf/approval.h"
#include "conf/conf.h"
#include "conf/diff.h"
#include "ctl_priv.h"

#define DEFAULT_POLICY SYSCONFDIR "/policy.conf"

enum { AUTHORITY, VERSION, LOG, SINCE, POSTFIX, OPTION_COUNT };

/* 0 when nobody asks for a signature, or the one there is holds. */
static int check_signature(struct bundle *bundle, const char *path, const char *authority)
{
    const struct approval *approval = bundle_approval(bundle);
    struct err err = { "" };

    if (authority == NULL)
        return 0;
    if (bundle_approve(bundle, path, authority, &err) != 0) {
        printf("%s: error: %s\n", path, err.text);
        return -1;
    }
    printf("%s: version %" PRIu64 ", signed by ", path, approval->version);
    print_safe(stdout, span_of(approval->signer));
    putchar('\n');
    return 0;
}

/* What the policy alone does not show: its record, and the mail server's configuration. */
static int check_around(const struct conf *conf, const char *path, const struct option *items)
{
    const char *folder = option_value(&items[POSTFIX]);
    size_t count = 0;

    if ((items[LOG].count > 0 || items[SINCE].count > 0) &&
        check_record(conf, path, option_value(&items[LOG]), option_value(&items[SINCE]), &count) != 0)
        return EXIT_TROUBLE;
    if (folder != NULL && check_postfix(conf, folder[0] == '\0' ? NULL : folder, &count) != 0)
        return EXIT_TROUBLE;
    return count > 0 ? EXIT_FINDING : EXIT_GOOD;
}

static int config_check(const char *path, const struct option *items)
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
        if (check_signature(bundle, path, option_value(&items[AUTHORITY])) != 0)
            status = EXIT_FINDING;
        if (conf->policy != NULL) {
            int around = check_around(conf, path, items);
            status = around > status ? around : status;
        }
    }
    conf_free(&conf);
    bundle_free(&bundle);
    return status;
}

/* What an authority is to sign: on standard output, to be put beside the policy. */
static int config_manifest(const char *path, const char *version_text)
{
    struct err err = { "" };
    struct bundle *bundle = bundle_read(path, &err);
    uint64_t version = manifest_version(path) + 1;
    struct buf text;
    int status = EXIT_TROUBLE;

    buf_init(&text, 0);
    if (version_text != NULL && (!span_to_u64(span_of(version_text), &version) || version == 0))
        complain("--version: \"%s\" is no number from 1 on", version_text);
    else if (bundle == NULL || manifest_write(bundle, version, clock_realtime_us(), &text, &err) != 0)
        complain("%s", err.text);
    else
        status = fwrite(text.ptr, 1, text.len, stdout) == text.len ? EXIT_GOOD : EXIT_TROUBLE;
    buf_fini(&text);
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
    static const char *const actions[] = { "check", "show", "diff", "manifest" };
    const char *path = options->path_count > 1 ? options->paths[1] : NULL;
    bool is_diff = options->path_count > 0 && strcmp(options->paths[0], "diff") == 0;

    if (options->path_count == 0 || (!is_diff && options->path_count > 2) ||
        (is_diff && options->path_count != 3)) {
        complain("config: give \"check\", \"show\" or \"manifest\" and at most one FILE, or \"diff\", OLD and NEW");
        return EXIT_TROUBLE;
    }
    if (!option_word_is_known("config action", options->paths[0], actions, 4))
        return EXIT_TROUBLE;
    if (is_diff)
        return config_diff(options->paths[1], options->paths[2]);
    if (strcmp(options->paths[0], "check") == 0)
        return config_check(path == NULL ? DEFAULT_POLICY : path, options->items);
    if (strcmp(options->paths[0], "manifest") == 0)
        return config_manifest(path == NULL ? DEFAULT_POLICY : path, option_value(&options->items[VERSION]));
    return config_show(path);
}

int config_main(int argc, char **argv)
{
    struct option items[OPTION_COUNT] = {
        [AUTHORITY] = { .name = "authority", .argument = "FILE",
                        .help = "check: certificates (PEM) the policy must be signed by" },
        [LOG] = { .name = "log", .argument = "FILE",
                  .help = "check: this record, for rules and exceptions that are not used" },
        [SINCE] = { .name = "since", .argument = "TIME",
                    .help = "check: the record from then on (without --log the policy's); 30d" },
        [POSTFIX] = { .name = "postfix", .argument = "DIR",
                      .help = "check: Postfix as configured there; \"\" for its own folder" },
        [VERSION] = { .name = "version", .argument = "NUMBER",
                      .help = "manifest: of the policy; else one more than that of the manifest there is" },
    };
    struct options options = { .command = "config",
                               .arguments = "check [FILE] | show [FILE] | diff OLD NEW | manifest [FILE]",
                               .items = items, .item_count = OPTION_COUNT,
                               .summary = "check: every error and warning of a policy, at once.\n"
                                          "show: the settings in force, defaults included.\n"
                                          "diff: what NEW changes of OLD, in words; 1 when anything does.\n"
                                          "manifest: the files of a policy and their digests, for an authority to sign.\n"
                                          "Exit status: 0 good, 1 the policy has errors or its surroundings doubts, 2 could not run.\n" };

    return options_run(&options, argc, argv, run);
}
