/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_APPROVAL_H
#define CONF_APPROVAL_H

/*
 * A policy that an authority signed. Since a policy cannot vouch for itself, who
 * the authority is comes from outside it: a file of certificates (PEM).
 *
 * What is signed is the manifest, a text beside the policy:
 *
 *     vaguemestre-policy 1
 *     version 7
 *     date 2026-11-23T17:04:05.678901Z
 *     sha256 HEX policy.conf
 *     sha256 HEX labels.d/fr.conf
 *
 * one line for each file the policy is made of, in the order they are read, names
 * relative to its folder. POLICY.manifest is the text, POLICY.manifest.p7s its
 * detached signature (CMS, RFC 5652; DER or PEM).
 */
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

enum { APPROVAL_SIGNER_BYTES = 512 };

/* Who answers for a bundle. version 0: nobody was asked. */
struct approval {
    uint64_t version;                   /* 1 or more; a later one replaces an earlier one */
    char signer[APPROVAL_SIGNER_BYTES]; /* subject of the certificate, RFC 2253 in UTF-8 */
};

/* The manifest of these files. -1: err, a file is missing or there is no memory. */
int manifest_write(const struct bundle *bundle, uint64_t version, int64_t now_us, struct buf *out,
                   struct err *err);

/* The version in POLICY.manifest; 0 when there is none. */
uint64_t manifest_version(const char *policy_path);

/*
 * Is this bundle, to the octet, what the manifest beside policy_path lists, and is
 * that signed by a certificate of authority_path or one issued under it, valid now?
 * On 0 the bundle carries the approval from then on, through sealing too. -1: err.
 */
int bundle_approve(struct bundle *bundle, const char *policy_path, const char *authority_path,
                   struct err *err);

const struct approval *bundle_approval(const struct bundle *bundle);

#endif
