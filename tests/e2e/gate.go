package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	installedIn = "kedagate"
	webhookName = "kedagate.kedagate.io"
	denial      = `admission webhook "` + webhookName + `" denied the request: `
)

// What loopback needs: the API server finds the webhook's Service outside the cluster, at a port of its own. And what a machine that does much else
// needs: more patience than 5 seconds.
const loopback = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- %[1]s
components:
- certs
patches:
- target: {kind: Service, name: kedagate}
  patch: |-
    - op: replace
      path: /spec
      value: {type: ExternalName, externalName: localhost, ports: [{port: %[2]d}]}
- target: {kind: ValidatingWebhookConfiguration, name: kedagate}
  patch: |-
    - op: replace
      path: /webhooks/0/clientConfig/service/port
      value: %[2]d
    - {op: replace, path: /webhooks/0/timeoutSeconds, value: 30}
    - op: add
      path: /webhooks/0/matchConditions/-
      value: {name: in-effect, expression: "!has(request.name) || request.name != '%[3]s'"}
%[4]s`

// gate is kedagate, installed by its manifests. No pod runs: the process is started here, as the Deployment says.
type gate struct {
	binary, manifests, dir, logs string
	server                       *apiServer
	kubectl                      kubectl
	port                         int
	mounts                       map[string]*mount // by the path in the container
	account                      *account          // nil: objects are judged alone
	process                      *process
	runs, installations          int
	reconnections                int
}

type logLine struct {
	Msg, Caller, Health, Metrics, Resource, Reason, Server string
}

func newGate(binary, manifests, dir, logs string, c *Cluster) (*gate, error) {
	port, err := freePort()
	g := &gate{
		binary: binary, manifests: manifests, dir: dir, logs: logs, server: c.apiServer, kubectl: c.kubectl(), port: port, mounts: map[string]*mount{},
	}
	return g, errors.Join(err, os.Mkdir(g.overlay(), 0o700), g.makeCertificates("certs"))
}

func (g *gate) overlay() string {
	return filepath.Join(g.dir, "overlay")
}

// makeCertificates makes a serving pair, signed by the authority in that folder of the overlay, which is made if need be.
func (g *gate) makeCertificates(folder string) error {
	output, err := exec.Command(g.binary, "certs", "init", "--directory", filepath.Join(g.overlay(), folder), "--replace",
		"--name", "kedagate."+installedIn+".svc", "--secret", "kedagate-tls", "--ca-bundle").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("kedagate certs init: %w: %s", err, output)
	}
	return err
}

// install applies the manifests of that folder, base or an overlay, with more JSON patches of the webhook configuration, and waits until the
// API server goes by them. It says nowhere that it does, so each installation exempts another name.
func (g *gate) install(variant string, patches ...string) error {
	folder, err := filepath.Rel(g.overlay(), filepath.Join(g.manifests, variant))
	if err != nil {
		return err
	}
	g.installations++
	exempt := fmt.Sprintf("installation-%d", g.installations)
	text := fmt.Appendf(nil, loopback, folder, g.port, exempt, strings.Join(patches, ""))
	if err := os.WriteFile(filepath.Join(g.overlay(), "kustomization.yaml"), text, 0o600); err != nil {
		return err
	}
	if err := g.kubectl.run("", "apply", "-k", g.overlay()).err(); err != nil {
		return err
	}
	return waitFor("the API server to go by what was installed", func() error { return g.exempts(exempt) })
}

// exempts is an error while the webhook is asked about a ScaledObject of that name.
func (g *gate) exempts(name string) error {
	var done result
	events, err := g.server.audit.during(func() {
		done = g.kubectl.run(scaledObject.manifest("default", name, scaledObject.bad), "create", "--dry-run=server", "-f", "-")
	})
	if err = errors.Join(err, done.err()); err != nil {
		return err
	}
	if len(events) != 1 || events[0].asked() {
		return fmt.Errorf("%s is not exempt yet: %v", name, events)
	}
	return nil
}

// mount brings what is mounted up to date, and returns the paths at which something changed.
func (g *gate) mount(d deployment) ([]string, error) {
	mounted, err := d.files(g.kubectl)
	if err != nil {
		return nil, err
	}
	var changed []string
	for path, files := range mounted {
		if g.mounts[path] == nil {
			g.mounts[path] = &mount{dir: filepath.Join(g.dir, "root", path)}
		}
		other, err := g.mounts[path].put(files)
		if err != nil {
			return nil, err
		}
		if other {
			changed = append(changed, path)
		}
	}
	return changed, nil
}

// start runs the container of the Deployment, with more arguments, and waits until it serves.
func (g *gate) start(more ...string) error {
	d, err := readDeployment(g.kubectl)
	if err != nil {
		return err
	}
	if _, err := g.mount(d); err != nil {
		return err
	}
	dirs := map[string]string{}
	for path, m := range g.mounts {
		dirs[path] = m.dir
	}
	without := []string{"--shutdown-delay"}
	if g.account == nil {
		without = append(without, "--cluster")
	}
	// No operator of KEDA is here to tell which release runs.
	arguments := append(d.arguments(dirs, without...), "--shutdown-delay=0s", "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", g.port),
		"--health-probe-bind-address=127.0.0.1:0", "--metrics-bind-address=127.0.0.1:0", "--keda-version=2.20.2")
	if err := g.run(append(arguments, more...)); err != nil {
		return err
	}
	return waitForProcess(g.process, "kedagate to serve", func() error { return g.logged("serving", 1) })
}

// run starts the process, in a Pod of the account when there is one.
func (g *gate) run(arguments []string) error {
	program := g.binary
	if g.account != nil {
		var err error
		if program, arguments, err = g.account.command(program, arguments); err != nil {
			return err
		}
	}
	g.runs++
	var err error
	g.process, err = start("kedagate", filepath.Join(g.logs, fmt.Sprintf("kedagate-%d.log", g.runs)), program, arguments...)
	return err
}

// stop ends it as a pod is ended: no request may be cut.
func (g *gate) stop() error {
	code, err := g.process.stop()
	if err == nil && code != 0 {
		err = fmt.Errorf("kedagate ended with exit code %d:\n%s", code, g.process.lastLines())
	}
	return err
}

func (g *gate) kill() {
	if g.process != nil {
		g.process.kill()
	}
}

func (g *gate) restart(more ...string) error {
	if err := g.stop(); err != nil {
		return err
	}
	return g.start(more...)
}

// log is the lines that kedagate wrote with that message since it was started.
func (g *gate) log(message string) ([]logLine, error) {
	file, err := os.Open(g.process.log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []logLine
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line logLine
		// The last line may be half there.
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line.Msg == message {
			lines = append(lines, line)
		}
	}
	return lines, scanner.Err()
}

// logged is an error until there are so many lines with that message.
func (g *gate) logged(message string, count int) error {
	lines, err := g.log(message)
	if err == nil && len(lines) < count {
		err = fmt.Errorf("%d lines %q, not %d", len(lines), message, count)
	}
	return err
}

// What kedagate says when it has taken into use what changed at that path.
var reloads = map[string]string{"/certs": "certificate reloaded", "/etc/kedagate": "policy reloaded"}

// update has what was applied arrive in the running process.
func (g *gate) update() error {
	before := map[string]int{}
	for path, message := range reloads {
		lines, err := g.log(message)
		if err != nil {
			return err
		}
		before[path] = len(lines)
	}
	d, err := readDeployment(g.kubectl)
	if err != nil {
		return err
	}
	changed, err := g.mount(d)
	for _, path := range changed {
		err = errors.Join(err, waitForProcess(g.process, reloads[path], func() error { return g.logged(reloads[path], before[path]+1) }))
	}
	return err
}

// change installs another variant into the running cluster.
func (g *gate) change(variant string, patches ...string) error {
	if err := g.install(variant, patches...); err != nil {
		return err
	}
	return g.update()
}
