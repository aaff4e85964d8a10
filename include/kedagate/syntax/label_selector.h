/*
 * Label selectors as text: "app=shop,tier in (web, api),!canary" (apimachinery pkg/labels, Parse).
 */
#pragma once

#include "kedagate/base/compiler.h"

/* What is wrong with the selector, in words that go on "must be a label selector: …"; NULL when Parse takes it. A constant. Nothing at all is a
 * legal selector, of everything. */
const char *kg_label_selector_fault(const char *text);
