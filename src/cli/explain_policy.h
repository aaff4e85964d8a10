/*
 * `kedagate explain --policy`: which line of a policy decides about a rule in an object.
 */
#pragma once

#include "cli/command.h"
#include "kedagate/base/option.h"

struct kg_explain_policy {
	const char *command; /* for errors */
	const char *policy;  /* path */
	const char *object;  /* "ScaledObject/shop/orders" */
	const char *rule;
	const struct kg_option_strings *labels; /* each "name=value" */
	enum kg_command_format output;
};

/* Print it. Returns the exit code. */
int kg_explain_policy(const struct kg_explain_policy *request);

/* Say on standard error that there is no such rule, and which is near. Returns the exit code. */
int kg_explain_unknown_rule(const char *command, const char *name);
