package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// More than a page of 500.
const many = 1100

// What is listed in pages, by tokens that only a real API server makes, is all there: for kedagate audit, and for the view.
func TestManyObjects(t *testing.T) {
	namespace := newNamespace(t, "many")
	storeBad(t, kinds[2], namespace, "bad")
	createMany(t, namespace)

	report := audit(t, 1, "--namespace", namespace)
	if len(report.Results) != many+1 || len(report.Errors) > 0 || report.Summary.Denied != 1 {
		t.Errorf("%d objects, %d denied, errors %v", len(report.Results), report.Summary.Denied, report.Errors)
	}
	if !slices.IsSortedFunc(report.Results, func(a, b judged) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("they are not in the order of the API server")
	}
	if bad := report.Results[0]; bad.Name != "bad" || bad.Verdict != "deny" || bad.findings() != finding("deny", kinds[2]) {
		t.Errorf("the bad one is %v", bad)
	}

	seeing(t, cluster.apiServer)
	stored := strings.Count(call("get", kinds[2].resource, "--all-namespaces", "-o", "name").passes(t).stdout, "\n")
	if stored <= many {
		t.Errorf("%d are stored", stored)
	}
	webhook.shows(t, fmt.Sprintf("kedagate_cluster_objects{resource=%q} %d", kinds[2].resource, stored))
}

type auditReport struct {
	KedaVersion, Cluster string
	Summary              struct{ Denied int }
	Errors               []any
	Results              []judged
}

// audit is what kedagate audit says of the cluster.
func audit(t *testing.T, code int, more ...string) auditReport {
	t.Helper()
	arguments := append([]string{"audit", "--kubeconfig", cluster.kubeconfig, "--output=json", "--keda-version=2.20.2"}, more...)
	command := exec.Command(webhook.binary, arguments...)
	output, err := command.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := command.ProcessState.ExitCode(); got != code {
		t.Fatalf("kedagate audit: exit code %d: %v: %s", got, err, output)
	}
	var report auditReport
	must(t, json.Unmarshal(output, &report))
	return report
}

// createMany stores good TriggerAuthentications; kubectl would take its time.
func createMany(t *testing.T, namespace string) {
	t.Helper()
	names, failures := make(chan string), make(chan error, many)
	for range 8 {
		go func() {
			for name := range names {
				failures <- create(namespace, name)
			}
		}()
	}
	for i := range many {
		names <- fmt.Sprintf("many-%04d", i)
	}
	close(names)
	for range many {
		must(t, <-failures)
	}
}

func create(namespace, name string) error {
	k := kinds[2]
	url := cluster.url + "/apis/keda.sh/v1alpha1/namespaces/" + namespace + "/" + k.resource
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(k.manifest(namespace, name, k.good)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+cluster.tokens[admin])
	response, err := cluster.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return err
}
