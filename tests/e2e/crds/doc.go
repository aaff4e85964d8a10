// Package crds pins the release of KEDA whose CRDs the tests install: the zip of its module holds them. It is a module of its own, since
// the libraries that KEDA needs would raise those under kube-apiserver.
package crds

import _ "github.com/kedacore/keda/v2/version" // go mod tidy keeps the requirement
