module kedagate.io/e2e/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.19.1
	github.com/kedacore/keda/v2 v2.20.2
)
