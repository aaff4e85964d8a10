#include "kedagate/syntax/quantity.h"

#include <string.h>

#include "kedagate/syntax/scalar.h"
#include "kedagate/syntax/text.h"

static const char *const suffixes[] = {"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", NULL};

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* "e3", "E-3": what follows the letter is an integer of Go. */
static bool is_exponent(const char *text)
{
	int64_t exponent;

	return (*text == 'e' || *text == 'E') && kg_go_int_parse(kg_slice_of(text + 1), &exponent);
}

bool kg_quantity_valid(const char *text)
{
	if (*text == '\0')
		return false;
	if (*text == '+' || *text == '-')
		text++;
	text = skip_digits(text);
	if (*text == '.')
		text = skip_digits(text + 1);
	return kg_slice_among(kg_slice_of(text), suffixes) || is_exponent(text);
}

bool kg_quantity_positive(const char *text)
{
	/* A digit other than 0 counts before the suffix or exponent only. */
	return kg_quantity_valid(text) && *text != '-' && strpbrk(text, "123456789") != NULL &&
	       strspn(text, "+0.") < strspn(text, "+0123456789.");
}
