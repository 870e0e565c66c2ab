/* SPDX-License-Identifier: EUPL-1.2 */
/* Every kind of complaint, with its exact words: they are what an operator works from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"

struct diagnosis_case {
    const char *policy, *want;
};

static const struct diagnosis_case syntax[] = {
    { "mod = enforce", "error policy.conf:1: unknown setting \"mod\"; did you mean \"mode\"?\n" },
    { "limits { deepness = 3 }",
      "error policy.conf:1: unknown setting \"deepness\" in limits; accepted: expanded, ratio, depth, "
      "parts, pages, findings, time, memory, ocr_pictures, ocr_pixels, ocr_time\n" },
    { "\nrules \"x\" { when = always }",
      "error policy.conf:2: unknown setting \"rules\"; did you mean \"rule\"?\n" },
    { "rule \"x\" { when = always action = accept",
      "error policy.conf:1: rule that begins at line 1 does not end: \"}\" is missing\n" },
    { "}", "error policy.conf:1: \"}\" closes nothing\n" },
    { "mode", "error policy.conf:1: expected \"=\" or \"{\", found the end of the file\n" },
    { "mode = }\n", "error policy.conf:1: \"}\" closes nothing\n"
                    "error policy.conf:1: expected a value, found \"}\"\n" },
    { "= enforce", "error policy.conf:1: expected the name of a setting, found \"=\"\n" },
    { "mode = \"enforce", "error policy.conf:1: text in quotes does not end\n" },
    { "/* mode", "error policy.conf:1: comment does not end\n" },
    { "listen = \"inet:${PORT}@localhost\"",
      "error policy.conf:1: \"${\" would be replaced from the environment; write \"\\${\"\n" },
    { "listen = \"inet:\\q\"",
      "error policy.conf:1: escape not known; accepted: \\\\ \\\" \\n \\t \\$, or write the text between "
      "single quotes, where \\ stands for itself\n" },
    { "listen = $PORT",
      "error policy.conf:1: \"$\" outside quotes; put the text in single quotes\n" },
    { "mode = enforce\nmode = observe",
      "error policy.conf:2: mode is set twice (first at line 1)\n" },
    { "passwords = a\npasswords = b",
      "error policy.conf:2: passwords is set twice (first at line 1); \"+=\" adds to a list\n" },
    { "mode += observe", "error policy.conf:1: mode is no list; \"+=\" adds to lists only\n" },
    { "mode = {enforce}", "error policy.conf:1: mode takes one value, not a list\n" },
    { "passwords = {a b}", "error policy.conf:1: \"}\" closes nothing\n"
                           "error policy.conf:1: expected \",\" or \"}\", found \"b\"\n" },
    { "senders { }\nsenders { }",
      "error policy.conf:2: second senders; the first is at policy.conf:1\n" },
    { "rule \"a\" { when = always action = tempfail }\nrule \"a\" { when = always action = tempfail }",
      "error policy.conf:2: second rule \"a\"; the first is at policy.conf:1\n" },
    { "rule { when = always action = tempfail }",
      "error policy.conf:1: rule needs a name: rule \"NAME\" { … }\n" },
    { "senders \"x\" { }", "error policy.conf:1: senders takes no name: senders { … }\n" },
    { "include(\"gone.conf\")", "error policy.conf:1: cannot read gone.conf: No such file or directory\n" },
    { "include(\"policy.conf\")", "error policy.conf:1: includes are nested more than 10 deep\n" },
};

static const struct diagnosis_case values[] = {
    { "mode = enforced",
      "error policy.conf:1: mode: unknown value \"enforced\"; accepted: enforce, observe; did you mean "
      "\"enforce\"?\n" },
    { "audit_sync = maybe", "error policy.conf:1: audit_sync: \"maybe\" is not true or false\n" },
    { "scanners = many", "error policy.conf:1: scanners: \"many\" is not a whole number\n" },
    { "scanners = 5000", "error policy.conf:1: scanners: 5000 is out of range; accepted: 0 to 1024\n" },
    { "message_limit = 50X",
      "error policy.conf:1: message_limit: \"50X\" is not a size such as 500K, 50M or 1G\n" },
    { "message_limit = 1K",
      "error policy.conf:1: message_limit: 1K is out of range; accepted: 65536 to 4294967296 octets\n" },
    { "content_timeout = soon",
      "error policy.conf:1: content_timeout: \"soon\" is not a duration such as 500ms, 30s or 5min\n" },
    { "listen = localhost",
      "error policy.conf:1: listen: \"localhost\"; accepted: \"inet:PORT@HOST\", \"inet6:PORT@HOST\", "
      "\"unix:/PATH\"\n" },
    { "listen = \"inet:70000@localhost\"",
      "error policy.conf:1: listen: \"inet:70000@localhost\"; accepted: \"inet:PORT@HOST\", "
      "\"inet6:PORT@HOST\", \"unix:/PATH\"\n" },
    { "listen = \"inet:8894\"",
      "error policy.conf:1: listen: \"inet:8894\"; accepted: \"inet:PORT@HOST\", "
      "\"inet6:PORT@HOST\", \"unix:/PATH\"\n" },
    { "listen = \"unix:here\"",
      "error policy.conf:1: listen: \"unix:here\"; accepted: \"inet:PORT@HOST\", "
      "\"inet6:PORT@HOST\", \"unix:/PATH\"\n" },
    { "socket_mode = 0990",
      "error policy.conf:1: socket_mode: \"0990\" is no mode; accepted: three octal digits such as 0660\n" },
    { "audit_file = \"\"", "error policy.conf:1: audit_file: \"\" is no absolute path\n" },
    { "audit_key_file = key", "error policy.conf:1: audit_key_file: \"key\" is no absolute path\n" },
    { "content_timeout = 8s  limits { time = 1min }",
      "warning policy.conf:1: limits: a scan may take 60000 ms, but content_timeout ends it after 7000\n" },
    { "ocr_languages = {\"fra\", \"../etc\"}",
      "error policy.conf:1: ocr_languages: \"../etc\"; accepted: names of Tesseract's data, \"fra\", \"deu\"\n" },
    { "ocr = true content_timeout = 100s",
      "warning policy.conf:1: content_timeout is less than twice limits time and ocr_time together: "
      "such messages are deferred\n" },
    { "utc_offset = CET", "error policy.conf:1: utc_offset: \"CET\"; accepted: \"+01:00\"\n" },
    { "senders { approved = {\"a b.fr\"} }",
      "error policy.conf:1: \"a b.fr\" is no domain; accepted: \"example.org\", \".example.org\" for all "
      "domains under it, \"name@example.org\", or \"*\"\n" },
    { "senders { approved = {\"a@@b.fr\"} }", "error policy.conf:1: \"a@@b.fr\" is no mail address\n" },
    { "senders { approved_file = \"gone.txt\" }",
      "error policy.conf:1: approved_file: cannot read gone.txt: No such file or directory\n" },
    { "server \"s\" { domains = \"a.fr\" networks = \"10.1.0.0/8\" }",
      "error policy.conf:1: \"10.1.0.0/8\" is no network; accepted: \"192.0.2.1\", \"10.0.0.0/8\", "
      "\"2001:db8::/32\", with no bit set behind the prefix\n"
      "error policy.conf:1: server \"s\" names no networks, logins, certificates or daemons: its domains "
      "could come from nowhere\n" },
    { "scheme \"x\" { label \"A\" { marks = a } }",
      "error policy.conf:1: label \"A\" needs rank: order inside the scheme\n" },
    { "scheme \"x\" { label \"A\" { rank = 1 } }",
      "warning policy.conf:1: label \"A\" has no marks and no identifiers: nothing will ever carry it\n" },
    { "scheme \"x\" { spif = \"gone.xml\" }",
      "error policy.conf:1: spif: cannot read gone.xml: No such file or directory\n" },
    { "scheme \"x\" { spif = \"policy.conf\" }",
      "error policy.conf:1: spif: policy.conf: syntax error\n" },
    { "scheme \"x:y\" { }", "error policy.conf:1: scheme \"x:y\": \":\" cannot be in the name\n" },
};

#define SCHEME "scheme \"x\" { label \"ALPHA\" { rank = 1 marks = a } label \"BETA\" { rank = 2 marks = b } }\n"

static const struct diagnosis_case meanings[] = {
    { SCHEME "destination \"d\" { domains = \"*\" ceiling = \"x:ALPA\" }",
      "error policy.conf:2: unknown label \"x:ALPA\"; accepted: \"SCHEME:LABEL\" of a scheme of this "
      "policy; did you mean \"x:ALPHA\"?\n" },
    { SCHEME "destination \"d\" { domains = \"*\" ceiling = {\"x:ALPHA\", \"x:BETA\"} }",
      "error policy.conf:2: ceiling names two labels of scheme \"x\"\n" },
    { "destination \"d\" { ceiling = any }",
      "error policy.conf:1: destination \"d\" lists no domains; \"*\" stands for all\n" },
    { "rule \"r\" { when = always action = hold }",
      "error policy.conf:1: action: unknown value \"hold\"; accepted: accept, tag, rewrite, redirect, "
      "copy, quarantine, reject, tempfail, discard\n" },
    { "rule \"r\" { when = sender-unaproved action = reject }",
      "error policy.conf:1: when: unknown fact \"sender-unaproved\"; did you mean "
      "\"sender-unapproved\"?\n" },
    { "rule \"r\" { action = reject }",
      "error policy.conf:1: rule \"r\" has no condition; when = {always} stands for every message\n" },
    { "rule \"r\" { when = ambiguous ambiguity = qp-malforned action = reject }",
      "error policy.conf:1: ambiguity: unknown value \"qp-malforned\"; did you mean \"qp-malformed\"?\n" },
    { "rule \"r\" { when = ambiguous action = reject reply = \"%{lable}\" }",
      "error policy.conf:1: reply: unknown placeholder \"%{lable}\"; accepted: rule id sender recipients "
      "label label_name where destination ceiling contact reason suggestion fact name bytes sha256\n" },
    { "rule \"r\" { when = ambiguous action = reject reply = \"451 no\" }",
      "error policy.conf:1: code 451 does not fit reject; accepted: 5xx\n" },
    { "rule \"r\" { when = ambiguous action = reject reply = \"550 4.7.1 no\" }",
      "error policy.conf:1: enhanced code 4.7.1 does not fit reject; accepted: 5.N.N\n" },
    { "rule \"r\" { when = ambiguous action = quarantine reply = \"no\" }",
      "error policy.conf:1: reply: quarantine sends none; reject and tempfail do\n" },
    { "rule \"r\" { when = ambiguous action = redirect }",
      "error policy.conf:1: rule \"r\": redirect needs to = {\"ADDRESS\"}\n" },
    { "rule \"r\" { when = ambiguous action = reject to = \"a@b.fr\" }",
      "error policy.conf:1: to: reject has none; redirect and copy do\n" },
    { "rule \"r\" { when = ambiguous action = quarantine }\nrule \"t\" { when = always action = tag }",
      "error policy.conf:2: rule \"t\": tag needs headers = {\"Name: value\"}, "
      "subject_mark or label_header\n" },
    { "rule \"r\" { when = ambiguous action = quarantine }\n"
      "rule \"t\" { when = always action = tag headers = \"no field\" }",
      "error policy.conf:2: headers: \"no field\" is no header field; accepted: \"Name: value\"\n"
      "error policy.conf:2: rule \"t\": tag needs headers = {\"Name: value\"}, "
      "subject_mark or label_header\n" },
    { "rule \"r\" { when = ambiguous action = reject destination = states }\n"
      "destination \"state\" { domains = \"a.fr\" }",
      "error policy.conf:1: unknown destination \"states\"; did you mean \"state\"?\n" },
    { "rule \"r\" { when = ambiguous action = reject subject = \"/(/\" }",
      "error policy.conf:1: regular expression /(/: missing closing parenthesis at character 2\n" },
    { "rule \"r\" { when = ambiguous action = reject time = \"08:00\" }",
      "error policy.conf:1: time: \"08:00\" is no window; accepted: \"Mon-Fri 08:00-18:30\", "
      "\"22:00-06:00\", \"Sat,Sun\"\n" },
    { "rule \"r\" { when = ambiguous action = reject sha256 = \"12\" }",
      "error policy.conf:1: sha256: \"12\" is no digest of 64 hexadecimal digits\n" },
    { "rule \"r\" { when = ambiguous action = reject recipient = \"@bda\" }\nlist \"bad\" { values = \"a.fr\" }",
      "error policy.conf:1: no list \"bda\"; did you mean \"bad\"?\n"
      "error policy.conf:1: recipient lists nothing: the condition could not hold\n" },
    { "rule \"r\" { when = ambiguous action = reject sender_map = \"a.fr -> b@c.fr\" }",
      "error policy.conf:1: rule \"r\": remove_headers, sender_map, contact_map, strip_metadata, footer, "
      "footer_html and notice are for rewrite\n" },
    { "rule \"q\" { when = ambiguous action = reject }\n"
      "rule \"r\" { when = always action = rewrite sender_map = \"a.fr b@c.fr\" }",
      "error policy.conf:2: sender_map: \"a.fr b@c.fr\"; accepted: \"ADDRESS-OR-DOMAIN -> ADDRESS\"\n"
      "warning policy.conf:2: rule \"r\": rewrite changes nothing without sender_map, contact_map, "
      "headers, remove_headers, subject_mark, label_header, strip_metadata, footer, footer_html or notice\n" },
    { "rule \"q\" { when = ambiguous action = reject }\n"
      "rule \"r\" { when = always action = rewrite contact_map = {\"a.fr b@c.fr\", \"a.fr -> b@c.fr\"} }",
      "error policy.conf:2: contact_map: \"a.fr b@c.fr\"; accepted: \"ADDRESS -> ADDRESS\"\n"
      "error policy.conf:2: contact_map: \"a.fr\" is no mail address\n"
      "warning policy.conf:2: rule \"r\": rewrite changes nothing without sender_map, contact_map, "
      "headers, remove_headers, subject_mark, label_header, strip_metadata, footer, footer_html or notice\n" },
    { "rule \"q\" { when = ambiguous action = reject }\n"
      "rule \"r\" { when = always action = rewrite notice = \"%{part}\" }",
      "error policy.conf:2: notice: unknown placeholder \"%{part}\"; accepted: rule id sender recipients "
      "label label_name where destination ceiling contact reason suggestion fact name bytes sha256\n" },
    { "rule \"q\" { when = ambiguous action = reject }\n"
      "rule \"r\" { when = always action = tag subject_mark = \"%{label}\" label_header = \"X-Mark\" }",
      "error policy.conf:2: label_header: \"X-Mark\"; accepted: X-Protective-Marking, SIO-Label\n"
      "error policy.conf:2: rule \"r\": tag needs headers = {\"Name: value\"}, subject_mark or label_header\n"
      "error policy.conf:2: subject_mark: \"%{label}\"; accepted: a label between signs, \"[%{label_name}]\"\n" },
    { "exception \"e\" { allows = signed owner = o reason = r expires = \"2027-01-01\" }",
      "error policy.conf:1: exception \"e\" is for everybody; name a sender, login or client\n" },
    { "exception \"e\" { login = l allows = sined owner = o reason = r expires = \"2027-01-01\" }",
      "error policy.conf:1: allows: \"sined\" is neither a fact nor the name of a rule; did you mean "
      "\"signed\"?\n" },
    { "exception \"e\" { login = l allows = signed }",
      "error policy.conf:1: exception \"e\" needs expires: in force before this instant; a day alone is "
      "its last\n"
      "error policy.conf:1: exception \"e\" needs owner: who answers for it\n"
      "error policy.conf:1: exception \"e\" needs reason: why, or the ticket\n" },
    { "exception \"e\" { login = l allows = signed owner = o reason = r expires = tomorrow }",
      "error policy.conf:1: expires: \"tomorrow\" is not a date such as 2026-12-31 or "
      "2026-12-31T18:00\n" },
    { "exception \"e\" { login = l allows = signed owner = o reason = r from = \"2028-01-01\" "
      "expires = \"2027-01-01\" }",
      "error policy.conf:1: exception \"e\" expires before it begins\n" },
    { "exception \"e\" { login = l allows = label-above-ceiling owner = o reason = r "
      "expires = \"2027-01-01\" }",
      "error policy.conf:1: exception \"e\" allows label-above-ceiling but sets no ceiling of its own\n" },
};

static const struct diagnosis_case warnings[] = {
    { "exception \"e\" { login = l allows = signed owner = o reason = r expires = \"2026-05-01\" }",
      "warning policy.conf:1: exception \"e\" of o expired on 2026-05-01\n" },
    { "exception \"e\" { login = l allows = signed owner = o reason = r expires = \"2026-06-10\" }",
      "warning policy.conf:1: exception \"e\" of o expires on 2026-06-10, in 9 days\n" },
    { "senders { approved = {\".gouv.fr\", \"a.gouv.fr\"} }",
      "warning policy.conf:1: \"a.gouv.fr\" is covered by \".gouv.fr\" already\n" },
    { "senders { approved = {\"*\"} }",
      "warning policy.conf:1: approved holds \"*\": every sender is approved\n" },
    { "destination \"d\" { domains = \"*\" require_signed = true }",
      "error policy.conf:1: destination \"d\" requires a signature, but no authorities are set\n" },
    { "authorities = \"policy.conf\"",
      "error policy.conf:1: authorities: policy.conf holds no certificate (PEM)\n" },
    { "destination \"d\" { domains = \"*\" tls_minimum = TLSv1.2 ceiling = any }\n"
      "rule \"r\" { when = {ambiguous, label-above-ceiling} action = reject }",
      "warning policy.conf:1: no enforced rule acts on channel-unmet: what \"d\" requires binds nobody\n" },
    { "text \"a\" { en = \"x\" }\nrule \"r\" { when = {always} action = reject reply = \"%{text:b}\" }",
      "error policy.conf:2: no text \"b\"; did you mean \"a\"?\n" },
    { "text \"a\" { en = \"%{lable}\" }",
      "error policy.conf:1: text: unknown placeholder \"%{lable}\"; accepted: rule id sender recipients "
      "label label_name where destination ceiling contact reason suggestion fact name bytes sha256\n" },
    { "text \"a\" { }", "error policy.conf:1: text \"a\" says nothing\n" },
    { "text \"a\" { fr = \"%{text:a}\" }",
      "error policy.conf:1: text \"a\" stands for another text\n" },
    { "language \"xx\" { domains = \"a.example\" }",
      "error policy.conf:1: unknown language \"xx\"; accepted: fr, en, de, es, it\n" },
    { "languages = {fr, xx}",
      "error policy.conf:1: unknown language \"xx\"; accepted: fr, en, de, es, it\n" },
    { "mode = observe rule \"a\" { when = {ambiguous} action = reject }",
      "warning policy.conf:1: mode = observe: every message is accepted as it is\n" },
    { "scheme \"s\" { label \"A\" { rank = 0 marks = aaaa } label \"B\" { rank = 1 marks = bbbb } }\n"
      "destination \"d\" { domains = \"*\" ceiling = \"s:B\" }",
      "warning policy.conf:2: ceiling s:B of destination \"d\" is above every label: it binds nothing\n" },
    { "scheme \"s\" { label \"A\" { rank = 0 marks = aaaa } label \"B\" { rank = 1 marks = bbbb } }\n"
      "destination \"d\" { domains = \"*\" ceiling = \"s:A\" unknown_label = allowed }",
      "warning policy.conf:2: unknown_label = allowed fails open: what no scheme knows goes to \"d\"\n" },
    { "rule \"a\" { when = {ambiguous} action = reject tell_sender = true }",
      "error policy.conf:1: rule \"a\": tell_sender is for some_recipients = drop\n" },
    { "failure { audit = accept }",
      "warning policy.conf:1: audit = accept fails open: such messages leave unjudged\n" },
    { "rule \"a\" { when = {ambiguous, signed} action = reject }\n"
      "rule \"b\" { when = signed action = quarantine }",
      "warning policy.conf:2: rule \"b\" can never fire: rule \"a\" at policy.conf:1 decides before it\n" },
    { "rule \"a\" { when = always action = reject }\nrule \"b\" { login = x action = accept }",
      "warning policy.conf:2: rule \"b\" can never fire: rule \"a\" at policy.conf:1 decides before it\n" },
    { "rule \"a\" { when = always action = reject mode = observe }\n"
      "rule \"b\" { when = ambiguous action = reject }",
      "" },
    { "rule \"a\" { when = signed action = reject }",
      "warning policy.conf:0: no enforced rule acts on ambiguous: such messages are accepted\n" },
    { "senders { approved = \"a.fr\" } rule \"a\" { when = ambiguous action = reject }",
      "warning policy.conf:0: no enforced rule acts on sender-unapproved: the approved list binds "
      "nobody\n" },
    { "destination \"a\" { domains = \"*\" ceiling = any }\ndestination \"b\" { domains = \"b.fr\" }",
      "warning policy.conf:2: destination \"b\" has no recipients: \"a\" before it takes all\n" },
};

/* The folder of the fixture stands in some words too. */
static void forget_folder(struct conf_fixture *fixture, struct buf *out)
{
    struct span rest = span_of(fixture->told.ptr), folder = span_of(fixture->folder);

    while (rest.len > 0) {
        size_t i = span_find(rest, folder);
        buf_append(out, span_slice(rest, 0, i));
        rest = span_slice(rest, i + (i < rest.len ? folder.len + 1 : 0), rest.len);
    }
    buf_append_byte(out, '\0');
}

