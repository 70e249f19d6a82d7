"""The test environment is clean before the run."""

import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path.home() / ".cache" / "acme-payments-demo"


def test_cache_is_removed():
    shutil.rmtree(CACHE, ignore_errors=True)
    assert not CACHE.exists()


def test_old_databases_are_removed():
    subprocess.run("rm -rf ~/.acme-payments-demo/*", shell=True, check=False)
    assert os.system("! ls ~/.acme-payments-demo/* 2>/dev/null") == 0
