package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// kubectl calls one API server as one user.
type kubectl struct {
	path, kubeconfig, home, user string
}

// result is what a call of kubectl came to.
type result struct {
	command        string
	stdout, stderr string
	code           int
}

func (k kubectl) as(user string) kubectl {
	k.user = user
	return k
}

// run calls kubectl with that text on its standard input.
func (k kubectl) run(input string, arguments ...string) result {
	arguments = append([]string{"--kubeconfig", k.kubeconfig, "--user", k.user, "--cache-dir", k.home}, arguments...)
	command := exec.Command(k.path, arguments...)
	command.Env = append(os.Environ(), "HOME="+k.home, "KUBECTL_EXTERNAL_DIFF=", "KUBECONFIG=")
	command.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	done := result{strings.Join(arguments[6:], " "), stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
	if err != nil && command.ProcessState == nil {
		done.stderr, done.code = err.Error(), -1
	}
	return done
}

// json reads what kubectl prints with -o json into value.
func (k kubectl) json(value any, arguments ...string) error {
	done := k.run("", append(arguments, "-o", "json")...)
	if done.code != 0 {
		return done
	}
	return json.Unmarshal([]byte(done.stdout), value)
}

// Error makes a call that failed an error.
func (r result) Error() string {
	return fmt.Sprintf("kubectl %s: exit code %d\n%s%s", r.command, r.code, r.stdout, r.stderr)
}

// err is nil when kubectl ended well.
func (r result) err() error {
	if r.code == 0 {
		return nil
	}
	return r
}

// passes fails the test unless kubectl ended well and both outputs hold all the parts.
func (r result) passes(t *testing.T, parts ...string) result {
	t.Helper()
	if r.code != 0 {
		t.Fatal(r)
	}
	return r.says(t, parts...)
}

// quiet fails the test when there is anything on standard error.
func (r result) quiet(t *testing.T) result {
	t.Helper()
	if r.stderr != "" {
		t.Fatalf("something on standard error: %s", r)
	}
	return r
}

// isDenied fails the test unless the webhook denied the object, with all the parts in the message.
func (r result) isDenied(t *testing.T, parts ...string) result {
	t.Helper()
	if r.code == 0 || !strings.Contains(r.stderr, denial) {
		t.Fatalf("not denied: %s", r)
	}
	return r.says(t, parts...)
}

func (r result) says(t *testing.T, parts ...string) result {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(r.stdout+r.stderr, part) {
			t.Fatalf("%q is not in what was printed: %s", part, r)
		}
	}
	return r
}
