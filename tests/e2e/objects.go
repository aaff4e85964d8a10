package e2e

import (
	"fmt"
	"strings"
)

// kind is one of KEDA's, with a specification that is as it should be and one that is denied, by which rule and where.
type kind struct {
	name, resource string
	clusterWide    bool
	good, bad      string
	rule, path     string
	status         string // with a text that can be seen in it
}

// Metadata of a cron trigger: as it should be, without its end, and with a parameter that the scaler does not have.
const (
	goodCron   = `{"timezone": "Etc/UTC", "start": "0 6 * * *", "end": "0 20 * * *", "desiredReplicas": "2"}`
	badCron    = `{"timezone": "Etc/UTC", "start": "0 6 * * *", "desiredReplicas": "2"}`
	warnedCron = `{"timezone": "Etc/UTC", "start": "0 6 * * *", "end": "0 20 * * *", "desiredReplicas": "2", "colour": "red"}`

	objectWith   = `{"scaleTargetRef": {"name": "orders"}, "triggers": [{"type": "cron", "metadata": %s}]}`
	jobWith      = `{"jobTargetRef": {"template": {"spec": {"containers": [{"name": "c", "image": "i"}]}}}, "triggers": [{"type": "cron", "metadata": %s}]}`
	goodIdentity = `{"podIdentity": {"provider": "azure-workload", "identityId": "6d1c6e2c-6a0b-4b68-9a51-0f6f7f0d9a11"}}`
	badIdentity  = `{"podIdentity": {"provider": "azure-workload"}}`

	conditions = `{"conditions": [{"type": "Ready", "status": "False", "message": %q}]}`
	users      = `{"scaledobjects": %q}`
)

var (
	scaledObject = kind{
		name: "ScaledObject", resource: "scaledobjects", good: fmt.Sprintf(objectWith, goodCron), bad: fmt.Sprintf(objectWith, badCron),
		rule: "parameter-missing", path: "spec.triggers[0].metadata", status: conditions,
	}
	kinds = []kind{
		scaledObject,
		{
			name: "ScaledJob", resource: "scaledjobs", good: fmt.Sprintf(jobWith, goodCron), bad: fmt.Sprintf(jobWith, badCron),
			rule: "parameter-missing", path: "spec.triggers[0].metadata", status: conditions,
		},
		{
			name: "TriggerAuthentication", resource: "triggerauthentications", good: goodIdentity, bad: badIdentity,
			rule: "identity-id-missing", path: "spec.podIdentity.identityId", status: users,
		},
		{
			name: "ClusterTriggerAuthentication", resource: "clustertriggerauthentications", clusterWide: true, good: goodIdentity, bad: badIdentity,
			rule: "identity-id-missing", path: "spec.podIdentity.identityId", status: users,
		},
	}
)

// manifest is an object of that kind; more are members of its metadata, such as "generateName": "x-".
func (k kind) manifest(namespace, name, spec string, more ...string) string {
	metadata := fmt.Sprintf(`"name": %q`, name)
	if name == "" {
		metadata = `"annotations": {}`
	}
	if !k.clusterWide {
		metadata += fmt.Sprintf(`, "namespace": %q`, namespace)
	}
	for _, member := range more {
		metadata += ", " + member
	}
	return fmt.Sprintf(`{"apiVersion": "keda.sh/v1alpha1", "kind": %q, "metadata": {%s}, "spec": %s}`+"\n", k.name, metadata, spec)
}

// place is how messages name an object of that kind.
func (k kind) place(namespace, name string) string {
	if k.clusterWide {
		return k.name + " " + name
	}
	return k.name + " " + namespace + "/" + name
}

// printed is how kubectl names it.
func (k kind) printed(name string) string {
	return strings.ToLower(k.name) + ".keda.sh/" + name
}

// arguments is those of a call of kubectl about one object.
func (k kind) arguments(verb, namespace, name string, more ...string) []string {
	arguments := []string{verb, k.resource, name}
	if !k.clusterWide {
		arguments = append(arguments, "--namespace", namespace)
	}
	return append(arguments, more...)
}
