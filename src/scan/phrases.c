/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/phrases.h"

#include <stdlib.h>

/* Legal notions, jobs and things that are called secret, and marks taken back. */
const char *const phrases_negative[] = {
    "secret médical", "secret professionnel", "secret bancaire", "secret des affaires",
    "secret d'affaires", "secret de fabrication", "secret de fabrique", "secret industriel",
    "secret de la défense nationale", "secret de l'instruction", "secret de l'enquête",
    "secret des correspondances", "secret de la correspondance", "secret des délibérations",
    "secret du délibéré", "secret du vote", "secret fiscal", "secret statistique", "secret partagé",
    "secret de polichinelle", "secret de famille", "secret de cuisine", "secret de beauté",
    "secret de la réussite", "secret de la confession", "secret défense nationale", "code secret",
    "en secret", "service secret", "services secrets", "agent secret", "jardin secret",
    "ex-secret", "ex secret", "ex-confidentiel défense", "ancien secret défense", "non secret",
    "habilitation secret", "habilitation secret défense", "habilitation très secret",
    "habilité secret", "habilité secret défense", "habilité très secret", "habilité confidentiel défense",
    "déclassifié", "declassified", "liste de diffusion restreinte", "à diffusion restreinte",
    "en diffusion restreinte", "mention diffusion restreinte", "information diffusion restreinte",
    "informations diffusion restreinte", "document diffusion restreinte",
    "documents diffusion restreinte", "données diffusion restreinte", "réseau diffusion restreinte",
    "homologation diffusion restreinte", "habilitation diffusion restreinte",
    "vote confidentiel", "à titre confidentiel", "accord de confidentialité",
    "client secret", "client_secret", "secret key", "secret access key", "secret token",
    "secret manager", "api secret", "app secret", "shared secret", "get secret", "secret name",
    "secret/name", "trade secret", "top secret recipe", "secret santa", "secret ballot",
    "secret service", "secret sauce", "secret recipe", "secret garden", "secret agent",
    "secret weapon", "secret police", "secret ingredient", "victoria's secret", "secret sharing",
    "not secret", "non-secret", "no secret", "open secret", "dirty secret", "best kept secret",
    "best-kept secret", "formerly secret", "previously secret", "secret clearance",
    "top secret clearance", "secret cleared", "confidential information", "confidentiality agreement",
    "confidential disclosure", "confidential computing", "official secrets act", "streng geheime",
    "kein geheimnis", "nicht geheim", "geheim gehalten", "amtlich geheim gehalten",
    "amtlich geheimgehalten", "restricted area", "restricted shares", "restricted stock",
    "protected view", "write protected", "write-protected", "password protected", "official release",
    "official website", "official journal", "non limité", "internal server error", "internal link",
    "internal audit", "internal revenue", "private key", "private network", "private sector",
    "private cloud", "public key", "public sector", "service public", "marché public",
    "secteur public", "ministère public", "proprietary software", NULL
};

/* What registries and authorities put beside a marking (facts: "company"). */
const char *const phrases_company[] = {
    "classified by", "derived from", "declassify on", "reason for classification", "exemplaire n°",
    "exemplaire numéro", "exemplaire unique", "copie n°", "copy no", "copy number", "à réévaluer le",
    "à déclassifier le", "déclassifiable le", "date de déclassification", "autorité émettrice",
    "numéro d'enregistrement", "n° d'enregistrement", "amtlich geheim gehalten",
    "amtlich geheimgehalten", "die einstufung endet", "ausfertigung nr", "controlled by",
    "cui category", "originator", "downgrade to", NULL
};

