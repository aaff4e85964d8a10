// Package crds pins the releases whose CRDs the tests install, KEDA's and cert-manager's: the zips of their modules hold them. It is a module of its
// own, since the libraries that these need would raise those under kube-apiserver.
package crds

// go mod tidy keeps the requirements.
import (
	_ "github.com/cert-manager/cert-manager/pkg/apis/certmanager"
	_ "github.com/kedacore/keda/v2/version"
)