static void check_all(const struct diagnosis_case *cases, size_t count)
{
    struct conf_fixture fixture;

    conf_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++) {
        struct buf told;
        buf_init(&told, 0);
        conf_fixture_parse(&fixture, cases[i].policy);
        forget_folder(&fixture, &told);
        if (strcmp(told.ptr, cases[i].want) != 0)
            fail_msg("%s\ngot:\n%swant:\n%s", cases[i].policy, told.ptr, cases[i].want);
        assert_true((fixture.conf->policy == NULL) == (strstr(cases[i].want, "error ") != NULL));
        buf_fini(&told);
    }
    conf_fixture_fini(&fixture);
}

#define COUNT(table) (sizeof table / sizeof *table)

static void test_diagnostics_syntax(void **state)
{
    (void)state;
    check_all(syntax, COUNT(syntax));
}

static void test_diagnostics_values(void **state)
{
    (void)state;
    check_all(values, COUNT(values));
}

static void test_diagnostics_meanings(void **state)
{
    (void)state;
    check_all(meanings, COUNT(meanings));
}

static void test_diagnostics_warnings(void **state)
{
    (void)state;
    check_all(warnings, COUNT(warnings));
}

static void test_diagnostics_come_all_at_once(void **state)
{
    struct conf_fixture fixture;

    (void)state;
    conf_fixture_init(&fixture);
    conf_fixture_write(&fixture, "labels.d/x.conf", "scheme \"x\" {\n label \"A\" { rnak = 1 }\n}\n");
    conf_fixture_write(&fixture, "domains.txt", "a.fr\n# comment\nb b.fr\n");
    conf_fixture_parse(&fixture, "mod = enforce\n"
                                 "include(\"labels.d/x.conf\")\n"
                                 "senders { approved_file = \"domains.txt\" }\n"
                                 "rule \"r\" { when = alway\n action = nothing }\n"
                                 "audit_sync = perhaps\n");
    assert_string_equal(
        fixture.told.ptr,
        "error policy.conf:1: unknown setting \"mod\"; did you mean \"mode\"?\n"
        "error policy.conf:4: when: unknown fact \"alway\"; did you mean \"always\"?\n"
        "error policy.conf:5: action: unknown value \"nothing\"; accepted: accept, tag, rewrite, "
        "redirect, copy, quarantine, reject, tempfail, discard\n"
        "error policy.conf:6: audit_sync: \"perhaps\" is not true or false\n"
        "error labels.d/x.conf:2: label \"A\" needs rank: order inside the scheme\n"
        "error labels.d/x.conf:2: unknown setting \"rnak\" in label \"A\"; did you mean \"rank\"?\n"
        "warning labels.d/x.conf:2: label \"A\" has no marks and no identifiers: nothing will ever "
        "carry it\n"
        "error domains.txt:3: \"b b.fr\" is no domain; accepted: \"example.org\", \".example.org\" for "
        "all domains under it, \"name@example.org\", or \"*\"\n");
    conf_fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diagnostics_syntax),
        cmocka_unit_test(test_diagnostics_values),
        cmocka_unit_test(test_diagnostics_meanings),
        cmocka_unit_test(test_diagnostics_warnings),
        cmocka_unit_test(test_diagnostics_come_all_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
