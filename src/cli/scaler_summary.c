#include "cli/scaler_summary.h"

#include "cli/scaler_facts.h"
#include "kedagate/scalers/params.h"

/* A summary while it is made; `failed` sticks. */
struct writer {
	struct kg_arena *arena;
	struct kg_scaler_summary summary;
	bool failed;
};

/* NULL, without memory, counts as a failure. */
static const char *checked(struct writer *writer, const char *text)
{
	writer->failed |= text == NULL;
	return text != NULL ? text : "";
}

static void add(struct writer *writer, const char *label, const char *text)
{
	writer->summary.lines[writer->summary.count++] = (struct kg_scaler_line){label, checked(writer, text)};
}

static void add_version(struct writer *writer, const char *label, uint32_t version)
{
	char text[KG_VERSION_TEXT_MAX];

	if (version != 0)
		add(writer, label, kg_arena_printf(writer->arena, "KEDA %s", kg_version_text(version, text)));
}

/* What decides about encryption; NULL when that is not known. */
static const char *decider(struct writer *writer, const struct kg_transport *transport)
{
	switch (transport->kind) {
	case KG_TRANSPORT_UNKNOWN:
		break;
	case KG_TRANSPORT_NONE:
		return "none needed: KEDA asks its own API server only";
	case KG_TRANSPORT_ALWAYS_TLS:
		return "always";
	case KG_TRANSPORT_NEVER_TLS:
		return "never";
	case KG_TRANSPORT_URL:
		return checked(writer, kg_arena_printf(writer->arena, "by the scheme of %s", transport->parameter));
	case KG_TRANSPORT_SWITCH:
		return checked(writer, kg_arena_printf(writer->arena, "%s: \"true\" turns TLS on", transport->parameter));
	case KG_TRANSPORT_DECIDED:
		return transport->how;
	}
	return NULL;
}

static void add_encryption(struct writer *writer, const struct kg_scaler *scaler)
{
	enum kg_transport_kind kind = scaler->transport.kind;
	bool fixed = kind == KG_TRANSPORT_NONE || kind == KG_TRANSPORT_ALWAYS_TLS || kind == KG_TRANSPORT_NEVER_TLS;
	const char *text = decider(writer, &scaler->transport);
	struct kg_channel channel;
	const char *word = NULL;

	if (text == NULL)
		return;
	kg_scaler_default_channel(scaler, &channel);
	word = fixed ? NULL : kg_scaler_encryption_word(channel.encryption);
	if (word != NULL && channel.encryption != KG_ENCRYPTION_ON && channel.because != NULL)
		text = kg_arena_printf(writer->arena, "%s. By default %s: %s", text, word, channel.because);
	else if (word != NULL)
		text = kg_arena_printf(writer->arena, "%s. By default %s", text, word);
	add(writer, "encryption", text);
}

static bool speaks_tls(const struct kg_scaler *scaler)
{
	enum kg_transport_kind kind = scaler->transport.kind;

	return kind != KG_TRANSPORT_UNKNOWN && kind != KG_TRANSPORT_NONE && kind != KG_TRANSPORT_NEVER_TLS;
}

static void add_verification(struct writer *writer, const struct kg_scaler *scaler)
{
	const char *limit = scaler->verification_kept != NULL ? ", in some modes only" : "";

	if (!speaks_tls(scaler))
		return;
	if (scaler->verification_switch != NULL)
		add(writer, "verification off", kg_arena_printf(writer->arena, "%s: \"true\"%s", scaler->verification_switch, limit));
	else
		add(writer, "verification off", scaler->unverified != NULL ? scaler->unverified : "by nothing in the trigger");
}

/* What comes of a provider that has no effect; "" when that is not known. */
static const char *others_text(struct writer *writer, const struct kg_scaler *scaler)
{
	const char *limit = scaler->other_identity != NULL ? ", unless the parameters ask for one" : "";

	switch (scaler->other_identities) {
	case KG_IDENTITY_UNDESCRIBED:
		break;
	case KG_IDENTITY_IGNORED:
		return checked(writer, kg_arena_printf(writer->arena, "; any other is ignored%s", limit));
	case KG_IDENTITY_REFUSED:
		return checked(writer, kg_arena_printf(writer->arena, "; KEDA refuses any other%s", limit));
	case KG_IDENTITY_BREAKS:
		return checked(writer, kg_arena_printf(writer->arena, "; any other breaks it: %s", scaler->other_identity_effect));
	}
	return "";
}

static void add_identities(struct writer *writer, const struct kg_scaler *scaler)
{
	const struct kg_identity_support *identity = scaler->identities;
	const char *text = "";
	char version[KG_VERSION_TEXT_MAX];

	for (; identity != NULL && identity->provider != KG_PROVIDER_NONE; identity++)
		text = checked(writer, kg_arena_printf(writer->arena, "%s%s%s%s%s", text, *text != '\0' ? ", " : "",
		                                       kg_provider_name(identity->provider), identity->since != 0 ? " since " : "",
		                                       identity->since != 0 ? kg_version_text(identity->since, version) : ""));
	add(writer, "pod identities", kg_arena_printf(writer->arena, "%s%s", *text != '\0' ? text : "none", others_text(writer, scaler)));
}

bool kg_scaler_summarize(const struct kg_scaler *scaler, struct kg_arena *arena, struct kg_scaler_summary *ret_summary)
{
	struct writer writer = {.arena = arena};

	add_version(&writer, "since", scaler->since);
	add_version(&writer, "deprecated in", scaler->deprecated);
	add_version(&writer, "removed in", scaler->removed);
	if (scaler->instead != NULL)
		add(&writer, "instead", scaler->instead);
	add_identities(&writer, scaler);
	add_encryption(&writer, scaler);
	add_verification(&writer, scaler);
	*ret_summary = writer.summary;
	return !writer.failed;
}
