package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// viewRules need other objects.
var viewRules = []string{
	"authentication-not-found", "authentication-parameter-unknown", "container-not-found", "hpa-name-shared", "requests-missing",
	"scale-to-zero-impossible", "variable-not-found", "workload-has-hpa", "workload-shared",
}

// namespaced is the kinds that a case may have here, by how the API calls them.
var namespaced = map[string]string{
	"ScaledObject": "scaledobjects", "ScaledJob": "scaledjobs", "TriggerAuthentication": "triggerauthentications", "Deployment": "deployments",
	"StatefulSet": "statefulsets", "HorizontalPodAutoscaler": "horizontalpodautoscalers", "LimitRange": "limitranges",
}

// object is a manifest.
type object map[string]any

func (o object) kind() string { return o["kind"].(string) }

func (o object) metadata() map[string]any { return o["metadata"].(map[string]any) }

// within is the object that the path leads to, made where there is none.
func (o object) within(path ...string) map[string]any {
	at := map[string]any(o)
	for _, name := range path {
		if at[name] == nil {
			at[name] = map[string]any{}
		}
		at = at[name].(map[string]any)
	}
	return at
}

// complete adds what the API server asks for and no rule looks at.
func (o object) complete() {
	switch o.kind() {
	case "HorizontalPodAutoscaler":
		o.within("spec")["maxReplicas"] = 3
	case "Deployment", "StatefulSet":
		o.within("spec", "selector", "matchLabels")["a"] = "b"
		o.within("spec", "template", "metadata", "labels")["a"] = "b"
		for _, c := range o.within("spec", "template", "spec")["containers"].([]any) {
			object(c.(map[string]any))["image"] = "registry.example/app"
		}
	}
}

// viewCase is one of tests/cases: an object that is judged, and those beside it.
type viewCase struct {
	caseFolder
	whole  bool // the cluster is
	judged object
	others []object
}

// What is judged by other objects is judged by those of the cluster as by those in files.
func TestVerdictParityOfTheView(t *testing.T) {
	seeing(t, cluster.apiServer)
	for i, c := range chosenViewCases(t) {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			namespace := newNamespace(t, fmt.Sprintf("parity-%d", i))
			c.judged.metadata()["namespace"] = namespace
			for _, other := range c.others {
				other.complete()
				other.metadata()["namespace"] = namespace
				// What the webhook would say of them is another case.
				cluster.kubectl().as(operator).run(encoded(t, other), "create", "-f", "-").passes(t)
				must(t, waitFor("the view of it", func() error { return isSeen(t, other.kind()) }))
			}
			done, event := watched(t, func() result { return send(encoded(t, c.judged), "create", "--dry-run=server") })
			// More may be certain in a cluster than in files; about this rule both know the same.
			if noted := ofRule(c.rule, strings.Split(event.note("findings"), "; ")); !slices.Equal(noted, c.wantsOfRule()) {
				t.Errorf("the case says %q, the webhook noted %q: %s", c.wantsOfRule(), event.note("findings"), done)
			}
		})
	}
}

// chosenViewCases is of each rule the first in which it fires on the object that is judged, and the first in which it does not; of those for a cluster
// that is seen whole, when there are any.
func chosenViewCases(t *testing.T) []viewCase {
	t.Helper()
	var chosen []viewCase
	for _, rule := range viewRules {
		have, cases := map[bool]bool{}, readViewCases(t, rule)
		for _, whole := range []bool{true, false} {
			for _, c := range cases {
				if fires := len(c.wantsOfRule()) > 0; c.whole == whole && !have[fires] {
					have[fires] = true
					chosen = append(chosen, c)
				}
			}
		}
		if !have[true] {
			t.Fatalf("no case of %s fits", rule)
		}
	}
	return chosen
}

func readViewCases(t *testing.T, rule string) []viewCase {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(os.Getenv("E2E_CASES"), rule, "*"))
	must(t, err)
	var cases []viewCase
	for _, folder := range folders {
		if c, fits := readViewCase(t, folder); fits {
			cases = append(cases, c)
		}
	}
	return cases
}

// readViewCase says whether the case is one for the settings that are installed, with objects of one namespace that others than kedagate take, too.
func readViewCase(t *testing.T, folder string) (viewCase, bool) {
	t.Helper()
	var settings map[string]any
	text, err := os.ReadFile(filepath.Join(folder, "want.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &settings))
	folderCase, _ := readCase(t, folder)
	c := viewCase{caseFolder: folderCase, whole: settings["wholeCluster"] == true}
	delete(settings, "wholeCluster")
	for _, o := range readObjects(t, c.object) {
		_, known := namespaced[o.kind()]
		if !known || o.metadata()["namespace"] != "shop" || o.metadata()["ownerReferences"] != nil {
			return c, false
		}
		if c.judged == nil && (o.kind() == "ScaledObject" || o.kind() == "ScaledJob") {
			c.judged = o
		} else {
			c.others = append(c.others, o)
		}
	}
	return c, len(settings) == 1 && c.judged != nil && len(c.others) > 0
}

// readObjects has kubectl read YAML. None when there is a kind that the API server does not know.
func readObjects(t *testing.T, file string) []object {
	t.Helper()
	done := call("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", file)
	if done.code != 0 {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(done.stdout))
	var objects []object
	for {
		var o object
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
}

func encoded(t *testing.T, o object) string {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	return string(text)
}

// isSeen is an error until the view has as many objects of the kind as the API server.
func isSeen(t *testing.T, kind string) error {
	t.Helper()
	resource := namespaced[kind]
	stored := strings.Count(call("get", resource, "--all-namespaces", "-o", "name").passes(t).stdout, "\n")
	if line := fmt.Sprintf("kedagate_cluster_objects{resource=%q} %d\n", resource, stored); !strings.Contains(get(t, webhook.addresses(t).Metrics, "/metrics"), line) {
		return fmt.Errorf("%d %s are not all seen", stored, resource)
	}
	return nil
}

// wantsOfRule is what the rule says of the object that is judged.
func (c viewCase) wantsOfRule() []string {
	for _, j := range c.want {
		if j.Kind == c.judged.kind() && j.Name == c.judged.metadata()["name"] {
			return ofRule(c.rule, strings.Split(j.findings(), "; "))
		}
	}
	return nil
}

// ofRule is the findings that are of the rule, in an order of their own.
func ofRule(rule string, findings []string) []string {
	of := slices.DeleteFunc(findings, func(f string) bool { return !strings.Contains(f, " "+rule+" ") })
	slices.Sort(of)
	return of
}