/* Sorted. Before ":" or "=", each makes of the next words the value of a classification. */
static const struct span keys[] = {
    { "clasificacion", 13 }, { "clasificacion de seguridad", 26 }, { "classe", 6 },
    { "classifica", 10 }, { "classificacao", 13 }, { "classification", 14 },
    { "classification de securite", 26 }, { "classification level", 20 },
    { "classificazione", 15 }, { "classifie", 9 }, { "classified", 10 }, { "confidentialite", 15 },
    { "confidentiality", 15 }, { "confidentiality level", 21 }, { "degre de confidentialite", 24 },
    { "diffusion", 9 }, { "einstufung", 10 }, { "geheimhaltungsgrad", 18 }, { "handling", 8 },
    { "klassifizierung", 15 }, { "klauzula", 8 }, { "label", 5 }, { "marking", 7 },
    { "mention", 7 }, { "mention de classification", 25 }, { "mention de confidentialite", 26 },
    { "mention de protection", 21 }, { "mention de sensibilite", 22 }, { "niveau", 6 },
    { "niveau de classification", 24 }, { "niveau de confidentialite", 25 },
    { "niveau de protection", 20 }, { "niveau de sensibilite", 21 }, { "protection", 10 },
    { "protective marking", 18 }, { "rubricering", 11 }, { "schutzklasse", 12 },
    { "security classification", 23 }, { "security label", 14 }, { "security level", 14 },
    { "security marking", 16 }, { "sensibilite", 11 }, { "sensitivity", 11 },
    { "sensitivity label", 17 }, { "tlp", 3 }, { "vertraulichkeit", 15 }, { "vs-einstufung", 13 },
};

/* Sorted. Words that may stand beside a marking and be part of it. */
static const struct span qualifiers[] = {
    { "agao", 4 }, { "amtlich", 7 }, { "atomal", 6 }, { "ausfertigung", 12 }, { "austeo", 6 },
    { "balk", 4 }, { "bohemia", 7 }, { "cabinet", 7 }, { "cnwdi", 5 }, { "commercial", 10 },
    { "copie", 5 }, { "copy", 4 }, { "crypto", 6 }, { "cui", 3 }, { "de", 2 }, { "dl", 2 },
    { "draft", 5 }, { "entwurf", 7 }, { "eu", 2 }, { "ex", 2 }, { "exdis", 5 },
    { "exemplaire", 10 }, { "eyes", 4 }, { "fed", 3 }, { "fedcon", 6 }, { "fgi", 3 },
    { "fisa", 4 }, { "fouo", 4 }, { "fra", 3 }, { "france", 6 }, { "frd", 3 }, { "fvey", 4 },
    { "gbr", 3 }, { "gehalten", 8 }, { "geheim", 6 }, { "geheimgehalten", 14 }, { "hcs", 3 },
    { "hmg", 3 }, { "imcon", 5 }, { "interim", 7 }, { "legal", 5 }, { "legislative", 11 },
    { "les", 3 }, { "limdis", 6 }, { "limited", 7 }, { "locsen", 6 }, { "management", 10 },
    { "n", 1 }, { "national", 8 }, { "nato", 4 }, { "nf", 2 }, { "no", 2 }, { "nocon", 5 },
    { "nodis", 5 }, { "noforn", 6 }, { "nr", 2 }, { "numero", 6 }, { "n°", 3 }, { "oc", 2 },
    { "of", 2 }, { "only", 4 }, { "orcon", 5 }, { "otan", 4 }, { "p", 1 }, { "page", 4 },
    { "pages", 5 }, { "personal", 8 }, { "pg", 2 }, { "pr", 2 }, { "privacy", 7 },
    { "privilege", 9 }, { "projet", 6 }, { "propin", 6 }, { "rd", 2 }, { "recipients", 10 },
    { "rel", 3 }, { "relido", 6 }, { "rsen", 4 }, { "sbu", 3 }, { "secrecy", 7 }, { "seite", 5 },
    { "seulement", 9 }, { "si", 2 }, { "siop", 4 }, { "sp", 2 }, { "special", 7 },
    { "specific", 8 }, { "ssi", 3 }, { "staff", 5 }, { "strap1", 6 }, { "strap2", 6 },
    { "strap3", 6 }, { "strict", 6 }, { "sur", 3 }, { "tk", 2 }, { "ue", 2 }, { "uk", 2 },
    { "unique", 6 }, { "us", 2 }, { "usa", 3 }, { "use", 3 }, { "von", 3 },
};

/* After these, the rest of the line is a list of names. */
const char *const phrases_release[] = {
    "rel to", "releasable to", "communicable a", "communicable aux", "display only", "sp-", NULL
};

const char *const phrases_contact[] = { "arobase", "arobas", "dot", "point", NULL };

static int compare(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

bool phrases_is_key(struct span folded)
{
    return bsearch(&folded, keys, sizeof keys / sizeof keys[0], sizeof keys[0], compare) != NULL;
}

bool phrases_is_qualifier(struct span folded)
{
    return bsearch(&folded, qualifiers, sizeof qualifiers / sizeof qualifiers[0],
                   sizeof qualifiers[0], compare) != NULL;
}
