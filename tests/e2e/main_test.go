// Package e2e shows kedagate at work behind a real API server, with kubectl as the client. hack/run-e2e builds what it needs and runs it.
package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// What all tests share. They run one after the other, and leave the manifests of base installed.
var (
	cluster *Cluster
	webhook *gate
)

// before is a namespace with objects that were there before the webhook was.
const before = "before"

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "kedagate-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	logs := os.Getenv("E2E_LOGS")
	if cluster, err = startCluster(os.Getenv("E2E_BIN"), dir, logs); err != nil {
		return 1, err
	}
	defer cluster.kill()
	if webhook, err = newGate(os.Getenv("KEDAGATE"), os.Getenv("E2E_MANIFESTS"), dir, logs, cluster); err != nil {
		return 1, err
	}
	defer webhook.kill()
	if err := errors.Join(installCRDs(os.Getenv("E2E_CRDS")), storeBadObjects()); err != nil {
		return 1, err
	}
	if err := errors.Join(webhook.install("base"), webhook.start()); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// installCRDs installs KEDA's as its release has them.
func installCRDs(folder string) error {
	k := cluster.kubectl()
	definitions := k.run("", "kustomize", folder)
	if definitions.code != 0 {
		return definitions
	}
	// Client-side apply would keep a second copy in an annotation, which is too long for it.
	if err := k.run(definitions.stdout, "apply", "--server-side", "-f", "-").err(); err != nil {
		return err
	}
	return k.run("", "wait", "--for=condition=Established", "crd", "--all", "--timeout="+patience.String()).err()
}

func storeBadObjects() error {
	k := cluster.kubectl()
	if err := k.run("", "create", "namespace", before).err(); err != nil {
		return err
	}
	for _, kind := range kinds {
		stored := kind.manifest(before, "stored", kind.bad)
		// The API server knows a new kind a moment after it calls it established.
		err := waitFor("the kind "+kind.name, func() error { return k.run(stored, "create", "-f", "-").err() })
		if err != nil {
			return err
		}
	}
	return nil
}

// use installs another variant of the manifests for a test.
func use(t *testing.T, variant string, patches ...string) {
	t.Helper()
	t.Cleanup(func() { must(t, webhook.change("base")) })
	must(t, webhook.change(variant, patches...))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newNamespace makes one for a test.
func newNamespace(t *testing.T, name string) string {
	t.Helper()
	must(t, cluster.kubectl().run("", "create", "namespace", name).err())
	return name
}

// call is kubectl as the administrator.
func call(arguments ...string) result {
	return cluster.kubectl().run("", arguments...)
}

// send is kubectl as the administrator, with a manifest on its standard input.
func send(manifest string, arguments ...string) result {
	return cluster.kubectl().run(manifest, append(arguments, "-f", "-")...)
}

// watched is what do came to, and the one event that the API server's audit log holds of it.
func watched(t *testing.T, do func() result) (result, auditEvent) {
	t.Helper()
	var done result
	events, err := cluster.audit.during(func() { done = do() })
	must(t, err)
	if len(events) != 1 {
		t.Fatalf("%d events in the audit log, not 1: %v", len(events), events)
	}
	return done, events[0]
}

// notes fails the test unless the webhook noted that about the request.
func (e auditEvent) notes(t *testing.T, key, want string) {
	t.Helper()
	if got := e.note(key); got != want {
		t.Errorf("%s: %q, not %q: %v", key, got, want, e)
	}
}

// versionOf is the resourceVersion of an object, which changes whenever it does.
func versionOf(t *testing.T, k kind, namespace, name string) string {
	t.Helper()
	return call(k.arguments("get", namespace, name, "-o", "jsonpath={.metadata.resourceVersion}")...).passes(t).stdout
}

// isGone fails the test unless there is no such object.
func isGone(t *testing.T, k kind, namespace, name string) {
	t.Helper()
	if done := call(k.arguments("get", namespace, name, "--ignore-not-found", "-o", "name")...).passes(t); done.stdout != "" {
		t.Fatalf("it is there: %s", done.stdout)
	}
}

// storeGood stores an object that is as it should be.
func storeGood(t *testing.T, k kind, namespace, name string, more ...string) {
	t.Helper()
	send(k.manifest(namespace, name, k.good, more...), "apply").passes(t)
}

// storeBad stores a bad object: the operator may change a good one as it likes.
func storeBad(t *testing.T, k kind, namespace, name string, more ...string) {
	t.Helper()
	storeGood(t, k, namespace, name, more...)
	cluster.kubectl().as(operator).run(k.manifest(namespace, name, k.bad, more...), "apply", "-f", "-").passes(t)
}

// manifestFile writes a file into a folder of the test.
func manifestFile(t *testing.T, folder, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
}
