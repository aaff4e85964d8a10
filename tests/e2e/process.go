package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Generous: nothing passes or fails by being fast.
const patience = 3 * time.Minute

// process is a child whose output goes to a file. The kernel ends it with the test, however the test ends.
type process struct {
	name    string
	log     string
	command *exec.Cmd
	done    chan struct{}
}

func start(name, log, path string, arguments ...string) (*process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &process{name: name, log: log, command: exec.Command(path, arguments...), done: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = file, file
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		_ = p.command.Wait() // what it came to is in ProcessState
		close(p.done)
	}()
	return p, nil
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

func (p *process) kill() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.done
}

// stop asks the process to end, and returns its exit code.
func (p *process) stop() (int, error) {
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.done:
		return p.command.ProcessState.ExitCode(), nil
	case <-time.After(patience):
		p.kill()
		return -1, fmt.Errorf("%s did not end within %s of SIGTERM", p.name, patience)
	}
}

// lastLines is the end of the log, for a message.
func (p *process) lastLines() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-20):], []byte("\n")))
}

// waitFor returns when condition does not return an error any more; its last error when that takes too long.
func waitFor(what string, condition func() error) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := condition()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s in vain for %s: %w", patience, what, err)
		}
	}
}

// waitForProcess is waitFor that ends early when the process has ended.
func waitForProcess(p *process, what string, condition func() error) error {
	var ended error
	err := waitFor(what, func() error {
		if !p.running() {
			ended = fmt.Errorf("%s has ended (exit code %d)", p.name, p.command.ProcessState.ExitCode())
			return nil
		}
		return condition()
	})
	if ended != nil {
		err = ended
	}
	if err != nil {
		return fmt.Errorf("%w; the end of %s:\n%s", err, p.log, p.lastLines())
	}
	return nil
}

// freePort is one that was free a moment ago, and stays free while its server is restarted: the kernel gives it to no connection, nor to whoever
// asks for any port, as the suites beside this one do all the time.
func freePort() (int, error) {
	first, err := firstEphemeralPort()
	if err != nil {
		return 0, err
	}
	for range 100 {
		port := 10000 + rand.IntN(first-10000)
		listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return port, listener.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return 0, err
		}
	}
	return 0, errors.New("100 ports that were tried are taken")
}

// firstEphemeralPort is the first that the kernel gives out.
func firstEphemeralPort() (int, error) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0, err
	}
	var first int
	if _, err := fmt.Sscan(string(text), &first); err != nil {
		return 0, err
	}
	// Where the range is wider than usual, nothing is gained.
	return max(first, 20000), nil
}
