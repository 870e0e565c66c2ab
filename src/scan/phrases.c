/* SPDX-License-Identifier: EUPL-1.2 */
#include "scan/phrases.h"

#include <stddef.h>

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

/* Before ":" or "=", each makes of the next words the value of a classification. */
const char *const phrases_key[] = {
    "classification", "classification level", "classified", "security classification", "marking",
    "security marking", "protective marking", "sensitivity", "sensitivity label", "security label",
    "security level", "confidentiality", "confidentiality level", "handling", "label",
    "classification de securite", "niveau de classification", "niveau", "niveau de protection",
    "niveau de sensibilite", "niveau de confidentialite", "mention", "mention de protection",
    "mention de confidentialite", "mention de classification", "mention de sensibilite",
    "confidentialite", "sensibilite", "protection", "classifie", "classe", "degre de confidentialite",
    "diffusion", "einstufung", "vs-einstufung", "geheimhaltungsgrad", "klassifizierung",
    "vertraulichkeit", "schutzklasse", "clasificacion", "clasificacion de seguridad", "classifica",
    "classificazione", "rubricering", "klauzula", "classificacao", "tlp", NULL
};

/* Words that may stand beside a marking and be part of it. */
const char *const phrases_qualifier[] = {
    "noforn", "nf", "orcon", "oc", "imcon", "propin", "pr", "relido", "fisa", "rel", "fouo", "rsen",
    "limdis", "exdis", "nodis", "sbu", "les", "ssi", "si", "tk", "hcs", "rd", "frd", "cnwdi", "fgi",
    "cui", "sp", "fedcon", "nocon", "fed", "dl", "only", "eyes", "uk", "us", "usa", "gbr", "fra",
    "fvey", "eu", "ue", "nato", "otan", "special", "france", "specific", "seulement", "austeo", "agao",
    "cabinet", "atomal", "crypto", "siop", "bohemia", "balk", "staff", "management", "commercial",
    "personal", "strap1", "strap2", "strap3", "locsen", "hmg", "use", "recipients", "amtlich",
    "geheim", "gehalten", "geheimgehalten", "page", "pages", "p", "pg", "seite", "von", "sur", "of",
    "de", "exemplaire", "ex", "copie", "copy", "no", "n", "nr", "numero", "ausfertigung", "unique",
    "legislative", "secrecy", "legal", "privilege", "privacy", "national", "limited", "strict",
    "interim", "draft", "projet", "entwurf", NULL
};

/* After these, the rest of the line is a list of names. */
const char *const phrases_release[] = {
    "rel to", "releasable to", "communicable a", "communicable aux", "display only", "sp-", NULL
};
