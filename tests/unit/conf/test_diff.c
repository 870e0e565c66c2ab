/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conf/diff.h"
#include "conf_fixture.h"

static const char before[] =
    "mode = enforce\n"
    "senders { approved = {\"a.fr\", \"b.fr\"} approved_file = \"domains.txt\" }\n"
    "rule \"one\" { when = {ambiguous, encrypted} action = reject }\n"
    "rule \"two\" { when = signed action = quarantine }\n"
    "rule \"old\" { when = always action = tempfail }\n";

static void told_diff(const char *new_text, const char *new_domains, const char *want)
{
    struct conf_fixture old, new;
    struct arena *arena = arena_new(0);
    struct span_list lines;
    struct buf told;

    buf_init(&told, 0);
    conf_fixture_init(&old);
    conf_fixture_init(&new);
    conf_fixture_write(&old, "domains.txt", "c.fr\nd.fr\n");
    conf_fixture_write(&new, "domains.txt", new_domains);
    conf_fixture_parse(&old, before);
    conf_fixture_parse(&new, new_text);
    conf_diff(old.bundle, new.bundle, arena, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        size_t folder = span_find(lines.items[i], span_of(new.folder));
        size_t old_folder = span_find(lines.items[i], span_of(old.folder));
        if (old_folder < folder)
            folder = old_folder;
        buf_append(&told, span_slice(lines.items[i], 0, folder));
        buf_append(&told, span_slice(lines.items[i], folder + strlen(new.folder) + 1,
                                     lines.items[i].len));
        buf_append_byte(&told, '\n');
    }
    buf_append_byte(&told, '\0');
    assert_string_equal(told.ptr, want);
    conf_fixture_fini(&new);
    conf_fixture_fini(&old);
    buf_fini(&told);
    arena_free(&arena);
}

static void test_diff_of_the_same_is_empty(void **state)
{
    (void)state;
    told_diff(before, "# another comment\nd.fr\nc.fr\n", "");
}

static void test_diff_tells_in_words(void **state)
{
    (void)state;
    told_diff("mode = observe\n"
              "senders { approved = {\"b.fr\", \"e.fr\"} approved_file = \"domains.txt\" }\n"
              "rule \"two\" { when = signed action = reject login = x }\n"
              "rule \"one\" { when = {ambiguous} action = reject }\n"
              "rule \"new\" { when = always action = tempfail }\n",
              "d.fr\nf.fr\n",
              "mode was enforce, is observe\n"
              "rule \"old\" is gone (policy.conf:5)\n"
              "senders: approved has also: e.fr\n"
              "senders: approved has no longer: a.fr\n"
              "senders: approved_file has also: f.fr\n"
              "senders: approved_file has no longer: c.fr\n"
              "rule \"two\": action was quarantine, is reject\n"
              "rule \"two\": login is now set: x\n"
              "rule \"one\": when has no longer: encrypted\n"
              "rule \"new\" is new (policy.conf:5)\n"
              "rules stand in another order from \"two\" on\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff_of_the_same_is_empty),
        cmocka_unit_test(test_diff_tells_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
