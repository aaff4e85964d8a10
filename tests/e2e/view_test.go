package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const viewKubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: e2e, cluster: {server: '%s', certificate-authority: '%s'}}]
contexts: [{name: e2e, context: {cluster: e2e, user: kedagate}}]
current-context: e2e
users: [{name: kedagate, user: {token: '%s'}}]
`

const (
	target = `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "orders"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
		"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}}`
	autoscaler = `{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "by-hand"},
		"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "orders"}}}`
	objectWithReference = `{"scaleTargetRef": {"name": "orders"}, "triggers": [{"type": "postgresql", "authenticationRef": {"name": "database"},
		"metadata": {"host": "db", "port": "5432", "userName": "u", "dbName": "d", "sslmode": "require", "query": "SELECT 1", "targetQueryValue": "1"}}]}`
)

// seeing restarts kedagate for a test so that it looks at the cluster through that API server, as its own account.
func seeing(t *testing.T, s *apiServer) {
	t.Helper()
	token := call("create", "token", "kedagate", "--namespace", installedIn).passes(t).stdout
	file := filepath.Join(t.TempDir(), "kubeconfig")
	must(t, os.WriteFile(file, fmt.Appendf(nil, viewKubeconfig, s.url, s.certificate(), strings.TrimSpace(token)), 0o600))
	t.Cleanup(func() { must(t, webhook.restart()) })
	must(t, webhook.restart("--kubeconfig="+file))
	must(t, waitForProcess(webhook.process, "the cluster to be seen", func() error { return webhook.logged("the cluster is seen", 1) }))
}

// comesTo waits until a ScaledObject would be given that verdict for that rule; "" is neither.
func comesTo(t *testing.T, namespace, name, spec, verdict, rule string) {
	t.Helper()
	manifest := scaledObject.manifest(namespace, name, spec)
	must(t, waitFor(verdict+" "+rule, func() error {
		_, event := watched(t, func() result { return send(manifest, "create", "--dry-run=server") })
		if event.note("verdict") != verdict || !strings.HasPrefix(event.note("findings"), strings.TrimPrefix(verdict+" "+rule, "allow ")) {
			return fmt.Errorf("%s: %q", event.note("verdict"), event.note("findings"))
		}
		return nil
	}))
}

// What is judged by other objects follows them as they come and go.
func TestClusterView(t *testing.T) {
	namespace := newNamespace(t, "view")
	in := func(manifest, verb string) { send(manifest, verb, "--namespace", namespace).passes(t) }
	seeing(t, cluster.apiServer)

	comesTo(t, namespace, "orders", scaledObject.good, "warn", "scale-target-not-found")
	in(target, "create")
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")

	comesTo(t, namespace, "orders", objectWithReference, "warn", "authentication-not-found")
	in(kinds[2].manifest(namespace, "database", `{"secretTargetRef": [{"parameter": "password", "name": "database", "key": "password"}]}`), "create")
	comesTo(t, namespace, "orders", objectWithReference, "allow", "")

	in(autoscaler, "create")
	comesTo(t, namespace, "orders", scaledObject.good, "deny", "workload-has-hpa")
	in(autoscaler, "delete")
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")

	storeGood(t, scaledObject, namespace, "orders")
	comesTo(t, namespace, "second", scaledObject.good, "deny", "workload-shared")
	call(scaledObject.arguments("delete", namespace, "orders")...).passes(t)
	comesTo(t, namespace, "second", scaledObject.good, "allow", "")

	if lines, err := webhook.log("cluster request failed"); err != nil || len(lines) > 0 {
		t.Errorf("its account does not suffice: %d requests failed, %v: %s", len(lines), err, webhook.process.lastLines())
	}
}

// The API server that kedagate looks at goes and comes back: what may have changed meanwhile is never taken for absent, and is known afterwards.
func TestClusterViewOutlivesTheAPIServer(t *testing.T) {
	namespace := newNamespace(t, "outage")
	server, err := cluster.startAPIServer("kube-apiserver@view", nil)
	must(t, err)
	t.Cleanup(server.process.kill)
	seeing(t, server)
	comesTo(t, namespace, "orders", scaledObject.good, "warn", "scale-target-not-found")

	server.process.kill()
	send(target, "create", "--namespace", namespace).passes(t)
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")
	must(t, getOK(http.DefaultClient, "http://"+webhook.addresses(t).Health+"/readyz"))

	must(t, cluster.startAgain(server))
	comesTo(t, namespace, "missing", strings.Replace(scaledObject.good, "orders", "missing", 1), "warn", "scale-target-not-found")
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")
}
