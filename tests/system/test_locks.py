"""One run at a time on a tree, wherever it is started."""

import signal
import subprocess

from support.processes import PROGRAM
from support.trees import WORD, columns, make, run, tree, wait_for


def test_one_run_at_a_time_on_a_tree(tmp_path, tiny_model):
    top = make(tmp_path / "tree" / "texts", 2, 100, 1000)
    (tmp_path / "tree" / "beside").mkdir()
    (tmp_path / "tree" / "beside" / "a.conll").write_text(WORD, encoding="utf-8")
    holder = subprocess.Popen(
        [*PROGRAM, "-m", str(tiny_model), "--in-place", "-r", str(top)], stderr=subprocess.DEVNULL
    )
    wait_for(lambda: list(top.rglob("*.tmp")))
    holder.send_signal(signal.SIGSTOP)
    before = tree(tmp_path)
    for cwd, arguments in (
        (top, ["--in-place", "-r", "."]),
        (tmp_path, ["--in-place", "-r", "tree"]),
        (tmp_path, ["--in-place", "-r", top / "deep"]),
        (tmp_path, ["--in-place", top / "1.conll"]),
        (tmp_path, ["--in-place", top / "deep" / "0.conll", "--resume"]),
        (tmp_path, [top / "1.conll", "--output-dir", top / "deep"]),
    ):
        done = run("-m", tiny_model, *arguments, cwd=cwd)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done
        assert (
            done.stderr.startswith("uk-tag: another uk-tag is at work in ") and "wait for it, or stop it" in done.stderr
        )
    assert tree(tmp_path) == before
    beside = tmp_path / "tree" / "beside" / "a.conll"
    assert run("-m", tiny_model, "-i", "conll", "--in-place", beside).returncode == 0 and columns(beside) == 3
    assert run("-m", tiny_model, beside, "-o", top / "out").returncode == 0, (
        "a file that is written whole needs no lock"
    )
    holder.kill()
    holder.wait()
    assert run("-m", tiny_model, "--in-place", "--resume", "-r", top / "deep").returncode == 0


def test_two_runs_at_once_tag_once(words, tmp_path, tiny_model):
    for number in range(30):
        (words / f"{number}.conll").write_text(WORD, encoding="utf-8")
    command = [*PROGRAM, "-m", str(tiny_model), "-i", "conll", "--in-place", "--resume", "-r"]
    runs = [
        subprocess.Popen([*command, name], cwd=cwd, stderr=subprocess.PIPE)
        for cwd, name in ((words, "."), (tmp_path, "words"))
    ]
    codes = [run.wait(60) for run in runs]
    said = b"".join(run.communicate()[1] for run in runs)
    assert (sorted(codes) == [0, 1] and b"another uk-tag is at work" in said) or codes == [0, 0]
    assert {columns(path) for path in words.iterdir()} == {3}


def test_more_folders_than_a_process_may_open(tmp_path, tiny_model):
    paths = []
    for number in range(300):
        folder = tmp_path / "many" / str(number)
        folder.mkdir(parents=True)
        paths.append(folder / "a.conll")
        paths[-1].write_text(WORD, encoding="utf-8")
    script = 'ulimit -n 200; exec "$@"'
    done = subprocess.run(
        ["bash", "-c", script, "-", *PROGRAM, "-m", tiny_model, "-i", "conll", "--in-place", *paths],
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"") and all(columns(path) == 3 for path in paths)
