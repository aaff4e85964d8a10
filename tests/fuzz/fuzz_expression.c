/*
 * Formulas of scalingModifiers, with a few names of triggers. Beside faults of memory, this looks for words that are none of the formula's, and for
 * answers that change where the formula does not.
 *
 * Targets: syntax/expression, syntax/expression_value. The corpus must reach each kind of fault.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "kedagate/syntax/expression.h"

static const char *const given[] = {"a", "b", "trig_one"};
enum { GIVEN = KG_ARRAY_LEN(given) };

static struct fuzz_reach kinds[] = {
        [KG_EXPRESSION_FINE] = {"nothing to say", 0},   [KG_EXPRESSION_SYNTAX] = {"a fault of syntax", 0},
        [KG_EXPRESSION_NAME] = {"an unknown name", 0},  [KG_EXPRESSION_FUNCTION] = {"an unknown function", 0},
        [KG_EXPRESSION_TYPE] = {"a fault of types", 0}, [KG_EXPRESSION_RUN] = {"a failure when it is run", 0},
};
FUZZ_REACHES(kinds)

static struct kg_expression_fault check(const char *text, const char *const *names, size_t count)
{
	struct kg_expression_fault fault;

	memset(&fault, 0xA5, sizeof(fault));
	kg_expression_check(text, names, count, &fault);
	require((size_t)fault.kind < KG_ARRAY_LEN(kinds));
	require(fault.kind == KG_EXPRESSION_FINE || is_inside(fault.at, text, strlen(text)));
	require((fault.kind == KG_EXPRESSION_RUN) == (fault.failure != NULL));
	require(fault.kind == KG_EXPRESSION_FINE || fault.kind == KG_EXPRESSION_SYNTAX || fault.at.length > 0);
	return fault;
}

/* Once its name is given, it is not missed. */
static void require_name_counts(const char *text, struct kg_slice name)
{
	const char *names[GIVEN + 1];
	char *word = copy_text(name.start, name.length);
	struct kg_expression_fault fault;

	memcpy(names, given, GIVEN * sizeof(*names));
	names[GIVEN] = word;
	fault = check(text, names, KG_ARRAY_LEN(names));
	require(fault.kind != KG_EXPRESSION_NAME || fault.at.start > name.start);
	free(word);
}

/* Parentheses around the whole change nothing but how deep it is. */
static void require_same_in_parentheses(const char *text, enum kg_expression_fault_kind kind)
{
	char *whole = enclosed("(", text, ")");
	struct kg_expression_fault fault = check(whole, given, GIVEN);

	require(fault.kind == kind || (kind != KG_EXPRESSION_FINE && fault.kind == KG_EXPRESSION_FINE));
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = copy_text((const char *)bytes, length);
	struct kg_expression_fault fault = check(text, given, GIVEN);

	kinds[fault.kind].count++;
	if (fault.kind == KG_EXPRESSION_NAME)
		require_name_counts(text, fault.at);
	if (fault.kind != KG_EXPRESSION_SYNTAX)
		require_same_in_parentheses(text, fault.kind);
	free(text);
	return 0;
}
