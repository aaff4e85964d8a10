package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const installedAs = "system:serviceaccount:kedagate:kedagate"

// The namespace admits restricted pods only, and no controller is here to say that it refused one.
func TestPodIsAdmitted(t *testing.T) {
	var deployment struct {
		Spec struct {
			Template struct {
				Metadata, Spec map[string]any
			}
		}
	}
	must(t, cluster.kubectl().json(&deployment, "get", "deployment", "kedagate", "--namespace", installedIn))
	pod := func() string {
		text, err := json.Marshal(map[string]any{
			"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "kedagate", "namespace": installedIn}, "spec": deployment.Spec.Template.Spec,
		})
		must(t, err)
		return string(text)
	}
	send(pod(), "create", "--dry-run=server").passes(t, "pod/kedagate created").quiet(t)
	deployment.Spec.Template.Spec["hostNetwork"] = true
	if done := send(pod(), "create", "--dry-run=server"); done.code == 0 {
		t.Errorf("a pod that is not restricted is admitted, too: %s", done)
	}
}

// It reads what rules need, no more, and writes nothing.
func TestRights(t *testing.T) {
	want := []string{
		"clustertriggerauthentications.keda.sh", "deployments.apps", "horizontalpodautoscalers.autoscaling", "limitranges", "scaledjobs.keda.sh",
		"scaledobjects.keda.sh", "serviceaccounts", "statefulsets.apps", "triggerauthentications.keda.sh",
	}
	var got []string
	for line := range strings.Lines(call("auth", "can-i", "--list", "--no-headers", "--as", installedAs).passes(t).stdout) {
		resource, rest, _ := strings.Cut(line, " ")
		// What every account may: ask what it may, and read the paths without resources.
		if resource == "" || strings.HasPrefix(resource, "self") {
			continue
		}
		got = append(got, resource)
		if !strings.HasSuffix(strings.TrimSpace(rest), "[list watch]") {
			t.Errorf("more, or less, than list and watch: %s", line)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("it may read %v, not %v", got, want)
	}
}

// What the overlay asks of cert-manager is what its CRDs know. Nobody makes the certificates here.
func TestCertManagerOverlay(t *testing.T) {
	for _, resource := range []string{"certificates", "issuers"} {
		definition := filepath.Join(os.Getenv("E2E_CERT_MANAGER_CRDS"), "cert-manager.io_"+resource+".yaml")
		t.Cleanup(func() { call("delete", "-f", definition).passes(t) })
		call("apply", "--server-side", "-f", definition).passes(t)
		call("wait", "--for=condition=Established", "crd/"+resource+".cert-manager.io", "--timeout="+patience.String()).passes(t)
		must(t, waitFor(resource, func() error { return call("get", resource+".cert-manager.io", "--all-namespaces").err() }))
	}
	done := call("apply", "--dry-run=server", "-k", filepath.Join(webhook.manifests, "overlays", "cert-manager")).passes(t).quiet(t)
	for _, created := range []string{"issuer.cert-manager.io/kedagate-root", "issuer.cert-manager.io/kedagate", "certificate.cert-manager.io/kedagate-authority",
		"certificate.cert-manager.io/kedagate"} {
		done.says(t, created+" created (server dry run)\n")
	}
	done.says(t, "validatingwebhookconfiguration.admissionregistration.k8s.io/kedagate configured (server dry run)")
}
