package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// changes are the ways to change a stored ScaledObject to what the cron trigger's metadata says.
var changes = map[string]func(namespace, metadata string) result{
	"client-side apply": func(namespace, metadata string) result {
		return send(scaledObject.manifest(namespace, "orders", fmt.Sprintf(objectWith, metadata)), "apply")
	},
	"server-side apply": func(namespace, metadata string) result {
		return send(scaledObject.manifest(namespace, "orders", fmt.Sprintf(objectWith, metadata)), "apply", "--server-side", "--force-conflicts")
	},
	"replace": func(namespace, metadata string) result {
		return send(scaledObject.manifest(namespace, "orders", fmt.Sprintf(objectWith, metadata)), "replace")
	},
	"merge patch": func(namespace, metadata string) result {
		patch := fmt.Sprintf(`{"spec": {"triggers": [{"type": "cron", "metadata": %s}]}}`, metadata)
		return call(scaledObject.arguments("patch", namespace, "orders", "--type=merge", "--patch", patch)...)
	},
	"JSON patch": func(namespace, metadata string) result {
		patch := fmt.Sprintf(`[{"op": "replace", "path": "/spec/triggers/0/metadata", "value": %s}]`, metadata)
		return call(scaledObject.arguments("patch", namespace, "orders", "--type=json", "--patch", patch)...)
	},
}

func TestChanges(t *testing.T) {
	better := strings.Replace(goodCron, `"2"`, `"3"`, 1)
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			namespace := newNamespace(t, strings.ToLower(strings.ReplaceAll(name, " ", "-")))
			storeGood(t, scaledObject, namespace, "orders")
			version := versionOf(t, scaledObject, namespace, "orders")

			done, event := watched(t, func() result { return change(namespace, badCron) })
			done.isDenied(t, "["+scaledObject.rule+"]")
			event.notes(t, "findings", finding("deny", scaledObject))
			if versionOf(t, scaledObject, namespace, "orders") != version {
				t.Error("what was denied changed the object")
			}

			change(namespace, better).passes(t).quiet(t)
			if versionOf(t, scaledObject, namespace, "orders") == version {
				t.Error("what was allowed did not change the object")
			}
		})
	}
}

func TestServerSideApplyCreates(t *testing.T) {
	namespace := newNamespace(t, "server-side")
	send(scaledObject.manifest(namespace, "orders", scaledObject.bad), "apply", "--server-side").isDenied(t, "["+scaledObject.rule+"]")
	isGone(t, scaledObject, namespace, "orders")
	send(scaledObject.manifest(namespace, "orders", scaledObject.good), "apply", "--server-side").passes(t, "orders serverside-applied").quiet(t)
}

func TestGeneratedName(t *testing.T) {
	namespace := newNamespace(t, "generated")
	prefix := `"generateName": "orders-"`
	send(scaledObject.manifest(namespace, "", scaledObject.bad, prefix), "create").isDenied(t, "ScaledObject "+namespace+"/orders-", "["+scaledObject.rule+"]")
	done := send(scaledObject.manifest(namespace, "", scaledObject.good, prefix), "create").passes(t).quiet(t)
	if !regexp.MustCompile(`^scaledobject\.keda\.sh/orders-\w{5} created\n$`).MatchString(done.stdout) {
		t.Errorf("no name was generated: %s", done)
	}
}

// What is good is applied, whatever is denied beside it.
func TestSeveralFilesAtOnce(t *testing.T) {
	namespace, folder := newNamespace(t, "several"), t.TempDir()
	manifestFile(t, folder, "1.yaml", scaledObject.manifest(namespace, "first", scaledObject.good))
	manifestFile(t, folder, "2.yaml", "# Two documents.\n"+scaledObject.manifest(namespace, "second", scaledObject.bad)+"---\n"+
		scaledObject.manifest(namespace, "third", scaledObject.good))
	manifestFile(t, folder, "3.yaml", kinds[1].manifest(namespace, "fourth", kinds[1].bad))
	manifestFile(t, folder, "4.yaml", kinds[2].manifest(namespace, "fifth", kinds[2].good))

	call("apply", "-f", folder).isDenied(t,
		scaledObject.place(namespace, "second"), kinds[1].place(namespace, "fourth"),
		"scaledobject.keda.sh/first created", "scaledobject.keda.sh/third created", "triggerauthentication.keda.sh/fifth created")
	isGone(t, scaledObject, namespace, "second")
	isGone(t, kinds[1], namespace, "fourth")
}

// What was stored before there was a webhook may be changed, but not for the worse.
func TestStoredObjects(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			done, event := watched(t, func() result { return call(k.arguments("label", before, "stored", "team=orders")...) })
			done.passes(t, "Warning: ", k.path, "["+k.rule+"]")
			event.notes(t, "verdict", "warn")
			event.notes(t, "findings", finding("stored", k))
		})
	}
	worse := `[{"op": "remove", "path": "/spec/triggers/0/metadata/start"}]`
	call(scaledObject.arguments("patch", before, "stored", "--type=json", "--patch", worse)...).isDenied(t, "[parameter-missing]")
}

// The status belongs to KEDA's operator; what is wrong with the rest must not keep it from saying so.
func TestStatusIsNeverBlocked(t *testing.T) {
	namespace := newNamespace(t, "status")
	for _, k := range kinds {
		storeBad(t, k, namespace, "bad")
	}
	t.Run("as installed", func(t *testing.T) {
		for _, k := range kinds {
			done, event := watched(t, func() result { return setStatus(k, namespace, "bad", "first") })
			done.passes(t).quiet(t)
			event.notes(t, "verdict", "")
		}
	})
	t.Run("also when it is sent to the webhook", func(t *testing.T) {
		use(t, "base", everything)
		for _, k := range kinds {
			done, event := watched(t, func() result { return setStatus(k, namespace, "bad", "second") })
			done.passes(t).quiet(t)
			event.notes(t, "skipped", "subresource")
		}
	})
}

// everything has the webhook asked about whatever others than the operator do to KEDA's resources.
const everything = `    - op: replace
      path: /webhooks/0/rules/0/operations
      value: ['*']
    - op: replace
      path: /webhooks/0/rules/0/resources
      value: ['*/*']
    - op: remove
      path: /webhooks/0/matchConditions/1
`

func setStatus(k kind, namespace, name, message string) result {
	patch := fmt.Sprintf(`{"status": %s}`, fmt.Sprintf(k.status, message))
	return call(k.arguments("patch", namespace, name, "--subresource=status", "--type=merge", "--patch", patch)...)
}
