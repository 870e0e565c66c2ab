/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rules as operators write them, against facts: each condition, fact and action
 * once met and once not. A case says "VERDICT RULE", and what changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf_fixture.h"
#include "facts_fixture.h"
#include "policy/decide.h"

struct rule_case {
    const char *name, *policy, *facts, *want;
};

/* What every case may use. */
static const char common[] =
    "scheme \"fr\" {\n"
    " label \"NON PROTEGE\" { rank = 0 level = 0 marks = {\"NP\"} }\n"
    " label \"DIFFUSION RESTREINTE\" { rank = 10 level = 1 marks = {\"DR\"} }\n"
    " label \"SECRET\" { rank = 30 level = 3 marks = {\"SECRET\"} }\n"
    "}\n"
    "scheme \"nato\" {\n"
    " label \"NATO RESTRICTED\" { rank = 10 level = 1 marks = {\"NR\"} }\n"
    " label \"NATO SECRET\" { rank = 30 level = 3 marks = {\"NS\"} }\n"
    "}\n"
    "scheme \"tlp\" { label \"AMBER\" { rank = 2 marks = {\"TLP:AMBER\"} } }\n"
    "senders { approved = {\"defense.gouv.fr\", \".intradef.gouv.fr\", \"chief@allied.example\"} }\n"
    "destination \"state\" { domains = {\".gouv.fr\"} ceiling = {\"fr:DIFFUSION RESTREINTE\"} }\n"
    "destination \"sealed\" { domains = {\"sealed.example\"} ceiling = any require_tls = true }\n"
    "destination \"allies\" { domains = {\"ally.example\"} ceiling = any never = \"fr:SECRET\" }\n"
    "destination \"anyone\" { domains = {\"*\"} ceiling = {\"fr:NON PROTEGE\"} }\n";

#define GOOD "envelope a@defense.gouv.fr\nfrom a@defense.gouv.fr\n"
#define OUT  GOOD "rcpt x@example.org\n"

