"""A Dask cluster of two workers gives the same sorted results as this process."""

import importlib.util
import warnings

import psutil
import pytest

from gradcourse import notebooks
from gradcourse.grading import batch, library, pool

from .test_batch import BAD, PAGE, put
from .test_corpus import ROOT, left_over, sandboxed

spec = importlib.util.spec_from_file_location("toy_course", ROOT / "tests" / "toy_course.py")
toy = importlib.util.module_from_spec(spec)
spec.loader.exec_module(toy)


@pytest.fixture(scope="module")
def cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Dask's own companions
        from distributed import LocalCluster

        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
            yield made


@sandboxed
@pytest.mark.slow
def test_two_workers_give_the_same_results(cluster, tmp_path):
    files = {f"s{n}.ipynb": (PAGE, BAD, PAGE[:-20])[n % 3] for n in range(6)}
    place = put(tmp_path / "in", files)
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.key").write_text("k" * 64)
        (tmp_path / name / "secret.key").chmod(0o600)
    batch.grade(place, tmp_path / "here", ["00_descent"])
    told = batch.grade(place, tmp_path / "there", ["00_descent"],
                       scheduler=cluster.scheduler_address)
    assert told["graded"] == 6
    for name in ("results.jsonl", "grades.csv"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    assert [p for p in psutil.process_iter() if left_over(p)] == []


def test_a_worker_of_another_edition_is_refused(cluster):
    address = cluster.scheduler_address
    told = pool.each(abs, [-1, 2, -3], scheduler=address, edition=library.edition())
    assert sorted(told) == [1, 2, 3]
    with pytest.raises(ValueError, match="another edition"):
        list(pool.each(abs, [1], scheduler=address, edition="another"))


def test_a_scheduler_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setattr(pool, "PATIENCE", 1)
    with pytest.raises(ValueError, match="no Dask scheduler at tcp://127.0.0.1:9"):
        list(pool.each(abs, [1], scheduler="tcp://127.0.0.1:9"))


@pytest.mark.notebook
def test_pages_run_on_the_cluster_too(cluster, tmp_path, capsys):
    course = toy.make(tmp_path)
    (there,) = notebooks.run("toy", mode="smoke", scheduler=cluster.scheduler_address,
                             progress=False, root=course)
    assert there.ok and [claim["id"] for claim in there.claims] == ["0A"]
    assert "00_toy: ok" in capsys.readouterr().out
