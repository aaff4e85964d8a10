package e2e

import (
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"
)

// account is what a Pod looks at a cluster with: the folder of its ServiceAccount, and where the API server is.
type account struct {
	server *apiServer
	folder mount
	secret string // that the token is bound to: without it the API server knows the token no more
}

// newAccount is kedagate's own.
func newAccount(t *testing.T, s *apiServer) *account {
	t.Helper()
	a := &account{server: s, folder: mount{dir: t.TempDir()}}
	a.renewToken(t)
	return a
}

// renewToken replaces the token, as kubelet does in time before it expires.
func (a *account) renewToken(t *testing.T) {
	t.Helper()
	secret := "account-" + strings.ToLower(rand.Text())
	call("create", "secret", "generic", secret, "--namespace", installedIn).passes(t)
	token := call("create", "token", "kedagate", "--namespace", installedIn, "--bound-object-kind=Secret", "--bound-object-name="+secret).passes(t)
	trusted, err := os.ReadFile(a.server.certificate())
	must(t, err)
	_, err = a.folder.put(map[string]string{"token": strings.TrimSpace(token.stdout), "ca.crt": string(trusted), "namespace": installedIn})
	must(t, err)
	a.secret = secret
}

// expireToken does what time would do.
func (a *account) expireToken(t *testing.T) {
	t.Helper()
	call("delete", "secret", a.secret, "--namespace", installedIn).passes(t)
}

// enterPod gives the program that its further arguments start the folder $0, which is $1 outside.
const enterPod = `
mount -t tmpfs -o mode=755 pod /var/run
mkdir -p "$0"
mount --bind "$1" "$0"
shift
exec "$@"`

// command is the one that starts a program as in a Pod of that account: with its folder, in a mount namespace, and the environment.
func (a *account) command(program string, arguments []string) (string, []string, error) {
	server, err := url.Parse(a.server.url)
	if err != nil {
		return "", nil, err
	}
	words := []string{"--mount", "--propagation=private"}
	if os.Geteuid() != 0 {
		words = append(words, "--map-root-user")
	}
	words = append(words, "--", "sh", "-ec", enterPod, "/var/run/secrets/kubernetes.io/serviceaccount", a.folder.dir,
		"env", "KUBERNETES_SERVICE_HOST="+server.Hostname(), "KUBERNETES_SERVICE_PORT="+server.Port(), program)
	return "unshare", append(words, arguments...), nil
}