static const struct rule_case senders[] = {
    { "approved by domain", "rule \"r\" { when = sender-unapproved action = reject }", OUT, "accept" },
    { "approved by suffix", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope a@x.intradef.gouv.fr", "accept" },
    { "suffix is not its own head", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope a@intradef.gouv.fr", "reject r" },
    { "approved by mailbox", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope Chief@allied.example", "accept" },
    { "another mailbox there", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope x@allied.example", "reject r" },
    { "From alone", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope a@defense.gouv.fr\nfrom a@gmail.com", "reject r" },
    { "Reply-To alone", "rule \"r\" { when = sender-unapproved action = reject }",
      GOOD "field Reply-To a@gmail.com", "reject r" },
    { "malformed is never approved", "rule \"r\" { when = sender-unapproved action = reject }",
      "envelope a@defense.gouv.fr\nbadfrom boss", "reject r" },
    { "malformed", "rule \"r\" { when = sender-malformed action = reject }",
      "envelope a@defense.gouv.fr\nbadfrom boss", "reject r" },
    { "not malformed", "rule \"r\" { when = sender-malformed action = reject }", OUT, "accept" },
    { "no look-alike", "rule \"r\" { when = sender-lookalike action = reject }", OUT, "accept" },
    { "look-alike, Cyrillic", "rule \"r\" { when = sender-lookalike action = reject }",
      "envelope a@xn--80ak6aa92e.com", "reject r" },
    { "null sender approved", "rule \"r\" { when = sender-unapproved action = reject }", "null",
      "accept" },
    { "null sender, a fact", "rule \"r\" { when = null-sender action = quarantine }", "null",
      "quarantine r" },
    { "null sender, not there", "rule \"r\" { when = null-sender action = quarantine }", OUT, "accept" },
    { "near miss of a domain", "rule \"r\" { when = sender-near-miss action = reject }",
      "envelope a@defence.gouv.fr", "reject r" },
    { "near miss of a suffix", "rule \"r\" { when = sender-near-miss action = reject }",
      "envelope a@b.intradefgouv.fr", "reject r" },
    { "far from any", "rule \"r\" { when = sender-near-miss action = reject }",
      "envelope a@example.com", "accept" },
    { "approved is no near miss", "rule \"r\" { when = sender-near-miss action = reject }", OUT,
      "accept" },
    { "without login", "rule \"r\" { when = no-login action = reject }", OUT, "reject r" },
    { "with login", "rule \"r\" { when = no-login action = reject }", OUT "login anne", "accept" },
    { "local needs none", "rule \"r\" { when = no-login action = reject }", OUT "local", "accept" },
};

static const struct rule_case servers[] = {
    { "from its network",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = sender-unapproved action = reject }",
      OUT "client 10.1.2.3", "accept" },
    { "from another network",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = sender-unapproved action = reject }",
      OUT "client 192.0.2.1", "reject r" },
    { "from nowhere",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT, "reject r" },
    { "IPv4 in IPv6",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "client ::ffff:10.1.2.3", "accept" },
    { "a domain of another server",
      "server \"s\" { domains = \"allied.example\" networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "client 192.0.2.1", "accept" },
    { "second server fits",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "server \"t\" { domains = defense.gouv.fr networks = \"192.0.2.0/24\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "client 192.0.2.1", "accept" },
    { "network and login, login missing",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" logins = relay }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "client 10.0.0.1", "reject r" },
    { "network and login",
      "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" logins = relay }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "client 10.0.0.1\nlogin Relay", "accept" },
    { "certificate", "server \"s\" { domains = defense.gouv.fr certificates = \"relay.*\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "cert relay.defense.gouv.fr", "accept" },
    { "no certificate", "server \"s\" { domains = defense.gouv.fr certificates = \"*\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT, "reject r" },
    { "listener", "server \"s\" { domains = defense.gouv.fr daemons = relays }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "daemon relays", "accept" },
    { "another listener", "server \"s\" { domains = defense.gouv.fr daemons = relays }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "daemon smtpd", "reject r" },
    { "local", "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" local = true }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "local", "accept" },
    { "local not allowed", "server \"s\" { domains = defense.gouv.fr networks = \"10.0.0.0/8\" }"
      "rule \"r\" { when = server-unapproved action = reject }",
      OUT "local", "reject r" },
};

static const struct rule_case labels[] = {
    { "at the ceiling", "rule \"r\" { when = label-above-ceiling action = reject }",
      OUT "label fr:NON_PROTEGE certain text 1", "accept" },
    { "above it", "rule \"r\" { when = label-above-ceiling action = reject }",
      OUT "label fr:DIFFUSION_RESTREINTE certain text 1", "reject r" },
    { "allowed there", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nlabel fr:DIFFUSION_RESTREINTE certain text 1", "accept" },
    { "one of two recipients", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nrcpt y@example.org\n"
           "label fr:DIFFUSION_RESTREINTE certain text 1",
      "reject r" },
    { "only possible", "rule \"r\" { when = label-above-ceiling action = reject }",
      OUT "label fr:SECRET possible text 1", "accept" },
    { "possible asked for",
      "rule \"r\" { when = label-above-ceiling confidence = possible action = reject }",
      OUT "label fr:SECRET possible text 1", "reject r" },
    { "certain asked for",
      "rule \"r\" { when = label-above-ceiling confidence = certain action = reject }",
      OUT "label fr:SECRET likely text 1", "accept" },
    { "other scheme, same level", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nlabel nato:NATO_RESTRICTED certain text 1", "accept" },
    { "other scheme, higher", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nlabel nato:NATO_SECRET certain text 1", "reject r" },
    { "other scheme, off the scale", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nlabel tlp:AMBER certain text 1", "reject r" },
    { "unknown label", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nlabel ? certain metadata 1", "reject r" },
    { "unknown label, any", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@sealed.example\nlabel ? certain metadata 1", "accept" },
    { "never, whatever the ceiling", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@ally.example\nlabel fr:SECRET certain text 1", "reject r" },
    { "another label there", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "rcpt x@ally.example\nlabel nato:NATO_SECRET certain text 1", "accept" },
    { "no recipient is no excuse", "rule \"r\" { when = label-above-ceiling action = reject }",
      GOOD "label fr:SECRET certain text 1", "reject r" },
    { "labelled", "rule \"r\" { when = labelled action = quarantine }",
      OUT "label fr:NON_PROTEGE likely text 1", "quarantine r" },
    { "missing", "rule \"r\" { when = label-missing action = reject }", OUT, "reject r" },
    { "not missing", "rule \"r\" { when = label-missing action = reject }",
      OUT "label fr:NON_PROTEGE likely subject header:Subject", "accept" },
    { "missing where asked", "rule \"r\" { when = label-missing source = subject action = reject }",
      OUT "label fr:NON_PROTEGE likely text 1", "reject r" },
    { "unknown", "rule \"r\" { when = label-unknown action = reject }",
      OUT "label ? certain metadata 1", "reject r" },
    { "known", "rule \"r\" { when = label-unknown action = reject }",
      OUT "label fr:SECRET certain metadata 1", "accept" },
    { "stores disagree", "rule \"r\" { when = label-disagreement action = reject }",
      OUT "part 2 a.docx docx read\nlabel fr:SECRET certain metadata 2!docProps/custom.xml\n"
          "label fr:NON_PROTEGE certain metadata 2!docMetadata/LabelInfo.xml",
      "reject r" },
    { "store and text disagree", "rule \"r\" { when = label-disagreement action = reject }",
      OUT "part 2 a.docx docx read\nlabel fr:NON_PROTEGE certain metadata 2!docProps/custom.xml\n"
          "label fr:SECRET certain text 2!word/header1.xml#line=1",
      "reject r" },
    { "portion marks below the banner agree", "rule \"r\" { when = label-disagreement action = reject }",
      OUT "part 2 a.docx docx read\nlabel fr:SECRET certain metadata 2!docProps/custom.xml\n"
          "label fr:SECRET certain text 2!word/header1.xml\nlabel fr:NON_PROTEGE likely text 2!w.xml",
      "accept" },
    { "other documents do not disagree", "rule \"r\" { when = label-disagreement action = reject }",
      OUT "part 2 a.docx docx read\npart 3 b.docx docx read\n"
          "label fr:SECRET certain metadata 2!p.xml\nlabel fr:NON_PROTEGE certain metadata 3!p.xml",
      "accept" },
    { "downgrade", "rule \"r\" { when = label-downgrade action = reject }",
      OUT "label fr:NON_PROTEGE certain subject header:Subject\nlabel fr:SECRET certain text 2!w.xml",
      "reject r" },
    { "no downgrade", "rule \"r\" { when = label-downgrade action = reject }",
      OUT "label fr:SECRET certain subject header:Subject\nlabel fr:NON_PROTEGE certain text 2!w.xml",
      "accept" },
    { "obfuscated", "rule \"r\" { when = obfuscated action = quarantine }",
      OUT "label fr:SECRET likely text 1 obfuscated", "quarantine r" },
    { "obfuscated contact", "rule \"r\" { when = obfuscated action = quarantine }",
      OUT "contact a@gmail.com 1 obfuscated", "quarantine r" },
    { "not obfuscated", "rule \"r\" { when = obfuscated action = quarantine }",
      OUT "label fr:SECRET likely text 1", "accept" },
    { "label named", "rule \"r\" { when = labelled label = \"fr:secret\" action = reject }",
      OUT "label fr:SECRET certain text 1", "reject r" },
    { "another label", "rule \"r\" { when = labelled label = \"fr:SECRET\" action = reject }",
      OUT "label fr:NON_PROTEGE certain text 1", "accept" },
    { "at least, by rank", "rule \"r\" { label_at_least = \"fr:DIFFUSION RESTREINTE\" action = reject }",
      OUT "label fr:SECRET certain text 1", "reject r" },
    { "at least, below", "rule \"r\" { label_at_least = \"fr:SECRET\" action = reject }",
      OUT "label fr:DIFFUSION_RESTREINTE certain text 1", "accept" },
    { "at least, by level", "rule \"r\" { label_at_least = \"fr:SECRET\" action = reject }",
      OUT "label nato:NATO_SECRET certain text 1", "reject r" },
    { "source", "rule \"r\" { when = labelled source = {metadata, header} action = reject }",
      OUT "label fr:SECRET certain metadata 1", "reject r" },
    { "other source", "rule \"r\" { when = labelled source = {metadata, header} action = reject }",
      OUT "label fr:SECRET certain text 1", "accept" },
    { "place", "rule \"r\" { when = labelled place = \"2!*\" action = reject }",
      OUT "label fr:SECRET certain text 2!a.txt#line=1", "reject r" },
    { "another place", "rule \"r\" { when = labelled place = \"2!*\" action = reject }",
      OUT "label fr:SECRET certain text 1#line=1", "accept" },
    { "dropped", "rule \"r\" { when = label-dropped action = reject }",
      OUT "part 1 - text read\npart 2 a.txt text read\nlabel fr:SECRET certain text 2#line=1", "reject r" },
    { "not dropped: in its own text", "rule \"r\" { when = label-dropped action = reject }",
      OUT "label fr:SECRET certain text 2!a.txt\nlabel fr:SECRET likely text 1#line=1", "accept" },
    { "dropped: only quoted", "rule \"r\" { when = label-dropped action = reject }",
      OUT "label fr:SECRET certain text 1#line=1 quoted", "reject r" },
    { "not dropped: nothing to say", "rule \"r\" { when = label-dropped action = reject }",
      OUT "label fr:NON_PROTEGE certain text 2!a.txt", "accept" },
    { "missing in a document", "rule \"r\" { when = label-missing type = docx action = reject }",
      OUT "part 2 a.docx docx read\nlabel fr:SECRET certain text 1", "reject r" },
    { "not missing in a document", "rule \"r\" { when = label-missing type = docx action = reject }",
      OUT "part 2 a.docx docx read\nlabel fr:SECRET certain text 2!word/header1.xml", "accept" },
    { "label and source of one finding",
      "rule \"r\" { when = labelled label = \"fr:SECRET\" source = metadata action = reject }",
      OUT "label fr:SECRET certain text 1\nlabel fr:NON_PROTEGE certain metadata 1", "accept" },
};

static const struct rule_case contents[] = {
    { "encrypted", "rule \"r\" { when = encrypted action = reject }", OUT "part 2 a.zip zip encrypted",
      "reject r" },
    { "uninspectable", "rule \"r\" { when = uninspectable action = quarantine }",
      OUT "part 2 a.zip zip damaged", "quarantine r" },
    { "its reason", "rule \"r\" { when = uninspectable reason = {encrypted} action = reject }",
      OUT "part 2 a.zip zip encrypted", "reject r" },
    { "no rule speaks of another reason",
      "rule \"r\" { when = uninspectable reason = {encrypted} action = reject }",
      OUT "part 2 a.zip zip damaged", "tempfail" },
    { "no rule speaks of it", "", OUT "part 2 a.zip zip encrypted", "tempfail" },
    { "failure setting", "failure { uninspectable = quarantine }", OUT "part 2 a.zip zip encrypted",
      "quarantine" },
    { "observed is spoken of", "rule \"r\" { when = uninspectable action = reject mode = observe }",
      OUT "part 2 a.zip zip encrypted", "accept" },
    { "unless does not speak of it",
      "rule \"r\" { when = always unless = uninspectable action = reject }",
      OUT "part 2 a.zip zip encrypted", "tempfail" },
    { "read", "rule \"r\" { when = uninspectable action = quarantine }", OUT "part 2 a.zip zip read",
      "accept" },
    { "ambiguous", "rule \"r\" { when = ambiguous action = quarantine }",
      OUT "ambiguous from-duplicate header", "quarantine r" },
    { "its kind", "rule \"r\" { when = ambiguous ambiguity = {from-duplicate, qp-malformed} action = reject }",
      OUT "ambiguous qp-malformed 1", "reject r" },
    { "another kind", "rule \"r\" { when = ambiguous ambiguity = from-duplicate action = reject }",
      OUT "ambiguous qp-malformed 1", "accept" },
    { "contact", "rule \"r\" { when = contact-unapproved action = reject }", OUT "contact a@gmail.com 1",
      "reject r" },
    { "approved contact", "rule \"r\" { when = contact-unapproved action = reject }",
      OUT "contact a@defense.gouv.fr 1", "accept" },
    { "contact named", "rule \"r\" { when = contact-unapproved contact = gmail.com action = reject }",
      OUT "contact a@gmail.com 1", "reject r" },
    { "contact not named",
      "rule \"r\" { when = contact-unapproved contact = \"/^a@gmail/\" action = reject }",
      OUT "contact b@gmail.com 1", "accept" },
    { "mismatch", "rule \"r\" { when = type-mismatch action = reject }",
      OUT "part 2 a.pdf zip read mismatch", "reject r" },
    { "active", "rule \"r\" { when = active-content action = reject }",
      OUT "part 2 a.docm docx read active", "reject r" },
    { "signed", "rule \"r\" { when = signed action = reject }", OUT "signed smime", "reject r" },
    { "signer", "rule \"r\" { when = signed signer = \"*Chief*\" action = accept }"
      "rule \"s\" { when = signed action = reject }",
      OUT "signed smime CN=Chief of Staff", "accept r" },
    { "file name", "rule \"r\" { file_name = {\"*.exe\", \"*.DOCM\"} action = reject }",
      OUT "part 2 a.docm docx read", "reject r" },
    { "another file name", "rule \"r\" { file_name = \"*.exe\" action = reject }",
      OUT "part 2 a.docm docx read", "accept" },
    { "type", "rule \"r\" { type = {zip, \"7z\"} action = reject }", OUT "part 2 a.pdf zip read",
      "reject r" },
    { "sha256",
      "rule \"r\" { sha256 = \"ABababababababababababababababababababababababababababababababab\""
      " action = reject }",
      OUT "part 2 a.pdf pdf read", "reject r" },
    { "part above", "rule \"r\" { part_above = 999 action = reject }", OUT "part 2 a.pdf pdf read",
      "reject r" },
    { "part not above", "rule \"r\" { part_above = 1000 action = reject }", OUT "part 2 a.pdf pdf read",
      "accept" },
};

static const struct rule_case conditions[] = {
    { "always", "rule \"r\" { when = always action = discard }", OUT, "discard r" },
    { "sender", "rule \"r\" { sender = defense.gouv.fr action = reject }", OUT, "reject r" },
    { "sender glob", "rule \"r\" { sender = \"*@def*\" action = reject }", OUT, "reject r" },
    { "sender and field of one",
      "rule \"r\" { sender = gmail.com sender_field = From action = reject }",
      GOOD "field Reply-To a@gmail.com", "accept" },
    { "recipient", "rule \"r\" { recipient = \"example.org\" action = reject }", OUT, "reject r" },
    { "recipient regex", "rule \"r\" { recipient = '/^x@.*\\.org$/' action = reject }", OUT, "reject r" },
    { "destination", "rule \"r\" { destination = {state, anyone} action = reject }", OUT, "reject r" },
    { "other destination", "rule \"r\" { destination = state action = reject }", OUT, "accept" },
    { "first destination counts", "rule \"r\" { destination = anyone action = reject }",
      GOOD "rcpt x@interieur.gouv.fr", "accept" },
    { "label for that destination only",
      "rule \"r\" { when = label-above-ceiling destination = state action = reject }",
      GOOD "rcpt x@interieur.gouv.fr\nrcpt y@example.org\nlabel fr:DIFFUSION_RESTREINTE likely text 1",
      "accept" },
    { "login", "rule \"r\" { login = {anne, \"b*\"} action = reject }", OUT "login bob", "reject r" },
    { "another login", "rule \"r\" { login = {anne, \"b*\"} action = reject }", OUT "login carl",
      "accept" },
    { "client", "rule \"r\" { client = {\"2001:db8::/32\", \"10.0.0.1\"} action = reject }",
      OUT "client 2001:db8::5", "reject r" },
    { "another client", "rule \"r\" { client = \"10.0.0.1\" action = reject }", OUT "client 10.0.0.2",
      "accept" },
    { "tls", "rule \"r\" { tls = {\"TLSv1\", \"TLSv1.1\", none} action = reject }", OUT, "reject r" },
    { "good tls", "rule \"r\" { tls = {\"TLSv1\", \"TLSv1.1\", none} action = reject }",
      OUT "tls TLSv1.3", "accept" },
    { "signed and approved", "rule \"r\" { when = signed-approved action = reject }", OUT "approved smime CN=a",
      "reject r" },
    { "signed, not approved", "rule \"r\" { when = signed-approved action = reject }", OUT "signed smime CN=a",
      "accept" },
    { "approved, of another", "rule \"r\" { when = signed-approved signer = \"*chief*\" action = reject }",
      OUT "approved smime CN=a\nsigned smime CN=chief", "accept" },
    { "approved, of that one", "rule \"r\" { when = signed-approved signer = \"*chief*\" action = reject }",
      OUT "signed smime CN=a\napproved smime CN=chief", "reject r" },
    { "tls required", "rule \"r\" { when = no-tls action = reject }", GOOD "rcpt x@sealed.example",
      "reject r" },
    { "tls required and there", "rule \"r\" { when = no-tls action = reject }",
      GOOD "rcpt x@sealed.example\ntls TLSv1.3", "accept" },
    { "tls not required", "rule \"r\" { when = no-tls action = reject }", OUT, "accept" },
    { "daemon", "rule \"r\" { daemon = smtpd action = reject }", OUT "daemon smtpd", "reject r" },
    { "port", "rule \"r\" { port = {\"25\", \"587\"} action = reject }", OUT "port 587", "reject r" },
    { "another port", "rule \"r\" { port = {\"25\", \"587\"} action = reject }", OUT "port 465", "accept" },
    { "certificate", "rule \"r\" { certificate = \"relay*\" action = reject }", OUT "cert relay1", "reject r" },
    { "no certificate", "rule \"r\" { certificate = none action = reject }", OUT, "reject r" },
    { "another certificate", "rule \"r\" { certificate = {none, \"relay*\"} action = reject }",
      OUT "cert pc7", "accept" },
    { "mailer", "rule \"r\" { mailer = \"Evil*\" action = reject }", OUT "header User-Agent: evil 1.0",
      "reject r" },
    { "another mailer", "rule \"r\" { mailer = \"Evil*\" action = reject }",
      OUT "header X-Mailer: good\nheader X-Other: evil", "accept" },
    { "header", "rule \"r\" { header = \"X-Mailer: *Evil*\" action = reject }",
      OUT "header x-mailer: very evil mailer", "reject r" },
    { "header there", "rule \"r\" { header = \"X-Mailer\" action = reject }", OUT "header X-Mailer: a",
      "reject r" },
    { "header not there", "rule \"r\" { header = \"X-Mailer\" action = reject }", OUT, "accept" },
    { "subject", "rule \"r\" { subject = \"*secret*\" action = reject }", OUT "subject Top SECRET plan",
      "reject r" },
    { "size", "rule \"r\" { size_above = 1K action = reject }", OUT "size 1025", "reject r" },
    { "not size", "rule \"r\" { size_above = 1K action = reject }", OUT "size 1024", "accept" },
    { "recipients", "rule \"r\" { recipients_above = 1 action = reject }", OUT "rcpt z@example.org",
      "reject r" },
    { "in hours", "rule \"r\" { time = \"Mon-Fri 08:00-18:00\" action = reject }", OUT, "reject r" },
    { "local hour: 16:30Z is 18:30", "rule \"r\" { time = \"Mon-Fri 08:00-18:00\" action = reject }",
      OUT "time 2026-06-01T16:30:00Z", "accept" },
    { "winter: 16:30Z is 17:30", "rule \"r\" { time = \"Mon-Fri 08:00-18:00\" action = reject }",
      OUT "time 2026-01-05T16:30:00Z", "reject r" },
    { "weekend", "rule \"r\" { time = \"Sat,Sun\" action = reject }", OUT "time 2026-06-06T10:00:00Z",
      "reject r" },
    { "past midnight", "rule \"r\" { time = \"Fri 22:00-06:00\" action = reject }",
      OUT "time 2026-06-06T03:00:00Z", "reject r" },
    { "unless fact", "rule \"r\" { when = always unless = signed action = reject }", OUT "signed pgp",
      "accept" },
    { "unless condition", "rule \"r\" { when = always unless_login = anne action = reject }",
      OUT "login anne", "accept" },
    { "unless not", "rule \"r\" { when = always unless = signed unless_login = anne action = reject }",
      OUT "login bob", "reject r" },
    { "list by name", "list \"bad\" { values = {\"example.org\"} } rule \"r\" { recipient = \"@bad\" action = reject }",
      OUT, "reject r" },
    { "recipient near miss", "rule \"r\" { when = recipient-near-miss action = reject }",
      GOOD "rcpt x@seald.example", "reject r" },
    { "the head of a suffix is no slip", "rule \"r\" { when = recipient-near-miss action = reject }",
      GOOD "rcpt x@gouv.fr", "accept" },
    { "recipient near miss, a letter for another", "rule \"r\" { when = recipient-near-miss action = reject }",
      GOOD "rcpt x@xn--seled-5ve.example", "reject r" },
    { "recipient known", "rule \"r\" { when = recipient-near-miss action = reject }",
      GOOD "rcpt x@sealed.example", "accept" },
};

static const struct rule_case actions[] = {
    { "first that decides",
      "rule \"a\" { when = always action = quarantine } rule \"b\" { when = always action = reject }",
      OUT, "quarantine a" },
    { "accept ends it", "rule \"a\" { login = anne action = accept } rule \"b\" { when = always action = reject }",
      OUT "login anne", "accept a" },
    { "observe decides nothing",
      "rule \"a\" { when = always action = reject mode = observe }", OUT, "accept" },
    { "tags add up",
      "rule \"a\" { when = always action = tag headers = \"X-A: 1\" }"
      "rule \"b\" { when = always action = tag headers = \"X-B: %{rule}\" }",
      OUT, "tag +X-A: 1 +X-B: b" },
    { "tag then reject leaves no edits",
      "rule \"a\" { when = always action = tag headers = \"X-A: 1\" } rule \"b\" { when = always action = reject }",
      OUT, "reject b" },
    { "tag then quarantine keeps them",
      "rule \"a\" { when = always action = tag headers = \"X-A: 1\" }"
      "rule \"b\" { when = always action = quarantine }",
      OUT, "quarantine b +X-A: 1" },
    { "copy", "rule \"a\" { when = always action = copy to = \"audit@defense.gouv.fr\" }", OUT,
      "tag >audit@defense.gouv.fr" },
    { "redirect", "rule \"a\" { when = always action = redirect to = \"desk@defense.gouv.fr\" }", OUT,
      "redirect a <<x@example.org> >desk@defense.gouv.fr" },
    { "rewrite header", "rule \"a\" { when = always action = rewrite headers = \"X-A: 1\" remove_headers = \"User-Agent\" }",
      OUT "\nheader User-Agent: Outil 3", "rewrite +X-A: 1 -User-Agent" },
    { "rewrite removes what is there only", "rule \"a\" { when = always action = rewrite remove_headers = \"User-Agent\" }",
      OUT, "accept" },
    { "sender map",
      "rule \"a\" { when = sender-unapproved action = rewrite sender_map = \"gmail.com -> press@defense.gouv.fr\" }",
      "envelope p@gmail.com\nfrom p@gmail.com\nrcpt x@example.org",
      "rewrite =press@defense.gouv.fr +From: <press@defense.gouv.fr>" },
    { "sender map holds signed mail",
      "rule \"a\" { when = sender-unapproved action = rewrite sender_map = \"gmail.com -> press@defense.gouv.fr\" }",
      "envelope p@gmail.com\nfrom p@gmail.com\nrcpt x@example.org\nsigned smime", "quarantine a" },
    { "drop the forbidden recipients",
      "rule \"a\" { when = label-above-ceiling action = reject some_recipients = drop }",
      GOOD "rcpt x@interieur.gouv.fr\nrcpt y@example.org\nlabel fr:DIFFUSION_RESTREINTE certain text 1",
      "rewrite <<y@example.org>" },
    { "tell the sender whom it does not reach",
      "rule \"a\" { when = label-above-ceiling action = reject some_recipients = drop tell_sender = true }",
      GOOD "rcpt x@interieur.gouv.fr\nrcpt y@example.org\nlabel fr:DIFFUSION_RESTREINTE certain text 1",
      "rewrite <<y@example.org> +X-Vaguemestre-Not-Delivered: y@example.org; label-above-ceiling "
      "fr:DIFFUSION RESTREINTE (1); rule a >a@defense.gouv.fr" },
    { "but no stranger",
      "rule \"a\" { when = label-above-ceiling action = reject some_recipients = drop tell_sender = true }",
      "envelope p@gmail.com\nrcpt x@interieur.gouv.fr\nrcpt y@example.org\n"
      "label fr:DIFFUSION_RESTREINTE certain text 1",
      "rewrite <<y@example.org> +X-Vaguemestre-Not-Delivered: y@example.org; label-above-ceiling "
      "fr:DIFFUSION RESTREINTE (1); rule a" },
    { "nobody left to send to",
      "rule \"a\" { when = label-above-ceiling action = reject some_recipients = drop }",
      OUT "label fr:DIFFUSION_RESTREINTE certain text 1", "reject a" },
    { "hold for some", "rule \"a\" { when = label-above-ceiling action = reject some_recipients = hold }",
      GOOD "rcpt x@interieur.gouv.fr\nrcpt y@example.org\nlabel fr:DIFFUSION_RESTREINTE certain text 1",
      "quarantine a" },
    { "a footer in the language of its recipients",
      "language \"en\" { domains = \"ally.example\" } text \"f\" { fr = \"Pied\" en = \"Foot\" }"
      "rule \"a\" { when = always action = rewrite footer = \"%{text:f}\" }",
      GOOD "rcpt x@ally.example", "rewrite footer:Foot footer:<p>Foot</p>\n" },
    { "a footer for everybody", "text \"f\" { fr = \"Pied %{rule}\" en = \"Foot\" }"
      "rule \"a\" { when = always action = rewrite footer = \"%{text:f}\" footer_html = \"<i>x</i>\" }",
      GOOD "rcpt x@ally.example", "rewrite footer:Pied a\nFoot footer:<i>x</i>" },
    { "whole policy observes", "mode = observe rule \"a\" { when = always action = reject }", OUT,
      "accept a" },
};

#define EXCEPTION(what) \
    "exception \"e\" { owner = \"o\" reason = \"r\" " what " }" \
    "rule \"r\" { when = {sender-unapproved, label-above-ceiling, encrypted} action = reject }"
#define GMAIL "envelope p@gmail.com\nfrom p@gmail.com\nrcpt x@example.org\n"

static const struct rule_case exceptions[] = {
    { "excused", EXCEPTION("sender = \"p@gmail.com\" allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL, "accept" },
    { "by the rule's name", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\""),
      GMAIL, "accept" },
    { "expired", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-05-31\""), GMAIL,
      "reject r" },
    { "the last day is good", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-06-01\""),
      GMAIL, "accept" },
    { "not yet", EXCEPTION("sender = \"p@gmail.com\" allows = r from = \"2026-06-02\" expires = \"2026-12-31\""),
      GMAIL, "reject r" },
    { "another sender", EXCEPTION("sender = \"q@gmail.com\" allows = r expires = \"2026-12-31\""), GMAIL,
      "reject r" },
    { "nobody rides along",
      EXCEPTION("sender = \"p@gmail.com\" allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL "field Reply-To evil@gmail.com", "reject r" },
    { "used, but not up", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses = 3"),
      GMAIL "used e 2 2", "accept" },
    { "used up", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses = 3"),
      GMAIL "used e 3 0", "reject r" },
    { "used up for the day",
      EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses_a_day = 2"),
      GMAIL "used e 30 2", "reject r" },
    { "another day", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses_a_day = 2"),
      GMAIL "used e 30 1", "accept" },
    { "uses of another", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses = 3"),
      GMAIL "used f 9 9", "accept" },
    { "uses nobody can tell", EXCEPTION("sender = \"p@gmail.com\" allows = r expires = \"2026-12-31\" uses = 3"),
      GMAIL, "reject r" },
    { "login", EXCEPTION("login = anne allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL "login anne", "accept" },
    { "another login", EXCEPTION("login = anne allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL "login bob", "reject r" },
    { "client", EXCEPTION("client = \"10.0.0.0/8\" allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL "client 10.9.9.9", "accept" },
    { "another fact is not excused",
      EXCEPTION("sender = \"p@gmail.com\" allows = sender-unapproved expires = \"2026-12-31\""),
      GMAIL "part 2 a.zip zip encrypted", "reject r" },
    { "its ceiling holds",
      EXCEPTION("sender = \"p@gmail.com\" allows = r ceiling = \"fr:NON PROTEGE\" expires = \"2026-12-31\""),
      GMAIL "label fr:SECRET likely text 1", "reject r" },
    { "a raised ceiling",
      EXCEPTION("sender = \"p@gmail.com\" allows = {sender-unapproved, label-above-ceiling}"
                " ceiling = \"fr:DIFFUSION RESTREINTE\" expires = \"2026-12-31\""),
      GMAIL "label fr:DIFFUSION_RESTREINTE likely text 1", "accept" },
    { "to its destination only",
      EXCEPTION("sender = \"p@gmail.com\" allows = r destination = state expires = \"2026-12-31\""),
      GMAIL, "reject r" },
    { "to its destination",
      EXCEPTION("sender = \"p@gmail.com\" allows = r destination = state expires = \"2026-12-31\""),
      "envelope p@gmail.com\nrcpt x@interieur.gouv.fr", "accept" },
    { "to its recipient",
      EXCEPTION("sender = \"p@gmail.com\" allows = r recipient = \"example.org\" expires = \"2026-12-31\""),
      GMAIL, "accept" },
    { "excused part is spoken of",
      EXCEPTION("login = anne allows = encrypted expires = \"2026-12-31\""),
      OUT "login anne\npart 2 a.zip zip encrypted", "accept" },
};

static const struct rule_case undecided[] = {
    { "not scanned", "", OUT "unscanned", "tempfail" },
    { "crashed", "", OUT "unscanned\nfailed crashed", "tempfail" },
    { "timeout", "failure { scanner_timeout = quarantine }", OUT "failed timeout", "quarantine" },
    { "too large", "failure { message_too_large = reject }", OUT "unscanned\nfailed too-large", "reject" },
    { "facts full", "failure { facts_full = discard }", OUT "dropped", "discard" },
    { "a rule that might decide cannot be told",
      "rule \"a\" { when = label-above-ceiling action = reject } rule \"b\" { when = undecided action = quarantine }",
      OUT "unscanned\nfailed crashed", "tempfail" },
    { "a rule on undecided above it",
      "rule \"b\" { when = undecided action = quarantine } rule \"a\" { when = label-above-ceiling action = reject }",
      OUT "unscanned\nfailed crashed", "quarantine b" },
    { "what was found before counts", "rule \"a\" { when = label-above-ceiling action = reject }",
      OUT "failed timeout\nlabel fr:SECRET likely text 1", "reject a" },
    { "the envelope is known", "rule \"a\" { when = sender-unapproved action = reject }",
      "envelope p@gmail.com\nunscanned", "reject a" },
    { "the header is not", "rule \"a\" { when = sender-unapproved action = reject }", GOOD "unscanned",
      "tempfail" },
    { "accept by what is known", "rule \"a\" { login = anne action = accept }", OUT "login anne\nunscanned",
      "accept a" },
    { "accept by what is not known", "rule \"a\" { when = labelled action = accept }", OUT "unscanned",
      "tempfail" },
    { "unless by what is not known", "rule \"a\" { when = always unless = signed action = reject }",
      OUT "unscanned", "tempfail" },
    { "crashed is uninspectable", "rule \"a\" { when = uninspectable action = quarantine }",
      OUT "unscanned\nfailed crashed", "quarantine a" },
    { "observing, nothing is changed", "mode = observe", OUT "unscanned", "accept" },
};

static void tell_edit(struct buf *out, const struct edit *edit)
{
    switch (edit->kind) {
    case EDIT_HEADER_ADD:
    case EDIT_HEADER_SET:
        buf_printf(out, " +%.*s: %.*s", SPAN_ARG(edit->name), SPAN_ARG(edit->value));
        break;
    case EDIT_HEADER_DELETE: buf_printf(out, " -%.*s", SPAN_ARG(edit->name)); break;
    case EDIT_RECIPIENT_ADD: buf_printf(out, " >%.*s", SPAN_ARG(edit->value)); break;
    case EDIT_RECIPIENT_DELETE: buf_printf(out, " <%.*s", SPAN_ARG(edit->value)); break;
    case EDIT_SENDER_SET: buf_printf(out, " =%.*s", SPAN_ARG(edit->value)); break;
    case EDIT_ADDRESS: buf_printf(out, " %.*s>%.*s", SPAN_ARG(edit->name), SPAN_ARG(edit->value)); break;
    case EDIT_PART: buf_printf(out, " part:%.*s", SPAN_ARG(edit->name)); break;
    case EDIT_FOOTER_TEXT:
    case EDIT_FOOTER_HTML: buf_printf(out, " footer:%.*s", SPAN_ARG(edit->value)); break;
    case EDIT_METADATA: buf_printf(out, " metadata:%.*s", SPAN_ARG(edit->name)); break;
    }
}

static void tell_verdict(struct buf *out, const struct verdict *verdict)
{
    buf_printf(out, "%s", action_name(verdict->action));
    if (verdict->rule.len > 0)
        buf_printf(out, " %.*s", SPAN_ARG(verdict->rule));
    for (size_t i = 0; i < verdict->edit_count; i++)
        tell_edit(out, &verdict->edits[i]);
    buf_append_byte(out, '\0');
}

/* Whatever is answered, this must hold of it. */
static void check_form(const struct rule_case *one, const struct verdict *verdict)
{
    bool replies = verdict->would == ACTION_REJECT || verdict->would == ACTION_TEMPFAIL;

    if (replies != (verdict->reply.line_count > 0))
        fail_msg("%s: a reply where there is none, or none where one is due", one->name);
    for (size_t i = 0; i < verdict->rule_count; i++)
        if (verdict->rules[i].met && verdict->rules[i].because_count == 0)
            fail_msg("%s: met without a reason", one->name);
    assert_true(verdict->action != ACTION_QUARANTINE || verdict->hold_reason.len > 0);
}

static void judge(struct conf_fixture *fixture, const struct rule_case *one)
{
    struct arena *arena = arena_new(1 << 20);
    struct verdict verdict, again;
    struct buf text, told;

    buf_init(&text, 0);
    buf_init(&told, 0);
    buf_printf(&text, "%s%s\n", common, one->policy);
    buf_append_byte(&text, '\0');
    conf_fixture_parse(fixture, text.ptr);
    if (fixture->conf->policy == NULL)
        fail_msg("%s: %s", one->name, fixture->told.ptr);
    const struct facts *facts = facts_fixture_read(arena, fixture->conf->policy, one->facts);
    policy_decide(fixture->conf->policy, facts, DECIDE_MET, arena, &verdict);
    tell_verdict(&told, &verdict);
    if (strcmp(told.ptr, one->want) != 0)
        fail_msg("%s: got \"%s\", want \"%s\"", one->name, told.ptr, one->want);
    check_form(one, &verdict);
    policy_decide(fixture->conf->policy, facts, DECIDE_ALL, arena, &again);
    assert_int_equal(again.action, verdict.action);
    assert_int_equal(again.rule_count, fixture->conf->policy->rule_count);
    buf_fini(&told);
    buf_fini(&text);
    arena_free(&arena);
}

static void judge_all(const struct rule_case *cases, size_t count)
{
    struct conf_fixture fixture;

    conf_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++)
        judge(&fixture, &cases[i]);
    conf_fixture_fini(&fixture);
}

#define COUNT(table) (sizeof table / sizeof *table)

static void test_rules_senders(void **state)
{
    (void)state;
    judge_all(senders, COUNT(senders));
}

static void test_rules_servers(void **state)
{
    (void)state;
    judge_all(servers, COUNT(servers));
}

static void test_rules_labels(void **state)
{
    (void)state;
    judge_all(labels, COUNT(labels));
}

static void test_rules_contents(void **state)
{
    (void)state;
    judge_all(contents, COUNT(contents));
}

static void test_rules_conditions(void **state)
{
    (void)state;
    judge_all(conditions, COUNT(conditions));
}

static void test_rules_actions(void **state)
{
    (void)state;
    judge_all(actions, COUNT(actions));
}

static void test_rules_exceptions(void **state)
{
    (void)state;
    judge_all(exceptions, COUNT(exceptions));
}

static void test_rules_undecided(void **state)
{
    (void)state;
    judge_all(undecided, COUNT(undecided));
}

static void test_rules_login_map(void **state)
{
    static const struct rule_case cases[] = {
        { "own address", "", OUT "login anne", "accept" },
        { "case of the login", "", OUT "login ANNE", "accept" },
        { "another's", "", OUT "login bob", "reject r" },
        { "unlisted login", "", OUT "login carl", "reject r" },
        { "no login", "", OUT, "accept" },
        { "Reply-To is free", "", OUT "login anne\nfield Reply-To x@defense.gouv.fr", "accept" },
    };
    struct conf_fixture fixture;

    (void)state;
    conf_fixture_init(&fixture);
    conf_fixture_write(&fixture, "logins",
                       "# who may send as whom\nbob b@defense.gouv.fr .intradef.gouv.fr\n"
                       "anne a@defense.gouv.fr\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new(0);
        struct verdict verdict;
        struct buf told;
        conf_fixture_parse(&fixture,
                           "senders { approved = defense.gouv.fr login_file = logins }"
                           "rule \"r\" { when = login-mismatch action = reject }");
        assert_non_null(fixture.conf->policy);
        policy_decide(fixture.conf->policy,
                      facts_fixture_read(arena, fixture.conf->policy, cases[i].facts), DECIDE_MET,
                      arena, &verdict);
        buf_init(&told, 0);
        tell_verdict(&told, &verdict);
        if (strcmp(told.ptr, cases[i].want) != 0)
            fail_msg("%s: got \"%s\"", cases[i].name, told.ptr);
        buf_fini(&told);
        arena_free(&arena);
    }
    conf_fixture_fini(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_senders),    cmocka_unit_test(test_rules_servers),
        cmocka_unit_test(test_rules_labels),     cmocka_unit_test(test_rules_contents),
        cmocka_unit_test(test_rules_conditions), cmocka_unit_test(test_rules_actions),
        cmocka_unit_test(test_rules_exceptions), cmocka_unit_test(test_rules_undecided),
        cmocka_unit_test(test_rules_login_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
