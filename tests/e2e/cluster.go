package e2e

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Users of the API servers, by the names they have in the kubeconfig.
const (
	admin    = "admin"
	operator = "system:serviceaccount:keda:keda-operator"
)

// What the metadata of changes of KEDA's resources, and what the webhook noted about them, is kept of.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
  resources: [{group: keda.sh}]
- level: None
`

// Only the user's name matters: it stands for every webhook.
const admissionConfiguration = `apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: ValidatingAdmissionWebhook
  configuration:
    apiVersion: apiserver.config.k8s.io/v1
    kind: WebhookAdmissionConfiguration
    kubeConfigFile: %s
`

const webhookKubeconfig = `apiVersion: v1
kind: Config
users: [{name: '*', user: {client-certificate: %s, client-key: %s}}]
`

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: e2e, cluster: {server: '%s', certificate-authority: '%s'}}]
contexts: [{name: e2e, context: {cluster: e2e, user: admin}}]
current-context: e2e
users: [{name: '%s', user: {token: '%s'}}, {name: '%s', user: {token: '%s'}}]
`

// Cluster is etcd, an API server that shows webhooks a client certificate, and the namespace controller, on loopback.
type Cluster struct {
	bin, dir, logs  string
	tokens          map[string]string // by user
	etcd            string            // its URL
	clientAuthority *authority        // of the certificate that the API server shows to webhooks
	processes       []*process
	*apiServer
}

// apiServer is one of those that share the cluster's etcd.
type apiServer struct {
	name, dir, url, kubeconfig string
	arguments                  []string
	process                    *process
	audit                      *auditLog
	http                       *http.Client
}

func startCluster(bin, dir, logs string) (*Cluster, error) {
	c := &Cluster{bin: bin, dir: dir, logs: logs, tokens: map[string]string{admin: rand.Text(), operator: rand.Text()}}
	err := c.startAll()
	if err != nil {
		c.kill()
	}
	return c, err
}

func (c *Cluster) startAll() error {
	if err := c.writeCredentials(); err != nil {
		return err
	}
	if err := c.startEtcd(); err != nil {
		return err
	}
	files, err := c.clientAuthority.issue("kube-apiserver")
	if err != nil {
		return err
	}
	if c.apiServer, err = c.startAPIServer("kube-apiserver", &files); err != nil {
		return err
	}
	return c.startNamespaceController()
}

// kill ends all processes at once: what they stored is thrown away.
func (c *Cluster) kill() {
	for _, p := range c.processes {
		p.kill()
	}
	c.processes = nil
}

func (c *Cluster) writeCredentials() error {
	lines := fmt.Sprintf("%s,%s,admin,system:masters\n", c.tokens[admin], admin)
	lines += fmt.Sprintf("%s,%s,operator,system:masters\n", c.tokens[operator], operator)
	_, err := writeKey(filepath.Join(c.dir, "service-account.key"))
	if err == nil {
		c.clientAuthority, err = newAuthority(c.dir, "clients")
	}
	return errors.Join(err, c.write("tokens.csv", lines), c.write("audit-policy.yaml", auditPolicy))
}

func (c *Cluster) write(name, text string) error {
	return os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600)
}

func (c *Cluster) start(name string, arguments ...string) (*process, error) {
	program, _, _ := strings.Cut(name, "@")
	p, err := start(name, filepath.Join(c.logs, name+".log"), filepath.Join(c.bin, program), arguments...)
	if err == nil {
		c.processes = append(c.processes, p)
	}
	return p, err
}

// onFreePort calls begin until the port it is given has not been taken meanwhile, but not for ever.
func onFreePort(begin func(port int) error) error {
	var err error
	for range 3 {
		var port int
		if port, err = freePort(); err != nil {
			return err
		}
		if err = begin(port); err == nil {
			return nil
		}
	}
	return err
}

func (c *Cluster) startEtcd() error {
	return onFreePort(func(port int) error {
		peer, err := freePort()
		if err != nil {
			return err
		}
		c.etcd = fmt.Sprintf("http://127.0.0.1:%d", port)
		peers := fmt.Sprintf("http://127.0.0.1:%d", peer)
		p, err := c.start("etcd", "--name=e2e", "--data-dir="+filepath.Join(c.dir, "etcd"), "--unsafe-no-fsync", "--log-level=warn",
			"--listen-client-urls="+c.etcd, "--advertise-client-urls="+c.etcd,
			"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=e2e="+peers)
		if err != nil {
			return err
		}
		return waitForProcess(p, "etcd", func() error { return getOK(http.DefaultClient, c.etcd+"/health") })
	})
}

