package e2e

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// loadName is the name of whatever a load creates.
const loadName = "load"

// load is clients that create ScaledObjects in dry run, good ones and bad ones by turns, until they are told to stop. None comes with a
// warning.
type load struct {
	server   *apiServer
	token    string
	stopping chan struct{}
	end      sync.Once
	clients  sync.WaitGroup
	calls    atomic.Int64
	lock     sync.Mutex
	failures []string
}

func startLoad(s *apiServer, token string, clients int) *load {
	l := &load{server: s, token: token, stopping: make(chan struct{})}
	for range clients {
		l.clients.Go(l.run)
	}
	return l
}

// stop returns how many calls there were, and what went wrong.
func (l *load) stop() (int64, []string) {
	l.end.Do(func() { close(l.stopping) })
	l.clients.Wait()
	return l.calls.Load(), l.failures
}

func (l *load) run() {
	for {
		select {
		case <-l.stopping:
			return
		default:
			l.expect(scaledObject.good, http.StatusCreated, `"kind":"ScaledObject"`)
			l.expect(scaledObject.bad, http.StatusForbidden, scaledObject.rule)
		}
	}
}

func (l *load) expect(spec string, status int, part string) {
	l.calls.Add(1)
	got, body, warnings, err := l.create(spec)
	if err == nil && got == status && strings.Contains(body, part) && len(warnings) == 0 {
		return
	}
	l.lock.Lock()
	defer l.lock.Unlock()
	l.failures = append(l.failures, fmt.Sprintf("wanted %d and %q: %d %s %q %v", status, part, got, body, warnings, err))
}

func (l *load) create(spec string) (status int, answer string, warnings []string, err error) {
	url := l.server.url + "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects?dryRun=All"
	request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(scaledObject.manifest("default", loadName, spec)))
	if err != nil {
		return 0, "", nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+l.token)
	response, err := l.server.http.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), response.Header.Values("Warning"), err
}
