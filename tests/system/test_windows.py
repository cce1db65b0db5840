"""What is different on Windows, simulated: there is no such system here."""

import os
import subprocess
import sys

import pytest
from support.processes import LINE, ROOT, fine

from tagger.system import console, processes, start
from tagger.system.streams import StandardOutput


class Kernel:
    """Stands in for kernel32: code pages of the console, and processes by number.

    :param alive: numbers of processes that run; `foreign` ones may not be opened, `ended` ones are still listed.
    """

    def __init__(self, pages=(866, 1251), alive=(), foreign=(), ended=()):
        self.pages = list(pages)
        self.alive, self.foreign, self.ended = set(alive), set(foreign), set(ended)
        self.open = set()
        self.error = 0
        self.OpenProcess = lambda *arguments: self._open_process(*arguments)  # takes attributes, as functions of ctypes

    def GetConsoleCP(self):
        return self.pages[0]

    def GetConsoleOutputCP(self):
        return self.pages[1]

    def SetConsoleCP(self, page):
        self.pages[0] = page

    def SetConsoleOutputCP(self, page):
        self.pages[1] = page

    def _open_process(self, access, inherit, process):
        assert access == 0x00100000
        self.error = 5 if process in self.foreign else 87
        if process not in self.alive | self.ended:
            return None
        self.open.add(process)
        return process

    def WaitForSingleObject(self, handle, milliseconds):
        assert milliseconds == 0
        return 0x102 if handle.value in self.alive else 0

    def CloseHandle(self, handle):
        self.open.remove(handle.value)


def test_the_console_is_utf8_while_the_program_runs_and_as_before_after_it():
    kernel = Kernel()
    with console.utf8(kernel):
        assert kernel.pages == [65001, 65001]
    assert kernel.pages == [866, 1251]
    with pytest.raises(RuntimeError), console.utf8(kernel):
        raise RuntimeError
    assert kernel.pages == [866, 1251]
    nowhere = Kernel(pages=(0, 0))
    with console.utf8(nowhere):
        assert nowhere.pages == [0, 0]


def test_programs_set_the_console(monkeypatch):
    """The entry point as a whole: it asks for the console before anything is written."""
    kernel, seen = Kernel(), []
    monkeypatch.setattr(console.ctypes, "windll", type("Libraries", (), {"kernel32": kernel}), raising=False)
    monkeypatch.setattr(start.os, "name", "nt")
    monkeypatch.setattr(start, "_run", lambda program, module: seen.append(list(kernel.pages)) or 0)
    code = start.run("uk-tag", "tagger.cli.main")
    monkeypatch.undo()
    assert (code, seen, kernel.pages) == (0, [[65001, 65001]], [866, 1251])


def test_text_is_utf8_whatever_the_code_page(monkeypatch):
    class Console:
        encoding = "cp1252"

    monkeypatch.setattr(sys, "stdout", Console())
    for name, expected in (("nt", "utf-8"), ("posix", "cp1252")):
        with monkeypatch.context() as patch:
            patch.setattr(os, "name", name)
            encoding = StandardOutput.open().encoding
        assert encoding == expected


def test_a_process_is_looked_at_and_not_signalled(monkeypatch):
    kernel = Kernel(alive=[10], foreign=[11], ended=[12])
    monkeypatch.setattr(processes.ctypes, "get_last_error", lambda: kernel.error, raising=False)
    found = {number: processes.is_alive_on_windows(number, kernel) for number in (10, 11, 12, 13, 1 << 40)}
    assert found == {10: True, 11: True, 12: False, 13: False, 1 << 40: False}
    assert not kernel.open


def test_no_signal_is_sent_where_the_system_is_windows(monkeypatch):
    kernel = Kernel(alive=[10])
    monkeypatch.setattr(processes.ctypes, "get_last_error", lambda: kernel.error, raising=False)
    monkeypatch.setattr(processes.ctypes, "WinDLL", lambda name, use_last_error: kernel, raising=False)
    with monkeypatch.context() as patch:
        patch.setattr(processes.os, "name", "nt")
        patch.setattr(processes.os, "kill", lambda *arguments: pytest.fail("a signal was sent"))
        assert processes.is_alive(10) and not processes.is_alive(11)


def test_what_windows_lacks_is_not_called(tmp_path, tiny_model):
    """Annotation in place, by a program without the functions of os and the modules that Windows does not have."""
    (tmp_path / "a.txt").write_text(LINE, encoding="utf-8")
    program = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "for name in 'pread fchown fchmod getuid geteuid setxattr getxattr listxattr mkfifo'.split():\n"
        "    if hasattr(os, name): delattr(os, name)\n"
        "sys.modules['fcntl'] = sys.modules['resource'] = None\n"
        "from tagger.system.start import uk_tag\n"
        "uk_tag()\n"
    )
    command = [sys.executable, "-c", program, "-m", str(tiny_model), "--in-place=.bak", str(tmp_path / "a.txt")]
    done = subprocess.run(command, capture_output=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "a.txt").read_bytes() == fine("-m", tiny_model, stdin=LINE.encode())
    assert (tmp_path / "a.txt.bak").read_text(encoding="utf-8") == LINE


def test_no_module_calls_what_windows_lacks_unguarded():
    for path in (ROOT / "tagger").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "os.pread(" not in text and ("os.kill(" not in text or path.name == "processes.py"), path
