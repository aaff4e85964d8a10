#include "rules/token_text.h"

#include <stddef.h>
#include <string.h>

#include "kedagate/base/compiler.h"

/* Words written together, as in azureManagedPrometheus, have at least five letters each in the mean. */
enum { MIXED_MIN = 10, HEX_MIN = 16, HUMPS_MIN = 20, LETTERS_A_HUMP = 5 };

/* What a run of letters and digits is made of. */
struct run {
	size_t length;
	size_t humps; /* a capital behind a small letter */
	bool digit;
	bool letter_after_digit;
	bool beyond_hex; /* holds a letter that is no hexadecimal digit */
};

static bool is_upper(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The run at the start of `text`; its length is 0 when there is none. */
static struct run read_run(struct kg_slice text)
{
	struct run run = {0};
	char before = 0;

	for (; run.length < text.length; run.length++) {
		char byte = text.start[run.length];
		bool letter = is_upper(byte) || is_lower(byte);

		if (!letter && !is_digit(byte))
			break;
		run.letter_after_digit |= letter && run.digit;
		run.humps += is_upper(byte) && is_lower(before);
		run.digit |= is_digit(byte);
		run.beyond_hex |= letter && strchr("abcdefABCDEF", byte) == NULL;
		before = byte;
	}
	return run;
}

static bool is_random(const struct run *run)
{
	if (run->letter_after_digit && run->length >= (run->beyond_hex ? MIXED_MIN : HEX_MIN))
		return true;
	return run->length >= HUMPS_MIN && run->humps * LETTERS_A_HUMP > run->length;
}

bool kg_token_is_random(struct kg_slice text)
{
	while (text.length > 0) {
		struct run run = read_run(text);
		size_t step = run.length > 0 ? run.length : 1;

		if (is_random(&run))
			return true;
		text.start += step;
		text.length -= step;
	}
	return false;
}

struct issuer {
	const char *beginning;
	const char *what;
};

/* As the issuers document them for secret scanners. */
static const struct issuer issuers[] = {
        {"AIza", "a Google API key"},      {"ghp_", "a GitHub token"},   {"gho_", "a GitHub token"},   {"ghs_", "a GitHub token"},
        {"github_pat_", "a GitHub token"}, {"glpat-", "a GitLab token"}, {"xoxb-", "a Slack token"},   {"xoxp-", "a Slack token"},
        {"sk_live_", "a Stripe key"},      {"hvs.", "a Vault token"},    {"dop_v1_", "a cloud token"}, {"dt0c01.", "a Dynatrace token"},
        {"NRAK-", "a New Relic key"},      {"glsa_", "a Grafana token"}, {"npm_", "an npm token"},
};

/* Is the beginning not the end of another word? */
static bool begins_word(const char *text, const char *found)
{
	return found == text || !(is_upper(found[-1]) || is_lower(found[-1]) || is_digit(found[-1]));
}

/* What a token is made of: base64url, and the dots between its parts. */
static struct kg_slice token_at(const char *start)
{
	static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

	return (struct kg_slice){start, strspn(start, bytes)};
}

/* RFC 7519: three parts of base64url, the first two of which are JSON objects, so that they begin with `{"`. */
static bool is_web_token(struct kg_slice token)
{
	const char *second = memmem(token.start, token.length, ".eyJ", strlen(".eyJ"));
	const char *end = token.start + token.length;

	return second && memchr(second + 1, '.', (size_t)(end - second - 1)) && kg_token_is_random(token);
}

/* The token that begins a word at `start`; NULL when none does. */
static const char *token_of(const char *start)
{
	for (size_t i = 0; i < KG_ARRAY_LEN(issuers); i++) {
		const char *beginning = issuers[i].beginning;

		if (*start == *beginning && strncmp(start, beginning, strlen(beginning)) == 0 &&
		    kg_token_is_random(token_at(start + strlen(beginning))))
			return issuers[i].what;
	}
	return strncmp(start, "eyJ", 3) == 0 && is_web_token(token_at(start)) ? "a JSON web token" : NULL;
}

/* Of every text in a review, so the few letters that a token may begin with are told from the rest first. */
const char *kg_token_in_text(const char *text)
{
	static const char first[] = "ANdeghnsx";
	const char *what;

	for (const char *found = strpbrk(text, first); found; found = strpbrk(found + 1, first)) {
		if (!begins_word(text, found))
			continue;
		what = token_of(found);
		if (what)
			return what;
	}
	return NULL;
}
