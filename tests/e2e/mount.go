package e2e

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
)

// mount is a folder into which a Secret or a ConfigMap is mounted, changed as kubelet changes it: the files are links into ..data, which is
// a link that is renamed into place.
type mount struct {
	dir        string
	generation int
	files      map[string]string
}

// put says whether the files are others than before.
func (m *mount) put(files map[string]string) (bool, error) {
	if m.generation > 0 && maps.Equal(files, m.files) {
		return false, nil
	}
	old := m.data()
	m.generation++
	m.files = files
	if err := m.writeGeneration(); err != nil {
		return false, err
	}
	if err := m.swap(); err != nil {
		return false, err
	}
	if err := m.link(); err != nil {
		return false, err
	}
	return true, os.RemoveAll(old)
}

func (m *mount) data() string {
	return filepath.Join(m.dir, fmt.Sprintf("..%d", m.generation))
}

func (m *mount) writeGeneration() error {
	if err := os.MkdirAll(m.data(), 0o700); err != nil {
		return err
	}
	for name, text := range m.files {
		if err := os.WriteFile(filepath.Join(m.data(), name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (m *mount) swap() error {
	next := filepath.Join(m.dir, "..data_tmp")
	if err := os.Symlink(filepath.Base(m.data()), next); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(m.dir, "..data"))
}

func (m *mount) link() error {
	for name := range m.files {
		err := os.Symlink(filepath.Join("..data", name), filepath.Join(m.dir, name))
		if err != nil && !os.IsExist(err) {
			return err
		}
	}
	return nil
}
