package e2e

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// calledBy restarts kedagate for a test so that it answers clients of that authority, with one of the names, only.
func calledBy(t *testing.T, a *authority, names string) {
	t.Helper()
	t.Cleanup(func() { must(t, webhook.restart()) })
	must(t, webhook.restart("--client-ca-file="+a.file, "--client-names="+names))
}

// isRefused fails the test unless kedagate would not talk to the API server, for that reason.
func (r result) isRefused(t *testing.T, reason string) result {
	t.Helper()
	if r.code != 1 {
		t.Fatalf("the webhook was called: %s", r)
	}
	return r.says(t, "Error from server (InternalError)", `failed calling webhook "`+webhookName+`": failed to call webhook: `, reason)
}

// The API server shows the certificate that its admission configuration names for webhooks.
func TestClientCertificate(t *testing.T) {
	namespace := newNamespace(t, "clients")
	good, bad := scaledObject.manifest(namespace, "orders", scaledObject.good), scaledObject.manifest(namespace, "orders", scaledObject.bad)

	t.Run("accepted", func(t *testing.T) {
		calledBy(t, cluster.clientAuthority, "kube-apiserver,another")
		send(bad, "create").isDenied(t, "["+scaledObject.rule+"]")
		send(good, "create", "--dry-run=server").passes(t).quiet(t)
		lines, err := webhook.log("review")
		must(t, err)
		for _, line := range lines {
			if line.Caller != "kube-apiserver" {
				t.Errorf("the log says that %q called", line.Caller)
			}
		}
		if len(lines) < 2 {
			t.Errorf("%d reviews in the log", len(lines))
		}
	})
	t.Run("another name", func(t *testing.T) {
		calledBy(t, cluster.clientAuthority, "another")
		send(good, "create", "--dry-run=server").isRefused(t, "--client-names")
		answered(t, http.StatusForbidden)
	})
	t.Run("another authority", func(t *testing.T) {
		other, err := newAuthority(t.TempDir(), "others")
		must(t, err)
		calledBy(t, other, "kube-apiserver")
		// Who is still sending when the connection ends may never read the alert.
		must(t, waitFor("the alert", func() error {
			if done := send(good, "create", "--dry-run=server").isRefused(t, ""); !strings.Contains(done.stderr, "remote error: tls: ") {
				return done
			}
			return nil
		}))
	})
	t.Run("none", func(t *testing.T) {
		calledBy(t, cluster.clientAuthority, "kube-apiserver")
		server, err := cluster.startAPIServer("kube-apiserver@without-certificate", nil)
		must(t, err)
		cluster.kubectlFor(server).run(good, "create", "--dry-run=server", "-f", "-").isRefused(t, "--client-ca-file")
		answered(t, http.StatusForbidden)
		send(bad, "create").isDenied(t, "["+scaledObject.rule+"]")
	})
	t.Run("health stays open", func(t *testing.T) {
		calledBy(t, cluster.clientAuthority, "kube-apiserver")
		must(t, getOK(http.DefaultClient, "http://"+webhook.addresses(t).Health+"/readyz"))
	})
}

// answered fails the test unless the metrics, which stay open, count an answer with that status.
func answered(t *testing.T, status int) {
	t.Helper()
	text := get(t, webhook.addresses(t).Metrics, "/metrics")
	counter := regexp.MustCompile(fmt.Sprintf(`(?m)^kedagate_http_responses_total\{.*"%d".*\} [1-9]`, status))
	if !counter.MatchString(text) {
		t.Errorf("no answer %d is counted:\n%s", status, text)
	}
}

// get is what one of kedagate's plain listeners answers.
func get(t *testing.T, address, path string) string {
	t.Helper()
	response, err := http.Get("http://" + address + path)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return string(text)
}

// shows waits for a line among the metrics: a gauge follows what the log tells.
func (g *gate) shows(t *testing.T, line string) {
	t.Helper()
	must(t, waitFor(line, func() error {
		if text := get(t, g.addresses(t).Metrics, "/metrics"); !strings.Contains(text, line+"\n") {
			return fmt.Errorf("it is not among the metrics:\n%s", text)
		}
		return nil
	}))
}

// addresses is the line of the log that says where kedagate serves what.
func (g *gate) addresses(t *testing.T) logLine {
	t.Helper()
	serving, err := g.log("serving")
	must(t, err)
	return serving[0]
}
