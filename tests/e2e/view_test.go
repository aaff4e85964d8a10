package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	target = `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "orders"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
		"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}}`
	autoscaler = `{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "by-hand"},
		"spec": {"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "orders"}}}`
	objectWithReference = `{"scaleTargetRef": {"name": "orders"}, "triggers": [{"type": "postgresql", "authenticationRef": {"name": "database"},
		"metadata": {"host": "db", "port": "5432", "userName": "u", "dbName": "d", "sslmode": "require", "query": "SELECT 1", "targetQueryValue": "1"}}]}`
)

// seeing restarts kedagate for a test, with more arguments, so that it looks at the cluster as its Deployment says: through that API server, in a Pod of
// its account.
func seeing(t *testing.T, s *apiServer, more ...string) *account {
	t.Helper()
	t.Cleanup(func() {
		webhook.account = nil
		must(t, webhook.restart())
	})
	webhook.account = newAccount(t, s)
	must(t, webhook.restart(more...))
	must(t, waitForProcess(webhook.process, "the cluster to be seen", func() error { return webhook.logged("the cluster is seen", 1) }))
	return webhook.account
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

// The API server that kedagate looks at is killed in the middle of load, which cuts every watch, and comes back: what may have changed meanwhile is
// never taken for absent, and is known afterwards.
func TestClusterViewOutlivesTheAPIServer(t *testing.T) {
	namespace := newNamespace(t, "outage")
	server := viewServer(t)
	send(target, "create", "--namespace", "default").passes(t)
	t.Cleanup(func() { call("delete", "deployment", "orders", "--namespace", "default").passes(t) })
	seeing(t, server)
	comesTo(t, namespace, "orders", scaledObject.good, "warn", "scale-target-not-found")

	underLoad(t,
		func() {
			server.process.kill()
			send(target, "create", "--namespace", namespace).passes(t)
			comesTo(t, namespace, "orders", scaledObject.good, "allow", "")
			must(t, getOK(http.DefaultClient, "http://"+webhook.addresses(t).Health+"/readyz"))
		},
		func() {
			must(t, cluster.startAgain(server))
			comesTo(t, namespace, "missing", strings.Replace(scaledObject.good, "orders", "missing", 1), "warn", "scale-target-not-found")
			comesTo(t, namespace, "orders", scaledObject.good, "allow", "")
		},
	)
}

// A token that has expired makes the view blind, and nothing absent; the next one is read from the file that takes its place.
func TestTokenExpires(t *testing.T) {
	namespace := newNamespace(t, "tokens")
	server := viewServer(t)
	account := seeing(t, server)
	comesTo(t, namespace, "orders", scaledObject.good, "warn", "scale-target-not-found")

	account.expireToken(t)
	server.process.kill() // who has a watch may keep it
	must(t, cluster.startAgain(server))
	must(t, waitForProcess(webhook.process, "the token to be refused", func() error { return webhook.failed("deployments", "unauthorized") }))
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")

	account.renewToken(t)
	comesTo(t, namespace, "orders", scaledObject.good, "warn", "scale-target-not-found")
}

// A token that is replaced in time is taken up without anyone noticing.
func TestTokenIsReplaced(t *testing.T) {
	server := viewServer(t)
	account := seeing(t, server)
	old := *account
	account.renewToken(t)
	old.expireToken(t)
	server.process.kill()
	must(t, cluster.startAgain(server))
	comesTo(t, newNamespace(t, "renewed"), "orders", scaledObject.good, "warn", "scale-target-not-found")
	if webhook.failed("deployments", "unauthorized") == nil {
		t.Errorf("the old token was used: %s", webhook.process.lastLines())
	}
}

// One kind may not be read: that one is blind, readiness and metrics name it, and the others are seen.
func TestRightIsMissing(t *testing.T) {
	namespace := newNamespace(t, "rights")
	t.Cleanup(func() { must(t, webhook.change("base")) })
	call("patch", "clusterrole", "kedagate", "--type=json", "--patch", `[{"op": "replace", "path": "/rules/2/resources", "value": ["statefulsets"]}]`).passes(t)
	must(t, waitFor("the right to be gone", func() error {
		if done := call("auth", "can-i", "list", "deployments.apps", "--as", installedAs); done.code == 0 {
			return done
		}
		return nil
	}))
	seeing(t, cluster.apiServer)

	if text := get(t, webhook.addresses(t).Health, "/readyz?verbose"); !strings.Contains(text, "cluster ok: not seen: deployments\n") {
		t.Errorf("readiness does not say what is not seen: %s", text)
	}
	webhook.shows(t, `kedagate_cluster_synced{resource="deployments"} 0`)
	webhook.shows(t, `kedagate_cluster_synced{resource="statefulsets"} 1`)
	comesTo(t, namespace, "orders", scaledObject.good, "allow", "")
	of := func(kind string) string {
		return strings.Replace(scaledObject.good, `"orders"`, `"orders", "kind": "`+kind+`"`, 1)
	}
	comesTo(t, namespace, "orders", of("Deployment"), "allow", "")
	comesTo(t, namespace, "orders", of("StatefulSet"), "warn", "scale-target-not-found")
}

// Reviews go by the release of the operator that the cluster runs.
func TestOperatorsVersion(t *testing.T) {
	namespace := newNamespace(t, "versions")
	send(target, "create", "--namespace", namespace).passes(t)
	operators := `{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "keda-operator", "labels": {"app.kubernetes.io/name": "keda-operator"}},
		"spec": {"selector": {"matchLabels": {"app": "keda-operator"}}, "template": {"metadata": {"labels": {"app": "keda-operator"}},
		"spec": {"containers": [{"name": "keda-operator", "image": "ghcr.io/kedacore/keda:%s"}]}}}}`
	call("create", "namespace", "keda").passes(t)
	t.Cleanup(func() { call("delete", "namespace", "keda").passes(t) })
	send(fmt.Sprintf(operators, "2.15.0"), "create", "--namespace", "keda").passes(t)
	seeing(t, cluster.apiServer, "--keda-version=auto")
	// A scaler of 2.17.
	nsq := `{"scaleTargetRef": {"name": "orders"}, "triggers": [{"type": "nsq", "metadata": {"nsqLookupdHTTPAddresses": "nsq:4161", "topic": "t", "channel": "c"}}]}`
	comesTo(t, namespace, "orders", nsq, "deny", "keda-too-old")
	send(fmt.Sprintf(operators, "2.20.2"), "apply", "--namespace", "keda").passes(t)
	comesTo(t, namespace, "orders", nsq, "allow", "")
}

// viewServer is one that a test may kill: it is not the one that calls the webhook.
func viewServer(t *testing.T) *apiServer {
	t.Helper()
	views++
	server, err := cluster.startAPIServer(fmt.Sprintf("kube-apiserver@view-%d", views), nil)
	must(t, err)
	t.Cleanup(func() { server.process.kill() })
	return server
}

var views int

// failed is an error until a request for that resource came to nothing for that reason.
func (g *gate) failed(resource, reason string) error {
	lines, err := g.log("cluster request failed")
	if err != nil {
		return err
	}
	for _, line := range lines {
		if line.Resource == resource && line.Reason == reason {
			return nil
		}
	}
	return fmt.Errorf("no request for %s has failed as %s", resource, reason)
}
