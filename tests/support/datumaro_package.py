"""Datumaro's classes. It puts a lazy module in the place of pandas, which then no longer works."""

import sys

import pandas
from datumaro.components.annotation import AnnotationType
from datumaro.components.dataset import Dataset

__all__ = ["AnnotationType", "Dataset"]

sys.modules["pandas"] = pandas
