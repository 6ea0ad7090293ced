"""The doctor: a fault stops the course, a note does not, each has a remedy."""

import pytest

from gradcourse import doctor

GIB = doctor.GIB


def test_this_machine_can_run_the_course(capsys):
    assert doctor.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "the course can run"
    assert any("packages within their ranges" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "said"),
    [("no-such-package>=1", "no-such-package is missing"), ("torch>=99", "is not >=99")],
)
def test_a_package_missing_or_out_of_range_is_a_fault(line, said):
    (found,) = doctor.packages([line, "numpy>=1"])
    assert found.level == doctor.FAULT and said in found.what and found.remedy == "make setup"


def test_a_package_for_another_extra_is_not_asked_for():
    (found,) = doctor.packages(["no-such-package; extra == 'test'", "numpy>=1"])
    assert found.level == doctor.OK


@pytest.mark.parametrize(
    ("look", "sizes"),
    [(doctor.memory, (0.5, 2, 16)), (doctor.disk, (0.05, 2, 16))],
    ids=["memory", "disk"],
)
def test_little_room_is_a_note_and_too_little_a_fault(look, sizes):
    levels = [next(iter(look(size * GIB))).level for size in sizes]
    assert levels == [doctor.FAULT, doctor.NOTE, doctor.OK]


def test_missing_tools_are_notes_with_a_remedy(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    found = [*doctor.sandbox(), *doctor.chromium()]
    assert [f.level for f in found] == [doctor.NOTE, doctor.NOTE]
    assert all("need" in f.remedy for f in found)


def test_apt_is_named_where_it_exists(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name if name == "apt-get" else None)
    (found,) = doctor.chromium()
    assert found.remedy.endswith("sudo apt-get install chromium")


@pytest.mark.skipif(doctor.sys.platform != "linux", reason="bubblewrap is for Linux")
def test_a_sandbox_that_cannot_start_is_said(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr(doctor, "_runs", lambda command: False)
    (found,) = doctor.sandbox()
    assert found.level == doctor.NOTE and "namespaces" in found.remedy


def test_a_copy_that_cannot_be_written_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "writable", lambda folder: False)
    assert [f.level for f in doctor.course()] == [doctor.OK, doctor.FAULT]


def test_writable_looks_at_the_first_folder_that_exists(tmp_path, monkeypatch):
    assert doctor.writable(tmp_path / "not" / "yet")
    assert not (tmp_path / "not").exists()

    def refuse(dir):
        raise PermissionError(dir)

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    assert not doctor.writable(tmp_path)


def test_no_course_is_a_fault(monkeypatch):
    def nowhere(*args):
        raise ValueError("no course folder here")

    monkeypatch.setattr("gradcourse.folders.root", nowhere)
    (found,) = doctor.course()
    assert found == (doctor.FAULT, "course folder", "no course folder here")


def test_one_fault_makes_exit_code_one(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "memory", lambda: iter([doctor.Finding("fault", "a", "b")]))
    assert doctor.main() == 1
    told = capsys.readouterr().out
    assert "fault a: b\n" in told and told.endswith("faults that stop the course: 1\n")


def test_a_look_that_breaks_does_not_hide_the_others(monkeypatch):
    def gpu():
        raise RuntimeError("driver too old")

    monkeypatch.setattr(doctor, "gpu", gpu)
    found = {f.what: f for f in doctor.examine()}
    assert "driver too old" in found["gpu"].remedy and found["gpu"].level == doctor.NOTE
    assert len(found) > 6
