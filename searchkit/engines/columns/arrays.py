"""What are the arrays of numpy called here?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

Codes = NDArray[np.uint8]
"""Impacts of documents."""
