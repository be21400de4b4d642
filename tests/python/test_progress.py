"""Progress, time limits and signals, on a question that takes minutes."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time

import pytest

SLACK = 1.5  # seconds: one to stop, half to start and to write


def command(program, hard, *more):
    network, at = hard
    return [program.path, "radius", str(network), "--at", at, "--json", "-", *more]


def check_stopped(output, reason):
    record = json.loads(output)
    assert record["status"] == "stopped" and record["stop_reason"] == reason
    assert record["radius"]["lower"] >= 0


def test_time_limit(program, hard):
    start = time.monotonic()
    done = subprocess.run(command(program, hard, "--time", "1"), capture_output=True, text=True, timeout=60)
    assert time.monotonic() - start < 1 + SLACK
    assert done.returncode == 3
    check_stopped(done.stdout, "time")
    assert "--time" in done.stderr


def test_memory_limit(program, hard):
    done = subprocess.run(command(program, hard, "--memory", "0.001", "--quiet"), capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 3 and done.stderr == ""
    check_stopped(done.stdout, "memory")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals(program, hard, number):
    process = subprocess.Popen(command(program, hard), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    process.send_signal(number)
    start = time.monotonic()
    output, errors = process.communicate(timeout=60)
    assert time.monotonic() - start < SLACK
    assert process.returncode == 3, errors
    check_stopped(output, "interrupt")
    assert "interrupted" in errors


def test_a_second_signal_ends_at_once(program, hard):
    process = subprocess.Popen(command(program, hard), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    start = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - start < SLACK
    assert process.returncode in (-signal.SIGINT, 3)  # 3: the first one had already done its work


def test_quiet_is_silent(program, hard):
    done = subprocess.run(command(program, hard, "--time", "1", "--quiet"), capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


def test_plain_lines_without_a_terminal(program, hard):
    done = subprocess.run(command(program, hard, "--time", "7"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    check_stopped(done.stdout, "time")
    assert "\r" not in done.stderr and "\x1b" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("foldproof: ")]
    assert len(lines) <= 2
    assert all("regions" in line and "[" in line and "left" in line for line in lines)


def on_terminal(arguments, columns, environment=None):
    """Runs with standard error on a pseudo-terminal; everything written there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=theirs,
                               env={**os.environ, "TERM": "xterm", **(environment or {})})
    os.close(theirs)
    seen = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(ours)
    process.wait(timeout=60)
    return seen.decode()


@pytest.mark.parametrize("columns", [30, 80, 160])
def test_live_line_on_a_terminal(program, hard, columns):
    network, at = hard
    arguments = [program.path, "radius", str(network), "--at", at, "--time", "2"]
    seen = on_terminal(arguments, columns)
    updates = [update.removesuffix("\x1b[K") for update in seen.split("\r")[1:]]
    assert 8 <= len(updates) <= 40  # about ten a second
    assert all("\n" not in update and len(update) < columns for update in updates)
    assert all("[" in update for update in updates[:-1])
    if columns == 160:
        assert all(word in updates[-2] for word in ("regions", "pairs", "open", " s left"))
    assert seen.endswith("\r\x1b[K")  # the line is taken off the screen


def test_quiet_and_dumb_terminals(program, hard):
    network, at = hard
    arguments = [program.path, "radius", str(network), "--at", at, "--time", "1"]
    assert on_terminal([*arguments, "--quiet"], 80) == ""
    assert "\x1b" not in on_terminal(arguments, 80, {"TERM": "dumb"})
