package e2e

import (
	"encoding/json"
	"io"
	"os"
	"strings"
)

// auditLog is the file that an API server writes. A line is there before the answer to its request is.
type auditLog struct {
	file string
}

type auditEvent struct {
	Verb        string
	RequestURI  string
	ObjectRef   struct{ Resource, Subresource, Namespace, Name string }
	Annotations map[string]string
}

// note is what the webhook noted under that key: verdict, findings, skipped, enforced-verdict.
func (e auditEvent) note(key string) string {
	return e.Annotations[webhookName+"/"+key]
}

// asked says whether the webhook answered about the request.
func (e auditEvent) asked() bool {
	return e.note("verdict") != ""
}

// during is the events that come while do runs, without those of a load.
func (l *auditLog) during(do func()) ([]auditEvent, error) {
	file, err := os.Open(l.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	do()
	after, err := io.ReadAll(file)
	if err != nil {
		return nil, err
	}
	var events []auditEvent
	for line := range strings.Lines(string(after)) {
		if !strings.HasSuffix(line, "\n") {
			break // half a line of the load
		}
		var event auditEvent
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			return nil, err
		}
		if event.ObjectRef.Name != loadName {
			events = append(events, event)
		}
	}
	return events, nil
}
