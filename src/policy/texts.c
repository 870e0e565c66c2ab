/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The words a sender reads when a rule brings none of its own: what was found,
 * where, and what to do next, in French and in English. Accents are folded on the
 * way into SMTP (policy/ascii.h).
 */
#include "policy_priv.h"

#define FR_REFERENCE "Règle \"%{rule}\", message %{id}."
#define EN_REFERENCE "Rule \"%{rule}\", message %{id}."

static const char *const sender[] = {
    "Message refusé : l'adresse %{sender} (%{where}) n'est pas une adresse d'expédition autorisée. "
    "Renvoyez-le depuis votre adresse officielle, ou demandez une dérogation à votre officier de "
    "sécurité. " FR_REFERENCE,
    "Message refused: %{sender} (%{where}) is not an approved sender address. Send it again from "
    "your official address, or ask your security officer for an exception. " EN_REFERENCE,
    NULL,
};

static const char *const server[] = {
    "Message refusé : l'adresse %{sender} (%{where}) ne peut pas être utilisée depuis ce poste ou "
    "ce compte. Passez par la messagerie de votre service. " FR_REFERENCE,
    "Message refused: %{sender} (%{where}) may not be used from this machine or account. Use your "
    "own service's mail server. " EN_REFERENCE,
    NULL,
};

static const char *const near_sender[] = {
    "Message refusé : %{sender} (%{where}) ressemble à %{suggestion} sans l'être. Corrigez "
    "l'adresse d'expédition. " FR_REFERENCE,
    "Message refused: %{sender} (%{where}) looks like %{suggestion} but is not. Correct the sender "
    "address. " EN_REFERENCE,
    NULL,
};

static const char *const recipient[] = {
    "Message refusé pour %{recipients} : vérifiez l'adresse (attendu peut-être : %{suggestion}). "
        FR_REFERENCE,
    "Message refused for %{recipients}: check the address (perhaps %{suggestion} is meant). "
        EN_REFERENCE,
    NULL,
};

static const char *const label[] = {
    "Message refusé : la mention %{label} (%{where}) dépasse ce qui peut être envoyé à "
    "%{recipients} (maximum : %{ceiling}). Utilisez le réseau prévu pour ce niveau, ou retirez ce "
    "qui porte cette mention. " FR_REFERENCE,
    "Message refused: the marking %{label} (%{where}) is above what may be sent to %{recipients} "
    "(highest: %{ceiling}). Use the network meant for that level, or remove what carries the "
    "marking. " EN_REFERENCE,
    NULL,
};

static const char *const label_trouble[] = {
    "Message refusé : la mention de protection (%{label}, %{where}) est absente, inconnue ou "
    "contradictoire. Marquez le message et ses pièces jointes de la même mention et renvoyez-le. "
        FR_REFERENCE,
    "Message refused: the protective marking (%{label}, %{where}) is missing, unknown or "
    "contradictory. Mark the message and its attachments alike and send it again. " EN_REFERENCE,
    NULL,
};

static const char *const unread[] = {
    "Message refusé : %{where} n'a pas pu être contrôlé (%{reason}). Renvoyez ce document sans "
    "chiffrement ni mot de passe, dans un format courant. " FR_REFERENCE,
    "Message refused: %{where} could not be inspected (%{reason}). Send that document again "
    "without encryption or password, in a common format. " EN_REFERENCE,
    NULL,
};

static const char *const ambiguous[] = {
    "Message refusé : sa structure peut être lue de plusieurs façons (%{reason}, %{where}). "
    "Composez-le à nouveau avec un logiciel de messagerie à jour. " FR_REFERENCE,
    "Message refused: it can be read in more than one way (%{reason}, %{where}). Write it again "
    "with an up-to-date mail program. " EN_REFERENCE,
    NULL,
};

static const char *const contact[] = {
    "Message refusé : il invite à écrire à %{contact} (%{where}), qui n'est pas une adresse "
    "officielle. Remplacez ce contact par une adresse autorisée. " FR_REFERENCE,
    "Message refused: it asks readers to write to %{contact} (%{where}), which is no official "
    "address. Replace it by an approved one. " EN_REFERENCE,
    NULL,
};

static const char *const tls[] = {
    "Message refusé pour %{recipients} : cette destination exige une connexion chiffrée (TLS). "
        FR_REFERENCE,
    "Message refused for %{recipients}: this destination requires an encrypted connection (TLS). "
        EN_REFERENCE,
    NULL,
};

