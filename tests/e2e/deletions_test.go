package e2e

import "testing"

const finalizer = `"finalizers": ["finalizer.keda.sh"]`

func removeFinalizers(user string, k kind, namespace, name string) result {
	return cluster.kubectl().as(user).run("", k.arguments("patch", namespace, name, "--type=merge", "--patch", `{"metadata": {"finalizers": null}}`)...)
}

// Whatever an object holds, it can go: as installed, and when the webhook is asked about everything.
func TestDeletion(t *testing.T) {
	t.Run("as installed", func(t *testing.T) { tryDeletions(t, newNamespace(t, "deletion"), "", "") })
	t.Run("also when it is sent to the webhook", func(t *testing.T) {
		use(t, "base", everything)
		tryDeletions(t, newNamespace(t, "deletion-sent"), "delete", "deleting")
	})
}

// tryDeletions tries every way, and looks for the webhook's reason to let deletions and changes of what is being deleted pass. It is "" when
// the webhook is not asked.
func tryDeletions(t *testing.T, namespace, deletion, deleting string) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			storeBad(t, k, namespace, "bad")
			done, event := watched(t, func() result { return call(k.arguments("delete", namespace, "bad")...) })
			done.passes(t, `"bad" deleted`).quiet(t)
			event.notes(t, "skipped", deletion)
			isGone(t, k, namespace, "bad")
		})
	}
	t.Run("finalizer removed by a controller", func(t *testing.T) {
		storeBad(t, scaledObject, namespace, "held", finalizer)
		call(scaledObject.arguments("delete", namespace, "held", "--wait=false")...).passes(t)
		done, event := watched(t, func() result { return removeFinalizers(admin, scaledObject, namespace, "held") })
		done.passes(t).quiet(t)
		event.notes(t, "skipped", deleting)
		isGone(t, scaledObject, namespace, "held")
	})
	t.Run("finalizer removed by the operator", func(t *testing.T) {
		storeBad(t, scaledObject, namespace, "held", finalizer)
		call(scaledObject.arguments("delete", namespace, "held", "--wait=false")...).passes(t)
		removeFinalizers(operator, scaledObject, namespace, "held").passes(t).quiet(t)
		isGone(t, scaledObject, namespace, "held")
	})
	t.Run("finalizer removed before", func(t *testing.T) {
		storeBad(t, scaledObject, namespace, "held", finalizer)
		done, event := watched(t, func() result { return removeFinalizers(admin, scaledObject, namespace, "held") })
		done.passes(t).quiet(t)
		event.notes(t, "skipped", "finalizers")
	})
	t.Run("collection", func(t *testing.T) {
		for _, name := range []string{"first", "second", "third"} {
			storeBad(t, scaledObject, namespace, name)
		}
		call("delete", "--raw", "/apis/keda.sh/v1alpha1/namespaces/"+namespace+"/scaledobjects").passes(t).quiet(t)
		if left := call("get", "scaledobjects", "--namespace", namespace, "-o", "name").passes(t); left.stdout != "" {
			t.Errorf("left: %s", left.stdout)
		}
	})
}

// A namespace with bad objects goes, also one whose objects wait for a controller.
func TestDeletionOfNamespace(t *testing.T) {
	t.Run("as installed", func(t *testing.T) { tryNamespaceDeletion(t, newNamespace(t, "doomed")) })
	t.Run("also when it is sent to the webhook", func(t *testing.T) {
		use(t, "base", everything)
		tryNamespaceDeletion(t, newNamespace(t, "doomed-sent"))
	})
}

func tryNamespaceDeletion(t *testing.T, namespace string) {
	t.Helper()
	for _, k := range kinds {
		if !k.clusterWide {
			storeBad(t, k, namespace, "bad")
		}
	}
	storeBad(t, scaledObject, namespace, "held", finalizer)
	call("delete", "namespace", namespace, "--wait=false").passes(t).quiet(t)
	deleted := scaledObject.arguments("get", namespace, "held", "-o", "jsonpath={.metadata.deletionTimestamp}")
	must(t, waitFor("the namespace controller to delete the object", func() error {
		done := call(deleted...)
		if done.code != 0 || done.stdout == "" {
			return done
		}
		return nil
	}))
	removeFinalizers(operator, scaledObject, namespace, "held").passes(t).quiet(t)
	call("wait", "--for=delete", "namespace/"+namespace, "--timeout="+patience.String()).passes(t)
}
