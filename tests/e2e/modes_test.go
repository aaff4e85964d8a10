package e2e

import (
	"fmt"
	"strings"
	"testing"
)

func finding(action string, k kind) string {
	return fmt.Sprintf("%s %s %s", action, k.rule, k.path)
}

func TestEnforce(t *testing.T) {
	namespace := newNamespace(t, "enforce")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			done, event := watched(t, func() result { return send(k.manifest(namespace, "bad", k.bad), "create") })
			done.isDenied(t, `Error from server (Forbidden): error when creating "STDIN": `+denial+k.place(namespace, "bad")+": 1 problem\n",
				"  "+k.path, "["+k.rule+"]")
			event.notes(t, "verdict", "deny")
			event.notes(t, "findings", finding("deny", k))
			isGone(t, k, namespace, "bad")

			done, event = watched(t, func() result { return send(k.manifest(namespace, "good", k.good), "create") })
			done.passes(t, k.printed("good")+" created").quiet(t)
			event.notes(t, "verdict", "allow")
			event.notes(t, "findings", "")
		})
	}
}

func TestEnforceWarnsOfWhatMayWork(t *testing.T) {
	done, event := watched(t, func() result {
		return send(scaledObject.manifest(newNamespace(t, "colours"), "colours", fmt.Sprintf(objectWith, warnedCron)), "create")
	})
	done.passes(t, "Warning: ", "spec.triggers[0].metadata.colour", "[parameter-unknown]", "scaledobject.keda.sh/colours created")
	event.notes(t, "verdict", "warn")
	event.notes(t, "findings", "warn parameter-unknown spec.triggers[0].metadata.colour")
}

func TestWarn(t *testing.T) {
	namespace := newNamespace(t, "warn")
	use(t, "overlays/warn")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			done, event := watched(t, func() result { return send(k.manifest(namespace, "bad", k.bad), "create") })
			done.passes(t, "Warning: ", k.path, "["+k.rule+"]", k.printed("bad")+" created")
			event.notes(t, "verdict", "warn")
			event.notes(t, "enforced-verdict", "deny")
			event.notes(t, "findings", finding("warn", k))
			call(k.arguments("delete", namespace, "bad")...).passes(t).quiet(t)
		})
	}
}

func TestAudit(t *testing.T) {
	namespace := newNamespace(t, "audit")
	use(t, "overlays/audit")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			done, event := watched(t, func() result { return send(k.manifest(namespace, "bad", k.bad), "create") })
			done.passes(t, k.printed("bad")+" created").quiet(t)
			event.notes(t, "verdict", "allow")
			event.notes(t, "enforced-verdict", "deny")
			event.notes(t, "findings", finding("audit", k))
			call(k.arguments("delete", namespace, "bad")...).passes(t).quiet(t)
		})
	}
}

// A dry run and a diff come to what the change itself would come to, and change nothing.
func TestDryRunLeavesNoTrace(t *testing.T) {
	namespace := newNamespace(t, "dry-run")
	good, bad := scaledObject.manifest(namespace, "new", scaledObject.good), scaledObject.manifest(namespace, "new", scaledObject.bad)

	t.Run("new", func(t *testing.T) {
		dry := send(bad, "apply", "--dry-run=server").isDenied(t, "["+scaledObject.rule+"]")
		if real := send(bad, "apply").isDenied(t); real.stderr != dry.stderr {
			t.Errorf("the dry run said otherwise: %s%s", dry, real)
		}
		send(bad, "diff").isDenied(t, "["+scaledObject.rule+"]")
		send(good, "apply", "--dry-run=server").passes(t, "scaledobject.keda.sh/new created (server dry run)").quiet(t)
		differs(t, send(good, "diff"), "+kind: ScaledObject")
		isGone(t, scaledObject, namespace, "new")
	})
	t.Run("stored", func(t *testing.T) {
		storeGood(t, scaledObject, namespace, "new")
		version := versionOf(t, scaledObject, namespace, "new")
		changed := scaledObject.manifest(namespace, "new", fmt.Sprintf(objectWith, warnedCron))
		send(bad, "apply", "--dry-run=server").isDenied(t, "["+scaledObject.rule+"]")
		send(bad, "diff").isDenied(t, "["+scaledObject.rule+"]")
		send(changed, "apply", "--dry-run=server").passes(t, "Warning: ", "[parameter-unknown]", "configured (server dry run)")
		differs(t, send(changed, "diff"), "Warning: ", "[parameter-unknown]", "colour: red")
		if now := versionOf(t, scaledObject, namespace, "new"); now != version {
			t.Errorf("the object was changed")
		}
	})
}

// differs fails the test unless kubectl diff showed a difference, with these parts.
func differs(t *testing.T, done result, parts ...string) {
	t.Helper()
	if done.code != 1 || strings.Contains(done.stderr, "Error from server") {
		t.Fatalf("no difference was shown: %s", done)
	}
	done.says(t, parts...)
}