// startAPIServer starts one that is called name or program@something, and shows webhooks that client certificate, or none.
func (c *Cluster) startAPIServer(name string, shown *client) (*apiServer, error) {
	s := &apiServer{name: name, dir: filepath.Join(c.dir, name)}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return nil, err
	}
	arguments, err := s.admission(shown)
	if err != nil {
		return nil, err
	}
	return s, onFreePort(func(port int) error {
		s.url = fmt.Sprintf("https://127.0.0.1:%d", port)
		s.arguments = append(c.apiServerArguments(s, port), arguments...)
		if err := c.startAgain(s); err != nil {
			return err
		}
		return s.writeKubeconfig(c.tokens)
	})
}

// startAgain starts one that was killed, where it was before.
func (c *Cluster) startAgain(s *apiServer) error {
	var err error
	if s.process, err = c.start(s.name, s.arguments...); err != nil {
		return err
	}
	return waitForProcess(s.process, s.name, s.ready)
}

func (c *Cluster) apiServerArguments(s *apiServer, port int) []string {
	s.audit = &auditLog{file: filepath.Join(s.dir, "audit.log")}
	key := filepath.Join(c.dir, "service-account.key")
	return []string{
		"--etcd-servers=" + c.etcd, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", port),
		"--cert-dir=" + filepath.Join(s.dir, "certs"), "--service-cluster-ip-range=10.0.0.0/24", "--endpoint-reconciler-type=none",
		"--service-account-issuer=https://e2e.invalid", "--service-account-key-file=" + key, "--service-account-signing-key-file=" + key,
		"--token-auth-file=" + filepath.Join(c.dir, "tokens.csv"), "--authorization-mode=RBAC",
		// Without its controller no namespace has a default ServiceAccount.
		"--disable-admission-plugins=ServiceAccount",
		"--audit-policy-file=" + filepath.Join(c.dir, "audit-policy.yaml"), "--audit-log-path=" + s.audit.file, "--audit-log-mode=blocking",
	}
}

// admission is the flags by which the server shows webhooks that certificate.
func (s *apiServer) admission(shown *client) ([]string, error) {
	if shown == nil {
		return nil, nil
	}
	file, users := filepath.Join(s.dir, "admission.yaml"), filepath.Join(s.dir, "webhooks.yaml")
	err := errors.Join(
		os.WriteFile(file, fmt.Appendf(nil, admissionConfiguration, users), 0o600),
		os.WriteFile(users, fmt.Appendf(nil, webhookKubeconfig, shown.certificate, shown.key), 0o600))
	return []string{"--admission-control-config-file=" + file}, err
}

// ready asks the server whether it is. The certificate that it made for itself is trusted from then on.
func (s *apiServer) ready() error {
	pem, err := os.ReadFile(s.certificate())
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	s.http = &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 64},
	}
	return getOK(s.http, s.url+"/readyz")
}

func (s *apiServer) certificate() string {
	return filepath.Join(s.dir, "certs", "apiserver.crt")
}

func (s *apiServer) writeKubeconfig(tokens map[string]string) error {
	s.kubeconfig = filepath.Join(s.dir, "kubeconfig")
	return os.WriteFile(s.kubeconfig, fmt.Appendf(nil, kubeconfig, s.url, s.certificate(), admin, tokens[admin], operator, tokens[operator]), 0o600)
}

// startNamespaceController starts what empties and removes namespaces that are deleted, and no other controller.
func (c *Cluster) startNamespaceController() error {
	_, err := c.start("kube-controller-manager", "--kubeconfig="+c.kubeconfig, "--controllers=namespace-controller",
		"--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0")
	return err
}

// kubectl is one for the administrator, at that server.
func (c *Cluster) kubectlFor(s *apiServer) kubectl {
	return kubectl{path: filepath.Join(c.bin, "kubectl"), kubeconfig: s.kubeconfig, home: s.dir, user: admin}
}

func (c *Cluster) kubectl() kubectl {
	return c.kubectlFor(c.apiServer)
}

func getOK(client *http.Client, url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}
