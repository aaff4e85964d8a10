package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// caseFolder is one of tests/cases: the object, and what must come of it.
type caseFolder struct {
	rule, name, object string
	want               []judged
}

type judged struct {
	Kind, Namespace, Name, Verdict string
	Findings                       []struct{ Rule, Path, Action string }
}

// wanted is want.json. Whatever it says beside the objects makes the case one for other settings than those that are installed.
type wanted struct {
	Objects []judged
}

// What fits into an audit annotation in any case.
const maxFindings = 4

// The same object through the API server, in dry run, and through kedagate check: the same findings, the same verdict, and for everyone to see.
func TestVerdictParity(t *testing.T) {
	cases := chosenCases(t)
	for _, namespace := range namespacesOf(cases) {
		newNamespace(t, namespace)
	}
	for _, c := range cases {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			done, event := watched(t, func() result { return call("create", "--dry-run=server", "-f", c.object) })
			checked := c.check(t)
			if done.code != 0 && !event.asked() {
				// The CRD has refused it before any webhook.
				if checked.Verdict != "deny" {
					t.Errorf("kedagate check says %s; %s", checked.Verdict, done)
				}
				return
			}
			event.notes(t, "verdict", checked.Verdict)
			if noted := sorted(strings.Split(event.note("findings"), "; ")); noted != checked.findings() {
				t.Errorf("kedagate check says %q, the webhook noted %q", checked.findings(), noted)
			}
			if want := c.wants(); checked.Verdict != want.Verdict || checked.findings() != want.findings() {
				t.Errorf("kedagate check says %s %q, the case %s %q", checked.Verdict, checked.findings(), want.Verdict, want.findings())
			}
			if denied := strings.Contains(done.stderr, denial); denied != (checked.Verdict == "deny") || denied == (done.code == 0) {
				t.Errorf("kedagate check says %s; %s", checked.Verdict, done)
			}
			for _, f := range checked.Findings {
				done.says(t, "["+f.Rule+"]")
			}
		})
	}
}

// chosenCases is of each rule the first case in which it fires and the first in which it does not, of those that go by the settings that are
// installed and consist of one object that refers to no other: the world of a case is not in the cluster.
func chosenCases(t *testing.T) []caseFolder {
	t.Helper()
	var chosen []caseFolder
	folders, err := filepath.Glob(filepath.Join(os.Getenv("E2E_CASES"), "*", "*", "want.json"))
	must(t, err)
	have := map[string]bool{}
	for _, file := range folders {
		c, fits := readCase(t, filepath.Dir(file))
		if key := fmt.Sprint(c.rule, c.fires()); fits && !have[key] {
			have[key] = true
			chosen = append(chosen, c)
		}
	}
	if len(chosen) < 40 {
		t.Fatalf("only %d cases fit", len(chosen))
	}
	return chosen
}

var otherObjects = regexp.MustCompile(`(?m)^---|authenticationRef|FromEnv`)

// readCase says whether the case is one for the cluster as it is.
func readCase(t *testing.T, folder string) (caseFolder, bool) {
	t.Helper()
	c := caseFolder{rule: filepath.Base(filepath.Dir(folder)), name: filepath.Base(folder), object: filepath.Join(folder, "object.yaml")}
	object, err := os.ReadFile(c.object)
	must(t, err)
	text, err := os.ReadFile(filepath.Join(folder, "want.json"))
	must(t, err)
	var settings map[string]any
	var want wanted
	must(t, json.Unmarshal(text, &settings))
	must(t, json.Unmarshal(text, &want))
	c.want = want.Objects
	fits := len(settings) == 1 && len(want.Objects) == 1 && len(want.Objects[0].Findings) <= maxFindings && !otherObjects.Match(object)
	return c, fits
}

func (c caseFolder) wants() judged {
	return c.want[0]
}

func (c caseFolder) fires() bool {
	for _, object := range c.want {
		for _, f := range object.Findings {
			if f.Rule == c.rule {
				return true
			}
		}
	}
	return false
}

// check is what kedagate check says of the object.
func (c caseFolder) check(t *testing.T) judged {
	t.Helper()
	// Findings are no failure of the command here.
	output, err := exec.Command(webhook.binary, "check", "-o", "json", c.object).Output()
	var report struct{ Results []judged }
	if broken := json.Unmarshal(output, &report); broken != nil || len(report.Results) != 1 {
		t.Fatalf("kedagate check: %v, %v, %d results", err, broken, len(report.Results))
	}
	return report.Results[0]
}

// findings is as the webhook notes them, in an order of their own: that of the document is not the order in which the API server sends it.
func (j judged) findings() string {
	var words []string
	for _, f := range j.Findings {
		words = append(words, f.Action+" "+f.Rule+" "+f.Path)
	}
	return sorted(words)
}

func sorted(findings []string) string {
	slices.Sort(findings)
	return strings.Join(findings, "; ")
}

func namespacesOf(cases []caseFolder) []string {
	var names []string
	seen := map[string]bool{"": true, "default": true}
	for _, c := range cases {
		if name := c.wants().Namespace; !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
