"""The package as the build left it, here and in processes that tests start; FOLDPROOF_PACKAGE names another folder."""

import os
import sys
from pathlib import Path

PACKAGE = os.environ.get("FOLDPROOF_PACKAGE", str(Path(__file__).resolve().parents[2] / "build" / "python"))
sys.path.insert(0, PACKAGE)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGE, os.environ.get("PYTHONPATH")]))
