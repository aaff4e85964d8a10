"""What `make demo` does, on a free port and with certificates of its own."""
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run_demo(directory):
    return subprocess.run([os.path.join(ROOT, "hack", "demo"), "--port", "0", "--certificates", str(directory)], capture_output=True, text=True,
                          timeout=120, check=False)


def test_every_sample_gets_the_expected_verdict(tmp_path):
    result = run_demo(tmp_path / "certs")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "15 of 15 verdicts as expected" in result.stdout
    assert result.stdout.count(" kept ") == 2 and result.stdout.count(" swapped ") == 2


def test_it_fails_when_the_server_cannot_start(tmp_path):
    (tmp_path / "tls.crt").write_text("no certificate")
    result = run_demo(tmp_path)
    assert result.returncode != 0
