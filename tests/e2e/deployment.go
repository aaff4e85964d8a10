package e2e

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// deployment is what there is to know of kedagate's Deployment in order to run its container without a kubelet.
type deployment struct {
	Spec struct {
		Template struct {
			Spec struct {
				Containers []container
				Volumes    []volume
			}
		}
	}
}

type container struct {
	Args         []string
	VolumeMounts []struct{ Name, MountPath string }
}

type volume struct {
	Name      string
	Secret    *struct{ SecretName string }
	ConfigMap *struct{ Name string }
}

func readDeployment(k kubectl) (deployment, error) {
	var d deployment
	err := k.json(&d, "get", "deployment", "kedagate", "--namespace", installedIn)
	if err == nil && len(d.Spec.Template.Spec.Containers) != 1 {
		err = fmt.Errorf("the Deployment has %d containers, not 1", len(d.Spec.Template.Spec.Containers))
	}
	return d, err
}

func (d deployment) container() container {
	return d.Spec.Template.Spec.Containers[0]
}

// files is what is mounted at each path of the container.
func (d deployment) files(k kubectl) (map[string]map[string]string, error) {
	mounted := map[string]map[string]string{}
	for _, at := range d.container().VolumeMounts {
		for _, v := range d.Spec.Template.Spec.Volumes {
			if v.Name != at.Name {
				continue
			}
			files, err := v.files(k)
			if err != nil {
				return nil, err
			}
			mounted[at.MountPath] = files
		}
	}
	return mounted, nil
}

func (v volume) files(k kubectl) (map[string]string, error) {
	var object struct{ Data map[string]string }
	switch {
	case v.ConfigMap != nil:
		err := k.json(&object, "get", "configmap", v.ConfigMap.Name, "--namespace", installedIn)
		return object.Data, err
	case v.Secret != nil:
		err := k.json(&object, "get", "secret", v.Secret.SecretName, "--namespace", installedIn)
		if err != nil {
			return nil, err
		}
		return decoded(object.Data)
	}
	return nil, fmt.Errorf("volume %s is neither a Secret nor a ConfigMap", v.Name)
}

func decoded(data map[string]string) (map[string]string, error) {
	files := map[string]string{}
	for name, text := range data {
		bytes, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		files[name] = string(bytes)
	}
	return files, nil
}

// arguments is the container's, with what is mounted at a path in the folder that dirs has for it, and without the flags named.
func (d deployment) arguments(dirs map[string]string, without ...string) []string {
	var arguments []string
	for _, argument := range d.container().Args {
		flag, _, _ := strings.Cut(argument, "=")
		if slices.Contains(without, flag) {
			continue
		}
		argument = strings.ReplaceAll(argument, "$(POD_NAMESPACE)", installedIn)
		for path, dir := range dirs {
			argument = strings.ReplaceAll(argument, "="+path+"/", "="+dir+"/")
		}
		arguments = append(arguments, argument)
	}
	return arguments
}
