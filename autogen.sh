#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
#
# From a bare checkout to a built program: ./autogen.sh [TARGET...]
#
# Installs the Debian packages that are missing when run as root, else prints the
# one command that does; makes configure, runs it where it has not run (options
# in VAGUEMESTRE_CONFIGURE), then makes each TARGET ("demo", "check"; none: all).
set -eu
cd "$(dirname "$0")"

build_packages="autoconf automake make gcc libc6-dev pkg-config libmilter-dev libssl-dev
libconfuse-dev libarchive-dev libexpat1-dev libicu-dev
libidn2-dev libjansson-dev libsystemd-dev libseccomp-dev libpcre2-dev libcmocka-dev
zlib1g-dev libdeflate-dev xz-utils"

# Optional: reading the words in pictures (ocr in the policy).
ocr_packages="libtesseract-dev tesseract-ocr-fra tesseract-ocr-eng"

# What the demonstration and the tests run: real mail servers, real producers of documents.
test_packages="libmime-tools-perl libgumbo-dev postfix openssl python3 procps libreoffice-writer libreoffice-calc libreoffice-impress
libreoffice-draw python3-uno ghostscript p7zip-full qpdf poppler-utils gnupg imagemagick
libimage-exiftool-perl mandoc cppcheck zip unzip zstd bzip2 genisoimage gcab libarchive-tools cpio m4 opendkim
opendkim-tools"

missing=
for package in $build_packages $ocr_packages $test_packages; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || status=
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing; as root run:" >&2
        echo "    apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    echo "autogen.sh: installing$missing"
    # A mail server of the machine's own is neither wanted nor configured here.
    echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
    DEBIAN_FRONTEND=noninteractive; export DEBIAN_FRONTEND
    apt-get -qq update
    # shellcheck disable=SC2086
    apt-get -qq install --no-install-recommends -y $missing >/dev/null
fi

[ -f configure ] && [ configure -nt configure.ac ] && [ -f Makefile.in ] || autoreconf --install
# shellcheck disable=SC2086
[ -f Makefile ] && [ Makefile -nt configure ] || ./configure --quiet ${VAGUEMESTRE_CONFIGURE:-}
exec make -j"$(nproc)" --no-print-directory "${@:-all}"
