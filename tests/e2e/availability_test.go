package e2e

import (
	"fmt"
	"testing"
)

// down stops kedagate for a test.
func down(t *testing.T) {
	t.Helper()
	t.Cleanup(func() { must(t, webhook.start()) })
	must(t, webhook.stop())
}

// Failing closed: nothing comes in unjudged, and yet nothing that exists is held up.
func TestDownFailsClosed(t *testing.T) {
	namespace := newNamespace(t, "closed")
	for _, name := range []string{"bad", "held"} {
		storeBad(t, scaledObject, namespace, name, finalizer)
	}
	down(t)
	t.Run("create", func(t *testing.T) {
		done := send(scaledObject.manifest(namespace, "good", scaledObject.good), "create")
		if done.code != 1 {
			t.Fatalf("it was created: %s", done)
		}
		done.says(t, `Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "`+webhookName+`": `,
			fmt.Sprintf(`Post "https://kedagate.%s.svc:%d/validate?timeout=30s": `, installedIn, webhook.port), "connection refused")
		isGone(t, scaledObject, namespace, "good")
	})
	t.Run("change", func(t *testing.T) {
		if done := call(scaledObject.arguments("label", namespace, "bad", "team=orders")...); done.code != 1 {
			t.Fatalf("it was changed: %s", done)
		}
	})
	t.Run("status", func(t *testing.T) { setStatus(scaledObject, namespace, "bad", "down").passes(t).quiet(t) })
	t.Run("operator", func(t *testing.T) { removeFinalizers(operator, scaledObject, namespace, "bad").passes(t).quiet(t) })
	t.Run("deletion", func(t *testing.T) {
		call(scaledObject.arguments("delete", namespace, "bad")...).passes(t)
		call(scaledObject.arguments("delete", namespace, "held", "--wait=false")...).passes(t)
		removeFinalizers(admin, scaledObject, namespace, "held").passes(t).quiet(t)
		isGone(t, scaledObject, namespace, "held")
	})
	t.Run("namespace", func(t *testing.T) {
		call("delete", "namespace", namespace, "--wait=false").passes(t).quiet(t)
		call("wait", "--for=delete", "namespace/"+namespace, "--timeout="+patience.String()).passes(t)
	})
}

// Failing open: everything passes, and the audit log says that it was not judged.
func TestDownFailsOpen(t *testing.T) {
	namespace := newNamespace(t, "open")
	use(t, "overlays/audit")
	down(t)
	done, event := watched(t, func() result { return send(scaledObject.manifest(namespace, "bad", scaledObject.bad), "create") })
	done.passes(t, "scaledobject.keda.sh/bad created").quiet(t)
	event.notes(t, "verdict", "")
	if got := event.Annotations["failed-open.validating.webhook.admission.k8s.io/round_0_index_0"]; got != webhookName {
		t.Errorf("the audit log does not say that it failed open: %v", event)
	}
}

func TestComesBack(t *testing.T) {
	namespace := newNamespace(t, "back")
	must(t, webhook.restart())
	send(scaledObject.manifest(namespace, "orders", scaledObject.bad), "create").isDenied(t, "["+scaledObject.rule+"]")
	send(scaledObject.manifest(namespace, "orders", scaledObject.good), "create").passes(t).quiet(t)
}
