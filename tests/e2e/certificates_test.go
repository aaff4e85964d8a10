package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// underLoad fails the test when a call fails, or none is made, while each of the steps is taken.
func underLoad(t *testing.T, steps ...func()) {
	t.Helper()
	l := startLoad(cluster.apiServer, cluster.tokens[admin], 2)
	defer l.stop()
	for _, step := range steps {
		step()
		// What follows a step is a part of it.
		after := l.calls.Load() + 100
		must(t, waitFor("calls under load", func() error {
			if l.calls.Load() < after {
				return fmt.Errorf("%d of %d", l.calls.Load(), after)
			}
			return nil
		}))
	}
	calls, failures := l.stop()
	t.Logf("%d calls", calls)
	if len(failures) > 0 {
		t.Fatalf("%d of %d calls failed; the first: %s", len(failures), calls, failures[0])
	}
}

// The authority stays and the serving pair is replaced: a new Secret, as kubelet mounts it.
func TestServingPairIsReplaced(t *testing.T) {
	trusted := webhook.authority(t, "certs")
	replace := func() {
		must(t, webhook.makeCertificates("certs"))
		must(t, webhook.change("base"))
	}
	underLoad(t, replace, connectAnew(t, trusted), replace, connectAnew(t, trusted))
}

// Another authority: both are trusted while the pair changes over.
func TestAuthorityIsReplaced(t *testing.T) {
	must(t, webhook.makeCertificates("next"))
	old, next := webhook.authority(t, "certs"), webhook.authority(t, "next")
	underLoad(t,
		func() { must(t, webhook.change("base", trusting(old+next))) },
		func() {
			must(t, os.RemoveAll(filepath.Join(webhook.overlay(), "certs")))
			must(t, os.Rename(filepath.Join(webhook.overlay(), "next"), filepath.Join(webhook.overlay(), "certs")))
			must(t, webhook.change("base", trusting(old+next)))
		},
		connectAnew(t, old+next),
		func() { must(t, webhook.change("base")) },
		connectAnew(t, next),
	)
}

// connectAnew has the API server give up the connections that began with another pair: it keeps those of one client configuration, and the
// empty lines before the certificates make it another one.
func connectAnew(t *testing.T, trusted string) func() {
	return func() {
		t.Helper()
		webhook.reconnections++
		must(t, webhook.change("base", trusting(strings.Repeat("\n", webhook.reconnections)+trusted)))
	}
}

func (g *gate) authority(t *testing.T, folder string) string {
	t.Helper()
	pem, err := os.ReadFile(filepath.Join(g.overlay(), folder, "ca.crt"))
	must(t, err)
	return string(pem)
}

// trusting patches the webhook configuration to trust these authorities.
func trusting(pem string) string {
	return "    - {op: replace, path: /webhooks/0/clientConfig/caBundle, value: " + base64.StdEncoding.EncodeToString([]byte(pem)) + "}\n"
}