static const char *const channel[] = {
    "Message refusé pour %{recipients} : le destinataire (%{destination}) exige une connexion, un "
    "chiffrement ou une signature qui manque. Utilisez le poste et le logiciel prévus pour lui. "
        FR_REFERENCE,
    "Message refused for %{recipients}: the destination (%{destination}) requires a connection, "
    "encryption or signature that is not there. Use the workplace and program meant for it. "
        EN_REFERENCE,
    NULL,
};

static const char *const general[] = {
    "Message refusé par la politique de messagerie (%{fact}, %{where}). Adressez-vous à votre "
    "officier de sécurité. " FR_REFERENCE,
    "Message refused by the mail policy (%{fact}, %{where}). Ask your security officer. "
        EN_REFERENCE,
    NULL,
};

static const char *const deferred[] = {
    "Message différé par la politique de messagerie (%{fact}, %{where}). Il sera présenté à nouveau. "
        FR_REFERENCE,
    "Message deferred by the mail policy (%{fact}, %{where}). It will be tried again. " EN_REFERENCE,
    NULL,
};

static const char *const unjudged[] = {
    "Message différé : il n'a pas pu être contrôlé (%{reason}). Il sera présenté à nouveau ; si cela "
    "dure, adressez-vous à votre exploitant avec la référence %{id}.",
    "Message deferred: it could not be judged (%{reason}). It will be tried again; if this lasts, "
    "ask your postmaster, with the reference %{id}.",
    NULL,
};

static const char *const too_large[] = {
    "Message refusé : il est trop volumineux pour être contrôlé. Envoyez-le en plusieurs parties. "
    "Référence %{id}.",
    "Message refused: it is too large to be inspected. Send it in several parts. Reference %{id}.",
    NULL,
};

const char *const *text_for(enum fact fact, enum action action)
{
    if (action == ACTION_TEMPFAIL)
        return deferred;
    switch (fact) {
    case FACT_SENDER_UNAPPROVED:
    case FACT_SENDER_MALFORMED:
    case FACT_SENDER_LOOKALIKE: return sender;
    case FACT_SENDER_NEAR_MISS: return near_sender;
    case FACT_SERVER_UNAPPROVED:
    case FACT_LOGIN_MISMATCH:
    case FACT_NO_LOGIN: return server;
    case FACT_RECIPIENT_MALFORMED:
    case FACT_RECIPIENT_NEAR_MISS: return recipient;
    case FACT_LABEL_ABOVE_CEILING: return label;
    case FACT_LABEL_MISSING:
    case FACT_LABEL_UNKNOWN:
    case FACT_LABEL_DISAGREEMENT:
    case FACT_LABEL_DOWNGRADE:
    case FACT_LABEL_DROPPED: return label_trouble;
    case FACT_UNINSPECTABLE:
    case FACT_ENCRYPTED:
    case FACT_UNDECIDED: return unread;
    case FACT_AMBIGUOUS: return ambiguous;
    case FACT_CONTACT_UNAPPROVED: return contact;
    case FACT_NO_TLS: return tls;
    case FACT_CHANNEL_UNMET: return channel;
    case FACT_NULL_SENDER:
    case FACT_LABELLED:
    case FACT_OBFUSCATED:
    case FACT_TYPE_MISMATCH:
    case FACT_ACTIVE_CONTENT:
    case FACT_SIGNED:
    case FACT_SIGNED_APPROVED:
    case FACT_ALWAYS:
    case FACT_COUNT: break;
    }
    return general;
}

const char *const *text_for_failure(enum failure failure, enum action action)
{
    if (action == ACTION_REJECT)
        return failure == FAILURE_MESSAGE_TOO_LARGE ? too_large : unread;
    return unjudged;
}

struct span policy_standard_notice(void)
{
    return SPAN("La pièce jointe « %{name} » (%{bytes} octets) a été retirée par la passerelle de messagerie.\n"
                "Mention : %{label}. Motif : %{fact} (%{reason}), règle \"%{rule}\".\n"
                "SHA-256 : %{sha256}\n"
                "Pour l'obtenir, adressez-vous à l'expéditeur, %{sender}, ou à votre officier de sécurité,\n"
                "avec la référence %{id}.\n"
                "\n"
                "The attachment \"%{name}\" (%{bytes} octets) was removed by the mail gateway.\n"
                "Marking: %{label}. Reason: %{fact} (%{reason}), rule \"%{rule}\".\n"
                "SHA-256: %{sha256}\n"
                "To obtain it, ask the sender, %{sender}, or your security officer,\n"
                "with the reference %{id}.\n");
}
