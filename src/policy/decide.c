/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/decide.h"
