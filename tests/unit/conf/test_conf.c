/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "conf_fixture.h"
#include "policy/decide.h"
#include "policy/policy.h"

static const char sketch[] =
    "listen = \"inet:8894@localhost\"\n"
    "mode   = enforce                      # observe: decide and log, change nothing\n"
    "include(\"labels.d/fr.conf\")\n"
    "senders { approved = {\"defense.gouv.fr\", \".intradef.gouv.fr\"}\n"
    "          approved_file = \"approved-domains.txt\" }\n"
    "destination \"administration\" { domains = {\".gouv.fr\"}\n"
    "          ceiling = {\"fr:DIFFUSION RESTREINTE\"}  require_tls = true }\n"
    "destination \"anyone\" { domains = {\"*\"} ceiling = {\"fr:NON PROTEGE\"} }\n"
    "exception \"press-office\" { sender = \"emapresse@gmail.com\"  allows = {\"unapproved-sender\"}\n"
    "          ceiling = {\"fr:NON PROTEGE\"}  owner = \"bureau relations médias\"\n"
    "          reason = \"REF-2020-26097\"  expires = \"2026-12-31\" }\n"
    "rule \"unapproved-sender\" { when = {sender-unapproved}  action = reject  reply = \"5.7.1 …\" }\n"
    "rule \"over-ceiling\" { when = {label-above-ceiling}  confidence = likely  action = reject }\n"
    "rule \"blind\" { when = {uninspectable, ambiguous}  action = quarantine }\n"
    "rule \"contact\" { when = {contact-unapproved}  action = rewrite  mode = observe }\n";

static const char labels[] =
    "scheme \"fr\" {\n"
    "  label \"NON PROTÉGÉ\" { rank = 0 level = 0 marks = {\"NON PROTÉGÉ\"} }\n"
    "  label \"DIFFUSION RESTREINTE\" { rank = 10 level = 1 marks = {\"DIFFUSION RESTREINTE\"} }\n"
    "  label \"SECRET\" { rank = 30 level = 3 marks = {\"SECRET\"} }\n"
    "}\n";

static void test_conf_reads_the_sketch(void **state)
{
    struct conf_fixture fixture;
    const struct policy *policy;

    (void)state;
    conf_fixture_init(&fixture);
    conf_fixture_write(&fixture, "labels.d/fr.conf", labels);
    conf_fixture_write(&fixture, "approved-domains.txt", "# partners\ninterieur.gouv.fr\n\n");
    conf_fixture_parse(&fixture, sketch);
    assert_string_equal(fixture.told.ptr, "");
    policy = fixture.conf->policy;
    assert_non_null(policy);
    assert_int_equal(policy->plan.label_count, 3);
    assert_int_equal(policy->rule_count, 4);
    assert_true(policy_sender_approved(policy, SPAN("a@interieur.gouv.fr"),
                                       SPAN("interieur.gouv.fr")));
    assert_true(policy_sender_approved(policy, SPAN("a@x.intradef.gouv.fr"),
                                       SPAN("x.intradef.gouv.fr")));
    assert_false(policy_sender_approved(policy, SPAN("a@intradef.gouv.fr"),
                                        SPAN("intradef.gouv.fr")));
    assert_true(span_equals(policy_label_name(policy, 1), SPAN("fr:DIFFUSION RESTREINTE")));
    conf_fixture_fini(&fixture);
}

static void test_conf_one_scheme_is_a_policy(void **state)
{
    struct conf_fixture fixture;

    (void)state;
    conf_fixture_init(&fixture);
    conf_fixture_parse(&fixture, "scheme \"x\" { label \"MINE\" { rank = 1 marks = {\"some words\"} } }\n");
    assert_string_equal(fixture.told.ptr, "");
    assert_non_null(fixture.conf->policy);
    assert_true(span_equals(fixture.conf->settings.listen, SPAN("inet:8894@localhost")));
    assert_true(fixture.conf->settings.audit_sync);
    conf_fixture_parse(&fixture, "");
    assert_string_equal(fixture.told.ptr, "");
    assert_non_null(fixture.conf->policy);
    conf_fixture_fini(&fixture);
}

static void test_conf_bundle_travels_sealed(void **state)
{
    struct conf_fixture fixture;
    uint8_t before[32], after[32];
    struct err err = { "" };
    struct bundle *copy;
    struct conf *conf;
    int fd;

    (void)state;
    conf_fixture_init(&fixture);
    conf_fixture_write(&fixture, "labels.d/fr.conf", labels);
    conf_fixture_write(&fixture, "approved-domains.txt", "interieur.gouv.fr\n");
    conf_fixture_parse(&fixture, sketch);
    fd = bundle_seal(fixture.bundle, &err);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), -1);
    copy = bundle_unseal(fd, &err);
    assert_non_null(copy);
    bundle_digest(fixture.bundle, before);
    bundle_digest(copy, after);
    assert_memory_equal(before, after, sizeof before);
    conf = conf_parse(copy, conf_fixture_now_us);
    assert_int_equal(conf->error_count, 0);
    assert_memory_equal(conf->policy->digest, before, sizeof before);
    conf_free(&conf);
    bundle_free(&copy);
    close(fd);
    conf_fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conf_reads_the_sketch),
        cmocka_unit_test(test_conf_one_scheme_is_a_policy),
        cmocka_unit_test(test_conf_bundle_travels_sealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
